"""The rows at the end of a form: total, grade, analysis, remedies, notes. Text may run on in the rows below its label."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.documents.model import Row, TableCell
from engine.errors import Problem
from engine.forms.columns import Columns, cell_of, closing_values, unplaced
from engine.forms.labels import Label, Labels
from engine.submission.model import Cell, HeaderField

Filled = Sequence[tuple[int, TableCell]]


@dataclass(frozen=True, slots=True)
class ClosingRows:
    """Reads closing rows into the form's content: `cells` by field, `notes`, and `header` for what is neither."""

    labels: Labels
    problems: list[Problem]
    cells: dict[str, Cell]
    notes: list[Cell]
    header: list[HeaderField]

    def begins(self, cell: TableCell) -> bool:
        """Whether a row that begins with this cell is a closing row."""
        return bool(self.labels.find(cell.text) or self.labels.find_before_colon(cell.text))

    def has_slip(self, filled: Filled) -> bool:
        """Whether one of the cells is a closing label but for one character (a single character is none)."""
        return any(len(cell.text) > 1 and self.labels.misspelt(cell.text) for _, cell in filled)

    def read(self, row: Row, filled: Filled, columns: Columns | None) -> str:
        """Take a row's fields; the field that was begun last, for text that runs on. `columns` are those of the indicators."""
        label: Label | None = None
        under = closing_values(row, columns, ("weight", "score"))
        whole = under["weight"] if len(under) > 1 else None  # 总分, 100, 96.5: the first is no score
        for _, cell in filled:
            found, beside = self.labels.find(cell.text), self.labels.find_before_colon(cell.text)
            if found or beside:
                label = found or (beside[0] if beside else None)
                assert label is not None
                if not self._begin(label, cell, beside[1] if beside and not found else ""):
                    break
            elif label and label.key == "total" and cell is whole:
                self.header.append(HeaderField("total_weight", label.texts[0], cell_of(cell)))
            elif label:
                self._add(label, cell_of(cell))
        return label.key if label else ""

    def run_on(self, key: str, filled: Filled) -> None:
        """Text that runs on in a row below its label."""
        label = next(item for item in self.labels.items if item.key == key)
        for _, cell in filled:
            self._add(label, cell_of(cell))

    def _begin(self, label: Label, cell: TableCell, value: str) -> bool:
        """Begin a closing field; False, with a problem, if the form has it already."""
        if label.key == "notes":
            self.notes.extend([Cell(value, cell.place)] if value else [])
            return True
        if label.key in self.cells:
            first = self.cells[label.key].place
            message = f"“{label.texts[0]}”写了两次（前一处：{first}）"
            self.problems.append(Problem(cell.place, message, "只有一处", code="input.twice"))
            return False
        self.cells[label.key] = Cell(value, cell.place)
        return True

    def _add(self, label: Label, cell: Cell) -> None:
        if label.key == "notes":
            self.notes.append(cell)
            return
        old = self.cells[label.key]
        if old and label.key not in ("analysis", "remedies"):
            self.problems.append(unplaced(TableCell(cell.text, cell.place), f"“{label.texts[0]}”后只有一格"))
        else:
            self.cells[label.key] = Cell(f"{old.text}\n{cell.text}", old.place) if old else cell
