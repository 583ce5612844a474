"""Tables of indicators as offices draw them: levels as rows, two fields in one column, columns of several times, names and reasons
under other headings. Each kind on a small form."""

from __future__ import annotations

import copy
from collections.abc import Sequence

import pytest
from layouts import layout_of, written

from engine.documents.model import Document, Paragraph, Table, TableCell
from engine.errors import Place
from engine.forms.layout import layout
from engine.forms.reader import read_forms
from engine.submission.model import Cell, Form

TITLE = "2022年度灯塔维护项目支出绩效自评表"
HEAD = [["项目名称", "灯塔维护"], ["主管部门", "某市航道局", "实施单位", "某市航标站"]]
LEVELS = ["一级指标", "二级指标", "三级指标"]
Rows = Sequence[Sequence[str]]


def table(rows: Rows) -> Table:
    made = (tuple(TableCell(c, Place("f", row=r, cell=n)) for n, c in enumerate(row, 1)) for r, row in enumerate(rows, 1))
    return Table(tuple(made), Place("f"))


def form(*rows: Sequence[str], before: Sequence[Paragraph | Table] = ()) -> Form:
    blocks = [Paragraph(TITLE, Place("f")), *(before or [table(HEAD)]), table(rows)]
    (read,) = read_forms(Document(tuple(blocks), "f"), layout_of("central/2020"))
    return read


def text(cell: Cell | None) -> str | None:
    return cell.text if cell is not None else None


def tree(read: Form) -> list[tuple[str, str, str]]:
    return [(i.level1, i.level2, i.name) for i in read.goals[0].indicators]


def doubts(read: Form) -> list[tuple[str, str]]:
    return [(doubt.key, doubt.text) for doubt in read.doubts if doubt.key != "no_budget"]


# levels as rows of their own


def test_levels_that_stand_alone_in_their_rows_are_no_filler() -> None:
    read = form(
        ["指标名称", "指标值", "实际完成值", "分值", "得分"],
        ["产出指标", "", "", "", ""],
        ["数量指标", "", "", "", ""],
        ["维护灯塔", "≥6座", "6座", "60", "60"],
        ["效益指标", "", "", "", ""],
        ["社会效益指标", "", "", "", ""],
        ["通航事故", "0起", "0起", "40", "40"],
    )
    assert tree(read) == [("产出指标", "数量指标", "维护灯塔"), ("效益指标", "社会效益指标", "通航事故")]


def test_rows_of_an_empty_template_are_still_filler() -> None:
    rows = [["产出指标", "数量指标", name, "", "", "", ""] for name in ("……", "指标2：", "3.", "…")]
    read = form(
        [*LEVELS, "指标值", "实际完成值", "分值", "得分"], ["产出指标", "数量指标", "维护灯塔", "≥6座", "6座", "100", "100"], *rows
    )
    assert [i.name for i in read.goals[0].indicators] == ["维护灯塔"]


@pytest.mark.parametrize("weights", [True, False])
def test_numbered_levels_and_a_word_that_may_be_either(weights: bool) -> None:
    """满意度指标 goes on with 效益指标 or is a level beside it: by its number, by the weights, or as no form has a second level."""
    weight = ["60", "30", "10"] if weights else ["", "", ""]
    read = form(
        ["序号", "指标", "目标值", "完成值", "分值", "得分", "备注"],
        ["一", "产出指标", "", "", weight[0], "", ""],
        ["1", "维护灯塔", "6座", "6座", "60", "60", ""],
        ["二", "效益指标", "", "", weight[1], "", ""],
        ["1", "通航事故", "0起", "0起", "30", "30", ""],
        ["三", "满意度指标", "", "", weight[2], "", ""],
        ["1", "船员满意度", "≥90%", "88%", "10", "9", "浮标移位"],
    )
    assert tree(read) == [("产出指标", "", "维护灯塔"), ("效益指标", "", "通航事故"), ("满意度指标", "", "船员满意度")]
    assert text(read.goals[0].indicators[-1].reason) == "浮标移位"


def test_a_level_nobody_listed_is_one_where_the_rows_below_add_up_to_it() -> None:
    head = ["指标", "目标值", "完成值", "分值", "得分"]
    rows = [["维护灯塔", "6座", "6座", "60", "60"], ["产出指标", "", "", "40", ""], ["巡检", "4次", "4次", "40", "40"]]
    assert tree(form(head, ["航标养护类", "", "", "60", ""], *rows)) == [("航标养护类", "", "维护灯塔"), ("产出指标", "", "巡检")]
    assert tree(form(head, ["航标养护类", "", "", "50", ""], *rows))[0] == ("", "", "航标养护类")


