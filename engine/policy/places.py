"""Places: provinces, prefectures and ministries by name, and which of them a unit's name says it is of.

The names are data (the pack `common/places`, or the user's own of that id). Below the prefecture only endings are known: 夷陵区
stands where what is before it does (湖北省宜昌市夷陵区), and by itself in a province nobody can see.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from engine.errors import PolicyError, Problem, nearest
from engine.forms.labels import fold
from engine.policy import files as policy_files
from engine.policy.identity import Itself
from engine.policy.library import Library, display_name

PACK = "common/places"
COUNTRY, PROVINCE, PREFECTURE, COUNTY = "country", "province", "prefecture", "county"
LONGEST = 8
"""Characters of a county's name before its ending."""
_NOT_BEHIND = ("门",)
"""教育部门 is no 教育部."""


@dataclass(frozen=True, slots=True)
class Region:
    """A place: `within` is the name of the place it lies in; empty for the country, and for a county of which nobody knows."""

    name: str
    level: str
    within: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class PlaceReading:
    """What a name says: the places from the nearest one up, as far as they are known; the words it was read from; whether it can
    be read otherwise, too."""

    chain: tuple[Region, ...] = ()
    words: str = ""
    certain: bool = False

    @property
    def region(self) -> Region | None:
        return self.chain[0] if self.chain else None

    @property
    def known(self) -> bool:
        """Whether it is known up to the country: what lies in a county of unknown province is not."""
        return bool(self.chain) and self.chain[-1].level == COUNTRY

    @property
    def name(self) -> str:
        """The nearest place, with what it lies in (湖北省武汉市)."""
        return "".join(region.name for region in reversed(self.chain) if region.level != COUNTRY) or (
            self.chain[0].name if self.chain else ""
        )


NOWHERE = PlaceReading()


@dataclass(frozen=True)  # no slots: what follows from the names is made once
class Gazetteer:
    """The names of places. `ways`: every full way a place is written, folded -> its name; `short`: the ways that leave out what
    kind of place it is (湖北, 武汉), which begin names of other things, too (武汉大学)."""

    regions: Mapping[str, Region] = field(default_factory=dict)
    ways: Mapping[str, str] = field(default_factory=dict)
    short: Mapping[str, str] = field(default_factory=dict)
    ministries: tuple[str, ...] = ()
    endings: tuple[str, ...] = ()
    not_places: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()

    @cached_property
    def country(self) -> Region | None:
        return next((region for region in self.regions.values() if region.level == COUNTRY), None)

    @cached_property
    def codes(self) -> Mapping[str, str]:
        """Code -> name."""
        return {region.code: name for name, region in self.regions.items() if region.code}

    def chain(self, name: str) -> tuple[Region, ...]:
        """A place and all it lies in, up to the country."""
        out: list[Region] = []
        while name in self.regions and len(out) < len(self.regions):
            out.append(self.regions[name])
            name = out[-1].within
        return tuple(out)

    def within(self, region: Region) -> tuple[Region, ...]:
        """The same of a place that may be in no list."""
        return (region, *self.chain(region.within)) if region.name not in self.regions else self.chain(region.name)

    def find(self, text: str) -> PlaceReading:
        """What a person names as a place: a code (hubei), a name however short (湖北省, 湖北, 湖北省宜昌市夷陵区), a ministry."""
        folded = fold(text)
        if name := self.codes.get(folded.lower()) or self.ways.get(folded) or self.short.get(folded):
            return PlaceReading(self.chain(name), text, certain=True)
        found = self.of_unit(text)
        whole = bool(found.chain) and (found.words == folded or found.chain[0].level == COUNTRY)
        return PlaceReading(found.chain, found.words, certain=True) if whole else NOWHERE

    def nearest(self, text: str) -> str:
        """The name or code that is close to what was written; empty where none is."""
        return nearest(text, [*self.regions, *self.codes])

    def of_unit(self, unit: str) -> PlaceReading:
        """The place a unit's name begins with. A short name (湖北) is certain only of a department of that level (湖北财政厅)."""
        text = fold(unit)
        ministry = _leading(text, self._ministries)
        if ministry and self.country is not None and not text.startswith(_NOT_BEHIND, len(ministry)):
            return PlaceReading((self.country,), ministry, certain=True)
        start = 0
        while word := _leading(text[start:], self._before):
            start += len(word)
        name, end = self._full(text, start)
        certain = bool(name)
        if not name and (word := _leading(text[start:], self._short)) and not self._goes_on(text, start + len(word)):
            name, end = self.short[word], start + len(word)
            certain = text.endswith(self.departments) if self.departments else False
        if name and self.regions[name].level == PROVINCE:  # 湖北武汉市 is no doubt of Hubei
            inner, after = self._full(text, end)
            if inner and self.regions[inner].within == name:
                name, end, certain = inner, after, True
        chain = list(self.chain(name)) if name else []
        while county := self._county(text, end):
            if chain and chain[0].level == COUNTY:
                break  # a town of a county: whoever wants to tell towns apart tells them by policies of their own
            certain = certain or bool(chain)
            chain.insert(0, Region(county, COUNTY, chain[0].name if chain else ""))
            end += len(county)
        return PlaceReading(tuple(chain), text[start:end], certain) if chain else NOWHERE

    def _full(self, text: str, start: int) -> tuple[str, int]:
        word = _leading(text[start:], self._ways)
        return (self.ways[word], start + len(word)) if word else ("", start)

    def _county(self, text: str, start: int) -> str:
        """The county (or town) that stands there, by its ending; empty where none does."""
        found = self._ending.match(text, start) if self._ending else None
        if found is None or found[0].endswith(self.not_places) or found[1] in _ANYBODY:
            return ""
        return found[0]

    def _goes_on(self, text: str, at: int) -> bool:
        """Whether what begins like a place is another's name: 朝阳区, 海南州."""
        return text.startswith(self.endings, at)

    @cached_property
    def _ending(self) -> re.Pattern[str] | None:
        ends = "|".join(map(re.escape, sorted(self.endings, key=len, reverse=True)))
        return re.compile(rf"(.{{1,{LONGEST}}}?)(?:{ends})") if ends else None

    @cached_property
    def _ways(self) -> _Words:
        return _Words(self.ways)

    @cached_property
    def _short(self) -> _Words:
        return _Words(self.short)

    @cached_property
    def _ministries(self) -> _Words:
        return _Words(self.ministries)

    @cached_property
    def _before(self) -> _Words:
        return _Words(self.before)


