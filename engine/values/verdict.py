"""Whether an actual meets its target, once the two are compared; and the component that is furthest from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from engine.values.comparison import INEQUALITIES, Comparison, Pair
from engine.values.model import Value
from engine.values.notation import printed
from engine.values.numerals import EXACT

MET, NOT_MET, UNKNOWN = "met", "not_met", "unknown"

_OPERATOR_OF = {"positive": ">=", "inverse": "<=", "exact": "="}


def verdict(target: Value, actual: Value, comparison: Comparison, direction: str, levels: Sequence[str] = ()) -> tuple[str, str]:
    """`met`, `not_met` or `unknown`, with the reason in Chinese.

    `levels` are words of what is to lie within a range, so that neither above it nor below it is better (℃, pH). `direction` is
    positive, inverse, exact or empty. An operator on the target decides over it; with neither, only an actual equal to the target
    is met.
    """
    if comparison.kind == "words":
        return (MET, "实际完成值与目标值文字一致。") if comparison.assumptions else (UNKNOWN, comparison.reason)
    if comparison.kind == "deadline":
        return {True: MET, False: NOT_MET, None: UNKNOWN}[comparison.early], comparison.reason
    if comparison.kind != "numbers" or not comparison.pairs:
        return UNKNOWN, comparison.reason
    if target.kind == "range":
        return _within_range(comparison.pairs, actual, direction, any(word in target.raw for word in levels))
    states = [_judge(target.operator, actual.operator, pair, direction) for pair in comparison.pairs]
    met = [state for state in states if state[0] == MET]
    missed = [state for state in states if state[0] == NOT_MET]
    if met and missed and actual.kind == "range":
        return UNKNOWN, f"实际完成值“{actual.raw.strip()}”是一个区间，其中一部分达到目标。"
    return (missed or [state for state in states if state[0] == UNKNOWN] or met)[0]


def worst(pairs: Sequence[Pair], direction: str) -> Pair:
    """The component furthest from its target: lowest actual / target, for `inverse` the highest, for `exact` the furthest off.

    A target of 0 counts as infinitely exceeded by anything above it. Raises ValueError if there are no pairs.
    """
    if len(pairs) == 1:
        return pairs[0]
    if direction == "inverse":
        return max(pairs, key=_deviation)
    if direction == "exact":
        return max(pairs, key=_distance)
    return min(pairs, key=_deviation)


COMPOSITES = ("worst", "best", "average", "sum")


def taken(target: Value, actual: Value, comparison: Comparison, take: str, direction: str) -> Comparison:
    """The comparison by the one pair that a policy takes of several (正高81.82%，副高88.98%): the best component, or the average or
    the sum of targets and of actuals. As it is for `worst`: there every component has to be met. Several units have no sum.
    """
    pairs = comparison.pairs
    if take == "worst" or len(pairs) < 2 or "range" in (target.kind, actual.kind):
        return comparison
    if take == "best":
        turned = {"positive": "inverse", "inverse": "positive"}.get(direction)
        best = worst(pairs, turned) if turned else min(pairs, key=_distance)
        return replace(comparison, pairs=(best,))
    if len({pair.unit for pair in pairs}) > 1:
        return comparison
    share = len(pairs) if take == "average" else 1
    sides = [pair.target for pair in pairs], [pair.actual for pair in pairs]
    whole = [sum(map(Fraction, side), Fraction(0)) / share for side in sides]
    wanted, got = (EXACT.divide(Decimal(number.numerator), Decimal(number.denominator)) for number in whole)
    return replace(comparison, pairs=(Pair(wanted, got, pairs[0].unit, ""),))


def _deviation(pair: Pair) -> tuple[int, Fraction]:
    """(actual - target) / |target|, exact, behind 0; for a target of 0 the sign of the infinite deviation."""
    difference = Fraction(pair.actual) - Fraction(pair.target)
    if pair.target:
        return 0, difference / abs(Fraction(pair.target))
    return (difference > 0) - (difference < 0), Fraction(0)


def _distance(pair: Pair) -> tuple[int, Fraction]:
    endless, deviation = _deviation(pair)
    return abs(endless), abs(deviation)


def _judge(operator: str, claimed: str, pair: Pair, direction: str) -> tuple[str, str]:
    """One pair. `claimed` is an operator in the actual column: then the actual is a statement, true of many numbers."""
    target, actual = pair.target, pair.actual
    sign = operator or _OPERATOR_OF.get(direction, "")
    text = f"实际{printed(claimed)}{_show(actual)}{pair.unit}，目标{printed(operator)}{_show(target)}{pair.unit}"
    if sign == "±":
        if claimed not in ("", "=", "±"):
            return UNKNOWN, f"{text}：实际完成值不是确数。"
        return (MET if abs(actual) <= abs(target) else NOT_MET), f"{text}。"
    if claimed in (*INEQUALITIES, "±"):
        return _judge_claim(sign, claimed, target, actual), f"{text}：实际完成值不是确数，只按其所述范围判断。"
    if actual == target:
        return (NOT_MET if sign in (">", "<") else MET), f"{text}。"
    if sign == "=":
        better = (direction == "positive" and actual > target) or (direction == "inverse" and actual < target)
        return (UNKNOWN, f"{text}：优于目标，是否算完成由政策规定。") if better else (NOT_MET, f"{text}。")
    if not sign:
        return UNKNOWN, f"{text}：不知道指标是正向还是反向。"
    return (MET if _holds(sign, actual, target) else NOT_MET), f"{text}。"


def _judge_claim(sign: str, claimed: str, target: Decimal, actual: Decimal) -> str:
    """Whether "actual is `claimed` a" implies "actual is `sign` t" (met), rules it out (not_met), or neither."""
    up, wants_up = claimed.startswith(">"), sign.startswith(">")
    if claimed not in INEQUALITIES or sign not in INEQUALITIES:
        return MET if claimed == sign and actual == target else UNKNOWN
    if up == wants_up:
        strict_enough = sign in (">=", "<=") or claimed == sign
        implied = _holds(sign[0], actual, target) or (actual == target and strict_enough)
        return MET if implied else UNKNOWN
    apart = _holds(claimed[0], actual, target) or (
        actual == target and "=" not in (sign[-1] if claimed[-1] == "=" else claimed[-1])
    )
    return NOT_MET if apart else UNKNOWN


def _holds(sign: str, actual: Decimal, target: Decimal) -> bool:
    return {">=": actual >= target, ">": actual > target, "<=": actual <= target, "<": actual < target, "=": actual == target}[sign]


def _within_range(pairs: Sequence[Pair], actual: Value, direction: str, level: bool) -> tuple[str, str]:
    """A target range: pairs hold its low and its high edge against the same actual, or against the edges of a range."""
    low, high = pairs[0], pairs[-1]
    own = _show(low.actual) if low.actual == high.actual else f"{_show(low.actual)}至{_show(high.actual)}"
    text = f"实际{own}{low.unit}，目标{_show(low.target)}至{_show(high.target)}{high.unit}"
    if actual.operator in (*INEQUALITIES, "±"):
        return UNKNOWN, f"{text}：实际完成值不是确数。"
    if low.actual >= low.target and high.actual <= high.target:
        return MET, f"{text}。"
    if level:
        return NOT_MET, f"{text}：在区间之外。"
    if actual.kind == "range":
        return UNKNOWN, f"{text}：不能确定是否达到。"
    if (direction == "positive" and low.actual < low.target) or (direction == "inverse" and high.actual > high.target):
        return NOT_MET, f"{text}。"
    if direction == "exact":
        return NOT_MET, f"{text}。"
    return UNKNOWN, f"{text}：在区间之外，是否算完成由政策规定。"


def _show(number: Decimal) -> str:
    return format(number, "f")
