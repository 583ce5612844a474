"""Small arithmetic on what was filed, shared by the facts of forms and indicators. None where a number has no value."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from engine.scoring.model import ScoredIndicator


def excess(target: Decimal | None, actual: Decimal | None, direction: str) -> Decimal | None:
    """By what share of the target it is exceeded in the good direction; None without a positive target."""
    if target is None or actual is None or target <= 0:
        return None
    return ratio(actual - target if direction == "positive" else target - actual, target)


def ratio(part: Decimal | None, whole: Decimal | None, times: int = 1) -> Decimal | None:
    """`part / whole * times`, exact to 28 significant digits; None where it has no value."""
    if part is None or not whole:
        return None
    exact = Fraction(part) / Fraction(whole) * times
    return Decimal(exact.numerator) / Decimal(exact.denominator)


def weight_sum(items: Iterable[ScoredIndicator]) -> Decimal | None:
    weights = [item.known.weight for item in items]
    return None if None in weights or not weights else sum((w for w in weights if w is not None), Decimal(0))


def reported_sum(items: Iterable[ScoredIndicator]) -> Decimal | None:
    """What the body's own scores add up to, in points, those it left empty counted as nothing; None where it gave none."""
    scores = [item.score.reported for item in items if item.score.reported is not None]
    return sum(scores, Decimal(0)) if scores else None


def gap(first: Decimal | None, second: Decimal | None) -> Decimal | None:
    return None if first is None or second is None else abs(first - second)
