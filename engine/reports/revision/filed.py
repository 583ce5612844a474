"""The filed record as a revision looks at it: what stands at a place, by the place as the result names it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from typing import Any

from engine.errors import Place
from engine.reports.revision.model import Spot
from engine.submission.model import Cell, Form, Section

_DEPTH = 8


def has_report(form: Form) -> bool:
    """Whether a report was filed with a form: a section that says something, whatever its heading is."""
    return any(section.paragraphs and (section.key or speaks(section)) for section in form.report)


def speaks(section: Section) -> bool:
    """Whether a section has a sentence, as what stands under a title (unit, date) has none."""
    return any("。" in paragraph.text for paragraph in section.paragraphs)


class FiledCells:
    """The cells and paragraphs of the forms of a bundle."""

    def __init__(self, forms: Iterable[Form]) -> None:
        self._cells: dict[str, dict[tuple[Place, str], None]] = {}
        for form in forms:
            for cell in _cells(form, _DEPTH):
                if cell.text:
                    self._cells.setdefault(str(cell.place), {})[cell.place, cell.text] = None

    def places(self) -> set[Place]:
        """Every place at which something stands."""
        return {place for cells in self._cells.values() for place, _ in cells}

    def whole(self, where: str) -> Spot | None:
        """All of the first text that stands at a place."""
        return next((Spot(place, text, 0, len(text)) for place, text in self._cells.get(where, ())), None)

    def holding(self, where: str, said: str) -> str:
        """The text at a place that says this; empty where none does."""
        return next((text for _, text in self._cells.get(where, ()) if said in text), "")

    def stretch(self, where: str, said: str, start: int) -> Spot | None:
        """The stretch at a place that begins with this letter and says this; None where nothing does."""
        for place, text in self._cells.get(where, ()):
            if said and text[start : start + len(said)] == said:
                return Spot(place, text, start, start + len(said))
        return None


def _cells(node: Any, depth: int) -> Iterator[Cell]:
    if isinstance(node, Cell):
        yield node
    elif depth and isinstance(node, tuple):
        for part in node:
            yield from _cells(part, depth - 1)
    elif depth and dataclasses.is_dataclass(node) and not isinstance(node, Place | type):
        if isinstance(node, Section):
            yield Cell(node.heading, node.place)
        for field in dataclasses.fields(node):
            yield from _cells(getattr(node, field.name), depth - 1)
