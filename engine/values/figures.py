"""Figures in running text: every number with a unit, where it stands, and what the words around it make of it.

A cell holds one value and is read as a whole (`notation`); a sentence holds many, among names, dates and document numbers. Only
what is certainly a number of something is a figure: no date, no ordinal, no part of a name, no range, nothing in a title.
Nothing here knows a form. Word lists are the policy's (`figures:`), units those of its notation.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from engine.values.figure_words import FigurePatterns
from engine.values.notation import tail
from engine.values.numerals import decimal, scaled
from engine.values.vocabulary import Vocabulary

Hedge = Literal["", "other", "later", "part", "change", "each", "share", "bound"]
"""Why a figure is not simply what was done this year: another year or body, a time to come, a part of a whole, a rise or fall, for
each of something, a share of something, an upper or lower bound."""

MOST_CHARACTERS = 20_000
"""Longest paragraph whose figures are read."""
MOST_BRACKETS = 3
"""Brackets inside brackets that are looked into."""
_REACH = 100
"""Characters before a figure in which words are looked for."""
_NUMBER = re.compile(
    r"(?<![0-9A-Za-z.,])[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?(?![0-9])|(?<![0-9A-Za-z.])[0-9]+(?:\.[0-9]+)?(?![0-9])"
)
_YEAR = re.compile(r"(?<![0-9])((?:19|20)[0-9]{2})(?=年|学年|-(?:19|20)[0-9]{2}年)")
_DIGIT = re.compile(r"[0-9]")
_STOP = re.compile(r"(?<![0-9]),|,(?![0-9]{3}(?![0-9]))|:")
_INSET = re.compile(r"[(\[{][^()\[\]{}]*[)\]}]")
_FILL = "〓"
_NAMING = re.compile(r"[^\W\d_]{2}")
_SENTENCE = re.compile(r"[。;!?\n]")
_BASE = re.compile(r"的[0-9.]+%")
"""Behind a number of which a share is told: 2,085万元的118%."""
_TITLE = re.compile(r"《[^《》]*》")
_NOT_BEFORE = re.compile(r"[0-9/*.×]$|[0-9](?:年|月)(?:第)?$|月$")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its unit in a text. `start` and `end` are positions in the folded text, which is as long as the original."""

    number: Decimal
    unit: str
    precision: Decimal
    """What one in its last written digit is worth, in `unit`."""
    approximate: str
    start: int
    end: int
    own: str = ""
    """The words around it that no other figure of its clause has a better claim to."""
    near: str = ""
    """The clauses before and behind in the same sentence that hold no figure."""
    clause: int = 0
    """Where its clause begins."""
    side: Literal["", "target", "actual"] = ""
    """Whether words call it planned or reached; empty where none does."""
    hedge: Hedge = ""
    crowded: bool = False
    """Whether its clause holds another figure."""


def figures_in(text: str, words: Vocabulary, around: FigurePatterns, fiscal_year: int) -> Iterator[Figure]:
    """The figures of a paragraph, in their order; `folded` gives the text their positions are in."""
    clean = _TITLE.sub(_blank, folded(text, words))
    before = ""
    for start, end in _spans(clean, _SENTENCE):
        if _DIGIT.search(clean, start, end):
            yield from _sentence(clean[start:end], start, words, around, fiscal_year, before)
        before = clean[start:end]


def folded(text: str, words: Vocabulary) -> str:
    """A paragraph as figures are looked for in it: half width, cut at the limit."""
    return text[:MOST_CHARACTERS].translate(words.characters)


def _sentence(text: str, offset: int, words: Vocabulary, around: FigurePatterns, year: int, before: str) -> list[Figure]:
    """The figures of a sentence; what stands in brackets is read for itself, beside the clause it stands in. `before` is the
    sentence before it."""
    outer, insets = text, []
    for _ in range(MOST_BRACKETS):
        insets += [(outer[inside.start() + 1 : inside.end() - 1], inside.start() + 1) for inside in _INSET.finditer(outer)]
        outer = _INSET.sub(_blank, outer)
    clauses = list(_spans(outer, _STOP))
    found = list(_Reader(outer, offset, words, around, year, before).clauses(clauses, ""))
    for inside, at in insets:
        if _DIGIT.search(inside):
            start, end = clauses[max(bisect_right(clauses, (at, len(text))) - 1, 0)]
            reader = _Reader(inside, offset + at, words, around, year, outer[start:end])
            found += reader.clauses(list(_spans(inside, _STOP)), outer[start:end], offset + start)
    return sorted(found, key=lambda figure: figure.start)


def _blank(found: re.Match[str]) -> str:
    return _FILL * len(found[0])


@dataclass(frozen=True, slots=True)
class _Number:
    """A number with its unit as it stands, and whether it is a bound (不超过, 以上)."""

    number: Decimal
    unit: str
    precision: Decimal
    approximate: str
    start: int
    end: int
    bound: bool


