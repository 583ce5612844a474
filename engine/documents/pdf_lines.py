"""Characters on a page -> lines -> what was one paragraph or one line of a cell before it was wrapped."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import pairwise

_ASCII_END, _ASCII_START = re.compile(r"[!-~]$"), re.compile(r"^[!-~]")
_UNIT = re.compile(r"[“‘（《〈【「\(\[]*(?:[0-9A-Za-z.,%/:+*=≥≤<>-]+|.)[，。、；：！？）》〉】」”’\)\].,;:!?%％]*", re.S)
"""What stays together at the end of a line: a word or a character, with the marks that may not stand alone."""
_MARGIN = 6.0
"""Widest inner margin of a cell, in points."""
_NUMBERED = re.compile(
    r"[（(]?[一二三四五六七八九十]{1,3}[）)、]|[（(]?[0-9]{1,2}[）).．、](?![0-9])|第[一二三四五六七八九十]+部分|[①-⑳]|附件"
)
_SPACE = 0.35
"""Parts of the height of a character: a wider gap than this, over what the line itself leaves between characters, is a space."""
_BESIDE_LATIN = 0.25
"""The same, left by programs between Chinese and Latin letters or digits where no space was typed."""
_SHOWN_BY = 3
"""So many gaps show how far a line was stretched, however far; fewer may be words set apart."""
_ENDED = re.compile(r"[。；：！？）]$")
_HANGING = re.compile(r"[，。、；：！？）》”’]$")


@dataclass(frozen=True, slots=True)
class Char:
    """A character and its box; y grows downwards."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float

    @property
    def height(self) -> float:
        return self.bottom - self.top


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
    chars: tuple[Char, ...] = field(repr=False, compare=False)


def lines_of(chars: Sequence[Char]) -> list[Line]:
    """The lines, from top to bottom, each read from left to right."""
    rows: list[list[Char]] = []
    for char in sorted(chars, key=lambda c: (c.top + c.bottom) / 2):
        middle = (char.top + char.bottom) / 2
        if rows and middle - _middle(rows[-1]) < 0.5 * max(char.height, rows[-1][-1].height):
            rows[-1].append(char)
        else:
            rows.append([char])
    made = (_line(tuple(sorted(row, key=lambda c: c.x0))) for row in rows)
    return [line for line in made if line.text]


def _middle(row: Sequence[Char]) -> float:
    return (row[-1].top + row[-1].bottom) / 2


def _line(row: tuple[Char, ...]) -> Line:
    text = _text(row, _stretched(row))
    seen = [char for char in row if not char.text.isspace()] or list(row)
    unit = _UNIT.match(text)
    count = min(len("".join((unit[0] if unit else text[:1]).split())), len(seen))
    last, after = seen[count - 1], seen[count : count + 1]
    # a box may tell of the ink alone; up to where the next character stands the room is taken
    end = max(last.x1, min(last.x1 + 0.1 * last.height, *(char.x0 for char in after))) if after else last.x1
    return Line(
        text,
        min(c.x0 for c in seen),
        max(c.x1 for c in seen),
        min(c.top for c in seen),
        max(c.bottom for c in seen),
        max(char.height for char in seen),
        end - seen[0].x0,
        row,
    )


def _text(row: Sequence[Char], stretched: float) -> str:
    """The characters of a line, with spaces where gaps are wider than `stretched` explains."""
    pieces: list[str] = []
    for before, char in pairwise([row[0], *row]):
        gap = char.x0 - before.x1 - stretched
        by_itself = _beside_latin(before.text, char.text) * char.height
        wide = gap - by_itself > _SPACE * max(before.height, char.height)
        if pieces and wide and not char.text.isspace() and not pieces[-1].isspace():
            pieces.append(" " * (4 if gap > 1.5 * char.height else 1))
        same = pieces and char.text == before.text and abs(char.x0 - before.x0) < 0.15 * char.height and not char.text.isspace()
        if not same:  # printed twice to look bold
            pieces.append(char.text)
    return "".join(pieces).strip()


