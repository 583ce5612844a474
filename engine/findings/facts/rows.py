"""Fields of indicator facts about the rows around it: its parts (其中), and scores or weights shared with the rows below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from engine.language.facts.indicator import PartFields, SharedScore
from engine.scoring.model import ScoredIndicator
from engine.submission.model import Cell, Indicator
from engine.values.cells import number_of, value_of
from engine.values.comparison import compare
from engine.values.model import Value
from engine.values.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Blanks:
    """How many rows right below an indicator, under the same goal, have a column with nothing in it."""

    score: int
    weight: int


def blanks_below(rows: Sequence[Indicator]) -> list[Blanks]:
    """For each row of a goal the blank cells right below it, in one pass from the last: a goal may have very many rows."""
    out: list[Blanks] = []
    below = Blanks(0, 0)
    for row in reversed(rows):
        out.append(below)
        below = Blanks(below.score + 1 if _blank(row.score) else 0, below.weight + 1 if _blank(row.weight) else 0)
    return out[::-1]


def _blank(cell: Cell | None) -> bool:
    return cell is not None and not cell


def shared_score(indicator: Indicator, item: ScoredIndicator, below: Blanks) -> SharedScore:
    """A score merged over the indicator and the rows below it, or rows below it that have nothing of their own."""
    if indicator.score and item.known.indicator.score is None:
        return SharedScore(shared_score=number_of(indicator.score), shared_rows=below.score + 1)
    blank = min(below.score, below.weight)
    return SharedScore(blank_rows=blank) if blank and indicator.weight and indicator.score else SharedScore()


def part_fields(indicator: Indicator, item: ScoredIndicator, words: Vocabulary) -> PartFields:
    """What the parts of an indicator say, and what they add up to."""
    if not indicator.parts:
        return PartFields()
    return PartFields(
        parts=len(indicator.parts),
        parts_target_text=_texts([part.target for part in indicator.parts]),
        parts_actual_text=_texts([part.actual for part in indicator.parts]),
        parts_target_share=_share(item.known.target, [part.target for part in indicator.parts], words),
        parts_actual_share=_share(item.known.actual, [part.actual for part in indicator.parts], words),
    )


def _texts(cells: Sequence[Cell | None]) -> str | None:
    return "、".join(cell.text for cell in cells if cell) or None


def _share(whole: Value, cells: Sequence[Cell | None], words: Vocabulary) -> Decimal | None:
    """What the parts add up to as a share of the whole; None where one has no number, or they are no amounts to be added."""
    added = Fraction(0)
    for cell in cells:
        part = value_of(cell, words)
        unit = words.unit(part.unit or whole.unit)
        if whole.kind != "number" or part.kind != "number" or (unit and unit.each) or part.quantities[0].approximate:
            return None
        pairs = compare(whole, part, words).pairs
        if len(pairs) != 1 or not pairs[0].target:
            return None
        added += Fraction(pairs[0].actual) / Fraction(pairs[0].target)
    return Decimal(added.numerator) / Decimal(added.denominator)
