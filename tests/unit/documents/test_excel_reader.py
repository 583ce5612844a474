"""Excel -> blocks: numbers as they are seen, merged and hidden cells, lines and tables, cells that say nothing certain."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Border, Side
from writers import packed

from engine.documents import reader
from engine.documents.excel_formats import plain, shown, shown_text
from engine.documents.model import Document, Paragraph, Table
from engine.errors import InputError

THIN = Side(style="thin")
FRAME = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)


def saved(book: Any) -> bytes:
    made = BytesIO()
    book.save(made)
    return made.getvalue()


def read(fill: Callable[[Any], None]) -> Document:
    book = Workbook()
    fill(book.active)
    return reader.workbook(saved(book), "表.xlsx")


def texts(table: Table) -> list[list[str]]:
    return [[cell.text for cell in row] for row in table.rows]


def problems(data: bytes) -> list[tuple[str, str]]:
    with pytest.raises(InputError) as caught:
        reader.workbook(data, "表.xlsx")
    assert all(problem.expected for problem in caught.value.problems)
    return [(problem.code, problem.message) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("value", "code", "seen"),
    [
        (0.9767, "0.00%", "97.67%"),
        (0.985, "0%", "99%"),
        (1, "0%", "100%"),
        (3279.31, "#,##0.00", "3,279.31"),
        (12345678, '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ', "12,345,678.00"),
        (20.0, "General", "20"),
        (0.1 + 0.2, "", "0.3"),
        (96.819999999999993, "General", "96.82"),
        (1 / 3, "General", "0.333333333333333"),
        (1e20, "General", "100000000000000000000"),
        (-3.2, "0.0;(0.0)", "(3.2)"),
        (-0.001, "0.00", "0.00"),
        (0, "0;-0;;@", ""),
        (5, "000", "005"),
        (0.5, ".00", ".50"),
        (1.005, "0.00", "1.01"),
        (3, '"≥"0"次"', "≥3次"),
        (32793100, '0\\.0,"万元"', "3279.3万元"),
        (1234.5, "[$¥-804]#,##0.00", "¥1,234.50"),
        (5, '[>=10]"大"0;[<10]"小"0', "小5"),
        (0.25, "# ?/?", "0.25"),
        (123, "[DBNum2]General", "123"),
        (44678, 'yyyy"年"m"月"d"日"', "2022年4月27日"),
        (44678, '[$-804]yyyy"年"m"月"d"日";@', "2022年4月27日"),
        (44678, '[DBNum1][$-804]yyyy"年"m"月"d"日"', "二〇二二年四月二十七日"),
        (44678, "yyyy/m/d", "2022/4/27"),
        (44678.5, "yyyy-mm-dd hh:mm", "2022-04-27 12:00"),
        (1.5, "[h]:mm", "36:00"),
        (44678, "aaaa", "星期三"),
        (-5, "yyyy/m/d", "-5"),
    ],
)
def test_a_number_is_read_as_it_is_seen(value: float, code: str, seen: str) -> None:
    assert shown(value, code) == seen


def test_small_things_about_formats() -> None:
    assert plain(-0.0) == "0"
    assert shown(0, "yyyy/m/d", date1904=True) == "1904/1/1"
    assert shown_text("3", '@"次"') == "3次"
    assert shown(3, "0" * 300) == "3"


def test_cells_of_all_sorts() -> None:
    def fill(sheet: Any) -> None:
        sheet.append(["文字", 20.0, "20", True, date(2022, 4, 27), " 两行 \n\n 文字 ", "0012"])
        sheet.append([0.9767, 3279.31, 96.82, False, None, "=1+1", "x"])
        sheet["A2"].number_format, sheet["B2"].number_format = "0.00%", "#,##0.00"
        sheet["E1"].number_format = 'yyyy"年"m"月"d"日"'
        sheet["F2"].value = "'=1+1"

    (table,) = read(fill).tables()
    assert texts(table) == [
        ["文字", "20", "20", "TRUE", "2022年4月27日", "两行\n文字", "0012"],
        ["97.67%", "3,279.31", "96.82", "FALSE", "", "'=1+1", "x"],
    ]
    cell = table.rows[1][1]
    assert (cell.place.table, cell.place.row, cell.place.cell, cell.place.path) == (1, 2, 2, "Sheet!B2")


def test_merged_cells_are_laid_out_on_the_grid() -> None:
    def fill(sheet: Any) -> None:
        sheet.append(["甲", "", "乙"])
        sheet.append(["藏", "", "丙"])
        sheet.merge_cells("A1:B2")

    (table,) = read(fill).tables()
    assert [[(cell.text, cell.merged) for cell in row] for row in table.rows] == [
        [("甲", False), ("", True), ("乙", False)],
        [("", True), ("", True), ("丙", False)],
    ]


def test_a_title_over_two_rows_is_a_line_and_a_row_under_a_merged_cell_is_none() -> None:
    def fill(sheet: Any) -> None:
        for row in (["题目"], [], ["a", "b"], [None, "c"], ["备注"]):
            sheet.append(row)
        sheet.merge_cells("A1:B2")
        sheet.merge_cells("A3:A4")

    title, table, note = read(fill).blocks
    assert isinstance(title, Paragraph)
    assert isinstance(table, Table)
    assert isinstance(note, Paragraph)
    assert texts(table) == [["a", "b"], ["", "c"]]


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def test_shared_strings_as_excel_writes_them() -> None:
    strings = "<si><r><t>三级</t></r><r><rPr/><t xml:space='preserve'>指标 </t></r><rPh><t>sanji</t></rPh></si>"
    book = f"<workbook xmlns='{MAIN}' xmlns:r='{OFFICE}'><sheets><sheet name='表' r:id='r1'/></sheets></workbook>"
    strings += "<si><t>甲_x000D_\n乙</t></si>"
    relation = f"<Relationship Id='{{}}' Type='{OFFICE}/{{}}' Target='{{}}'/>"
    listed = [("r1", "worksheet", "worksheets/a.xml"), ("r2", "sharedStrings", "/xl/s.xml")]
    data = packed(
        {
            "xl/workbook.xml": book,
            "xl/_rels/workbook.xml.rels": f"<Relationships>{''.join(relation.format(*item) for item in listed)}</Relationships>",
            "xl/s.xml": f"<sst xmlns='{MAIN}'>{strings}</sst>",
            "xl/worksheets/a.xml": f"<worksheet xmlns='{MAIN}'><sheetData><row><c t='s'><v>0</v></c><c t='s'><v>1</v></c>"
            "<c><v>1.0E2</v></c><c t='str'><f>A1</f><v/></c></row></sheetData></worksheet>",
        }
    )
    assert texts(next(reader.workbook(data).tables())) == [["三级指标", "甲\n乙", "100"]]


def framed(sheet: Any, rows: list[list[Any]], first: int) -> None:
    for r, row in enumerate(rows, start=first):
        for c, value in enumerate(row, start=2):
            sheet.cell(r, c, value).border = FRAME


def test_lines_above_and_below_a_framed_table_are_paragraphs() -> None:
    def fill(sheet: Any) -> None:
        sheet["B1"] = "2021年度某项目自评表"
        sheet.merge_cells("B1:D1")
        sheet["B2"], sheet["D2"] = "填报单位：甲", date(2022, 4, 27)
        sheet["D2"].number_format = "yyyy-mm-dd"
        framed(sheet, [["a", "b", "c"], ["只有一格", None, None], ["d", "e", "f"], ["g", "h", "i"]], 3)
        sheet["B7"] = "备注：\n1.甲"
        sheet["B9"] = "2.乙"

    blocks = read(fill).blocks
    assert [block.text if isinstance(block, Paragraph) else texts(block) for block in blocks] == [
        "2021年度某项目自评表",
        "填报单位：甲    2022-04-27",
        [["a", "b", "c"], ["只有一格", "", ""], ["d", "e", "f"], ["g", "h", "i"]],
        "备注：",
        "1.甲",
        "2.乙",
    ]
    assert [block.gap for block in blocks if isinstance(block, Paragraph)] == [True, False, True, False, True]


@pytest.mark.parametrize("line", [["填报单位：", "甲", "填报日期：2022年"], ["填报单位：甲", None, "单位：万元"]])
def test_a_title_within_the_frame_or_without_any_is_a_paragraph(line: list[Any]) -> None:
    rows = [["题目", None, None], line, ["a", "b", "c"], ["d", "e", "f"]]

    def inside(sheet: Any) -> None:
        framed(sheet, rows, 1)
        sheet.merge_cells("B1:D1")

    def without(sheet: Any) -> None:
        for row in rows:
            sheet.append(row)

    for fill in (inside, without):
        blocks = read(fill).blocks
        assert [type(block).__name__ for block in blocks] == ["Paragraph", "Paragraph", "Table"]


def test_hidden_rows_and_columns_are_read_and_marked_hidden_sheets_are_not() -> None:
    book = Workbook()
    sheet = book.active
    sheet.append(["甲", "乙"])
    sheet.append(["丙", "丁"])
    sheet.row_dimensions[2].hidden = True
    sheet.column_dimensions["B"].hidden = True
    book.create_sheet("清单").append(["不读"])
    book["清单"].sheet_state = "hidden"
    (table,) = reader.workbook(saved(book)).tables()
    assert texts(table) == [["甲", "乙"], ["丙", "丁"]]
    marked = [["隐藏" in cell.place.path for cell in row] for row in table.rows]
    assert marked == [[False, True], [True, True]]


def changed(data: bytes, part: str, old: str, new: str) -> bytes:
    made = BytesIO()
    with ZipFile(BytesIO(data)) as source, ZipFile(made, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == part:
                assert old.encode() in content
                content = content.replace(old.encode(), new.encode())
            target.writestr(name, content)
    return made.getvalue()


def formula(value: str) -> bytes:
    book = Workbook()
    book.active.append(["甲", "=1+1"])
    return changed(saved(book), "xl/worksheets/sheet1.xml", "<v></v>", value)


def doubts(data: bytes) -> list[tuple[str, str]]:
    (table,) = reader.workbook(data, "表.xlsx").tables()
    return [(cell.text, cell.doubt) for row in table.rows for cell in row]


def test_formulas_have_the_value_saved_with_them_or_are_in_doubt() -> None:
    assert doubts(formula("<v>2.5</v>")) == [("甲", ""), ("2.5", "")]
    assert doubts(formula("<v/>")) == [("甲", ""), ("=1+1", "是公式，文件里没有存下它的结果")]


def test_error_values_are_in_doubt_all_of_them() -> None:
    book = Workbook()
    book.active.append(["#REF!", "甲", "#DIV/0!"])
    assert doubts(saved(book)) == [("#REF!", "是错误值“#REF!”"), ("甲", ""), ("#DIV/0!", "是错误值“#DIV/0!”")]


def test_what_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    book = Workbook()
    book.active.append(["甲"])
    book.active["XFD1"] = "乙"
    assert "16,384列（到 XFD1）" in problems(saved(book))[0][1]
    book = Workbook()
    book.active["A100001"] = "甲"
    assert problems(saved(book))[0][0] == "input.too-many-rows"
    book = Workbook()
    for number in range(201):
        book.create_sheet(f"表{number}")
    assert problems(saved(book)) == [("input.too-large", "有202个工作表")]
    book = Workbook()
    book.active.append(["甲", "乙"])
    book.active["A90000"] = "丙"
    merged = '</sheetData><mergeCells><mergeCell ref="A1:GR90000"/></mergeCells>'
    data = changed(saved(book), "xl/worksheets/sheet1.xml", "</sheetData>", merged)
    assert problems(data)[0][0] == "input.too-large"


def test_damaged_and_hostile_workbooks() -> None:
    book = Workbook()
    book.active.append(["甲"])
    data = saved(book)
    assert [code for code, _ in problems(data[:-60])] == ["input.damaged"]
    sheet = "xl/worksheets/sheet1.xml"
    assert problems(changed(data, sheet, "<worksheet", "<!DOCTYPE w [<!ENTITY a 'x'>]><worksheet"))[0][0] == "input.entities"
    assert problems(changed(data, sheet, "</row>", ""))[0][0] == "input.damaged"
    assert problems(changed(data, sheet, 't="inlineStr"><is><t>&#30002;</t></is>', 't="s"><v>7</v>'))[0][0] == "input.damaged"
    assert problems(saved(Workbook()))[0][0] == "input.empty"


def old_workbook(password: bool = False) -> bytes:
    import xlwt

    book = xlwt.Workbook()
    sheet = book.add_sheet("表一")
    frame = xlwt.easyxf("borders: left thin, right thin")
    sheet.write_merge(0, 0, 0, 2, "题目")
    for row, values in enumerate((["a", "b", "c"], ["d", 20.0, "f"], ["g", 0.9767, "i"]), start=1):
        for column, value in enumerate(values):
            style = xlwt.easyxf("borders: left thin, right thin", num_format_str="0.00%") if value == 0.9767 else frame
            sheet.write(row, column, value, style)
    sheet.write_merge(4, 5, 0, 1, "合", frame)
    sheet.write(4, 2, "j", frame)
    sheet.write(5, 2, "k", frame)
    sheet.row(2).hidden = True
    made = BytesIO()
    book.save(made)
    return made.getvalue()


def test_old_workbooks() -> None:
    document = reader.workbook(old_workbook(), "表.xls")
    (table,) = document.tables()
    assert [block.text for block in document.paragraphs()] == ["题目"]
    assert texts(table) == [["a", "b", "c"], ["d", "20", "f"], ["g", "97.67%", "i"], ["合", "", "j"], ["", "", "k"]]
    assert [cell.merged for cell in table.rows[4]] == [True, True, False]
    assert table.rows[1][0].place.path == "表一!A3（在隐藏的行或列）"


def test_a_damaged_old_workbook_is_refused() -> None:
    assert problems(old_workbook()[:-3000])[0][0] in ("input.damaged", "input.empty")


def test_openpyxl_reads_what_these_tests_write() -> None:
    assert load_workbook(BytesIO(formula("<v>2.5</v>")), data_only=True).active["B1"].value == 2.5
