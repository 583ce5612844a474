"""Plain text -> blocks. The text of a form as word processors export it:

* a table cell is a line that begins with a tab; an empty cell is a line with nothing but the tab;
* text of a cell may run on over the following lines, which then do not begin with a tab;
* an empty line ends a table row; the next row follows, or a paragraph ends the table;
* every other line is a paragraph.

Or, where lines have several cells: as copied from Excel, a row a line with tabs between the cells, or with pipes.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from engine.documents.model import Block, Document, Paragraph, Row, Table, TableCell
from engine.documents.refusal import refused
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
MAX_QUOTED = 200
"""Lines of one quoted cell."""
_SEPARATED = 3
"""So many lines with two cells make a text one of rows."""
_PIPES = "|｜│"
_AS_PIPE = str.maketrans(dict.fromkeys("｜│┃", "|"))
_RULE = re.compile(r":?[-=—─]{2,}:?|")
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
        raise refused(name, f"无法读取文件（{system_reason(error)}）", "一个可读的文件", "input.unreadable") from error
    return read_bytes(data, name, max_bytes=max_bytes, max_rows=max_rows)


def read_bytes(data: bytes, file: str = "", *, max_bytes: int = MAX_BYTES, max_rows: int = MAX_ROWS) -> Document:
    """The blocks of a text given as bytes, in whatever encoding it is."""
    if len(data) > max_bytes:
        raise refused(file, f"文件过大（超过{max_bytes:,}字节）", f"不超过{max_bytes:,}字节，可拆分为几个文件", "input.too-large")
    return read_text(decode(data, file), file, max_rows=max_rows)


def decode(data: bytes, file: str = "") -> str:
    """The text of `data`: by its byte order mark, else UTF-8, else GB 18030; anything else is no text."""
    for magic, what in _MAGIC:
        if data.startswith(magic):
            raise refused(file, f"内容是{what}，不是文本文件", "文本文件；其他格式请保留原扩展名", "input.binary")
    encodings = [name for mark, name in _BOMS if data.startswith(mark)] or ["utf-8", "gb18030"]
    if "utf-16" not in encodings and b"\0" in data:
        raise refused(file, "文件含有空字节（NUL），不是文本文件", "UTF-8 或 GB18030 编码的文本文件", "input.binary")
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
    raise refused(file, "文件无法按文本解码，不是文本文件或编码不受支持", expected, "input.binary")


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
        raise refused(file, "文件是空的", "一份绩效自评表", "input.empty")
    lines = list(_lines(text))
    reader = _TextReader(file, max_rows)
    if mark := separator(lines):
        read_separated(lines, mark, reader)
    else:
        for number, line in enumerate(lines, start=1):
            reader.line(number, line)
    return Document(reader.finish(), file)


def separator(lines: Sequence[str]) -> str:
    """What stands between the cells of a row where a row is one line: a tab, as in text copied from Excel, or a pipe; empty where
    each cell has a line of its own."""
    alone = sum(line.startswith("\t") and "\t" not in line[1:].strip() for line in lines)  # cells with a line of their own
    for mark, split in (("\t", _tabs), ("|", _pipes)):
        if sum(len(list(filter(None, split(line)))) > 1 for line in lines) >= max(_SEPARATED, alone):
            return mark
    return ""


def _tabs(line: str) -> list[str]:
    return [cell.strip() for cell in line.rstrip("\n").split("\t")]


def _pipes(line: str) -> list[str]:
    if not any(mark in line for mark in _PIPES):
        return []
    cells = [cell.strip() for cell in line.translate(_AS_PIPE).strip().split("|")]
    return cells[bool(not cells[0]) : len(cells) - bool(not cells[-1])]


def read_separated(lines: Sequence[str], mark: str, reader: _TextReader) -> None:
    """Lines that hold a row each. A cell with line breaks is quoted, as Excel copies it; a line of dashes only draws the table."""
    waiting: tuple[int, str] | None = None
    for number, line in enumerate(lines, start=1):
        if waiting is not None:
            line, number = f"{waiting[1]}\n{line}", waiting[0]
            waiting = None
        if mark == "\t" and _is_open(line):
            if line.count("\n") < MAX_QUOTED:
                waiting = number, line
            else:
                _unquoted(number, line, reader)
            continue
        cells = _quoted(line) if mark == "\t" else _pipes(line)
        if mark == "|" and cells and all(_RULE.fullmatch(cell) for cell in cells):
            continue
        if (mark in line if mark == "\t" else cells) and any(cells):
            reader.whole_row(number, cells)
        elif line.strip():
            reader.end_table()
            reader.paragraph(number, line.replace("\t", " ").strip())
        else:
            reader.gap = True
    if waiting is not None:
        _unquoted(*waiting, reader)
    reader.end_table()


def _unquoted(number: int, lines: str, reader: _TextReader) -> None:
    """Lines after a quotation mark that never closes: it is one of the text."""
    for offset, line in enumerate(lines.split("\n")):
        cells = _tabs(line)
        if len(cells) > 1 and any(cells):
            reader.whole_row(number + offset, cells)
        elif line.strip():
            reader.end_table()
            reader.paragraph(number + offset, line.strip())


def _is_open(line: str) -> bool:
    """Whether a cell that begins with a quotation mark goes on in the next line."""
    return any(cell.startswith('"') and cell.count('"') % 2 for cell in line.split("\t"))


def _quoted(line: str) -> list[str]:
    cells = []
    for cell in _tabs(line):
        whole = len(cell) > 1 and cell.startswith('"') and cell.endswith('"')
        text = cell[1:-1].replace('""', '"') if whole else cell
        cells.append("\n".join(filter(None, (part.strip() for part in text.split("\n")))))
    return cells


def _lines(text: str) -> Iterator[str]:
    return iter(text.replace("\r\n", "\n").replace("\r", "\n").translate(_SPACES).split("\n"))


@dataclass(slots=True)
class _TextReader:
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

    def whole_row(self, number: int, cells: Sequence[str]) -> None:
        """A row that stands in one line."""
        self.row = [(number, [cell]) for cell in cells]
        self._end_row()

    def paragraph(self, number: int, text: str) -> None:
        self.blocks.append(Paragraph(text, Place(self.file, number), self.gap))
        self.gap = False

    def end_table(self) -> None:
        """The rows so far are a table: each as wide as the widest, for what stands empty at the end of a line is often cut."""
        width = max(map(len, self.rows), default=0)
        self.rows = [
            (*row, *(TableCell("", replace(row[-1].place, cell=n)) for n in range(len(row) + 1, width + 1))) for row in self.rows
        ]
        self._end_table()

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
