"""Policy tests: YAML beside each policy, run by `policy test`. Officers write them; no code is needed.

A test of a rule starts from a base record, changes it, and says how often the rule fires (0 is a near miss). A test of a
scoring case gives one indicator, or the budget line, and says what comes out. A test of neither says how clean a record is.
The tests of what a policy extends run under the policy too, except those it writes anew under the same name and those of rules
it stops; their base records are at hand.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from hashlib import sha256
from typing import Any

from engine.errors import InputError, Place, PolicyError, Problem, nearest
from engine.language.fields import ADJUST_TABLE, NAME_TABLE
from engine.language.rules import SEVERITIES
from engine.policy import files as policy_files
from engine.policy.library import Library, display_name
from engine.policy.model import Policy
from engine.policy.resolved import years
from engine.scoring.form import evaluate
from engine.scoring.model import Evaluation, Recognised, Score
from engine.soundness.tests.blanks import blank
from engine.soundness.tests.checks import TestChecks
from engine.submission import record
from engine.submission.model import Submission
from engine.yaml.reader import YamlDocument

_STEP = re.compile(r"([^.\[\]]+)|\[([0-9]+|\+)\]")


@dataclass(frozen=True, slots=True)
class PolicyTestResult:
    """One test: whether it held, and if not, what was expected and what came."""

    name: str
    place: Place
    about: str
    """The rule or case it tests; empty for a test of a whole record."""
    passed: bool
    fired: bool
    reason: str = ""
    derived_by: tuple[str, ...] = ()
    now: Mapping[str, Any] | None = None
    """Of an inherited test that does not hold: the test with what came in place of what was expected, where that can be said."""


@dataclass(frozen=True, slots=True)
class PolicyTestReport:
    """All results, and what no passing test covers."""

    results: tuple[PolicyTestResult, ...]
    rules_without_firing: tuple[str, ...]
    rules_without_miss: tuple[str, ...]
    cases_without_test: tuple[str, ...]
    covered: int
    to_cover: int

    @property
    def failed(self) -> tuple[PolicyTestResult, ...]:
        return tuple(result for result in self.results if not result.passed)

    @property
    def coverage(self) -> Decimal:
        """Share of rules and scoring cases covered, in percent."""
        return Decimal(100 * self.covered) / self.to_cover if self.to_cover else Decimal(100)


Known = dict[tuple[str, str, int, bytes], PolicyTestResult]
"""What came of tests before: by the hash of the policy, whose test it is, of which year, and the hash of test and base record."""
MAX_KNOWN = 5_000
"""Results that are remembered; then it begins anew."""


def run_tests(policy: Policy, where: Library, known: Known | None = None) -> PolicyTestReport:
    """Run every test of the policy and of what it extends. With `known`, a test that ran before under the very same policy is not
    run again, and what comes of those that are is added: for a workbench, where a few tests change from one run to the next.

    Raises PolicyError for tests that cannot be run: bad YAML, an unknown base, rule or case, a path that leads nowhere.
    """
    problems: list[Problem] = []
    checker = TestChecks(policy)
    results: list[PolicyTestResult] = []
    try:
        written = _written(policy, where, problems)
        bases = {name: base for _, document in written for name, base in document.data.get("bases", {}).items()}
        for owner, document in written:
            replaced = _replaced(policy, owner, written)
            results += _File(document, policy, checker, problems, owner, _year(owner, where), bases, replaced, known).run()
    finally:
        checker.close()
    if problems:
        raise PolicyError(problems)
    return _report(results, policy)


def _written(policy: Policy, where: Library, problems: list[Problem]) -> list[tuple[str, YamlDocument]]:
    """The test files of what the policy extends and its own, each with the id of its policy."""
    out: list[tuple[str, YamlDocument]] = []
    for owner in (*policy.extends, policy.id):
        for path in sorted((where.directory(owner) / "tests").glob("*.yaml")):
            document, wrong = policy_files.read(path, display_name(path), "test")
            problems += wrong
            if not wrong:
                out.append((owner, document))
    return out


def _year(owner: str, where: Library) -> int:
    """The first fiscal year of a policy, of which the dates in its tests are; 0 for a pack, which has none."""
    path = where.directory(owner) / "policy.yaml"
    return years(policy_files.read(path, display_name(path))[0].data.get("policy", {}))[0]


def _replaced(policy: Policy, owner: str, written: Sequence[tuple[str, YamlDocument]]) -> frozenset[str]:
    """Names of the tests of `owner` that the policy, or one between the two, writes anew or whose rule it stops."""
    order = [*policy.extends, policy.id]
    later = set(order[order.index(owner) + 1 :])
    stopped = policy.disabled if later else frozenset()
    names = {test["test"] for id_, document in written if id_ in later for test in document.data["tests"]}
    own = (test for id_, document in written if id_ == owner for test in document.data["tests"])
    return frozenset(names | {test["test"] for test in own if test.get("rule") in stopped})


class _File:
    def __init__(
        self,
        document: YamlDocument,
        policy: Policy,
        checker: TestChecks,
        problems: list[Problem],
        owner: str,
        year: int,
        bases: Mapping[str, Any],
        replaced: frozenset[str],
        known: Known | None,
    ) -> None:
        self.document, self.policy, self.checker, self.problems, self.owner = document, policy, checker, problems, owner
        self.bases: Mapping[str, Any] = {**bases, **document.data.get("bases", {})}
        self.year, self.replaced, self.known = year, replaced, known

    def run(self) -> Iterator[PolicyTestResult]:
        for result in self._results():
            if self.owner == self.policy.id or result.passed:
                yield replace(result, now=None)
            else:  # the policy may differ from what it extends, and then says so itself
                hint = f"（{self.owner} 的测试；“{self.policy.id}”有意与它不同的，在自己的 tests/ 里写一条同名的）"
                yield replace(result, reason=result.reason + hint)

    def _results(self) -> Iterator[PolicyTestResult]:
        for index, test in enumerate(self.document.data["tests"]):
            if test["test"] in self.replaced:
                continue
            place = self.document.place(("tests", index))
            try:
                yield self._result(test, place)
            except _Unusable as wrong:
                self.problems.append(
                    Problem(place, f"测试“{test['test']}”：{wrong.message}", wrong.expected, wrong.close, code="test.written")
                )
            except InputError as error:
                self.problems += [
                    Problem(place, f"测试“{test['test']}”的记录有错：{p.message}", p.expected, p.nearest, code="test.record")
                    for p in error.problems
                ]

    def _result(self, test: Mapping[str, Any], place: Place) -> PolicyTestResult:
        run = self._case if "case" in test else self._rollup if "rollup" in test else self._record
        if self.known is None:
            return run(test, place)
        given = sha256(repr((test, self.bases.get(test.get("base", "")))).encode()).digest()
        key = (self.policy.sha256, self.owner, self.year, given)
        found = self.known.get(key)
        if found is None:
            found = run(test, place)
            if len(self.known) >= MAX_KNOWN:
                self.known.clear()
            self.known[key] = found
        return replace(found, place=place)

    # --- rules -----------------------------------------------------------------------------------------------------

    def _record(self, test: Mapping[str, Any], place: Place) -> PolicyTestResult:
        rules = self.policy.rules.rules
        rule = test.get("rule", "")
        if rule and rule not in rules:
            raise _Unusable(f"没有规则“{rule}”", "", nearest(rule, rules))
        if ("fires" if rule else "severity") not in test:
            raise _Unusable("没有写期望", "rule 与 fires，或 severity")
        evaluation = self._evaluation(self._changed(test), self._earlier(test), self._approved(test))
        checked = self.checker.of_rule(rule, evaluation) if rule else self.checker.whole(evaluation)
        if not rule:
            return self._clean(test, place, [(f.rule, f.severity, f.message) for f in checked.findings])
        if not rules[rule].message:
            count = sum(item.rule == rule for item in checked.outcome.derived)
            subjects: list[str] = []
            derived_by: tuple[str, ...] = ()
        else:
            found = [finding for finding in checked.findings if finding.rule == rule]
            count, subjects = len(found), [finding.subject for finding in found]
            derived_by = tuple(name for finding in found for name in finding.derived_by)
        reason = ""
        if count != test["fires"]:
            every = self.checker.whole(evaluation).findings
            others = "、".join(dict.fromkeys(f.rule for f in every)) or "没有别的问题"
            reason = f"应报 {test['fires']} 处，报了 {count} 处（{'、'.join(subjects) or others}）"
        elif "subject" in test and test["subject"] not in subjects:
            reason = f"对象应有“{test['subject']}”，是 {'、'.join(subjects)}"
        now = {key: value for key, value in test.items() if key != "subject" or value in subjects} | {"fires": count}
        return PolicyTestResult(
            test["test"], place, rule, not reason, test["fires"] > 0, reason, derived_by, now if reason else None
        )

    @staticmethod
    def _clean(test: Mapping[str, Any], place: Place, found: list[tuple[str, str, str]]) -> PolicyTestResult:
        allowed = list(SEVERITIES)[list(SEVERITIES).index(test["severity"]) :] if test["severity"] != "none" else []
        wrong = [f"{rule}：{message}" for rule, severity, message in found if severity not in allowed]
        return PolicyTestResult(test["test"], place, "", not wrong, False, "；".join(wrong))

    def _changed(self, test: Mapping[str, Any]) -> Any:
        name = test.get("base", "")
        if name not in self.bases:
            raise _Unusable(f"没有底稿“{name}”", "、".join(self.bases), nearest(name, self.bases))
        data = copy.deepcopy(self.bases[name])
        for path, value in test.get("change", {}).items():
            _change(data, path, value)
        return data

    def _earlier(self, test: Mapping[str, Any]) -> Any:
        """Last year's record: the base record changed as `earlier` says, a year before; None where the test gives none."""
        if "earlier" not in test:
            return None
        data = self._changed({**test, "change": test["earlier"]})
        return {**data, "fiscal_year": data["fiscal_year"] - 1}

    def _approved(self, test: Mapping[str, Any]) -> Any:
        """The targets as approved: the base record changed as `approved` says, without actuals, scores and totals."""
        if "approved" not in test:
            return None
        data = self._changed({**test, "change": test["approved"]})
        for form in data["forms"]:
            form.pop("total", None)
            for goal in form["goals"]:
                goal["indicators"] = [{k: v for k, v in row.items() if k not in ("actual", "score")} for row in goal["indicators"]]
        return data

    # --- scoring cases -----------------------------------------------------------------------------------------------

    def _case(self, test: Mapping[str, Any], place: Place) -> PolicyTestResult:
        known = [*cases(self.policy), *_read_cases(self.policy)]
        if test["case"] not in known:
            raise _Unusable(f"没有计分情形“{test['case']}”", "", nearest(test["case"], known))
        if ("indicator" in test) == ("budget" in test) or "expect" not in test:
            raise _Unusable("没有写全", "indicator 或 budget 其中一个，和 expect")
        indicator = {**blank(self.policy), **test.get("indicator", {})}
        budget = {"name": "总额", "role": "total", "money_unit": "万元", **test.get("budget", {"budget": "1", "executed": "1"})}
        beside = [{**blank(self.policy), **other} for other in test.get("beside", ())]
        kind = test.get("kind", self.policy.form_kinds[-1])
        form = {"kind": kind, "name": "测试", "budget": [budget], "goals": [{"indicators": [indicator, *beside]}]}
        evaluation = self._evaluation({"unit": "测试", "fiscal_year": self.year or self.policy.first_year, "forms": [form]})
        item = evaluation.forms[0].indicators[0]
        score = item.score if "indicator" in test else evaluation.forms[0].execution
        reason, now = _compare(test, score, item.known)
        return PolicyTestResult(test["test"], place, test["case"], not reason, True, reason, now=now if reason else None)

    def _rollup(self, test: Mapping[str, Any], place: Place) -> PolicyTestResult:
        from engine.soundness.tests import rollup as rollup_tests

        try:
            reason, fired, now = rollup_tests.run(test, self.policy, self.year or self.policy.first_year, self.document.file)
        except rollup_tests.Unusable as wrong:
            raise _Unusable(wrong.message, wrong.expected, wrong.close) from None
        return PolicyTestResult(
            test["test"], place, f"rollup:{test['rollup']}", not reason, fired, reason, now=now if reason else None
        )

    def _evaluation(self, data: Any, earlier: Any = None, approved: Any = None) -> Evaluation:
        before, wanted = (self._submission(other).forms if other else () for other in (earlier, approved))
        return evaluate(self._submission(data), self.policy, earlier=before, approved=wanted)

    def _submission(self, data: Any) -> Submission:
        return record.from_data({"schema": "jixiao/submission/1", **data}, self.document.file)


