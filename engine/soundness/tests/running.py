"""Tests run against a policy as it is: a test of a rule, of a whole record, of a grade, of a case, of a roll-up."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from hashlib import sha256
from typing import Any

from engine.errors import InputError, Place, Problem, nearest
from engine.findings.model import Finding
from engine.language.rules import SEVERITIES
from engine.language.tables import Case
from engine.policy.library import Library, display_name
from engine.policy.loading import resolve
from engine.policy.model import Policy
from engine.policy.resolved import Resolved
from engine.scoring.form import evaluate
from engine.scoring.model import Evaluation
from engine.scoring.totals import execution_fields
from engine.soundness.tests.blanks import blank
from engine.soundness.tests.checks import TestChecks
from engine.soundness.tests.copied import compare_copied
from engine.soundness.tests.details import Details, grade_edge
from engine.soundness.tests.expected import OF_FINDING, compare_finding, compare_form, compare_score, graded
from engine.soundness.tests.model import PolicyTestResult
from engine.soundness.tests.records import Unusable, approved_record, changed_base, earlier_record
from engine.soundness.tests.subjects import cases, read_cases
from engine.soundness.tests.written import first_year, names_replaced, written_tests
from engine.submission import record
from engine.submission.model import Submission
from engine.yaml.reader import YamlDocument

_PARAM = re.compile(r"\bparam\.(\w+)")
Known = dict[tuple[str, str, int, bytes], PolicyTestResult]
"""What came of tests before: by the hash of the policy, whose test it is, of which year, and the hash of test and base record."""
MAX_KNOWN = 5_000
"""Results that are remembered; then it begins anew."""


class Running:
    """The tests of a policy, ready to be run: for `run_tests`, and for whoever runs some of them. Close it after use."""

    def __init__(
        self, policy: Policy, where: Library, problems: list[Problem], known: Known | None = None, *, durable: bool = True
    ) -> None:
        """`durable`: rules run on durable-rules, too, with the plain matcher as referee."""
        self.policy, self.problems, self.known, self._where = policy, problems, known, where
        self.aside: list[str] = []
        """Inherited tests of what the policy no longer has, each with its place: they are not run."""
        self.checker, self.details = TestChecks(policy, durable), Details(policy)
        order = (*policy.extends, policy.id)
        self._homes = [(owner, f"{display_name(where.directory(owner))}/") for owner in order]
        written = written_tests(policy, where, problems)
        self.files = [
            TestFile(
                self, document, owner, first_year(owner, where), self._bases(owner, written), names_replaced(policy, owner, written)
            )
            for owner, document in written
        ]

    def __enter__(self) -> Running:
        return self

    def __exit__(self, *exception: object) -> None:
        self.checker.close()

    def _bases(self, owner: str, written: Sequence[tuple[str, YamlDocument]]) -> dict[str, Any]:
        """The base records a file of `owner` may name: its own and those of what it extends, not those of who extends it, whatever
        they are called."""
        known = [name for name, _ in self._homes]
        before = set(known[: known.index(owner) + 1])
        return {name: base for at, document in written if at in before for name, base in document.data.get("bases", {}).items()}

    def resolved(self) -> Resolved:
        """The text of the policy, for tests of what is written there."""
        return resolve(self.policy.id, self._where)

    def owner(self, place: Place) -> str:
        """Which policy wrote what stands there."""
        return next((owner for owner, home in reversed(self._homes) if place.file.startswith(home)), self.policy.id)

    def is_own(self, place: Place) -> bool:
        return self.owner(place) == self.policy.id

    def later(self, place: Place, owner: str) -> bool:
        """Whether what stands there was written by a policy that stands on `owner`, whose tests could not know of it."""
        order = [name for name, _ in self._homes]
        return order.index(self.owner(place)) > order.index(owner)


class TestFile:
    """The tests of one file."""

    __test__ = False  # not a test case, whatever pytest thinks of the name

    def __init__(
        self, running: Running, document: YamlDocument, owner: str, year: int, bases: Mapping[str, Any], replaced: frozenset[str]
    ) -> None:
        self.running, self.document, self.owner, self.year, self.replaced = running, document, owner, year, replaced
        self.policy, self.checker, self.problems, self.known = running.policy, running.checker, running.problems, running.known
        self.bases: Mapping[str, Any] = {**bases, **document.data.get("bases", {})}

    def run(self) -> Iterator[PolicyTestResult]:
        for result in self._results():
            if result.passed:
                yield replace(result, now=None)
            elif self.owner == self.policy.id:
                yield result
            else:  # the policy may differ from what it extends, and then says so itself
                hint = f"（{self.owner} 的测试；“{self.policy.id}”有意与它不同的，在自己的 tests/ 里写一条同名的）"
                yield replace(result, reason=result.reason + hint)

    def tried(self, test: Mapping[str, Any], owner: str) -> PolicyTestResult | None:
        """What comes of a test that is written nowhere, as one of `owner`; None where it cannot be run."""
        try:
            return self._as(owner)._run(test, self.document.place(("tests",)))
        except (Unusable, InputError):
            return None

    def came(self, test: dict[str, Any]) -> dict[str, Any] | None:
        """The test with what comes of it in place of what it expects; None where that cannot be said."""
        result = self._as(self.policy.id)._run(test, self.document.place(("tests",)))
        return dict(test) if result.passed else dict(result.now) if result.now is not None else None

    def _as(self, owner: str) -> TestFile:
        if owner == self.owner:
            return self
        other = copy.copy(self)
        other.owner = owner
        return other

    def _results(self) -> Iterator[PolicyTestResult]:
        for index, test in enumerate(self.document.data["tests"]):
            if test["test"] not in self.replaced and (result := self.result(test, index)) is not None:
                yield result

    def result(self, test: Mapping[str, Any], index: int) -> PolicyTestResult | None:
        """What comes of one test of the file; None, and a problem, where it cannot be run."""
        place = self.document.place(("tests", index))
        if self.owner != self.policy.id and (gone := self._gone(test)):
            self.running.aside.append(f"{place}：{test['test']}：{gone}")
            return None
        try:
            return self._result(test, place)
        except Unusable as wrong:
            self.problems.append(
                Problem(place, f"测试“{test['test']}”：{wrong.message}", wrong.expected, wrong.close, code="test.written")
            )
        except InputError as error:
            self.problems += [
                Problem(place, f"测试“{test['test']}”的记录有错：{p.message}", p.expected, p.nearest, code="test.record")
                for p in error.problems
            ]
        return None

    def _gone(self, test: Mapping[str, Any]) -> str:
        """That an inherited test is of a case that the policy no longer has (Chinese); empty where it has it."""
        case = test.get("case", "")
        if not case or case in cases(self.policy) or case in read_cases(self.policy):
            return ""
        return f"这里没有情形 {case}"

    def _result(self, test: Mapping[str, Any], place: Place) -> PolicyTestResult:
        if self.known is None:
            return self._run(test, place)
        given = sha256(repr((test, self.bases.get(test.get("base", "")))).encode()).digest()
        key = (self.policy.sha256, self.owner, self.year, given)
        found = self.known.get(key)
        if found is None:
            found = self._run(test, place)
            if len(self.known) >= MAX_KNOWN:
                self.known.clear()
            self.known[key] = found
        return replace(found, place=place)

    def _run(self, test: Mapping[str, Any], place: Place) -> PolicyTestResult:
        if "written" in test:
            own, resolved = self.owner == self.policy.id, self.running.resolved()
            wrong, now = compare_copied(test, resolved, lambda at: self.running.later(at, self.owner), own=own)
            return self._came(test, place, "", wrong, False, now)
        run = self._case if "case" in test else self._rollup if "rollup" in test else self._record
        return run(test, place)

    # --- rules -----------------------------------------------------------------------------------------------------

    def _record(self, test: Mapping[str, Any], place: Place) -> PolicyTestResult:
        if "total" in test:
            return self._grade(test, place)
        rules = self.policy.rules.rules
        rule = test.get("rule", "")
        if rule and rule not in rules:
            raise Unusable(f"没有规则“{rule}”", "", nearest(rule, rules))
        if (rule and "fires" not in test) or not {"fires", "severity", "form"} & set(test):
            raise Unusable("没有写期望", "rule 与 fires，或 severity，或 form")
        evaluation = self.evaluation(test)
        return self._of_rule(test, place, rule, evaluation) if rule else self._whole(test, place, evaluation)

    def _of_rule(self, test: Mapping[str, Any], place: Place, rule: str, evaluation: Evaluation) -> PolicyTestResult:
        """A test of a rule: how often it fires, of whom, and what its finding says."""
        checked = self.checker.of_rule(rule, evaluation)
        if not self.policy.rules.rules[rule].message:
            count = sum(item.rule == rule for item in checked.outcome.derived)
            found: list[Finding] = []
        else:
            found = [finding for finding in checked.findings if finding.rule == rule]
            count = len(found)
        subjects = [finding.subject for finding in found]
        derived_by = tuple(name for finding in found for name in finding.derived_by)
        reason = self._miscounted(test, count, subjects, evaluation)
        now = {key: value for key, value in test.items() if key != "subject" or value in subjects} | {"fires": count}
        said: tuple[str, ...] = ()
        if "finding" in test:
            aside = self._aside(rule)
            about = [finding for finding in found if finding.subject == test.get("subject", finding.subject)]
            compared = compare_finding(test["finding"], about or found, aside)
            reason = reason or compared.wrong
            now = {**now, "finding": dict(compared.came)} if compared.came else {k: v for k, v in now.items() if k != "finding"}
            said = tuple(f"{key}:{rule}" for key in test["finding"] if key not in aside)
        shows = frozenset() if reason else self.running.details.shown_by_facts(rule, checked.facts).union(said)
        return self._came(test, place, rule, reason, test["fires"] > 0, now, derived_by=derived_by, shows=shows)

    def _miscounted(self, test: Mapping[str, Any], count: int, subjects: Sequence[str], evaluation: Evaluation) -> str:
        """That a rule fired otherwise than expected, or on others (Chinese); empty if as expected."""
        if count != test["fires"]:
            every = self.checker.whole(evaluation).findings
            others = "、".join(dict.fromkeys(f.rule for f in every)) or "没有别的问题"
            return f"应报 {test['fires']} 处，报了 {count} 处（{'、'.join(subjects) or others}）"
        if "subject" in test and test["subject"] not in subjects:
            return f"对象应有“{test['subject']}”，是 {'、'.join(subjects)}"
        return ""

    def _came(
        self,
        test: Mapping[str, Any],
        place: Place,
        about: str,
        reason: str,
        fired: bool,
        now: Mapping[str, Any] | None,
        *,
        derived_by: tuple[str, ...] = (),
        shows: frozenset[str] = frozenset(),
    ) -> PolicyTestResult:
        now = now if reason else None
        return PolicyTestResult(test["test"], place, about, not reason, fired, reason, derived_by, now, shows, self.owner, test)

    def _aside(self, rule: str) -> frozenset[str]:
        """What an inherited test says of a finding and cannot know: a policy above wrote the rule anew, or a value that the rule
        reads, whose clause is then another, and which its message may name."""
        found = self.policy.rules.rules[rule]
        if self.running.later(found.place, self.owner):
            return frozenset(OF_FINDING)
        read = {name for pattern in found.patterns for condition in pattern.conditions for name in condition.params}
        read |= {name for name in _PARAM.findall(found.message) if name in self.policy.parameters}
        changed = any(self.running.later(self.policy.parameters[name].place, self.owner) for name in read)
        return frozenset({"basis", "message"} if changed else ())

    def _whole(self, test: Mapping[str, Any], place: Place, evaluation: Evaluation) -> PolicyTestResult:
        """A test of a whole record: how clean it is, what its scores and grade are."""
        wrong: list[str] = []
        now: dict[str, Any] | None = None
        if "severity" in test:
            severity = test["severity"]
            allowed = list(SEVERITIES)[list(SEVERITIES).index(severity) :] if severity != "none" else []
            findings = self.checker.whole(evaluation).findings
            wrong += [f"{f.rule}：{f.message}" for f in findings if f.severity not in allowed]
        if "form" in test:
            compared = compare_form(test["form"], evaluation.forms[0])
            now = None if wrong else {**test, "form": dict(compared.came)}
            wrong += [compared.wrong] if compared.wrong else []
        return self._came(test, place, "", "；".join(wrong), False, now)

    def _grade(self, test: Mapping[str, Any], place: Place) -> PolicyTestResult:
        """A test of the grade that a total has."""
        if "expect" not in test:
            raise Unusable("没有写全", "total 与 expect（grade、basis）")
        total = Decimal(str(test["total"]))
        band = graded(total, self.policy)
        came = {"grade": band.id if band else "", "basis": band.basis if band else ""}
        aside = {"basis"} if band and self.running.later(band.place, self.owner) else set()
        wrong = [
            f"{key} 应为 {wanted}，是 {came.get(key) or '空'}"
            for key, wanted in test["expect"].items()
            if key not in aside and came.get(key) != wanted
        ]
        now = {**test, "expect": {key: came[key] for key in test["expect"] if came.get(key)}}
        shows = frozenset() if wrong or "grade" not in test["expect"] else frozenset(grade_edge(self.policy, total, test["expect"]))
        return self._came(test, place, "", "；".join(wrong), False, now, shows=shows)

    # --- scoring cases -----------------------------------------------------------------------------------------------

    def _case(self, test: Mapping[str, Any], place: Place) -> PolicyTestResult:
        known = [*cases(self.policy), *read_cases(self.policy)]
        if test["case"] not in known:
            raise Unusable(f"没有计分情形“{test['case']}”", "", nearest(test["case"], known))
        if ("indicator" in test) == ("budget" in test) or "expect" not in test:
            raise Unusable("没有写全", "indicator 或 budget 其中一个，和 expect")
        form = self.evaluation(test).forms[0]
        item = form.indicators[0]
        score = item.score if "indicator" in test else form.execution
        scoring = self.policy.scoring
        table = scoring.execution if "budget" in test else scoring.tables.get(test["case"].partition(".")[0])
        case = next((case for case in table.cases if f"{table.name}.{case.id}" == test["case"]), None) if table else None
        told = score.trace.basis if score.trace else ""
        aside = {"basis"} if case is not None and self._unknown(case, told) else set()
        reason, now = compare_score(test, score, item.known, aside)
        shows: frozenset[str] = frozenset()
        if not reason and table is not None:
            fields = item.known.fields
            if "budget" in test:
                fields = execution_fields(form.form.budget[0], self.policy, self.policy.words)
            shows = self.running.details.shown_by_fields(table, fields)
            shows |= {f"basis:{test['case']}"} if "basis" in test["expect"] and not aside else set()
            shows |= {f"tier:{case.tier}"} if case is not None and case.tier and "allowed" in test["expect"] else set()
        return self._came(test, place, test["case"], reason, True, now, shows=shows)

    def _unknown(self, case: Case, basis: str) -> bool:
        """Whether an inherited test cannot know the clause told: the case was written anew above it, or the clause is one of a
        policy above it, whose value the case uses."""
        clause = self.policy.clauses.get(basis)
        return self.running.later(case.place, self.owner) or (clause is not None and self.running.later(clause.place, self.owner))

    def _rollup(self, test: Mapping[str, Any], place: Place) -> PolicyTestResult:
        from engine.soundness.tests import rollup as rollup_tests

        year = self.year or self.policy.first_year
        reason, fired, now, shows = rollup_tests.run(
            test, self.policy, year, self.document.file, lambda at: self.running.later(at, self.owner)
        )
        return self._came(test, place, f"rollup:{test['rollup']}", reason, fired, now, shows=shows)

    def rolled_up(self, test: Mapping[str, Any]) -> dict[str, Any]:
        """All that comes of the roll-up of a test. Raises Unusable or InputError."""
        from engine.soundness.tests import rollup as rollup_tests

        return rollup_tests.everything(test, self.policy, self.year or self.policy.first_year, self.document.file)

    # --- records ---------------------------------------------------------------------------------------------------

    def evaluation(self, test: Mapping[str, Any]) -> Evaluation:
        """What the policy makes of the record, or of the one row, that a test is about. Raises Unusable or InputError."""
        if "case" not in test:
            return self._evaluated(*(made(self.bases, test) for made in (changed_base, earlier_record, approved_record)))
        indicator = {**blank(self.policy), **test.get("indicator", {})}
        budget = {"name": "总额", "role": "total", "money_unit": "万元", **test.get("budget", {"budget": "1", "executed": "1"})}
        kind = test.get("kind", self.policy.form_kinds[-1])
        beside = [{**blank(self.policy), **other} for other in test.get("beside", ())]
        form = {"kind": kind, "name": "测试", "budget": [budget], "goals": [{"indicators": [indicator, *beside]}]}
        return self._evaluated({"unit": "测试", "fiscal_year": self.year or self.policy.first_year, "forms": [form]})

    def _evaluated(self, data: Any, earlier: Any = None, approved: Any = None) -> Evaluation:
        before, wanted = (self._submission(other).forms if other else () for other in (earlier, approved))
        return evaluate(self._submission(data), self.policy, earlier=before, approved=wanted)

    def _submission(self, data: Any) -> Submission:
        return record.from_data({"schema": "jixiao/submission/1", **data}, self.document.file)
