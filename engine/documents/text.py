"""Plain text -> blocks. The text of a form as word processors export it:

* a table cell is a line that begins with a tab; an empty cell is a line with nothing but the tab;
* text of a cell may run on over the following lines, which then do not begin with a tab;
* an empty line ends a table row; the next row follows, or a paragraph ends the table;
* every other line is a paragraph.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from engine.documents.model import Block, Document, Paragraph, Row, Table, TableCell
from engine.errors import InputError, Place, Problem, system_reason

MAX_BYTES = 20_000_000
"""A form with its report is some ten thousand bytes; this is room for several hundred of them in one file."""
MAX_ROWS = 100_000

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_MAGIC = (
    (b"%PDF-", "PDF"),
    (b"PK\x03\x04", "Word/Excel（docx、xlsx）或压缩包"),
    (b"\xd0\xcf\x11\xe0", "旧版 Word/Excel（doc、xls）"),
)
_NOT_TEXT = frozenset(map(chr, [*range(32), *range(0x7F, 0xA0)])) - frozenset("\t\n\v\f\r\x1a\x85")
_SPACES = str.maketrans(dict.fromkeys("\v\f\x1a\x85\u2028\u2029\ufeff", " "))
"""Breaks that editors do not count as a new line: as white space, so that line numbers are those an editor shows."""


def read(path: Path, *, file: str = "", max_bytes: int = MAX_BYTES, max_rows: int = MAX_ROWS) -> Document:
    """The blocks of the text file at `path`; `file` is its name in places (the path as given if left out)."""
    name = file or str(path)
    try:
        with path.open("rb") as stream:
            data = stream.read(max_bytes + 1)
    except OSError as error:
        raise _error(name, f"无法读取文件（{system_reason(error)}）", "一个可读的文件", "input.unreadable") from error
    return read_bytes(data, name, max_bytes=max_bytes, max_rows=max_rows)


def read_bytes(data: bytes, file: str = "", *, max_bytes: int = MAX_BYTES, max_rows: int = MAX_ROWS) -> Document:
    """The blocks of a text given as bytes, in whatever encoding it is."""
    if len(data) > max_bytes:
        raise _error(file, f"文件过大（超过{max_bytes:,}字节）", f"不超过{max_bytes:,}字节，可拆分为几个文件", "input.too-large")
    return read_text(decode(data, file), file, max_rows=max_rows)


def decode(data: bytes, file: str = "") -> str:
    """The text of `data`: by its byte order mark, else UTF-8, else GB 18030; anything else is no text."""
    for magic, what in _MAGIC:
        if data.startswith(magic):
            raise _error(file, f"内容是{what}，不是文本文件", "文本文件；其他格式请保留原扩展名", "input.binary")
    encodings = [name for mark, name in _BOMS if data.startswith(mark)] or ["utf-8", "gb18030"]
    if "utf-16" not in encodings and b"\0" in data:
        raise _error(file, "文件含有空字节（NUL），不是文本文件", "UTF-8 或 GB18030 编码的文本文件", "input.binary")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _NOT_TEXT.isdisjoint(text):
            return text
        problems = _controls(text, file)
        if len(problems) * 20 > text.count("\n") + 20:
            break  # on so many lines it is no text with a slip in it
        raise InputError(problems)
    expected = "UTF-8、GB18030 或带 BOM 的 UTF-16 文本文件"
    raise _error(file, "文件无法按文本解码，不是文本文件或编码不受支持", expected, "input.binary")


def _controls(text: str, file: str) -> list[Problem]:
    """Control characters, by line: they are invisible, and a terminal or Word file made of them does as they say."""
    return [
        Problem(Place(file, number), f"含有控制字符 U+{ord(char):04X}", "可见的文字；删去这个字符", code="input.control-character")
        for number, line in enumerate(_lines(text), start=1)
        for char in dict.fromkeys(char for char in line if char in _NOT_TEXT)
    ]


def read_text(text: str, file: str = "", *, max_rows: int = MAX_ROWS) -> Document:
    """The blocks of a text already decoded."""
    if not text.strip("\ufeff \t\r\n\v\f\u3000"):
        raise _error(file, "文件是空的", "一份绩效自评表", "input.empty")
    reader = _Reader(file, max_rows)
    for number, line in enumerate(_lines(text), start=1):
        reader.line(number, line)
    return Document(reader.finish(), file)


def _lines(text: str) -> Iterator[str]:
    return iter(text.replace("\r\n", "\n").replace("\r", "\n").translate(_SPACES).split("\n"))


def _error(file: str, message: str, expected: str, code: str) -> InputError:
    return InputError(Problem(Place(file), message, expected, code=code))


@dataclass(slots=True)
class _Reader:
    """Where reading stands: the blocks so far, and the table, row and cell still open."""

    file: str
    max_rows: int
    blocks: list[Block] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    row: list[tuple[int, list[str]]] = field(default_factory=list)
    """Cells of the open row: line they begin on, and their lines."""
    tables: int = 0
    total_rows: int = 0
    gap: bool = False

    def line(self, number: int, line: str) -> None:
        if line.startswith("\t"):
            self.row.append((number, [line.strip()]))
        elif not line.strip():
            self._end_row()
            self.gap = True
        elif self.row:
            self.row[-1][1].append(line.strip())
        else:
            self._end_table()
            self.blocks.append(Paragraph(line.strip(), Place(self.file, number), self.gap))
            self.gap = False

    def finish(self) -> tuple[Block, ...]:
        self._end_row()
        self._end_table()
        return tuple(self.blocks)

    def _end_row(self) -> None:
        if not self.row:
            return
        self.total_rows += 1
        if self.total_rows > self.max_rows:
            place = Place(self.file, self.row[0][0])
            expected = f"不超过{self.max_rows:,}行，可拆分为几个文件"
            raise InputError(Problem(place, f"表格行数超过{self.max_rows:,}行", expected, code="input.too-many-rows"))
        table, row = self.tables + 1, len(self.rows) + 1
        self.rows.append(
            tuple(
                TableCell("\n".join(filter(None, lines)), Place(self.file, number, table=table, row=row, cell=cell))
                for cell, (number, lines) in enumerate(self.row, start=1)
            )
        )
        self.row = []

    def _end_table(self) -> None:
        if not self.rows:
            return
        self.tables += 1
        self.blocks.append(Table(tuple(self.rows), Place(self.file, self.rows[0][0].place.line, table=self.tables)))
        self.rows = []
        self.gap = True
