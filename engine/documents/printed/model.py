"""What a page says before anything is made of it: characters, ruling lines, how much of it is pictures."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

Box = tuple[float, float, float, float]
"""Left, top, right, bottom, in points; y grows downwards."""


class Char(NamedTuple):
    """A character and its box: as wide as the step to the next one, as high as the size of its font, which is also the width of a
    Chinese character. `turn`: degrees clockwise by which it stands turned on the page (0, 90, 180 or 270).

    A tuple, since a file has ten thousand of them: they are made in a third of a dataclass's time."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    turn: int = 0

    @property
    def height(self) -> float:
        return self.bottom - self.top


@dataclass(frozen=True, slots=True)
class Stroke:
    """A straight line, level or upright, drawn as a stroke or as a thin area. `at`: where it stands across its direction.
    `shade`: it is but the edge of a coloured area, which counts where no line is drawn."""

    level: bool
    at: float
    start: float
    end: float
    shade: bool = False


@dataclass(frozen=True, slots=True)
class PrintedPage:
    """A page as it is seen: characters, lines, and the share of it that pictures cover (0 to 1, overlaps counted twice)."""

    number: int
    width: float
    height: float
    chars: tuple[Char, ...]
    rules: tuple[Stroke, ...]
    pictures: float = 0.0


def turned(page: PrintedPage, turn: int) -> PrintedPage:
    """The page turned clockwise by so many degrees (a multiple of 90)."""
    turn %= 360
    if not turn:
        return page
    chars = tuple(_turned(char, turn, page.width, page.height) for char in page.chars)
    rules = tuple(_turned_rule(rule, turn, page.width, page.height) for rule in page.rules)
    width, height = (page.height, page.width) if turn in (90, 270) else (page.width, page.height)
    return PrintedPage(page.number, width, height, chars, rules, page.pictures)


def righted(page: PrintedPage) -> PrintedPage:
    """The page turned as most of what is written on it is to be read."""
    turns = Counter(char.turn for char in page.chars)
    return turned(page, -turns.most_common(1)[0][0]) if turns else page


def upright(char: Char) -> Char:
    """A character turned on its page as if the page had been turned about its corner."""
    return _turned(char, -char.turn % 360)


def sides(box: Box, turn: int, width: float = 0.0, height: float = 0.0) -> tuple[float, float, float, float]:
    """Left, right, top and bottom of a box once its page, of this size, has been turned clockwise."""
    left, top, right, bottom = box
    turn %= 360
    if turn == 90:
        return height - bottom, height - top, left, right
    if turn == 180:
        return width - right, width - left, height - bottom, height - top
    return (top, bottom, width - right, width - left) if turn == 270 else (left, right, top, bottom)


def _turned(char: Char, turn: int, width: float = 0.0, height: float = 0.0) -> Char:
    box = (char.x0, char.top, char.x1, char.bottom)
    return Char(char.text, *sides(box, turn, width, height), (char.turn + turn) % 360)


def _turned_rule(rule: Stroke, turn: int, width: float, height: float) -> Stroke:
    box = (rule.start, rule.at, rule.end, rule.at) if rule.level else (rule.at, rule.start, rule.at, rule.end)
    x0, x1, top, bottom = sides(box, turn, width, height)
    level = rule.level is (turn == 180)
    return Stroke(level, top, x0, x1, rule.shade) if level else Stroke(level, x0, top, bottom, rule.shade)
