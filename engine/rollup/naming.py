"""What the top of a roll-up is called where nobody says: the region its units are of, not the folder somebody put them in."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from engine.files import displayed
from engine.forms.labels import fold
from engine.forms.places import PlaceWords


def region(files: Iterable[str], units: Iterable[str], places: PlaceWords) -> str:
    """The region of all units: what the folder of their files is called if that is a region's name, else what all their names
    begin with, else the region one of the folders above is called after. Empty where nothing says it."""
    folders = [str(Path(os.path.abspath(file)).parent) for file in files]
    folder = Path(os.path.commonpath(folders)) if folders else Path()
    home = places.region(folder)
    if home == folder and home.name:
        return displayed(home.name)
    return shared(units, places) or (displayed(home.name) if home else "")


def shared(units: Iterable[str], places: PlaceWords) -> str:
    """The region that the names of all units begin with (东市甲县水务局, 东市乙县水务局: 东市), as far down as they agree."""
    rests, found = {fold(unit) for unit in units}, ""
    while rests:
        named = {places.named(rest) for rest in rests}
        first = next(iter(named))
        if len(named) > 1 or not first:
            break
        found += first
        if first in rests:  # the region itself files, too: its name goes no further down
            break
        rests = {rest.removeprefix(first) for rest in rests}
    return found


def top_name(files: Sequence[str], units: Sequence[str], places: PlaceWords, jurisdiction: str, counted: str) -> str:
    """What the top level of a roll-up by region is called: the region, or where nothing says which, that it is so many units
    (`counted`, as the policy words it) of the policy's jurisdiction."""
    return region(files, units, places) or f"{jurisdiction}{counted.replace('{count}', str(len(set(map(fold, units)))))}"
