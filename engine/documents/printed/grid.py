"""A frame of lines and the characters in it -> cells on a grid.

Between two neighbouring fields of the grid there is a wall if a line covers most of what they share; fields without a wall between
them are one cell. Where the outer frame is not drawn, the ends of the lines are the table's edges.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.documents.printed.lines import Line, cell_text, lines_of
from engine.documents.printed.model import Box, Char, sides, upright
from engine.documents.printed.rules import NEAR, OPEN, Ruled, Ruling, nearest, positions

MAX_FIELDS = 200_000
MAX_COLUMNS = 100
MAX_ROWS = 20_000
_DOUBLE = 6.0
"""Two lines that lie as near as this, with nothing between them, are drawn as a double line."""
_EMPTY = 12.0
"""Least width of a field outside of the last line in which nothing stands."""
_WALL = 0.5
"""Share of a field's side that a line must cover to be its wall."""


@dataclass(frozen=True, slots=True)
class GridCell:
    """A cell, merged or not, from one row and column to before others, and the lines of text in it."""

    row: int
    column: int
    last_row: int
    last_column: int
    box: Box
    lines: tuple[Line, ...]
    text: str

    @property
    def rows(self) -> int:
        return self.last_row - self.row


@dataclass(frozen=True, slots=True)
class Grid:
    """A table on one page: the lines between its columns and rows, its cells from top and from left."""

    columns: tuple[float, ...]
    edges: tuple[float, ...]
    cells: tuple[GridCell, ...]

    @property
    def box(self) -> Box:
        return self.columns[0], self.edges[0], self.columns[-1], self.edges[-1]


class TooLarge(Exception):
    """A table of more rows and columns than any form has."""

    def __init__(self, rows: int, columns: int) -> None:
        self.rows, self.columns = rows, columns


def grid(frame: Ruling, chars: Sequence[Char]) -> Grid | None:
    """The table that lines draw around these characters; None if they bound a single field. Raises TooLarge."""
    box = frame.box
    middles = [((char.x0 + char.x1) / 2, (char.top + char.bottom) / 2) for char in chars]
    columns = _edges(frame.upright, box[0], box[2], middles)
    edges = _edges(frame.level, box[1], box[3], [(y, x) for x, y in middles])
    width, height = len(columns) - 1, len(edges) - 1
    if width > MAX_COLUMNS or height > MAX_ROWS or width * height > MAX_FIELDS:
        raise TooLarge(height, width)
    if width < 1 or height < 1 or width * height < 2:
        return None
    walls = _Walls(columns, edges, _spans(frame.upright, columns), _spans(frame.level, edges))
    return filled(columns, edges, _cells(walls), chars)


def filled(
    columns: Sequence[float], edges: Sequence[float], fields: Sequence[tuple[int, int, int, int]], chars: Sequence[Char]
) -> Grid:
    """The cells (first row and column, row and column after the last) with the characters whose middle lies in them."""
    width = len(columns) - 1
    owner = [-1] * (width * (len(edges) - 1))
    for n, (row, column, last_row, last_column) in enumerate(fields):
        for r in range(row, last_row):
            owner[r * width + column : r * width + last_column] = [n] * (last_column - column)
    held: list[list[Char]] = [[] for _ in fields]
    for char in chars:
        column = bisect_right(columns, (char.x0 + char.x1) / 2) - 1
        row = bisect_right(edges, (char.top + char.bottom) / 2) - 1
        if 0 <= column < width and 0 <= row < len(edges) - 1:
            held[owner[row * width + column]].append(char)
    cells = []
    for (row, column, last_row, last_column), inside in zip(fields, held, strict=True):
        box = (columns[column], edges[row], columns[last_column], edges[last_row])
        lines = tuple(lines_of([char for char in inside if not char.turn]))
        texts = [cell_text(lines, box[0], box[2]), *_sideways(inside, box)]
        cells.append(GridCell(row, column, last_row, last_column, box, lines, "\n".join(filter(None, texts))))
    return Grid(tuple(columns), tuple(edges), tuple(cells))


