"""The characters of a PDF's page, found by PDFium: what is read, what nobody sees, what stands aslant.

PDFium is called by its plain C functions: an object around each character would cost more than the reading.
"""

from __future__ import annotations

import ctypes
import math
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pypdfium2_raw as pdfium

from engine.documents.printed.areas import Areas, is_white
from engine.documents.printed.model import Char

MAX_CHARS = 20_000
"""On one page; a page of small print has some 3,000."""
UNKNOWN = "\ufffd"
"""Stands for a character that its font does not name."""
_ASCENT, _DESCENT = 0.88, 0.12
"""Where the box of a Chinese character stands about the base line, in parts of the size."""
_TINY = 1.0
"""Points: a smaller font is not meant to be seen."""
_INVISIBLE = (3, 7)
"""Text render modes of what is not drawn, such as the words recognised under a scan."""
_OUTLINED = (1, 5)
"""Those of letters of which the outline alone is drawn."""
_ASLANT = 4
"""Degrees off the level or the upright from which text is not part of the page's lines."""
_HYPHEN = 2
"""The character PDFium gives for a hyphen at a line's end."""


class Overfull(Exception):
    """More characters, or more lines and areas drawn, than a page of a form has."""

    def __init__(self, chars: int = 0, lines: int = 0) -> None:
        self.chars, self.lines = chars, lines


@dataclass(frozen=True, slots=True)
class PageSpace:
    """The page in its own space: what is at its left and at its top, and its size. There y grows upwards."""

    left: float
    top: float
    width: float
    height: float


@dataclass(slots=True)
class Written:
    """What is written on a page, y downwards from its top, the page not yet turned as it is shown."""

    chars: list[Char] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)
    """Texts that are not drawn or lie outside of the page."""
    aslant: list[str] = field(default_factory=list)
    """Characters neither level nor upright: a watermark."""
    unreadable: int = 0
    """How many of the characters have no meaning."""


@dataclass(frozen=True, slots=True)
class _Style:
    """What the characters of one text object share: how they are turned, None if aslant; whether they are not drawn; and which
    sides of their boxes are the same, the others being those of each character."""

    turn: int | None
    hidden: bool
    left: float | None = None
    right: float = 0.0
    top: float | None = None
    bottom: float = 0.0


def read_text(page: Any, frame: PageSpace, areas: Areas, orders: Mapping[int, int]) -> Written:
    """What is written on a page (a handle of PDFium), on which these areas are filled; when each text object is drawn, by its
    address. Raises Overfull."""
    out = Written()
    text = pdfium.FPDFText_LoadPage(page)
    count = pdfium.FPDFText_CountChars(text)
    if count > MAX_CHARS:
        raise Overfull(count)
    unicode, object_of = pdfium.FPDFText_GetUnicode, pdfium.FPDFText_GetTextObject
    bounds, no_meaning = pdfium.FPDFText_GetLooseCharBox, pdfium.FPDFText_HasUnicodeMapError
    box, matrix, chars = pdfium.FS_RECTF(), pdfium.FS_MATRIX(), out.chars
    box_to, matrix_to = ctypes.byref(box), ctypes.byref(matrix)
    x, y, twice_wide, twice_high = frame.left, frame.top, 2 * frame.width, 2 * frame.height
    last, half, order, white, looked = 0, 0, 0, False, False
    style = hider = _Style(0, False)
    for index in range(count):
        code = unicode(text, index)
        if code < 33:
            if code == 32 and pdfium.FPDFText_IsGenerated(text, index):
                if chars:
                    chars.append(_guessed_space(chars[-1]))
                continue
            if code != 32 and code != _HYPHEN:
                continue  # ends of lines that PDFium puts in
        elif 0xD800 <= code < 0xE000:  # on Windows: half a character
            if code < 0xDC00:
                half = code
                continue
            code = 0x10000 + ((half - 0xD800) << 10) + code - 0xDC00 if half else 0
        bounds(text, index, box_to)
        handle = object_of(text, index)
        address = ctypes.addressof(handle.contents) if handle else -1
        if address != last:
            last = address
            pdfium.FPDFText_GetMatrix(text, index, matrix_to)
            hidden, white = _colour(handle) if handle else (False, False)
            order = orders.get(address, 0)
            looked = order > 0 and (white or bool(areas))
            style = _style(matrix, abs(pdfium.FPDFText_GetFontSize(text, index)), hidden, box, frame)
        char = _character(code) if no_meaning(text, index) != 1 else UNKNOWN
        if style.top is not None:
            left, right, top, bottom = box.left - x, box.right - x, style.top, style.bottom
        elif style.left is not None:
            left, right, top, bottom = style.left, style.right, y - box.top, y - box.bottom
        else:
            left, right, top, bottom = box.left - x, box.right - x, y - box.top, y - box.bottom
        if (
            style.hidden
            or not (0 <= left + right <= twice_wide and 0 <= top + bottom <= twice_high)
            or (looked and areas.hide((left + right) / 2, (top + bottom) / 2, order, white))
        ):
            if not out.unseen or style is not hider:
                out.unseen.append("")
            hider = style
            out.unseen[-1] += char
        elif style.turn is None:
            out.aslant.append(char)
        else:
            chars.append(Char(char, left, right, top, bottom, style.turn))
    out.unreadable = sum([char.text == UNKNOWN or "\ue000" <= char.text <= "\uf8ff" for char in chars])
    pdfium.FPDFText_ClosePage(text)
    return out


