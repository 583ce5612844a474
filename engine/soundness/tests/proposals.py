"""Tests proposed for what no test shows: the input is computed, the outcome is what the policy gives now, for people to check.

Each is run before it is proposed, and shows what it is proposed for.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import islice
from typing import Any

from engine.errors import Place
from engine.language.model import Ref
from engine.policy.library import Library
from engine.policy.model import Policy
from engine.soundness.tests import variants
from engine.soundness.tests.details import SAYS, ConditionScope
from engine.soundness.tests.expected import finding_came, graded, score_came
from engine.soundness.tests.model import CoverageDetail, PolicyTestReport, PolicyTestResult
from engine.soundness.tests.running import Running, TestFile
from engine.soundness.tests.trials import complete, differing, facts_at, reach

MOST_TRIED = 400
"""Inputs that are tried for one thing that no test shows."""
MOST_TESTS = 6
"""Tests whose inputs are varied for it."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A test to be added, or in place of one of the policy's own (`replaces`: where that stands), and what it shows."""

    test: Mapping[str, Any]
    shows: tuple[str, ...]
    about: str
    replaces: Place | None = None


def proposals(policy: Policy, where: Library, report: PolicyTestReport) -> tuple[list[Proposal], list[CoverageDetail]]:
    """Proposals for what the policy itself writes and no test shows, and what no test was found for."""
    lacking = [detail for detail in report.lacking if detail.own]
    if not lacking:
        return [], []
    with Running(policy, where, []) as running:
        return Proposer(running, report, policy.id).propose(lacking)


