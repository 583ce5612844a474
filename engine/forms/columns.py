"""Header rows and the columns under them: which field a cell of a table is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from engine.documents.model import Paragraph, Row, TableCell
from engine.errors import Problem
from engine.forms.labels import Label, LabelPattern, Labels, fold
from engine.submission.model import Cell, Doubt, HeaderField

HEADER_MATCHES = 2
"""Labels of a block's columns in one row that make it the block's header row."""
OTHER = "+"
"""Before the label of a column that is no field: the name it has among the fields."""
_SHOWN = 30
_COLON = re.compile(r"(?P<label>[\u4e00-\u9fff][\u4e00-\u9fffA-Za-z()（）/、·\s]{1,19})[:：]\s*(?P<value>.*)", re.DOTALL)
_LABEL_LIKE = re.compile(r"[\u4e00-\u9fff][\u4e00-\u9fffA-Za-z()/、·]{1,19}:?")


def cell_of(source: TableCell | Paragraph) -> Cell:
    return Cell(source.text, source.place)


def one_line(text: str) -> str:
    """A name broken over lines in its cell, in one line again (Chinese has no space there)."""
    return "".join(line.strip() for line in text.split("\n"))


@dataclass(frozen=True, slots=True)
class Columns:
    """A header row: which field each column is, and how many cells the row has."""

    fields: tuple[tuple[int, str], ...]
    width: int

    @property
    def first(self) -> int:
        return self.fields[0][0]

    def field_at(self, index: int) -> str:
        """The field of the column at `index`: that of the nearest header to its left, for a header may span columns."""
        return next((name for start, name in reversed(self.fields) if start <= index), "")

    def values(self, row: Row, problems: list[Problem], known: Labels) -> dict[str, TableCell]:
        """The cells of a row by field. Two filled cells under one header are a problem."""
        found: dict[str, TableCell] = {}
        for index, cell in enumerate(row):
            name = self.field_at(index)
            if not name:
                continue
            if name not in found or (cell and not found[name]):
                found[name] = cell
            elif cell:
                label = next((item.texts[0] for item in known.items if item.key == name), name.removeprefix(OTHER))
                problems.append(unplaced(cell, f"“{label}”一列下只有一格"))
        return found


def closing_values(row: Row, columns: Columns | None, fields: Sequence[str]) -> dict[str, TableCell]:
    """The filled cells of a closing row that stand under these columns (总分, 100, 96.5 under 分值 and 得分).

    The label may span the columns before: a row that is shorter is laid against the right edge; where that does not fit, as
    many cells as there are fields are taken in the order of the columns.
    """
    if columns is None:
        return {}
    shift = max(columns.width - len(row), 0)
    filled = [(index, cell) for index, cell in enumerate(row[1:], start=1) if cell]
    found = {name: cell for index, cell in filled if (name := columns.field_at(index + shift)) in fields}
    order = [name for _, name in columns.fields if name in fields]
    if len(found) == len(fields) or len(filled) != len(order):
        return found
    return dict(zip(order, (cell for _, cell in filled), strict=True))


def header_columns(row: Row, labels: Labels) -> tuple[tuple[int, Label], ...]:
    """The cells of a row that are labels of these columns; patterns count only beside a label that is written down."""
    if not any(cell and labels.listed(cell.text) for cell in row):
        return ()
    return tuple((index, label) for index, cell in enumerate(row) if cell and (label := labels.find(cell.text)))


def read_header(
    row: Row,
    labels: Labels,
    found: Sequence[tuple[int, Label]],
    problems: list[Problem],
    others: Labels | None = None,
    doubts: list[Doubt] | None = None,
) -> Columns | None:
    """The columns of a header row; None, with problems, if a column is missing, given twice or unknown.

    With `others`, a column that is none of these labels is one of a name of its own: known to be no field, or with a doubt.
    """
    before = len(problems)
    named: list[tuple[int, str]] = [(index, label.key) for index, label in found]
    keys = [label.key for _, label in found]
    for index, label in found:
        if keys.count(label.key) > 1:
            problems.append(unplaced(row[index], f"“{label.texts[0]}”只有一列"))
    places = {index for index, _ in found}
    missing = [label.texts[0] for label in labels.items if label.required and label.key not in keys]
    for index, cell in enumerate(row):
        if cell and others and index not in places and others.find(cell.text):
            named.append((index, OTHER + one_line(cell.text)))
        elif cell and index > found[0][0] and index not in places:
            near = labels.nearest(cell.text)
            if doubts is not None and not missing and _LABEL_LIKE.fullmatch(fold(cell.text)) and not labels.misspelt(cell.text):
                named.append((index, OTHER + one_line(cell.text)))
                doubts.append(Doubt("column_unlisted", one_line(cell.text), one_line(cell.text), cell.place))
                continue
            problems.append(replace(unplaced(cell, f"表头各列为：{labels.names}"), nearest=near))
    if missing:
        row_text = "、".join(cell.text for cell in row if cell)
        where = next(cell.place for cell in row if cell)
        message = f"表头缺少列“{'”“'.join(missing)}”，表头为：{row_text}"
        problems.append(Problem(replace(where, cell=0), message, labels.names, code="input.header"))
    if len(problems) > before:
        return None
    return Columns(tuple(sorted(named)), len(row))


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


def colon_fields(cells: Sequence[TableCell], labels: Labels) -> list[HeaderField]:
    """Cells that hold label and value both (填表人：李某) as fields, those the labels do not know without a key; none if one
    of the cells is something else."""
    fields = []
    for cell in cells:
        hit = _COLON.fullmatch(cell.text)
        if not hit:
            return []
        label = labels.find(hit["label"])
        if label is None and labels.misspelt(hit["label"]):
            return []
        fields.append(HeaderField(label.key if label else "", hit["label"].strip(), Cell(hit["value"].strip(), cell.place)))
    return fields


def unlisted_pairs(cells: Sequence[TableCell], labels: Labels) -> Iterator[tuple[TableCell, Cell]] | None:
    """Labels nobody listed, each with the value behind it; None if the cells do not look like labels and values in turn.

    A listed label with one character wrong is a mistake, not a label of its own. Only the last label may lack its value.
    """
    names = cells[::2]
    if not all(_LABEL_LIKE.fullmatch(fold(cell.text)) and not labels.misspelt(cell.text) for cell in names):
        return None
    values = [*map(cell_of, cells[1::2]), *(Cell("", cell.place) for cell in cells[len(cells) // 2 * 2 :])]
    return zip(names, values, strict=True)


def named(cell: TableCell, patterns: Sequence[LabelPattern], group: str) -> Cell | None:
    """What the first pattern that fits takes out of a cell."""
    match = next(filter(None, (pattern.search(cell.text) for pattern in patterns)), None)
    return Cell(match.groups[group], cell.place) if match else None


def unplaced(cell: TableCell, expected: str, code: str = "input.unplaced", part: str = "") -> Problem:
    """A cell that has no place in the layout. `part` is where another wording is to be listed in the layout."""
    if part:
        expected += f"（表上的其他写法，列入政策 form.yaml 中 form.{part} 的 labels）"
    text = cell.text.replace("\n", " ")
    shown = text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
    return Problem(cell.place, f"“{shown}”无法归入表中任何一项", expected, code=code)


def check_width(row: Row, columns: Columns, problems: list[Problem], name: str) -> bool:
    """Whether a row has as many cells as its header row; empty ones too many do no harm. If not, a problem."""
    width = len(row)
    while width > columns.width and not row[width - 1]:
        width -= 1
    if width == columns.width:
        return True
    where = replace(row[0].place, cell=0)
    message = f"{f'“{name}”一行' if name else '本行'}有{width}格，表头有{columns.width}格"
    problems.append(Problem(where, message, f"与表头一致的{columns.width}格，空格也要保留", code="input.width"))
    return False
