"""From blocks to forms: every cell in its place, and a word for every cell that has none."""

from __future__ import annotations

import time
from functools import cache
from pathlib import Path

import pytest
from deep import Figure, tries
from layouts import layout_of, written

from engine.documents.model import Document, Paragraph, Table, TableCell
from engine.documents.text import read, read_text
from engine.errors import EXIT_INPUT, InputError, Place, PolicyError
from engine.forms.columns import Columns, closing_values
from engine.forms.goal_rows import OpenGoal, read_weight_cells
from engine.forms.labels import fold, label_keys
from engine.forms.layout import layout as build_layout
from engine.forms.model import Composition, Layout
from engine.forms.reader import read_forms, recognises
from engine.forms.targets import composed
from engine.submission.model import Cell, Doubt, Form, Indicator
from engine.yaml import reader as yamlfile
from engine.yaml import schema as schemas

ROOT = Path(__file__).parents[3]
SEED = ROOT / "examples" / "hubei-gcc-2021.txt"

HEADER = ["年度绩效目标1（80分）", "一级指标", "二级指标", "三级指标", "年初目标值（A)", "实际完成值(B)", "得分"]


def hubei() -> Layout:
    return layout_of("hubei/2021")


@cache
def seed() -> tuple[Form, ...]:
    return read_forms(read(SEED, file="seed.txt"), hubei())


def table(*rows: list[str]) -> str:
    return "\n\n".join("\n".join(f"\t{cell}" for cell in row) for row in rows) + "\n\n"


def project(
    *rows: list[str], title: str = "2021年度某项目自评表", head: str = "填报单位：某单位    填报日期：2022年4月27日"
) -> str:
    budget = [
        ["预算执行情况（万元）", "", "预算数（A)", "执行数(B)", "执行率(B/A)", "得分（20分*执行率）"],
        ["（20分）", "年度财政资金总额", "100", "90", "90%", "18"],
    ]
    return f"{title}\n{head}\n" + table(["项目名称", "某经费项目"], *budget, *rows)


def forms(text: str) -> tuple[Form, ...]:
    return read_forms(read_text(text, "f.txt"), hubei())


def indicator(*row: str, header: list[str] | None = None) -> Indicator:
    (form,) = forms(project(header or HEADER, list(row)))
    return form.goals[0].indicators[0]


def refused(text: str) -> str:
    """The one line that says why there is no form in a text."""
    with pytest.raises(InputError) as caught:
        forms(text)
    assert caught.value.exit_status == EXIT_INPUT
    (problem,) = caught.value.problems
    assert problem.code == "input.no-form"
    return str(problem)


def told(text: str) -> list[tuple[str, str]]:
    """What is doubtful about the one form in a text: key, and what it is about."""
    (form,) = forms(text)
    return [(doubt.key, doubt.subject) for doubt in form.doubts]


# the seed


def test_four_forms_in_one_file() -> None:
    assert [(form.kind, form.name, form.fiscal_year) for form in seed()] == [
        ("department", "部门整体支出", 2021),
        ("project", "商协会管理工作经费", 2021),
        ("project", "民营经济服务工作经费", 2021),
        ("project", "机关保障工作经费", 2021),
    ]
    assert {form.unit for form in seed()} == {"湖北省工商业联合会"}
    assert {form.filled_on.text for form in seed() if form.filled_on} == {"2022年4月27日"}


def test_goals_indicators_totals_and_grades() -> None:
    counts = [(len(form.goals), sum(len(goal.indicators) for goal in form.goals)) for form in seed()]
    assert counts == [(9, 40), (2, 7), (6, 25), (1, 4)]
    assert [form.total.text for form in seed() if form.total] == ["96.82", "88.34", "98.2", "99.59"]
    assert [form.grade.text for form in seed() if form.grade] == ["优", "良", "优", "优"]


def test_the_budget_block() -> None:
    (line,) = seed()[0].budget
    cells = (line.budget, line.executed, line.rate, line.weight, line.score)
    assert [cell and cell.text for cell in cells] == ["3,279.31", "3,279.31", "100.00%", "20", "20"]
    assert (line.name, line.role, line.money_unit) == ("部门整体支出总额", "total", "万元")
    assert [form.budget[0].money_unit for form in seed()] == ["万元"] * 4


def test_goal_titles_and_weights() -> None:
    department, project_form, _, office = seed()
    assert department.goals[0].title == "推进“四好”商会和巩固“五好”县级工商联建设。"
    assert [goal.weight.text for goal in department.goals if goal.weight] == ["10", "2", "7.5", "11", "11", "9.5", "6", "10", "13"]
    assert [(goal.title, goal.weight and goal.weight.text) for goal in project_form.goals] == [
        ("", "68"),
        ("", "12"),
    ]
    assert [(goal.title, goal.weight and goal.weight.text) for goal in office.goals] == [("", "80")]


def test_merged_levels_are_carried_down_and_groups_recorded() -> None:
    goal = seed()[0].goals[0]
    assert [(i.name, i.level1, i.level2) for i in goal.indicators][2] == ("组织商会培训", "产出指标", "数量指标")
    assert [(g.level1, g.level2, g.weight and g.weight.text) for g in goal.groups] == [
        ("产出指标", "", "6"),
        ("产出指标", "数量指标", "6"),
        ("效益指标", "", "4"),
        ("效益指标", "社会效益指标", "4"),
    ]


