"""The tables of a Word document, read once: where each cell begins, what goes on from the cell above, what the paragraphs say and
in which style; and how tall the rows are by that, in twips."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any  # lxml has no types

from engine.templating.word_measures import BORDER, HALF_POINT, TextSetting, W, setting_of, style_of, tall_of, text_of, twips

_SIDES = 80
"""Twips left free at the sides of a cell, where the table's style does not say."""


@dataclass(frozen=True, slots=True)
class CellRead:
    """A cell of a row, and the columns of the grid it takes."""

    element: Any
    start: int
    width: int
    """How much room there is from side to side."""
    merged: bool
    goes_on: bool
    """Whether it is merged with the one above it."""
    said: tuple[tuple[str, str], ...]
    """The text and the style of each paragraph."""

    def height(self, settings: Mapping[str, TextSetting]) -> int:
        """How tall what stands in it is."""
        return sum(tall_of(text, setting_of(style, settings), self.width) for text, style in self.said)


@dataclass(frozen=True, slots=True)
class RowRead:
    """A row of a table."""

    element: Any
    cells: tuple[CellRead, ...]
    repeated: bool
    """Whether it stands on every page."""

    @property
    def columns(self) -> list[int]:
        return [cell.start for cell in self.cells]

    def is_kept(self, settings: Mapping[str, TextSetting]) -> bool:
        """Whether it is kept on a page with the next, by its first text: a row of headings, a goal above its own."""
        first = next((style for cell in self.cells for text, style in cell.said if text), None)
        return first is not None and setting_of(first, settings).keep

    def is_heading(self, settings: Mapping[str, TextSetting]) -> bool:
        """Whether it is of headings alone: a label with its value beside it is none, though it may be kept with the next row."""
        said = [style for cell in self.cells for text, style in cell.said if text]
        return bool(said) and all(setting_of(style, settings).keep for style in said)


def read(table: Any) -> list[RowRead]:
    """The rows of a table."""
    grid = [twips(column, "w") for column in table.iterfind(f"{W}tblGrid/{W}gridCol")]
    return [_row(row, grid) for row in table.iterfind(f"{W}tr")]


def heights(rows: Sequence[RowRead], settings: Mapping[str, TextSetting]) -> list[int]:
    """How tall the rows are. What a merged cell says has room in all its rows, and counts for none of them."""
    out = []
    for n, row in enumerate(rows):
        below = {cell.start for cell in rows[n + 1].cells if cell.goes_on} if n + 1 < len(rows) else set()
        own = (cell.height(settings) for cell in row.cells if not cell.goes_on and cell.start not in below)
        out.append(max(own, default=0) + BORDER)
    return out


def _row(row: Any, grid: Sequence[int]) -> RowRead:
    cells, start = [], 0
    for cell in row.iterfind(f"{W}tc"):
        properties = cell.find(f"{W}tcPr")
        span = merge = None
        if properties is not None:
            span, merge = properties.find(f"{W}gridSpan"), properties.find(f"{W}vMerge")
        columns = 1 if span is None else max(1, twips(span, "val"))
        cells.append(
            CellRead(
                cell,
                start,
                max(HALF_POINT, sum(grid[start : start + columns]) - _SIDES),
                merge is not None,
                merge is not None and merge.get(f"{W}val") != "restart",
                tuple((text_of(paragraph), style_of(paragraph)) for paragraph in cell.iterfind(f"{W}p")),
            )
        )
        start += columns
    own = row.find(f"{W}trPr")
    return RowRead(row, tuple(cells), own is not None and own.find(f"{W}tblHeader") is not None)
