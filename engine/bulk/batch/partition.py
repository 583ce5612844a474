"""One partition of a batch: computed in a database where that is exact, and by the reference executor where it is not.

What the reference did is counted, and a sample of what the database did is checked against it, every time.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from engine.bulk.batch.files import bundle_numbers, records
from engine.bulk.batch.options import OUTPUTS, Options, memory_bytes
from engine.bulk.batch.rules_ran import RulesRan
from engine.bulk.corpus.store import Part
from engine.errors import InternalError, JixiaoError, Place, Problem
from engine.files import make_directory
from engine.policy.model import Policy


class PartitionEngine:
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
