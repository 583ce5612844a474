"""Text broken into lines as Chinese is set (GB/T 15834): no line begins with what closes or ends with what opens, and a figure, its
unit, a dash and a name in Latin letters stay whole wherever a line can hold them.

A module of its own: uniseg (UAX #14 whole) takes 70 µs a character, two seconds for what one form's findings fill, and parts a
figure from its unit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

_WIDE = re.compile(
    "[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f"
    "\uff01-\uff60\uffe0-\uffe6\U0001f300-\U0001f64f\U0001f900-\U0001f9ff\U00020000-\U0003fffd]"
)
_NO_WIDTH = re.compile("[\u0300-\u036f\u200b-\u200f\u2060\ufe00-\ufe0f]")
OPENING = "（〔［｛《〈「『【“‘([{"
CLOSING = "、。，．；：？！）〕］｝》〉」』】”’)]},.;:?!%％‰°℃…—～·"
_HAN = "\u3400-\u9fff"
_SIGNS = "≥≤＞＜><=＝≈±+−－￥¥$№"
_NUMBER = rf"(?:[第表]|[{_SIGNS}-]+)?\d+(?:[.,:/~～–-]\d+)*(?:\s?(?:[%％‰℃°]|[万亿千百]?元|[万亿][{_HAN}]|年度|(?!第)[{_HAN}]))?"
_LATIN = r"[A-Za-z_][A-Za-z0-9_]*(?:[./:@+-][A-Za-z0-9_*]+)*"
_UNIT = re.compile(
    rf"(?:^\s+)?[{re.escape(OPENING)}]*(?:{_LATIN}|{_NUMBER}|[…—]+|\S)?(?:[{re.escape(CLOSING)}]|\s[/／])*\s*", re.ASCII | re.DOTALL
)
_PIECES = re.compile(
    rf"([{re.escape(OPENING)}]*)([A-Za-z0-9*]*[A-Za-z*][A-Za-z0-9*]*[./:@+_-]*|\d+(?:[.,:/~～–-]\d+)*[%％‰]?|.)"
    rf"([{re.escape(CLOSING)}]*\s*)",
    re.ASCII | re.DOTALL,
)
"""What of a unit that no line can hold stays whole all the same: a figure, a part of a name up to a stop within it."""


def width_of(text: str) -> int:
    """The columns a text takes on a screen: a Chinese character two."""
    return len(text) + len(_WIDE.findall(text)) - len(_NO_WIDTH.findall(text))


def breaks(text: str, width: int) -> list[int]:
    """Where in a text (without line ends) a new line begins, so that each is at most so many columns wide, blanks at its end left
    aside. What no line can hold is broken wherever it has to be."""
    out: list[int] = []
    column = 0
    for start, unit in _units(text, max(1, width)):
        bare = width_of(unit.rstrip())
        if column and column + bare > width:
            out.append(start)
            column = 0
        column += width_of(unit)
    return out


def broken(text: str, width: int, *, hanging: int = 0) -> list[str]:
    """The lines of a text (without line ends), those after the first indented by so many blanks."""
    first = text[: (breaks(text, width) or [len(text)])[0]]
    rest = text[len(first) :]
    ends = [0, *breaks(rest, max(1, width - hanging)), len(rest)]
    lines = [rest[start:end].rstrip() for start, end in pairwise(ends) if end > start]
    return [first.rstrip(), *(" " * hanging + line for line in lines)]


def filled(text: str, width: int) -> str:
    """Every line of a text broken so; what goes on below is indented as the line itself is, past a bullet."""
    out: list[str] = []
    for line in text.split("\n"):
        lead = re.match(r"\s*(?:[-·■✓✗≠?]\s+|\d+\.\s+)?", line)
        indent = width_of(lead[0]) if lead else 0
        out += broken(line, width, hanging=min(indent, width // 3))
    return "\n".join(out)


def widest(text: str) -> int:
    """The columns of the widest piece that is not to be broken: below that a column of a table is too narrow."""
    return max((width_of(unit.rstrip()) for line in text.split("\n") for _, unit in _units(line, 10**6)), default=0)


def _units(text: str, width: int) -> Iterator[tuple[int, str]]:
    """The pieces that are not to be broken, each with where it starts; those wider than a line in smaller ones."""
    place = 0
    while place < len(text):
        found = _UNIT.match(text, place)
        unit = found[0] if found and found[0] else text[place]
        if width_of(unit.rstrip()) <= width:
            yield place, unit
        else:
            yield from _smaller(place, unit, width)
        place += len(unit)


def _smaller(place: int, unit: str, width: int) -> Iterator[tuple[int, str]]:
    """A long name is broken after a stop within it; where not even a figure with its brackets fits, the figure is kept whole."""
    for found in _PIECES.finditer(unit):
        if width_of(found[0].rstrip()) <= width:
            yield place + found.start(), found[0]
            continue
        yield from _anywhere(place + found.start(), found[1], width)
        if width_of(found[2]) <= width:
            yield place + found.start(2), found[2]
        else:
            yield from _anywhere(place + found.start(2), found[2], width)
        yield from _anywhere(place + found.start(3), found[3], width)


def _anywhere(place: int, piece: str, width: int) -> Iterator[tuple[int, str]]:
    start = column = 0
    for n, sign in enumerate(piece):
        wide = width_of(sign)
        if column + wide > width and n > start:
            cut = n
            while cut - start > 1 and piece[cut] in CLOSING and piece[cut - 1] not in CLOSING:
                cut -= 1
            yield place + start, piece[start:cut]
            start, column = cut, width_of(piece[cut:n])
        column += wide
    if start < len(piece):
        yield place + start, piece[start:]
