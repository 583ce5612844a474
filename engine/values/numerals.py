"""Numbers as written: plain cells ("3,279.31"), digits inside a text, numeral scales, Chinese numerals (一百二十)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Context, Decimal
from fractions import Fraction
from functools import lru_cache

MAX_DIGITS = 30
"""Longest number read, in digits. No budget needs more, and Decimal arithmetic stays exact well beyond it."""

EXACT = Context(prec=200)
_PLAIN = re.compile(r"([+-]?)([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(\.[0-9]+)?")


def read_decimal(text: str) -> Decimal | None:
    """A plain number, in half- or full-width digits, with or without thousands separators; None for anything else."""
    return _read_short(text) if len(text) <= _SHORT else _read(text) if len(text) <= 1000 else None


_SHORT = 40
"""Characters of a cell that may be a number; what is longer is not remembered."""


@lru_cache(maxsize=8192)
def _read_short(text: str) -> Decimal | None:
    return _read(text)


def _read(text: str) -> Decimal | None:
    plain = "".join(chr(ord(char) - 0xFEE0) if 0xFF01 <= ord(char) <= 0xFF5E else char for char in text).replace("−", "-").strip()
    match = _PLAIN.fullmatch(plain)
    return decimal(plain) if match else None


def decimal(text: str) -> Decimal | None:
    """The number behind digits with or without thousands separators; None if it has more than MAX_DIGITS digits."""
    plain = text.replace(",", "")
    return Decimal(plain) if len(plain) <= MAX_DIGITS + 2 and sum(map(str.isdigit, plain)) <= MAX_DIGITS else None


def scaled(number: Decimal, factor: Decimal) -> Decimal:
    """The number times a factor, exact and without trailing zeros or exponent: 38.2 * 10000 is 382000, not 382000.0."""
    return number if factor == 1 else Decimal(format(EXACT.multiply(number, factor).normalize(EXACT), "f"))


def chinese(text: str, digits: Mapping[str, int], scales: Mapping[str, Decimal]) -> Decimal | None:
    """A Chinese numeral (一百二十). None for digit strings (二〇二一), round words alone (百) and elliptic forms (一百二)."""
    total, section, digit, last, big, zero = 0, 0, None, 10000, 10**12, False
    for char in text:
        if char in digits:
            if digit is not None:
                return None
            digit = digits[char] or None
            zero = zero or digit is None
            continue
        scale = int(scales[char])
        if scale < 10000:
            if scale >= last or (digit is None and (scale != 10 or section or total)):
                return None
            section, last = section + (digit or 1) * scale, scale
        else:
            if scale >= big or not (section or digit):
                return None
            total, section, last, big = total + (section + (digit or 0)) * scale, 0, 10000, scale
        digit, zero = None, False
    if digit is not None and not zero and text[-2:-1] in scales and scales[text[-2]] > 10:
        return None
    number = total + section + (digit or 0)
    return Decimal(number) if number or text in digits else None


Number = Decimal | Fraction | int


@lru_cache(maxsize=8192)
def plain(value: Number, digits: int = 12) -> str:
    """A number in full decimals, no exponent: exact where it ends, else cut after `digits` decimals with an ellipsis."""
    if isinstance(value, Decimal):
        exponent = value.as_tuple().exponent
        if isinstance(exponent, int) and -digits <= exponent <= 0:  # nearly all: no fraction needed
            text = format(value.copy_abs(), "f")
            text = text.rstrip("0").rstrip(".") if exponent else text
            return f"-{text}" if value < 0 else text
    above, below = value.as_integer_ratio()
    scale = 0
    while scale < digits and above * 10**scale % below:
        scale += 1
    whole, rest = divmod(abs(above) * 10**scale, below)
    text = str(whole).rjust(scale + 1, "0")
    if scale:
        text = f"{text[:-scale]}.{text[-scale:]}"
    if rest:
        text += "…"
    return f"-{text}" if above < 0 else text
