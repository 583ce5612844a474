"""Many forms held against each other: one finding a name, which tells how many forms write what."""

from __future__ import annotations

from typing import Any

import pytest

from engine.findings import groups
from engine.findings.findings import Checker, Findings
from engine.policy.library import library
from engine.policy.loading import load
from engine.policy.model import Policy
from engine.scoring.form import evaluate
from engine.submission import record

RULE = "classification.level2-differs-across-forms"


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load("hubei/2021", library())


def found(policy: Policy, levels: list[tuple[str, str]]) -> Findings:
    """Of a form for each (level 2 of 培训人数, level 2 of 发放册数)."""

    def row(name: str, level2: str) -> dict[str, Any]:
        return {
            "name": name,
            "level1": "产出指标",
            "level2": level2,
            "weight": "40",
            "target": "≥5个",
            "actual": "5个",
            "score": "40",
        }

    line = {
        "name": "总额",
        "role": "total",
        "money_unit": "万元",
        "budget": "100",
        "executed": "100",
        "rate": "100%",
        "score": "20",
    }
    forms = [
        {"kind": "project", "name": f"第{n:02}号", "budget": [line], "total": "100"}
        | {"goals": [{"indicators": [row("培训人数", first), row("发放册数", second)]}]}
        for n, (first, second) in enumerate(levels)
    ]
    bundle = record.from_data({"schema": "jixiao/submission/1", "unit": "某局", "fiscal_year": 2021, "forms": forms})
    return Checker(policy, use_durable=False).check(evaluate(bundle, policy))


def test_one_finding_a_name_counts_the_forms_of_each_value(policy: Policy) -> None:
    levels = [("质量指标" if n in (7, 9) else "数量指标", "时效指标" if n == 3 else "数量指标") for n in range(35)]
    told = [finding for finding in found(policy, levels).findings if finding.rule == RULE]
    assert [finding.subject for finding in told] == ["培训人数", "发放册数"]
    assert "35 张表写法不一：“数量指标”33 张，“质量指标”2 张（“第07号”、“第09号”）" in told[0].message
    assert "35 张表写法不一：“数量指标”34 张，“时效指标”1 张（“第03号”）" in told[1].message
    shown = [item.value for item in told[0].evidence]
    assert (shown.count("质量指标"), shown.count("数量指标")) == (2, 1), "each form that differs from the most is shown"
    (ran,) = [rule for rule in found(policy, levels).rules if rule.id == RULE]
    assert ran.hits == 33 * 2 + 34


def test_few_forms_are_told_pair_by_pair(policy: Policy) -> None:
    levels = [("质量指标" if n == 2 else "数量指标", "数量指标") for n in range(4)]
    told = [finding for finding in found(policy, levels).findings if finding.rule == RULE]
    assert len(told) == 3
    assert not any("张表" in finding.message for finding in told)


def test_which_rules_hold_forms_against_each_other(policy: Policy) -> None:
    rules = policy.rules.rules
    assert groups.comparison(rules[RULE]) == groups.FormComparison(("name_key",), "level2")
    assert groups.comparison(rules["consistency.duplicate-form"]) == groups.FormComparison(("name", "form_kind", "indicators"), "")
    for within in ("consistency.text-units", "design.duplicate", "consistency.text-actual", "design.few-indicators"):
        assert within not in rules or groups.comparison(rules[within]) is None, "each is a mistake of its form"
    assert {"consistency.text-units", "design.duplicate", "consistency.text-actual"} <= set(rules)
