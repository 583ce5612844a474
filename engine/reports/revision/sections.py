"""Sections drafted held against sections filed: which are missing and are added, and which problems the filed ones do not tell.

A drafted heading is read by the layout that read the filed report, so the two are of one section where their keys are the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rapidfuzz import fuzz

from engine.errors import Place
from engine.forms.model import Layout
from engine.forms.report import section_of
from engine.reports.draft import Block, Draft
from engine.reports.own_words import folded, said
from engine.reports.revision.filed import speaks
from engine.reports.revision.model import AddedBlock, Addition, Spot, TextChange
from engine.reports.revision.undivided import UndividedPart, lacking, renumbered, says_missed, undivided
from engine.submission.model import Cell, Form, Section

_DEPTHS = {"heading1": 1, "heading2": 2}
_NOTHING = 2
"""Letters of a section that says that there is nothing (无。)."""
_ORDINAL = re.compile(r"^[(（][一二三四五六七八九十]+[)）]")
_FIGURE = re.compile(r"[0-9]+\.[0-9]+|[0-9]{2,}")
_SENTENCE = re.compile(r"[^。！？\n]+[。！？]?")
_NAME = re.compile(r"“([^“”]{2,60})”")
_MEASURE = re.compile(r"(?:(?<=。)|^)[一二三四五六七八九十]+是")
PROBLEMS = frozenset({"problems", "problem"})
MEASURES = frozenset({"remedies"})
TOLD_NUMBERS = 2
"""Numbers that a sentence which names no indicator has in common with a filed one for the two to be of one thing."""


@dataclass(frozen=True, slots=True)
class DraftedSection:
    """A heading of the draft with what stands under it, up to the next heading."""

    key: str
    depth: int
    heading: Block
    blocks: tuple[Block, ...]

    @property
    def all(self) -> tuple[Block, ...]:
        return (self.heading, *self.blocks)


def drafted_sections(draft: Draft, layout: Layout, wanted: frozenset[str]) -> list[DraftedSection]:
    """The sections of a draft that the narrative's sections with these ids make."""
    out: list[DraftedSection] = []
    above = ""
    for block in draft.blocks:
        if block.section not in wanted:
            continue
        if block.kind in _DEPTHS:
            key, _ = section_of(block.text, layout, above) or ("", 0)
            depth = _DEPTHS[block.kind]
            above = key if depth == 1 else above
            out.append(DraftedSection(key, depth, block, ()))
        elif out:
            out[-1] = replace(out[-1], blocks=(*out[-1].blocks, block))
    return out


class FiledSections:
    """The sections of a filed report: which say something, and where each ends."""

    def __init__(self, form: Form, layout: Layout) -> None:
        self.form, self.layout = form, layout
        self.sections = form.report
        self.named = {s.key for s in self.sections if s.key}
        self.said = {s.key for s in self.sections if s.key and any(len(p.text) > _NOTHING for p in s.paragraphs)}
        if form.unmet:
            self.said.add("unmet")

    def has(self, keys: frozenset[str]) -> bool:
        return bool(self.said & keys)

    def names(self, keys: frozenset[str]) -> bool:
        """Whether there are headings with these keys, whatever stands under them."""
        return bool(self.named & keys)

    def nothing(self, key: str) -> Cell | None:
        """What a section says that says that there is nothing (无。); None where it says something, or nothing at all."""
        own = [paragraph for section in self.sections if section.key == key for paragraph in section.paragraphs]
        return own[0] if len(own) == 1 and len(own[0].text) <= _NOTHING else None

    def end(self, keys: frozenset[str]) -> tuple[Place, ...]:
        """Where the last section with one of these keys ends: behind all of these places."""
        last = max((n for n, section in enumerate(self.sections) if section.key in keys), default=None)
        if last is None:
            return ()
        section = self.sections[last]
        places = [section.place, *(paragraph.place for paragraph in section.paragraphs)]
        if section.key == "unmet":
            places += [row.place for row in self.form.unmet]
        return tuple(places)

    def heading(self, before: frozenset[str]) -> tuple[Place, ...]:
        """The heading of the first depth that the first section with one of these keys stands under."""
        first = next((n for n, section in enumerate(self.sections) if section.key in before), None)
        if first is None:
            return ()
        above = next((s for s in reversed(self.sections[: first + 1]) if s.depth == 1), None)
        return (above.place,) if above else ()

    def beginning(self) -> tuple[Place, ...]:
        """Behind the title of the report, before its first section."""
        places = [(s.place, *(p.place for p in s.paragraphs)) for s in self.sections[: self._begin()]]
        return tuple(place for some in places for place in some)

    def last(self) -> tuple[Place, ...]:
        """The last section and what it says."""
        section = self.sections[-1]
        return (section.place, *(paragraph.place for paragraph in section.paragraphs))

    def first(self) -> Place:
        """Where the first section begins."""
        return self.sections[self._begin()].place

    def _begin(self) -> int:
        """The first section that has a heading: what stands before it is the title."""
        headed = (n for n, one in enumerate(self.sections) if speaks(one) or section_of(one.heading, self.layout))
        return next(headed, 0)

    def lead(self, keys: frozenset[str]) -> UndividedPart | None:
        """What stands under the heading of the first depth that sections with these keys stand under, before the first of them;
        None where that is nothing."""
        first = next((n for n, section in enumerate(self.sections) if section.key in keys and section.depth > 1), 0)
        above = next((s for s in reversed(self.sections[:first]) if s.depth == 1 and not s.key and s.paragraphs), None)
        if above is None:
            return None
        places = (above.place, *(paragraph.place for paragraph in above.paragraphs))
        return UndividedPart(above.heading, places, tuple(paragraph.text for paragraph in above.paragraphs))

    def apart(self, keys: frozenset[str]) -> bool:
        """Whether several of these sections are parts of the first depth."""
        return len({section.key for section in self.sections if section.key in keys and section.depth == 1}) > 1

    def misses(self, item: Mapping[str, Any], wordings: Sequence[str]) -> bool:
        """Whether the report says of an indicator that it was not reached."""
        if item["name"] in {row.name for row in self.form.unmet}:
            return True
        values = (item["target"], item["actual"])
        return any(says_missed(p.text, item["name"], values, wordings) for section in self.sections for p in section.paragraphs)

    def divided(self, keys: frozenset[str]) -> bool:
        """Whether sections with these keys stand under headings of a second depth."""
        return any(section.key in keys and section.depth > 1 for section in self.sections)

    def home(self, heading: str, kinds: Sequence[Sequence[str]]) -> tuple[Place, ...]:
        """Where the filed problem ends that is of one kind with a drafted heading; nowhere where none is. `kinds`: the wordings by
        which each kind is known."""
        own = next((words for words in kinds if said(heading, words)), ())
        for section in self.sections:
            if section.key == "problem" and section.paragraphs and own and said(section.heading, own):
                return (section.place, *(paragraph.place for paragraph in section.paragraphs))
        return ()

    def text(self, keys: frozenset[str]) -> list[str]:
        """The paragraphs of the sections with these keys, their headings among them."""
        own: list[Section] = [section for section in self.sections if section.key in keys]
        return [text for section in own for text in (section.heading, *(p.text for p in section.paragraphs))]


