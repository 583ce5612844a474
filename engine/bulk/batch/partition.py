"""One partition of a batch: computed in a database where that is exact, and by the reference executor where it is not.

What the reference did is counted, and a sample of what the database did is checked against it, every time.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.bulk.batch.files import bundle_numbers, difference, records, rows_of_bundles, write_reference
from engine.bulk.batch.options import OUTPUTS, Options, memory_bytes
from engine.bulk.batch.reference import Reference
from engine.bulk.batch.rules_ran import RulesRan
from engine.bulk.corpus import store as corpus
from engine.bulk.corpus.columns import PREPARED_KINDS
from engine.bulk.corpus.store import Part
from engine.bulk.corpus.tables import BEYOND, RECORDS, TEXTS
from engine.bulk.relational import plans
from engine.bulk.relational.duckdb_backend import DuckDB, sizes_of
from engine.bulk.relational.needs import Needs, needs_of
from engine.bulk.relational.program import Plan
from engine.bulk.relational.terms import Unsupported
from engine.errors import InternalError, JixiaoError, Place, Problem
from engine.files import make_directory, whole_directory
from engine.policy.model import Policy


@dataclass(frozen=True, slots=True)
class PartitionJob:
    """What a policy comes to on a corpus: all that is needed to compute any of its partitions, here or on another machine."""

    policy: Policy
    needs: Needs
    plan: Plan | None
    options: Options
    scratch: str
    why_not: str = ""
    """Why nothing of the policy runs in the database; empty if it does."""


def job_of(policy: Policy, parts: Sequence[Part], options: Options, scratch: Path) -> PartitionJob:
    """The policy compiled for these parts, or taken up from an earlier run."""
    needs = needs_of(policy)
    try:
        return PartitionJob(policy, needs, plans.plan_for(policy, needs, sizes_of(parts)), options, str(scratch))
    except Unsupported as why:
        return PartitionJob(policy, needs, None, options, str(scratch), str(why))


def written(job: PartitionJob, parts: Sequence[Part], place: Path, engine: PartitionEngine | None = None) -> dict[str, Any]:
    """One partition computed and written as a whole; what its partition.json says."""
    corpus.verify(parts, (*PREPARED_KINDS, TEXTS, BEYOND, RECORDS))
    one = engine or PartitionEngine(job)
    try:
        with whole_directory(place, replace=True) as fresh:
            about = one.run(parts, fresh)
            corpus.write_json(about, fresh / "partition.json")
    finally:
        if engine is None:
            one.close()
    return about


class PartitionEngine:
    """One policy over partition after partition."""

    def __init__(self, job: PartitionJob) -> None:
        self.job, self.policy, self.options, self.plan = job, job.policy, job.options, job.plan
        self.reference = Reference(job.policy)
        make_directory(Path(job.scratch))
        self.backend = DuckDB(memory_bytes(self.options.memory), self.options.threads, job.scratch)
        self.seconds: dict[str, str] = {}
        """How long each step of the partition computed last took."""

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
        self.backend.load(parts, self.job.needs)
        problems: list[dict[str, str]] = []
        refused = {} if self.plan is None else dict(self.plan.refused)
        everything = self.plan is None
        if self.plan is not None:
            self.backend.run(self.plan, self.policy)
            for name in OUTPUTS:
                self.backend.write(name, folder / f"{name}.parquet")
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
            "refused": refused or ({"*": self.job.why_not} if everything else {}),
            "problems": problems,
            "rules": rules,
            "more": ran.more,
        }

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
        assert self.plan is not None
        return row.get("rule") not in self.plan.refused and ("fact_kind" not in row or row["fact_kind"] in self.plan.kinds)


class _StepTimes:
    """How long the steps of a partition take, in seconds of this process's clock."""

    def __init__(self) -> None:
        self.seconds: dict[str, str] = {}
        self._since = time.perf_counter()

    def done(self, step: str) -> None:
        now = time.perf_counter()
        self.seconds[step] = f"{now - self._since:.2f}"
        self._since = now
