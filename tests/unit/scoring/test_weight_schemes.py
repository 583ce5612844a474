"""Weights that depend on what the form has, the quotient fields of tables, and clauses that say they are not implemented."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from conftest import Policies
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import PolicyError
from engine.language.fields import cut, quotient
from engine.policy.library import library
from engine.policy.loading import load
from engine.scoring.form import scheme

PLAIN = "    level1: {产出指标: 40, 效益指标: 40}\n    basis: form-2021#weights\n"
CASES = """\
    basis: form-2021#weights
    cases:
      - case: department
        label: 部门表
        when: {form_kind: department}
        level1: {产出指标: 30, 效益指标: 50}
        basis: form-2021#weights
      - case: otherwise
        otherwise: true
        level1: {产出指标: 40, 效益指标: 40}
        basis: form-2021#weights
"""


@pytest.mark.parametrize(
    ("level1", "name", "weights"),
    [
        (
            ["产出指标", "效益", "成本指标", "满意度指标"],
            "cost-and-satisfaction",
            {"成本指标": 20, "产出指标": 40, "效益指标": 20, "满意度指标": 10},
        ),
        (["产出指标", "效益指标", "成本"], "cost-only", {"成本指标": 20, "产出指标": 40, "效益指标": 30}),
        (["产出指标", "效益指标", "满意度指标"], "satisfaction-only", {"产出指标": 50, "效益指标": 30, "满意度指标": 10}),
        (["产出指标", "效益指标"], "otherwise", {"产出指标": 50, "效益指标": 40}),
        ([], "otherwise", {"产出指标": 50, "效益指标": 40}),
    ],
)
def test_the_first_case_that_holds_gives_the_weights(level1: list[str], name: str, weights: dict[str, int]) -> None:
    found = scheme("project", level1, load("central/2021-101"))
    assert found.id == name
    assert dict(found.level1) == {part: Decimal(points) for part, points in weights.items()}


def test_a_plain_mapping_is_the_weights_of_every_form() -> None:
    found = scheme("department", ["产出指标"], load("hubei/2021"))
    assert dict(found.level1) == {"产出指标": 40, "效益指标": 40}
    assert found.basis == "form-2021#weights"


def test_weights_may_depend_on_the_kind_of_form(policies: Policies) -> None:
    policies.change("scoring.yaml", (PLAIN, CASES))
    policy = load("hubei/2021", library(policies.root))
    assert scheme("department", [], policy).level1["产出指标"] == 30
    assert scheme("project", [], policy).level1["产出指标"] == 40


@pytest.mark.parametrize(
    ("old", "new", "told", "line"),
    [
        (
            "level1: {产出指标: 30, 效益指标: 50}",
            "level1: {产出指标: 30, 效益指标: 60}",
            "各部分分值 20 + 30 + 60 = 110，不等于总分 100",
            "- case: department",
        ),
        ("level1: {产出指标: 30, 效益指标: 50}", "level1: {产出指标: 30, 效益指标X: 50}", "指标体系里没有“效益指标X”", "效益指标X"),
        ("when: {form_kind: department}", "when: {成本指标: {gt: 0}}", "没有“成本指标”这个字段", "成本指标: {gt"),
        ("when: {form_kind: department}", "when: {form_kind: 部门}", "没有“部门”这个值", "form_kind: 部门"),
        ("        otherwise: true\n", "        when: {产出指标: {gt: 0}}\n", "最后一条不是 otherwise", ""),
        ("- case: otherwise", "- case: department", "“department”重名", ""),
        (
            "    basis: form-2021#weights\n    cases",
            "    level1: {产出指标: 40, 效益指标: 40}\n    basis: form-2021#weights\n    cases",
            "level1 和 cases 只写其中一个",
            "cases:",
        ),
    ],
)
def test_a_wrong_table_of_weights_is_refused_at_its_line(policies: Policies, old: str, new: str, told: str, line: str) -> None:
    assert CASES.count(old) == 1
    policies.change("scoring.yaml", (PLAIN, CASES.replace(old, new)))
    with pytest.raises(PolicyError) as error:
        load("hubei/2021", library(policies.root))
    found = [problem for problem in error.value.problems if told in problem.message]
    assert len(found) == 1, error.value
    assert found[0].place.file.endswith("scoring.yaml")
    assert found[0].place.line
    if line and line != "cases:":
        assert found[0].place.line == policies.line("scoring.yaml", line)


@pytest.mark.parametrize("key", ["implemented: none", "reason: 由人工判断"])
def test_what_is_not_implemented_needs_both_the_word_and_the_reason(policies: Policies, key: str) -> None:
    policies.change("policy.yaml", ("        title: 满意度指标\n", f"        title: 满意度指标\n        {key}\n"))
    with pytest.raises(PolicyError) as error:
        load("hubei/2021", library(policies.root))
    assert "implemented 与 reason 要一起写" in str(error.value)


amounts = st.decimals(min_value="0.01", max_value="1000000000", places=4)


@given(part=amounts, whole=amounts, threshold=st.decimals(min_value=0, max_value=200, places=3))
def test_a_quotient_reaches_a_threshold_if_and_only_if_it_truly_does(part: Decimal, whole: Decimal, threshold: Decimal) -> None:
    exact = quotient("rate", {"executed": part, "budget": whole})
    assert exact == Fraction(part) * 100 / Fraction(whole)
    assert (cut(exact) >= threshold) == (exact >= Fraction(threshold))


def test_a_quotient_by_nothing_is_no_quotient() -> None:
    assert quotient("rate", {"executed": Decimal(1), "budget": Decimal(0)}) is None
    assert quotient("achieved", {"target": Decimal(3)}) is None
