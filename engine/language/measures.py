"""Measures: counts, sums, shares, least and greatest values of facts, per form, goal, group or bundle.

Computed before the rules run and put on the fact they are per, as plain number fields. Grouping and aggregation over flat
records and nothing else, so that a database can compute the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from engine.errors import Place
from engine.language.conditions import Condition, holds
from engine.language.fields import SHARE, Field
from engine.language.model import Fact, Scalar

KEYS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "bundle": ((), ()),
    "form": (("form",), ("form",)),
    "goal": (("form", "number"), ("form", "goal")),
    "group": (("form", "goal", "level1", "level2"), ("form", "goal", "level1", "level2")),
}
"""Kind a measure is per -> the fields that name it on that kind, and on the facts that are counted."""


@dataclass(frozen=True, slots=True)
class Measure:
    """`take` is count, sum, share, min or max; `field` is what is summed or compared (empty: facts are counted)."""

    id: str
    title: str
    per: str
    of: str
    conditions: tuple[Condition, ...]
    among: tuple[Condition, ...]
    """What a share is a share of."""
    take: str
    field: str
    basis: str
    place: Place


def made_field(take: str, counted: Field | None, title: str) -> Field:
    """The number field a measure adds; `counted`: the field it sums or compares, None where facts are counted."""
    if take == "count":
        return Field("number", title, low=Decimal(0))
    if take == "share":
        return Field("number", title, unit=SHARE, low=Decimal(0), high=Decimal(1))
    if counted is None:
        return Field("number", title)
    if take == "sum":  # of what cannot be negative: nothing is known of how much it comes to
        return Field("number", title, unit=counted.unit, low=Decimal(0) if counted.low is not None and counted.low >= 0 else None)
    return Field("number", title, unit=counted.unit, low=counted.low, high=counted.high)


def measured(facts: Sequence[Fact], measures: Iterable[Measure]) -> list[Fact]:
    """The facts with every measure added to those it is per. A share of nothing, or a least of nothing, is absent."""
    extra: dict[str, dict[str, Scalar]] = {}
    kinds: dict[str, list[Fact]] = {}
    for fact in facts:
        kinds.setdefault(fact.kind, []).append(fact)
    for measure in measures:
        owner_key, member_key = KEYS[measure.per]
        every: dict[tuple[Scalar | None, ...], list[Decimal]] = {}
        chosen: dict[tuple[Scalar | None, ...], list[Decimal]] = {}
        for fact in kinds.get(measure.of, ()):
            if holds(measure.among, fact.fields):
                value = fact.fields.get(measure.field) if measure.field else Decimal(1)
                if not isinstance(value, Decimal):
                    continue  # a fact without the field does not count: what has no number has no sum
                key = tuple(fact.fields.get(name) for name in member_key)
                every.setdefault(key, []).append(value)
                if holds(measure.conditions, fact.fields):
                    chosen.setdefault(key, []).append(value)
        for fact in kinds.get(measure.per, ()):
            key = tuple(fact.fields.get(name) for name in owner_key)
            result = _take(measure.take, chosen.get(key, []), every.get(key, []))
            if result is not None:
                extra.setdefault(fact.id, {})[measure.id] = result
    return [replace(fact, fields={**fact.fields, **extra[fact.id]}) if fact.id in extra else fact for fact in facts]


def _take(take: str, chosen: list[Decimal], every: list[Decimal]) -> Decimal | None:
    match take:
        case "count":
            return Decimal(len(chosen))
        case "sum":
            return sum(chosen, Decimal(0))
        case "share":
            whole = sum(every, Decimal(0))
            if not whole:
                return None
            exact = Fraction(sum(chosen, Decimal(0))) / Fraction(whole)
            return Decimal(exact.numerator) / Decimal(exact.denominator)
    if not chosen:
        return None
    return min(chosen) if take == "min" else max(chosen)
