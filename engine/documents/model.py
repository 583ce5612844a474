"""A document as blocks: paragraphs and tables in the order they stand, each with its place.

Every reader (text, Word, Excel, PDF) ends here, and everything that knows about forms begins here. A reader knows
nothing of labels; it says only what stood where.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.errors import Place


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A line of running text. `gap` says that an empty line or paragraph stood before it."""

    text: str
    place: Place
    gap: bool = False


@dataclass(frozen=True, slots=True)
class TableCell:
    """A cell of the grid, outer white space dropped; a line break inside a cell is `\\n`.

    `merged`: True for the continuation of a merged cell (its text is empty), False for a cell known to stand alone,
    None where the reader cannot tell an empty cell from a continuation.
    """

    text: str
    place: Place
    merged: bool | None = None
    across: bool = False
    """Whether it goes on with the cell on its left, in the same row."""
    doubt: str = ""
    """Why its text is not certain to be what was meant (Chinese): an error value, a formula without its result."""

    def __bool__(self) -> bool:
        return bool(self.text)


Row = tuple[TableCell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells. A merged cell keeps its position in the grid: its text first, empty cells after it."""

    rows: tuple[Row, ...]
    place: Place


Block = Paragraph | Table


@dataclass(frozen=True, slots=True)
class Told:
    """Something people looking at the file do not see, or see and the reader does not; the policy's rules say it to the officer.

    `key`: `hidden_sheet` (left out; `text` is its name), `hidden_cells` (read; which rows and columns), `hidden_text` and
    `deleted_text` (left out; what it says), `deleted_rows` (left out; how many), `page_left_out` (left out: a scan; which pages and
    why), `aslant_text` (left out: a watermark; what it says), `torn_row` (read; the text of a cell at a page's top that may be the
    rest of one on the page before, or a cell of its own), `comment`, `footnote`, `page_header` (left out: what stands beside the
    text of a Word file), `unread_part` (left out: a sheet that is damaged, missing or there twice; which and why), `part_damaged`
    (what else of the file is damaged or does not agree with itself, though what was read could be read).
    """

    key: str
    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Document:
    """The blocks of one file, and what its reader has to tell about them."""

    blocks: tuple[Block, ...]
    file: str = ""
    told: tuple[Told, ...] = ()

    def paragraphs(self) -> Iterator[Paragraph]:
        return (block for block in self.blocks if isinstance(block, Paragraph))

    def tables(self) -> Iterator[Table]:
        return (block for block in self.blocks if isinstance(block, Table))
