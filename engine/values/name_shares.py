"""How much of a name stands in a text: the letters both share two by two, those that few names have counting more.

Names of one form have much in common (培训 in four of them); what tells a row from the others is what few of them have. So each
pair of neighbouring letters weighs the less the more names hold it. Whole thousandths throughout: no machine rounds otherwise.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WHOLE = 1000
"""A name that stands in the text altogether."""
_RUN = re.compile(r"[^\W\d_]+")
_HEAVIEST = 840
"""Of a pair that one name holds; divided by how many do (840 has many divisors)."""


def pairs_of(text: str) -> frozenset[str]:
    """Every two letters that stand next to each other."""
    return frozenset(run[n : n + 2] for run in _RUN.findall(text) for n in range(len(run) - 1))


@dataclass(frozen=True, slots=True)
class NameShares:
    """The names of a form, by the pairs of letters in them. Names go by their number."""

    weights: Mapping[str, int]
    holders: Mapping[str, tuple[int, ...]]
    wholes: tuple[int, ...]
    """What all pairs of a name weigh together."""

    def shares(self, own: str, near: str) -> dict[int, tuple[int, int]]:
        """For each name some of which stands in the texts: how much in the one, and how much more in the other, in thousandths."""
        inside = pairs_of(own) & self.weights.keys()
        beside = (pairs_of(near) & self.weights.keys()) - inside
        found: dict[int, list[int]] = {}
        for place, pairs in enumerate((inside, beside)):
            for pair in pairs:
                for name in self.holders[pair]:
                    found.setdefault(name, [0, 0])[place] += self.weights[pair]
        return {name: (a * WHOLE // self.wholes[name], b * WHOLE // self.wholes[name]) for name, (a, b) in sorted(found.items())}


def name_shares(names: Sequence[str]) -> NameShares:
    """The names given in their order, as they are to be looked for (without endings and fillers)."""
    pairs = [pairs_of(name) for name in names]
    held = Counter(pair for one in dict(zip(names, pairs, strict=True)).values() for pair in one)
    weights = {pair: max(_HEAVIEST // count, 1) for pair, count in held.items()}
    holders: dict[str, list[int]] = {}
    for number, found in enumerate(pairs):
        for pair in found:
            holders.setdefault(pair, []).append(number)
    wholes = tuple(sum(weights[pair] for pair in found) for found in pairs)
    return NameShares(weights, {pair: tuple(numbers) for pair, numbers in holders.items()}, wholes)