def _compare(test: Mapping[str, Any], score: Score, known: Recognised) -> tuple[str, dict[str, Any] | None]:
    """What differs, empty if nothing does, and the test as it would hold; None if it would not for want of a case."""
    expect = test["expect"]
    came = {
        "computed": score.computed,
        "allowed": list(score.allowed) if score.allowed else None,
        "status": score.status,
        "met": known.met,
        "direction": known.direction,
        "direction_ground": known.direction_ground,
        "certain": known.certain,
        "attainment": known.attainment,
    }
    wrong = []
    case = _case_of(test["case"], score, known)
    if case != test["case"]:
        wrong.append(f"情形是 {case or '（没有）'}")
    for key, wanted in expect.items():
        value: Any = wanted
        if key == "computed":
            value = Decimal(str(wanted))
        elif key == "allowed":
            value = [Decimal(str(edge)) for edge in wanted]
        if came[key] != value:
            wrong.append(f"{key} 应为 {_shown(wanted)}，是 {_shown(came[key])}")
    if not case:
        return "；".join(wrong), None
    said = {key: came[key] for key in expect if came[key] is not None} or {"status": score.status}
    return "；".join(wrong), {**test, "case": case, "expect": said}


def _case_of(wanted: str, score: Score, known: Recognised) -> str:
    """The case that held in the table a test asks about: that of the score, or one by which the indicator was read."""
    table = wanted.partition(".")[0]
    if table in _READ_BY:
        if table == NAME_TABLE:
            return f"{table}.{known.fields.get('name_case', '')}"
        return next(f"{table}.{step.case}" for step in known.steps if step.table == table)
    trace = score.trace
    if trace is not None and trace.before is not None and table != ADJUST_TABLE:
        trace = trace.before
    return trace.case if trace else ""


