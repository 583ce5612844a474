"""Amounts of money in the budget block, brought into the line's unit: 128.60万元 or 1,286,000元 in a 万元 column.

A number with a unit of its own is converted only where it and the column are money of one currency; everything else that is no
plain number stays unread, and the line is for a human.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from engine.submission.model import BudgetLine, Cell, Form
from engine.values.cells import number_of, value_of
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
    typed = {name: value_of(cell, words) for name, cell in cells.items()}
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


def in_smallest_unit(line: BudgetLine | None, name: str, words: Vocabulary) -> Decimal | None:
    """An amount of a line (`budget`, `executed`) in the smallest unit of its money (元); None where either is not known."""
    found = amounts_of(line, words) if line else None
    amount = found.numbers.get(name) if found else None
    one = _money(read_value("1" + found.unit, words), words) if found and found.unit else None
    return None if amount is None or one is None else EXACT.multiply(amount, one[0])


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


Pair = tuple[Decimal, Decimal]
"""Budget and executed amount of a line."""

_MOST_LINES = 16

_MOST_STEPS = 50_000

Owners = tuple[tuple[int, int], ...]
"""(child, the line it belongs to), by their numbers."""


@dataclass(frozen=True, slots=True)
class Nesting:
    """Which lines stand for themselves, and which only say what another consists of: (line, the line it belongs to)."""

    counted: tuple[BudgetLine, ...]
    repeated: tuple[tuple[BudgetLine, BudgetLine], ...] = ()


def nesting(lines: Sequence[BudgetLine], amounts: Sequence[Pair | None], total: Pair | None) -> Nesting:
    """The lines that make up the total. `amounts` are theirs; all stand for themselves where an amount is not known, where they
    do not exceed the total, or where no reading makes them fit it."""
    flat = Nesting(tuple(lines))
    known = [(line, pair) for line, pair in zip(lines, amounts, strict=True) if pair is not None and any(pair)]
    pairs = [pair for _, pair in known]
    if None in amounts or total is None or len(known) > _MOST_LINES or _fits(_sum(pairs), total):
        return flat
    best: tuple[bool, int, Owners] | None = None
    try:
        for tops, owners in _readings(pairs, 0, len(pairs), _Steps()):
            added = _sum([pairs[i] for i in tops])
            if _fits(added, total):
                rank = (added != total, len(owners), owners)
                best = rank if best is None or rank < best else best
    except _TooMany:
        return flat  # what can be read in so many ways is not certain
    if best is None:
        return flat
    repeated = tuple((known[child][0], known[owner][0]) for child, owner in best[2])
    dropped = {id(line) for line, _ in repeated}
    return Nesting(tuple(line for line in lines if id(line) not in dropped), repeated)


class _TooMany(Exception):
    """There are more readings than may be tried; never leaves this module."""


class _Steps:
    """How many more readings may be tried."""

    def __init__(self) -> None:
        self.left = _MOST_STEPS

    def take(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise _TooMany


def _readings(pairs: Sequence[Pair], start: int, end: int, steps: _Steps) -> Iterator[tuple[tuple[int, ...], Owners]]:
    """Every way to read the lines from `start` to `end`: those that stand for themselves, and the others as (child, owner).

    Children stand right below their owner or right above it, and may have children of their own.
    """
    if start >= end:
        yield (), ()
        return
    for tops, owners in _readings(pairs, start + 1, end, steps):
        steps.take()
        yield (start, *tops), owners
    for middle in range(start + 2, end + 1):
        for owner, first, last in ((start, start + 1, middle), (middle - 1, start, middle - 1)):
            if owner != start and last - first < 2:
                continue  # of two equal lines the first is the owner
            for children, inner in _readings(pairs, first, last, steps):
                steps.take()
                if _sum([pairs[i] for i in children]) != pairs[owner]:
                    continue
                held = tuple((child, owner) for child in children)
                for tops, owners in _readings(pairs, middle, end, steps):
                    steps.take()
                    yield (owner, *tops), (*inner, *held, *owners)


def _sum(pairs: Sequence[Pair]) -> Pair:
    return sum((pair[0] for pair in pairs), Decimal(0)), sum((pair[1] for pair in pairs), Decimal(0))


def _fits(added: Pair, total: Pair) -> bool:
    return added[0] <= total[0] and added[1] <= total[1]
