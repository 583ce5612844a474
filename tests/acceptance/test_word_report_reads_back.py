"""The form in the Word report is the form that was filed: reading the .docx gives the same submission record."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, SMALL_FORM

from engine.errors import Place
from engine.intake.bundle import Bundle, read_bundle
from engine.policy.library import library
from engine.reports import word
from engine.reports.context import contexts
from engine.reports.draft import drafts
from engine.results.bundles import BundleResult, checked_bundles
from engine.submission.model import Form

TEMPLATE = ROOT / "templates" / "word" / "report.docx"
Row = Sequence[str]


def form_text(
    rows: Sequence[Row], *, budget: tuple[Row, Row] = (("预算数（A)", "执行数(B)"), ("200.00", "150.00")), **other: str
) -> str:
    """An invented form with one goal; a row is 一级, 二级, 三级, target, actual, score and whatever columns follow."""
    head, numbers = budget
    extra = ["偏差原因分析"] if len(rows[0]) > 6 else []
    cells: list[Row] = [
        ("项目名称", "测试经费项目"),
        ("主管部门", "甲局", "项目实施单位", "乙院"),
        ("项目类别", "1、部门预算项目   ☑   2、省直专项  □"),
        ("预算执行情况（万元）", "", *head, "执行率(B/A)", "得分（20分*执行率）"),
        ("（20分）", "年度财政资金总额", *numbers, "75.00%", "15.00"),
        (
            other.get("goal", "年度绩效目标1（80分）"),
            "一级指标",
            "二级指标",
            "三级指标",
            "年初目标值（A)",
            "实际完成值(B)",
            "得分",
            *extra,
        ),
        *(("", *row) for row in rows),
        ("总分", other.get("total", "95")),
        ("偏差大或目标未完成原因分析", other.get("analysis", "一、受影响\n（二）“改期” & <延期>")),
        ("改进措施及结果应用方案", "加强"),
    ]
    table = "\n\n".join("\n".join(f"\t{cell}" for cell in row) for row in cells)
    return f"2021年度测试经费项目自评表\n填报单位：测试单位    填报日期：2022年4月27日\n{table}\n\n备注：\n1.口径一\n2.口径“二”\n"


def long_form(count: int) -> str:
    half = count // 2
    leads = {0: ("产出指标（40分）", "数量指标（40分）"), half: ("效益指标（40分）", "社会效益指标（40分）")}
    each = f"{80 / count:g}"
    rows = [(*leads.get(n, ("", "")), f"第{n + 1}项工作完成数量（{each}分）", "10件", "10件", each) for n in range(count)]
    return form_text(rows)


INVENTED = {
    "small": SMALL_FORM,
    "two pages": long_form(30),
    "200 indicators": long_form(200),
    "no weights": form_text(
        [
            ("产出指标", "数量指标", "甲", "≥10件", "9件", "20"),
            ("", "", "乙", "5件", "5件", "20"),
            ("", "质量指标", "丙", "100%", "100%", "20"),
            ("效益指标", "社会效益指标", "丁", "提高", "已完成", "20"),
        ],
        goal="年度绩效目标",
    ),
    "special characters": form_text(
        [
            ("产出指标（40分）", "数量指标（40分）", "<甲>&\"乙\"“丙”'丁' {{ x }}（20分）", "≥10件 & <20件", '12件 >"9"', "20"),
            ("", "", "{% if %}&amp;&lt;w:p/&gt;（20分）", "{#5%#}", "6%", "20"),
            ("效益指标（40分）", "社会效益指标（40分）", "☑ 𠮷 ＜全角＞（40分）", "是", "是", "40"),
        ],
        goal="年度绩效目标（80分）",
    ),
    "reasons and first budget": form_text(
        [
            ("产出指标（40分）", "数量指标（10分）", "甲（10分）", "10件", "5件", "5", "减少"),
            ("", "数量指标（30分）", "乙（30分）", "1件", "1件", "30", ""),
            ("效益指标（40分）", "社会效益指标（40分）", "丙（40分）", "提高", "已完成", "40", ""),
        ],
        budget=(("年初预算数", "预算数（A)", "执行数(B)"), ("300", "200.00", "150.00")),
        total="",
    ),
}


@pytest.fixture(scope="module", params=["seed", "water", *INVENTED])
def filed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, seed: Path) -> Path:
    if request.param == "seed":
        return seed
    if request.param == "water":
        return Path(__file__).parent / "data" / "water-bureau-2021.txt"
    path = tmp_path_factory.mktemp("filed") / "form.txt"
    path.write_text(INVENTED[request.param], encoding="utf-8")
    return path


@lru_cache(maxsize=2)
def checked(path: Path) -> tuple[Bundle, BundleResult]:
    """A form as read and checked: both tests of it begin with that."""
    bundle = read_bundle([path], library())
    return bundle, next(checked_bundles([bundle]))


def round_trip(path: Path, directory: Path, *, as_filed: bool) -> list[tuple[Form, Form, Any]]:
    """Each form as filed, as read back from its Word report, and the data the report was made from."""
    bundle, found = checked(path)
    result = found.result
    made = drafts(contexts(result, bundle.submission.forms, bundle.policy, as_filed=as_filed), bundle.policy, [ROOT / "templates"])
    out = []
    for number, (form, draft) in enumerate(zip(bundle.submission.forms, made, strict=True)):
        written = directory / f"{number}.docx"
        written.write_bytes(word.render(draft, TEMPLATE))
        (back,) = read_bundle([written], library()).submission.forms
        out.append((form, back, draft.context.data))
    return out


def plain(item: Any) -> Any:
    """The record without places, and without what belongs to the report, which is drafted anew."""
    if isinstance(item, Place):
        return None
    if dataclasses.is_dataclass(item):
        report = {"report", "statements", "unmet", "place"} | ({"grade"} if isinstance(item, Form) and not_on_form(item) else set())
        return {f.name: plain(getattr(item, f.name)) for f in dataclasses.fields(item) if f.name not in report}
    return [plain(part) for part in item] if isinstance(item, tuple) else item


def not_on_form(form: Form) -> bool:
    return form.grade is None or not form.grade.place.table


def test_as_filed_the_record_is_the_same(filed: Path, tmp_path: Path) -> None:
    for form, back, data in round_trip(filed, tmp_path, as_filed=True):
        assert plain(back) == plain(form)
        if form.grade:
            assert back.grade is not None
            assert back.grade.text == form.grade.text
        assert_unmet(back, data)


def test_a_corrected_draft_differs_in_the_scores_alone(filed: Path, tmp_path: Path) -> None:
    for form, back, data in round_trip(filed, tmp_path, as_filed=False):
        before, after = plain(form), plain(back)
        scores = iter(data["indicators"])
        for goal, again in zip(before["goals"], after["goals"], strict=True):
            for indicator, other in zip(goal["indicators"], again["indicators"], strict=True):
                assert_stands(other.pop("score"), indicator.pop("score"), next(scores))
        assert_stands(after.pop("total"), before.pop("total"), data["total"])
        for line, other in zip(before["budget"], after["budget"], strict=True):
            assert_stands(other.pop("score"), line.pop("score"), data["execution_score"])
        if not form.notes:  # the draft gives the clauses its scores rest on where the form says nothing
            after["notes"] = before["notes"]
        before.pop("grade", None), after.pop("grade", None)
        assert after == before
        assert (back.grade.text if back.grade else "") == data["grade"]
        assert_unmet(back, data)


def assert_stands(now: Any, filed: Any, score: Any) -> None:
    if score["differs"] or not (filed and filed["text"]):
        assert (now or {}).get("text", "") == score["value"]
    else:
        assert now == filed


def assert_unmet(back: Form, data: Any) -> None:
    if len(data["unmet"]) < 2:  # said in a sentence
        assert back.unmet == ()
        return
    cells = [(row.level2, row.name, row.target, row.actual, row.reason) for row in back.unmet]
    rows = [tuple(getattr(cell, "text", cell) for cell in row) for row in cells]
    assert rows == [(item["level2"], item["name"], item["target"], item["actual"], item["reason_shown"]) for item in data["unmet"]]


def test_the_seeds_are_four_forms_and_one_is_corrected(seed: Path, tmp_path: Path) -> None:
    pairs = round_trip(seed, tmp_path, as_filed=False)
    assert [back.kind for _, back, _ in pairs] == ["department", "project", "project", "project"]
    totals = [(form.total.text, back.total.text) for form, back, _ in pairs if form.total and back.total]
    assert totals == [("96.82", "96.82"), ("88.34", "88.34"), ("98.2", "98.2"), ("99.59", "95.58")]


def test_cells_say_where_they_stood_in_the_word_file(seed: Path, tmp_path: Path) -> None:
    _, back, _ = round_trip(seed, tmp_path, as_filed=True)[1]
    place = back.goals[0].indicators[0].place
    assert place.file.endswith("1.docx")
    assert (place.line, place.row, place.cell) == (0, 9, 4)
