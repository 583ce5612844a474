"""The characters of an OFD's text objects, each where it is drawn: what is read, what nobody sees, what stands aslant."""

from __future__ import annotations

import math
import unicodedata
import xml.etree.ElementTree as ET
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.documents.matrices import Matrix, placed
from engine.documents.printed.model import Char

MAX_CHARS = 20_000
"""On one page; a page of small print has some 3,000."""
_ASCENT, _DESCENT = 0.88, 0.12
"""Where the box of a Chinese character stands about the base line, in parts of the size."""
_TINY = 1.0
"""Points: a smaller font is not meant to be seen."""
_ASLANT = 4
"""Degrees off the level or the upright from which text is not part of the page's lines."""
_NARROW, _BROADER = 0.5, 0.8
"""Widths of a Latin character, in parts of the size, and of a broad one, as they usually are."""
_WIDER, _BROAD = 0.65, 1.0
"""What they take up at most."""
_SPACE = 0.35
"""What a space does: programs that drop all but one of several leave their room."""
_BROAD_ONES = frozenset("mwMW%@—…")


@dataclass(slots=True)
class OfdText:
    """What is written on a page, in points, y downwards from its top."""

    chars: list[Char] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)
    """Texts that are not drawn or lie outside of the page."""
    aslant: list[str] = field(default_factory=list)
    """Characters neither level nor upright: a watermark."""
    ends: list[tuple[int, float]] = field(default_factory=list)
    """Which of the characters end a piece of text, and how wide each may be at most: only fonts say more."""

    @property
    def too_many(self) -> bool:
        """Whether these are more than a page of a form has."""
        return len(self.chars) > MAX_CHARS

    @property
    def unreadable(self) -> int:
        """How many of the characters have no meaning."""
        return sum("\ue000" <= char.text <= "\uf8ff" or char.text == "\ufffd" for char in self.chars)

    def add(self, item: ET.Element, matrix: Matrix, seen: bool, width: float, height: float) -> None:
        """The characters of a text object, by the matrix from its space to the page, of this width and height. `seen`: the object
        is drawn at all."""
        a, b, c, d, _, _ = matrix
        size = _number(item.get("Size"), 0.0)
        high, wide = size * math.hypot(c, d), math.hypot(a, b)
        angle = (math.degrees(math.atan2(b, a)) + _number(item.get("CharDirection"), 0.0)) % 360
        turn = 90 * round(angle / 90)
        drawn = item.get("Fill") != "false" or item.get("Stroke") == "true"
        hidden = not (seen and drawn) or high < _TINY
        room = size * _number(item.get("HScale"), 1.0)
        down = _number(item.get("ReadDirection"), 0.0) % 360 == 90
        gone: list[str] = []
        x = y = 0.0
        for code in item:
            if not isinstance(code.tag, str) or code.tag.rpartition("}")[2] != "TextCode":
                continue
            # one without a place of its own begins where the one before did
            x, y = _number(code.get("X"), x), _number(code.get("Y"), y)
            pieces = _steps(code, x, y, room, down)
            for char, at, step in pieces:
                px, py = placed(*at, matrix)
                if hidden or not (0 <= px <= width and 0 <= py <= height):
                    gone.append(char)
                elif abs(angle - turn) >= _ASLANT:
                    self.aslant.append(char)
                else:
                    self.chars.append(_char(char, px, py, step * wide, high, turn % 360))
                    if self.too_many:
                        return
            if pieces and not gone and turn == 0 and self.chars:
                self.ends.append((len(self.chars) - 1, _most(pieces[-1][0]) * room * wide))
        if gone:
            self.unseen.append("".join(gone))

    def settled(self) -> tuple[Char, ...]:
        """The characters. One that ends a piece of text goes as far as the next piece begins, if that is near enough."""
        starts: dict[int, list[float]] = {}
        for char in self.chars:
            starts.setdefault(round(char.bottom), []).append(char.x0)
        for line in starts.values():
            line.sort()
        out = list(self.chars)
        for n, most in self.ends:
            char = out[n]
            line = starts[round(char.bottom)]
            at = bisect_right(line, char.x0)
            if at < len(line) and char.x1 < line[at] <= char.x0 + most:
                out[n] = char._replace(x1=line[at])
        return tuple(out)


def _steps(code: ET.Element, x: float, y: float, room: float, down: bool) -> Sequence[tuple[str, tuple[float, float], float]]:
    """The characters of a piece of text: where each stands, and how wide it is."""
    text = code.text or ""
    across, below = _deltas(code.get("DeltaX"), len(text) - 1), _deltas(code.get("DeltaY"), len(text) - 1)
    out = []
    for n, char in enumerate(text):
        usual = room * _width(char)
        step = across[n] if n < len(across) else 0.0 if below else usual
        if _shown(char):
            # what lies beyond the character's own width is room between two of them
            out.append((char, (x, y), min(step, room * _most(char)) if step > 0 and n < len(across) else usual))
        if across or below or not down:
            x, y = x + step, y + (below[n] if n < len(below) else 0.0)
        else:
            y += usual
    return out


def _shown(char: str) -> bool:
    return char in "\t " or not unicodedata.category(char).startswith("C") or "\ue000" <= char <= "\uf8ff"


def _width(char: str) -> float:
    if unicodedata.east_asian_width(char) in "WFA":
        return 1.0
    return _BROADER if char in _BROAD_ONES else _NARROW


def _most(char: str) -> float:
    if char == " ":
        return _SPACE
    return _BROAD if char in _BROAD_ONES else max(_width(char), _WIDER)


def _char(text: str, x: float, y: float, step: float, size: float, turn: int) -> Char:
    """A character whose base line begins at a point."""
    before, after = (_ASCENT, _DESCENT) if turn in (0, 270) else (_DESCENT, _ASCENT)
    text = " " if text == "\t" else _plain(text)
    if turn in (0, 180):
        left = x if turn == 0 else x - step
        return Char(text, left, left + step, y - before * size, y + after * size, turn)
    top = y if turn == 90 else y - step
    return Char(text, x - before * size, x + after * size, top, top + step, turn)


def _plain(char: str) -> str:
    """Some fonts give the radical for the character that looks the same: ⼀ for 一."""
    return unicodedata.normalize("NFKC", char) if "\u2e80" <= char <= "\u2fdf" else char


def _deltas(value: str | None, most: int) -> list[float]:
    """The steps from each character to the next, of which `g 3 4.2` stands for three alike; at most so many."""
    tokens = (value or "").split()
    out: list[float] = []
    at = 0
    while at < len(tokens) and len(out) < most:
        if tokens[at] == "g" and at + 2 < len(tokens):
            count = int(_number(tokens[at + 1], 0.0))
            out += [_number(tokens[at + 2], 0.0)] * min(max(count, 0), most - len(out))
            at += 3
        else:
            out.append(_number(tokens[at], 0.0))
            at += 1
    return out


def _number(value: str | None, default: float) -> float:
    try:
        number = float(value) if value is not None else default
    except ValueError:
        return default
    return number if math.isfinite(number) else default


def numbers(value: str | None, count: int) -> tuple[float, ...] | None:
    """So many numbers written one after the other; None if they are not."""
    try:
        out = tuple(map(float, (value or "").replace(",", " ").split()))
    except ValueError:
        return None
    return out[:count] if len(out) >= count and all(map(math.isfinite, out)) else None
