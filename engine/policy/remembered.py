"""Parts of a policy that are made of some of its sections, remembered by what is written there.

Policies that are built one after the other are mostly the same: a draft after each change, the candidates of a comparison, a year
on top of another. What was made before of the very same lines is taken up again; nobody may change it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from copy import copy
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeVar

from engine.errors import Problem
from engine.policy.values import Values

T = TypeVar("T")
MAX_REMEMBERED = 256
"""Parts, of all policies together."""


def remembered(make: Callable[..., T], values: Values, names: tuple[str, ...], *more: object) -> T:
    """`make(values, *more)`, which looks at no sections but those named, and at the parameters; `more` is hashable. `make` stands
    in a module: it is known by itself. What is wrong is added to the problems of `values`."""
    before = len(values.problems)
    try:
        made: T = _made(_Portion(make, values, names, more))
    except _Unsound as wrong:
        made = wrong.made
        values.problems[before:] = wrong.problems
    return made


class _Unsound(Exception):
    """Something is wrong with what was made: it is told, and not remembered."""

    def __init__(self, made: Any, problems: list[Problem]) -> None:
        super().__init__()
        self.made, self.problems = made, problems


class _Portion:
    """Some sections of a policy and how a part is made of them, equal where both say the same at the same places of the same
    files: `policy.files` reads the same text once."""

    __slots__ = ("_hash", "data", "make", "more", "origins", "values")

    def __init__(self, make: Callable[..., Any], values: Values, names: tuple[str, ...], more: tuple[object, ...]) -> None:
        self.make, self.more = make, more
        self.data = {"": values.params, **{name: values.data[name] for name in names if name in values.data}}
        origins = values.resolved.origins
        self.origins = [(path, *where) for path, where in origins.items() if path[0] in self.data]
        self.values: Values | None = copy(values)
        self.values.data, self.values.problems = _Named(values.data, names), []
        documents = dict.fromkeys(id(document) for _, document, _ in self.origins)
        self._hash = hash((make, more, *self.data, *documents, len(self.origins)))

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, _Portion)
            and (self.make, self.more, len(self.origins)) == (other.make, other.more, len(other.origins))
            and all(
                mine is theirs and (path, at) == (of, there)
                for (path, mine, at), (of, theirs, there) in zip(self.origins, other.origins, strict=True)
            )
            and alike(self.data, other.data)
        )


@lru_cache(maxsize=MAX_REMEMBERED)
def _made(of: _Portion) -> Any:
    values, of.values = of.values, None  # what is remembered holds no policy
    assert values is not None
    made = of.make(values, *of.more)
    if values.problems:
        raise _Unsound(made, values.problems)
    return made


class _Named(Mapping[str, Any]):
    """Some sections; to ask for another is a mistake: a part that depends on it would be taken up where it does not hold."""

    def __init__(self, data: Mapping[str, Any], names: tuple[str, ...]) -> None:
        self._data, self._names = data, names

    def __getitem__(self, name: str) -> Any:
        if name not in self._names:
            raise AssertionError(f"section {name} is not among those this part is made of: {self._names}")
        return self._data[name]

    def __iter__(self) -> Iterator[str]:
        return (name for name in self._names if name in self._data)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def alike(one: Any, other: Any) -> bool:
    """Whether plain data says the same, to the order of keys and the digits of numbers."""
    if one is other:
        return True
    if type(one) is not type(other) or (isinstance(one, dict | list) and len(one) != len(other)):
        return False
    if isinstance(one, dict):
        return all(
            (mine is theirs or (type(mine) is type(theirs) and mine == theirs)) and alike(one[mine], other[theirs])
            for mine, theirs in zip(one, other, strict=True)
        )
    if isinstance(one, list):
        return all(map(alike, one, other))
    return str(one) == str(other) if isinstance(one, Decimal) else bool(one == other)
