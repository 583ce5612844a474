"""Single items of what a policy extends: changed, left out, or new ones put between them, the rest as it was.

A table is replaced as a whole by writing it anew; whoever changes one case of eight writes that case under `changes`. What an entry
does not say is as the parent says it, and each part remembers the file and line it came from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.errors import Problem, nearest
from engine.policy.parts import origin_of, part_at, with_part
from engine.yaml.reader import Path_, YamlDocument

SECTION = "changes"
_MOVES = ("remove", "insert_before", "insert_after")
_INSTEAD = (("score", "tier", "status"), ("when", "otherwise"), ("from", "above"))
"""Of these an item has one: a new one takes the place of the other."""
_NEEDS: Mapping[str, tuple[str, ...]] = {
    "cases": ("basis",),
    "tiers": ("label", "basis"),
    "grades": ("basis",),
    "taxonomy": ("level2", "basis"),
    "clauses": ("title", "text"),
    "findings": ("title", "when", "basis"),
}
"""What a new item has to say."""
Origins = dict[Path_, tuple[YamlDocument, Path_]]


@dataclass(slots=True)
class Laid:
    """What a policy stands on, with its own laid over it: sections, where each item was written, and over what it was laid."""

    sections: dict[str, Any]
    origins: Origins
    overridden: dict[Path_, tuple[tuple[YamlDocument, Path_], ...]]
    problems: list[Problem]


@dataclass(frozen=True, slots=True)
class _Change:
    kind: str
    data: Mapping[str, Any]
    document: YamlDocument
    path: Path_

    def say(self, laid: Laid, message: str, expected: str = "", close: str = "", *, key: str = "") -> None:
        place = self.document.place((*self.path, key) if key else self.path)
        laid.problems.append(Problem(place, message, expected, close, code="policy.change"))

    @property
    def values(self) -> dict[str, Any]:
        """What it says of the item."""
        named = {"cases": ("table",), "taxonomy": ("level1",), "clauses": ("source", "clause")}.get(self.kind, ())
        return {key: value for key, value in self.data.items() if key not in (*_MOVES, *named)}


def apply(laid: Laid, written: Mapping[str, Any], document: YamlDocument) -> None:
    """Change single items as `written` (the `changes` of one document) says. What cannot be is added to the problems."""
    for kind, entries in written.items():
        for index, data in enumerate(entries):
            entry = _Change(kind, data, document, (SECTION, kind, index))
            if kind in ("cases", "tiers", "grades"):
                _in_list(laid, entry)
            else:
                _by_key(laid, entry)


# --- items in order ------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _LaidRow:
    """An item of a list: what it says, where it and its parts were written (the empty path is the item), over what it was laid."""

    value: Any
    written: dict[Path_, tuple[YamlDocument, Path_]]
    over: tuple[tuple[YamlDocument, Path_], ...] = ()


def _in_list(laid: Laid, entry: _Change) -> None:
    home = _list_of(laid, entry)
    if home is None:
        return
    key = {"cases": "case", "tiers": "tier", "grades": "grade"}[entry.kind]
    rows = _rows(laid, home)
    names = [str(row.value[key]) for row in rows]
    name, said = str(entry.data[key]), [move for move in _MOVES if move in entry.data]
    at = names.index(name) if name in names else None
    if len(said) > 1:
        entry.say(laid, f"“{name}”：{'、'.join(said)} 只写一个", key=said[1])
    elif said and said[0] != "remove":
        _insert(laid, entry, rows, names, said[0], name)
    elif at is None:
        told = f"没有“{name}”，不能{'去掉' if said else '改'}"
        expected = "" if said else f"新加的写 insert_before 或 insert_after；上级有的：{'、'.join(names)}"
        entry.say(laid, told, expected, nearest(name, names), key=key)
    elif said:
        del rows[at]
    else:
        row = rows[at]
        value = _merged(row.value, entry.values)
        below = row.written.get(())
        rows[at] = _LaidRow(value, _parts(row.written, value, entry), (*((below,) if below else ()), *row.over))
    _put(laid, home, rows)


def _insert(laid: Laid, entry: _Change, rows: list[_LaidRow], names: list[str], where: str, name: str) -> None:
    beside = str(entry.data[where])
    if name in names:
        entry.say(laid, f"“{name}”上级已有，不能再加", "改它的不写 insert_before、insert_after；新加的用另一个编号", key=where)
    elif beside not in names:
        told = f"“{name}”要加在“{beside}”旁边，没有“{beside}”"
        entry.say(laid, told, "、".join(names), nearest(beside, names), key=where)
    elif _whole(laid, entry):
        rows.insert(names.index(beside) + (where == "insert_after"), _LaidRow(entry.values, {(): (entry.document, entry.path)}))


def _list_of(laid: Laid, entry: _Change) -> Path_ | None:
    """Where the list stands that the entry is about; None, told, where there is none to change."""
    if entry.kind == "grades":
        home: Path_ = ("grades",)
    elif entry.kind == "tiers":
        home = ("scoring", "qualitative", "tiers")
    else:
        table = str(entry.data["table"])
        tables = {
            name: section
            for section in ("recognition", "scoring")
            for name, item in laid.sections.get(section, {}).items()
            if isinstance(item, dict) and isinstance(item.get("cases"), list) and name != "weights"
        }
        if table not in tables:
            entry.say(laid, f"没有“{table}”这张表", "、".join(tables), nearest(table, tables), key="table")
            return None
        home = (tables[table], table, "cases")
    try:
        part_at(laid.sections, home)
    except (KeyError, TypeError):
        entry.say(laid, f"上级没有 {'.'.join(map(str, home))}，没有可改的", "在 extends 里写上有它的政策")
        return None
    return home


def _whole(laid: Laid, entry: _Change) -> bool:
    """Whether a new item says all that one has to; told if not."""
    missing = [key for key in _NEEDS[entry.kind] if key not in entry.data]
    for group, of in ((_INSTEAD[0] + ("value",), "cases"), (_INSTEAD[1], "cases"), (_INSTEAD[2], "tiers"), (_INSTEAD[2], "grades")):
        if entry.kind == of and not any(key in entry.data for key in group):
            missing.append(" 或 ".join(group))
    if missing:
        entry.say(laid, f"新加的缺少 {'、'.join(missing)}", "写全：新加的没有上级的可照")
    return not missing


def _merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    gone = {key for group in _INSTEAD if any(key in new for key in group) for key in group if key not in new}
    return {**{key: value for key, value in old.items() if key not in gone}, **new}


def _rows(laid: Laid, home: Path_) -> list[_LaidRow]:
    out: list[_LaidRow] = []
    for index, value in enumerate(part_at(laid.sections, home)):
        path = (*home, index)
        found = origin_of(laid.origins, path)
        own = {p[len(path) :]: origin for p, origin in laid.origins.items() if p[: len(path)] == path}
        out.append(_LaidRow(value, {**({(): found} if found else {}), **own}, laid.overridden.get(path, ())))
    return out


def _parts(
    was: Mapping[Path_, tuple[YamlDocument, Path_]], item: Mapping[str, Any], entry: _Change
) -> dict[Path_, tuple[YamlDocument, Path_]]:
    """Where the parts of a changed item are written: the item by the entry, what that does not say where it stood before."""
    out: dict[Path_, tuple[YamlDocument, Path_]] = {(): (entry.document, entry.path)}
    below = was.get(())
    for key in item:
        kept = was.get((key,)) or (below and (below[0], (*below[1], key)))
        if key not in entry.data and kept:
            out[(key,)] = kept
    return out


def _put(laid: Laid, home: Path_, rows: Sequence[_LaidRow]) -> None:
    """The list in its place, in data that nobody else holds, and where each of its items was written."""
    laid.sections[str(home[0])] = with_part(laid.sections[str(home[0])], home[1:], [row.value for row in rows])
    for known in (laid.origins, laid.overridden):
        for path in [path for path in known if path[: len(home)] == home and len(path) > len(home)]:
            del known[path]
    for index, row in enumerate(rows):
        for part, origin in row.written.items():
            laid.origins[(*home, index, *part)] = origin
        if row.over:
            laid.overridden[(*home, index)] = row.over


# --- items by key --------------------------------------------------------------------------------------------------


def _by_key(laid: Laid, entry: _Change) -> None:
    if entry.kind == "clauses":
        source = str(entry.data["source"])
        known = laid.sections.get("sources", {})
        if source not in known:
            entry.say(laid, f"没有来源“{source}”", "、".join(known), nearest(source, known), key="source")
            return
        home: Path_ = ("sources", source, "clauses")
        name = str(entry.data["clause"])
    elif entry.kind == "taxonomy":
        home, name = ("taxonomy",), str(entry.data["level1"])
    else:
        home, name = ("findings",), str(entry.data["id"])
    items: Mapping[str, Any] = part_at(laid.sections, home) if home[0] in laid.sections else {}
    path = (*home, name)
    if entry.data.get("remove"):
        if name not in items:
            entry.say(laid, f"没有“{name}”，不能去掉", "", nearest(name, items))
            return
        _keep(laid, home, {key: value for key, value in items.items() if key != name})
        for gone in [one for one in laid.origins if one[: len(path)] == path]:
            del laid.origins[gone]
        return
    below = origin_of(laid.origins, path) if name in items else None
    if name not in items and (entry.kind == "findings" or not _whole(laid, entry)):
        if entry.kind == "findings":
            entry.say(laid, f"没有规则“{name}”，不能改", "新加的规则写在 findings", nearest(name, items), key="id")
        return
    was = {p[len(path) :]: origin for p, origin in laid.origins.items() if p[: len(path)] == path}
    was |= {(): below} if below else {}
    merged = _merged(items.get(name, {}), entry.values)
    _keep(laid, home, {**items, name: merged})
    laid.origins.update({(*path, *part): origin for part, origin in _parts(was, merged, entry).items()})
    if below:
        laid.overridden[path] = (below, *laid.overridden.get(path, ()))


def _keep(laid: Laid, home: Path_, items: Mapping[str, Any]) -> None:
    section = str(home[0])
    laid.sections[section] = with_part(laid.sections.get(section, {}), home[1:], dict(items))
