"""Characters on a page -> lines -> what was one paragraph or one line of a cell before it was wrapped."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import pairwise, takewhile

from engine.documents.printed.model import Char

_ASCII_END, _ASCII_START = re.compile(r"[!-~]$"), re.compile(r"^[!-~]")
_UNIT = re.compile(r"[“‘（《〈【「\(\[]*(?:[0-9A-Za-z.,%/:+*=≥≤<>-]+|.)[，。、；：！？）》〉】」”’\)\].,;:!?%％]*", re.S)
"""What stays together at the end of a line: a word or a character, with the marks that may not stand alone."""
_LONGEST = 60
"""More characters than this are in no word."""
_MARGIN = 6.0
"""Widest inner margin of a cell, in points."""
_EXACT = 0.1
"""Points by which the room at a line's end is known."""
_NUMBERED = re.compile(
    r"[（(]?[一二三四五六七八九十]{1,3}[）)、]|[（(]?[0-9]{1,2}[）).．、](?![0-9])|第[一二三四五六七八九十]+部分|[①-⑳]|附件"
)
_SPACE = 0.35
"""Parts of the height of a character: a wider gap than this, over what the line itself leaves between characters, is a space."""
_GUESSED = 0.2
"""The same where the reader of the file guesses that there is a space."""
_SURE = 0.31
"""The same between Chinese and Latin, where most programs leave a quarter."""
_MOST_SPACES = 10
_APART = "    "
"""What a wide gap becomes in which no space was typed."""
_BESIDE_LATIN = 0.25
"""The same, left by programs between Chinese and Latin letters or digits where no space was typed."""
_STRETCHED = ("wide", "latin", "mark")
_SHOWN_BY = 3
"""So many gaps show how far a line was stretched, however far; fewer may be words set apart."""
ENDED = re.compile(r"[。；：！？）]$")
"""How a paragraph ends."""
_HANGING = re.compile(r"[，。、；：！？）》”’]$")
_GOES_ON = re.compile(r"[，。、；：！？）》」』】”’%％‰℃]")
"""What begins no line of its own, whatever room a font's widths say there was before it."""


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    em: float
    """Width of a Chinese character in it."""
    head: float
    """Width of its first word: what the line before would have needed room for."""
    stretched: float
    """What was left between any two of its characters to fill it, in points."""
    chars: tuple[Char, ...] = field(repr=False, compare=False)


def lines_of(chars: Sequence[Char]) -> list[Line]:
    """The lines, from top to bottom, each read from left to right."""
    rows: list[list[Char]] = []
    last, high = -math.inf, 0.0
    for char in sorted(chars, key=lambda c: c.top + c.bottom):
        middle, height = (char.top + char.bottom) / 2, char.bottom - char.top
        if middle - last < 0.5 * max(height, high):
            rows[-1].append(char)
        else:
            rows.append([char])
        last, high = middle, height
    made = (_line(tuple(sorted(row, key=lambda c: c.x0))) for row in rows)
    return [line for line in made if line.text]


def _line(row: tuple[Char, ...]) -> Line:
    seen = [char for char in row if not char.text.isspace()] or list(row)
    spaced = len(seen) < len(row)
    em = max([char.bottom - char.top for char in seen])
    gaps = [after.x0 - before.x1 for before, after in pairwise(seen)]
    if not spaced and all(-0.3 * em < gap < _GUESSED * em for gap in gaps) and 4 * sum([gap <= 0 for gap in gaps]) > len(gaps):
        stretched, text = 0.0, "".join([char.text for char in seen])  # nothing set apart, nothing stretched: most lines
    else:
        stretched = _stretched(row)
        text = _text(row, stretched)
    word = list(takewhile(_of_a_word, row)) if spaced else seen
    top, bottom = min([char.top for char in seen]), max([char.bottom for char in seen])
    return Line(text, seen[0].x0, max([char.x1 for char in seen]), top, bottom, em, _head(word), stretched, row)


def _of_a_word(char: Char) -> bool:
    return not char.text.isspace() or _guessed(char)


def _head(word: Sequence[Char]) -> float:
    """The width of the first of these that stay together, as it would be if the line were not stretched."""
    chars = [char for char in word[:_LONGEST] if not char.text.isspace()]
    unit = _UNIT.match("".join([char.text for char in chars]))
    if not unit:
        return 0.0
    chars = chars[: len(unit[0])]
    width = sum([char.x1 - char.x0 for char in chars])
    # a box may tell of the ink alone; a little more is taken up
    return width + sum([min(max(after.x0 - before.x1, 0.0), 0.1 * before.height) for before, after in pairwise(chars)])


