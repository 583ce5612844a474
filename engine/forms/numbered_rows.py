"""Numbered rows below a numbered one: 一、 with 1、2、3、 are its parts where their scores and weights add up to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from engine.forms.goal_rows import OpenGoal
from engine.forms.model import Layout
from engine.submission.model import Doubt, Indicator, IndicatorPart
from engine.values.numerals import read_decimal


def settle_numbered(goals: Sequence[OpenGoal], layout: Layout, doubts: list[Doubt]) -> None:
    """Put the numbered rows that add up to the one above them under it, in place. Those that do not stay as they are, with a
    doubt: each would be counted beside their sum."""
    for goal in goals:
        ranks = [_rank(indicator.name, layout) for indicator in goal.indicators]
        if len({rank for rank in ranks if rank is not None}) > 1:
            goal.indicators = _settled(goal.indicators, ranks, doubts)


def _rank(name: str, layout: Layout) -> int | None:
    return next((n for n, pattern in enumerate(layout.numbering) if pattern.search(name)), None)


def _settled(indicators: Sequence[Indicator], ranks: Sequence[int | None], doubts: list[Doubt]) -> list[Indicator]:
    out: list[Indicator] = []
    n = 0
    while n < len(indicators):
        parent, rank = indicators[n], ranks[n]
        end = n + 1
        while rank is not None and end < len(indicators) and _below(indicators[end], ranks[end], parent, rank):
            end += 1
        children = indicators[n + 1 : end]
        agreed = _agrees(parent, children) if children else None
        if agreed:
            parts = tuple(_part(child) for child in children)
            out.append(replace(parent, parts=(*parent.parts, *parts)))
        else:
            out += indicators[n:end] if agreed is False else [parent]
            if agreed is False:
                names = "、".join(child.name for child in children)
                doubts.append(Doubt("children_apart", parent.name, names, parent.place))
            elif children:
                end = n + 1
        n = end
    return out


def _below(child: Indicator, rank: int | None, parent: Indicator, above: int) -> bool:
    return rank is not None and rank > above and (child.level1, child.level2) == (parent.level1, parent.level2)


def _agrees(parent: Indicator, children: Sequence[Indicator]) -> bool | None:
    """Whether scores, and weights where there are any, add up; None where the parent has neither, or nothing can be added."""
    compared = []
    for key in ("score", "weight"):
        whole = getattr(parent, key)
        parts = [getattr(child, key) for child in children]
        number = read_decimal(whole.text) if whole else None
        numbers = [read_decimal(part.text) if part else None for part in parts]
        known = [value for value in numbers if value is not None]
        if number is None or len(known) < len(numbers):
            continue
        compared.append(sum(known, Decimal()) == number)
    return all(compared) if compared else None


def _part(child: Indicator) -> IndicatorPart:
    return IndicatorPart(
        child.name, child.place, child.target, child.actual, child.nature, child.unit, child.reason, child.weight, child.score
    )
