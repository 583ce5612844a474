"""Which layout a document has is told by its own marks, whatever the year and whatever policy is to judge it."""

from __future__ import annotations

import pytest
from conftest import SMALL_FORM

from engine.documents.text import read_text
from engine.intake import layouts
from engine.intake.shelf import Shelf
from engine.policy.library import library

CENTRAL = "项目支出绩效自评表（2022年度）\n" + "\n\n".join(
    "\n".join(f"\t{cell}" for cell in row)
    for row in (
        ["项目名称", "公园管护"],
        ["主管部门", "某市城管局", "实施单位", "某市公园管理处"],
        ["项目资金（万元）", "", "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"],
        ["", "年度资金总额", "100", "100", "95", "10", "95%", "9.5"],
        ["年度总体目标", "预期目标", "实际完成情况"],
        ["", "做好公园管护", "已完成"],
        ["绩效指标", "一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分"],
        ["", "产出指标", "数量指标", "管护公园", "≥20个", "20个", "90", "90"],
    )
)


def read_with(text: str, named: str = "") -> tuple[tuple[str, ...], str]:
    shelf = Shelf(library())
    read = layouts.read(read_text(text, "f.txt"), "f.txt", shelf, shelf.policy(named) if named else None)
    return read.candidates, read.submission().policy


@pytest.mark.parametrize("year", ["2021", "2019", "2031"])
def test_a_layout_is_recognised_whatever_the_year(year: str) -> None:
    candidates, _ = read_with(SMALL_FORM.replace("2021年度示例", f"{year}年度示例"))
    assert {name.partition("/")[0] for name in candidates} == {"hubei"}


def test_a_form_without_the_marks_of_a_place_is_of_the_general_layout() -> None:
    central = ("central/2020", "central/2021-101")  # the draft is laid out so, too, and says which forms choose it
    assert read_with(CENTRAL)[0] == central
    assert read_with(CENTRAL.replace("年度指标值", "年初目标值（A）"))[0] == central, "one mark is not enough"


def test_the_layout_of_a_named_policy_is_used_where_it_fits() -> None:
    assert read_with(CENTRAL, "central/2020")[1] == "central/2020"
    assert read_with(CENTRAL, "platform/2021")[0][0] == "platform/2021", "a draft's own layout, for it was named"
    assert read_with(CENTRAL, "hubei/2021")[1] == "central/2020", "its marks are not there"
    assert read_with(SMALL_FORM, "central/2020")[1] == "hubei/2021"
