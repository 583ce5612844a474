"""Columns under a header row: which field a cell of a table is, and the label and value pairs of rows that have no columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from engine.documents.model import Paragraph, Row, TableCell
from engine.forms.labels import Label, LabelPattern, Labels, fold
from engine.submission.model import Cell
from engine.values.numerals import read_decimal

HEADER_MATCHES = 2
"""Labels of a block's columns in one row that make it the block's header row."""
PATTERN_MATCHES = 3
"""So many columns told by patterns alone make a header row, too."""
OTHER = "+"
"""Before the label of a column that is no field: the name it has among the fields."""
SHOWN = 30
_BLANK = ("", "-", "—", "——", "–", "/", "无")
"""What stands in a cell that is not filled."""
_VALUE_LENGTH = 12
"""A text with digits in it that is not longer may be a value that stands one column too far to the right."""
LOOSE = ("reason",)
"""Fields that may be missing at the end of a row: what is not written there is empty."""
_LABEL_LIKE = re.compile(r"[\u4e00-\u9fff][\u4e00-\u9fffA-Za-z()/、·]{1,19}:?")


def cell_of(source: TableCell | Paragraph) -> Cell:
    return Cell(source.text, source.place, source.doubt if isinstance(source, TableCell) else "")


def one_line(text: str) -> str:
    """A name broken over lines in its cell, in one line again (Chinese has no space there)."""
    return "".join(line.strip() for line in text.split("\n"))


def points_of(cell: TableCell) -> Decimal | None:
    """The points a cell says (96.5, 96.5分, or 100% where weights are written as percent), None if it says none."""
    return read_decimal(cell.text.strip().rstrip("分%％"))


def label_like(text: str) -> bool:
    return _LABEL_LIKE.fullmatch(fold(text)) is not None


@dataclass(frozen=True, slots=True)
class Columns:
    """A header row: which field each column is, and how many cells the row has."""

    fields: tuple[tuple[int, str], ...]
    width: int
    doubtful: Mapping[str, str] = field(default_factory=dict)
    """Fields of which it is not certain which column is theirs, and why; told of the column."""
    twice: Mapping[str, str] = field(default_factory=dict)
    """Fields that two columns are called by, and the label of the one kept beside: a row where these differ is open."""
    names: frozenset[str] = field(default=frozenset())
    """The fields there are."""

    @classmethod
    def of(
        cls,
        named: Sequence[tuple[int, str]],
        width: int,
        doubtful: Mapping[str, str] | None = None,
        twice: Mapping[str, str] | None = None,
    ) -> Columns:
        fields = tuple(sorted(named))
        return cls(fields, width, doubtful or {}, twice or {}, frozenset(name for _, name in fields))

    @property
    def first(self) -> int:
        return self.fields[0][0]

    def field_at(self, index: int) -> str:
        """The field of the column at `index`: that of the nearest header to its left, for a header may span columns."""
        return next((name for start, name in reversed(self.fields) if start <= index), "")

    def values(self, row: Row) -> dict[str, list[TableCell]]:
        """The filled cells of a row by field; an empty one where a field has none that is filled."""
        found: dict[str, list[TableCell]] = {}
        for index, cell in enumerate(row):
            name = self.field_at(index)
            if not name:
                continue
            known = found.setdefault(name, [])
            if cell and known and not known[0]:
                known[:] = [cell]
            elif cell or not known:
                known.append(cell)
        return found

    def _ends_whole(self, text: str, name: str) -> bool:
        """Whether a row that lacks cells ends with the value its last column is for: if not, what lacks may stand before it."""
        if name in ("score", "weight"):
            return read_decimal(text.removesuffix("分")) is not None
        return bool(text) and name not in LOOSE and not name.startswith(OTHER)

    def _stands_right(self, row: Row) -> bool:
        """Whether numbers stand under weights and scores and none under the reasons: in a row with empty cells more than its header
        one may have been put in before."""
        for index, cell in enumerate(row):
            name, text = self.field_at(index), cell.text.removesuffix("分")
            if name in ("score", "weight") and text not in _BLANK and read_decimal(text) is None:
                return False
            if name in LOOSE and any(map(str.isdigit, text)) and len(text) <= _VALUE_LENGTH:
                return False
        return True

    def fitted(self, row: Row) -> tuple[Row, str]:
        """The row with as many cells as its header, and what is wrong with it where it has another number: cells that are empty
        or hold only reasons may lack at the end."""
        width = len(row)
        while width > self.width and not row[width - 1]:
            width -= 1
        if width < len(row) and not self._stands_right(row[:width]):
            width = len(row)
        row = row[:width]
        if width < self.width and row:
            lacking = {self.field_at(index) for index in range(width, self.width)}
            whole = {self.field_at(index) for index in range(width)}
            loose = all(name in LOOSE or name.startswith(OTHER) for name in lacking) and not lacking & whole
            if loose and self._ends_whole(row[-1].text, self.field_at(width - 1)):
                place = row[-1].place
                return (*row, *(TableCell("", replace(place, cell=0)) for _ in range(self.width - width))), ""
        return row, "" if width == self.width else f"本行有{width}格，表头有{self.width}格，各格可能错位"


def closing_values(row: Row, columns: Columns | None, fields: Sequence[str]) -> dict[str, TableCell]:
    """The numbers of a closing row that stand under these columns (总分, 100, 96.5 under 分值 and 得分).

    The label may span the columns before: a row that is shorter is laid against the right edge; where that does not fit, as
    many cells as there are fields are taken in the order of the columns.
    """
    if columns is None:
        return {}
    shift = max(columns.width - len(row), 0)
    filled = [(index, cell) for index, cell in enumerate(row[1:], start=1) if points_of(cell) is not None]
    found = {name: cell for index, cell in filled if (name := columns.field_at(index + shift)) in fields}
    order = [name for _, name in columns.fields if name in fields]
    numbers = all(read_decimal(cell.text.removesuffix("分")) is not None for _, cell in filled)
    if len(found) == len(fields) or len(filled) != len(order) or not numbers:
        return found
    return dict(zip(order, (cell for _, cell in filled), strict=True))


def header_columns(row: Row, labels: Labels) -> tuple[tuple[int, Label], ...]:
    """The cells of a row that are labels of these columns; patterns count only beside a label that is written down, or where they
    fit columns of so many kinds that the row can be nothing else."""
    filled = [cell.text for cell in row if cell]
    if not any(map(labels.listed, filled)) and (len(filled) < PATTERN_MATCHES or any(text[:1].isdigit() for text in filled)):
        return ()
    found = tuple((index, label) for index, cell in enumerate(row) if cell and (label := labels.find(cell.text)))
    if any(labels.listed(row[index].text) for index, _ in found) or len({label.key for _, label in found}) >= PATTERN_MATCHES:
        return found
    return ()


def label_pairs(row: Row, labels: Labels) -> Iterator[tuple[Label | None, list[TableCell], list[TableCell]]]:
    """Label after label with the filled cells up to the next; in the middle the label's cell and the empty ones after it.

    What stands before the first label comes without one.
    """
    current: tuple[Label | None, list[TableCell], list[TableCell]] = (None, [], [])
    for cell in row:
        label = labels.find(cell.text) if cell else None
        said = [*current[1], *current[2]][-1:]
        if cell and said and said[0].text == cell.text:
            continue  # a merged cell taken apart says its text in each of its columns
        if label:
            if current[0] or current[2]:
                yield current
            current = (label, [cell], [])
        elif cell:
            current[2].append(cell)
        elif current[0] and len(current[1]) < 2:
            current[1].append(cell)
    if current[0] or current[2]:
        yield current


def unlisted_pairs(cells: Sequence[TableCell], labels: Labels) -> Iterator[tuple[TableCell, Cell]] | None:
    """Labels nobody listed, each with the value behind it; None if the cells do not look like labels and values in turn.

    A listed label with one character wrong is a mistake, not a label of its own. Only the last label may lack its value.
    """
    names = cells[::2]
    if not all(label_like(cell.text) and not labels.misspelt(cell.text) for cell in names):
        return None
    values = [*map(cell_of, cells[1::2]), *(Cell("", cell.place) for cell in cells[len(cells) // 2 * 2 :])]
    return zip(names, values, strict=True)


def named(cell: TableCell, patterns: Sequence[LabelPattern], group: str) -> Cell | None:
    """What the first pattern that fits takes out of a cell."""
    match = next(filter(None, (pattern.search(cell.text) for pattern in patterns)), None)
    return Cell(match.groups[group], cell.place) if match else None


def shown(text: str) -> str:
    """A text as messages quote it."""
    line = text.replace("\n", " ")
    return line if len(line) <= SHOWN else line[:SHOWN] + "…"
