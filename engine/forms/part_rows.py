"""Rows that only say what the indicator above them consists of (其中：…): neither weighted nor scored, kept with their parent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.forms.goal_rows import OpenGoal
from engine.forms.model import Layout
from engine.submission.model import Doubt, Indicator, IndicatorPart


def settle_parts(goals: Sequence[OpenGoal], layout: Layout, doubts: list[Doubt]) -> None:
    """Put the rows that are parts of an indicator under it, in place.

    A row is a part if it has neither weight nor score and is named as one (其中：…). One that is not named so, but follows such
    a row or an indicator marked as having parts (★), is read as a part with a doubt: its weight may just be missing.
    """
    for goal in goals:
        read, goal.indicators = goal.indicators, []
        for indicator in read:
            if not _taken(goal, indicator, layout, doubts):
                goal.indicators.append(indicator)


def _taken(goal: OpenGoal, row: Indicator, layout: Layout, doubts: list[Doubt]) -> bool:
    """Put a row under the indicator before it if it is a part of it, and say so; False if it is an indicator of its own."""
    if row.weight or row.score:
        return False
    named = any(pattern.search(row.name) for pattern in layout.part)
    parent = goal.indicators[-1] if goal.indicators else None
    beside = parent is not None and (parent.level1, parent.level2) == (row.level1, row.level2)
    if named and not beside:
        doubts.append(Doubt("part_alone", row.name, row.name, row.place))
    if parent is None or not beside:
        return False
    if not named:
        marked = parent.parts or any(pattern.search(parent.name) for pattern in layout.parent)
        if not (marked and (parent.weight or parent.score)):
            return False
        doubts.append(Doubt("part_unmarked", row.name, row.name, row.place, taken=f"“{parent.name}”的组成部分"))
    part = IndicatorPart(row.name, row.place, row.target, row.actual, row.nature, row.unit, row.reason)
    goal.indicators[-1] = replace(parent, parts=(*parent.parts, part))
    return True
