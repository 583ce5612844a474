"""The rows at the end of a form: total, grade, analysis, remedies, notes. Text may run on in the rows below its label."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from engine.documents.model import Row, TableCell
from engine.forms.check_boxes import chosen
from engine.forms.columns import OTHER, Columns, cell_of, closing_values, one_line, points_of
from engine.forms.labels import Label
from engine.forms.model import Layout
from engine.forms.unconfirmed import add_guess, guess_of, why
from engine.submission.model import Cell, Doubt, HeaderField
from engine.values.numerals import read_decimal

Filled = Sequence[tuple[int, TableCell]]
_PAIR = 2
"""Weight and score of the whole form."""
_TURNED = "总分一行的两个数，后一个比前一个大，不能确定哪个是得分"
_TEXTS = ("analysis", "remedies")
"""Fields that hold running text, of several cells and rows."""


def _is_turned(whole: TableCell, numbers: Sequence[TableCell], row: Row, columns: Columns | None) -> bool:
    """Whether another number of the row is more than the points of the whole form, and no column tells which is which."""
    if columns is not None and len(row) == columns.width:
        index = next(index for index, cell in enumerate(row) if cell is whole)
        if columns.field_at(index) == "weight":
            return False
    return any((points_of(cell) or 0) > (points_of(whole) or 0) for cell in numbers)


_LABELLED = re.compile(r"[（(]([^（()）]{1,12})[)）]\s*[:：]?\s*(\S.{0,10})")
"""A word in brackets, and what stands behind it."""


@dataclass(frozen=True, slots=True)
class ClosingRows:
    """Reads closing rows into the form's content: `cells` by field, `notes`, and `header` for what is neither."""

    layout: Layout
    doubts: list[Doubt]
    cells: dict[str, Cell]
    notes: list[Cell]
    header: list[HeaderField]
    printed: dict[str, str] = field(default_factory=dict)
    """What the form calls each of the fields."""
    unsure: dict[str, str] = field(default_factory=dict)
    """Fields whose label was guessed and nobody has confirmed, each with the reason why it is not certain."""

    def begins(self, cell: TableCell) -> bool:
        """Whether a row that begins with this cell is a closing row."""
        return self.label(cell) is not None

    def label(self, cell: TableCell) -> Label | None:
        """The closing label a cell is, or begins with."""
        labels = self.layout.closing
        found, beside = labels.find(cell.text), labels.find_before_colon(cell.text)
        return found or (beside[0] if beside else None)

    def has_slip(self, filled: Filled) -> bool:
        """Whether one of the cells is a closing label but for one character (a single character is none)."""
        return any(len(cell.text) > 1 and self.layout.closing.misspelt(cell.text) for _, cell in filled)

    def read(self, row: Row, filled: Filled, columns: Columns | None) -> str:
        """Take a row's fields; the field that was begun last, for text that runs on. `columns` are those of the indicators."""
        label: Label | None = None
        numbers = [cell for _, cell in filled[1:] if points_of(cell) is not None]
        under = closing_values(row, columns, ("weight", "score"))
        # 总分, 100, 96.5: the first of two is no score; nor is one under the weights where the form has scores beside them
        whole = under.get("weight") if self._is_whole(under, row, columns) else None
        if whole is None and not under and len(numbers) == _PAIR:
            whole = numbers[0]
        turned = _TURNED if whole and _is_turned(whole, numbers, row, columns) else ""
        self._begin_anew(filled, whole)
        for _, cell in filled:
            found, beside = self.layout.closing.find(cell.text), self.layout.closing.find_before_colon(cell.text)
            if found or beside:
                label = found or (beside[0] if beside else None)
                assert label is not None
                if not self._begin(label, cell, beside[1] if beside and not found else ""):
                    break
            elif label and label.key == "total" and cell is whole:
                self.header.append(HeaderField("total_weight", label.texts[0], cell_of(cell)))
            elif label and label.key == "total" and (other := self._other_column(cell, row, columns)) and "score" in under:
                self.header.append(HeaderField("", f"{label.texts[0]}（{other}）", cell_of(cell)))
            elif label:
                self._add(label, replace(cell_of(cell), doubt=cell.doubt or turned) if cell in numbers else cell_of(cell))
        return label.key if label else ""

    def _begin_anew(self, filled: Filled, whole: TableCell | None) -> None:
        """Where a total of more points follows (总计 90, then 自评总得分 100), the one before it adds up a part only."""
        label = self.label(filled[0][1])
        before = next((item for item in self.header if item.key == "total_weight"), None)
        points = points_of(whole) if whole else None
        of_part = read_decimal(before.value.text.removesuffix("分")) if before else None
        if label is None or label.key != "total" or before is None or points is None or of_part is None or points <= of_part:
            return
        named = self.printed.get("total", before.label)
        self.header[self.header.index(before)] = replace(before, key="subtotal", label=f"{named}（分值）")
        self.header.append(HeaderField("subtotal", f"{named}（得分）", self.cells.pop("total", Cell("", before.value.place))))

    def _is_whole(self, under: Mapping[str, TableCell], row: Row, columns: Columns | None) -> bool:
        """Whether what stands under the weights is the points of the whole form: the score stands beside it, or has a column of
        its own that is empty."""
        return len(under) == _PAIR or (columns is not None and "score" in columns.names and len(row) == columns.width)

    def _other_column(self, cell: TableCell, row: Row, columns: Columns | None) -> str:
        """The label of the column, no field of the form, that a cell of a row as wide as the header stands under."""
        if columns is None or len(row) != columns.width:
            return ""
        name = columns.field_at(next(index for index, other in enumerate(row) if other is cell))
        return name.removeprefix(OTHER) if name.startswith(OTHER) else ""

    def run_on(self, key: str, filled: Filled) -> None:
        """Text that runs on in a row below its label."""
        label = next(item for item in self.layout.closing.items if item.key == key)
        for _, cell in filled:
            self._add(label, cell_of(cell))

    def settle(self) -> None:
        """Prose where a grade is expected is no grade: it stays as it is, without a key."""
        for key, reason in self.unsure.items():
            if self.cells.get(key):
                self.cells[key] = replace(self.cells[key], doubt=self.cells[key].doubt or reason)
        grade = self.cells.get("grade")
        if grade and not self.is_grade(grade.text):
            self.header.append(HeaderField("conclusion", self.printed.get("grade", ""), grade))
            del self.cells["grade"]

    def is_grade(self, text: str) -> bool:
        """Whether a text is a grade, ticked among others or alone."""
        return not self.layout.grades.items or self.layout.grades.find(chosen(text)) is not None

    def _grade_in(self, cell: Cell) -> Cell | None:
        """The grade in a cell beside the total: alone, or behind its own label in brackets (（自评等级）优)."""
        if self.is_grade(cell.text):
            return cell
        found = _LABELLED.fullmatch(cell.text.strip())
        label = self.layout.closing.find(found[1]) if found else None
        named = found is not None and label is not None and label.key == "grade" and self.is_grade(found[2])
        return Cell(found[2].strip(), cell.place) if found and named else None

    def _begin(self, label: Label, cell: TableCell, value: str) -> bool:
        """Begin a closing field; False if the form has it already: the first counts, and the other is told."""
        if label.key == "notes":
            self.notes.extend([Cell(value, cell.place)] if value else [])
            return True
        if label.key in self.cells and (self.cells[label.key] or label.key not in ("total", "grade")):
            self.doubts.append(Doubt("label_unknown", label.texts[0], cell.text, cell.place, readings="前面已有一处"))
            return label.key in _TEXTS
        self.cells[label.key] = Cell(value, cell.place)
        if label.unconfirmed:
            said = cell.text if not value else cell.text[: cell.text.find(value)].rstrip(" :：\n")
            add_guess(self.doubts, guess_of(label, cell, self.layout.closing, said))
            self.unsure[label.key] = why(label, said, self.layout.closing)
        self.printed[label.key] = one_line(cell.text if not value else cell.text[: cell.text.find(value)].rstrip(" :：\n"))
        return True

    def _add(self, label: Label, cell: Cell) -> None:
        if label.key == "notes":
            self.notes.append(cell)
            return
        old = self.cells[label.key]
        if not old:
            self.cells[label.key] = cell
        elif label.key in _TEXTS:
            self.cells[label.key] = Cell(f"{old.text}\n{cell.text}", old.place)
        elif label.key == "total" and "grade" not in self.cells and (grade := self._grade_in(cell)):
            self.cells["grade"] = grade
        elif label.key == "grade":
            self.cells[label.key] = Cell(f"{old.text} {cell.text}", old.place)
        else:
            self.header.append(HeaderField("", label.texts[0], cell))
            self.doubts.append(
                Doubt("label_unknown", label.texts[0], cell.text, cell.place, readings=f"“{label.texts[0]}”后不止一格")
            )
