"""A table that goes on on the next page -> one table: headings said again left out, a row the page break cut through put together.

Whether the first row of a page is the rest of the last row of the page before shows in the lines of its cells: a text is broken off
only where the next line had no room in the cell, and only in the middle of a paragraph if the line itself is full. What does not
show clearly is told as a doubt (`Join.doubt`), never passed over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from engine.documents.printed.grid import Grid, GridCell
from engine.documents.printed.lines import ENDED, cell_room, cell_text, goes_on, joined
from engine.documents.printed.rules import NEAR, nearest

Field = tuple[str, bool | None]
"""A cell's text and whether it goes on from another; None where that cannot be told."""
Row = tuple[Field, ...]
_PADDING = 3.0
"""Points left free at the bottom of a cell."""
_USUAL = 0.7
"""A column is filled as a rule if this share of its cells is."""

_NEARLY = 0.35
"""Parts of a character's width by which the room in a line may be judged wrongly."""
_NEARBY = 12
"""So many rows before and after the page break show what its rows are like."""


@dataclass(frozen=True, slots=True)
class LongTable:
    """A table so far: its rows of text, the page of each, and the grid on its last page. `said`: what its rows say, by which a
    heading said again is known. `rest`: its last row is itself the rest of one from the page before."""

    columns: tuple[float, ...]
    rows: tuple[Row, ...]
    pages: tuple[int, ...]
    last: Grid
    said: frozenset[tuple[str, ...]]
    rest: bool = False


@dataclass(frozen=True, slots=True)
class Join:
    """A table with what went on on the next page. `doubt`: the text of a cell that may belong elsewhere than where it was put."""

    sheet: LongTable
    doubt: str = ""


def sheet_of(grid: Grid, page: int) -> LongTable:
    """A table that begins on this page."""
    rows = _rows(grid)
    return LongTable(grid.columns, rows, (page,) * (len(grid.edges) - 1), grid, frozenset(map(_says, rows)))


def goes_on_in(above: LongTable, below: Grid) -> bool:
    """Whether a table may go on in another: as wide, and the lines between the columns of one among those of the other."""
    columns = _shifted(above, below).columns
    ends = all(abs(above.columns[n] - columns[n]) < NEAR for n in (0, -1))
    few, many = sorted((above.columns, columns), key=len)
    return ends and all(any(abs(edge - other) < NEAR for other in many) for edge in few)


def together(above: LongTable, below: Grid, page: int) -> Join:
    """A table and its continuation."""
    below = _shifted(above, below)
    columns = max(above.columns, below.columns, key=len)
    first = _spread(above.rows, above.columns, columns)
    rest = _spread(_rows(below), below.columns, columns)
    again = heads = 0
    while again < min(len(first), len(rest)) and _says(rest[again]) and _says(first[again]) == _says(rest[again]):
        again += 1
    # headings of a goal said again are left to the form reader: only the first rows of a table surely are its header
    while heads < len(rest) and _says(rest[heads]) in above.said and _says(rest[heads]):
        heads += 1
    pages = (*above.pages, *[page] * (len(rest) - again))
    said = above.said.union(map(_says, rest))
    if heads == len(rest):
        return Join(LongTable(columns, (*first, *rest[again:]), pages, below, said))
    meeting = _Meeting(above, first, rest[heads:], below, _bottom(above.last, columns), _top(below, heads, columns))
    cut, doubt = meeting.cut()
    if cut:
        first = meeting.mended(first)
        rest, pages = (*rest[:heads], *rest[heads + 1 :]), pages[:-1]
        ends = heads + 1 == len(below.edges) - 1
        sheet = LongTable(columns, (*first, *rest[again:]), pages, below, said, rest=ends)
        return Join(sheet, doubt)
    first, row = _brackets(first, rest[heads])
    row = tuple((text, None if not text and merged is False else merged) for text, merged in row)
    rest = (*rest[:heads], row, *rest[heads + 1 :])
    return Join(LongTable(columns, (*first, *rest[again:]), pages, below, said), doubt or meeting.torn())


# rows


def _rows(grid: Grid) -> tuple[Row, ...]:
    rows: list[list[Field]] = [[("", True)] * (len(grid.columns) - 1) for _ in grid.edges[1:]]
    for cell in grid.cells:
        rows[cell.row][cell.column] = (cell.text, False)
    return tuple(map(tuple, rows))


def _shifted(above: LongTable, below: Grid) -> Grid:
    """The grid moved sideways to where the table above stands, as on pages bound left and right by turns."""
    by = above.columns[0] - below.columns[0]
    if abs(by) < NEAR or abs(above.columns[-1] - below.columns[-1] - by) >= NEAR:
        return below
    return Grid(tuple(at + by for at in below.columns), below.edges, below.cells)


