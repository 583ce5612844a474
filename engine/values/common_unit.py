"""The unit that a target and an actual share, and what is taken for granted where one of them has none or a compound one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from engine.values.model import Quantity, Value
from engine.values.notation import Vocabulary
from engine.values.numerals import EXACT

_JOINER = re.compile(r"[/*]")


class Notes(list[str]):
    """What was taken for granted, as it is found; and the doubt that leaves the order of two numbers certain, not their ratio."""

    doubt = ""


class Incomparable(Exception):
    """Carries the reason (Chinese); never leaves a comparison."""


def common_unit(
    wanted: Quantity, got: Quantity, target: Value, actual: Value, words: Vocabulary, notes: Notes
) -> tuple[tuple[Decimal, Decimal], str]:
    """Factors for both numbers, and the unit they then share. Raises Incomparable where they share none for certain."""
    one = Decimal(1)
    if wanted.unit == got.unit:
        return (one, one), wanted.unit
    if not wanted.unit or not got.unit:
        _check_bare(wanted, got, target if not wanted.unit else actual, words, notes)
        return (one, one), wanted.unit or got.unit
    first, second = words.unit(wanted.unit), words.unit(got.unit)
    if first and second and (first.dimension == second.dimension):
        finer = min(first, second, key=lambda unit: unit.scale)
        if first.scale % finer.scale or second.scale % finer.scale:
            raise Incomparable(f"“{first.name}”与“{second.name}”不能整数换算。")
        return (EXACT.divide(first.scale, finer.scale), EXACT.divide(second.scale, finer.scale)), finer.name
    if _alike(wanted.unit, got.unit, words) or _compound(wanted.unit) == _compound(got.unit):
        return (one, one), wanted.unit
    factors = _per(wanted.unit, got.unit, words)
    if factors is not None and _taken(factors, wanted, got, target, words):
        unit = wanted.unit if factors[0] == 1 else got.unit
        notes.append(f"“{wanted.unit}”与“{got.unit}”换算成“{unit}”比较。")
        return factors, unit
    if (times := _times(wanted, got, target.operator in ("<=", "<"), words, notes)) is not None:
        return times
    shared = _shared_head(wanted.unit, got.unit, words, notes)
    if shared:
        return (one, one), shared
    raise Incomparable(f"计量单位不同：目标值为“{wanted.unit}”，实际完成值为“{got.unit}”。")


def _per(first: str, second: str, words: Vocabulary) -> tuple[Decimal, Decimal] | None:
    """Factors that bring 元/人*年 and 元/人*月, 元/公里 and 元/米 to the first unit; None where they are not of one kind."""
    (head, *below), (other, *beside) = _JOINER.split(first), _JOINER.split(second)
    if not below or len(below) != len(beside) or (not _alike(head, other, words)):
        return None
    rest = list(beside)
    factor = Fraction(1)
    for part in below:
        partner = next((item for item in rest if _alike(item, part, words)), "") or next(
            (item for item in rest if _scale(item, part, words) is not None), ""
        )
        if not partner:
            return None
        rest.remove(partner)
        factor *= Fraction(1) if _alike(partner, part, words) else _scale(partner, part, words) or Fraction(1)
    if factor >= 1 and factor.denominator == 1:
        return Decimal(1), Decimal(factor.numerator)
    inverse = 1 / factor
    return (Decimal(inverse.numerator), Decimal(1)) if inverse.denominator == 1 else None


def _taken(factors: tuple[Decimal, Decimal], wanted: Quantity, got: Quantity, target: Value, words: Vocabulary) -> bool:
    """Whether a rate is held against one for each of another span of time only where a standard (without a sign) comes out the
    same: what differs may be a slip of the pen, or paid for some months only."""
    spans = [{part for part in _JOINER.split(unit)[1:] if part in words.spans} for unit in (wanted.unit, got.unit)]
    same = EXACT.multiply(wanted.number, factors[0]) == EXACT.multiply(got.number, factors[1])
    return spans[0] == spans[1] or (same and not target.operator)


def _scale(part: str, whole: str, words: Vocabulary) -> Fraction | None:
    """How many of the one are the other: 12 months a year, 1000 metres a kilometre."""
    if part in words.spans and whole in words.spans:
        return Fraction(words.spans[whole], words.spans[part])
    one, other = words.unit(part), words.unit(whole)
    if one is None or other is None or one.counting or one.dimension != other.dimension:
        return None
    return Fraction(other.scale) / Fraction(one.scale)


def _times(
    wanted: Quantity, got: Quantity, limit: bool, words: Vocabulary, notes: Notes
) -> tuple[tuple[Decimal, Decimal], str] | None:
    """Lengths of time in units of which no one is so many of the other for certain (5天, of ≥40小时): only where all that may
    be meant lies on one side. By how much is then not certain. Of a time `limit` a day is a whole one (1.5天, of ≤24小时)."""
    for large, small, turned in ((wanted.unit, got.unit, False), (got.unit, wanted.unit, True)):
        ends = words.lengths.get(large, {}).get(small)
        if ends is None:
            continue
        if limit and large == words.whole_day:
            ends = ends[1], ends[1]
        many, few = (got, wanted) if turned else (wanted, got)
        low, high = (Fraction(many.number) * Fraction(end) for end in ends)
        number = Fraction(few.number)
        if low <= number <= high:
            raise Incomparable(f"“{wanted.unit}”与“{got.unit}”不能准确换算，是否达到目标看不出来。")
        if low < high:
            notes.doubt = notes.doubt or f"“{wanted.unit}”与“{got.unit}”不能准确换算，只看得出哪一边大。"
        end = ends[0] if number < low else ends[1]
        return ((Decimal(1), end), small) if turned else ((end, Decimal(1)), small)
    return None


def _compound(unit: str) -> tuple[str, ...]:
    """元/人*月 and 元/人/月 are one."""
    head, *below = _JOINER.split(unit)
    return head, *sorted(below)


def _alike(first: str, second: str, words: Vocabulary) -> bool:
    return first == second or any(first in group and second in group for group in words.same)


def _shared_head(first: str, second: str, words: Vocabulary, notes: Notes) -> str:
    """The unit two sides share where one is compound: 家/年 against 家, a span of time being left out; 人/家 against 人 or 家 where
    the policy says that such a compound means either. Whether 元/人*月 against 元 leaves something out or means another thing
    is not certain: they share nothing."""
    parts = [_JOINER.split(unit) for unit in (first, second)]
    if (len(parts[0]) > 1) == (len(parts[1]) > 1):
        return ""
    compound, simple = (parts[0], second) if len(parts[0]) > 1 else (parts[1], first)
    written = first if len(parts[0]) > 1 else second
    if frozenset(compound) in words.either and "*" not in written and any(_alike(part, simple, words) for part in compound):
        notes.append(f"“{written}”按“{'或'.join(compound)}”理解，以“{simple}”比较。")
        return simple
    if _alike(compound[0], simple, words) and all(part in words.denominators for part in compound[1:]):
        notes.append(f"一边的计量单位是“{written}”，另一边是“{simple}”，按“{simple}”比较。")
        return simple
    return ""


def _check_bare(wanted: Quantity, got: Quantity, value: Value, words: Vocabulary, notes: Notes) -> None:
    """One side has no unit: whether its number may be read in the other's. `value` is the side without.

    Where it may be meant in several, and each leaves the same side greater, the order of the two stands, their ratio is in doubt.
    """
    bare, other, name = (wanted, got, "目标值") if not wanted.unit else (got, wanted, "实际完成值")
    unit = words.unit(_JOINER.split(other.unit)[0])
    rule = unit.bare if unit else "assume"
    if other.unit.startswith("/"):
        raise Incomparable(f"{name}“{value.raw.strip()}”没有写是每多少，另一边是“{other.unit}”，不能比较。")
    if not bare.number:
        notes.append(f"{name}0没有写单位，按0{other.unit}理解。")
    elif rule == "refuse" and not any(scale in value.raw for scale in words.scales):
        # A plain 132.9 beside 202.6万元 may be 元 or 万元; 200万 can only be money written short.
        doubt = f"{name}“{value.raw.strip()}”没有写金额单位，另一边为“{other.unit}”，不能确定是元还是万元。"
        _check_order(bare.number, other, {Decimal(1), *words.scales.values()}, doubt, notes)
    elif rule == "percent" and abs(bare.number) <= 1:
        doubt = f"{name}“{value.raw.strip()}”没有写“{other.unit}”，可能是用0至1的小数表示的比率。"
        _check_order(bare.number, other, {Decimal(1), Decimal(100)}, doubt, notes)
    else:
        notes.append(f"{name}“{value.raw.strip()}”没有写单位，按“{other.unit}”理解。")


def _check_order(bare: Decimal, other: Quantity, scales: Iterable[Decimal], doubt: str, notes: Notes) -> None:
    """Whether a number is on one side of another in whichever scale it is meant. Raises Incomparable with the doubt if not."""
    number = Fraction(other.number)
    if _JOINER.search(other.unit):  # 元/人*月: not only its scale is in doubt
        raise Incomparable(doubt)
    sides = {(Fraction(bare) * Fraction(scale) > number) - (Fraction(bare) * Fraction(scale) < number) for scale in scales}
    if len(sides) > 1 or 0 in sides:
        raise Incomparable(doubt)
    notes.append(f"{doubt}无论按哪一种，大小都一样。")
    notes.doubt = notes.doubt or doubt
