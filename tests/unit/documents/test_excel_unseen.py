"""Excel: what is hidden is told with its place; numbers as text, percentages as numbers, formulas."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook
from test_excel_reader import changed, saved

from engine.documents import reader
from engine.documents.model import Document
from engine.errors import InputError


def told(document: Document) -> list[tuple[str, str, str]]:
    return [(item.key, item.text, str(item.place)) for item in document.told]


def test_hidden_rows_columns_and_sheets_are_told() -> None:
    book = Workbook()
    sheet = book.active
    sheet.title = "自评表"
    for n in range(8):
        sheet.append([f"{n}{c}" for c in "abc"])
    for row in (3, 4, 7):
        sheet.row_dimensions[row].hidden = True
    sheet.column_dimensions["B"].hidden = True
    book.create_sheet("旧表").append(["旧"])
    book["旧表"].sheet_state = "hidden"
    book.create_sheet("清单").append(["甲"])
    book["清单"].sheet_state = "veryHidden"
    book.create_sheet("空的").sheet_state = "hidden"
    document = reader.workbook(saved(book), "表.xlsx")
    assert told(document) == [
        ("hidden_sheet", "旧表", "表.xlsx：旧表"),
        ("hidden_sheet", "清单", "表.xlsx：清单"),
        ("hidden_cells", "第 3—4、7 行、B 列", "表.xlsx：自评表!A3"),
    ]


def test_rows_without_height_and_columns_without_width_are_hidden() -> None:
    book = Workbook()
    book.active.append(["甲", "乙"])
    book.active.append(["丙", "丁"])
    data = changed(saved(book), "xl/worksheets/sheet1.xml", '<row r="2"', '<row r="2" ht="0" customHeight="1"')
    data = changed(data, "xl/worksheets/sheet1.xml", "<sheetData>", '<cols><col min="1" max="1" width="0"/></cols><sheetData>')
    (one,) = reader.workbook(data).told
    assert "第 2 行、A 列" in one.text


def test_hidden_rows_with_nothing_in_them_are_nobodys_business() -> None:
    book = Workbook()
    book.active.append(["甲", "乙"])
    book.active.row_dimensions[9].hidden = True
    book.active.column_dimensions["F"].hidden = True
    assert reader.workbook(saved(book)).told == ()


def test_nothing_but_hidden_sheets() -> None:
    book = Workbook()
    book.create_sheet("自评表").append(["甲"])
    book["自评表"].sheet_state = "hidden"
    with pytest.raises(InputError, match="看得见的工作表是空的；隐藏的工作表“自评表”没有读"):
        reader.workbook(saved(book), "表.xlsx")


def test_the_old_format_tells_the_same() -> None:
    import xlwt

    book = xlwt.Workbook()
    sheet = book.add_sheet("表一")
    for row in range(4):
        for column in range(3):
            sheet.write(row, column, f"{row}{column}")
    sheet.row(1).hidden = True
    sheet.col(2).hidden = True
    other = book.add_sheet("旧表")
    other.write(0, 0, "旧")
    other.visibility = 1
    made = BytesIO()
    book.save(made)
    assert told(reader.workbook(made.getvalue(), "表.xls")) == [
        ("hidden_sheet", "旧表", "表.xls：旧表"),
        ("hidden_cells", "第 2 行、C 列", "表.xls：表一!A2"),
    ]


def cells(rows: list[list[Any]], formats: dict[str, str] | None = None) -> list[list[str]]:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for address, code in (formats or {}).items():
        book.active[address].number_format = code
    (table,) = reader.workbook(saved(book)).tables()
    return [[cell.text for cell in row] for row in table.rows]


def test_percentages_stored_as_numbers_and_numbers_stored_as_text() -> None:
    seen = cells(
        [[0.95, 0.9767, 1, 0.995], ["95%", " 12.5 ", "１２", "\xa08\xa0"], [0.95, 0.005, 20, "≥95%"]],
        {"A1": "0%", "B1": "0.00%", "C1": "0%", "D1": "0.0%", "A2": "@", "B2": "@", "B3": "0.0‰"},
    )
    assert seen[0] == ["95%", "97.67%", "100%", "99.5%"]
    assert seen[1] == ["95%", "12.5", "１２", "8"]
    assert seen[2][0] == "0.95"  # no format says it is a share: the text stays as it is seen
    assert seen[2][2:] == ["20", "≥95%"]


def test_every_formula_without_a_value_is_in_doubt_with_its_cell() -> None:
    book = Workbook()
    for row in (["甲", "=1+1", "=A1"], ["乙", 3, "=B1"]):
        book.active.append(row)
    book.create_sheet("藏").append(["=1"])
    book["藏"].sheet_state = "hidden"
    (table,) = reader.workbook(saved(book), "表.xlsx").tables()
    doubtful = [cell for row in table.rows for cell in row if cell.doubt]
    assert [(cell.place.path, cell.text) for cell in doubtful] == [("Sheet!B1", "=1+1"), ("Sheet!C1", "=A1"), ("Sheet!C2", "=B1")]


def test_a_shared_formula_with_values_is_read() -> None:
    book = Workbook()
    book.active.append(["甲", "=1+1"])
    value = '<f t="shared" si="0"/><v>2.50</v>'
    data = changed(saved(book), "xl/worksheets/sheet1.xml", "<f>1+1</f><v></v>", value)
    (table,) = reader.workbook(data).tables()
    assert table.rows[0][1].text == "2.5"


def test_what_lies_under_a_merged_area_and_areas_that_overlap_are_told() -> None:
    book = Workbook()
    for row in ("甲乙丙", "丁甲己", "庚辛壬"):
        book.active.append(list(row))
    merged = '</sheetData><mergeCells><mergeCell ref="A1:B2"/><mergeCell ref="B2:C3"/></mergeCells>'
    data = changed(saved(book), "xl/worksheets/sheet1.xml", "</sheetData>", merged)
    assert [(key, text) for key, text, _ in told(reader.workbook(data, "表.xlsx"))] == [
        ("part_damaged", "工作表“Sheet”里合并的单元格 B2:C3 与另一处重叠"),
        *(("hidden_text", text) for text in "乙丁己辛壬"),
    ]


@pytest.mark.parametrize(
    ("part", "old", "new", "said"),
    [
        ("xl/workbook.xml", 'state="visible"', 'state="x"', "工作表“Sheet”记作“x”，是否隐藏不得而知，已照样读入"),
        ("xl/worksheets/sheet1.xml", 's="1"', 's=""', "工作表“Sheet”已损坏：B1 的样式号“”不是数"),
        ("xl/styles.xml", 'numFmtId="10"', 'numFmtId=""', "工作表“Sheet”已损坏：B1 是数，它的样式不在样式表里，显示成什么"),
    ],
)
def test_what_no_program_writes_is_told(part: str, old: str, new: str, said: str) -> None:
    book = Workbook()
    book.active.append(["甲", 0.5])
    book.active["B1"].number_format = "0.00%"
    data = changed(saved(book), part, old, new)
    try:
        found = [text for _, text, _ in told(reader.workbook(data))]
    except InputError as error:
        found = [problem.message for problem in error.problems]
    assert any(said in text for text in found)


def test_a_number_said_to_be_a_text_of_its_own_is_doubted() -> None:
    book = Workbook()
    book.active.append(["甲", 0.5])
    data = changed(saved(book), "xl/worksheets/sheet1.xml", 't="n"', 't="inlineStr"')
    (table,) = reader.workbook(data).tables()
    assert [(cell.text, cell.doubt) for cell in table.rows[0]] == [("甲", ""), ("0.5", "的类型与内容不合")]
