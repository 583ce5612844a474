"""Where the pages of a filled Word document will end, and what follows for its tables: a merged cell that runs over a page repeats
its label on the next, and so do the headings of columns amidst a table.

Word sets pages only when it opens the document. What is known here are the page, the widths of the columns and the line heights of
the styles, which in forms are exact. How wide digits are depends on the font, which may not be there: a narrow and a wide one are
tried. Where a table begins as far down with both, its rows are given the heights of the wide one, and so much more that each page
is filled but for a little: then it ends before the row foretold, whatever the font. Where it is not known so well where a table
begins, labels are repeated at either row, no headings, and a label may stand once more amidst a page; no text is lost.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from itertools import pairwise
from typing import Any  # lxml has no types

from engine.templating.weights import keep_weights_whole
from engine.templating.word_cells import keep_numbers_whole, keep_weights_apart
from engine.templating.word_measures import (
    BORDER,
    NARROW,
    WIDE,
    TextSetting,
    W,
    setting_of,
    settings_of,
    style_of,
    tall_of,
    text_of,
    twips,
)
from engine.templating.word_tables import RowRead, heights, read

_LESS = 300
"""Twips by which a page may end early where it is set with the wide font."""
_SPARE = 200
"""Twips left free at the foot of a page that is filled: less than a row, more than what programs differ by."""
_ROUNDS = 12
"""How often it is tried again where pages end when rows had to be made higher."""


@dataclass(frozen=True, slots=True)
class TableSet:
    """A table of the body with the heights its rows have."""

    rows: Sequence[RowRead]
    heights: Sequence[int]
    together: Sequence[tuple[int, int]]
    """The rows that stay on one page: from which to before which."""

    @property
    def headings(self) -> int:
        """How tall the rows are together that stand on every page."""
        return _headings(self.rows, self.heights)


Block = tuple[int, bool] | TableSet
"""A paragraph of the body, how tall it is and whether it begins a page, or a table."""


def settle(body: Any, styles: Any) -> None:
    """Make the body of a filled document ready for its pages. `styles` is the root of the part with its styles."""
    wide = settings_of(styles, WIDE)
    known = {table: read(table) for table in body.iter(f"{W}tbl")}
    for table in [table for table, rows in known.items() if keep_weights_apart(rows, wide)]:
        known[table] = read(table)
    for rows in known.values():
        keep_numbers_whole(rows, wide)
    keep_weights_whole(body)
    sheet = next(body.iter(f"{W}sectPr"), None)
    height = _inner(sheet, "h", "top", "bottom")
    width = _inner(sheet, "w", "left", "right")
    if not height or not width:
        return
    tables = [known[table] for table in body.iterfind(f"{W}tbl")]
    narrowly, widely = (list(_set(body, tables, settings, width)) for settings in (settings_of(styles, NARROW), wide))
    early, late = ([at for _, at in _laid_out(blocks, height)] for blocks in (narrowly, widely))
    some, others = ([tops for tops, _ in _laid_out(*how)] for how in ((narrowly, height), (widely, height - _LESS)))
    for n, table in enumerate(block for block in widely if isinstance(block, TableSet)):
        if abs(early[n] - late[n]) <= _SPARE // 2 and _fill_pages(table, wide, height, max(early[n], late[n])):
            continue
        for number in sorted({*some[n], *others[n]}):
            _repeat(table.rows, number)


def _set(body: Any, tables: Sequence[Sequence[RowRead]], settings: Mapping[str, TextSetting], width: int) -> Iterator[Block]:
    """The paragraphs and tables of a body as they are set. `tables`: as they were read, in their order."""
    left = iter(tables)
    for block in body:
        if block.tag == f"{W}p":
            setting = setting_of(style_of(block), settings)
            yield tall_of(text_of(block), setting, width), setting.new_page
        elif block.tag == f"{W}tbl":
            rows = next(left)
            yield TableSet(rows, heights(rows, settings), list(_together(rows, settings)))


def _laid_out(blocks: Sequence[Block], height: int) -> Iterator[tuple[list[int], int]]:
    """For each table the rows that pages begin with, and how far down its page it begins."""
    at = 0
    for block in blocks:
        if isinstance(block, TableSet):
            tops, end = _table(block, height, at)
            yield tops, at
            at = end
        else:
            tall, new_page = block
            at = tall if new_page else (at + tall if at + tall <= height else (at + tall - height) % height)


def _table(table: TableSet, height: int, at: int) -> tuple[list[int], int]:
    """The rows of a table that pages begin with, and how far down its last page it ends; `at`: how far down it begins."""
    headings = table.headings
    tops: list[int] = []
    for first, end in table.together:
        together = sum(table.heights[first:end])
        if at and at + together > height:
            at = headings
            tops.append(first)
        at += together
    return tops, at % height


def _headings(rows: Sequence[RowRead], tall: Sequence[int]) -> int:
    """How tall the rows are together that stand on every page."""
    return sum(tall[: next((n for n, row in enumerate(rows) if not row.repeated), 0)])


def _together(rows: Sequence[RowRead], settings: Mapping[str, TextSetting]) -> Iterator[tuple[int, int]]:
    """The rows of a table that stay on one page: from which to before which."""
    first = 0
    for n, row in enumerate(rows, start=1):
        if n == len(rows) or not row.is_kept(settings):
            yield first, n
            first = n


@dataclass(slots=True)
class TablePage:
    """A page of a table: its first row, the one after its last, how far down its rows reach, and the headings that stand again."""

    first: int
    last: int = 0
    at: int = 0
    heading: int | None = None


def _fill_pages(table: TableSet, settings: Mapping[str, TextSetting], height: int, at: int) -> bool:
    """Give the rows of a table that runs over pages such heights that each page ends where it is foretold, and let labels and the
    headings of columns stand again on each; whether that can be done. `at`: how far down the table begins."""
    rows, tall = table.rows, list(table.heights)
    labels = _labels(rows, settings)
    for _ in range(_ROUNDS):
        pages = _pages(table, settings, tall, height - _SPARE, at)
        if not pages:
            return False
        if not _make_room(tall, labels, [page.first for page in pages[1:]]):
            break
    else:
        return False
    cut = any(first < page.first < end for first, end, _ in labels for page in pages)
    if not cut and all(page.heading is None for page in pages):
        return True  # nothing is to stand again
    for page in pages[:-1]:
        free = height - _SPARE - page.at
        for n in range(page.first, page.last):
            _set_height(rows[n].element, tall[n] + free // (page.last - page.first))
    for page in pages[1:]:
        _repeat(rows, page.first)
        if page.heading is not None:
            _head(rows[page.first], rows[page.heading])
    return True


def _pages(table: TableSet, settings: Mapping[str, TextSetting], tall: Sequence[int], height: int, at: int) -> list[TablePage]:
    """The pages of a table whose rows are so high; none where what stays together is taller than a page."""
    rows, headings = table.rows, _headings(table.rows, tall)
    pages = [TablePage(0, at=at)]
    for first, end in table.together:
        together = sum(tall[first:end])
        if first == 0 and at + together > height:
            pages[0].at = 0  # the table begins on the next page
        if pages[-1].at + together > height:
            if first == pages[-1].first:
                return []
            pages[-1].last = first
            above = None if rows[first].is_kept(settings) else _heading_of(rows, first, settings)
            pages.append(TablePage(first, at=headings + (0 if above is None else tall[above]), heading=above))
        pages[-1].at += together
    pages[-1].last = len(rows)
    return pages


def _heading_of(rows: Sequence[RowRead], number: int, settings: Mapping[str, TextSetting]) -> int | None:
    """The nearest row of headings above a row that is of its columns, but for those that stand on every page anyway."""
    above = (n for n in range(number - 1, -1, -1) if not rows[n].repeated and rows[n].is_heading(settings))
    return next((n for n in above if rows[n].columns == rows[number].columns), None)


def _labels(rows: Sequence[RowRead], settings: Mapping[str, TextSetting]) -> list[tuple[int, int, int]]:
    """The merged cells of a table: the first row, the one after the last, and how tall what it says is."""
    open_: dict[int, tuple[int, int]] = {}
    out = []
    for n, row in enumerate(rows):
        going_on = {cell.start for cell in row.cells if cell.goes_on}
        for start in [start for start in open_ if start not in going_on]:
            first, tall = open_.pop(start)
            out.append((first, n, tall))
        for cell in row.cells:
            if cell.merged and not cell.goes_on:
                open_[cell.start] = n, cell.height(settings)
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


def _head(row: RowRead, heading: RowRead) -> None:
    """Put headings before a row; what is merged with a cell of theirs goes on from there."""
    own = {cell.start: cell.element for cell in row.cells}
    for cell in heading.cells:
        merge = own[cell.start].find(f"{W}tcPr/{W}vMerge")
        if merge is None or not cell.merged:
            continue
        del merge.attrib[f"{W}val"]
        for run in [run for paragraph in own[cell.start].iterfind(f"{W}p") for run in paragraph if run.tag != f"{W}pPr"]:
            run.getparent().remove(run)
        for more in own[cell.start].findall(f"{W}p")[1:]:
            own[cell.start].remove(more)
    row.element.addprevious(deepcopy(heading.element))


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


def _repeat(rows: Sequence[RowRead], number: int) -> None:
    """Begin every merged cell that goes on in a row anew there, with what it says."""
    for own in (cell for cell in rows[number].cells if cell.goes_on):
        cell = own.element
        merge = cell.find(f"{W}tcPr/{W}vMerge")
        for above in reversed(rows[:number]):
            first = next((one.element for one in above.cells if one.start == own.start), None)
            mark = None if first is None else first.find(f"{W}tcPr/{W}vMerge")
            if first is None or mark is None:
                break
            if mark.get(f"{W}val") == "restart":
                for old in cell.findall(f"{W}p"):
                    cell.remove(old)
                cell.extend(deepcopy(paragraph) for paragraph in first.findall(f"{W}p"))
                merge.set(f"{W}val", "restart")
                break


def _inner(sheet: Any, side: str, first: str, last: str) -> int:
    """The page without its margins; 0 where the document does not say."""
    size = None if sheet is None else sheet.find(f"{W}pgSz")
    margins = None if sheet is None else sheet.find(f"{W}pgMar")
    return 0 if size is None or margins is None else twips(size, side) - twips(margins, first) - twips(margins, last)
