"""The facts of a submission with where each came from: a form, a place, the cells and the words in a text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.errors import Place
from engine.language.model import Fact
from engine.submission.model import Cell


@dataclass(frozen=True, slots=True)
class TextSpan:
    """A value as it stands in a running text."""

    text: str
    start: int
    place: Place


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact came from: its form, what officers call it, its place, and the place and text of single fields."""

    form: str
    subject: str
    place: Place
    cells: Mapping[str, Cell] = field(default_factory=dict)
    spans: Mapping[str, TextSpan] = field(default_factory=dict)
    """Where in a running text the values of single fields stand."""


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of one submission and, by fact id, where each came from. `notes` say what could not be done in full."""

    facts: tuple[Fact, ...]
    sources: Mapping[str, Source]
    forms: tuple[str, ...]
    """What the forms are called, in their order."""
    notes: tuple[str, ...] = ()


def present(cells: Mapping[str, Cell | None]) -> dict[str, Cell]:
    """The cells that are there."""
    return {name: cell for name, cell in cells.items() if cell is not None}