def test_an_indicator_with_the_places_of_its_cells() -> None:
    found = seed()[0].goals[0].indicators[2]
    cells = [found.weight, found.target, found.actual, found.score]
    assert [cell and cell.text for cell in cells] == ["1", "3期", "1期", "0.33"]
    assert found.place == Place("seed.txt", line=131, table=2, row=10, cell=4)
    assert found.actual
    assert found.actual.place == Place("seed.txt", line=133, table=2, row=10, cell=6)


def test_indicator_weights_of_every_form_add_up_to_its_goals() -> None:
    from decimal import Decimal

    for form in seed():
        for goal in form.goals:
            total = sum(Decimal(i.weight.text) for i in goal.indicators if i.weight)
            assert goal.weight
            assert total == Decimal(goal.weight.text)


def test_header_fields_analysis_remedies_notes() -> None:
    department, association = seed()[:2]
    assert {f.key: f.value.text for f in department.header} == {
        "unit": "湖北省工商业联合会",
        "basic_expenditure": "1,827.29",
        "project_expenditure": "1,452.02",
    }
    assert {f.key for f in association.header} >= {"project_name", "department", "implementer", "project_type"}
    assert association.analysis  # its label lacks a character on the form
    assert association.analysis.text.startswith("1.项目绩效指标设计不全面\n项目设置的")
    assert association.remedies
    assert association.remedies.text.startswith("一是完善")
    assert [len(form.notes) for form in seed()] == [4, 4, 4, 4]
    assert all(form.notes[0].text.startswith("1.预算执行情况口径") for form in seed())


def test_bookmarks_are_gone() -> None:
    texts = [cell.text for form in seed() for section in form.report for cell in section.paragraphs]
    assert not any("bookmark" in text for text in texts)


def test_recognition() -> None:
    found = recognises(read(SEED), hubei())
    assert (found.forms, found.marks) == (4, 6)
    assert found.labels > 20
    nothing = recognises(read_text("会议纪要\n"), hubei())
    assert (nothing.forms, nothing.marks, nothing.labels) == (0, 0, 0)


# labels


def test_labels_fold_width_space_and_brackets() -> None:
    assert fold(" 预算数（Ａ) ") == "预算数(A)"
    assert list(label_keys("得 分【20分*执行率】：")) == ["得分(20分*执行率)", "得分"]
    assert list(label_keys("（万元）")) == ["(万元)"]


def test_labels_in_other_dress() -> None:
    header = [
        "年度绩效目标１【８０分】",
        "一 级 指 标",
        "二级指标（分）",
        "三级指标(分)",
        "年初目标值 （Ａ）",
        "实际完成值",
        "得 分：",
    ]
    found = indicator("", "产出指标〔80 分〕", "数量指标", "培训（ 80 分)", "3期", "3期", "80", header=header)
    assert (found.name, found.level1, found.weight and found.weight.text) == ("培训", "产出指标", "80")


@pytest.mark.parametrize(
    ("written", "name", "weight"),
    [
        ("培训（1.5分）", "培训", "1.5"),
        ("培训（-1分）", "培训", "-1"),
        ("培训（若干分）", "培训", "若干"),
        ("培训（１．５分）", "培训", "１．５"),
        ("培训（部分）", "培训（部分）", None),
        ("培训（A级）（2分）", "培训（A级）", "2"),
        ("培训", "培训", None),
        ("组织\n培训（2分）", "组织培训", "2"),
    ],
)
def test_weight_in_brackets_is_kept_as_written(written: str, name: str, weight: str | None) -> None:
    found = indicator("", "产出指标", "数量指标", written, "1", "1", "1")
    assert (found.name, found.weight and found.weight.text) == (name, weight)


def test_weight_in_a_column() -> None:
    header = ["年度绩效目标", "一级指标", "二级指标", "三级指标", "分值", "年初目标值", "实际完成值", "得分"]
    found = indicator("", "产出指标", "数量指标", "培训", "5", "1", "1", "5", header=header)
    assert found.weight
    assert found.weight.text == "5"


def test_columns_are_where_the_header_says() -> None:
    header = ["年度绩效目标", "一级指标", "二级指标", "三级指标", "实际完成值", "年初目标值", "得分"]
    found = indicator("", "产出指标", "数量指标", "培训（5分）", "7次", "9次", "5", header=header)
    assert found.target
    assert found.actual
    assert (found.target.text, found.actual.text) == ("9次", "7次")


def test_a_header_may_span_columns() -> None:
    header = ["年度绩效目标", "", "一级指标", "二级指标", "三级指标", "年初目标值", "", "实际完成值", "得分"]
    found = indicator("", "", "产出指标", "数量指标", "培训（5分）", "", "9次", "7次", "5", header=header)
    assert found.target
    assert found.target.text == "9次"


def test_text_of_merged_cells_repeated_in_every_row_opens_no_new_group() -> None:
    row = ["", "产出指标（8分）", "数量指标（8分）"]
    (form,) = forms(project(HEADER, [*row, "甲（4分）", "1", "1", "4"], [*row, "乙（4分）", "1", "1", "4"]))
    assert len(form.goals[0].groups) == 2