_ANYBODY = frozenset("某本各该全×x")
"""某县, 本区: no place's name."""


class _Words:
    """Words to begin with, told by their length."""

    __slots__ = ("lengths", "words")

    def __init__(self, words: Iterable[str]) -> None:
        self.words = frozenset(words)
        self.lengths = sorted({len(word) for word in self.words}, reverse=True)


def _leading(text: str, words: _Words) -> str:
    """The longest of the words that a text begins with; empty where none is."""
    return next((text[:length] for length in words.lengths if text[:length] in words.words), "")


# --- read from the pack --------------------------------------------------------------------------------------------


def gazetteer(where: Library) -> tuple[Gazetteer, tuple[Problem, ...]]:
    """The places of a library, and what is wrong with how they are written: then there are none, and nothing is read by names."""
    if PACK not in where:
        return Gazetteer(), ()
    sections: dict[str, Any] = {}
    problems: list[Problem] = []
    for path in sorted(where.directory(PACK).glob("*.yaml")):
        try:
            document, wrong = policy_files.read(path, display_name(path))
        except PolicyError as error:
            problems += error.problems
            continue
        problems += wrong
        sections |= document.data
    if problems or "places" not in sections:
        return Gazetteer(), tuple(problems)
    return _gazetteer(Itself(sections["places"])), ()


@lru_cache(maxsize=8)
def _gazetteer(of: Itself[Mapping[str, Any]]) -> Gazetteer:
    data = of.thing
    country = Region(data["country"]["name"], COUNTRY, "", data["country"]["code"])
    regions = {country.name: country}
    ways: dict[str, str] = {}
    short = {fold(word): country.name for word in (country.name, *data["country"].get("also", ()))}
    for region, own, plain in _provinces(data["provinces"], country.name):
        regions[region.name] = region
        ways |= {fold(word): region.name for word in own}
        if plain:
            short.setdefault(fold(plain), region.name)  # 吉林 is the province before it is its city
    ministries = tuple(fold(word) for name, also in data["ministries"].items() for word in (name, *also))
    words = {key: tuple(map(fold, data[key])) for key in ("endings", "not_places", "before", "departments")}
    return Gazetteer(regions, ways, short, ministries, **words)


def _provinces(provinces: Iterable[Mapping[str, Any]], country: str) -> Iterator[tuple[Region, list[str], str]]:
    """Each place, the full ways it is written, and the short one."""
    for item in provinces:
        yield Region(item["name"], PROVINCE, country, item["code"]), [item["name"]], item["short"]
        also = item.get("also", {})
        for name in item.get("prefectures", ()):
            plain = name.removesuffix("市") if name.endswith("市") else ""
            yield Region(name, PREFECTURE, item["name"]), [name, *also.get(name, ())], plain
