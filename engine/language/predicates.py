"""Tests of a single fact as functions of its fields. The one meaning of every condition word, for tables, measures and rules."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

import re2

from engine.language.model import Ref, Scalar, Test

Fields = Mapping[str, Scalar]
Predicate = Callable[[Fields], bool]

COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "lte": operator.le,
    "gt": operator.gt,
    "gte": operator.ge,
}


def predicate(test: Test) -> Predicate:
    """The test as a function of one fact's fields. For tests that look at no other fact: constants, or a Ref without alias."""
    name, op, value = test.field, test.op, test.value
    if op == "any":
        made = [[predicate(inner) for inner in option] for option in test.options]
        return lambda fields: any(all(passes(fields) for passes in option) for option in made)
    if op == "present":
        return lambda fields: name in fields
    if op == "absent":
        return lambda fields: name not in fields
    if isinstance(value, Ref):
        compare, other = COMPARE[op], value.field
        return lambda fields: name in fields and other in fields and compare(fields[name], fields[other])
    if op in COMPARE:
        compare = COMPARE[op]
        return lambda fields: name in fields and compare(fields[name], value)
    holds, wanted = one_of_many(op, value), not op.startswith("not_")
    return lambda fields: name in fields and holds(fields[name]) is wanted


def one_of_many(op: str, value: object) -> Callable[[Any], bool]:
    """The affirmative form of a list or text test, as a function of the field's value."""
    if op in ("in", "not_in"):
        allowed = frozenset(cast(tuple[Scalar, ...], value))
        return lambda actual: actual in allowed
    if op in ("contains", "not_contains"):
        parts = cast(tuple[str, ...], value)
        return lambda actual: any(part in actual for part in parts)
    return _searcher(cast(str, value))


def _searcher(pattern: str) -> Callable[[str], bool]:
    search = compiled(pattern).search

    def found(text: str) -> bool:
        try:
            return search(text) is not None
        except UnicodeEncodeError:
            return search(_whole(text)) is not None

    return found


def _whole(text: str) -> str:
    """A text with U+FFFD for half a surrogate pair (a broken emoji of a Word file), which UTF-8 cannot hold."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def every(pattern: str, text: str) -> Iterator[Any]:
    """The matches of a pattern in a text, from the left; none for an empty pattern."""
    if not pattern:
        return
    try:
        yield from compiled(pattern).finditer(text)
    except UnicodeEncodeError:
        yield from compiled(pattern).finditer(_whole(text))


def has(pattern: str, text: str) -> bool:
    """Whether a pattern is in a text; an empty pattern never is."""
    return next(every(pattern, text), None) is not None


@functools.lru_cache(maxsize=1024)
def compiled(pattern: str) -> Any:
    options = re2.Options()
    options.log_errors = False  # the reason travels in the exception; RE2 would print it as well
    return re2.compile(pattern, options)
