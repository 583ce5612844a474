"""The draft held against the text the body filed: what differs is marked in the draft.

Sentence by sentence within a section: a sentence close to one that was filed is compared word by word, any other is marked as
new; sentences that were filed and have no counterpart are listed at the section's end. Numbers are compared whole, so that
96.82 against 98.82 is one change. The marks are the policy's (`narrative.phrases.marks`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import replace
from difflib import SequenceMatcher

from rapidfuzz import fuzz

from engine.errors import Place, PolicyError, Problem
from engine.policy.model import Narrative
from engine.reports.draft import Block, Draft
from engine.submission.model import Form

MAX_SENTENCES = 400
_SENTENCE = re.compile(r"[^。；;！？\n]+[。；;！？]?")
_TOKEN = re.compile(r"[0-9][0-9,.]*[%‰]?|[A-Za-z]+|\s+|.", re.S)


def compared(draft: Draft, form: Form, narrative: Narrative) -> Draft:
    """The draft with what differs marked. Sections the body filed nothing for stay as they are, so does what is not prose.

    `narrative` is the policy's: which filed sections each section stands for (`filed`), how alike two sentences must be to be
    versions of one (`similar`, 0 to 100), and the marks. Raises PolicyError if one of them is not there.
    """
    keys = {section.id: section.filed for section in narrative.sections}
    marks: Mapping[str, str] | None = narrative.phrases.get("marks")
    similar = narrative.similar
    if marks is None or similar is None:
        name = "similar" if marks is not None else "marks"
        raise PolicyError(
            Problem(
                Place(),
                f"自评报告（narrative）没有写“{name}”，不能与原报告比对",
                f"{name}，见 common/narrative",
                code="narrative.none",
            )
        )
    blocks: list[Block] = []
    for section in dict.fromkeys(block.section for block in draft.blocks):
        own = [block for block in draft.blocks if block.section == section]
        filed = [s for s in _filed(form, keys.get(section, ())) if s]
        blocks += _section(own, filed, section, marks, similar) if filed else own
    return replace(draft, blocks=tuple(blocks))


def _filed(form: Form, keys: tuple[str, ...]) -> list[str]:
    text = "\n".join(p.text for section in form.report if section.key in keys for p in section.paragraphs)
    return _sentences(text)[:MAX_SENTENCES]


def _sentences(text: str) -> list[str]:
    return [found.strip() for found in _SENTENCE.findall(text) if found.strip()]


def _section(blocks: list[Block], filed: list[str], section: str, marks: Mapping[str, str], similar: int) -> Iterator[Block]:
    used: set[int] = set()
    for block in blocks:
        if block.kind != "paragraph":
            yield block
            continue
        parts: list[str] = []
        new: list[str] = []  # sentences in a row without counterpart get one mark together
        for sentence in [*_sentences(block.text), ""]:
            index = _closest(sentence, filed, used, similar) if sentence else None
            if sentence and index is None:
                new.append(sentence)
                continue
            if new:
                parts.append(marks["new"].replace("{text}", "".join(new)))
                new = []
            if index is not None:
                used.add(index)
                parts.append("".join(_words(filed[index], sentence, marks)))
        yield replace(block, text="".join(parts))
    left = [sentence for n, sentence in enumerate(filed) if n not in used]
    if left:
        yield Block("paragraph", marks["left"].replace("{text}", "".join(left)), section)


def _closest(sentence: str, filed: list[str], used: set[int], similar: int) -> int | None:
    scored = [(fuzz.ratio(_plain(sentence), _plain(other)), -n) for n, other in enumerate(filed) if n not in used]
    best = max(scored, default=(0.0, 0))
    return -best[1] if best[0] >= similar else None


def _words(old: str, new: str, marks: Mapping[str, str]) -> Iterator[str]:
    """The new sentence, with what was otherwise in the old one marked. White space and width do not count."""
    before, after = _TOKEN.findall(old), _TOKEN.findall(new)
    matcher = SequenceMatcher(None, [_plain(t) for t in before], [_plain(t) for t in after], autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        was, now = "".join(before[a:b]), "".join(after[c:d])
        if kind == "equal" or _plain(was) == _plain(now):
            yield now
        elif was and now:
            yield marks["changed"].replace("{old}", was).replace("{text}", now)
        else:
            yield marks["new"].replace("{text}", now) if now else marks["gone"].replace("{text}", was)


def _plain(text: str) -> str:
    """Text as it is compared: half width, thousands separators and white space dropped, 20 and 20.00 alike."""
    folded = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    return re.sub(r"[0-9][0-9,]*\.?[0-9]*", lambda m: _number(m[0]), folded)


def _number(text: str) -> str:
    whole, point, decimals = text.replace(",", "").partition(".")
    return whole + (f".{decimals.rstrip('0')}" if point and decimals.rstrip("0") else "")