def test_an_empty_cell_is_an_empty_cell() -> None:
    found = indicator("", "产出指标", "数量指标", "培训", "1", "", "")
    assert found.actual is not None
    assert found.actual.text == ""


def test_goals_may_have_the_same_number() -> None:
    row = ["", "产出指标", "数量指标", "培训（4分）", "1", "1", "4"]
    other = ["年度绩效目标1（4分）", *HEADER[1:]]
    (form,) = forms(project(HEADER, row, other, row))
    assert [goal.number for goal in form.goals] == [1, 2]


# a page break


def levels(form: Form) -> list[list[tuple[str, str, str]]]:
    return [[(i.name, i.level1, i.level2) for i in goal.indicators] for goal in form.goals]


FIRST = ["", "产出指标（40分）", "数量指标（30分）", "甲（10分）", "1", "1", "10"]


@pytest.mark.parametrize(
    "heading", ["年度绩效目标1（80分）", "年度绩效目标１ (80分)", "", "年度绩效目标（续）", "年度绩效目标1（80分）续"]
)
def test_a_goal_goes_on_behind_a_page_break(heading: str) -> None:
    again = [heading, *HEADER[1:]]
    (form,) = forms(project(HEADER, FIRST, again, ["", "产出指标（40分）", "质量指标（10分）", "乙（10分）", "1", "1", "10"]))
    assert levels(form) == [[("甲", "产出指标", "数量指标"), ("乙", "产出指标", "质量指标")]]
    assert [(g.level1, g.level2) for g in form.goals[0].groups] == [
        ("产出指标", ""),
        ("产出指标", "数量指标"),
        ("产出指标", "质量指标"),
    ]


def test_empty_levels_behind_a_page_break_carry_on() -> None:
    rows = [["", "", "", "乙（10分）", "1", "1", "10"], ["", "", "质量指标", "丙（10分）", "1", "1", "10"]]
    (form,) = forms(project(HEADER, FIRST, HEADER, *rows))
    assert levels(form) == [[("甲", "产出指标", "数量指标"), ("乙", "产出指标", "数量指标"), ("丙", "产出指标", "质量指标")]]


def test_a_goal_with_its_text_beside_goes_on_behind_a_page_break() -> None:
    goal, header = ["年度目标1", "做好一件"], ["年度绩效指标（80分）", *HEADER[1:]]
    rest = ["", "", "", "乙（10分）", "1", "1", "10"]
    (form,) = forms(project(goal, header, FIRST, goal, header, rest))
    assert [(g.title, g.weight and g.weight.text, len(g.indicators)) for g in form.goals] == [("做好一件", "80", 2)]
    (form,) = forms(project(goal, header, FIRST, ["年度目标1", "做好另一件"], header, FIRST))
    assert [g.title for g in form.goals] == ["做好一件", "做好另一件"]


def test_the_same_heading_opens_another_goal_if_its_levels_begin_anew_or_its_weight_is_spent() -> None:
    header = ["年度绩效目标", *HEADER[1:]]
    output, benefit = ["", "产出指标", "数量指标", "甲", "1", "1", "1"], ["", "效益指标", "社会效益指标", "乙", "1", "1", "1"]
    (form,) = forms(project(header, output, benefit, header, output, benefit))
    assert [len(goal.indicators) for goal in form.goals] == [2, 2]
    header, spent = ["年度绩效目标（4分）", *HEADER[1:]], ["", "产出指标", "数量指标", "甲（4分）", "1", "1", "4"]
    (form,) = forms(project(header, spent, header, spent))
    assert [len(goal.indicators) for goal in form.goals] == [1, 1]


def test_a_heading_said_again_without_rows_is_a_goal_without_indicators() -> None:
    assert told(project(HEADER, FIRST, ["年度绩效目标1（80分）"], ["总分", "9"])) == [("unread_goal", "年度绩效目标1（80分）")]


# weights beside names


@pytest.mark.parametrize(
    ("written", "name", "weight"),
    [
        ("培训（权重15分）", "培训", "15"),
        ("培训（分值：15分）", "培训", "15"),
        ("培训（分值：15）", "培训", "15"),
        ("培训（权重 15）", "培训", "15"),
        ("培训（15分）（核心）", "培训（核心）", "15"),
        ("培训（核心）（15分）", "培训（核心）", "15"),
        ("培训（2021）", "培训（2021）", None),
        ("培训（3）", "培训（3）", None),
        ("培训（3%）", "培训（3%）", None),
        ("培训（权重分）", "培训（权重分）", None),
    ],
)
def test_other_ways_to_write_a_weight(written: str, name: str, weight: str | None) -> None:
    found = indicator("", "产出指标", "数量指标", written, "1", "1", "1")
    assert (found.name, found.weight and found.weight.text) == (name, weight)