def _colour(handle: Any) -> tuple[bool, bool]:
    """Whether a text object is not drawn at all, and whether it is white."""
    mode = pdfium.FPDFTextObj_GetTextRenderMode(handle)
    red, green, blue, alpha = colour = [ctypes.c_uint() for _ in range(4)]
    if mode in _INVISIBLE:
        return True, False
    if mode in _OUTLINED or not pdfium.FPDFPageObj_GetFillColor(handle, *map(ctypes.byref, colour)):
        return False, False
    return alpha.value == 0, is_white(*(part.value / 255 for part in (red, green, blue)))


def _guessed_space(last: Char) -> Char:
    """PDFium found a space after this character, where it had dropped one or where there is room for one."""
    return Char(" ", last.x1, last.x1, last.top, last.bottom, last.turn)


def _style(matrix: Any, size: float, hidden: bool, box: Any, frame: PageSpace) -> _Style:
    """The style of a text object by its matrix, the size of its font before that, and the box of its first character."""
    size *= math.hypot(matrix.c, matrix.d) if matrix.c else abs(matrix.d)
    hidden = hidden or size < _TINY
    if matrix.b == 0 and matrix.a > 0:
        if matrix.e > box.left + 0.25 * (box.right - box.left):
            return _Style(0, hidden)  # written downwards: the origin is in the middle of the character's top
        base = frame.top - matrix.f
        return _Style(0, hidden, None, 0.0, base - _ASCENT * size, base + _DESCENT * size)
    angle = -math.degrees(math.atan2(matrix.b, matrix.a)) % 360
    turn = 90 * round(angle / 90)
    if abs(angle - turn) >= _ASLANT:
        return _Style(None, hidden)
    turn %= 360
    before, after = (_ASCENT, _DESCENT) if turn in (0, 270) else (_DESCENT, _ASCENT)
    if turn in (0, 180):
        base = frame.top - matrix.f
        return _Style(turn, hidden, None, 0.0, base - before * size, base + after * size)
    base = matrix.e - frame.left
    return _Style(turn, hidden, base - before * size, base + after * size)


def _character(code: int) -> str:
    if 0x2E80 <= code <= 0x2FDF:  # some fonts give the radical for the character that looks the same: ⼀ for 一
        return unicodedata.normalize("NFKC", chr(code))
    if code == _HYPHEN:
        return "-"
    return UNKNOWN if code in (0, 0xFFFE, 0xFFFF) or code > 0x10FFFF else chr(code)
