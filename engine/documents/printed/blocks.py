"""Pages in order -> the blocks of a document: page numbers and running heads left out, tables and paragraphs put together over page
breaks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

from engine.documents.model import Block, Paragraph, Row, Table, TableCell, Told
from engine.documents.printed.columns import divided, level_table
from engine.documents.printed.grid import MAX_COLUMNS, MAX_ROWS, Grid, TooLarge, grid
from engine.documents.printed.joins import LongTable, goes_on_in, sheet_of, together
from engine.documents.printed.lines import Line, is_wrapped, joined, lines_of, paragraphs, text_area
from engine.documents.printed.model import Box, Char, PrintedPage, righted
from engine.documents.printed.rules import OPEN, Ruling, frame_of, frames, within
from engine.errors import InputError, Place, Problem

_PAGE_NUMBER = re.compile(r"[-—–－~·\s]*(?:第\s*)?[0-9]{1,4}(?:\s*页)?(?:\s*[/／,，共]+\s*[0-9]{1,4}\s*页?)?[-—–－~·\s]*")
_FEW_LINES = 8
"""Fewer lines than this do not show how wide running text is."""
_MARGIN = 0.12
"""Share of the page's height at top and bottom where page numbers stand."""
_HEAD = 0.08
"""The same for running heads, which stand outside the margins of the text."""
_FAR = 150.0
"""Points by which the last line of a table may lie apart from the lines before it."""


@dataclass(frozen=True, slots=True)
class _Page:
    number: int
    height: float
    em: float
    items: tuple[Line | Grid, ...]
    aside: str
    """What stands turned beside the tables."""


def blocks_of(pages: Sequence[PrintedPage], file: str) -> tuple[list[Block], list[Told]]:
    """The paragraphs and tables that stand on these pages, and what is to be told of them. Raises InputError where a table is
    larger than any form."""
    return _Reading(file).blocks([_read(page, file) for page in pages])


# one page


def _read(page: PrintedPage, file: str) -> _Page:
    page = righted(page)
    tables = list(_tables(page, file))
    boxes = [table.box for table in tables]
    free = [char for char in page.chars if not any(_inside(char, box) for box in boxes)] if boxes else page.chars
    lines = lines_of([char for char in free if not char.turn])
    items: list[Line | Grid] = sorted([*lines, *tables], key=_top)
    em = median([char.bottom - char.top for char in page.chars]) if page.chars else 0.0
    aside = "".join(char.text for char in free if char.turn).strip()
    return _Page(page.number, page.height, em, tuple(items), aside)


def _top(item: Line | Grid) -> float:
    return item.top if isinstance(item, Line) else item.edges[0]


def _tables(page: PrintedPage, file: str) -> list[Grid]:
    """The tables of a page. Lines inside a table that make another, such as a box to be ticked, belong to the text of its cell."""
    found = frames(page.rules)
    lone = [frame for frame in found if not frame.upright]
    out: list[Grid] = []
    try:
        tables = [frame for frame in found if frame.level and frame.upright]
        for frame in tables:
            if any(within(frame.box, table.box) and frame.box != table.box for table in tables):
                continue
            frame = _completed(frame, lone)
            chars = [char for char in page.chars if _inside(char, frame.box)]
            made = grid(frame, chars)
            if made:
                out.append(divided(made, chars))
        out += _level_tables(lone, out, page)
    except TooLarge as error:
        problem = Problem(
            Place(file),
            f"表格过大（第{page.number}页，{error.rows}行{error.columns}列）",
            f"不超过{MAX_ROWS:,}行、{MAX_COLUMNS}列",
            code="input.too-large",
        )
        raise InputError(problem) from None
    return out


def _completed(frame: Ruling, lone: Sequence[Ruling]) -> Ruling:
    """A table without sides, with the level lines as wide as itself that no line across leads to: those of rows in one cell."""
    left, top, right, bottom = frame.box
    level = list(frame.level)
    for other in lone:
        (line,) = other.level
        near = top - _FAR < line.at < bottom + _FAR
        if near and abs(line.start - left) < OPEN and abs(line.end - right) < OPEN and not top - 1 < line.at < bottom + 1:
            level.append(line)
    return frame_of(level, frame.upright)


def _level_tables(lone: Sequence[Ruling], tables: Sequence[Grid], page: PrintedPage) -> list[Grid]:
    """Tables whose lines are all level: at least three of them, as wide as each other."""
    groups: list[list[Ruling]] = []
    for frame in sorted(lone, key=lambda frame: frame.box[1]):
        left, top, right, _ = frame.box
        if any(within(frame.box, table.box) for table in tables):
            continue
        last = groups[-1][-1].box if groups else None
        if last and abs(last[0] - left) < OPEN and abs(last[2] - right) < OPEN and not _between(tables, last[1], top):
            groups[-1].append(frame)
        else:
            groups.append([frame])
    out = []
    for group in groups:
        frame = frame_of([line for one in group for line in one.level], ())
        made = level_table(frame, page.chars) if len(group) > 2 else None
        out += [made] if made else []
    return out


