"""What one form has to say of an indicator that is rolled up: numbers with units, exact where it was rolled up before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

from engine.policy.rollup import CODES
from engine.rollup.model import Entry, Obstacle, exact, grouped, number
from engine.values.model import Value

Part = tuple[str, str, Fraction]
"""Label, unit and number of a component of a value."""


def kind(entry: Entry) -> str:
    """What the actual of one form is for rolling up."""
    known, rolled = entry.known, entry.rolled
    if rolled and rolled.refused:
        return "missing"
    if rolled and rolled.score:
        return "words"
    if rolled and rolled.numbers and all(n.actual for n in rolled.numbers):
        return "numbers"
    if known.nature in ("not_applicable", "deadline", "qualitative"):
        return {"not_applicable": "not_applicable", "deadline": "deadline", "qualitative": "words"}[known.nature]
    if known.actual.kind == "range":
        return "range"
    numeric = known.actual.kind in ("number", "composite") and known.target.kind not in ("text", "deadline")
    return "numbers" if numeric else "missing"


def actual(entry: Entry) -> list[Part]:
    """(label, unit, number) of each component of the actual, exact where it was rolled up before."""
    if entry.rolled and entry.rolled.numbers and all(n.actual for n in entry.rolled.numbers):
        return [(n.label, n.unit, number(n.actual)) for n in entry.rolled.numbers]
    bare = _unit_beside(entry.known.target)
    return [(q.label, q.unit or bare, Fraction(q.number)) for q in entry.known.actual.quantities]


def target(entry: Entry) -> list[Part]:
    """The same of the target; nothing for a range or words, which do not add up."""
    if entry.rolled and entry.rolled.numbers:
        return [(n.label, n.unit, number(n.target)) for n in entry.rolled.numbers if n.target]
    if entry.known.target.kind not in ("number", "composite"):
        return []
    bare = _unit_beside(entry.known.actual)
    return [(q.label, q.unit or bare, Fraction(q.number)) for q in entry.known.target.quantities]


def _unit_beside(value: Value) -> str:
    """The unit a bare number on the other side of the form has: 292 beside 200人 is 292人."""
    units = {quantity.unit for quantity in value.quantities}
    return units.pop() if len(units) == 1 else ""


def by_label(numbers: list[Part], labels: tuple[str, ...]) -> list[Part]:
    if len(labels) == 1:
        return [(labels[0], unit, value) for _, unit, value in numbers]
    return sorted(numbers, key=lambda item: labels.index(item[0]))


def aligned(numbers: list[Part], labels: tuple[str, ...]) -> list[Part] | None:
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


def mean(values: Sequence[Fraction], weights: Sequence[Fraction]) -> Fraction:
    return sum((v * w for v, w in zip(values, weights, strict=True)), Fraction(0)) / sum(weights, Fraction(0))


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
