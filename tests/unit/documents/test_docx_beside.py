"""Word: comments, footnotes, heads and feet of pages are not read into a form, and none is passed over in silence."""

from __future__ import annotations

import pytest
from conftest import ROOT
from writers import docx

from engine.documents import text as text_reader
from engine.documents import word as docx_reader
from engine.documents.model import Document
from engine.errors import InputError

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def part(name: str, body: str) -> bytes:
    return f"<w:{name} {W}>{body}</w:{name}>".encode()


def p(words: str) -> str:
    return f"<w:p><w:r><w:t>{words}</w:t></w:r></w:p>"


def read(body: str, parts: dict[str, bytes]) -> Document:
    from writers import packed

    document = f"<w:document {W}><w:body>{body}</w:body></w:document>"
    return docx_reader.read_bytes(packed({"word/document.xml": document, **parts}), "表.docx")


def told(document: Document) -> list[tuple[str, str, str]]:
    return [(one.key, one.text, one.place.path or f"{one.place.table}-{one.place.row}-{one.place.cell}") for one in document.told]


def test_comments_and_notes_are_told_where_their_marks_stand() -> None:
    body = (
        f'<w:p><w:r><w:t>标题</w:t><w:footnoteReference w:id="2"/></w:r></w:p>'
        f"<w:tbl><w:tr><w:tc>{p('培训人数')}</w:tc>"
        '<w:tc><w:p><w:r><w:t>100人</w:t><w:commentReference w:id="7"/></w:r></w:p></w:tc></w:tr></w:tbl>'
    )
    parts = {
        "word/comments.xml": part("comments", f'<w:comment w:id="7" w:author="某某">{p("请再核对")}{p("应为120人")}</w:comment>'),
        "word/footnotes.xml": part(
            "footnotes", f'<w:footnote w:id="-1"><w:p/></w:footnote><w:footnote w:id="2">{p("不含上年结转")}</w:footnote>'
        ),
    }
    document = read(body, parts)
    assert [cell.text for table in document.tables() for row in table.rows for cell in row] == ["培训人数", "100人"]
    assert told(document) == [("footnote", "不含上年结转", "第1段"), ("comment", "请再核对 应为120人", "1-1-2")]


def test_heads_and_feet_are_told_once_and_page_numbers_are_not() -> None:
    parts = {
        "word/header1.xml": part("hdr", p("某市财政局2021年度")),
        "word/header2.xml": part("hdr", p("某市财政局2021年度")),
        "word/footer1.xml": part("ftr", p("第 1 页 共 3 页")),
        "word/footer2.xml": part("ftr", p("- 2 -")),
        "word/glossary/header1.xml": part("hdr", p("不在这份文件里")),
    }
    assert told(read(p("正文"), parts)) == [("page_header", "某市财政局2021年度", "0-0-0")]


def test_a_damaged_part_beside_the_text_costs_no_form() -> None:
    document = read(p("正文"), {"word/comments.xml": b"<w:comments"})
    assert [block.text for block in document.paragraphs()] == ["正文"]
    assert told(document) == [("part_damaged", "“word/comments.xml”不是完整的 XML，没有读", "0-0-0")]


def test_entities_are_refused_there_as_well() -> None:
    with pytest.raises(InputError, match="实体"):
        read(p("正文"), {"word/comments.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a/>'})


def test_a_file_without_any_tells_nothing() -> None:
    seed = text_reader.read(ROOT / "examples" / "hubei-gcc-2021.txt")
    assert docx_reader.read_bytes(docx(seed)).told == ()