class Proposer:
    """Finds tests for what is lacking, from the tests there are. `owner`: whose tests may be written anew."""

    def __init__(self, running: Running, report: PolicyTestReport, owner: str) -> None:
        self.running, self.report, self.owner = running, report, owner
        self.policy: Policy = running.policy
        self.files = {file.owner: file for file in running.files}
        self.by_about: dict[str, list[PolicyTestResult]] = {}
        for result in sorted((r for r in report.results if r.passed), key=lambda r: r.owner != owner):
            self.by_about.setdefault(result.about, []).append(result)
        self.names = {result.name for result in report.results}
        self.written: dict[Place, Proposal] = {}
        """Tests written anew, by where they stand: what is lacking next may be shown by the same."""

    def propose(self, lacking: Iterable[CoverageDetail]) -> tuple[list[Proposal], list[CoverageDetail]]:
        """Proposals for all of it, and what none was found for."""
        found: dict[tuple[str, Place | None], Proposal] = {}
        without: list[CoverageDetail] = []
        shown: set[str] = set()
        for detail in lacking:
            if detail.key in shown:
                continue
            proposal = self._one(detail)
            if proposal is None:
                without.append(detail)
                continue
            key = (proposal.test["test"], proposal.replaces)
            before = found.get(key)
            found[key] = Proposal(
                proposal.test, (*(before.shows if before else ()), *proposal.shows), proposal.about, proposal.replaces
            )
            shown.update(proposal.shows)
        return list(found.values()), without

    def _one(self, detail: CoverageDetail) -> Proposal | None:
        kind, _, about = detail.key.partition(":")
        if kind == "grade":
            return self._grade(detail)
        if about.startswith("rollup."):
            return self._rolled_up(about.removeprefix("rollup."))
        if kind in SAYS and about in self.policy.rules.rules:
            return self._finding(about)
        if kind == "basis":
            return self._expecting(about, detail.key, "basis")
        if kind == "tier":
            return self._tier(detail, about)
        return self._searched(detail)

    # --- what follows from the tests there are -----------------------------------------------------------------------

    def _finding(self, rule: str) -> Proposal | None:
        """What the rule's first finding says, added to a test that fires."""
        for result in self.by_about.get(rule, ()):
            assert result.test is not None
            file = self._file(result)
            if not result.fired or file is None:
                continue
            checked = self.running.checker.of_rule(rule, file.evaluation(result.test))
            found = [f for f in checked.findings if f.rule == rule and f.subject == result.test.get("subject", f.subject)]
            cite = self.policy.rules.rules[rule].cite[0]
            said = {key: finding_came(found[0])[key] for key in SAYS if key != "basis" or not cite}
            test = self._anew(result, "报出的内容", finding={**result.test.get("finding", {}), **said})
            return self._kept(file, test, [f"{key}:{rule}" for key in said], rule, result)
        return None

    def _expecting(self, about: str, key: str, what: str) -> Proposal | None:
        """One more expectation in the first test of a case."""
        for result in self.by_about.get(about, ()):
            assert result.test is not None
            file = self._file(result)
            if file is None or "case" not in result.test:
                continue
            form = file.evaluation(result.test).forms[0]
            score = form.indicators[0].score if "indicator" in result.test else form.execution
            came = score_came(score, form.indicators[0].known)[what]
            came = [str(edge) for edge in came] if isinstance(came, list) else came
            pending = self.written.get(result.place)
            expect = {**(pending.test if pending else result.test)["expect"], what: came}
            proposal = self._kept(file, self._anew(result, "依据", expect=expect), [key], about, result)
            if proposal is not None:
                return proposal
        return None

    def _rolled_up(self, about: str) -> Proposal | None:
        """What a roll-up's check says, or the clause of a case, added to a test of it."""
        for result in self.by_about.get(f"rollup:{about}", ()):
            file = self._file(result)
            if file is None or result.test is None or not result.fired:
                continue
            came = file.rolled_up(result.test)
            if about.startswith("values."):
                test = self._anew(result, "依据", expect={**result.test["expect"], "basis": came["rows"][0]["basis"]})
                keys = [f"basis:rollup.{about}"]
            elif found := came.get(f"finding of {about}"):
                test = self._anew(result, "报出的内容", finding={key: found[0][key] for key in SAYS})
                keys = [f"{key}:rollup.{about}" for key in SAYS]
            else:
                continue
            if proposal := self._kept(file, test, keys, about, result):
                return proposal
        return None

    def _tier(self, detail: CoverageDetail, tier: str) -> Proposal | None:
        cases = [case.id for case in self.policy.scoring.tables["qualitative"].cases if case.tier == tier]
        found = (self._expecting(f"qualitative.{case}", detail.key, "allowed") for case in cases)
        return next((one for one in found if one), None)

    def _grade(self, detail: CoverageDetail) -> Proposal | None:
        _, name, side = detail.key.split(":")
        band = next(band for band in self.policy.grades if band.id == name)
        step = Decimal(1).scaleb(-self.policy.scoring.rounding.places)
        total = band.floor if side == "at" else band.floor - step
        found = graded(total, self.policy)
        file = self._own_file()
        if found is None or file is None:
            return None
        total_said = format(total.normalize() if total == total.to_integral_value() else total, "f")
        expect = {"grade": found.id, "basis": found.basis}
        test = {"test": self._name(f"{total_said} 分是{found.id}"), "total": total_said, "expect": expect}
        return self._kept(file, test, [detail.key], detail.about)

    # --- what has to be looked for -----------------------------------------------------------------------------------

    def _searched(self, detail: CoverageDetail) -> Proposal | None:
        """A test like one there is, whose record is on the edge, beyond it, in the list or not."""
        scope = self._scope(detail)
        if scope is None:
            return None
        scope_, rules = scope
        for rule in rules:
            results = self.by_about.get(rule, [])[: 2 * MOST_TESTS]
            if not scope_.kind:  # any row that comes to the table may come to its case
                table = rule.partition(".")[0]
                results += [
                    r for about, rs in self.by_about.items() if about.startswith(f"{table}.") and about != rule for r in rs[:2]
                ]
            for result in results[: 2 * MOST_TESTS if scope_.kind else 60]:
                for test in islice(self._candidates(result, scope_, detail), MOST_TRIED):
                    proposal = self._tried(result, test, detail)
                    if proposal is not None:
                        return proposal
        return None

    def _scope(self, detail: CoverageDetail) -> tuple[ConditionScope, list[str]] | None:
        """The conditions an edge or a list is among, and the rules or the case whose tests come to them."""
        rules = self.policy.rules.rules
        details = self.running.details
        found: ConditionScope | None = None
        abouts: list[str] = []
        for rule in rules:
            for scope in details.of_rule(rule):
                if any(detail.key.startswith(f"{key}:") for _, key, _ in scope.subjects()):
                    found = found or scope
                    abouts.append(rule)
                    break
        for scope in details.of_cases():
            if any(detail.key.startswith(f"{key}:") for _, key, _ in scope.subjects()):
                found, abouts = scope, [scope.about]
        return (found, abouts) if found else None

    def _candidates(self, result: PolicyTestResult, scope: ConditionScope, detail: CoverageDetail) -> Iterator[dict[str, Any]]:
        assert result.test is not None
        file = self._file(result)
        if file is None:
            return
        record = variants.record_of(result.test, file.bases)
        condition = next(c for c, key, _ in scope.subjects() if detail.key.startswith(f"{key}:"))
        value = condition.test.value
        if detail.key.startswith("list:"):
            words = [str(word) for word in value] if isinstance(value, tuple) else []
            yield from variants.worded(result.test, record, words[:3] if detail.key.endswith(":hit") else (), words)
            yield from variants.worded(result.test, record, ["其他"], words)
            yield from variants.reshaped(result.test, record)
            return
        edges = [] if isinstance(value, Ref) else [Fraction(str(value))]
        yield from islice(variants.moved(result.test, record, edges), MOST_TRIED // 2)
        if not scope.kind:
            yield from variants.paired(result.test)
        if edges and scope.kind:
            yield from reach(file, result.test, record, scope, condition.test.field, [edges[0], edges[0] + 1, edges[0] - 1])
        yield from variants.reshaped(result.test, record)

    def _tried(self, result: PolicyTestResult, test: dict[str, Any], detail: CoverageDetail) -> Proposal | None:
        file = self._file(result)
        assert file is not None
        if not self._may_show(file, test, result.about, detail.key):
            return None
        completed = complete(file, test)
        if completed is None:
            return None
        completed["test"] = self._name(f"{result.name}；{differing(result.test or {}, completed)}")
        return self._kept(file, completed, [detail.key], detail.about)

    def _may_show(self, file: TestFile, test: Mapping[str, Any], rule: str, key: str) -> bool:
        """Whether the facts of a test's record show this of a rule: hundreds of records are tried, and few need be checked."""
        if rule not in self.policy.rules.rules or self.policy.rules.rules[rule].message == "" or "case" in test:
            return True
        kinds = {scope.kind for scope in self.running.details.of_rule(rule)}
        if kinds & self.policy.rules.derived:  # facts that only rules make
            return True
        facts = facts_at(file, test, kinds, self.running.details.measures_of(rule))
        return key in self.running.details.shown_by_facts(rule, facts)

    # --- keeping -----------------------------------------------------------------------------------------------------

    def _file(self, result: PolicyTestResult) -> TestFile | None:
        return next((file for file in self.running.files if file.document.file == result.place.file), None)

    def _own_file(self) -> TestFile | None:
        return self.files.get(self.owner) or next(iter(self.running.files), None)

    def _anew(self, result: PolicyTestResult, why: str, **more: Any) -> dict[str, Any]:
        """The test with more expected; under a new name where it is another's."""
        assert result.test is not None
        pending = self.written.get(result.place)
        test = {**(pending.test if pending else result.test), **more}
        if result.owner != self.owner and not pending:
            test["test"] = self._name(f"{result.name}（{why}）")
        return copy.deepcopy(test)

    def _name(self, wanted: str) -> str:
        base, number = wanted[:150], 2
        name = base
        while name in self.names:
            name, number = f"{base}（{number}）", number + 1
        return name

    def _kept(
        self, file: TestFile, test: dict[str, Any], keys: Sequence[str], about: str, anew: PolicyTestResult | None = None
    ) -> Proposal | None:
        """The proposal, if it holds and shows what it is for."""
        came = file.tried(test, self.owner)
        if came is None or not came.passed or not set(keys) <= came.shows:
            return None
        self.names.add(test["test"])
        own = anew is not None and anew.owner == self.owner
        proposal = Proposal(test, tuple(keys), about, anew.place if own and anew else None)
        if anew is not None:
            self.written[anew.place] = proposal
        return proposal
