"""Targets of several parts or of so much in each (4期，每期30人; 每季度2次), and actuals that tell so many of so much each.

A person multiplies: 6期，每期105人 is 630人, and 每月1次 is 12次 in the year. Parts are paired by what they are called, or by a
unit that one part only has on each side. Where a part has no partner, or more than one, nothing is made of the two.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from engine.values.measures import measures_in, plain_unit
from engine.values.model import Quantity, Value
from engine.values.notation import fold, read_value
from engine.values.numerals import EXACT
from engine.values.said import FILL, MARKS, PairScene, SaidReader
from engine.values.sentence_words import SentenceWords
from engine.values.vocabulary import Vocabulary

_EACH = re.compile(r"(?:平均)?每一?个?([^\W\d_]{1,3})$|([^\W\d_])均$")
_DIGIT = re.compile(r"[0-9０-９]")
_OF_EACH = re.compile(r"[每均]")
_HAN = re.compile(r"[\u4e00-\u9fff]{1,4}")
_LEADING = re.compile(r"((?:每个?[^\W\d_]{1,2}){1,3})([0-9][0-9.,]*(?:万|亿)?元)$")
_ONE_EACH = re.compile(r"每个?([^\W\d_]{1,2}?)(?=每|$)")
_JOINER = re.compile(r"[/*]")
_WHOLE = 12
"""Months of the year."""


@dataclass(frozen=True, slots=True)
class ToldPart:
    """A number of one of the two texts. `each`: of what it is for each; `label`: what it is called; `row`: it goes on the row of
    the number before it (120人、135人); `months`: the part of the year it is of."""

    number: Decimal
    unit: str
    each: str
    operator: str
    label: str
    row: bool
    loose: bool
    months: tuple[int, int]
    plain: bool
    """Whether nothing else is said before it than of what it is for each."""


Pairing = tuple[Decimal, Decimal, str, str]
"""Target and actual number, their unit, what they are of."""


def composed(target: Value, actual: Value, scene: PairScene, words: Vocabulary) -> tuple[Value, Value] | None:
    """The two as numbers that can be compared part by part; None where nothing is certain enough. Texts longer than the
    vocabulary's limit are left alone."""
    sentences = words.sentences
    if sentences is None or not sentences.periods or actual.kind not in ("text", "number", "composite"):
        return None
    if not _worth_trying(target, actual):
        return None
    said, aimed = (fold(value.raw, words).rstrip(" .,;。、").replace("\n", ";") for value in (actual, target))
    if max(len(said), len(aimed)) > words.limits.characters:
        return None
    reader = SaidReader(scene, aimed, words, sentences)
    aims, told = _parts(aimed, words, sentences, reader), _parts(said, words, sentences, reader)
    if not aims or not told or any(part.loose for part in (*aims, *told)) or _denied(said, words, sentences, reader):
        return None
    operator = _operator(aims)
    if operator is None or any(part.operator for part in told):
        return None
    matcher = _PartMatcher(told, words, sentences)
    pairs = matcher.pairs(aims, said)
    return None if not pairs else _values(target, actual, pairs, operator)


def _worth_trying(target: Value, actual: Value) -> bool:
    """Whether the target has parts, or the actual tells so much of each: nothing is made of one plain number against another."""
    if (target.kind == "number" and "/" not in target.unit) or (target.kind == "text" and not _DIGIT.search(target.raw)):
        return target.kind == "number" and bool(_OF_EACH.search(actual.raw))
    return target.kind in ("number", "text", "composite")


def turned(actual: Value, words: Vocabulary) -> Value:
    """每人每月500元 as 500元/人*月; any other value as it is."""
    if actual.kind != "text" or (match := _LEADING.fullmatch(fold(actual.raw, words))) is None:
        return actual
    below = "*".join(_ONE_EACH.findall(match[1]))
    value = read_value(f"{match[2]}/{below}", words)
    return replace(value, raw=actual.raw, inside=True) if value.kind == "number" else actual


# --- what the texts tell -------------------------------------------------------------------------------------------


def _parts(text: str, words: Vocabulary, sentences: SentenceWords, reader: SaidReader) -> list[ToldPart]:
    found = measures_in(text, words, open_=True)
    marks = list(MARKS.finditer(text))
    out = []
    for n, item in enumerate(found):
        end = found[n - 1].end if n else 0
        between = [mark for mark in marks if end <= mark.start() < item.start]
        start = max(end, between[-1].end() if between else 0)
        before, operator, each = text[start : item.start].strip(), item.operator, ""
        if sign := next((word for word in words.operators_before if before.endswith(word)), ""):
            before, operator = before.removesuffix(sign).strip(), words.operators_before[sign]
        bare = _without_plain(before, sentences)
        if match := _EACH.search(bare):
            each = match[1] or match[2]
        head, *below = _JOINER.split(item.unit)
        if below:
            each = each or below[0]
        if text.startswith(words.dates.before, item.end):
            return []  # 每月10日前
        unit, stop = head, item.end
        if not unit and (behind := _HAN.match(text, item.end)):
            unit, stop = behind[0], behind.end()
        after = _HAN.match(text, stop)
        mark = not before and n > 0 and "".join(item[0] for item in between) in ("、", ",")
        period = next((months for word, months in words.dates.periods.items() if word in before), (0, 0))
        label = _core(before, sentences, words) or (_core(after[0], sentences, words) if after else "")
        loose = bool(item.approximate or item.ranged or len(below) > 1)
        aside = {"aside", "planned", "change", "relative", "average"} & set(reader.lex(before.replace(FILL, "")).roles)
        if aside and not each:
            continue
        plain = not before or _EACH.fullmatch(before) is not None
        out.append(ToldPart(item.number, unit, each, operator, label, mark, loose, period, plain))
    return out


