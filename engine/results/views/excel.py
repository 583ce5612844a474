"""Excel workbooks for people: filterable, the header stays in view, widths that fit Chinese, and no cell that is a formula.

Text from forms comes from strangers. A text that begins like a formula (= + - @, tab, return) is written as text and marked so
that Excel keeps it text when it is edited. A number is a number only where Excel's 15 digits hold it exactly. Every sheet is set
up to be printed: A4 across, as wide as one page, its header on each. Two workbooks of the same sheets are the same bytes.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from engine.documents.packing import part

MAKER = "jixiao"
"""Who made a workbook, as its properties say: by that it is known as none that a body filed."""
MAX_TEXT = 32_000
"""Characters of a cell; Excel takes 32,767."""
MAX_ROWS = 1_000_000
_DIGITS = 15
_OFFERED = 250
"""Characters of a drop-down's words together; Excel takes 255."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_WIDEST, _NARROWEST = 60, 6
_PAGE = 210
"""Characters across a printed page that can still be read (7 points); columns are made narrower for that, and wrap."""
_LEAST = 12
"""As narrow as a column of texts becomes."""
_HALVINGS = 40
"""How often what widths follow from is halved until they go on a page: to far less than a hundredth of a character."""
_LINE, _HIGHEST = 16.0, 25
"""Points of a line, and lines of the highest row Excel takes."""
_LINES, _MOST = 24, 120
"""Lines that Excel shows of a cell at the most (a row is 409 points high); a column of longer texts is wider, up to so many
characters."""
_MEASURED = 2_000
"""Rows looked at for the width of a column."""
_UNSAFE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_PROPERTIES = "docProps/core.xml"
_TIMES = re.compile(r"<dcterms:(created|modified)\b[^>]*>[^<]*</dcterms:\1>")
_UNSAFE_TITLE = dict.fromkeys(map(ord, "[]:*?/\\'"), "_")
Value = str | int | Decimal | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its name, the titles of its columns and its rows. `left` columns stay in view when scrolling sideways."""

    name: str
    titles: tuple[str, ...]
    rows: Sequence[Sequence[Value]]
    left: int = 1
    formats: Mapping[int, str] = field(default_factory=dict)
    """How Excel is to show the numbers of a column, by its place; others are shown with the places they have."""
    widest: Mapping[int, int] = field(default_factory=dict)
    """How many characters wide a column is at the most, where that is not as usual."""
    words: frozenset[int] = frozenset()
    """The columns of words; a number that stands in one of them stands at the left."""
    choices: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    """The words a drop-down offers in a column; another may be written there all the same."""
    printed: int = 0
    """How many of the columns are printed, where not all are: those after them are for looking things up."""


def make(sheets: Iterable[Sheet]) -> bytes:
    """The workbook as bytes. Rows beyond what Excel takes are left out, and the last row says so."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    for sheet in sheets:
        _write(book, sheet)
    return saved(book)


def saved(book: Any) -> bytes:
    """A workbook of openpyxl as bytes: those it would be at any other time, too. When it was made, its file says."""
    from openpyxl.writer.excel import ExcelWriter

    book.properties.creator = MAKER
    stream = BytesIO()
    ExcelWriter(book, _Timeless(stream, "w", ZIP_DEFLATED)).save()
    return stream.getvalue()


class _Timeless(ZipFile):
    """A package that says of none of its parts, nor of itself, when it was made."""

    def writestr(self, zinfo_or_arcname: Any, data: Any, *args: Any, **options: Any) -> None:
        if zinfo_or_arcname == _PROPERTIES:
            data = _TIMES.sub("", data if isinstance(data, str) else data.decode())
        super().writestr(part(zinfo_or_arcname), data, *args, **options)

    def write(self, filename: Any, arcname: Any = None, *args: Any, **options: Any) -> None:
        super().writestr(part(arcname), Path(filename).read_bytes())


