"""Where the pages of a filled Word document will end, and what follows for its tables: a merged cell that runs over a page repeats
its label on the next, and a weight in brackets (（10分）) stays on one line.

Word sets pages only when it opens the document. What is known here are the page, the widths of the columns and the line heights of
the styles, which in forms are exact; so the end of a page can be foretold to a row. How wide digits are depends on the font, which
may not be there: both a narrow and a wide one are tried, and where they part, labels are repeated at either row. Where a page ends
otherwise, a label stands once more in the middle of a page, or a row lower than it might; no text is lost.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any  # lxml has no types

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_WEIGHT = re.compile(r"(?<=\S)（[0-9.]+分）$")
_BORDER = 10
"""Twips a row's border takes."""
_SIDES = 80
"""Twips left free at the sides of a cell, where the table's style does not say."""
_NARROW, _WIDE = 50, 64
"""How wide a digit or a letter is, in hundredths of the size: Times New Roman, and what stands in for it."""
_LESS = 300
"""Twips by which a page may end early where it is set with the wide font."""
_SINGLE = 240
_HALF_POINT = 10


@dataclass(frozen=True, slots=True)
class _Setting:
    """How a paragraph is set: sizes in twips."""

    size: int = 210
    line: int = _SINGLE
    exact: bool = False
    before: int = 0
    after: int = 0
    first: int = 0
    new_page: bool = False
    keep: bool = False
    digit: int = _NARROW

    @property
    def height(self) -> int:
        """Of one line."""
        return self.line if self.exact else self.size * 13 * self.line // (10 * _SINGLE)


def settle(body: Any, styles: Any) -> None:
    """Make the body of a filled document ready for its pages. `styles` is the root of the part with its styles."""
    wide = _settings(styles, _WIDE)
    _keep_weights_whole(body, wide)
    sheet = next(body.iter(f"{_W}sectPr"), None)
    height = _inner(sheet, "h", "top", "bottom")
    width = _inner(sheet, "w", "left", "right")
    if not height or not width:
        return
    for table, tops in zip(
        body.findall(f"{_W}tbl"),
        zip(_tops(body, _settings(styles, _NARROW), height, width), _tops(body, wide, height - _LESS, width), strict=True),
        strict=True,
    ):
        for number in sorted({*tops[0], *tops[1]}):
            _repeat(table.findall(f"{_W}tr"), number)


def _tops(body: Any, settings: Mapping[str, _Setting], height: int, width: int) -> list[list[int]]:
    """For each table of the body, the rows that pages begin with."""
    at, out = 0, []
    for block in body:
        if block.tag == f"{_W}p":
            setting = _of(block, settings)
            tall = _tall(block, setting, width)
            at = tall if setting.new_page else (at + tall if at + tall <= height else (at + tall - height) % height)
        elif block.tag == f"{_W}tbl":
            tops, at = _table(block, settings, height, at)
            out.append(tops)
    return out


def _table(table: Any, settings: Mapping[str, _Setting], height: int, at: int) -> tuple[list[int], int]:
    """The rows of a table that pages begin with, and how far down its last page it ends; `at`: how far down it begins."""
    rows = table.findall(f"{_W}tr")
    grid = [_twips(column, "w") for column in table.iterfind(f"{_W}tblGrid/{_W}gridCol")]
    heights = [_row_height(row, rows[n + 1] if n + 1 < len(rows) else None, grid, settings) for n, row in enumerate(rows)]
    headings = sum(heights[: next((n for n, row in enumerate(rows) if row.find(f"{_W}trPr/{_W}tblHeader") is None), 0)])
    tops: list[int] = []
    n = 0
    while n < len(rows):
        end = n
        while end + 1 < len(rows) and _kept(rows[end], settings):
            end += 1
        together = sum(heights[n : end + 1])
        if at and at + together > height:
            at = headings
            tops.append(n)
        at += together
        n = end + 1
    return tops, at % height


def _repeat(rows: Sequence[Any], number: int) -> None:
    """Begin every merged cell that goes on in a row anew there, with what it says."""
    for start, cell in _cells(rows[number]):
        merge = cell.find(f"{_W}tcPr/{_W}vMerge")
        if merge is None or merge.get(f"{_W}val") == "restart":
            continue
        for above in reversed(rows[:number]):
            first = next((one for begin, one in _cells(above) if begin == start), None)
            mark = None if first is None else first.find(f"{_W}tcPr/{_W}vMerge")
            if first is None or mark is None:
                break
            if mark.get(f"{_W}val") == "restart":
                for old in cell.findall(f"{_W}p"):
                    cell.remove(old)
                cell.extend(deepcopy(paragraph) for paragraph in first.findall(f"{_W}p"))
                merge.set(f"{_W}val", "restart")
                break


def _keep_weights_whole(body: Any, settings: Mapping[str, _Setting]) -> None:
    """Put a weight in brackets that would be torn at the end of a cell's line on a line of its own."""
    for table in body.iter(f"{_W}tbl"):
        grid = [_twips(column, "w") for column in table.iterfind(f"{_W}tblGrid/{_W}gridCol")]
        for row in table.iterfind(f"{_W}tr"):
            for start, cell in _cells(row):
                width = _width(cell, grid, start)
                for paragraph in cell.iterfind(f"{_W}p"):
                    _keep_weight(paragraph, _of(paragraph, settings), width)


