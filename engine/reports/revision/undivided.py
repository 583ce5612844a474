"""Parts of a filed report that are not divided as the drafted ones are, or whose heading the layout does not name: found by what
they are called and by what they tell. They stay as they are; what they do not tell is added behind them, without headings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from rapidfuzz import fuzz

from engine.errors import Place
from engine.forms.model import Layout
from engine.forms.report import section_of
from engine.reports.draft import Block
from engine.reports.own_words import folded, said
from engine.reports.revision.filed import speaks
from engine.submission.model import Form, Section

_ORDINAL = re.compile(r"^([一二三四五六七八九十]+)、\s*")
_CALLED_ALIKE = 90
"""How much of the shorter of two headings has to stand in the other (of 100) for them to be of one part."""
_LEAST = 4
"""Letters of a heading that says what its part is of."""
_SENTENCE = re.compile(r"[^。！？\n]+[。！？]?")
_FIGURE = re.compile(r"[0-9][0-9,]*\.[0-9]+|[0-9]{2,}")
_DONE = "met"
"""What was done: a part that tells it in its own words is not to tell it twice."""
_LACKING = "unmet"
_SAME_FIGURES = 2
"""Figures that a sentence has in common with a filed text for the two to be of one thing."""


@dataclass(frozen=True, slots=True)
class UndividedPart:
    """A part of a filed report from its heading to the next of the first depth."""

    heading: str
    places: tuple[Place, ...]
    texts: tuple[str, ...]

    def tells(self, sentence: str, least: int = 1) -> bool:
        """Whether it has the figures of a drafted sentence that has no fewer than `least`: two of them, or the only one."""
        own = _figures(sentence)
        return len(own) >= least and any(len(own & _figures(text)) >= min(_SAME_FIGURES, len(own)) for text in self.texts)


def with_keys(form: Form, layout: Layout | None) -> Form:
    """A form whose report says of each section what it is, where the layout knows its heading: a record need not say it."""
    if layout is None or all(section.key for section in form.report):
        return form
    sections: list[Section] = []
    above = ""
    for section in form.report:
        found = None if section.key else section_of(section.heading, layout, above)
        key = section.key or (found[0] if found and found[1] == section.depth else "")
        above = key if section.depth == 1 else above
        sections.append(replace(section, key=key))
    return replace(form, report=tuple(sections))


def undivided(form: Form, heading: str, blocks: Sequence[Block]) -> UndividedPart | None:
    """The part of a filed report that a drafted one of this heading and content is in; None where there is none. Looked at are only
    parts of which the layout names no section."""
    parts = list(_parts(form))
    named = (part for part in parts if _alike(part.heading, heading))
    sentences = [one for block in blocks if block.kind == "paragraph" for one in _SENTENCE.findall(block.text)]
    telling = (part for part in parts if any(part.tells(one, _SAME_FIGURES) for one in sentences))
    return next(named, None) or next(telling, None)


def lacking(
    report: Form, sections: Sequence[tuple[str, Sequence[Block]]], unmet: Sequence[str], nothing: frozenset[str]
) -> Iterator[Block]:
    """The drafted blocks that a filed report does not tell. `sections`: the drafted ones, by their keys; `unmet`: the names of what
    was not reached and is not told as such; `nothing`: the sections that would only say that there is nothing."""
    whole = UndividedPart("", (), tuple(paragraph.text for section in report.report for paragraph in section.paragraphs))
    for key, blocks in sections:
        if key in nothing or key == _DONE or (key == _LACKING and not unmet):
            continue
        if key == _LACKING:
            yield from blocks
            continue
        for block in blocks:
            if block.kind == "paragraph" and not any(whole.tells(one) for one in _SENTENCE.findall(block.text)):
                yield block


def says_missed(text: str, name: str, values: Sequence[str], wordings: Sequence[str]) -> bool:
    """Whether a sentence of a text says of something that it was not reached: in one of these wordings, or by its target and its
    result (`values`)."""
    own, both = folded(name), [folded(value) for value in values if value]
    for sentence in map(folded, _SENTENCE.findall(text)):
        if own in sentence and (said(sentence, wordings) or (len(both) > 1 and all(value in sentence for value in both))):
            return True
    return False


def renumbered(headings: Sequence[str], ordinals: Sequence[str]) -> Callable[[str, bool], str]:
    """What gives an added heading its number: its own where no filed one has it; at the end of the report the next one; else none.
    `headings`: the filed ones of the first depth; the second argument says whether it stands at the end."""
    taken = {found[1] for heading in headings if (found := _ORDINAL.match(heading))}

    def number(text: str, last: bool) -> str:
        own = _ORDINAL.match(text)
        if own is None:
            return text
        name = _ORDINAL.sub("", text)
        if not taken:
            return name
        known = [ordinals.index(one) for one in taken if one in ordinals]
        after = max(known, default=-1) + 1
        if last and after < len(ordinals):
            taken.add(ordinals[after])
            return f"{ordinals[after]}、{name}"
        if own[1] in taken:
            return name
        taken.add(own[1])
        return text

    return number


def _parts(form: Form) -> Iterator[UndividedPart]:
    """The parts of a report of which no section is named, that say something."""
    group: list[Section] = []
    for section in (*form.report, None):
        if section is None or section.depth == 1:
            texts = tuple(paragraph.text for one in group for paragraph in one.paragraphs)
            if group and any(map(speaks, group)) and not any(one.key for one in group):
                places = tuple(place for one in group for place in (one.place, *(p.place for p in one.paragraphs)))
                yield UndividedPart(group[0].heading, places, texts)
            group = []
        if section is not None:
            group.append(section)


def _alike(one: str, other: str) -> bool:
    first, second = folded(_ORDINAL.sub("", one)), folded(_ORDINAL.sub("", other))
    return min(len(first), len(second)) >= _LEAST and fuzz.partial_ratio(first, second) >= _CALLED_ALIKE


def _figures(text: str) -> set[str]:
    return {found.replace(",", "") for found in _FIGURE.findall(text)}
