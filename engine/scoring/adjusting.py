"""Scores adjusted by what the other indicators of the form came to, and by what a person took off (`scoring.adjust`).

In this order: every indicator is scored by its own table; what adjustments look at of others is counted of these scores, never of
adjusted ones; then the table of adjustments is asked of each. So it does not matter which indicator is asked first, and
adjustments that look at each other come to an end. What rests on an indicator that is not decided is for a person.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from engine.language import formula
from engine.language.conditions import Condition, holds, leaves
from engine.language.fields import cut
from engine.language.model import Ref, Scalar
from engine.language.tables import Case, CaseTable
from engine.policy.model import OtherRows, Policy
from engine.scoring.indicator import _computed, _whole_range
from engine.scoring.model import Score, ScoredIndicator, Trace
from engine.values.cells import number_of

_DECIDED = ("scored", "not_applicable")
Made = tuple[Case, Score | None]


def adjusted(indicators: Sequence[ScoredIndicator], policy: Policy) -> tuple[ScoredIndicator, ...]:
    """The indicators of a form, in their order, each score put through the policy's table `scoring.adjust` (its clause is in the
    trace, what stood before it beside); as they are where the policy has no such table."""
    table = policy.scoring.adjust
    if table is None:
        return tuple(indicators)
    goals = {row.goal for row in indicators}
    seen = {goal: _seen([row for row in indicators if row.goal == goal], indicators, policy) for goal in goals}
    return tuple(replace(row, score=_adjusted(row, table, *seen[row.goal], policy)) for row in indicators)


def _seen(
    goal: Sequence[ScoredIndicator], form: Sequence[ScoredIndicator], policy: Policy
) -> tuple[dict[str, Fraction], frozenset[str]]:
    """What the references of a row under this goal come to; those that cannot be told yet by name."""
    values: dict[str, Fraction] = {}
    waiting: set[str] = set()
    for item in policy.scoring.refer:
        found = _value(item, goal if item.per == "goal" else form)
        if found is None:
            waiting.add(item.id)
        else:
            values[item.id] = found
    return values, frozenset(waiting)


def _value(item: OtherRows, rows: Sequence[ScoredIndicator]) -> Fraction | None:
    of = [row for row in rows if holds(item.conditions, {**row.known.fields, "met": row.known.met})]
    if item.take == "count":
        return Fraction(len(of))
    if item.take in ("met", "unmet"):
        wanted = "yes" if item.take == "met" else "no"
        return None if any(row.known.met == "unknown" for row in of) else Fraction(sum(row.known.met == wanted for row in of))
    if item.take == "weight":
        weights = [row.known.weight for row in of]
        return None if None in weights else sum((Fraction(w) for w in weights if w is not None), Fraction(0))
    if any(row.score.status not in _DECIDED for row in of):
        return None
    exact = [row.score.exact for row in of if row.score.exact is not None]
    return Fraction(sum(value == 0 for value in exact)) if item.take == "zero" else sum(exact, Fraction(0))


def _adjusted(
    row: ScoredIndicator, table: CaseTable, values: Mapping[str, Fraction], waiting: frozenset[str], policy: Policy
) -> Score:
    score, weight = row.score, row.known.weight
    if weight is None or score.status not in ("scored", "needs_review"):
        return score
    fields = {**row.known.fields, **_deducted(row, policy), **{name: cut(value) for name, value in values.items()}}

    def at(value: Fraction) -> Made:
        here: dict[str, Scalar] = {**fields, "score": cut(value)}
        case = _first(table, here, waiting)
        if case.score is None or _asked(case) & waiting:
            return case, None
        if case.keeps:
            return case, score
        return case, _computed(f"adjust.{case.id}", case, here, weight, score.reported, policy, {**values, "score": value})

    if score.exact is None:  # open already: what its ends come to
        return _open(score, at)
    case, made = at(score.exact)
    if made is None:
        return _left_open(score, case, waiting, weight, policy)
    if made is score or made.trace is None:
        return made
    made = replace(made, trace=replace(made.trace, before=score.trace))
    if score.limits is None or score.limits[0] == score.limits[1]:
        return made
    ends = [end for _, end in (at(limit) for limit in score.limits)]
    return _between(made, [score if end is None else end for end in ends], score)


def _left_open(score: Score, case: Case, waiting: frozenset[str], weight: Decimal, policy: Policy) -> Score:
    """No score: what its adjustment looks at is not decided, or the case says that a person has to judge."""
    titles = [item.title for item in policy.scoring.refer if item.id in _asked(case) & waiting]
    why = f"要看“{'”“'.join(titles)}”，其中有的还判断不了" if titles else case.label
    allowed = _whole_range(weight, policy)
    trace = Trace(f"adjust.{case.id}", case.label, case.basis, before=score.trace)
    limits = (Fraction(allowed[0]), Fraction(allowed[1]))
    return Score(score.reported, None, None, allowed, "needs_review", why, trace, limits)


def _open(score: Score, at: Callable[[Fraction], Made]) -> Score:
    if score.limits is None:
        return score
    ends = [end for _, end in (at(limit) for limit in score.limits) if end is not None]
    return _between(score, ends, score) if len(ends) == 2 else score


def _between(made: Score, ends: Sequence[Score], score: Score) -> Score:
    """A score in the range between what the ends of its range come to; an end that is kept stays where it was."""
    if score.limits is None or score.allowed is None:
        return made
    limits = [at if end is score or end.exact is None else end.exact for end, at in zip(ends, score.limits, strict=True)]
    allowed = [at if end is score or end.computed is None else end.computed for end, at in zip(ends, score.allowed, strict=True)]
    return replace(made, limits=(min(limits), max(limits)), allowed=(min(allowed), max(allowed)))


def _first(table: CaseTable, fields: Mapping[str, Scalar], waiting: frozenset[str]) -> Case:
    """The first case that holds, or that may hold once what it looks at is decided."""
    for case in table.cases:
        sure = tuple(condition for condition in case.conditions if not _named(condition) & waiting)
        if holds(sure, fields):
            return case
    raise AssertionError("every table ends in `otherwise`, checked when the policy was built")


def _asked(case: Case) -> frozenset[str]:
    """The fields a case looks at."""
    formulas = {name.name for name in formula.names(case.score)} if case.score is not None else set()
    return frozenset(formulas).union(*(_named(condition) for condition in case.conditions))


def _named(condition: Condition) -> frozenset[str]:
    tests = [leaf.test for leaf in leaves((condition,))]
    return frozenset({test.field for test in tests} | {test.value.field for test in tests if isinstance(test.value, Ref)})


def _deducted(row: ScoredIndicator, policy: Policy) -> dict[str, Scalar]:
    """Whether it is met, and what a person took off and why: in the columns that the policy names."""
    prose = policy.prose
    out: dict[str, Scalar] = {"met": row.known.met}
    for item in row.known.indicator.others:
        label = "".join(item.label.split())
        if label in prose.deducted_columns and (number := number_of(item.value)) is not None:
            out["deducted"] = abs(number)  # written as 2 or as -2
        elif label in prose.deducted_reasons and item.value.text.strip():
            out["deducted_reason"] = item.value.text
    return out