def named_weights(*names: str, goal: str = "年度绩效目标", level1: str = "产出指标") -> list[tuple[str, str | None]]:
    rows = [["", level1 if n == 0 else "", "数量指标" if n == 0 else "", name, "1", "1", "1"] for n, name in enumerate(names)]
    (form,) = forms(project([goal, *HEADER[1:]], *rows))
    assert all(i.level1 == form.goals[0].groups[0].level1 for i in form.goals[0].indicators)
    return [(i.name, i.weight.text if i.weight else None) for i in form.goals[0].indicators]


def test_bare_numbers_are_weights_if_all_names_have_them() -> None:
    assert named_weights("甲（30）", "乙（30.5）", "丙（19.5）") == [("甲", "30"), ("乙", "30.5"), ("丙", "19.5")]
    assert named_weights("甲（30%）", "乙（30%）", "丙（20%）") == [("甲", "30"), ("乙", "30"), ("丙", "20")]
    assert named_weights("甲（30）", "乙（50）", goal="年度绩效目标（80分）") == [("甲", "30"), ("乙", "50")]
    assert named_weights("甲（30分）", "乙（50）", goal="年度绩效目标（80分）") == [("甲", "30"), ("乙", "50")]


@pytest.mark.parametrize(
    "names",
    [
        ("甲（30）", "乙", "丙（20）"),
        ("甲（2021）", "乙（2021）", "丙（2021）"),
        ("甲（40）", "乙（40）", "丙（40）"),
        ("甲（1）", "乙（2）"),
        ("甲（30）", "乙（20）", "丙（20%）"),
    ],
)
def test_bare_numbers_that_may_be_names_stay_names(names: tuple[str, ...]) -> None:
    assert named_weights(*names) == [(name, None) for name in names]


def test_a_bare_number_among_other_weights_is_read_only_if_it_makes_up_the_goal() -> None:
    assert named_weights("甲（30分）", "乙（3）", goal="年度绩效目标（80分）") == [("甲", "30"), ("乙（3）", None)]


def test_a_column_of_weights_leaves_names_alone() -> None:
    header = ["年度绩效目标（5分）", "一级指标", "二级指标", "三级指标", "分值", "年初目标值", "实际完成值", "得分"]
    found = indicator("", "产出指标", "数量指标", "工程（5）", "", "1", "1", "5", header=header)
    assert found.weight is not None
    assert (found.name, found.weight.text) == ("工程（5）", "")


def test_bare_weights_of_levels() -> None:
    rows = [
        ["", "产出指标（40）", "数量指标（40）", "甲（40分）", "1", "1", "40"],
        ["", "效益指标（40）", "社会效益指标（40）", "乙", "1", "1", "1"],
    ]
    (form,) = forms(project(HEADER, *rows))
    assert levels(form) == [[("甲", "产出指标", "数量指标"), ("乙", "效益指标", "社会效益指标")]]
    assert {g.weight.text for g in form.goals[0].groups if g.weight} == {"40"}


# titles


@pytest.mark.parametrize(
    ("title", "kind", "name", "unit", "year"),
    [
        ("湖北省水利厅2021年度部门整体支出自评表", "department", "部门整体支出", "湖北省水利厅", 2021),
        ("湖北省水利厅2021年度维修养护项目自评表", "project", "维修养护", "湖北省水利厅", 2021),
        ("湖北省水利厅\n2021年度维修养护项目自评表", "project", "维修养护", "甲", 2021),
        ("２０２１年度维修养护项目自评表", "project", "维修养护", "甲", 2021),
        ("二〇二一年度维修养护项目自评表", "project", "维修养护", "甲", 2021),
        ("湖北省水利厅二○二一年度维修养护项目支出绩效自评表", "project", "维修养护", "湖北省水利厅", 2021),
        ("附件1：2021年度维修养护项目自评表", "project", "维修养护", "甲", 2021),
    ],
)
def test_titles(title: str, kind: str, name: str, unit: str, year: int) -> None:
    row = ["", "产出指标", "数量指标", "甲", "1", "1", "1"]
    head = "填报单位：甲" if unit == "甲" else "填报日期：2022年4月27日"
    text = project(HEADER, row, title=title, head=head).replace("\t项目名称\n\t某经费项目\n\n", "")
    (form,) = forms(text)
    assert (form.kind, form.name, form.unit, form.fiscal_year) == (kind, name, unit, year)


def test_a_sentence_is_no_title() -> None:
    row = ["", "产出指标", "数量指标", "甲", "1", "1", "1"]
    (form,) = forms(project(HEADER, row, title="我们按要求填报了2021年度某项目自评表。"))
    assert (form.title, form.name, form.fiscal_year) == ("", "某经费", 0)
    assert {"no_title", "no_year"} <= {doubt.key for doubt in form.doubts}


# a money unit in the name of a row


def test_a_row_name_with_the_money_unit() -> None:
    row = ["", "产出指标", "数量指标", "甲", "1", "1", "1"]
    text = project(HEADER, row).replace("预算执行情况（万元）", "预算执行情况").replace("年度财政资金总额", "年度资金总额（万元）")
    (line,) = forms(text)[0].budget
    assert (line.role, line.money_unit, line.budget and line.budget.text) == ("total", "万元", "100")


