"""How tall and wide what stands in a Word document is: the lines a text is set in, the heights of the rows of a table, in twips.

What is known is the widths of the columns and the line heights of the styles, which in forms are exact; how wide digits are depends
on the font, which may not be there.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any  # lxml has no types

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
BORDER = 10
"""Twips a row's border takes."""
NARROW, WIDE = 50, 64
"""How wide a digit or a letter is, in hundredths of the size: Times New Roman, and what stands in for it."""
_SIDES = 80
"""Twips left free at the sides of a cell, where the table's style does not say."""
_WORD = re.compile(r"[0-9A-Za-z.,%‰/:+\-]+|.")
_OPENS, _CLOSES = "（(“‘《〈【〔「", "）)”’》〉】〕」，。、；：！？％"
_SINGLE = 240
_HALF_POINT = 10


@dataclass(frozen=True, slots=True)
class TextSetting:
    """How a paragraph is set: sizes in twips."""

    size: int = 210
    line: int = _SINGLE
    exact: bool = False
    before: int = 0
    after: int = 0
    first: int = 0
    new_page: bool = False
    keep: bool = False
    digit: int = NARROW
    spaced: bool = True
    """Whether there is a little space between wide characters and others."""

    @property
    def height(self) -> int:
        """Of one line."""
        return self.line if self.exact else self.size * 13 * self.line // (10 * _SINGLE)


def row_heights(table: Any, settings: Mapping[str, TextSetting]) -> list[int]:
    """How tall the rows of a table are. What a merged cell says has room in all its rows, and counts for none of them."""
    rows = table.findall(f"{W}tr")
    grid = [twips(column, "w") for column in table.iterfind(f"{W}tblGrid/{W}gridCol")]
    return [_row_height(row, rows[n + 1] if n + 1 < len(rows) else None, grid, settings) for n, row in enumerate(rows)]


def _row_height(row: Any, below: Any, grid: Sequence[int], settings: Mapping[str, TextSetting]) -> int:
    going_on = {start for start, cell in cells_of(below) if goes_on(cell)} if below is not None else set()
    tall = 0
    for start, cell in cells_of(row):
        if goes_on(cell) or start in going_on:  # what a merged cell says has room in all its rows
            continue
        tall = max(tall, cell_height(cell, cell_width(cell, grid, start), settings))
    return tall + BORDER


def cell_height(cell: Any, width: int, settings: Mapping[str, TextSetting]) -> int:
    """How tall what stands in a cell is that has so much room for it."""
    return sum(tall_of(paragraph, setting_of(paragraph, settings), width) for paragraph in cell.iterfind(f"{W}p"))


def goes_on(cell: Any) -> bool:
    """Whether a cell is merged with the one above it."""
    merge = cell.find(f"{W}tcPr/{W}vMerge")
    return merge is not None and merge.get(f"{W}val") != "restart"


def is_kept(row: Any, settings: Mapping[str, TextSetting]) -> bool:
    """Whether a row is kept on a page with the next, by its first text: a row of headings, a goal above its own."""
    first = next((paragraph for paragraph in row.iter(f"{W}p") if text_of(paragraph)), None)
    return first is not None and setting_of(first, settings).keep


def cells_of(row: Any) -> Iterator[tuple[int, Any]]:
    """The cells of a row, each with the column of the grid it begins in."""
    start = 0
    for cell in row.iterfind(f"{W}tc"):
        yield start, cell
        start += _span(cell)


def _span(cell: Any) -> int:
    span = cell.find(f"{W}tcPr/{W}gridSpan")
    return 1 if span is None else max(1, twips(span, "val"))


def cell_width(cell: Any, grid: Sequence[int], start: int) -> int:
    """How much room a cell has from side to side, which begins in this column of the grid."""
    return max(_HALF_POINT, sum(grid[start : start + _span(cell)]) - _SIDES)


def tall_of(paragraph: Any, setting: TextSetting, width: int) -> int:
    """How tall a paragraph is."""
    return setting.before + setting.after + setting.height * len(list(set_lines(text_of(paragraph), setting, width)))


def set_lines(text: str, setting: TextSetting, width: int) -> Iterator[str]:
    """The lines a text is set in: a wide character is as wide as its size, between it and a digit is a quarter of that; a number
    is not torn, no line begins with what closes or ends with what opens."""
    for part in text.split("\n"):
        line, used = "", setting.first
        for piece in _pieces(part):
            wide = _wide(piece, setting, line[-1:])
            if line and used + wide > width:
                yield line
                line, used, wide = "", 0, _wide(piece, setting, "")
            while used + wide > width and len(piece) > 1:  # wider than a line: torn where it has to be
                fits = next((n for n in range(len(piece) - 1, 0, -1) if used + _wide(piece[:n], setting, "") <= width), 1)
                yield line + piece[:fits]
                line, used, piece = "", 0, piece[fits:]
                wide = _wide(piece, setting, "")
            line, used = line + piece, used + wide
        yield line


