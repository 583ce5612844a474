"""The rows of a form as figures of a text are held against them: their numbers by unit, and the words of their names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Literal

from engine.policy.figures import FigureRules
from engine.scoring.model import ScoredIndicator
from engine.submission.model import Cell
from engine.values import names
from engine.values.figures import Figure
from engine.values.model import Value
from engine.values.name_shares import NameShares, name_shares
from engine.values.names import NameRules
from engine.values.numerals import EXACT, read_decimal
from engine.values.vocabulary import Vocabulary

Side = Literal["target", "actual"]
ONE = Decimal(1)
MAX_KNOWN = 5_000
MAX_TEXT = 60
"""Of a value whose last digit is looked for; what is longer is no number alone."""
Likeness = Literal["same", "like"]


@dataclass(frozen=True, slots=True)
class RowNumber:
    """A number of a row. `worth`: what one in its last written digit is worth."""

    side: Side
    number: Decimal
    unit: str
    label: str
    approximate: str
    worth: Decimal
    alone: bool
    """Whether the cell holds this number and nothing else."""


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A row of the form: its numbers, and what was filed on both sides."""

    name: str
    words: str
    """The name without ending and fillers, and what is written beside its numbers."""
    numbers: tuple[RowNumber, ...]
    target: Cell | None
    actual: Cell | None

    def cell(self, side: str) -> Cell | None:
        """Its cell of the target or the actual; None where it has none."""
        return self.target if side == "target" else self.actual

    @property
    def measured(self) -> bool:
        """Whether what was done is a number that a text can say; none at all (0起) is said in words."""
        return any(item.side == "actual" and item.number for item in self.numbers)


def rows_of(items: Sequence[ScoredIndicator], rules: NameRules) -> list[FigureRow]:
    """The rows of a form in their order; one with a cell that is not certain has no numbers."""
    return [_row(item, rules) for item in items]


def words_of(rows: Sequence[FigureRow]) -> NameShares:
    """How much of each row's words a stretch of text has: asked for every figure, made once for the form."""
    return name_shares([row.words for row in rows])


def _row(item: ScoredIndicator, rules: NameRules) -> FigureRow:
    known = item.known
    indicator = known.indicator
    name = names.reduce(indicator.name, rules)
    stem = name.removesuffix(names.ending(name, rules))
    sides: tuple[tuple[Side, Value], ...] = (("target", known.target), ("actual", known.actual))
    numbers = () if known.doubt else tuple(number for side, value in sides for number in _numbers(side, value))
    return FigureRow(indicator.name, stem if len(stem) > 1 else name, numbers, indicator.target, indicator.actual)


def _numbers(side: Side, value: Value) -> Iterator[RowNumber]:
    if value.kind not in ("number", "composite") or value.scanned:
        return
    alone = value.raw[:MAX_TEXT] if value.kind == "number" else ""
    single = value.kind == "number" and not value.inside and not value.remark and not value.quantities[0].label
    for quantity in value.quantities:
        worth = _worth(alone, quantity.number)
        yield RowNumber(side, quantity.number, quantity.unit, quantity.label, quantity.approximate, worth, single)


@lru_cache(maxsize=MAX_KNOWN)
def _worth(text: str, number: Decimal) -> Decimal:
    """What one in the last written digit is worth: 0.01 for 100.00%, 1,000 for 38.2万. `text` is empty beside other numbers."""
    exponent = int(number.as_tuple().exponent)
    least = Decimal(1).scaleb(min(exponent, 0))
    written = read_decimal("".join(char for char in text if char in "0123456789."))
    if not written or number <= 0:
        return least
    scale = Fraction(number) / Fraction(written)
    if scale.denominator != 1 or str(scale.numerator).strip("0") != "1":
        return least
    return Decimal(1).scaleb(int(written.as_tuple().exponent)) * scale.numerator


@dataclass(frozen=True, slots=True)
class UnitMatch:
    """How alike two units are: a number of the first times `up` is one of the second times `down`."""

    likeness: Likeness
    up: Decimal = ONE
    down: Decimal = ONE


class UnitMatches:
    """Which units may be one, and by what their numbers are to be multiplied."""

    def __init__(self, words: Vocabulary, rules: FigureRules) -> None:
        self.words, self.rules = words, rules
        self._known: dict[tuple[str, str], UnitMatch | None] = {}

    def alike(self, first: str, second: str) -> UnitMatch | None:
        """How alike two units are; None for two that are never one."""
        key = (first, second)
        if key not in self._known:
            self._known[key] = self._alike(first, second)
        return self._known[key]

    def _alike(self, first: str, second: str) -> UnitMatch | None:
        words = self.words
        if first == second:
            return UnitMatch("same")
        a, b = words.unit(first), words.unit(second)
        if a and b and a.dimension == b.dimension:
            return UnitMatch("same", a.scale, b.scale)
        if any(first in group and second in group for group in words.same):
            return UnitMatch("same")
        parts = second.split("/")
        if len(parts) == 2:
            if frozenset(parts) in words.either and first in parts:
                return UnitMatch("same")
            if parts[1] in words.denominators and parts[0] == first:
                return UnitMatch("like")
        if not second and a and a.counting:
            return UnitMatch("like")
        if not (a and b and a.counting and b.counting):
            return None
        general = self.rules.general_units
        if first in general or second in general or any(first in group and second in group for group in self.rules.alike_units):
            return UnitMatch("like")
        return None


def agrees(figure: Figure, number: RowNumber, alike: UnitMatch, words: Vocabulary) -> bool:
    """Whether a figure says the number of a row: rounded or cut to fewer digits, or an approximate one, it still does."""
    if figure.number == number.number and alike.up == alike.down:
        return True
    said, filed = EXACT.multiply(figure.number, alike.up), EXACT.multiply(number.number, alike.down)
    gap = abs(EXACT.subtract(said, filed))
    if figure.approximate or number.approximate:
        return gap <= EXACT.multiply(max(abs(said), abs(filed)), words.approximate_margin)
    return not gap or gap < max(EXACT.multiply(figure.precision, alike.up), EXACT.multiply(number.worth, alike.down))


def times_apart(figure: Figure, number: RowNumber, alike: UnitMatch) -> Fraction:
    """How many times larger one of the two numbers is; one more than the other where one is 0; once where the one is a slip of the
    other, in a digit or in a 万."""
    said, filed = EXACT.multiply(figure.number, alike.up), EXACT.multiply(number.number, alike.down)
    if digits_of(figure.number) == digits_of(number.number) or slipped(said, filed):
        return Fraction(1)
    low, high = sorted((abs(Fraction(said)), abs(Fraction(filed))))
    return high / low if low else high + 1


def slipped(first: Decimal, second: Decimal) -> bool:
    """Whether two numbers of two digits or more differ in one digit only, or in two neighbours exchanged."""
    one, other = digits_of(first), digits_of(second)
    if len(one) != len(other) or len(one) < 2:
        return False
    wrong = [n for n, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    if len(wrong) == 2 and wrong[1] == wrong[0] + 1:
        return one[wrong[0]] == other[wrong[1]] and one[wrong[1]] == other[wrong[0]]
    return len(wrong) == 1


def digits_of(number: Decimal) -> tuple[int, ...]:
    """The digits of a number without the zeros at its ends."""
    return number.normalize(EXACT).as_tuple().digits
