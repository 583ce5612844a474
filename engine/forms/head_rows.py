"""Rows of the form's head: labels with their values, labels nobody listed, and rows that have no place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.documents.model import Row, TableCell
from engine.forms.check_boxes import has_boxes
from engine.forms.closing_rows import ClosingRows
from engine.forms.columns import cell_of, label_like, label_pairs, one_line, unlisted_pairs
from engine.forms.content import TableContent
from engine.forms.line_fields import line_fields
from engine.forms.model import Layout
from engine.forms.unconfirmed import add_guess, guess_of
from engine.submission.model import Cell, Doubt, HeaderField

Filled = Sequence[tuple[int, TableCell]]


@dataclass(frozen=True, slots=True)
class HeadRows:
    """Keeps in `content` what rows of the head say."""

    layout: Layout
    content: TableContent
    closing: ClosingRows

    def read(self, row: Row, *, in_pairs: bool) -> None:
        """Fields above the budget block. Labels nobody listed are kept without a key; what looks like none is told.
        `in_pairs`: labels and values may stand in turn."""
        for label, beside, values in label_pairs(row, self.layout.header):
            more = values[1:] if label else values
            pairs = in_pairs and len(row) > 1 and not (label and len(more) % 2)
            pairs = pairs and not self.closing.has_slip(list(enumerate(more)))
            unlisted = unlisted_pairs(more, self.layout.header) if pairs else None
            if label:
                if label.kind and values:
                    self.content.kinds.append(label.kind)
                if label.unconfirmed:
                    add_guess(self.content.doubts, guess_of(label, beside[0], self.layout.header))
                value = cell_of(values[0]) if values else Cell("", beside[-1].place)
                if more and all(has_boxes(cell.text) for cell in values):  # choices in cells of their own
                    value, more, unlisted = replace(value, text=" ".join(cell.text for cell in values)), [], None
                self.content.header.append(HeaderField(label.key, beside[0].text, value))
            if unlisted is not None:
                self.keep([HeaderField("", name.text, value) for name, value in unlisted])
            elif more:
                name = beside[0].text if label else ""
                self._stray(more, name)

    def keep(self, fields: Sequence[HeaderField]) -> None:
        """Keep fields of a row; the form's total and grade may stand among them."""
        for item in fields:
            label = self.layout.closing.find(item.label)
            if label and label.key in ("total", "grade") and not self.content.cells.get(label.key):
                self.content.cells[label.key] = item.value
            else:
                self.content.header.append(item)

    def in_lines(self, filled: Filled, *, above: bool) -> list[HeaderField]:
        """The fields of a row whose cells hold label and value both (填表人：李某), `above` the budget or below the indicators."""
        cells = [cell for _, cell in filled]
        if not all(":" in cell.text or "：" in cell.text for cell in cells):
            return []
        closing = any(self.closing.begins(cell) or self.layout.goal_heading(cell.text) for cell in cells)
        if closing or (above and any(self.layout.budget.has(cell.text) for cell in cells)):
            return []
        found: list[HeaderField] = []
        for cell in cells:
            fields = line_fields(cell.text, lambda text: self.layout.header.find(text) is not None)
            unknown = [item.label for item in fields if not self.layout.header.find(item.label)]
            if not fields or any(map(self.layout.header.misspelt, unknown)):
                return []
            for item in fields:
                label = self.layout.header.find(item.label)
                found.append(HeaderField(label.key if label else "", item.label, Cell(item.value, cell.place)))
        return found

    def unknown(self, filled: Filled) -> None:
        """Keep a row that has no place: its first text as label, the others as what stands beside it."""
        first, rest = filled[0][1], [cell for _, cell in filled[1:]]
        text = "、".join(one_line(cell.text) for cell in rest)
        where = rest[0].place if rest else first.place
        self.content.header.append(HeaderField("", one_line(first.text) if rest else "", Cell(text or first.text, where)))
        said = "、".join(one_line(cell.text) for _, cell in filled)
        self.content.doubts.append(Doubt("label_unknown", one_line(first.text), said, replace(first.place, cell=first.place.cell)))

    def _stray(self, cells: Sequence[TableCell], name: str) -> None:
        """Cells that are neither labels nor the value of one."""
        text = "、".join(one_line(cell.text) for cell in cells)
        first = one_line(cells[0].text)
        if name or not label_like(cells[0].text) or len(cells) == 1:
            self.content.header.append(HeaderField("", name, Cell(text, cells[0].place)))
        else:
            rest = "、".join(one_line(cell.text) for cell in cells[1:])
            self.content.header.append(HeaderField("", first, Cell(rest, cells[1].place)))
        self.content.doubts.append(Doubt("label_unknown", name or first, text, cells[0].place))