def _pieces(text: str) -> Iterator[str]:
    """What is not torn at the end of a line, one after the other."""
    piece = ""
    for found in _WORD.findall(text):
        if piece and not (piece[-1] in _OPENS or found in _CLOSES):
            yield piece
            piece = ""
        piece += found
    if piece:
        yield piece


def _wide(piece: str, setting: TextSetting, before: str) -> int:
    """How wide a piece is behind a character."""
    used = 0
    for sign in piece:
        full = unicodedata.east_asian_width(sign) in "WFA"
        used += setting.size if full else setting.size * setting.digit // 100
        if (
            setting.spaced
            and before
            and sign.isalnum()
            and before.isalnum()
            and full != (unicodedata.east_asian_width(before) in "WFA")
        ):
            used += setting.size // 4
        before = sign
    return used


def text_of(paragraph: Any) -> str:
    """The text of a paragraph, with its line breaks and tabs."""
    signs = {f"{W}br": "\n", f"{W}tab": "\t"}
    return "".join(signs.get(one.tag) or one.text or "" for one in paragraph.iter(f"{W}t", *signs))


def setting_of(paragraph: Any, settings: Mapping[str, TextSetting]) -> TextSetting:
    """How a paragraph is set, by its style."""
    style = paragraph.find(f"{W}pPr/{W}pStyle")
    return settings.get("" if style is None else str(style.get(f"{W}val")), settings[""])


def settings_of(styles: Any, digit: int) -> Mapping[str, TextSetting]:
    """The paragraph styles by id; the default one also under no name. `digit`: how wide digits are."""
    from lxml import etree  # type: ignore[import-untyped]  # ships no types

    return _settings_of(etree.tostring(styles), digit)  # a template is filled many times


@lru_cache(maxsize=32)
def _settings_of(written: bytes, digit: int) -> Mapping[str, TextSetting]:
    from engine.documents.package import parse

    styles = parse(written, "", "styles.xml")
    by_id = {str(style.get(f"{W}styleId")): style for style in styles.iter(f"{W}style")}
    base = next((style for style in by_id.values() if style.get(f"{W}default") == "1" and _kind(style) == "paragraph"), None)
    out = {key: _resolved(style, by_id, digit) for key, style in by_id.items() if _kind(style) == "paragraph"}
    return out | {"": TextSetting(digit=digit) if base is None else _resolved(base, by_id, digit)}


def _kind(style: Any) -> str:
    return str(style.get(f"{W}type"))


def _resolved(style: Any, by_id: Mapping[str, Any], digit: int) -> TextSetting:
    chain: list[Any] = []
    while style is not None and style not in chain:
        chain.append(style)
        based = style.find(f"{W}basedOn")
        style = None if based is None else by_id.get(str(based.get(f"{W}val")))

    def own(path: str, name: str) -> Any:
        for one in chain:
            found = one.find("/".join(f"{W}{part}" for part in path.split("/")))
            if found is not None and (name == "" or found.get(f"{W}{name}") is not None):
                return found
        return None

    def number(path: str, name: str, default: int) -> int:
        found = own(path, name)
        return default if found is None else twips(found, name)

    rule = own("pPr/spacing", "lineRule")
    return TextSetting(
        size=number("rPr/sz", "val", 21) * _HALF_POINT,
        line=number("pPr/spacing", "line", _SINGLE),
        exact=rule is not None and rule.get(f"{W}lineRule") == "exact",
        before=number("pPr/spacing", "before", 0),
        after=number("pPr/spacing", "after", 0),
        first=number("pPr/ind", "firstLine", 0),
        new_page=own("pPr/pageBreakBefore", "") is not None,
        keep=own("pPr/keepNext", "") is not None,
        digit=digit,
        spaced=number("pPr/autoSpaceDE", "val", 1) + number("pPr/autoSpaceDN", "val", 1) > 0,
    )


def twips(element: Any, name: str) -> int:
    """A number an element has under a name; 0 where it has none."""
    text = str(element.get(f"{W}{name}", "0"))
    return int(text) if re.fullmatch(r"-?[0-9]{1,6}", text) else 0