def _without_plain(text: str, sentences: SentenceWords) -> str:
    while text.endswith(sentences.unsaying):
        text = text.removesuffix(next(word for word in sentences.unsaying if text.endswith(word)))
    return text


def _core(text: str, sentences: SentenceWords, words: Vocabulary) -> str:
    """What a number is called, without words that say nothing of that, and without parts of the year."""
    for word in words.dates.periods:
        text = text.replace(word, "")
    text = _EACH.sub("", text)
    out, at = "", 0
    while at < len(text):
        match = sentences.pattern.match(text, at)
        if match and sentences.roles[match[0]] in ("plain", "deed", "barred"):
            at = match.end()
            continue
        out, at = out + text[at], at + 1
    return re.sub(r"[^\w]+", "", out)


def _denied(said: str, words: Vocabulary, sentences: SentenceWords, reader: SaidReader) -> bool:
    """Whether anything says that something was not done, put off, or done by others; parts of the year do not."""
    for word in words.dates.periods:
        said = said.replace(word, "")
    for item in reversed(measures_in(said, words, open_=True)):
        said = said[: item.start] + ";" + said[item.end :]
    roles = {role for piece in MARKS.split(said) for role in reader.lex(piece).roles}
    return "barred" in roles or any(word in said for word in sentences.undone)


def _operator(aims: Sequence[ToldPart]) -> str | None:
    """The sign of all parts; that of those that have one where it is at least; None where they differ."""
    signs = {part.operator for part in aims}
    if signs <= {"", ">="}:
        return ">=" if ">=" in signs else ""
    return signs.pop() if len(signs) == 1 and signs <= {"<=", ">", "<"} else None


# --- one against the other -----------------------------------------------------------------------------------------


