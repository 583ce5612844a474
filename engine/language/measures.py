"""Measures: counts, sums, shares, least and greatest values of facts, per form, goal, group or bundle.

Computed before the rules run and put on the fact they are per, as plain number fields. Grouping and aggregation over flat
records and nothing else, so that a database can compute the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from engine.errors import Place
from engine.language.conditions import Condition
from engine.language.fields import SHARE, Field
from engine.language.generated import Which
from engine.language.model import Fact, Scalar, Test

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
    measures = tuple(measures)
    kinds: dict[str, list[Fact]] = {}
    for fact in facts:
        kinds.setdefault(fact.kind, []).append(fact)
    taken = _taken(kinds, measures)
    extra: dict[str, dict[str, Scalar]] = {}
    owners: dict[str, list[tuple[Fact, Key]]] = {}
    for n, measure in enumerate(measures):
        if measure.per not in owners:
            names = KEYS[measure.per][0]
            owners[measure.per] = [(fact, _key(fact, names)) for fact in kinds.get(measure.per, [])]
        chosen, every = taken.get((n, False), _NONE), taken.get((n, True), _NONE)
        for fact, key in owners[measure.per]:
            result = _take(measure.take, chosen.get(key, []), every.get(key, []))
            if result is not None:
                extra.setdefault(fact.id, {})[measure.id] = result
    return [Fact(fact.id, fact.kind, {**fact.fields, **extra[fact.id]}) if fact.id in extra else fact for fact in facts]


def _taken(kinds: Mapping[str, list[Fact]], measures: tuple[Measure, ...]) -> dict[tuple[int, bool], dict[Key, list[Decimal]]]:
    """What each measure takes, and what a share is a share of (True), by what it is grouped by: each fact is looked at once."""
    out: dict[tuple[int, bool], dict[Key, list[Decimal]]] = {}
    for kind, (asked, which) in _asked(Many(measures)).items():
        for fact in kinds.get(kind, []):
            keys: dict[str, Key] = {}
            for number in which.each(fact.fields):
                measure = measures[asked[number][0]]
                value = fact.fields.get(measure.field) if measure.field else _ONE
                if not isinstance(value, Decimal):
                    continue  # a fact without the field does not count: what has no number has no sum
                if measure.per not in keys:
                    keys[measure.per] = _key(fact, KEYS[measure.per][1])
                out.setdefault(asked[number], {}).setdefault(keys[measure.per], []).append(value)
    return out


def _key(fact: Fact, names: tuple[str, ...]) -> Key:
    return tuple([fact.fields.get(name) for name in names])


class Many:
    """Measures, equal to themselves only."""

    __slots__ = ("measures",)

    def __init__(self, measures: tuple[Measure, ...]) -> None:
        self.measures = measures

    def __hash__(self) -> int:
        return hash(tuple(map(id, self.measures)))

    def __eq__(self, other: object) -> bool:
        mine = self.measures
        return (
            isinstance(other, Many)
            and len(mine) == len(other.measures)
            and all(one is same for one, same in zip(mine, other.measures, strict=True))
        )


@lru_cache(maxsize=64)
def _asked(of: Many) -> Mapping[str, tuple[tuple[tuple[int, bool], ...], Which]]:
    """By kind of fact: what is asked of it (the number of a measure, and whether it is what a share is a share of), and what tells
    which of that holds."""
    lists: dict[str, list[tuple[tuple[int, bool], tuple[Test, ...]]]] = {}
    for n, measure in enumerate(of.measures):
        among, own = ([condition.test for condition in every] for every in (measure.among, measure.conditions))
        lists.setdefault(measure.of, []).append(((n, False), (*among, *own)))
        if measure.take == "share":
            lists[measure.of].append(((n, True), tuple(among)))
    return {kind: (tuple(what for what, _ in every), Which([tests for _, tests in every])) for kind, every in lists.items()}


Key = tuple[Scalar | None, ...]
_ONE = Decimal(1)
_NONE: Mapping[Key, list[Decimal]] = {}


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
