"""Where the cells of a Word table stand on its grid, and what its rows say against it.

A cell says over how many columns it goes (gridSpan), and, as a rule, how wide it is; the table says how many columns it has and how
wide they are. Where a row is as wide as the table and its cells go over more or fewer columns than that has, one of both is wrong,
and what stands under which heading is not certain. Rows that are shorter than the table in both are as their author wanted them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.documents.word_text import local_name, value

_SAME_WIDTH = 20
"""A row is as wide as the table where they differ by less than one part in so many."""


@dataclass(slots=True)
class Merges:
    """The cells merged downwards, row by row: for each column where one stands that may go on, the text of its first cell."""

    cut: bool = False
    """Whether rows were taken out of the table (tracked deletions): a first cell may be gone with them."""
    above: dict[int, str] = field(default_factory=dict)
    here: dict[int, str] = field(default_factory=dict)

    def next_row(self) -> None:
        self.above, self.here = self.here, {}

    def goes_on(self, column: int) -> bool:
        """Whether a cell that says it goes on has one above that it goes on with."""
        return column in self.above

    def first_text(self, column: int) -> str:
        """What is seen where a cell goes on: the text of the first, which goes on in the row after this one, too."""
        self.here[column] = self.above[column]
        return self.above[column]

    def begin(self, column: int, text: str) -> None:
        self.here[column] = text


def goes_on(mark: Any) -> bool:  # Any: an lxml element
    """Whether a mark of merging says that the cell is no cell of its own."""
    return mark is not None and value(mark) in (None, "continue")


def number(element: Any, path: str, default: int) -> int:
    """A number of columns; the default for what is none."""
    found = next(iter(element.iterfind(path)), None)
    if found is None:
        return default
    text = (value(found) or "").strip()
    return _whole(text, default)


def contradictions(table: Any, rows: Sequence[tuple[Any, Sequence[Any]]]) -> Iterator[tuple[int, str]]:
    """The rows (counted from 1) that do not agree with the grid of their table, each with what is wrong (Chinese)."""
    grid = [_width(column) for column in table.iterfind("{*}tblGrid/{*}gridCol")]
    for index, (row, cells) in enumerate(rows, start=1):
        if wrong := _no_number(row, cells):
            yield index, f"有一格跨“{wrong[:20]}”列，不是数"
            continue
        spans = [max(1, number(cell, "{*}tcPr/{*}gridSpan", 1)) for cell in cells]
        before, after = number(row, "{*}trPr/{*}gridBefore", 0), number(row, "{*}trPr/{*}gridAfter", 0)
        columns = before + sum(spans) + after
        if columns == len(grid) or not grid or not all(grid):
            continue
        widths = [_width(found) for cell in cells for found in cell.iterfind("{*}tcPr/{*}tcW")]
        if len(widths) < len(cells) or not all(widths):
            continue
        wide, whole = sum(widths) + sum(grid[:before]) + sum(grid[len(grid) - after :] if after else ()), sum(grid)
        if abs(wide - whole) * _SAME_WIDTH < whole:
            yield index, f"各格共占 {columns} 列，与表格一样宽，而表格有 {len(grid)} 列"


def _no_number(row: Any, cells: Sequence[Any]) -> str:
    """A number of columns that is none, as it is written; empty where all are."""
    marks = [mark for cell in cells for mark in cell.iterfind("{*}tcPr/{*}gridSpan")]
    marks += [mark for name in ("gridBefore", "gridAfter") for mark in row.iterfind(f"{{*}}trPr/{{*}}{name}")]
    written = ((value(mark) or "").strip() for mark in marks)
    return next((text or "空" for text in written if _whole(text, -1) < 0), "")


def _width(element: Any) -> int:
    """In twentieths of a point; 0 where it is not said, or in another unit."""
    values = {local_name(key): str(found) for key, found in element.attrib.items()}
    return _whole(values.get("w", ""), 0) if values.get("type", "dxa") == "dxa" else 0


def _whole(text: str, default: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else default
