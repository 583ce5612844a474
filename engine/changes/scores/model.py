"""What comparing the scores of two policies finds: by table, where they differ, and what could not be decided."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from engine.changes.diff.compare import Change, ComparedPolicy

TableAnswer = Literal["equal", "differs", "undecided"]
ANSWERS = {"equal": "处处相同", "differs": "有不同", "undecided": "没有判定"}


@dataclass(frozen=True, slots=True)
class SpanEdge:
    """An end of a span: the value, and whether it belongs to it. `value` None: no end."""

    value: Fraction | None
    included: bool = False


@dataclass(frozen=True, slots=True)
class ValueSpan:
    """The values of one quantity (completion as a share of the target, a total) among which two policies differ."""

    quantity: str
    """A key of `spans.QUANTITIES`."""
    low: SpanEdge
    high: SpanEdge


@dataclass(frozen=True, slots=True)
class Witness:
    """An input of which both engines were asked: what it is, and what each makes of it (Chinese)."""

    given: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ScoreRegion:
    """Where one case of A and one of B meet, and differ."""

    cases: tuple[str, str]
    """The ids of the two cases (of the two grades; empty where there is none)."""
    before: str
    """The case of A: what it asks and gives, in words."""
    after: str
    everywhere: bool
    """Whether every input that comes to both cases differs."""
    span: ValueSpan | None = None
    rise: Fraction = Fraction(0)
    fall: Fraction = Fraction(0)
    """By how much a score rises or falls at most, of `out_of` points; 0 where it does not, or where an outcome is no score."""
    out_of: Fraction = Fraction(0)
    bounded: bool = True
    """Whether span, rise and fall were all decided."""
    example: Witness | None = None


@dataclass(frozen=True, slots=True)
class TableComparison:
    """One table of scores (or the grades): whether the policies agree on every input that comes to it."""

    table: str
    title: str
    regions: tuple[ScoreRegion, ...] = ()
    undecided: tuple[str, ...] = ()
    """What the solver could not decide (Chinese)."""

    @property
    def answer(self) -> TableAnswer:
        return "differs" if self.regions else "undecided" if self.undecided else "equal"


@dataclass(frozen=True, slots=True)
class ScoreComparison:
    """Two policies. `unproved`: differences that touch scores or readings and of which no proof was tried."""

    before: ComparedPolicy
    after: ComparedPolicy
    tables: tuple[TableComparison, ...]
    unproved: tuple[Change, ...] = ()

    @property
    def answer(self) -> TableAnswer:
        """Equal only where every table is, and nothing else touches a score."""
        answers = {table.answer for table in self.tables}
        if "differs" in answers:
            return "differs"
        return "undecided" if "undecided" in answers or self.unproved else "equal"
