"""What two bodies' forms share word for word: copies with names and figures changed are found, formulas and phrases are not."""

from __future__ import annotations

from typing import Any

import pytest

from engine.submission import copying, record
from engine.submission.model import Form

WELL = (
    "入冬以后气温偏低，土层冻结，施工单位两次停工，管网铺设推迟到次年开春；加之材料价格上涨，原定的采购重新询价，"
    "因此年内完成的长度少于计划。下一步由规划股牵头，把开工时间提前到九月以前，逐月通报进度。"
)
OTHER = (
    "参训学员多为外出务工人员，春节以后陆续离乡，后两期没有招满；授课老师临时调整，课程压缩为三天。"
    "明年将把开班时间排在春节前，由就业服务中心逐村摸底报名。"
)


def form(unit: str, *reasons: str, remedies: str = "", header: str = "", name: str = "管网改造") -> Form:
    rows = [
        {"name": f"指标{n}", "level1": "产出指标", "level2": "数量指标", "target": "10公里", "actual": "8公里", "reason": reason}
        for n, reason in enumerate(reasons)
    ]
    data: dict[str, Any] = {"kind": "project", "name": name, "goals": [{"indicators": rows}], "remedies": remedies}
    if header:
        data["header"] = [{"key": "department", "label": "主管部门", "value": header}]
    whole = {"schema": "jixiao/submission/1", "unit": unit, "fiscal_year": 2023, "forms": [data]}
    return record.from_data(whole).forms[0]


def test_a_copy_is_found_from_both_sides_with_names_and_figures_changed() -> None:
    first = form("青禾县水务局", f"青禾县水务局2023年计划12.5公里，{WELL}")
    second = form("白石区水利局", f"白石区水利局2023年计划7公里，{WELL}", OTHER, name="供水保障")
    one, two = copying.marked([first, second])
    assert (one.copied[0].unit, one.copied[0].form) == ("白石区水利局", "供水保障")
    assert one.copied[0].fiscal_year == 2023
    assert two.copied[0].unit == "青禾县水务局"
    assert one.copied[0].characters == two.copied[0].characters
    assert one.copied[0].characters / one.copied[0].of > 0.9 > two.copied[0].characters / two.copied[0].of
    assert WELL.rstrip("。") in one.copied[0].text, "the passage as written, with its figures and marks"


def test_texts_of_their_own_are_no_copies() -> None:
    assert copying.marked([form("甲县水务局", WELL), form("乙县人社局", OTHER)]) == [
        form("甲县水务局", WELL),
        form("乙县人社局", OTHER),
    ]


def test_a_few_sentences_moved_about_are_still_found() -> None:
    first = form("甲县水务局", WELL, remedies=OTHER)
    second = form("乙县人社局", OTHER, remedies="我们将认真总结经验教训，切实提高管理水平。")
    one, two = copying.marked([first, second])
    assert all((one.copied, two.copied))
    assert 0.3 < one.copied[0].characters / one.copied[0].of < 0.7


@pytest.mark.parametrize(
    "text",
    [
        "严格按照《中华人民共和国预算法实施条例》《项目支出绩效评价管理办法》的规定执行",
        "受疫情影响",
        "根据工作实际需要进行调整，下一步加强管理",
    ],
)
def test_titles_cited_and_short_phrases_are_no_copies(text: str) -> None:
    assert not any(one.copied for one in copying.marked([form("甲县水务局", text), form("乙县人社局", text)]))


def test_what_many_bodies_write_is_a_formula() -> None:
    many = [form(f"{name}县水务局", WELL) for name in "甲乙丙丁戊己庚辛壬癸子丑"]
    assert not any(one.copied for one in copying.marked(many))
    assert all(one.copied for one in copying.marked(many[:3]))


def test_one_body_and_its_superior_may_say_the_same() -> None:
    one_body = [form("甲市水务局", WELL), form("甲市水务局机关", WELL)]
    superior = [form("甲市水务局", WELL), form("河道管理所", WELL, header="甲市水务局")]
    nameless = [form("甲市水务局", WELL), form("", WELL)]
    for forms in (one_body, superior, nameless):
        assert not any(one.copied for one in copying.marked(forms))


def test_the_order_of_the_forms_does_not_matter() -> None:
    forms = [form("甲县水务局", WELL), form("乙县人社局", OTHER, WELL), form("丙县住建局", WELL, name="别的"), form("丁局", OTHER)]
    there = {one.unit: one.copied for one in copying.marked(forms)}
    back = {one.unit: one.copied for one in copying.marked(forms[::-1])}
    assert there == back
    assert len(there["甲县水务局"]) == 2


def test_the_record_keeps_it() -> None:
    marked = copying.marked([form("甲县水务局", WELL), form("乙县水利局", WELL)])[0]
    from engine.submission.model import Submission

    data = record.to_data(Submission((marked,)))
    assert record.from_data(data).forms[0].copied == marked.copied