def _sideways(chars: Sequence[Char], box: Box) -> Iterator[str]:
    """What stands in a cell turned, read with the head on one side."""
    for turn in sorted({char.turn for char in chars} - {0}):
        x0, x1, _, _ = sides(box, -turn)
        yield cell_text(lines_of([upright(char) for char in chars if char.turn == turn]), x0, x1)


def _edges(lines: Sequence[Ruled], first: float, last: float, points: Sequence[tuple[float, float]]) -> list[float]:
    """Where rows or columns begin and end. Where an outermost line is missing, the table ends where the lines across it do; of a
    double line with nothing in between, one is left. `points`: where characters stand, across these lines and along them."""

    def beyond(start: float, end: float) -> bool:
        return end - start > (OPEN if any(start < at < end for at, _ in points) else _EMPTY)

    def double(one: float, other: float) -> bool:
        between = [along for at, along in points if one < at < other]
        return not any(_drawn(lines, one, along) and _drawn(lines, other, along) for along in between)

    ats = positions(line.at for line in lines)
    if not ats or beyond(first, ats[0]):
        ats.insert(0, first)
    if len(ats) < 2 or beyond(ats[-1], last):
        ats.append(last)
    out = ats[:1]
    for at in ats[1:]:
        if at - out[-1] >= _DOUBLE or not double(out[-1], at):
            out.append(at)
    return out


def _drawn(lines: Sequence[Ruled], at: float, along: float) -> bool:
    return any(abs(line.at - at) <= NEAR and line.start <= along <= line.end for line in lines)


def _spans(lines: Sequence[Ruled], ats: Sequence[float]) -> list[list[tuple[float, float]]]:
    """For each edge, what is drawn along it."""
    out: list[list[tuple[float, float]]] = [[] for _ in ats]
    for line in lines:
        out[nearest(ats, line.at)].append((line.start, line.end))
    return out


@dataclass(frozen=True, slots=True)
class _Walls:
    columns: Sequence[float]
    edges: Sequence[float]
    upright: Sequence[Sequence[tuple[float, float]]]
    level: Sequence[Sequence[tuple[float, float]]]

    def right_of(self, row: int, column: int) -> bool:
        """Whether there is a wall between a field and the next one in its row."""
        return _covered(self.upright[column + 1], self.edges[row], self.edges[row + 1])

    def below(self, row: int, column: int) -> bool:
        return _covered(self.level[row + 1], self.columns[column], self.columns[column + 1])


def _covered(spans: Sequence[tuple[float, float]], start: float, end: float) -> bool:
    drawn = sum(max(0.0, min(end, last) - max(start, first)) for first, last in spans)
    return drawn >= _WALL * (end - start)


def _cells(walls: _Walls) -> list[tuple[int, int, int, int]]:
    """Fields put together to rectangles: as far right as there is no wall, then as far down as none of them has one. What a wall
    leaves that is no rectangle falls apart into several."""
    height, width = len(walls.edges) - 1, len(walls.columns) - 1
    right = [[column + 1 == width or walls.right_of(row, column) for column in range(width)] for row in range(height)]
    below = [[row + 1 == height or walls.below(row, column) for column in range(width)] for row in range(height)]
    taken = [[False] * width for _ in range(height)]
    out = []
    for row in range(height):
        for column in range(width):
            if taken[row][column]:
                continue
            last_column = column + 1
            while not right[row][last_column - 1] and not taken[row][last_column]:
                last_column += 1
            last_row = row + 1
            while (
                not any(below[last_row - 1][column:last_column])
                and not any(taken[last_row][column:last_column])
                and not any(right[last_row][column : last_column - 1])
            ):
                last_row += 1
            for r in range(row, last_row):
                taken[r][column:last_column] = [True] * (last_column - column)
            out.append((row, column, last_row, last_column))
    return out
