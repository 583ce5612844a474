"""`jixiao batch`: a whole corpus under a policy, partition by partition, in a database; results as Parquet, and a summary.

A partition is written as a whole or not at all; one that is there is not computed again. What the database cannot do exactly
is done by the reference executor and counted, and a sample of what the database did is checked against it, every time.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine import __version__
from engine.bulk.batch.files import bundle_numbers, records
from engine.bulk.batch.options import OUTPUTS, Options, Progress, memory_bytes
from engine.bulk.batch.rules_ran import RulesRan
from engine.bulk.corpus import index
from engine.bulk.corpus import store as corpus
from engine.bulk.corpus.columns import PREPARED_KINDS
from engine.bulk.corpus.store import Corpus, Part
from engine.bulk.corpus.tables import BEYOND, RECORDS, TEXTS
from engine.errors import InternalError, JixiaoError, Place, Problem, UsageError
from engine.files import contents, displayed, make_directory, whole_directory
from engine.findings import choice
from engine.findings.choice import choose
from engine.intake.shelf import Shelf
from engine.policy.library import Library
from engine.policy.model import Policy
from engine.results.bundles import together
from engine.results.model import ResultRule

BYTES_EACH = 3_000
"""Memory that one indicator takes in a partition, generously: stored tables, joins, what is asked of texts."""


@dataclass(slots=True)
class BatchRun:
    """What a run did, by policy."""

    out: Path
    partitions: int = 0
    kept: int = 0
    forms: int = 0
    indicators: int = 0
    by_reference: int = 0
    """Bundles that the reference executor took."""
    checked: int = 0
    refused: dict[str, str] = field(default_factory=dict)
    policies: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    judging: dict[str, Policy] = field(default_factory=dict)
    """The policies by their ids, with the rules that were asked for."""
    rules: list[ResultRule] = field(default_factory=list)
    """What came of each rule."""
    more: int = 0
    """Findings that were found and not written, since there are too many of one rule."""
    times: list[dict[str, str]] = field(default_factory=list)
    """Seconds by step and partition, where they were asked for and it was computed now."""
    told: list[str] = field(default_factory=list)
    """What is to be known of the corpus: a run of `ingest` that was not finished, what it could not read or counts once."""


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
    import ibis  # noqa: F401

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
    for old in out.glob("*/.*"):
        shutil.rmtree(old, ignore_errors=True)
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
    if out.exists() and (not out.is_dir() or any(contents(out))):
        raise UsageError(Problem(Place(displayed(out)), "这个目录里有别的东西", "新的目录，或上一次没有做完的", code="batch.other"))
    make_directory(out)
    corpus.write_json(said, stamp)


def _policy(
    found: Corpus, parts: Sequence[Part], policy: Policy, run: BatchRun, options: Options, scratch: Path, progress: Progress
) -> None:
    from engine.bulk.batch.prepare import prepared_parts
    from engine.bulk.relational.needs import needs_of

    rows = prepared_parts(found.path, parts, policy, lambda n, of: progress("按这个政策重读", n, of))
    needs = needs_of(policy)
    folder = run.out / re.sub(r"[^\w.-]+", "_", policy.id)
    partitions = list(_partitions(rows, memory_bytes(options.memory) // BYTES_EACH if options.backend == "duckdb" else 10**12))
    engine: Engine | None = None
    try:
        for n, some in enumerate(partitions):
            progress(policy.id, n, len(partitions))
            place = folder / _name(some)
            run.partitions += 1
            run.forms += sum(part.forms for part in some)
            run.indicators += sum(part.indicators for part in some)
            if about := _kept(place):
                run.kept += 1
                _add(run, about)
                continue
            corpus.verify(some, (*PREPARED_KINDS, TEXTS, BEYOND, RECORDS))
            if engine is None:
                engine = Engine(policy, needs, rows, options, scratch)
            with whole_directory(place, replace=True) as fresh:
                about = engine.run(some, fresh)
                corpus.write_json(about, fresh / "partition.json")
            _add(run, about)
            if options.timed:
                run.times.append({"partition": f"{policy.id}/{place.name}", **engine.seconds})
        progress(policy.id, len(partitions), len(partitions))
    finally:
        if engine is not None:
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


class Engine:
    """One policy compiled on a backend, run over partition after partition."""

    def __init__(self, policy: Policy, needs: Any, parts: Sequence[Part], options: Options, scratch: Path) -> None:
        from engine.bulk.batch.reference import Reference
        from engine.bulk.relational.duckdb_backend import DuckDB, sizes_of

        self.policy, self.needs, self.options = policy, needs, options
        self.sizes = sizes_of(parts)
        self.reference = Reference(policy)
        make_directory(scratch)
        self.backend: Any
        if options.backend == "spark":
            from engine.bulk.relational.spark_backend import Spark

            self.backend = Spark(memory_bytes(options.memory), options.threads, str(scratch))
        else:
            self.backend = DuckDB(memory_bytes(options.memory), options.threads, str(scratch))
        self.program: Any = None
        self.outputs: dict[str, Any] = {}
        self.seconds: dict[str, str] = {}
        """How long each step of the partition computed last took."""
        self.why_not = ""
        """Why nothing of the policy runs in the database; empty if it does."""

    def close(self) -> None:
        self.backend.close()

    def run(self, parts: Sequence[Part], folder: Path) -> dict[str, Any]:
        """Compute and write one partition; what was done."""
        try:
            return self._run(parts, folder)
        except Exception as error:
            raise self.backend.told(error) from error

    def _run(self, parts: Sequence[Part], folder: Path) -> dict[str, Any]:
        steps = _StepTimes()
        self.backend.load(parts, self.needs)
        if self.program is None and not self.why_not:
            self._compile()
        elif self.program is not None:
            self.backend.again(self.program["cap"], self.needs, self.policy)
        problems: list[dict[str, str]] = []
        refused = {} if self.program is None else self.program["refused"]
        everything = self.program is None
        if self.program is not None:
            for name in OUTPUTS:
                self.backend.write(self.outputs[name], folder / f"{name}.parquet")
        steps.done("database")
        left, ran = set(self.backend.left_out), RulesRan(self.policy, self.options.most)
        taken = self._by_reference(parts, folder, None if everything else left, problems, ran)
        if refused:
            self._by_reference(parts, folder, None, problems, ran, refused, left)
        steps.done("reference")
        checked = 0 if everything else self._check(parts, folder, left)
        if not everything:
            ran.add_written(folder, refused)
        rules = ran.told(folder)
        steps.done("check")
        self.seconds = steps.seconds
        return {
            "parts": [part.path.name for part in parts],
            "by_reference": taken,
            "checked": checked,
            "refused": refused or ({"*": self.why_not} if everything else {}),
            "problems": problems,
            "rules": rules,
            "more": ran.more,
        }

    def _compile(self) -> None:
        """Compile the policy, or take up the plan of an earlier run: compiling takes seconds, and an officer waits."""
        from engine.bulk.relational import plans
        from engine.bulk.relational.program import compile_policy
        from engine.bulk.relational.terms import Unsupported

        made: Any
        try:
            if self.options.backend == "duckdb":
                made = plans.taken_up(self.policy, self.needs, self.backend, self.sizes)
            else:
                with plans.without_collecting():
                    made = compile_policy(self.policy, self.needs, self.backend, self.sizes)
        except Unsupported as why:
            self.why_not = str(why)
            return
        self.outputs = dict(made.outputs)
        self.program = {"cap": made.cap, "refused": dict(made.refused), "kinds": list(made.kinds)}

    # --- the reference executor --------------------------------------------------------------------------------------

    def _by_reference(
        self,
        parts: Sequence[Part],
        folder: Path,
        bundles: set[int] | None,
        problems: list[dict[str, str]],
        ran: RulesRan,
        rules: Mapping[str, str] | None = None,
        without: set[int] | None = None,
    ) -> int:
        """Runs bundles (None: all) by the reference, for all results or for some rules; how many."""
        from engine.bulk.batch.files import write_reference

        rows: dict[str, list[dict[str, Any]]] = {name: [] for name in OUTPUTS}
        count = 0
        for number, files, submission in records(parts, bundles):
            if without and number in without:
                continue
            try:
                found = self.reference.rows(submission, number, rules)
            except JixiaoError as error:
                problems += [{"file": files, "message": str(problem), "code": problem.code} for problem in error.problems]
                continue
            count += 1
            ran.add(self.reference.ran, rules)
            for name in OUTPUTS:
                rows[name] += found[name]
        for name in OUTPUTS:
            if rows[name]:
                write_reference(rows[name], name, folder / f"{name}.{'rules' if rules else 'reference'}.parquet")
        return count

    def _check(self, parts: Sequence[Part], folder: Path, left: set[int]) -> int:
        """Holds some bundles, chosen by their numbers' hash, against the reference. InternalError if anything differs."""
        from engine.bulk.batch.files import difference, rows_of_bundles

        if not self.options.check:
            return 0
        known = [number for number in bundle_numbers(parts) if number not in left]
        chosen = sorted(known, key=lambda number: hashlib.sha256(str(number).encode()).digest())[: self.options.check]
        found = rows_of_bundles(folder, chosen)
        for number, files, submission in records(parts, set(chosen)):
            try:
                wanted = self.reference.rows(submission, number)
            except JixiaoError:
                continue
            for name in OUTPUTS:
                expected = [row for row in wanted[name] if self._in_database(row)]
                differs = difference(expected, found[name].get(number, []))
                if differs:
                    raise InternalError(
                        Problem(
                            Place(files),
                            f"数据库与参照执行器的结果不一致（{name}，第 {number} 份）：{differs}",
                            "向维护者报告",
                            code="engine.executors",
                        )
                    )
        return len(chosen)

    def _in_database(self, row: Mapping[str, Any]) -> bool:
        """Whether a row of the reference is one that the database gives, too."""
        return row.get("rule") not in self.program["refused"] and (
            "fact_kind" not in row or row["fact_kind"] in self.program["kinds"]
        )


class _StepTimes:
    """How long the steps of a partition take, in seconds of this process's clock."""

    def __init__(self) -> None:
        self.seconds: dict[str, str] = {}
        self._since = time.perf_counter()

    def done(self, step: str) -> None:
        now = time.perf_counter()
        self.seconds[step] = f"{now - self._since:.2f}"
        self._since = now
