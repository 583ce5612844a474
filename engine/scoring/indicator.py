"""Scores: what the policy makes of each indicator, of the budget line, and of the form, with the trace of each number.

Arithmetic is on exact fractions; rounding happens where the policy says, once. An indicator that cannot be scored gets a
status and a reason, never a silent 0 or full mark.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from engine.language import formula
from engine.language.fields import QUOTIENTS, quotient
from engine.language.formula import DivisionByZero
from engine.language.model import Scalar
from engine.language.tables import Case
from engine.policy.model import Policy
from engine.scoring.model import Range, Recognised, Score, Trace, rounding_text
from engine.values import numerals
from engine.values.cells import number_of


def score_indicator(known: Recognised, policy: Policy) -> Score:
    """The score of one indicator, in points, by the first case that holds of the table its nature names; the case's clause is in
    the trace. `needs_review` where its weight is not known; a rolled-up indicator is scored by what it was made of."""
    if known.weight is None:
        written = known.indicator.weight
        number = number_of(written)
        wrong = "不是数" if number is None else "小于零" if number < 0 else "大于总分，可能是两格的数写在一格里"
        reason = f"分值“{written.text}”{wrong}" if written else "表上没有该指标的分值"
        return Score(known.reported, None, None, None, "needs_review", reason, None)
    if known.indicator.rolled:
        from engine.scoring.rolled import rolled_score  # it builds on this module

        if (rolled := rolled_score(known, known.indicator.rolled, policy)) is not None:
            return rolled
    table = policy.scoring.tables[known.nature]
    case = table.first(known.fields)
    assert case is not None  # tables end in `otherwise`
    if case.tier:
        whole = Decimal(100) if policy.scoring.hundred else known.weight  # each scored out of 100, whatever it weighs
        return _tiered(known, whole, case, policy)
    if case.score is None:
        return _unscored(known, known.weight, case, policy)
    return _computed(f"{table.name}.{case.id}", case, known.fields, known.weight, known.reported, policy)


def _computed(
    name: str,
    case: Case,
    fields: Mapping[str, Scalar],
    weight: Decimal,
    reported: Decimal | None,
    policy: Policy,
    unrounded: Mapping[str, Fraction] | None = None,
) -> Score:
    """Evaluate a case's formula, keep it within the policy's bounds, round it."""
    assert case.score is not None
    values = _values(case.score, fields, policy)
    wanted = {n.name for n in formula.names(case.score)}
    if missing := sorted(wanted - values.keys()):
        return Score(reported, None, None, None, "error", f"公式缺少 {'、'.join(missing)}", None)
    shown = tuple(values.items())
    operands = formula.show(case.score, values)
    try:
        exact = formula.evaluate(case.score, {**values, **_quotients(values, fields), **(unrounded or {})})
    except DivisionByZero as zero:
        trace = Trace(name, case.label, case.basis, case.formula, operands, shown)
        return Score(reported, None, None, None, "error", f"除数 {zero} 为 0", trace)
    lowest = formula.evaluate(policy.scoring.bounds.lowest, {"weight": weight})
    highest = formula.evaluate(policy.scoring.bounds.highest, {"weight": weight})
    kept = max(lowest, min(highest, exact))
    bounded = ""
    if kept != exact:
        bounded = f"{numerals.plain(exact)} 超出 {numerals.plain(lowest)} 至 {numerals.plain(highest)}，取 {numerals.plain(kept)}"
    rounding = policy.scoring.rounding
    # rounding must not carry a score past its bounds: a weight of 1.255 gives 1.25 at most
    value = max(rounding.above(lowest, True), min(rounding.below(highest, True), rounding(kept)))
    part = kept if rounding.at == "form" else Fraction(value)
    trace = Trace(
        name,
        case.label,
        case.basis,
        case.formula,
        operands,
        shown,
        unrounded=exact,
        bounded=bounded,
        bounded_basis=policy.scoring.bounds.basis if bounded else "",
        rounding=rounding_text(policy),
        rounding_basis=policy.scoring.rounding_basis,
    )
    return Score(reported, value, part, (value, value), "scored", "", trace, (part, part))


def _tiered(known: Recognised, weight: Decimal, case: Case, policy: Policy) -> Score:
    """A qualitative score: the body's own if it lies in its tier's range, else the nearest admissible value."""
    tiers = policy.scoring.tiers
    index = next(i for i, tier in enumerate(tiers) if tier.id == case.tier)
    tier, above = tiers[index], tiers[index - 1] if index else None
    whole, rounding = Fraction(weight), policy.scoring.rounding
    low, high = Fraction(tier.floor) * whole, (Fraction(above.floor) if above else Fraction(1)) * whole
    high_included = above is None or not above.floor_included
    allowed = rounding.above(low, tier.floor_included), rounding.below(high, high_included)
    left, right = "[" if tier.floor_included else "(", "]" if high_included else ")"
    trace = Trace(
        f"qualitative.{case.id}",
        case.label or tier.label,
        case.basis,
        tier=f"{tier.id}（{tier.label}）",
        tier_range=f"{left}{numerals.plain(low)}, {numerals.plain(high)}{right}",
        values=(("weight", weight),),
        rounding=rounding_text(policy),
        rounding_basis=policy.scoring.rounding_basis,
    )
    if allowed[0] > allowed[1]:
        reason = f"该档范围 {trace.tier_range} 内没有保留 {rounding.places} 位小数的分值"
        return Score(known.reported, None, None, None, "needs_review", reason, trace)
    if known.reported is None:
        reason = f"没有自评得分；该档可在 {allowed[0]} 至 {allowed[1]} 之间评定"
        return Score(None, None, None, allowed, "needs_review", reason, trace, _limits(allowed))
    own = rounding(known.reported)
    value = max(allowed[0], min(allowed[1], own))
    bounded = "" if value == own else f"自评 {numerals.plain(known.reported)} 不在 {trace.tier_range} 内，取最近的可取值 {value}"
    trace = replace(trace, unrounded=Fraction(known.reported), bounded=bounded)
    return Score(known.reported, value, Fraction(value), allowed, "scored", "", trace, _limits(allowed))


def _unscored(known: Recognised, weight: Decimal, case: Case, policy: Policy) -> Score:
    words = known.wording.why if known.nature == "qualitative" else ""
    said = words or known.comparison.reason or known.verdict_reason
    reason = "；".join(dict.fromkeys(filter(None, [case.label, said])))
    trace = Trace(f"{known.nature}.{case.id}", case.label, case.basis)
    allowed = _whole_range(weight, policy) if case.status == "needs_review" else None
    return Score(known.reported, None, None, allowed, case.status, reason, trace, _limits(allowed))


def unscored(known: Recognised, reason: str, policy: Policy) -> Score:
    """No score but the whole range of the weight, and why: the cells it would rest on are not certain."""
    allowed = None if known.weight is None else _whole_range(known.weight, policy)
    return Score(known.reported, None, None, allowed, "needs_review", reason, None, _limits(allowed))


def _whole_range(weight: Decimal, policy: Policy) -> Range:
    lowest = policy.scoring.rounding.above(formula.evaluate(policy.scoring.bounds.lowest, {"weight": weight}), True)
    highest = policy.scoring.rounding.below(formula.evaluate(policy.scoring.bounds.highest, {"weight": weight}), True)
    return lowest, highest


def _limits(allowed: Range | None) -> tuple[Fraction, Fraction] | None:
    return None if allowed is None else (Fraction(allowed[0]), Fraction(allowed[1]))


def _values(score: formula.Expression, fields: Mapping[str, Scalar], policy: Policy) -> dict[str, Decimal]:
    """The operands of a formula: numeric fields, and parameters by name."""
    values: dict[str, Decimal] = {}
    for name in formula.names(score):
        value = fields.get(name.name)
        if value is None and name.name in policy.parameters:
            value = Decimal(policy.parameters[name.name].value)  # type: ignore[arg-type]  # checked: a number
        if isinstance(value, Decimal):
            values[name.name] = value
    return values


def _quotients(values: Mapping[str, Decimal], fields: Mapping[str, Scalar]) -> dict[str, Fraction]:
    """The operands that are quotients, unrounded: in a formula no intermediate result is ever rounded."""
    found = {name: quotient(name, fields) for name in values if name in QUOTIENTS}
    return {name: value for name, value in found.items() if value is not None}
