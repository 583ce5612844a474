"""Columns that no line divides: found by the gap that runs down through the lines of text.

A gap is taken for the border of two columns only where text stands on both its sides in several lines: words set apart in one line,
a label and its value, are no columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from engine.documents.printed.grid import Grid, GridCell, filled
from engine.documents.printed.lines import Line, lines_of
from engine.documents.printed.model import Char
from engine.documents.printed.rules import Ruling, positions

_LEAST = 3
"""So many lines or cells with text on both sides show a column, and this share of those that hold any text."""
_SHARE = 0.6
_CROSSED = 0.2
"""At most this share may run across the gap: cells merged over both columns."""
_WIDE = 1.0
"""Least width of a gap, in characters."""
Span = tuple[float, float]
Field = tuple[int, int, int, int]


def divided(grid: Grid, chars: Sequence[Char]) -> Grid:
    """The grid with columns divided where no line does."""
    added: list[float] = []
    for column, (left, right) in enumerate(pairwise(grid.columns)):
        stack = [cell for cell in grid.cells if (cell.column, cell.last_column) == (column, column + 1)]
        rivers = _rivers([_occupied(cell) for cell in stack], _em(stack))
        added += [at for at in rivers if left < at < right]
    if not added:
        return grid
    columns = positions([*grid.columns, *added], 0.0)
    fields = [part for cell in grid.cells for part in _parts(cell, columns)]
    return filled(columns, grid.edges, fields, chars)


def level_table(frame: Ruling, chars: Sequence[Char]) -> Grid | None:
    """The table between level lines alone, with rows where these are, or, where there are but three, where its lines of text are;
    None if its text stands in no columns. `chars`: all of the page. A first or last row beyond the lines is known by its columns.
    """
    left, top, right, bottom = frame.box
    beside = [char for char in chars if left <= (char.x0 + char.x1) / 2 < right]
    lines = lines_of([char for char in beside if top <= (char.top + char.bottom) / 2 < bottom])
    edges = positions(line.at for line in frame.level)
    rivers = _rivers([_spans(line.chars) for line in lines], max((line.em for line in lines), default=0.0))
    if not rivers or len(edges) < _LEAST:
        return None
    columns = [left, *rivers, right]
    if len(edges) == _LEAST:  # a heading and a body: the rows of the body have no lines between them
        below = [line for line in lines if line.top > edges[1]]
        edges = [*edges[:2], *((a.bottom + b.top) / 2 for a, b in pairwise(below)), edges[-1]]
    above = lines_of([char for char in beside if (char.top + char.bottom) / 2 < top])[-1:]
    below = lines_of([char for char in beside if (char.top + char.bottom) / 2 >= bottom])[:1]
    edges = [*(line.top - 1 for line in above if top - line.bottom < line.em and _fits(line, columns)), *edges]
    edges += [line.bottom + 1 for line in below if line.top - bottom < line.em and _fits(line, columns)]
    fields = [(row, 0, row + 1, 1) for row in range(len(edges) - 1)]
    whole = filled((left, right), edges, fields, beside)
    parts = [part for cell in whole.cells for part in _parts(cell, columns)]
    return filled(columns, edges, parts, beside)


def _fits(line: Line, columns: Sequence[float]) -> bool:
    """Whether a line of text stands in most of these columns and in none by half."""
    spans = _spans(line.chars)
    full = sum(any(left <= start and end <= right for start, end in spans) for left, right in pairwise(columns))
    return full > 1 and full >= _SHARE * (len(columns) - 1) and not any(a < at < b for at in columns for a, b in spans)


def _parts(cell: GridCell, columns: Sequence[float]) -> list[Field]:
    """The fields of a cell on a finer set of columns: divided at every new border its text does not run across. A cell merged over
    several columns stays whole."""
    edges = [n for n, at in enumerate(columns) if cell.box[0] <= at <= cell.box[2]]
    spans = _occupied(cell)
    apart = cell.last_column - cell.column == 1
    inner = [n for n in edges[1:-1] if apart and not any(start < columns[n] < end for start, end in spans)]
    return [(cell.row, start, cell.last_row, end) for start, end in pairwise([edges[0], *inner, edges[-1]])]


def _occupied(cell: GridCell) -> list[Span]:
    return _merged([span for line in cell.lines for span in _spans(line.chars)])


def _spans(chars: Sequence[Char]) -> list[Span]:
    """What characters of a line fill, gaps narrower than a character included."""
    out: list[Span] = []
    for char in chars:
        if char.text.isspace():
            continue
        if out and char.x0 - out[-1][1] < _WIDE * char.height:
            out[-1] = (out[-1][0], max(out[-1][1], char.x1))
        else:
            out.append((char.x0, char.x1))
    return out


def _merged(spans: Sequence[Span]) -> list[Span]:
    out: list[Span] = []
    for start, end in sorted(spans):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((start, end))
    return out


def _em(cells: Sequence[GridCell]) -> float:
    return max((line.em for cell in cells for line in cell.lines), default=0.0)


def _rivers(units: Sequence[Sequence[Span]], em: float) -> list[float]:
    """The middles of the gaps that run through these cells or lines of text, each given as what is filled in it."""
    units = [unit for unit in units if unit]
    if sum(len(unit) > 1 for unit in units) < _LEAST:
        return []
    ends = sorted({end for unit in units for span in unit for end in span})
    out: list[float] = []
    run: list[float] = []
    for start, end in pairwise(ends):
        crossing = sum(any(first <= start and end <= last for first, last in unit) for unit in units)
        if crossing <= _CROSSED * len(units):
            run = [run[0], end] if run else [start, end]
        elif run:
            out += _river(run, units, em)
            run = []
    return out


def _river(run: Sequence[float], units: Sequence[Sequence[Span]], em: float) -> list[float]:
    start, end = run
    middle = (start + end) / 2
    both = sum(
        any(last <= middle for _, last in unit)
        and any(first >= middle for first, _ in unit)
        and not any(first < middle < last for first, last in unit)
        for unit in units
    )
    return [middle] if end - start >= _WIDE * em and both >= max(_LEAST, _SHARE * len(units)) else []
