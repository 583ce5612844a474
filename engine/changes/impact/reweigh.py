"""Forms of the year before at the weights of the new policy: a form prints the weights of its own year, and a change of weights
shows on it only once these are put into the new proportions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from engine.policy.model import Policy
from engine.scoring.form import canonical_level1
from engine.submission.model import Cell, Form, Goal, Indicator, Submission
from engine.values.cells import number_of
from engine.values.rounding import rounded

PLACES = 2
"""Decimals of a weight; what rounding leaves goes to the largest remainders, so that each part adds up to its points."""


def reweighed(submission: Submission, before: Policy, after: Policy) -> Submission:
    """The submission with the weights its forms would have under B: execution as B has it, the indicators of each 一级指标 in their
    own proportions, adding up to B's points. A form whose parts have no points in one of the policies stays as it is."""
    return replace(submission, forms=tuple(_form(form, before, after) for form in submission.forms))


def _form(form: Form, before: Policy, after: Policy) -> Form:
    indicators = [item for goal in form.goals for item in goal.indicators]
    names = [canonical_level1(item.level1, before) for item in indicators]
    counts = Counter(names)
    old = before.scoring.weights.scheme(form.kind, counts).level1
    new = after.scoring.weights.scheme(form.kind, counts).level1
    moved = {name: points for name, points in new.items() if counts[name] and old.get(name) != points and old.get(name)}
    weights: dict[int, Decimal] = {}
    for name, points in moved.items():
        inside = [item for item, own in zip(indicators, names, strict=True) if own == name]
        weights |= _shared(inside, old[name], points)
    budget = tuple(
        replace(line, weight=_cell(line.weight, after.scoring.weights.execution)) if line.role == "total" and line.weight else line
        for line in form.budget
    )
    return replace(form, budget=budget, goals=tuple(_goal(goal, weights) for goal in form.goals))


def _shared(items: list[Indicator], old: Decimal, new: Decimal) -> dict[int, Decimal]:
    """New weights by identity, in proportion; none if a weight is missing or they are not the old points."""
    numbers = [number_of(item.weight) for item in items]
    known = [number for number in numbers if number is not None]
    if len(known) < len(items) or sum(known, Decimal(0)) != old:
        return {}
    unit = Fraction(1, 10**PLACES)
    exact = [Fraction(number) * Fraction(new) / Fraction(old) for number in known]
    cut = [value // unit for value in exact]
    left = int(Fraction(new) / unit) - sum(cut)
    order = sorted(range(len(items)), key=lambda n: (-(exact[n] / unit % 1), n))
    for n in order[:left]:
        cut[n] += 1
    return {id(item): rounded(Fraction(units) * unit, PLACES) for item, units in zip(items, cut, strict=True)}


def _goal(goal: Goal, weights: Mapping[int, Decimal]) -> Goal:
    rows = tuple(
        replace(item, weight=_cell(item.weight, weights[id(item)])) if id(item) in weights else item for item in goal.indicators
    )
    return replace(goal, indicators=rows)


def _cell(cell: Cell | None, value: Decimal) -> Cell | None:
    return None if cell is None else replace(cell, text=format(value.normalize(), "f"))
