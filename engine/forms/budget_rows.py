"""The budget block of a form: its header row, the lines under it, and the weight and money unit said beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from engine.documents.model import Row, TableCell
from engine.errors import Place, Problem
from engine.forms.columns import Columns, cell_of, check_width, named, one_line, read_header, unplaced
from engine.forms.labels import Label
from engine.forms.model import BudgetLayout
from engine.submission.model import BudgetLine, Cell


@dataclass(slots=True)
class BudgetRows:
    """Reads the rows of the budget block. `kind` is the kind of form that its row names tell."""

    layout: BudgetLayout
    problems: list[Problem]
    kind: str = ""
    columns: Columns | None = None
    lines: list[BudgetLine] = field(default_factory=list)
    weight: Cell | None = None
    money_unit: str = ""
    failed: bool = False

    def header(self, row: Row, found: Sequence[tuple[int, Label]]) -> None:
        self.columns = read_header(row, self.layout.columns, found, self.problems)
        self.failed = self.failed or self.columns is None
        self.lead([cell for cell in row[: found[0][0]] if cell])
        if not self.weight:
            for index, _ in found:
                self.weight = self.weight or named(row[index], self.layout.weight, "weight")

    def lead(self, cells: Sequence[TableCell]) -> TableCell | None:
        """Take heading, weight and money unit from the cells left of the first column; what remains is the row's name."""
        name: TableCell | None = None
        heading: TableCell | None = None
        for cell in cells:
            weight = named(cell, self.layout.weight, "weight")
            unit = named(cell, self.layout.money_unit, "unit")
            self.weight = weight or self.weight
            role = self.layout.role(cell.text)
            is_name = role is not None and not self.layout.heading.find(cell.text)
            if unit and not (is_name and self.money_unit):  # a row's own unit is the block's only if that has none
                self.money_unit = unit.text
            if not is_name and (weight or unit or self.layout.heading.find(cell.text)):
                heading = cell if role and not unit else heading
                continue
            if name:
                self.problems.append(unplaced(cell, f"“{name.text}”一行的数额在“{self.layout.columns.names}”各列下"))
            name = name or cell
        return name or heading  # 其中： is a name where nothing else stands beside it

    def row(self, row: Row) -> TableCell | None:
        """Take a row; the cell that has no place in the block, if there is one."""
        columns = self.columns
        if columns is None:
            return None
        lead = [cell for cell in row[: columns.first] if cell]
        if lead and not any(self.layout.has(cell.text) for cell in lead) and not any(row[columns.first :]):
            return lead[0]
        name = self.lead(lead)
        values = columns.values(row, self.problems, self.layout.columns)
        filled = [cell for cell in values.values() if cell]
        if name is None:
            self.problems += [unplaced(cell, "左边有资金名称：" + self.layout.rows.names) for cell in filled]
            return None
        role = self.layout.role(name.text)
        if role is None:
            near = self.layout.rows.nearest(name.text)
            problem = unplaced(name, self.layout.rows.names, "input.budget-row", "budget.rows")
            self.problems.append(replace(problem, nearest=near))
            self.failed = True
            return None
        check_width(row, columns, self.problems, name.text)
        self.kind = self.kind or role[1]
        cells: dict[str, Any] = {key: cell_of(cell) for key, cell in values.items()}  # Any: keys are fields of the layout
        unit = named(name, self.layout.money_unit, "unit")
        self.lines.append(BudgetLine(one_line(name.text), role[0], name.place, unit.text if unit else "", **cells))
        return None

    def finish(self, place: Place) -> tuple[BudgetLine, ...]:
        """The lines, with the block's money unit, and its weight at the total; a problem if there is no total."""
        if not any(line.role == "total" for line in self.lines) and not self.failed:
            totals = [label.texts[0] for label in self.layout.rows.items if label.key == "total"]
            self.problems.append(Problem(place, "表中没有预算执行的总额一行", "、".join(totals), code="input.no-budget"))
        return tuple(
            replace(
                line,
                money_unit=line.money_unit or self.money_unit,
                weight=line.weight or (self.weight if line.role == "total" else None),
            )
            for line in self.lines
        )
