"""Old workbooks that do not agree with themselves: one cell twice, a sheet nothing lists, texts that are gone."""

from __future__ import annotations

import struct
from io import BytesIO

import olefile
import pytest
import xlwt

from engine.documents import excel_biff, excel_xls

LABEL, NUMBER, LISTED = 0xFD, 0x203, 0x85


def whole() -> bytes:
    book = xlwt.Workbook()
    for name in "一二":
        sheet = book.add_sheet(name)
        for row in range(4):
            for column in range(3):
                sheet.write(row, column, f"{name}{row}{column}" if column < 2 else row + 0.123)
    book.get_sheet(0).write(0, 3, "一00")
    made = BytesIO()
    book.save(made)
    return made.getvalue()


def changed(kind: int, number: int, content: bytes, at: int = 0) -> bytes:
    """The workbook with bytes in the content of a record of this kind replaced; `at` -4: its kind and length."""
    data = whole()
    with olefile.OleFileIO(BytesIO(data)) as container, container.openstream("Workbook") as opened:
        stream = opened.read()
    begin = data.index(stream[:512])
    place = [where for where, found, _ in excel_biff._records(stream) if found == kind][number] + begin + 4 + at
    return data[:place] + content + data[place + len(content) :]


def test_a_whole_workbook_agrees_with_itself() -> None:
    found = excel_biff.contradictions(whole())
    assert (found.said, found.sheets) == ([], {})
    assert excel_xls.read_here(whole(), "表.xls").told == ()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (changed(LABEL, 1, struct.pack("<HH", 0, 0)), "工作表“一”已损坏：A1 有两份内容"),
        (changed(NUMBER, 4, struct.pack("<H", 9)), "工作表“二”已损坏：A2 不在它该在的次序上"),
        (changed(LISTED, 1, struct.pack("<H", 0x7777), -4), "有一张工作表不在工作簿的目录里，没有读"),
        (changed(LISTED, 1, b"\x02", 5), "有一张工作表在目录里记作别的东西，没有读"),
        (changed(LABEL, 3, struct.pack("<H", 0x7777), -4), "记着有 17 格文字，实有 16 格"),
    ],
)
def test_what_contradicts_itself_is_told_and_the_rest_is_read(data: bytes, said: str) -> None:
    document = excel_xls.read_here(data, "表.xls")
    assert said in [item.text for item in document.told]
    assert any(cell.text[:1] in ("一", "二") for table in document.tables() for row in table.rows for cell in row)