def additions(
    drafted: Sequence[DraftedSection],
    filed: FiledSections,
    similar: int,
    note: Callable[[Block], tuple[str, ...]],
    ordinals: Sequence[str],
    missing: str,
    kinds: Sequence[Sequence[str]] = (),
    nothing: frozenset[str] = frozenset(),
    unmet: Sequence[str] = (),
) -> Iterator[Addition | TextChange]:
    """What is to be added to a filed report: whole sections that it does not have, behind the one that goes before; what a section
    says instead of that there is nothing; in the one that tells problems those that it does not tell, behind the filed one of
    their kind (`kinds`: its wordings) or under a heading of their own, and behind its measures those against them. Where the filed
    parts have no headings of a second depth, what is added has none. `note`: what is said beside a block; `missing`: beside a
    section that was not there; `nothing`: the sections that would only say that there is nothing; `unmet`: what was
    not reached, by name."""
    number = renumbered([section.heading for section in filed.sections if section.depth == 1], ordinals)

    def added(group: Sequence[DraftedSection], *, headed: bool = True) -> tuple[AddedBlock, ...]:
        blocks = [block for section in group for block in (section.all if headed else section.blocks)]
        if blocks and blocks[0].kind == "heading1":
            blocks[0] = replace(blocks[0], text=number(blocks[0].text, anchor == filed.last()))
        return tuple(AddedBlock(block, note(block) or ((missing,) if not n else ())) for n, block in enumerate(blocks))

    anchor = filed.beginning()
    woven: list[int] = []
    known = 0
    for group in _groups(drafted):
        keys = frozenset(section.key for section in group if section.key)
        if not keys or not filed.names(keys):
            told = [block for section in group for block in section.blocks]
            findable = [] if keys & (PROBLEMS | MEASURES) else told
            part = undivided(filed.form, group[0].heading.text, findable) if keys else None
            if part:
                anchor = part.places
                left = lacking(filed.form, [(section.key, section.blocks) for section in group], unmet, nothing)
                if made := tuple(AddedBlock(block, note(block) or ((missing,) if not n else ())) for n, block in enumerate(left)):
                    yield Addition(anchor, made)
            elif told:
                yield Addition(anchor, added(group), filed.first())
            continue
        if keys & PROBLEMS and filed.has(keys):
            places = filed.end(keys) or anchor
            own = [section for section in group if section.depth > 1]
            known = len(own)
            unsaid = [(n, one) for n, section in enumerate(own) if (one := _unsaid(section, filed.text(keys), similar))]
            woven = [n for n, _ in unsaid]
            homes = [filed.home(one.heading.text, kinds) for _, one in unsaid]
            for (_, one), home in zip(unsaid, homes, strict=True):
                if home:
                    yield Addition(home, tuple(AddedBlock(block, note(block)) for block in one.blocks))
            apart = [one for (_, one), home in zip(unsaid, homes, strict=True) if not home]
            if apart:
                woven_in = list(_numbered(apart, filed, ordinals))
                blocks = (b for section in woven_in for b in (section.all if filed.divided(PROBLEMS) else section.blocks))
                yield Addition(places, tuple(AddedBlock(block, note(block)) for block in blocks))
            anchor = places
            continue
        lead = filed.lead(keys)
        last = (lead.places if lead else filed.heading(keys)) or anchor
        for section in group:
            if not section.key or not section.blocks:
                continue
            own_key = frozenset([section.key])
            if lead and not filed.names(own_key) and not any(lacking(filed.form, [(section.key, section.blocks)], unmet, nothing)):
                continue
            if filed.has(own_key):
                last = filed.end(own_key)
                measures = _measures(section, woven, known, filed.text(own_key), ordinals) if section.key in MEASURES else None
                if measures:
                    yield Addition(last, (AddedBlock(measures, note(measures)),))
            elif filed.names(own_key):
                last = filed.end(own_key)
                if section.key not in nothing:
                    yield from _instead(section, filed, last, note, missing)
            elif section.key not in nothing and filed.apart(keys):
                heading = replace(section.heading, kind="heading1", text=_ORDINAL.sub("", section.heading.text))
                yield Addition(last, added([replace(section, heading=heading)]))
            elif section.key not in nothing:
                yield Addition(last, added([section], headed=filed.divided(keys)))
        anchor = last