def _between(tables: Sequence[Grid], top: float, bottom: float) -> bool:
    return any(top < table.edges[0] < bottom for table in tables)


def _inside(char: Char, box: Box) -> bool:
    return box[0] <= (char.x0 + char.x1) / 2 < box[2] and box[1] <= (char.top + char.bottom) / 2 < box[3]


# all pages


@dataclass(slots=True)
class _Reading:
    file: str

    def blocks(self, pages: Sequence[_Page]) -> tuple[list[Block], list[Told]]:
        left, right = _text_area(pages)
        running = _running(pages)
        out: list[Block | LongTable] = []
        told: list[Told] = []
        carried: Line | None = None  # last line of the page before, if that ended with a paragraph
        for page in pages:
            if page.aside:
                told.append(Told("aslant_text", page.aside, self._at(page)))
            items = [item for item in page.items if isinstance(item, Grid) or not _is_running(item, page, running)]
            for n, group in enumerate(_groups(items)):
                if isinstance(group, Grid):
                    last = out[-1] if out else None
                    if n == 0 and isinstance(last, LongTable) and goes_on_in(last, group):
                        join = together(last, group, page.number)
                        out[-1] = join.sheet
                        if join.doubt:
                            told.append(Told("torn_row", join.doubt, self._at(page)))
                    else:
                        out.append(sheet_of(group, page.number))
                    carried = None
                    continue
                for m, text in enumerate(paragraphs(group, left, right)):
                    last = out[-1] if out else None
                    goes_on = n == m == 0 and carried is not None and not text.indented
                    if goes_on and carried and isinstance(last, Paragraph) and is_wrapped(carried, text.first, left, right):
                        out[-1] = replace(last, text=joined(last.text, text.text))
                    else:
                        gap = text.gap or (m == 0 and n > 0) or not out
                        out.append(Paragraph(text.text, self._at(page), gap))
                    carried = text.last
        return self._numbered(out), told

    def _at(self, page: _Page) -> Place:
        return Place(self.file, path=f"第{page.number}页")

    def _numbered(self, items: Sequence[Block | LongTable]) -> list[Block]:
        out: list[Block] = []
        number = 0
        for item in items:
            if not isinstance(item, LongTable):
                out.append(item)
                continue
            if not any(text for row in item.rows for text, _ in row):
                continue
            number += 1
            rows: list[Row] = []
            for n, (row, page) in enumerate(zip(item.rows, item.pages, strict=True), start=1):
                places = (Place(self.file, table=number, row=n, cell=c, path=f"第{page}页") for c in range(1, len(row) + 1))
                rows.append(tuple(TableCell(text, place, merged) for (text, merged), place in zip(row, places, strict=True)))
            out.append(Table(tuple(rows), Place(self.file, table=number, path=f"第{item.pages[0]}页")))
        return out


def _text_area(pages: Sequence[_Page]) -> tuple[float, float]:
    """Left and right edge of running text. Where there are hardly any lines of it, such as a title alone, the tables say how
    far it may go: else the longest line would look like one that was wrapped."""
    items = [item for page in pages for item in page.items]
    lines = [item for item in items if isinstance(item, Line)]
    left, right = text_area(lines)
    grids = [item for item in items if isinstance(item, Grid)]
    if grids and len(lines) < _FEW_LINES:
        left = min([left, *(grid.columns[0] for grid in grids)])
        right = max([right, *(grid.columns[-1] for grid in grids)])
    return left, right


def _running(pages: Sequence[_Page]) -> frozenset[str]:
    """Texts that stand in the margin of every page of three and more, in letters no larger than the rest: titles are not."""
    margins = [
        {line.text for line in page.items if isinstance(line, Line) and _in_margin(line, page, _HEAD) and line.em <= 1.05 * page.em}
        for page in pages
    ]
    return frozenset.intersection(*map(frozenset, margins)) if len(margins) > 2 else frozenset()


def _is_running(line: Line, page: _Page, running: frozenset[str]) -> bool:
    number = _in_margin(line, page, _MARGIN) and _PAGE_NUMBER.fullmatch(line.text) is not None
    return number or (_in_margin(line, page, _HEAD) and line.text in running)


def _in_margin(line: Line, page: _Page, share: float) -> bool:
    return line.bottom < share * page.height or line.top > (1 - share) * page.height


def _groups(items: Sequence[Line | Grid]) -> list[list[Line] | Grid]:
    out: list[list[Line] | Grid] = []
    for item in items:
        if isinstance(item, Grid):
            out.append(item)
        elif out and isinstance(out[-1], list):
            out[-1].append(item)
        else:
            out.append([item])
    return out
