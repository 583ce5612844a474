"""Which of the forms that were given are added, and which are not: each once, or named with its reason and its funds.

A record that this tool made of forms that lie beside it, a copy, a second version, a form in another region's folder: what is
certain is left out and told; where money would move or be counted twice, nothing is added until a person has decided.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import PurePath

from engine.errors import InputError, Place, Problem
from engine.forms.labels import fold
from engine.forms.places import PlaceWords
from engine.policy.periods import filed_on
from engine.rollup.given import MatchTable, left_out
from engine.rollup.model import exact, listed, name_key
from engine.rollup.units import UnitTree
from engine.submission.model import Cell, Form

OWN, RESULT, COPY, CHOSEN = "own", "result", "copy", "chosen"
NOT_COUNTED: Mapping[str, str] = {
    OWN: "本级自己的表，用来核对，不加进去",
    RESULT: "jixiao 由这里的表汇总成的，它们已经计入",
    COPY: "与另一份完全相同，只计一次",
    CHOSEN: "对应表写明不计入",
}


@dataclass(frozen=True, slots=True)
class Uncounted:
    """A form that was read and is not added: why (`NOT_COUNTED`), and its funds, None where not known."""

    unit: str
    form: str
    place: Place
    why: str
    funds: Fraction | None = None
    other: str = ""
    """The file that is counted instead."""


@dataclass(frozen=True, slots=True)
class Twin:
    """A file found in a folder and passed over, since it says what another says."""

    file: str
    other: str


@dataclass(frozen=True, slots=True)
class Filed:
    """A form that was read, the file it was read from, and the key of the node of its unit."""

    form: Form
    file: str
    home: str


@dataclass(frozen=True, slots=True)
class CountedForm:
    """A form that is added, and whose it is: the key of its node, and what its unit is called (with the folder where two units
    have one name)."""

    form: Form
    home: str
    label: str


@dataclass(frozen=True, slots=True)
class Admitted:
    """The forms that take part, and those that do not."""

    members: tuple[CountedForm, ...]
    left: tuple[Uncounted, ...]


def filed_of(forms: Sequence[Form], tree: UnitTree | None, files: Sequence[str] | None = None) -> list[Filed]:
    """The forms with the file each was read from (what the form itself says, where nobody says more) and the node of its unit."""
    named = files or [form.place.file for form in forms]
    return [Filed(f, file, fold(f.unit) if tree is None else tree.home(file, f.unit)) for f, file in zip(forms, named, strict=True)]


def admit(
    filed: Sequence[Filed],
    tree: UnitTree | None,
    twins: Sequence[Twin],
    words: PlaceWords,
    funds: Callable[[Form], Fraction | None],
    table: MatchTable | None = None,
) -> Admitted:
    """The forms that take part. `tree`: who is under whom, where that matters; `funds`: the funds of a form.

    Raises InputError with all that is to be decided.
    """
    problems: list[Problem] = []
    names = _labels(filed, tree)
    chosen = [item for item in filed if table and left_out(table, names[item.home], item.form.name)]
    kept, left = _own_results([item for item in filed if item not in chosen], words, funds, problems)
    left += [Uncounted(item.form.unit, item.form.name, Place(item.file), CHOSEN) for item in chosen]
    if tree is not None and tree.by_folder:
        problems += _copies_elsewhere(filed, kept, twins)
        problems += _strangers(kept, tree, words)
    problems += _twice(kept)
    problems += _apart(kept, words)
    if problems:
        raise InputError(problems)
    left += _copies(filed, twins)
    return Admitted(tuple(CountedForm(item.form, item.home, names[item.home]) for item in kept), tuple(left))


def _key(form: Form) -> tuple[str, str]:
    return name_key(form.unit), "" if form.kind == "department" else name_key(form.name)


def _own_results(
    filed: Sequence[Filed], words: PlaceWords, funds: Callable[[Form], Fraction | None], problems: list[Problem]
) -> tuple[list[Filed], list[Uncounted]]:
    """Forms that were rolled up from others that are here, too: left out if all are here, else there is something to decide.

    One is made of another if that has the unit, name and funds it was made of and lies in the region it lies in: units of one name
    are many.
    """
    here: dict[tuple[str, str], list[Filed]] = {}
    for item in filed:
        here.setdefault(_key(item.form), []).append(item)
    kept: list[Filed] = []
    left: list[Uncounted] = []
    for item in filed:
        form, parts, taken, found = item.form, _made_of(item.form), set(), []
        for key, amount in parts:
            for other in here.get(key, ()):
                same = other is not item and id(other) not in taken and _under(other, item, words)
                if same and (not amount or funds(other.form) is None or exact(funds(other.form)) == amount):
                    taken.add(id(other))
                    found.append(other)
                    break
        if not found:
            kept.append(item)
        elif len(found) == len(parts):
            left.append(Uncounted(form.unit, form.name, Place(item.file), RESULT))
        else:
            names = listed(other.form.unit for other in found)
            problems.append(
                Problem(
                    Place(item.file),
                    f"“{form.unit}”的“{form.name}”是汇总表，里面已经有 {names} 的表，它们也在这里：同一笔钱会加两遍",
                    "留下汇总表，或留下各下级的表",
                    code="rollup.counted-twice",
                )
            )
    return kept, left


def _under(other: Filed, result: Filed, words: PlaceWords) -> bool:
    """Whether a form lies in the region that a result lies in (somewhere, where that is in none)."""
    region = words.region(PurePath(os.path.abspath(result.file)).parent)
    return region is None or region in PurePath(os.path.abspath(other.file)).parents


def _made_of(form: Form) -> list[tuple[tuple[str, str], str]]:
    """The keys and funds of the forms that one was rolled up from."""
    if form.rolled is None:
        return []
    whole = form.kind == "department" and form.rolled.by != "project"  # a department has one form, whatever it is called
    counted = (m for m in form.rolled.members if m.status == "counted")
    return [((name_key(m.unit), "" if whole else name_key(m.form)), m.funds) for m in counted]


def _copies_elsewhere(filed: Sequence[Filed], kept: Sequence[Filed], twins: Sequence[Twin]) -> Iterator[Problem]:
    """One form in two folders: which region it belongs to is for a person to say. Of what is left out anyway it does not matter."""
    units = {item.file: item.form for item in filed}
    taken = {item.file for item in kept}
    for twin in twins:
        if twin.other in taken and PurePath(twin.file).parent != PurePath(twin.other).parent:
            form = units.get(twin.other)
            whose = f"“{form.unit}”的“{form.name}”" if form else "一份表"
            said = f"{whose}在两个目录里：{twin.other}、{twin.file}"
            yield Problem(Place(twin.file), said, "只留它所属地区的那一份", code="rollup.two-places")


def _copies(filed: Sequence[Filed], twins: Sequence[Twin]) -> Iterator[Uncounted]:
    units = {item.file: item.form for item in filed}
    for twin in twins:
        form = units.get(twin.other)
        yield Uncounted(form.unit if form else "", form.name if form else "", Place(twin.file), COPY, other=twin.other)


def _strangers(filed: Sequence[Filed], tree: UnitTree, words: PlaceWords) -> Iterator[Problem]:
    """Units whose own name says another region than the one they lie in: one of these folders, or one of the same rank."""
    regions = {node.key: fold(node.name) for node in tree.nodes.values() if node.children and len(fold(node.name)) > 1}
    told: set[str] = set()
    for item in filed:
        form, key, rest = item.form, item.home, fold(item.form.unit)
        above = set(tree.above(key))
        for name in sorted((regions[k] for k in above if k in regions), key=len, reverse=True):
            rest = rest.replace(name, " ")  # what says its own region says no other: 黄石港区 is not 黄石
        first = rest.strip()
        other = max(
            (k for k in regions if k not in above and first.startswith(regions[k])), key=lambda k: (len(regions[k]), k), default=""
        )
        over = tree.nodes[tree.nodes[key].parent or key].name
        said = words.named(first)
        of_rank = bool(said) and fold(over) != said and words.ending(over) == words.ending(said)
        if (other or of_rank) and fold(over) not in fold(form.unit) and item.file not in told:
            told.add(item.file)
            where, named = over, tree.nodes[other].name if other else said
            said = f"“{form.unit}”放在“{where}”的目录里，按名称是“{named}”的"
            yield Problem(form.place, said, f"移到“{named}”的目录；确属“{where}”的，用 --map 写明", code="rollup.wrong-folder")


def _twice(filed: Sequence[Filed]) -> Iterator[Problem]:
    """One form of one unit in two versions: the newer by its own date of filing is proposed, and nothing is chosen."""
    held: dict[tuple[str, str, str], list[Form]] = {}
    for item in filed:
        held.setdefault((item.home, item.form.kind, _key(item.form)[1]), []).append(item.form)
    for versions in held.values():
        if len(versions) > 1:
            first, second = versions[0], versions[1]
            dated = [(day, form) for form in versions if (day := filed_on(form))]
            newest = max(dated, key=lambda item: item[0]) if len({day for day, _ in dated}) > 1 else None
            dates = "；".join(f"{form.place.file or form.place} 填报日期 {day}" for day, form in dated)
            hint = f"（{dates}；较新的是 {newest[1].place.file or newest[1].place}）" if newest else ""
            message = f"“{first.unit}”的“{first.name}”有{_count(len(versions))}份，另一份在 {first.place}{hint}"
            yield Problem(second.place, message, "每个单位每张表一份，重复的会加两遍", code="rollup.twice")


def _apart(filed: Sequence[Filed], words: PlaceWords) -> Iterator[Problem]:
    """One form of one unit in two folders: of two units only where the unit's name says no region and the folders are regions
    (甲县/水务局, 乙县/水务局); else two versions of one, and nothing is chosen."""
    held: dict[tuple[str, str, str], dict[str, Filed]] = {}
    for item in filed:
        held.setdefault((fold(item.form.unit), item.form.kind, _key(item.form)[1]), {}).setdefault(item.home, item)
    for versions in held.values():
        if len(versions) > 1:
            items = list(versions.values())
            folders = [PurePath(os.path.abspath(item.file)).parent for item in items]
            if not words.several_units(items[0].form.unit, folders):
                regions = [words.region(folder) for folder in folders]
                again = next((n for n, region in enumerate(regions) if region in regions[:n]), 1)
                first, second = items[regions.index(regions[again])], items[again]
                if first is second:
                    first = items[0]
                message = f"“{first.form.unit}”的“{first.form.name}”在两个目录里各有一份：{first.file}、{second.file}"
                expected = "同一个单位的只留一份；不同的单位，名称里写明是哪里的"
                yield Problem(Place(second.file), message, expected, code="rollup.twice")


def _count(number: int) -> str:
    return "两" if number == 2 else f" {number} "


def _labels(filed: Sequence[Filed], tree: UnitTree | None) -> dict[str, str]:
    """What each node's unit is called: its name; with the folder over it where two nodes have one name."""
    names = {item.home: item.form.unit for item in filed}
    homes: dict[str, list[str]] = {}
    for key, name in names.items():
        homes.setdefault(fold(name), []).append(key)
    out = dict(names)
    if tree is None:
        return out
    for keys in homes.values():
        for key in keys if len(keys) > 1 else ():
            node = tree.nodes[key]
            folder = node.folder or (tree.nodes[node.parent].name if node.parent else "")
            out[key] = f"{names[key]}（{folder}）" if folder else names[key]
    return out


def alike(members: Sequence[CountedForm], least: int) -> dict[int, str]:
    """Forms of one unit that say the same under two names, by their identity, with the name of the other: two versions of one, or
    one that was copied. Forms of fewer than `least` indicators are alike by chance."""
    held: dict[object, CountedForm] = {}
    out: dict[int, str] = {}
    for member in members:
        form = member.form
        rows = [i for goal in form.goals for i in goal.indicators]
        said = tuple((i.name, _text(i.target), _text(i.actual), _text(i.score)) for i in rows)
        lines = tuple((line.name, _text(line.budget), _text(line.executed)) for line in form.budget)
        first = held.setdefault((member.home, form.kind, said, lines), member)
        if first is not member and len(rows) >= least:
            out[id(form)] = first.form.name
    return out


def _text(cell: Cell | None) -> str:
    return cell.text if cell else ""