def _groups(drafted: Sequence[DraftedSection]) -> Iterator[list[DraftedSection]]:
    """The sections of the first depth, each with those under it."""
    group: list[DraftedSection] = []
    for section in drafted:
        if section.depth == 1 and group:
            yield group
            group = []
        group.append(section)
    if group:
        yield group


def _instead(
    section: DraftedSection,
    filed: FiledSections,
    end: tuple[Place, ...],
    note: Callable[[Block], tuple[str, ...]],
    missing: str,
) -> Iterator[Addition | TextChange]:
    """What is drafted under a filed heading under which there is nothing, or which says that there is nothing (无。)."""
    nothing, first = filed.nothing(section.key), section.blocks[0]
    if first.kind == "paragraph" and len(first.text) <= _NOTHING:
        return
    rest = section.blocks
    if nothing is not None and first.kind == "paragraph":
        yield TextChange(Spot(nothing.place, nothing.text, 0, len(nothing.text)), first.text, note(first) or (missing,))
        rest = section.blocks[1:]
    if rest:
        yield Addition(end, tuple(AddedBlock(block, note(block) or (missing,)) for block in rest))


def _unsaid(section: DraftedSection, texts: Sequence[str], similar: int) -> DraftedSection | None:
    """A section with those sentences alone that no filed paragraph tells; None where nothing is left but blanks."""
    blocks = []
    for block in section.blocks:
        kept = [one for one in _SENTENCE.findall(block.text) if not _is_told(one, texts, similar)]
        if block.problem and any("【" not in one for one in kept):
            blocks.append(replace(block, text="".join(kept)))
    return replace(section, blocks=tuple(blocks)) if blocks else None


def _is_told(told: str, texts: Sequence[str], similar: int) -> bool:
    """Whether a filed paragraph tells what a sentence does: it has its names, its numbers, or says it in about the same words."""
    if "【" in told:
        return False
    names = {folded(name) for name in _NAME.findall(told)}
    numbers = set(_FIGURE.findall(told))
    for text in texts:
        own = folded(text)
        if len(names) > 1 and all(name in own for name in names):
            return True
        if not names and len(numbers) >= TOLD_NUMBERS and len(numbers & set(_FIGURE.findall(text))) >= TOLD_NUMBERS:
            return True
        if any(fuzz.ratio(folded(told), folded(other)) >= similar for other in _SENTENCE.findall(text)):
            return True
    return False


def _measures(
    section: DraftedSection, woven: Sequence[int], known: int, texts: Sequence[str], ordinals: Sequence[str]
) -> Block | None:
    """The drafted measures against the problems that are told anew, numbered on from the filed ones; None where which measure is
    against which problem cannot be told."""
    block = section.blocks[0]
    parts = [one for one in _MEASURE.split(block.text) if one] if known > 1 else [block.text]
    if len(parts) != known or not woven:
        return None
    have = max((len(_MEASURE.findall(f"。{text}")) for text in texts), default=0)
    have = max(have, sum(bool(_MEASURE.match(text)) for text in texts))
    numbered = [
        (f"{ordinals[have + n]}是" if have + n < len(ordinals) and (have or len(woven) > 1) else "") + _MEASURE.sub("", parts[at])
        for n, at in enumerate(woven)
    ]
    return replace(block, text="".join(numbered))


def _numbered(sections: Sequence[DraftedSection], filed: FiledSections, ordinals: Sequence[str]) -> Iterator[DraftedSection]:
    """The sections with their headings numbered on from the last filed one."""
    have = sum(section.key == "problem" for section in filed.sections)
    for number, section in enumerate(sections, start=have):
        text = section.heading.text
        if _ORDINAL.match(text) and number < len(ordinals):
            text = _ORDINAL.sub(f"（{ordinals[number]}）", text)
        yield replace(section, heading=replace(section.heading, text=text))
