"""Scores of the budget line, sums of scores, the total by the policy's table, and the grade."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction

from engine.language import formula
from engine.language.conditions import holds
from engine.language.fields import cut, quotient
from engine.language.formula import DivisionByZero
from engine.language.model import Scalar
from engine.language.tables import Case
from engine.language.wording import answered
from engine.policy.model import Band, Policy
from engine.scoring.budget import amounts_of
from engine.scoring.indicator import _computed, _values
from engine.scoring.model import Score, ScoredIndicator, Trace, rounding_text
from engine.submission.model import BudgetLine, Form
from engine.values import numerals
from engine.values.cells import number_of
from engine.values.vocabulary import Vocabulary


def score_execution(line: BudgetLine | None, policy: Policy, words: Vocabulary) -> Score:
    """The score of budget execution, in points, from the amounts of the budget line and not from its printed rate, by the case of
    `scoring.execution` that holds first; its clause is in the trace. `needs_review` where there is no line or an amount cannot be
    read."""
    if line is None:
        return Score(None, None, None, None, "needs_review", "表上没有预算执行一行", None)
    reported, weight = number_of(line.score), policy.scoring.weights.execution
    fields = execution_fields(line, policy, words)
    for name, cell in (("budget", line.budget), ("executed", line.executed)):
        if name not in fields:
            what = f"“{cell.text}”{cell.doubt or '不是数'}" if cell else "没有填"
            return Score(reported, None, None, None, "needs_review", f"{'预算数' if name == 'budget' else '执行数'}{what}", None)
    case = policy.scoring.execution.first(fields)
    assert case is not None
    if case.score is None:
        return Score(reported, None, None, None, case.status, case.label, Trace(f"execution.{case.id}", case.label, case.basis))
    return _computed(f"execution.{case.id}", case, fields, weight, reported, policy)


def execution_fields(line: BudgetLine, policy: Policy, words: Vocabulary) -> dict[str, Scalar]:
    """The fields of the budget line as the table of execution sees them; amounts that cannot be read are not there."""
    fields: dict[str, Scalar] = {"weight": policy.scoring.weights.execution}
    numbers = amounts_of(line, words).numbers
    for name in ("budget", "executed"):
        if (value := numbers.get(name)) is not None:
            fields[name] = value
    if (reported := number_of(line.score)) is not None:
        fields["reported"] = reported
    if (rate := quotient("rate", fields)) is not None:
        fields["rate"] = cut(rate)
    return fields


def summed(scores: Iterable[Score], policy: Policy) -> Score:
    """Scores added up, in points: the body's own (None where one is missing), the computed ones (rounded by the policy; None where
    one is open, and then `needs_review`), and the range that is admissible."""
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


NO_WEIGHT = (Fraction(0), Fraction(0), Fraction(0))
Weighed = tuple[Fraction, Fraction, Fraction]
"""Scores weighed and added up: the computed ones, and the lowest and highest admissible."""


def weighed(indicators: Iterable[ScoredIndicator]) -> Weighed:
    """Σ score × weight ÷ 100: the indicators of a form each of which is scored out of 100. What has no score counts as nothing; the
    total is not made of it then."""
    out = [Fraction(0)] * 3
    for row in indicators:
        share = Fraction(row.known.weight or 0) / 100
        for n, value in enumerate((row.score.exact, *(row.score.limits or (None, None)))):
            out[n] += (value or 0) * share
    return out[0], out[1], out[2]


def total(
    form: Form, execution: Score, indicators: Score, not_applicable: Decimal, policy: Policy, weight: Weighed = NO_WEIGHT
) -> Score:
    """The form's total by the policy's table, from the parts (`weight`: `weighed`); a range instead where one needs a human."""
    reported, rounding = number_of(form.total), policy.scoring.rounding
    fixed: dict[str, Scalar] = {"full_score": policy.scoring.weights.full_score, "not_applicable_weight": not_applicable}
    fixed["applicable"] = policy.scoring.weights.full_score - not_applicable
    sides = zip(execution.limits or (), indicators.limits or (), weight[1:], strict=False)
    ends = [_total_at(one, rest, share, fixed, policy) for one, rest, share in sides]
    allowed = (rounding(ends[0][1]), rounding(ends[1][1])) if len(ends) == 2 and ends[0] and ends[1] else None
    full_score = policy.scoring.weights.full_score
    if execution.exact is None or indicators.exact is None or execution.status != "scored":
        if allowed and allowed[0] > full_score:  # whatever the open rows get
            reason = f"各部分相加至少得 {allowed[0]} 分，超过总分 {numerals.plain(full_score)} 分：表上的分值有误"
            return Score(reported, None, None, None, "error", reason, None)
        reason = "；".join(filter(None, [execution.reason, indicators.reason]))
        return Score(reported, None, None, allowed, "needs_review", reason, None)
    found = _total_at(execution.exact, indicators.exact, weight[0], fixed, policy)
    if found is None:
        return Score(reported, None, None, None, "error", "总分的公式算不出来", None)
    case, exact = found
    assert case.score is not None
    parts = {"execution": execution.exact, "indicators": indicators.exact, "weighted": weight[0]}
    values = _values(case.score, {**fixed, **{name: rounding(value) for name, value in parts.items()}}, policy)
    operands = formula.show(case.score, values)
    name, shown = f"total.{case.id}", tuple(values.items())
    trace = Trace(
        name,
        case.label,
        case.basis,
        case.formula,
        operands,
        shown,
        exact,
        rounding=rounding_text(policy),
        rounding_basis=policy.scoring.rounding_basis,
    )
    if rounding(exact) > full_score:  # no form is worth that: its weights are wrong, and no grade follows from them
        reason = f"各部分相加得 {rounding(exact)} 分，超过总分 {numerals.plain(full_score)} 分：表上的分值有误"
        return Score(reported, None, None, None, "error", reason, trace)
    return Score(reported, rounding(exact), exact, allowed, "scored", "", trace)


def _total_at(
    execution: Fraction, indicators: Fraction, weight: Fraction, fixed: Mapping[str, Scalar], policy: Policy
) -> tuple[Case, Fraction] | None:
    """The case that makes the total of these parts, and its value; None where its formula has none."""
    exact = {"execution": execution, "indicators": indicators, "weighted": weight}
    parts = {name: _decimal(value) for name, value in exact.items()}
    case = policy.scoring.total.first({**fixed, **parts})
    if case is None or case.score is None:
        return None
    values: dict[str, numerals.Number] = {**_values(case.score, {**fixed, **parts}, policy)}
    values |= {name: value for name, value in exact.items() if name in values}
    try:
        return case, formula.evaluate(case.score, values)
    except (DivisionByZero, KeyError):
        return None


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


def grading(indicators: Iterable[ScoredIndicator]) -> dict[str, Scalar]:
    """What the conditions of grades see of a form (`fields.GRADING`)."""
    rows = list(indicators)
    met = Counter(row.known.met for row in rows)
    zero = sum(row.score.computed == 0 and bool(row.known.weight) for row in rows)
    counts = {"zero_scores": zero, "met": met["yes"], "undecided": met["unknown"], "unmet": met["no"], "indicators": len(rows)}
    return {name: Decimal(number) for name, number in counts.items()}


def grade(value: Decimal | None, policy: Policy, fields: Mapping[str, Scalar]) -> Band | None:
    """The grade of a rounded total: the highest whose floor it reaches and whose conditions hold of the form; None if there is no
    total."""
    if value is None:
        return None
    return next((band for band in policy.grades if reaches(value, band) and holds(band.conditions, fields)), None)


def reaches(value: Decimal, band: Band) -> bool:
    """Whether a total (points) is not below the floor of a grade; the floor itself counts where the policy says so."""
    return value > band.floor or (band.floor_included and value == band.floor)


def held_back(value: Decimal | None, policy: Policy, fields: Mapping[str, Scalar]) -> str:
    """Why a total did not get a grade whose floor it reaches (Chinese); empty where it got the highest there is for it."""
    above = next((band for band in policy.grades if value is not None and reaches(value, band)), None)
    if above is None or holds(above.conditions, fields):
        return ""
    failed = (condition for condition in above.conditions if not condition.passes(fields))
    return f"总分够“{above.id}”，但不符合：{'；'.join(answered(condition, fields) for condition in failed)}"
