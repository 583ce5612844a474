"""Forms in the common layout as clerks of many offices wrote them: each oddity on one small form, read to the same record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from layouts import layout_of

from engine.documents.model import Document, Paragraph, Table, TableCell
from engine.errors import Place
from engine.forms.check_boxes import chosen
from engine.forms.reader import read_forms
from engine.submission.model import Form

TITLE = "项目支出绩效自评表（2021年度）"
HEAD = [["项目名称", "健身路径"], ["主管部门", "某市体育局", "实施单位", "某市健身中心"]]
FUNDS = ["项目资金（万元）", "", "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"]
TOTAL_FUND = ["", "年度资金总额", "50", "50", "50", "10", "100%", "10"]
GOAL = [["年度总体目标", "预期目标", "实际完成情况"], ["", "建设健身点", "已建设"]]
COLUMNS = ["绩效指标", "一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", "偏差原因分析及改进措施"]
ROWS = [
    ["", "产出指标", "数量指标", "建设健身点", "≥10个", "10个", "50", "50", ""],
    ["", "效益指标", "社会效益指标", "使用率", "≥90%", "91%", "30", "30", ""],
    ["", "满意度指标", "服务对象满意度指标", "居民满意度", "≥90%", "95%", "10", "10", ""],
]
TOTAL = ["总分", "", "", "", "", "", "100", "100", ""]
READ = [
    ("产出指标", "数量指标", "建设健身点", "50", "≥10个", "10个", "50"),
    ("效益指标", "社会效益指标", "使用率", "30", "≥90%", "91%", "30"),
    ("满意度指标", "服务对象满意度指标", "居民满意度", "10", "≥90%", "95%", "10"),
]
Rows = Sequence[Sequence[str]]


def document(*blocks: str | Rows) -> Document:
    made: list[Paragraph | Table] = []
    for block in blocks:
        if isinstance(block, str):
            made.append(Paragraph(block, Place("f")))
            continue
        rows = (tuple(TableCell(c, Place("f", row=r, cell=n)) for n, c in enumerate(row, 1)) for r, row in enumerate(block, 1))
        made.append(Table(tuple(rows), Place("f")))
    return Document(tuple(made), "f")


def forms(*blocks: str | Rows, policy: str = "central/2020") -> tuple[Form, ...]:
    return read_forms(document(*blocks), layout_of(policy))


def table(
    rows: Rows = ROWS, columns: Rows = (COLUMNS,), funds: Rows = (FUNDS, TOTAL_FUND), head: Rows = HEAD, tail: Rows = (TOTAL,)
) -> Rows:
    return [*head, *funds, *GOAL, *columns, *rows, *tail]


def form(*blocks: str | Rows) -> Form:
    (read,) = forms(*blocks)
    return read


def cells(read: Form) -> list[tuple[str, ...]]:
    return [
        (i.level1, i.level2, i.name, *(cell.text if cell else "" for cell in (i.weight, i.target, i.actual, i.score)))
        for goal in read.goals
        for i in goal.indicators
    ]


def same(read: Form) -> bool:
    """Whether the form is the plain one, whatever it looks like."""
    assert cells(read) == READ
    assert (read.unit, read.fiscal_year, read.kind, read.name) == ("某市健身中心", 2021, "project", "健身路径")
    assert read.total
    assert read.total.text == "100"
    assert [(line.budget.text, line.executed.text) for line in read.budget if line.budget and line.executed][:1] == [("50", "50")]
    return not read.doubts


def at(index: int, text: str, rows: Rows = ROWS) -> Rows:
    """The rows with a cell put in at `index`."""
    return [[*row[:index], text, *row[index:]] for row in rows]


# titles, year and unit


@pytest.mark.parametrize(
    "lines",
    [
        ["2021年度市级预算项目支出绩效自评表"],
        ["某市体育局2021年度项目支出绩效自评表"],
        ["2021年度项目支出绩效自评表（某市体育局）"],
        ["财政项目支出绩效自评表（２０２１ 年度）"],
        ["二〇二一年度项目支出绩效自评表"],
        ["项目支出绩效自评情况表（2021年）"],
        ["中央对地方转移支付项目绩效自评表（2021年度）"],
        ["附件2", "项目支出绩效自评表", "（2021年度）"],
        ["2021年度", "项目支出绩效自评表"],
        ["2021年度项目支出", "绩效自评表"],
        ["项目支出绩效自评表", "填报单位（盖章）：某市健身中心  年度：2021年"],
        ["附件：项目支出绩效自评表（2021年度）"],
        ["项目支出绩效自评表（2021年度）……1", TITLE],
    ],
)
def test_titles(lines: list[str]) -> None:
    assert same(form(*lines, table()))


@pytest.mark.parametrize("inside", [[[TITLE]], [["项目支出绩效自评表"], ["（2021年度）"]], [[TITLE] * 9]])
def test_a_title_in_the_first_rows_of_the_table(inside: Rows) -> None:
    assert same(form([*inside, *table()]))


def test_two_forms_in_one_table_and_a_title_at_a_page_top() -> None:
    broken = list(table())
    broken.insert(8, [TITLE])
    assert [same(read) for read in forms([[TITLE], *broken, [TITLE], *table()])] == [True, True]


def test_a_year_in_the_table() -> None:
    assert same(form("项目支出绩效自评表", table(head=[["年度", "2021年"], *HEAD])))


def test_without_a_year_nothing_is_guessed() -> None:
    read = form("项目支出绩效自评表", "填报日期：2022年3月1日", table())
    assert (read.fiscal_year, [doubt.key for doubt in read.doubts]) == (0, ["no_year"])


@pytest.mark.parametrize(
    "line",
    [
        "部门（单位）名称（盖章）：某市健身中心",
        "单位（盖章）：某市健身中心",
        "填报单位(公章)： 某市健身中心      填报时间： 2022 年 3 月 1 日",
        "预算单位：某市健身中心        单位：万元",
        "编制单位：某市健身中心    金额单位：万元",
    ],
)
def test_the_unit_in_a_line_of_its_own(line: str) -> None:
    assert same(form(TITLE, line, table(head=HEAD[:1])))


# rows above and below


def test_label_and_value_in_one_cell() -> None:
    head = [["项目名称：健身路径"], ["主管部门：某市体育局", "实施单位：某市健身中心"]]
    assert same(form(TITLE, table(head=head)))


def test_tasks_above_the_budget() -> None:
    tasks = [["年度主要任务", "任务名称", "主要内容", "预算数", "执行数"], ["", "任务1", "建健身点", "50", "50"]]
    read = form(TITLE, table(head=[*HEAD, *tasks]))
    assert same(read)
    assert [item.value.text for item in read.header if item.key == "task"] == [
        "任务1、建健身点、50、50",
    ]


@pytest.mark.parametrize(
    "tail",
    [
        [["填表人：李某", "联系电话：0712-1234567", "填报日期：2022年3月15日"]],
        [["联系人", "王某", "联系电话", "0359-7654321", "填报日期", "2022年3月1日"]],
        [["其他需要说明的问题", "无"]],
        [["存在问题及原因", "资金下达晚"], ["下一步改进措施", "提前谋划"]],
        [["审计意见", "无"]],
    ],
)
def test_rows_below_the_total(tail: Rows) -> None:
    assert same(form(TITLE, table(tail=[TOTAL, *tail])))


def test_a_wrong_character_below_the_total_is_kept_and_told() -> None:
    read = form(TITLE, table(tail=[TOTAL, ["自评等极", "优"]]))
    assert (read.grade, [(doubt.key, doubt.subject) for doubt in read.doubts]) == (None, [("label_unknown", "自评等极")])


def test_repeated_cells_of_merged_areas_taken_apart() -> None:
    head = [["项目名称", *["健身路径"] * 8], ["主管部门", *["某市体育局"] * 3, *["实施单位"] * 2, *["某市健身中心"] * 3]]
    filled = [["绩效指标", *row[1:]] for row in ROWS]
    goal = [GOAL[0], ["年度总体目标", "建设健身点", "已建设"]]
    read = form(TITLE, [*head, FUNDS, ["项目资金（万元）", *TOTAL_FUND[1:]], *goal, COLUMNS, *filled, TOTAL])
    assert same(read)
    assert [goal.title for goal in read.goals] == ["建设健身点"]


@pytest.mark.parametrize("name", ["小计", "合计"])
def test_rows_that_add_up_a_part(name: str) -> None:
    rows = [ROWS[0], ["", "", name, "", "", "", "50", "50", ""], *ROWS[1:], ["", name, "", "", "", "", "40", "40", ""]]
    read = form(TITLE, table(rows))
    assert same(read)
    assert [item.value.text for item in read.header if item.key == "subtotal"] == ["50", "50", "40", "40"]


def test_a_total_that_says_only_the_weights_is_no_score() -> None:
    read = form(TITLE, table(tail=[["合计", "", "", "", "", "", "100", "", ""]]))
    assert [(item.key, item.value.text) for item in read.header if item.key == "subtotal"] == []


def test_page_numbers_in_the_table() -> None:
    assert same(form(TITLE, table([*ROWS[:1], ["第1页 共2页"], *ROWS[1:]])))


def test_funds_of_other_names() -> None:
    funds = [
        FUNDS,
        TOTAL_FUND,
        *([where, name, "25", "25", "25", "", "", ""] for where, name in (("其中：", "省级资金"), ("", "（2）政府性基金"))),
    ]
    read = form(TITLE, table(funds=funds))
    assert same(read)
    assert [(line.name, line.role) for line in read.budget[1:]] == [("省级资金", "detail"), ("（2）政府性基金", "detail")]


def test_a_bare_word_for_what_the_total_consists_of_names_the_line() -> None:
    read = form(TITLE, table(funds=[FUNDS, TOTAL_FUND, ["", "其中：", "25", "25", "25", "", "", ""]]))
    assert same(read)
    assert [(line.name, line.role) for line in read.budget[1:]] == [("其中：", "detail")]


def test_a_fund_that_may_be_the_total_is_none_of_the_lines() -> None:
    read = form(TITLE, table(funds=[FUNDS, TOTAL_FUND, ["", "专项资金总计", "50", "50", "50", "", "", ""]]))
    assert [line.name for line in read.budget] == ["年度资金总额"]
    assert [(doubt.key, doubt.subject) for doubt in read.doubts] == [("label_unknown", "专项资金总计")]


# columns


@pytest.mark.parametrize(("index", "label"), [(1, "序号"), (7, "评分标准"), (9, "佐证材料"), (9, "备注")])
def test_columns_that_are_no_field_are_kept(index: int, label: str) -> None:
    read = form(TITLE, table(at(index, "甲"), [at(index, label, [COLUMNS])[0]], tail=at(index if index > 1 else 2, "", [TOTAL])))
    assert same(read)
    assert [[(o.label, o.value.text) for o in i.others] for i in read.goals[0].indicators] == [[(label, "甲")]] * 3


def test_a_column_nobody_listed_is_kept_with_a_doubt() -> None:
    read = form(TITLE, table(at(5, "12个"), [at(5, "上年完成值", [COLUMNS])[0]], tail=at(5, "", [TOTAL])))
    assert not same(read)
    assert [(doubt.key, doubt.text) for doubt in read.doubts] == [("column_unlisted", "上年完成值")]


def test_a_short_column_label_with_one_character_wrong_is_none() -> None:
    read = form(TITLE, table(columns=[[*COLUMNS[:6], "分直", *COLUMNS[7:]]]))
    assert [i.weight for i in read.goals[0].indicators] == [None, None, None]
    assert [(doubt.key, doubt.text) for doubt in read.doubts] == [("column_unlisted", "分直")]


@pytest.mark.parametrize(
    ("index", "label"),
    [
        (5, "全年实际值"),
        (6, "权重（%）"),
        (7, "自评分"),
        (8, "未完成原因和改进措施"),
        (8, "偏差原因"),
        (4, "年初目标值"),
        (2, "二 级\n指标"),
    ],
)
def test_columns_by_other_names(index: int, label: str) -> None:
    assert same(form(TITLE, table(columns=[[*COLUMNS[:index], label, *COLUMNS[index + 1 :]]])))


@pytest.mark.parametrize("over", ["评分", "自评情况"])
def test_a_header_row_of_two_lines(over: str) -> None:
    upper = [*COLUMNS[:4], "指标完成情况", "", over, "", COLUMNS[8]]
    lower = ["", "", "", "", "年度指标值", "实际完成值", "分值", "得分", ""]
    assert same(form(TITLE, table(columns=[upper, lower])))


@pytest.mark.parametrize("weight", ["（{}分）", "（{}）", "{}分", "\n（{}分）"])
def test_weights_behind_the_level(weight: str) -> None:
    rows = [[*row[:1], row[1] + weight.format(row[6]), *row[2:]] for row in ROWS]
    assert same(form(TITLE, table(rows)))


@pytest.mark.parametrize(
    ("nature", "target", "unit", "actual", "read"),
    [
        (None, "≥10", "个", "10", ("≥10个", "10个")),
        ("正向", "10", "个", "10", ("≥10个", "10个")),
        ("逆向指标", "10", "起", "9", ("≤10起", "9起")),
        ("定量", "≥10", "个", "10", ("≥10", "10")),
        ("定性", "明显提升", "/", "提升", ("明显提升", "提升")),
    ],
)
def test_targets_in_several_columns(nature: str | None, target: str, unit: str, actual: str, read: tuple[str, str]) -> None:
    sign = [] if nature is None else [nature]
    columns = [*COLUMNS[:4], *(["指标性质"] if sign else []), "年度指标值", "度量单位", *COLUMNS[5:8]]
    row = ["", "产出指标", "数量指标", "甲", *sign, target, unit, actual, "90", "90"]
    ((*_, got_target, got_actual, _),) = cells(form(TITLE, table([row], [columns], tail=[["总分", "100"]])))
    assert (got_target, got_actual) == read


# other layouts


def test_a_hubei_goal_with_a_colon_and_a_numbered_column() -> None:
    columns = ["年度绩效目标1：（80分）", "序号", "一级指标", "二级指标", "三级指标", "年初目标值（A）", "实际完成值（B）", "得分"]
    rows = [
        ["项目名称", "森林防火"],
        ["预算执行情况（万元）（20分）", "", "预算数（A）", "执行数（B）", "执行率（B/A）", "得分（20分*执行率）"],
        ["", "年度财政资金总额", "100", "100", "100%", "20"],
        ["", "省级资金", "100", "100", "100%", ""],
        columns,
        ["", "1", "产出指标", "数量指标", "购置装备（80分）", "300套", "300套", "80"],
        ["", "", "合计", "", "", "", "", "80"],
        ["总分", "100"],
    ]
    (read,) = forms("二〇二一年度森林防火项目自评表", "填报单位（盖章）：某县林业局", rows, policy="hubei/2021")
    assert cells(read) == [("产出指标", "数量指标", "购置装备", "80", "300套", "300套", "80")]
    assert (read.fiscal_year, read.unit, read.goals[0].weight and read.goals[0].weight.text) == (2021, "某县林业局", "80")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("□优 ☑良 □中 □差", "良"),
        ("优□ 良☑ 中□ 差□", "良"),
        ("☑优□良□中□差", "优"),
        ("优", "优"),
        ("☑优", "☑优"),
        ("☑优 ☑良 □中", "☑优 ☑良 □中"),
        ("□优 □良", "□优 □良"),
    ],
)
def test_the_box_that_is_ticked(text: str, read: str) -> None:
    assert chosen(text) == read


@pytest.mark.parametrize(
    ("target", "actual", "expected"),
    [
        (("大于等于", "10", "个"), ("＝", "12", "个"), ("≥10个", "12个")),
        (("不低于", "90", "%"), ("=", "95.5", "%"), ("≥90%", "95.5%")),
        (("≤", "2", "小时"), ("≤", "2", "小时"), ("≤2小时", "≤2小时")),
    ],
)
def test_sign_value_and_unit_of_target_and_actual(
    target: tuple[str, ...], actual: tuple[str, ...], expected: tuple[str, str]
) -> None:
    """Two heading rows: 预期指标值 and 实际完成指标值 over 符号, 值 and 单位 each."""
    above = ["一级指标", "二级指标", "三级指标", "预期指标值", "", "", "实际完成指标值", "", "", "分值", "自评得分"]
    below = ["", "", "", "符号", "值", "单位（文字描述）", "符号", "值", "单位（文字描述）", "", ""]
    rows = [["产出指标", "数量指标", "健身点", *target, *actual, "10", "10"]]
    read = form(TITLE, table(rows, columns=[above, below], tail=()))
    (indicator,) = read.goals[0].indicators
    assert (indicator.target.text if indicator.target else "", indicator.actual.text if indicator.actual else "") == expected
    assert not [doubt for doubt in read.doubts if doubt.key.startswith("unread")]


@pytest.mark.parametrize("field", [4, 5, 6, 7])
def test_a_value_merged_down_over_two_rows_is_certain_for_neither(field: int) -> None:
    """In Word and Excel; the first row keeps what stands there, the second has a cell in doubt and is told."""
    source = document(TITLE, table())
    grid = next(block for block in source.blocks if isinstance(block, Table))
    at = next(n for n, row in enumerate(grid.rows) if "使用率" in [cell.text for cell in row])
    row = list(grid.rows[at])
    row[field] = replace(row[field], text="", merged=True)
    rows = (*grid.rows[:at], tuple(row), *grid.rows[at + 1 :])
    (read,) = read_forms(replace(source, blocks=(source.blocks[0], replace(grid, rows=rows))), layout_of("central/2020"))
    indicator = read.goals[0].indicators[1]
    cell = (indicator.target, indicator.actual, indicator.weight, indicator.score)[field - 4]
    assert cell is not None
    assert "合为一格" in cell.doubt
    assert [doubt.subject for doubt in read.doubts] == ["使用率"]


def test_boxes_ticked_beside_a_value_are_no_second_value() -> None:
    columns = [*COLUMNS[:6], "完成情况", *COLUMNS[6:]]
    rows = [[*row[:6], "☑完成 □部分完成 □未完成", *row[6:]] for row in ROWS]
    read = form(TITLE, table(rows, columns=[columns], tail=()))
    found = [indicator.actual for goal in read.goals for indicator in goal.indicators]
    assert [(cell.text, cell.doubt) for cell in found if cell] == [("10个", ""), ("91%", ""), ("95%", "")]


@pytest.mark.parametrize("grade", ["自评等次", "评价档次", "绩效评价等级"])
def test_weights_in_percent_have_a_total_in_percent(grade: str) -> None:
    columns = [*COLUMNS[:-1], "原因"]
    rows = [[*row[:6], f"{row[6]}%", row[7], "说明一下"] for row in ROWS]
    tail = [["自评总分", "100%", "99.5", ""], [grade, "☑优 □良 □中 □差"]]
    read = form(TITLE, table(rows, columns=[columns], tail=tail))
    assert read.total
    assert read.grade
    assert (read.total.text, read.grade.text) == ("99.5", "优")
    assert {item.reason.text for goal in read.goals for item in goal.indicators if item.reason} == {"说明一下"}
