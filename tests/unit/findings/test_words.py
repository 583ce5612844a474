"""Facts about the words of a form: reasons, names, targets, the report; each on both sides of the line."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from engine.errors import Place
from engine.findings.facts.build import facts_of
from engine.language.model import Scalar
from engine.policy.loading import load
from engine.scoring.form import evaluate
from engine.submission.model import BudgetLine, Cell, Form, Goal, HeaderField, Indicator, Section, Submission

POLICY = load("central/2020")
HERE = Place("records.yaml")


def cell(text: str, row: int = 0) -> Cell:
    return Cell(text, replace(HERE, line=row) if row else HERE)


def row(
    name: str, target: str = "10期", actual: str = "10期", *, level1: str = "产出指标", reason: str = "", **more: Any
) -> Indicator:
    level2 = {"产出指标": "数量指标", "效益指标": "社会效益指标"}[level1]
    cells = {"weight": cell(more.pop("weight", "10")), "score": cell(more.pop("score", "10"))}
    told = {"reason": cell(reason, more.pop("at", 0))} if reason else {}
    return Indicator(name, level1, level2, HERE, target=cell(target), actual=cell(actual), **cells, **told, **more)


def form(
    *rows: Indicator, title: str = "", report: str = "", sections: tuple[Section, ...] = (), name: str = "职业技能培训", **more: Any
) -> Form:
    budget = (BudgetLine("年度资金总额", "total", HERE, "万元", budget=cell("50"), executed=cell("50")),)
    met = (Section("met", "二、完成的绩效目标", 1, HERE, (cell(report),)),) if report else ()
    return Form(
        "project",
        name,
        "某市人社局",
        2024,
        HERE,
        budget=budget,
        goals=(Goal(1, title, HERE, indicators=rows),),
        report=met or sections,
        **more,
    )


def facts(filed: Form, kind: str) -> list[dict[str, Scalar]]:
    return [dict(fact.fields) for fact in facts_of(evaluate(Submission((filed,)), POLICY)).facts if fact.kind == kind]


def of_row(item: Indicator, **more: Any) -> dict[str, Scalar]:
    return facts(form(item, **more), "indicator")[0]


def of_form(*rows: Indicator, **more: Any) -> dict[str, Scalar]:
    return facts(form(*rows, **more), "form")[0]


EMPTY = ["无", "/", "略", "——", "没有。", "N/A", "暂无", "无原因", "未完成", "……"]
GENERAL = [
    "管理有待加强",
    "工作力度不够",
    "客观原因",
    "由于种种原因，未能完成目标任务",
    "各方面因素影响",
    "时间紧、任务重",
    "受客观因素影响，进度滞后",
]
REAL = ["受疫情影响", "资金未到位", "招标流标", "人员不足", "上级调减计划", "讲师生病", "设备故障", "场地租赁合同到期"]


@pytest.mark.parametrize("reason", EMPTY)
def test_reasons_that_give_none(reason: str) -> None:
    assert of_row(row("举办培训班", actual="8期", reason=reason))["reason_empty"] is True


@pytest.mark.parametrize("reason", GENERAL)
def test_reasons_that_fit_every_indicator_say_nothing(reason: str) -> None:
    found = of_row(row("举办培训班", actual="8期", reason=reason))
    assert (found["reason_empty"], found["reason_rest"]) == (False, 0)


@pytest.mark.parametrize("reason", REAL)
def test_reasons_that_name_a_thing(reason: str) -> None:
    found = of_row(row("举办培训班", actual="8期", reason=reason))
    assert found["reason_empty"] is False
    assert Decimal(found["reason_rest"]) > 0


@pytest.mark.parametrize(
    ("reason", "points"),
    [
        ("少办2期，扣1分", 1),
        ("扣减1.5分", "1.5"),
        ("扣0.5分、扣1分", "1.5"),
        ("共扣3分，其中每期扣1分", 3),
        ("每少1期扣1分", None),
        ("扣分较多", None),
        ("未扣分", None),
    ],
)
def test_points_a_reason_says_were_taken_off(reason: str, points: int | str | None) -> None:
    found = of_row(row("举办培训班", actual="8期", score="8", reason=reason))
    assert found.get("deduction_said") == (None if points is None else Decimal(points))
    assert found["deduction"] == 2


@pytest.mark.parametrize(
    ("name", "target", "number"),
    [
        ("举办培训班12期", "≥10期", 12),
        ("新建2个实训基地", "3个", 2),
        ("采购1.5万台", "1万台", 15000),
        ("培训班（8期）", "10期", 8),
        ("举办第3期培训班", "10期", None),
        ("60岁以上学员", "200人", None),
        ("每班30人", "200人", None),
        ("2024年培训班", "10期", None),
        ("“1+X”证书", "200人", None),
        ("12345热线受理", "200件", None),
        ("甲3期乙4期", "10期", None),
    ],
)
def test_the_number_inside_a_name(name: str, target: str, number: int | None) -> None:
    found = of_row(row(name, target=target, actual=target))
    assert found.get("name_number") == number


@pytest.mark.parametrize("name", ["指标值", "指标1", "三级指标", "XXX", "……", "请填写名称", "示例", "培训___人次"])
def test_names_that_were_not_replaced(name: str) -> None:
    assert of_row(row(name))["placeholder"]


@pytest.mark.parametrize("name", ["指标体系完善率", "X光机使用率", "5G基站就业率", "示范班就业率", "XBRL系统", "就业率*"])
def test_names_that_only_look_like_the_form_s(name: str) -> None:
    assert "placeholder" not in of_row(row(name))


def test_a_field_that_the_form_speaks_of_nowhere_else() -> None:
    others = (row("举办技能培训班"), row("技能培训合格率"))
    found = facts(form(*others, row("森林覆盖率", level1="效益指标"), row("带动就业人数", level1="效益指标")), "indicator")
    assert [item.get("foreign_field") for item in found] == [None, None, "农林牧渔", None]
    assert "foreign_field" not in facts(form(*others, row("森林覆盖率"), title="培训护林员，提高森林覆盖率"), "indicator")[2]
    # a form that speaks of its own field once is no ground to call another one foreign
    assert "foreign_field" not in facts(form(row("举办技能培训班"), row("森林覆盖率"), name="甲项目"), "indicator")[1]


def test_one_reason_for_all_and_one_cell_for_several_rows() -> None:
    rows = [row(name, actual="8期", reason="受疫情影响。", at=n + 1) for n, name in enumerate(["甲班", "乙班", "丙班"])]
    assert (of_form(*rows)["same_reason_rows"], of_form(*rows)["other_reasons"]) == (3, 0)
    merged = [row(name, actual="8期", reason="受疫情影响。", at=7) for name in ("甲班", "乙班")]
    assert "same_reason" not in of_form(*merged)
    assert of_form(*rows, row("丁班", reason="讲师生病", at=9))["other_reasons"] == 1
    assert "same_reason" not in of_form(*[row(name, reason="无", at=n + 1) for n, name in enumerate(["甲班", "乙班"])])


@pytest.mark.parametrize(
    ("remedies", "vague"),
    [
        ("加强管理，完善制度。", True),
        ("一是优化指标；二是提高认识。", True),
        ("由培训科牵头修订。", False),
        ("6月底前完成。", False),
        ("", False),
    ],
)
def test_measures_without_when_and_who(remedies: str, vague: bool) -> None:
    assert ("vague_remedies" in of_form(row("甲班"), remedies=cell(remedies))) is vague


def test_measures_in_the_column_of_reasons() -> None:
    assert of_form(row("甲班", reason="生源不足，下一步加强宣传"))["vague_remedies"] == "“甲班”"
    assert "vague_remedies" not in of_form(row("甲班", reason="生源不足，下一步由培训科负责补招"))
    assert "vague_remedies" not in of_form(row("甲班", reason="2023年以来生源不足"))


def test_values_weights_and_targets_that_are_all_alike() -> None:
    rows = [row(name, target="≥90%", actual="92%", weight="10") for name in "甲乙丙丁戊"]
    found = of_form(*rows, row("己", target="5期", actual="6期", weight="20"))
    assert (found["same_value"], found["same_value_rows"], found["other_values"]) == ("92%", 5, 1)
    assert (found["same_weight"], found["same_weight_rows"], found["other_weights"]) == (10, 5, 1)
    exact = of_form(row("甲", "12期", "12期"), row("乙", "≥95%", "95%"), row("丙", "100%", "100%"), row("丁", "5期", "6期"))
    assert (exact["exact_rows"], exact["inexact_rows"]) == (2, 1)


def test_the_weight_of_what_lost_points() -> None:
    rows = [row("甲", weight="2", score="1"), row("乙", weight="20", score="20"), row("丙", weight="10", score="10")]
    found = of_form(*rows, row("丁", weight="30", score="30"))
    assert (found["short_rows"], found["short_weight_share"], found["short_names"]) == (1, Decimal("0.1"), "“甲”")
    assert "short_weight_share" not in of_form(row("甲"))


@pytest.mark.parametrize(
    ("title", "told"),
    [
        ("举办技能培训班10期，新建实训基地2个", "“新建实训基地2个”"),
        ("1.培训学员。2.印发政策手册5000册", "“印发政策手册5000册”"),
        ("举办技能培训班10期", None),
        ("提高劳动者素质", None),
        ("", None),
    ],
)
def test_what_a_goal_promises_and_no_indicator_measures(title: str, told: str | None) -> None:
    assert of_form(row("举办技能培训班", "50期", "50期"), title=title).get("goals_unmeasured") == told


@pytest.mark.parametrize(
    ("report", "said"),
    [
        ("对5个项目开展了绩效自评。", 5),
        ("共有三个项目支出纳入绩效自评。", 3),
        ("现场签约项目30个。", None),
        ("共实施5个重点工程项目。", None),
        ("对5个项目开展了绩效自评，另有组织4个项目开展绩效自评。", None),
    ],
)
def test_how_many_projects_a_report_speaks_of(report: str, said: int | None) -> None:
    assert of_form(row("甲"), report=report).get("projects_said") == said


@pytest.mark.parametrize(
    ("report", "wrong"),
    [
        ("完成了4项工作：甲、乙、丙。", True),
        ("建成3个基地，分别是城东基地、城西基地。", True),
        ("完成了3项工作：甲班、乙班、丙班。", False),
        ("建成3个基地，分别是城东、城西和城北。", False),
        ("开设5个班：电工班、焊工班等。", False),
        ("走进17个市州、71家商会。", False),
    ],
)
def test_how_many_things_a_report_then_lists(report: str, wrong: bool) -> None:
    assert ("miscounted" in of_form(row("甲"), report=report)) is wrong


def test_boxes_headings_dates_and_signatures() -> None:
    assert (
        of_form(row("甲"), header=(HeaderField("", "项目概况（20字以内）", cell("字" * 21)),))["over_limit"]
        == "“项目概况（20字以内）”限 20 字，写了 21 字"
    )
    assert "over_limit" not in of_form(row("甲"), header=(HeaderField("", "项目概况（20字以内）", cell("字" * 20)),))
    heads = [Section("score", "一、自评得分", 1, HERE), Section("problems", "三、存在的问题", 1, HERE)]
    assert of_form(row("甲"), sections=tuple(heads))["heading_gap"] == "“一、自评得分”后面是“三、存在的问题”"
    between = Section("met", "二、完成情况", 1, HERE)
    assert "heading_gap" not in of_form(row("甲"), sections=(heads[0], between, heads[1]))
    assert of_form(row("甲"), filled_on=cell("2025年9月10日"))["filed_after"] == 9
    assert of_form(row("甲"), filled_on=cell("2024年11月1日"))["filed_after"] == -1
    assert of_form(row("甲"), filled_on=cell("   年  月  日"))["filed_blank"] == "年  月  日"
    assert of_form(row("甲"), header=(HeaderField("signature", "单位负责人签字：", cell("")),))["unsigned"] == "“单位负责人签字”"


def test_the_same_numbers_under_output_and_benefit() -> None:
    same = [row("发放补贴户数", "120户", "120户"), row("带动创业补贴户", "120户", "120户", level1="效益指标")]
    assert [(item["relation"], item["shared"]) for item in facts(form(*same), "pair")] == [("twin", "补贴户")]
    assert facts(form(same[0], row("带动创业补贴户", "120户", "121户", level1="效益指标")), "pair") == []
    assert facts(form(row("补贴（第1批）", "9户", "9户"), row("补贴（第2批）", "9户", "9户", level1="效益指标")), "pair") == []
    rates = [row("培训合格率", "95%", "95%"), row("培训就业率", "95%", "95%", level1="效益指标")]
    assert facts(form(*rates), "pair") == []


def test_how_often_and_how_many_people() -> None:
    rows = (row("职工代表会议次数", "5次", "3次"), row("职工代表会议人数", "600人", "552人"))
    (found,) = facts(form(*rows), "pair")
    assert (found["relation"], found["average_target"], found["average_actual"]) == ("average", 120, 184)
    assert facts(form(rows[0], row("参训学员人数", "600人", "552人")), "pair") == []


def test_the_clause_with_the_same_number_speaks_of_others() -> None:
    item = row("培训教师人数", "120人", "120人")
    assert of_row(item, report="组织120名学生参加技能培训班。")["told_other"] == "学生"
    for other in (
        "组织120名教师参加技能培训班。",
        "慰问120名老人。",
        "组织120名学生参加技能培训班，另培训120人。",
        "培训1120名学生。",
    ):
        assert "told_other" not in of_row(item, report=other)


def test_a_thing_of_the_name_that_the_report_leaves_out() -> None:
    item = row("组织教师赴宁夏、甘肃等支教", "30名", "30名")
    assert of_row(item, report="选派30名教师赴甘肃支教。")["told_missing"] == "宁夏"
    assert "told_missing" not in of_row(item, report="选派30名教师赴甘肃支教。后转往宁夏。")
    assert "told_missing" not in of_row(item, report="选派30名教师支教。")


def test_a_row_that_is_not_certain_says_nothing() -> None:
    doubtful = replace(row("指标值", reason="无"), actual=Cell("8期", HERE, doubt="缺一格"))
    found = of_row(doubtful)
    assert {"placeholder", "reason_empty", "name_rest"}.isdisjoint(found)


@pytest.mark.parametrize(
    ("analysis", "remedies", "counted"),
    [
        ("1.进度偏慢。2.培训覆盖面不够。3.教材陈旧。", "1、提前开班。2、更新教材。", (3, 2)),
        ("(1)进度偏慢；(2)教材陈旧", "一是提前开班。二是更新教材。", (2, 2)),
        ("完成率1.5个百分点的差距。", "提前开班。", (None, None)),
        ("2.教材陈旧。", "1.提前开班。3.更新教材。", (None, None)),
    ],
)
def test_problems_and_measures_are_counted_by_their_numbers(
    analysis: str, remedies: str, counted: tuple[int | None, int | None]
) -> None:
    found = of_form(row("甲"), analysis=cell(analysis), remedies=cell(remedies))
    assert (found.get("problems"), found.get("remedies")) == counted
