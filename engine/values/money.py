"""Amounts of money in one unit: how many 元 a written unit is."""

from __future__ import annotations

from fractions import Fraction

from engine.values.notation import read_value
from engine.values.vocabulary import Vocabulary


def money_factor(unit: str, words: Vocabulary) -> tuple[Fraction, str] | None:
    """How many of the smallest unit one `unit` (万元) is, and that unit (元); None for a text that is no unit of money."""
    value = read_value(f"1{unit}", words)
    if value.kind != "number" or value.quantities[0].label or value.note:
        return None
    found = words.unit(value.unit)
    if found is None or found.counting:
        return None
    return Fraction(value.quantities[0].number) * Fraction(found.scale), found.dimension
