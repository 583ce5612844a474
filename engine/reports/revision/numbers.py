"""A right number as it is to stand in a text: in the unit, the places, the groups and the width of the one it replaces."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

from engine.values.notation import read_value
from engine.values.numerals import plain, read_decimal
from engine.values.vocabulary import Vocabulary

_NUMBER = re.compile(r"[0-9０-９][0-9０-９,，]*(?:[.．][0-9０-９]+)?")
_GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+")
_WIDE = str.maketrans("0123456789.,", "０１２３４５６７８９．，")
_NARROW = {wide: narrow for narrow, wide in _WIDE.items()}
FIXED = 2
"""Places from which on a number is written with as many always: 40.00, but 8 beside 38.2."""
MOST_PLACES = 4
"""Places of a number that comes of a change of its unit; one that has more is not written."""


def restyled(now: str, right: str, after: str, words: Vocabulary) -> str | None:
    """What is to stand instead of `now`; None where it cannot be written in its place. `after`: what follows it in the text."""
    old, new = list(_NUMBER.finditer(now)), list(_NUMBER.finditer(right))
    if not old and not new:
        return right.strip()
    if len(old) != 1 or len(new) != 1:
        return None
    number = _in_unit(now, old[0], right, new[0], after, words)
    if number is None:
        return None
    return now[: old[0].start()] + _written(number, old[0][0]) + now[old[0].end() :]


def same_number(first: str, second: str) -> bool:
    """Whether two texts hold one number each, and the same; or no number, and the same words."""
    one, other = (_NUMBER.findall(text) for text in (first, second))
    if not one and not other:
        return first.strip() == second.strip()
    return len(one) == len(other) == 1 and read_decimal(one[0]) == read_decimal(other[0])


def rescaled(right: str, unit: str, into: str, words: Vocabulary) -> str | None:
    """A number of one unit in another; None where it is none, or the units are of two kinds."""
    if unit == into or not into:
        return right
    one, other = read_value(f"1{unit}", words), read_value(f"1{into}", words)
    number = read_decimal(right)
    if number is None or not one.number or not other.number or one.unit != other.unit:
        return None
    return _ending(Fraction(number) * Fraction(one.number) / Fraction(other.number))


def _in_unit(now: str, old: re.Match[str], right: str, new: re.Match[str], after: str, words: Vocabulary) -> Decimal | None:
    """The right number in the unit that the one now has, or that follows it."""
    tail, wanted = now[old.end() :].strip(), right[new.end() :].strip()
    number = read_decimal(new[0])
    if tail == wanted or (not tail and after.strip().startswith(wanted)):
        return number
    here, there = read_value(now[old.start() :], words), read_value(right[new.start() :], words)
    written = read_decimal(old[0])
    if here.number is None or there.number is None or not written or not here.number or (wanted and here.unit != there.unit):
        return None
    found = _ending(Fraction(there.number) * Fraction(written) / Fraction(here.number))
    return None if found is None else Decimal(found)


def _ending(number: Fraction) -> str | None:
    scaled = number * 10**MOST_PLACES
    return plain(number) if scaled.denominator == 1 else None


def _written(number: Decimal, like: str) -> str:
    """The number with its own places, or those of the other where that has two or more (40.00); in groups and in full width where
    that is."""
    narrow = like.translate(_NARROW)
    own = format(number.normalize(), "f")
    given = len(narrow.partition(".")[2])
    places = max(len(own.partition(".")[2]), given if given >= FIXED else 0)
    out = format(number, f"{',' if _GROUPED.match(narrow) else ''}.{places}f")
    return out.translate(_WIDE) if any("０" <= char <= "９" for char in like) else out
