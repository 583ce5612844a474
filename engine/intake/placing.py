"""Of which place forms are, and on what ground: what the user says, a record or an answer says, the unit's name, else the layout.

What a name leaves open is not guessed: the place is then unknown, and which policy judges is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine.errors import Place as Spot
from engine.errors import PolicyError, Problem, UsageError
from engine.intake.shelf import Shelf
from engine.policy.heads import Head
from engine.policy.places import COUNTRY, PlaceReading, Region
from engine.submission.model import Form

OPTION, SAID, UNIT = "option", "said", "unit"
"""Grounds: `--place`, a record or an answer, the name of the unit."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Where forms are of: the places from the nearest one up to the country; none where it is not known. `code`: the jurisdiction
    of policies that is in no table of places; `words`: what it was read from."""

    chain: tuple[Region, ...] = ()
    code: str = ""
    ground: str = ""
    words: str = ""
    likely: tuple[Region, ...] = ()
    """What the name of the unit may mean, where that is not certain (湖北大学, 夷陵区水利局)."""
    apart: tuple[str, ...] = ()
    """Places that have none in common: forms of several provinces given together."""

    @property
    def known(self) -> bool:
        return bool(self.chain or self.code)

    @property
    def name(self) -> str:
        """As people say it."""
        return PlaceReading(self.chain).name or self.code

    @property
    def key(self) -> str:
        """What a record writes as its jurisdiction so that it is placed the same."""
        return self.code or (self.chain[0].code or self.name if self.chain else "")

    def rank(self, head: Head, shelf: Shelf) -> int | None:
        """How far up from the place a policy is at home; behind all for one that stands back behind others wherever; None for
        one of another place."""
        own = shelf.region(head)
        if self.code:
            if head.jurisdiction == self.code:
                return 0
        elif own in self.chain:
            return self.chain.index(own)
        if not head.fallback or (own is not None and own.level != COUNTRY):
            return None
        return len(self.chain) + (1 if own is not None else 2)


NOT_PLACED = Placed()


def placed(forms: Sequence[Form], said: Iterable[str], shelf: Shelf) -> Placed:
    """The place of forms that are judged together. `said`: the jurisdictions that records and answers name.

    Raises PolicyError where what is said is no place: a name that is misspelt, or of a county whose province is not said;
    UsageError where `--place` is none.
    """
    if shelf.library.place:
        return asked(shelf)
    named = sorted(set(said) - {""})
    if named:
        found = [_of_words(text, SAID, shelf) for text in named]
        return _together(found)
    units = dict.fromkeys(form.unit for form in forms)
    read = [(unit, shelf.gazetteer().of_unit(unit)) for unit in units]
    sure = [Placed(one.chain, "", UNIT, unit) for unit, one in read if one.certain and one.known]
    if sure:
        return _together(sure)
    return Placed(likely=tuple(one.region for _, one in read if one.region is not None))


def asked(shelf: Shelf) -> Placed:
    """The place that `--place` names; nowhere where it was not given. Raises UsageError where it is no place."""
    return _of_words(shelf.library.place, OPTION, shelf) if shelf.library.place else NOT_PLACED


def _of_words(text: str, ground: str, shelf: Shelf) -> Placed:
    found = shelf.gazetteer().find(text)
    if found.known:
        return Placed(found.chain, "", ground, text)
    heads = shelf.heads()[0]
    code = next((head.jurisdiction for head in heads if text in (head.jurisdiction, head.jurisdiction_name) and text), "")
    if code:
        return Placed((), code, ground, text)
    problem = _unknown(text, found, ground, shelf)
    raise UsageError(problem) if ground == OPTION else PolicyError(problem)


def _unknown(text: str, found: PlaceReading, ground: str, shelf: Shelf) -> Problem:
    whose = "--place" if ground == OPTION else "记录或答复写的地区"
    if found.chain:
        told, expected = f"{whose}“{text}”看不出在哪个省", f"连着上级写，如 湖北省宜昌市{text}"
        return Problem(Spot(), told, expected, code="policy.place")
    near = shelf.gazetteer().nearest(text)
    expected = "省、市、县的名称（如 湖北省、武汉市、湖北省宜昌市夷陵区），或政策的地区代码（如 hubei）"
    return Problem(Spot(), f"{whose}“{text}”不是认得的地区", expected, near, code="policy.place")


def _together(found: Sequence[Placed]) -> Placed:
    """The one place of several: the same, or the nearest that all lie in; none for those that only the country holds together."""
    first = found[0]
    if len({(one.chain, one.code) for one in found}) == 1:
        return first
    if any(one.code for one in found):
        return Placed(apart=tuple(dict.fromkeys(one.name for one in found)))
    common = [region for region in first.chain if all(region in one.chain for one in found)]
    central = any(one.chain[0].level == COUNTRY for one in found)
    if not common or (common[0].level == COUNTRY and not central):
        return Placed(apart=tuple(dict.fromkeys(one.name for one in found)))
    return Placed(tuple(common), "", first.ground, "、".join(dict.fromkeys(one.words for one in found)))


def told(place: Placed, head: Head, shelf: Shelf, years: Iterable[int]) -> str:
    """That a place is judged by a policy that is not its own, or of no place above it but the country (Chinese); empty where a
    policy of the place or its province is used, and for the country's own units."""
    rank = place.rank(head, shelf)
    if not rank or (own := shelf.region(head)) is None or own.level != COUNTRY:
        return ""
    spoken = {OPTION: "--place 写明", SAID: "记录或答复写明", UNIT: f"由单位名称“{place.words}”"}[place.ground]
    span = "、".join(f"{year}" for year in sorted(set(years)))
    return f"地区是{place.name}（{spoken}），没有{place.name}适用于{span}年度的政策，按{own.name}的 {head.id} 计分"


def unknown_told(forms: Sequence[Form], place: Placed) -> str:
    """Why the place of forms is not known (Chinese)."""
    if place.apart:
        return f"一起给出的表分属{'、'.join(place.apart)}"
    units = "、".join(dict.fromkeys(form.unit for form in forms if form.unit)) or "（没有写填报单位）"
    likely = "、".join(dict.fromkeys(region.name for region in place.likely))
    return f"看不出“{units}”是哪个地区的" + (f"（名称里的“{likely}”定不下来）" if likely else "")
