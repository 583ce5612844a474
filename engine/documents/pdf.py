"""PDF with a text layer -> blocks: ruled tables on their grid, paragraphs between them, tables joined over page breaks.

pdfplumber finds lines and characters. It runs in a process of its own (engine.bounded), since a small PDF can ask for
unlimited time and memory. A scanned page has no text to read; it is refused rather than guessed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.documents import isolation as bounded
from engine.documents.model import Block, Document, Paragraph, Row, Table, TableCell
from engine.documents.pdf_lines import Char, Line, cell_text, is_wrapped, joined, lines_of, paragraphs, text_area
from engine.errors import InputError, Place, Problem

MAX_BYTES = 50_000_000
MAX_PAGES = 300
MAX_CHARS = 20_000
"""On one page; a page of small print has some 3,000."""
MAX_LINES = 20_000
MAX_ROWS = 20_000
_EXPECTED = "有文字的 PDF（由 Word、Excel 导出，不是扫描件），最好是原来的 Word、Excel 文件"
_SCANNED = "由 Word、Excel 导出的 PDF，或原来的文件；扫描件请先识别成文字，并与原件核对"
_PAGE_NUMBER = re.compile(r"[-—–－~·\s]*(?:第\s*)?[0-9]{1,4}(?:\s*页)?(?:\s*[/／,，共]+\s*[0-9]{1,4}\s*页?)?[-—–－~·\s]*")
_FEW_LINES = 8
"""Fewer lines than this do not show how wide running text is."""
_MARGIN = 0.12
"""Share of the page's height at top and bottom where page numbers and running heads stand."""
_NEAR = 3.0
"""Points by which lines of one column may differ."""
Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


def read_bytes(data: bytes, file: str = "") -> Document:
    """The blocks of a PDF. Raises InputError for what is scanned, encrypted, damaged, too large or too slow to read."""
    if len(data) > MAX_BYTES:
        raise _error(file, f"文件过大（超过{MAX_BYTES:,}字节）", f"不超过{MAX_BYTES:,}字节", "input.too-large")
    return bounded.read("engine.documents.pdf", data, file, _EXPECTED)


def read_here(data: bytes, file: str) -> Document:
    """The same in this process, where a damaged file may raise anything or never end."""
    import logging
    from io import BytesIO

    import pdfplumber

    logging.getLogger("pdfminer").setLevel(logging.CRITICAL)
    try:
        source = pdfplumber.open(BytesIO(data))
        count = _count(source.doc, file)
    except InputError:
        raise
    except Exception as error:  # pdfminer raises anything on damaged files
        if "Password" in f"{error!r} {error.__cause__!r} {error.__context__!r}" or "Encrypt" in repr(error):
            raise _error(file, "文件加了密码，读不了", "去掉密码的 PDF", "input.encrypted") from None
        raise _error(file, "PDF 文件已损坏，打不开", _EXPECTED, "input.damaged") from None
    reader = _Reader(file)
    for number, page in enumerate(source.pages, start=1):
        reader.page(page, number)
        page.close()
    if not count or not reader.pages:
        raise _error(file, "PDF 里没有可读的文字，像是扫描件或图片", _SCANNED, "input.scanned")
    return Document(tuple(reader.blocks()), file)


def _count(document: Any, file: str) -> int:
    """How many pages there are, by walking the tree no further than allowed: what a file says of itself proves nothing."""
    from pdfminer.pdfpage import PDFPage

    count = 0
    for count, _ in enumerate(PDFPage.create_pages(document), start=1):
        if count > MAX_PAGES:
            raise _error(file, f"PDF 超过{MAX_PAGES}页", f"不超过{MAX_PAGES}页，只留自评报告和自评表", "input.too-large")
    return count


def _error(file: str, message: str, expected: str, code: str) -> InputError:
    return InputError(Problem(Place(file), message, expected, code=code))


@dataclass(frozen=True, slots=True)
class _Grid:
    """A ruled table on a page: lines of its columns, and its rows of text with whether a cell goes on from another."""

    page: int
    columns: tuple[float, ...]
    rows: tuple[tuple[tuple[str, bool | None], ...], ...]
    numbers: tuple[int, ...] = ()
    """The page of each row."""
    full: frozenset[int] = frozenset()
    """Columns whose last cell is merged and yet has no room for another line: its text may have gone on on the next page."""
    torn: frozenset[tuple[int, int]] = frozenset()
    """Rows and columns of merged cells that have their text at the very top with room below, as the rest of a torn one has."""
    centred: bool = False
    """Whether merged cells have their text in the middle, which the rest of a torn one has not."""


