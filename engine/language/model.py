"""The intermediate form of finding rules: facts, tests, patterns, rules. What policies compile to and matchers run.

Nothing here needs Python to run: every test is a comparison, a list or text predicate over the fields of one fact, or an
equality / ordering join between two, so that the same rules can later be compiled to relational expressions.

Semantics, the same for every matcher:

* A fact is a flat record. A field it does not have is absent; any test on an absent field is false, but for `absent`.
  A join whose other side is absent is false.
* Fields are typed per fact kind: text, number (Decimal) or bool. Types are checked before, never coerced.
* A rule matches each combination of facts, one for each positive pattern, that passes all tests; one fact may not stand
  for two aliases of the same match. A negated pattern holds when no fact (other than those already bound) passes its tests.
* With `unordered`, combinations of the same facts in another order count once (the first in fact order is kept).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

Scalar = str | bool | Decimal
FieldType = Literal["text", "number", "bool"]
Schema = Mapping[str, Mapping[str, FieldType]]
"""Fact kind -> field -> type."""

Op = Literal[
    "eq",
    "ne",
    "lt",
    "lte",
    "gt",
    "gte",
    "in",
    "not_in",
    "contains",
    "not_contains",
    "matches",
    "not_matches",
    "present",
    "absent",
    "any",
]


@dataclass(frozen=True, slots=True)
class Ref:
    """A field of another pattern's fact, or of the same fact when `alias` is empty."""

    alias: str
    field: str


@dataclass(frozen=True, slots=True)
class Test:
    """One condition on a field. `value` is a constant, a tuple of constants (in, not_in, contains, not_contains: any of
    them), an RE2 pattern (matches, searched anywhere), a Ref (eq, ne, lt, lte, gt, gte), or None (present, absent).

    `any` has no field and no value: it holds where all tests of one of its `options` do. These look at no other fact."""

    __test__ = False  # not a test case, whatever pytest thinks of the name

    field: str
    op: Op
    value: Scalar | tuple[Scalar, ...] | Ref | None = None
    options: tuple[tuple[Test, ...], ...] = ()

    def __reduce__(self) -> tuple[type[Test], tuple[object, ...]]:
        """There are thousands; what is kept of policies is read in half the time so."""
        return Test, (self.field, self.op, self.value, self.options)


def leaves(tests: Iterable[Test]) -> Iterator[Test]:
    """The tests that look at a field, those inside of `any` among them."""
    for test in tests:
        if test.op == "any":
            yield from leaves(inner for option in test.options for inner in option)
        else:
            yield test


@dataclass(frozen=True, slots=True)
class Pattern:
    """One fact of a kind that passes all tests; negated: no such fact."""

    alias: str
    kind: str
    tests: tuple[Test, ...] = ()
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Conclusion:
    """The fact a rule derives from a match: its kind and where each field comes from."""

    kind: str
    fields: tuple[tuple[str, Scalar | Ref], ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """Patterns that hold together and, perhaps, what follows."""

    id: str
    patterns: tuple[Pattern, ...]
    conclude: Conclusion | None = None
    unordered: bool = False


@dataclass(frozen=True, slots=True)
class Fact:
    """A flat record. `id` is unique and stable within one submission: it orders facts and names them in traces."""

    id: str
    kind: str
    fields: Mapping[str, Scalar] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that holds, and the ids of the facts its positive patterns bound, in pattern order."""

    rule: str
    facts: tuple[tuple[str, str], ...]
    """(alias, fact id)"""
