"""Excel (.xlsx, .xls) -> blocks: the lines above and below a table as paragraphs, the framed rows as tables on their grid.

A sheet has no tables, only cells. Rows that stand together are a table; what leads or closes it and is one line across, such as
a title or 填报单位, is a paragraph. Lines drawn around the cells decide where there are any.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from engine.documents.excel_model import EXPECTED, Allowance, FilledSheet, Range, address, too_large
from engine.documents.model import Block, Document, Paragraph, Row, Table, TableCell, Told
from engine.errors import InputError, Place, Problem

MAX_COLUMNS = 200
"""Of one table. Excel allows 16,384."""
WIDE_ROW = 4
"""So many filled cells make a row without lines one of a table, where it stands at one with lines."""
MORE_COLUMNS = 2
"""So many columns more than the rows with lines may rows without lines have and belong to them (偏差原因 at the right)."""
MAX_TOLD = 30
"""Texts under merged areas of a sheet named one by one."""
MAX_RUNS = 100
"""Runs of rows of a sheet, with and without lines in turn, that are looked at for rows of one table."""
FRAMED_ROWS = 3
"""Framed rows with more than one text that make frames count on a sheet: a box around a remark does not."""


def document(found: Sequence[FilledSheet], file: str, damage: Sequence[str] = ()) -> Document:
    """The blocks of all sheets, in their order. `damage`: what else of the file is damaged."""
    reader = _SheetReader(Allowance(file))
    lost = [f"工作表“{sheet.name}”{sheet.unread}" for sheet in found if sheet.unread]
    found = [sheet for sheet in found if not sheet.unread]
    hidden = [sheet.name for sheet in found if sheet.hidden]
    for sheet in found:
        if not sheet.hidden:
            reader.sheet(sheet)
    if not reader.blocks and (lost or damage):
        raise InputError([Problem(Place(file), said, EXPECTED, code="input.damaged") for said in lost or damage])
    if not reader.blocks:
        message = f"看得见的工作表是空的；隐藏的工作表{_quoted(hidden)}没有读" if hidden else "文件是空的"
        raise InputError(Problem(Place(file), message, "一份绩效自评表，不隐藏", code="input.empty"))
    told = [Told("hidden_sheet", name, Place(file, path=name)) for name in hidden]
    told += [item for sheet in found if not sheet.hidden for item in _hidden_cells(sheet, file)]
    told += reader.told
    told += [Told("unread_part", said, Place(file)) for said in lost]
    told += [Told("part_damaged", said, Place(file)) for said in damage]
    return Document(tuple(reader.blocks), file, tuple(told))


def _quoted(names: Sequence[str]) -> str:
    return "、".join(f"“{name}”" for name in names)


def _hidden_cells(sheet: FilledSheet, file: str) -> Iterator[Told]:
    """That rows or columns with something in them are hidden, and were read all the same."""
    rows = sorted(row for row in sheet.hidden_rows if sheet.cells.get(row))
    used = {column for cells in sheet.cells.values() for column in cells}
    columns = sorted(used & sheet.hidden_columns)
    said = []
    if rows:
        said.append(f"第 {_listed(rows, str)} 行")
    if columns:
        said.append(f"{_listed(columns, lambda column: address(1, column)[:-1])} 列")
    if said:
        first = rows[0] if rows else next(row for row in sorted(sheet.cells) if columns[0] in sheet.cells[row])
        place = Place(file, path=f"{sheet.name}!{address(first, columns[0] if columns and not rows else min(sheet.cells[first]))}")
        yield Told("hidden_cells", "、".join(said), place)


def _listed(numbers: Sequence[int], name: Callable[[int], str]) -> str:
    """Numbers with runs of them put together: 3、5—9."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return "、".join(name(run[0]) if len(run) == 1 else f"{name(run[0])}—{name(run[-1])}" for run in runs)


