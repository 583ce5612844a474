"""Scores: what the policy makes of each indicator, of the budget line, and of the form, with the trace of each number.

Arithmetic is on exact fractions; rounding happens where the policy says, once. An indicator that cannot be scored gets a
status and a reason, never a silent 0 or full mark.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from engine.language import formula
from engine.language.fields import QUOTIENTS, cut, quotient
from engine.language.formula import DivisionByZero
from engine.language.model import Scalar
from engine.language.tables import Case
from engine.policy.model import Band, Policy, Scheme
from engine.scoring.budget import amounts_of
from engine.scoring.recognition import Recognised, number_of
from engine.submission.model import BudgetLine, Form
from engine.values.vocabulary import Vocabulary

Range = tuple[Decimal, Decimal]


@dataclass(frozen=True, slots=True)
class Trace:
    """How a number came about: the case that held, its clause, the formula with its operands, the value before rounding."""

    case: str
    label: str
    basis: str
    formula: str = ""
    operands: str = ""
    """The formula with numbers in place of names: `1 × 1 ÷ 3`."""
    values: tuple[tuple[str, Decimal], ...] = ()
    unrounded: Fraction | None = None
    bounded: str = ""
    """How the value was changed by the policy's bounds, if it was."""
    rounding: str = ""
    tier: str = ""
    tier_range: str = ""
    """The tier's range as the policy states it, with its open edge: `[10, 16)`."""


@dataclass(frozen=True, slots=True)
class Score:
    """A score as filed and as computed. `allowed` is the closed range of admissible values at the policy's rounding."""

    reported: Decimal | None
    computed: Decimal | None
    exact: Fraction | None
    allowed: Range | None
    status: str
    reason: str
    trace: Trace | None
    limits: tuple[Fraction, Fraction] | None = None
    """The ends of the admissible range before rounding, for sums that are rounded once."""

    @property
    def differs(self) -> bool:
        """Whether the body's own score is another number than the computed one."""
        return self.reported is not None and self.computed is not None and self.reported != self.computed


@dataclass(frozen=True, slots=True)
class ScoredIndicator:
    goal: int
    known: Recognised
    score: Score


@dataclass(frozen=True, slots=True)
class Counts:
    """How many indicators there are and how many are met by the policy's definition; `unknown` could not be judged."""

    indicators: int
    met: int
    unknown: int

    @property
    def completion_rate(self) -> Decimal | None:
        """Share of indicators met, to 4 places; None where there are none."""
        return round(Decimal(self.met) / self.indicators, 4) if self.indicators else None


@dataclass(frozen=True, slots=True)
class ScoredForm:
    form: Form
    label: str
    """The form's name, with a number behind it where another form of the bundle has the same."""
    execution: Score
    level1: Mapping[str, Score]
    total: Score
    grade_reported: str
    grade_computed: str
    grade_basis: str
    indicators: tuple[ScoredIndicator, ...]
    counts: Counts
    scheme: Scheme
    """What the policy wants each 一级指标 of this form to be worth."""


def score_indicator(known: Recognised, policy: Policy) -> Score:
    """The score of one indicator by the table its nature names."""
    if known.weight is None:
        written = known.indicator.weight
        wrong = "不是数" if number_of(written) is None else "大于总分，可能是两格的数写在一格里"
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
        return _tiered(known, known.weight, case, policy)
    if case.score is None:
        return _unscored(known, known.weight, case, policy)
    return _computed(f"{table.name}.{case.id}", case, known.fields, known.weight, known.reported, policy)


