"""Numbers and places as the result document writes them."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from engine.errors import Place
from engine.values.numerals import plain


def digits(value: Decimal) -> str:
    """A decimal as the document writes it: all its digits, no exponent."""
    return format(value, "f")


def number(value: Decimal | None) -> str | None:
    """As `digits`; None where there is no number."""
    return None if value is None else digits(value)


def exact(value: Fraction) -> str:
    """An unrounded value: all digits where it ends, else the first twelve decimals and an ellipsis."""
    return plain(value)


def where(place: Place) -> str:
    """A place as evidence names it."""
    return str(place)
