"""Two fields in one column (分值/得分, with 10/9.32 in its cells): made two columns before the rows are read.

A heading is of two fields only where each of its parts is a label by itself. A cell that does not hold two numbers stays as it is,
and is doubtful where it says anything: nobody can tell which of the two it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from engine.documents.model import Row, TableCell
from engine.forms.columns import HEADER_MATCHES, header_columns, one_line
from engine.forms.labels import Labels
from engine.forms.model import Layout
from engine.values.numerals import read_decimal

_BETWEEN = re.compile(r"[/／、|｜\n]|[及和与]")
_NUMBERS = re.compile(r"\s*([0-9.,]+)\s*分?\s*[/／、|｜\n]\s*([0-9.,]+)\s*分?\s*")


@dataclass(frozen=True, slots=True)
class _Shared:
    """Where two fields share a column, in rows of so many cells."""

    index: int
    width: int
    heading: str
    ordered: bool
    """Whether the first is the weight of which the second is the score."""


def parted(rows: Sequence[Row], layout: Layout) -> list[Row]:
    """The rows, with a cell for each of two fields that share a column, from the header row on down to the next one."""
    return list(_parted(rows, layout))


def _parted(rows: Sequence[Row], layout: Layout) -> Iterator[Row]:
    shared: _Shared | None = None
    for row in rows:
        kinds = [labels for labels in (layout.columns, layout.budget.columns) if len(header_columns(row, labels)) >= HEADER_MATCHES]
        if kinds:
            found = next(filter(None, (_shared(row, labels) for labels in kinds)), None)
            if found is None:
                shared = None
                yield row
                continue
            shared, names = found
            yield _with(row, shared.index, *(replace(row[shared.index], text=name) for name in names))
        else:
            yield _parted_row(row, shared, layout) if shared else row


def _shared(row: Row, labels: Labels) -> tuple[_Shared, tuple[str, str]] | None:
    for index, cell in enumerate(row):
        parts = _BETWEEN.split(cell.text) if cell and not labels.listed(cell.text) else []
        known = [labels.listed(part) for part in parts]
        if len(parts) == len(("first", "second")) and known[0] and known[1] and known[0].key != known[1].key:
            ordered = (known[0].key, known[1].key) == ("weight", "score")
            return _Shared(index, len(row), one_line(cell.text), ordered), (parts[0], parts[1])
    return None


def _parted_row(row: Row, shared: _Shared, layout: Layout) -> Row:
    first = next((cell for cell in row if cell), None)
    closing = layout.closing.find(first.text) if first else None
    if closing is not None and closing.key == "total":
        # a row of the total in a text may not reach its column
        at = next((n for n, cell in enumerate(row) if _NUMBERS.fullmatch(cell.text)), None)
        if at is not None:
            return _with(row, at, *_cells(row[at], shared))
    if len(row) != shared.width:
        return row
    return _with(row, shared.index, *_cells(row[shared.index], shared))


def _cells(cell: TableCell, shared: _Shared) -> tuple[TableCell, TableCell]:
    """What a cell says of each of the two fields."""
    rest = replace(cell, text="", merged=cell.merged or (True if cell else None))
    hit = _NUMBERS.fullmatch(cell.text)
    if hit:
        numbers = [read_decimal(text) for text in hit.groups()]
        why = cell.doubt
        if shared.ordered and numbers[0] is not None and numbers[1] is not None and numbers[1] > numbers[0]:
            why = why or f"“{shared.heading}”一格写着“{one_line(cell.text)}”，后一个数更大，不能确定哪个是得分"
        return replace(cell, text=hit[1], doubt=why), replace(rest, text=hit[2], doubt=why)
    if any(map(str.isalnum, cell.text)):
        why = cell.doubt or f"“{shared.heading}”一格写着“{one_line(cell.text)}”，不是两个数，不能确定是哪一个"
        return replace(cell, doubt=why), replace(rest, doubt=why)
    return cell, rest


def _with(row: Row, index: int, *cells: TableCell) -> Row:
    return (*row[:index], *cells, *row[index + 1 :])