def _keep_weight(paragraph: Any, setting: _Setting, width: int) -> None:
    texts = list(paragraph.iter(f"{_W}t"))
    text = texts[-1].text or "" if texts else ""
    found = _WEIGHT.search(text)
    if not found:
        return
    lines = list(_lines(_text(paragraph), setting, width - setting.size // 2))
    if lines[-1].strip().endswith(found[0]):
        return
    own = texts[-1]
    own.text = text[: found.start()]
    behind = own.makeelement(f"{_W}t")
    behind.text = found[0]
    own.addnext(own.makeelement(f"{_W}br"))
    own.getnext().addnext(behind)


def _row_height(row: Any, below: Any, grid: Sequence[int], settings: Mapping[str, _Setting]) -> int:
    going_on = {start for start, cell in _cells(below) if _goes_on(cell)} if below is not None else set()
    tall = 0
    for start, cell in _cells(row):
        if _goes_on(cell) or start in going_on:  # what a merged cell says has room in all its rows
            continue
        width = _width(cell, grid, start)
        tall = max(tall, sum(_tall(paragraph, _of(paragraph, settings), width) for paragraph in cell.iterfind(f"{_W}p")))
    return tall + _BORDER


def _goes_on(cell: Any) -> bool:
    merge = cell.find(f"{_W}tcPr/{_W}vMerge")
    return merge is not None and merge.get(f"{_W}val") != "restart"


def _kept(row: Any, settings: Mapping[str, _Setting]) -> bool:
    """Whether a row is kept on a page with the next: a row of headings."""
    said = [paragraph for paragraph in row.iter(f"{_W}p") if _text(paragraph)]
    return bool(said) and all(_of(paragraph, settings).keep for paragraph in said)


def _cells(row: Any) -> Iterator[tuple[int, Any]]:
    """The cells of a row, each with the column of the grid it begins in."""
    start = 0
    for cell in row.iterfind(f"{_W}tc"):
        yield start, cell
        start += _span(cell)


def _span(cell: Any) -> int:
    span = cell.find(f"{_W}tcPr/{_W}gridSpan")
    return 1 if span is None else max(1, _twips(span, "val"))


def _width(cell: Any, grid: Sequence[int], start: int) -> int:
    return max(_HALF_POINT, sum(grid[start : start + _span(cell)]) - _SIDES)


def _tall(paragraph: Any, setting: _Setting, width: int) -> int:
    return setting.before + setting.after + setting.height * len(list(_lines(_text(paragraph), setting, width)))


def _lines(text: str, setting: _Setting, width: int) -> Iterator[str]:
    """The lines a text is set in: a wide character is as wide as its size."""
    for part in text.split("\n"):
        line, used = "", setting.first
        for sign in part:
            wide = setting.size if unicodedata.east_asian_width(sign) in "WFA" else setting.size * setting.digit // 100
            if line and used + wide > width:
                yield line
                line, used = "", 0
            line, used = line + sign, used + wide
        yield line


def _text(paragraph: Any) -> str:
    signs = {f"{_W}br": "\n", f"{_W}tab": "\t"}
    return "".join(signs.get(one.tag) or one.text or "" for one in paragraph.iter(f"{_W}t", *signs))


def _of(paragraph: Any, settings: Mapping[str, _Setting]) -> _Setting:
    style = paragraph.find(f"{_W}pPr/{_W}pStyle")
    return settings.get("" if style is None else str(style.get(f"{_W}val")), settings[""])


def _settings(styles: Any, digit: int) -> dict[str, _Setting]:
    """The paragraph styles by id; the default one also under no name. `digit`: how wide digits are."""
    by_id = {str(style.get(f"{_W}styleId")): style for style in styles.iter(f"{_W}style")}
    base = next((style for style in by_id.values() if style.get(f"{_W}default") == "1" and _kind(style) == "paragraph"), None)
    out = {key: _resolved(style, by_id, digit) for key, style in by_id.items() if _kind(style) == "paragraph"}
    return out | {"": _Setting(digit=digit) if base is None else _resolved(base, by_id, digit)}


def _kind(style: Any) -> str:
    return str(style.get(f"{_W}type"))


def _resolved(style: Any, by_id: Mapping[str, Any], digit: int) -> _Setting:
    chain: list[Any] = []
    while style is not None and style not in chain:
        chain.append(style)
        based = style.find(f"{_W}basedOn")
        style = None if based is None else by_id.get(str(based.get(f"{_W}val")))

    def own(path: str, name: str) -> Any:
        for one in chain:
            found = one.find("/".join(f"{_W}{part}" for part in path.split("/")))
            if found is not None and (name == "" or found.get(f"{_W}{name}") is not None):
                return found
        return None

    def number(path: str, name: str, default: int) -> int:
        found = own(path, name)
        return default if found is None else _twips(found, name)

    rule = own("pPr/spacing", "lineRule")
    return _Setting(
        size=number("rPr/sz", "val", 21) * _HALF_POINT,
        line=number("pPr/spacing", "line", _SINGLE),
        exact=rule is not None and rule.get(f"{_W}lineRule") == "exact",
        before=number("pPr/spacing", "before", 0),
        after=number("pPr/spacing", "after", 0),
        first=number("pPr/ind", "firstLine", 0),
        new_page=own("pPr/pageBreakBefore", "") is not None,
        keep=own("pPr/keepNext", "") is not None,
        digit=digit,
    )


def _inner(sheet: Any, side: str, first: str, last: str) -> int:
    """The page without its margins; 0 where the document does not say."""
    size = None if sheet is None else sheet.find(f"{_W}pgSz")
    margins = None if sheet is None else sheet.find(f"{_W}pgMar")
    return 0 if size is None or margins is None else _twips(size, side) - _twips(margins, first) - _twips(margins, last)


def _twips(element: Any, name: str) -> int:
    text = str(element.get(f"{_W}{name}", "0"))
    return int(text) if re.fullmatch(r"-?[0-9]{1,6}", text) else 0
