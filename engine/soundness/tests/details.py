"""What a policy says in detail, and which of it a test shows: each edge from both sides, each list, what each finding says.

A rule with a test that fires and one that does not may still have any threshold, any word, any severity. Here each of these is a
thing of its own: a number that a condition compares with (a value just on it, and one beyond it), a list (a text it catches, and
one it does not), the message, severity, category and clause of a finding, the clause of a case, the two sides of a grade's edge,
the range of a tier.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from engine.errors import Place
from engine.language.conditions import Condition, leaves, shown
from engine.language.measures import Measure
from engine.language.model import Fact, Ref, Scalar
from engine.language.tables import Case, CaseTable
from engine.policy.model import Policy
from engine.soundness.tests.model import CoverageDetail

SAYS = {"severity": "级别", "category": "类别", "basis": "依据", "message": "文字"}
"""What a finding says that a test can expect, with its name."""
_EDGES = ("lt", "lte", "gt", "gte")
_LISTS = ("in", "not_in", "contains", "not_contains")
_SIGNS = {"lt": "＜", "lte": "≤", "gt": "＞", "gte": "≥"}


@dataclass(frozen=True, slots=True)
class ConditionScope:
    """Conditions that one record is held against together: a case, one fact of a rule, what a measure counts."""

    about: str
    alias: str
    kind: str
    """The kind of fact; empty of a case."""
    conditions: tuple[Condition, ...]
    place: Place

    def subjects(self) -> Iterator[tuple[Condition, str, str]]:
        """Each condition with an edge or a list, with its key and what it is called."""
        for condition in self.conditions:
            test, name = condition.test, f"{self.alias}.{condition.test.field}" if self.alias else condition.test.field
            if test.op in _EDGES and not (isinstance(test.value, Ref) and test.value.alias):
                other = condition.other if isinstance(test.value, Ref) else shown(test.value)
                yield (
                    condition,
                    f"edge:{self.about}:{name} {test.op} {_key(test.value)}",
                    f"{condition.title}{_SIGNS[test.op]}{other}",
                )
            elif test.op in _LISTS and isinstance(test.value, tuple) and len(test.value) > 1:
                listed = "、".join(shown(value) for value in test.value[:3])
                what = f"{condition.title}的词表（{condition.params[0] if condition.params else listed}）"
                yield condition, f"list:{self.about}:{name} {test.op}", what

    def seen(self, record: Mapping[str, Scalar]) -> Iterator[str]:
        """What one record shows of the edges and lists: all other conditions hold of it that look at no other fact."""
        # one whose field is not there cannot hold, and shows nothing of the others
        failing = [c for c in self.conditions if _alone(c) and not c.passes(record) and (c.options or c.test.field in record)]
        if len(failing) > 1:
            return
        for condition, key, _ in self.subjects():
            if failing and failing[0] is not condition:
                continue
            test = condition.test
            if test.field not in record:
                continue
            if test.op in _EDGES:
                edge = record.get(test.value.field) if isinstance(test.value, Ref) else test.value
                if record[test.field] == edge:
                    yield f"{key}:at"
                if bool(failing) is (test.op in ("lte", "gte")):
                    yield f"{key}:past"
            else:
                yield f"{key}:{'miss' if bool(failing) is not test.op.startswith('not_') else 'hit'}"


def _alone(condition: Condition) -> bool:
    """Whether a condition can be told of one record, without another fact."""
    return not (isinstance(condition.test.value, Ref) and condition.test.value.alias)


def _key(value: object) -> str:
    return f"{{{value.field}}}" if isinstance(value, Ref) else str(value)


class Details:
    """Everything of a policy that a test can show, and what each test shows."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.measures = {measure.id: measure for measure in policy.rules.measures}
        self._rules: dict[str, tuple[ConditionScope, ...]] = {}

    def of_rule(self, rule: str) -> tuple[ConditionScope, ...]:
        """The facts a rule looks at, and what the measures count that it reads."""
        if rule not in self._rules:
            found = self.policy.rules.rules[rule]
            scopes = [ConditionScope(rule, p.alias or "without", p.kind, p.conditions, p.place) for p in found.patterns]
            for measure in self.measures_of(rule):
                scopes.append(
                    ConditionScope(f"measures.{measure.id}", "", measure.of, (*measure.conditions, *measure.among), measure.place)
                )
            self._rules[rule] = tuple(scopes)
        return self._rules[rule]

    def measures_of(self, rule: str) -> list[Measure]:
        """The measures that a rule's conditions read."""
        tests = [c.test for p in self.policy.rules.rules[rule].patterns for c in leaves(p.conditions)]
        read = {test.field for test in tests} | {test.value.field for test in tests if isinstance(test.value, Ref)}
        return [self.measures[name] for name in sorted(read & set(self.measures))]

    def shown_by_facts(self, rule: str, facts: Iterable[Fact]) -> frozenset[str]:
        """What the facts of a record show of a rule."""
        scopes = [scope for scope in self.of_rule(rule) if any(True for _ in scope.subjects())]
        return frozenset(key for fact in facts for scope in scopes if scope.kind == fact.kind for key in scope.seen(fact.fields))

    def shown_by_fields(self, table: CaseTable, fields: Mapping[str, Scalar]) -> frozenset[str]:
        """What a record shows of the cases of a table it comes to."""
        out: set[str] = set()
        for case in table.cases:
            scope = of_case(table, case)
            out.update(scope.seen(fields))
            if all(condition.passes(fields) for condition in case.conditions):
                break
        return frozenset(out)

    def of_cases(self) -> Iterator[ConditionScope]:
        """The cases of scoring."""
        for table in (self.policy.scoring.execution, *self.policy.scoring.tables.values()):
            yield from (of_case(table, case) for case in table.cases)

    def report(self, seen: frozenset[str], own: Callable[[Place], bool]) -> tuple[CoverageDetail, ...]:
        """Each with whether it is shown, and whether the policy itself writes it, or a parameter it reads."""
        out: dict[str, CoverageDetail] = {}
        for key, about, what, place, params in self._every():
            places = (place, *(self.policy.parameters[name].place for name in params))
            out.setdefault(key, CoverageDetail(key, about, what, place, any(map(own, places)), key in seen))
        return tuple(out.values())

    def _every(self) -> Iterator[_Said]:
        rules = self.policy.rules.rules
        for rule in rules.values():
            if rule.message:
                for key, title in SAYS.items():
                    if key != "basis" or not rule.cite[0]:  # a clause that comes from the facts is none of the rule's
                        yield f"{key}:{rule.id}", rule.id, f"没有测试说它报出的{title}", rule.place, ()
            for scope in self.of_rule(rule.id):
                yield from _of_scope(scope)
        for scope in self.of_cases():
            yield f"basis:{scope.about}", scope.about, "没有测试说它的依据", scope.place, ()
            yield from _of_scope(scope)
        yield from self._rolled_up()
        for tier in self.policy.scoring.tiers:
            yield f"tier:{tier.id}", f"档次 {tier.label or tier.id}", "没有测试说这一档的可取范围", tier.place, ()
        for band in self.policy.grades:
            name = f"等级 {band.id}"
            yield f"grade:{band.id}:at", name, f"没有测试说总分正好 {band.floor} 是什么等级、依据哪条", band.place, ()
            if band.floor > 0:
                yield f"grade:{band.id}:below", name, f"没有测试说总分比 {band.floor} 少一点是什么等级", band.place, ()

    def _rolled_up(self) -> Iterator[_Said]:
        """The clauses of the cases of 汇总, and what its checks say."""
        rules = self.policy.rollup
        for case in rules.values.cases if rules else ():
            name = f"rollup.values.{case.id}"
            yield f"basis:{name}", name, "没有测试说它的依据", case.place, ()
        for check in rules.checks if rules else ():
            for key, title in SAYS.items() if check.severity != "none" else ():
                yield f"{key}:rollup.{check.id}", f"rollup.{check.id}", f"没有测试说它报出的{title}", check.place, ()


