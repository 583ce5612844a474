"""The four published forms, written as Word, Excel and PDF files, read back to the same record as their text.

All is compared but places: every cell, header, note, the report's prose, its table of unmet indicators and what it states.

What a format cannot keep:
* places: a text has lines, a workbook has cells with addresses, a PDF has pages;
* a table in which nothing is merged (style "plain"): one reason that holds for two rows stands in the first alone, and nothing
  says that it holds for the second as well. An empty cell known to stand alone is read as empty;
* several spaces or tabs between 填报单位 and 填报日期 on one line: a PDF keeps that there was a space, not which;
* a PDF has no paragraphs: a line that is full is taken to go on. A paragraph that happens to fill its last line to the margin,
  and is followed by one that is neither indented nor numbered, is joined with it.
"""

from __future__ import annotations

import dataclasses
import re
from functools import cache
from importlib.util import find_spec
from itertools import pairwise
from typing import Any

import pytest
from conftest import ROOT
from deep import some
from layouts import layout_of
from ofd_writing import of_pdf
from writers import STYLES, converted, docx, font_file, has_office, old_workbook, workbook

from engine.documents import kinds
from engine.documents import reader as documents_reader
from engine.documents import text as text_reader
from engine.documents.model import Document
from engine.errors import Place
from engine.forms import reader as form_reader
from engine.forms.model import Layout
from engine.intake.bundle import read_bundle
from engine.policy.library import library
from engine.reports import word
from engine.reports.context import contexts
from engine.reports.draft import drafts
from engine.results.bundles import checked_bundles
from engine.submission.model import Form

SEED = ROOT / "examples" / "hubei-gcc-2021.txt"
has_ofd = find_spec("ofdkit") is not None
needs_office = pytest.mark.skipif(not has_office(), reason="LibreOffice (soffice) is not installed")


def hubei() -> Layout:
    return layout_of("hubei/2021")


@cache
def seed() -> Document:
    """The text without the marks its extraction left, which no Word file prints."""
    return text_reader.read_text(re.sub(r"\[bookmark: [^\]]*\]", "", SEED.read_text(encoding="utf-8")), "seed.txt")


@cache
def filed() -> tuple[Form, ...]:
    return form_reader.read_forms(seed(), hubei())


@cache
def parts() -> tuple[Document, ...]:
    """The text cut into one document for each form with its report."""
    starts = [form.report[0].place.line for form in filed()] + [1 << 30]
    lines = [(block, block.place.line) for block in seed().blocks]
    return tuple(Document(tuple(b for b, line in lines if first <= line < last)) for first, last in pairwise(starts))


def plain(item: Any, leave_out: frozenset[str] = frozenset()) -> Any:
    """The record without places."""
    if isinstance(item, Place):
        return None
    if dataclasses.is_dataclass(item):
        names = (f.name for f in dataclasses.fields(item) if f.name not in leave_out)
        return {name: plain(getattr(item, name), leave_out) for name in names}
    return [plain(part, leave_out) for part in item] if isinstance(item, tuple) else item


def spaced_once(item: Any) -> str:
    """What is left of several spaces when a page is printed once more: that there was one."""
    return re.sub(" +", " ", str(item))


def read(data: bytes, kind: str) -> tuple[Form, ...]:
    assert kinds.kind_of(data).key == kind
    return form_reader.read_forms(documents_reader.document(data, f"seed.{kind}"), hubei())


def assert_same(data: bytes, kind: str, style: str = "") -> None:
    back = plain(read(data, kind))
    expected = plain(filed())
    if style == "plain":
        (row,) = [row for row in expected[0]["unmet"] if row["name"] == "主席、常委和执委会议人数"]
        row["reason"]["text"] = ""
    assert back == expected


@pytest.mark.parametrize("style", STYLES)
def test_word(style: str) -> None:
    assert_same(docx(seed(), style), "docx", style)


