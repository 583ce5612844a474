"""Findings and problems, as data: what a rule found, what it rests on, and which findings are one problem."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from engine.errors import Place
from engine.language.causes import Cause


@dataclass(frozen=True, slots=True)
class Evidence:
    """One value a finding rests on: where it stands, the field's name and title, the value as filed or as computed."""

    place: Place
    field: str
    title: str
    value: str


@dataclass(frozen=True, slots=True)
class Stake:
    """What hangs on a finding or a problem: points of a form's total, money in 元, and the larger share of either in the whole."""

    points: Decimal | None = None
    money: Fraction | None = None
    share: Fraction = Fraction(0)
    """Of the form's full score, or of the budget: what problems are put in order by. 0 where nothing hangs on it."""


NOTHING = Stake()


@dataclass(frozen=True, slots=True)
class Bond:
    """What ties a finding to others of the same cause."""

    cause: Cause
    key: tuple[str, ...]
    """Findings of one cause with equal keys are one problem."""
    name: str
    """The key of the indicator's name it is about, the same on every form; empty where it is about no indicator."""
    forms: tuple[str, ...]
    """Every form it touches, its own first."""
    stake: Stake
    supersedes: frozenset[str] = frozenset()
    follows: str = ""
    """How it is told in a few words where it follows from another finding."""
    certain: bool = True
    size: Decimal | None = None
    """The number of which the largest of a problem is told."""


@dataclass(frozen=True, slots=True)
class Correction:
    """What stands somewhere and is wrong, and what should stand there."""

    place: Place
    field: str
    now: str
    right: str
    start: int | None = None
    """Where `now` begins in the paragraph or cell at the place; None for a value that is written nowhere as it is."""


@dataclass(frozen=True, slots=True)
class FoldedRow:
    """One of the rows that a finding on several rows of a form tells together: what it says of it by itself."""

    form: str
    subject: str
    message: str
    report: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule says of one match: the sentences for officers (Chinese), the clause it rests on (`basis`), the values it rests on
    with their places, and what should stand in place of a wrong one."""

    rule: str
    title: str
    category: str
    severity: str
    form: str
    subject: str
    message: str
    advice: str
    report: str
    """The finding as the body's own report would put it."""
    basis: str
    evidence: tuple[Evidence, ...]
    derived_by: tuple[str, ...]
    """Rules whose conclusions this finding rests on, first derived first."""
    bond: Bond
    correction: Correction | None = None
    """What should stand where something is wrong, where the rule knows it."""
    basis_title: str = ""
    """What the clause is called."""
    rows: tuple[FoldedRow, ...] = ()
    """What is told of each row where it is about several."""


@dataclass(frozen=True, slots=True)
class Concern:
    """One problem: findings that have one cause, told in one line."""

    title: str
    cause: str
    severity: str
    certain: bool
    stake: Stake
    weight: Fraction
    """The share at stake times what the policy says the cause matters: problems are in the order of it."""
    forms: tuple[str, ...]
    subjects: tuple[str, ...]
    findings: tuple[int, ...]
    """Indexes into the findings, the one that is told first; those that only follow from others last."""
    advice: str
    key: str
    """The same whatever else is edited and in whatever order files are named."""
    head: bool
    """Whether it is one of those told first."""
    follow: int = 0
    """How many of its findings only follow from others."""


State = Literal["hit", "clean", "not_applicable", "skipped"]


@dataclass(frozen=True, slots=True)
class RuleRun:
    """What came of one rule: `hit`, `clean`, `not_applicable` (there is nothing it looks at) or `skipped` (it could not run)."""

    id: str
    state: State
    hits: int
    reason: str = ""
    """Why it is not applicable, was skipped, or did not run in full (Chinese)."""
    more: int = 0
    """Of the hits, those that are not told one by one."""
    title: str = ""
    by_option: bool = False
    """Skipped because whoever ran the rules did not want it: nothing is missing from the result."""
    ms: str | None = None
    """Milliseconds it took, where that was asked for."""
