"""The two sides of a comparison, by names that tell them apart: where each policy lies, and on which packs it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.errors import PolicyError
from engine.files import displayed
from engine.policy.library import display_name
from engine.policy.lock import verify
from engine.policy.resolved import Resolved


@dataclass(frozen=True, slots=True)
class UnderPack:
    """A pack or policy that one stands on: its id, the hash of its content, where it lies."""

    id: str
    sha256: str
    directory: str


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two policies. `name` tells it from the other; `altered`: it is not what was published."""

    name: str
    directory: str
    packs: tuple[UnderPack, ...] = ()
    altered: bool = False


def sides(before: Resolved, after: Resolved) -> tuple[Side, Side]:
    """Names are ids; of two that are one, with the directory each lies in."""
    places = [display_name(resolved.directory) for resolved in (before, after)]
    one = before.id == after.id
    made = [
        Side(f"{resolved.id}（{displayed(place)}）" if one else resolved.id, place, tuple(_packs(resolved)), _altered(resolved))
        for resolved, place in zip((before, after), places, strict=True)
    ]
    return made[0], made[1]


def _packs(resolved: Resolved) -> Iterator[UnderPack]:
    """All that a policy stands on, each once, the nearest first."""
    seen: dict[str, Resolved] = {}
    waiting = list(resolved.parents)
    while waiting:
        parent = waiting.pop(0)
        if parent.id not in seen:
            seen[parent.id] = parent
            waiting += parent.parents
    return (UnderPack(name, parent.sha256(), display_name(parent.directory)) for name, parent in seen.items())


def _altered(resolved: Resolved) -> bool:
    try:
        verify(resolved)
    except PolicyError:
        return True
    return False


def differing_packs(before: Side, after: Side) -> list[tuple[UnderPack, UnderPack]]:
    """Packs of one id that both stand on and that do not say the same."""
    theirs = {pack.id: pack for pack in after.packs}
    return [(pack, theirs[pack.id]) for pack in before.packs if pack.id in theirs and theirs[pack.id].sha256 != pack.sha256]