def _text(row: Sequence[Char], stretched: float) -> str:
    """The characters of a line, with spaces where gaps are wider than `stretched` explains. Several spaces may have come as one;
    one without any width is a guess that there was one."""
    pieces: list[str] = []
    before: Char | None = None
    spaces: list[Char] = []
    width = max((char.x1 - char.x0 for char in row if char.text.isspace()), default=0.0)
    for char in row:
        if char.text.isspace():
            spaces.append(char)
            continue
        if before:
            if char.text == before.text and abs(char.x0 - before.x0) < 0.15 * char.height:
                continue  # printed twice to look bold
            if spaces or char.x0 - before.x1 - stretched > _SPACE * char.height:
                pieces.append(_space(before, char, spaces, stretched, width))
        pieces.append(char.text)
        before, spaces = char, []
    return "".join(pieces)


def _space(before: Char, char: Char, spaces: Sequence[Char], stretched: float, width: float) -> str:
    """What stands between two characters of a line. `width`: that of a space typed in it, if there is one."""
    gap, size = char.x0 - before.x1 - stretched, max(before.height, char.height)
    typed = [space for space in spaces if not _guessed(space)]
    if typed:
        more = (gap - sum(space.x1 - space.x0 + stretched for space in typed)) / width
        return typed[0].text * (len(typed) + min(round(more), _MOST_SPACES) if more > (1.5 if stretched else 0.6) else len(typed))
    beside_latin = _beside_latin(before.text, char.text)
    if spaces and gap > (_SURE if beside_latin else _GUESSED) * size and not (beside_latin and stretched):
        return " " * min(max(1, round(gap / (width or size))), _MOST_SPACES)
    if gap - beside_latin * char.height > _SPACE * size:
        return _APART if gap > 1.5 * char.height else " "
    return ""


def _guessed(char: Char) -> bool:
    """Whether a space is none that was found, but one there may have been."""
    return char.x1 <= char.x0 and char.text.isspace()


def _loose(row: Sequence[Char]) -> tuple[list[float], list[float]]:
    """The gaps a program may stretch: between Chinese characters or beside Latin ones; and those beside marks."""
    gaps: list[float] = []
    beside_marks: list[float] = []
    before, was = None, "space"
    for char in row:
        kind = _kind(char.text)
        if kind == "space" and _guessed(char):
            continue
        if before and kind in _STRETCHED and was in _STRETCHED and (kind != "latin" or was != "latin"):
            gap = char.x0 - before.x1
            if kind == "mark" or was == "mark":
                beside_marks.append(gap)
            else:
                gaps.append(gap if kind == was else gap - _BESIDE_LATIN * (char.bottom - char.top))
        before, was = char, kind
    return gaps, beside_marks