@dataclass(frozen=True, slots=True)
class _Page:
    number: int
    height: float
    items: tuple[Line | _Grid, ...]


class _Reader:
    def __init__(self, file: str) -> None:
        self.file = file
        self.pages: list[_Page] = []
        self.rows = 0

    def page(self, page: Any, number: int) -> None:  # Any: a page of pdfplumber
        where = f"第{number}页"
        if len(page.chars) > MAX_CHARS or len(page.edges) > MAX_LINES:
            raise _error(
                self.file, f"{where}的内容过多（{len(page.chars):,}个字、{len(page.edges):,}条线）", _EXPECTED, "input.too-large"
            )
        chars = [_char(c) for c in page.chars if c.get("upright", True)]
        seen = sum(not c.text.isspace() for c in chars)
        covered = sum(_covered(image, page) for image in page.images)
        if (not seen and page.images) or (covered > 0.5 and seen < 20) or (covered > 0.8 and not page.edges):
            raise _error(self.file, f"{where}是扫描件或图片，没有可读的文字", _SCANNED, "input.scanned")
        if not seen:
            return
        unreadable = sum("(cid:" in c.text or "\ufffd" in c.text or 0xE000 <= ord(c.text[:1] or " ") <= 0xF8FF for c in chars)
        if unreadable * 10 > seen:
            message = f"{where}的字体没有带文字编码，复制出来是乱码，读不了"
            raise _error(self.file, message, _SCANNED, "input.no-unicode")
        tables = [(table.bbox, self._grid(table, chars, number)) for table in page.find_tables()]
        tables = [(box, grid) for box, grid in tables if len(grid.columns) > 1 or len(grid.rows) > 1]
        free = [c for c in chars if not any(_inside(c, box) for box, _ in tables)]
        items: list[tuple[float, Line | _Grid]] = [(line.top, line) for line in lines_of(free)]
        items += [(box[1], grid) for box, grid in tables]
        items.sort(key=lambda item: item[0])
        self.pages.append(_Page(number, float(page.height), tuple(item for _, item in items)))

    def _grid(self, table: Any, chars: Sequence[Char], number: int) -> _Grid:
        boxes: list[Box] = [tuple(map(float, cell)) for cell in table.cells]  # type: ignore[misc]  # four numbers each
        columns = _lines(edge for box in boxes for edge in (box[0], box[2]))
        edges = _lines(edge for box in boxes for edge in (box[1], box[3]))
        width, height = len(columns) - 1, len(edges) - 1
        self.rows += height
        if self.rows > MAX_ROWS or width > 100 or width * height > 200_000:
            raise _error(
                self.file, f"表格过大（第{number}页，{height}行{width}列）", f"不超过{MAX_ROWS:,}行、100列", "input.too-large"
            )
        full: set[int] = set()
        torn: set[tuple[int, int]] = set()
        centred = False
        cells: list[list[tuple[str, bool | None]]] = [[("", None)] * width for _ in range(height)]
        for box in boxes:
            left, right = _nearest(columns, box[0]), _nearest(columns, box[2])
            top, bottom = _nearest(edges, box[1]), _nearest(edges, box[3])
            for row in range(top, bottom):
                for column in range(left, right):
                    cells[row][column] = ("", True)
            if top < height and left < width:
                within = [c for c in chars if _inside(c, box)]
                cells[top][left] = (cell_text(within, box[0], box[2]), False)
                lines = lines_of(within)
                if lines and bottom - top > 1:
                    above, below, em = lines[0].top - box[1], box[3] - lines[-1].bottom, lines[0].em
                    roomy = above + below > 1.5 * em
                    full |= {left} if bottom == height and not roomy else set()
                    torn |= {(top, left)} if roomy and above < 0.8 * em else set()
                    centred = centred or (top > 0 and roomy and abs(above - below) < 0.5 * em)
        rows = tuple(map(tuple, cells))
        return _Grid(number, tuple(columns), rows, (number,) * height, frozenset(full), frozenset(torn), centred)

    def blocks(self) -> list[Block]:
        """Everything in order: page numbers and running heads left out, paragraphs and tables joined over page breaks."""
        left, right = self._text_area()
        running = self._running()
        out: list[Block | _Grid] = []
        carried: Line | None = None  # last line of the page before, if that ended with a paragraph
        for page in self.pages:
            items = [item for item in page.items if isinstance(item, _Grid) or not self._is_running(item, page, running)]
            for n, group in enumerate(_groups(items)):
                if isinstance(group, _Grid):
                    last = out[-1] if out else None
                    if n == 0 and isinstance(last, _Grid) and _same_columns(last, group):
                        out[-1] = _together(last, group, self.file)
                    else:
                        out.append(group)
                    carried = None
                    continue
                for m, text in enumerate(paragraphs(group, left, right)):
                    last = out[-1] if out else None
                    goes_on = n == m == 0 and carried is not None and not text.indented
                    if goes_on and carried and isinstance(last, Paragraph) and is_wrapped(carried, text.first, left, right):
                        out[-1] = replace(last, text=joined(last.text, text.text))
                    else:
                        gap = text.gap or (m == 0 and n > 0) or not out
                        out.append(Paragraph(text.text, Place(self.file, path=f"第{page.number}页"), gap))
                    carried = text.last
        return self._numbered(out)

    def _text_area(self) -> tuple[float, float]:
        """Left and right edge of running text. Where there are hardly any lines of it, such as a title alone, the tables say how
        far it may go: else the longest line would look like one that was wrapped."""
        items = [item for page in self.pages for item in page.items]
        lines = [item for item in items if isinstance(item, Line)]
        left, right = text_area(lines)
        grids = [item for item in items if isinstance(item, _Grid)]
        if grids and len(lines) < _FEW_LINES:
            left = min([left, *(grid.columns[0] for grid in grids)])
            right = max([right, *(grid.columns[-1] for grid in grids)])
        return left, right

    def _numbered(self, items: Sequence[Block | _Grid]) -> list[Block]:
        out: list[Block] = []
        number = 0
        for item in items:
            if not isinstance(item, _Grid):
                out.append(item)
                continue
            if not any(text for row in item.rows for text, _ in row):
                continue
            number += 1
            rows: list[Row] = []
            for n, (row, page) in enumerate(zip(item.rows, item.numbers, strict=True), start=1):
                places = (Place(self.file, table=number, row=n, cell=c, path=f"第{page}页") for c in range(1, len(row) + 1))
                rows.append(tuple(TableCell(text, place, merged) for (text, merged), place in zip(row, places, strict=True)))
            out.append(Table(tuple(rows), Place(self.file, table=number, path=f"第{item.page}页")))
        return out

    def _running(self) -> frozenset[str]:
        """Texts that stand in the margin of every page of three and more."""
        margins = [
            {line.text for line in page.items if isinstance(line, Line) and self._in_margin(line, page)} for page in self.pages
        ]
        return frozenset.intersection(*map(frozenset, margins)) if len(margins) > 2 else frozenset()

    def _is_running(self, line: Line, page: _Page, running: frozenset[str]) -> bool:
        return self._in_margin(line, page) and (line.text in running or _PAGE_NUMBER.fullmatch(line.text) is not None)

    def _in_margin(self, line: Line, page: _Page) -> bool:
        return line.bottom < _MARGIN * page.height or line.top > (1 - _MARGIN) * page.height