def test_a_row_with_a_money_unit_of_its_own() -> None:
    detail = ["", "其中：当年财政拨款（元）", "1000000", "900000", "90%", ""]
    (form,) = forms(project(detail, HEADER, ["", "产出指标", "数量指标", "甲", "1", "1", "1"]))
    assert [(line.role, line.money_unit) for line in form.budget] == [("total", "万元"), ("detail", "元")]


# labels nobody listed


def with_head(*rows: list[str]) -> str:
    text = project(HEADER, ["", "产出指标", "数量指标", "甲", "1", "1", "1"])
    return text.replace("\t项目名称\n", table(*rows) + "\t项目名称\n")


def unlisted(*rows: list[str]) -> list[tuple[str, str]]:
    (form,) = forms(with_head(*rows))
    return [(f.label, f.value.text) for f in form.header if not f.key]


def test_labels_nobody_listed_are_kept_without_a_key() -> None:
    assert unlisted(
        ["项目责任人", "张三", "分管领导", "027-87654321"], ["项目起止时间：", "2021年1月至12月"], ["备案编号", ""]
    ) == [
        ("项目责任人", "张三"),
        ("分管领导", "027-87654321"),
        ("项目起止时间：", "2021年1月至12月"),
        ("备案编号", ""),
    ]
    assert unlisted(["项目责任人", "", "张三", "主管部门", "某厅", "分管领导", "123"]) == [
        ("项目责任人", "张三"),
        ("分管领导", "123"),
    ]
    assert unlisted(["项目概况", "主管部门", "某厅"]) == [("项目概况", "")]


@pytest.mark.parametrize(
    ("row", "kept"),
    [
        (["项目类列", "部门"], ("", "部门")),
        (["2021", "5"], ("", "2021、5")),
        (["本项目于2021年启动，已按期完成。", "是"], ("", "本项目于2021年启动，已按期完成。、是")),
        (["某数", "1", "2", "3"], ("某数", "1、2、3")),
        (["主管部门", "某厅", "某局"], ("主管部门", "某局")),
    ],
)
def test_what_does_not_look_like_labels_with_values_is_kept_and_told(row: list[str], kept: tuple[str, str]) -> None:
    (form,) = forms(with_head(row))
    assert ("label_unknown") in [doubt.key for doubt in form.doubts]
    assert kept[1] in [item.value.text for item in form.header]


def test_choices_in_cells_of_their_own_are_one_value() -> None:
    (form,) = forms(with_head(["项目类别", "1、部门预算项目 ☑", "2、省直专项 □", "3、转移支付 □"]))
    assert "1、部门预算项目 ☑ 2、省直专项 □ 3、转移支付 □" in [f.value.text for f in form.header if f.key == "project_category"]
    assert form.doubts == ()


def test_a_row_that_has_no_place_is_kept() -> None:
    (form,) = forms(project(["项目秘钥", "张三"], HEADER, ["", "产出指标", "数量指标", "甲", "1", "1", "1"]))
    assert ("项目秘钥", "张三") in [(f.label, f.value.text) for f in form.header]
    assert [doubt.key for doubt in form.doubts] == ["label_unknown"]


# the file as a whole


def test_no_form_is_said_in_one_line() -> None:
    said = refused("通知\n" + table(["三级指标", "年初目标值", "备注"], ["甲", "1", ""]))
    assert "没有认出自评表：看上去是没有实际完成值和得分的目标表" in said
    assert "实际完成值和得分各栏的一张表" in said
    assert "看上去是没有表格的文字" in refused("通知\n")


def test_title_over_two_paragraphs() -> None:
    (form,) = forms(
        "2021年度某经费\n项目自评表\n" + project(HEADER, ["", "产出指标", "数量指标", "甲", "1", "1", "1"]).split("\n", 1)[1]
    )
    assert (form.kind, form.name) == ("project", "某经费")


def test_table_of_contents_is_no_form() -> None:
    text = project(HEADER, ["", "产出指标", "数量指标", "甲", "1", "1", "1"])
    assert len(forms("目录\n2021年度某项目自评表\n" + text)) == 1


def test_title_without_table() -> None:
    assert "标题下没有表格" in refused("2021年度某项目自评表\n填报单位：甲\n")
    good = project(HEADER, ["", "产出指标", "数量指标", "甲", "1", "1", "1"])
    assert told(good + "备注：\n1.口径\n\n2021年度另一项目自评表\n填报单位：甲\n") == [("unread_form", "2021年度另一项目自评表")]


def test_missing_total_is_not_fatal() -> None:
    (form,) = forms(project(HEADER, ["", "产出指标", "数量指标", "甲", "1", "1", "1"]))
    assert form.total is None


def test_total_and_grade_on_the_form() -> None:
    row = ["", "产出指标", "数量指标", "甲", "1", "1", "1"]
    (form,) = forms(project(HEADER, row, ["总分", "", "98.5", "自评等级", "优"]))
    assert form.total
    assert form.grade
    assert (form.total.text, form.grade.text) == ("98.5", "优")
    (form,) = forms(project(HEADER, row, ["总分：98.5"]))
    assert form.total
    assert form.total.text == "98.5"


def test_notes_inside_the_table() -> None:
    row = ["", "产出指标", "数量指标", "甲", "1", "1", "1"]
    (form,) = forms(project(HEADER, row, ["备注：1.口径", ""], ["2.汇总", ""]))
    assert [note.text for note in form.notes] == ["1.口径", "2.汇总"]


