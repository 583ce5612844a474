"""Forms without weights at the indicators, scored by what their sums leave; and values whose unit is missing."""

from __future__ import annotations

from decimal import Decimal

import pytest
from by_hand import one, row, scored

FULL = {"budget": "200", "executed": "200", "score": "20"}


def test_own_scores_that_make_up_the_full_score_are_the_weights() -> None:
    form = scored(
        [
            row(target="≥3期", actual="3期", score="30"),
            row(name="服务对象满意度", level1="效益指标", level2="满意度指标", target="≥90%", actual="95%", score="50"),
        ],
        FULL,
        total="100",
    )
    assert [item.known.weight for item in form.indicators] == [Decimal(30), Decimal(50)]
    assert [item.known.weight_ground for item in form.indicators] == ["inferred", "inferred"]
    assert "只能是 30 分" in form.indicators[0].known.weight_reason
    assert (form.total.computed, form.grade_computed) == (Decimal("100.00"), "优")


def test_an_inferred_weight_is_scored_by_the_policy_not_by_the_body() -> None:
    form = scored(
        [
            row(target="≥3期", actual="1期", score="30"),
            row(name="服务对象满意度", level1="效益指标", level2="满意度指标", target="≥90%", actual="95%", score="50"),
        ],
        FULL,
    )
    assert form.indicators[0].score.computed == Decimal("10.00"), "30 × 1 ÷ 3, though full marks were claimed"
    assert form.total.computed == Decimal("80.00")


def test_what_the_sums_leave_open_is_a_range_and_not_dropped() -> None:
    form = scored(
        [row(target="≥4期", actual="2期", score="30"), row(name="会议次数", target="≥1次", actual="1次", score="40")], FULL
    )
    short, met = form.indicators
    assert (short.known.weight, short.known.weight_ends) == (None, (Decimal(30), Decimal(40)))
    assert (short.score.status, short.score.allowed) == ("needs_review", (Decimal("15.00"), Decimal("20.00"))), "half of 30 to 40"
    assert "30 至 40" in short.score.reason
    assert met.score.allowed == (Decimal("40.00"), Decimal("50.00"))
    assert (form.total.computed, form.total.allowed) == (None, (Decimal("75.00"), Decimal("90.00")))
    assert short.known.met == "no", "whatever it is worth, it was not reached"


def test_where_every_weight_gives_the_same_score_it_stands() -> None:
    form = scored(
        [row(target="≥4期", actual="0期", score="0"), row(name="会议次数", target="≥1次", actual="1次", score="60")], FULL
    )
    assert (form.indicators[0].score.status, form.indicators[0].score.computed) == ("scored", Decimal("0.00"))


def test_a_printed_weight_says_so() -> None:
    form = scored([row(weight="80", target="≥3期", actual="3期", score="80")], FULL)
    assert (form.indicators[0].known.weight_ground, form.indicators[0].known.weight_reason) == ("printed", "")


def test_met_in_whatever_unit_is_full_marks() -> None:
    item = one(name="培训合格率", level2="质量指标", weight="20", target="≥0.95", actual="97%", score="20")
    assert (item.known.met, item.score.computed) == ("yes", Decimal("20.00"))


def test_missed_in_whatever_unit_is_missed_but_by_how_much_is_asked() -> None:
    item = one(name="培训合格率", level2="质量指标", weight="20", target="≥95%", actual="0.9", score="20")
    assert item.known.met == "no"
    assert (item.score.status, item.score.computed) == ("needs_review", None), "0.9 % or 90 %: 0.19 or 18.95 points"
    assert "0至1的小数" in item.score.reason


def test_a_total_between_bounds_is_never_above_the_full_score() -> None:
    form = scored([row(target="≥4期", actual="4期", score=""), row(name="会议次数", target="≥1次", actual="1次", score="40")], FULL)
    assert [item.known.weight_ends for item in form.indicators] == [(Decimal(0), Decimal(40)), (Decimal(40), Decimal(80))]
    assert form.total.allowed == (Decimal("60.00"), Decimal("100.00")), "not 140: both cannot be worth the most they could be"


def test_by_how_much_a_target_in_doubt_was_exceeded_is_not_told() -> None:
    item = one(name="培训合格率", level2="质量指标", weight="20", target="0.95", actual="97%", score="20")
    assert (item.known.met, item.score.computed) == ("yes", Decimal("20.00")), "met whether 0.95 is 0.95 % or 95 %"
    assert (item.known.target_number, item.known.actual_number) == (None, None)
    assert "achieved" not in item.known.fields, "102 times the target in one of the two"


@pytest.mark.parametrize("mark", ["不适用", "/", "—", "N/A"])
def test_not_applicable_on_both_sides_is_neither_met_nor_missed(mark: str) -> None:
    item = one(weight="20", target=mark, actual=mark, score="20")
    assert (item.known.nature, item.known.met, item.score.status) == ("not_applicable", "unknown", "needs_review")
