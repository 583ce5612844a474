"""Ordered tables: the first case that holds wins, the last may be `otherwise`.

Recognition tables give a value; scoring tables give a formula, a tier, or a status. Compiled and checked once: names and
types in conditions and formulas, cases nobody can reach, and divisors that can be 0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from engine.errors import Place, Problem, nearest
from engine.language import formula, predicates
from engine.language import names as chinese
from engine.language.conditions import Condition, Scope
from engine.language.fields import NAME_TABLE, QUOTIENTS, Fields
from engine.language.formula import Expression
from engine.language.generated import Which
from engine.language.model import Ref, Scalar, Test, leaves


@dataclass(frozen=True, slots=True)
class Case:
    """One row: when it holds and what follows. Exactly one of value, score, tier and status is set."""

    id: str
    label: str
    conditions: tuple[Condition, ...]
    basis: str
    place: Place
    value: str = ""
    score: Expression | None = None
    formula: str = ""
    tier: str = ""
    status: str = ""
    certain: bool = True
    """Whether the value is the only reading (tables of directions and names)."""
    ground: str = ""
    """What a direction was read from."""
    ask: bool = False
    """Whether a person is asked all the same."""

    @property
    def keeps(self) -> bool:
        """Whether a score that is to be adjusted stays as it is."""
        return isinstance(self.score, formula.Name) and self.score.name == "score"


@dataclass(frozen=True, slots=True)
class CaseTable:
    """Cases in order. `name` is `direction`, `quantitative` …; a case's full name is `name.id`."""

    name: str
    title: str
    cases: tuple[Case, ...]
    reads: frozenset[str] = field(init=False, compare=False, repr=False)
    """Every field that a condition or formula of its cases names: what cannot matter where it is not among them."""
    _which: Which = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "reads", frozenset(_read_by(self.cases)))
        object.__setattr__(self, "_which", Which([tuple(_tests(case)) for case in self.cases]))

    def first(self, fields: Mapping[str, Scalar]) -> Case | None:
        """The first case that holds of these fields; None if none does."""
        number = self._which.first(fields)
        return self.cases[number] if number >= 0 else None