# the total


def tail(*rows: Sequence[str]) -> Form:
    head = [*LEVELS, "指标值", "实际完成值", "分值", "得分"]
    return form(head, ["产出指标", "数量指标", "维护灯塔", "≥6座", "6座", "90", "85"], *rows)


def test_the_total_of_more_points_is_that_of_the_form() -> None:
    read = tail(["总计", "", "", "", "", "90", "85"], ["自评总得分", "", "", "", "", "100", "94.5"])
    assert text(read.total) == "94.5"
    assert [(h.key, h.label, h.value.text) for h in read.header if h.key in ("subtotal", "total_weight")] == [
        ("subtotal", "总计（分值）", "90"),
        ("subtotal", "总计（得分）", "85"),
        ("total_weight", "总分", "100"),
    ]
    assert not any(key == "label_unknown" for key, _ in doubts(read))


def test_a_second_total_of_as_many_points_is_told() -> None:
    read = tail(["总计", "", "", "", "", "100", "85"], ["总得分", "", "", "", "", "100", "94.5"])
    assert (text(read.total), doubts(read)) == ("85", [("label_unknown", "总得分")])


def test_a_grade_under_the_weights_is_no_weight() -> None:
    read = tail(["合计", "", "100", "94.5", "", "优", ""])
    assert (text(read.total), text(read.grade)) == ("94.5", "优")


def test_two_numbers_of_a_total_in_the_wrong_order_are_doubtful() -> None:
    read = tail(["合计", "94.5", "100", "", "", "", ""])
    assert read.total is not None
    assert read.total.doubt
    assert ("unread_cell", "100") in doubts(read)


# two fields in one column


@pytest.mark.parametrize("heading", ["分值/得分", "分值／得分", "权重、自评得分", "分值\n得分"])
def test_weight_and_score_under_one_heading(heading: str) -> None:
    read = form(
        ["一级指标", "二级指标", "三级指标", "指标值", "实际完成值", heading, "备注"],
        ["产出指标", "数量指标", "维护灯塔", "≥6座", "5座", "60/50.5", "船期延误"],
        ["", "质量指标", "发光率", "≥98%", "98.6%", "40分／40分", ""],
        ["总分", "", "", "", "", "100/90.5", "优"],
    )
    assert [(text(i.weight), text(i.score)) for i in read.goals[0].indicators] == [("60", "50.5"), ("40", "40")]
    assert (text(read.goals[0].indicators[0].reason), text(read.total), text(read.grade)) == ("船期延误", "90.5", "优")
    assert doubts(read) == []


@pytest.mark.parametrize(
    ("written", "weight", "score"),
    [("60", "60", ""), ("50/60", "50", "60"), ("60/", "60/", ""), ("见评分表及说明", "见评分表及说明", "")],
)
def test_a_cell_that_does_not_say_both_for_certain_is_doubtful(written: str, weight: str, score: str) -> None:
    read = form(
        ["一级指标", "二级指标", "三级指标", "指标值", "实际完成值", "分值/得分"],
        ["产出指标", "数量指标", "维护灯塔", "≥6座", "5座", written],
    )
    (indicator,) = read.goals[0].indicators
    assert indicator.weight is not None
    assert indicator.weight.text == weight
    assert indicator.weight.doubt
    assert text(indicator.score) in (score, None)
    assert any(key == "unread_cell" for key, _ in doubts(read))


def test_a_ratio_in_another_column_stays_as_it_is() -> None:
    read = form(
        ["一级指标", "二级指标", "三级指标", "指标值", "实际完成值", "分值/得分"],
        ["产出指标", "质量指标", "灯塔完好（座）", "6/6", "5/6", "100/90"],
    )
    (indicator,) = read.goals[0].indicators
    assert (text(indicator.target), text(indicator.actual), text(indicator.score)) == ("6/6", "5/6", "90")


# columns of several times


def times(*headings: str) -> Form:
    values = [str(n) + "座" for n in range(1, len(headings) + 1)]
    return form(
        [*LEVELS, "年度指标值", *headings, "分值", "得分"],
        ["产出指标", "数量指标", "维护灯塔", "≥6座", *values, "100", "100"],
    )