def test_a_paragraph_after_the_last_form_is_kept() -> None:
    text = project(HEADER, ["", "产出指标", "数量指标", "甲", "1", "1", "1"]) + "备注：\n1.口径\n\n联系人：某\n"
    assert [note.text for note in forms(text)[0].notes] == ["1.口径", "联系人：某"]


def test_unknown_line_under_the_title_is_kept_without_a_key() -> None:
    text = project(HEADER, ["", "产出指标", "数量指标", "甲", "1", "1", "1"], head="填报单位：某单位\n联系方式 123")
    assert ("", "联系方式 123") in [(f.key, f.value.text) for f in forms(text)[0].header]


def test_blocks_of_another_reader_with_merged_cells() -> None:
    def row(*cells: str | None) -> tuple[TableCell, ...]:
        return tuple(TableCell(text or "", Place(table=1, row=1, cell=i), merged=text is None) for i, text in enumerate(cells, 1))

    rows = (
        row("项目名称", None, "某项目", None, None, None, None),
        row("预算执行情况（万元）", None, "预算数", "执行数", "执行率", "得分（20分*执行率）", None),
        row("（20分）", "年度财政资金总额", "1", "1", "100%", "20", None),
        row(*HEADER),
        row("", "产出指标", "数量指标", "甲（5分）", "1", "1", "5"),
        row(None, None, None, "乙（5分）", "1", "1", "5"),
        row("总分", "100", None, None, None, None, None),
    )
    blocks = (
        Paragraph("2021年度某项目自评表", Place()),
        Paragraph("填报单位：甲", Place()),
        Table(rows, Place(table=1)),
    )
    (form,) = read_forms(Document(blocks), hubei(), "f.docx")
    assert [(i.name, i.level2) for i in form.goals[0].indicators] == [("甲", "数量指标"), ("乙", "数量指标")]
    assert form.budget[0].weight
    assert form.budget[0].weight.text == "20"


# what has no place


def test_everything_doubtful_is_told_with_its_place() -> None:
    (form,) = forms(
        project(
            ["项目属形", "持续性"],
            HEADER,
            ["", "产出指标", "数量指标", "甲（4分）", "1", "1"],
            ["", "", "", "乙（4分）", "1", "1", "4", "多出"],
            ["", "", "", "", "1", "1", "4"],
            ["说不清", "", "", "丙（4分）", "1", "1", "4"],
            ["", "", "", "丁（4分）", "1", "1", "4"],
        )
    )
    assert [(doubt.key, doubt.subject) for doubt in form.doubts] == [
        ("label_unknown", "项目属形"),
        ("unread_row", "甲"),
        ("unread_row", "乙"),
        ("label_unknown", "1"),
        ("label_unknown", "说不清"),
    ]
    assert all(str(doubt.place).startswith("f.txt：第") for doubt in form.doubts)
    found = form.goals[0].indicators
    assert [(i.name, bool(i.score and i.score.doubt), bool(i.target and i.target.doubt)) for i in found] == [
        ("甲", False, True),
        ("乙", True, True),
        ("丙", False, False),
        ("丁", False, False),
    ]
    assert "本行有6格，表头有7格" in (found[0].target.doubt if found[0].target else "")


def test_a_row_that_lacks_only_its_reason_has_an_empty_one() -> None:
    header = [*HEADER, "未完成原因分析"]
    (form,) = forms(project(header, ["", "产出指标", "数量指标", "甲（80分）", "1", "1", "80"]))
    (found,) = form.goals[0].indicators
    assert (form.doubts, _text(found.score), found.reason is not None, _text(found.reason)) == ((), "80", True, "")


def test_an_unknown_header_label_is_kept() -> None:
    text = project(HEADER, ["", "产出指标", "数量指标", "甲", "1", "1", "1"]).replace("\t项目名称", "\t项目实施单伍")
    assert told(text) == [("label_unknown", "项目实施单伍")]


def test_a_column_label_with_one_character_wrong_is_that_label() -> None:
    header = [cell.replace("三级指标", "三级指示") for cell in HEADER]
    (form,) = forms(project(header, ["", "产出指标", "数量指标", "甲", "1", "1", "1"]))
    assert [(doubt.key, doubt.text, doubt.taken) for doubt in form.doubts] == [("column_misspelt", "三级指示", "三级指标")]
    assert form.goals[0].indicators[0].name == "甲"


def test_two_characters_with_one_wrong_are_no_label() -> None:
    header = [*HEADER[:4], "单价", *HEADER[4:]]
    (form,) = forms(project(header, ["", "产出指标", "数量指标", "甲", "5元", "1", "1", "1"]))
    assert [(doubt.key, doubt.text) for doubt in form.doubts] == [("column_unlisted", "单价")]
    assert form.goals[0].indicators[0].unit is None


def test_the_only_line_of_the_budget_is_the_total_whatever_its_name() -> None:
    text = project(HEADER, ["", "产出指标", "数量指标", "甲", "1", "1", "1"]).replace("年度财政资金总额", "年度财政资金总数")
    (form,) = forms(text)
    assert [(line.role, line.name) for line in form.budget] == [("total", "年度财政资金总数")]
    assert [(doubt.key, doubt.subject) for doubt in form.doubts] == [("budget_taken", "年度财政资金总数")]


