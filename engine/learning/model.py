"""What is seen on a form nobody described, and what is guessed of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from engine.documents.model import Paragraph, Row
from engine.errors import Place

COLUMNS = ("indicators", "columns")
BUDGET_COLUMNS = ("budget", "columns")
BUDGET_ROWS = ("budget", "rows")
HEADER = ("header",)
CLOSING = ("closing",)
GOALS = ("goals", "columns")
TITLES = ("titles",)
OTHER = ""
"""The field of a column that is none: it is kept as it is."""
KNOWN = 80
"""Points of a label the packs know: more than a word that is only similar, less than what all of a column's content says."""


@dataclass(frozen=True, slots=True)
class SeenColumn:
    """A column as it stands: its heading and the cells of each row under it, empty ones as empty texts."""

    index: int
    label: str
    place: Place
    cells: tuple[str, ...]

    @property
    def filled(self) -> tuple[str, ...]:
        return tuple(cell for cell in self.cells if cell)


@dataclass(frozen=True, slots=True)
class Sample:
    """One form of the unknown layout: its columns, and what stands around its indicators."""

    file: str
    columns: tuple[SeenColumn, ...]
    lines: tuple[Paragraph, ...]
    """Paragraphs above the table."""
    above: tuple[Row, ...]
    below: tuple[Row, ...]
    place: Place
    """Where the heading of its columns stands."""
    rows: int = 0
    """Rows of indicators, also those that were not looked at one by one."""

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(column.label for column in self.columns)


@dataclass(frozen=True, slots=True)
class Ground:
    """How much speaks for one meaning of a column, and what does, in Chinese. `settles`: nothing else can be meant."""

    points: int
    text: str
    settles: bool = False


@dataclass(frozen=True, slots=True)
class Guess:
    """What a heading or column is taken for. `field` is empty for one that is to be kept as it is."""

    part: tuple[str, ...]
    """Where the layout says it: `("indicators", "columns")`."""
    field: str
    label: str
    """As it stands on the form; of a title the wording made of it."""
    usual: str
    """What it is usually called: 实际完成值."""
    ground: str
    sure: bool
    """Whether known words, similar ones or the content leave no other meaning: then it is shown, not asked."""
    place: Place
    others: tuple[tuple[str, str], ...] = ()
    """What else it may be, likeliest first: field and usual name."""
    confirmed: bool = False
    extra: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """What else its entry in the layout says (kind and example of a title)."""


@dataclass(frozen=True, slots=True)
class ChoiceQuestion:
    """One question, with the answers it may have; the first is the likeliest."""

    text: str
    choices: tuple[str, ...]
