"""Amounts of money in the budget block, brought into the line's unit: 128.60万元 or 1,286,000元 in a 万元 column.

A number with a unit of its own is converted only where it and the column are money of one currency; everything else that is no
plain number stays unread, and the line is for a human.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from engine.scoring.recognition import number_of
from engine.submission.model import BudgetLine, Cell
from engine.values.notation import Value, read_value
from engine.values.numerals import EXACT
from engine.values.vocabulary import Vocabulary

COLUMNS = ("original", "budget", "executed")


@dataclass(frozen=True, slots=True)
class Amounts:
    """The amounts of a budget line in `unit`, None where a cell has none; `other_units` are the cells written in another."""

    unit: str
    numbers: Mapping[str, Decimal | None]
    other_units: tuple[Cell, ...] = ()


def amounts_of(line: BudgetLine, words: Vocabulary) -> Amounts:
    """The amounts of a line. Its unit is the block's; where that is not declared, the one all of its cells write out."""
    cells = {name: cell for name in COLUMNS if (cell := getattr(line, name)) is not None}
    typed = {name: read_value(cell.text, words) for name, cell in cells.items()}
    unit = line.money_unit or _shared_unit(cells, words)
    one = _money(read_value("1" + unit, words), words) if unit else None
    numbers: dict[str, Decimal | None] = {}
    other = []
    for name, cell in cells.items():
        numbers[name] = number_of(cell)
        if numbers[name] is not None or one is None:
            continue
        money = _money(typed[name], words, one[1])
        if money is None or money[1] != one[1]:
            continue
        share = Fraction(money[0]) / Fraction(one[0])
        numbers[name] = EXACT.divide(Decimal(share.numerator), Decimal(share.denominator))
        if _written_unit(cell) != _folded(unit):
            other.append(cell)
    return Amounts(unit, numbers, tuple(other))


def _money(value: Value, words: Vocabulary, currency: str = "") -> tuple[Decimal, str] | None:
    """Number and currency of an exact amount of money; None for anything else. A number with a scale and no unit (128.6万) is
    money of `currency`, the column's."""
    if value.kind != "number" or value.operator or value.remark or value.quantities[0].label or value.quantities[0].approximate:
        return None
    number = value.quantities[0].number
    unit = words.unit(value.unit) if value.unit else None
    if unit is not None and unit.bare == "refuse":
        return EXACT.multiply(number, unit.scale), unit.dimension
    scaled = not value.unit and any(scale in value.raw for scale in words.scales)
    return (number, currency) if scaled and currency else None


def _shared_unit(cells: Mapping[str, Cell], words: Vocabulary) -> str:
    """What stands behind the number in every filled cell, if it is the same and money; else an empty string."""
    endings = {_written_unit(cell) for cell in cells.values() if cell}
    unit = endings.pop() if len(endings) == 1 else ""
    return unit if unit and _money(read_value("1" + unit, words), words) else ""


def _written_unit(cell: Cell) -> str:
    """What stands behind the number."""
    return _folded(cell.text).lstrip("+-0123456789,.")


def _folded(text: str) -> str:
    return "".join("".join(chr(ord(c) - 0xFEE0) if 0xFF01 <= ord(c) <= 0xFF5E else c for c in text).split())
