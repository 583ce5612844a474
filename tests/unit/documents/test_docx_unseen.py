"""Word: check boxes of every kind, text boxes, content controls, tracked changes, hidden text."""

from __future__ import annotations

import pytest
from test_docx_reader import p, package, table, tc

from engine.documents import word as docx_reader
from engine.documents.model import Document

NS = (
    'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
)


def read(body: str) -> Document:
    return docx_reader.read_bytes(package(body), "表.docx")


def text(inner: str) -> str:
    """The text of a paragraph with this inside, as a cell and as a paragraph: both must say the same."""
    element = f"<w:p {NS}>{inner}</w:p>"
    (paragraph,) = read(element).paragraphs()
    (cell,) = (row[0] for t in read(table(f"<w:tc>{element}</w:tc>")).tables() for row in t.rows)
    assert cell.text == paragraph.text
    return paragraph.text


def run(inner: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr>{inner}</w:r>"


def t(words: str) -> str:
    return f"<w:t>{words}</w:t>"


@pytest.mark.parametrize(
    ("inner", "seen"),
    [
        (run(t("☑是 □否")), "☑是 □否"),
        (run('<w:sym w:font="Wingdings" w:char="F0FE"/>') + run(t("是")), "☑是"),
        (run('<w:sym w:font="Wingdings" w:char="00A8"/>') + run(t("否")), "□否"),
        (run('<w:sym w:font="wingdings 2" w:char="F052"/>') + run(t("是")), "☑是"),
        (run(t("þ"), '<w:rFonts w:ascii="Wingdings" w:hAnsi="Wingdings"/>') + run(t("是")), "☑是"),
        (run(t("\uf06f"), '<w:rFonts w:ascii="Wingdings"/>') + run(t("否")), "□否"),
        (
            '<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:name w:val="c"/><w:checkBox><w:sizeAuto/><w:default w:val="0"/>'
            "<w:checked/></w:checkBox></w:ffData></w:fldChar></w:r><w:r><w:instrText> FORMCHECKBOX </w:instrText></w:r>"
            '<w:r><w:fldChar w:fldCharType="end"/></w:r>' + run(t("是")),
            "☑是",
        ),
        (
            '<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:checkBox><w:default w:val="1"/><w:checked w:val="0"/></w:checkBox>'
            "</w:ffData></w:fldChar></w:r>" + run(t("否")),
            "□否",
        ),
        (
            '<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:ddList><w:result w:val="1"/><w:listEntry w:val="优"/>'
            '<w:listEntry w:val="良"/></w:ddList></w:ffData></w:fldChar></w:r>' + run(t("等")),
            "良等",
        ),
        (
            '<w:sdt><w:sdtPr><w14:checkbox><w14:checked w14:val="1"/></w14:checkbox></w:sdtPr><w:sdtContent>'
            + run(t("☒"), '<w:rFonts w:ascii="MS Gothic"/>')
            + "</w:sdtContent></w:sdt>"
            + run(t("是")),
            "☑是",
        ),
        (
            '<w:sdt><w:sdtPr><w14:checkbox><w14:checked w14:val="0"/></w14:checkbox></w:sdtPr><w:sdtContent>'
            + run('<w:sym w:font="Wingdings 2" w:char="F0A3"/>')
            + "</w:sdtContent></w:sdt>"
            + run(t("否")),
            "□否",
        ),
        (
            "<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>"
            + run(t("单击此处输入文字。"))
            + "</w:sdtContent></w:sdt>"
            + run(t("3期")),
            "3期",
        ),
        ("<w:sdt><w:sdtPr/><w:sdtContent>" + run(t("已填")) + "</w:sdtContent></w:sdt>", "已填"),
        (run(t("甲")) + run(t("藏"), "<w:vanish/>") + run(t("乙"), '<w:vanish w:val="0"/>'), "甲乙"),
        ("<w:ins>" + run(t("95")) + "</w:ins><w:del><w:r><w:delText>90</w:delText></w:r></w:del>" + run(t("%")), "95%"),
        ("<w:moveFrom>" + run(t("旧")) + "</w:moveFrom><w:moveTo>" + run(t("新")) + "</w:moveTo>", "新"),
        ("<w:ruby><w:rt>" + run(t("pin")) + "</w:rt><w:rubyBase>" + run(t("拼")) + "</w:rubyBase></w:ruby>", "拼"),
    ],
)
def test_what_is_seen_is_read(inner: str, seen: str) -> None:
    assert text(inner) == seen


DRAWN = (
    "<w:r><mc:AlternateContent><mc:Choice><w:drawing><wp:inline><a:graphic><wps:wsp><wps:txbx><w:txbxContent>{box}"
    "</w:txbxContent></wps:txbx></wps:wsp></a:graphic></wp:inline></w:drawing></mc:Choice><mc:Fallback><w:pict><v:shape>"
    "<v:textbox><w:txbxContent>{box}</w:txbxContent></v:textbox></v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
)
VML = "<w:r><w:pict><v:shape><v:textbox><w:txbxContent>{box}</w:txbxContent></v:textbox></v:shape></w:pict></w:r>"


@pytest.mark.parametrize("drawn", [DRAWN, VML], ids=["drawing", "vml"])
def test_text_boxes_are_read_once(drawn: str) -> None:
    body = f"<w:p {NS}>{run(t('前'))}{drawn.format(box=p('盒') + table(tc('甲') + tc('乙')))}</w:p>"
    document = read(body)
    assert [block.text for block in document.paragraphs()] == ["前", "盒"]
    assert [[cell.text for cell in row] for one in document.tables() for row in one.rows] == [["甲", "乙"]]


@pytest.mark.parametrize("drawn", [DRAWN, VML], ids=["drawing", "vml"])
def test_a_text_box_in_a_cell_belongs_to_the_cell(drawn: str) -> None:
    cell = f"<w:tc><w:p {NS}>{run(t('目标'))}{drawn.format(box=p('盒一') + p('盒二'))}</w:p>{p('后')}</w:tc>"
    (made,) = read(table(cell + tc("乙"))).tables()
    assert [one.text for one in made.rows[0]] == ["目标\n盒一\n盒二\n后", "乙"]


def test_deletions_and_hidden_text_are_told_with_their_place() -> None:
    gone = "<w:del><w:r><w:delText>90%</w:delText></w:r></w:del>"
    deleted_row = f"<w:tr><w:trPr><w:del/></w:trPr>{tc('丙')}</w:tr>"
    body = f"<w:p>{gone}{run(t('x'))}</w:p><w:tbl><w:tr><w:tc><w:p>{run(t('藏'), '<w:vanish/>')}{run(t('乙'))}</w:p></w:tc></w:tr>"
    document = read(f"{body}{deleted_row}</w:tbl>")
    assert [(item.key, item.text, str(item.place)) for item in document.told] == [
        ("deleted_text", "90%", "表.docx：第1段"),
        ("hidden_text", "藏", "表.docx：表1第1行第1格"),
        ("deleted_rows", "1 行", "表.docx：表1"),
    ]
    assert [[cell.text for cell in row] for one in document.tables() for row in one.rows] == [["乙"]]
    many = read("".join(f"<w:p>{gone}{run(t('x'))}</w:p>" for _ in range(100)))
    assert len(many.told) == docx_reader.MAX_TOLD + 1


def test_header_rows_said_again_by_word_are_one_row() -> None:
    """`tblHeader` repeats a row on each page when printed; in the file it stands once."""
    head = f"<w:tr><w:trPr><w:tblHeader/></w:trPr>{tc('一级指标')}{tc('二级指标')}</w:tr>"
    (made,) = read(f"<w:tbl>{head}<w:tr>{tc('产出')}{tc('数量')}</w:tr></w:tbl>").tables()
    assert len(made.rows) == 2


def test_cells_and_rows_in_content_controls() -> None:
    cell = f"<w:sdt><w:sdtPr/><w:sdtContent>{tc('甲')}</w:sdtContent></w:sdt>"
    row = f"<w:sdt><w:sdtContent><w:tr>{cell}{tc('乙')}</w:tr></w:sdtContent></w:sdt>"
    (made,) = read(f"<w:tbl>{row}</w:tbl>").tables()
    assert [one.text for one in made.rows[0]] == ["甲", "乙"]


def test_tables_in_tables_in_tables() -> None:
    third = table(tc("三") + tc("c"))
    second = f"<w:tbl><w:tr>{tc('二')}<w:tc>{third}<w:p/></w:tc></w:tr></w:tbl>"
    first = f"<w:tbl><w:tr>{tc('一')}<w:tc>{second}<w:p/></w:tc></w:tr></w:tbl>"
    assert [one.rows[0][0].text for one in read(first).tables()] == ["一", "二", "三"]


def grid(*rows: str) -> str:
    """A table of three columns of 1,000 twentieths of a point."""
    columns = '<w:gridCol w:w="1000"/>' * 3
    return table(*rows).replace("<w:tbl>", f"<w:tbl><w:tblGrid>{columns}</w:tblGrid>")


def wide(text: str, width: int, columns: str = "") -> str:
    span = f'<w:gridSpan w:val="{columns}"/>' if columns else ""
    return tc(text, f'<w:tcW w:w="{width}" w:type="dxa"/>{span}')


THREE = wide("甲", 1000) + wide("乙", 1000) + wide("丙", 1000)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (wide("丁", 2000, "2") + wide("戊", 1000), ""),
        (wide("丁", 1000) + wide("戊", 1000), ""),  # shorter than the table in both
        (wide("丁", 2000) + wide("戊", 1000), "表1第2行各格共占 2 列，与表格一样宽，而表格有 3 列"),
        (wide("丁", 2000, "3") + wide("戊", 1000), "表1第2行各格共占 4 列，与表格一样宽，而表格有 3 列"),
        (wide("丁", 2000, "x") + wide("戊", 1000), "表1第2行有一格跨“x”列，不是数"),
    ],
)
def test_a_row_that_does_not_agree_with_the_grid_of_its_table_is_told(row: str, said: str) -> None:
    told = [item.text for item in read(grid(THREE, row)).told if item.key == "part_damaged"]
    assert told == ([f"{said}，哪一格在哪一栏不一定对"] if said else [])


def test_a_cell_that_goes_on_with_none_is_read_and_what_a_merged_cell_hides_is_told() -> None:
    on, first = "<w:vMerge/>", '<w:vMerge w:val="restart"/>'
    document = read(table(tc("甲", on) + tc("乙"), tc("丙", on) + tc("丁"), tc("", on) + tc("戊")))
    assert [[cell.text for cell in row] for t in document.tables() for row in t.rows] == [["甲", "乙"], ["", "丁"], ["", "戊"]]
    assert [(item.key, item.text) for item in document.told] == [
        ("part_damaged", "表1第1行第1格说是上一格的继续，上面没有这样的一格"),
        ("hidden_text", "丙"),
    ]
    same = read(table(tc("甲", first) + tc("乙"), tc("甲", on) + tc("丁")))
    assert same.told == (), "programs that merge write the text into each cell"
