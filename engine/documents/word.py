"""Word (.docx) -> blocks: paragraphs and tables in the order they stand, merged cells laid out on the grid.

Files come from strangers: what is unpacked is bounded in size, ratio and number, XML may declare no entities, and nothing
but the text is looked at: macros, fields and links are never run or followed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.documents import package, word_grid
from engine.documents.model import Block, Document, Paragraph, Row, Table, TableCell, Told
from engine.documents.package import EXPECTED, Package
from engine.documents.refusal import refused
from engine.documents.word_beside import Notes, is_beside, notes, referred, running
from engine.documents.word_text import WRAPPERS, boxes, is_on, local, settle, text_of, unseen
from engine.errors import InputError, Place, Problem

MAX_ROWS = 100_000
MAX_COLUMNS = 200
"""Word itself allows 63."""

MAX_TOLD = 30
"""Deletions and hidden texts named one by one."""

_UNSEEN = (b":del ", b":del>", b":moveFrom ", b":vanish")
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_DOCUMENT = "/officeDocument"


def is_docx(data: bytes) -> bool:
    """Whether the bytes are meant to be a Word document: a zip that names one, or an encrypted Office file."""
    return (data.startswith(_ZIP) and b"word/document" in data) or (data.startswith(_OLE) and _ENCRYPTED in data)


def read_bytes(data: bytes, file: str = "") -> Document:
    """The blocks of a Word document. Raises InputError for what is damaged, encrypted, too large or no Word document."""
    if data.startswith(_OLE):
        what = "文件加了密码" if _ENCRYPTED in data else "这是旧版 Word/Excel 文件"
        raise refused(
            file, f"{what}，读不了", "去掉密码、另存为 .docx 的文件", "input.encrypted" if _ENCRYPTED in data else "input.binary"
        )
    parts = package.opened(data, file)
    name = _main_part(parts, file)
    root = package.parse(parts.parts[name], file, name)
    settle(root)
    body = _body(root, name, file)
    folder = name.rpartition("/")[0]
    parsed = {part: _parsed(content, file, part) for part, content in parts.parts.items() if is_beside(part, folder)}
    beside = {part: root for part, root in parsed.items() if root is not None}
    reader = _WordReader(file, any(mark in parts.parts[name] for mark in _UNSEEN), notes(beside))
    reader.blocks_of(body)
    reader.told += (Told("page_header", _short(text), Place(file)) for text in running(beside))
    reader.told += _damage(parts, name, [part for part, root in parsed.items() if root is None], file)
    if not reader.blocks:
        raise refused(file, "文件是空的", "一份绩效自评表", "input.empty")
    return Document(tuple(reader.blocks), file, tuple(reader.told))


@dataclass(frozen=True, slots=True)
class OpenedWord:
    """A Word document as it lies in its package, for who writes into it: every part as it is, the root of the main one as it was
    filed, and the elements of its paragraphs and cells by the places that the blocks have."""

    parts: Mapping[str, bytes]
    main: str
    root: Any
    paragraphs: Mapping[str, Any]
    """By the path of their place (第3段)."""
    cells: Mapping[tuple[int, int, int], Any]
    """By table, row and cell."""


def opened(data: bytes, file: str = "") -> OpenedWord:
    """The document with its elements. Raises InputError for what `read_bytes` does not read."""
    parts = package.whole(data, file)
    name = _main_part(parts, file)
    root = package.parse(parts.parts[name], file, name, as_filed=True)
    reader = _WordReader(file, keeping=True)
    reader.blocks_of(_body(root, name, file))
    return OpenedWord(parts.parts, name, root, reader.elements, reader.grid)


def _parsed(content: bytes, file: str, part: str) -> Any:  # Any: an lxml element
    """A part beside the text, None where it is damaged: no form rests on it."""
    try:
        return package.parse(content, file, part)
    except InputError as error:
        if any(problem.code != "input.damaged" for problem in error.problems):
            raise
        return None


def _main_part(parts: Package, file: str) -> str:
    """The part with the text. Raises InputError where there is none, or more than one that the package calls so."""
    named = [part for kind, part in package.relations(parts, "", file).each("officeDocument") if part.startswith("word/")]
    wanted = named or [name for name in (parts.name("word/document.xml"),) if name in parts.parts or name in parts.bad]
    if len(wanted) != 1:
        message = f"压缩包里有 {len(wanted)} 个 Word 正文" if wanted else "压缩包里没有 Word 正文"
        raise refused(file, message, EXPECTED, "input.damaged")
    if why := parts.bad.get(wanted[0]):
        raise refused(file, f"正文“{wanted[0]}”{why}", EXPECTED, "input.damaged")
    return wanted[0]


def _body(root: Any, name: str, file: str) -> Any:  # Any: lxml elements
    """The text of the main part. Raises InputError where it has none, or two."""
    bodies = [child for child in root if local(child) == "body"]
    if len(bodies) != 1:
        message = f"“{name}”里有 {len(bodies)} 份正文" if bodies else f"“{name}”里没有正文"
        raise refused(file, message, EXPECTED, "input.damaged")
    return bodies[0]


def _damage(parts: Package, main: str, damaged: Iterable[str], file: str) -> Iterator[Told]:
    """What of the package is damaged or missing though the text could be read: parts beside it, and any other."""
    for part in damaged:
        yield Told("part_damaged", f"“{part}”不是完整的 XML，没有读", Place(file))
    for part, why in parts.bad.items():
        yield Told("part_damaged", f"“{part}”{why}，没有读", Place(file))
    found = package.relations(parts, main, file)
    for name in found.lost:
        if is_beside(name, main.rpartition("/")[0]) and name not in parts.bad:
            yield Told("part_damaged", f"正文要用的“{name}”不在文件里", Place(file))
    for name in found.twice:
        yield Told("part_damaged", f"正文用“{name}”指两处不同的内容", Place(file))


# the document


@dataclass(slots=True)
class _WordReader:
    """Where reading stands. `gap`: something empty, or a table, stood before the next paragraph. `suspect`: there is deleted or
    hidden text somewhere, which is to be told."""

    file: str
    suspect: bool = False
    beside: Notes = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    gap: bool = False
    paragraphs: int = 0
    tables: int = 0
    rows: int = 0
    keeping: bool = False
    """Whether the elements are wanted with their places, too: not where a form is only read."""
    elements: dict[str, Any] = field(default_factory=dict)
    grid: dict[tuple[int, int, int], Any] = field(default_factory=dict)

    def blocks_of(self, container: Any) -> None:
        for element in _content(container):
            if local(element) == "p":
                self._paragraph(element)
            else:
                self._table(element)

    def _paragraph(self, element: Any) -> None:
        self.paragraphs += 1
        place = Place(self.file, path=f"第{self.paragraphs}段")
        if self.keeping:
            self.elements[place.path] = element
        self.gap = self.gap or any(is_on(e) for e in element.iterfind("{*}pPr/{*}pageBreakBefore"))
        for line in text_of(element).split("\n"):
            if line.strip():
                self.blocks.append(Paragraph(line.strip(), place, self.gap))
            self.gap = not line.strip()
        self._tell_unseen(element, place)
        for box in boxes(element):
            self.blocks_of(box)

    def _tell_unseen(self, element: Any, place: Place) -> None:
        """Deleted and hidden text of a paragraph, and what is said beside it: it is not read, and not passed over in silence."""
        for key, text in referred(element, self.beside) if self.beside else ():
            self._tell(key, _short(text), place)
        if not self.suspect:
            return
        deleted, hidden = unseen(element)
        if deleted:
            self._tell("deleted_text", _short(deleted), place)
        if hidden:
            self._tell("hidden_text", _short(hidden), place)

    def _tell(self, key: str, text: str, place: Place) -> None:
        if len(self.told) < MAX_TOLD:
            self.told.append(Told(key, text, place))
        elif len(self.told) == MAX_TOLD:
            self.told.append(Told(key, "……（另有多处）", place))

    def _table(self, element: Any) -> None:
        rows = [(row, list(_cells(row))) for row in _inside(element, "tr")]
        nested = [list(_tables(cell)) for _, cells in rows for cell in cells]
        if any(nested) and all(len(cells) == 1 for _, cells in rows):  # a frame around the page, no table
            for _, cells in rows:
                self.blocks_of(cells[0])
            return
        self.tables += 1
        number = self.tables
        gone = sum(1 for _ in element.iterfind("{*}tr/{*}trPr/{*}del"))
        merges = word_grid.Merges(cut=gone > 0)
        made = tuple(self._row(row, cells, number, index, merges) for index, (row, cells) in enumerate(rows, start=1))
        for index, said in word_grid.contradictions(element, rows):
            self._tell(
                "part_damaged", f"表{number}第{index}行{said}，哪一格在哪一栏不一定对", Place(self.file, table=number, row=index)
            )
        if any(cell for row in made for cell in row):
            self.blocks.append(Table(made, Place(self.file, table=number)))
        if gone:
            self._tell("deleted_rows", f"{gone} 行", Place(self.file, table=number))
        self.gap = True
        for inner in (table for tables in nested for table in tables):
            self._table(inner)

    def _row(self, row: Any, cells: list[Any], table: int, number: int, merges: word_grid.Merges) -> Row:
        self.rows += 1
        merges.next_row()
        where = Place(self.file, table=table, row=number)
        if self.rows > MAX_ROWS:
            expected = f"不超过{MAX_ROWS:,}行，可拆分为几个文件"
            raise InputError(Problem(where, f"表格行数超过{MAX_ROWS:,}行", expected, code="input.too-many-rows"))
        made: list[TableCell] = []

        def add(text: str, merged: bool | None, count: int, *, across: bool = False) -> None:
            if not 0 <= count <= MAX_COLUMNS - len(made):
                message = f"表格一行超过{MAX_COLUMNS}格"
                raise InputError(Problem(where, message, f"不超过{MAX_COLUMNS}列", code="input.too-large"))
            for n in range(count):
                place = Place(self.file, table=table, row=number, cell=len(made) + 1)
                made.append(TableCell("" if n else text, place, True if n else merged, across or n > 0))

        add("", None, word_grid.number(row, "{*}trPr/{*}gridBefore", 0))
        for cell in cells:
            place = Place(self.file, table=table, row=number, cell=len(made) + 1)
            if self.keeping:
                self.grid[table, number, place.cell] = cell
            across = word_grid.goes_on(next(iter(cell.iterfind("{*}tcPr/{*}hMerge")), None))
            left = next((c.text for c in reversed(made) if c.text), "") if across and made else None
            text = self._text_of(cell, place, merges, left)
            count = max(1, word_grid.number(cell, "{*}tcPr/{*}gridSpan", 1))
            add(text or "", text is None, count, across=across)
        add("", None, word_grid.number(row, "{*}trPr/{*}gridAfter", 0))
        return tuple(made)

    def _text_of(self, cell: Any, place: Place, merges: word_grid.Merges, left: str | None) -> str | None:
        """The text of a cell; None for one that goes on with the one above or (`left`: its text) beside it. Of what is written in
        that nothing is seen: told where it is not what the first cell says, too."""
        vertical = next(iter(cell.iterfind("{*}tcPr/{*}vMerge")), None)
        down = word_grid.goes_on(vertical)
        if left is None and not (down and merges.goes_on(place.cell)):
            text = self._cell(cell, place)
            if vertical is not None:
                merges.begin(place.cell, text)
            if down and not merges.cut:
                said = f"表{place.table}第{place.row}行第{place.cell}格说是上一格的继续，上面没有这样的一格"
                self._tell("part_damaged", said, place)
            return text
        seen = left if left is not None else merges.first_text(place.cell)
        if next(cell.iter("{*}t"), None) is not None and (text := self._cell(cell, place)) not in ("", seen):
            self._tell("hidden_text", _short(text), place)
        return None

    def _cell(self, cell: Any, place: Place) -> str:
        """The lines of a cell, those of text boxes in it after the paragraph they are anchored in."""
        lines: list[str] = []
        for paragraph in _inside(cell, "p"):
            self._tell_unseen(paragraph, place)
            lines += text_of(paragraph).split("\n")
            for box in boxes(paragraph):
                lines += self._cell(box, place).split("\n")
        return "\n".join(line.strip() for line in lines if line.strip())


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 40 else line[:40] + "…"


def _content(container: Any) -> Iterator[Any]:
    """Paragraphs and tables, looking into content controls and tracked insertions."""
    for child in container:
        name = local(child)
        if name in ("p", "tbl"):
            yield child
        elif name in WRAPPERS:
            yield from _content(child)


def _inside(element: Any, wanted: str) -> Iterator[Any]:
    """The children with this name, looking into wrappers but not into one another."""
    for child in element:
        name = local(child)
        if name == wanted:
            if wanted != "tr" or not any(True for _ in child.iterfind("{*}trPr/{*}del")):
                yield child
        elif name in WRAPPERS:
            yield from _inside(child, wanted)


def _cells(row: Any) -> Iterator[Any]:
    return _inside(row, "tc")


def _tables(cell: Any) -> Iterator[Any]:
    """The tables in a cell, those in its text boxes too."""
    yield from _inside(cell, "tbl")
    for paragraph in _inside(cell, "p"):
        for box in boxes(paragraph):
            yield from _tables(box)
