"""A workbook (.xlsx, .xlsm) -> its sheets, read as a stream: cells as they are seen, merged areas, frames, what is hidden.

Nothing is computed: of a formula the value that was saved with it is used. Files come from strangers; the package is opened by
`docx_reader.unpack`, whose bounds hold here as well.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import Any

from engine.documents import word as docx_reader
from engine.documents.excel_formats import BUILT_IN, plain, shown, shown_text
from engine.errors import InputError, Place, Problem

MAX_ROWS = 100_000
MAX_CELLS = 500_000
"""Filled cells, cells of merged areas, and cells of tables: each in all sheets together."""
MAX_SHEETS = 200
LAST_COLUMN = 16_384

_EXPECTED = "能用 Excel 或 WPS 打开的 .xlsx 文件"
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?")
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")
_VALUE = re.compile(rb"<(?:\w+:)?[vt](?:\s[^<>]*)?>[^<]")
_BREAK = re.compile(r"_x000[DA]_(?:_x000A_)?\n?")
_SPACES = str.maketrans(dict.fromkeys("\x85\u2028\u2029\ufeff", " "))
Range = tuple[int, int, int, int]
"""First row, first column, last row, last column, counted from 1."""


@dataclass(slots=True)
class FilledSheet:
    """A sheet with its filled cells by row and column, counted from 1."""

    name: str
    cells: dict[int, dict[int, str]] = field(default_factory=dict)
    doubts: dict[tuple[int, int], str] = field(default_factory=dict)
    """Why the text of a cell is not certain to be what was meant."""
    framed: set[int] = field(default_factory=set)
    """Rows in which a cell has a line at its left or right: rows of a table."""
    merged: list[Range] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    hidden: bool = False
    """A hidden sheet: it holds lists or an old copy as a rule, and is told but not read."""

    def is_hidden(self, row: int, column: int) -> bool:
        return row in self.hidden_rows or column in self.hidden_columns


@dataclass(slots=True)
class Allowance:
    """What may still be read of this file."""

    file: str
    cells: int = MAX_CELLS

    def take(self, count: int, sheet: str) -> None:
        self.cells -= count
        if self.cells < 0:
            raise too_large(self.file, f"工作表“{sheet}”等的单元格过多（超过{MAX_CELLS:,}个）", f"不超过{MAX_CELLS:,}个单元格")

    def row(self, number: int, sheet: str) -> None:
        if number > MAX_ROWS:
            problem = Problem(
                Place(self.file, path=f"{sheet}!A{number}"), f"工作表“{sheet}”的行数超过{MAX_ROWS:,}行", code="input.too-many-rows"
            )
            raise InputError(replace(problem, expected=f"不超过{MAX_ROWS:,}行，可拆分为几个文件", code="input.too-many-rows"))


def too_large(file: str, message: str, expected: str) -> InputError:
    return InputError(Problem(Place(file), message, expected, code="input.too-large"))


def damaged(file: str, message: str) -> InputError:
    return InputError(Problem(Place(file), message, _EXPECTED, code="input.damaged"))


def address(row: int, column: int) -> str:
    """As Excel names a cell: B12."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"


def sheets(data: bytes, file: str = "") -> list[FilledSheet]:
    """The sheets of a workbook. Hidden sheets (lists, old copies) are named and not read; hidden rows and columns are read."""
    try:
        return _sheets(data, file)
    except InputError as error:  # the package reader speaks of Word
        raise InputError([replace(p, expected=_of_excel(p.expected)) for p in error.problems]) from None


def _of_excel(expected: str) -> str:
    return _EXPECTED if ".docx" in expected and "Word" in expected else expected


def _sheets(data: bytes, file: str) -> list[FilledSheet]:
    parts = docx_reader.unpack(data, file)
    main = _main_part(parts, file)
    root = docx_reader.parse(parts[main], file, main)
    targets = _relations(parts, main, file)
    strings_part = next((part for kind, part in targets.values() if kind == "sharedStrings"), "")
    styles_part = next((part for kind, part in targets.values() if kind == "styles"), "")
    limits = Allowance(file)
    workbook = _Workbook(
        limits,
        list(_strings(parts[strings_part], file, strings_part)) if strings_part else [],
        _Styles.of(parts[styles_part], file, styles_part) if styles_part else _Styles(),
        any(_attribute(e, "date1904") in ("1", "true") for e in _descend(root, "workbookPr")),
    )
    listed = list(_descend(root, "sheet"))
    if len(listed) > MAX_SHEETS:
        raise too_large(file, f"有{len(listed)}个工作表", f"不超过{MAX_SHEETS}个，可拆分为几个文件")
    made = []
    for sheet in listed:
        kind, part = targets.get(_attribute(sheet, "id"), ("", ""))
        if kind == "worksheet" and part:
            name = _attribute(sheet, "name")
            if _attribute(sheet, "state") not in ("hidden", "veryHidden"):
                made.append(workbook.sheet(parts[part], name, part))
            elif _VALUE.search(parts[part]):
                made.append(FilledSheet(name, hidden=True))
    return made


