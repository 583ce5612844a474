"""Shapes of rows that hold no content of their own: header rows in two lines, rows that add up the ones above, titles inside tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from engine.blocks import Block, Paragraph, Row, Table
from engine.grid import HEADER_MATCHES, header_columns
from engine.labels import Label, Labels, fold
from engine.layout import Layout


def whole_headers(rows: Sequence[Row], layout: Layout) -> list[Row]:
    """The rows, with a header row written in two lines (指标完成情况 above 年度指标值 and 实际完成值) put together as one."""
    made: list[Row] = []
    done = False
    for row, below in zip(rows, [*rows[1:], ()], strict=True):
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
    if len(row) != len(below):
        return None
    lower = dict(header_columns(below, labels))
    upper = {index: label for index, label in header_columns(row, labels) if index not in lower or not _is_over(row, lower, index)}
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


def adds_up(row: Row, layout: Layout) -> bool:
    """Whether a row is named as one that adds up the ones above (小计)."""
    filled = [cell for cell in row if cell]
    return any(layout.subtotals.find(cell.text) for cell in filled[:HEADER_MATCHES])


def last_total(rows: Sequence[Row], layout: Layout) -> int:
    """Index of the last row that begins with the label of the total; -1 if none does."""

    def is_total(row: Row) -> bool:
        first = next((cell for cell in row if cell), None)
        found = first and (layout.closing.find(first.text) or next(iter(layout.closing.find_before_colon(first.text) or ()), None))
        return bool(found and found.key == "total")

    return max((index for index, row in enumerate(rows) if is_total(row)), default=-1)


def titles_out(table: Table, is_title: Callable[[str], bool]) -> list[Block]:
    """The table, and before it as paragraphs the lines that stand in its first rows, if one of them, or two together, are a title."""
    lines: list[Paragraph] = []
    begin = 0
    for row in table.rows:
        filled = [cell for cell in row if cell]
        if len({cell.text for cell in filled}) > 1:
            break
        begin += 1
        if filled:
            lines += [Paragraph(text, filled[0].place) for text in filled[0].text.split("\n")]
    texts = [line.text for line in lines]
    if not any(map(is_title, [*texts, *map("".join, zip(texts, texts[1:], strict=False))])):
        return [table]
    lines[0] = replace(lines[0], gap=True)
    rest = table.rows[begin:]
    return [*lines, *([replace(table, rows=rest)] if rest else [])]
