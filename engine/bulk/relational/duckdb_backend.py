"""DuckDB as the place where a policy's expressions run, and where questions about texts are asked of each distinct text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import ibis

from engine.bulk.corpus.columns import PREPARED_KINDS, columns, text_id
from engine.bulk.corpus.store import Part, quoted
from engine.bulk.relational.facts import LEVELS
from engine.bulk.relational.needs import Needs, relevant_beyond, used_columns
from engine.bulk.relational.terms import WORD, Pattern, answers, bit_columns
from engine.errors import InputError, InternalError, OutputError, Place, Problem
from engine.findings.facts.indicator import home_of, level1_of
from engine.policy.model import Policy
from engine.scoring.form import canonical_level1

MACROS = """
CREATE OR REPLACE TEMP MACRO jx_wide(n) AS n::HUGEINT;
CREATE OR REPLACE TEMP MACRO jx_long(n) AS n::BIGINT;
CREATE OR REPLACE TEMP MACRO jx_big(digits) AS digits::HUGEINT;
CREATE OR REPLACE TEMP MACRO jx_div(n, d) AS n::HUGEINT // d::HUGEINT;
CREATE OR REPLACE TEMP MACRO jx_short_div(n, d) AS n // d;
CREATE OR REPLACE TEMP MACRO jx_micro(n) AS n::DECIMAL(31, 0) * 0.000001::DECIMAL(6, 6);
"""
AT_ONCE = 500
"""Rows of a small table that are put in by one statement: each statement takes as long as many rows."""


class DuckDB:
    """A connection with the engine's primitives. Steps that are stored are kept as SQL, so that they run again on other rows."""

    def __init__(self, memory: int = 0, threads: int = 0, scratch: str = "") -> None:
        self.con: Any = ibis.duckdb.connect()
        self.raw: Any = self.con.con
        self.raw.execute(MACROS)
        self.raw.execute("SET preserve_insertion_order = false")
        self.raw.execute("SET enable_progress_bar = false")  # it goes to standard output
        if memory:
            limit = f"{memory // 1000}KB"
            self.raw.execute(f"SET memory_limit = {quoted(limit)}")
        if threads:
            self.raw.execute(f"SET threads = {int(threads)}")
        if scratch:
            self.raw.execute(f"SET temp_directory = {quoted(scratch)}")
        self.steps: list[tuple[str, str]] = []
        self.tables: dict[str, tuple[list[dict[str, Any]], dict[str, str]]] = {}
        self._sql: dict[int, str] = {}

    # --- the rows --------------------------------------------------------------------------------------------------

    def load(self, parts: Sequence[Part], needs: Needs) -> None:
        """The rows of some parts as `raw_<kind>`: of each kind the columns that a policy reads."""
        self.parts, self.needs = parts, needs
        self._left_out([])
        self.raw.execute(
            f"CREATE OR REPLACE TEMP TABLE raw_texts AS SELECT id, any_value(text) AS text FROM {self._files('texts')} GROUP BY id"
        )

    def limit(self, cap: int) -> None:
        """Leave out the bundles that hold a number larger than the cap, or a value that no column could hold."""
        relevant = relevant_beyond(self.needs)
        found = self.raw.execute(f"SELECT DISTINCT bundle, kind, field FROM {self._files('beyond')}").fetchall()
        out = {bundle for bundle, kind, name in found if not kind or (kind, name) in relevant}
        sizes = sizes_of(self.parts)
        for kind in PREPARED_KINDS:
            large = [
                name
                for name in used_columns(self.needs, kind)
                if columns(kind)[name] == "number" and sizes.get((kind, name), 0) > cap
            ]
            if large:
                over = " OR ".join(f'abs("{name}") > {cap}' for name in large)
                out |= {
                    row[0] for row in self.raw.execute(f"SELECT DISTINCT bundle FROM {self._files(kind)} WHERE {over}").fetchall()
                }
        self._left_out(sorted(out))

    def _left_out(self, bundles: Sequence[int]) -> None:
        """The views of the rows, without these bundles: the reference executor has them."""
        self.left_out = list(bundles)
        self.small_table("left_out", [{"bundle": bundle} for bundle in bundles], {"bundle": "int64"})
        kept = " WHERE bundle NOT IN (SELECT bundle FROM left_out)" if bundles else ""
        for kind in PREPARED_KINDS:
            names = ", ".join(f'"{name}"' for name in ("bundle", "form_key", "fact", *used_columns(self.needs, kind)))
            self.raw.execute(f'CREATE OR REPLACE TEMP VIEW "raw_{kind}" AS SELECT {names} FROM {self._files(kind)}{kept}')

    def _files(self, table: str) -> str:
        listed = ", ".join(quoted(str(part.file(table))) for part in self.parts)
        return f"read_parquet([{listed}])"

    def close(self) -> None:
        self.con.disconnect()

    def store(self, name: str, expression: Any) -> Any:
        sql = self.con.compile(expression)
        self.steps.append((name, sql))
        self._create(name, sql)
        return self.con.table(name)

    def _create(self, name: str, sql: str) -> None:
        if name.startswith("+"):
            self.raw.execute(f'INSERT INTO "{name[1:]}" {sql}')
            return
        self.raw.execute(f'CREATE OR REPLACE TEMP TABLE "{name}" AS {sql}')

    def restart(self) -> None:
        """Forget the steps of a compilation that is given up."""
        self.steps.clear()
        self._sql.clear()

    def again(self, cap: int, needs: Needs, policy: Policy) -> None:
        """Every stored step again, over the rows that stand there now."""
        self.limit(cap)
        self.prepare(PREPARED_KINDS, needs, policy)
        for name, sql in self.steps:
            self._create(name, sql)

    def told(self, error: Exception) -> Exception:
        """What went wrong in the database, for people."""
        import duckdb

        if not isinstance(error, duckdb.Error):
            return error
        text = str(error)
        if isinstance(error, duckdb.OutOfMemoryException) or "out of memory" in text.lower():
            remedy = "用 --memory 给更多内存，或少用几个线程"
            return OutputError(Problem(Place(), f"内存不够：{text.splitlines()[0]}", remedy, code="machine.memory"))
        if "No space left" in text or "disk" in text.lower():
            remedy = "腾出空间后再运行一次，写好的不必重来"
            return OutputError(Problem(Place(), f"写不进去：{text.splitlines()[0]}", remedy, code="output.full"))
        if isinstance(error, duckdb.IOException | duckdb.InvalidInputException | duckdb.SerializationException):
            return InputError(
                Problem(
                    Place(),
                    f"语料读不了：{text.splitlines()[0]}",
                    "没有改动过的语料；坏了的部分删去后重新 ingest",
                    code="corpus.damaged",
                )
            )
        return InternalError(Problem(Place(), f"数据库里的计算没有成功：{text}", "向维护者报告", code="engine.database"))

    def source(self, kind: str) -> Any:
        return self.con.table("raw_texts" if kind == "texts" else f"p_{kind}")

    def small_table(self, name: str, rows: list[dict[str, Any]], types: Mapping[str, str]) -> Any:
        declared = {"string": "VARCHAR", "int64": "BIGINT", "int16": "SMALLINT"}
        self.tables[name] = rows, dict(types)
        self.raw.execute(
            f'CREATE OR REPLACE TEMP TABLE "{name}" ({", ".join(f"{key} {declared[kind]}" for key, kind in types.items())})'
        )
        marks = f"({', '.join('?' * len(types))})"
        for start in range(0, len(rows), AT_ONCE):
            some = rows[start : start + AT_ONCE]
            values = ", ".join([marks] * len(some))
            self.raw.execute(f'INSERT INTO "{name}" VALUES {values}', [row[key] for row in some for key in types])
        return self.con.table(name)

    def plan(self, outputs: Mapping[str, Any]) -> tuple[list[tuple[str, str]], dict[str, Any], dict[str, str]]:
        """Everything a compilation came to, as plain data, to be run again without compiling: steps, small tables, outputs."""
        tables = {name: item for name, item in self.tables.items() if name != "left_out"}
        return list(self.steps), tables, {name: self.compiled(item) for name, item in outputs.items()}

    def take_up(self, steps: Iterable[Sequence[str]], tables: Mapping[str, Any]) -> None:
        """The steps and small tables of a compilation, to be run again."""
        self.steps = [(name, sql) for name, sql in steps]
        for name, (rows, types) in tables.items():
            self.small_table(name, rows, types)

    def union(self, name: str, parts: list[Any]) -> Any:
        """One table of many expressions, one after the other: each alone fits the memory."""
        for n, part in enumerate(parts):
            sql = self.con.compile(part)
            self.steps.append((name if n == 0 else f"+{name}", sql))
            self._create(*self.steps[-1])
        return self.con.table(name)

    def write(self, expression: Any, path: Path) -> None:
        """An output as a Parquet file."""
        options = "(FORMAT parquet, COMPRESSION zstd)"
        self.raw.execute(f"COPY ({self.compiled(expression)}) TO {quoted(str(path))} {options}")

    def rows(self, expression: Any) -> list[dict[str, Any]]:
        """An output, whole: for what is small."""
        found = self.raw.execute(self.compiled(expression))
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def compiled(self, expression: Any) -> str:
        """The SQL of an expression; made once."""
        if isinstance(expression, str):
            return expression
        key = id(expression)
        if key not in self._sql:
            self._sql[key] = self.con.compile(expression)
        return self._sql[key]

    # --- what is asked of texts ------------------------------------------------------------------------------------

    def prepare(self, kinds: Iterable[str], needs: Needs, policy: Policy) -> None:
        """Views `p_<kind>` over the rows in `raw_<kind>`, with the answers about texts beside them."""
        for kind in kinds:
            have = [row[0] for row in self.raw.execute(f'DESCRIBE "raw_{kind}"').fetchall()]
            joins, picked = [], ["r.*"]
            for (of, name), patterns in needs.patterns.asked.items():
                if of != kind or name not in have:
                    continue
                bits = f"b_{kind}_{name}"
                self._bits(bits, kind, name, patterns)
                picked += [f'"{bits}"."{word}" AS "{word}"' for word in bit_columns(name, len(patterns))]
                joins.append(f'LEFT JOIN "{bits}" ON r."{name}" = "{bits}".id')
            self.raw.execute(
                f'CREATE OR REPLACE TEMP VIEW "p_{kind}" AS SELECT {", ".join(picked)} FROM "raw_{kind}" r {" ".join(joins)}'
            )
        self._levels(needs, policy)

    def _bits(self, bits: str, kind: str, name: str, patterns: Sequence[Pattern]) -> None:
        words = []
        for start, word in zip(range(0, len(patterns), WORD), bit_columns(name, len(patterns)), strict=True):
            part = [f"(({_question(p)})::BIGINT << {n})" for n, p in enumerate(patterns[start : start + WORD])]
            words.append(f'{" | ".join(part)} AS "{word}"')
        self.raw.execute(
            f'CREATE OR REPLACE TEMP TABLE "{bits}" AS SELECT id, {", ".join(words)} FROM raw_texts '
            f'WHERE id IN (SELECT DISTINCT "{name}" FROM "raw_{kind}")'
        )

    def _levels(self, needs: Needs, policy: Policy) -> None:
        """What the taxonomy says of each pair of levels that occurs, by the functions of the reference."""
        pairs = self.raw.execute(
            "SELECT p.level1, p.level2, a.text, b.text FROM ("
            "SELECT DISTINCT level1, level2 FROM raw_indicator UNION SELECT DISTINCT level1, level2 FROM raw_group) p "
            "LEFT JOIN raw_texts a ON a.id = p.level1 LEFT JOIN raw_texts b ON b.id = p.level2"
        ).fetchall()
        asked = {name: needs.patterns.of("indicator", name) for name in ("level1_name", "home")}
        rows = []
        for level1, level2, name1, name2 in pairs:
            home = home_of(name2 or "", policy)
            canonical = canonical_level1(name1, policy)
            known = bool(home) if name2 else level1_of(name1, policy) is not None
            joined = "、".join(home)
            row: list[Any] = [level1, level2 or 0, text_id(canonical), (canonical in home) if name2 else None]
            row += [text_id(joined) if joined else None, known]
            row += answers(asked["level1_name"])(canonical)
            row += answers(asked["home"])(joined) if joined else [None] * len(bit_columns("home", len(asked["home"])))
            rows.append(row)
        words = [word for name in asked for word in bit_columns(name, len(asked[name]))]
        declared = "of_level1 BIGINT, of_level2 BIGINT, level1_name BIGINT, belongs BOOLEAN, home BIGINT, known BOOLEAN"
        self.raw.execute(f'CREATE OR REPLACE TEMP TABLE "p_{LEVELS}" ({declared}{"".join(f", {word} BIGINT" for word in words)})')
        if rows:
            marks = ", ".join("?" * len(rows[0]))
            self.raw.executemany(f'INSERT INTO "p_{LEVELS}" VALUES ({marks})', rows)


def _question(pattern: Pattern) -> str:
    """A question about a text in DuckDB's words: its `contains` is Python's `in`, its regular expressions are RE2."""
    word, value = pattern
    if word == "matches":
        return f"regexp_matches(text, {quoted(value)})"
    return " OR ".join(f"contains(text, {quoted(part)})" for part in value) or "false"


def sizes_of(parts: Iterable[Part]) -> dict[tuple[str, str], int]:
    """The largest absolute value of each number column of some parts."""
    out: dict[tuple[str, str], int] = {}
    for part in parts:
        for name, most in part.sizes.items():
            kind, _, column = name.partition(".")
            out[kind, column] = max(out.get((kind, column), 0), most)
    return out