@pytest.mark.parametrize(
    ("headings", "actual"),
    [
        (("上年实际值", "本年实际值"), "2座"),
        (("实际完成值", "上年完成值"), "1座"),
        (("1-6月完成值", "全年完成值"), "2座"),
        (("上半年实际完成值", "实际完成值"), "2座"),
        (("全年实际完成值", "完成值"), "1座"),
        (("完成值", "1-12月完成值"), "2座"),
    ],
)
def test_the_heading_that_says_the_year_is_that_of_the_actual(headings: tuple[str, ...], actual: str) -> None:
    (indicator,) = times(*headings).goals[0].indicators
    assert indicator.actual is not None
    assert (indicator.actual.text, indicator.actual.doubt) == (actual, "")
    assert len(indicator.others) == 1


@pytest.mark.parametrize("headings", [("实际完成值", "完成情况"), ("全年完成值", "年度实际值"), ("完成值", "完成值")])
def test_two_columns_that_could_both_be_the_actual_are_doubtful(headings: tuple[str, ...]) -> None:
    read = times(*headings)
    (indicator,) = read.goals[0].indicators
    assert indicator.actual is not None
    assert "有两栏" in indicator.actual.doubt
    assert any(key == "column_twice" for key, _ in doubts(read))


def test_a_heading_that_a_layout_writes_down_is_what_it_says() -> None:
    data = copy.deepcopy(written("central/2020"))
    next(item for item in data["indicators"]["columns"] if item["field"] == "actual")["labels"].append("半年完成值")
    rows = [[*LEVELS, "年度指标值", "半年完成值", "分值", "得分"], ["产出指标", "数量指标", "维护灯塔", "≥6座", "3座", "100", "50"]]
    document = Document((Paragraph(TITLE, Place("f")), table(HEAD), table(rows)), "f")
    for made, actual in ((layout(data), "3座"), (layout_of("central/2020"), None)):
        (read,) = read_forms(document, made)
        assert text(read.goals[0].indicators[0].actual) == actual


def test_a_column_of_the_year_before_alone_is_no_actual() -> None:
    read = times("上年实际值")
    (indicator,) = read.goals[0].indicators
    assert not indicator.actual
    assert ("column_unlisted", "上年实际值") in doubts(read)


# names and reasons under other headings


@pytest.mark.parametrize("heading", ["绩效指标", "指标内容", "考核指标"])
def test_names_under_another_heading_beside_the_levels(heading: str) -> None:
    read = form(
        ["工作任务", "一级指标", "二级指标", heading, "目标值", "完成值", "分值", "得分"],
        ["航标养护", "产出指标", "数量指标", "维护灯塔", "6座", "6座", "50", "50"],
        ["", "", "", "更换灯器", "9盏", "9盏", "50", "50"],
    )
    assert tree(read) == [("产出指标", "数量指标", "维护灯塔"), ("产出指标", "数量指标", "更换灯器")]


@pytest.mark.parametrize("heading", ["备注", "说明", "情况说明", "扣分原因"])
def test_remarks_are_the_reasons_where_no_column_is(heading: str) -> None:
    read = form(
        [*LEVELS, "指标值", "实际完成值", "分值", "得分", heading],
        ["产出指标", "数量指标", "维护灯塔", "≥6座", "5座", "100", "90", "船期延误"],
    )
    assert text(read.goals[0].indicators[0].reason) == "船期延误"


def test_remarks_beside_reasons_stay_remarks() -> None:
    read = form(
        [*LEVELS, "指标值", "实际完成值", "分值", "得分", "偏差原因", "备注"],
        ["产出指标", "数量指标", "维护灯塔", "≥6座", "5座", "100", "90", "船期延误", "见附件"],
    )
    (indicator,) = read.goals[0].indicators
    assert text(indicator.reason) == "船期延误"
    assert [(item.label, item.value.text) for item in indicator.others] == [("备注", "见附件")]


# parts of a form under headings of their own


def test_lines_between_the_parts_of_a_form_do_not_end_it() -> None:
    indicators = [
        [*LEVELS, "绩效目标值", "实际完成值", "分值", "得分"],
        ["产出指标", "数量指标", "维护灯塔", "≥6座", "6座", "100", "100"],
    ]
    heading = Paragraph("二、绩效指标完成情况", Place("f"))
    read = form(*indicators, before=[Paragraph("一、项目基本信息", Place("f")), table(HEAD), heading])
    assert tree(read) == [("产出指标", "数量指标", "维护灯塔")]
    assert [cell.text for cell in read.notes] == ["二、绩效指标完成情况"]
