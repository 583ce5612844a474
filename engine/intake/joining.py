"""Things joined where they have something in common, and what that has in common with others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

Thing = TypeVar("Thing")


def joined(things: Sequence[Thing], keys: Iterable[Iterable[object]]) -> list[list[Thing]]:
    """The groups, in the order of their first. `keys`: of each thing what it has; one that has none stands by itself."""
    leader = list(range(len(things)))

    def find(n: int) -> int:
        while leader[n] != n:
            leader[n] = leader[leader[n]]
            n = leader[n]
        return n

    first: dict[object, int] = {}
    for n, own in enumerate(keys):
        for key in own:
            leader[find(n)] = find(first.setdefault(key, n))
    out: dict[int, list[Thing]] = {}
    for n, thing in enumerate(things):
        out.setdefault(find(n), []).append(thing)
    return list(out.values())