def _computed(
    name: str, case: Case, fields: Mapping[str, Scalar], weight: Decimal, reported: Decimal | None, policy: Policy
) -> Score:
    """Evaluate a case's formula, keep it within the policy's bounds, round it."""
    assert case.score is not None
    values = _values(case.score, fields, policy)
    wanted = {n.name for n in formula.names(case.score)}
    if missing := sorted(wanted - values.keys()):
        return Score(reported, None, None, None, "error", f"公式缺少 {'、'.join(missing)}", None)
    shown = tuple(values.items())
    trace = Trace(name, case.label, case.basis, case.formula, formula.show(case.score, values), shown)
    try:
        exact = formula.evaluate(case.score, {**values, **_quotients(values, fields)})
    except DivisionByZero as zero:
        return Score(reported, None, None, None, "error", f"除数 {zero} 为 0", trace)
    lowest = formula.evaluate(policy.scoring.bounds.lowest, {"weight": weight})
    highest = formula.evaluate(policy.scoring.bounds.highest, {"weight": weight})
    kept = max(lowest, min(highest, exact))
    bounded = ""
    if kept != exact:
        bounded = f"{formula.plain(exact)} 超出 {formula.plain(lowest)} 至 {formula.plain(highest)}，取 {formula.plain(kept)}"
    rounding = policy.scoring.rounding
    # rounding must not carry a score past its bounds: a weight of 1.255 gives 1.25 at most
    value = max(rounding.above(lowest, True), min(rounding.below(highest, True), rounding(kept)))
    part = kept if rounding.at == "form" else Fraction(value)
    trace = replace(trace, unrounded=exact, bounded=bounded, rounding=rounding_text(policy))
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
        tier_range=f"{left}{formula.plain(low)}, {formula.plain(high)}{right}",
        values=(("weight", weight),),
        rounding=rounding_text(policy),
    )
    if allowed[0] > allowed[1]:
        reason = f"该档范围 {trace.tier_range} 内没有保留 {rounding.places} 位小数的分值"
        return Score(known.reported, None, None, None, "needs_review", reason, trace)
    if known.reported is None:
        reason = f"没有自评得分；该档可在 {allowed[0]} 至 {allowed[1]} 之间评定"
        return Score(None, None, None, allowed, "needs_review", reason, trace, _limits(allowed))
    own = rounding(known.reported)
    value = max(allowed[0], min(allowed[1], own))
    bounded = "" if value == own else f"自评 {formula.plain(known.reported)} 不在 {trace.tier_range} 内，取最近的可取值 {value}"
    trace = replace(trace, unrounded=Fraction(known.reported), bounded=bounded)
    return Score(known.reported, value, Fraction(value), allowed, "scored", "", trace, _limits(allowed))


def _unscored(known: Recognised, weight: Decimal, case: Case, policy: Policy) -> Score:
    reason = "；".join(dict.fromkeys(filter(None, [case.label, known.comparison.reason or known.verdict_reason])))
    trace = Trace(f"{known.nature}.{case.id}", case.label, case.basis)
    lowest = policy.scoring.rounding.above(formula.evaluate(policy.scoring.bounds.lowest, {"weight": weight}), True)
    highest = policy.scoring.rounding.below(formula.evaluate(policy.scoring.bounds.highest, {"weight": weight}), True)
    allowed = (lowest, highest) if case.status == "needs_review" else None
    return Score(known.reported, None, None, allowed, case.status, reason, trace, _limits(allowed))


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


def score_execution(line: BudgetLine | None, policy: Policy, words: Vocabulary) -> Score:
    """The score of budget execution from the amounts of the budget line, not from its printed rate."""
    if line is None:
        return Score(None, None, None, None, "needs_review", "表上没有预算执行一行", None)
    reported, weight = number_of(line.score), policy.scoring.weights.execution
    fields: dict[str, Scalar] = {"weight": weight}
    numbers = amounts_of(line, words).numbers
    for name, cell in (("budget", line.budget), ("executed", line.executed)):
        value = numbers.get(name)
        if value is None:
            what = f"“{cell.text}”不是数" if cell else "没有填"
            return Score(reported, None, None, None, "needs_review", f"{'预算数' if name == 'budget' else '执行数'}{what}", None)
        fields[name] = value
    if reported is not None:
        fields["reported"] = reported
    if (rate := quotient("rate", fields)) is not None:
        fields["rate"] = cut(rate)
    case = policy.scoring.execution.first(fields)
    assert case is not None
    if case.score is None:
        return Score(reported, None, None, None, case.status, case.label, Trace(f"execution.{case.id}", case.label, case.basis))
    return _computed(f"execution.{case.id}", case, fields, weight, reported, policy)


