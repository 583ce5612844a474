"""`jixiao report` on a Word file with a report in it: that file, revised; accepted it is the clean one, rejected the filed one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from conftest import ROOT, SMALL_FORM, Forms, Jixiao
from word_packages import W, disorder, letters, names, part
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
    assert "自评总分99.59分，按规则为95.58分。" in comments
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


# --- files as people make them ---------------------------------------------------------------------------------------

REPORT = """2021年度示例经费项目
绩效自评结果

一、自评得分
示例单位2021年度示例经费项目绩效自评得分为84.67分，其中：预算执行得15分，产出指标得22.67分，效益指标得37分，自评等级为“良”。
二、绩效目标完成情况
（一）执行率情况
2021年度项目调整后预算数为200.00万元，实际执行资金150.00万元，预算执行率为57.00%。
（二）完成的绩效目标
项目设置了4个绩效指标，完成指标4个，指标完成率为100%。其中“培训期数”指标年初目标值为“3期”，实际完成值为“2期”。
（三）未完成的绩效目标
无。
四、下一步改进措施
（一）下一步改进措施
一是加强管理。
（二）与预算安排相结合情况
自评结果将作为2023年项目预算安排的参考。
附件：
"""
SCORE, COUNT = "绩效自评得分为84.67分", "完成指标4个"


def theirs(kind: str) -> bytes:
    """The report above the small form as a Word file, changed as people's programs and hands do."""
    data = docx(text_reader.read_text(REPORT + SMALL_FORM, "x"))
    with ZipFile(BytesIO(data)) as package:
        parts: dict[str, bytes] = {name: package.read(name) for name in package.namelist()}
    body = parts["word/document.xml"].decode()
    run = re.search(r"<w:r><w:rPr>(?:(?!</w:rPr>).)*</w:rPr><w:t[^>]*>[^<]*84\.67[^<]*</w:t></w:r>", body)
    assert run, body[:2000]
    before, after = re.findall(r">([^<]*)84\.67([^<]*)<", run[0])[0]
    r = '<w:r><w:rPr>{1}</w:rPr><w:t xml:space="preserve">{0}</w:t></w:r>'.format
    figure = {
        "bold and split": r("8", "") + r("4.6", "<w:b/>") + r("7", "<w:i/>"),
        "a field of theirs": f'<w:fldSimple w:instr=" =SUM(ABOVE) ">{r("84.67", "")}</w:fldSimple>',
        "their insertion": f'<w:del w:id="71" w:author="张三"><w:r><w:delText>80</w:delText></w:r></w:del>'
        f'<w:ins w:id="72" w:author="张三" w:date="2022-04-01T00:00:00Z">{r("84.67", "")}</w:ins>',
        "a hyperlink": f'<w:hyperlink w:anchor="x">{r("84.67", "")}</w:hyperlink>',
    }[kind]
    body = body.replace(run[0], r(before, "") + figure + r(after, ""))
    field = '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> PAGE </w:instrText></w:r>'
    head = f'<w:hdr xmlns:w="{W}"><w:p>{field}<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p></w:hdr>'
    parts |= {"word/document.xml": body.encode(), "word/header1.xml": head.encode()}
    out = BytesIO()
    with ZipFile(out, "w") as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["bold and split", "a hyperlink", "a field of theirs", "their insertion"])
def test_a_file_with_marks_of_others_is_revised_around_them(jixiao: Jixiao, tmp_path: Path, kind: str) -> None:
    source = theirs(kind)
    data, told = revised(jixiao, tmp_path, source)
    text = "\n".join(lines(data))
    ours = kind in ("bold and split", "a hyperlink")
    assert ("绩效自评得分为74.67分" in text) == ours
    assert (SCORE in text) != ours, "what others changed, and what is reckoned, is only remarked"
    assert ("没有直接改" in told) != ours
    assert "完成指标2个，指标完成率为50%" in text
    assert "项目设置了4个绩效指标" in text, "the same figure, which is right, stays"
    assert "自评等级为“中”" in text
    assert "预算执行率为75.00%" in text
    assert "实际完成值为“1期”" in text
    assert "三、存在的问题" in text, "the section that is missing"
    assert text.index("（三）未完成的绩效目标") < text.index("三、存在的问题") < text.index("四、下一步改进措施")
    assert "\n无。\n" not in text
    assert letters(part(rejected(data))) == letters(part(source))
    assert part_bytes(data, "word/header1.xml") == part_bytes(source, "word/header1.xml")
    for name in ("word/document.xml", "word/comments.xml"):
        assert not list(disorder(part(data, name)))
    authors = {one.get(f"{{{W}}}author") for one in part(accepted(data)).iter(f"{{{W}}}ins", f"{{{W}}}del")}
    assert authors == ({"张三"} if kind == "their insertion" else set())


def part_bytes(data: bytes, name: str) -> bytes:
    with ZipFile(BytesIO(data)) as package:
        return package.read(name)
