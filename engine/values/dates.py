"""Dates as values: "9月前", "2021年11月30日前完成", "年底", "三季度". A date is a span of days, since most name no day."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from engine.values.vocabulary import Vocabulary

_YEAR = r"(?P<year>(?:19|20)[0-9]{2})"
_NUMERIC = re.compile(
    rf"{_YEAR}(?:-(?P<m1>[0-9]{{1,2}})(?:-(?P<d1>[0-9]{{1,2}}))?|([/.])(?P<m2>[0-9]{{1,2}})\4(?P<d2>[0-9]{{1,2}}))日?(?![0-9./-])"
)
_WRITTEN = re.compile(r"(?P<month>[0-9]{1,2}|[一二三四五六七八九十]{1,2})月份?(?:(?P<day>[0-9]{1,2})[日号])?")
_YEAR_HEAD = re.compile(rf"{_YEAR}年度?")
_YEAR_OF = re.compile(rf"{_YEAR}(?=年)")
_INSIDE = re.compile(r"(?:19|20)[0-9]{2}[-/.年]|(?<![0-9])[0-9]{1,2}月|[一二三四五六七八九十]{1,2}月(?!度)")
"""Where a date may begin inside a sentence."""
_NUMBER = re.compile(r"[0-9]")
_DIGITS = {char: number for number, char in enumerate("零一二三四五六七八九")} | {"〇": 0}
_HOUR = r"[0-9]{1,2}(?:[时点](?:[0-9]{1,2}分)?|:[0-9]{2})"
_CLOCK = re.compile(
    rf" ?(?:(?:[上下]午|晚上?|凌晨|中午)?{_HOUR}(?:整|许)?(?:[-~至到](?:次日)?{_HOUR})?|[上下]午|晚上|凌晨|中午)(?!前|之前|以前)"
)
_CHINESE_YEAR = re.compile(r"([一二][零〇一二三四五六七八九]{3})年")
_CHINESE_PART = re.compile(r"([一二三四五六七八九十]{1,3})(月|日|号)")
_MONTHS = {name: number for number, name in enumerate((*"一二三四五六七八九十", "十一", "十二"), 1)}


@dataclass(frozen=True, slots=True)
class Deadline:
    """A date as written: the span of days it names, (month, day) both inclusive, and whether 前 leaves its edge open.

    `year` is None where none is written. Day 31 of a short month stands for its last day. `before` is true where 前 follows
    a span longer than a day: 9月前 may end with August or with September, which the text does not say. 前 behind a day or
    behind 底, 末, 上旬 … includes that day, as administrative usage has it.
    """

    year: int | None
    first: tuple[int, int]
    last: tuple[int, int]
    before: bool = False
    planned: bool = False
    """It is a day that somebody means to keep (拟于), not one on which something was done."""

    def days(self, year: int) -> tuple[date, date]:
        """First and last day of the span, in `year` unless the text names one."""
        own = self.year or year
        return _day(own, self.first), _day(own, self.last)

    def latest(self, year: int) -> tuple[date, date]:
        """The last admissible day, read strictly and read generously; the same day unless `before`."""
        first, last = self.days(year)
        return (first - timedelta(days=1) if self.before else last), last


def read_deadline(text: str, words: Vocabulary) -> tuple[Deadline, str] | None:
    """The date that makes up the whole text, and the remark behind it (what is done by then); None if there is none.

    `text` is folded. Words that only say the thing was done are dropped from the remark. The text is no date if the remark
    has a number or a word that denies it was done, or runs on behind a bare date (2021年高校招生).
    """
    dates = words.dates
    text = in_digits(text)
    sign = _starting(text, 0, dates.signs)
    subject, start, planned = ("", len(sign), False) if sign else _lead(text, words)
    found = _span(text, start, words)
    if found is None or (sign and found[0] is None):
        return None
    year, first, last, exact, position = found
    if first == last and (clock := _CLOCK.match(text, position)):
        position = clock.end()  # 6月24日20时: on that day
    before = _starting(text, position, dates.before)
    position += len(before or _starting(text, position, dates.within))
    remark = _what(subject, text[position:].strip("".join(words.separators) + " "), words)
    planned = planned or bool(_starting(remark, 0, dates.planned))  # 2024年6月前将全部建成
    done = _starting(remark, 0, words.done)
    set_off = bool(before or done) or exact or position > found[4] or not text.startswith(remark, position)
    remark = remark[len(done) :].strip()
    if remark in dates.complete:
        remark = ""
    if remark and (not set_off or _NUMBER.search(remark) or any(word in remark for word in dates.refused_remarks)):
        return None
    return Deadline(year, first, last, bool(before) and not exact, planned), remark


def dates_in(text: str, words: Vocabulary) -> list[Deadline]:
    """Every date that names a month or a day inside a sentence, in its order; those that are only meant (计划于…) marked so."""
    return [day for day, _, _ in dates_at(in_digits(text), words)]


def dates_at(text: str, words: Vocabulary) -> Iterator[tuple[Deadline, int, int]]:
    """The same, each with where it starts and ends in a text that `in_digits` has read."""
    position = 0
    while found := _INSIDE.search(text, position):
        span = _span(text, found.start(), words)
        if span is None or span[4] <= found.start() or span[1:3] == ((1, 1), (12, 31)):
            position = found.start() + 1 if span is None else max(span[4], found.start() + 1)
            continue
        year, first, last, exact, end = span
        before = _starting(text, end, words.dates.before)
        planned = text[: found.start()].endswith(words.dates.planned)
        yield Deadline(year, first, last, bool(before) and not exact, planned), found.start(), end
        position = end


def in_digits(text: str) -> str:
    """A text with a year, month and day in Chinese numerals (二〇二一年十一月三日, and there only where a year is written so) in
    digits: what is written in digits is read one way."""
    if not _CHINESE_YEAR.search(text):
        return text
    text = _CHINESE_YEAR.sub(lambda found: "".join(str(_DIGITS[char]) for char in found[1]) + "年", text)
    return _CHINESE_PART.sub(lambda found: f"{_number(found[1])}{found[2]}" if _number(found[1]) else found[0], text)


def _number(text: str) -> int:
    """十一, 二十, 三十一 as a number below 100; 0 for what is none."""
    tens, ten, ones = text.rpartition("十")
    if ten:
        return (_DIGITS.get(tens, 0) if tens else 1) * 10 + (_DIGITS.get(ones, 0) if ones else 0)
    return _DIGITS.get(text, 0)


def _lead(text: str, words: Vocabulary) -> tuple[str, int, bool]:
    """What stands before the date: whatever it is the date of (empty in most), where the date begins, whether it is only meant.

    A sentence leads to its date by 于, 在 …: 项目主体已于11月25日完工. Text with a number of its own or a word of refusal does not.
    """
    if lead := _starting(text, 0, words.dates.leads):
        rest = len(lead) + len(_starting(text, len(lead), words.dates.prefix))
        return "", rest, lead in words.dates.planned
    first = _NUMBER.search(text)
    before = text[: first.start()] if first else text
    this = next((word for word in words.dates.this_year if before.endswith(word)), "")
    before = before.removesuffix(this)
    if not before.endswith(words.dates.leads):
        return "", 0, False
    for lead in words.dates.leads:
        head = before.removesuffix(lead)
        if head != before and len(head) <= words.limits.label and not any(word in head for word in words.dates.refused_remarks):
            return head, len(before), lead in words.dates.planned
    return "", 0, False


def _what(subject: str, remark: str, words: Vocabulary) -> str:
    """What the date is said of, without the words that only say that it was done: 项目已 + 全面完工并投入使用 is nothing more."""
    rest = _only(remark, words)
    if rest is None:
        return remark if not subject else subject + remark
    return _unsaid(subject, words) + rest


def _only(remark: str, words: Vocabulary) -> str | None:
    """The remark without adverbs and completions; None where nothing in it says that something was done."""
    position, done = 0, False
    while position < len(remark):
        if word := _starting(remark, position, words.dates.completions):
            position, done = position + len(word), True
        elif word := _starting(remark, position, words.dates.said):
            position += len(word)
        else:
            break
    return remark[position:] if done else None


def _unsaid(subject: str, words: Vocabulary) -> str:
    """The subject of a date without 已 and the like; empty where it names nothing in particular (项目, 全部工作)."""
    position = 0
    while word := _starting(subject, position, words.dates.said):
        position += len(word)
    rest = subject[position:]
    while word := next((word for word in words.dates.said if rest.endswith(word)), ""):
        rest = rest.removesuffix(word)
    return rest


def _span(text: str, start: int, words: Vocabulary) -> tuple[int | None, tuple[int, int], tuple[int, int], bool, int] | None:
    """Year, first and last day, whether the end is exact, and where the date ends in the text."""
    if match := _NUMERIC.match(text, start):
        month, day = int(match["m1"] or match["m2"]), int(match["d1"] or match["d2"] or 0)
        return _month_span(int(match["year"]), month, day, text, match.end(), words)
    year, position = None, start
    if match := _YEAR_OF.match(text, start):
        year, position = int(match["year"]), match.end()
    else:
        this = _starting(text, start, words.dates.this_year)
        # 当年底: the year word shares its last character with 年底.
        shared = this and _starting(text, start + len(this) - 1, (*words.dates.year_ends, *words.dates.periods))
        position += len(this) - (1 if shared else 0)
    if end := _starting(text, position, words.dates.year_ends):
        return year, (12, 1), (12, 31), True, position + len(end)
    if match := _YEAR_HEAD.match(text, start):
        position = match.end()
    position += text.startswith(" ", position)
    if period := _starting(text, position, words.dates.periods):
        months = words.dates.periods[period]
        position += len(period)
        part = _starting(text, position, words.dates.parts)
        if part and words.dates.parts[part][1] != 31:
            return None
        return year, (months[1] if part else months[0], 1), (months[1], 31), bool(part), position + len(part)
    match = _WRITTEN.match(text, position)
    if match is None:
        return (year, (1, 1), (12, 31), False, position) if year is not None else None
    month = int(match["month"]) if match["month"].isdecimal() else _MONTHS.get(match["month"], 0)
    return _month_span(year, month, int(match["day"] or 0), text, match.end(), words)


def _month_span(
    year: int | None, month: int, day: int, text: str, position: int, words: Vocabulary
) -> tuple[int | None, tuple[int, int], tuple[int, int], bool, int] | None:
    if not 1 <= month <= 12 or day > calendar.monthrange(year or 2000, month)[1]:
        return None
    if day:
        return year, (month, day), (month, day), True, position
    part = _starting(text, position, words.dates.parts)
    low, high = words.dates.parts[part] if part else (1, 31)
    return year, (month, low), (month, high), bool(part), position + len(part)


def _day(year: int, month_day: tuple[int, int]) -> date:
    month, day = month_day
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


def _starting(text: str, position: int, candidates: Iterable[str]) -> str:
    if isinstance(candidates, tuple) and not text.startswith(candidates, position):
        return ""
    return next((word for word in candidates if text.startswith(word, position)), "")
