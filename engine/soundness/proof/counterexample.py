"""A model of the solver as a form would show it, held against the engine before anyone is told of it.

The solver's answer is only a suggestion: the case and the score shown are those the real tables give for the values shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from engine.language import formula
from engine.language.conditions import leaves, shown
from engine.language.fields import QUOTIENTS, Field, cut, quotient
from engine.language.model import Scalar
from engine.language.tables import Case, CaseTable
from engine.policy.model import Policy
from engine.soundness.proof.logic import Term, number, same, some
from engine.soundness.proof.prover import Prover, decimal, exact
from engine.soundness.proof.terms import Record, Unknown
from engine.values import numerals
from engine.values.numerals import plain

TITLES = {
    "weight": "分值",
    "target": "目标值",
    "actual": "完成值",
    "reported": "自评得分",
    "budget": "预算数",
    "executed": "执行数",
    "execution": "预算执行得分",
    "indicators": "各指标得分之和",
    "not_applicable_weight": "不适用指标的分值",
}
WORDS = {
    "department": "部门",
    "project": "项目",
    "positive": "正向",
    "inverse": "反向",
    "range": "区间",
    "met": "达到",
    "not_met": "没有达到",
}
SIGNS = {">=": "≥", ">": "＞", "<=": "≤", "<": "＜", "=": "＝", "±": "±"}
_UNSAID = ("nature", "comparison", *QUOTIENTS)
"""Fields that say nothing beside those they follow from."""
_TRIES = [
    (Decimal(target), Decimal(weight))
    for target, weight in (
        ("80", "10"),
        ("100", "10"),
        ("0", "10"),
        ("3", "5"),
        ("80", "1"),
        ("80", "0.5"),
        ("-80", "10"),
        ("-80", "0.5"),
    )
]
"""(target, weight) a person would choose for an example, in order."""
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class CaseOutcome:
    """What the engine makes of a record: the case that holds, and its score within the bounds (None where there is none)."""

    case: Case
    raw: Fraction | None
    score: Fraction | None


def of_engine(table: CaseTable, fields: Mapping[str, Scalar], policy: Policy) -> CaseOutcome | None:
    """The engine's own answer for a record; None if no case holds or its formula has no value."""
    case = table.first(fields)
    if case is None:
        return None
    if case.score is None:
        return CaseOutcome(case, None, None)
    values: dict[str, numerals.Number] = {
        name: item.value for name, item in policy.parameters.items() if isinstance(item.value, int | Decimal)
    }
    values |= {name: value for name, value in fields.items() if isinstance(value, Decimal)}
    values |= {name: found for name in QUOTIENTS if name in fields and (found := quotient(name, fields)) is not None}
    try:
        raw = formula.evaluate(case.score, values)
        if table.name == "total":
            return CaseOutcome(case, raw, raw)
        bounds = [formula.evaluate(edge, values) for edge in (policy.scoring.bounds.lowest, policy.scoring.bounds.highest)]
    except (KeyError, formula.DivisionByZero):
        return CaseOutcome(case, None, None)
    return CaseOutcome(case, raw, max(bounds[0], min(bounds[1], raw)))


def fields_of(model: Any, record: Record) -> dict[str, Scalar] | None:
    """The record of a model as the engine would have it; None where it has a number no form can hold."""
    import z3

    fields: dict[str, Scalar] = {}
    for key, unknown in record.unknowns.items():
        if key in QUOTIENTS:
            continue  # follow from the others
        if not z3.is_true(model.eval(unknown.present, model_completion=True)):
            continue
        if unknown.about.type == "number":
            found = exact(model, unknown.value)
            value = None if found is None else decimal(found)
            if value is None:
                return None
            fields[key] = value
        elif unknown.about.type == "bool":
            fields[key] = bool(z3.is_true(model.eval(unknown.value, model_completion=True)))
        else:
            fields[key] = _text(model, unknown)
    for key in QUOTIENTS:
        if key in record.fields and (found := quotient(key, fields)) is not None:
            fields[key] = cut(found)
    return fields


def _text(model: Any, unknown: Unknown) -> str:
    """A text that is what the model says of it, as far as one can be put together from the words asked for."""
    import z3

    for constant, term in unknown.constants.items():
        if z3.is_true(model.eval(term)):
            return constant
    parts = [value[0] for (kind, value), term in unknown.patterns.items() if kind == "contains" and z3.is_true(model.eval(term))]
    return "，".join(parts) or "某"


def friendly(prover: Prover, terms: list[Term], records: list[Record], table: str) -> Any:
    """A model with the first numbers, in the order a person would think of them, that the terms allow; None if they allow none.

    Of two records the values are as close as they can be. The same whenever it is asked: texts with examples are compared.
    """
    for base, key, grid in _bases(table, records[0], finely=len(records) > 1):
        asked = [*terms, *base]
        if prover.possible(asked)[0] != "refuted":
            continue
        ends = [record.value(key) for record in records]
        close = _first(prover, asked, [ends[-1] - ends[0] == number(step) for step in (_CENT, 1, 10)]) if len(ends) > 1 else []
        for gap in [close, []] if close else [[]]:
            found = _first(prover, [*asked, *gap], [same(ends[-1], number(point)) for point in grid])
            if found:
                asked += [*gap, *found]
                break
        else:
            continue
        if len(ends) > 1:
            asked += _first(prover, asked, [same(ends[0], number(point)) for point in grid])
        for options in _rest(records[0]):
            asked += _first(prover, asked, options)
        return prover.possible(asked)[1]
    return None


