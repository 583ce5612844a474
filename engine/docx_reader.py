"""Word (.docx) -> blocks: paragraphs and tables in the order they stand, merged cells laid out on the grid.

Files come from strangers: what is unpacked is bounded in size, ratio and number, XML may declare no entities, and nothing
but the text is looked at: macros, fields and links are never run or followed.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from zipfile import BadZipFile, LargeZipFile, ZipFile

from engine.blocks import Block, Document, Paragraph, Row, Table, TableCell
from engine.errors import InputError, Place, Problem

MAX_BYTES = 50_000_000
MAX_UNPACKED = 200_000_000
"""All parts together; a report with photographs is some tens of millions of bytes."""
MAX_XML = 40_000_000
"""One part of XML."""
MAX_PARTS = 5_000
MAX_RATIO = 200
"""Unpacked to packed, for parts above `SMALL`; XML of forms packs about 1 to 20, at most 1 to 100."""
SMALL = 1_000_000
MAX_ROWS = 100_000
MAX_COLUMNS = 200
"""Word itself allows 63."""

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_DOCUMENT = "/officeDocument"
_EXPECTED = "能用 Word 或 WPS 打开的 .docx 文件"

# local names of WordprocessingML
_WRAPPERS = frozenset({"sdt", "sdtContent", "smartTag", "customXml", "ins", "moveTo", "hyperlink", "fldSimple", "dir", "bdo", "r"})
_LEFT_OUT = frozenset({"del", "moveFrom", "pPr", "rPr", "instrText", "delText", "rt", "Fallback", "txbxContent", "tbl"})
_CHARACTERS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "ptab": "\t"}
_SYMBOLS = {
    ("Wingdings", 0xFE): "☑",
    ("Wingdings", 0xFC): "√",
    ("Wingdings", 0xA8): "□",
    ("Wingdings", 0x6F): "□",
    ("Wingdings", 0xFD): "☒",
    ("Wingdings 2", 0x52): "☑",
    ("Wingdings 2", 0x50): "√",
    ("Wingdings 2", 0xA3): "□",
}


def is_docx(data: bytes) -> bool:
    """Whether the bytes are meant to be a Word document: a zip that names one, or an encrypted Office file."""
    return (data.startswith(_ZIP) and b"word/document" in data) or (data.startswith(_OLE) and _ENCRYPTED in data)


def read_bytes(data: bytes, file: str = "") -> Document:
    """The blocks of a Word document. Raises InputError for what is damaged, encrypted, too large or no Word document."""
    if data.startswith(_OLE):
        what = "文件加了密码" if _ENCRYPTED in data else "这是旧版 Word/Excel 文件"
        raise _error(
            file, f"{what}，读不了", "去掉密码、另存为 .docx 的文件", "input.encrypted" if _ENCRYPTED in data else "input.binary"
        )
    parts = unpack(data, file)
    name = _main_part(parts, file)
    root = parse(parts[name], file, name)
    body = next((child for child in root if _local(child) == "body"), None)
    if body is None:
        raise _error(file, f"“{name}”里没有正文", _EXPECTED, "input.damaged")
    reader = _Reader(file)
    reader.blocks_of(body)
    if not reader.blocks:
        raise _error(file, "文件是空的", "一份绩效自评表", "input.empty")
    return Document(tuple(reader.blocks), file)


# the package


def unpack(data: bytes, file: str = "") -> dict[str, bytes]:
    """Every part of the package by name, never more than the bounds say, whatever the zip claims."""
    if len(data) > MAX_BYTES:
        raise _error(file, f"文件过大（超过{MAX_BYTES:,}字节）", f"不超过{MAX_BYTES:,}字节", "input.too-large")
    parts: dict[str, bytes] = {}
    left = MAX_UNPACKED
    try:
        with ZipFile(BytesIO(data)) as package:
            entries = [entry for entry in package.infolist() if not entry.is_dir()]
            if len(entries) > MAX_PARTS:
                raise _error(file, f"压缩包里有{len(entries)}个文件", f"不超过{MAX_PARTS}个", "input.too-large")
            for entry in entries:
                if entry.flag_bits & 1:
                    raise _error(file, "文件加了密码，读不了", "去掉密码的文件", "input.encrypted")
                limit = min(left, MAX_XML if entry.filename.endswith((".xml", ".rels")) else left)
                allowed = min(limit, max(SMALL, entry.compress_size * MAX_RATIO))
                if entry.file_size > allowed:
                    raise _too_large(file, entry.filename)
                with package.open(entry) as stream:
                    content = stream.read(allowed + 1)
                if len(content) > allowed:
                    raise _too_large(file, entry.filename)
                left -= len(content)
                parts[entry.filename] = content
    except (BadZipFile, LargeZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError, RuntimeError):
        raise _error(file, "文件已损坏，解不开", _EXPECTED, "input.damaged") from None
    return parts


def _too_large(file: str, part: str) -> InputError:
    return _error(file, f"“{part}”解压后过大，可能是压缩炸弹", f"解压后不超过{MAX_UNPACKED:,}字节的文件", "input.too-large")


def parse(content: bytes, file: str, part: str) -> Any:  # Any: an lxml element
    """The root element of a part. Refuses document types and entities, which no Word file has."""
    from lxml import etree  # type: ignore[import-untyped]  # ships no types

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_pis=True)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise _error(file, f"“{part}”不是完整的 XML，文件已损坏", _EXPECTED, "input.damaged") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise _error(file, f"“{part}”声明了 XML 实体或文档类型，不予读取", _EXPECTED, "input.entities")
    return root


def _main_part(parts: Mapping[str, bytes], file: str) -> str:
    if "_rels/.rels" in parts:
        for relation in parse(parts["_rels/.rels"], file, "_rels/.rels"):
            if str(relation.get("Type", "")).endswith(_DOCUMENT):
                name = str(relation.get("Target", "")).lstrip("/")
                if name in parts and name.startswith("word/"):
                    return name
    if "word/document.xml" in parts:
        return "word/document.xml"
    raise _error(file, "压缩包里没有 Word 正文", _EXPECTED, "input.damaged")


def _error(file: str, message: str, expected: str, code: str) -> InputError:
    return InputError(Problem(Place(file), message, expected, code=code))


# the document


@dataclass(slots=True)
class _Reader:
    """Where reading stands. `gap`: something empty, or a table, stood before the next paragraph."""

    file: str
    blocks: list[Block] = field(default_factory=list)
    gap: bool = False
    paragraphs: int = 0
    tables: int = 0
    rows: int = 0

    def blocks_of(self, container: Any) -> None:
        for element in _content(container):
            if _local(element) == "p":
                self._paragraph(element)
            else:
                self._table(element)

    def _paragraph(self, element: Any) -> None:
        self.paragraphs += 1
        place = Place(self.file, path=f"第{self.paragraphs}段")
        self.gap = self.gap or any(_on(e) for e in element.iterfind("{*}pPr/{*}pageBreakBefore"))
        for line in _text(element).split("\n"):
            if line.strip():
                self.blocks.append(Paragraph(line.strip(), place, self.gap))
            self.gap = not line.strip()
        for box in _boxes(element):
            self.blocks_of(box)

    def _table(self, element: Any) -> None:
        rows = [(row, list(_cells(row))) for row in _inside(element, "tr")]
        nested = [list(_inside(cell, "tbl")) for _, cells in rows for cell in cells]
        if any(nested) and all(len(cells) == 1 for _, cells in rows):  # a frame around the page, no table
            for _, cells in rows:
                self.blocks_of(cells[0])
            return
        self.tables += 1
        number = self.tables
        made = tuple(self._row(row, cells, number, index) for index, (row, cells) in enumerate(rows, start=1))
        if any(cell for row in made for cell in row):
            self.blocks.append(Table(made, Place(self.file, table=number)))
        self.gap = True
        for inner in (table for tables in nested for table in tables):
            self._table(inner)

    def _row(self, row: Any, cells: list[Any], table: int, number: int) -> Row:
        self.rows += 1
        where = Place(self.file, table=table, row=number)
        if self.rows > MAX_ROWS:
            expected = f"不超过{MAX_ROWS:,}行，可拆分为几个文件"
            raise InputError(Problem(where, f"表格行数超过{MAX_ROWS:,}行", expected, code="input.too-many-rows"))
        made: list[TableCell] = []

        def add(text: str, merged: bool | None, count: int) -> None:
            if not 0 <= count <= MAX_COLUMNS - len(made):
                message = f"表格一行超过{MAX_COLUMNS}格"
                raise InputError(Problem(where, message, f"不超过{MAX_COLUMNS}列", code="input.too-large"))
            for n in range(count):
                place = Place(self.file, table=table, row=number, cell=len(made) + 1)
                made.append(TableCell("" if n else text, place, True if n else merged))

        add("", None, _number(row, "{*}trPr/{*}gridBefore", 0))
        for cell in cells:
            vertical = next(iter(cell.iterfind("{*}tcPr/{*}vMerge")), None)
            horizontal = next(iter(cell.iterfind("{*}tcPr/{*}hMerge")), None)
            merged = any(e is not None and _value(e) in (None, "continue") for e in (vertical, horizontal))
            add("" if merged else _cell_text(cell), merged, max(1, _number(cell, "{*}tcPr/{*}gridSpan", 1)))
        add("", None, _number(row, "{*}trPr/{*}gridAfter", 0))
        return tuple(made)


def _content(container: Any) -> Iterator[Any]:
    """Paragraphs and tables, looking into content controls and tracked insertions."""
    for child in container:
        name = _local(child)
        if name in ("p", "tbl"):
            yield child
        elif name in _WRAPPERS:
            yield from _content(child)


def _inside(element: Any, wanted: str) -> Iterator[Any]:
    """The children with this name, looking into wrappers but not into one another."""
    for child in element:
        name = _local(child)
        if name == wanted:
            if wanted != "tr" or not any(True for _ in child.iterfind("{*}trPr/{*}del")):
                yield child
        elif name in _WRAPPERS:
            yield from _inside(child, wanted)


def _cells(row: Any) -> Iterator[Any]:
    return _inside(row, "tc")


def _cell_text(cell: Any) -> str:
    lines = (line.strip() for element in _inside(cell, "p") for line in _text(element).split("\n"))
    return "\n".join(filter(None, lines))


def _text(element: Any) -> str:
    return "".join(_pieces(element))


def _pieces(element: Any) -> Iterator[str]:
    for child in element:
        name = _local(child)
        if name == "t":
            yield _clean(child.text or "")
        elif name in _CHARACTERS:
            yield _CHARACTERS[name]
        elif name == "sym":
            yield _symbol(child)
        elif name not in _LEFT_OUT:
            yield from _pieces(child)


def _clean(text: str) -> str:
    """Breaks that are no line of Word's own (U+2028 …) as white space, as in the text reader."""
    return text.translate(_SPACES)