def _shown(value: Any) -> str:
    return f"[{', '.join(map(str, value))}]" if isinstance(value, list) else str(value)


class _Unusable(Exception):
    def __init__(self, message: str, expected: str = "", close: str = "") -> None:
        super().__init__(message)
        self.message, self.expected, self.close = message, expected, close


def _change(data: Any, path: str, value: Any) -> None:
    """Set, add or (with None) remove what `path` names. Raises _Unusable where it leads nowhere."""
    steps: list[str | int] = []
    position = 0
    for found in _STEP.finditer(path):
        between = path[position : found.start()]
        if between not in ("", "."):
            raise _Unusable(f"路径“{path}”写法不对", "如 forms[0].goals[0].indicators[1].actual")
        steps.append(found[1] if found[1] is not None else (-1 if found[2] == "+" else int(found[2])))
        position = found.end()
    if not steps or position != len(path):
        raise _Unusable(f"路径“{path}”写法不对", "如 forms[0].goals[0].indicators[1].actual")
    node = data
    try:
        for step in steps[:-1]:
            node = node[step]
        last = steps[-1]
        if last == -1:
            node.append(value)
        elif value is None:
            del node[last]
        else:
            node[last] = value
    except (KeyError, IndexError, TypeError, AttributeError):
        raise _Unusable(f"路径“{path}”在底稿里没有") from None


