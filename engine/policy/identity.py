"""A thing by itself: what follows from it is remembered by which thing it is, not by what is in it.

Documents of policies are read once, policies built once, and nobody changes one: to compare two of them part by part would take
longer than what is to be saved.
"""

from __future__ import annotations

from typing import Generic, TypeVar

T = TypeVar("T")


class Itself(Generic[T]):
    """A thing, equal to itself only."""

    __slots__ = ("thing",)

    def __init__(self, thing: T) -> None:
        self.thing = thing

    def __hash__(self) -> int:
        return id(self.thing)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Itself) and self.thing is other.thing
