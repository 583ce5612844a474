"""Dates inside a text: the days a date can mean. The words for parts of a year are those of the policy's notation."""

from __future__ import annotations

import calendar
import re
from datetime import date

from engine.values.vocabulary import Vocabulary
from engine.values.wording.model import Token

_DATE = re.compile(
    r"(?P<y>20[0-9]{2})(?:年度?(?:(?P<m>[0-9]{1,2})月份?)?(?:(?P<d>[0-9]{1,2})[日号])?"
    r"|[-./](?P<m2>[0-9]{1,2})(?:[-./](?P<d2>[0-9]{1,2}))?(?![0-9.%]))"
    r"|(?P<m3>[0-9]{1,2}|十?[一二三四五六七八九]|十)月份?(?:(?P<d3>[0-9]{1,2})[日号])?"
)
_PART = re.compile(r"(?:[底末初]|[上中下]旬|[春夏秋冬]季?|份)?(?:之前|以前|前)?")
MONTHS = {name: number for number, name in enumerate((*"一二三四五六七八九十", "十一", "十二"), 1)}


def read_day(text: str, position: int, fiscal_year: int, words: Vocabulary) -> Token | None:
    """The date that begins here; one without a year is of the fiscal year. None if there is none, or it cannot be."""
    if not 1 <= fiscal_year <= 9999:
        return None
    if period := _named(text, position, words):
        return _period(text, position, position + len(period), fiscal_year, words.dates.periods[period])
    if not (text[position].isdigit() or text[position] in MONTHS) or (position and text[position - 1].isdigit()):
        return None
    match = _DATE.match(text, position)
    if match is None:
        return None
    year = int(match["y"] or fiscal_year)
    written = match["m"] or match["m2"] or match["m3"] or ""
    month = int(written) if written.isdecimal() else MONTHS.get(written, 0)
    day = int(match["d"] or match["d2"] or match["d3"] or 0)
    if (written and not 1 <= month <= 12) or (day and day > calendar.monthrange(year, month or 1)[1]):
        return None
    if not written and (period := _named(text, match.end(), words)):
        return _period(text, position, match.end() + len(period), year, words.dates.periods[period])
    part = _PART.match(text, match.end())
    end = part.end() if part else match.end()
    last = month or 12
    return Token(
        "date",
        text[position:end],
        position,
        end,
        first=date(year, month or 1, day or 1),
        last=date(year, last, day or calendar.monthrange(year, last)[1]),
        whole_year=not written and end == match.end(),
    )


def _named(text: str, position: int, words: Vocabulary) -> str:
    """The part of a year that is named here (上半年, 一季度); empty if none is."""
    if not text.startswith(tuple(words.dates.periods), position):
        return ""
    return next(word for word in words.dates.periods if text.startswith(word, position))


def _period(text: str, start: int, end: int, year: int, months: tuple[int, int]) -> Token:
    part = _PART.match(text, end)
    end = part.end() if part else end
    last = date(year, months[1], calendar.monthrange(year, months[1])[1])
    return Token("date", text[start:end], start, end, first=date(year, months[0], 1), last=last)