def _spread(rows: tuple[Row, ...], columns: Sequence[float], finer: Sequence[float]) -> tuple[Row, ...]:
    """The rows on a finer set of columns."""
    if len(columns) == len(finer):
        return rows
    at = {nearest(finer, edge): n for n, edge in enumerate(columns[:-1])}
    return tuple(tuple(row[at[n]] if n in at else ("", True) for n in range(len(finer) - 1)) for row in rows)


def _own(row: Row) -> int:
    """How many cells of a row go on from no other."""
    return sum(merged is False for _, merged in row)


def _says(row: Row) -> tuple[str, ...]:
    """The texts of a row, by which a header said again is known; none if it has fewer than two."""
    texts = tuple(text for text, _ in row if text)
    return texts if len(texts) > 1 else ()


def _brackets(above: tuple[Row, ...], below: Row) -> tuple[tuple[Row, ...], Row]:
    """A cell torn by the page break within or before a bracket is put together: 社会效益指标 and （13分）."""
    upper, lower = list(above), list(below)
    for column, (text, _) in enumerate(below):
        at = next((n for n in range(len(above) - 1, -1, -1) if above[n][column][0]), None)
        if at is None or not text:
            continue
        before, merged = above[at][column]
        remark = text[0] in "（(" and text[-1] in "）)" and before[-1] not in "）)"
        if _open_brackets(before) > 0 > _open_brackets(text) or remark:
            upper[at] = _with(upper[at], column, (joined(before, text), merged))
            lower[column] = ("", True)
    return tuple(upper), tuple(lower)


def _with(row: Row, column: int, field: Field) -> Row:
    return (*row[:column], field, *row[column + 1 :])


def _open_brackets(text: str) -> int:
    return sum((char in "（(") - (char in "）)") for char in text)


# where two pages meet

Ends = tuple[int, int]
"""First column of a cell, and the one after its last."""


def _bottom(grid: Grid, columns: Sequence[float]) -> dict[Ends, GridCell]:
    """The cells that reach the foot of the table on its page."""
    return {_ends(cell, grid, columns): cell for cell in grid.cells if cell.last_row == len(grid.edges) - 1}


def _top(grid: Grid, row: int, columns: Sequence[float]) -> dict[Ends, GridCell]:
    return {_ends(cell, grid, columns): cell for cell in grid.cells if cell.row <= row < cell.last_row}


def _ends(cell: GridCell, grid: Grid, columns: Sequence[float]) -> Ends:
    return nearest(columns, grid.columns[cell.column]), nearest(columns, grid.columns[cell.last_column])