def _groups(items: Sequence[Line | _Grid]) -> list[list[Line] | _Grid]:
    out: list[list[Line] | _Grid] = []
    for item in items:
        if isinstance(item, _Grid):
            out.append(item)
        elif out and isinstance(out[-1], list):
            out[-1].append(item)
        else:
            out.append([item])
    return out


def _same_columns(above: _Grid, below: _Grid) -> bool:
    """Whether a table goes on: outer edges the same, and the lines of one among those of the other."""
    ends = all(abs(above.columns[n] - below.columns[n]) < _NEAR for n in (0, -1))
    few, many = sorted((above.columns, below.columns), key=len)
    return ends and all(any(abs(edge - other) < _NEAR for other in many) for edge in few)


def _together(above: _Grid, below: _Grid, file: str) -> _Grid:
    """A table and its continuation. A header said again is dropped; an empty cell at the page's top may go on from above."""
    columns = max(above.columns, below.columns, key=len)
    first, rest = _spread(above, columns), _spread(below, columns)
    again = heads = 0
    while again < min(len(first), len(rest)) and _says(rest[again]) and _says(first[again]) == _says(rest[again]):
        again += 1
    # headings of a goal said again are left to the form reader: only the first rows of a table surely are its header
    said = {_says(row) for row in first}
    while heads < len(rest) and _says(rest[heads]) in said and _says(rest[heads]):
        heads += 1
    first, rest = _mended(first, rest, heads)
    for row, column in below.torn if heads < len(rest) else ():
        at = _nearest(columns, below.columns[column])
        suspect = below.centred or any(_nearest(columns, above.columns[c]) == at for c in above.full)
        if row == heads and suspect and rest[heads][at][0]:
            message = f"第{below.page}页表格首行的“{rest[heads][at][0][:20]}”可能是上一页末行那一格的后半截，分不清"
            problem = Problem(
                Place(file, path=f"第{below.page}页"),
                message,
                "合并的单元格不跨页的 PDF，或原来的 Word、Excel 文件",
                code="input.torn-cell",
            )
            raise InputError(replace(problem, code="input.torn-cell"))
    if heads < len(rest):
        row_below = tuple((text, None if not text and merged is False else merged) for text, merged in rest[heads])
        rest = (*rest[:heads], row_below, *rest[heads + 1 :])
    numbers = (*above.numbers, *below.numbers[again:])
    return _Grid(above.page, columns, (*first, *rest[again:]), numbers, below.full, above.torn, below.centred)


