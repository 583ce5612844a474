"""Detail lines of the budget block that repeat what another line already holds: a fund with its own details under it.

A line is taken as the sum of its neighbours only where the amounts say so in both columns, and only if the lines would
otherwise add up to more than the total: what is counted twice is then counted once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from engine.submission.model import BudgetLine

Pair = tuple[Decimal, Decimal]
"""Budget and executed amount of a line."""

_MOST_LINES = 16
_MOST_STEPS = 50_000

Owners = tuple[tuple[int, int], ...]
"""(child, the line it belongs to), by their numbers."""


@dataclass(frozen=True, slots=True)
class Nesting:
    """Which lines stand for themselves, and which only say what another consists of: (line, the line it belongs to)."""

    counted: tuple[BudgetLine, ...]
    repeated: tuple[tuple[BudgetLine, BudgetLine], ...] = ()


def nesting(lines: Sequence[BudgetLine], amounts: Sequence[Pair | None], total: Pair | None) -> Nesting:
    """The lines that make up the total. `amounts` are theirs; all stand for themselves where an amount is not known, where they
    do not exceed the total, or where no reading makes them fit it."""
    flat = Nesting(tuple(lines))
    known = [(line, pair) for line, pair in zip(lines, amounts, strict=True) if pair is not None and any(pair)]
    pairs = [pair for _, pair in known]
    if None in amounts or total is None or len(known) > _MOST_LINES or _fits(_sum(pairs), total):
        return flat
    best: tuple[bool, int, Owners] | None = None
    try:
        for tops, owners in _readings(pairs, 0, len(pairs), _Steps()):
            added = _sum([pairs[i] for i in tops])
            if _fits(added, total):
                rank = (added != total, len(owners), owners)
                best = rank if best is None or rank < best else best
    except _TooMany:
        return flat  # what can be read in so many ways is not certain
    if best is None:
        return flat
    repeated = tuple((known[child][0], known[owner][0]) for child, owner in best[2])
    dropped = {id(line) for line, _ in repeated}
    return Nesting(tuple(line for line in lines if id(line) not in dropped), repeated)


class _TooMany(Exception):
    """There are more readings than may be tried; never leaves this module."""


class _Steps:
    """How many more readings may be tried."""

    def __init__(self) -> None:
        self.left = _MOST_STEPS

    def take(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise _TooMany


def _readings(pairs: Sequence[Pair], start: int, end: int, steps: _Steps) -> Iterator[tuple[tuple[int, ...], Owners]]:
    """Every way to read the lines from `start` to `end`: those that stand for themselves, and the others as (child, owner).

    Children stand right below their owner or right above it, and may have children of their own.
    """
    if start >= end:
        yield (), ()
        return
    for tops, owners in _readings(pairs, start + 1, end, steps):
        steps.take()
        yield (start, *tops), owners
    for middle in range(start + 2, end + 1):
        for owner, first, last in ((start, start + 1, middle), (middle - 1, start, middle - 1)):
            if owner != start and last - first < 2:
                continue  # of two equal lines the first is the owner
            for children, inner in _readings(pairs, first, last, steps):
                steps.take()
                if _sum([pairs[i] for i in children]) != pairs[owner]:
                    continue
                held = tuple((child, owner) for child in children)
                for tops, owners in _readings(pairs, middle, end, steps):
                    steps.take()
                    yield (owner, *tops), (*inner, *held, *owners)


def _sum(pairs: Sequence[Pair]) -> Pair:
    return sum((pair[0] for pair in pairs), Decimal(0)), sum((pair[1] for pair in pairs), Decimal(0))


def _fits(added: Pair, total: Pair) -> bool:
    return added[0] <= total[0] and added[1] <= total[1]
