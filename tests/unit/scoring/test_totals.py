"""The budget line, sums, totals and grades, worked out by hand from the notes of hubei/2021."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from by_hand import hubei, number, row, scored

from engine.scoring.totals import grade, score_execution, summed


@pytest.mark.parametrize(
    ("budget", "executed", "computed", "by_hand"),
    [
        ("200", "150", "15.00", "20 × 150 ÷ 200"),
        ("200", "200", "20.00", "all of it"),
        ("3", "1", "6.67", "20 × 1 ÷ 3 = 6.666…"),
        ("1,452.02", "1,418.20", "19.53", "20 × 1418.20 ÷ 1452.02 = 19.534…"),
        ("100", "120", "20.00", "more than the budget earns no more than the weight"),
        ("100", "0", "0.00", "nothing spent"),
    ],
)
def test_execution_follows_from_the_amounts(budget: str, executed: str, computed: str, by_hand: str) -> None:
    form = scored(
        [row(weight="80", target="≥1次", actual="1次", score="80")], {"budget": budget, "executed": executed, "rate": "50%"}
    )
    assert form.execution.computed == number(computed), by_hand


@pytest.mark.parametrize(
    ("line", "why"),
    [({}, "没有预算执行一行"), ({"budget": "200"}, "执行数没有填"), ({"budget": "二百", "executed": "150"}, "预算数“二百”不是数")],
)
def test_execution_without_amounts_is_for_a_person(line: dict[str, str], why: str) -> None:
    form = scored([row(weight="80", target="≥1次", actual="1次", score="80")], line)
    assert (form.execution.status, form.execution.computed) == ("needs_review", None)
    assert why in form.execution.reason
    assert (form.total.status, form.grade_computed) == ("needs_review", "")


def test_no_line_at_all_is_said() -> None:
    score = score_execution(None, hubei(), hubei().words)
    assert (score.status, score.computed, score.reason) == ("needs_review", None, "表上没有预算执行一行")


def test_the_total_is_its_parts() -> None:
    form = scored(
        [
            row(weight="40", target="≥3期", actual="1期", score="13.33"),
            row(
                name="服务对象满意度", level1="效益指标", level2="满意度指标", weight="40", target="≥90%", actual="95%", score="40"
            ),
        ],
        total="68.33",
    )
    assert form.level1["产出指标"].computed == Decimal("13.33")
    assert form.level1["效益指标"].computed == Decimal("40.00")
    assert form.total.computed == Decimal("68.33"), "15 + 13.33 + 40"
    assert form.total.trace is not None
    assert form.total.trace.unrounded == Fraction("68.33")
    assert (form.counts.indicators, form.counts.met, form.counts.unknown) == (2, 1, 0)
    assert form.counts.completion_rate == Decimal("0.5")


def test_an_open_part_leaves_the_total_open_with_its_bounds() -> None:
    form = scored(
        [
            row(weight="40", target="≥3期", actual="3期", score="40"),
            row(
                name="服务水平", level1="效益指标", level2="社会效益指标", weight="40", target="提高服务水平", actual="达成预期指标"
            ),
        ]
    )
    assert (form.total.computed, form.total.status) == (None, "needs_review")
    assert form.total.allowed == (Decimal("87.00"), Decimal("95.00")), "15 + 40 + [32, 40]"
    assert form.grade_computed == ""


def test_what_is_above_the_full_score_whatever_an_open_part_gets_is_wrong() -> None:
    form = scored(
        [
            row(weight="60", target="≥3期", actual="3期", score="60"),
            row(name="举办讲座", weight="60", target="≥3期", actual="3期", score="60"),
            row(name="服务水平", level1="效益指标", level2="社会效益指标", weight="20", target="提高服务水平", actual="详见附件"),
        ]
    )
    assert (form.total.computed, form.total.allowed, form.total.status) == (None, None, "error")
    assert form.total.reason == "各部分相加至少得 135.00 分，超过总分 100 分：表上的分值有误", "15 + 60 + 60 + [0, 20]"


@pytest.mark.parametrize(
    ("total", "expected"),
    [("100", "优"), ("90.00", "优"), ("89.99", "良"), ("80", "良"), ("79.99", "中"), ("60", "中"), ("59.99", "差"), ("0", "差")],
)
def test_grades_are_half_open(total: str, expected: str) -> None:
    found = grade(Decimal(total), hubei(), {})
    assert found is not None
    assert found.id == expected


def test_no_total_no_grade() -> None:
    assert grade(None, hubei(), {}) is None


def test_a_sum_of_nothing_filed_has_no_own_value() -> None:
    form = scored(
        [row(weight="40", target="≥3期", actual="3期"), row(name="会议次数", weight="40", target="≥1次", actual="1次", score="40")]
    )
    assert form.level1["产出指标"].reported is None, "one of the two has no score: the body's own sum is not known"
    assert form.level1["产出指标"].computed == Decimal("80.00")
    assert summed((item.score for item in form.indicators), hubei()).limits == (Fraction(80), Fraction(80))