def _stretched(row: Sequence[Char]) -> float:
    """What a line set to both margins, or spaced out, leaves between any two characters but Latin ones, in points: it is no
    space. Shown by its narrow gaps, since words set apart have none within; one or two gaps show nothing."""
    gaps, beside_marks = _loose(row)
    shown = sorted(gaps if len(gaps) >= _SHOWN_BY else gaps + beside_marks)
    stretch = max(0.0, shown[len(shown) // 4]) if len(shown) >= _SHOWN_BY else 0.0
    # a label is spaced out over its cell however wide that is; beside figures, so much room sets apart what stands side by side
    return stretch if stretch < row[0].height or all(_kind(char.text[:1]) != "latin" for char in row) else 0.0


def _filled(line: Line, left: float, right: float) -> Line:
    """A line of a cell that goes on below: where it was stretched to reach both edges, even a few gaps are all its stretching."""
    gaps = [gap for group in _loose(line.chars) for gap in group]
    near = 0.1 * line.em
    if not gaps or line.x0 - left > near or right - line.x1 > near or max(gaps) - min(gaps) > 3 * near:
        return line
    return replace(line, text=_text(line.chars, max(0.0, min(gaps))))


def _beside_latin(before: str, after: str) -> float:
    """The gap between these two that stands for no space, in parts of a character's height."""
    one, other = _kind(before[-1:]), _kind(after[:1])
    return _BESIDE_LATIN if (one == "wide" and other == "latin") or (one == "latin" and other == "wide") else 0.0


@lru_cache(20_000)
def _kind(char: str) -> str:
    """`space`; `latin`: letters and digits with gaps of their own; `wide`: as wide as high in Chinese fonts; `mark`: those of
    them that take up less in some fonts, and that no program sets apart from Latin; `sign`: ≥ and ☑, which go with either."""
    if not char or char.isspace():
        return "space"
    category = unicodedata.category(char[0])
    if category[0] == "S":
        return "sign"
    if unicodedata.east_asian_width(char[0]) not in "WFA":
        return "latin"
    return "mark" if category[0] == "P" else "wide"


def joined(before: str, after: str) -> str:
    """Two parts of a wrapped line: Chinese has no space there, two English words do, a number broken in two or a word broken at a
    mark has none."""
    if (
        before[-1:] not in "/-"
        and _ASCII_END.search(before)
        and _ASCII_START.search(after)
        and (before[-1].isalpha() or after[0].isalpha())
    ):
        return f"{before} {after}"
    return before + after


def cell_text(lines: Sequence[Line], left: float, right: float) -> str:
    """The text of a cell between these edges. Lines broken to fit are one again; others stay apart."""
    if len(lines) < 2:
        return lines[0].text if lines else ""
    left, right = cell_room(lines, left, right)
    lines = [*(_filled(line, left, right) for line in lines[:-1]), lines[-1]]
    out = lines[0].text
    for before, line in pairwise(lines):
        out = joined(out, line.text) if goes_on(before, line, left, right) else f"{out}\n{line.text}"
    return out


def cell_room(lines: Sequence[Line], left: float, right: float) -> tuple[float, float]:
    """Where text may stand between the edges of a cell. The inner margin is about 0.19 cm in Word; whatever side a cell's text is
    set to, its widest line comes close to it."""
    edges = [line.x0 - left for line in lines] + [right - line.x1 for line in lines if not _HANGING.search(line.text)]
    margin = max(0.0, min([_MARGIN, *edges]))
    return left + margin, right - margin


def goes_on(line: Line, following: Line, left: float, right: float, shift: float = 0.0) -> bool:
    """Whether a line in a cell with this room ends only because the next word had no place. The cell's text may be centred.
    `shift`: how far right of where it is drawn the following line belongs."""
    if _GOES_ON.match(following.text):
        return True
    before, behind = line.x0 - left, right - line.x1 - min(line.stretched, 0.1 * line.em)
    start = following.x0 + shift
    indented = before < start - left - 1.2 * line.em and start < (left + right) / 2
    if abs(before - behind) < line.em:  # centred, or full; behind a full line a paragraph may begin, which is not centred
        begins = indented and before < 0.5 * line.em and abs(start - left - (right - following.x1 - shift)) >= line.em
        return before + behind < _needed(line, following) - _EXACT and not begins
    return (
        behind < _needed(line, following) - _EXACT
        and not indented
        and not (_NUMBERED.match(following.text) and ENDED.search(line.text))
    )


def _needed(line: Line, following: Line) -> float:
    """The room that the first word of the following line would have taken up at the end of this one."""
    return following.head + _beside_latin(line.text, following.text) * line.em


@dataclass(frozen=True, slots=True)
class PageText:
    """A paragraph on a page. `gap`: there is more space above it than between lines."""

    text: str
    gap: bool
    indented: bool
    first: Line
    last: Line


def paragraphs(lines: Sequence[Line], left: float, right: float) -> list[PageText]:
    """Lines of running text put together: one that is full goes on in the next, unless that is indented or stands apart."""
    out: list[PageText] = []
    for line in lines:
        apart = bool(out) and line.top - out[-1].last.bottom > 1.6 * line.em
        indented = line.x0 > left + 1.2 * line.em
        if out and not apart and not indented and is_wrapped(out[-1].last, line, left, right):
            out[-1] = PageText(joined(out[-1].text, line.text), out[-1].gap, out[-1].indented, out[-1].first, line)
        else:
            out.append(PageText(line.text, apart, indented, line, line))
    return out


def is_wrapped(line: Line, following: Line, left: float, right: float) -> bool:
    """Whether a line of running text ends only because the next word had no room. Titles in the middle are no such lines."""
    if _NUMBERED.match(following.text) and ENDED.search(line.text):
        return False
    centred = line.x0 > left + 2.5 * line.em and abs((line.x0 - left) - (right - line.x1)) < line.em
    return line.x1 + _needed(line, following) > right - 0.1 * line.em and not centred


def text_area(lines: Sequence[Line]) -> tuple[float, float]:
    """Left and right edge of running text: the outermost, but for a few lines. Marks at a line's end may hang out of it."""
    if not lines:
        return 0.0, 0.0
    lefts = sorted(line.x0 for line in lines)
    rights = sorted(line.x1 for line in lines if not _HANGING.search(line.text)) or sorted(line.x1 for line in lines)
    return lefts[len(lefts) // 50], rights[-1 - len(rights) // 50]
