"""Words of the administration in names: whether a unit's name says of which region it is, whether a folder's name is a region's."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePath

from engine.forms.labels import fold

LONGEST = 8
"""Characters of a region's name before its last (黔西南布依族苗族自治州)."""


@dataclass(frozen=True)  # no slots: the pattern is made once
class PlaceWords:
    """How names of regions end (省, 市, 县 …), and words that end so and name none (城市, 社区)."""

    endings: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    @cached_property
    def _leading(self) -> re.Pattern[str] | None:
        ends = "|".join(map(re.escape, sorted(map(fold, self.endings), key=len, reverse=True)))
        return re.compile(rf"(.{{1,{LONGEST}}}?)({ends})") if ends else None

    def named(self, unit: str) -> str:
        """The region a unit's name begins with (甲县水务局: 甲县), folded; empty if it names none (水务局, 城市管理局)."""
        text = fold(unit)
        found = self._leading.match(text) if self._leading else None
        if found is None or any(found[0].endswith(fold(word)) for word in self.others):
            return ""
        end = found.end()
        while more := max((e for e in map(fold, self.endings) if text.startswith(e, end)), key=len, default=""):
            end += len(more)  # 沙市区, 津市市, 新市镇: what ends like a region goes on as the name of another
        return text[:end]

    def ending(self, name: str) -> str:
        """How a region's name ends; empty if it is no region's name."""
        text = fold(name)
        if any(text.endswith(fold(word)) for word in self.others):
            return ""
        return max((e for e in map(fold, self.endings) if text.endswith(e) and len(text) > len(e)), key=len, default="")

    def region(self, folder: PurePath) -> PurePath | None:
        """The folder of the region that a folder lies in, itself included (甲县 of 甲县/修改稿); None if none is a region's."""
        return next((path for path in (folder, *folder.parents) if self.ending(path.name)), None)

    def several_units(self, unit: str, folders: Iterable[PurePath]) -> bool:
        """Whether units of one name in these folders are as many: the name says of no region, and each lies in one of its own."""
        regions = [self.region(folder) for folder in folders]
        return not self.named(unit) and None not in regions and len(set(regions)) == len(regions)
