"""How numbers of many forms spread: least, median and greatest, and how many lie in bins of a round width."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

_WIDTHS = [Decimal(n).scaleb(e) for e in range(-2, 4) for n in (1, 2, 5)]
_MOST_BINS = 12
"""Bins on one side of nought, or of a distribution half as many again."""


@dataclass(frozen=True, slots=True)
class Bin:
    """How many lie from `low` to `high`. Which ends belong to it is told by `text`."""

    low: Decimal
    high: Decimal
    text: str
    count: int
    other: int = 0
    """For a distribution: how many under B, where `count` is under A."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Least, median and greatest of the differences of totals."""

    least: Decimal
    median: Decimal
    greatest: Decimal
    total: Decimal


def spread(values: Sequence[Decimal]) -> Spread | None:
    """Least, median (of an even number: the middle of the two in the middle) and greatest, exactly."""
    if not values:
        return None
    ordered = sorted(values)
    middle = len(ordered) // 2
    median = ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
    return Spread(ordered[0], median, ordered[-1], sum(ordered, Decimal(0)))


def _width(reach: Decimal, most: int) -> Decimal:
    """The narrowest round width that covers `reach` with `most` bins."""
    return next((width for width in _WIDTHS if reach <= width * most), _WIDTHS[-1])


def histogram(differences: Sequence[Decimal]) -> tuple[Bin, ...]:
    """Differences in bins of a round width, those that are nought in a bin of their own. A bin holds its outer end."""
    if not differences:
        return ()
    width = _width(max(map(abs, differences)), _MOST_BINS)
    counts = Counter(
        int((d / width).to_integral_value(ROUND_CEILING if d > 0 else ROUND_FLOOR)) for d in differences
    )  # 0 is nought, 1 is (0, width], -1 is [-width, 0)
    out = []
    for n in range(min(0, *counts), max(0, *counts) + 1):
        ends = (n * width, n * width) if n == 0 else ((n - 1) * width, n * width) if n > 0 else (n * width, (n + 1) * width)
        text = (
            "不变"
            if n == 0
            else f"升 {_shown(ends[0])}—{_shown(ends[1])}"
            if n > 0
            else f"降 {_shown(-ends[1])}—{_shown(-ends[0])}"
        )
        out.append(Bin(*ends, text, counts[n]))
    return tuple(out)


def distribution(before: Iterable[Decimal | None], after: Iterable[Decimal | None]) -> tuple[Bin, ...]:
    """Totals under both policies in the same bins of a round width. A bin holds its lower end, the last one both."""
    old, new = ([value for value in side if value is not None] for side in (before, after))
    if not old and not new:
        return ()
    low, high = min((*old, *new)), max((*old, *new))
    width = _width(high - low, 2 * _MOST_BINS - 4)
    start = (low / width).to_integral_value(ROUND_FLOOR)
    last = max(int((high / width).to_integral_value(ROUND_CEILING) - start) - 1, 0)
    counts = [Counter(min(int((v / width).to_integral_value(ROUND_FLOOR) - start), last) for v in side) for side in (old, new)]
    return tuple(
        Bin(a := (start + n) * width, b := (start + n + 1) * width, f"{_shown(a)}—{_shown(b)}", counts[0][n], counts[1][n])
        for n in range(last + 1)
    )


def _shown(value: Decimal) -> str:
    return format(value.normalize(), "f") if value else "0"
