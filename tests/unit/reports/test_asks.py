"""What a draft asks for, in the Word file: highlighted, with a comment, and nothing else changed."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZipFile

from docx import Document
from docx.shared import Pt

from engine.documents import word as docx_reader
from engine.documents.package import unpack
from engine.documents.packing import packed
from engine.reports.asks import asked as asked_parts

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def package(*paragraphs: str) -> bytes:
    document = Document()
    for text in paragraphs:
        document.add_paragraph().add_run(text).font.size = Pt(16)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def asked(filed: bytes, notes: dict[str, str]) -> bytes:
    return packed(asked_parts(unpack(filed), notes))


def part(data: bytes, name: str) -> str:
    with ZipFile(BytesIO(data)) as held:
        return held.read(name).decode() if name in held.namelist() else ""


def test_what_is_asked_for_is_yellow_and_has_its_comment() -> None:
    filed = package("甲。原因：【请填写原因】。", "乙。")
    marked = asked(filed, {"请填写原因": "表里没有写。"})
    document = Document(BytesIO(marked))
    runs = document.paragraphs[0].runs
    assert [run.text for run in runs if run.text] == ["甲。原因：", "【请填写原因】", "。"]
    assert [bool(run.font.highlight_color) for run in runs if run.text] == [False, True, False]
    assert {run.font.size for run in runs if run.text} == {Pt(16)}  # as the run was
    assert "表里没有写。" in part(marked, "word/comments.xml")
    body = part(marked, "word/document.xml")
    assert body.index("commentRangeStart") < body.index("【请填写原因】") < body.index("commentRangeEnd")
    assert [p.text for p in docx_reader.read_bytes(marked).paragraphs()] == [
        p.text for p in docx_reader.read_bytes(filed).paragraphs()
    ]


def test_two_in_one_run_are_two_and_what_has_no_note_has_no_comment() -> None:
    marked = asked(package("【请填写得分】甲【请核定总分】"), {"请核定总分": "对不上。"})
    texts = [(run.text, bool(run.font.highlight_color)) for run in Document(BytesIO(marked)).paragraphs[0].runs if run.text]
    assert texts == [("【请填写得分】", True), ("甲", False), ("【请核定总分】", True)]
    assert part(marked, "word/comments.xml").count("<w:comment ") == 1


def test_a_file_that_asks_for_nothing_stays_as_it_is() -> None:
    filed = package("甲【注】。")
    assert asked_parts(unpack(filed), {"请填写原因": "…"}) == unpack(filed)


def test_two_runs_give_the_same_bytes() -> None:
    filed = package("【请填写原因】")
    assert asked(filed, {"请填写原因": "甲"}) == asked(filed, {"请填写原因": "甲"})