def _main_part(parts: Mapping[str, bytes], file: str) -> str:
    for kind, part in _relations(parts, "", file).values() if "_rels/.rels" in parts else ():
        if kind == "officeDocument" and part:
            return part
    if "xl/workbook.xml" in parts:
        return "xl/workbook.xml"
    raise damaged(file, "压缩包里没有 Excel 工作簿")


def _relations(parts: Mapping[str, bytes], of: str, file: str) -> dict[str, tuple[str, str]]:
    """The parts a part refers to, by the name it has for them: kind, and name in the package ("" if it is not there)."""
    folder, name = posixpath.split(of)
    listing = posixpath.join(folder, "_rels", f"{name}.rels")
    if listing not in parts:
        return {}
    found = {}
    for relation in docx_reader.parse(parts[listing], file, listing):
        if relation.get("TargetMode") != "External":
            target = str(relation.get("Target", ""))
            part = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            kind = str(relation.get("Type", "")).rpartition("/")[2]
            found[str(relation.get("Id", ""))] = (kind, part if part in parts else "")
    return found


# the streams


def _stream(content: bytes, file: str, part: str, wanted: Sequence[str]) -> Iterator[Any]:  # Any: lxml elements
    """The elements with these names as they end, each forgotten when the next is asked for. No document types, no entities."""
    from lxml import etree  # type: ignore[import-untyped]  # ships no types

    events = etree.iterparse(
        BytesIO(content),
        events=("start", "end"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_pis=True,
    )
    names, first = frozenset(wanted), True
    try:
        for event, element in events:
            if first and element.getroottree().docinfo.internalDTD is not None:
                message = f"“{part}”声明了 XML 实体或文档类型，不予读取"
                raise InputError(Problem(Place(file), message, _EXPECTED, code="input.entities"))
            first = False
            if event == "end" and _local(element) in names:
                yield element
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
    except (etree.XMLSyntaxError, ValueError):
        raise damaged(file, f"“{part}”不是完整的 XML，文件已损坏") from None


def _strings(content: bytes, file: str, part: str) -> Iterator[str]:
    for item in _stream(content, file, part, ("si",)):
        yield _rich(item)


def _rich(item: Any) -> str:
    """The text of a string, whatever fonts it is made of; reading aids (rPh) left out."""
    pieces = []
    for child in item:
        name = _local(child)
        if name == "t":
            pieces.append(child.text or "")
        elif name == "r":
            pieces += [text.text or "" for text in child if _local(text) == "t"]
    return "".join(pieces)


@dataclass(frozen=True, slots=True)
class _Styles:
    """For each cell style its number format, and whether it draws a line at the left or right of the cell."""

    formats: tuple[str, ...] = ()
    framed: tuple[bool, ...] = ()

    @classmethod
    def of(cls, content: bytes, file: str, part: str) -> _Styles:
        root = docx_reader.parse(content, file, part)
        codes = dict(BUILT_IN)
        codes |= {_whole(_attribute(e, "numFmtId")): _attribute(e, "formatCode") for e in _descend(root, "numFmt")}
        lines = [_has_lines(border) for borders in _children(root, "borders") for border in _children(borders, "border")]
        formats, framed = [], []
        for style in (style for styles in _children(root, "cellXfs") for style in _children(styles, "xf")):
            formats.append(codes.get(_whole(_attribute(style, "numFmtId")), ""))
            border = _whole(_attribute(style, "borderId"))
            framed.append(border < len(lines) and lines[border])
        return cls(tuple(formats), tuple(framed))


def _has_lines(border: Any) -> bool:
    sides = (side for side in border if _local(side) in ("left", "right", "start", "end"))
    return any(_attribute(side, "style") not in ("", "none") for side in sides)


@dataclass(frozen=True, slots=True)
class _Workbook:
    limits: Allowance
    strings: Sequence[str]
    styles: _Styles
    date1904: bool

    def sheet(self, content: bytes, name: str, part: str) -> FilledSheet:
        sheet = FilledSheet(name)
        row = 0
        for element in _stream(content, self.limits.file, part, ("row", "mergeCell", "col")):
            kind = _local(element)
            if kind == "row":
                row = _whole(_attribute(element, "r")) or row + 1
                self._row(sheet, element, row)
            elif kind == "col" and _is_hidden(element, "width"):
                first, last = _whole(_attribute(element, "min")), _whole(_attribute(element, "max"))
                sheet.hidden_columns.update(range(max(1, first), min(last, LAST_COLUMN) + 1))
            elif kind == "mergeCell":
                found = area(_attribute(element, "ref"))
                if found:
                    self.limits.take(1, name)
                    sheet.merged.append(found)
        return sheet

    def _row(self, sheet: FilledSheet, element: Any, row: int) -> None:
        hidden = _is_hidden(element, "ht")
        column = 0
        for cell in _children(element, "c"):
            place = _REFERENCE.fullmatch(_attribute(cell, "r"))
            column = _column(place[1]) if place else column + 1
            style = _whole(_attribute(cell, "s"))
            text, doubt = self._text(sheet.name, cell, row, column, style)
            if doubt:
                sheet.doubts[row, column] = doubt
            if text:
                self.limits.row(row, sheet.name)
                self.limits.take(1, sheet.name)
                sheet.cells.setdefault(row, {})[column] = text
            if row <= MAX_ROWS and style < len(self.styles.framed) and self.styles.framed[style]:
                sheet.framed.add(row)
        if hidden and row <= MAX_ROWS:
            sheet.hidden_rows.add(row)

    def _text(self, sheet: str, cell: Any, row: int, column: int, style: int) -> tuple[str, str]:
        """What the cell shows, and why that is not certain to be what was meant."""
        kind, value, formula, inline = _attribute(cell, "t"), None, None, None
        for child in cell:
            name = _local(child)
            if name == "v":
                value = child.text or ""
            elif name == "f":
                formula = "=" + (child.text or "")
            elif name == "is":
                inline = _rich(child)
        code = self.styles.formats[style] if style < len(self.styles.formats) else ""
        if kind == "inlineStr":
            return shown_text(tidy(inline or ""), code), ""
        if kind == "str" and value is not None:
            return shown_text(tidy(value), code), ""
        if not value:
            return (tidy(formula), "是公式，文件里没有存下它的结果") if formula else ("", "")
        if kind == "s":
            index = int(value) if value.isascii() and value.isdigit() and len(value) < 10 else -1
            if not 0 <= index < len(self.strings):
                raise damaged(self.limits.file, f"工作表“{sheet}”的 {address(row, column)} 指向不存在的文字")
            return shown_text(tidy(self.strings[index]), code), ""
        if kind == "b":
            return "FALSE" if value.strip() == "0" else "TRUE", ""
        if kind == "e":
            return value[:20], f"是错误值“{value[:20]}”"
        if kind == "d" or not _NUMBER.fullmatch(value.strip()):
            return tidy(value), ""
        return number_shown(float(value), code, date1904=self.date1904), ""


def _is_hidden(element: Any, size: str) -> bool:
    """Whether a row or column is hidden, or made so small that nothing of it is seen."""
    return _attribute(element, "hidden") in ("1", "true") or _attribute(element, size) in ("0", "0.0")


def number_shown(value: float, code: str, *, date1904: bool) -> str:
    return (shown(value, code, date1904=date1904) if abs(value) < 1e300 else plain(value)).strip()


def tidy(text: str) -> str:
    """A text cell as blocks have it: outer white space dropped, each line of it too, and no empty lines."""
    lines = _BREAK.sub("\n", text).replace("\r\n", "\n").replace("\r", "\n").translate(_SPACES).split("\n")
    return "\n".join(filter(None, (line.strip() for line in lines)))


def area(reference: str) -> Range | None:
    first, _, last = reference.replace("$", "").partition(":")
    begin, end = _REFERENCE.fullmatch(first), _REFERENCE.fullmatch(last or first)
    if not begin or not end:
        return None
    return int(begin[2]), _column(begin[1]), int(end[2]), _column(end[1])


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _children(element: Any, name: str) -> Iterator[Any]:
    return (child for child in element if _local(child) == name)


def _descend(element: Any, name: str) -> Iterator[Any]:
    return (child for child in element.iter() if _local(child) == name)


def _attribute(element: Any, name: str) -> str:
    value = element.get(name)
    if value is None:
        value = next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")
    return str(value)


def _local(element: Any) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
