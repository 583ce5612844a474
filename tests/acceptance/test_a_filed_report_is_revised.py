"""`jixiao report` on a Word file with a report in it: that file, revised; accepted it is the clean one, rejected the filed one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from conftest import ROOT, Forms, Jixiao
from word_packages import disorder, letters, names, part
from writers import converted, docx, has_office

from engine.documents import text as text_reader
from engine.documents.word import read_bytes
from engine.reports.revision.settled import accepted, rejected

SEED = ROOT / "examples" / "hubei-gcc-2021.txt"
WATER = Path(__file__).parent / "data" / "water-bureau-2021.txt"
SENTENCE = re.compile(r"[^。；;\n]+[。；;]?")
FIGURE = re.compile(r"[0-9][0-9,]*(?:\.[0-9]+)?%?")


@cache
def filed(source: Path) -> bytes:
    """The text as a Word file, without the marks its extraction left."""
    text = re.sub(r"\[bookmark: [^\]]*\]", "", source.read_text(encoding="utf-8"))
    return docx(text_reader.read_text(text, "x"))


def revised(jixiao: Jixiao, tmp_path: Path, data: bytes, *options: str) -> tuple[bytes, str]:
    """The revised file, and what was told."""
    path = tmp_path / "自评.docx"
    path.write_bytes(data)
    out = tmp_path / f"out{len(list(tmp_path.iterdir()))}"
    run = jixiao("report", path, "--out", out, "--format", "docx", *options)
    assert run.status == 0, run.err
    (made,) = [one for one in out.iterdir() if one.name.startswith("自评（") and one.suffix == ".docx"]
    return made.read_bytes(), run.err


def lines(data: bytes) -> list[str]:
    document = read_bytes(data)
    cells = [cell.text for table in document.tables() for row in table.rows for cell in row]
    return [block.text for block in document.paragraphs()] + cells


def prose(text: str) -> str:
    """The reports of a text, without its forms."""
    return "\n".join(line for line in text.splitlines() if not line.startswith("\t"))


@pytest.mark.parametrize("source", [SEED, WATER], ids=["seed", "water"])
def test_accepted_it_is_the_clean_one_and_rejected_the_filed_one(jixiao: Jixiao, tmp_path: Path, source: Path) -> None:
    data, _ = revised(jixiao, tmp_path, filed(source))
    clean, _ = revised(jixiao, tmp_path, filed(source), "--clean")
    for name in ("word/document.xml", "word/comments.xml"):
        assert not list(disorder(part(data, name)))
    assert not list(disorder(part(clean)))
    assert lines(data) == lines(clean), "as a reader of Word files takes it, with insertions and without deletions"
    assert accepted(data) == clean
    assert letters(part(rejected(data))) == letters(part(filed(source)))
    known = {*names(filed(source)), "word/_rels/document.xml.rels"}  # a list of relations, now empty, may stay
    assert set(names(rejected(data))) == set(names(clean)) == known
    assert revised(jixiao, tmp_path, filed(source))[0] == data, "two runs write the same bytes"


def kept(text: str, own: str) -> Iterator[tuple[str, bool]]:
    """Each sentence of a report, and whether it still stands in a text."""
    flat = re.sub(r"\s+", "", text)
    for sentence in SENTENCE.findall(own):
        folded = re.sub(r"\s+", "", sentence).rstrip("。")  # a heading that has its text on the same line loses its stop
        if len(folded) > 1:
            yield sentence, folded in flat


def test_the_reports_own_sentences_and_figures_stay(jixiao: Jixiao, tmp_path: Path) -> None:
    """Of the four reports in one file; a sentence of which a figure was wrong is not counted as kept."""
    data, _ = revised(jixiao, tmp_path, filed(SEED), "--clean")
    own = prose(re.sub(r"\[bookmark: [^\]]*\]", "", SEED.read_text(encoding="utf-8")))
    text = "\n".join(lines(data))
    told = list(kept(text, own))
    assert sum(still for _, still in told) >= 0.95 * len(told), [sentence for sentence, still in told if not still]
    figures, now = FIGURE.findall(own), FIGURE.findall(text)
    gone = [figure for figure in set(figures) if now.count(figure) < figures.count(figure)]
    assert set(gone) <= {"99.59", "58.67%", "4", "100%", "20", "40"}, "those that were wrong"


def test_a_text_is_drafted_anew_from_its_own_sentences_and_this_is_said(jixiao: Jixiao, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run = jixiao("report", SEED, "--out", out, "--format", "markdown", "--format", "docx")
    assert run.status == 0
    assert "不是 Word（.docx）文件，不能在原文上修订" in run.err
    text = "\n".join(path.read_text(encoding="utf-8").replace("\\", "") for path in out.glob("*.md"))
    form = re.compile(r"^(?:附件|备注)", re.M)
    own = "\n".join(form.split(one)[0] for one in re.split(r"（缩略版）", prose(SEED.read_text(encoding="utf-8")))[1:])
    told = list(kept(text, re.sub(r"\[bookmark: [^\]]*\]", "", own)))
    assert sum(still for _, still in told) >= 0.95 * len(told), [sentence for sentence, still in told if not still]


def test_figures_follow_the_table_to_the_letter(jixiao: Jixiao, tmp_path: Path) -> None:
    data, _ = revised(jixiao, tmp_path, filed(SEED))
    text = "\n".join(lines(data))
    assert "绩效自评综合得分为95.58分，其中：资金执行情况得分为19.59分，产出指标得分情况为40分，效益指标得分情况为35.99分" in text
    assert "项目共设计4个绩效指标，实际完成3个，指标完成率为75%" in text, "the first 4 was right"
    comments = "".join(part(data, "word/comments.xml").itertext())
    assert "自评总分 99.59 分，按规则为 95.58 分。" in comments
    assert "依据：" in comments


def test_as_filed_leaves_the_bodys_own_scores(jixiao: Jixiao, tmp_path: Path) -> None:
    data, _ = revised(jixiao, tmp_path, filed(SEED), "--as-filed")
    assert "绩效自评综合得分为99.59分" in "\n".join(lines(data))


def test_a_form_without_a_report_is_drafted_from_its_facts(jixiao: Jixiao, forms: Forms, tmp_path: Path) -> None:
    path = tmp_path / "表.docx"
    path.write_bytes(docx(text_reader.read_text(forms.write().read_text(encoding="utf-8"), "x")))
    run = jixiao("report", path, "--out", tmp_path / "out", "--format", "docx")
    assert run.status == 0
    assert "修订" not in run.err
    assert any("绩效自评报告" in one.name for one in (tmp_path / "out").iterdir())


@pytest.mark.skipif(not has_office(), reason="LibreOffice (soffice) is not installed")
def test_libreoffice_opens_all_of_them(jixiao: Jixiao, tmp_path: Path) -> None:
    data, _ = revised(jixiao, tmp_path, filed(SEED))
    files = {"revised.docx": data, "clean.docx": accepted(data), "back.docx": rejected(data)}
    made = converted(files, "pdf", "pdf")
    assert len(made) == 3
    assert all(content.startswith(b"%PDF") for content in made.values())
