"""Texts changed in two places at once: put together line by line, else item by item, or known not to go together.

Two people who each change a parameter write into neighbouring lines, or both at the end of a file: that is no conflict. So what
lines cannot tell apart is looked at as the items they say. Only the same field of the same item is.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from merge3 import Merge3

from engine.errors import InternalError, PolicyError
from engine.yaml import editor
from engine.yaml.editor import EditedFile
from engine.yaml.reader import Path_, load

_NAMING = ("id", "test", "table", "case", "tier", "grade", "level1", "source", "clause")
"""Keys by which an entry of a list is known, whatever place it has."""
_COMMENT = re.compile(r"(?:^|\s)#.*")


class _Clash(Exception):
    """Both changed the same field of the same item."""


def merged(base: str, theirs: str, mine: str) -> str | None:
    """Both changes of `base` in one text, or None where they touch the same field (in what is no YAML: the same lines)."""
    if theirs in (base, mine):
        return mine
    merge = Merge3(base.splitlines(True), theirs.splitlines(True), mine.splitlines(True))
    groups = list(merge.merge_groups())
    if any(group[0] == "conflict" for group in groups):
        return _by_item(base, theirs, mine)
    return "".join(line for group in groups for line in group[1])


def _by_item(base: str, theirs: str, mine: str) -> str | None:
    """Their text with every item in it that I changed; None where it cannot be said so without losing a word of either."""
    known = {*_COMMENT.findall(base), *_COMMENT.findall(theirs)}
    if not set(_COMMENT.findall(mine)) <= known:
        return None  # items carry no comments: mine would be lost
    try:
        before, now, wanted = ((load(text, "").data or {}) if text.strip() else {} for text in (base, theirs, mine))
        source = EditedFile(Path(), theirs, b"", "")
        return _both(source, (), before, now, wanted).text if all(isinstance(d, dict) for d in (before, now, wanted)) else None
    except (_Clash, PolicyError, InternalError):
        return None


def _both(source: EditedFile, at: Path_, base: Any, theirs: Any, mine: Any) -> EditedFile:
    """The source, in which `theirs` stands at a path, with what `mine` has that `base` had not. Raises _Clash."""
    if mine in (base, theirs):
        return source
    if all(isinstance(one, Mapping) for one in (base, theirs, mine)):
        return _keys(source, at, base, theirs, mine)
    if all(isinstance(one, list) for one in (base, theirs, mine)) and at:
        before, now, wanted = map(_named, (base, theirs, mine))
        if before is not None and now is not None and wanted is not None:
            return _entries(source, at, before, now, wanted)
    if theirs != base or not at:
        raise _Clash
    return editor.set_value(source, at, mine)


def _keys(source: EditedFile, at: Path_, base: Any, theirs: Any, mine: Any) -> EditedFile:
    for key in dict.fromkeys([*base, *mine]):
        if key not in mine:
            if key in theirs and theirs[key] != base[key]:
                raise _Clash
            source = editor.delete(source, (*at, key)) if key in theirs else source
        elif key in base or key in theirs:
            if key not in theirs:
                if mine[key] != base[key]:
                    raise _Clash
            else:
                source = _both(source, (*at, key), base.get(key, _empty(theirs[key])), theirs[key], mine[key])
        elif at or theirs:
            source = editor.set_value(source, (*at, key), mine[key])
        else:
            raise _Clash  # nothing is left to put it into
    return source


def _entries(source: EditedFile, at: Path_, base: Any, theirs: Any, mine: Any) -> EditedFile:
    """The same for a list whose entries have names. Whoever changed their order changed the list."""
    if [name for name in mine if name in base] != [name for name in base if name in mine]:
        raise _Clash
    order = list(theirs)
    for name in base:
        if name not in mine and name in theirs:
            if theirs[name] != base[name]:
                raise _Clash
            source = editor.delete(source, (*at, order.index(name)))
            order.remove(name)
    before, last = None, next(reversed(base), None)  # what both put at the end stands in the order in which it was saved
    for name, value in mine.items():
        if name in base and name not in theirs:
            if value != base[name]:
                raise _Clash
            continue
        if name in theirs:
            source = _both(source, (*at, order.index(name)), base.get(name, _empty(value)), theirs[name], value)
        else:
            place = order.index(before) + 1 if before in order and before != last else len(order)
            source = editor.insert(source, (*at, place), value)
            order.insert(place, name)
        before = name
    return source


def _empty(value: Any) -> Any:
    """What stood there before both wrote something: nothing of its kind."""
    return {} if isinstance(value, Mapping) else [] if isinstance(value, list) else None


def _named(entries: Sequence[Any]) -> dict[Any, Any] | None:
    """The entries of a list by what each is known by; None where one has no name, or two have the same."""
    found = [tuple((key, str(one[key])) for key in _NAMING if key in one) if isinstance(one, Mapping) else () for one in entries]
    return dict(zip(found, entries, strict=True)) if all(found) and len(set(found)) == len(found) else None


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
