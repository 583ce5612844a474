"""Budget blocks as many places write them: columns told by how their names are made, lines without a name, tasks with amounts."""

from __future__ import annotations

import pytest
from test_strangers_forms import HEAD, TITLE, form, table

from engine.submission.model import BudgetLine, Form


def total(read: Form) -> BudgetLine:
    return next(line for line in read.budget if line.role == "total")


def amounts(read: Form) -> tuple[str, ...]:
    line = total(read)
    return tuple(cell.text if cell else "" for cell in (line.original, line.budget, line.executed, line.rate))


@pytest.mark.parametrize(
    "names",
    [
        ("年初预算", "调整后预算", "实际支出", "预算执行率"),
        ("预算安排", "预算调整后", "实际支出", "支出进度"),
        ("年初预算金额", "调整后预算金额", "实际使用金额", "资金使用率"),
        ("预算批复数", "预算调整数", "支出数", "支出进度"),
        ("批复预算数", "全年预算安排数", "累计支出金额", "执行进度"),
        ("年初批复数", "本年预算总额", "全年实际支付金额", "支出率"),
    ],
)
def test_columns_are_told_by_how_their_names_are_made(names: tuple[str, ...]) -> None:
    block = [["项目资金", "", *names], ["", "年度资金总额", "100", "120", "90", "75%"]]
    assert amounts(form(TITLE, table(head=HEAD, funds=block))) == ("100", "120", "90", "75%")


def test_the_only_line_needs_no_name() -> None:
    block = [["预算资金（万元）", "年初预算数", "全年预算数", "全年执行数", "执行率"], ["", "100", "120", "90", "75%"]]
    read = form(TITLE, table(head=HEAD, funds=block))
    assert amounts(read) == ("100", "120", "90", "75%")
    assert [doubt.key for doubt in read.doubts if doubt.key.startswith("budget")] == ["budget_taken"], "it is told"


def test_of_two_lines_without_a_name_none_is_taken() -> None:
    block = [["预算资金", "", "全年预算数", "全年执行数"], ["", "甲项资金来源", "60", "50"], ["", "", "60", "40"]]
    read = form(TITLE, table(head=HEAD, funds=block))
    assert not [line for line in read.budget if line.role == "total"]
    assert any(doubt.key == "no_budget" for doubt in read.doubts)


def test_amounts_with_their_labels_in_one_cell() -> None:
    block = [
        ["预算执行情况", "全年预算数及执行数", "分值", "执行率", "得分"],
        ["", "预算数：120.5；执行数：90.1", "10", "74.77%", "7.48"],
    ]
    read = form(TITLE, table(head=HEAD, funds=block))
    line = total(read)
    assert amounts(read) == ("", "120.5", "90.1", "74.77%")
    assert [cell.text if cell else "" for cell in (line.weight, line.score)] == ["10", "7.48"]


def test_a_money_unit_in_a_cell_of_its_own_moves_nothing() -> None:
    """As where a form was copied from Word, a line a cell."""
    block = [
        ["项目资金", "（万元）", "", "年初预算数", "全年预算数", "全年执行数", "执行率"],
        ["", "年度资金总额", "100", "120", "90", "75%"],
        ["", "其中：财政拨款", "100", "120", "90", ""],
    ]
    read = form(TITLE, table(head=HEAD, funds=block))
    assert amounts(read) == ("100", "120", "90", "75%")
    assert total(read).money_unit == "万元"


def test_tasks_with_amounts_are_summed_by_their_last_row() -> None:
    block = [
        ["年度主要任务完成情况", "任务名称", "主要内容", "预算数（万元）", "", "执行数（万元）", "", "分值", "执行率"],
        ["", "任务名称", "主要内容", "总额", "财政拨款", "总额", "财政拨款", "", ""],
        ["", "任务1", "建健身点", "50", "50", "40", "40", "", "80%"],
        ["", "任务2", "办运动会", "30", "20", "30", "20", "", "100%"],
        ["", "金额合计", "", "80", "80", "70", "70", "10", "87.5%"],
    ]
    read = form(TITLE, table(head=HEAD, funds=block))
    line = total(read)
    assert line.budget
    assert line.executed
    assert (line.budget.text, line.executed.text) == ("80", "70")
    assert len([item for item in read.header if item.key == "task"]) == 2


@pytest.mark.parametrize("written", ["各市、县（区）", "有关市县", "各县水利局", "各预算单位", "全市各单位", "各乡镇人民政府"])
def test_many_bodies_are_not_the_one_that_files(written: str) -> None:
    read = form(TITLE, table(head=[["项目名称", "水利发展资金"], ["主管部门", "某省水利厅", "资金使用单位", written]]))
    assert read.unit == "某省水利厅"
    assert any(doubt.key == "unit_taken" for doubt in read.doubts), "and it is told"


@pytest.mark.parametrize("written", ["各界人士联谊会", "各族青年交流中心", "全市公共资源交易中心", "有关事项办公室"])
def test_a_body_whose_name_begins_so_is_one(written: str) -> None:
    read = form(TITLE, table(head=[["项目名称", "水利发展资金"], ["主管部门", "某省水利厅", "资金使用单位", written]]))
    assert read.unit == written


def test_a_column_that_may_say_by_how_much_is_no_budget_beside_one() -> None:
    block = [
        ["项目资金", "", "年初预算数", "预算调整数", "全年预算数", "全年执行数"],
        ["", "年度资金总额", "100", "20", "120", "118"],
    ]
    read = form(TITLE, table(head=HEAD, funds=block))
    assert amounts(read)[:3] == ("100", "120", "118")
    assert [item.value.text for item in read.header if "预算调整数" in item.label] == ["20"], "it is kept"


@pytest.mark.parametrize(
    ("change", "rate", "certain"), [("120", "98.33%", True), ("20", "98.33%", False), ("20", "", False), ("120", "", False)]
)
def test_alone_it_is_the_budget_if_the_printed_rate_says_so(change: str, rate: str, certain: bool) -> None:
    block = [["项目资金", "", "年初预算数", "调整数", "全年执行数", "执行率"], ["", "年度资金总额", "100", change, "118", rate]]
    budget = total(form(TITLE, table(head=HEAD, funds=block))).budget
    assert budget is not None
    assert (budget.text, not budget.doubt) == (change, certain)


def test_of_two_columns_that_could_be_one_field_neither_is_certain() -> None:
    block = [["项目资金", "", "本年预算金额", "最终预算金额", "全年执行数"], ["", "年度资金总额", "100", "120", "118"]]
    budget = total(form(TITLE, table(head=HEAD, funds=block))).budget
    assert budget is not None
    assert "都可能是" in budget.doubt


def test_one_line_that_shows_what_a_column_says_speaks_for_all() -> None:
    header = ["项目资金", "", "年初预算", "调整预算", "实际支出", "执行率"]
    detail = ["", "其中：财政拨款", "100", "100", "98", ""]
    read = form(TITLE, table(head=HEAD, funds=[header, ["", "年度资金总额", "100", "120", "118", "98.33%"], detail]))
    assert [line.budget.doubt for line in read.budget if line.budget] == ["", ""]
    read = form(TITLE, table(head=HEAD, funds=[header, ["", "年度资金总额", "100", "20", "118", "98.33%"], detail]))
    assert all("不能确定" in line.budget.doubt for line in read.budget if line.budget)
