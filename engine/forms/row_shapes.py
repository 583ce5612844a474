"""Rows that are not one of a kind: header rows in two lines, rows that add up the ones above, titles inside tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from engine.documents.model import Block, Paragraph, Row, Table, TableCell
from engine.forms.columns import HEADER_MATCHES, Columns, cell_of, closing_values, header_columns
from engine.forms.labels import Label, Labels, fold
from engine.forms.model import Layout
from engine.submission.model import HeaderField


def whole_headers(rows: Sequence[Row], layout: Layout) -> list[Row]:
    """The rows, with a header row written in two lines (指标完成情况 above 年度指标值 and 实际完成值) put together as one."""
    made: list[Row] = []
    done = False
    for row, below in zip(rows, [*rows[1:], ()][: len(rows)], strict=True):
        if done:
            done = False
            continue
        whole = _joined(row, below, layout.columns) or _joined(row, below, layout.budget.columns)
        done = whole is not None
        made.append(whole or row)
    return made


def _joined(row: Row, below: Row, labels: Labels) -> Row | None:
    """Two lines of a header row as one; None if they are not: the upper one lacks a required column that the lower one has,
    and the lower one has nothing but labels, none below a label of its own (one over several columns is no column: 评分 above
    分值 and 得分)."""
    found = header_columns(row, labels) if len(row) == len(below) else ()
    if len(found) < HEADER_MATCHES:
        return None
    lower = dict(header_columns(below, labels))
    upper = {index: label for index, label in found if index not in lower or not _is_over(row, lower, index)}
    has, gained = {label.key for label in upper.values()}, {label.key for label in lower.values()}
    needed = {label.key for label in labels.items if label.required}
    if len(upper) < HEADER_MATCHES or not needed <= has | gained or not (gained - has) & needed:
        return None
    for index, cell in enumerate(below):
        if cell and fold(cell.text) != fold(row[index].text) and (index not in lower or index in upper):
            return None
    return tuple(lower_cell or cell for cell, lower_cell in zip(row, below, strict=True))


def _is_over(row: Row, lower: Mapping[int, Label], index: int) -> bool:
    """Whether the cell stands over two columns at least that have labels of their own below it."""
    return index + 1 in lower and not row[index + 1] and fold(row[index].text) not in map(fold, lower[index].texts[:1])


def adds_up(row: Row, columns: Columns, layout: Layout) -> TableCell | None:
    """The name of a row that adds up the ones above (小计); None if it is none."""
    named = [cell for index, cell in enumerate(row) if cell and columns.field_at(index) in ("", "level1", "level2", "name")]
    return next((cell for cell in named if layout.subtotals.find(cell.text)), None)


def subtotal_fields(row: Row, columns: Columns, name: str, layout: Layout) -> list[HeaderField]:
    """Weight and score of a row that adds up the ones above, each as a field of its own."""
    known = {label.key: label.texts[0] for label in layout.columns.items}
    values = closing_values(row, columns, ("weight", "score"))
    return [HeaderField("subtotal", f"{name}（{known[key]}）", cell_of(cell)) for key, cell in values.items()]


def last_total(rows: Sequence[Row], layout: Layout) -> int:
    """Index of the last row that begins with the label of the total; -1 if none does."""

    def is_total(row: Row) -> bool:
        first = next((cell for cell in row if cell), None)
        if first is None:
            return False
        beside = layout.closing.find_before_colon(first.text)
        found = layout.closing.find(first.text) or (beside[0] if beside else None)
        return found is not None and found.key == "total"

    return max((index for index, row in enumerate(rows) if is_total(row)), default=-1)


def titles_out(table: Table, layout: Layout, is_title: Callable[[str], bool]) -> list[Block]:
    """The table cut where a form begins in it, the lines across it that are a title, or stand with one, before it as paragraphs.

    A title that is said again with no form below it stands at a page's top: it is left out.
    """
    made: list[Block] = []
    rows: list[Row] = []
    said: set[str] = set()
    at = 0
    while at < len(table.rows):
        lines, after = _lines_across(table.rows, at)
        texts = [line.text for line in lines]
        if not any(map(is_title, [*texts, *map("".join, pairwise(texts))])):
            rows += table.rows[at : max(after, at + 1)]
            at = max(after, at + 1)
            continue
        shown = {fold(text) for text in texts}
        first = next((cell for cell in table.rows[after] if cell), None) if after < len(table.rows) else None
        if at == 0 or (first and layout.header.find(first.text)):
            made += [replace(table, rows=tuple(rows))] if rows else []
            made += [replace(lines[0], gap=True), *lines[1:]]
            rows = []
        elif not shown <= said:
            rows += table.rows[at:after]
        said |= shown
        at = after
    return [*made, *([replace(table, rows=tuple(rows))] if rows else [])]


def _lines_across(rows: Sequence[Row], at: int) -> tuple[list[Paragraph], int]:
    """The rows from `at` on with one text each, as lines, and the index behind them."""
    lines: list[Paragraph] = []
    while at < len(rows):
        filled = [cell for cell in rows[at] if cell]
        if len({cell.text for cell in filled}) > 1:
            break
        lines += [Paragraph(text, filled[0].place) for text in (filled[0].text.split("\n") if filled else ())]
        at += 1
    return lines, at


def split_forms(table: Table, layout: Layout) -> list[Table]:
    """The table cut where another form begins in it: below indicators, at the name of another project."""
    made: list[Table] = []
    rows: list[Row] = []
    begun, names = False, set[str]()
    for row in table.rows:
        filled = [cell for cell in row if cell]
        label = layout.header.find(filled[0].text) if len(filled) > 1 else None
        if label is not None and label.key == "project_name":
            name = fold(filled[1].text)
            if begun and name not in names:
                made.append(replace(table, rows=tuple(rows)))
                rows, begun = [], False
            names.add(name)
        begun = begun or len(header_columns(row, layout.columns)) > HEADER_MATCHES
        rows.append(row)
    return [*made, replace(table, rows=tuple(rows))]
