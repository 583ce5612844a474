"""Levels as rows of their own: 产出指标, below it 数量指标, below that the indicators, each in one column of names.

What a row is is told by the words of the levels and by its being without target and actual; where a word may be either level
(满意度指标), by what stands below it and by the weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from engine.forms.goal_rows import OpenGoal
from engine.forms.model import Layout
from engine.submission.model import Cell, Group, HeaderField, Indicator
from engine.values.numerals import read_decimal

_FIRST, _SECOND = "level1", "level2"


def settle_levels(goals: Sequence[OpenGoal], layout: Layout) -> list[HeaderField]:
    """Make groups of the rows that are levels, in place; the scores that stand beside them, as they are printed."""
    found: list[HeaderField] = []
    for goal in goals:
        if any(indicator.level1 for indicator in goal.indicators):
            continue
        rows = [_row(indicator, layout) for indicator in goal.indicators]
        if any(row.levels for row in rows):
            found += _settle(goal, rows)
    return found


@dataclass(frozen=True, slots=True)
class _Row:
    indicator: Indicator
    name: str
    levels: frozenset[str]
    """The levels its name may be; none for an indicator."""
    weight: Cell | None

    @property
    def points(self) -> Decimal | None:
        return read_decimal(self.weight.text) if self.weight else None


def _row(indicator: Indicator, layout: Layout) -> _Row:
    name = indicator.name
    for pattern in layout.numbering:
        if match := pattern.search(name):
            name = match.get("rest") or name
            break
    bare = not (indicator.target or indicator.actual or indicator.operator)
    levels = {level for level, labels in ((_FIRST, layout.level1), (_SECOND, layout.level2)) if bare and labels.find(name)}
    return _Row(indicator, name, frozenset(levels), indicator.weight)


def _settle(goal: OpenGoal, rows: Sequence[_Row]) -> list[HeaderField]:
    level1, level2, spent = "", "", Decimal(0)
    whole: Decimal | None = None
    found: list[HeaderField] = []
    goal.indicators = []
    for n, row in enumerate(rows):
        if not row.levels:
            goal.indicators.append(replace(row.indicator, level1=level1, level2=level2))
            continue
        level = _level(row, rows[n + 1 :], level1, whole, spent)
        if level == _FIRST:
            level1, level2, whole, spent = row.name, "", row.points, Decimal(0)
        else:
            level2, spent = row.name, spent + (row.points or 0)
        goal.groups.append(Group(level1, level2, row.weight or None, row.indicator.place))
        for key, what in (("weight", "分值"), ("score", "得分")):
            if cell := getattr(row.indicator, key):
                found.append(HeaderField("level", f"{level2 or level1}（{what}）", cell))
    return found


def _level(row: _Row, below: Sequence[_Row], level1: str, whole: Decimal | None, spent: Decimal) -> str:
    """Which level a row is that may be either."""
    if len(row.levels) == 1:
        return next(iter(row.levels))
    if not level1:
        return _FIRST
    following = below[0].levels if below else frozenset()
    if following == {_SECOND}:
        return _FIRST  # another level stands right below it
    # it goes on with the level above until that one's weight is spent
    return _FIRST if whole is not None and spent >= whole else _SECOND
