"""What the tables of a form hold: filled row by row while they are read."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.submission.model import BudgetLine, Cell, Doubt, Goal, HeaderField


@dataclass(slots=True)
class TableContent:
    """What the tables of a form hold."""

    header: list[HeaderField] = field(default_factory=list)
    budget: tuple[BudgetLine, ...] = ()
    goals: tuple[Goal, ...] = ()
    cells: dict[str, Cell] = field(default_factory=dict)
    """Closing fields: total, grade, analysis, remedies."""
    notes: list[Cell] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    """Kinds of form that labels tell, in their order."""
    doubts: list[Doubt] = field(default_factory=list)
