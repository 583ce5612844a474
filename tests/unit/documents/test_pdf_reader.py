"""PDF -> blocks: ruled tables with merged cells, wrapped lines, page breaks, and files that are refused."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from conftest import ROOT
from drawing import pdf
from PIL import Image
from reportlab.lib import colors, pdfencrypt
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import PageBreak, SimpleDocTemplate, Table, TableStyle
from reportlab.platypus import Paragraph as Text
from writers import converted, docx, has_office

from engine.documents import isolation as bounded
from engine.documents import model as b
from engine.documents import pdf as pdf_reader
from engine.documents import text as text_reader
from engine.documents.printed import found
from engine.errors import InputError

FONT = "STSong-Light"
pdfmetrics.registerFont(UnicodeCIDFont(FONT))
BODY = ParagraphStyle("body", fontName=FONT, fontSize=10.5, leading=16, wordWrap="CJK")
GRID = [("GRID", (0, 0), (-1, -1), 0.5, colors.black), ("FONT", (0, 0), (-1, -1), FONT), ("VALIGN", (0, 0), (-1, -1), "MIDDLE")]


def built(*flow: Any, footer: Callable[[Any, Any], None] | None = None, **options: Any) -> bytes:
    made = BytesIO()
    template = SimpleDocTemplate(made, pagesize=A4, **options)
    template.build(list(flow), onFirstPage=footer or (lambda *_: None), onLaterPages=footer or (lambda *_: None))
    return made.getvalue()


def ruled(rows: list[list[Any]], *styles: Any, repeat: int = 0, widths: list[float] | None = None) -> Table:
    return Table(rows, style=TableStyle([*GRID, *styles]), repeatRows=repeat, colWidths=widths)


def read(data: bytes) -> b.Document:
    return pdf_reader.read_here(data, "表.pdf")


def texts(table: b.Table) -> list[list[str]]:
    return [[cell.text for cell in row] for row in table.rows]


def refused(data: bytes) -> str:
    with pytest.raises(InputError) as caught:
        pdf_reader.read_bytes(data, "表.pdf")
    (problem,) = caught.value.problems
    assert problem.place.file == "表.pdf"
    assert problem.expected
    return f"{problem.code} {problem.message}"


def test_paragraphs_and_a_table_with_merged_cells() -> None:
    rows = [["甲", "", "乙"], ["丙", "丁", "戊"], ["", "己", "庚"]]
    data = built(Text("题目", BODY), ruled(rows, ("SPAN", (0, 0), (1, 0)), ("SPAN", (0, 1), (0, 2))), Text("备注", BODY))
    title, table, note = read(data).blocks
    assert isinstance(table, b.Table)
    assert (title.text, note.text) == ("题目", "备注")  # type: ignore[union-attr]
    assert [[(cell.text, cell.merged) for cell in row] for row in table.rows] == [
        [("甲", False), ("", True), ("乙", False)],
        [("丙", False), ("丁", False), ("戊", False)],
        [("", True), ("己", False), ("庚", False)],
    ]
    assert (table.rows[1][2].place.path, table.rows[1][2].place.row, table.rows[1][2].place.cell) == ("第1页", 2, 3)
    assert pdf_reader.read_bytes(data, "表.pdf").blocks == read(data).blocks


def test_wrapped_lines_are_one_and_lines_of_their_own_are_not() -> None:
    cells = [[Text("提高民营经济人士参政议政的水平和能力", BODY), Text("一是甲<br/>二是乙", BODY)]]
    data = built(Text("一" * 100 + "。", BODY), Text("　　二" * 3, BODY), ruled(cells, widths=[80.0, 120.0]))
    one, two, table = read(data).blocks
    assert isinstance(table, b.Table)
    assert one.text == "一" * 100 + "。"  # type: ignore[union-attr]
    assert texts(table) == [["提高民营经济人士参政议政的水平和能力", "一是甲\n二是乙"]]
    assert isinstance(two, b.Paragraph)


def test_a_table_goes_on_on_the_next_page() -> None:
    def footer(canvas: Any, _: Any) -> None:
        canvas.setFont(FONT, 9)
        canvas.drawCentredString(300, 30, f"- {canvas.getPageNumber()} -")

    head = ["一级指标", "三级指标", "得分"]
    rows = [head, *([["", f"指标{n}", str(n)] for n in range(100)])]
    document = read(built(ruled(rows, ("SPAN", (0, 1), (0, 30)), repeat=1), footer=footer))
    (table,) = document.blocks
    assert isinstance(table, b.Table)
    assert texts(table) == rows
    assert {row[0].place.path for row in table.rows} == {"第1页", "第2页", "第3页"}
    other = read(built(ruled([["a", "b"]]), PageBreak(), ruled([["a", "b", "c"]], widths=[50.0, 60.0, 70.0])))
    assert len(list(other.tables())) == 2


def picture(canvas: Canvas) -> None:
    canvas.drawImage(ImageReader(Image.new("RGB", (50, 50), "gray")), 0, 0, *A4)


def test_a_scanned_page_is_left_out_and_told() -> None:
    def form(canvas: Canvas) -> None:
        canvas.drawString(50, 700, "文字")

    document = read(pdf(form, picture, picture))
    assert [block.text for block in document.paragraphs()] == ["文字"]
    assert [(told.key, told.text) for told in document.told] == [("page_left_out", "第2—3页是扫描件或图片，没有可读的文字")]


def test_a_file_of_scans_is_refused_in_one_line() -> None:
    def recognised(canvas: Canvas) -> None:
        picture(canvas)
        text = canvas.beginText(50, 700)
        text.setTextRenderMode(3)
        text.textOut("识别出来的文字，没有人核对过")
        canvas.drawText(text)

    assert refused(pdf(picture, recognised)) == "input.scanned 第1—2页是扫描件或图片，没有可读的文字"
    assert refused(pdf(lambda canvas: canvas.rect(10, 10, 50, 50))).startswith("input.scanned PDF 里没有可读的文字")


def test_a_page_whose_text_was_turned_into_drawings_is_refused() -> None:
    def outlines(canvas: Canvas) -> None:
        for n in range(200):
            canvas.bezier(n, 0, n + 1, 5, n + 2, 7, n + 3, 9)

    assert refused(pdf(outlines)) == "input.scanned 第1页是扫描件或图片，没有可读的文字"


def test_what_nobody_sees_and_a_watermark_are_left_out_and_told() -> None:
    def page(canvas: Canvas) -> None:
        canvas.drawString(50, 700, "看得见")
        hidden = canvas.beginText(50, 600)
        hidden.setTextRenderMode(3)
        hidden.textOut("看不见")
        hidden.setTextRenderMode(0)
        canvas.drawText(hidden)
        canvas.drawString(700, 600, "在页面以外")
        canvas.drawString(600, 500, "看得见")  # what is seen elsewhere hides nothing
        canvas.translate(200, 300)
        canvas.rotate(45)
        canvas.drawString(0, 0, "样表")

    document = read(pdf(page))
    assert [block.text for block in document.paragraphs()] == ["看得见"]
    assert [(told.key, told.text, told.place.path) for told in document.told] == [
        ("hidden_text", "看不见 在页面以外", "第1页"),
        ("aslant_text", "样表", "第1页"),
    ]


def test_a_file_with_a_password_is_refused_one_that_may_only_not_be_printed_is_read() -> None:
    locked = pdfencrypt.StandardEncryption("geheim", "other")
    assert refused(built(Text("甲", BODY), encrypt=locked)) == "input.encrypted 文件加了密码，读不了"
    no_printing = pdfencrypt.StandardEncryption("", "other", canPrint=0)
    latin = ParagraphStyle("latin", fontName="Helvetica")
    assert [block.text for block in read(built(Text("form", latin), encrypt=no_printing)).paragraphs()] == ["form"]


def test_too_many_pages_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    data = built(*[part for _ in range(4) for part in (Text("甲", BODY), PageBreak())])
    monkeypatch.setattr(found, "MAX_PAGES", 3)
    with pytest.raises(InputError, match="PDF 超过3页"):
        read(data)


def test_damaged_files_are_refused() -> None:
    data = built(Text("甲", BODY))
    assert refused(data[:200]).split()[0] in ("input.damaged", "input.scanned")
    assert refused(b"%PDF-1.4\n" + b"\xff" * 1000).startswith("input.")


def test_a_reader_that_takes_too_long_or_too_much_is_ended() -> None:
    with pytest.raises(InputError, match="还没有读完"):
        bounded.read("engine.documents.pdf", built(Text("甲", BODY)), "表.pdf", "另一个", seconds=0.01)
    with pytest.raises(InputError, match="占用内存过多"):
        bounded.read("engine.documents.pdf", built(Text("甲", BODY)), "表.pdf", "另一个", megabytes=40)


@pytest.mark.skipif(not has_office(), reason="LibreOffice (soffice) is not installed")
def test_a_title_that_is_the_longest_line_is_not_joined_with_the_next() -> None:
    text = (ROOT / "tests" / "acceptance" / "data" / "layouts" / "sichuan-department-2025.txt").read_text(encoding="utf-8")
    data = converted({"a.docx": docx(text_reader.read_text(text))}, "pdf", "pdf")["a.docx"]
    lines = [block.text for block in pdf_reader.read_bytes(data, "表").paragraphs()]
    assert lines[:2] == ["部门整体支出绩效目标自评表（二〇二五年度）", "单位名称：蓉溪县图书馆"]


def test_white_letters_and_covered_ones_are_told_not_read() -> None:
    """White on a dark heading is seen; white on paper, and what an area was laid over, is not. A seal is clear in parts."""

    def page(canvas: Canvas) -> None:
        canvas.drawString(60, 780, "看得见的字")
        canvas.setFillColor(colors.white)
        canvas.drawString(60, 740, "白纸上的白字")
        canvas.setFillColor(colors.darkblue)
        canvas.rect(50, 690, 200, 30, stroke=0, fill=1)
        canvas.setFillColor(colors.white)
        canvas.drawString(60, 700, "深色表头里的白字")
        canvas.setFillColor(colors.black)
        canvas.drawString(60, 660, "后来涂掉的")
        canvas.drawString(300, 660, "没有盖住的字")
        canvas.setFillColor(colors.white)
        canvas.rect(50, 650, 200, 30, stroke=0, fill=1)
        canvas.setFillColor(colors.black)
        canvas.drawString(60, 620, "加了底色的字")
        canvas.setFillColor(colors.Color(1, 1, 0, alpha=0.4))
        canvas.rect(50, 610, 200, 30, stroke=0, fill=1)
        canvas.setFillColor(colors.black)
        canvas.drawString(60, 580, "章下面的字")
        canvas.drawImage(ImageReader(Image.new("RGBA", (40, 40), (200, 0, 0, 90))), 60, 560, 60, 60, mask="auto")

    document = read(pdf(page))
    seen = ["看得见的字", "深色表头里的白字", "没有盖住的字", "加了底色的字", "章下面的字"]
    assert [block.text for block in document.paragraphs()] == seen
    assert [(told.key, told.text) for told in document.told] == [("hidden_text", "白纸上的白字 后来涂掉的")]
