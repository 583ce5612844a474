"""Which layouts there are: of policies, and by themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.errors import PolicyError, Problem
from engine.policy.form_files import form_of
from engine.policy.heads import elders_first, heads
from engine.policy.library import Library


@dataclass(frozen=True, slots=True)
class ListedLayout:
    """A layout that forms are told by. `open`: guesses in it that nobody has confirmed; `policies`: those whose forms are so."""

    id: str
    title: str
    marks: int
    at_least: int
    open: int
    policies: tuple[str, ...]


def listed(where: Library) -> tuple[list[ListedLayout], list[Problem]]:
    """Every layout: packs with marks of their own, and each policy whose form is not that of another; what cannot be read."""
    found, problems = heads(where)
    made: list[ListedLayout] = []
    seen: list[tuple[Mapping[str, Any], int]] = []
    for head in sorted(elders_first(found), key=lambda head: head.status != "pack"):
        if head.status == "retired":
            continue
        try:
            form = form_of(head.id, where)
        except PolicyError as error:
            problems += error.problems
            continue
        marks = form.get("marks", {})
        if not form or (head.status == "pack" and not marks):
            continue
        own = (head.id,) if head.status != "pack" else ()
        at = next((n for known, n in seen if known == form), None)
        if at is not None:
            before = made[at]
            made[at] = ListedLayout(before.id, before.title, before.marks, before.at_least, before.open, (*before.policies, *own))
            continue
        seen.append((form, len(made)))
        made.append(ListedLayout(head.id, head.title, len(marks.get("of", ())), marks.get("at_least", 0), _open(form), own))
    return made, list(dict.fromkeys(problems))


def _open(node: Any) -> int:  # Any: a part of a layout as written
    """How many entries of a layout nobody has confirmed."""
    if isinstance(node, Mapping):
        return bool(node.get("unconfirmed")) + sum(map(_open, node.values()))
    return sum(map(_open, node)) if isinstance(node, list) else 0
