"""Who belongs under whom: from a table of units (CSV: unit, parent), or from the folders the files stand in."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from engine.documents import text as text_reader
from engine.errors import InputError, Place, Problem, nearest
from engine.files import displayed
from engine.forms.labels import fold
from engine.intake.bundle import content_of

MAX_UNITS = 100_000
MAX_DEPTH = 12
"""Levels of a hierarchy; the administration has five."""
UNIT_TITLES, PARENT_TITLES = ("单位", "单位名称", "填报单位", "unit"), ("上级", "上级单位", "主管部门", "parent")


@dataclass(slots=True)
class Node:
    """A unit or region: its name, and keys of those under it. `expected`: named in the table, so that it has to file."""

    key: str
    name: str
    parent: str = ""
    children: list[str] = field(default_factory=list)
    expected: bool = False
    folder: str = ""
    """The folder that tells it from another of its name."""


@dataclass(frozen=True)  # no slots: names are looked up in a table made once
class UnitTree:
    """All nodes by key, and the key of the top one."""

    nodes: dict[str, Node]
    top: str
    by_folder: bool = False
    """Whether who is under whom was taken from the folders the files lie in."""
    places: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """The node of a unit by its file and its folded name, where one name may be two units."""

    def home(self, file: str, unit: str) -> str:
        """The key of the node of a unit that filed in `file`; a region that files a form itself is its own node."""
        return self.places.get((file, fold(unit))) or self._by_name[fold(unit)]

    @cached_property
    def _by_name(self) -> dict[str, str]:
        return {fold(node.name): key for key, node in sorted(self.nodes.items(), key=lambda item: -len(item[1].children))}

    def above(self, key: str) -> Iterator[str]:
        """The key itself and those over it, upwards."""
        while key:
            yield key
            key = self.nodes[key].parent

    def depth(self, key: str) -> int:
        depth = 0
        while self.nodes[key].parent:
            key, depth = self.nodes[key].parent, depth + 1
        return depth

    def bottom_up(self) -> list[str]:
        """Keys of the nodes with others under them, deepest first, in an order that does not depend on the input's."""
        inner = [node.key for node in self.nodes.values() if node.children]
        return sorted(inner, key=lambda key: (-self.depth(key), key))


def read_table(path: Path, top_name: str) -> UnitTree:
    """A table of units from CSV with the columns 单位 and 上级 (or unit, parent), in any order, others ignored.

    A parent that has no row of its own is a region; one without parent is the top. Several tops come under one called
    `top_name`. Raises InputError with every problem: no such column, a unit twice, a circle, nothing in it.
    """
    name = displayed(path)
    text = text_reader.decode(content_of(path), name).lstrip("\ufeff")
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter="\t" if "\t" in text.partition("\n")[0] else ","))
    except csv.Error as wrong:
        raise InputError(
            Problem(Place(name), f"单位表不是 CSV（{wrong}）", "每行一个单位，栏目以逗号分开", code="units.csv")
        ) from None
    problems: list[Problem] = []
    head = [fold(cell) for cell in rows[0]] if rows else []
    unit_at = next((n for n, cell in enumerate(head) if cell in UNIT_TITLES), None)
    parent_at = next((n for n, cell in enumerate(head) if cell in PARENT_TITLES), None)
    if unit_at is None or parent_at is None:
        raise InputError(Problem(Place(name, 1), "单位表的第一行没有“单位”和“上级”两栏", "如：单位,上级", code="units.columns"))
    if len(rows) > MAX_UNITS:
        raise InputError(Problem(Place(name), f"单位表有 {len(rows):,} 行", f"不超过 {MAX_UNITS:,} 行", code="input.too-many-rows"))
    nodes: dict[str, Node] = {}
    lines: dict[str, int] = {}
    for line, row in enumerate(rows[1:], start=2):
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        unit = cells[unit_at] if unit_at < len(cells) else ""
        parent = cells[parent_at] if parent_at < len(cells) else ""
        key = fold(unit)
        if not unit:
            problems.append(Problem(Place(name, line), "这一行没有写单位", "单位名称", code="units.empty"))
        elif key in lines:
            problems.append(
                Problem(Place(name, line), f"单位“{unit}”重复，已写在第 {lines[key]} 行", "每个单位一行", code="units.twice")
            )
        else:
            lines[key] = line
            nodes[key] = Node(key, unit, fold(parent), expected=True)
            if parent:
                nodes.setdefault(fold(parent), Node(fold(parent), parent))
    # a row may come after it was named as a parent: it keeps what its own row says
    for node in list(nodes.values()):
        if node.parent in nodes:
            nodes[node.parent].children.append(node.key)
    problems += _circles(nodes, lines, name)
    if not nodes and not problems:
        problems.append(Problem(Place(name), "单位表里没有单位", "每行一个单位和它的上级", code="units.none"))
    if problems:
        raise InputError(problems)
    return _topped(nodes, top_name)


