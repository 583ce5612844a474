"""Amounts in one unit, the rows of the budget block, and what a row says beside its values: by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine.findings.facts.build import facts_of
from engine.findings.facts.money import yuan_of
from engine.language.model import Fact
from engine.policy.library import library
from engine.policy.loading import load
from engine.policy.model import Policy
from engine.scoring.form import evaluate
from engine.submission import record
from engine.values import names
from engine.values.dates import dates_in
from engine.values.notation import read_value


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load("central/2020", library())


def made(policy: Policy, rows: list[dict[str, str]], **form: Any) -> list[Fact]:
    line = {
        "name": "总额",
        "role": "total",
        "money_unit": "万元",
        "original": "100",
        "budget": "50",
        "executed": "40",
        "rate": "80%",
    }
    rows = [{"level1": "产出指标", "level2": "成本指标", "weight": "10", "score": "10", **row} for row in rows]
    one = {
        "kind": "project",
        "name": "技能培训",
        "budget": [line],
        "goals": [{"number": 1, "title": "甲", "indicators": rows}],
        **form,
    }
    data = {"schema": "jixiao/submission/1", "unit": "某局", "fiscal_year": 2024, "forms": [one]}
    return list(facts_of(evaluate(record.from_data(data, "测试.yaml"), policy)).facts)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("≤50万元", "500000"),
        ("495,000元", "495000"),
        ("0.3亿元", "30000000"),
        ("500元/人", None),
        ("约50万元", None),
        ("50", None),
        ("50万美元", None),
        ("40-50万元", None),
        ("95%", None),
    ],
)
def test_an_amount_is_in_yuan_or_in_nothing(policy: Policy, text: str, amount: str | None) -> None:
    assert yuan_of(read_value(text, policy.words), policy.words) == (None if amount is None else Decimal(amount))


def test_the_scored_line_has_its_amounts_in_yuan_whatever_its_unit(policy: Policy) -> None:
    form = next(fact for fact in made(policy, [{"name": "甲", "target": "≤5万元", "actual": "4万元"}]) if fact.kind == "form")
    wanted = {"budget_yuan": 500_000, "executed_yuan": 400_000, "unspent_yuan": 100_000, "original_yuan": 1_000_000}
    wanted |= {"largest_yuan": 1_000_000, "budget_added": -50, "budget_added_yuan": -500_000}
    assert {name: form.fields[name] for name in wanted} == wanted
    assert form.fields["explained_text"] == ""


def test_a_line_of_the_block_is_a_fact(policy: Policy) -> None:
    block = [
        {"name": "总额", "role": "total", "money_unit": "元", "budget": "90", "executed": "80", "score": ""},
        {"name": "其他资金", "role": "detail", "money_unit": "元", "budget": "30", "executed": "40", "rate": "100%"},
        {"name": "拨款", "role": "detail", "money_unit": "元", "budget": "50", "executed": "40", "reason": "跨年"},
    ]
    facts = made(policy, [{"name": "甲", "target": "≤5元", "actual": "4元"}], budget=block)
    form = next(fact.fields for fact in facts if fact.kind == "form")
    lines = [fact.fields for fact in facts if fact.kind == "line"]
    assert [line["role"] for line in lines] == ["total", "detail", "detail"]
    assert (lines[1]["budget_yuan"], lines[1]["executed"], lines[1]["rate_stated"]) == (30, 40, 100)
    assert "rate_gap" in lines[1]
    assert "rate_gap" not in lines[2]
    assert (form["lines_budget_short"], form["execution_score_blank"], form["amounts_blank"]) == (10, True, False)
    assert form["explained_text"] == "跨年"


def test_what_a_row_says_beside_its_values(policy: Policy) -> None:
    rows = [
        {"name": "总成本", "target": "≤30万元", "actual": "44万元"},
        {"name": "场地", "target": "≤10万元", "actual": "9万元"},
        {"name": "教材", "target": "≤20万元", "actual": "18万元"},
        {"name": "班次", "level2": "数量指标", "target": "10", "actual": "10"},
        {"name": "完成时间", "level2": "时效指标", "target": "11月底前", "actual": "均已完成，一期10月、二期12月15日"},
        {"name": "老人满意度", "level1": "满意度指标", "level2": "满意度指标", "target": "≥90%", "actual": "93%"},
    ]
    found = {fact.fields["name"]: fact.fields for fact in made(policy, rows) if fact.kind == "indicator"}
    assert [found[name]["target_is_sum"] for name in ("总成本", "场地", "教材")] == [True, False, False]
    assert found["总成本"]["spent_gap"] == Decimal("0.1")
    assert found["班次"]["weight_copied"] is True
    assert found["老人满意度"]["weight_copied"] is False
    assert found["完成时间"]["late_part"] is True
    assert "late_part" not in found["班次"]
    assert found["老人满意度"]["foreign_group"] == "老年人"
    assert "foreign_group" not in found["班次"]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("一期2024年10月，二期12月15日", [(2024, (10, 1), (10, 31)), (None, (12, 15), (12, 15))]),
        ("2024-11-03验收、2024.12.1移交", [(2024, (11, 3), (11, 3)), (2024, (12, 1), (12, 1))]),
        ("2024年度共10期，每月度一期", []),
        ("完成98.5%，共12个月", []),
        ("", []),
    ],
)
def test_dates_inside_a_sentence(policy: Policy, text: str, days: list[Any]) -> None:
    assert [(day.year, day.first, day.last) for day in dates_in(text, policy.words)] == days


def test_a_group_is_foreign_only_where_nothing_has_to_do_with_it(policy: Policy) -> None:
    assert names.foreign_group("受益老年人满意度", "技能培训 某市人社局", policy.names) == "老年人"
    assert names.foreign_group("受益老年人满意度", "养老护理员培训", policy.names) == ""
    assert names.foreign_group("学员满意度", "技能培训", policy.names) == ""
    assert names.foreign_group("满意度", "技能培训", policy.names) == ""
