"""Measures: counts, sums, shares, least and greatest values of facts, per form, goal, group or bundle.

Computed before the rules run and put on the fact they are per, as plain number fields. Grouping and aggregation over flat
records and nothing else, so that a database can compute the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
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
    by_kind = _ByKind(facts)
    extra: dict[str, dict[str, Scalar]] = {}
    measures = tuple(measures)
    asked = _asked(Many(measures))
    for n, measure in enumerate(measures):
        owner_key, member_key = KEYS[measure.per]
        every: dict[Key, list[Decimal]] = {}
        chosen: dict[Key, list[Decimal]] = {}
        shared = measure.take == "share"
        held = by_kind.held(measure.of, asked)
        for (fact, key), holding in zip(by_kind.keyed(measure.of, member_key), held, strict=True):
            if 2 * n not in holding:
                continue
            value = fact.fields.get(measure.field) if measure.field else _ONE
            if not isinstance(value, Decimal):
                continue  # a fact without the field does not count: what has no number has no sum
            if shared:
                every.setdefault(key, []).append(value)
            if 2 * n + 1 in holding:
                chosen.setdefault(key, []).append(value)
        for fact, key in by_kind.keyed(measure.per, owner_key):
            result = _take(measure.take, chosen.get(key, []), every.get(key, []))
            if result is not None:
                extra.setdefault(fact.id, {})[measure.id] = result
    return [replace(fact, fields={**fact.fields, **extra[fact.id]}) if fact.id in extra else fact for fact in facts]


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


Asked = Mapping[str, tuple[tuple[int, ...], Which]]
"""By kind of fact: the numbers of what is asked of it (twice that of a measure for `among`, one more for its conditions), and what
tells which of them hold."""


@lru_cache(maxsize=64)
def _asked(of: Many) -> Asked:
    lists: dict[str, list[tuple[int, tuple[Test, ...]]]] = {}
    for n, measure in enumerate(of.measures):
        for more, conditions in enumerate((measure.among, measure.conditions)):
            lists.setdefault(measure.of, []).append((2 * n + more, tuple(condition.test for condition in conditions)))
    return {kind: (tuple(n for n, _ in every), Which([tests for _, tests in every])) for kind, every in lists.items()}


Key = tuple[Scalar | None, ...]
_ONE = Decimal(1)


class _ByKind:
    """Facts by kind, each with what it is grouped by: found once for all measures that count the same."""

    def __init__(self, facts: Sequence[Fact]) -> None:
        self.facts: dict[str, list[Fact]] = {}
        for fact in facts:
            self.facts.setdefault(fact.kind, []).append(fact)
        self.found: dict[tuple[str, tuple[str, ...]], list[tuple[Fact, Key]]] = {}
        self.holding: dict[str, list[frozenset[int]]] = {}

    def held(self, kind: str, asked: Asked) -> list[frozenset[int]]:
        """Of each fact of a kind, the numbers of what was asked and holds: each fact is looked at once."""
        if kind not in self.holding:
            numbers, which = asked[kind]
            self.holding[kind] = [frozenset([numbers[n] for n in which.each(fact.fields)]) for fact in self.facts.get(kind, [])]
        return self.holding[kind]

    def keyed(self, kind: str, names: tuple[str, ...]) -> list[tuple[Fact, Key]]:
        """The facts of a kind, each with the values of these fields."""
        if (kind, names) not in self.found:
            listed = self.facts.get(kind, [])
            self.found[kind, names] = [(fact, tuple(fact.fields.get(name) for name in names)) for fact in listed]
        return self.found[kind, names]


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
