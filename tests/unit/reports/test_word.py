"""Word templates: what they may do, what stops them, and what the file made of them is like."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from conftest import ROOT, SMALL_FORM

from engine.documents import text as text_reader
from engine.documents import word as docx_reader
from engine.errors import PolicyError
from engine.findings.findings import Checker
from engine.forms.reader import read_forms
from engine.policy.library import library
from engine.policy.loading import load
from engine.reports import word
from engine.reports.context import contexts
from engine.reports.draft import Draft, drafts
from engine.results.document import to_data
from engine.scoring.form import evaluate
from engine.submission.model import Submission

TEMPLATE = ROOT / "templates" / "word" / "report.docx"


@pytest.fixture(scope="module")
def draft() -> Draft:
    policy = load("hubei/2021", library())
    forms = read_forms(text_reader.read_text(SMALL_FORM), policy.layout)
    evaluation = evaluate(Submission(forms), policy)
    result = to_data(evaluation, Checker(policy).check(evaluation))
    return drafts(contexts(result, forms, policy), policy, [ROOT / "templates"])[0]


def parts(data: bytes) -> dict[str, bytes]:
    with ZipFile(BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


Template = Callable[..., Path]


@pytest.fixture
def template(tmp_path: Path) -> Template:
    """The shipped template with another body, or with parts changed or added."""

    def make(body: str = "", **changes: bytes) -> Path:
        held = parts(TEMPLATE.read_bytes())
        if body:
            text = held["word/document.xml"].decode()
            held["word/document.xml"] = re.sub("<w:body>.*(?=<w:sectPr>)", lambda _: f"<w:body>{body}", text, flags=re.S).encode()
        held |= {name.replace("__", "/"): content for name, content in changes.items()}
        path = tmp_path / "模板.docx"
        with ZipFile(path, "w", ZIP_DEFLATED) as package:
            for name, content in held.items():
                package.writestr(name, content)
        return path

    return make


def p(*runs: str) -> str:
    return f"<w:p>{''.join(f'<w:r><w:t>{run}</w:t></w:r>' for run in runs)}</w:p>"


def texts(data: bytes) -> list[str]:
    return [paragraph.text for paragraph in docx_reader.read_bytes(data).paragraphs()]


def refused(draft: Draft, path: Path) -> str:
    with pytest.raises(PolicyError) as caught:
        word.render(draft, path)
    assert str(caught.value).startswith(str(path))
    return str(caught.value)


def test_the_same_draft_gives_the_same_bytes(draft: Draft) -> None:
    first = word.render(draft, TEMPLATE)
    assert word.render(draft, TEMPLATE) == first
    with ZipFile(BytesIO(first)) as package:
        assert {entry.date_time for entry in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_page_and_type_are_those_of_official_documents(draft: Draft) -> None:
    made = parts(word.render(draft, TEMPLATE))
    document, styles = made["word/document.xml"].decode(), made["word/styles.xml"].decode()
    size = dict(re.findall(r'w:(\w+)="(\d+)"', re.findall("<w:pgSz[^>]*>|<w:pgMar[^>]*>", document)[0]))
    margins = dict(re.findall(r'w:(\w+)="(\d+)"', re.findall("<w:pgMar[^>]*>", document)[0]))
    assert (size["w"], size["h"]) == ("11906", "16838")
    millimetres = {side: round(int(margins[side]) / 56.6929) for side in ("top", "bottom", "left", "right")}
    assert millimetres == {"top": 37, "bottom": 35, "left": 28, "right": 26}
    assert 'w:line="578" w:lineRule="exact"' in styles
    for font in ("仿宋_GB2312", "方正小标宋简体", "黑体", "楷体_GB2312"):
        assert f'w:eastAsia="{font}"' in styles
    assert "PAGE" in made["word/footer1.xml"].decode()
    assert made["docProps/core.xml"].decode().count(draft.title) == 1


def test_no_mark_of_the_template_is_left(draft: Draft) -> None:
    document = parts(word.render(draft, TEMPLATE))["word/document.xml"].decode()
    assert not re.search(r"\{\{|\{%|%\}|\}\}|vmerge", document)
    assert 'w:val="restart"' in document
    assert "<w:tblHeader/>" in document


def test_a_corrected_score_stands_in_the_form_and_a_right_one_as_it_was_filed(draft: Draft) -> None:
    rows = {row["name"]: row for goal in word.view(draft)["form"]["goals"] for row in goal["rows"]}
    assert rows["培训期数"]["score"] == "6.67"
    assert rows["服务投诉次数"]["score"] == "16"  # computed as 16.00
    assert not rows["服务投诉次数"]["changed"]


def test_marks_that_word_tore_apart_are_put_together(draft: Draft, template: Template) -> None:
    body = p("{", "{ un", "it }", "}") + p("{%p if kind ", "== “project” %}") + p("项目") + p("{%p endif %}")
    assert texts(word.render(draft, template(body))) == ["示例单位", "项目"]


def test_data_is_text_whatever_it_holds(draft: Draft, template: Template, monkeypatch: pytest.MonkeyPatch) -> None:
    nasty = '<w:p/>&amp; "“{{ x }}{% y %}\x00\x0b\ufffe'
    real = word.view
    monkeypatch.setattr(word, "view", lambda made: {**real(made), "unit": nasty})
    assert texts(word.render(draft, template(p("{{ unit }}")))) == ['<w:p/>&amp; "“{{ x }}{% y %}']


def test_vmerge_follows_any_condition(draft: Draft, template: Template) -> None:
    row = (
        "<w:tr><w:tc><w:tcPr><w:tcW w:w='900'/><w:vAlign w:val='top'/></w:tcPr><w:p><w:pPr><w:jc w:val='center'/></w:pPr>"
        "<w:r><w:t>{% vmerge row.begins1 %}{{ row.level1 }}</w:t></w:r></w:p></w:tc>"
        f"<w:tc>{p('{{ row.name }}')}</w:tc></w:tr>"
    )
    loop = "<w:tr><w:tc>{}</w:tc></w:tr>"
    body = (
        "<w:tbl><w:tblGrid/>"
        + loop.format(p("{%tr for row in form.goals[0].rows %}"))
        + row
        + loop.format(p("{%tr endfor %}"))
        + "</w:tbl><w:p/>"
    )
    data = word.render(draft, template(body))
    (table,) = docx_reader.read_bytes(data).tables()
    assert [(cells[0].text, cells[0].merged) for cells in table.rows] == [
        ("产出指标", False),
        ("", True),
        ("效益指标", False),
        ("", True),
    ]
    document = parts(data)["word/document.xml"].decode()
    assert re.search(r"<w:tcW[^>]*/><w:vMerge/><w:vAlign", document)  # the order Word wants


def test_what_word_would_not_open_is_mended(draft: Draft, template: Template) -> None:
    empty_cell = f"<w:tc>{p('{%p for note in form.notes %}')}{p('{{ note }}')}{p('{%p endfor %}')}</w:tc>"
    none = "<w:tbl><w:tblGrid/>" + "".join(f"<w:tr><w:tc>{p(t)}</w:tc></w:tr>" for t in ("{%tr if false %}", "甲", "{%tr endif %}"))
    body = f"{none}</w:tbl><w:tbl><w:tblGrid/><w:tr>{empty_cell}</w:tr></w:tbl>{p('乙')}"
    document = parts(word.render(draft, template(body)))["word/document.xml"].decode()
    assert document.count("<w:tbl>") == 1
    assert re.search(r"<w:tc>\s*<w:p/></w:tc>", document)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("{{ form.totl }}", "totl"),
        ("{{ form.totl }}", "total"),  # the name that was meant
        ("{{ ''.__class__.__mro__ }}", "__class__"),
        ("{{ unit.upper() }}", "upper"),
        ("{{ cycler.__init__.__globals__ }}", "cycler"),
        ("{{ unit|attr('__class__') }}", "attr"),
        ("{% for a in range(99999) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}", "循环"),
        ("{{ 'x' * 999999999 }}", "*"),
        ("{{ range(999999999999) }}", ""),
        ("{% include 'word/document.xml' %}", "word/document.xml"),
        ("{{ unit ", "没有写完"),
        ("{% if %}", "语法错误"),
        ("{% vmerge true %}", "格子"),
        ("{{ " + "a" * 3_000 + " }}", "没有写完"),
    ],
)
def test_a_template_that_asks_for_too_much_or_what_is_not_there(draft: Draft, template: Template, body: str, said: str) -> None:
    assert said in refused(draft, template(p("前文") + p(body)))


def test_an_error_says_where_in_the_document(draft: Draft, template: Template) -> None:
    said = refused(draft, template(p("前文") + p("总分：{{ form.totl }}") + p("后文")))
    assert "在“总分：{{ form.totl }}”" in said
    assert "是否想写“total”" in said


def test_marks_across_paragraphs_are_an_error_not_a_broken_file(draft: Draft, template: Template) -> None:
    torn = p("{% if false %}甲") + f"<w:tbl><w:tblGrid/><w:tr><w:tc>{p('乙{% endif %}')}</w:tc></w:tr></w:tbl>"
    assert "没有成对" in refused(draft, template(torn))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"word__media__a.png": b"\0" * 40_000_000}, "压缩炸弹"),
        ({"word__vbaProject.bin": b"macro"}, "宏"),
        ({"word__embeddings__a.xlsx": b"x"}, "嵌入"),
        ({"word__styles.xml": b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"}, "实体"),
        (
            {
                "word___rels__settings.xml.rels": b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
                b'<Relationship Id="r" Type="x/attachedTemplate" Target="http://example.org/a.dotm" TargetMode="External"/>'
                b"</Relationships>"
            },
            "外部",
        ),
        ({"word__document.xml": b"<w:document"}, "损坏"),
    ],
)
def test_a_dangerous_template_is_refused(draft: Draft, template: Template, changes: dict[str, Any], said: str) -> None:
    assert said in refused(draft, template(**changes))


def test_something_else_is_no_template(draft: Draft, tmp_path: Path) -> None:
    path = tmp_path / "模板.docx"
    assert "读不了" in refused(draft, path)
    path.write_text("题目", encoding="utf-8")
    assert "不是可用的 Word 模板" in refused(draft, path)
