"""Old workbooks (.xls, .et) -> blocks, by xlrd in a process of its own (`bounded`): it trusts what a file says of itself."""

from __future__ import annotations

from typing import Any

from engine.documents import excel_biff
from engine.documents import isolation as bounded
from engine.documents.excel_formats import shown_text
from engine.documents.excel_model import LAST_COLUMN, MAX_SHEETS, Allowance, FilledSheet, address, number_shown, tidy, too_large
from engine.documents.model import Document
from engine.errors import InputError, Place, Problem

MAX_BYTES = 50_000_000
_EXPECTED = "能用 Excel 或 WPS 打开的工作簿，最好另存为 .xlsx"
_CHECKED_COLUMNS = 256
"""A sheet of the old format has no more."""


def read_bytes(data: bytes, file: str = "") -> Document:
    """The blocks of an old workbook. Raises InputError for what is damaged, encrypted, too large or no workbook."""
    if len(data) > MAX_BYTES:
        raise too_large(file, f"文件过大（超过{MAX_BYTES:,}字节）", f"不超过{MAX_BYTES:,}字节")
    return bounded.read("engine.documents.excel_xls", data, file, _EXPECTED)


def read_here(data: bytes, file: str) -> Document:
    """The same in this process, where a damaged file may raise anything."""
    from io import StringIO

    import xlrd  # type: ignore[import-untyped]  # ships no types

    from engine.documents.excel_grid import document

    try:
        book = xlrd.open_workbook(file_contents=data, formatting_info=True, ragged_rows=True, logfile=StringIO())
    except xlrd.XLRDError as error:
        if "encrypted" in str(error):
            raise InputError(Problem(Place(file), "文件加了密码，读不了", "去掉密码的文件", code="input.encrypted")) from None
        raise InputError(Problem(Place(file), "文件已损坏，或不是 Excel 工作簿", _EXPECTED, code="input.damaged")) from None
    listed = book.sheets()
    if len(listed) > MAX_SHEETS:
        raise too_large(file, f"有{len(listed)}个工作表", f"不超过{MAX_SHEETS}个，可拆分为几个文件")
    limits = Allowance(file)
    wrong = excel_biff.contradictions(data)
    found = [
        FilledSheet(sheet.name, unread=wrong.sheets[number])
        if number in wrong.sheets
        else _read(book, sheet, limits)
        if sheet.visibility == 0
        else FilledSheet(sheet.name, hidden=True)
        for number, sheet in enumerate(listed)
        if sheet.visibility == 0 or sheet.nrows
    ]
    return document(found, file, wrong.said)


def _read(book: Any, source: Any, limits: Allowance) -> FilledSheet:  # Any: xlrd has no types
    """The sheet, or why it is left out."""
    try:
        return _sheet(book, source, limits)
    except _UnknownStyle as error:
        where = address(error.row, error.column)
        return FilledSheet(source.name, unread=f"已损坏：{where} 是数，它的样式不在文件里，显示成什么（例如百分数）不得而知")


class _UnknownStyle(Exception):
    """A number whose format is not in the file."""

    def __init__(self, row: int, column: int) -> None:
        self.row, self.column = row, column


def _sheet(book: Any, source: Any, limits: Allowance) -> FilledSheet:  # Any: xlrd has no types
    sheet = FilledSheet(source.name)
    for row in range(source.nrows):
        for column in range(min(source.row_len(row), _CHECKED_COLUMNS)):
            text, doubt = _text(book, source, row, column)
            if doubt:
                sheet.doubts[row + 1, column + 1] = doubt
            if text:
                limits.row(row + 1, sheet.name)
                limits.take(1, sheet.name)
                sheet.cells.setdefault(row + 1, {})[column + 1] = text
            style = _style(book, source, row, column)
            if style is not None and (style.border.left_line_style or style.border.right_line_style):
                sheet.framed.add(row + 1)
        info = source.rowinfo_map.get(row)
        if info is not None and (info.hidden or info.height == 0):
            sheet.hidden_rows.add(row + 1)
    for column, info in source.colinfo_map.items():
        if (info.hidden or info.width == 0) and column < LAST_COLUMN:
            sheet.hidden_columns.add(column + 1)
    for begin, end, left, right in source.merged_cells:
        limits.take(1, sheet.name)
        sheet.merged.append((begin + 1, left + 1, end, right))
    return sheet


def _text(book: Any, source: Any, row: int, column: int) -> tuple[str, str]:
    """What the cell shows, and why that is not certain. The old format keeps the result of every formula."""
    from xlrd import XL_CELL_BOOLEAN, XL_CELL_DATE, XL_CELL_ERROR, XL_CELL_NUMBER, XL_CELL_TEXT, error_text_from_code

    kind, value = source.cell_type(row, column), source.cell_value(row, column)
    code = _format(book, source, row, column)
    if kind == XL_CELL_TEXT:
        return shown_text(tidy(value), code or ""), ""
    if kind in (XL_CELL_NUMBER, XL_CELL_DATE):
        if code is None:
            raise _UnknownStyle(row + 1, column + 1)
        return number_shown(value, code, date1904=bool(book.datemode)), ""
    if kind == XL_CELL_BOOLEAN:
        return "TRUE" if value else "FALSE", ""
    if kind == XL_CELL_ERROR:
        shown = error_text_from_code.get(value, str(value))
        return shown, f"是错误值“{shown}”"
    return "", ""


def _style(book: Any, source: Any, row: int, column: int) -> Any:  # Any: xlrd has no types
    """The style of a cell, None where the file does not have it."""
    index = source.cell_xf_index(row, column)
    return book.xf_list[index] if 0 <= index < len(book.xf_list) else None


def _format(book: Any, source: Any, row: int, column: int) -> str | None:
    """The number format of a cell, None where the file does not say it. Excel 2 to 4 wrote each format into the file; the first is
    General in all of them."""
    style = _style(book, source, row, column)
    if style is None:
        return None if book.xf_list else ""
    found = book.format_map.get(style.format_key)
    return found.format_str if found is not None else "" if style.format_key == 0 else None
