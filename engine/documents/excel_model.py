"""A sheet of a workbook as it was filled in, whatever the kind of file, and the bounds that every reader of sheets keeps."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from engine.documents.excel_formats import plain, shown
from engine.errors import InputError, Place, Problem

MAX_ROWS = 100_000
MAX_CELLS = 500_000
"""Filled cells, cells of merged areas, and cells of tables: each in all sheets together."""
MAX_SHEETS = 200
LAST_COLUMN = 16_384

EXPECTED = "能用 Excel 或 WPS 打开的 .xlsx 文件"
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")
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
    unread: str = ""
    """Why nothing of the sheet is taken (Chinese): it is damaged, or its content is not the only one of that name."""

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
    return InputError(Problem(Place(file), message, EXPECTED, code="input.damaged"))


def address(row: int, column: int) -> str:
    """As Excel names a cell: B12."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"


def reference(text: str) -> tuple[int, int] | None:
    """Row and column of B12, counted from 1; None for what names no cell."""
    found = _REFERENCE.fullmatch(text)
    return (int(found[2]), column_of(found[1])) if found else None


def number_shown(value: float, code: str, *, date1904: bool) -> str:
    return (shown(value, code, date1904=date1904) if abs(value) < 1e300 else plain(value)).strip()


def tidy(text: str) -> str:
    """A text cell as blocks have it: outer white space dropped, each line of it too, and no empty lines."""
    if text.isprintable() and "_x000" not in text:  # no line ends in it, nor any white space but blanks
        return text.strip()
    lines = _BREAK.sub("\n", text).replace("\r\n", "\n").replace("\r", "\n").translate(_SPACES).split("\n")
    return "\n".join(filter(None, (line.strip() for line in lines)))


def area(reference: str) -> Range | None:
    first, _, last = reference.replace("$", "").partition(":")
    begin, end = _REFERENCE.fullmatch(first), _REFERENCE.fullmatch(last or first)
    if not begin or not end:
        return None
    return int(begin[2]), column_of(begin[1]), int(end[2]), column_of(end[1])


def column_of(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
