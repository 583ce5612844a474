"""A goal being read: its groups and indicators so far, and the 一级 and 二级 that the next row carries on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.blocks import TableCell
from engine.errors import Place
from engine.grid import one_line
from engine.labels import Pattern
from engine.submission import Cell, Goal, Group, Indicator


def weighted(cell: TableCell, patterns: Sequence[Pattern]) -> tuple[str, Cell | None]:
    """Name and bracketed weight of a cell: 组织商会培训（1分） -> 组织商会培训, 1."""
    for pattern in patterns:
        match = pattern.search(cell.text)
        if match and match.get("name"):
            return one_line(match.groups["name"]), Cell(match.groups["weight"], cell.place)
    return one_line(cell.text), None


@dataclass(slots=True)
class OpenGoal:
    """The goal being read, and the level the next row carries on."""

    heading: str
    """What the form calls it (年度绩效目标1), for messages."""
    place: Place
    weight: Cell | None = None
    title: str = ""
    """What the goal is, where the form says so; a bare heading is no title."""
    groups: list[Group] = field(default_factory=list)
    indicators: list[Indicator] = field(default_factory=list)
    level1: str = ""
    level2: str = ""
    raw: tuple[str, str] = ("", "")
    """The 一级 and 二级 cells as written: a reader that repeats a merged cell's text in every row opens no new group."""
    failed: bool = False

    def levels(self, level1: TableCell | None, level2: TableCell | None, patterns: Sequence[Pattern]) -> None:
        """Open the groups that begin in this row; an empty cell carries on the one above."""
        if level1 and level1.text != self.raw[0]:
            self.level1, weight = weighted(level1, patterns)
            self.level2, self.raw = "", (level1.text, "")
            self.groups.append(Group(self.level1, "", weight, level1.place))
        if level2 and level2.text != self.raw[1]:
            self.level2, weight = weighted(level2, patterns)
            self.raw = (self.raw[0], level2.text)
            self.groups.append(Group(self.level1, self.level2, weight, level2.place))

    def closed(self, number: int) -> Goal:
        return Goal(number, self.title, self.place, self.weight, tuple(self.groups), tuple(self.indicators))
