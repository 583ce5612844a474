"""A target and an actual read beside each other, where the one cannot be read without the other.

A cell read by itself is typed only if all of it is understood (`notation`). Here the target says which number of the actual is
meant: the one with its unit, if there is only one; and the target, the name of the indicator and the policy's closed lists
(`notation: sentences:`) say what may stand around it. Whatever else stands there leaves the pair as it was: a question.
Nothing is read that another number of the text contradicts, and nothing in a text that says something was not done.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from engine.values.dates import dates_at
from engine.values.measures import SentenceNumber, measures_in, plain_unit
from engine.values.model import Quantity, Value
from engine.values.notation import fold
from engine.values.paired_days import read_day_beside
from engine.values.said import DIGIT, FILL, MARKS, YEAR, PairScene, SaidBeside, SaidReader
from engine.values.sentence_words import Role, SentenceWords
from engine.values.vocabulary import Vocabulary

_LATIN = re.compile(r"[A-Za-z]")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_JOINER = re.compile(r"[/*]")
_FAR = 20
"""By how many times a number of a sentence may differ from the target."""


_NOT_IT = frozenset({"barred", "odd", "planned", "aside", "change", "step"})
"""Roles of words before a number that make it another one than what was done."""


@dataclass(frozen=True, slots=True)
class PairAim:
    """What the target asks for. `unlisted` is its unit as written where no list holds it; `below` what it is for each of."""

    value: Value
    unit: str
    unlisted: str
    below: tuple[str, ...]
    label: str


def read_beside(target: Value, actual: Value, scene: PairScene, words: Vocabulary) -> tuple[Value, Value] | None:
    """The two read in the light of each other; None where nothing more is certain than each says by itself. The work is bounded:
    texts longer than the vocabulary's limit are left alone."""
    sentences = words.sentences
    if sentences is None or actual.kind in ("empty", "not_applicable") or target.kind in ("empty", "not_applicable", "composite"):
        return None
    said = fold(actual.raw, words).rstrip(" .,;。、")
    if not DIGIT.search(said) and not sentences.numerals.search(said):
        return None
    aimed = fold(target.raw, words)
    if target.kind == "text" and not DIGIT.search(aimed):
        return None
    if max(len(said), len(aimed)) > words.limits.characters:
        return None
    said, reader = said.replace("\n", ";"), SaidReader(scene, aimed, words, sentences)
    if target.kind == "deadline":
        done = read_day_beside(target, actual, said, scene.fiscal_year, reader, words)
        return None if done is None else (target, done)
    return PairReader(target, actual, aimed, said, reader, words, sentences).number()


