"""Amounts of money in the budget block, brought into the line's unit: 128.60万元 or 1,286,000元 in a 万元 column.

A number with a unit of its own is converted only where it and the column are money of one currency; everything else that is no
plain number stays unread, and the line is for a human.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from engine.scoring.budget_lines import Pair, nesting
from engine.submission.model import BudgetLine, Cell, Form
from engine.values.cells import number_of
from engine.values.model import Value
from engine.values.notation import read_value
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


def scored_line(form: Form) -> BudgetLine | None:
    """The budget line that is scored: the form's total line; the one line with amounts where the total above it is all 0.

    That line then has the weight of the total, and its score and rate where it has none of its own.
    """
    total = next((line for line in form.budget if line.role == "total"), None)
    real = line_below_zeros(form)
    if total is None or real is None:
        return total
    return replace(real, role="total", weight=total.weight, rate=real.rate or total.rate, score=real.score or total.score)


def line_below_zeros(form: Form) -> BudgetLine | None:
    """The detail line that holds the whole amount where the total line is empty or 0; None unless exactly one does."""
    total = next((line for line in form.budget if line.role == "total"), None)
    details = [line for line in form.budget if line.role == "detail"]
    if total is None or any(cell and number_of(cell) != 0 for cell in (total.budget, total.executed)):
        return None
    pairs = [plain_amounts(line) for line in details]
    for line, pair in zip(details, pairs, strict=True):
        if pair is None or not all(pair):
            continue
        counted = nesting(details, pairs, pair).counted
        filled = [item for item in counted if item.budget or item.executed]
        if all(item is line or not any(plain_amounts(item) or (1,)) for item in filled):
            return line
    return None


def plain_amounts(line: BudgetLine) -> Pair | None:
    """Budget and executed amount of a line written as plain numbers, 0 for empty cells; None if one is something else."""
    numbers = [number_of(cell) if cell else Decimal(0) for cell in (line.budget, line.executed)]
    return None if numbers[0] is None or numbers[1] is None else (numbers[0], numbers[1])
