"""The tables of one form, row by row: header fields, budget block, goals with their indicators, closing rows.

Which block a row belongs to is told by its labels; which field a cell is, by the column of the header row it stands under.
Cells of merged areas stand empty after the first and are carried down. What has no place keeps its text, and is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from engine.documents.model import Row, Table, TableCell
from engine.errors import Place
from engine.forms.budget_rows import AMOUNTS, BudgetRows
from engine.forms.closing_rows import ClosingRows
from engine.forms.columns import (
    HEADER_MATCHES,
    Columns,
    cell_of,
    header_columns,
    one_line,
)
from engine.forms.content import TableContent
from engine.forms.goal_heads import GoalHeads
from engine.forms.goal_rows import OpenGoal, read_bare_weights, read_weight_cells
from engine.forms.head_rows import HeadRows
from engine.forms.header_rows import read_header
from engine.forms.indicator_rows import indicator_of
from engine.forms.labels import Label, LabelMatch, fold
from engine.forms.model import GoalHeading, Layout
from engine.forms.numbered_rows import settle_numbered
from engine.forms.part_rows import settle_parts
from engine.forms.row_shapes import adds_up, last_total, subtotal_fields, whole_headers
from engine.forms.shared_columns import parted
from engine.forms.split_cells import separate, widened
from engine.forms.targets import settle_targets
from engine.forms.tree_rows import settle_levels
from engine.submission.model import Cell, Doubt, HeaderField
from engine.values.numerals import read_decimal

_CLOSED = ("total", "grade", "analysis", "remedies", "notes")
"""Blocks below the indicators."""
_NAMING = ("level1", "level2", "name", "target", "actual")
"""Columns of which a header row of the indicators has at least one: scores and weights stand in other blocks, too."""


def read_tables(tables: Sequence[Table], layout: Layout, place: Place, money_unit: str = "") -> TableContent:
    """The content of a form's tables. `place` is the form's title, for doubts of the form as a whole; `money_unit` is what a line
    over the tables says."""
    content = TableContent()
    closing = ClosingRows(layout, content.doubts, content.cells, content.notes, content.header)
    budget = BudgetRows(layout.budget, content.doubts, content.header, content.kinds, money_unit=money_unit)
    reader = _TableReader(layout, content, closing, budget, HeadRows(layout, content, closing), GoalHeads(layout, content))
    rows = parted(whole_headers([row for table in tables for row in table.rows], layout), layout)
    total = last_total(rows, layout)
    for index, row in enumerate(rows):
        reader.row(row, before_total=index < total)
    return reader.finish(place)


@dataclass(slots=True)
class _TableReader:
    """Where reading a form's tables stands. `block` is the part of the form the last row belonged to."""

    layout: Layout
    content: TableContent
    closing: ClosingRows
    budget: BudgetRows
    head: HeadRows
    goals: GoalHeads
    block: str = "header"
    columns: Columns | None = None
    above: set[tuple[str, ...]] = field(default_factory=set)
    """The rows above the indicators, folded: one that comes again below stands at a page's top."""
    before_total: bool = False
    """Whether the row of the total is still to come: 合计 before it adds up a part only."""
    heading: str = ""
    """Heading of the block that is kept as it is."""

    def row(self, row: Row, *, before_total: bool = False) -> None:
        filled = [(index, cell) for index, cell in enumerate(row) if cell]
        if not filled:
            return
        shown = tuple(fold(cell.text) for _, cell in filled)
        self.before_total = before_total
        started = self.columns is not None
        if started and len(shown) > 1 and shown in self.above:
            return
        if self.goals.again and self.columns and self.block == "goal" and len(filled) > len(self.goals.labels) > 0:
            self.block = "indicators"  # only the heading was said again, not the header row below it
        self._placed(row, filled)
        if not started and self.block in ("header", "budget", "block"):
            self.above.add(shown)

    def _placed(self, row: Row, filled: Sequence[tuple[int, TableCell]]) -> None:
        """Read a row as what its labels and the block it stands in make it."""
        layout = self.layout
        budget = header_columns(row, layout.budget.columns)
        indicators = header_columns(row, layout.columns)
        index, first = filled[0]
        over_tasks = self.layout.tasks.find(first.text) is not None and {"budget", "executed"} <= {label.key for _, label in budget}
        self.budget.tasks = self.budget.tasks or over_tasks
        if not over_tasks and self._is_task(index, first):
            self._task(filled)
            return
        self.block = "header" if self.block == "tasks" else self.block
        is_header = layout.header.find(first.text) is not None
        leads = index == 0 or (self.block == "indicators" and self.columns is not None and index < self.columns.first)
        keys = {label.key for _, label in budget}
        if len(indicators) >= max(HEADER_MATCHES, len(budget)) and {label.key for _, label in indicators} & set(_NAMING):
            self._indicator_header(row, indicators)
        elif self.columns is None and (pairs := self.budget.beside(row)) and keys & {"budget", "executed", *AMOUNTS}:
            self._pairs(row, pairs)
        elif self.columns is None and len(budget) >= HEADER_MATCHES and keys & {"rate", *AMOUNTS}:
            self.block = "budget"
            self.budget.header(row, budget)
        elif self.columns is None and (labels := self.goals.labels_in(row)) is not None:
            self.goals.of_columns(row, labels)
            self.block = "goal"
        elif self.block == "notes" and not (leads and self._ends_notes(first)):
            self.content.notes.extend(cell_of(cell) for _, cell in filled)
        elif self.columns and self.block == "indicators" and self._subtotal(row, self.columns):
            return
        elif self.block not in ("goal", "budget") and (fields := self.head.in_lines(filled, above=self.block == "header")):
            self.head.keep(fields)
        elif leads and self.closing.begins(first) and not self._in_budget(first):
            self.block = self.closing.read(row, filled, self.columns) or self.block
        elif leads and (heading := self.layout.goal_heading(first.text)):
            self._goal(row, index, *heading)
        elif self.block == "goal" and self.goals.labels and index >= self.goals.labels[0][0]:
            self.goals.texts(filled)
        elif layout.blocks.find(first.text) and self.columns is None:
            self.block, self.heading = "block", one_line(first.text)
            self._block_row(filled[1:])
        elif self.block == "block" and not is_header and index > 0:
            self._block_row(filled)
        elif self.block == "budget" and (index > 0 or not is_header or layout.budget.has(first.text)):
            if not self.budget.row(row):
                self.head.unknown(filled)
        elif index == 0 and is_header:
            self.head.read(row, in_pairs=self.block not in ("budget", "goal"))
        elif self.block == "indicators":
            self._indicator_row(row)
        elif self.block in ("analysis", "remedies") and index > 0:
            self.closing.run_on(self.block, filled)
        elif self.block == "header" and layout.budget.has(first.text):
            self.budget.lead([cell for _, cell in filled])
        else:
            self.head.read(row, in_pairs=self.block not in ("budget", "goal"))

    def _in_budget(self, first: TableCell) -> bool:
        """Whether a closing label in the budget block is the name of a line there (合计)."""
        return self.block == "budget" and self.columns is None and self.layout.budget.role(first.text) is not None

    def _ends_notes(self, first: TableCell) -> bool:
        """Whether a row among the notes is one of the form itself."""
        label = self.layout.closing.find(first.text)
        return (label is not None and label.key != "notes") or self.layout.goal_heading(first.text) is not None

    def _subtotal(self, row: Row, columns: Columns) -> bool:
        """Keep a row that adds up the ones above it; False if it is none, or the form's total."""
        name = adds_up(row, columns, self.layout)
        if name is None or (not self.before_total and self.closing.begins(name)):
            return False
        level1 = self.goals.last.level1 if self.goals.every else ""
        self.content.header += subtotal_fields(row, columns, f"{level1}{one_line(name.text)}", self.layout)
        return True

    def _is_task(self, index: int, first: TableCell) -> bool:
        """Whether a row is one of the year's tasks: their heading stands before the first, over the others or again."""
        if self.block not in ("header", "tasks"):
            return False
        return self.layout.tasks.find(first.text) is not None or (self.block == "tasks" and index > 0)

    def _task(self, filled: Sequence[tuple[int, TableCell]]) -> None:
        first = filled[0][1]
        self.block = "tasks"
        rest = filled[1:] if self.layout.tasks.find(first.text) and len(filled) > 1 else filled
        text = "、".join(one_line(cell.text) for _, cell in rest)
        self.content.header.append(HeaderField("task", self.layout.tasks.texts[0], Cell(text, first.place)))

    def _pairs(self, row: Row, pairs: Sequence[tuple[str, Cell]]) -> None:
        """A row of the budget whose amounts stand beside their labels."""
        self.block = "budget"
        self.budget.take_pairs(pairs)
        values = {cell.place for _, cell in pairs}
        self.budget.lead([cell for cell in row if cell and cell.place not in values and self.layout.budget.has(cell.text)])

    def _block_row(self, filled: Sequence[tuple[int, TableCell]]) -> None:
        """A row of a block that is kept as it is: 资金管理情况·分配科学性, and what is said of it."""
        if not filled:
            return
        name, rest = one_line(filled[0][1].text), [one_line(cell.text) for _, cell in filled[1:]]
        cell = filled[1][1] if rest else filled[0][1]
        self.content.header.append(HeaderField("block", f"{self.heading}·{name}", Cell("；".join(rest), cell.place)))

    def _goal(self, row: Row, index: int, heading: GoalHeading, match: LabelMatch) -> None:
        """A goal heading: alone, with the goal's text beside it, or at the head of the goal's first row of indicators."""
        rest = [cell for cell in row[index + 1 :] if cell]
        if self.block == "goal" and self.goals.said_beside_texts(row, index):
            self.goals.texts([(at, cell) for at, cell in enumerate(row) if cell and at > index])
            return
        known = heading.columns if heading.columns.items else self.layout.goal_columns
        self.goals.labels = header_columns(row, known) if heading.title == "columns" else ()
        is_row = bool(rest) and self.columns is not None and len(rest) > HEADER_MATCHES and not self.goals.labels
        beside = bool(rest) and not self.goals.labels and not is_row and heading.opens == "goal"
        self._open(row[index], heading, match, one_line("\n".join(cell.text for cell in rest)) if beside else "")
        self.goals.names |= {label.key: one_line(row[at].text) for at, label in self.goals.labels}
        if beside or self.goals.labels:
            self.block = "goal"
        elif rest and self.columns:
            self._indicator_row((*row[:index], replace(row[index], text=""), *row[index + 1 :]))

    def _open(self, cell: TableCell, heading: GoalHeading, match: LabelMatch, title: str = "") -> None:
        self.goals.open(cell, heading, match, title)
        self.block = "indicators" if self.columns else "goal"

    # indicators

    def _indicator_header(self, row: Row, found: Sequence[tuple[int, Label]]) -> None:
        others = self.layout.other_columns
        headings: list[int] = []
        for index, cell in ((i, cell) for i, cell in enumerate(row[: found[0][0]]) if cell and not others.find(cell.text)):
            heading = self.layout.goal_heading(cell.text)
            if heading:
                headings.append(index)
                self._open(cell, *heading)
            elif not self.goals.every:
                self.goals.every.append(OpenGoal(one_line(cell.text), cell.place))
        doubts: list[Doubt] = []
        self.columns = read_header(row, self.layout, found, doubts, headings)
        known = {(doubt.key, doubt.text) for doubt in self.content.doubts}  # said again at a page's top
        self.content.doubts += [doubt for doubt in doubts if (doubt.key, doubt.text) not in known]
        self.block = "indicators"
        if not self.goals.every:
            self.goals.every.append(OpenGoal("", next(cell for cell in row if cell).place))

    def _indicator_row(self, row: Row) -> None:
        columns = self.columns
        if columns is None:
            return
        row = widened(row, columns)
        before = [cell for cell in row[: columns.first] if cell]
        if before and not any(row[columns.first :]):
            self.head.unknown([(index, cell) for index, cell in enumerate(row) if cell])
            return
        found = indicator_of(row, columns, self.layout, self.content.doubts)
        self.goals.settle(another=self.goals.last.is_over(found.values.get("level1"), self.layout.weight))
        goal = self.goals.last
        goal.levels(found.values, self.layout.weight)
        if found.carried:
            found.name = goal.indicators[-1].name if goal.indicators else ""
            found.unnamed = not found.name
        indicator = found.indicator(goal.level1, goal.level2)
        if indicator is not None:
            goal.indicators.append(indicator)
            if not goal.level1 and "level1" in columns.names:
                self.content.doubts.append(Doubt("no_level1", indicator.name, indicator.name, indicator.place))
        elif found.unnamed:
            self.head.unknown([(index, cell) for index, cell in enumerate(row) if cell])
        if before and indicator is not None:
            text = "、".join(one_line(cell.text) for cell in before)
            self.content.header.append(HeaderField("", "", Cell(text, before[0].place)))
            self.content.doubts.append(Doubt("label_unknown", text, text, before[0].place))

    # the end

    def finish(self, place: Place) -> TableContent:
        content, layout, goals = self.content, self.layout, self.goals.every
        content.budget = self.budget.finish()
        if not any(line.role == "total" for line in content.budget):
            content.doubts.append(Doubt("no_budget", layout.budget.total, "", place))
        self.closing.settle()
        self.goals.settle(another=True)
        settle_targets(goals, layout, content.doubts)
        levels = settle_levels(goals, layout)
        if levels or any(goal.groups for goal in goals):
            known = next((label.texts[0] for label in layout.columns.items if label.key == "level1"), "")
            content.doubts[:] = [item for item in content.doubts if (item.key, item.subject) != ("column_missing", known)]
        content.header += levels
        settle_parts(goals, layout, content.doubts)
        read_weight_cells(goals, layout.weight_cells)
        read_bare_weights(goals, layout.weight_if_all)
        settle_numbered(goals, layout, content.doubts)
        content.doubts += separate(goals, self._indicator_points())
        filled = [goal for goal in goals if goal.indicators]
        for goal in goals:
            if not goal.indicators and filled:
                name = goal.title or goal.heading
                content.doubts.append(Doubt("unread_goal", one_line(name), goal.heading, goal.place))
        content.goals = tuple(goal.closed(number) for number, goal in enumerate(filled, start=1))
        return content

    def _indicator_points(self) -> Decimal | None:
        """What the weights of all indicators add up to: the printed total without the points of budget execution."""
        whole = next((item.value for item in self.content.header if item.key == "total_weight"), None)
        execution = next((line.weight for line in self.content.budget if line.role == "total" and line.weight), None)
        numbers = [read_decimal(cell.text.strip().removesuffix("分")) for cell in (whole, execution) if cell]
        known = [number for number in numbers if number is not None]
        return known[0] - known[1] if len(known) == 2 else None
