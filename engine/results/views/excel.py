"""Excel workbooks for people: filterable, the header stays in view, widths that fit Chinese, and no cell that is a formula.

Text from forms comes from strangers. A text that begins like a formula (= + - @, tab, return) is written as text and marked so
that Excel keeps it text when it is edited. A number is a number only where Excel's 15 digits hold it exactly.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from io import BytesIO
from typing import Any

MAKER = "jixiao"
"""Who made a workbook, as its properties say: by that it is known as none that a body filed."""
MAX_TEXT = 32_000
"""Characters of a cell; Excel takes 32,767."""
MAX_ROWS = 1_000_000
_DIGITS = 15
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_WIDEST, _NARROWEST = 60, 6
_PAGE = 170
"""Characters across one printed page; wider sheets go over several pages side by side."""
_MEASURED = 2_000
"""Rows looked at for the width of a column."""
_UNSAFE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_UNSAFE_TITLE = dict.fromkeys(map(ord, "[]:*?/\\'"), "_")
Value = str | int | Decimal | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its name, the titles of its columns and its rows. `left` columns stay in view when scrolling sideways."""

    name: str
    titles: tuple[str, ...]
    rows: Sequence[Sequence[Value]]
    left: int = 1


def make(sheets: Iterable[Sheet]) -> bytes:
    """The workbook as bytes. Rows beyond what Excel takes are left out, and the last row says so."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    book.properties.creator = MAKER
    for sheet in sheets:
        _write(book, sheet)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


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
    from openpyxl.worksheet.properties import PageSetupProperties
    from openpyxl.worksheet.worksheet import Worksheet

    page = book.create_sheet(sheet.name.translate(_UNSAFE_TITLE)[:31])
    rows = sheet.rows[:MAX_ROWS]
    widths = _widths(sheet.titles, rows)
    for column, width in enumerate(widths, start=1):
        page.column_dimensions[get_column_letter(column)].width = width
    page.freeze_panes = f"{get_column_letter(sheet.left + 1)}2"
    page.sheet_view.zoomScale = 100
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = Worksheet.PAPERSIZE_A4
    page.page_setup.fitToHeight = 0
    page.page_setup.fitToWidth = max(1, -(-int(sum(widths)) // _PAGE))
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    page.print_title_rows = "1:1"
    page.print_title_cols = f"A:{get_column_letter(max(1, sheet.left))}"
    line = Border(bottom=Side(style="thin", color="C9D1DB"))
    head = {
        "font": Font(bold=True),
        "fill": PatternFill("solid", fgColor="E9EEF5"),
        "alignment": Alignment(vertical="center", wrap_text=True),
        "border": line,
    }
    wrapped, plain = Alignment(vertical="top", wrap_text=True), Alignment(horizontal="right", vertical="top", indent=1)
    page.append([_styled(WriteOnlyCell(page, title), **head) for title in sheet.titles])
    styles: dict[tuple[str, bool, bool], Any] = {}  # openpyxl looks up each part of a style for each cell: once a kind is enough
    for row in rows:
        cells = []
        for value in row:
            text = safe(value) if isinstance(value, str) else value
            cell, kind = WriteOnlyCell(page, text), _kind(text)
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


def _kind(value: Value) -> tuple[str, bool, bool]:
    """What the style of a cell follows from: its number format, whether it is a number, whether it is text that looks like a
    formula."""
    if isinstance(value, Decimal):
        places = max(0, -int(value.as_tuple().exponent))
        return "0" if not places else "0." + "0" * places, True, False
    if isinstance(value, int) or value is None:
        return "General", value is not None, False
    return "@", False, value.startswith(_FORMULA)


def safe(text: str) -> str:
    """Text a cell can hold: without characters XML has no room for, and no longer than Excel takes."""
    clean = _UNSAFE.sub("", text)
    return clean if len(clean) <= MAX_TEXT else clean[: MAX_TEXT - 1] + "…"


def _styled(cell: Any, **styles: Any) -> Any:
    for name, value in styles.items():
        setattr(cell, name, value)
    return cell


def _widths(titles: Sequence[str], rows: Sequence[Sequence[Value]]) -> list[float]:
    """Widths in characters: a Chinese character is as wide as two digits; what is longer than the widest column is wrapped."""
    widest = [float(width(title)) for title in titles]
    for row in rows[:_MEASURED]:
        for column, value in enumerate(row[: len(widest)]):
            text = "" if value is None else str(value)
            widest[column] = max(widest[column], *(width(line) for line in text[:400].split("\n")))
    # the arrow of the filter stands in the header
    return [min(_WIDEST, max(_NARROWEST, wide + 3, width(title) + 4)) for wide, title in zip(widest, titles, strict=True)]


@lru_cache(maxsize=1 << 14)
def _width(char: str) -> int:
    return 2 if unicodedata.east_asian_width(char) in "WFA" else 1


def width(text: str) -> int:
    """How wide a text is, in digits: a Chinese character takes two."""
    return len(text) if text.isascii() else sum(map(_width, text))