@dataclass(frozen=True, slots=True)
class Reader:
    """Builds tables from policy data, collecting every problem with its line."""

    scope: Scope
    params: Mapping[str, Any]
    problems: list[Problem]

    def table(self, name: str, data: Mapping[str, Any], path: tuple[str | int, ...], values: tuple[str, ...] = ()) -> CaseTable:
        """The table at `path`. `values` are the results a recognition case may give; empty for scoring tables."""
        cases = tuple(self._case(item, (*path, "cases", i), values) for i, item in enumerate(data["cases"]))
        self.order(data["cases"], path)
        for index, case in enumerate(cases):
            if case.score is not None:
                self._divisors(cases[:index], case, (*path, "cases", index, "score"))
        return CaseTable(name, str(data.get("title", name)), cases)

    def _case(self, data: Mapping[str, Any], path: tuple[str | int, ...], values: tuple[str, ...]) -> Case:
        place = self.scope.locate(path)
        conditions = self.conditions(data, path)
        outcomes = [key for key in ("value", "score", "tier", "status") if key in data]
        if len(outcomes) != 1:
            self._add(
                path,
                f"“{data['case']}”要有且只有一个结果，写了 {'、'.join(outcomes) or '没有'}",
                "value" if values else "score、tier、status 之一",
                code="table.one-result",
            )
        value = str(data.get("value", ""))
        if values and value not in values:
            message = f"“{value}”不是可用的结果"
            self._add((*path, "value"), message, "、".join(values), nearest(value, values), code="table.no-value", names=(value,))
        score = None
        if "score" in data:
            score = self.formula(str(data["score"]), (*path, "score"))
        return Case(
            id=str(data["case"]),
            label=str(data.get("label", "")),
            conditions=conditions,
            basis=str(data["basis"]),
            place=place,
            value=value,
            score=score,
            formula=str(data.get("score", "")),
            tier=str(data.get("tier", "")),
            status=str(data.get("status", "")),
            certain=bool(data.get("certain", path[1] != NAME_TABLE)),
            ground=str(data.get("ground", "")),
            ask=bool(data.get("ask", False)),
        )

    def conditions(self, data: Mapping[str, Any], path: tuple[str | int, ...]) -> tuple[Condition, ...]:
        """When a case holds: always, if it is `otherwise`."""
        if ("when" in data) == ("otherwise" in data):
            self._add(path, f"“{data['case']}”应当写 when 或 otherwise 其中一个", "when: {…} 或 otherwise: true", code="table.when")
        return self.scope.compile(data["when"], (*path, "when"), self.problems) if "when" in data else ()

    def formula(self, text: str, path: tuple[str | int, ...], fields: Fields | None = None) -> Expression | None:
        """A formula over the scope's numeric fields and parameters; None, and a problem, if it does not hold up."""
        fields = self.scope.fields if fields is None else fields
        try:
            expression = formula.parse(text)
        except formula.FormulaError as wrong:
            self._add(
                path,
                f"{wrong.message}（公式“{text}”第{wrong.offset + 1}字）",
                wrong.expected,
                offset=wrong.offset,
                code="formula.syntax",
            )
            return None
        expression = formula.renamed(expression, chinese.chinese(fields, self.params))
        sound = True
        for name in formula.names(expression):
            value: Any = self.params.get(name.name)
            numeric = isinstance(value, int | Decimal) and not isinstance(value, bool)
            if name.name not in fields and not numeric:
                known = [n for n, f in fields.items() if f.type == "number"]
                what = f"参数“{name.name}”不是数字" if name.name in self.params else f"公式里没有“{name.name}”这个量"
                said = chinese.chinese(known, self.params)
                others = [other for other in (*known, *said, *self.params) if other != name.name]
                titles = chinese.listed(known)
                code = "formula.parameter" if name.name in self.params else "formula.no-name"
                close = chinese.close_to(name.name, others)
                self._add(path, what, titles, close, name.offset, code=code, names=("parameters", name.name))
                sound = False
            elif name.name in fields and fields[name.name].type != "number":
                self._add(
                    path,
                    f"“{name.name}”（{fields[name.name].title}）是文字，不能参与运算",
                    "数字",
                    offset=name.offset,
                    code="formula.text",
                )
                sound = False
        return expression if sound else None

    def order(
        self,
        cases: list[Mapping[str, Any]],
        path: tuple[str | int, ...],
        last: str = "加一条 otherwise（如 status: needs_review）",
    ) -> None:
        """Names occur once, and `otherwise` comes last and is there; `last` is what to write where it is not."""
        seen: dict[str, int] = {}
        for index, case in enumerate(cases):
            name = str(case["case"])
            if name in seen:
                self._add(
                    (*path, "cases", index, "case"),
                    f"“{name}”重名，第{seen[name] + 1}条已用",
                    "同一张表里各条名称不同",
                    code="table.twice",
                )
            seen[name] = index
            if "otherwise" in case and index < len(cases) - 1:
                self._add(
                    (*path, "cases", index, "otherwise"),
                    "otherwise 后面的各条永远用不上",
                    "otherwise 只写在最后一条",
                    code="table.after-otherwise",
                )
        if "otherwise" not in cases[-1]:
            message = "表的最后一条不是 otherwise：各条都不成立时没有结果"
            self._add((*path, "cases", len(cases) - 1), message, last, code="table.no-otherwise")

    def _divisors(self, earlier: tuple[Case, ...], case: Case, path: tuple[str | int, ...]) -> None:
        assert case.score is not None
        for divisor in formula.divisors(case.score):
            if not self._never_zero(divisor, case, earlier):
                said = formula.show(divisor)
                advice = f"在前面加一条 {said} 为 0 的情形"
                if isinstance(divisor, formula.Name):
                    advice += f"，或在 when 里写 {said}: {{gt: 0}}"
                if not case.id:  # a formula outside a table has no cases
                    advice = "不用除法，或除以一个不为 0 的数或参数"
                self._add(path, f"公式“{case.formula}”的除数 {said} 可能为 0", advice, code="formula.zero-divisor")

    def guard(self, expression: Expression, text: str, path: tuple[str | int, ...]) -> None:
        """Refuse divisors that can be 0 in a formula that stands outside a table."""
        outside = Case("", "", (), "", Place(), score=expression, formula=text)
        self._divisors((), outside, path)

    def _never_zero(self, divisor: Expression, case: Case, earlier: tuple[Case, ...]) -> bool:
        """Whether the divisor cannot be 0 where this case is reached: a constant or parameter that is not 0, a product of
        such, or a field whose value 0 this case's conditions rule out or an earlier case has taken."""
        if isinstance(divisor, formula.Constant):
            return divisor.value != 0
        if isinstance(divisor, formula.Operation) and divisor.sign == "max":
            return any(self._positive(operand) for operand in divisor.operands)
        if isinstance(divisor, formula.Operation):
            return divisor.sign in ("*", "/", "neg", "abs") and all(self._never_zero(o, case, earlier) for o in divisor.operands)
        if divisor.name not in self.scope.fields:
            return self.params.get(divisor.name) != 0
        return rules_out_zero(case, divisor.name) or any(_takes_zero(other, case, divisor.name) for other in earlier)

    def _positive(self, operand: Expression) -> bool:
        if isinstance(operand, formula.Constant):
            return operand.value > 0
        value = (
            self.params.get(operand.name) if isinstance(operand, formula.Name) and operand.name not in self.scope.fields else None
        )
        return isinstance(value, int | Decimal) and value > 0

    def _add(
        self,
        path: tuple[str | int, ...],
        message: str,
        expected: str = "",
        close: str = "",
        offset: int = 0,
        *,
        code: str,
        names: tuple[str, ...] = (),
    ) -> None:
        place = self.scope.locate(path)
        if offset and place.line:
            place = Place(place.file, place.line, place.column + offset)
        self.problems.append(Problem(place, message, expected, close, code=code, names=names))


