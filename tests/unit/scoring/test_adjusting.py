"""Scores adjusted: by what other indicators came to, by what a person took off; and totals of scores out of 100."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from by_hand import adjusting, hubei, row, scored, table, with_tables

from engine.language import formula
from engine.language.fields import TOTAL
from engine.results.traces import trace_data
from engine.scoring.model import ScoredForm

KEEP = {"case": "keep", "otherwise": True, "score": "score"}
UNMET = ("数量未完成", {"level2": "数量指标"}, "unmet")
SHORT = {"level2": "质量指标", "数量未完成": {"gt": 0}}
QUALITY = [{"case": "held", "label": "数量未完成，质量不得满分", "when": SHORT, "score": "min(score, 分值 × 90%)"}, KEEP]
RATE = row("合格率", level2="质量指标", weight="10", target="≥90%", actual="95%", score="10")


def count(actual: str) -> dict[str, str]:
    return row(weight="10", target="≥3期", actual=actual, score="9")


def quality(actual: str, **more: Any) -> ScoredForm:
    """A count that is met or not, and a quality that is."""
    return scored([count(actual), RATE], policy=adjusting(QUALITY, UNMET, **more))


@pytest.mark.parametrize(("actual", "number", "rate"), [("3期", "10.00", "10.00"), ("2期", "6.67", "9.00")])
def test_no_full_marks_for_quality_where_the_number_is_short(actual: str, number: str, rate: str) -> None:
    """数量未完成的，质量不得满分。"""
    made = quality(actual)
    assert [item.score.computed for item in made.indicators] == [Decimal(number), Decimal(rate)]
    assert made.level1["产出指标"].computed == Decimal(number) + Decimal(rate)


def test_both_steps_are_told() -> None:
    trace = quality("2期").indicators[1].score.trace
    assert trace is not None
    assert trace.before is not None
    assert (trace.case, trace.operands, trace.before.case) == ("adjust.held", "min(10, 10 × 90%)", "quantitative.met")
    assert trace_data(trace)["before"]["case"] == "quantitative.met"
    kept = quality("3期").indicators[1].score.trace
    assert kept is not None
    assert (kept.case, kept.before) == ("quantitative.met", None)


def test_what_rests_on_the_undecided_is_for_a_person() -> None:
    made = quality("按计划推进")
    assert made.indicators[0].known.met == "unknown"
    score = made.indicators[1].score
    assert (score.status, score.computed, score.allowed) == ("needs_review", None, (Decimal("0.00"), Decimal("10.00")))
    assert score.reason == "要看“数量未完成”，其中有的还判断不了"
    assert made.total.status == "needs_review"


def test_the_undecided_does_not_matter_to_those_that_do_not_look_at_it() -> None:
    made = scored([count("按计划推进"), {**RATE, "level2": "时效指标"}], policy=adjusting(QUALITY, UNMET))
    assert made.indicators[1].score.computed == Decimal("10.00")


def test_under_the_same_goal_only() -> None:
    goals = [{"indicators": [count("2期")]}, {"indicators": [RATE]}]
    for per, computed in (("form", "9.00"), ("goal", "10.00")):
        made = scored([], policy=adjusting(QUALITY, UNMET, per=per), goals=goals)
        assert made.indicators[1].score.computed == Decimal(computed), per


def test_a_group_capped_shares_what_it_may_have() -> None:
    """成本指标合计不超过 5 分：按比例减下来。"""
    cap = [{"case": "capped", "when": {"level2": "成本指标", "成本得分": {"gt": 5}}, "score": "score × 5 ÷ 成本得分"}, KEEP]
    rows = [row(f"支出{n}", level2="成本指标", weight="4", target="≤10万元", actual="9万元", score="4") for n in range(2)]
    made = scored(rows, policy=adjusting(cap, ("成本得分", {"level2": "成本指标"}, "score")))
    assert [item.score.computed for item in made.indicators] == [Decimal("2.50"), Decimal("2.50")]


@pytest.mark.parametrize(
    ("others", "computed"),
    [
        ({}, "10.00"),
        ({"扣减分": "2", "扣减原因": "资料不全"}, "8.00"),
        ({"扣减分": "-2", "扣减原因": "资料不全"}, "8.00"),
        ({"扣减分": "20", "扣减原因": "弄虚作假"}, "0.00"),
        ({"扣减分": "2"}, None),
        ({"扣减分": "无"}, "10.00"),
    ],
)
def test_points_taken_off_by_hand(others: dict[str, str], computed: str | None) -> None:
    """人工扣分，扣完为止；没有写原因的交人工。"""
    told = {"deducted": {"gt": 0}, "deducted_reason": {"present": True}}
    cases = [
        {"case": "deducted", "when": told, "score": "max(0, score - deducted)"},
        {"case": "unexplained", "label": "扣了分没有写原因", "when": {"deducted": {"gt": 0}}, "status": "needs_review"},
        KEEP,
    ]
    cells: dict[str, Any] = dict(row(weight="10", target="≥3期", actual="3期", score="10"))
    cells["others"] = [{"label": label, "value": text} for label, text in others.items()]
    score = scored([cells], policy=adjusting(cases)).indicators[0].score
    assert score.computed == (None if computed is None else Decimal(computed)), score.reason
    assert "没有写原因" in score.reason if computed is None else not score.reason


def test_a_tier_is_adjusted_from_end_to_end() -> None:
    halved = [{"case": "half", "when": {"level2": "社会效益指标"}, "score": "score ÷ 2"}, KEEP]
    levels = {"level1": "效益指标", "level2": "社会效益指标"}
    cells = row("服务水平", **levels, weight="20", target="提高服务水平", actual="基本完成", score="14")
    plain, made = (scored([cells], policy=policy).indicators[0].score for policy in (hubei(), adjusting(halved)))
    assert (plain.computed, plain.allowed) == (Decimal("14.00"), (Decimal("10.00"), Decimal("15.99")))
    assert (made.computed, made.allowed) == (Decimal("7.00"), (Decimal("5.00"), Decimal("8.00")))


def test_each_out_of_a_hundred_and_weighed() -> None:
    """各指标按百分制打分，总分为得分×权重%之和。"""
    total = table("total", [{"otherwise": True, "score": "预算执行得分 + 加权得分"}], TOTAL)
    short = {"when": {"target": {"gt": 0}, "direction": "positive"}, "score": "100 × 完成值 ÷ 目标值"}
    hundred = [{"when": {"verdict": "met"}, "score": "100"}, short, {"otherwise": True, "status": "needs_review"}]
    base = with_tables(quantitative=hundred).scoring
    bounds = replace(base.bounds, highest=formula.parse("100"))
    policy = replace(hubei(), scoring=replace(base, total=total, bounds=bounds))
    assert policy.scoring.hundred
    rows = [row(weight="50", target="≥4期", actual="3期", score="75"), {**RATE, "weight": "30", "score": "100"}]
    made = scored(rows, {"budget": "200", "executed": "100", "score": "10"}, policy)
    assert [item.score.computed for item in made.indicators] == [Decimal("75.00"), Decimal("100.00")]
    assert made.total.computed == Decimal("77.50"), "10 + 75 × 50 % + 100 × 30 %"
    assert made.total.trace is not None
    assert made.total.trace.operands == "10 + 67.5"
