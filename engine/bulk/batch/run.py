"""`jixiao batch`: a whole corpus under a policy, partition by partition; results as Parquet, and a summary.

A partition is written as a whole or not at all; one that is there is not computed again. `partition` says how one is computed.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from engine import __version__, leftovers
from engine.bulk.batch import spark
from engine.bulk.batch.model import BatchRun
from engine.bulk.batch.options import Options, Progress, memory_bytes
from engine.bulk.batch.partition import PartitionEngine, PartitionJob, job_of, written
from engine.bulk.batch.prepare import prepared_parts
from engine.bulk.corpus import index
from engine.bulk.corpus import store as corpus
from engine.bulk.corpus.store import Corpus, Part
from engine.errors import Place, Problem, UsageError
from engine.files import displayed, make_directory
from engine.findings import choice
from engine.findings.choice import choose
from engine.intake.shelf import Shelf
from engine.policy.library import Library
from engine.policy.model import Policy
from engine.results.bundles import together

BYTES_EACH = 3_000
"""Memory that one indicator takes in a partition, generously: stored tables, joins, what is asked of texts."""


def batch(
    path: Path,
    out: Path,
    library: Library,
    policy: str | Policy | None = None,
    options: Options | None = None,
    progress: Progress | None = None,
) -> BatchRun:
    """Run the corpus at `path` into `out`, all of it under `policy` if that is given.

    Raises InputError for a corpus that cannot be read, OutputError for a disk that is full, PolicyError, UsageError where `out`
    holds the results of something else or there is no rule that is asked for, InternalError if the database and the reference
    differ."""
    import duckdb  # noqa: F401 - what is not installed is told before anything is made

    options = options or Options()
    found = corpus.open_corpus(path)
    shelf = Shelf(library)
    groups: dict[str, list[Part]] = {}
    for part in found.parts:
        groups.setdefault(policy.id if isinstance(policy, Policy) else policy or part.policy, []).append(part)
    policies = {name: policy if isinstance(policy, Policy) else shelf.policy(name) for name in groups}
    if options.rules:
        policies = choose(policies, options.rules)
    _claim(out, found, policies, options)
    left = list(dict.fromkeys(filter(None, map(choice.told, policies.values()))))
    hashes = {name: policy.sha256 for name, policy in policies.items()}
    run = BatchRun(out, policies=hashes, judging=dict(policies), told=[*left, *_told(found)])
    scratch = out / ".scratch"
    for folder in out.iterdir():
        leftovers.sweep(folder)
    try:
        for name, parts in groups.items():
            _policy(found, parts, policies[name], run, options, scratch, progress or (lambda what, n, of: None))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    if run.more:
        run.told.insert(0, f"每条规则每份申报最多写 {options.most:,} 处，另有 {run.more:,} 处没有写（--max-per-rule）")
    return run


def _told(found: Corpus) -> list[str]:
    """What the results do not rest on, so that nobody takes them for more than they are."""
    out, where = list(found.told), displayed(found.index / index.TOLD)
    said = index.told(found.index)
    problems = said.problems
    if said.apart:
        out.append(f"有 {len(said.apart)} 个名称相同的单位在几个目录里都有同一张表，按不同的单位计（见 {where}）")
    twice = sum(problem.code == "corpus.twice" for problem in problems)
    if twice:
        out.append(f"有 {twice} 张表另有一份不同的，只算了一份（见 {where}）")
    if len(problems) > twice:
        out.append(f"读入时有 {len(problems) - twice} 处问题，那些不在结果里（见 {where}）")
    return out


def _claim(out: Path, found: Corpus, policies: Mapping[str, Policy], options: Options) -> None:
    """The results of one corpus under one set of policies stand in a folder; of another, in another."""
    said = {
        "format": "jixiao-batch",
        "engine": __version__,
        "corpus": found.digest,
        "policies": {name: policy.sha256 for name, policy in policies.items()},
        "backend": options.backend,
        "memory": options.memory,
        **options.said,
    }
    stamp = out / "batch.json"
    if stamp.exists():
        try:
            old = json.loads(stamp.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            old = None
        if old != said:
            raise UsageError(
                Problem(
                    Place(displayed(out)),
                    "这里是另一次运行的结果（语料、政策、版本或选项不同）",
                    "另一个 --out 目录",
                    code="batch.other-run",
                )
            )
        return
    if out.exists() and (not out.is_dir() or any(leftovers.contents(out))):
        raise UsageError(Problem(Place(displayed(out)), "这个目录里有别的东西", "新的目录，或上一次没有做完的", code="batch.other"))
    make_directory(out)
    corpus.write_json(said, stamp)


def _policy(
    found: Corpus, parts: Sequence[Part], policy: Policy, run: BatchRun, options: Options, scratch: Path, progress: Progress
) -> None:
    rows = prepared_parts(found.path, parts, policy, lambda n, of: progress("按这个政策重读", n, of))
    folder = run.out / re.sub(r"[^\w.-]+", "_", policy.id)
    some = spark.per_task(options) if options.backend == "spark" else options
    partitions = list(_partitions(rows, memory_bytes(some.memory) // BYTES_EACH))
    left: list[spark.Task] = []
    for each in partitions:
        place = folder / _name(each)
        run.partitions += 1
        run.forms += sum(part.forms for part in each)
        run.indicators += sum(part.indicators for part in each)
        if about := _kept(place):
            run.kept += 1
            _add(run, about)
        else:
            left.append((each, place))
    progress(policy.id, len(partitions) - len(left), len(partitions))
    if not left:
        return
    job = job_of(policy, rows, some, scratch)
    done = spark.computed(job, left, options) if options.backend == "spark" else _here(job, left, run)
    for n, (_, about) in enumerate(done, start=len(partitions) - len(left) + 1):
        _add(run, about)
        progress(policy.id, n, len(partitions))


def _here(job: PartitionJob, tasks: Sequence[spark.Task], run: BatchRun) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Every partition computed and written by this process, one after the other."""
    engine = PartitionEngine(job)
    try:
        for parts, place in tasks:
            yield place, written(job, parts, place, engine)
            if job.options.timed:
                run.times.append({"partition": f"{job.policy.id}/{place.name}", **engine.seconds})
    finally:
        engine.close()


def _kept(place: Path) -> dict[str, Any] | None:
    """What a partition that was written before says of itself; None where there is none, or one that did not say what ran."""
    try:
        about: dict[str, Any] = json.loads((place / "partition.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return about if "rules" in about else None


def _add(run: BatchRun, about: Mapping[str, Any]) -> None:
    run.by_reference += about["by_reference"]
    run.checked += about["checked"]
    run.refused |= about["refused"]
    run.rules = together([run.rules, about["rules"]])
    run.more += about["more"]
    run.problems += [
        Problem(Place(item["file"]), item["message"], code=item.get("code", "batch.judged")) for item in about["problems"]
    ]


def _partitions(parts: Sequence[Part], most: int) -> Iterator[list[Part]]:
    some: list[Part] = []
    for part in parts:
        if some and sum(item.indicators for item in some) + part.indicators > most:
            yield some
            some = []
        some.append(part)
    if some:
        yield some


def _name(parts: Sequence[Part]) -> str:
    digest = hashlib.sha256("\n".join(part.path.name for part in parts).encode()).hexdigest()[:12]
    return f"{parts[0].path.name[:6]}-{digest}"