def rules_out_zero(case: Case, name: str) -> bool:
    """Whether one of the case's conditions on this field is false of 0, or orders it strictly away from 0 by way of another
    field (`actual > target` and `target >= 0`)."""
    return any(_rules_out_zero(test, case, name) for test in _tests(case))


def _rules_out_zero(test: Test, case: Case, name: str) -> bool:
    if test.op == "any":
        return all(any(_rules_out_zero(inner, case, name) for inner in option) for option in test.options)
    if test.field != name:
        return False
    if not isinstance(test.value, Ref):
        return test.op not in ("present", "absent") and not predicates.predicate(test)({name: Decimal(0)})
    return test.op == "gt" and _at_least_zero(case, test.value)


def _at_least_zero(case: Case, ref: Ref) -> bool:
    return any(
        t.field == ref.field and t.op in ("gte", "gt", "eq") and isinstance(t.value, Decimal) and t.value >= 0 for t in _tests(case)
    )


def _takes_zero(earlier: Case, case: Case, name: str) -> bool:
    """Whether every record that reaches `case` with this field 0 was taken by `earlier`: each of its conditions is one that
    `case` has too, or holds of 0."""
    own = set(_tests(case))
    return all(test in own or _holds_of_zero(test, own, name) for test in _tests(earlier))


def _holds_of_zero(test: Test, own: set[Test], name: str) -> bool:
    """Whether a test holds of every record with this field 0 of which the tests in `own` hold."""
    if test.op == "any":
        return any(all(inner in own or _holds_of_zero(inner, own, name) for inner in option) for option in test.options)
    return test.field == name and not isinstance(test.value, Ref) and predicates.predicate(test)({name: Decimal(0)})


def _read_by(cases: tuple[Case, ...]) -> Iterator[str]:
    for case in cases:
        for test in leaves(_tests(case)):
            yield test.field
            if isinstance(test.value, Ref):
                yield test.value.field
        for name in formula.names(case.score) if case.score is not None else ():
            yield name.name
            yield from QUOTIENTS.get(name.name, ())[:2]


def _tests(case: Case) -> Iterator[Test]:
    return (condition.test for condition in case.conditions)
