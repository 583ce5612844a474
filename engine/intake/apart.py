"""Units of one name that are not one unit: 水务局 in the folders of two counties.

Two folders that hold the same form of a unit are of two units, each with all that lies under the folder, where they are regions and
the unit's name says of none; else (初稿, 定稿) they hold two versions of one.

And files given together that are not of one unit: as many units as there are names, where two of them file the same form.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations
from pathlib import Path

from engine.files import displayed
from engine.forms.labels import fold
from engine.forms.places import PlaceWords
from engine.submission.model import Form

Body = tuple[str, int]
"""Unit (folded) and year."""


def tops(filed: Iterable[tuple[Body, str, str, str]], words: PlaceWords) -> dict[Body, set[Path]]:
    """The folders that tell units apart, by the unit and year they share; nothing for units of which no form is there twice.

    `filed`: of each form unit and year, kind, name, and the file it stands in. `words`: how regions are written."""
    held: dict[tuple[Body, str, str], set[Path]] = {}
    every = list(filed)
    for body, kind, name, path in every:
        # where it lies, whatever the current directory: a folder called . has a name, too
        held.setdefault((body, kind, "" if kind == "department" else fold(name)), set()).add(Path(os.path.abspath(path)).parent)
    out: dict[Body, set[Path]] = {}
    for (body, _, _), homes in held.items():
        regions = {words.region(folder) for folder in homes}
        if len(regions) > 1 and None not in regions and not words.named(body[0]):
            out.setdefault(body, set()).update(Path(region) for region in regions if region)
    return out


def home(found: Mapping[Body, set[Path]], body: Body, file: str) -> str:
    """The folder of `tops` that a file of a unit lies under; empty if its name alone says which unit it is."""
    over = {*Path(file).parents, *Path(os.path.abspath(file)).parents}
    inmost = sorted(found.get(body, ()), key=lambda path: (-len(path.parts), path))
    return next((str(path) for path in inmost if path in over), "")


def told(found: Mapping[Body, set[Path]], shown: Callable[[Path], str] = displayed) -> list[str]:
    """What is to be said of it; `shown`: what a folder is called."""
    out = []
    for (unit, _), folders in found.items():
        names = "、".join(sorted(map(shown, folders)))
        out.append(f"{names} 里都有“{unit}”的同一张表，按不同的单位核对")
    return out


def several(forms: Sequence[Form], *, one_file: bool = False) -> list[str]:
    """The units (as written) that forms given together are of, where these are not one: two units file a form of the whole unit,
    or the same form; or none files one of the whole unit and no name is part of another. Empty where they may well be one: a
    department with the projects of what is under it. `one_file`: they stand in one, which says that they belong together.
    """
    names: dict[str, str] = {}
    held: dict[tuple[str, str], set[str]] = {}
    for form in forms:
        unit = fold(form.unit)
        if unit:
            names.setdefault(unit, form.unit)
            held.setdefault((form.kind, "" if form.kind == "department" else fold(form.name)), set()).add(unit)
    if len(names) < 2:
        return []
    twice = any(len(units) > 1 for units in held.values())
    under = any(kind == "department" for kind, _ in held) or any(a in b or b in a for a, b in combinations(names, 2))
    return list(names.values()) if twice or not (under or one_file) else []


def several_told(units: Sequence[str], shown: int = 5) -> str:
    """What is to be said of units that were taken for as many (Chinese)."""
    more = f"等 {len(units)} 个单位" if len(units) > shown else f" {len(units)} 个单位"
    return f"一起给出的是{'、'.join(units[:shown])}{more}的表，按不同的单位核对"
