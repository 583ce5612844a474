"""Texts changed in two places at once: put together line by line, or known not to go together."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from merge3 import Merge3


def merged(base: str, theirs: str, mine: str) -> str | None:
    """Both changes of `base` in one text, or None where they touch the same lines."""
    if theirs in (base, mine):
        return mine
    merge = Merge3(base.splitlines(True), theirs.splitlines(True), mine.splitlines(True))
    groups = list(merge.merge_groups())
    if any(group[0] == "conflict" for group in groups):
        return None
    return "".join(line for group in groups for line in group[1])


def all_merged(base: Mapping[str, str], theirs: Mapping[str, str], mine: Mapping[str, str]) -> dict[str, str] | None:
    """The same for several files, by name; None if any of them does not go together, or nobody says what it was before."""
    found: dict[str, str] = {}
    for name, text in mine.items():
        both = merged(base[name], theirs.get(name, ""), text) if name in base else None
        if both is None:
            return None
        found[name] = both
    return found


def digest(text: str) -> str:
    """What a text is known by, when a person says that they have seen it."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def state(texts: Mapping[str, str]) -> str:
    """What all texts of a policy together are known by: another one if any of them is."""
    return digest("\0".join(f"{name}\0{text}" for name, text in sorted(texts.items())))
