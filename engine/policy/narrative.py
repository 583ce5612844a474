"""How a report is drafted and a filed one revised, as the policy says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class NarrativeSection:
    """A section of the report: its template, and the sections of a filed report that it stands for."""

    id: str
    template: str
    filed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FollowedCell:
    """A figure that a report states and that follows from a cell of its form: the statement and its group, where the draft has the
    value (`total.value`), and the field that a finding corrects."""

    statement: str
    group: str
    value: str
    field: str


@dataclass(frozen=True, slots=True)
class Praise:
    """What a filed report says well of itself, and the figures that speak against it. In wordings `…` is what may stand between."""

    said: tuple[str, ...]
    about: tuple[str, ...]
    """Words of which the sentence has one; none: any sentence."""
    apart: tuple[str, ...]
    """Words before it in the sentence with which it says something else (除……外，其余全部完成)."""
    unmet: bool
    """Whether any indicator that was not completed speaks against it."""
    completion: Decimal | None
    """Per cent of indicators completed below which it is doubtful."""
    execution: Decimal | None
    """Per cent of the budget executed below which it is."""
    grades: tuple[str, ...]
    """Grades with which it is."""
    basis: str


@dataclass(frozen=True, slots=True)
class Revision:
    """How a filed report is revised: what is said beside a change, what the files are called, which figures follow from cells, and
    which praise is held against the figures."""

    notes: Mapping[str, str]
    names: Mapping[str, str]
    follows: tuple[FollowedCell, ...]
    praise: tuple[Praise, ...] = ()


@dataclass(frozen=True, slots=True)
class Narrative:
    """How a report is drafted: its sections in order, and the wording its templates use."""

    sections: tuple[NarrativeSection, ...]
    categories: tuple[str, ...] | None
    """The categories that a report tells, but for rules that say otherwise (`told_in`). None: all."""
    phrases: Mapping[str, Any]
    """Data for the templates, named as they name it."""
    similar: int | None
    """From 0 to 100: how alike two sentences must be to say the same."""
    word: str
    page: str
    """The templates of the Word file and of the page; empty for the shipped ones."""
    revision: Revision | None = None
    """How a filed report is revised; None where a draft is always written anew."""
    amendments: str = ""
    """The template of the list of corrections as a Word file; empty for the shipped one."""
