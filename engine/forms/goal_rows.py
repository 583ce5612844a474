"""A goal being read: its groups and indicators so far, and the 一级 and 二级 that the next row carries on.

Weights in brackets after a name are read here: those with 分 as they come, bare ones when the whole form is known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Literal

from engine.documents.model import TableCell
from engine.errors import Place
from engine.forms.columns import one_line
from engine.forms.labels import LabelPattern, fold
from engine.submission.model import Cell, Goal, Group, Indicator
from engine.values.numerals import read_decimal

_CERTAIN = 3
"""So many names with a bare number are no chance."""
_POINTS = 100


def weighted(cell: TableCell, patterns: Sequence[LabelPattern]) -> tuple[str, Cell | None]:
    """Name and bracketed weight of a cell: 组织商会培训（1分） -> 组织商会培训, 1. What else follows belongs to the name."""
    for pattern in patterns:
        match = pattern.search(cell.text)
        if match and match.get("name"):
            return one_line(match.groups["name"] + (match.get("rest") or "")), Cell(match.groups["weight"], cell.place)
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

    def levels(self, values: Mapping[str, TableCell], patterns: Sequence[LabelPattern]) -> None:
        """Open the groups that begin in this row; an empty cell carries on the one above. A weight stands in brackets behind the
        name, or in a column of its own."""
        level1, level2 = values.get("level1"), values.get("level2")
        if level1 and level1.text != self.raw[0]:
            self.level1, weight = weighted(level1, patterns)
            self.level2, self.raw = "", (level1.text, "")
            self.groups.append(Group(self.level1, "", weight or _filled(values.get("level1_weight")), level1.place))
        if level2 and level2.text != self.raw[1]:
            self.level2, weight = weighted(level2, patterns)
            self.raw = (self.raw[0], level2.text)
            self.groups.append(Group(self.level1, self.level2, weight or _filled(values.get("level2_weight")), level2.place))

    def same_heading(self, other: OpenGoal, *, untitled: bool = False) -> bool:
        """Whether the other's heading is this one said again; `untitled` if what the other goal is only follows below it."""
        return fold(self.heading) == fold(other.heading) and (untitled or fold(self.title) == fold(other.title))

    def is_over(self, level1: TableCell | None, patterns: Sequence[LabelPattern]) -> bool:
        """Whether a row under the same heading, said again, begins another goal.

        It does if a 一级 left behind begins again, or if the goal's weight is spent; else the heading stands at a page's top.
        """
        if not level1:
            return False
        name, _ = weighted(level1, patterns)
        if name != self.level1 and any(group.level1 == name for group in self.groups):
            return True
        # rows without weight and score only say what others consist of
        whole, spent = _number(self.weight), _sum([item for item in self.indicators if item.weight or item.score])
        return whole is not None and spent is not None and spent >= whole

    def closed(self, number: int) -> Goal:
        return Goal(number, self.title, self.place, self.weight, tuple(self.groups), tuple(self.indicators))


def read_weight_cells(goals: Sequence[OpenGoal], patterns: Sequence[LabelPattern]) -> None:
    """Take weights written otherwise than as numbers (20%) if every indicator of the form has one and they make up a
    hundred at most; else they stay as they are."""
    every = [indicator for goal in goals for indicator in goal.indicators]
    for pattern in patterns:
        read = [pattern.search(indicator.weight.text) if indicator.weight else None for indicator in every]
        weights = [Cell(hit.groups["weight"], item.place) for hit, item in zip(read, every, strict=True) if hit]
        numbers = [read_decimal(weight.text) for weight in weights]
        known = [number for number in numbers if number is not None]
        if not every or len(known) < len(every) or sum(known, Decimal()) > _POINTS:
            continue
        left = iter(weights)
        for goal in goals:
            goal.indicators = [
                replace(i, weight=Cell(next(left).text, i.weight.place if i.weight else i.place)) for i in goal.indicators
            ]


def read_bare_weights(goals: Sequence[OpenGoal], patterns: Sequence[LabelPattern]) -> None:
    """Take brackets that hold a weight only if all names have them; else every name stays as it is.

    Of the indicators, those without a weight must all fit, and either the weights of each goal then add up to it, or nobody
    wrote a weight otherwise: at least three indicators, a hundred points at most. Of the groups, those of one level must fit.
    """
    for pattern in patterns:
        _bare_indicators(goals, pattern)
        _bare_groups(goals, pattern, "level1")
        _bare_groups(goals, pattern, "level2")


def _bare_indicators(goals: Sequence[OpenGoal], pattern: LabelPattern) -> None:
    before = [indicator for goal in goals for indicator in goal.indicators]
    bare = [indicator for indicator in before if indicator.weight is None]
    if any(indicator.weight is not None and not indicator.weight for indicator in before):
        return  # an empty cell: the form has a column of weights
    read = {indicator: weighted(TableCell(indicator.name, indicator.place), [pattern]) for indicator in bare}
    if not bare or not all(weight for _, weight in read.values()):
        return
    after = [[replace(i, name=read[i][0], weight=read[i][1]) if i in read else i for i in goal.indicators] for goal in goals]
    total = _sum([indicator for indicators in after for indicator in indicators])
    alone = len(bare) == len(before) >= _CERTAIN and total is not None and total <= _POINTS
    if alone or all(goal.weight and _number(goal.weight) == _sum(done) for goal, done in zip(goals, after, strict=True)):
        for goal, indicators in zip(goals, after, strict=True):
            goal.indicators = indicators


def _bare_groups(goals: Sequence[OpenGoal], pattern: LabelPattern, level: Literal["level1", "level2"]) -> None:
    bare = [g for goal in goals for g in goal.groups if g.weight is None and bool(g.level2) == (level == "level2")]
    read = {group: weighted(TableCell(getattr(group, level), group.place), [pattern]) for group in bare}
    if not bare or not all(weight for _, weight in read.values()):
        return
    names = {getattr(group, level): name for group, (name, _) in read.items()}

    def renamed(name: str, of: str) -> str:
        return names.get(name, name) if of == level else name

    for goal in goals:
        goal.groups = [
            replace(
                group,
                level1=renamed(group.level1, "level1"),
                level2=renamed(group.level2, "level2"),
                weight=read[group][1] if group in read else group.weight,
            )
            for group in goal.groups
        ]
        goal.indicators = [
            replace(i, level1=renamed(i.level1, "level1"), level2=renamed(i.level2, "level2")) for i in goal.indicators
        ]


def _filled(cell: TableCell | None) -> Cell | None:
    return Cell(cell.text, cell.place) if cell else None


def _number(cell: Cell | None) -> Decimal | None:
    return read_decimal(cell.text) if cell else None


def _sum(indicators: Sequence[Indicator]) -> Decimal | None:
    """The indicators' weights added up; None if one of them is not known."""
    numbers = [_number(indicator.weight) for indicator in indicators]
    known = [number for number in numbers if number is not None]
    return sum(known, Decimal()) if len(known) == len(numbers) else None
