"""Where the pages of a filled Word document will end, and what follows for its tables: a merged cell that runs over a page repeats
its label on the next, so do the headings of columns amidst a table, and a weight in brackets (（10分）) stays on one line.

Word sets pages only when it opens the document. What is known here are the page, the widths of the columns and the line heights of
the styles, which in forms are exact. How wide digits are depends on the font, which may not be there: a narrow and a wide one are
tried. Where a table begins as far down with both, its rows are given the heights of the wide one, and so much more that each page
is filled but for a little: then it ends before the row foretold, whatever the font. Where it is not known so well where a table
begins, labels are repeated at either row, no headings, and a label may stand once more amidst a page; no text is lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any  # lxml has no types

from engine.templating.weights import keep_weights_whole
from engine.templating.word_measures import (
    BORDER,
    NARROW,
    WIDE,
    TextSetting,
    W,
    cell_height,
    cell_width,
    cells_of,
    goes_on,
    is_kept,
    row_heights,
    set_lines,
    setting_of,
    settings_of,
    tall_of,
    text_of,
    twips,
)

_WEIGHT = re.compile(r"(?<=\S)（[0-9.]+分）$")
_LESS = 300
"""Twips by which a page may end early where it is set with the wide font."""
_SPARE = 200
"""Twips left free at the foot of a page that is filled: less than a row, more than what programs differ by."""
_ROUNDS = 12
"""How often it is tried again where pages end when rows had to be made higher."""


def settle(body: Any, styles: Any) -> None:
    """Make the body of a filled document ready for its pages. `styles` is the root of the part with its styles."""
    wide = settings_of(styles, WIDE)
    _keep_weights_apart(body, wide)
    keep_weights_whole(body)
    sheet = next(body.iter(f"{W}sectPr"), None)
    height = _inner(sheet, "h", "top", "bottom")
    width = _inner(sheet, "w", "left", "right")
    if not height or not width:
        return
    narrow = settings_of(styles, NARROW)
    tables = body.findall(f"{W}tbl")
    early, late = (_begins(body, settings, height, width) for settings in (narrow, wide))
    some, others = (_tops(body, *how, width) for how in ((narrow, height), (wide, height - _LESS)))
    for n, table in enumerate(tables):
        if abs(early[n] - late[n]) <= _SPARE // 2 and _fill_pages(table, wide, height, max(early[n], late[n])):
            continue
        for number in sorted({*some[n], *others[n]}):
            _repeat(table.findall(f"{W}tr"), number)


def _begins(body: Any, settings: Mapping[str, TextSetting], height: int, width: int) -> list[int]:
    """How far down its page each table of the body begins."""
    return [at for _, at in _laid_out(body, settings, height, width)]


def _tops(body: Any, settings: Mapping[str, TextSetting], height: int, width: int) -> list[list[int]]:
    """For each table of the body, the rows that pages begin with."""
    return [tops for tops, _ in _laid_out(body, settings, height, width)]


def _laid_out(body: Any, settings: Mapping[str, TextSetting], height: int, width: int) -> Iterator[tuple[list[int], int]]:
    at = 0
    for block in body:
        if block.tag == f"{W}p":
            setting = setting_of(block, settings)
            tall = tall_of(block, setting, width)
            at = tall if setting.new_page else (at + tall if at + tall <= height else (at + tall - height) % height)
        elif block.tag == f"{W}tbl":
            tops, end = _table(block, settings, height, at)
            yield tops, at
            at = end


def _table(table: Any, settings: Mapping[str, TextSetting], height: int, at: int) -> tuple[list[int], int]:
    """The rows of a table that pages begin with, and how far down its last page it ends; `at`: how far down it begins."""
    heights = row_heights(table, settings)
    headings = _headings(table, heights)
    tops: list[int] = []
    for first, end in _together(table, settings):
        together = sum(heights[first:end])
        if at and at + together > height:
            at = headings
            tops.append(first)
        at += together
    return tops, at % height


def _headings(table: Any, heights: Sequence[int]) -> int:
    """How tall the rows are together that stand on every page."""
    own = (row.find(f"{W}trPr/{W}tblHeader") is None for row in table.iterfind(f"{W}tr"))
    return sum(heights[: next((n for n, ends in enumerate(own) if ends), 0)])


def _together(table: Any, settings: Mapping[str, TextSetting]) -> Iterator[tuple[int, int]]:
    """The rows of a table that stay on one page: from which to before which."""
    rows = table.findall(f"{W}tr")
    first = 0
    for n, row in enumerate(rows, start=1):
        if n == len(rows) or not is_kept(row, settings):
            yield first, n
            first = n


@dataclass(slots=True)
class TablePage:
    """A page of a table: its first row, the one after its last, how far down its rows reach, and the headings that stand again."""

    first: int
    last: int = 0
    at: int = 0
    heading: int | None = None


def _fill_pages(table: Any, settings: Mapping[str, TextSetting], height: int, at: int) -> bool:
    """Give the rows of a table that runs over pages such heights that each page ends where it is foretold, and let labels and the
    headings of columns stand again on each; whether that can be done. `at`: how far down the table begins."""
    rows, heights = table.findall(f"{W}tr"), row_heights(table, settings)
    labels = _labels(table, settings)
    for _ in range(_ROUNDS):
        pages = _pages(table, settings, heights, height - _SPARE, at)
        if not pages:
            return False
        if not _make_room(heights, labels, [page.first for page in pages[1:]]):
            break
    else:
        return False
    cut = any(first < page.first < end for first, end, _ in labels for page in pages)
    if not cut and all(page.heading is None for page in pages):
        return True  # nothing is to stand again
    for page in pages[:-1]:
        free = height - _SPARE - page.at
        for n in range(page.first, page.last):
            _set_height(rows[n], heights[n] + free // (page.last - page.first))
    for page in pages[1:]:
        _repeat(rows, page.first)
        if page.heading is not None:
            _head(rows[page.first], deepcopy(rows[page.heading]))
    return True


def _pages(table: Any, settings: Mapping[str, TextSetting], heights: Sequence[int], height: int, at: int) -> list[TablePage]:
    """The pages of a table whose rows are so high; none where what stays together is taller than a page."""
    rows, headings = table.findall(f"{W}tr"), _headings(table, heights)
    pages = [TablePage(0, at=at)]
    for first, end in _together(table, settings):
        together = sum(heights[first:end])
        if first == 0 and at + together > height:
            pages[0].at = 0  # the table begins on the next page
        if pages[-1].at + together > height:
            if first == pages[-1].first:
                return []
            pages[-1].last = first
            above = None if is_kept(rows[first], settings) else _heading_of(rows, first, settings)
            pages.append(TablePage(first, at=headings + (0 if above is None else heights[above]), heading=above))
        pages[-1].at += together
    pages[-1].last = len(rows)
    return pages


def _heading_of(rows: Sequence[Any], number: int, settings: Mapping[str, TextSetting]) -> int | None:
    """The nearest row of headings above a row that is of its columns, but for those that stand on every page anyway."""
    columns = [start for start, _ in cells_of(rows[number])]
    own = (n for n in range(number - 1, -1, -1) if rows[n].find(f"{W}trPr/{W}tblHeader") is None)
    above = (n for n in own if _is_heading(rows[n], settings))
    return next((n for n in above if [start for start, _ in cells_of(rows[n])] == columns), None)


def _is_heading(row: Any, settings: Mapping[str, TextSetting]) -> bool:
    """Whether a row is of headings alone: a label with its value beside it is none, though it may be kept with the next row."""
    said = [paragraph for paragraph in row.iter(f"{W}p") if text_of(paragraph)]
    return bool(said) and all(setting_of(paragraph, settings).keep for paragraph in said)


def _labels(table: Any, settings: Mapping[str, TextSetting]) -> list[tuple[int, int, int]]:
    """The merged cells of a table: the first row, the one after the last, and how tall what it says is."""
    rows = table.findall(f"{W}tr")
    grid = [twips(column, "w") for column in table.iterfind(f"{W}tblGrid/{W}gridCol")]
    open_: dict[int, tuple[int, int]] = {}
    out = []
    for n, row in enumerate(rows):
        cells = dict(cells_of(row))
        for start in [start for start in open_ if start not in cells or not goes_on(cells[start])]:
            first, tall = open_.pop(start)
            out.append((first, n, tall))
        for start, cell in cells.items():
            if cell.find(f"{W}tcPr/{W}vMerge") is not None and not goes_on(cell):
                open_[start] = n, cell_height(cell, cell_width(cell, grid, start), settings)
    return out + [(first, len(rows), tall) for first, tall in open_.values()]


def _make_room(heights: list[int], labels: Sequence[tuple[int, int, int]], tops: Sequence[int]) -> bool:
    """Make rows higher where a merged cell is cut by a page and what it says has no room in a part; whether any was."""
    made = False
    for first, end, tall in labels:
        cuts = [first, *(top for top in tops if first < top < end), end]
        for begin, stop in pairwise(cuts):
            lacking = tall + BORDER - sum(heights[begin:stop])
            if len(cuts) > 2 and lacking > 0:
                heights[stop - 1 if stop in tops else begin] += lacking
                made = True
    return made


def _head(row: Any, heading: Any) -> None:
    """Put headings before a row; what is merged with a cell of theirs goes on from there."""
    own = dict(cells_of(row))
    for start, cell in cells_of(heading):
        merge = own[start].find(f"{W}tcPr/{W}vMerge")
        if merge is None or cell.find(f"{W}tcPr/{W}vMerge") is None:
            continue
        del merge.attrib[f"{W}val"]
        for run in [run for paragraph in own[start].iterfind(f"{W}p") for run in paragraph if run.tag != f"{W}pPr"]:
            run.getparent().remove(run)
        for more in own[start].findall(f"{W}p")[1:]:
            own[start].remove(more)
    row.addprevious(heading)


def _set_height(row: Any, tall: int) -> None:
    """Make a row no lower than so many twips."""
    properties = row.find(f"{W}trPr")
    if properties is None:
        properties = row.makeelement(f"{W}trPr")
        row.insert(0, properties)
    own = properties.find(f"{W}trHeight")
    if own is None:
        own = properties.makeelement(f"{W}trHeight")
        properties.append(own)
    own.set(f"{W}val", str(max(tall, twips(own, "val"))))
    own.set(f"{W}hRule", "atLeast")


def _repeat(rows: Sequence[Any], number: int) -> None:
    """Begin every merged cell that goes on in a row anew there, with what it says."""
    for start, cell in cells_of(rows[number]):
        merge = cell.find(f"{W}tcPr/{W}vMerge")
        if merge is None or merge.get(f"{W}val") == "restart":
            continue
        for above in reversed(rows[:number]):
            first = next((one for begin, one in cells_of(above) if begin == start), None)
            mark = None if first is None else first.find(f"{W}tcPr/{W}vMerge")
            if first is None or mark is None:
                break
            if mark.get(f"{W}val") == "restart":
                for old in cell.findall(f"{W}p"):
                    cell.remove(old)
                cell.extend(deepcopy(paragraph) for paragraph in first.findall(f"{W}p"))
                merge.set(f"{W}val", "restart")
                break


def _keep_weights_apart(body: Any, settings: Mapping[str, TextSetting]) -> None:
    """Put a weight in brackets that would be torn at the end of a cell's line on a line of its own."""
    for table in body.iter(f"{W}tbl"):
        grid = [twips(column, "w") for column in table.iterfind(f"{W}tblGrid/{W}gridCol")]
        for row in table.iterfind(f"{W}tr"):
            for start, cell in cells_of(row):
                width = cell_width(cell, grid, start)
                for paragraph in cell.iterfind(f"{W}p"):
                    _keep_weight(paragraph, setting_of(paragraph, settings), width)


def _keep_weight(paragraph: Any, setting: TextSetting, width: int) -> None:
    texts = list(paragraph.iter(f"{W}t"))
    text = texts[-1].text or "" if texts else ""
    found = _WEIGHT.search(text)
    if not found:
        return
    whole = text_of(paragraph)
    settings = [replace(setting, digit=digit) for digit in (NARROW, WIDE)]
    ends = [list(set_lines(whole, one, room))[-1] for one in settings for room in (width, width - setting.size // 2)]
    if all(end.strip().endswith(found[0]) for end in ends):
        return
    own = texts[-1]
    own.text = text[: found.start()]
    behind = own.makeelement(f"{W}t")
    behind.text = found[0]
    own.addnext(own.makeelement(f"{W}br"))
    own.getnext().addnext(behind)


def _inner(sheet: Any, side: str, first: str, last: str) -> int:
    """The page without its margins; 0 where the document does not say."""
    size = None if sheet is None else sheet.find(f"{W}pgSz")
    margins = None if sheet is None else sheet.find(f"{W}pgMar")
    return 0 if size is None or margins is None else twips(size, side) - twips(margins, first) - twips(margins, last)