WORKBOOKS = {
    "texts": {},
    "numbers with formats": {"numbers": True},
    "no lines drawn": {"framed": False},
    "three columns of the sheet for one": {"columns": 3, "numbers": True},
    "no lines, two columns for one": {"columns": 2, "framed": False},
}


@pytest.mark.parametrize("sheets", ["one sheet", "four sheets"])
@pytest.mark.parametrize("how", WORKBOOKS)
def test_excel(how: str, sheets: str) -> None:
    assert_same(workbook([seed()] if sheets == "one sheet" else parts(), **WORKBOOKS[how]), "xlsx")


@pytest.mark.parametrize("sheets", ["one sheet", "four sheets"])
def test_old_excel(sheets: str) -> None:
    assert_same(old_workbook([seed()] if sheets == "one sheet" else parts()), "xls")


def test_cells_say_where_they_stand() -> None:
    cell = read(workbook(parts()), "xlsx")[1].goals[0].indicators[0].actual
    assert cell is not None
    assert re.fullmatch(r"表2![A-Z]\d+", cell.place.path)
    assert cell.place.table


@needs_office
@pytest.mark.deep
@pytest.mark.parametrize("target", some(["doc:MS Word 97", "odt:writer8", "docx:MS Word 2007 XML", "rtf:Rich Text Format"], 2))
def test_through_libreoffice(target: str) -> None:
    kind = target.partition(":")[0]
    source = {f"{style}.docx": docx(seed(), style) for style in (STYLES if kind == "docx" else STYLES[:1])}
    for name, data in converted(source, target, kind).items():
        assert_same(data, kind, name.partition(".")[0])


@needs_office
def test_pdf_made_by_libreoffice() -> None:
    made = converted({f"{style}.docx": docx(seed(), style) for style in ("merged", "repeated", "plain")}, "pdf", "pdf")
    for name, data in made.items():
        assert_same(data, "pdf", name.partition(".")[0])


@pytest.fixture(scope="module")
def reports() -> dict[str, bytes]:
    """Reports of the four forms as `jixiao report` writes them."""
    bundle = read_bundle([SEED], library())
    result = next(checked_bundles([bundle])).result
    made = drafts(contexts(result, bundle.submission.forms, bundle.policy, as_filed=True), bundle.policy, [ROOT / "templates"])
    template = ROOT / "templates" / "word" / "report.docx"
    return {f"{n}.docx": word.render(draft, template) for n, draft in enumerate(made)}


OTHER_FONTS = {"AR PL UMing CN": "fonts-arphic-uming", "WenQuanYi Zen Hei": "fonts-wqy-zenhei"}
"""One whose figures are half as wide as its characters, one whose figures are wider; each with its Debian package."""


@needs_office
@pytest.mark.deep
@pytest.mark.parametrize("family", some([None, *OTHER_FONTS], 2))
def test_the_word_report_as_pdf(family: str | None, reports: dict[str, bytes]) -> None:
    """Reports printed to PDF, in whatever font. The report is drafted anew, so the form alone is compared."""
    font = font_file(family) if family else None
    if family and not font:
        pytest.skip(f"the font {family} is not installed (Debian package {OTHER_FONTS[family]})")
    some = dict(list(reports.items())[: 2 if font else None])  # the department's and a project's
    files = converted(some, "pdf", "pdf", font=font)
    other = frozenset({"report", "statements", "unmet", "grade"})
    forms = read_bundle([SEED], library()).submission.forms
    for form, data in zip(forms[: len(files)], files.values(), strict=True):
        (back,) = read(data, "pdf")
        assert plain(back, other) == plain(form, other)
        assert back.grade is not None
        assert form.grade is not None
        assert back.grade.text == form.grade.text
        if has_ofd and not font:  # the same pages printed to the other format
            (again,) = read(of_pdf(data), "ofd")
            assert spaced_once(plain(again, other)) == spaced_once(plain(form, other))
