"""Weights that a form does not print at its indicators, worked out from what stands there: headings, own scores, sums.

Every heading (一级, 二级指标, 年度目标) with a weight is a sum over the rows under it, and the form is one over all its rows and
budget execution. No row can be worth less than the score the body gave it. What these sums leave open for a row is narrowed until
nothing moves: where one value is left, that is the row's weight; else the row has bounds. Nothing is guessed: what holds for every
weight the form can have is all that is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from engine.scoring.budget import scored_line
from engine.submission.model import Cell, Form, Goal, Indicator
from engine.values.cells import number_of

_PASSES = 100
"""Narrowing ends by itself where amounts have few decimals; where it would creep on, this is far enough."""


@dataclass(frozen=True, slots=True)
class Weight:
    """What an indicator is worth, in points. `value` is None where only `low` and `high` are known."""

    value: Decimal | None
    low: Decimal
    high: Decimal
    ground: Literal["printed", "inferred"]
    """`printed`, or `inferred` from sums."""
    reason: str = ""
    """The sum that leaves no other value, or these bounds (Chinese)."""


@dataclass(frozen=True, slots=True)
class Sum:
    """Rows (and perhaps budget execution) that make up a printed whole."""

    label: str
    whole: Decimal
    rows: tuple[int, ...]


@dataclass(slots=True)
class _Bounds:
    low: list[Decimal]
    high: list[Decimal]
    by: list[str]
    """For each row the sum that narrowed it last."""


def weights_of(form: Form, full_score: Decimal) -> tuple[list[Weight | None], list[Sum]]:
    """The weight of each indicator of the form in order, and the sums that cannot come out, whatever the rows are worth.

    A row is None where nothing can be said: its weight is no number, or a sum over it cannot come out. `full_score` is what all
    indicators and budget execution are worth together, by the policy (`scoring.weights`). A row with a printed weight keeps it.
    """
    rows = [indicator for goal in form.goals for indicator in goal.indicators]
    printed = [_printed(row, full_score) for row in rows]
    if all(weight is not None for weight in printed):
        return [Weight(w, w, w, "printed") for w in printed if w is not None], []
    sums = [*_headings(form, full_score), *_whole(form, rows, full_score)]
    bounds = _start(form, rows, printed, full_score)
    # a cell that holds something that is no weight belongs to a row whose cells ran together: sums over it say nothing
    unreadable = {n for n, row in enumerate(rows) if row.weight and printed[n] is None}
    usable = [item for item in sums if unreadable.isdisjoint(item.rows)]
    wrong = _narrow(bounds, usable)
    spoilt = unreadable.union(*(item.rows for item in wrong))
    return [_weight(n, printed[n], bounds, n in spoilt) for n in range(len(rows))], wrong


def _weight(n: int, printed: Decimal | None, bounds: _Bounds, spoilt: bool) -> Weight | None:
    if printed is not None:
        return Weight(printed, printed, printed, "printed")
    if spoilt or not bounds.by[n] or bounds.high[n] <= 0:  # what is worth nothing is no indicator: a part, a filler
        return None
    low, high = bounds.low[n], bounds.high[n]
    return Weight(low if low == high else None, low, high, "inferred", bounds.by[n])


def _printed(row: Indicator, full_score: Decimal) -> Decimal | None:
    weight = number_of(row.weight)
    # no indicator is worth more than the form: two numbers in one cell
    return weight if weight is not None and Decimal(0) <= weight <= full_score else None


def _start(form: Form, rows: Sequence[Indicator], printed: Sequence[Decimal | None], full_score: Decimal) -> _Bounds:
    """Before any sum: a row is worth at least its own score, at most the form. Budget execution stands behind the rows."""
    own = [number_of(row.score) for row in rows]
    low = [p if p is not None else max(s or Decimal(0), Decimal(0)) for p, s in zip(printed, own, strict=True)]
    high = [p if p is not None else full_score for p in printed]
    line = scored_line(form)
    execution, score = (number_of(line.weight), number_of(line.score)) if line else (Decimal(0), Decimal(0))
    low.append(execution if execution is not None else max(score or Decimal(0), Decimal(0)))
    high.append(execution if execution is not None else full_score)
    return _Bounds(low, high, [""] * len(low))


def _headings(form: Form, full_score: Decimal) -> Iterator[Sum]:
    """The sums that headings print: each goal's weight, and that of every 一级 and 二级指标 under it."""
    start = 0
    for goal in form.goals:
        numbers = range(start, start + len(goal.indicators))
        start = numbers.stop
        if (whole := _heading(goal.weight, full_score)) is not None and numbers:
            yield Sum(f"年度目标{goal.number}的{_plain(whole)}分", whole, tuple(numbers))
        yield from _groups(goal, numbers, full_score)


def _groups(goal: Goal, numbers: range, full_score: Decimal) -> Iterator[Sum]:
    for group in goal.groups:
        whole = _heading(group.weight, full_score)
        inside = tuple(
            n
            for n, row in zip(numbers, goal.indicators, strict=True)
            if row.level1 == group.level1 and (not group.level2 or row.level2 == group.level2)
        )
        if whole is not None and inside:
            yield Sum(f"{group.level2 or group.level1}的{_plain(whole)}分", whole, inside)


def _whole(form: Form, rows: Sequence[Indicator], full_score: Decimal) -> Iterator[Sum]:
    """That all rows and budget execution are worth the full score. Forms without a budget line may score it elsewhere."""
    if rows and scored_line(form) is not None:
        yield Sum(f"全表的{_plain(full_score)}分（含预算执行）", full_score, tuple(range(len(rows) + 1)))


def _heading(cell: Cell | None, full_score: Decimal) -> Decimal | None:
    weight = number_of(cell)
    return weight if weight is not None and Decimal(0) < weight <= full_score else None


def _narrow(bounds: _Bounds, sums: Sequence[Sum]) -> list[Sum]:
    """Narrows every row by every sum until nothing moves; the sums that no weights can meet are left out, and returned."""
    wrong: list[Sum] = []
    live = list(sums)
    for item in sums:  # each alone first: one that is wrong by itself must not spoil the others
        if not _possible(item, bounds):
            wrong.append(item)
            live.remove(item)
    moved, passes = True, 0
    while moved and passes < _PASSES:
        moved, passes = False, passes + 1
        for item in list(live):
            if not _possible(item, bounds):
                wrong.append(item)
                live.remove(item)
                continue
            moved = _narrow_by(item, bounds) or moved
    return wrong


def _narrow_by(item: Sum, bounds: _Bounds) -> bool:
    """Narrows each row of one sum by what the others leave it; whether any moved."""
    moved = False
    low, high = _ends(item, bounds)
    for n in item.rows:
        most, least = item.whole - (low - bounds.low[n]), item.whole - (high - bounds.high[n])
        if most < bounds.high[n]:
            high += most - bounds.high[n]
            bounds.high[n], bounds.by[n], moved = most, item.label, True
        if least > bounds.low[n]:
            low += least - bounds.low[n]
            bounds.low[n], bounds.by[n], moved = least, item.label, True
    return moved


def _ends(item: Sum, bounds: _Bounds) -> tuple[Decimal, Decimal]:
    return sum((bounds.low[n] for n in item.rows), Decimal(0)), sum((bounds.high[n] for n in item.rows), Decimal(0))


def _possible(item: Sum, bounds: _Bounds) -> bool:
    low, high = _ends(item, bounds)
    return low <= item.whole <= high


def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f")