def _bases(table: str, record: Record, *, finely: bool) -> Iterator[tuple[list[Term], str, list[Decimal]]]:
    """What is fixed first, what is looked for next, and its values in order."""
    value = record.value
    if table == "quantitative":
        for target, weight in _TRIES:
            yield [value("target") == number(target), value("weight") == number(weight)], "actual", _grid(target, finely=finely)
        # a formula that none of these suits: whatever the first of each is that does, so that it is the same one every time
        for middle in map(Decimal, (80, 100, 10, 3, 1, 0, -80)):
            yield [value("target") == number(middle)], "actual", _grid(middle, finely=finely)
    elif table == "execution":
        yield [value("budget") == 80], "executed", _grid(Decimal(80), finely=finely)
        yield [value("budget") == -80], "executed", _grid(Decimal(-80), finely=finely)
    elif table == "total":
        points = [Decimal(point) for point in (0, 10, 5, 20, 1, 40, 60, 80, 90)]
        for nothing in (0, 10, 40):
            for other in ("indicators", "execution"):
                for rest in points:
                    key = "execution" if other == "indicators" else "indicators"
                    yield [value("not_applicable_weight") == nothing, value(other) == number(rest)], key, points
    elif "weight" in record.fields:
        yield [], "weight", [Decimal(point) for point in ("10", "5", "1", "0.5")]


def _rest(record: Record) -> Iterator[list[Term]]:
    """Choices for what else an example may show."""
    import z3

    fields = record.fields
    if "target_operator" in fields and "direction" in fields:
        yield [record.text("target_operator", sign) for sign in (">=", "<=", "", ">", "<", "=", "±")]
    if "weight" in fields:
        yield [record.value("weight") == number(Decimal(points)) for points in ("10", "5", "20", "2", "1", "0.5")]
    if "reported" in fields:
        value = record.value("reported")
        yield [z3.Not(record.present("reported")), value == 0, value == 1, value == 10]


def _first(prover: Prover, asked: list[Term], options: list[Term]) -> list[Term]:
    """The first of the options that can hold, found by halving; nothing if none can."""
    if not options or prover.possible([*asked, some(options)])[0] != "refuted":
        return []
    while len(options) > 1:
        half = options[: (len(options) + 1) // 2]
        options = half if prover.possible([*asked, some(half)])[0] == "refuted" else options[len(half) :]
    return options


def _grid(middle: Decimal, *, finely: bool) -> list[Decimal]:
    """Values a person would choose around a target: shares of it, and (where two are compared) those just beside."""
    steps = (Decimal(0), -_CENT, _CENT) if finely else (Decimal(0),)
    shares = [Decimal(share) / 100 for share in (100, 90, 80, 60, 50, 70, 95, 110, 120, 130, 10, 150, 200, 250)]
    near = [middle - 1, middle + 1, middle - _CENT, middle + _CENT]
    points = [*(middle * share + step for step in steps for share in shares), *near, *map(Decimal, (0, 1, 5, -1, -10))]
    return list(dict.fromkeys(points))


def told(fields: Mapping[str, Scalar], about: Iterable[str], known: Mapping[str, Field]) -> str:
    """The values of these fields as a form's reader knows them: 正向指标、分值 10、目标值 ≥80、完成值 79.99."""
    names = [key for key in dict.fromkeys(about) if key in known and key not in _UNSAID]
    if fields.get("target_kind") != "range":
        names = [key for key in names if key not in ("target_kind", "verdict")]
    sign = SIGNS.get(str(fields.get("target_operator", "")), "") if "target_operator" in names else ""
    out = []
    for key in names:
        value = fields.get(key)
        title = TITLES.get(key, known[key].title)
        if key == "target_operator" and "target" in names:
            continue
        if value is None:
            out.append(f"没有{title}")
        elif key == "direction":
            out.append(f"{WORDS.get(str(value), value)}指标")
        elif isinstance(value, Decimal):
            out.append(f"{title} {sign if key == 'target' else ''}{plain(value)}")
        elif isinstance(value, bool):
            out.append(f"{title}：{'是' if value else '否'}")
        else:
            out.append(f"{title}：{WORDS.get(value) or shown(value)}")
    return "、".join(out)


def points(value: Fraction, policy: Policy) -> str:
    """A score as the policy rounds it."""
    return plain(policy.scoring.rounding(value).normalize())


def read_by(table: CaseTable) -> list[str]:
    """The fields a table's conditions and formulas read, in order."""
    names = [condition.test.field for case in table.cases for condition in leaves(case.conditions)]
    names += [name.name for case in table.cases if case.score is not None for name in formula.names(case.score)]
    names += [part for name in names if name in QUOTIENTS for part in QUOTIENTS[name][:2]]
    order = ["direction", "weight", "target", "actual", "budget", "executed"]
    return sorted(dict.fromkeys(names), key=lambda name: order.index(name) if name in order else len(order))