@dataclass(slots=True)
class _SheetReader:
    limits: Allowance
    blocks: list[Block] = field(default_factory=list)
    tables: int = 0
    gap: bool = False
    told: list[Told] = field(default_factory=list)

    def sheet(self, sheet: FilledSheet) -> None:
        self.gap = True
        grid = _Grid(sheet, self.limits)
        self.told += grid.merged_over()
        for run in grid.whole_runs():
            begin, end = grid.table_in(run)
            if not (begin < end) and (rows := [row for row in run if len(grid.filled(row)) >= WIDE_ROW]) and len(rows) > 1:
                place = grid.place(rows[0], min(grid.filled(rows[0])))
                self.told.append(Told("rows_left_out", f"第 {_listed(rows, str)} 行", place))
            self._lines(grid, run[:begin])
            if run[begin:end]:
                self._table(grid, run[begin:end])
            self._lines(grid, run[end:])
            self.gap = True

    def _lines(self, grid: _Grid, rows: Sequence[int]) -> None:
        for row in rows:
            filled = grid.filled(row)
            if not filled:
                self.gap = True
                continue
            place = grid.place(row, min(filled))
            texts = "    ".join(filled[column] for column in sorted(filled))
            for line in (texts if len(filled) == 1 else texts.replace("\n", "")).split("\n"):
                self.blocks.append(Paragraph(line, place, self.gap))
                self.gap = False

    def _table(self, grid: _Grid, rows: Sequence[int]) -> None:
        first, last = grid.width(rows)
        if last - first >= MAX_COLUMNS:
            message = f"工作表“{grid.sheet.name}”的表格有{last - first + 1:,}列（到 {address(rows[0], last)}）"
            raise too_large(self.limits.file, message, f"不超过{MAX_COLUMNS}列，删去表格以外的内容")
        self.limits.take(len(rows) * (last - first + 1), grid.sheet.name)
        self.tables += 1
        made = tuple(self._row(grid, row, number, first, last) for number, row in enumerate(rows, start=1))
        self.blocks.append(Table(made, Place(self.limits.file, table=self.tables)))

    def _row(self, grid: _Grid, row: int, number: int, first: int, last: int) -> Row:
        filled = grid.filled(row)
        return tuple(
            TableCell(
                filled.get(column, ""),
                grid.place(row, column, self.tables, number, column - first + 1),
                (row, column) in grid.covered,
                (row, column) in grid.across,
                grid.sheet.doubts.get((row, column), ""),
            )
            for column in range(first, last + 1)
        )


