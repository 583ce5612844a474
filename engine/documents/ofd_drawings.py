"""The lines drawn by an OFD's path objects: strokes, areas as thin as a line, edges of coloured areas."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from itertools import pairwise

from engine.documents.matrices import Matrix, placed
from engine.documents.printed.model import Stroke

_THIN = 4.0
"""Points: an area as narrow as this is a line."""
_STRAIGHT = 1.0
"""Points by which a line may be off the level."""
_SHORT = 8.0
"""Points: a straight piece of an outline as short as this bounds no cell, and an area as small."""
_PAGE = 0.8
"""Share of the page from which a coloured area is its background."""
_MOST = 100_000
"""Points of one path; a seal drawn in outline has some 10,000."""
_NUMBERS = {"S": 2, "M": 2, "L": 2, "Q": 4, "B": 6, "A": 7, "C": 0}
"""How many numbers follow each letter of a path: where it starts, moves, goes straight or in a curve to; C closes it."""
_Point = tuple[float, float]


def strokes(item: ET.Element, matrix: Matrix, page: float) -> Iterator[Stroke]:
    """The lines of a path object, by the matrix from its space to a page of this area (in square points)."""
    stroke, fill = item.get("Stroke") != "false", item.get("Fill") == "true"
    if not (stroke or fill):
        return
    for points, curved in _parts(item, matrix):
        left, right = min(x for x, _ in points), max(x for x, _ in points)
        top, bottom = min(y for _, y in points), max(y for _, y in points)
        level, upright = bottom - top <= _THIN, right - left <= _THIN
        if level or upright:
            if level:
                yield Stroke(True, (top + bottom) / 2, left, right)
            if upright:
                yield Stroke(False, (left + right) / 2, top, bottom)
        elif stroke:
            yield from _sides(points, _SHORT if curved else 0.0)
        elif not curved and min(right - left, bottom - top) >= _SHORT and (right - left) * (bottom - top) < _PAGE * page:
            for at in (top, bottom):
                yield Stroke(True, at, left, right, True)
            for at in (left, right):
                yield Stroke(False, at, top, bottom, True)


def _sides(points: list[_Point], least: float) -> Iterator[Stroke]:
    for (x0, y0), (x1, y1) in pairwise(points):
        if abs(y1 - y0) <= _STRAIGHT and abs(x1 - x0) > least:
            yield Stroke(True, (y0 + y1) / 2, min(x0, x1), max(x0, x1))
        elif abs(x1 - x0) <= _STRAIGHT and abs(y1 - y0) > least:
            yield Stroke(False, (x0 + x1) / 2, min(y0, y1), max(y0, y1))


def _parts(item: ET.Element, matrix: Matrix) -> Iterator[tuple[list[_Point], bool]]:
    """Each piece of a path drawn without lifting the pen, and whether it has curves."""
    points: list[_Point] = []
    curved = False
    for letter, values in _commands(item):
        if letter in "SM":
            if len(points) > 1:
                yield points, curved
            points, curved = [], False
        elif letter == "C":
            points += points[:1]
            continue
        curved = curved or letter in "QBA"
        points.append(placed(values[-2], values[-1], matrix))
    if len(points) > 1:
        yield points, curved


def _commands(item: ET.Element) -> Iterator[tuple[str, list[float]]]:
    """The letters of a path with their numbers; what cannot be understood ends it."""
    data = next(
        (one.text or "" for one in item if isinstance(one.tag, str) and one.tag.rpartition("}")[2] == "AbbreviatedData"), ""
    )
    tokens = data.split()[: 8 * _MOST]
    at = 0
    while at < len(tokens):
        letter = tokens[at]
        count = _NUMBERS.get(letter)
        if count is None or at + count >= len(tokens) + (count == 0):
            return
        try:
            values = [float(token) for token in tokens[at + 1 : at + 1 + count]]
        except ValueError:
            return
        yield letter, values
        at += 1 + count
