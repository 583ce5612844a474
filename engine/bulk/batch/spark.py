"""Spark as what hands out partitions: each is computed whole by one task, by the plan and the database that run on one machine.

Every join of a policy is within a bundle and every partition is written whole or not at all, so that a cluster needs nothing of
Spark but to start tasks, and to start one again where its machine was lost. The files of the corpus and the folder of the results
are read and written by the tasks themselves: on a cluster both lie on storage that all machines see under the same path, and jixiao
with `jixiao[corpus]` is installed on each.
"""

from __future__ import annotations

import dataclasses
import importlib.util
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from engine.bulk.batch.options import Options, memory_bytes
from engine.bulk.batch.partition import PartitionJob, written
from engine.bulk.corpus.store import Part
from engine.errors import InputError, InternalError, JixiaoError, OutputError, Place, Problem
from engine.extras import extra

Task = tuple[list[Part], Path]
"""The parts of a partition, and the folder its results go to."""
Outcome = tuple[str, Any]
"""What a task says: `done` and what partition.json says, or the name of what was raised and its problems."""

RAISED = {kind.__name__: kind for kind in (InputError, OutputError, InternalError)}


def unavailable() -> str:
    """Why Spark cannot run here; empty if it can."""
    if importlib.util.find_spec("pyspark") is None:
        return "没有安装 pyspark"
    home = os.environ.get("JAVA_HOME", "")
    if not shutil.which("java") and not Path(home, "bin", "java").exists():
        return "没有 Java：Spark 要用 JDK 17 或 21"
    return ""


def local() -> bool:
    """Whether Spark runs on this machine alone."""
    return os.environ.get("SPARK_MASTER", "local").startswith("local")


def per_task(options: Options) -> Options:
    """The options of one task: a core, and where all tasks share a machine its part of the memory."""
    cores = options.threads or os.cpu_count() or 1
    memory = memory_bytes(options.memory) // (cores if local() else 1)
    return dataclasses.replace(options, threads=1, memory=f"{max(1, memory // 10**6)}MB")


def computed(job: PartitionJob, tasks: Sequence[Task], options: Options) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Every partition, computed and written by a task; what is said of each, once all are.

    Raises InputError where there is no Spark, and what a task raised: what other tasks have written stays."""
    if why := unavailable():
        raise InputError(Problem(Place(), why, code="spark.unavailable"))
    if not tasks:
        return
    session = _session(options)
    try:
        shared = session.sparkContext.broadcast(job)
        spread = session.sparkContext.parallelize(list(tasks), len(tasks))
        for (_, place), (said, found) in zip(tasks, spread.map(lambda task: _outcome(shared.value, task)).collect(), strict=True):
            if said != "done":
                raise RAISED.get(said, InternalError)([Problem.from_data(item) for item in found])
            yield place, found
    except Exception as error:
        raise _told(error) from error


def _outcome(job: PartitionJob, task: Task) -> Outcome:
    """One task, where it runs. What is wrong is handed back as data: Spark would run it three times more and tell a stack."""
    parts, place = task
    try:
        return "done", written(job, parts, place)
    except JixiaoError as error:
        return type(error).__name__, [dataclasses.asdict(problem) for problem in error.problems]


def _session(options: Options) -> Any:
    with extra("spark"):
        from pyspark.sql import SparkSession
    if local():  # its tasks run by this Python, not by the first one on the path
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.appName("jixiao").config("spark.ui.enabled", "false")
    builder = builder.config("spark.ui.showConsoleProgress", "false")
    if "SPARK_MASTER" not in os.environ:
        builder = builder.master(f"local[{options.threads or '*'}]")
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session


def _told(error: Exception) -> Exception:
    """What went wrong in Spark, for people."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    if not isinstance(error, Py4JError | PySparkException):
        return error
    text = str(error).splitlines()[0] if str(error) else type(error).__name__
    return InternalError(Problem(Place(), f"Spark 的计算没有成功：{text}", "向维护者报告", code="engine.database"))