def test_of_several_lines_nobody_knows_none_is_taken_for_the_total() -> None:
    second = ["", "另一笔款项", "50", "50", "100%", ""]
    text = project(second, HEADER, ["", "产出指标", "数量指标", "甲", "1", "1", "1"]).replace("年度财政资金总额", "某某总数")
    (form,) = forms(text)
    assert form.budget == ()
    assert [doubt.key for doubt in form.doubts] == ["label_unknown", "label_unknown", "no_budget"]


def test_a_form_without_goals_or_budget() -> None:
    assert "没有填了内容的指标" in refused(project())
    text = "2021年度某项目自评表\n填报单位：甲\n" + table(HEADER, ["", "产出指标", "数量指标", "甲", "1", "1", "1"])
    assert told(text) == [("no_budget", "年度资金总额")]


def test_a_goal_without_indicators_is_told_beside_one_with_some() -> None:
    assert "没有填了内容的指标" in refused(project(HEADER))


def test_an_indicator_without_level1_is_told() -> None:
    assert told(project(HEADER, ["", "", "", "甲", "1", "1", "1"])) == [("no_level1", "甲")]


def test_a_form_without_a_unit_is_told() -> None:
    assert told(project(HEADER, ["", "产出指标", "数量指标", "甲", "1", "1", "1"], head="")) == [
        ("no_unit", "2021年度某项目自评表")
    ]


def test_of_two_totals_the_first_counts() -> None:
    row = ["", "产出指标", "数量指标", "甲", "1", "1", "1"]
    (form,) = forms(project(HEADER, row, ["总分", "1"], ["总分", "2"]))
    assert form.total
    assert (form.total.text, [doubt.key for doubt in form.doubts]) == ("1", ["label_unknown"])


def test_a_name_that_is_missing_is_that_of_the_row_above_only_if_its_cell_goes_on() -> None:
    def row(*cells: str | None) -> tuple[TableCell, ...]:
        return tuple(TableCell(text or "", Place(table=1, row=1, cell=i), merged=text is None) for i, text in enumerate(cells, 1))

    rows = (
        row(*HEADER),
        row("", "产出指标", "数量指标", "甲（5分）", "1", "1", "5"),
        row("", None, None, None, "2", "2", "5"),
        row("", None, "质量指标", "", "3", "3", "5"),
        row("", None, None, "", "4", "4", "5"),
    )
    blocks = (Paragraph("2021年度某项目自评表", Place()), Paragraph("填报单位：甲", Place()), Table(rows, Place(table=1)))
    (form,) = read_forms(Document(blocks), hubei(), "f.docx")
    assert [(i.name, i.level2, i.target and i.target.text) for i in form.goals[0].indicators] == [
        ("甲", "数量指标", "1"),
        ("甲", "数量指标", "2"),
        ("质量指标", "质量指标", "3"),
    ]
    assert [(doubt.key, doubt.text) for doubt in form.doubts] == [("no_budget", ""), ("label_unknown", "4、4、5")][::-1]


# bounds


@pytest.mark.deep
def test_a_hundred_thousand_rows_in_bounded_time(figure: Figure) -> None:
    """A row takes 0.25 ms of CPU; what grows with the square of the rows would take many times the bound."""
    rows = tries(10_000, 99_000)
    row = ["", "", "", "培训（1分）", "1次", "2次", "1"]
    text = project(HEADER, ["", "产出指标", "数量指标", "甲", "1", "1", "1"], *[row] * rows)
    begin = time.process_time()
    (form,) = forms(text)
    assert len(form.goals[0].indicators) == rows + 1
    spent = time.process_time() - begin
    figure(f"{rows:,} rows in {spent:.1f} CPU seconds")
    assert spent < rows * 0.0015


@pytest.mark.deep
def test_a_paragraph_of_many_megabytes_in_bounded_time(figure: Figure) -> None:
    """A sentence takes less than 0.1 ms of CPU; what grows with their square would take many times the bound."""
    sentences = tries(30_000, 300_000)
    text = (
        "一、自评得分\n"
        + "（一）执行率情况，绩效自评得分为" * sentences
        + "\n"
        + project(HEADER, ["", "产出指标", "数量指标", "甲", "1", "1", "1"])
    )
    begin = time.process_time()
    forms(text)
    spent = time.process_time() - begin
    figure(f"{sentences:,} sentences in {spent:.1f} CPU seconds")
    assert spent < sentences * 0.0005


# the layout itself


def test_the_layout_fits_its_schema() -> None:
    assert schemas.check(yamlfile.YamlDocument(written("hubei/2021"), "form", {}, {}), "form") == []


def test_every_bad_pattern_of_a_layout_is_reported() -> None:
    data = written("hubei/2021")
    data["titles"][0] |= {"pattern": "(?<!x)自评表"}
    del data["titles"][0]["wording"]
    data["notes"]["item"] = "("
    data["head"][0]["pattern"] = "填报单位"
    data["header"].append({"key": "again", "labels": ["项目名称"]})
    with pytest.raises(PolicyError) as caught:
        build_layout(data)
    said = str(caught.value)
    assert len(caught.value.problems) == 4
    assert "form.titles.0.pattern" in said
    assert "(?P<value>…)" in said
    assert "标签“项目名称”写了两次" in said