def _loose(row: Sequence[Char]) -> tuple[list[float], list[float]]:
    """The gaps a program may stretch: between Chinese characters or beside Latin ones; and those beside marks."""
    gaps: list[float] = []
    beside_marks: list[float] = []
    for before, char in pairwise(row):
        kinds = (_kind(before.text[-1:]), _kind(char.text[:1]))
        if "space" not in kinds and kinds != ("latin", "latin"):
            gap = char.x0 - before.x1 - _beside_latin(before.text, char.text) * char.height
            (beside_marks if "mark" in kinds else gaps).append(gap)
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
    return _BESIDE_LATIN if {_kind(before[-1:]), _kind(after[:1])} == {"wide", "latin"} else 0.0


@cache
def _kind(char: str) -> str:
    """`space`; `latin`: letters and digits with gaps of their own; `wide`: as wide as high in Chinese fonts; `mark`: those of
    them that take up less in some fonts, and that no program sets apart from Latin."""
    if not char or char.isspace():
        return "space"
    if unicodedata.east_asian_width(char) not in "WFA":
        return "latin"
    return "mark" if unicodedata.category(char)[0] == "P" else "wide"


def joined(before: str, after: str) -> str:
    """Two parts of a wrapped line: Chinese has no space there, two English words do, a number broken in two has none."""
    if _ASCII_END.search(before) and _ASCII_START.search(after) and (before[-1].isalpha() or after[0].isalpha()):
        return f"{before} {after}"
    return before + after


def cell_text(chars: Sequence[Char], left: float, right: float) -> str:
    """The text of a cell between these edges. Lines broken to fit are one again; others stay apart."""
    lines = lines_of(chars)
    if len(lines) < 2:
        return lines[0].text if lines else ""
    # the inner margin: about 0.19 cm in Word; whatever side a cell's text is set to, its widest line comes close to it
    edges = [line.x0 - left for line in lines] + [right - line.x1 for line in lines if not _HANGING.search(line.text)]
    margin = max(0.0, min(_MARGIN, *edges))
    lines = [*(_filled(line, left + margin, right - margin) for line in lines[:-1]), lines[-1]]
    out = lines[0].text
    for before, line in pairwise(lines):
        out = joined(out, line.text) if _goes_on(before, line, left + margin, right - margin) else f"{out}\n{line.text}"
    return out


def _goes_on(line: Line, following: Line, left: float, right: float) -> bool:
    """Whether a line in a cell with this room ends only because the next word had no place. The cell's text may be centred."""
    before, behind = line.x0 - left, right - line.x1 - min(_stretched(line.chars), 0.1 * line.em)
    if abs(before - behind) < line.em:
        return before + behind < _needed(line, following) - 0.5
    indented = before < following.x0 - left - 1.2 * line.em and following.x0 < (left + right) / 2
    return (
        behind < _needed(line, following) - 0.5
        and not indented
        and not (_NUMBERED.match(following.text) and _ENDED.search(line.text))
    )


def _needed(line: Line, following: Line) -> float:
    """The room that the first word of the following line would have taken up at the end of this one."""
    return following.head + _beside_latin(line.text, following.text) * line.em


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph on a page. `gap`: there is more space above it than between lines."""

    text: str
    gap: bool
    indented: bool
    first: Line
    last: Line


def paragraphs(lines: Sequence[Line], left: float, right: float) -> list[Text]:
    """Lines of running text put together: one that is full goes on in the next, unless that is indented or stands apart."""
    out: list[Text] = []
    for line in lines:
        apart = bool(out) and line.top - out[-1].last.bottom > 1.6 * line.em
        indented = line.x0 > left + 1.2 * line.em
        if out and not apart and not indented and is_wrapped(out[-1].last, line, left, right):
            out[-1] = Text(joined(out[-1].text, line.text), out[-1].gap, out[-1].indented, out[-1].first, line)
        else:
            out.append(Text(line.text, apart, indented, line, line))
    return out


def is_wrapped(line: Line, following: Line, left: float, right: float) -> bool:
    """Whether a line of running text ends only because the next word had no room. Titles in the middle are no such lines."""
    if _NUMBERED.match(following.text) and _ENDED.search(line.text):
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
