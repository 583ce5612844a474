"""Spark as the place where a policy's expressions run: the same Ibis expressions, where one machine is too small.

Exactness: integers beyond 64 bits are DECIMAL(38, 0). Spark adds, subtracts, multiplies and takes remainders of these exactly, and
with ANSI mode on an overflow is an error. Its division rounds to six places, but `(n - n % d) / d` has no places to round: it is
the whole quotient, as long as that is below 10^32; beyond, ANSI mode stops the run. `DIV` is not used: it cuts to 64 bits.

Regular expressions of Spark are Java's. So questions about texts are asked by `duckdb_backend` (RE2) of each distinct text.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import ibis

from engine.bulk.corpus.store import Part
from engine.bulk.relational.duckdb_backend import DuckDB
from engine.bulk.relational.facts import LEVELS
from engine.bulk.relational.needs import Needs, used_columns
from engine.bulk.relational.terms import bit_columns
from engine.errors import InputError, InternalError, OutputError, Place, Problem
from engine.extras import extra
from engine.policy.model import Policy

WIDE = "DECIMAL(38, 0)"
FUNCTIONS = (
    f"CREATE OR REPLACE TEMPORARY FUNCTION jx_wide(n BIGINT) RETURNS {WIDE} RETURN CAST(n AS {WIDE})",
    f"CREATE OR REPLACE TEMPORARY FUNCTION jx_big(digits STRING) RETURNS {WIDE} RETURN CAST(digits AS {WIDE})",
    f"CREATE OR REPLACE TEMPORARY FUNCTION jx_div(n {WIDE}, d {WIDE}) RETURNS {WIDE} RETURN CAST((n - n % d) / d AS {WIDE})",
    "CREATE OR REPLACE TEMPORARY FUNCTION jx_short_div(n BIGINT, d BIGINT) RETURNS BIGINT RETURN n DIV d",
    "CREATE OR REPLACE TEMPORARY FUNCTION jx_long(n BIGINT) RETURNS BIGINT RETURN n",
    f"CREATE OR REPLACE TEMPORARY FUNCTION jx_micro(n {WIDE}) RETURNS DECIMAL(38, 6) "
    "RETURN CAST(CAST(n AS DECIMAL(31, 0)) * CAST('0.000001' AS DECIMAL(6, 6)) AS DECIMAL(38, 6))",
)


def unavailable() -> str:
    """Why Spark cannot run here; empty if it can."""
    import importlib.util

    if importlib.util.find_spec("pyspark") is None:
        return "没有安装 pyspark"
    home = os.environ.get("JAVA_HOME", "")
    if not shutil.which("java") and not Path(home, "bin", "java").exists():
        return "没有 Java：Spark 要用 JDK 17 或 21"
    return ""


class Spark:
    """A local or configured Spark session with the engine's primitives."""

    def __init__(self, memory: int = 0, threads: int = 0, scratch: str = "") -> None:
        with extra("spark"):
            from pyspark.sql import SparkSession
        if why := unavailable():
            raise InputError(Problem(Place(), why, code="spark.unavailable"))

        self.scratch = Path(tempfile.mkdtemp(prefix="spark-", dir=scratch or None))
        builder = SparkSession.builder.appName("jixiao")
        if not os.environ.get("SPARK_MASTER"):
            builder = builder.master(f"local[{threads or '*'}]")
        if memory:
            builder = builder.config("spark.driver.memory", f"{max(1, memory // 10**6)}m")
        settings = {
            "spark.sql.ansi.enabled": "true",
            "spark.sql.warehouse.dir": str(self.scratch / "warehouse"),
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
            "spark.sql.shuffle.partitions": str(max(4, 2 * (threads or os.cpu_count() or 2))),
        }
        for key, value in settings.items():
            builder = builder.config(key, value)
        self.session: Any = builder.getOrCreate()
        self.session.sparkContext.setLogLevel("ERROR")
        self.session.conf.set("spark.sql.ansi.enabled", "true")
        for function in FUNCTIONS:
            self.session.sql(function)
        self.con: Any = ibis.pyspark.connect(self.session)
        self.duck = DuckDB(memory, threads, str(self.scratch))
        self.left_out: list[int] = []
        self.count = 0

    def close(self) -> None:
        """Gives back what was made; the session stays, for others of this process."""
        self.duck.close()
        shutil.rmtree(self.scratch, ignore_errors=True)

    # --- the rows ----------------------------------------------------------------------------------------------------

    def load(self, parts: Sequence[Part], needs: Needs) -> None:
        self.parts, self.needs = parts, needs
        self.duck.load(parts, needs)

    def limit(self, cap: int) -> None:
        self.duck.limit(cap)
        self.left_out = self.duck.left_out

    def restart(self) -> None:
        """Nothing is kept of a compilation that is given up."""

    def again(self, cap: int, needs: Needs, policy: Policy) -> None:
        raise InternalError(Problem(Place(), "Spark 一次运行全部语料", code="engine.database"))

    def prepare(self, kinds: Iterable[str], needs: Needs, policy: Policy) -> None:
        """Views of the rows, with the answers about texts that DuckDB found beside them."""
        self.duck.prepare(kinds, needs, policy)
        for kind in kinds:
            names = ["bundle", "form_key", "fact", *used_columns(needs, kind)]
            frame = self.session.read.parquet(*[str(part.file(kind)) for part in self.parts]).select(*names)
            if self.left_out:
                frame = frame.where(~frame["bundle"].isin(self.left_out))
            for (of, name), patterns in needs.patterns.asked.items():
                if of == kind and name in names:
                    bits = self._carried(f"b_{kind}_{name}").withColumnRenamed("id", f"{name}__id")
                    kept = [*frame.columns, *bit_columns(name, len(patterns))]
                    frame = frame.join(bits, frame[name] == bits[f"{name}__id"], "left").select(*kept)
            frame.createOrReplaceTempView(f"p_{kind}")
        self._carried(f"p_{LEVELS}").createOrReplaceTempView(f"p_{LEVELS}")
        self._carried("raw_texts").createOrReplaceTempView("raw_texts")

    def _carried(self, table: str) -> Any:
        """A table of DuckDB as a data frame."""
        path = self._place(table)
        self.duck.raw.execute(f"COPY (SELECT * FROM \"{table}\") TO '{path}' (FORMAT parquet)")
        return self.session.read.parquet(str(path))

    def _place(self, name: str) -> Path:
        self.count += 1
        return self.scratch / f"{self.count:05}-{name.strip('+')}.parquet"

    def source(self, kind: str) -> Any:
        return self.con.table("raw_texts" if kind == "texts" else f"p_{kind}")

    def small_table(self, name: str, rows: list[dict[str, Any]], types: Mapping[str, str]) -> Any:
        declared = {"string": "STRING", "int64": "BIGINT", "int16": "SMALLINT"}
        schema = ", ".join(f"{key} {declared[kind]}" for key, kind in types.items())
        self.session.createDataFrame([[row[key] for key in types] for row in rows], schema).createOrReplaceTempView(name)
        return self.con.table(name)

    def store(self, name: str, expression: Any) -> Any:
        path = self._place(name)
        self.session.sql(self.con.compile(expression)).write.parquet(str(path))
        self.session.read.parquet(str(path)).createOrReplaceTempView(name)
        return self.con.table(name)

    def union(self, name: str, parts: list[Any]) -> Any:
        paths = []
        for part in parts:
            paths.append(str(self._place(name)))
            self.session.sql(self.con.compile(part)).write.parquet(paths[-1])
        self.session.read.parquet(*paths).createOrReplaceTempView(name)
        return self.con.table(name)

    def rows(self, expression: Any) -> list[dict[str, Any]]:
        return [row.asDict() for row in self.session.sql(self.con.compile(expression)).collect()]

    def write(self, expression: Any, path: Path) -> None:
        self.session.sql(self.con.compile(expression)).write.option("compression", "zstd").parquet(str(path))

    def told(self, error: Exception) -> Exception:
        """What went wrong in Spark, for people."""
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException

        if not isinstance(error, Py4JError | PySparkException):
            return self.duck.told(error)
        text = str(error).splitlines()[0] if str(error) else type(error).__name__
        if "No space left" in str(error):
            return OutputError(Problem(Place(), f"写不进去：{text}", "腾出空间后再运行一次", code="output.full"))
        return InternalError(Problem(Place(), f"Spark 的计算没有成功：{text}", "向维护者报告", code="engine.database"))
