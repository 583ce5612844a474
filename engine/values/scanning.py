"""Signs a scanner turned into something else: 295% may be ≥95%, W5 may be ≤5. Nothing is guessed: what it may be is said."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # notation itself asks here
    from engine.values.model import Value
    from engine.values.vocabulary import Vocabulary


def scanned_alternative(value: Value, words: Vocabulary) -> Decimal | None:
    """The number that stands there if its first digit is a misread operator (295% for ≥95%); None if it is not odd."""
    rule = words.scanned_digit
    if rule is None or value.number is None:
        return None
    digits = format(value.number, "f")
    if value.operator or value.unit != rule.unit or not digits.startswith(rule.character):
        return None
    rest = digits[len(rule.character) :]
    return Decimal(rest) if rest[:1].isdigit() and rule.low <= Decimal(rest) <= rule.high else None


def turns(value: Value, wanted: bool, target: Decimal, actual: Decimal, words: Vocabulary) -> bool:
    """Whether it matters that a sign may have been misread: for a letter unless both numbers are equal, for a digit if the
    number without it lies on the other side of the other one. `wanted`: the value is the target, else the actual."""
    other = scanned_alternative(value, words)
    if other is None or not value.number:
        return target != actual
    here, there = (target, actual) if wanted else (actual, target)
    instead = Fraction(here) * Fraction(other) / Fraction(value.number)
    return _side(Fraction(here), Fraction(there)) != _side(instead, Fraction(there))


def _side(number: Fraction, other: Fraction) -> int:
    return (number > other) - (number < other)
