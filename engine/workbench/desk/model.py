"""A line of the desk's table, and the words for what came of a form."""

from __future__ import annotations

from dataclasses import dataclass

STATES = {
    "same": "一致",
    "differs": "得分不符",
    "review": "待人工判断",
    "unjudged": "没有适用的政策",
    "unread": "没读成",
}
"""What came of a form, and what it is called."""


@dataclass(frozen=True, slots=True)
class DeskLine:
    """A form, or a file that could not be read (`bundle` 0; `name` is the file's, `head` why)."""

    id: int
    bundle: int
    place: int
    """Which of the bundle's forms it is, from 0."""
    unit: str
    year: int
    kind: str
    name: str
    file: str
    own: str
    """Totals and grades as text; empty where there is none."""
    computed: str
    own_grade: str
    grade: str
    error: int
    """Problems that touch the form, by severity."""
    warning: int
    info: int
    head: str
    """The most pressing problem, or why the file could not be read."""
    state: str
    policy: str
    seen: bool = False
    """Whether the reviewer has put it aside as done."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines are asked for, and in what order."""

    text: str = ""
    state: str = ""
    severity: str = ""
    """At least one problem of it."""
    unit: str = ""
    seen: str = ""
    """`yes`, `no`, or both."""
    sort: str = "unit"
    down: bool = False
    offset: int = 0
    size: int = 100