def test_a_column_that_is_missing_is_told_once() -> None:
    header = [cell for cell in HEADER if cell != "实际完成值(B)"]
    row = ["", "产出指标", "数量指标", "甲", "1", "1"]
    (form,) = forms(project(header, row, ["年度绩效目标2（12分）", *row[1:]], row))
    assert [(doubt.key, doubt.subject) for doubt in form.doubts] == [("column_missing", "实际完成值")]
    assert [[i.actual for i in goal.indicators] for goal in form.goals] == [[None], [None, None]]


def test_rows_of_a_second_goal_need_no_header_of_their_own() -> None:
    row = ["", "产出指标", "数量指标", "甲", "1", "1", "1"]
    (form,) = forms(project(HEADER, row, ["年度目标2", "再做一件"], ["年度绩效指标（5分）"], row))
    assert [(goal.title, goal.weight and goal.weight.text, len(goal.indicators)) for goal in form.goals] == [
        ("", "80", 1),
        ("再做一件", "5", 1),
    ]


def _indicator(**fields: str) -> Indicator:
    return Indicator("甲", "产出指标", "数量指标", Place(), **{key: Cell(text) for key, text in fields.items()})


def _text(cell: Cell | None) -> str:
    return cell.text if cell is not None else ""


def _composition() -> Composition:
    words = {"operators": ["≥", "≤", "="], "words": ["定性"], "no_unit": ["/"], "share_units": ["%"], "scales": ["万"]}
    form = written("sichuan/2025")
    made = build_layout({**form, "indicators": {**form["indicators"], "composition": words}}).composition
    assert made is not None
    return made


@pytest.mark.parametrize(
    ("nature", "target", "unit", "actual", "expected"),
    [
        ("≥", "95", "%", "96", ("≥95%", "96%")),
        ("≥", "95%", "%", "96%", ("≥95%", "96%")),
        ("≥", "≥95", "%", "96", ("≥95%", "96%")),
        ("＝", "5200", "户", "已完成", ("＝5200户", "已完成")),
        ("≥", "95", "%", "0.96", ("≥95%", "0.96")),
        ("≥", "12万", "人次", "12.8万", ("≥12万人次", "12.8万人次")),
        ("≥", "12万", "万人次", "12.8", ("≥12万", "12.8万人次")),
        ("≤", "80", "/", "76", ("≤80", "76")),
        ("定性", "健全机制", "/", "已健全", ("健全机制", "已健全")),
        ("定性", "3", "次", "3", ("3", "3")),
        ("", "95", "%", "96", ("95", "96")),
        ("≥", "", "%", "96", ("", "96")),
    ],
)
def test_a_target_in_three_columns(nature: str, target: str, unit: str, actual: str, expected: tuple[str, str]) -> None:
    made = composed(_indicator(nature=nature, target=target, unit=unit, actual=actual), _composition(), [])
    assert (_text(made.target), _text(made.actual)) == expected
    assert (_text(made.nature), _text(made.unit)) == (nature, unit)


def test_a_sign_nobody_listed_makes_the_target_doubtful() -> None:
    doubts: list[Doubt] = []
    made = composed(_indicator(nature="约", target="95"), _composition(), doubts)
    assert made.target
    assert (made.target.text, made.target.doubt) == ("95", "符号“约”不认得")
    assert [(doubt.key, doubt.text) for doubt in doubts] == [("unread_sign", "约")]


@pytest.mark.parametrize(
    ("weights", "read"),
    [
        (["20%", "30%"], ["20", "30"]),
        (["20%", "30"], ["20%", "30"]),
        (["20%", ""], ["20%", ""]),
        (["60%", "70%"], ["60%", "70%"]),
    ],
)
def test_weights_as_percentages_are_taken_if_all_are(weights: list[str], read: list[str]) -> None:
    indicators = [Indicator(str(n), "产出", "数量", Place(), weight=Cell(text)) for n, text in enumerate(weights)]
    goal = OpenGoal("年度目标", Place(), indicators=indicators)
    read_weight_cells([goal], layout_of("central/2020").weight_cells)
    assert [i.weight.text for i in goal.indicators if i.weight is not None] == read


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (["总分", "", "", "", "", "", "100", "96.5", ""], {"weight": "100", "score": "96.5"}),
        (["总分", "100", "96.5", ""], {"weight": "100", "score": "96.5"}),
        (["总分", "100", "96.5"], {"weight": "100", "score": "96.5"}),
        (["总分", "96.5"], {}),
    ],
)
def test_a_total_row_of_weight_and_score(row: list[str], expected: dict[str, str]) -> None:
    names = ["level1", "level2", "name", "target", "actual", "weight", "score", "reason"]
    columns = Columns.of(list(enumerate(names, start=1)), 9)
    found = closing_values(tuple(TableCell(text, Place()) for text in row), columns, ("weight", "score"))
    assert {key: cell.text for key, cell in found.items()} == expected
