"""The budget block of a form: header rows and the lines under them, or labels with their amounts beside them; weight and money
unit said near by. Lines nobody knows are kept, and told; where none is the total, the budget is not known, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from engine.documents.model import Row, TableCell
from engine.forms.budget_columns import are_numbers, fields_of, in_doubt, is_changed
from engine.forms.columns import OTHER, Columns, cell_of, named, one_line, shown
from engine.forms.labels import Label, fold
from engine.forms.line_fields import line_fields
from engine.forms.model import BudgetLayout
from engine.forms.unconfirmed import add_guess, guess_of, why
from engine.submission.model import BudgetLine, Cell, Doubt, HeaderField
from engine.values.numerals import read_decimal

AMOUNTS = ("original", "budget", "executed")
LINE_CELLS = (*AMOUNTS, "rate", "weight", "score")
_MONEY = re.compile(r"[-+]?[0-9][0-9,.]*(?:亿元|千元|万元|元|万|亿)?")
_SUM = "sum"
"""Role of a row that adds up the block (合计): its total where there is no other."""


@dataclass(slots=True)
class BudgetRows:
    """Reads the rows of the budget block. `kinds` are the kinds of form that its row names tell."""

    layout: BudgetLayout
    doubts: list[Doubt]
    header_fields: list[HeaderField]
    """Where what stands in the block and is no line of it goes."""
    kinds: list[str] = field(default_factory=list)
    columns: Columns | None = None
    lines: list[BudgetLine] = field(default_factory=list)
    weight: Cell | None = None
    money_unit: str = ""
    heading: TableCell | None = None
    """What stands left of the header row: the name of a line that has none of its own."""
    brackets: int = 0
    """Cells left of the header row that only go on with the one before (a line of its own: （万元）)."""
    unnamed: bool = False
    """Whether there are lines of which nothing says what they are."""
    changes: list[bool] = field(default_factory=list)
    """For each line whose budget stands in a column that may say by how much it was changed, whether it shows that it does not."""
    tasks: bool = False
    """Whether the lines are the year's tasks, and one row adds them up."""
    pairs: dict[str, Cell] = field(default_factory=dict)
    """Amounts that stand beside their labels."""
    fresh: bool = False
    """Whether the row before was the header row."""

    # header

    def header(self, row: Row, found: Sequence[tuple[int, Label]]) -> None:
        names, twice = fields_of(row, found)
        first = found[0][0]
        leading = [cell for cell in row[:first] if cell]
        self.heading = self.lead(leading) or next(iter(leading), None)
        self.brackets = sum(self._goes_on(cell) for cell in leading[1:])
        for index, cell in enumerate(row[first:], start=first):
            self.weight = self.weight or (named(cell, self.layout.weight, "weight") if cell else None)
            if cell and index not in names:
                names[index] = OTHER + one_line(cell.text)
        guessed = [(index, label) for index, label in found if label.unconfirmed]
        for index, label in guessed:
            add_guess(self.doubts, guess_of(label, row[index], self.layout.columns))
        unsure = twice | {names[index]: why(label, row[index].text, self.layout.columns) for index, label in guessed}
        self.columns = Columns.of(tuple(names.items()), len(row), unsure)
        self.fresh = True

    def _goes_on(self, cell: TableCell) -> bool:
        """Whether a cell holds nothing but weight or money unit in brackets."""
        patterns = (*self.layout.weight, *self.layout.money_unit)
        matches = filter(None, (pattern.search(cell.text) for pattern in patterns))
        return cell.text.strip().startswith(("（", "(")) and any(fold(match.text) == fold(cell.text) for match in matches)

    def _is_second_header(self, row: Row, columns: Columns) -> bool:
        """Whether a row under the header says what its columns consist of (总额、财政拨款 under 预算数) and holds no amounts."""
        beyond = [cell for cell in row[columns.first :] if cell]
        known = (self.layout.role(cell.text) is not None or self.layout.columns.find(cell.text) is not None for cell in beyond)
        return self.fresh and len(beyond) > 1 and all(known)

    def _is_numbering(self, row: Row, columns: Columns) -> bool:
        """Whether a row under the header only numbers its columns."""
        return self.fresh and are_numbers([cell.text for cell in row[columns.first :] if cell])

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
            name = cell if name is None or (is_name and not self.layout.role(name.text)) else name
        return name or heading  # 其中： is a name where nothing else stands beside it

    # rows

    def row(self, row: Row) -> bool:
        """Take a row; False if it is none of the block: a name nobody knows, without anything beside it."""
        columns = self.columns
        if columns is None:
            return False
        if self._is_numbering(row, columns) or self._is_second_header(row, columns):
            return True
        self.fresh = False
        columns = self._without_brackets(row, columns)
        filled = [cell for cell in row if cell]
        if self._amounts_in_labels(filled):
            return True
        lead = [cell for cell in row[: columns.first] if cell]
        if lead and not any(self.layout.has(cell.text) for cell in lead) and not any(row[columns.first :]):
            return False
        name = self.lead(lead)
        row, wrong = columns.fitted(row)
        found = columns.values(row)
        nameless = False
        inside = {key: amount for cell in filled for key, amount in self._budget_fields(cell)}
        amounts = inside.keys() | {key for key, of in found.items() if any(of)}
        if name is None and self.heading is not None and not self.lines and {"budget", "executed"} & amounts:
            name, nameless = self.heading, True  # the only line needs no name of its own
        if name is None:
            if any(cell for cells in found.values() for cell in cells):
                self._odd(filled, "左边没有资金名称")
                self.unnamed = True
            return True
        if inside:  # amounts with their labels in one cell: the column over them is none of its own
            places = {amount.place for amount in inside.values()}
            found = {key: of for key, of in found.items() if not any(cell.place in places for cell in of)}
        unsure = self._guessed_name(name)
        cells = inside | {
            key: self._cell(of, wrong, unsure or columns.doubtful.get(key, ""))
            for key, of in found.items()
            if not key.startswith(OTHER)
        }
        self._settle_cells(row, columns, name, cells, wrong)
        for key, of in found.items():
            if key.startswith(OTHER) and any(of):
                text = "；".join(cell.text for cell in of if cell)
                self.header_fields.append(HeaderField("", f"{one_line(name.text)}·{key[len(OTHER) :]}", Cell(text, of[0].place)))
        if self.tasks and not nameless and not self.layout.role(name.text):
            text = "、".join(one_line(cell.text) for cell in filled)
            self.header_fields.append(HeaderField("task", one_line((self.heading or name).text), Cell(text, filled[0].place)))
        else:
            self._line(name, cells, wrong, nameless=nameless)
        return True

    def _settle_cells(self, row: Row, columns: Columns, name: TableCell, cells: dict[str, Cell], wrong: str) -> None:
        """What a cell of a line says of another: a change of the budget, one amount in a cell over budget and executed."""
        if change := cells.pop("change", None):
            if "budget" in columns.names:
                self.header_fields.append(HeaderField("", f"{one_line(name.text)}·{self._called('change')}", change))
            else:
                cells["budget"] = change
                self.changes.append(is_changed(change, cells))
        shared = self._shared(row, columns)
        if shared is not None and "budget" in cells and not wrong:
            cells["executed"] = replace(cells["budget"], place=shared.place)
            self.doubts.append(Doubt("amount_shared", one_line(name.text), cells["budget"].text, cells["budget"].place))

    def _without_brackets(self, row: Row, columns: Columns) -> Columns:
        """The columns for rows that have no cell where the header row goes on with its heading in brackets."""
        if self.brackets and len(row) == columns.width - self.brackets:
            fields = tuple((index - self.brackets, name) for index, name in columns.fields)
            columns = self.columns = replace(columns, fields=fields, width=len(row))
            self.brackets = 0
        return columns

    def _line(self, name: TableCell, cells: dict[str, Any], wrong: str, *, nameless: bool) -> None:
        role, kind = ("", "") if nameless else self.layout.role(name.text) or ("", "")
        unit = named(name, self.layout.money_unit, "unit")
        if kind:
            self.kinds.append(kind)
        if wrong:
            self.doubts.append(Doubt("unread_row", one_line(name.text), one_line(name.text), name.place, readings=wrong))
        self.lines.append(BudgetLine(one_line(name.text), role, name.place, unit.text if unit else "", **cells))

    def _guessed_name(self, name: TableCell) -> str:
        """Why what stands in a row is not certain, if what its name stands for was guessed and nobody has confirmed it."""
        label = self.layout.rows.find(name.text)
        if label is None or not label.unconfirmed:
            return ""
        add_guess(self.doubts, guess_of(label, name, self.layout.rows))
        return why(label, name.text, self.layout.rows)

    def _cell(self, cells: Sequence[TableCell], wrong: str, unsure: str = "") -> Cell:
        """What stands in a column: of several amounts the first where it is what the others add up to, else a doubt."""
        first = cell_of(cells[0])
        if len(cells) > 1:
            numbers = [read_decimal(cell.text) for cell in cells]
            whole, *rest = numbers
            added = sum((number for number in rest if number is not None), Decimal(0))
            if None in numbers or whole != added:
                return replace(first, doubt=f"同一栏下有几格：{'、'.join(cell.text for cell in cells)}")
        return replace(first, doubt=first.doubt or wrong or unsure) if first else first

    def _called(self, key: str) -> str:
        """What the column of a field is usually called."""
        return next(label.texts[0] for label in self.layout.columns.items if label.key == key)

    def _shared(self, row: Row, columns: Columns) -> TableCell | None:
        """The cell of the executed amount where it is one with that of the budget, merged across both."""
        places = {name: index for index, name in columns.fields}
        budget, executed = places.get("budget", -1), places.get("executed", -1)
        if executed != budget + 1 or budget < 0 or executed >= len(row):
            return None
        cell = row[executed]
        return cell if cell.across and not cell and row[budget] else None

    def _amounts_in_labels(self, filled: Sequence[TableCell]) -> bool:
        """Keep a row whose cells hold label and amount both (按收入性质分：2456.18): they say what the total consists of."""
        found = [(cell, line_fields(cell.text.replace("\n", " "), lambda text: False)) for cell in filled]
        worded = [(cell, fields) for cell, fields in found if not self.layout.heading.find(cell.text)]
        if not worded or not all(fields for _, fields in worded) or not any(f.value for _, fields in worded for f in fields):
            return False
        amounts = [item.value for _, fields in worded for item in fields if item.value]
        if not all(_MONEY.fullmatch("".join(value.split())) for value in amounts):
            return False
        if self.take_pairs([item for cell in worded for item in self._budget_fields(cell[0])]):
            return True
        for cell, fields in worded:
            self.header_fields += [HeaderField("budget_part", item.label, Cell(item.value, cell.place)) for item in fields]
        return True

    # labels with amounts beside them

    def _budget_fields(self, cell: TableCell) -> list[tuple[str, Cell]]:
        """The amounts a cell holds with their labels: 预算数：100 执行数：95."""
        out = []
        for item in line_fields(cell.text.replace("\n", " "), lambda text: self.layout.columns.find(text) is not None):
            label = self.layout.columns.find(item.label)
            if label:
                out.append((label.key, self._under(label, item.label, cell, Cell(item.value, cell.place))))
        return out

    def beside(self, row: Row) -> list[tuple[str, Cell]]:
        """The amounts of a row that stand beside or behind their labels; none if it is no such row."""
        filled = [cell for cell in row if cell]
        inside = [pair for cell in filled for pair in self._budget_fields(cell)]
        if len(inside) > 1 and {"budget", "executed"} & {key for key, _ in inside}:
            return inside
        out = []
        for cell, behind in zip(filled, [*filled[1:], None], strict=True):
            label = self.layout.columns.find(cell.text)
            if label and behind is not None and _is_amount(behind.text):
                out.append((label.key, self._under(label, cell.text, cell, cell_of(behind))))
        return out

    def _under(self, label: Label, text: str, at: TableCell, amount: Cell) -> Cell:
        """An amount that stands beside its label: not certain where what the label stands for was guessed."""
        if not label.unconfirmed:
            return amount
        add_guess(self.doubts, guess_of(label, at, self.layout.columns, text))
        return replace(amount, doubt=amount.doubt or why(label, text, self.layout.columns))

    def take_pairs(self, pairs: Sequence[tuple[str, Cell]]) -> bool:
        """Keep amounts that stand beside their labels; False where there are none, or a line has them already."""
        if not pairs or any(line.role == "total" for line in self.lines):
            return False
        for key, cell in pairs:
            self.pairs.setdefault(key, cell)
        return True

    def _odd(self, cells: Sequence[TableCell], why: str) -> None:
        text = "、".join(shown(cell.text) for cell in cells)
        self.doubts.append(Doubt("label_unknown", text, text, cells[0].place, readings=why))
        self.header_fields.append(HeaderField("", "", Cell(text, cells[0].place)))

    # the end

    def finish(self) -> tuple[BudgetLine, ...]:
        """The lines, with the block's money unit, and its weight at the total."""
        self._settle_total()
        lines = [line for line in self.lines if line.role]
        if self.changes and not any(self.changes):
            lines = in_doubt(lines, self._called("change"))
        return tuple(
            replace(
                line,
                money_unit=line.money_unit or self.money_unit,
                weight=line.weight or (self.weight if line.role == "total" else None),
            )
            for line in lines
        )

    def _settle_total(self) -> None:
        """Which line is the total where none is called so: the one that adds up the block, or the only one there is."""
        if self.pairs and not any(line.role == "total" for line in self.lines):
            amount = next((self.pairs[key] for key in AMOUNTS if key in self.pairs), next(iter(self.pairs.values())))
            fields: dict[str, Any] = dict(self.pairs)
            self.lines.insert(0, BudgetLine(self.layout.rows.items[0].texts[0], "total", amount.place, "", **fields))
        totals = [line for line in self.lines if line.role == "total"]
        unknown = [line for line in self.lines if not line.role]
        sums = [line for line in self.lines if line.role == _SUM]
        if not totals:
            taken = sums[0] if len(sums) == 1 else unknown[0] if len(self.lines) == 1 and unknown and not self.unnamed else None
            if taken is not None:
                at = self.lines.index(taken)
                self.lines[at] = replace(taken, role="total")
                self.doubts.append(Doubt("budget_taken", taken.name, taken.name, taken.place, taken=self.layout.total))
        for line in [line for line in self.lines if line.role in ("", _SUM)]:
            amounts = "、".join(cell.text for name in AMOUNTS if (cell := getattr(line, name)))
            self.header_fields.append(HeaderField("", line.name, Cell(amounts, line.place)))
            if not line.role:
                self.doubts.append(
                    Doubt("label_unknown", line.name, f"{line.name}、{amounts}" if amounts else line.name, line.place)
                )
        self.lines[:] = [line for line in self.lines if line.role not in ("", _SUM)]


def _is_amount(text: str) -> bool:
    plain = "".join(text.split())
    return read_decimal(plain.removesuffix("%")) is not None or _MONEY.fullmatch(plain) is not None
