"""Rows as published forms have them: parts under an indicator, numbers run together, funds listed twice, pages that repeat rows.

Each is read as a clerk would read it, and where more than one reading is possible a `notation` finding names the place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import writers
from conftest import Jixiao

from engine.documents.text import read_text
from engine.values.numerals import read_decimal

Rows = Sequence[Sequence[str]]

CENTRAL_FUNDS = ["项目资金（万元）", "", "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"]
CENTRAL_TOTAL = ["", "年度资金总额", "100", "100", "95", "10", "95%", "9.5"]
CENTRAL_GOAL = ["年度总体目标", "预期目标", "实际完成情况"]
CENTRAL_TEXT = ["", "做好公园管护", "已完成"]
CENTRAL_COLUMNS = [
    *("绩效指标", "一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", "偏差原因分析及改进措施"),
]
CENTRAL_ROWS = [
    ["", "产出指标", "数量指标", "管护公园", "≥20个", "20个", "30", "30", ""],
    ["", "", "质量指标", "设施完好率", "≥95%", "96%", "20", "20", ""],
    ["", "效益指标", "社会效益指标", "开放天数", "≥300天", "310天", "30", "30", ""],
    ["", "满意度指标", "服务对象满意度指标", "游客满意度", "≥90%", "95%", "10", "10", ""],
]
CENTRAL_CLOSING = ["总分", "", "", "", "", "", "100", "99.5", ""]


def tables(*rows: Sequence[str]) -> str:
    return "\n\n".join("\n".join(f"\t{cell}" for cell in row) for row in rows) + "\n"


def central(
    rows: Rows = CENTRAL_ROWS,
    funds: Rows = (CENTRAL_TOTAL,),
    closing: Sequence[str] = CENTRAL_CLOSING,
    heading: Sequence[str] = CENTRAL_FUNDS,
) -> str:
    head = [["项目名称", "公园管护"], ["主管部门", "某市城管局", "实施单位", "某市公园管理处"]]
    table = tables(*head, heading, *funds, CENTRAL_GOAL, CENTRAL_TEXT, CENTRAL_COLUMNS, *rows, closing)
    return f"项目支出绩效自评表（2020年度）\n{table}"


def hubei(rows: Rows, funds: Rows = (("（20分）", "年度财政资金总额", "100", "90", "90%", "18"),), unit: str = "（万元）") -> str:
    heading = [f"预算执行情况{unit}", "", "预算数（A)", "执行数(B)", "执行率(B/A)", "得分（20分*执行率）"]
    columns = ["年度绩效目标1（80分）", "一级指标", "二级指标", "三级指标", "年初目标值（A)", "实际完成值(B)", "得分"]
    table = tables(["项目名称", "公园管护经费"], heading, *funds, columns, *rows, ["总分", "98"])
    return f"2021年度公园管护经费项目自评表\n填报单位：某市公园管理处    填报日期：2022年4月27日\n{table}"


def sichuan(rows: Rows) -> str:
    columns = [
        "绩效指标",
        "一级指标",
        "二级指标",
        "三级指标",
        "指标性质",
        "指标值",
        "度量单位",
        "权重",
        "完成值",
        "得分",
        "未完成原因分析",
    ]
    head = [["项目名称", "公园管护"], ["主管部门", "某县城管局", "实施单位", "某县公园管理处"]]
    table = tables(
        *head,
        CENTRAL_FUNDS,
        CENTRAL_TOTAL,
        CENTRAL_GOAL,
        CENTRAL_TEXT,
        columns,
        *rows,
        ["总分", "", "", "", "", "", "", "100", "", "99.5", ""],
    )
    return f"部门预算项目支出绩效自评表（2025年度）\n{table}"


Evaluated = Callable[[str], tuple[Any, dict[str, list[Any]]]]


@pytest.fixture
def evaluated(jixiao: Jixiao, tmp_path: Path) -> Evaluated:
    """Evaluates a form written as text; gives the form and the findings by rule."""

    def run(text: str) -> tuple[Any, dict[str, list[Any]]]:
        path = tmp_path / "form.txt"
        path.write_text(text, encoding="utf-8")
        return outcome(jixiao, path)

    return run


def outcome(jixiao: Jixiao, path: Path) -> tuple[Any, dict[str, list[Any]]]:
    done = jixiao("evaluate", path, "--format", "json")
    assert done.status == 0, done.err
    (form,) = done.data["forms"]
    found: dict[str, list[Any]] = {}
    for finding in done.data["findings"]:
        found.setdefault(finding["rule"], []).append(finding)
    return form, found


@pytest.fixture
def recorded(jixiao: Jixiao, tmp_path: Path) -> Callable[[str], Any]:
    """The record of a form written as text."""

    def run(text: str) -> Any:
        path = tmp_path / "form.txt"
        path.write_text(text, encoding="utf-8")
        done = jixiao("read", path)
        assert done.status == 0, done.err
        (form,) = done.data["forms"]
        return form

    return run


def scored(form: Any) -> list[tuple[Any, ...]]:
    def number(text: str | None) -> Decimal | None:
        return None if text is None else Decimal(text)

    return [(i["name"], number(i["weight"]), number(i["reported"]), number(i["computed"])) for i in form["indicators"]]


def subjects(found: dict[str, list[Any]], rule: str) -> list[str]:
    return [finding["subject"] for finding in found.get(rule, [])]


def said(found: dict[str, list[Any]], rule: str) -> str:
    (finding,) = found[rule]
    assert all(item["where"] for item in finding["evidence"])
    return str(finding["message"])


STRUCTURE = ("notation.run", "notation.part", "notation.merged", "notation.repeated", "notation.zero", "notation.amount")


def quiet(found: dict[str, list[Any]]) -> list[str]:
    return [rule for rule in found if rule.startswith(STRUCTURE) or rule.startswith("notation.weight-total")]


# nothing odd


def test_a_plain_form_has_nothing_odd(evaluated: Evaluated) -> None:
    form, found = evaluated(central())
    assert [row[3] for row in scored(form)] == [30, 20, 30, 10]
    assert quiet(found) == []


# parts


PARTS = [
    ["", "产出指标", "数量指标", "★管护公园", "≥20个", "20个", "30", "30", ""],
    ["", "", "", "其中：市级公园", "≥5个", "5个", "", "", ""],
    ["", "", "", "区级公园", "≥15个", "15个", "", "", ""],
    *CENTRAL_ROWS[1:],
]


def test_parts_stay_with_their_indicator(evaluated: Evaluated, recorded: Callable[[str], Any]) -> None:
    form, found = evaluated(central(PARTS))
    assert [row[0] for row in scored(form)] == ["★管护公园", "设施完好率", "开放天数", "游客满意度"]
    assert form["counts"]["indicators"] == 4
    assert form["scores"]["total"]["computed"] == "99.50"
    parts = recorded(central(PARTS))["goals"][0]["indicators"][0]["parts"]
    assert [(p["name"], p["target"]["text"], p["actual"]["text"]) for p in parts] == [
        ("其中：市级公园", "≥5个", "5个"),
        ("区级公园", "≥15个", "15个"),
    ]
    assert quiet(found) == ["notation.part-unmarked"]
    assert "“★管护公园”的组成部分" in said(found, "notation.part-unmarked")


def test_parts_that_contradict_their_indicator(evaluated: Evaluated) -> None:
    rows = [*PARTS[:2], ["", "", "", "其中：区级公园", "≥15个", "18个", "", "", ""], *PARTS[3:]]
    _, found = evaluated(central(rows))
    assert "“5个、18个”相加比它多" in said(found, "notation.parts-exceed")
    rows[2] = ["", "", "", "其中：区级公园", "≥15个", "14个", "", "", ""]
    _, found = evaluated(central(rows))
    assert "“5个、14个”相加比它少" in said(found, "notation.parts-fall-short")


def test_parts_on_a_hubei_form(evaluated: Evaluated) -> None:
    rows = [
        ["", "产出指标（40分）", "数量指标（40分）", "管护公园（40分）", "≥2万平方米", "2万平方米", "40"],
        ["", "", "", "其中：绿地", "≥12000平方米", "12000平方米", ""],
        ["", "", "", "其中：水面", "≥8000平方米", "8000平方米", ""],
        ["", "效益指标（40分）", "社会效益指标（40分）", "开放天数（40分）", "≥300天", "310天", "40"],
    ]
    form, found = evaluated(hubei(rows))
    assert scored(form) == [("管护公园", 40, 40, 40), ("开放天数", 40, 40, 40)]
    assert quiet(found) == []


def test_parts_on_a_sichuan_form(evaluated: Evaluated, recorded: Callable[[str], Any]) -> None:
    rows = [
        ["", "产出指标", "数量指标", "管护公园", "≥", "20", "个", "50", "20", "50", ""],
        ["", "", "", "其中：市级公园", "≥", "5", "个", "", "6", "", ""],
        ["", "效益指标", "社会效益指标", "开放天数", "≥", "300", "天", "30", "310", "30", ""],
        ["", "满意度指标", "服务对象满意度指标", "游客满意度", "≥", "90", "%", "10", "95", "10", ""],
    ]
    form, found = evaluated(sichuan(rows))
    assert [row[0] for row in scored(form)] == ["管护公园", "开放天数", "游客满意度"]
    (part,) = recorded(sichuan(rows))["goals"][0]["indicators"][0]["parts"]
    assert (part["target"]["text"], part["actual"]["text"], part["unit"]["text"]) == ("≥5个", "6个", "个")
    assert quiet(found) == []


def test_a_part_without_an_indicator_is_flagged(evaluated: Evaluated) -> None:
    rows = [["", "产出指标", "数量指标", "其中：市级公园", "≥5个", "5个", "", "", ""], *CENTRAL_ROWS]
    form, found = evaluated(central(rows))
    assert scored(form)[0] == ("其中：市级公园", None, None, None)
    assert "它的上面没有指标" in said(found, "notation.part-alone")


# weight and score in one cell


def together(cell: str, first: Sequence[str] = CENTRAL_ROWS[0]) -> list[list[str]]:
    return [[*first[:6], cell, "", ""], *map(list, CENTRAL_ROWS[1:])]


def test_weight_and_score_in_one_cell_are_told_apart_by_the_total(evaluated: Evaluated, recorded: Callable[[str], Any]) -> None:
    form, found = evaluated(central(together("3028.5")))
    assert scored(form)[0] == ("管护公园", 30, Decimal("28.5"), 30)
    assert "读作分值30、得分28.5" in said(found, "notation.run-together")
    assert [doubt["text"] for doubt in recorded(central(together("3028.5")))["doubts"]] == ["3028.5"]


def test_the_indicators_around_it_are_scored_where_it_cannot_be_told(evaluated: Evaluated) -> None:
    closing = ["总分", "", "", "", "", "", "", "99.5", ""]
    form, found = evaluated(central(together("3028.5"), closing=closing))
    assert [(row[0], row[3]) for row in scored(form)] == [
        ("管护公园", None),
        ("设施完好率", 20),
        ("开放天数", 30),
        ("游客满意度", 10),
    ]
    message = said(found, "notation.run-together-unclear")
    assert "“3028.5”" in message
    assert "分值30、得分28.5" in message
    assert form["indicators"][0]["status"] == "needs_review"
    assert "notation.no-weight" not in found


def test_every_reading_is_named(evaluated: Evaluated) -> None:
    """1010.5 is 10 and 10.5 (more than full marks), so only weights that hold the score count; 20 is 2 and 0 or 20 alone."""
    form, found = evaluated(central(together("2020")))  # 20 + 60 + 10 is not 100
    assert scored(form)[0][3] is None
    assert "分值20、得分20" in said(found, "notation.run-together-unclear")


def test_a_weight_that_could_stand_by_itself(evaluated: Evaluated) -> None:
    rows = [list(CENTRAL_ROWS[0]), *map(list, CENTRAL_ROWS[1:])]
    rows[0][6:8] = ["24", "24"]
    rows.insert(1, ["", "", "", "补植树木", "≥50株", "45株", "65", ""])
    form, found = evaluated(central([[*row[:8], ""] for row in rows]))
    assert scored(form)[1] == ("补植树木", 6, 5, Decimal("5.4"))
    assert subjects(found, "notation.run-together") == ["补植树木"]


def test_a_score_that_is_missing_is_not_made_up(evaluated: Evaluated) -> None:
    rows = [list(row) for row in CENTRAL_ROWS]
    rows[0][7] = ""
    form, found = evaluated(central(rows))
    assert scored(form)[0] == ("管护公园", 30, None, 30)
    assert quiet(found) == []


def test_a_row_that_lacks_the_cell(jixiao: Jixiao, tmp_path: Path) -> None:
    rows = [[*CENTRAL_ROWS[0][:6], "3028.5", ""], *CENTRAL_ROWS[1:]]
    path = tmp_path / "form.txt"
    path.write_text(central(rows), encoding="utf-8")
    run = jixiao("evaluate", path, "--format", "json")
    assert run.status == 0, run.err
    assert scored(run.data["forms"][0])[0] == ("管护公园", 30, Decimal("28.5"), 30)


def test_declared_group_weights_tell_too(evaluated: Evaluated) -> None:
    rows = [
        ["", "产出指标（50分）", "数量指标", "管护公园", "≥20个", "18个", "1513.5", "", ""],
        ["", "", "", "补植树木", "≥50株", "50株", "15", "15", ""],
        *CENTRAL_ROWS[1:],
    ]
    form, found = evaluated(central(rows, closing=["总分", "", "", "", "", "", "", "98", ""]))
    assert scored(form)[0] == ("管护公园", 15, Decimal("13.5"), Decimal("13.5"))
    assert subjects(found, "notation.run-together") == ["管护公园"]


# budget lines


def test_a_fund_with_its_own_details_is_counted_once(evaluated: Evaluated) -> None:
    funds = [
        CENTRAL_TOTAL,
        ["", "其中：财政拨款", "90", "90", "85", "", "", ""],
        ["", "其中：上级补助", "60", "60", "55", "", "", ""],
        ["", "其中：本级安排", "30", "30", "30", "", "", ""],
        ["", "其他资金", "10", "10", "10", "", "", ""],
    ]
    form, found = evaluated(central(funds=funds))
    assert form["scores"]["execution"]["computed"] == "9.50"
    assert "arithmetic.budget-lines" not in found
    assert "“其中：上级补助”、“其中：本级安排”的数额相加等于“其中：财政拨款”" in said(found, "notation.repeated-fund-lines")


def test_a_fund_that_repeats_the_total(evaluated: Evaluated) -> None:
    funds = [
        CENTRAL_TOTAL,
        ["", "其中：财政拨款", "100", "100", "95", "", "", ""],
        ["", "其中：本级安排", "100", "100", "95", "", "", ""],
    ]
    _, found = evaluated(central(funds=funds))
    assert "arithmetic.budget-lines" not in found
    assert "notation.repeated-fund-lines" in found


def test_details_that_are_too_much_are_still_found(evaluated: Evaluated) -> None:
    funds = [CENTRAL_TOTAL, ["", "其中：财政拨款", "90", "90", "85", "", "", ""], ["", "其他资金", "20", "20", "10", "", "", ""]]
    _, found = evaluated(central(funds=funds))
    assert "arithmetic.budget-lines" in found
    assert quiet(found) == []


def test_a_total_of_zeros_above_one_real_line(evaluated: Evaluated) -> None:
    funds = [
        ["", "年度资金总额", "0", "0", "0", "10", "0", "9"],
        ["", "其中：财政拨款", "100", "100", "95", "", "95%", ""],
        ["", "其他资金", "0", "0", "0", "", "", ""],
    ]
    form, found = evaluated(central(funds=funds))
    assert (form["scores"]["execution"]["reported"], form["scores"]["execution"]["computed"]) == ("9", "9.50")
    assert "有数额的只有“其中：财政拨款”一行，预算执行按这一行计分" in said(found, "notation.zero-total")


def test_a_total_of_zeros_above_several_real_lines(evaluated: Evaluated) -> None:
    funds = [
        ["", "年度资金总额", "0", "0", "0", "10", "0", "9"],
        ["", "其中：财政拨款", "100", "100", "95", "", "", ""],
        ["", "其他资金", "20", "20", "20", "", "", ""],
    ]
    form, found = evaluated(central(funds=funds))
    assert form["scores"]["execution"]["computed"] is None
    assert "不能确定按哪一行计分" in said(found, "notation.zero-total-unclear")


@pytest.mark.parametrize(
    ("budget", "executed", "other"),
    [
        ("128.60万元", "120", ""),
        ("128.60", "1,200,000元", "“1,200,000元”"),
        ("１２８．６０万元", "1200000 元", "“1200000 元”"),
        ("128.6万", "120万", "“128.6万”、“120万”"),
        ("0.01286亿元", "120.00", "“0.01286亿元”"),
    ],
)
def test_amounts_with_their_unit(evaluated: Evaluated, budget: str, executed: str, other: str) -> None:
    """10 × 120 ÷ 128.6 = 9.331"""
    funds = [["", "年度资金总额", "", budget, executed, "10", "93.31%", "9.33"]]
    form, found = evaluated(central(funds=funds))
    assert form["scores"]["execution"]["computed"] == "9.33"
    assert "arithmetic.execution-rate" not in found
    if other:
        assert other in said(found, "notation.amount-unit")
    else:
        assert quiet(found) == []


@pytest.mark.parametrize(("budget", "executed"), [("128.60美元", "120"), ("约128.6万元", "120"), ("128.60万元120万元", "120")])
def test_amounts_that_are_not_certain(evaluated: Evaluated, budget: str, executed: str) -> None:
    form, _ = evaluated(central(funds=[["", "年度资金总额", "", budget, executed, "10", "93.31%", "9.33"]]))
    assert form["scores"]["execution"]["computed"] is None


def test_a_unit_only_the_cells_say(evaluated: Evaluated) -> None:
    heading = ["项目资金", *CENTRAL_FUNDS[1:]]
    both = [["", "年度资金总额", "100万元", "100万元", "95万元", "10", "95%", "9.5"]]
    form, found = evaluated(central(funds=both, heading=heading))
    assert form["scores"]["execution"]["computed"] == "9.50"
    assert quiet(found) == []
    mixed = [["", "年度资金总额", "100万元", "100万元", "950000元", "10", "95%", "9.5"]]
    form, _ = evaluated(central(funds=mixed, heading=heading))
    assert form["scores"]["execution"]["computed"] is None


# pages


def test_rows_said_again_at_the_top_of_a_page(evaluated: Evaluated, recorded: Callable[[str], Any]) -> None:
    again = [
        ["项目名称", "公园管护"],
        CENTRAL_FUNDS,
        CENTRAL_TOTAL,
        CENTRAL_GOAL,
        CENTRAL_TEXT,
        CENTRAL_COLUMNS,
    ]
    text = central([*CENTRAL_ROWS[:2], *again, *CENTRAL_ROWS[2:]])
    form, found = evaluated(text)
    record = recorded(text)
    assert [row[3] for row in scored(form)] == [30, 20, 30, 10]
    assert {i["goal"] for i in form["indicators"]} == {1}
    assert len(record["budget"]) == 1
    assert record["goals"][0]["title"] == "做好公园管护"
    assert [item["value"]["text"] for item in record["header"] if item.get("key") == "goal_achieved"] == ["已完成"]
    assert quiet(found) == []


@pytest.mark.parametrize(
    ("again", "at"),
    [
        ([CENTRAL_GOAL], 1),
        ([CENTRAL_GOAL], 2),
        ([CENTRAL_GOAL, CENTRAL_TEXT], 3),
        ([CENTRAL_COLUMNS], 2),
        ([CENTRAL_GOAL, CENTRAL_COLUMNS], 1),
        ([CENTRAL_GOAL, ["", "（续）", ""], CENTRAL_COLUMNS], 2),
    ],
)
def test_any_heading_said_again(recorded: Callable[[str], Any], again: Rows, at: int) -> None:
    (goal,) = recorded(central([*CENTRAL_ROWS[:at], *again, *CENTRAL_ROWS[at:]]))["goals"]
    assert [(i["name"], i["level1"]) for i in goal["indicators"]] == [
        ("管护公园", "产出指标"),
        ("设施完好率", "产出指标"),
        ("开放天数", "效益指标"),
        ("游客满意度", "满意度指标"),
    ]
    assert goal["title"] == ("做好公园管护（续）" if len(again) == 3 else "做好公园管护")


def test_a_header_row_at_the_top_of_a_page_of_a_hubei_form(evaluated: Evaluated) -> None:
    first = ["", "产出指标（40分）", "数量指标（40分）", "管护公园（20分）", "≥20个", "20个", "20"]
    columns = ["年度绩效目标1（80分）", "一级指标", "二级指标", "三级指标", "年初目标值（A)", "实际完成值(B)", "得分"]
    second = ["", "", "", "补植树木（20分）", "≥50株", "45株", "18"]
    third = ["", "效益指标（40分）", "社会效益指标（40分）", "开放天数（40分）", "≥300天", "310天", "40"]
    form, _ = evaluated(hubei([first, columns, second, columns, third]))
    assert [(i["goal"], i["name"], i["computed"]) for i in form["indicators"]] == [
        (1, "管护公园", "20.00"),
        (1, "补植树木", "18.00"),
        (1, "开放天数", "40.00"),
    ]


# scores and totals


def test_a_score_over_several_rows_is_said_once(evaluated: Evaluated) -> None:
    rows = [list(row) for row in CENTRAL_ROWS]
    rows[0][7], rows[1][7] = "49", ""
    form, found = evaluated(central(rows))
    assert [row[2] for row in scored(form)] == [None, None, 30, 10]
    assert subjects(found, "notation.merged-score") == ["管护公园"]
    assert "2 个指标合用一格" in said(found, "notation.merged-score")


def test_weight_and_score_over_several_rows(evaluated: Evaluated) -> None:
    rows = [list(row) for row in CENTRAL_ROWS]
    rows[0][6:8], rows[1][6:8] = ["50", "50"], ["", ""]
    _, found = evaluated(central(rows))
    assert subjects(found, "notation.merged-weight") == ["管护公园"]
    assert subjects(found, "notation.no-weight") == ["设施完好率"]


def test_a_printed_total_of_weights_that_does_not_add_up(evaluated: Evaluated) -> None:
    rows = [list(row) for row in CENTRAL_ROWS]
    rows[0][6:8] = ["40", "40"]
    _, found = evaluated(central(rows))
    assert "表列分值合计 100 分，各项分值（含预算执行）相加为 110 分" in said(found, "notation.weight-total")
    assert "arithmetic.total-not-sum" in found


@pytest.mark.parametrize(
    ("executed", "printed", "score", "rule"),
    [
        ("99.985", "99.985%", "9.9", "notation.rate-cut"),
        ("98.6", "98.6%", "9.9", "notation.rate-rounded"),
        ("98.6", "98.6%", "9.86", ""),
        ("99.985", "99.985%", "10.00", ""),
        ("98.6", "98.6%", "9.5", ""),
    ],
)
def test_a_rate_cut_or_rounded_before_scoring(evaluated: Evaluated, executed: str, printed: str, score: str, rule: str) -> None:
    _, found = evaluated(central(funds=[["", "年度资金总额", "100", "100", executed, "10", printed, score]]))
    assert [name for name in found if name.startswith("notation.rate-")] == ([rule] if rule else [])


@pytest.mark.parametrize("name", ["管护公园（1.5分）", "管护公园（分值:1.5）", "管护公园【1.5 分】", "管护 公园(１．５分)"])
def test_weights_behind_the_name(recorded: Callable[[str], Any], name: str) -> None:
    rows = [
        ["", "产出指标", "数量指标", name, "≥20个", "20个", "1.5"],
        ["", "效益指标", "社会效益指标", "开放天数（78.5分）", "≥300天", "310天", "78.5"],
    ]
    first = recorded(hubei(rows))["goals"][0]["indicators"][0]
    assert (first["name"].replace(" ", ""), read_decimal(first["weight"]["text"])) == ("管护公园", Decimal("1.5"))


# signs a scanner may have misread


def test_a_scanned_sign_is_flagged_and_not_guessed(evaluated: Evaluated) -> None:
    rows = [list(row) for row in CENTRAL_ROWS]
    rows[1][4] = "295%"
    rows[0][4] = "W20个"
    rows[0][5] = "18个"
    form, found = evaluated(central(rows))
    assert [(i["status"], i["computed"]) for i in form["indicators"]][:2] == [("needs_review", None)] * 2
    assert subjects(found, "notation.scanned-sign") == ["管护公园", "设施完好率"]


@pytest.mark.parametrize("kind", ["docx", "xlsx"])
def test_the_same_from_word_and_excel(jixiao: Jixiao, tmp_path: Path, kind: str) -> None:
    funds = [
        CENTRAL_TOTAL,
        ["", "其中：财政拨款", "90", "90", "85", "", "", ""],
        ["", "其中：上级补助", "90", "90", "850000元", "", "", ""],
    ]
    again = [CENTRAL_FUNDS, CENTRAL_GOAL, CENTRAL_TEXT, CENTRAL_COLUMNS]
    rows = [list(row) for row in [*PARTS[:3], *again, *PARTS[3:]]]
    rows[0][6:8] = ["3028.5", ""]
    rows[-1][4] = "290%"
    text = central(rows, funds)
    plain = tmp_path / "form.txt"
    plain.write_text(text, encoding="utf-8")
    document = read_text(text, "form.txt")
    path = tmp_path / f"form.{kind}"
    path.write_bytes(writers.docx(document) if kind == "docx" else writers.workbook([document]))
    (expected, told), (form, found) = outcome(jixiao, plain), outcome(jixiao, path)
    assert scored(form) == scored(expected)
    assert form["scores"] == expected["scores"]
    assert {rule: subjects(found, rule) for rule in found} == {rule: subjects(told, rule) for rule in told}
    assert set(quiet(found)) == {
        "notation.run-together",
        "notation.part-unmarked",
        "notation.repeated-fund-lines",
        "notation.amount-unit",
    }
