"""What is to be done to a filed report, as data: changes, remarks and additions, each at a place of the record."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.errors import Place
from engine.reports.draft import Block

AUTHOR = "jixiao"
"""Whose the revisions and comments are: by that they are told from those that stood in the file before."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A stretch of a filed paragraph or cell: `text` is all of it as read, `start` and `end` are positions in that."""

    place: Place
    text: str
    start: int
    end: int

    @property
    def said(self) -> str:
        return self.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class TextChange:
    """What stands at a spot is wrong, and `right` is to stand there; `note` says why, a paragraph a line."""

    spot: Spot
    right: str
    note: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TextRemark:
    """Something to be said beside a spot, which stays as it is."""

    spot: Spot
    note: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RevisionTable:
    """A table that a draft names: its heads and rows."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class AddedBlock:
    """A drafted block to be added, and what is to be said beside it; `table` where the block is one."""

    block: Block
    note: tuple[str, ...] = ()
    table: RevisionTable | None = None


@dataclass(frozen=True, slots=True)
class Addition:
    """Blocks to be added behind the last of these places: the heading, paragraphs and rows of a filed section; where there is none,
    before the first section."""

    after: tuple[Place, ...]
    blocks: tuple[AddedBlock, ...]
    before: Place = field(default=Place())


@dataclass(frozen=True, slots=True)
class RevisionPlan:
    """All that is to be done to the report of one form."""

    changes: tuple[TextChange, ...] = ()
    remarks: tuple[TextRemark, ...] = ()
    additions: tuple[Addition, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.changes or self.remarks or self.additions)
