"""Conditions as generated Python: one function for many lists of tests, in place of a call for each test.

The meaning of every word is that of `predicates`, which tests hold this to; nothing of a policy but the names of its fields gets
into the text that is compiled, and these as quoted strings. Compiling takes milliseconds, which pays after some hundred records:
until then, and for whoever asks once, there are the predicates.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine.language.model import Ref, Scalar, Test
from engine.language.predicates import one_of_many, predicate

WORTH = 200
"""Records after which a function is compiled."""
_SIGNS = {"eq": "==", "ne": "!=", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}
_WORDS_INLINE = 60
"""Words of a list up to which each is looked for by name."""

Row = Mapping[str, Scalar]


class Which:
    """Of many lists of tests, those that hold of a record, by their number."""

    __slots__ = ("_all", "_asked", "_first", "_lists")

    def __init__(self, lists: Sequence[Sequence[Test]]) -> None:
        self._lists = tuple(tuple(tests) for tests in lists)
        self._first: Callable[[Row], int] | None = None
        self._all: Callable[[Row], list[int]] | None = None
        self._asked = 0

    def __reduce__(self) -> tuple[type[Which], tuple[object, ...]]:
        return Which, (self._lists,)

    def first(self, row: Row) -> int:
        """The number of the first list all of whose tests hold; -1 where none does."""
        if self._first is not None:
            return self._first(row)
        self._asked += 1
        if self._asked > WORTH:
            self._first = first = _compiled(self._lists, "return {n}", "return -1")
            number: int = first(row)
            return number
        return next((n for n, tests in enumerate(self._lists) if _hold(tests, row)), -1)

    def each(self, row: Row) -> list[int]:
        """As `all`, compiled when it has been asked often enough."""
        if self._all is not None or self._asked > WORTH:
            return self.all(row)
        self._asked += 1
        return [n for n, tests in enumerate(self._lists) if _hold(tests, row)]

    def all(self, row: Row) -> list[int]:
        """The numbers of all that hold, in order. Compiled at once: who asks for all has many to ask of."""
        if self._all is None:
            self._all = _compiled(self._lists, "add({n})", "return out")
        every = self._all
        return every(row)


def _hold(tests: Sequence[Test], row: Row) -> bool:
    for test in tests:  # noqa: SIM110 - a loop and no generator: asked for every case of every row
        if not _known(test)(row):
            return False
    return True


_KNOWN: dict[int, tuple[Test, Callable[[Row], bool]]] = {}
_MOST_KNOWN = 20_000


def _known(test: Test) -> Callable[[Row], bool]:
    """The predicate of this very test: a test is hashed by all that is written in it, which takes longer than to ask it."""
    found = _KNOWN.get(id(test))
    if found is None or found[0] is not test:
        if len(_KNOWN) >= _MOST_KNOWN:
            _KNOWN.clear()
        found = _KNOWN[id(test)] = (test, predicate(test))
    return found[1]


def _compiled(lists: Sequence[Sequence[Test]], found: str, end: str) -> Callable[[Row], Any]:
    writer = _Writer()
    lines = []
    for n, tests in enumerate(lists):
        cheap_first = sorted(tests, key=_cost)  # all have to hold, in whatever order they are asked
        asked = " and ".join(map(writer.asked, cheap_first)) or "True"
        lines.append(f"    if {asked}: {found.format(n=n)}")
    read = [f"    {variable} = get({name!r})" for name, variable in writer.fields.items()]
    text = "\n".join(["def chosen(row):", "    get = row.get", "    out = []", "    add = out.append", *read, *lines, f"    {end}"])
    space: dict[str, Any] = dict(writer.constants)
    exec(compile(text, "<conditions>", "exec"), space)  # names of fields are quoted, values are constants by name
    made: Callable[[Row], Any] = space["chosen"]
    return made


def _cost(test: Test) -> int:
    """How long a test takes, beside others: a number is compared before a text is searched."""
    if test.op == "any":
        return 2
    return 3 if test.op.endswith("matches") else 1 if test.op.endswith("contains") else 0


class _Writer:
    """Tests as expressions over variables (a field's value, None where it is absent) and constants."""

    def __init__(self) -> None:
        self.fields: dict[str, str] = {}
        self.constants: dict[str, object] = {}

    def asked(self, test: Test) -> str:
        """The test as an expression that is true or false."""
        if test.op == "any":
            options = (" and ".join(map(self.asked, option)) or "True" for option in test.options)
            return "(" + (" or ".join(f"({option})" for option in options) or "False") + ")"
        value = self._variable(test.field)
        if test.op in ("present", "absent"):
            return f"{value} is {'not ' if test.op == 'present' else ''}None"
        there = f"{value} is not None"
        if isinstance(test.value, Ref):
            other = self._variable(test.value.field)
            return f"({there} and {other} is not None and {value} {_SIGNS[test.op]} {other})"
        if test.op == "eq":
            return f"{value} == {self._constant(test.value)}"
        if test.op in _SIGNS:
            return f"({there} and {value} {_SIGNS[test.op]} {self._constant(test.value)})"
        held = self._listed(test, value)
        return f"({there} and not {held})" if test.op.startswith("not_") else f"({there} and {held})"

    def _listed(self, test: Test, value: str) -> str:
        words = test.value
        if test.op in ("in", "not_in") and isinstance(words, tuple):
            return f"({value} in {self._constant(frozenset(words))})"
        if test.op in ("contains", "not_contains") and isinstance(words, tuple) and len(words) <= _WORDS_INLINE:
            return "(" + (" or ".join(f"{self._constant(word)} in {value}" for word in words) or "False") + ")"
        return f"{self._constant(one_of_many(test.op, test.value))}({value})"

    def _variable(self, name: str) -> str:
        return self.fields.setdefault(name, f"f{len(self.fields)}")

    def _constant(self, value: object) -> str:
        name = f"k{len(self.constants)}"
        self.constants[name] = value
        return name
