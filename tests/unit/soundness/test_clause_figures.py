"""条文与现值不符: numbers in the text of a clause against the values that rest on it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from engine.policy.heads import heads
from engine.policy.library import library
from engine.soundness.lint import clause_figures
from engine.soundness.lint.subject import Subject, subject

TODAY = date(2022, 6, 1)
TEXT = "预算执行15分，产出指标50分，效益25分。定性指标100-80%（含80%）、80-55%、55-0%。执行率低于百分之九十五的说明。"
POLICY = f"""
policy:
  {{id: mine/2022, title: 试, jurisdiction: hubei, fiscal_years: {{from: 2022}}, form_kinds: [project], status: draft,
   extends: hubei/2021}}
sources:
  doc:
    title: 新文件
    evidence: read
    clauses: {{"1": {{title: 分值, text: {TEXT}}}, "2": {{title: 无数, text: 优良中差四等，分别评定。}}}}
parameters:
  execution_weight: {{label: 预算执行分值, value: EXECUTION, unit: 分, basis: doc#1}}
  full_score: {{label: 总分, value: 100, unit: 分, basis: doc#2}}
  tier_partial_floor: {{label: 部分达成的下限, value: FLOOR, unit: 比例, basis: doc#1}}
  low_execution: {{label: 偏低, value: LOW, unit: "%", basis: doc#1}}
scoring:
  weights:
    full_score: {{param: full_score}}
    execution: {{param: execution_weight}}
    level1: {{产出指标: OUTPUT, 效益指标: BENEFIT}}
    basis: doc#1
"""


def lints(root: Path, **values: str) -> list[str]:
    text = POLICY
    for name, value in ({"EXECUTION": "15", "FLOOR": "0.55", "LOW": "95", "OUTPUT": "50", "BENEFIT": "35"} | values).items():
        text = text.replace(name, value)
    directory = root / "mine" / "2022"
    directory.mkdir(parents=True)
    (directory / "policy.yaml").write_text(text, encoding="utf-8")
    under = subject("mine/2022", library(root), TODAY, proofs=False)
    clause_figures.check(under)
    return [f"{one.at}：{one.message}" for one in under.lints]


def test_a_number_beside_its_clause_is_told_at_its_line(tmp_path: Path) -> None:
    (told,) = lints(tmp_path)
    assert "“效益指标”的分值现在是 35分" in told
    assert "（doc#1）写的是 25分" in told, "by its name, though 50 and 15 stand there, too"


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"FLOOR": "0.5"}, "tier_partial_floor）现在是 50%"),
        ({"LOW": "90"}, "low_execution）现在是 90%"),
        ({"EXECUTION": "20", "OUTPUT": "45"}, "execution_weight）现在是 20分"),
    ],
)
def test_each_kind_of_value_is_held_against_its_clause(values: dict[str, str], told: str, tmp_path: Path) -> None:
    assert any(told in one for one in lints(tmp_path, **values))


def test_numbers_are_read_with_their_units() -> None:
    found = clause_figures.figures(
        "90、80、60 分三条线，１００－８０％（含80%），80%（含）以上的得 7 分，第3条，2021年，三档，部分"
    )
    assert found["分"] == tuple(map(Decimal, (90, 80, 60, 7)))
    assert found["%"] == tuple(map(Decimal, (100, 80, 80, 80)))


@pytest.mark.parametrize("policy", [head.id for head in heads(library())[0]])
def test_the_shipped_policies_say_what_their_clauses_say(policy: str) -> None:
    under: Subject = subject(policy, library(), TODAY, proofs=False, locked=False)
    clause_figures.check(under)
    assert under.lints == []
