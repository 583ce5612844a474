"""Rows that only say what the indicator above them consists of (其中：…): neither weighted nor scored, kept with their parent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from engine.errors import Place
from engine.forms.columns import one_line
from engine.forms.goal_rows import OpenGoal
from engine.forms.model import Layout
from engine.submission.model import Cell, Doubt, IndicatorPart

_KEPT = ("target", "actual", "nature", "unit", "reason")


def take_part(goal: OpenGoal, name: str, place: Place, fields: Mapping[str, Cell], layout: Layout, doubts: list[Doubt]) -> bool:
    """Put a row under the indicator above if it is a part of it, and say so; False if the row is an indicator of its own.

    A row is a part if it has neither weight nor score and is named as one (其中：…). One that is not named so, but follows such
    a row or an indicator marked as having parts (★), is read as a part with a doubt: its weight may just be missing.
    """
    if fields.get("weight") or fields.get("score"):
        return False
    named = any(pattern.search(name) for pattern in layout.part)
    parent = goal.indicators[-1] if goal.indicators else None
    beside = parent is not None and (parent.level1, parent.level2) == (goal.level1, goal.level2)
    if named and not beside:
        doubts.append(Doubt("part_alone", name, one_line(name), place))
    if parent is None or not beside:
        return False
    if not named:
        marked = parent.parts or any(pattern.search(parent.name) for pattern in layout.parent)
        if not (marked and (parent.weight or parent.score)):
            return False
        doubts.append(Doubt("part_unmarked", name, one_line(name), place, taken=f"“{parent.name}”的组成部分"))
    part = IndicatorPart(one_line(name), place, **{key: fields[key] for key in _KEPT if key in fields})
    goal.indicators[-1] = replace(parent, parts=(*parent.parts, part))
    return True
