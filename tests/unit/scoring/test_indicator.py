"""Scores of single indicators, worked out by hand from the notes of hubei/2021."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from by_hand import hubei, number, one, row, scored


@pytest.mark.parametrize(
    ("weight", "target", "actual", "computed", "case", "by_hand"),
    [
        ("20", "≥3期", "3期", "20.00", "met", "reached: the weight"),
        ("20", "≥3期", "5期", "20.00", "met", "more than asked for earns no more than the weight"),
        ("20", "≥3期", "1期", "6.67", "proportional", "20 × 1 ÷ 3 = 6.666…"),
        ("7", "≥30人", "20人", "4.67", "proportional", "7 × 20 ÷ 30 = 4.666…"),
        ("0.33", "≥2次", "1次", "0.17", "proportional", "0.33 × 1 ÷ 2 = 0.165, a half rounds up"),
        ("1.005", "≥10%", "10%", "1.00", "met", "rounding does not carry a score past its weight"),
        ("10", "≥0.5万人", "2500人", "5.00", "proportional", "10 × 2,500 ÷ 5,000, units converted"),
        ("20", "≤4次", "4次", "20.00", "inverse-met", "no more than allowed"),
        ("20", "≤4次", "5次", "16.00", "inverse-proportional", "20 × 4 ÷ 5"),
        ("20", "≤4次", "3次", "20.00", "inverse-met", "fewer than allowed"),
        ("20", "≤0起", "0起", "20.00", "inverse-both-zero", "nothing where nothing is allowed"),
    ],
)
def test_a_quantity(weight: str, target: str, actual: str, computed: str, case: str, by_hand: str) -> None:
    item = one(weight=weight, target=target, actual=actual, score="0")
    assert item.score.computed == number(computed), by_hand
    assert item.score.trace is not None
    assert item.score.trace.case == f"quantitative.{case}"


def test_the_trace_holds_every_operand_and_the_number_before_rounding() -> None:
    trace = one(weight="20", target="≥3期", actual="1期", score="6.67").score.trace
    assert trace is not None
    assert (trace.formula, trace.operands) == ("weight * actual / target", "20 × 1 ÷ 3")
    assert trace.unrounded == Fraction(20, 3)
    assert dict(trace.values) == {"weight": Decimal(20), "actual": Decimal(1), "target": Decimal(3)}
    assert trace.basis in hubei().clauses


@pytest.mark.parametrize(
    ("actual", "own", "computed", "allowed"),
    [
        ("达成预期指标", "18", "18.00", ("16.00", "20.00")),  # within its tier: the body's own stands
        ("达成预期指标", "10", "16.00", ("16.00", "20.00")),  # below: the nearest admissible
        ("部分达成预期指标并具有一定效果", "16", "15.99", ("10.00", "15.99")),  # the top edge is open: 80 % is the tier above's
        ("部分达成预期指标并具有一定效果", "4", "10.00", ("10.00", "15.99")),
        ("未达成预期指标且效果较差", "12", "9.99", ("0.00", "9.99")),
    ],
)
def test_a_qualitative_indicator_keeps_its_own_score_within_its_tier(
    actual: str, own: str, computed: str, allowed: tuple[str, str]
) -> None:
    item = one(
        level1="效益指标", level2="社会效益指标", name="服务水平", weight="20", target="提高服务水平", actual=actual, score=own
    )
    assert item.score.computed == number(computed)
    assert item.score.allowed == (number(allowed[0]), number(allowed[1]))


def test_a_tier_without_the_bodys_own_score_is_for_a_person_with_its_range() -> None:
    score = one(level2="质量指标", name="服务水平", weight="20", target="提高服务水平", actual="达成预期指标").score
    assert (score.status, score.computed, score.allowed) == ("needs_review", None, (Decimal(16), Decimal(20)))
    assert "16.00 至 20.00" in score.reason


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ({"target": "≥3期", "actual": "3期", "score": "20"}, "没有该指标的分值"),
        ({"weight": "二十", "target": "≥3期", "actual": "3期", "score": "20"}, "“二十”不是数"),
        ({"weight": "2018", "target": "≥3期", "actual": "3期", "score": "20"}, "“2018”大于总分"),
    ],
)
def test_without_a_weight_there_is_no_score_and_it_is_said_why(cells: dict[str, str], why: str) -> None:
    score = one(**cells).score
    assert (score.status, score.computed) == ("needs_review", None)
    assert why in score.reason


def test_what_does_not_apply_is_no_zero() -> None:
    score = one(weight="20", target="≥3期", actual="/", score="").score
    assert score.status in ("not_applicable", "needs_review")
    assert score.computed is None


def test_never_a_silent_number_for_what_cannot_be_compared() -> None:
    score = one(weight="20", target="≥3期", actual="30人", score="20").score
    assert (score.status, score.computed) == ("needs_review", None)
    assert score.reason


def test_rounding_at_the_form_keeps_the_exact_part() -> None:
    policy = hubei()
    at_form = replace(policy, scoring=replace(policy.scoring, rounding=replace(policy.scoring.rounding, at="form")))
    rows = [row(name=f"{name}期数", weight="10", target="≥3期", actual="1期", score="3.33") for name in ("甲类", "乙类", "丙类")]
    assert scored(rows).level1["产出指标"].computed == Decimal("9.99"), "3 × 3.33, each rounded"
    assert scored(rows, policy=at_form).level1["产出指标"].computed == Decimal("10.00"), "3 × 10 × 1 ÷ 3, rounded once"