def cases(policy: Policy) -> Iterator[str]:
    """Every scoring case of a policy, as `table.case`."""
    for table in (policy.scoring.execution, *policy.scoring.tables.values()):  # the total's cases are tested by whole records
        for case in table.cases:
            yield f"{table.name}.{case.id}"
    if policy.scoring.adjust is not None:
        yield from (f"{ADJUST_TABLE}.{case.id}" for case in policy.scoring.adjust.cases if not case.keeps)


_READ_BY = (NAME_TABLE, "direction")
"""Tables by which an indicator is read, whose cases a test may name."""


def _read_cases(policy: Policy) -> Iterator[str]:
    for name in _READ_BY:
        if name in policy.recognition:
            yield from (f"{name}.{case.id}" for case in policy.recognition[name].cases)


def _rolled_up(policy: Policy) -> list[str]:
    from engine.soundness.tests.rollup import subjects

    return [f"rollup:{name}" for name in subjects(policy)]


def _report(results: list[PolicyTestResult], policy: Policy) -> PolicyTestReport:
    good = [result for result in results if result.passed]
    fired = {r.about for r in good if r.fired} | {name for r in good for name in r.derived_by}
    missed = {r.about for r in good if not r.fired}
    rules = policy.rules.rules
    # a rule that only concludes is tested by the findings that rest on it
    needs_miss = [name for name, rule in rules.items() if rule.message]
    known = [*cases(policy), *_rolled_up(policy)]
    without_firing = tuple(name for name in rules if name not in fired)
    without_miss = tuple(name for name in needs_miss if name not in missed)
    without_test = tuple(name for name in known if name not in fired)
    to_cover = len(rules) + len(needs_miss) + len(known)
    covered = to_cover - len(without_firing) - len(without_miss) - len(without_test)
    return PolicyTestReport(tuple(results), without_firing, without_miss, without_test, covered, to_cover)
