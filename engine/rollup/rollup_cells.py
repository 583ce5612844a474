"""Rolled-up numbers as text of cells, the way forms write them, rounded where the policy says."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from engine.errors import Place
from engine.submission.model import Cell
from engine.values.notation import printed
from engine.values.rounding import Rounding
from engine.values.vocabulary import Vocabulary

HERE = Place(path="汇总")
"""Where what was rolled up stands: on no form."""
EXACT_PLACES = 12
"""A sum that ends within so many decimals is written in full."""
_LARGE = 10_000


def made(text: str) -> Cell:
    """A cell that the roll-up wrote."""
    return Cell(text, HERE)


def told(rounding: Rounding) -> str:
    """A rounding in words."""
    names = {"half_up": "四舍五入", "half_even": "四舍六入五成双", "down": "舍去", "up": "进一"}
    return f"{names[rounding.mode]}，保留 {rounding.places} 位小数"


def trimmed(value: Decimal) -> str:
    """A decimal without zeros at its end: 91.50 is 91.5."""
    return format(value.normalize(), "f") if value else "0"


def written(
    operator: str,
    parts: Sequence[tuple[str, Fraction]],
    unit: str,
    raws: Sequence[str],
    rounding: Rounding,
    words: Vocabulary,
    *,
    full: bool = False,
) -> str:
    """A value as forms write it: `≥400件`, `38.2万户` where all it came from are written in 万, `正高81.82%，副高88.98%`.

    `full`: written in all its decimals where they end, as a sum of what was filed does; a mean is rounded.
    """
    scale, factor = "", Fraction(1)
    for word, size in sorted(words.scales.items(), key=lambda item: -item[1]):
        if size >= _LARGE and raws and all(word in raw for raw in raws):
            scale, factor = word, Fraction(size)
            break
    texts = []
    for label, value in parts:
        scaled = value / factor
        digits = scaled * 10**EXACT_PLACES
        ends = full and digits.denominator == 1
        text = trimmed(Decimal(digits.numerator).scaleb(-EXACT_PLACES) if ends else rounding(scaled))
        texts.append(f"{label}{printed(operator)}{text}{scale}{unit}")
    return "，".join(texts)
