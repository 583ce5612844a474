"""What one form has to say of an indicator that is rolled up: numbers with units, exact where it was rolled up before."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from engine.policy.rollup import CODES
from engine.rollup.model import Entry, Obstacle, exact, grouped, number
from engine.values.model import Value
from engine.values.rounding import Rounding
from engine.values.vocabulary import Vocabulary

Part = tuple[str, str, Fraction]
"""Label, unit and number of a component of a value."""


@dataclass(frozen=True, slots=True)
class Said:
    """What one form says of an indicator: the kind of its actual, and the components of actual and target.

    `changed`: the record has exact numbers which its text no longer says, so that a hand changed it; the text counts.
    """

    kind: str
    actual: tuple[Part, ...] = ()
    target: tuple[Part, ...] = ()
    changed: bool = False
    bare: bool = False
    """Whether a number of the actual is printed without its unit."""


def said(entry: Entry, rounding: Rounding, words: Vocabulary) -> Said:
    """What the form of an entry says: by the exact numbers it was rolled up to, where its text still says them."""
    rolled = entry.rolled
    numbers = rolled.numbers if rolled and all(n.actual for n in rolled.numbers) else ()
    printed, wanted = _quantities(entry.known.actual, entry.known.target), _quantities(entry.known.target, entry.known.actual)
    kept = [(n.label, n.unit, number(n.actual)) for n in numbers]
    aims = [(n.label, n.unit, number(n.target)) for n in numbers if n.target]
    same = _still(kept, printed, entry.known.actual.raw, rounding, words)
    aimed = (
        not aims
        or entry.known.target.kind not in ("number", "composite")
        or _still(aims, wanted, entry.known.target.raw, rounding, words)
    )
    found = _kind(entry, bool(numbers) and same)
    if numbers and same and aimed:
        return Said(found, tuple(kept), tuple(aims) if numbers else tuple(wanted), bare=any(not n.unit for n in numbers))
    actual = printed if found == "numbers" else []
    bare = found == "numbers" and any(not q.unit for q in entry.known.actual.quantities)
    return Said(found, tuple(kept if numbers and same else actual), tuple(wanted), bool(numbers), bare)


def _still(exact_: Sequence[Part], printed: Sequence[Part], raw: str, rounding: Rounding, words: Vocabulary) -> bool:
    """Whether the text still says the exact numbers: each within what rounding takes, in the scale it is written in."""
    written = [Fraction(size) for word, size in words.scales.items() if re.search(rf"[0-9]\s*{re.escape(word)}", raw)]
    if len(exact_) != len(printed):
        return not printed and not exact_
    for (_, unit, value), (_, other, shown) in zip(exact_, printed, strict=True):
        half = Fraction(1, 2 * 10**rounding.places)
        if rounding.mode not in ("half_up", "half_even"):
            half *= 2
        scale = max([Fraction(1), *written])
        if unit != other or abs(value - shown) > half * scale:
            return False
    return True


def _kind(entry: Entry, exactly: bool) -> str:
    """What the actual of one form is for rolling up."""
    known, rolled = entry.known, entry.rolled
    if rolled and rolled.refused and not known.actual.raw.strip():
        return "missing"
    if rolled and rolled.score:
        return "words"
    if exactly:
        return "numbers"
    if known.nature in ("not_applicable", "deadline", "qualitative"):
        return {"not_applicable": "not_applicable", "deadline": "deadline", "qualitative": "words"}[known.nature]
    if known.actual.kind == "range":
        return "range"
    numeric = known.actual.kind in ("number", "composite") and known.target.kind not in ("text", "deadline")
    return "numbers" if numeric else "missing"


def _quantities(value: Value, beside: Value) -> list[Part]:
    """(label, unit, number) of each component of a value as printed; nothing for a range or words, which do not add up."""
    if value.kind not in ("number", "composite"):
        return []
    bare = _unit_beside(beside)
    return [(q.label, q.unit or bare, Fraction(q.number)) for q in value.quantities]


def _unit_beside(value: Value) -> str:
    """The unit a bare number on the other side of the form has: 292 beside 200人 is 292人."""
    units = {quantity.unit for quantity in value.quantities}
    return units.pop() if len(units) == 1 else ""


def by_label(numbers: Sequence[Part], labels: tuple[str, ...]) -> list[Part]:
    if len(labels) == 1:
        return [(labels[0], unit, value) for _, unit, value in numbers]
    return sorted(numbers, key=lambda item: labels.index(item[0]))


def aligned(numbers: Sequence[Part], labels: tuple[str, ...]) -> list[Part] | None:
    """The target's components in the order of the labels; one number for all components stays one; None if they do not fit."""
    if len(numbers) == 1:
        return [(labels[0] if len(labels) == 1 else "", numbers[0][1], numbers[0][2])]
    if len(numbers) == len(labels) and {label for label, _, _ in numbers} == set(labels):
        return sorted(numbers, key=lambda item: labels.index(item[0]))
    return None


def limits(entry: Entry, score: Fraction) -> tuple[Fraction, Fraction]:
    if entry.rolled and entry.rolled.low and entry.rolled.high:
        return number(entry.rolled.low), number(entry.rolled.high)
    return entry.score.limits or (score, score)


def last_day(entry: Entry, year: int) -> date:
    deadline = entry.known.actual.deadline
    return deadline.days(year)[1] if deadline else date.min


def actuals(entries: Sequence[Entry]) -> str:
    return grouped((e.known.actual.raw, e.child.label) for e in entries)


def targets(entries: Sequence[Entry]) -> str:
    return grouped((e.known.target.raw, e.child.label) for e in entries)


def weights(entries: Sequence[Entry]) -> str:
    return grouped(("" if e.weight is None else f"{exact(e.weight)}分", e.child.label) for e in entries)


def reason(obstacle: Obstacle) -> str:
    return CODES[obstacle.code] + (f"：{obstacle.details}" if obstacle.details else "")
