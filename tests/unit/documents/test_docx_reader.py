"""Word -> blocks: the grid of merged cells, what is left out, and files that are refused."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from engine.documents import package as office_package
from engine.documents import word as docx_reader
from engine.documents.model import Document, Paragraph, Table
from engine.errors import InputError

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def package(body: str, *, prolog: str = "", extra: dict[str, bytes] | None = None) -> bytes:
    """A .docx with this body."""
    xml = f"<?xml version='1.0' encoding='UTF-8'?>{prolog}<w:document {W}><w:body>{body}</w:body></w:document>"
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as made:
        for name, content in {"word/document.xml": xml.encode(), **(extra or {})}.items():
            made.writestr(name, content)
    return packed.getvalue()


def read(body: str) -> Document:
    return docx_reader.read_bytes(package(body), "表.docx")


def p(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def tc(text: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{p(text)}</w:tc>"


def table(*rows: str) -> str:
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in rows)}</w:tbl>"


def refused(data: bytes, code: str) -> str:
    with pytest.raises(InputError) as caught:
        docx_reader.read_bytes(data, "表.docx")
    assert [problem.code for problem in caught.value.problems] == [code]
    assert str(caught.value).startswith("表.docx：")
    return str(caught.value)


def test_paragraphs_and_tables_stand_in_their_order() -> None:
    blocks = read(p("题目") + "<w:p/>" + p("　正文 ") + table(tc("甲") + tc("乙")) + p("备注")).blocks
    assert [(b.text, b.gap) for b in blocks if isinstance(b, Paragraph)] == [("题目", False), ("正文", True), ("备注", True)]
    made = blocks[2]
    assert isinstance(made, Table)
    assert [[cell.text for cell in row] for row in made.rows] == [["甲", "乙"]]
    assert str(made.rows[0][1].place) == "表.docx：表1第1行第2格"
    assert str(blocks[1].place) == "表.docx：第3段"


def test_merged_cells_are_laid_out_on_the_grid() -> None:
    span, restart, go_on = '<w:gridSpan w:val="2"/>', '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    (made,) = read(
        table(tc("甲", span + restart) + tc("乙"), tc("看不见", span + go_on) + tc(""), tc("a") + tc("b") + tc("c"))
    ).tables()
    assert [[(cell.text, cell.merged) for cell in row] for row in made.rows] == [
        [("甲", False), ("", True), ("乙", False)],
        [("", True), ("", True), ("", False)],
        [("a", False), ("b", False), ("c", False)],
    ]


def test_lines_of_a_cell_are_kept_and_empty_ones_dropped() -> None:
    cell = f"<w:tc>{p('一是')}<w:p/><w:p><w:r><w:t>二</w:t><w:br/><w:t>是</w:t></w:r></w:p></w:tc>"
    (made,) = read(table(cell)).tables()
    assert made.rows[0][0].text == "一是\n二\n是"


def test_controls_insertions_and_links_are_read_deletions_and_fields_are_not() -> None:
    run = "<w:r><w:t>{}</w:t></w:r>"
    body = (
        f"<w:sdt><w:sdtContent><w:p><w:hyperlink>{run.format('甲')}</w:hyperlink><w:ins>{run.format('乙')}</w:ins>"
        "<w:del><w:r><w:delText>丙</w:delText></w:r></w:del><w:r><w:instrText>PAGE</w:instrText></w:r>"
        '<w:r><w:sym w:font="Wingdings" w:char="F0FE"/><w:tab/><w:noBreakHyphen/></w:r></w:p></w:sdtContent></w:sdt>'
    )
    assert [b.text for b in read(body).paragraphs()] == ["甲乙☑\t-"]


def test_tables_within_tables_follow_in_order_and_a_frame_is_no_table() -> None:
    inner = table(tc("内"))
    outer = f"<w:tbl><w:tr>{tc('外')}<w:tc>{inner}<w:p/></w:tc></w:tr></w:tbl>"
    assert [t.rows[0][0].text for t in read(outer).tables()] == ["外", "内"]
    frame = f"<w:tbl><w:tr><w:tc>{p('题目')}{inner}<w:p/></w:tc></w:tr></w:tbl>"
    assert [type(block).__name__ for block in read(frame).blocks] == ["Paragraph", "Table"]


def test_rows_that_begin_later_keep_their_columns() -> None:
    row = f'<w:trPr><w:gridBefore w:val="2"/></w:trPr>{tc("丙")}'
    (made,) = read(table(row)).tables()
    assert [cell.text for cell in made.rows[0]] == ["", "", "丙"]


def test_a_zip_bomb_is_refused() -> None:
    bomb = package(p("甲"), extra={"word/media/image1.png": b"\0" * 60_000_000})
    assert "压缩炸弹" in refused(bomb, "input.too-large")


def test_too_many_parts_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office_package, "MAX_PARTS", 3)
    refused(package(p("甲"), extra={f"word/{n}.xml": b"" for n in range(3)}), "input.too-large")


def test_entities_and_document_types_are_refused() -> None:
    entity = "<!DOCTYPE w [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]>"
    assert "实体" in refused(package(p("&b;"), prolog=entity), "input.entities")
    refused(package(p("甲"), prolog="<!DOCTYPE w SYSTEM 'file:///etc/passwd'>"), "input.entities")


def test_a_wide_row_is_refused() -> None:
    refused(package(table(tc("甲", '<w:gridSpan w:val="99999999"/>'))), "input.too-large")


@pytest.mark.parametrize("cut", [200, 60])
def test_a_damaged_file_is_refused(cut: int) -> None:
    data = package(p("甲" * 500))
    assert docx_reader.is_docx(data[:-cut])
    assert "损坏" in refused(data[:-cut], "input.damaged")


def test_broken_xml_is_refused() -> None:
    refused(package("<w:p><w:r>"), "input.damaged")


def test_a_file_with_a_password_is_refused() -> None:
    data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512 + "EncryptedPackage".encode("utf-16-le")
    assert docx_reader.is_docx(data)
    assert "密码" in refused(data, "input.encrypted")


def test_what_is_no_word_document() -> None:
    packed = BytesIO()
    with ZipFile(packed, "w") as made:
        made.writestr("xl/workbook.xml", "<a/>")
    assert not docx_reader.is_docx(packed.getvalue())
    assert not docx_reader.is_docx("2021年度".encode())
    refused(packed.getvalue(), "input.damaged")
    refused(package("<w:p/>"), "input.empty")


def test_macros_are_not_looked_at() -> None:
    data = package(p("甲"), extra={"word/vbaProject.bin": b"\xd0\xcf\x11\xe0 no macro at all"})
    assert [b.text for b in docx_reader.read_bytes(data).paragraphs()] == ["甲"]
