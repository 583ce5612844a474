"""The figures that an actual lists, and the one they make together: a whole stated with its parts, or the sum of parts.

Whether parts add up is a matter of what they are called. Names that divide a whole (春季、秋季; 进机关、进学校) and names in one
row (甲、乙) do; names of what is done one after the other (签约、开工) do not. Where that is not certain, the sum is used only if
every way to read the list lies on the same side of the target, and then says no more than that.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from engine.values.measures import measures_in, plain_unit
from engine.values.said import FILL, MARKS, SaidBeside, SaidReader
from engine.values.sentence_words import Role, SentenceWords
from engine.values.vocabulary import Vocabulary

_MONTHS = re.compile(r"(1[0-2]|[1-9])月?(?:份)?(?:-|至|到)(1[0-2]|[1-9])月份?")
_ORDINAL = re.compile(r"第[一二三四五六七八九十0-9]+(?:批|期|次|轮|季|阶段)")
_STAGES: frozenset[Role] = frozenset(
    {"deed", "finished", "step", "planned", "aside", "relative", "change", "odd", "average", "most", "least"}
)
_NO_PART: frozenset[Role] = frozenset({"planned", "relative", "change", "average", "most", "least", "odd", "step"})
_FAR = 25
"""By how many times parts of one thing may differ."""


@dataclass(frozen=True, slots=True)
class ListedFigure:
    """A number of the actual with the words between the marks or numbers around it."""

    number: Decimal
    unit: str
    before: str
    after: str
    said: SaidBeside
    """What the words before it say."""
    mark: str
    """The mark between it and the figure before, if only one stands there."""
    loose: bool
    """Approximate, a limit, or an end of a range."""
    months: frozenset[int]
    """Of the year, where it is said to be of a part of it."""


@dataclass(frozen=True, slots=True)
class Reckoned:
    """A number made of several. `how` (Chinese) says of which; `doubt`, if it is not certain, why only the order is."""

    number: Fraction
    how: str
    doubt: str = ""


class FigureList:
    """The figures of one actual. `unit` is the target's, `unlisted` where no list holds it."""

    def __init__(
        self, said: str, unit: str, unlisted: str, reader: SaidReader, words: Vocabulary, sentences: SentenceWords
    ) -> None:
        self.reader, self.words, self.sentences = reader, words, sentences
        self.unit = unit
        text, spans = said, {}
        for match in _MONTHS.finditer(said):
            if int(match[1]) < int(match[2]):
                text = text[: match.start()] + FILL * len(match[0]) + text[match.end() :]
                spans[match.start()] = frozenset(range(int(match[1]), int(match[2]) + 1))
        self.text = text
        self.figures = self._read(unlisted, spans)

    def _read(self, unlisted: str, spans: dict[int, frozenset[int]]) -> tuple[ListedFigure, ...]:
        found = measures_in(self.text, self.words, unlisted, self.unit)
        marks = list(MARKS.finditer(self.text))
        out = []
        for n, item in enumerate(found):
            end = found[n - 1].end if n else 0
            start = max([end, *(mark.end() for mark in marks if mark.start() < item.start)])
            stop = found[n + 1].start if n + 1 < len(found) else len(self.text)
            mark = next((mark for mark in marks if item.end <= mark.start() < stop), None)
            between = [mark[0] for mark in marks if end <= mark.start() < item.start] if n else []
            before = self.text[start : item.start]
            behind = self.text[item.end : mark.start()] if mark else "" if n + 1 < len(found) else self.text[item.end :]
            months = next((months for at, months in spans.items() if start <= at < item.start), self._months(before))
            bound = before.rstrip().endswith((*self.words.approximate_before, *self.words.operators_before))
            loose = bound or bool(item.approximate or item.operator or item.ranged)
            said = self.reader.lex(before.replace(FILL, ""))
            mark_before = between[0] if len(between) == 1 else ""
            out.append(ListedFigure(item.number, item.unit, before, behind, said, mark_before, loose, months))
        return tuple(out)

    def _months(self, before: str) -> frozenset[int]:
        found = [months for word, months in self.words.dates.periods.items() if word in before]
        return frozenset(range(found[0][0], found[0][1] + 1)) if found and found[0] != (1, 12) else frozenset()

    def denied(self) -> bool:
        """Whether a clause without a figure says that something was not done."""
        text = self.text
        for item in reversed(measures_in(text, self.words)):
            text = text[: item.start] + "\r" + text[item.end :]
        pieces = [piece for piece in MARKS.split(text) if "\r" not in piece]
        return any("barred" in self.reader.lex(piece).roles for piece in pieces)

    def alike(self, first: str, second: str) -> bool:
        """Whether numbers in the two units can be counted together."""
        if plain_unit(first, self.words) == plain_unit(second, self.words):
            return True
        if "/" in first or "/" in second or not first or not second:
            return False
        one, other = self.words.unit(first), self.words.unit(second)
        if one is None or other is None:
            return False
        return one.dimension == other.dimension or any(one.name in group and other.name in group for group in self.words.same)

    def in_unit(self, figure: ListedFigure, unit: str) -> Fraction:
        """The figure's number in another unit that is alike."""
        one, other = self.words.unit(figure.unit), self.words.unit(unit)
        scale = Fraction(one.scale) / Fraction(other.scale) if one and other and one.dimension == other.dimension else Fraction(1)
        return Fraction(figure.number) * scale

    def furthest(self, operator: str) -> Reckoned | None:
        """Of figures told one by one (分别为86秒、133秒) the one that is furthest from a limit: it holds for each of them."""
        same = [figure for figure in self.figures if self.alike(figure.unit, self.unit)]
        if len(same) < 2 or any(figure.loose for figure in same) or self.denied() or operator not in ("<=", "<", ">=", ">"):
            return None
        if not same[0].before.rstrip().endswith(self.sentences.severally) or any(figure.mark != "、" for figure in same[1:]):
            return None
        numbers = [self.in_unit(figure, self.unit) for figure in same]
        if self.reader.speaks_of_all(self.sentences.altogether):
            total = sum(numbers, Fraction(0))
            return Reckoned(total, f"各次相加得{_shown(total)}{self.unit}")
        worst = max(numbers) if operator in ("<=", "<") else min(numbers)
        return Reckoned(worst, f"分别所述各数中离目标最远的是{_shown(worst)}{self.unit}")

    # --- a whole and its parts ---------------------------------------------------------------------------------------

    def whole(self, target: Fraction) -> Reckoned | None:
        """The whole that the list states or makes; None where it makes none, or none that is certain enough for this target."""
        named = self.words.unit(re.split(r"[/*]", self.unit)[0])
        if named is not None and (named.each or named.dimension in self.sentences.averaged_dimensions):
            return None
        same = [figure for figure in self.figures if self.alike(figure.unit, self.unit)]
        if len(same) < 2 or any(figure.loose for figure in same):
            return None
        if any("%" in figure.unit or not figure.unit for figure in self.figures):
            return None
        if (short := self._left_undone(same, target)) is not None:
            return short
        return None if self.denied() else self._stated(same) or self._summed(same, target)

    def _left_undone(self, same: Sequence[ListedFigure], target: Fraction) -> Reckoned | None:
        """What was done, where the others are said to be still undone (完成87个，在建33个): of whatever it is, if short of the
        target, else if it is said to be finished, or of what the name says."""
        meant = [figure for figure in same if "planned" in figure.said.roles]
        if any(self.in_unit(figure, self.unit) != target for figure in meant):
            return None
        rest = [figure for figure in same if figure not in meant]
        undone = [figure for figure in rest if self._not_yet(figure)]
        done = [figure for figure in rest if figure not in undone]
        if len(done) != 1 or not undone or _NO_PART & set(done[0].said.roles):
            return None
        number = self.in_unit(done[0], self.unit)
        own = done[0].said
        named = own.reach > 0 or "finished" in own.roles or not self._core(done[0].before)
        how = f"做到的是{_shown(number)}{self.unit}，其余没有做到"
        return Reckoned(number, how) if number < target or named else None

    def _not_yet(self, figure: ListedFigure) -> bool:
        text = figure.before + figure.after
        return any(word in text for word in self.sentences.undone) or "barred" in self.reader.lex(text.replace(FILL, "")).roles

    def _stated(self, same: Sequence[ListedFigure]) -> Reckoned | None:
        """One of them is the sum of all others: 37所，其中新签22所、续签15所."""
        if len(same) < 3:
            return None
        numbers = [self.in_unit(figure, self.unit) for figure in same]
        for at in (0, len(same) - 1):
            rest = [figure for n, figure in enumerate(same) if n != at]
            if numbers[at] * 2 != sum(numbers) or (_NO_PART | {"barred"}) & set(same[at].said.roles):
                continue
            if not self._called_whole(same, at) or any(
                self._undone(figure) or figure.said.reach > same[at].said.reach for figure in rest
            ):
                continue
            return Reckoned(numbers[at], f"其余各数相加正好是{_shown(numbers[at])}{self.unit}")
        return None

    def _called_whole(self, same: Sequence[ListedFigure], at: int) -> bool:
        """Whether words or marks say that the figure is of all others (共37所，其中…). One of three may be the sum by chance."""
        if any(word in same[at].before for word in self.sentences.altogether):
            return True
        return at == 0 and ("aside" in same[1].said.roles or same[1].mark in ("(", ":"))

    def _undone(self, figure: ListedFigure) -> bool:
        roles = set(figure.said.roles) | set(self.reader.lex(figure.after).roles)
        return bool({"barred", "planned", "step"} & roles)

    def _summed(self, same: Sequence[ListedFigure], target: Fraction) -> Reckoned | None:
        labels = [self._label(figure) for figure in same]
        if len(set(labels)) < len(labels) or not all(labels) or self._open_ended(same):
            return None
        if any(_NO_PART & set(figure.said.roles) or self._barred(figure) for figure in same):
            return None
        if any("aside" in figure.said.roles for figure in same[:1]):
            return None  # 其中, of what was said elsewhere
        numbers = [self.in_unit(figure, self.unit) for figure in same]
        total = sum(numbers, Fraction(0))
        how = f"各部分相加（{'＋'.join(_shown(number) for number in numbers)}）得{_shown(total)}{self.unit}"
        listed = total == target and all(figure.mark == "、" and figure.before.strip() for figure in same[1:])
        if not self._singled_out(same) and (self._divides(same, labels, numbers) or listed):
            return Reckoned(total, how)
        if total < target or min(numbers) > target:
            return Reckoned(total, how, f"{how}，但不能确定各部分可以相加；无论怎样算，都在目标值的同一边。")
        return None

    def _singled_out(self, same: Sequence[ListedFigure]) -> bool:
        """Whether name or target speaks of some of the parts only (新建文化站, of 新建8个、改建4个; 一等奖, of 一、二等奖). A
        name that lists things may name any of them."""
        name, aimed = self.reader.name, self.reader.aimed
        for text in (aimed,) if any(word in name for word in self.sentences.lists) else (aimed, name):
            reach = [self._reach(figure, text, first=figure is same[0]) for figure in same]
            if max(reach) > min(reach):
                return True
        return False

    def _reach(self, figure: ListedFigure, known: str, *, first: bool) -> int:
        """How much a part's label has in common with a text; without the verb before the first that is of all (养护县道、乡道)."""
        label = self._label(figure)
        run = 0 if label in known else next((n for n in range(len(label) - 1, 1, -1) if label[:n] in known), 0)
        return self.reader.lex(label[run:] if first else label, known=known).reach

    def _barred(self, figure: ListedFigure) -> bool:
        """Whether words beside a figure leave open whether it was done; parts of the year do not where all of it is told so."""
        text = figure.before.replace(FILL, "")
        for word in self.words.dates.periods:
            text = text.replace(word, "")
        text = _ORDINAL.sub("", text)
        return bool({"barred"} & (set(self.reader.lex(text).roles) | set(self.reader.lex(figure.after).roles)))

    def _label(self, figure: ListedFigure) -> str:
        """What a part is called: the words before it without those that say nothing, else what is counted behind it."""
        return self._core(figure.before) or self._core(figure.after)

    def _core(self, text: str) -> str:
        out, at = "", 0
        while at < len(text):
            match = self.sentences.pattern.match(text, at)
            kept = match and (match[0] in self.words.done or match[0] in self.sentences.apart)
            if match and self.sentences.roles[match[0]] == "plain" and not kept:
                at = match.end()
                continue
            size = len(match[0]) if match else 1
            out, at = out + text[at : at + size], at + size
        return re.sub(r"[^\w\x00]+", "", out)

    def _open_ended(self, same: Sequence[ListedFigure]) -> bool:
        """Whether the list says that it leaves something out (……等)."""
        return any(figure.after.startswith(self.sentences.and_so_on) for figure in same)

    def _divides(self, same: Sequence[ListedFigure], labels: Sequence[str], numbers: Sequence[Fraction]) -> bool:
        """Whether the names are of parts of one thing that exclude each other."""
        if max(numbers) > _FAR * min(numbers):
            return False  # 现场7.6万人次，线上412万人次: no parts of one number
        if all(_ORDINAL.search(figure.before) for figure in same):
            return True  # 第一批、第二批
        months = [figure.months for figure in same]
        if all(months):
            return sum(map(len, months)) == len(frozenset[int]().union(*months))
        cores = _unshared(labels)
        apart = self.sentences.apart
        if all(core in apart or label.endswith(self.sentences.parted) for core, label in zip(cores, labels, strict=True)):
            return True
        row = all(figure.mark == "、" and figure.before.strip() for figure in same[1:])  # not 1部首演、1部排练
        if any(self._stage(core, row=row) for core in cores):
            return False
        shared = len(labels[0]) - len(cores[0])
        if shared == 1 and labels[0][:1] != labels[1][:1] and max(map(len, cores)) == 1:
            return False  # 立案、结案
        if shared and labels[0][:1] == labels[1][:1]:
            return True  # 进机关、进学校
        if shared and min(map(len, cores)) > 1:
            return True  # 容器苗、裸根苗
        if row:
            return True
        falling = all(one > other for one, other in pairwise(numbers))
        return len(same) > 2 and not falling

    def _stage(self, core: str, *, row: bool) -> bool:
        """Whether a name is of something done, one of several in turn. In one row a deed may be a part of a name (公务接待), or
        lead all of them (检查医院、学校)."""
        for match in self.sentences.pattern.finditer(core):
            role = self.sentences.roles[match[0]]
            inside = row and role == "deed" and match[0] != core
            if not inside and (role in _STAGES or match[0] in self.words.done):
                return True
        return False


def _unshared(labels: Sequence[str]) -> list[str]:
    """The names without the characters they all begin and all end with; a name is never all of that."""
    least = min(map(len, labels)) - 1
    head = next((n for n in range(least, 0, -1) if len({label[:n] for label in labels}) == 1), 0)
    tail = next((n for n in range(least - head, 0, -1) if len({label[-n:] for label in labels}) == 1), 0)
    return [label[head : len(label) - tail] for label in labels]


def _shown(number: Fraction) -> str:
    """As digits, to six places."""
    return format(rounded_six(number), "f")


def rounded_six(number: Fraction) -> Decimal:
    """To six places, half away from zero; trailing zeros dropped."""
    whole, rest = divmod(abs(number) * 10**6, 1)
    whole += rest * 2 >= 1
    value = Decimal(int(whole) * (-1 if number < 0 else 1)).scaleb(-6)
    return Decimal(format(value.normalize(), "f"))
