"""How much a label is like those that are known: for proposals only, since each is told with its ground."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rapidfuzz import fuzz

from engine.forms.labels import Labels, label_keys

LIKE = 0.6
"""From here on a label is called similar."""
VERY_LIKE = 0.8
_CONTAINED = 0.9
_SHORTEST = 2


@dataclass(frozen=True, slots=True)
class Likeness:
    """The known label that is nearest, what it stands for, and how near it is: 1 for the same."""

    key: str
    label: str
    ratio: float


def likenesses(text: str, labels: Labels) -> Mapping[str, Likeness]:
    """For each thing labels stand for the label nearest to a text, where it is like it at all; the same text first of all."""
    found: dict[str, Likeness] = {}
    keys = list(label_keys(text))
    for item in labels.items:
        for known in item.texts:
            ratio = max(_ratio(key, other) for key in keys for other in list(label_keys(known))[:1])
            if ratio >= LIKE and (item.key not in found or ratio > found[item.key].ratio):
                found[item.key] = Likeness(item.key, known, ratio)
    return found


def nearest_key(text: str, labels: Labels, among: frozenset[str] | None = None) -> Likeness | None:
    """What a text is likest to; None where it is like nothing."""
    found = [like for key, like in likenesses(text, labels).items() if among is None or key in among]
    return max(found, key=lambda like: like.ratio, default=None)


def _ratio(one: str, other: str) -> float:
    """1 for equal texts; one inside the other counts nearly as much as the letters they share."""
    if one == other:
        return 1.0
    whole = fuzz.ratio(one, other) / 100
    short, long = sorted((one, other), key=len)
    inside = _CONTAINED if len(short) >= _SHORTEST and long.endswith(short) else 0.0
    return max(whole, inside * min(1.0, 0.5 + len(short) / len(long)))


def strings(node: Any) -> Iterator[str]:  # Any: a part of a layout as written
    """Every text in a part of a layout."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, Mapping):
        for value in node.values():
            yield from strings(value)
    elif isinstance(node, list | tuple):
        for value in node:
            yield from strings(value)
