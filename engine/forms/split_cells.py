"""Weight and score written into one cell ("2018" is 20 and 18): told apart where the weights above leave one way, else a doubt.

What a group, a goal or the whole form declares must be what its indicators' weights add up to. A cell is split only if exactly
one way of splitting every such cell fulfils all of these sums, and at least one of them covers it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import product
from math import prod

from engine.documents.model import Row, TableCell
from engine.forms.columns import Columns
from engine.forms.goal_rows import OpenGoal
from engine.submission.model import Cell, Doubt, Group, Indicator
from engine.values.numerals import read_decimal

_MOST_WAYS = 20_000
"""Combinations tried; beyond that nothing is certain."""
_POINTS = 100
_LONGEST = 12
_DIGITS = re.compile(r"[0-9.]+(?:\s+[0-9.]+)?")
_NUMBER = re.compile(r"(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")

Split = tuple[str, str]
Spot = tuple[int, int]
"""An indicator: number of its goal and its own, from 0."""


def splits(text: str) -> tuple[Split, ...]:
    """The ways to read a cell as a weight of at most a hundred and a score of at most the weight."""
    if len(text) > _LONGEST or not _DIGITS.fullmatch(text):
        return ()
    parts = text.split()
    ways = [(parts[0], parts[1])] if len(parts) == 2 else [(text[:i], text[i:]) for i in range(1, len(text))]
    return tuple(way for way in ways if all(map(_NUMBER.fullmatch, way)) and 0 < Decimal(way[0]) <= _POINTS and _fits(way))


def _fits(way: Split) -> bool:
    return Decimal(way[1]) <= Decimal(way[0])


def is_crowded(text: str) -> bool:
    """Whether a weight is none by itself, and so may be two numbers: above a hundred, or digits that make no number."""
    number = read_decimal(text)
    return number > _POINTS if number is not None else bool(_DIGITS.fullmatch(text)) and len(text) <= _LONGEST


def widened(row: Row, columns: Columns) -> Row:
    """A row that lacks one cell where weight and score, in columns side by side, ran together: with an empty score put in."""
    places = {name: index for index, name in columns.fields}
    weight, score = places.get("weight"), places.get("score")
    if len(row) != columns.width - 1 or weight is None or score != weight + 1:
        return row
    cell = row[weight]
    if not (is_crowded(cell.text) and splits(cell.text)):
        return row
    return (*row[: weight + 1], TableCell("", cell.place), *row[weight + 1 :])


@dataclass(frozen=True, slots=True)
class _Sum:
    """What is declared of some indicators together: their weights add up to `whole`."""

    spots: tuple[Spot, ...]
    whole: Decimal


def separate(goals: Sequence[OpenGoal], whole: Decimal | None) -> list[Doubt]:
    """Split the cells where weight and score ran together, in place; every cell split, or left as it is, is a doubt.

    `whole` is what the weights of all indicators add up to, where the form says so.
    """
    sums = list(_sums(goals, whole))
    doubts = _settle(goals, sums, {spot: splits(cell.text) for spot, cell in _weights(goals) if is_crowded(cell.text)})
    if any(_difference(goals, item) for item in sums):
        # a weight that could stand by itself is two numbers only if nothing else makes the sums right
        loose = {
            spot: (("", ""), *ways)
            for spot, cell in _weights(goals)
            if not is_crowded(cell.text) and _lacks_score(goals, spot) and (ways := splits(cell.text))
        }
        doubts += [doubt for doubt in _settle(goals, sums, loose) if doubt.taken] if loose else []
    return doubts


def _weights(goals: Sequence[OpenGoal]) -> Iterator[tuple[Spot, Cell]]:
    for n, goal in enumerate(goals):
        for m, indicator in enumerate(goal.indicators):
            if indicator.weight:
                yield (n, m), indicator.weight


def _lacks_score(goals: Sequence[OpenGoal], spot: Spot) -> bool:
    score = _at(goals, spot).score
    return score is not None and not score


def _at(goals: Sequence[OpenGoal], spot: Spot) -> Indicator:
    return goals[spot[0]].indicators[spot[1]]


def _sums(goals: Sequence[OpenGoal], whole: Decimal | None) -> Iterator[_Sum]:
    every: list[Spot] = []
    for n, goal in enumerate(goals):
        spots = [(n, m) for m in range(len(goal.indicators))]
        every += spots
        declared = read_decimal(goal.weight.text) if goal.weight else None
        if declared is not None:
            yield _Sum(tuple(spots), declared)
        for group in goal.groups:
            number = read_decimal(group.weight.text) if group.weight else None
            inside = tuple(spot for spot in spots if _belongs(_at(goals, spot), group))
            if number is not None and inside:
                yield _Sum(inside, number)
    if whole is not None:
        yield _Sum(tuple(every), whole)


def _belongs(indicator: Indicator, group: Group) -> bool:
    return indicator.level1 == group.level1 and group.level2 in ("", indicator.level2)


def _settle(goals: Sequence[OpenGoal], sums: Iterable[_Sum], ways: dict[Spot, tuple[Split, ...]]) -> list[Doubt]:
    """Choose among the ways of each spot; the empty way leaves the cell as it is."""
    checked = [item for item in sums if _is_known(goals, item, ways)]
    right: list[dict[Spot, Split]] = []
    if checked and ways and all(ways.values()) and prod(map(len, ways.values())) <= _MOST_WAYS:
        tried = (dict(zip(ways, choice, strict=True)) for choice in product(*ways.values()))
        right = [choice for choice in tried if all(not _difference(goals, item, choice) for item in checked)]
    covered = {spot for item in checked for spot in item.spots}
    doubts = []
    for spot, options in ways.items():
        chosen = {choice[spot] for choice in right}
        certain = next(iter(chosen)) if len(chosen) == 1 and spot in covered else None
        if certain == ("", ""):
            continue
        indicator = _at(goals, spot)
        cell = indicator.weight
        assert cell is not None
        taken = ""
        if certain and not indicator.score:
            goals[spot[0]].indicators[spot[1]] = replace(
                indicator, weight=Cell(certain[0], cell.place), score=Cell(certain[1], cell.place)
            )
            taken = _said(certain)
        readings = "；".join(_said(way) for way in options if way != ("", ""))
        doubts.append(Doubt("run_together", indicator.name, cell.text, cell.place, taken, readings))
    return doubts


def _said(way: Split) -> str:
    return f"分值{way[0]}、得分{way[1]}"


def _is_known(goals: Sequence[OpenGoal], item: _Sum, ways: dict[Spot, tuple[Split, ...]]) -> bool:
    """Whether every weight of the sum is a number or one of the cells to be split, and at least one is such a cell."""
    return any(spot in ways for spot in item.spots) and all(spot in ways or _number(goals, spot) is not None for spot in item.spots)


def _number(goals: Sequence[OpenGoal], spot: Spot) -> Decimal | None:
    cell = _at(goals, spot).weight
    return read_decimal(cell.text) if cell else None


def _difference(goals: Sequence[OpenGoal], item: _Sum, choice: dict[Spot, Split] | None = None) -> Decimal:
    """By how much the weights miss what is declared; 0 where a weight is not known."""
    added = Decimal(0)
    for spot in item.spots:
        way = (choice or {}).get(spot, ("", ""))
        number = Decimal(way[0]) if way[0] else _number(goals, spot)
        if number is None:
            return Decimal(0)
        added += number
    return added - item.whole