def summed(scores: Iterable[Score], policy: Policy) -> Score:
    """Scores added up: what the body's own add up to, what the computed ones do, and the range that is admissible."""
    parts = list(scores)
    reported = None if any(s.reported is None for s in parts) else sum((s.reported or Decimal(0) for s in parts), Decimal(0))
    open_ = [s for s in parts if s.status not in ("scored", "not_applicable")]
    rounding = policy.scoring.rounding
    exact = None if open_ else sum((s.exact for s in parts if s.exact is not None), Fraction(0))
    ranges = [s.limits for s in parts if s.status != "not_applicable"]
    limits: tuple[Fraction, Fraction] | None = None
    if all(r is not None for r in ranges):
        known = [r for r in ranges if r is not None]
        limits = sum((r[0] for r in known), Fraction(0)), sum((r[1] for r in known), Fraction(0))
    allowed = None if limits is None else (rounding(limits[0]), rounding(limits[1]))
    reason = f"{len(open_)} 个指标须人工判断" if open_ else ""
    computed = None if exact is None else rounding(exact)
    status = "needs_review" if open_ else "scored"
    return Score(reported, computed, exact, allowed, status, reason, None, limits)


def total(form: Form, execution: Score, indicators: Score, not_applicable: Decimal, policy: Policy) -> Score:
    """The form's total by the policy's table, from the parts; a range instead where a part needs a human."""
    reported, rounding = number_of(form.total), policy.scoring.rounding
    fixed: dict[str, Scalar] = {"full_score": policy.scoring.weights.full_score, "not_applicable_weight": not_applicable}
    fixed["applicable"] = policy.scoring.weights.full_score - not_applicable
    ends = [_total_at(low, high, fixed, policy) for low, high in zip(execution.limits or (), indicators.limits or (), strict=False)]
    allowed = (rounding(ends[0][1]), rounding(ends[1][1])) if len(ends) == 2 and ends[0] and ends[1] else None
    if execution.exact is None or indicators.exact is None or execution.status != "scored":
        reason = "；".join(filter(None, [execution.reason, indicators.reason]))
        return Score(reported, None, None, allowed, "needs_review", reason, None)
    found = _total_at(execution.exact, indicators.exact, fixed, policy)
    if found is None:
        return Score(reported, None, None, None, "error", "总分的公式算不出来", None)
    case, exact = found
    assert case.score is not None
    values = _values(
        case.score, {**fixed, "execution": rounding(execution.exact), "indicators": rounding(indicators.exact)}, policy
    )
    operands = formula.show(case.score, values)
    name, shown = f"total.{case.id}", tuple(values.items())
    trace = Trace(name, case.label, case.basis, case.formula, operands, shown, exact, "", rounding_text(policy))
    return Score(reported, rounding(exact), exact, allowed, "scored", "", trace)


def _total_at(
    execution: Fraction, indicators: Fraction, fixed: Mapping[str, Scalar], policy: Policy
) -> tuple[Case, Fraction] | None:
    """The case that makes the total of these parts, and its value; None where its formula has none."""
    parts = {"execution": _decimal(execution), "indicators": _decimal(indicators)}
    case = policy.scoring.total.first({**fixed, **parts})
    if case is None or case.score is None:
        return None
    values: dict[str, formula.Number] = {**_values(case.score, {**fixed, **parts}, policy)}
    values |= {name: exact for name, exact in (("execution", execution), ("indicators", indicators)) if name in values}
    try:
        return case, formula.evaluate(case.score, values)
    except (DivisionByZero, KeyError):
        return None


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


def grade(value: Decimal | None, policy: Policy) -> Band | None:
    """The grade of a rounded total; None if there is no total."""
    if value is None:
        return None
    return next((b for b in policy.grades if value > b.floor or (b.floor_included and value == b.floor)), None)


def rounding_text(policy: Policy) -> str:
    """The policy's rounding in words, as traces show it."""
    rounding = policy.scoring.rounding
    names = {"half_up": "四舍五入", "half_even": "四舍六入五成双", "down": "舍去", "up": "进一"}
    where = "每个指标" if rounding.at == "indicator" else "合计"
    return f"{names[rounding.mode]}，保留 {rounding.places} 位小数，{where}取整"
