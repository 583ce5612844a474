"""The tables of one form, row by row: header fields, budget block, goals with their indicators, closing rows.

Which block a row belongs to is told by its labels; which field a cell is, by the column of the header row it stands under.
Cells of merged areas stand empty after the first and are carried down.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from engine.documents.model import Row, Table, TableCell
from engine.errors import Place, Problem
from engine.forms.budget_rows import BudgetRows
from engine.forms.closing_rows import ClosingRows
from engine.forms.columns import (
    HEADER_MATCHES,
    OTHER,
    Columns,
    cell_of,
    check_width,
    colon_fields,
    header_columns,
    label_pairs,
    one_line,
    read_header,
    unlisted_pairs,
    unplaced,
)
from engine.forms.goal_rows import OpenGoal, composed, read_bare_weights, read_weight_cells, weighted
from engine.forms.labels import Label, LabelMatch, fold
from engine.forms.model import GoalHeading, Layout
from engine.forms.part_rows import take_part
from engine.forms.row_shapes import adds_up, last_total, subtotal_fields, whole_headers
from engine.forms.split_cells import separate, widened
from engine.submission.model import BudgetLine, Cell, Doubt, Goal, HeaderField, Indicator
from engine.values.numerals import read_decimal

_SHOWN = 30
_CLOSED = ("total", "grade", "analysis", "remedies")
"""Blocks below the indicators."""


@dataclass(slots=True)
class TableContent:
    """What the tables of a form hold."""

    header: list[HeaderField] = field(default_factory=list)
    budget: tuple[BudgetLine, ...] = ()
    goals: tuple[Goal, ...] = ()
    cells: dict[str, Cell] = field(default_factory=dict)
    """Closing fields: total, grade, analysis, remedies."""
    notes: list[Cell] = field(default_factory=list)
    kind: str = ""
    """Kind of the form as its labels tell it."""
    doubts: list[Doubt] = field(default_factory=list)


def read_tables(tables: Sequence[Table], layout: Layout, place: Place, problems: list[Problem]) -> TableContent:
    """The content of a form's tables. `place` is the form's title, for problems of the form as a whole."""
    content = TableContent()
    closing = ClosingRows(layout.closing, problems, content.cells, content.notes, content.header)
    reader = _TableReader(layout, problems, content, closing, BudgetRows(layout.budget, problems))
    if not tables:
        problems.append(Problem(place, "标题下没有表格", "自评表的表格（每格一行，行首为制表符）", code="input.no-table"))
        return reader.content
    rows = whole_headers([row for table in tables for row in table.rows], layout)
    total = last_total(rows, layout)
    for index, row in enumerate(rows):
        reader.row(row, before_total=index < total)
    return reader.finish(place)


@dataclass(slots=True)
class _TableReader:
    """Where reading a form's tables stands. `block` is the part of the form the last row belonged to."""

    layout: Layout
    problems: list[Problem]
    content: TableContent
    closing: ClosingRows
    budget: BudgetRows
    block: str = "header"
    columns: Columns | None = None
    header_failed: bool = False
    goals: list[OpenGoal] = field(default_factory=list)
    again: OpenGoal | None = None
    """The heading of the open goal, said again: of a page's top, or of another goal. The next row tells."""
    goal_labels: Sequence[tuple[int, Label]] = ()
    """Labels beside the goal's heading, whose texts stand in the rows below (预期目标, 实际完成情况)."""
    above: set[tuple[str, ...]] = field(default_factory=set)
    """The rows above the indicators, folded: one that comes again below stands at a page's top."""

    before_total: bool = False
    """Whether the row of the total is still to come: 合计 before it adds up a part only."""

    def row(self, row: Row, *, before_total: bool = False) -> None:
        filled = [(index, cell) for index, cell in enumerate(row) if cell]
        if not filled:
            return
        shown = tuple(fold(cell.text) for _, cell in filled)
        self.before_total = before_total
        started = self.columns is not None or self.header_failed
        if started and len(shown) > 1 and shown in self.above:
            return
        if self.again and self.columns and self.block == "goal" and len(filled) > len(self.goal_labels) > 0:
            self.block = "indicators"  # only the heading was said again, not the header row below it
        self._placed(row, filled)
        if not started and self.block in ("header", "budget"):
            self.above.add(shown)

    def _placed(self, row: Row, filled: Sequence[tuple[int, TableCell]]) -> None:
        """Read a row as what its labels and the block it stands in make it."""
        budget = header_columns(row, self.layout.budget.columns)
        indicators = header_columns(row, self.layout.columns)
        index, first = filled[0]
        is_header = self.layout.header.find(first.text) is not None
        if self._is_task(index, first):
            self.block = "tasks"
            rest = filled[1:] if self.layout.tasks.find(first.text) and len(filled) > 1 else filled
            text = "、".join(one_line(cell.text) for _, cell in rest)
            self.content.header.append(HeaderField("task", self.layout.tasks.texts[0], Cell(text, first.place)))
            return
        self.block = "header" if self.block == "tasks" else self.block
        leads = index == 0 or (self.block == "indicators" and self.columns is not None and index < self.columns.first)
        if len(indicators) >= max(HEADER_MATCHES, len(budget)):
            self._indicator_header(row, indicators)
        elif len(budget) >= HEADER_MATCHES:
            self.block = "budget"
            self.budget.header(row, budget)
        elif self.block == "notes":
            self.content.notes.extend(cell_of(cell) for _, cell in filled)
        elif self.columns and self.block == "indicators" and self._subtotal(row, self.columns):
            return
        elif (leads or self.block not in ("goal", "budget")) and (fields := self._colon_fields(filled)):
            self.content.header += fields
        elif leads and self.closing.begins(first):
            self.block = self.closing.read(row, filled, self.columns) or self.block
        elif leads and (heading := self._heading(first.text)):
            self._goal(row, index, *heading)
        elif self.block == "goal" and self.goal_labels and index >= self.goal_labels[0][0]:
            self._goal_texts(filled)
        elif self.block == "budget" and (index > 0 or not is_header or self.layout.budget.has(first.text)):
            if stray := self.budget.row(row):
                self._unplaced(stray)
        elif index == 0 and is_header:
            self._header(row, first)
        elif self.block == "indicators":
            self._indicator_row(row)
        elif self.block in ("analysis", "remedies") and index > 0:
            self.closing.run_on(self.block, filled)
        elif self.block == "header" and self.layout.budget.has(first.text):
            self.budget.lead([cell for _, cell in filled])
        elif self.block == "header" or (index == 0 and self.block in _CLOSED and not self.closing.has_slip(filled)):
            self._header(row, first)
        else:
            self._unplaced(first)

    def _colon_fields(self, filled: Sequence[tuple[int, TableCell]]) -> list[HeaderField]:
        """The fields of a row whose cells hold label and value both (填表人：李某), above the budget or below the indicators."""
        cells = [cell for _, cell in filled]
        if not all(":" in cell.text or "：" in cell.text for cell in cells):
            return []
        closing = any(self.closing.begins(cell) or self._heading(cell.text) for cell in cells)
        if closing or (self.block == "header" and any(self.layout.budget.has(cell.text) for cell in cells)):
            return []
        return colon_fields(cells, self.layout.header)

    def _subtotal(self, row: Row, columns: Columns) -> bool:
        """Keep a row that adds up the ones above it; False if it is none, or the form's total."""
        name = adds_up(row, columns, self.layout)
        if name is None or (not self.before_total and self.closing.begins(name)):
            return False
        level1 = self.goals[-1].level1 if self.goals else ""
        self.content.header += subtotal_fields(row, columns, f"{level1}{one_line(name.text)}", self.layout)
        return True

    def _unplaced(self, cell: TableCell) -> None:
        layout = self.layout
        sets = {
            "header": ((layout.header, layout.budget.heading), "header"),
            "budget": ((layout.budget.rows, layout.header), "budget.rows"),
            "goal": ((layout.columns,), "indicators.columns"),
        }
        expected, part = sets.get(self.block, ((layout.header, layout.closing), "closing"))
        near = next(filter(None, (labels.nearest(cell.text) for labels in (*expected, layout.closing))), "")
        names = "、".join(labels.names for labels in expected)
        self.problems.append(replace(unplaced(cell, names, part=part), nearest=near))
        if self.block == "goal":
            self.goals[-1].failed = True

    # header fields

    def _header(self, row: Row, first: TableCell) -> None:
        """Fields above the budget block. Labels nobody listed are kept without a key, if they look like labels with values."""
        for label, beside, values in label_pairs(row, self.layout.header):
            more = values[1:] if label else values
            pairs = self.block not in ("budget", "goal") and len(row) > 1 and not (label and len(more) % 2)
            unlisted = unlisted_pairs(more, self.layout.header) if pairs else None
            if label:
                self.content.kind = self.content.kind or label.kind
                value = cell_of(values[0]) if values else Cell("", beside[-1].place)
                self.content.header.append(HeaderField(label.key, beside[0].text, value))
            if unlisted is not None:
                self.content.header += [HeaderField("", name.text, value) for name, value in unlisted]
            elif label:
                for extra in more:
                    self.problems.append(unplaced(extra, f"“{label.texts[0]}”后只有一格；其他标签：{self.layout.header.names}"))
            else:
                self._unplaced(first)

    def _is_task(self, index: int, first: TableCell) -> bool:
        """Whether a row is one of the year's tasks: their heading stands before the first, over the others or again."""
        if self.block not in ("header", "tasks"):
            return False
        return self.layout.tasks.find(first.text) is not None or (self.block == "tasks" and index > 0)

    # goals and indicators

    def _heading(self, text: str) -> tuple[GoalHeading, LabelMatch] | None:
        for heading in self.layout.goal_headings:
            match = heading.pattern.search(text)
            if match:
                return heading, match
        return None

    def _goal(self, row: Row, index: int, heading: GoalHeading, match: LabelMatch) -> None:
        """A goal heading: alone, with the goal's text beside it, or at the head of the goal's first row of indicators."""
        rest = [cell for cell in row[index + 1 :] if cell]
        if self._said_beside_texts(row, index):
            self._goal_texts([(at, cell) for at, cell in enumerate(row) if cell and at > index])
            return
        self.goal_labels = header_columns(row, heading.columns)
        beside = heading.title == "beside" or (heading.title == "columns" and not self.goal_labels)
        self._open(row[index], heading, match, one_line("\n".join(cell.text for cell in rest)) if beside else "")
        if beside or self.goal_labels:
            self.block = "goal"
            placed = {at for at, _ in self.goal_labels}
            for at, cell in enumerate(row[index + 1 :], start=index + 1):
                if cell and not beside and at not in placed:
                    self.problems.append(unplaced(cell, heading.columns.names))
        elif rest and (self.columns or self.header_failed):
            self._indicator_row((*row[:index], replace(row[index], text=""), *row[index + 1 :]))
        elif rest:
            self._unplaced(rest[0])

    def _said_beside_texts(self, row: Row, index: int) -> bool:
        """Whether the heading is said again beside the goal's texts, as where a merged cell was taken apart."""
        if self.block != "goal" or not self.goal_labels or fold(row[index].text) != fold(self.goals[-1].heading):
            return False
        beside = [(row[at].text, label) for at, label in self.goal_labels if index < at < len(row) and row[at]]
        return bool(beside) and all(fold(text) not in map(fold, label.texts) for text, label in beside)

    def _goal_texts(self, filled: Sequence[tuple[int, TableCell]]) -> None:
        """The texts under the labels beside a goal's heading: what the goal is; anything else becomes a header field."""
        goal = self.again or self.goals[-1]
        for index, cell in filled:
            label = next(label for at, label in reversed(self.goal_labels) if at <= index)
            if label.key == "title":
                goal.title = one_line("\n".join(filter(None, (goal.title, cell.text))))
                continue
            known = [item.value.text for item in self.content.header if item.key == label.key] if self.again else []
            if cell.text not in known:  # a text said again at a page's top
                self.content.header.append(HeaderField(label.key, label.texts[0], cell_of(cell)))

    def _open(self, cell: TableCell, heading: GoalHeading, match: LabelMatch, title: str = "") -> None:
        weight = match.get("weight")
        declared = Cell(weight, cell.place) if weight is not None else None
        if heading.opens == "goal" or not self.goals:
            self._settle(another=True)
            goal = OpenGoal(one_line(cell.text), cell.place, declared, title)
            if self.goals and self.goals[-1].same_heading(goal, untitled=bool(self.goal_labels) and not title):
                self.again = goal
            else:
                self.goals.append(goal)
        elif heading.opens == "indicators":
            goal = self.again or self.goals[-1]
            goal.weight = declared or goal.weight
        self.block = "indicators" if self.columns or self.header_failed else "goal"

    def _settle(self, *, another: bool) -> None:
        """Whether the heading said again was that of another goal is known now. What follows it otherwise goes on with the goal."""
        if self.again and another:
            self.goals.append(self.again)
        elif self.again and self.again.title not in self.goals[-1].title:
            self.goals[-1].title += self.again.title
        self.again = None

    def _indicator_header(self, row: Row, found: Sequence[tuple[int, Label]]) -> None:
        others = self.layout.other_columns
        for cell in (cell for cell in row[: found[0][0]] if cell and not others.find(cell.text)):
            heading = self._heading(cell.text)
            if heading:
                self._open(cell, *heading)
            else:
                self.problems.append(unplaced(cell, f"目标标题，或表头各列：{self.layout.columns.names}"))
        self.columns = read_header(row, self.layout.columns, found, self.problems, others, self.content.doubts)
        self.header_failed = self.columns is None
        self.block = "indicators"
        if not self.goals:
            where = next(cell for cell in row if cell)
            self.problems.append(Problem(where.place, "指标表头之前没有年度目标", "年度目标（写明分值）", code="input.no-goal"))
            self.goals.append(OpenGoal("", where.place, failed=True))
        if self.columns is None:
            self.goals[-1].failed = True

    def _indicator_row(self, row: Row) -> None:
        columns = self.columns
        if columns is None:  # its header row is already a problem
            self._settle(another=False)
            self.goals[-1].failed = True
            return
        before = len(self.problems)
        row = widened(row, columns)
        for cell in (cell for cell in row[: columns.first] if cell):
            self.problems.append(unplaced(cell, "年度目标、" + self.layout.closing.names))
        crowded: list[Problem] = []
        values = columns.values(row, crowded, self.layout.columns)
        name = values.get("name")
        if check_width(row, columns, self.problems, name.text if name else ""):
            self.problems += crowded
        self._settle(another=self.goals[-1].is_over(values.get("level1"), self.layout.weight))
        goal = self.goals[-1]
        goal.levels(values.get("level1"), values.get("level2"), self.layout.weight)
        if not name:
            where = name.place if name is not None else replace(row[0].place, cell=0)
            shown = "、".join(cell.text for cell in row if cell)
            self.problems.append(Problem(where, f"本行没有三级指标的名称（{shown[:60]}）", "三级指标名称", code="input.no-name"))
        elif not goal.level1:
            where = values["level1"].place if "level1" in values else name.place
            self.problems.append(Problem(where, f"“{name.text}”没有一级指标，上面各行也没有", "一级指标", code="input.no-level1"))
        if len(self.problems) > before or not name:
            goal.failed = True
            return
        text, weight = weighted(name, self.layout.weight)
        named = {key: cell_of(cell) for key, cell in values.items() if key not in ("name", "level1", "level2")}
        fields: dict[str, Any] = {key: cell for key, cell in named.items() if not key.startswith(OTHER)}
        others = [HeaderField("", key.removeprefix(OTHER), cell) for key, cell in named.items() if key.startswith(OTHER) and cell]
        if weight:
            fields.setdefault("weight", weight)
        if not composed(fields, self.layout.composition):
            goal.failed = True
            known = "、".join(sorted(self.layout.composition.signs if self.layout.composition else ()))
            self.problems.append(unplaced(values["nature"], known, part="indicators.composition"))
        if not take_part(goal, text, name.place, fields, self.layout, self.content.doubts):
            goal.indicators.append(Indicator(text, goal.level1, goal.level2, name.place, others=tuple(others), **fields))

    # the end

    def finish(self, place: Place) -> TableContent:
        content = self.content
        content.budget = self.budget.finish(place)
        content.kind = content.kind or self.budget.kind
        if not self.goals:
            self.problems.append(Problem(place, "表中没有年度目标", "至少一个年度目标及其指标", code="input.no-goals"))
        self._settle(another=True)
        read_weight_cells(self.goals, self.layout.weight_cells)
        read_bare_weights(self.goals, self.layout.weight_if_all)
        content.doubts += separate(self.goals, self._indicator_points())
        for goal in self.goals:
            if not goal.indicators and not goal.failed:
                message = f"“{goal.title[:_SHOWN] or goal.heading[:_SHOWN]}”下没有指标"
                self.problems.append(Problem(goal.place, message, "表头一行和至少一个指标", code="input.empty-goal"))
        content.goals = tuple(goal.closed(number) for number, goal in enumerate(self.goals, start=1))
        return content

    def _indicator_points(self) -> Decimal | None:
        """What the weights of all indicators add up to: the printed total without the points of budget execution."""
        whole = next((item.value for item in self.content.header if item.key == "total_weight"), None)
        execution = next((line.weight for line in self.content.budget if line.role == "total" and line.weight), None)
        numbers = [read_decimal(cell.text.strip().removesuffix("分")) for cell in (whole, execution) if cell]
        known = [number for number in numbers if number is not None]
        return known[0] - known[1] if len(known) == 2 else None
