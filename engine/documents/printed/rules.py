"""Ruling lines -> frames: which lines belong together as one table, and where its rows and columns lie.

Lines come as they were drawn: in pieces, twice, dashed, a little apart where they meet, without an outer frame.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine.documents.printed.model import Box, Stroke

NEAR = 3.0
"""Points by which lines that are one may lie apart, and lines that meet may miss each other."""
OPEN = 5.0
"""Points by which lines must reach beyond the outermost across them for that side to be open: no text stands in less."""
_GAP = 5.0
"""Widest gap within a dashed line; no cell is as narrow."""
_SHORTEST = 4.0
"""A shorter line, all its pieces taken together, bounds no cell."""


@dataclass(frozen=True, slots=True)
class Ruled:
    """Pieces drawn one after the other, taken together."""

    at: float
    start: float
    end: float

    @property
    def length(self) -> float:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Ruling:
    """The lines of one table, level and upright ones, from top and from left, and the box they fill."""

    level: tuple[Ruled, ...]
    upright: tuple[Ruled, ...]
    box: Box


def frame_of(level: Sequence[Ruled], upright: Sequence[Ruled]) -> Ruling:
    """These lines as one table."""
    across = [line.at for line in upright] + [end for line in level for end in (line.start, line.end)]
    down = [line.at for line in level] + [end for line in upright for end in (line.start, line.end)]
    return Ruling(tuple(level), tuple(upright), (min(across), min(down), max(across), max(down)))


def frames(rules: Sequence[Stroke]) -> list[Ruling]:
    """The tables whose lines are drawn, from top to bottom, and lines that touch no other, each a frame of its own. The edges of
    coloured areas count only where they lie in no frame of drawn lines."""
    drawn = _connected(_lines(rules, True, False), _lines(rules, False, False))
    tables = [frame.box for frame in drawn if frame.level and frame.upright]
    if any(rule.shade for rule in rules):
        level, upright = (_lines(rules, way, True) for way in (True, False))
        shaded = _connected(level, upright)
        drawn += [frame for frame in shaded if not any(overlaps(frame.box, box) for box in tables)]
    return sorted(drawn, key=lambda frame: (frame.box[1], frame.box[0]))


def overlaps(one: Box, other: Box) -> bool:
    """Whether two boxes have more in common than an edge."""
    return one[0] < other[2] - NEAR and other[0] < one[2] - NEAR and one[1] < other[3] - NEAR and other[1] < one[3] - NEAR


def within(inner: Box, outer: Box) -> bool:
    """Whether a box lies inside another, edges allowed."""
    near = NEAR
    return (
        outer[0] - near <= inner[0] and inner[2] <= outer[2] + near and outer[1] - near <= inner[1] and inner[3] <= outer[3] + near
    )


def positions(values: Iterable[float], apart: float = NEAR) -> list[float]:
    """Values in order, those within `apart` of the first of them taken as one."""
    out: list[float] = []
    for value in sorted(values):
        if not out or value - out[-1] > apart:
            out.append(value)
    return out


def nearest(lines: Sequence[float], value: float) -> int:
    """The index of the line a value lies next to."""
    at = bisect_left(lines, value)
    if at == len(lines) or (at and value - lines[at - 1] <= lines[at] - value):
        return at - 1
    return at


def _lines(rules: Sequence[Stroke], level: bool, shade: bool) -> list[Ruled]:
    """Pieces in one direction put together: those on one line, however often drawn or dashed."""
    pieces = sorted((rule for rule in rules if rule.level is level and rule.shade is shade), key=lambda rule: rule.at)
    out: list[Ruled] = []
    first = 0
    while first < len(pieces):
        last = first
        while last < len(pieces) and pieces[last].at - pieces[first].at <= NEAR:
            last += 1
        out += _joined(pieces[first:last])
        first = last
    return out


def _joined(pieces: Sequence[Stroke]) -> Iterable[Ruled]:
    spans: list[list[float]] = []
    for piece in sorted(pieces, key=lambda rule: rule.start):
        if spans and piece.start - spans[-1][1] <= _GAP:
            spans[-1][1] = max(spans[-1][1], piece.end)
        else:
            spans.append([piece.start, piece.end])
    at = sum(piece.at for piece in pieces) / len(pieces)
    return (Ruled(at, start, end) for start, end in spans if end - start >= _SHORTEST)


def _connected(level: Sequence[Ruled], upright: Sequence[Ruled]) -> list[Ruling]:
    """Lines that touch, directly or through others."""
    upright = sorted(upright, key=lambda line: line.at)
    ats = [line.at for line in upright]
    parents = list(range(len(level) + len(upright)))

    def root(node: int) -> int:
        while parents[node] != node:
            parents[node] = parents[parents[node]]
            node = parents[node]
        return node

    for n, line in enumerate(level):
        for m in range(bisect_left(ats, line.start - NEAR), bisect_right(ats, line.end + NEAR)):
            if upright[m].start - NEAR <= line.at <= upright[m].end + NEAR:
                parents[root(n)] = root(len(level) + m)
    groups: dict[int, tuple[list[Ruled], list[Ruled]]] = {}
    for n, line in enumerate([*level, *upright]):
        groups.setdefault(root(n), ([], []))[n >= len(level)].append(line)
    return [frame_of(rows, columns) for rows, columns in groups.values()]
