"""A layout laid over another: a child says what is its own, and adds labels to what it extends without writing that again.

Mappings are joined key by key, lists of labels and patterns are added to (the child's come first, so that they are tried first),
entries for the same field are one. A label the child gives another meaning is no longer the parent's; `drop` takes labels out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.forms.labels import LABEL_END, fold

Path = tuple[str | int, ...]
Sources = dict[Path, tuple[bool, Path]]
"""Of a part of the result: whether it is the child's, and its path there."""

ALONE = "standalone"
"""The key that says: nothing is taken over from what the policy extends."""
_ENTRIES: Mapping[Path, tuple[str, ...]] = {
    ("header",): ("key", "unconfirmed"),
    ("budget", "columns"): ("field", "unconfirmed"),
    ("budget", "rows"): ("role", "kind", "unconfirmed"),
    ("goals", "columns"): ("field", "unconfirmed"),
    ("indicators", "columns"): ("field", "unconfirmed"),
    ("closing",): ("field", "unconfirmed"),
    ("report", "unmet", "columns"): ("field",),
}
"""Lists of entries with labels, and the keys that make two entries one: what nobody confirmed stays apart from what is known."""


def laid_over(base: Mapping[str, Any], own: Mapping[str, Any]) -> tuple[dict[str, Any], Sources]:
    """The `form` part of a child over that of its parent, and where each of its parts came from. Neither is changed."""
    sources: Sources = {}
    if own.get(ALONE):
        return dict(own), {(key,): (True, (key,)) for key in own}
    dropped = {folded_label(text) for text in own.get("drop", ())}
    inherited = {key: value for key, value in base.items() if key not in (ALONE, "drop")}
    made = _mapping(_without(inherited, dropped) if dropped else inherited, own, (), sources)
    return made, sources


def folded_label(text: str) -> str:
    """A label as it is compared: its spelling folded, no colon behind it."""
    return fold(text).rstrip(LABEL_END)


def _mapping(base: Mapping[str, Any], own: Mapping[str, Any], path: Path, sources: Sources) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key in {**base, **own}:
        at = (*path, key)
        if key not in own:
            made[key] = base[key]
            sources[at] = (False, at)
        elif key not in base:
            made[key] = own[key]
            sources[at] = (True, at)
        elif isinstance(base[key], Mapping) and isinstance(own[key], Mapping) and path[:1] != ("placeholders",):
            made[key] = _mapping(base[key], own[key], at, sources)
        elif isinstance(base[key], list) and isinstance(own[key], list):
            made[key] = _list(base[key], own[key], at, sources)
        else:
            made[key] = own[key]
            sources[at] = (True, at)
    return made


def _list(base: Sequence[Any], own: Sequence[Any], path: Path, sources: Sources) -> list[Any]:
    if path in _ENTRIES:
        return _entries(base, own, path, sources)
    labels = all(isinstance(item, str) for item in (*base, *own))
    known = {folded_label(item) for item in own} if labels else set()
    made: list[Any] = list(own)
    sources |= {(*path, n): (True, (*path, n)) for n in range(len(own))}
    for n, item in enumerate(base):
        if (folded_label(item) not in known) if labels else (item not in own):
            sources[(*path, len(made))] = (False, (*path, n))
            made.append(item)
    return made


@dataclass(slots=True)
class _Entry:
    """An entry being laid, and where its parts came from, by their paths inside it."""

    data: dict[str, Any]
    sources: Sources


def _entries(base: Sequence[Mapping[str, Any]], own: Sequence[Mapping[str, Any]], path: Path, sources: Sources) -> list[Any]:
    """Entries with labels: those for the same field are one, and no label stands for two fields."""
    taken = {folded_label(text) for item in own for text in item.get("labels", ())}
    # found by a pattern: tried before those of the parent
    made = [_Entry(dict(item), {(): (True, (*path, n))}) for n, item in enumerate(own) if "labels" not in item]
    places: dict[tuple[Any, ...], _Entry] = {}
    for n, item in enumerate(base):
        entry = _Entry(dict(item), {(): (False, (*path, n))})
        made.append(entry)
        if "labels" in item:
            left = [(j, text) for j, text in enumerate(item["labels"]) if folded_label(text) not in taken]
            entry.data["labels"] = [text for _, text in left]
            entry.sources |= {("labels", j): (False, (*path, n, "labels", at)) for j, (at, _) in enumerate(left)}
            places.setdefault(_identity(item, path), entry)
    for n, item in enumerate(own):
        if "labels" not in item:
            continue
        if (identity := _identity(item, path)) in places:
            _join(places[identity], item, (*path, n))
        else:
            labels: Sources = {("labels", j): (True, (*path, n, "labels", j)) for j in range(len(item["labels"]))}
            places[identity] = _Entry(dict(item), {(): (True, (*path, n)), **labels})
            made.append(places[identity])
    # an entry whose labels all went to another is none
    made = [entry for entry in made if entry.data.get("labels", True) or "wordings" in entry.data or "pattern" in entry.data]
    for n, entry in enumerate(made):
        sources |= {(*path, n, *part): source for part, source in entry.sources.items()}
    return [entry.data for entry in made]


def _identity(item: Mapping[str, Any], path: Path) -> tuple[Any, ...]:
    return tuple(item.get(key, "") for key in _ENTRIES[path])


def _join(entry: _Entry, own: Mapping[str, Any], path: Path) -> None:
    """Put a child's entry into that of its parent."""
    first, before = len(own["labels"]), entry.data["labels"]
    kept: Sources = {("labels", first + j): entry.sources.pop(("labels", j)) for j in range(len(before))}
    for j in range(first):
        entry.sources[("labels", j)] = (True, (*path, "labels", j))
    entry.sources |= kept
    entry.data["labels"] = [*own["labels"], *before]
    for key, value in own.items():
        if key == "wordings" and key in entry.data:
            entry.data[key] = [*value, *(text for text in entry.data[key] if text not in value)]
        elif key != "labels":
            entry.data[key] = value
            entry.sources[(key,)] = (True, (*path, key))


def _without(node: Any, dropped: set[str]) -> Any:
    """What is inherited, without these labels wherever they are listed."""
    if isinstance(node, Mapping):
        return {
            key: [text for text in value if folded_label(text) not in dropped]
            if isinstance(value, list) and all(isinstance(text, str) for text in value)
            else _without(value, dropped)
            for key, value in node.items()
        }
    return [_without(item, dropped) for item in node] if isinstance(node, list) else node
