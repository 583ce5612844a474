"""Levels as rows of their own: 产出指标, below it 数量指标, below that the indicators, each in one column of names.

What a row is is told by the words of the levels and by its being without target and actual; where a word may be either level
(满意度指标), by what stands below it and by the weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import takewhile

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
            found += _settle(goal, _with_sums(rows))
    return found


@dataclass(frozen=True, slots=True)
class _Row:
    indicator: Indicator
    name: str
    levels: frozenset[str]
    """The levels its name may be; none for an indicator."""
    weight: Cell | None
    bare: bool
    """Whether it has neither target nor actual."""
    rank: int | None = None
    """How it is numbered, from the outermost (一、 is 0)."""

    @property
    def points(self) -> Decimal | None:
        return read_decimal(self.weight.text) if self.weight else None


def _row(indicator: Indicator, layout: Layout) -> _Row:
    name, rank = indicator.name, None
    for n, pattern in enumerate(layout.numbering):
        if match := pattern.search(name):
            name, rank = match.get("rest") or name, n
            break
    bare = not (indicator.target or indicator.actual or indicator.operator)
    levels = {level for level, labels in ((_FIRST, layout.level1), (_SECOND, layout.level2)) if bare and labels.find(name)}
    return _Row(indicator, name, frozenset(levels), indicator.weight, bare, rank)


def _with_sums(rows: Sequence[_Row]) -> list[_Row]:
    """The rows, of which one with a word nobody listed is a level, too, where its weight is what the rows below it add up to."""
    made: list[_Row] = []
    for n, row in enumerate(rows):
        below = list(takewhile(lambda other: not other.bare, rows[n + 1 :]))
        known = [other.points for other in below if other.points is not None]
        if row.bare and not row.levels and below and len(known) == len(below) and sum(known, Decimal()) == row.points:
            row = replace(row, levels=frozenset({_FIRST, _SECOND}))
        made.append(row)
    return made


def _settle(goal: OpenGoal, rows: Sequence[_Row]) -> list[HeaderField]:
    level1, level2, spent = "", "", Decimal(0)
    first: _Row | None = None
    only_first = not any(row.levels == {_SECOND} for row in rows)
    found: list[HeaderField] = []
    goal.indicators = []
    for n, row in enumerate(rows):
        if not row.levels:
            goal.indicators.append(replace(row.indicator, level1=level1, level2=level2))
            spent += row.points or 0
            continue
        level = _FIRST if only_first and _FIRST in row.levels else _level(row, rows[n + 1 :], first, spent)
        if level == _FIRST:
            level1, level2, first, spent = row.name, "", row, Decimal(0)
        else:
            level2 = row.name
        goal.groups.append(Group(level1, level2, row.weight or None, row.indicator.place))
        for key, what in (("weight", "分值"), ("score", "得分")):
            if cell := getattr(row.indicator, key):
                found.append(HeaderField("level", f"{level2 or level1}（{what}）", cell))
    return found


def _level(row: _Row, below: Sequence[_Row], first: _Row | None, spent: Decimal) -> str:
    """Which level a row is that may be either. `first` is the 一级 it may go on with, `spent` what its indicators have so far."""
    if len(row.levels) == 1:
        return next(iter(row.levels))
    if first is None:
        return _FIRST
    if row.rank is not None and first.rank is not None:
        return _FIRST if row.rank <= first.rank else _SECOND
    following = below[0].levels if below else frozenset()
    if following == {_SECOND}:
        return _FIRST  # another level stands right below it
    # it goes on with the level above until that one's weight is spent
    return _FIRST if first.points is not None and spent >= first.points else _SECOND