_Rows = tuple[tuple[tuple[str, bool | None], ...], ...]


def _says(row: Sequence[tuple[str, bool | None]]) -> tuple[str, ...]:
    """The texts of a row, by which a header said again is known; none if it has fewer than two."""
    texts = tuple(text for text, _ in row if text)
    return texts if len(texts) > 1 else ()


def _mended(above: _Rows, below: _Rows, heads: int) -> tuple[_Rows, _Rows]:
    """A cell torn by the page break within or before a bracket is put together: 社会效益指标 and （13分）."""
    if heads >= len(below):
        return above, below
    upper, lower = [list(row) for row in above], list(below[heads])
    for column, (text, _) in enumerate(lower):
        row = next((row for row in reversed(upper) if row[column][0]), None)
        if not row or not text:
            continue
        remark = text[0] in "（(" and text[-1] in "）)" and row[column][0][-1] not in "）)"
        if _open_brackets(row[column][0]) > 0 > _open_brackets(text) or remark:
            row[column] = (joined(row[column][0], text), row[column][1])
            lower[column] = ("", True)
    return tuple(map(tuple, upper)), (*below[:heads], tuple(lower), *below[heads + 1 :])


def _open_brackets(text: str) -> int:
    return sum((char in "（(") - (char in "）)") for char in text)


def _spread(grid: _Grid, columns: tuple[float, ...]) -> _Rows:
    """The rows on a finer grid of columns."""
    if len(columns) == len(grid.columns):
        return grid.rows
    at = {_nearest(columns, edge): n for n, edge in enumerate(grid.columns[:-1])}
    return tuple(tuple(row[at[n]] if n in at else ("", True) for n in range(len(columns) - 1)) for row in grid.rows)


def _lines(edges: Any) -> list[float]:
    out: list[float] = []
    for edge in sorted(edges):
        if not out or edge - out[-1] > _NEAR:
            out.append(edge)
    return out


def _nearest(lines: Sequence[float], edge: float) -> int:
    return min(range(len(lines)), key=lambda n: abs(lines[n] - edge))


def _char(char: Any) -> Char:
    return Char(str(char["text"]), float(char["x0"]), float(char["x1"]), float(char["top"]), float(char["bottom"]))


def _inside(char: Char, box: Box) -> bool:
    return box[0] <= (char.x0 + char.x1) / 2 < box[2] and box[1] <= (char.top + char.bottom) / 2 < box[3]


def _covered(image: Any, page: Any) -> float:
    """The share of the page an image covers."""
    width = max(0.0, min(image["x1"], page.width) - max(image["x0"], 0.0))
    height = max(0.0, min(image["bottom"], page.height) - max(image["top"], 0.0))
    return float(width * height / ((page.width * page.height) or 1))
