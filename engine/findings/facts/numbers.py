"""Small arithmetic on what was filed, shared by the facts of forms and indicators. None where a number has no value."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from engine.scoring.model import ScoredIndicator
from engine.submission.model import Goal
from engine.values.cells import number_of


def excess(target: Decimal | None, actual: Decimal | None, direction: str) -> Decimal | None:
    """By what share of the target it is exceeded in the good direction (0.5 is half as much again), negative where it was missed;
    None without a positive target."""
    return ratio(excess_amount(target, actual, direction), target)


def excess_amount(target: Decimal | None, actual: Decimal | None, direction: str) -> Decimal | None:
    """By how much a positive target is exceeded in the good direction, in its unit, negative where it was missed; None without
    one."""
    if target is None or actual is None or target <= 0:
        return None
    return actual - target if direction == "positive" else target - actual


def decimals(number: Decimal | None) -> int | None:
    """How many decimals a number is written with."""
    return None if number is None else max(0, -int(number.as_tuple().exponent))


def ratio(part: Decimal | None, whole: Decimal | None, times: int = 1) -> Decimal | None:
    """`part / whole * times`, exact to 28 significant digits; None where it has no value."""
    if part is None or not whole:
        return None
    (above, below), (over, under) = part.as_integer_ratio(), whole.as_integer_ratio()
    return Decimal(above * under * times) / Decimal(below * over)


def weight_sum(items: Iterable[ScoredIndicator]) -> Decimal | None:
    """What the weights add up to, in points; None where one is not known, or there are none."""
    weights = [item.known.weight for item in items]
    return None if None in weights or not weights else sum((w for w in weights if w is not None), Decimal(0))


def reported_sum(items: Iterable[ScoredIndicator]) -> Decimal | None:
    """What the body's own scores add up to, in points, those it left empty counted as nothing; None where it gave none."""
    scores = [item.score.reported for item in items if item.score.reported is not None]
    return sum(scores, Decimal(0)) if scores else None


def headings_sum(goal: Goal, level1: str, whole: Decimal | None) -> Decimal | None:
    """What the weights printed at the 二级指标 of one 一级指标 add up to, or (`level1` empty) at the 一级指标 of a goal; in points.

    None where one prints none or a row stands under none of them, unless the others alone are more than the `whole`.
    """
    groups = [one for one in goal.groups if (one.level2 and one.level1 == level1 if level1 else not one.level2)]
    weights = [number_of(group.weight) for group in groups]
    known = [weight for weight in weights if weight is not None]
    added = sum(known, Decimal(0))
    names = {one.level2 if level1 else one.level1 for one in groups}
    rows = {row.level2 if level1 else row.level1 for row in goal.indicators if not level1 or row.level1 == level1}
    every = len(known) == len(weights) and rows <= names
    return added if known and (every or (whole is not None and added > whole)) else None


def gap(first: Decimal | None, second: Decimal | None) -> Decimal | None:
    """How far two numbers of one unit are apart, never negative; None where one is not known."""
    return None if first is None or second is None else abs(first - second)