def printable(page: Any, widths: Sequence[float]) -> None:
    """Sets a sheet of openpyxl up to be printed: A4 across, as wide as one page, its first row on each, the pages numbered.
    `widths`: of its columns, in characters."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.properties import PageSetupProperties
    from openpyxl.worksheet.worksheet import Worksheet

    for column, wide in enumerate(widths, start=1):
        page.column_dimensions[get_column_letter(column)].width = wide
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", Worksheet.PAPERSIZE_A4
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    margins = page.page_margins
    margins.left = margins.right = 0.4
    margins.top, margins.bottom, margins.header, margins.footer = 0.6, 0.6, 0.3, 0.3
    page.print_title_rows = "1:1"
    page.oddHeader.left.text, page.oddHeader.right.text = "&A", "打印日期 &D"
    page.oddFooter.center.text = "第 &P 页，共 &N 页"


def numeric(text: str | None) -> Value:
    """A number written in plain decimals as a number if Excel can hold it exactly, else the text as it is."""
    if not text:
        return text
    try:
        value = Decimal(text)
    except ArithmeticError:
        return text
    plain = value.is_finite() and "e" not in text.lower() and len(value.as_tuple().digits) <= _DIGITS
    return value if plain and format(value, "f") == text else text


def _write(book: Any, sheet: Sheet) -> None:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
    from openpyxl.utils import get_column_letter

    page = book.create_sheet(sheet.name.translate(_UNSAFE_TITLE)[:31])
    rows = sheet.rows[:MAX_ROWS]
    widths = column_widths(sheet)
    printable(page, widths)
    page.freeze_panes = f"{get_column_letter(sheet.left + 1)}2"
    page.sheet_view.zoomScale = 100
    if sheet.printed:
        page.print_area = f"A1:{get_column_letter(sheet.printed)}{len(rows) + 1}"
    for column, words in sheet.choices.items():
        letter = get_column_letter(column + 1)
        page.data_validations.append(_offered(words, f"{letter}2:{letter}{max(2, len(rows) + 1)}"))
    line = Border(bottom=Side(style="thin", color="C9D1DB"))
    head = {
        "font": Font(bold=True),
        "fill": PatternFill("solid", fgColor="E9EEF5"),
        "alignment": Alignment(vertical="center", wrap_text=True),
        "border": line,
    }
    wrapped, plain = (
        Alignment(horizontal="left", vertical="top", wrap_text=True),
        Alignment(horizontal="right", vertical="top", indent=1),
    )
    page.row_dimensions[1].height = row_height(sheet.titles, [wide - 3 for wide in widths])
    page.append([_styled(WriteOnlyCell(page, title), **head) for title in sheet.titles])
    styles: dict[tuple[str, bool, bool], Any] = {}  # openpyxl looks up each part of a style for each cell: once a kind is enough
    for number, row in enumerate(rows, start=2):
        page.row_dimensions[number].height = row_height(row, widths)
        cells = []
        for column, value in enumerate(row):
            text = safe(value) if isinstance(value, str) else value
            cell, kind = WriteOnlyCell(page, text), _kind(text, sheet.formats.get(column, ""), column in sheet.words)
            if isinstance(value, str):
                cell.data_type = "s"  # also where it begins with = and would be taken for a formula
            if kind not in styles:
                styles[kind] = _styled(cell, number_format=kind[0], alignment=plain if kind[1] else wrapped, border=line)._style
                if kind[2]:
                    cell.quotePrefix = True
            else:
                cell._style = styles[kind]
            cells.append(cell)
        page.append(cells)
    if len(sheet.rows) > MAX_ROWS:
        page.append([WriteOnlyCell(page, f"另有 {len(sheet.rows) - MAX_ROWS} 行写不下")])
    page.auto_filter.ref = f"A1:{get_column_letter(len(sheet.titles))}{len(rows) + 1}"


def _kind(value: Value, shown: str, words: bool) -> tuple[str, bool, bool]:
    """What the style of a cell follows from: its number format, whether it stands at the right, whether it is text that looks like
    a formula. `shown`: the format of the numbers of its column; `words`: whether it is a column of words."""
    if isinstance(value, Decimal):
        places = max(0, -int(value.as_tuple().exponent))
        return shown or ("0" if not places else "0." + "0" * places), not words, False
    if isinstance(value, int) or value is None:
        return shown or "General", value is not None and not words, False
    return "@", False, value.startswith(_FORMULA)


def _offered(words: Sequence[str], cells: str) -> Any:
    """A drop-down of a few words. They stand in the rule itself, which every program that reads workbooks keeps."""
    from openpyxl.worksheet.datavalidation import DataValidation

    listed = ",".join(words)
    if len(listed) > _OFFERED or any("," in word or '"' in word for word in words):
        raise ValueError(f"下拉的词太多，或其中有英文逗号、引号：{listed}")
    made = DataValidation("list", formula1=f'"{listed}"', allow_blank=True, showErrorMessage=False, sqref=cells)
    made.promptTitle, made.prompt, made.showInputMessage = "从下拉里选", "也可以另写", True
    return made


def safe(text: str) -> str:
    """Text a cell can hold: without characters XML has no room for, and no longer than Excel takes."""
    clean = _UNSAFE.sub("", text)
    return clean if len(clean) <= MAX_TEXT else clean[: MAX_TEXT - 1] + "…"


def _styled(cell: Any, **styles: Any) -> Any:
    for name, value in styles.items():
        setattr(cell, name, value)
    return cell


def column_widths(sheet: Sheet) -> list[float]:
    """Widths in characters: a Chinese character is as wide as two digits; what is longer than the widest column is wrapped, and so
    is more of it where all would not go on one page."""
    titles, rows = sheet.titles, sheet.rows[:_MEASURED]
    widest, texts, lengths = [0.0] * len(titles), [False] * len(titles), [0] * len(titles)
    for column, words in sheet.choices.items():
        widest[column], texts[column] = float(max(map(width, words))), True
    for row in rows:
        for column, value in enumerate(row[: len(widest)]):
            text = _seen(value, sheet.formats.get(column, ""))
            texts[column] = texts[column] or (isinstance(value, str) and bool(value))
            lines = [width(line) for line in text[: _MOST * _LINES].split("\n")]
            widest[column] = max(widest[column], *lines)
            lengths[column] += sum(lines)
    least = [_least(wide, shown) for wide, shown in zip(widest, texts, strict=True)]
    usual = [min(sheet.widest.get(column, _WIDEST), wide + 3) for column, wide in enumerate(widest)]
    # a title is broken into two lines where its column would be wide for it alone; the arrow of the filter stands beside it
    heads = [float(_NARROWEST if width(title) <= 2 else width(title[: -(-len(title) // 2)]) + 4) for title in titles]
    wanted = [max(one, few, head) for one, few, head in zip(usual, least, heads, strict=True)]
    printed = sheet.printed or len(titles)
    if math.fsum(wanted[:printed]) > _PAGE:
        floors = [max(_LEAST * wraps, few, head) for few, head, wraps in zip(least, heads, texts, strict=True)]
        wanted[:printed] = _fitted(lengths[:printed], floors[:printed], wanted[:printed])
    return [round(wide, 1) for wide in wanted]


def _fitted(lengths: Sequence[int], floors: Sequence[float], wanted: Sequence[float]) -> list[float]:
    """Widths that go on one page: by how much text a column has, so that the cells of a row are about as high as each other; none
    narrower than its floor, nor wider than it wants to be."""

    def by(part: float) -> list[float]:
        shares = (length * part for length in lengths)
        return [max(min(share, wide), min(floor, wide)) for share, floor, wide in zip(shares, floors, wanted, strict=True)]

    low, high = 0.0, float(_WIDEST)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if math.fsum(by(middle)) > _PAGE else (middle, high)
    return by(low)


def row_height(row: Sequence[Value], widths: Sequence[float]) -> float:
    """How high a row is, in points: as many lines as its fullest cell has. Not every program reckons it where it is not said."""
    most = 1
    for value, wide in zip(row, widths, strict=False):
        if isinstance(value, str):
            across = max(1.0, wide - 1)  # a line of Chinese breaks before a character that does not wholly fit
            seen = value[: int(across * _HIGHEST)]
            most = max(most, sum(max(1, math.ceil(width(line) / across)) for line in seen.split("\n")))
    return _LINE * min(most, _HIGHEST)


def _least(widest: float, text: bool) -> float:
    """How narrow a column may be: numbers stand on one line, texts on as many as Excel shows."""
    return max(_NARROWEST, min(_MOST, widest / _LINES)) if text else widest + 3


def _seen(value: Value, shown: str) -> str:
    """A value about as long as Excel shows it."""
    if value is None or isinstance(value, str):
        return value or ""
    return format(value, ",.2f") + "%" if shown else str(value)


@lru_cache(maxsize=1 << 14)
def _width(char: str) -> int:
    return 2 if unicodedata.east_asian_width(char) in "WFA" else 1


def width(text: str) -> int:
    """How wide a text is, in digits: a Chinese character takes two."""
    return len(text) if text.isascii() else sum(map(_width, text))