@dataclass(frozen=True, slots=True)
class _Meeting:
    """The cells that end a page and those that begin the next, after headings said again."""

    sheet: LongTable
    above: tuple[Row, ...]
    below: tuple[Row, ...]
    grid: Grid
    upper: dict[Ends, GridCell]
    lower: dict[Ends, GridCell]

    def cut(self) -> tuple[bool, str]:
        """Whether the page break cut through a row, and the text of the cell that leaves it open."""
        if self.upper.keys() != self.lower.keys():
            return False, ""
        filled = [ends for ends in self.lower if self.lower[ends].text]
        first = next((text for ends in filled if any(map(str.isalnum, text := self.lower[ends].text))), "")
        if not first or not all(self._full(self.upper[ends]) for ends in filled):
            return False, ""
        wrapped = [ends for ends in filled if self._wraps(ends)]
        if not all(ends in wrapped or self._may_go_on(ends) for ends in filled):
            return False, ""
        stands = self._stands()
        # texts that stand at the top of their cells, where this table has them in the middle, are the first half of a row
        if stands or self.sheet.rest:
            return stands != "whole", ""
        ended = sum(bool(self.upper[ends].text and not self.lower[ends].text) and self._usual(ends) for ends in self.upper)
        name = next((ends for ends in sorted(self.upper) if self.upper[ends].text and self._usual(ends)), None)
        if name and not self.lower[name].text:  # a new row says first what it is about
            return (True, "") if wrapped or ended > 1 else (False, first)
        brackets = (_open_brackets(self.upper[ends].text) > 0 > _open_brackets(self.lower[ends].text) for ends in filled)
        if len(wrapped) > 1 or any(brackets):
            return True, ""
        return bool(wrapped and ended), first

    def mended(self, rows: tuple[Row, ...]) -> tuple[Row, ...]:
        """The rows above, their last one with the rest of its texts."""
        made = list(rows)
        for ends, cell in self.lower.items():
            if cell.text:
                at = next(n for n in range(len(made) - 1, -1, -1) if made[n][ends[0]][1] is not True)
                text, merged = made[at][ends[0]]
                made[at] = _with(made[at], ends[0], (self._whole(ends, text), merged))
        return tuple(made)

    def _whole(self, ends: Ends, text: str) -> str:
        """The text of a cell above with its rest."""
        upper, lower = self.upper[ends], self.lower[ends]
        if not (upper.lines and lower.lines and text.endswith(upper.text)):
            return f"{text}\n{lower.text}".strip()
        whole = cell_text((*upper.lines, *lower.lines), upper.box[0], upper.box[2])
        return text.removesuffix(upper.text) + whole

    def torn(self) -> str:
        """The text of a cell on the new page that may be the rest of one merged over the page break; nothing else shows that it is
        no cell of its own."""
        for ends, cell in self.lower.items():
            over = self.upper.get(ends)
            if not (over and over.lines and cell.lines and self._full(over) and self._wraps(ends)):
                continue
            if _ends_short(over, cell) if cell.rows + over.rows > 2 else self._merged(ends):
                return cell.text
        return ""

    def _merged(self, ends: Ends) -> bool:
        """Whether the cell above looks as if it went on: in the middle of a long text, in a column with few of them, and not itself
        the cell that made its row as high as it is."""
        cell = self.upper[ends]
        long = len(cell.lines) > 1 and not ENDED.search(cell.text) and not self._usual(ends)
        others = (other for other in self.upper.values() if other != cell and other.rows == 1 and len(other.lines) > 1)
        return long and any(map(self._full, others))

    def _usual(self, ends: Ends) -> bool:
        """Whether nearly every row such as these has a text of its own in this column."""
        least = _USUAL * min(_own(self.above[-1]), _own(self.below[0]))
        rows = [row for row in (*self.above[-_NEARBY:], *self.below[1 : _NEARBY + 1]) if _own(row) >= least]
        return sum(bool(row[ends[0]][0]) and row[ends[0]][1] is False for row in rows) >= _USUAL * len(rows)

    def _may_go_on(self, ends: Ends) -> bool:
        """Whether the text above may go on below in another paragraph, at a sentence's end; or its last line is full to within what
        the margins of the cell are known by."""
        upper, lower = self.upper[ends], self.lower[ends]
        sentence = len(upper.lines) > 1 and ENDED.search(upper.text) is not None
        return sentence or self._wraps(ends, upper.lines[-1].em * _NEARLY if upper.lines and lower.lines else 0.0)

    def _full(self, cell: GridCell) -> bool:
        """Whether a cell has no room for another line."""
        return bool(cell.lines) and cell.box[3] - cell.lines[-1].bottom < self._pitch() + _PADDING

    def _pitch(self) -> float:
        """From one line of a cell to the next."""
        cells = [*self.upper.values(), *self.lower.values()]
        steps = [after.bottom - before.bottom for cell in cells for before, after in pairwise(cell.lines)]
        sizes = [line.em for cell in cells for line in cell.lines]
        return median(steps) if steps else 1.5 * max(sizes, default=0.0)

    def _wraps(self, ends: Ends, allowed: float = 0.0) -> bool:
        """Whether the last line above ends only because the first one below had no room in it, but for so much; or both belong to a
        word written downwards."""
        upper, lower = self.upper[ends], self.lower[ends]
        if not upper.lines or not lower.lines:
            return False
        line, following = upper.lines[-1], lower.lines[0]
        if all(len(one.text) == 1 and one.text.isalpha() for one in (line, following)):
            return True
        left, right = cell_room(upper.lines, upper.box[0], upper.box[2])
        return goes_on(line, following, left, right - allowed, upper.box[0] - lower.box[0])

    def _stands(self) -> str:
        """Where the texts of the last row above stand that leave their cells room: `whole` if in the middle or at the foot, as only
        a row that ends there has them; `begun` if at the top though the table's other rows have them elsewhere; else nothing."""
        bottom = len(self.sheet.last.edges) - 1
        here = [_side(cell) for cell in self.upper.values() if cell.rows == 1]
        if "middle" in here or "foot" in here:
            return "whole"
        others = [cell for cell in (*self.sheet.last.cells, *self.grid.cells) if cell.rows == 1 and cell.last_row != bottom]
        habits = [side for side in map(_side, others) if side]
        elsewhere = sum(side != "top" for side in habits)
        return "begun" if "top" in here and elsewhere > 2 and elsewhere >= _USUAL * len(habits) else ""


def _ends_short(upper: GridCell, lower: GridCell) -> bool:
    """Whether the last line below is shorter than the one above, as the last line of a label is."""
    line, last = upper.lines[-1], lower.lines[-1]
    return line.x1 - line.x0 - (last.x1 - last.x0) > 0.8 * line.em


def _side(cell: GridCell) -> str:
    """Where in its cell a text stands; nothing if it fills it."""
    if not cell.lines:
        return ""
    above, under, em = cell.lines[0].top - cell.box[1], cell.box[3] - cell.lines[-1].bottom, cell.lines[0].em
    if above + under < 1.3 * em:
        return ""
    return "middle" if abs(above - under) < 0.4 * em else "top" if above < under else "foot"