_Said = tuple[str, str, str, Place, tuple[str, ...]]
"""Key, about, what no test shows, place, the parameters it reads."""


def of_case(table: CaseTable, case: Case) -> ConditionScope:
    """The conditions of a case."""
    return ConditionScope(f"{table.name}.{case.id}", "", "", case.conditions, case.place)


def _of_scope(scope: ConditionScope) -> Iterator[_Said]:
    for condition, key, what in scope.subjects():
        if condition.test.op in _EDGES:
            yield f"{key}:at", scope.about, f"界限 {what}：没有测试正好在界限上", scope.place, condition.params
            yield f"{key}:past", scope.about, f"界限 {what}：没有测试在界限的另一边", scope.place, condition.params
        else:
            yield f"{key}:hit", scope.about, f"{what}：没有测试用到其中的词", scope.place, condition.params
            yield f"{key}:miss", scope.about, f"{what}：没有测试是不在其中的", scope.place, condition.params


def grade_edge(policy: Policy, total: Decimal, expected: Container[str]) -> Iterator[str]:
    """Which edges of grades a rounded total shows; one on the edge only with the clause."""
    step = Decimal(1).scaleb(-policy.scoring.rounding.places)
    for band in policy.grades:
        if total == band.floor and "basis" in expected:
            yield f"grade:{band.id}:at"
        elif total == band.floor - step:
            yield f"grade:{band.id}:below"