class _Grid:
    """A sheet with its merged areas laid out: which cells they cover, and what stands in the others."""

    def __init__(self, sheet: FilledSheet, limits: Allowance) -> None:
        self.sheet, self.file = sheet, limits.file
        ruled = sum(len(sheet.cells.get(row, ())) > 1 for row in sheet.framed) >= FRAMED_ROWS
        self.framed = sheet.framed if ruled else set()
        self.covered: set[tuple[int, int]] = set()
        """Cells of merged areas but for the first of each."""
        self.across: set[tuple[int, int]] = set()
        """Those of them that go on with the cell on their left."""
        self.areas: dict[tuple[int, int], Range] = {}
        self.merged: list[Range] = []
        self.overlapping: list[Range] = []
        """Merged areas that lie over another."""
        self.tall: dict[int, list[Range]] = {}
        """The filled areas of several rows a row has part in."""
        last_row = max([*sheet.cells, *self.framed], default=0)
        last_column = max((column for cells in sheet.cells.values() for column in cells), default=0) + MAX_COLUMNS
        for begin, left, end, right in sheet.merged:
            end, right = min(end, last_row), min(right, last_column)
            limits.take(max(0, end - begin + 1) * max(0, right - left + 1), sheet.name)
            cells = [(r, c) for r in range(begin, end + 1) for c in range(left, right + 1)]
            if not self.covered.isdisjoint(cells) or not self.areas.keys().isdisjoint(cells):
                self.overlapping.append((begin, left, end, right))
            self.merged.append((begin, left, end, right))
            self.areas[begin, left] = (begin, left, end, right)
            self.covered.update(cells[1:])
            self.across.update((r, c) for r in range(begin, end + 1) for c in range(left + 1, right + 1))
        for (row, column), found in self.areas.items():
            if found[2] > row and self.filled(row).get(column):
                for r in range(row, found[2] + 1):
                    self.tall.setdefault(r, []).append(found)
        self.within = {row for row, found in self.tall.items() if any(area[0] < row for area in found)}
        """Rows that are not empty though nothing may begin in them."""

    def place(self, row: int, column: int, table: int = 0, number: int = 0, cell: int = 0) -> Place:
        hidden = "（在隐藏的行或列）" if self.sheet.is_hidden(row, column) else ""
        path = f"{self.sheet.name}!{address(row, column)}{hidden}"
        return Place(self.file, table=table, row=number, cell=cell, path=path)

    def merged_over(self) -> Iterator[Told]:
        """Merged areas that lie over another, and texts under one, which nobody sees, but for those it shows anyway."""
        for begin, left, end, right in self.overlapping:
            where = f"{address(begin, left)}:{address(end, right)}"
            text = f"工作表“{self.sheet.name}”里合并的单元格 {where} 与另一处重叠"
            yield Told("part_damaged", text, self.place(begin, left))
        said = 0
        for top, left, end, right in self.merged:
            seen = " ".join(self.sheet.cells.get(top, {}).get(left, "").split())
            for row in (row for row in range(top, end + 1) if row in self.sheet.cells):
                under = [column for column in range(left, right + 1) if (row, column) != (top, left)]
                for column in under if said <= MAX_TOLD else ():
                    text = " ".join(self.sheet.cells[row].get(column, "").split())
                    if text and text != seen:
                        said += 1
                        yield Told("hidden_text", text if said <= MAX_TOLD else "……（另有多处）", self.place(row, column))

    def filled(self, row: int) -> dict[int, str]:
        """What is seen in a row: what lies under a merged area is not."""
        return {column: text for column, text in self.sheet.cells.get(row, {}).items() if (row, column) not in self.covered}

    def runs(self) -> Iterator[list[int]]:
        """Rows that stand together: with nothing empty between them, and all framed or all not."""
        run: list[int] = []
        for row in sorted({row for row in self.sheet.cells if self.filled(row)} | self.framed | self.within):
            if run and (row != run[-1] + 1 or (row in self.framed) != (run[-1] in self.framed)):
                yield run
                run = []
            run.append(row)
        if run:
            yield run

    def whole_runs(self) -> Iterator[list[int]]:
        """The runs, with rows that only lack their lines put to the framed table they stand in: right below or above it, in its
        columns, and as wide as a row of a table; what is one line across stays a line."""
        runs = list(self.runs())
        if not self.framed or len(runs) > MAX_RUNS:
            yield from runs
            return
        out: list[list[int]] = []
        for run in runs:
            framed = run[0] in self.framed
            if out and run[0] == out[-1][-1] + 1 and framed != (out[-1][-1] in self.framed):
                before = out[-1]
                whole = framed or any(row in self.framed for row in before)
                if whole and self._belongs(before if framed else run, run if framed else before, below=not framed):
                    out[-1] = [*before, *run]
                    self.framed = self.framed | set(self._rows_of(before if framed else run, below=not framed))
                    continue
            out.append(run)
        for run in out:
            yield from self._cut(run)

    def _rows_of(self, run: Sequence[int], *, below: bool) -> list[int]:
        """The rows of a run without lines that are rows of the table: up to the last wide one below it, from the first above it."""
        several = [n for n, row in enumerate(run) if len(self.filled(row)) > 1 and not self._is_labelled(row)]
        wide = [n for n in several if len(self.filled(run[n])) >= WIDE_ROW - 1]
        if not wide:
            return []
        return list(run[: wide[-1] + 1]) if below else [run[n] for n in several if all(m in several for m in range(n, len(run)))]

    def _belongs(self, run: Sequence[int], table: Sequence[int], *, below: bool) -> bool:
        rows = self._rows_of(run, below=below)
        if not rows or max(len(self.filled(row)) for row in rows) < WIDE_ROW:
            return False
        first, last = self.width([row for row in table if row in self.framed])
        columns = [column for row in rows for column in self.filled(row)]
        return first <= min(columns) and max(columns) <= last + MORE_COLUMNS

    def _cut(self, run: Sequence[int]) -> Iterator[list[int]]:
        """A run cut again where rows of the table end and lines begin."""
        part: list[int] = []
        for row in run:
            if part and (row in self.framed) != (part[-1] in self.framed):
                yield part
                part = []
            part.append(row)
        if part:
            yield part

    def table_in(self, run: Sequence[int]) -> tuple[int, int]:
        """Where in the rows the table begins and ends; before and after it stand lines."""
        framed = run[0] in self.framed
        if not framed and self.framed:
            return len(run), len(run)
        width = self.width(run)
        begin, end = 0, len(run)
        while begin < end and (self._is_line(run[begin], width) or (begin and self._is_labelled(run[begin]))):
            begin += 1
        while begin < end and not framed and self._is_line(run[end - 1], width):
            end -= 1
        while begin < end and not self.filled(run[end - 1]) and run[end - 1] not in self.within:
            end -= 1
        return begin, end

    def _is_line(self, row: int, width: tuple[int, int]) -> bool:
        """Whether a row is one text across the whole width of the rows it stands in, or all that stands in a row without frame."""
        across = [
            (begin, left, end, right) for begin, left, end, right in self.tall.get(row, ()) if not self._covers(left, right, width)
        ]
        filled = self.filled(row)
        if across or len(filled) != 1:
            return not across and not filled and row in self.tall
        column = next(iter(filled))
        _, left, _, right = self.areas.get((row, column), (row, column, row, column))
        return row not in self.framed or self._covers(left, right, width)

    def _covers(self, left: int, right: int, width: tuple[int, int]) -> bool:
        return left <= width[0] < width[1] <= right

    def _is_labelled(self, row: int) -> bool:
        """Whether a row under a title holds labels with colons, such as 填报单位：… 填报日期：… 单位：万元."""
        texts = list(self.filled(row).values())
        return bool(texts) and any(mark in texts[0] for mark in "：:") and any(m in t for t in texts[-2:] for m in "：:")

    def width(self, rows: Sequence[int]) -> tuple[int, int]:
        """First and last column that are used in these rows."""
        first, last = 1 << 20, 0
        for row in rows:
            for column in self.filled(row):
                first = min(first, column)
                last = max(last, self.areas.get((row, column), (0, 0, 0, column))[3])
        return first, max(last, min(first, last))
