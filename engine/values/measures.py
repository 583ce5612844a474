"""Every number of a sentence with its unit: no date, no year, no code, no ordinal. What stands around it is for others to read.

A unit is a listed one, or whatever stands behind the number of a target: the same text behind
a number of the actual is the same unit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from engine.values.dates import dates_at
from engine.values.notation import tail, unit_at
from engine.values.numerals import EXACT, chinese, decimal, scaled
from engine.values.vocabulary import Vocabulary

MOST = 30
"""Numbers of one text that are looked at."""
_LONGEST_UNIT = 16
_NUMBER = re.compile(
    r"(?<![0-9A-Za-z.第])(?<![0-9]/)(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?)(?![0-9])"
)
_FIGURE = re.compile(r"(?<![0-9.])(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?(?![0-9])")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}(?=年|学年)")
_LATIN = re.compile(r"[A-Za-z]")
_SIGNS = re.compile(r"[/*]")
_SKIPPED = re.compile(r"[ ()]")


@dataclass(frozen=True, slots=True)
class SentenceNumber:
    """A number of a sentence where it stands, scales folded in. `end` is behind unit and operator; `ranged`: it is an end of a
    range, or a part of a number that could not be put together."""

    number: Decimal
    unit: str
    operator: str
    approximate: str
    start: int
    end: int
    ranged: bool = False
    closed: bool = False
    """A word behind the unit (以上, 左右) ended it."""


def measures_in(text: str, words: Vocabulary, unlisted: str = "", unit: str = "", *, open_: bool = False) -> list[SentenceNumber]:
    """The numbers of a folded text. `unlisted` is a unit no list holds, as a target writes it; `unit` one that counts in Chinese
    numerals, too (三期). `open_`: what stands behind a number may be a unit no list holds (2.5PB)."""
    found = list(_in_digits(text, words, plain_unit(unlisted, words), open_))
    if unit and words.sentences is not None:
        found += _in_chinese(text, words, unit)
        found.sort(key=lambda item: item.start)
    return _joined(text, found, words)[:MOST]


def holds_figure(text: str, words: Vocabulary) -> int:
    """How many numbers a folded text holds, in digits or in Chinese numerals before a unit; years are none, dates and ordinals
    are."""
    digits = sum(not _YEAR.match(text, item.start()) for item in _FIGURE.finditer(text))
    if words.sentences is None:
        return digits
    return digits + sum(1 for _ in words.sentences.numerals.finditer(text))


def plain_unit(text: str, words: Vocabulary) -> str:
    """A unit as it can be held against another: 元/(生·天), 元/生/天 and 元每生每天 are one."""
    text = _SKIPPED.sub("", text)
    for word, sign in words.joiners.items():
        text = text.replace(word, sign)
    head, *below = _SIGNS.split(text)
    named = words.unit(head)
    return "/".join([named.name if named else head, *sorted(below)])


def _in_digits(text: str, words: Vocabulary, unlisted: str, open_: bool) -> Iterator[SentenceNumber]:
    days = [(start, end) for _, start, end in dates_at(text, words)]
    beyond = 0
    for match in _NUMBER.finditer(text):
        start, number = match.start(), decimal(match[0])
        if start < beyond or number is None or re.match(r"0[0-9]", match[0]) or _YEAR.match(text, start):
            continue
        if any(first <= start < last for first, last in days):
            continue
        factor, unit, operator, approximate, closed, end = tail(text, match.end(), words)
        if unlisted and (own := _unlisted(text, match.end(), words, unlisted)):
            factor, end = own
            unit, operator, approximate, closed = unlisted, "", "", False
        elif not (unit or open_) and _LATIN.match(text, end):
            continue  # 5G, 4K
        ratio = next((word for word in words.ratios if text.endswith(word, 0, start)), "")
        if ratio and unit:
            continue
        ranged = _ranged(text, end, words)
        beyond = end
        first = start - len(ratio)
        behind = _ranged_before(text, first, words)
        unit = words.ratios[ratio] if ratio else unit
        yield SentenceNumber(scaled(number, factor), unit, operator, approximate, first, end, ranged or behind, closed)


def _unlisted(text: str, position: int, words: Vocabulary, unlisted: str) -> tuple[Decimal, int] | None:
    """Factor of the scales and the end of a unit that no list holds, if it stands here."""
    factor = Decimal(1)
    while True:
        position += text.startswith(" ", position)
        for end in range(min(len(text), position + _LONGEST_UNIT), position, -1):
            if plain_unit(text[position:end], words) == unlisted:
                return factor, end
        scale = next((word for word in words.scales if text.startswith(word, position)), "")
        if not scale or factor >= 10**12:
            return None
        factor, position = factor * words.scales[scale], position + len(scale)


def _in_chinese(text: str, words: Vocabulary, unit: str) -> Iterator[SentenceNumber]:
    assert words.sentences is not None
    for match in words.sentences.numerals.finditer(text):
        found = words.chinese_pattern.match(text, match.start())
        number = chinese(found["number"], words.digits, words.scales) if found else None
        if found is None or number is None or (match.start() and text[match.start() - 1] in "第0123456789."):
            continue
        own, end = unit_at(text, found.end(), words)
        if own == unit and end == match.end():
            yield SentenceNumber(number, own, "", "", match.start(), end)


def _ranged(text: str, end: int, words: Vocabulary) -> bool:
    rest = text[end : end + 4].lstrip()
    mark = next((word for word in words.ranges if rest.startswith(word)), "")
    return bool(mark) and rest[len(mark) :].lstrip()[:1].isdigit()


def _ranged_before(text: str, start: int, words: Vocabulary) -> bool:
    """Whether the number is the upper end of a range: a word of ranges with a number or its unit before it."""
    before = text[:start].rstrip()
    mark = next((word for word in words.ranges if before.endswith(word)), "")
    before = before.removesuffix(mark).rstrip() if mark else ""
    if mark in ("", "到", "至"):
        return bool(before) and (before[-1].isdigit() or before[-1] in "%‰")
    return bool(before)


def _joined(text: str, found: Sequence[SentenceNumber], words: Vocabulary) -> list[SentenceNumber]:
    """1小时10分 is one number, in the smaller of the two units."""
    out: list[SentenceNumber] = []
    groups = words.sentences.joined if words.sentences is not None else ()
    for item in found:
        last = out[-1] if out else None
        if last is not None and text[last.end : item.start].strip(" 零又") == "" and not (last.ranged or last.operator):
            for group in groups:
                names = list(dict.fromkeys(group.values()))
                above, own = (unit if unit in names else group.get(unit, "") for unit in (last.unit, item.unit))
                large, small = words.unit(above), words.unit(own)
                if large and small and own in names[names.index(above) + 1 :] and large.dimension == small.dimension:
                    number = EXACT.add(EXACT.divide(EXACT.multiply(last.number, large.scale), small.scale), item.number)
                    out[-1] = replace(item, number=number, unit=own, start=last.start, approximate=last.approximate)
                    break
            else:
                odd = any(unit in group for group in groups for unit in (last.unit, item.unit))
                out.append(replace(item, ranged=True) if odd else item)  # 40秒 of 3天40秒 is no number of its own
            continue
        out.append(item)
    return out