_SPACES = str.maketrans(dict.fromkeys("\n\r\x85\u2028\u2029\ufeff", " "))


def _symbol(element: Any) -> str:
    values = {_local_name(key): value for key, value in element.attrib.items()}
    try:
        code = int(values.get("char", ""), 16)
    except ValueError:
        return ""
    known = _SYMBOLS.get((values.get("font", ""), code & 0xFF if 0xF000 <= code <= 0xF0FF else code))
    return known or ("" if 0xE000 <= code <= 0xF8FF or not 0x20 <= code < 0xD800 else chr(code))


def _boxes(paragraph: Any) -> Iterator[Any]:
    """Text boxes anchored in a paragraph, each once: the older form Word writes beside it is left out."""
    for box in paragraph.iter("{*}txbxContent"):
        above = [_local(parent) for parent in box.iterancestors()]
        if "Fallback" not in above[: above.index("p")]:
            yield box


def _number(element: Any, path: str, default: int) -> int:
    found = next(iter(element.iterfind(path)), None)
    if found is None:
        return default
    text = (_value(found) or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else default


def _on(element: Any) -> bool:
    return _value(element) not in ("0", "false", "off")


def _value(element: Any) -> str | None:
    return next((str(value) for key, value in element.attrib.items() if _local_name(key) == "val"), None)


def _local(element: Any) -> str:
    return _local_name(element.tag) if isinstance(element.tag, str) else ""


def _local_name(name: str) -> str:
    return name.rpartition("}")[2]
