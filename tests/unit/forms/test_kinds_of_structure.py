"""One small form for each kind of structure that published forms of many places have: what a person reads in it at once.

What goes wrong silently is the worst: where a kind could be scored wrongly, the score is looked at, too.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from decimal import Decimal

import pytest
from layouts import layout_of
from openpyxl import Workbook
from openpyxl.styles import Border, Side
from test_strangers_forms import COLUMNS, FUNDS, GOAL, HEAD, ROWS, TITLE, TOTAL, TOTAL_FUND, cells, form, forms, same, table

from engine.documents import reader
from engine.documents.text import read_text
from engine.errors import InputError
from engine.forms.reader import read_forms
from engine.policy.library import library
from engine.policy.loading import load
from engine.scoring.form import evaluate
from engine.scoring.model import ScoredIndicator
from engine.submission.model import Form, Submission

Row = Sequence[str]
COST = ["", "产出指标", "成本指标", "租车费用", "20万元", "30万元", "50", "50", ""]


def scored(read: Form, policy: str = "central/2020") -> dict[str, ScoredIndicator]:
    """What a policy makes of the indicators of a form, by their names."""
    (made,) = evaluate(Submission((read,)), load(policy, library())).forms
    return {item.known.indicator.name: item for item in made.indicators}


def told(read: Form) -> list[tuple[str, str]]:
    return [(doubt.key, doubt.subject) for doubt in read.doubts]


def named(read: Form) -> list[str]:
    return [indicator.name for goal in read.goals for indicator in goal.indicators]


# which way is better


@pytest.mark.parametrize(
    ("name", "target", "actual", "met"),
    [
        ("租车费用", "20万元", "30万元", "no"),
        ("监测成本", "20万元", "30万元", "no"),
        ("培训成本", "400元/人", "180元/人", "yes"),
        ("单位面积造价", "2000元", "3000元", "no"),
    ],
)
def test_a_cost_without_a_sign_is_better_when_lower(name: str, target: str, actual: str, met: str) -> None:
    row = ["", "产出指标", "成本指标", name, target, actual, "50", "50", ""]
    item = scored(form(TITLE, table([row, *ROWS[1:]])))[name]
    assert (item.known.direction, item.known.met) == ("inverse", met)
    assert item.score.computed == (Decimal("50.00") if met == "yes" else None)


# rows


def test_rows_of_the_empty_template_are_no_indicators() -> None:
    empty = [["", *row, *[""] * 6] for row in (["", "质量指标"], ["", "时效指标"])]
    filler = [[*row[:3], name, *row[4:]] for row, name in zip(empty, ("……", "指标1："), strict=True)]
    assert same(form(TITLE, table([ROWS[0], *filler, ["", "", "", "指标2：", "", "", "", "", ""], *ROWS[1:]])))


def test_numbered_rows_that_add_up_to_the_one_above_are_its_parts() -> None:
    rows = [
        ["", "产出指标", "数量指标", "一、示范区建立", "≥100亩", "100亩", "30", "30", ""],
        ["", "", "", "1、早稻", "≥60亩", "60亩", "20", "20", ""],
        ["", "", "", "2、油菜", "≥40亩", "40亩", "10", "10", ""],
        ["", "", "", "二、田间试验", "≥10组", "10组", "20", "20", ""],
        *ROWS[1:],
    ]
    read = form(TITLE, table(rows))
    assert named(read) == ["一、示范区建立", "二、田间试验", "使用率", "居民满意度"]
    assert [part.name for part in read.goals[0].indicators[0].parts] == ["1、早稻", "2、油菜"]
    assert not read.doubts


def test_numbered_rows_that_do_not_add_up_stay_and_are_told() -> None:
    rows = [
        ["", "产出指标", "数量指标", "一、示范区建立", "≥100亩", "100亩", "30", "30", ""],
        ["", "", "", "1、早稻", "≥60亩", "60亩", "20", "20", ""],
        *ROWS[1:],
    ]
    read = form(TITLE, table(rows))
    assert named(read)[:2] == ["一、示范区建立", "1、早稻"]
    assert told(read) == [("children_apart", "一、示范区建立")]


def test_levels_that_are_rows_of_a_tree() -> None:
    columns = ["指标名称", "计算符号", "年初目标值", "计量单位", "实际完成值", "分值", "实际得分"]
    rows = [
        ["产出指标", "", "", "", "", "50", "49"],
        ["数量指标", "", "", "", "", "50", "49"],
        ["组织活动", "≥", "15", "次", "14", "50", "49"],
        ["效益指标", "", "", "", "", "30", "30"],
        ["社会效益指标", "", "", "", "", "30", "30"],
        ["创新氛围", "定性", "明显提升", "", "明显提升", "30", "30"],
        ["满意度指标", "", "", "", "", "10", "10"],
        ["满意度指标", "", "", "", "", "10", "10"],
        ["群众满意度", "≥", "90", "%", "95", "10", "10"],
        ["总分", "", "", "", "", "100", "99"],
    ]
    read = form(TITLE, [*HEAD, FUNDS, TOTAL_FUND, *GOAL, columns, *rows])
    assert [row[:6] for row in cells(read)] == [
        ("产出指标", "数量指标", "组织活动", "50", "≥15次", "14次"),
        ("效益指标", "社会效益指标", "创新氛围", "30", "明显提升", "明显提升"),
        ("满意度指标", "满意度指标", "群众满意度", "10", "≥90%", "95%"),
    ]


def test_a_row_short_by_one_of_its_middle_is_for_a_person() -> None:
    short = [ROWS[0][:5] + ROWS[0][6:], *ROWS[1:]]  # no actual: what follows stands one column to the left
    read = form(TITLE, table(short))
    assert told(read) == [("unread_row", "建设健身点")]
    item = scored(read)["建设健身点"]
    assert (item.score.status, item.score.computed, item.known.met) == ("needs_review", None, "unknown")


@pytest.mark.parametrize("put", ["3", "x", "≥"])
@pytest.mark.parametrize("at", range(1, 8))
def test_a_row_with_a_cell_put_in_is_for_a_person(at: int, put: str) -> None:
    """Its last cell is empty, and cut off it would be as long as its header: but then nothing stands where it should."""
    rows = [[*ROWS[0][:at], put, *ROWS[0][at:]], *ROWS[1:]]
    read = form(TITLE, table(rows))
    assert [key for key, _ in told(read)][:1] == ["unread_row"]
    statuses = [item.score.status for item in scored(read).values()]
    assert statuses == ["needs_review", "scored", "scored"]


def test_a_row_with_empty_cells_more_than_its_header_is_read() -> None:
    assert same(form(TITLE, table([[*ROWS[0], "", ""], *ROWS[1:]])))


def test_a_row_that_lacks_a_value_before_a_remark_is_for_a_person() -> None:
    rows = [[*row[:8], "甲", row[8]] for row in ROWS]
    rows[0] = [*ROWS[0][:6], *ROWS[0][7:8], "90", "", ""][:9]
    read = form(TITLE, table(rows, [[*COLUMNS[:8], "备注", COLUMNS[8]]], tail=[[*TOTAL, ""]]))
    assert told(read) == [("unread_row", "建设健身点")]


# columns


def test_the_column_between_levels_and_values_is_that_of_the_names() -> None:
    read = form(TITLE, table(columns=[[*COLUMNS[:3], "考核事项", *COLUMNS[4:]]]))
    assert cells(read) == cells(form(TITLE, table()))
    assert told(read) == [("column_misspelt", "考核事项")]


def test_where_two_columns_may_be_the_names_nothing_is_scored() -> None:
    columns = [*COLUMNS[:3], "考核事项", "考核对象", *COLUMNS[4:]]
    rows = [[*row[:4], "甲", *row[4:]] for row in ROWS]
    read = form(TITLE, table(rows, [columns], tail=[["总分", "", "", "", "", "", "", "100", "100", ""]]))
    assert told(read) == [("unread_column", "考核事项"), ("unread_column", "考核对象")]
    assert {item.score.status for item in scored(read).values()} == {"needs_review"}


@pytest.mark.parametrize("label", ["计算符号", "比较", "关系", "方向符号"])
@pytest.mark.parametrize(("sign", "met"), [("≤", "no"), ("小于等于", "no"), ("≥", "yes"), ("不低于", "yes")])
def test_a_column_of_signs_is_that_of_the_operators_whatever_its_name(label: str, sign: str, met: str) -> None:
    columns = [*COLUMNS[:4], label, *COLUMNS[4:]]
    rows = [["", "产出指标", "成本指标", "租车费用", sign, "2万元", "3万元", "90", "90", ""]]
    read = form(TITLE, [*HEAD, FUNDS, TOTAL_FUND, *GOAL, columns, *rows])
    assert scored(read)["租车费用"].known.met == met
    assert not [doubt for doubt in read.doubts if doubt.key != "column_missing"]


def test_a_column_in_which_signs_stand_among_other_things_makes_the_row_doubtful() -> None:
    columns = [*COLUMNS[:4], "备用", *COLUMNS[4:]]
    rows = [
        ["", "产出指标", "成本指标", "租车费用", "≤", "2万元", "3万元", "50", "50", ""],
        ["", "效益指标", "社会效益指标", "使用率", "见附件", "≥90%", "91%", "40", "40", ""],
    ]
    read = form(TITLE, [*HEAD, FUNDS, TOTAL_FUND, *GOAL, columns, *rows])
    found = scored(read)
    assert (found["租车费用"].score.status, found["使用率"].known.met) == ("needs_review", "yes")
    assert ("unread_cell", "租车费用") in told(read)


def test_two_columns_of_nature_are_no_contradiction() -> None:
    columns = [*COLUMNS[:4], "指标性质", "指标方向", "年度指标值", "计量单位", *COLUMNS[5:]]
    rows = [["", "产出指标", "时效指标", "办结天数", "反向", "小于等于", "12", "天", "11", "90", "90", ""]]
    read = form(TITLE, [*HEAD, FUNDS, TOTAL_FUND, *GOAL, columns, *rows])
    assert [row[4:6] for row in cells(read)] == [("≤12天", "11天")]
    assert not read.doubts


def test_the_adjusted_target_counts_and_the_first_one_is_kept() -> None:
    columns = [
        "指标名称",
        "计量单位",
        "指标性质",
        "年初指标值",
        "调整指标值",
        "全年完成值",
        "得分系数（%）",
        "指标权重（分）",
        "指标得分（分）",
    ]
    rows = [
        ["辅警人员", "人", "＝", "500", "512", "512", "100", "60", "60"],
        ["持续期", "年", "≥", "1", "", "1", "100", "30", "30"],
    ]
    read = form("2022年度项目绩效自评表", [*HEAD, FUNDS, TOTAL_FUND, *GOAL, columns, *rows])
    found = read.goals[0].indicators
    assert [(i.target and i.target.text, i.initial and i.initial.text) for i in found] == [("＝512人", "500"), ("≥1年", None)]
    assert [[(o.label, o.value.text) for o in i.others] for i in found] == [[("得分系数（%）", "100")]] * 2


@pytest.mark.parametrize(
    ("adjusted", "target", "status"),
    [("512", "＝512人", "scored"), ("/", "＝500人", "scored"), ("—", "＝500人", "scored"), ("未调整", "500", "needs_review")],
)
def test_what_is_no_adjusted_target_adjusts_nothing(adjusted: str, target: str, status: str) -> None:
    columns = ["指标名称", "计量单位", "指标性质", "年初指标值", "调整指标值", "全年完成值", "指标权重（分）", "指标得分（分）"]
    rows = [["辅警人员", "人", "＝", "500", adjusted, "500" if target != "＝512人" else "512", "90", "90"]]
    read = form("2022年度项目绩效自评表", [*HEAD, FUNDS, TOTAL_FUND, *GOAL, columns, *rows])
    (found,) = read.goals[0].indicators
    assert found.target
    assert (found.target.text if status == "scored" else "500", scored(read)["辅警人员"].score.status) == (target, status)


def test_two_columns_for_one_field_leave_open_only_what_they_say_differently() -> None:
    columns = [*COLUMNS[:4], "指标值", "目标值", *COLUMNS[5:]]
    rows = [[*row[:5], "≥12个" if n == 0 else row[4], *row[5:]] for n, row in enumerate(ROWS)]
    read = form(TITLE, table(rows, [columns], tail=[["总分", "", "", "", "", "", "", "100", "100", ""]]))
    assert [item.score.status for item in scored(read).values()] == ["needs_review", "scored", "scored"]
    assert told(read) == [("column_twice", "年度指标值"), ("unread_cell", "建设健身点")]


@pytest.mark.parametrize(
    ("lines", "year"),
    [
        (["项目支出绩效自评表", "2022年3月15日"], 0),
        (["项目支出绩效自评表", "填报日期：2022年3月15日"], 0),
        (["项目支出绩效自评表", "2021年"], 2021),
        (["项目支出绩效自评表", "（2021年度）", "2022年3月15日"], 2021),
    ],
)
def test_the_day_a_form_was_filled_in_is_not_its_year(lines: list[str], year: int) -> None:
    assert form(*lines, table()).fiscal_year == year


def test_a_form_without_scores_is_read_and_its_missing_column_told() -> None:
    columns = [*COLUMNS[:6], "未完成原因和改进措施"]
    rows = [[*row[:6], ""] for row in ROWS]
    read = form("中央对地方转移支付区域绩效自评表（2022年度）", [*HEAD, FUNDS, TOTAL_FUND, *GOAL, columns, *rows])
    assert [row[2] for row in cells(read)] == ["建设健身点", "使用率", "居民满意度"]
    assert told(read) == [("column_missing", "自评得分")]


def test_a_column_nobody_knows_where_one_is_missing_is_not_scored() -> None:
    read = form(TITLE, table(columns=[[*COLUMNS[:5], "干得怎么样", *COLUMNS[6:]]]))
    assert told(read) == [("unread_column", "干得怎么样")]
    assert {item.score.status for item in scored(read).values()} == {"needs_review"}


# below and above


@pytest.mark.parametrize(
    ("tail", "grade"), [(["总分", "", "", "", "", "", "100", "99.00", "优"], "优"), (["总分", "99.00", "优"], "优")]
)
def test_a_total_with_its_grade_beside_it(tail: Row, grade: str) -> None:
    read = form(TITLE, table(tail=[tail]))
    assert (read.total and read.total.text, read.grade and read.grade.text, read.doubts) == ("99.00", grade, ())


def test_the_total_under_the_scores_counts_though_a_column_is_unknown() -> None:
    columns = [*COLUMNS[:6], "本年打算", *COLUMNS[6:]]
    rows = [[*row[:6], "12", *row[6:]] for row in ROWS]
    read = form(TITLE, table(rows, [columns], tail=[["总分", "", "", "", "", "", "88", "100", "97", ""]]))
    assert (read.total and read.total.text, told(read)) == ("97", [("column_unlisted", "本年打算")])


def test_prose_where_a_grade_is_expected_is_none() -> None:
    read = form(TITLE, table(tail=[TOTAL, ["评价结论", "项目实施良好，资金使用规范。"]]))
    assert read.grade is None
    assert [(item.key, item.value.text) for item in read.header if item.key == "conclusion"] == [
        ("conclusion", "项目实施良好，资金使用规范。")
    ]


@pytest.mark.parametrize(
    "title",
    [
        "2021年度部门整体自评表",
        "部门整体绩效自评表（2021年度）",
        "2021年度整体支出绩效自评表",
        "单位整体支出自评表（2021年度）",
        "某市体育局2021年度部门整体支出绩效自评表",
        "部门（单位）整体支出绩效自评表（2021年度）",
    ],
)
def test_forms_of_a_department_by_their_usual_titles(title: str) -> None:
    read = form(title, table(head=[["部门名称", "某市体育局"]]))
    assert (read.kind, read.unit) == ("department", "某市体育局")


def test_a_form_of_a_department_by_what_stands_in_it() -> None:
    head = [["单位名称", "石塘镇人民政府"], ["基本支出总额", "500", "项目支出总额", "364.2"]]
    funds = [FUNDS, ["", "部门整体支出总额", "864.2", "864.2", "864.2", "10", "100%", "10"]]
    read = form("2021年度自评表", table(head=head, funds=funds))
    assert (read.kind, read.unit, read.budget[0].role) == ("department", "石塘镇人民政府", "total")


@pytest.mark.parametrize(
    "line",
    [
        "项目单位（盖章）：某市健身中心    主要领导签字：    填报日期：2022年6月28日",
        "填报单位：某市健身中心 单位负责人签字：",
        "单位名称：某市健身中心　　分管领导：　　联系人：李某",
    ],
)
def test_a_unit_ends_where_the_next_label_begins(line: str) -> None:
    assert form(TITLE, line, table(head=HEAD[:1])).unit == "某市健身中心"


@pytest.mark.parametrize("label", ["年度总体目标完成情况综述", "全年目标实际完成情况", "目标完成情况说明"])
def test_goals_and_results_under_labels_of_other_wording(label: str) -> None:
    read = form(TITLE, [*HEAD, FUNDS, TOTAL_FUND, ["年度总体目标", "预期目标", label], GOAL[1], COLUMNS, *ROWS, TOTAL])
    assert same(read)
    assert [item.value.text for item in read.header if item.key == "goal_achieved"] == ["已建设"]


def test_amounts_inside_label_cells_say_what_the_total_consists_of() -> None:
    funds = [
        FUNDS,
        TOTAL_FUND,
        ["按收入性质分：50", "", "", "按支出性质分：50"],
        ["其中：一般公共预算：50", "", "", "其中：基本支出：20"],
    ]
    read = form(TITLE, table(funds=funds))
    assert same(read)
    assert [(item.label, item.value.text) for item in read.header if item.key == "budget_part" and item.value][:2] == [
        ("按收入性质分", "50"),
        ("按支出性质分", "50"),
    ]


def test_a_reason_in_the_budget_is_kept() -> None:
    funds = [[*FUNDS, "原因"], [*TOTAL_FUND, "年底未结算"]]
    read = form(TITLE, table(funds=funds))
    assert [(line.reason and line.reason.text) for line in read.budget] == ["年底未结算"]


def test_a_missing_budget_costs_the_budget_and_not_the_form() -> None:
    read = form(TITLE, table(funds=[]))
    assert (cells(read) == cells(form(TITLE, table())), told(read)) == (True, [("no_budget", "年度资金总额")])


def test_one_amount_merged_over_budget_and_executed_is_that_of_both() -> None:
    book = Workbook()
    rows = [[TITLE], *table()]
    filled(book.active, rows)
    at = rows.index(TOTAL_FUND) + 1
    book.active.merge_cells(start_row=at, end_row=at, start_column=4, end_column=5)
    (read,) = workbook(book)
    assert [(line.budget and line.budget.text, line.executed and line.executed.text) for line in read.budget] == [("50", "50")]
    assert told(read) == [("amount_shared", "年度资金总额")]


# files


def workbook(book: Workbook) -> tuple[Form, ...]:
    stream = io.BytesIO()
    book.save(stream)
    return read_forms(reader.workbook(stream.getvalue(), "f.xlsx"), layout_of("central/2020"), "f.xlsx")


def filled(sheet: object, rows: Sequence[Row], start: int = 1, lines: Sequence[int] = ()) -> None:
    side = Side(style="thin")
    for number, row in enumerate(rows, start=start):
        for column, text in enumerate(row, start=1):
            cell = sheet.cell(number, column)  # type: ignore[attr-defined]
            cell.value = text or None
            if number in lines:
                cell.border = Border(left=side, right=side, top=side, bottom=side)


def test_a_sheet_behind_a_form_ends_it_and_is_told() -> None:
    book = Workbook()
    filled(book.active, [[TITLE], *table()])
    filled(book.create_sheet("财政评审报告"), [["财政评审报告"], ["联系人电话", "0712-1"], ["评审意见", "无"]])
    (read,) = workbook(book)
    assert cells(read) == cells(form(TITLE, table()))
    assert told(read) == [("sheet_left_out", "财政评审报告")]


def test_rows_that_lack_their_lines_beside_rows_that_have_them() -> None:
    rows = [[TITLE], *table()]
    goal = next(n for n, row in enumerate(rows, start=1) if row == GOAL[0])
    for lines in (range(2, goal), [n for n in range(2, len(rows) + 1) if n not in (goal + 3, goal + 4)]):
        book = Workbook()
        filled(book.active, rows, lines=list(lines))
        read = workbook(book)
        whole = [cells(one) == cells(form(TITLE, table())) for one in read]
        assert whole == [True] or "rows_left_out" in [key for one in read for key, _ in told(one)]


@pytest.mark.parametrize("between", ["\t", "|", " | "])
def test_text_copied_with_a_row_a_line(between: str) -> None:
    edge = "|" if "|" in between else ""
    lines = [TITLE, *(f"{edge}{between.join(row)}{edge}" for row in table())]
    (read,) = read_forms(read_text("\n".join(lines) + "\n", "f.txt"), layout_of("central/2020"), "f.txt")
    assert cells(read) == cells(form(TITLE, table()))
    assert read.total
    assert read.total.text == "100"


def test_a_cell_of_copied_text_with_a_line_break_is_quoted() -> None:
    rows = [[*row[:3], f'"{row[3]}\n（全市）"', *row[4:]] for row in ROWS]
    text = "\n".join([TITLE, *("\t".join(row) for row in table(rows))])
    (read,) = read_forms(read_text(text, "f.txt"), layout_of("central/2020"), "f.txt")
    assert named(read) == ["建设健身点（全市）", "使用率（全市）", "居民满意度（全市）"]


@pytest.mark.parametrize("count", [1, 250])
def test_a_quotation_mark_that_never_closes_is_one_of_the_text(count: int) -> None:
    rows = [[*ROWS[0][:3], '"健身点', *ROWS[0][4:]], *ROWS[1:]]
    text = "\n".join([TITLE, *("\t".join(row) for row in table(rows)), *["备注"] * count])
    (read,) = read_forms(read_text(text, "f.txt"), layout_of("central/2020"), "f.txt")
    assert named(read) == ['"健身点', "使用率", "居民满意度"]


# what is no form


@pytest.mark.parametrize(
    ("blocks", "looks"),
    [
        (
            ["项目支出绩效目标申报表（2022年度）", [["一级指标", "二级指标", "三级指标", "指标值"], ["产出", "数量", "甲", "1"]]],
            "目标申报表",
        ),
        (["2022年度项目绩效运行监控表", [["一级指标", "执行情况"], ["产出", "1"]]], "运行监控表"),
        (["项目支出绩效评价评分表", [["指标", "分值", "评分标准"], ["决策", "20", "有"]]], "评分表"),
        (["关于开展绩效自评的通知", "各单位："], "通知"),
        (["附件", [["姓名", "电话"], ["张三", "1"]]], "别的表"),
    ],
)
def test_a_file_without_a_form_is_refused_in_one_line(blocks: list[str | list[Row]], looks: str) -> None:
    with pytest.raises(InputError) as caught:
        forms(*blocks)
    (problem,) = caught.value.problems
    assert looks in problem.message
    assert "实际完成值" in problem.expected


# heads and ends that other places print


@pytest.mark.parametrize("gap", ["        ", "\t", "　　"])
def test_a_year_behind_a_gap_is_no_part_of_the_unit(gap: str) -> None:
    read = form("项目支出绩效自评表", f"编制单位：东川区体育局{gap}2023年度{gap}金额单位：万元", table(head=[HEAD[0]]))
    assert (read.unit, read.fiscal_year) == ("东川区体育局", 2023)


@pytest.mark.parametrize("text", ["（自评等级）优", "(自评等级)：优", "优"])
def test_a_grade_beside_the_total_may_name_itself_in_brackets(text: str) -> None:
    read = form(TITLE, table(tail=[["总分", "", "", "", "", "", "100", "97.84", text]]))
    assert read.grade is not None
    assert (read.grade.text, read.total.text if read.total else "") == ("优", "97.84")


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("51152322T000005012-基本公共卫生服务项目", "基本公共卫生服务项目"),
        ("420000210000000012345 河湖管护", "河湖管护"),
        ("202105农村公路养护", "202105农村公路养护"),
        ("5G基站建设", "5G基站建设"),
    ],
)
def test_a_code_before_the_name_is_no_part_of_it(written: str, name: str) -> None:
    read = form(TITLE, table(head=[["项目名称", written], HEAD[1]]))
    assert read.name == name
    assert written in [item.value.text for item in read.header if item.value]
