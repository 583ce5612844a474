"""The text of a report by section: what it says where, and which indicators it speaks of. Searching, no judging."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

from engine.language.facts.form import ReportFields
from engine.submission.model import Form, Section

PROBLEM_SECTIONS = ("problems", "problem")


class ReportText:
    """The report's text by section, and what it mentions."""

    def __init__(self, form: Form, numbering: Sequence[str]) -> None:
        self._numbering = numbering
        self._known: dict[str, str] = {}
        self.sections = form.report
        analysis = [form.analysis] if form.analysis else []
        remedies = [form.remedies] if form.remedies else []
        self.unmet = self._of("unmet")
        self.problems = "\n".join(filter(None, [self._of(*PROBLEM_SECTIONS), *(c.text for c in analysis)]))
        self.remedies = "\n".join(filter(None, [self._of("remedies"), *(c.text for c in remedies)]))
        self.report = "\n".join(p.text for s in form.report for p in s.paragraphs)
        self.sentences = [folded(s) for s in re.split(r"[。；;！\n]", self.report) if s.strip()]

    def _of(self, *keys: str) -> str:
        return "\n".join(text for s in self.sections if s.key in keys for text in _section_text(s))

    def _folded(self, text: str) -> str:
        """A part of the report folded: of each indicator it is asked whether that is in it."""
        if text not in self._known:
            self._known[text] = folded(text)
        return self._known[text]

    def fields(self) -> ReportFields:
        """The report's text by section, and how many problems and measures it numbers."""
        problems = [s for s in self.sections if s.key == "problem"]
        return ReportFields(
            problems=len(problems) if any(s.key in PROBLEM_SECTIONS for s in self.sections) else _itemised(self.problems),
            remedies=_enumerated(self.remedies, self._numbering) or _itemised(self.remedies),
            execution_text=self._of("execution") or None,
            met_text=self._of("met") or None,
            unmet_text=self.unmet or None,
            problems_text=self.problems or None,
            remedies_text=self.remedies or None,
            report_text=self.report or None,
            report_length=len(folded(self.report)) if self.report else None,
        )

    def mentions(self, text: str, name: str, target: str = "") -> bool:
        """Whether a text speaks of an indicator: by its name, or by its target value where that is more than a bare digit."""
        inside = self._folded(text)
        wanted = folded(target)
        return folded(name) in inside or (len(wanted) > 1 and any(c.isdigit() for c in wanted) and wanted in inside)

    def mentions_stem(self, text: str, stem: str) -> bool:
        """Whether a text has the part of a name before its measure (培训班 of 培训班期数), if that is three letters or more."""
        return len(stem) >= 3 and stem in self._folded(text)

    def sentence_has(self, name: str, words: Sequence[str]) -> bool:
        """Whether a sentence that names the indicator also has one of the words."""
        return bool(self.sentence_with(name, words))

    def sentence_with(self, name: str, words: Sequence[str]) -> str:
        """The first sentence that names the indicator and has one of the words; empty if none."""
        wanted = folded(name)
        return next((s for s in self.sentences if wanted in s and any(word in s for word in words)), "")


def _section_text(section: Section) -> Iterator[str]:
    yield section.heading
    yield from (paragraph.text for paragraph in section.paragraphs)


def _enumerated(text: str, numbering: Sequence[str]) -> int | None:
    """How many measures a text numbers by these words (一是、二是 …); None if it numbers none."""
    return sum(word in text for word in set(numbering)) or None


_ITEM = re.compile(r"(?:^|[\n。；;:：])\s*(?:[(（]([1-9][0-9]?)[)）]|([1-9][0-9]?)[.、．](?![0-9]))")


def _itemised(text: str) -> int | None:
    """How many items a text numbers by digits from 1 on (1. 2. 3., (1) (2)); None unless they follow one another."""
    numbers = [int(first or second) for first, second in _ITEM.findall(text)]
    return len(numbers) if len(numbers) > 1 and numbers == list(range(1, len(numbers) + 1)) else None


def folded(text: str) -> str:
    """Text for comparison: half width, no white space, no quotation marks."""
    return _folded_cell(text) if len(text) <= _CELL else _folded(text)


_CELL = 200
"""Characters of what may be a cell, which is asked for several times; what is longer is not remembered."""


@lru_cache(maxsize=4096)
def _folded_cell(text: str) -> str:
    return _folded(text)


def _folded(text: str) -> str:
    return re.sub(r"[\s“”\"'‘’「」]+", "", unicodedata.normalize("NFKC", text))


@lru_cache(maxsize=4096)
def doubled(name: str) -> str:
    """A run of two or more characters that a name has twice in a row (会议会议); empty if none."""
    found = re.search(r"([\u4e00-\u9fff]{2,})\1", name[:200])
    return found[1] if found else ""
