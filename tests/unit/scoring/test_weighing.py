"""Weights that are not printed, worked out by hand from headings, own scores and sums."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine.scoring.weighing import Weight, weights_of
from engine.submission import record

FULL = Decimal(100)


def weighed(rows: list[dict[str, str]], groups: dict[str, str] | None = None, **goal: Any) -> tuple[list[Weight | None], list[str]]:
    line = goal.pop("line", {"budget": "10", "executed": "10", "score": "20"})
    given = [{"level1": "产出指标", "level2": "数量指标", "target": "1", "actual": "1", **row} for row in rows]
    listed = [
        {"level1": name.partition("/")[0], "level2": name.partition("/")[2], "weight": w} for name, w in (groups or {}).items()
    ]
    budget = [{"name": "总额", "role": "total", **line}] if line else []
    form = {"kind": "project", "name": "甲", "budget": budget, "goals": [{"groups": listed, **goal, "indicators": given}]}
    found = record.from_data({"schema": "jixiao/submission/1", "unit": "某局", "fiscal_year": 2021, "forms": [form]})
    weights, wrong = weights_of(found.forms[0], FULL)
    return weights, [item.label for item in wrong]


def values(found: list[Weight | None]) -> list[str | None]:
    """12.5 for a weight, 10–15 for bounds, None where nothing is known."""

    def shown(weight: Weight) -> str:
        ends = [format(end.normalize(), "f") for end in (weight.low, weight.high)]
        return ends[0] if weight.value is not None else "–".join(ends)

    return [None if weight is None else shown(weight) for weight in found]


def named(*scores: str) -> list[dict[str, str]]:
    return [{"name": f"指标{n}", "score": score} for n, score in enumerate(scores)]


@pytest.mark.parametrize(
    ("scores", "groups", "goal", "expected", "by_hand"),
    [
        (("30", "30", "20"), {}, {}, ["30", "30", "20"], "20 + 80 = 100: nobody can have more than was given"),
        (("30", "30", "15"), {}, {}, ["30–35", "30–35", "15–20"], "5 points are missing, and may be anyone's"),
        (("30", "30", "15"), {}, {"weight": "75"}, ["30", "30", "15"], "the goal's heading is made up by its rows"),
        (("30", "10"), {"产出指标": "50"}, {}, ["30–40", "10–20"], "10 points between two"),
        (("30",), {"产出指标": "50"}, {}, ["50"], "one row under a heading is worth the heading"),
    ],
)
def test_what_the_sums_leave(scores: Any, groups: dict[str, str], goal: dict[str, str], expected: list[str], by_hand: str) -> None:
    found, wrong = weighed(named(*scores), groups, **goal)
    if not goal and not groups:
        assert not wrong
    assert values(found) == expected, by_hand
    assert all(weight is not None and weight.ground == "inferred" and weight.reason for weight in found)


def test_an_inner_heading_leaves_the_outer_one_a_single_way() -> None:
    rows = [{"name": "甲", "score": "20"}, {"name": "乙", "score": "3", "level2": "质量指标"}]
    found, wrong = weighed(rows, {"产出指标": "35", "产出指标/数量指标": "30"}, line={})
    assert (values(found), wrong) == (["30", "5"], [])


def test_headings_that_contradict_each_other_leave_nothing() -> None:
    found, wrong = weighed(named("30", "5"), {"产出指标": "50", "产出指标/数量指标": "35"}, line={})
    assert values(found) == [None, None]
    assert wrong


def test_the_last_row_under_a_heading_is_what_the_printed_ones_leave() -> None:
    rows = [{"name": "甲", "weight": "12.5", "score": "10"}, {"name": "乙", "score": "1"}]
    found, wrong = weighed(rows, {"产出指标/数量指标": "20"}, line={})
    assert (values(found), wrong) == (["12.5", "7.5"], [])
    assert [weight.ground for weight in found if weight] == ["printed", "inferred"]


def test_printed_weights_are_left_alone() -> None:
    rows = [{"name": "甲", "weight": "30", "score": "40"}, {"name": "乙", "weight": "30", "score": "30"}]
    found, wrong = weighed(rows, {"产出指标": "80"})
    assert (values(found), wrong) == (["30", "30"], [])


def test_scores_above_their_heading_are_told_and_nothing_is_read_from_them() -> None:
    found, wrong = weighed(named("30", "30"), {"产出指标": "50"}, line={})
    assert values(found) == [None, None]
    assert wrong == ["产出指标的50分"]


def test_cells_that_ran_together_are_not_a_form_without_weights() -> None:
    rows = [{"name": "甲", "weight": "2018", "score": "20"}, {"name": "乙", "score": "18"}]
    found, wrong = weighed(rows, {"产出指标": "38"})
    assert (values(found), wrong) == ([None, None], [])


def test_without_headings_budget_or_scores_nothing_is_said() -> None:
    found, wrong = weighed([{"name": "甲"}, {"name": "乙"}], line={})
    assert (found, wrong) == ([None, None], [])


def test_the_weight_of_execution_may_be_printed_and_not_earned() -> None:
    line = {"budget": "10", "executed": "5", "score": "10", "weight": "20"}
    found, _ = weighed(named("50", "30"), line=line)
    assert values(found) == ["50", "30"], "20 for execution, whatever it earned, and 80 for the rows"


def test_thousand_rows_are_weighed_at_once() -> None:
    found, wrong = weighed(named(*["0.08"] * 1000))
    assert not wrong
    assert set(values(found)) == {"0.08"}
