"""One change at a time: the policy in force with a single item taken from the new one, to see what that item does by itself.

An item is what a policy replaces as one: a parameter, a table, the grades, a rule, a word list. What only people read is no item.
Sources and parameters that only the new policy has are laid under every candidate: they do nothing until something refers to them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.changes.diff.compare import Change, PolicyDifference, difference
from engine.changes.diff.data import sentence
from engine.errors import PolicyError
from engine.policy.build import build
from engine.policy.items import items
from engine.policy.model import Policy
from engine.policy.resolved import Resolved

EFFECTIVE = ("scores", "findings", "reading")
"""Effects of a change that forms can show."""
MOST_PARTS = 40
"""Changed items run one by one; what is changed beyond that is seen together only."""


@dataclass(frozen=True, slots=True)
class ChangedItem:
    """A changed item: the sentences of `policy diff` about it, and the policy with it alone; None, with the reason, where it does
    not stand alone."""

    texts: tuple[str, ...]
    policy: Policy | None
    reason: str = ""


def parts(before: Resolved, after: Resolved) -> list[ChangedItem]:
    """The changed items of B against A that forms can show, each by itself on A, in the order of `policy diff`."""
    found: PolicyDifference = difference(before, after)
    units: dict[tuple[str, ...], list[Change]] = {}
    where = _units(before) | _units(after)
    for change in found.changes:
        if change.effect in EFFECTIVE and change.kind != "renamed":
            unit = where.get((change.group, change.item)) or where.get((change.group.partition(".")[0], change.item))
            if unit is not None:
                units.setdefault(unit, []).append(change)
    return [_part(unit, changes, before, after, n < MOST_PARTS) for n, (unit, changes) in enumerate(units.items())]


def _units(resolved: Resolved) -> dict[tuple[str, str], tuple[str, ...]]:
    """By group and id of an item: the section, and the key in it, that is replaced as one."""
    out: dict[tuple[str, str], tuple[str, ...]] = {}
    for item in items(resolved):
        section = str(item.path[0])
        whole = not isinstance(resolved.sections.get(section), Mapping)
        out[item.key] = (section,) if whole or len(item.path) < 2 else (section, str(item.path[1]))
    return out


def _part(unit: tuple[str, ...], changes: list[Change], before: Resolved, after: Resolved, wanted: bool) -> ChangedItem:
    texts = tuple(dict.fromkeys(sentence(change) for change in changes))
    if not wanted:
        return ChangedItem(texts, None, f"改动超过 {MOST_PARTS} 项，没有逐项再算")
    try:
        return ChangedItem(texts, build(_with(unit, before, after)))
    except PolicyError as error:
        return ChangedItem(texts, None, f"单独改这一项不成立：{error.problems[0].message}")


def _with(unit: tuple[str, ...], before: Resolved, after: Resolved) -> Resolved:
    """A with one unit as it is in B."""
    sections: dict[str, Any] = dict(before.sections)
    for section in ("sources", "parameters"):
        mine, theirs = before.sections.get(section, {}), after.sections.get(section, {})
        sections[section] = {**theirs, **mine}
    section = unit[0]
    if len(unit) == 1:
        sections[section] = after.sections[section]
    else:
        own = dict(sections.get(section, {}))
        theirs = after.sections.get(section, {})
        if unit[1] in theirs:
            own[unit[1]] = theirs[unit[1]]
        elif section != "parameters":  # one that nothing refers to does nothing
            own.pop(unit[1], None)
        sections[section] = own
    # it stands on nobody: what its parents held against what was laid over them was checked of A and of B
    return replace(before, sections=sections, origins={**after.origins, **before.origins}, parents=())