def _circles(nodes: dict[str, Node], lines: dict[str, int], file: str) -> Iterable[Problem]:
    for node in nodes.values():
        key, trail = node.key, [node.key]
        while (key := nodes[key].parent) and len(trail) <= MAX_DEPTH and key not in trail:
            trail.append(key)
        if key == node.key or len(trail) > MAX_DEPTH:
            what = f"“{node.name}”的上级绕成了圈" if key == node.key else f"“{node.name}”上面超过 {MAX_DEPTH} 级"
            yield Problem(Place(file, lines.get(node.key, 0)), what, "上级一直写到最上一级为止", code="units.circle")


def from_folders(files: Sequence[tuple[str, str]], top_name: str) -> UnitTree:
    """A tree from (file, unit) pairs: each folder is a region, the units of its files are under it; the one all lie in is called
    `top_name`. A unit called like its folder, or like the top, is the region itself."""
    where = [(Path(os.path.abspath(file)).parent, unit) for file, unit in files]
    common = Path(os.path.commonpath([str(folder) for folder, _ in where]))
    nodes: dict[str, Node] = {}

    def region(folder: Path) -> str:
        key = "/" + "/".join(folder.relative_to(common).parts)
        if key not in nodes:
            parent = "" if folder == common else region(folder.parent)
            nodes[key] = Node(key, displayed(folder.name) if parent else top_name, parent)
        return key

    places: dict[tuple[str, str], str] = {}
    for (file, _), (folder, unit) in zip(files, where, strict=True):
        home = region(folder)
        key = home if fold(unit) in (fold(nodes[home].name), fold(folder.name)) else f"{home}//{fold(unit)}"
        places[file, fold(unit)] = key
        if key != home:
            nodes.setdefault(key, Node(key, unit, home))
    for node in sorted(nodes.values(), key=lambda n: n.key):
        if node.parent:
            nodes[node.parent].children.append(node.key)
    return replace(_topped(nodes, top_name), by_folder=True, places=places)


def flat(filed: Iterable[tuple[str, str, str, str]], top_name: str) -> UnitTree:
    """All units under one. `filed`: file, unit, kind and name key of each form.

    Units of one name are one, unless the folders they lie in hold the same form: then each folder is a unit of its own.
    """
    items = list(filed)
    held: dict[tuple[str, str, str], set[Path]] = {}
    for file, unit, kind, form in items:
        held.setdefault((fold(unit), kind, form), set()).add(Path(file).parent)
    several = {unit for (unit, _, _), folders in held.items() if len(folders) > 1}
    top = Node("\0top", top_name)
    nodes: dict[str, Node] = {}
    places: dict[tuple[str, str], str] = {}
    for file, unit, _, _ in sorted(items):
        if fold(unit) == fold(top_name):  # the one the others are rolled up to
            places[file, fold(unit)] = top.key
            continue
        folder = Path(file).parent if fold(unit) in several else None
        key = f"{folder or ''}//{fold(unit)}"
        places[file, fold(unit)] = key
        nodes.setdefault(key, Node(key, unit, top.key, folder=displayed(folder.name) if folder else ""))
    top.children = sorted(nodes)
    return UnitTree({**nodes, top.key: top}, top.key, places=places)


def _topped(nodes: dict[str, Node], top_name: str) -> UnitTree:
    tops = sorted(node.key for node in nodes.values() if not node.parent)
    if len(tops) == 1:
        return UnitTree(nodes, tops[0])
    top = Node("\0top", top_name, "", tops)
    for key in tops:
        nodes[key].parent = top.key
    return UnitTree({**nodes, top.key: top}, top.key)


def unknown(units: Iterable[tuple[str, Place]], tree: UnitTree, table: str) -> list[Problem]:
    """Units that have filed but are not in the table: their values would be left out without a word."""
    known = [node.name for node in tree.nodes.values()]
    return [
        Problem(
            place,
            f"填报单位“{unit}”不在单位表 {table} 里",
            "单位表里有的单位，或在表里加一行",
            nearest(unit, known),
            code="units.unknown",
        )
        for unit, place in sorted(set(units))
        if fold(unit) not in tree.nodes
    ]