class _Reader:
    def __init__(self, text: str, offset: int, words: Vocabulary, around: FigurePatterns, fiscal_year: int, before: str) -> None:
        """`offset`: where the text begins in its paragraph; `before`: what stands before it."""
        self.before = before
        self.offset, self.text, self.words, self.around, self.year = offset, text, words, around.words, fiscal_year
        self.find = around
        self.ratios, self.bounds = tuple(words.ratios), tuple(words.operators_before)

    def clauses(self, clauses: Sequence[tuple[int, int]], beside: str, begins: int | None = None) -> Iterator[Figure]:
        """The figures of the clauses of a sentence or of what stands in brackets; `beside` is the clause that these stand in, and
        `begins` where it begins."""
        found = [list(self._found(*clause)) if _DIGIT.search(self.text, *clause) else [] for clause in clauses]
        elsewhere: Hedge = ""
        subject = beside
        for n, (clause, numbers) in enumerate(zip(clauses, found, strict=True)):
            elsewhere = self._when(clause, elsewhere)
            near = "\n".join(filter(None, [beside, *self._near(clauses, found, n)])) if numbers else ""
            for m, item in enumerate(numbers):
                own = self._own(clause, numbers, m)
                # 计划8座，完成7座; 58期3,480人次: what is counted was said before
                named = self._says(own)
                own = subject = own if named else subject
                if self._of_indicators(item, own, "" if named else near or self.before):
                    continue
                left = self._left(clause, numbers, m)
                planned = self._planned(left, clause, item)
                yield Figure(
                    item.number,
                    item.unit,
                    item.precision,
                    item.approximate,
                    item.start + self.offset,
                    item.end + self.offset,
                    own,
                    near,
                    clause[0] + self.offset if begins is None else begins,
                    "target" if planned else self._side(left),
                    self._when_said(left, elsewhere) or ("" if planned else self._hedge(left, clause, item)),
                    len(numbers) > 1,
                )

    # --- numbers -------------------------------------------------------------------------------------------------

    def _found(self, start: int, end: int) -> Iterator[_Number]:
        text, words = self.text[:end], self.words
        after_range = start
        for match in _NUMBER.finditer(text, start):
            before, number = text[start : match.start()], decimal(match[0])
            if number is None or _NOT_BEFORE.search(before[-4:]) or before.endswith(self.around.ordinal):
                continue
            if _YEAR.match(text, match.start()) or re.match(r"0[0-9]", match[0]):
                continue
            factor, unit, operator, approximate, _, position = tail(text, match.end(), words)
            ratio = _ending(before, self.ratios)
            unit = words.ratios[ratio] if ratio and not unit else unit
            if _ranged(text, match.start(), position, words) or match.start() < after_range:
                after_range = position + 2
                continue
            if not unit or text.startswith(self.around.uncounted, position):
                continue
            head = _ending(before, words.approximate_before)
            _, _, decimals = match[0].partition(".")
            precision = scaled(Decimal(1).scaleb(-len(decimals)), factor)
            opened = match.start() - len(ratio) - (0 if ratio else len(head))
            bound = bool(operator or _ending(before, self.bounds))
            yield _Number(scaled(number, factor), unit, precision, head or approximate, opened, position, bound)

    # --- words around --------------------------------------------------------------------------------------------

    def _left(self, clause: tuple[int, int], numbers: Sequence[_Number], m: int) -> str:
        start = numbers[m - 1].end if m else clause[0]
        return self.text[max(start, numbers[m].start - _REACH) : numbers[m].start]

    def _own(self, clause: tuple[int, int], numbers: Sequence[_Number], m: int) -> str:
        left = self._left(clause, numbers, m)
        right = self.text[numbers[m].end : numbers[m + 1].start if m + 1 < len(numbers) else clause[1]]
        if m:
            left = left[left.find("、") + 1 :]
        if m + 1 < len(numbers):
            right = right.partition("、")[0]
        return left + right

    def _of_indicators(self, item: _Number, own: str, beside: str) -> bool:
        """Whether a count is of indicators: its clause says so or, where that names nothing, what stands before it."""
        pattern = self.find.indicators
        return item.unit in self.around.counted_in and bool(pattern.search(own) or (beside and pattern.search(beside)))

    def _says(self, own: str) -> bool:
        """Whether words around a figure name anything, beside that it was planned or reached, was more or less."""
        own = self.find.nothing.sub("\n", own)
        return _NAMING.search(own) is not None

    def _near(self, clauses: Sequence[tuple[int, int]], found: Sequence[Sequence[_Number]], n: int) -> list[str]:
        parts: list[str] = []
        for step in (-1, 1):
            m = n + step
            while 0 <= m < len(clauses) and not found[m]:
                parts.append(self.text[slice(*clauses[m])])
                m += step
        return parts

    def _when(self, clause: tuple[int, int], elsewhere: Hedge) -> Hedge:
        """What year a clause goes on to speak of: `other` or `later` where it opens with that, empty for this year."""
        text = self.text[slice(*clause)]
        year = _YEAR.match(text)
        if year:
            return "" if int(year[1]) == self.year else ("later" if int(year[1]) > self.year else "other")
        if text.startswith(self.around.now):
            return ""
        if text.startswith(self.around.other):
            return "other"
        return elsewhere

    def _when_said(self, left: str, elsewhere: Hedge) -> Hedge:
        """Whether the words before a figure make it one of another year or body, or of a time to come."""
        if self.find.later.search(left):
            return "later"
        years = [int(year[1]) for year in _YEAR.finditer(left)]
        if years and years[-1] != self.year:
            return "later" if years[-1] > self.year else "other"
        if not left.endswith(self.around.change) and _last(left, self.find.other) > _last(left, self.find.now):
            return "other"
        reached = left.endswith(self.around.reached) and elsewhere != "later"
        return "" if years or reached else elsewhere

    def _hedge(self, left: str, clause: tuple[int, int], number: _Number) -> Hedge:
        around = self.around
        each: Hedge = "each" if self.find.each.search(left) else ""
        if left.endswith(around.reached):
            return each
        if left.endswith(around.change) or self.find.difference.search(left) or self._beyond(left):
            return "change"
        if self.find.apiece.search(left):
            return "each"
        behind = self.text[number.end : clause[1]]
        if self.find.undone.match(behind):
            return "part"
        if _BASE.match(behind):
            return "other"
        if not number.bound and (left.endswith(around.start) or self._bare(left).endswith(around.start)):
            return "other"
        if self.find.later.search(self.text, max(clause[0], number.start - _REACH), number.start):
            return "later"
        if _last(left, self.find.part) > _last(left, self.find.now):
            return "part"
        if number.unit == "%" and (left.endswith("的") or self.find.share.search(left)):
            return "share"
        return each or ("bound" if number.bound else "")

    def _planned(self, left: str, clause: tuple[int, int], number: _Number) -> bool:
        """Whether a word right before or behind a figure says that it was planned: 规定的30分钟, 2%的控制目标."""
        if left.endswith("的") and number.unit == "%":
            return False  # 完成目标的93%
        if self._beyond(left):
            return False  # 超目标20%, 低于目标15项
        before = self._meant(left).removesuffix("的")
        behind = self.text[number.end : clause[1]].removeprefix("的")
        return before.endswith(self.around.target) or behind.startswith(self.around.target)

    def _beyond(self, left: str) -> bool:
        """Whether a figure is by how much the target was passed or missed, or may be that."""
        bare = left.removesuffix("的")
        word = _ending(bare, self.around.target)
        return bool(word) and bare.removesuffix(word).endswith(self.around.beyond)

    def _meant(self, left: str) -> str:
        """The words before a figure without those that name nothing, though a word of planning is in them: 按计划."""
        return self.find.idle.sub(lambda found: "\n" * len(found[0]), left)

    def _bare(self, left: str) -> str:
        """What stands before a figure without the year, 上年 and 的 right before it: 比2021年的 is 比."""
        text = left.removesuffix("的")
        for word in (*self.around.other, "年", "年度"):
            text = text.removesuffix(word)
        return re.sub(r"(?:19|20)[0-9]{2}$", "", text)

    def _side(self, left: str) -> Literal["", "target", "actual"]:
        left = self._meant(left)
        target, actual = _last(left, self.find.target), _last(left, self.find.actual)
        if actual > target >= 0:
            joined = left[target:actual] in self.around.actual  # 计划完成6个
            return "target" if joined else "actual"
        if target > actual >= 0 and self._says(left[target:]):
            return "actual"  # 完成标准厂房8座: the word belongs to what was done
        return "" if target < 0 and actual < 0 else "target" if target > actual else "actual"


def _ending(text: str, words: tuple[str, ...]) -> str:
    """The word of the list (longest first) that a text ends with; empty if none."""
    return next((word for word in words if text.endswith(word)), "") if text.endswith(words) else ""


def _last(text: str, words: re.Pattern[str]) -> int:
    """Where the last of the words ends in a text; -1 if none is in it."""
    end = -1
    for found in words.finditer(text):
        end = found.end()
    return end


def _ranged(text: str, start: int, end: int, words: Vocabulary) -> bool:
    """Whether a number is the lower end of a range: 10-15个, 80%~90%, 2至3次."""
    rest = text[end : end + 4].lstrip()
    mark = next((word for word in words.ranges if rest.startswith(word)), "")
    return bool(mark) and rest[len(mark) :].lstrip()[:1].isdigit()


def _spans(text: str, pattern: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    start = 0
    for match in pattern.finditer(text):
        if match.start() > start:
            yield start, match.start()
        start = match.end()
    if start < len(text):
        yield start, len(text)
