"""Units of one name that are not one unit: 水务局 in the folders of two counties.

Two folders that hold the same form of a unit are of two units, each with all that lies under the folder, where they are regions and
the unit's name says of none; else (初稿, 定稿) they hold two versions of one.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from engine.files import displayed
from engine.forms.labels import fold
from engine.forms.places import PlaceWords

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