class PairReader:
    def __init__(
        self, target: Value, actual: Value, aimed: str, said: str, reader: SaidReader, words: Vocabulary, sentences: SentenceWords
    ) -> None:
        self.target, self.actual, self.aimed, self.said = target, actual, aimed, said
        self.reader, self.words, self.sentences = reader, words, sentences

    def number(self) -> tuple[Value, Value] | None:
        aim = self.aim()
        if aim is None or self.actual.kind == "deadline":
            return None
        numbers = measures_in(self.said, self.words, aim.unlisted, aim.unit)
        sides = [self._beside(numbers, n, aim) for n in range(len(numbers))]
        if self._denied(numbers, aim):
            return None
        chosen = self._chosen(aim, numbers, sides)
        if chosen is None:
            return None
        item, before, behind = numbers[chosen], *sides[chosen]
        if any(word in aim.label and word not in self.said for word in self.sentences.parted):
            return None  # 引进境外展览, of which 引进故宫博物院展览 is none
        if item.ranged or not self._fits(aim, numbers, chosen, before, behind):
            return None
        return aim.value, self._value(aim, item, before)

    def aim(self) -> PairAim | None:
        """What the target asks for; None where it is not one number or one range."""
        target, words = self.target, self.words
        if target.kind in ("number", "range"):
            first = target.quantities[0]
            unit, below = self._below(first.unit)
            return PairAim(target, first.unit, "", below, first.label) if unit or not first.unit else None
        if target.kind != "text" or YEAR.search(self.aimed) or any(True for _ in dates_at(self.aimed, words)):
            return None
        found = measures_in(self.aimed, words, open_=True)
        if len(found) != 1 or found[0].ranged or MARKS.search(self.aimed.rstrip(" .,;。、").replace("(", "").replace(")", "")):
            return None
        return self._unlisted_aim(found[0])

    def _unlisted_aim(self, item: SentenceNumber) -> PairAim | None:
        """A target whose number has a unit that no list holds, or words around it that hide it (每户不超过5000元)."""
        words = self.words
        before, rest = self.aimed[: item.start].rstrip(), self.aimed[item.end :].strip()
        operator = item.operator
        sign = next((word for word in words.operators_before if before.endswith(word)), "")
        if sign:
            before, operator = before.removesuffix(sign).rstrip(), words.operators_before[sign]
        approximate = next((word for word in words.approximate_before if before.endswith(word)), "")
        before = before.removesuffix(approximate)
        for word in words.operators_after:
            if rest.endswith(word) and not operator:
                rest, operator = rest.removesuffix(word).rstrip(), words.operators_after[word]
        said = self.reader.lex(before, (), known=self.reader.name)
        below: tuple[str, ...] = ()
        if each := re.search(r"(?:平均)?每([^\W\d_]{1,4}?)$|([^\W\d_])均$", before):
            below = (each[1] or each[2],)
        elif "barred" in said.roles or len(before) > words.limits.label:
            return None
        unlisted = ""
        if rest:
            if item.closed or len(rest) > 4 * words.limits.unit or DIGIT.search(rest) or any(word in rest for word in words.done):
                return None
            if any(word in rest for word in words.refused_labels if word not in words.joiners):
                return None  # 每月10日前
            unlisted = self._written(item, rest)
            if _LATIN.match(unlisted) and _HAN.search(unlisted):
                return None  # 5G网络
        elif not item.unit:
            return None
        unit = unlisted or item.unit
        if below:
            unit = f"{unit}/{'*'.join(below)}"
        quantity = Quantity(item.number, unit, "", approximate or item.approximate)
        note = f"计量单位“{unlisted}”不在单位表中，两边写法相同。" if unlisted else ""
        return PairAim(Value(self.target.raw, "number", operator, (quantity,), note=note), unit, unlisted, self._below(unit)[1], "")

    def _written(self, item: SentenceNumber, rest: str) -> str:
        """The unit of a target as it is written, to the end of it."""
        digits = re.compile(r"[0-9][0-9,.]* ?").match(self.aimed, item.start)
        start = digits.end() if digits else item.end
        while scale := next((word for word in self.words.scales if self.aimed.startswith(word, start)), ""):
            if self.words.unit_pattern.match(self.aimed, start) and item.unit:
                break
            start += len(scale)
        return self.aimed[start : self.aimed.index(rest, item.end) + len(rest)]

    def _below(self, unit: str) -> tuple[str, tuple[str, ...]]:
        head, *below = _JOINER.split(unit)
        return head, tuple(below)

    def _chosen(
        self, aim: PairAim, numbers: Sequence[SentenceNumber], sides: Sequence[tuple[SaidBeside, SaidBeside]]
    ) -> int | None:
        """The one number that is meant; None where there is none, or more than one."""
        able, planned, aside = [], [], []
        for n, (item, (before, _)) in enumerate(zip(numbers, sides, strict=True)):
            if not self._same_unit(aim, item, before, alone=len(numbers) == 1):
                continue
            if "planned" in before.roles:
                planned.append(item)
            elif "average" in before.roles and not self._averaged(aim):
                aside.append(0)  # 每月约2100批次，全年25300批次
            elif not {"aside", "change"} & set(before.roles):
                able.append(n)
            else:
                aside.append(before.part)
        if any(item.number not in {q.number for q in aim.value.quantities} for item in planned):
            return None
        if len(able) > 1 and (done := [n for n in able if self._done(sides[n][0])]):
            able = done  # 申请320笔，放款186笔
        if len(able) > 1:
            named = [n for n in able if sides[n][0].shared]
            row = any(self.said[numbers[n].end : numbers[n + 1].start].startswith("、") for n in able if n + 1 in able)
            if len(named) == 1 and not row and not any(sides[n][0].reach for n in able if n not in named):
                others = [sides[n][0] for n in able if n not in named]
                own = sides[named[0]][0]
                later = any("finished" in other.roles for other in others) and "finished" not in own.roles
                certain = own.headed or (not later and not any(other.left for other in others))
                return named[0] if set(aside) <= {0} and certain else None  # 协议引资41.2亿元，到位6.8亿元
            bound: Role = "most" if aim.value.operator in ("<=", "<") else "least"
            able = [n for n in able if bound in sides[n][0].roles]
        if len(able) != 1 or 0 < max(aside, default=0) >= sides[able[0]][0].reach:
            return None  # 新装电梯17部，其中加装电梯14部: it is the part that the name means
        return able[0]

    def _done(self, before: SaidBeside) -> bool:
        """Whether a number is of what was done, or of what the name itself says, not of a step on the way (申请320笔)."""
        return "step" not in before.roles or before.reach > 0

    def _same_unit(self, aim: PairAim, item: SentenceNumber, before: SaidBeside, *, alone: bool) -> bool:
        words = self.words
        if aim.unlisted and item.unit == plain_unit(aim.unlisted, words):
            return True
        if aim.unlisted and not aim.below:
            return False
        if not aim.unit or not item.unit:
            return alone
        if plain_unit(item.unit, words) == plain_unit(aim.unit, words):
            return True
        head, below = self._below(aim.unit)
        own, own_below = self._below(item.unit)
        first, second = words.unit(head), words.unit(own)
        alike = head == own or any(head in group and own in group for group in words.same)
        alike = alike or (first is not None and second is not None and first.dimension == second.dimension)
        alike = alike or own in words.lengths.get(head, {}) or head in words.lengths.get(own, {})  # 8天, of 10个工作日
        if not alike:
            return False
        return sorted(own_below) == sorted(below) or (not own_below and before.each == frozenset(below))

    def _fits(self, aim: PairAim, numbers: Sequence[SentenceNumber], chosen: int, before: SaidBeside, behind: SaidBeside) -> bool:
        """Whether nothing around the number makes it another thing."""
        item = numbers[chosen]
        if _NOT_IT & set(before.roles) or {"barred", "odd", "planned"} & set(behind.roles):
            return False
        if "average" in before.roles and not self._averaged(aim):
            return False
        if self._far(item, aim):
            return False
        if behind.left and not self._noun(item, behind):
            return False
        if self.reader.nameless and self._single(numbers, chosen) and not self._turned(numbers, chosen, aim):
            return True  # no name says that it is of anything else
        if before.left and not before.shared:
            return False
        if "deed" in before.roles and len(numbers) > 1 and not before.reach:
            return False  # 发放资料300份，惠及1200人 for a number of people trained
        return before.shared or self._outer(numbers, chosen, aim)

    def _far(self, item: SentenceNumber, aim: PairAim) -> bool:
        """Whether it is so far from the target, among other words, that it is a number of another thing (706.8万元 for 48元)."""
        wanted = aim.value.quantities[0].number
        first, second = self.words.unit(self._below(aim.unit)[0]), self.words.unit(self._below(item.unit)[0])
        if aim.value.kind != "number" or not wanted or not item.number or first is None or second is None:
            return False
        if first.dimension != second.dimension:
            return False
        ratio = Fraction(item.number) * Fraction(second.scale) / (Fraction(wanted) * Fraction(first.scale))
        return not Fraction(1, _FAR) <= ratio <= _FAR

    def _single(self, numbers: Sequence[SentenceNumber], chosen: int) -> bool:
        """Whether no other number of its kind is told beside it, but as a part or a step of it."""
        unit = numbers[chosen].unit
        return all(n == chosen or number.unit != unit or self._lesser(numbers, n) for n, number in enumerate(numbers))

    def _turned(self, numbers: Sequence[SentenceNumber], chosen: int, aim: PairAim) -> bool:
        """Whether it is called something bad, where there is to be much (不合格率 for ≥95%)."""
        text = self.said[numbers[chosen - 1].end if chosen else 0 : numbers[chosen].start]
        return aim.value.operator not in ("<=", "<") and any(word in text for word in self.sentences.bad_parts)

    def _lesser(self, numbers: Sequence[SentenceNumber], n: int) -> bool:
        start = numbers[n - 1].end if n else 0
        before = self.reader.lex(self.said[start : numbers[n].start], ())
        return bool({"aside", "change", "step", "planned", "relative"} & set(before.roles))

    def _outer(self, numbers: Sequence[SentenceNumber], chosen: int, aim: PairAim) -> bool:
        """Whether a number that stands in brackets for itself, 337天(92.1%), is of what stands before them: that says so, or, with
        no number before the brackets, says nothing else."""
        item = numbers[chosen]
        marks = list(MARKS.finditer(self.said, numbers[chosen - 1].end if chosen else 0, item.start))
        if not marks or marks[-1][0] != "(":
            return True
        if chosen:
            return self._beside(numbers, chosen - 1, aim)[0].reach > 0
        outside = self.reader.lex(self.said[marks[-2].end() if len(marks) > 1 else 0 : marks[-1].start()], aim.below)
        return outside.reach > 0 or not outside.left

    def _averaged(self, aim: PairAim) -> bool:
        """Whether an average answers the target: it is a limit or a rate for each case, or speaks of an average itself."""
        words = self.words
        unit = words.unit(self._below(aim.unit)[0])
        dimension = unit is not None and unit.dimension in self.sentences.averaged_dimensions
        return self.reader.speaks_of("average") or bool(aim.below) or dimension or (unit is not None and unit.each)

    def _noun(self, item: SentenceNumber, behind: SaidBeside) -> bool:
        """Whether what stands behind the unit is what is counted (436件信访件)."""
        unit = self.words.unit(item.unit)
        return unit is not None and unit.counting and not item.closed and len(behind.left) <= self.words.limits.noun

    def _value(self, aim: PairAim, item: SentenceNumber, before: SaidBeside) -> Value:
        extent = next((role for role in before.roles if role in ("average", "most", "least")), "")
        operator = item.operator or {"most": "<=", "least": ">="}.get(extent, "")
        approximate = item.approximate
        lead = self.said[: item.start].rstrip()
        sign = next((word for word in self.words.operators_before if lead.endswith(word)), "")
        if sign and self.sentences.roles.get(sign) not in ("most", "least"):
            operator = self.words.operators_before[sign]
        if word := next((word for word in self.words.approximate_before if lead.endswith(word)), ""):
            approximate = word
        unit = aim.unit
        own = self.words.unit(self._below(item.unit)[0])
        if own is not None and not aim.unlisted and plain_unit(item.unit, self.words) != plain_unit(aim.unit, self.words):
            unit = item.unit if not aim.below or self._below(item.unit)[1] else f"{item.unit}/{aim.unit.partition('/')[2]}"
        quantity = Quantity(item.number, unit if item.unit else "", aim.label, approximate)
        shown = self.said[item.start : item.end]
        taken = f"实际完成值“{self.actual.raw.strip()}”取其中的“{shown}”与目标值比较。"
        if extent == "average":
            taken += "它是平均数，不是每一次的数。"
        return Value(self.actual.raw, "number", operator, (quantity,), note=taken, extent=extent, inside=True)

    def _beside(self, numbers: Sequence[SentenceNumber], n: int, aim: PairAim) -> tuple[SaidBeside, SaidBeside]:
        """What stands before and behind a number, up to the next mark or number."""
        item, text = numbers[n], self.said
        start = max([numbers[n - 1].end if n else 0, *(mark.end() for mark in MARKS.finditer(text, 0, item.start))])
        stop = numbers[n + 1].start if n + 1 < len(numbers) else len(text)
        mark = MARKS.search(text, item.end, stop)
        behind = text[item.end : mark.start() if mark else stop]
        if mark is None and n + 1 < len(numbers):
            behind = ""  # before the next number: it is said of that
        before = text[start : item.start]
        return self.reader.lex(before, aim.below), self.reader.lex(behind, ())

    def _denied(self, numbers: Sequence[SentenceNumber], aim: PairAim) -> bool:
        """Whether anything in the text says that something was not done, or is of another year."""
        text = self.said
        for item in numbers:
            text = text[: item.start] + ";" * (item.end - item.start) + text[item.end :]
        return any("barred" in self.reader.lex(piece, aim.below).roles for piece in MARKS.split(text))


def is_bare_bound(value: Value, words: Vocabulary) -> bool:
    """Whether a cell is nothing but a limit (≤30分钟): no word says which of several it is, no remark, no name, nothing else is
    said around it (均在24小时内报告)."""
    if value.kind not in ("number", "composite") or value.operator not in (">=", ">", "<=", "<"):
        return False
    if value.extent or value.remark or any(quantity.label for quantity in value.quantities) or words.sentences is None:
        return False
    text = fold(value.raw[: words.limits.characters], words)
    roles = words.sentences.roles
    if any(roles.get(match[0]) in ("most", "least", "average") for match in words.sentences.pattern.finditer(text)):
        return False
    for item in reversed(measures_in(text, words, open_=True)):
        text = text[: item.start] + FILL + text[item.end :]
    signs = "|".join(map(re.escape, (*words.operators_before, *words.links, *sorted(words.verbs, key=len, reverse=True))))
    return re.fullmatch(rf"(?:(?:{signs}| )*{FILL})+[ ()]*", text) is not None
