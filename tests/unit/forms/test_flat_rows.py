"""A list of several projects' indicators, as platforms export it: a form for each project, none mixed with another."""

from __future__ import annotations

from test_strangers_forms import TITLE, forms

HEADER = ["序号", "预算单位", "项目名称", "一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", "年度"]


def row(number: int, unit: str, project: str, name: str, target: str = "≥10个", year: str = "2022") -> list[str]:
    return [str(number), unit, project, "产出指标", "数量指标", name, target, "12个", "10", "10", year]


def test_each_project_is_a_form() -> None:
    rows = [
        row(1, "甲局", "修路", "里程"),
        row(2, "甲局", "修路", "桥梁"),
        row(3, "甲局", "修路（二期）", "里程"),
        row(4, "乙局", "修路", "里程"),
    ]
    read = forms("2022年度项目支出绩效自评指标明细表", [HEADER, *rows])
    found = [(form.unit, form.name, form.fiscal_year, [i.name for goal in form.goals for i in goal.indicators]) for form in read]
    assert found == [
        ("甲局", "修路", 2022, ["里程", "桥梁"]),
        ("甲局", "修路（二期）", 2022, ["里程"]),
        ("乙局", "修路", 2022, ["里程"]),
    ]
    assert all(any(doubt.key == "no_budget" for doubt in form.doubts) for form in read), "a list has no money, and it is told"


def test_rows_of_one_project_that_stand_apart_are_one_form() -> None:
    rows = [row(1, "甲局", "修路", "里程"), row(2, "甲局", "治水", "河段"), row(3, "甲局", "修路", "桥梁")]
    read = forms(TITLE, [HEADER, *rows])
    assert [(form.name, len(form.goals[0].indicators)) for form in read] == [("修路", 2), ("治水", 1)]


def test_the_same_project_of_two_years_is_two_forms() -> None:
    rows = [row(1, "甲局", "修路", "里程", year="2021"), row(2, "甲局", "修路", "里程", year="2022")]
    assert [form.fiscal_year for form in forms("项目支出绩效自评指标明细表", [HEADER, *rows])] == [2021, 2022]


def test_a_merged_name_holds_for_its_rows() -> None:
    rows = [row(1, "甲局", "修路", "里程"), ["2", "", "", *row(2, "", "", "桥梁")[3:-1], ""], row(3, "甲局", "治水", "河段")]
    read = forms(TITLE, [HEADER, *rows])
    assert [(form.name, len(form.goals[0].indicators)) for form in read] == [("修路", 2), ("治水", 1)]


def test_every_cell_keeps_its_place() -> None:
    (first, second) = forms(TITLE, [HEADER, row(1, "甲局", "修路", "里程"), row(2, "甲局", "治水", "河段")])
    assert [form.goals[0].indicators[0].place.row for form in (first, second)] == [2, 3]


def test_a_column_of_projects_in_a_form_does_not_cut_it() -> None:
    """A department's form may say of each indicator which of its projects it is of; it has its own head above."""
    head = [
        ["部门名称", "甲局"],
        ["部门整体支出", "", "年初预算数", "全年预算数", "全年执行数"],
        ["", "年度资金总额", "9", "9", "9"],
    ]
    columns = ["一级指标", "二级指标", "三级指标", "项目名称", "年度指标值", "实际完成值", "分值", "得分"]
    rows = [[*row(1, "", "", name)[3:6], project, "≥1", "2", "5", "5"] for name, project in (("里程", "修路"), ("河段", "治水"))]
    (read,) = forms("部门整体支出绩效自评表（2022年度）", [*head, columns, *rows])
    assert [indicator.name for goal in read.goals for indicator in goal.indicators] == ["里程", "河段"]
