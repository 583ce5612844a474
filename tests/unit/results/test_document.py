"""The result document of forms made by hand: what it holds so that no view computes it again, and what the draft makes of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from conftest import Policies

from engine.findings.findings import Checker
from engine.policy.library import library
from engine.policy.loading import load
from engine.policy.model import Policy
from engine.reports.context import contexts
from engine.results.document import to_data
from engine.results.explanation import of_indicator
from engine.results.model import Result, ResultForm
from engine.results.views.markdown import forms as markdown_of
from engine.scoring.form import evaluate
from engine.submission import record
from engine.submission.model import Submission


@pytest.fixture(scope="module")
def hubei() -> Policy:
    return load("hubei/2021", library())


def row(name: str = "培训期数", level1: str = "产出指标", level2: str = "数量指标", **cells: str) -> dict[str, str]:
    return {"name": name, "level1": level1, "level2": level2, "weight": "4", "score": "4", **cells}


def filed(*rows: dict[str, str], budget: dict[str, str] | None = None, **form: Any) -> Submission:
    line = {"name": "总额", "role": "total", "money_unit": "万元", "budget": "200", "executed": "150", **(budget or {})}
    data = {"kind": "project", "name": "甲经费", "budget": [line], "goals": [{"indicators": list(rows)}], **form}
    return record.from_data({"schema": "jixiao/submission/1", "unit": "某局", "fiscal_year": 2021, "forms": [data]})


def result_of(submission: Submission, policy: Policy) -> Result:
    evaluation = evaluate(submission, policy)
    checker = Checker(policy, use_durable=False)
    try:
        return to_data(evaluation, checker.check(evaluation))
    finally:
        checker.close()


def told(submission: Submission, policy: Policy) -> ResultForm:
    (form,) = result_of(submission, policy)["forms"]
    return form


def test_it_follows_its_schema(hubei: Policy, result_errors: Callable[[Any], list[str]]) -> None:
    rows = [
        row(target="3期", actual="5期"),
        row("满意率", target="80%", actual="甲组85%，乙组82%"),
        row("办结", target="及时", actual="及时"),
    ]
    result = result_of(filed(*rows), hubei)
    assert result_errors(json.loads(json.dumps(result))) == []


@pytest.mark.parametrize(
    ("name", "target", "actual", "by", "share"),
    [
        ("培训期数", "4期", "5期", "1", "0.25"),
        ("培训期数", "3期", "5期", "2", "0.6666666666666666666666666667"),
        ("培训期数", "5期", "5期", None, None),
        ("培训期数", "5期", "4期", None, None),
        ("培训期数", "0期", "2期", "2", None),  # no share of nothing
        ("事故发生次数", "4次", "1次", "3", "0.75"),  # fewer is better
        ("事故发生次数", "1次", "4次", None, None),
        ("培训期数", "若干", "5期", None, None),
    ],
)
def test_what_a_target_is_exceeded_by(
    hubei: Policy, name: str, target: str, actual: str, by: str | None, share: str | None
) -> None:
    (item,) = told(filed(row(name, target=target, actual=actual)), hubei)["indicators"]
    assert (item.get("exceeded_by"), item.get("exceeded_share")) == (by, share)


def test_the_scheme_is_what_the_policy_wants_the_parts_to_be_worth(hubei: Policy) -> None:
    assert told(filed(row()), hubei)["scheme"] == {
        "full_score": "100",
        "execution": "20",
        "level1": {"产出指标": "40", "效益指标": "40"},
        "basis": "form-2021#weights",
    }


def test_a_scheme_that_depends_on_the_form_says_which_case_it_is() -> None:
    central = load("central/2021-101", library())
    rows = [row("投资额", "成本指标", "经济成本指标"), row(), row("增收", "效益指标", "经济效益指标")]
    scheme = told(filed(*rows), central)["scheme"]
    assert scheme["case"] == "cost-only"
    assert scheme["level1"] == {"成本指标": "20", "产出指标": "40", "效益指标": "30"}


def test_the_scored_budget_line_as_filed_and_the_rate_unrounded(hubei: Policy) -> None:
    budget = told(filed(row(), budget={"budget": "30,000", "executed": "29,999.9", "rate": "100%"}), hubei)["budget"]
    assert budget["line"] == {"name": "总额", "unit": "万元", "budget": "30,000", "executed": "29,999.9", "rate": "100%"}
    assert budget["execution_rate"] == "99.99"  # never a hundred where something is missing
    assert budget["execution_rate_unrounded"] == "99.99966666666666666666666667"


def test_a_rate_close_to_a_hundred_is_not_said_to_be_one(hubei: Policy) -> None:
    submission = filed(row(), budget={"budget": "30000", "executed": "29999.9"})
    (context,) = contexts(result_of(submission, hubei), submission.forms, hubei)
    assert context.data["budget"]["rate"] == "99.99%"
    assert context.data["budget"]["rate_number"] < 100


def test_a_form_without_a_budget_line_has_none(hubei: Policy) -> None:
    submission = filed(row(), budget={"role": "detail"})
    form = told(submission, hubei)
    assert "line" not in form["budget"]
    assert form["scores"]["execution"]["status"] == "needs_review"
    (context,) = contexts(result_of(submission, hubei), submission.forms, hubei)
    assert (context.data["budget"]["budget"], context.data["budget"]["rate"]) == (None, "")


def test_the_reason_in_the_table_of_unmet_indicators_goes_before_that_of_the_row(hubei: Policy) -> None:
    rows = [
        row("培训期数", target="5期", actual="1期", reason="疫情"),
        row("走访家数", target="5家", actual="1家", reason="人手不足"),
        row("调研次数", target="5次", actual="1次"),
    ]
    form = told(filed(*rows, unmet=[{"name": "培训期数", "target": "5期", "actual": "1期", "reason": "场地被征用"}]), hubei)
    assert [item.get("filed_reason") for item in form["indicators"]] == ["场地被征用", "人手不足", None]


def test_the_clauses_of_rounding_and_of_several_numbers_are_in_the_trace_and_told(hubei: Policy) -> None:
    rows = [row("满意率", target="80%", actual="甲组85%，乙组78%"), row("培训期数", target="3期", actual="1期")]
    result = result_of(filed(*rows), hubei)
    several, single = result["forms"][0]["indicators"]
    assert several["trace"]["composite_basis"] == "practice-2021#composite"
    assert "composite_basis" not in single["trace"]
    assert single["trace"]["rounding_basis"] == "practice-2021#rounding"
    text = of_indicator(several, hubei)
    assert "几个数：取最差的一个（依据 practice-2021#composite 一个指标多个完成值）" in text
    assert "每个指标取整（依据 practice-2021#rounding 保留位数）" in text
    lines = markdown_of(result)
    assert "取整：四舍五入，保留 2 位小数，每个指标取整（依据 practice-2021\\#rounding）" in "\n".join(lines)


def test_a_score_kept_within_its_bounds_names_the_clause_of_the_bounds(policies: Policies) -> None:
    policies.change("scoring.yaml", ("score: weight * actual / target\n", "score: weight * 2\n"))
    policy = load("hubei/2021", library(policies.root))
    (item,) = told(filed(row(target="3期", actual="1期")), policy)["indicators"]
    assert item["computed"] == "4.00"
    assert item["trace"]["bounded_basis"] == policy.scoring.bounds.basis


def test_a_finding_keeps_what_the_bodys_own_report_would_say_where_that_is_another_sentence(hubei: Policy) -> None:
    result = result_of(filed(row(target="3期", actual="30期")), hubei)
    (finding,) = [f for f in result["findings"] if f["rule"] == "target.far-exceeded"]
    assert finding["report"] != finding["message"]


def test_a_formula_without_a_value_is_explained_without_one(hubei: Policy) -> None:
    (item,) = told(filed(row(target="3期", actual="1期")), hubei)["indicators"]
    assert "公式 分值 × 实际完成值 ÷ 目标值 = 4 × 1 ÷ 3 = 1.333333333333…" in of_indicator(item, hubei)
    del item["trace"]["unrounded"]  # as where a divisor is 0
    assert "公式 分值 × 实际完成值 ÷ 目标值 = 4 × 1 ÷ 3\n" in of_indicator(item, hubei)