class _PartMatcher:
    """The parts of an actual, held against those of a target."""

    def __init__(self, told: Sequence[ToldPart], words: Vocabulary, sentences: SentenceWords) -> None:
        self.told, self.words, self.sentences = told, words, sentences
        self.periods: Mapping[str, tuple[int, int]] = sentences.periods

    def pairs(self, aims: Sequence[ToldPart], said: str) -> list[Pairing] | None:
        """Every part of the target with its partner; None where one has none."""
        if len(aims) == 1:
            aim = aims[0]
            pair = self.often(aim, said) if aim.each in self.periods else self.altogether(aim) if not aim.each else None
            return [pair] if pair else None
        if len(aims) == 2 and aims[1].each and self.alike(aims[0].unit, aims[1].each):
            return self.times(aims[0], aims[1])
        if any(aim.each in self.periods for aim in aims):
            return None
        out = [self.one(aim, aims) for aim in aims]
        return [pair for pair in out if pair] if all(out) else None

    def alike(self, first: str, second: str) -> bool:
        """Whether two units count the same."""
        one, other = plain_unit(first, self.words), plain_unit(second, self.words)
        return one == other or any(one in group and other in group for group in self.words.same)

    def of(self, unit: str) -> list[ToldPart]:
        """The parts told that are for each of nothing."""
        return [part for part in self.told if not part.each and self.alike(part.unit, unit)]

    def product(self, unit: str) -> tuple[Decimal, Decimal] | None:
        """So many of so much each, in a unit: the least and the most that can be meant."""
        each = [
            part
            for part in self.told
            if part.each and (self.alike(part.unit, unit) or self.sentences.visits.get(part.unit) == unit)
        ]
        if len(each) != 1:
            return None
        if each[0].each in self.periods:
            if not each[0].plain or len(self.told) > 1:
                return None  # 每季度检查1次: how it is done, or what was done
            least, most = self.periods[each[0].each]
            return EXACT.multiply(each[0].number, least), EXACT.multiply(each[0].number, most)
        counts = [part for part in self.told if not part.each and self.alike(part.unit, each[0].each)]
        if len(counts) != 1:
            return None
        made = EXACT.multiply(each[0].number, counts[0].number)
        return made, made

    def altogether(self, aim: ToldPart) -> Pairing | None:
        """A target of a number, of which the actual tells so many of so much each."""
        if any(self.alike(part.unit, aim.unit) for part in self.told if not part.each) or (made := self.product(aim.unit)) is None:
            return None
        return self.within((aim.number, aim.number), made, aim)

    def within(self, wanted: tuple[Decimal, Decimal], told: tuple[Decimal, Decimal], aim: ToldPart) -> Pairing | None:
        """Two numbers of which each lies between two: on one side for certain, or nothing."""
        if told[0] >= wanted[1]:
            return wanted[1], told[0], aim.unit, aim.label
        if told[1] < wanted[0]:
            return wanted[0], told[1], aim.unit, aim.label
        return None

    def often(self, aim: ToldPart, said: str) -> Pairing | None:
        """So much in each part of the year (每季度2次)."""
        least, most = self.periods[aim.each]
        wanted = EXACT.multiply(aim.number, least), EXACT.multiply(aim.number, most)
        same = [part for part in self.told if self.alike(part.unit, aim.unit)]
        each = [part for part in same if part.each]
        if each:
            if len(each) > 1 or each[0].each not in self.periods:
                return None
            if each[0].each == aim.each:
                return aim.number, each[0].number, aim.unit, aim.label
            low, high = self.periods[each[0].each]
            return self.within(wanted, (EXACT.multiply(each[0].number, low), EXACT.multiply(each[0].number, high)), aim)
        if len(same) > 1 and all(part.months != (0, 0) for part in same) and self._whole_year(same):
            if len(same) == most == least and most > 1:
                return aim.number, min(part.number for part in same), aim.unit, aim.label
            total = sum((part.number for part in same), Decimal(0))
            if aim.operator and total >= wanted[0] and least > 1:
                return None
            return self.within(wanted, (total, total), aim)
        if len(same) != 1 or same[0].months not in ((0, 0), (1, _WHOLE)):
            return None
        number = same[0].number
        whole = most == 1 or number >= 2 * aim.number or any(word in said for word in self.sentences.yearly)
        if aim.operator and number >= wanted[0] and least > 1:
            return None  # 26次, of 不少于2次 in each month: whether in each is not told
        return self.within(wanted, (number, number), aim) if whole else None  # 2次, of 每季度2次: in each, or in the year

    def _whole_year(self, parts: Iterable[ToldPart]) -> bool:
        months = [month for part in parts for month in range(part.months[0], part.months[1] + 1)]
        return sorted(months) == list(range(1, _WHOLE + 1))

    def times(self, count: ToldPart, each: ToldPart) -> list[Pairing] | None:
        """So many, of so much each: 4期，每期30人."""
        counts = self.of(count.unit)
        own = [part for part in self.told if part.each and self.alike(part.unit, each.unit) and self.alike(part.each, count.unit)]
        if len(counts) != 1:
            return None
        first: Pairing = (count.number, counts[0].number, count.unit, count.unit)
        if len(own) == 1:
            return [first, (each.number, own[0].number, each.unit, f"每{count.unit}")]
        totals = self.of(each.unit)
        if len(totals) > 1 and len(totals) == counts[0].number and all(part.row for part in totals[1:]):
            return [first, (each.number, min(part.number for part in totals), each.unit, f"每{count.unit}")]
        if len(totals) != 1 or own:
            return None
        whole = EXACT.multiply(count.number, each.number)
        if each.operator and totals[0].number >= whole:
            return None  # 不少于30人 in each: how many there were in each is not told
        return [first, (whole, totals[0].number, each.unit, "")]

    def one(self, aim: ToldPart, aims: Sequence[ToldPart]) -> Pairing | None:
        """The partner of one of several parts: called the same, or the only one of its unit on both sides."""
        same = [part for part in self.told if self.alike(part.unit, aim.unit) and part.each == aim.each]
        if named := [part for part in same if aim.label and part.label and _called_alike(part.label, aim.label)]:
            same = named
        elif len([other for other in aims if self.alike(other.unit, aim.unit)]) > 1 or any(aim.label and p.label for p in same):
            return None
        if len(same) == 1:
            return aim.number, same[0].number, aim.unit, aim.label
        if not same and not aim.label and (made := self.product(aim.unit)) is not None:
            return self.within((aim.number, aim.number), made, aim)
        return None


def _called_alike(one: str, other: str) -> bool:
    return one in other or other in one


def _values(target: Value, actual: Value, pairs: Sequence[Pairing], operator: str) -> tuple[Value, Value]:
    """Target and actual with the numbers that are held against each other."""
    names = [label or unit for _, _, unit, label in pairs]
    if len(set(names)) < len(names):
        names = [f"{name}（第{n}项）" for n, name in enumerate(names, 1)]
    kind = "number" if len(pairs) == 1 else "composite"
    if len(pairs) == 1:
        names = [""]
    wanted = tuple(Quantity(pair[0], pair[2], name) for pair, name in zip(pairs, names, strict=True))
    got = tuple(Quantity(pair[1], pair[2], name) for pair, name in zip(pairs, names, strict=True))
    shown = "；".join(f"{pair[1]:f}{pair[2]}对{pair[0]:f}{pair[2]}" for pair in pairs)
    note = f"“{actual.raw.strip()}”与“{target.raw.strip()}”逐项相比：{shown}。"
    return Value(target.raw, kind, operator, wanted, inside=True), Value(actual.raw, kind, "", got, note=note, inside=True)
