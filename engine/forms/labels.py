"""Tolerant matching of labels and patterns on a form.

Matching looks at *folded* text: full-width forms made half-width, all kinds of brackets made `()`, white space dropped.
What is handed on is always the raw text, cut out where the folded text matched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import re2

from engine.errors import nearest

_FOLD = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_FOLD |= dict.fromkeys(map(ord, "〔［【[{｛"), "(") | dict.fromkeys(map(ord, "〕］】]}｝"), ")")
LABEL_END = ":;,.、。"
_LABEL_LENGTH = 60
"""Longer text is never a label."""
_MOST_KNOWN = 10_000
"""Texts for which it is remembered which label they are."""
_PARAGRAPH = 5_000
"""Longer text is not remembered folded."""


def fold(text: str) -> str:
    """`text` for matching: half-width, brackets as `()`, no white space. One character in, at most one out."""
    if len(text) <= _LABEL_LENGTH:
        return _fold_short(text)
    return _fold_long(text) if len(text) <= _PARAGRAPH else "".join(text.translate(_FOLD).split())


@lru_cache(maxsize=1 << 14)
def _fold_short(text: str) -> str:
    return "".join(text.translate(_FOLD).split())


@lru_cache(maxsize=256)
def _fold_long(text: str) -> str:
    """The paragraphs looked at last: each is held against every pattern of every layout."""
    return "".join(text.translate(_FOLD).split())


@dataclass(frozen=True, slots=True)
class LabelMatch:
    """Named groups of a match as they stand in the raw text (outer white space dropped), and the raw text matched."""

    groups: Mapping[str, str]
    text: str
    spans: Mapping[str, tuple[int, int]]
    """From where to where in the raw text each group that is not empty stands."""

    def get(self, name: str) -> str | None:
        return self.groups.get(name)


@dataclass(frozen=True, slots=True)
class LabelPattern:
    """An RE2 pattern over folded text."""

    source: str
    compiled: Any  # re2 has no type stubs
    groups: tuple[tuple[str, int], ...] = ()
    """Names and numbers of the groups, in the order they stand."""

    def search(self, text: str) -> LabelMatch | None:
        hit = self.compiled.search(fold(text))
        return self._match(text, _positions(text), hit) if hit else None

    def finditer(self, text: str) -> Iterator[LabelMatch]:
        raw: list[int] | None = None
        for hit in self.compiled.finditer(fold(text)):
            raw = raw or _positions(text)
            yield self._match(text, raw, hit)

    def _match(self, text: str, raw: Sequence[int], hit: Any) -> LabelMatch:
        found = [(name, hit.start(number), hit.end(number)) for name, number in self.groups]
        groups = {name: _cut(text, raw, start, end) for name, start, end in found if start >= 0}
        spans = {name: (raw[start], raw[end - 1] + 1) for name, start, end in found if 0 <= start < end}
        return LabelMatch(groups, _cut(text, raw, hit.start(), hit.end()), spans)

    def cut_from(self, text: str) -> str:
        """`text` without the parts that match; here the pattern looks at the raw text."""
        return str(self.compiled.sub("", text)) if self.compiled.search(text) else text


_NAMED = re.compile(r"\(\?P<[A-Za-z_][A-Za-z_0-9]*>")


@lru_cache(maxsize=256)
def _together(sources: tuple[str, ...]) -> Any:
    """One pattern found wherever any of those is; None where they cannot be made one. Names of groups may come twice: they go."""
    if any("\\(?" in source or "[(?" in source for source in sources):
        return None
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile("|".join(f"(?:{_NAMED.sub('(?:', source)})" for source in sources), options)
    except re2.error:
        return None


def may_be_in(patterns: Sequence[LabelPattern], text: str) -> bool:
    """Whether any of the patterns can be in a text: one look where each would take its own, and most are in none. The text is
    looked at as it is: folded where the patterns are over folded text. True says nothing."""
    if len(patterns) < 2 or not text:
        return bool(patterns)
    together = _together(tuple(pattern.source for pattern in patterns))
    return together is None or together.search(text) is not None


def _positions(text: str) -> list[int]:
    """Where the characters of the folded text stand in the raw one."""
    return [index for index, char in enumerate(text) if not char.isspace()]


def _cut(text: str, raw: Sequence[int], start: int, end: int) -> str:
    return text[raw[start] : raw[end - 1] + 1].strip() if end > start else ""


def label_keys(text: str) -> Iterator[str]:
    """What a label may be known by: as written, then without bracketed suffixes: 预算数(A), 预算数."""
    folded = fold(text).rstrip(LABEL_END)
    yield folded
    while folded.endswith(")"):
        depth, start = 0, len(folded)
        while start > 0:
            start -= 1
            depth += {")": 1, "(": -1}.get(folded[start], 0)
            if depth == 0:
                break
        stem = folded[:start].rstrip(LABEL_END)
        if depth or not stem:
            return
        folded = stem
        yield folded


@lru_cache(maxsize=1 << 14)
def _keys(text: str) -> tuple[str, ...]:
    """Those of a text that may be a label, which every list of labels is asked about."""
    return tuple(label_keys(text))


@dataclass(frozen=True, slots=True)
class Label:
    """A label with its aliases, and what it stands for: a field or key; `kind` if it tells the kind of the form."""

    key: str
    texts: tuple[str, ...]
    required: bool = False
    kind: str = ""
    pattern: LabelPattern | None = None
    """Further wordings, where people have many (偏差原因及改进措施, 未完成原因和整改措施 …)."""
    unconfirmed: bool = False
    """Whether what it stands for was guessed from examples, and nobody has said yet that it is so."""

    def rank(self, text: str) -> int:
        """Which of its texts this is; behind the last where only a pattern fits."""
        folded = fold(text).rstrip(LABEL_END)
        return next((n for n, known in enumerate(self.texts) if fold(known) == folded), len(self.texts))


@dataclass(frozen=True, slots=True)
class Labels:
    """Labels by their folded texts."""

    items: tuple[Label, ...]
    index: Mapping[str, Label]
    known: dict[str, Label | None] = field(default_factory=dict, init=False, compare=False, repr=False)
    """What was found for the texts asked for last: the same labels stand on every form of a folder."""
    worded: tuple[Label, ...] = field(init=False, compare=False, repr=False)
    """Those that have a pattern."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "worded", tuple(item for item in self.items if item.pattern))

    def listed(self, text: str) -> Label | None:
        """The label with this text, one of those written down; patterns are not tried."""
        if len(text) > _LABEL_LENGTH:
            return None
        for key in _keys(text):
            if key in self.index:
                return self.index[key]
        return None

    def find(self, text: str) -> Label | None:
        """The label with this text, or the first whose pattern fits it."""
        if len(text) > _LABEL_LENGTH:
            return None
        if text in self.known:
            return self.known.get(text)
        found = self.listed(text)
        if found is None and self.worded and may_be_in([item.pattern for item in self.worded if item.pattern], fold(text)):
            found = next((item for item in self.worded if item.pattern and item.pattern.search(text)), None)
        if len(self.known) >= _MOST_KNOWN:
            self.known.clear()
        self.known[text] = found
        return found

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(text for item in self.items for text in item.texts)

    def find_before_colon(self, text: str) -> tuple[Label, str] | None:
        """The label at the beginning of a cell that holds label and value: 总分：96.82 -> (总分, 96.82)."""
        for end, char in enumerate(text[:_LABEL_LENGTH]):
            if char in ":：\n":
                label = self.find(text[:end])
                return (label, text[end + 1 :].strip()) if label else None
        return None

    @property
    def names(self) -> str:
        """The first text of each label, for messages."""
        return "、".join(item.texts[0] for item in self.items)

    def nearest(self, text: str) -> str:
        return nearest(text, self.texts)

    def misspelt(self, text: str) -> str:
        """The label that `text` is but for one character (项目名程, 项目名), or an empty string."""
        folded = fold(text).rstrip(LABEL_END)
        return next((label for label in self.texts if _one_slip(folded, fold(label))), "")


def _one_slip(one: str, other: str) -> bool:
    """Whether two texts differ by one character: another one, one too many or one too few."""
    if len(one) == len(other):
        return sum(a != b for a, b in zip(one, other, strict=True)) == 1
    short, long = sorted((one, other), key=len)
    return len(long) - len(short) == 1 and any(long[:i] + long[i + 1 :] == short for i in range(len(long)))
