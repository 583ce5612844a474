"""Lists of indicators with the project in a column of its own, as platforms export them: each project's rows are a form.

A header row that has the columns of indicators and among them 项目名称 (with 预算单位, 年度 where they stand there) is that of a
list, if nothing but titles stands over it: below a form's head such a column says which of its projects an indicator is of. What
is the same for all rows of a project goes over its table as labels with their values; where the project changes, and wherever it
comes again, is told by its name, its unit and its year together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.documents.model import Row, Table, TableCell
from engine.forms.columns import HEADER_MATCHES, header_columns
from engine.forms.labels import fold
from engine.forms.model import Layout

_OVER = ("project_name", "unit", "department", "fiscal_year", "implementer")
"""Fields of a form's head that a list has as columns."""
_INDICATOR = ("name", "level1")
_VALUE = ("target", "actual", "score")


def split_list(table: Table, layout: Layout) -> list[Table]:
    """The forms a list holds, in the order their first rows stand; the table alone where it is no list."""
    at, over = _header(table, layout)
    if not over:
        return [table]
    projects: dict[tuple[str, ...], tuple[dict[int, TableCell], list[Row]]] = {}
    last: dict[int, TableCell] = {}
    for row in table.rows[at + 1 :]:
        if not any(row):
            continue
        here = {index: row[index] if index < len(row) and row[index] else last.get(index) for index in over}
        last = {index: cell for index, cell in here.items() if cell is not None}
        key = tuple(fold(last[index].text) if index in last else "" for index in over)
        projects.setdefault(key, (last, []))[1].append(_without(row, over))
    header = table.rows[at]
    made = []
    for heads, rows in projects.values():
        labels: list[Row] = [(header[index], heads[index]) for index in over if index in heads]
        made.append(replace(table, rows=(*labels, _without(header, over), *rows)))
    return [replace(made[0], rows=(*table.rows[:at], *made[0].rows)), *made[1:]] if made else [table]


def _header(table: Table, layout: Layout) -> tuple[int, list[int]]:
    """Where a list's header row stands, and which of its columns belong over the form; none if the table is no list."""
    for at, row in enumerate(table.rows):
        if sum(map(bool, row)) <= 1:
            continue  # a title across the table
        columns = header_columns(row, layout.columns)
        keys = {label.key for _, label in columns}
        if len(columns) < HEADER_MATCHES + 1 or not keys & set(_INDICATOR) or not keys & set(_VALUE):
            return 0, []  # a form has its head above its indicators, a list has none
        taken = {index for index, _ in columns}
        heads = {index: _head_key(cell, layout) for index, cell in enumerate(row) if cell and index not in taken}
        over = [index for index, key in heads.items() if key in _OVER]
        # the project's name comes first: 项目名称 over several columns of levels is a heading of another kind
        return (at, sorted(over, key=lambda index: _OVER.index(heads[index]))) if "project_name" in heads.values() else (0, [])
    return 0, []


def _head_key(cell: TableCell, layout: Layout) -> str:
    label = layout.header.find(cell.text)
    return label.key if label else ""


def _without(row: Row, over: Sequence[int]) -> Row:
    return tuple(cell for index, cell in enumerate(row) if index not in over)
