"""A policy after `extends`: its sections, and for each item the file and line it came from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from engine.errors import Place
from engine.policy.identity import Itself
from engine.yaml.reader import Path_, YamlDocument, walk

STATUS: Path_ = ("policy", "status")

FORM = "form"
WHOLE = ("grades",)
"""Sections a child replaces as one; in the others each key of the section is replaced as one, and a layout (`form`) is added to."""
MAX_REMEMBERED = 32
"""Policies that are kept built, and their hashes."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """The sections of a policy after `extends`, and for each (section, key) the document and path it came from."""

    id: str
    sections: dict[str, Any]
    origins: dict[Path_, tuple[YamlDocument, Path_]]
    documents: tuple[YamlDocument, ...]
    extends: tuple[str, ...]
    directory: Path = Path()
    owners: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """By a file's name in messages: the id of the policy it belongs to, and its name inside that policy's directory."""
    overridden: Mapping[Path_, tuple[tuple[YamlDocument, Path_], ...]] = field(default_factory=dict)
    """What an item was laid over, the nearest first."""
    parents: tuple[Resolved, ...] = ()
    """The policies it names in `extends`, resolved."""

    def items(self) -> Iterable[tuple[Path_, Any]]:
        """Every item that is replaced as one, (section, key) or (section,), with its value; the status is none of the rules."""
        for section, data in self.sections.items():
            if isinstance(data, dict):
                yield from (((section, key), value) for key, value in data.items() if (section, key) != STATUS)
            else:
                yield (section,), data

    def owner(self, path: Path_) -> str:
        """The id of the policy that wrote the item at `path`."""
        return self.owners.get(self.place(path).file, (self.id, ""))[0]

    def place(self, path: Path_) -> Place:
        """Where the item at `path` of the resolved data was written."""
        for length in range(len(path), 0, -1):
            found = self.origins.get(path[:length])
            if found:
                document, origin = found
                return document.place((*origin, *path[length:]))
        # a section as a whole: where its name stands first; what is nowhere is missed in policy.yaml, which comes first
        for document in self.documents:
            if path[:1] in document.key_marks:
                return document.place(path[:1], key=True)
        return self.documents[0].place(("policy",), key=True) if self.documents else Place(self.id)

    def sha256(self) -> str:
        """Hash of the resolved content: the same for the same rules, whatever the comments, order of keys or files, and whether
        they are a draft, published or retired."""
        return _sha256(Same(self))


class Same:
    """Resolved data, equal where it is made of the very same documents in the same way: `policy.files` reads the same text once.

    What takes time and follows from the data alone is remembered by it.
    """

    __slots__ = ("resolved",)

    def __init__(self, resolved: Resolved) -> None:
        self.resolved = resolved

    def __hash__(self) -> int:
        return hash((self.resolved.id, *map(id, self.resolved.documents)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Same) or len(self.resolved.documents) != len(other.resolved.documents):
            return False
        one, two = self.resolved, other.resolved
        return (
            all(mine is theirs for mine, theirs in zip(one.documents, two.documents, strict=True))
            and (one.id, one.directory, one.extends) == (two.id, two.directory, two.extends)
            and one.sections == two.sections
            and one.origins == two.origins
        )


@lru_cache(maxsize=MAX_REMEMBERED)
def _sha256(same: Same) -> str:
    sections = same.resolved.sections
    head = {key: value for key, value in sections["policy"].items() if ("policy", key) != STATUS}
    return digest({**sections, "policy": head})


def digest(data: Any) -> str:
    """SHA-256 of plain data, whatever the order of its keys."""
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    raise TypeError(type(value))


def years(policy: Mapping[str, Any]) -> tuple[int, int | None]:
    """First and last fiscal year of a policy's own data; (0, None) if it does not say."""
    span: Mapping[str, int] = policy.get("fiscal_years", {})
    return span.get("from", 0), span.get("to")


def cited(sections: Mapping[str, Any]) -> set[str]:
    """Every `basis` in policy data, without saying where: what `bases` finds, in a fraction of its time."""
    found: set[str] = set()
    for section in sections.values():
        for key, item in section.items() if isinstance(section, dict) else enumerate(section):
            if isinstance(item, dict | list):
                found |= _cited(Itself(item))
            elif key == "basis" and isinstance(item, str):
                found.add(item)
    return found


@lru_cache(maxsize=1 << 13)
def _cited(of: Itself[Any]) -> frozenset[str]:
    """Those in an item: most items stand in many policies, which extend one another."""
    return frozenset(basis for _, basis in bases(of.thing))


def bases(node: Any, path: Path_ = ()) -> Iterable[tuple[Path_, str]]:
    """Every `basis` in policy data, with its path."""
    for at, value in walk(node, path):
        if isinstance(value, str) and len(at) > len(path) and at[-1] == "basis":
            yield at, value
