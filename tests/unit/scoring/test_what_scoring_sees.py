"""What scoring tables see besides target and actual: how late, the reason, evidence, the form's execution; several numbers taken
another way than the worst; grades that ask more than a total."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from by_hand import hubei, row, scored, with_tables

from engine.language.conditions import Condition
from engine.language.model import Test
from engine.policy.model import Policy

REST = {"otherwise": True, "status": "needs_review"}


@pytest.mark.parametrize(
    ("actual", "computed"),
    [("2021年6月20日", "10.00"), ("2021年7月2日", "9.00"), ("2021年8月15日", "8.00"), ("2022年12月1日", "0.00"), ("2021年", None)],
)
def test_each_month_late_costs_a_point(actual: str, computed: str | None) -> None:
    """每超过一个月扣1分，不足一个月按一个月计，扣完为止。"""
    late = {"when": {"months_late": {"gte": 0}}, "score": "取大(0, 分值 - 逾期月数)"}
    made = scored([row(weight="10", target="2021年6月30日前", actual=actual, score="9")], policy=with_tables(deadline=[late, REST]))
    score = made.indicators[0].score
    assert score.computed == (None if computed is None else Decimal(computed)), score.reason
    assert score.status == ("needs_review" if computed is None else "scored")


@pytest.mark.parametrize(("reason", "computed"), [("设备到货推迟两个月，已与厂家约定补交", "9.00"), ("无", "8.00"), ("", "8.00")])
def test_a_reason_may_count(reason: str, computed: str) -> None:
    cases = [
        {"when": {"verdict": "not_met", "reason": {"present": True}, "reason_empty": False}, "score": "分值 - 1"},
        {"when": {"verdict": "not_met"}, "score": "分值 - 2"},
        REST,
    ]
    cells = row(weight="10", target="≥3期", actual="2期", score="9") | ({"reason": reason} if reason else {})
    made = scored([cells], policy=with_tables(quantitative=cases))
    assert made.indicators[0].score.computed == Decimal(computed)


@pytest.mark.parametrize(("executed", "computed"), [("150", "7.50"), ("200", "10.00"), (None, None)])
def test_no_indicator_above_the_execution_of_its_form(executed: str | None, computed: str | None) -> None:
    """得分不超过按预算执行率折算的分数。"""
    cases = [{"when": {"rate": {"gte": 0}}, "score": "取小(分值, 分值 × 执行率 ÷ 100)"}, REST]
    line = {"budget": "200", "score": "15"} | ({"executed": executed} if executed else {})
    made = scored([row(weight="10", target="≥3期", actual="3期", score="9")], line, with_tables(quantitative=cases))
    assert made.indicators[0].score.computed == (None if computed is None else Decimal(computed))


@pytest.mark.parametrize(
    ("take", "target", "actual", "verdict"),
    [
        ("worst", "90", "81", "not_met"),
        ("best", "90", "95", "met"),
        ("average", "90", "88", "not_met"),
        ("sum", "180", "176", "not_met"),
    ],
)
def test_several_numbers_are_taken_as_the_policy_says(take: str, target: str, actual: str, verdict: str) -> None:
    policy = replace(hubei(), scoring=replace(hubei().scoring, composite=take))
    made = scored([row("获得率", weight="10", target="正高90%，副高90%", actual="正高81%，副高95%", score="9")], policy=policy)
    known = made.indicators[0].known
    assert (known.fields["target"], known.fields["actual"]) == (Decimal(target), Decimal(actual))
    assert known.fields["verdict"] == verdict


def strict() -> Policy:
    """优 only without an indicator at 0, 良 only with at most one that is not met."""
    asked = {"优": Test("zero_scores", "eq", Decimal(0)), "良": Test("unmet", "lte", Decimal(1))}
    grades = tuple(
        replace(band, conditions=(Condition(asked[band.id], "得 0 分的指标个数"),)) if band.id in asked else band
        for band in hubei().grades
    )
    return replace(hubei(), grades=grades)


@pytest.mark.parametrize(
    ("rows", "grade", "said"),
    [
        ([("75", "3期"), ("5", "3期")], "优", ""),
        ([("75", "3期"), ("5", "0期")], "良", "总分够“优”，但不符合：得 0 分的指标个数（1）＝ 0"),
        ([("70", "3期"), ("5", "0期"), ("5", "0期")], "中", "总分够“优”，但不符合：得 0 分的指标个数（2）＝ 0"),
    ],
)
def test_no_best_grade_with_an_indicator_at_nought(rows: list[tuple[str, str]], grade: str, said: str) -> None:
    line = {"budget": "200", "executed": "200", "score": "20"}
    made = scored([row(f"培训{n}", weight=w, target="≥3期", actual=a, score=w) for n, (w, a) in enumerate(rows)], line, strict())
    assert made.total.computed is not None
    assert made.total.computed >= 90
    assert (made.grade_computed, made.grade_reason) == (grade, said)
