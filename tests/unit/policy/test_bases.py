"""Basis follows value: what uses an overridden value cites the clause of the override, and what supersedes its own clause."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.policy import sources
from engine.policy.bases import followed
from engine.policy.build import build
from engine.policy.library import library
from engine.policy.loading import resolve
from engine.policy.paths import name_at
from engine.policy.resolved import Resolved
from engine.policy.values import Values
from engine.policy.views.clauses import clause_text, clauses
from engine.policy.views.plain_language import PolicyReading

HEAD = """
policy:
  id: mine/2022
  title: 试
  jurisdiction: hubei
  fiscal_years: {from: 2022, to: 2022}
  form_kinds: [project]
  status: draft
  extends: [hubei/2021]
"""
SOURCES = """
sources:
  doc:
    title: 新文件
    evidence: read
    clauses:
      "1": {title: 分值, text: 预算执行10分，其余90分。}
      "2": {title: 定性, text: 部分达成的按80-60%（含60%）。}
      "3": {title: 其他, text: 满意度另行规定。SUPERSEDES}
"""
FLOOR = "parameters:\n  tier_partial_floor: {label: 部分达成的下限, value: 0.6, unit: 比例, basis: doc#2}\n"
EXECUTION = "  execution_weight: {label: 预算执行分值, value: 10, unit: 分, basis: doc#1}\n"
LEVELS = "scoring:\n  weights: {full_score: {param: full_score}, execution: {param: execution_weight}, basis: doc#1}\n"


def child(root: Path, *parts: str, says: str = "") -> Resolved:
    directory = root / "mine" / "2022"
    directory.mkdir(parents=True)
    text = HEAD + SOURCES.replace("SUPERSEDES", says and f", {says}") + "".join(parts)
    (directory / "policy.yaml").write_text(text, encoding="utf-8")
    return resolve("mine/2022", library(root))


def rests(of: Resolved) -> dict[str, tuple[str, ...]]:
    return {name_at(item, of.sections): one.now for item, one in followed(of).rested.items()}


def problems(of: Resolved) -> list[str]:
    values = Values(of)
    sources.check(values)
    return [problem.message for problem in values.problems]


def at(sections: Any, *path: str | int) -> Any:
    for key in path:
        sections = sections[key]
    return sections


def test_a_tier_s_floor_takes_the_tiers_it_borders_and_their_cases_with_it(tmp_path: Path) -> None:
    of = child(tmp_path, FLOOR)
    edges = ["tiers.partial", "tiers.unmet", "qualitative.partial", "qualitative.unmet"]
    assert rests(of) == dict.fromkeys(edges, ("doc#2",))
    tiers = followed(of).sections["scoring"]["qualitative"]["tiers"]
    assert [tier["basis"] for tier in tiers] == ["note-2021#3", "doc#2", "doc#2"]
    assert of.sections["scoring"]["qualitative"]["tiers"][1]["basis"] == "note-2021#3", "what is written stays as it is"


def test_what_the_execution_is_worth_takes_its_score_with_it(tmp_path: Path) -> None:
    of = child(tmp_path, "parameters:\n", EXECUTION, LEVELS)
    assert rests(of) == {"execution.proportional": ("doc#1",)}


def test_an_item_the_child_writes_itself_keeps_the_clause_it_names(tmp_path: Path) -> None:
    case = "{case: proportional, label: 全, otherwise: true, score: weight, basis: form-2021#execution}"
    own = LEVELS + f"  execution: {{title: 预算执行, cases: [{case}]}}\n"
    assert "execution.proportional" not in rests(child(tmp_path, "parameters:\n", EXECUTION, own))


def test_a_rule_follows_a_bound_only_where_both_rest_on_one_clause(tmp_path: Path) -> None:
    of = child(tmp_path, 'parameters:\n  low_execution: {label: 偏低, value: 85, unit: "%", basis: doc#1}\n')
    moved = rests(of)
    assert moved["budget.low-execution"] == ("doc#1",)
    assert "consistency.cost-of-whole-budget" not in moved, "of cost, and of the execution only by the way"


def test_no_override_moves_nothing(tmp_path: Path) -> None:
    of = child(tmp_path, 'parameters:\n  mine: {label: 新的, value: 85, unit: "%", basis: doc#1}\n')
    assert followed(of).sections is of.sections


def test_a_superseded_clause_takes_all_that_rests_on_it_along(tmp_path: Path) -> None:
    of = child(tmp_path, says='supersedes: ["note-2021#4"]')
    assert problems(of) == []
    assert followed(of).sections["scoring"]["satisfaction"]["basis"] == "doc#3"


@pytest.mark.parametrize(
    ("says", "told"),
    [
        ('supersedes: ["note-2021#9"]', "“note-2021#9”在 sources 里没有"),
        ("superseded_by: doc#3", "绕成了圈"),
        ("superseded_by: doc#9", "“doc#9”在 sources 里没有"),
    ],
)
def test_what_supersedes_is_a_clause_and_does_not_go_round(says: str, told: str, tmp_path: Path) -> None:
    (found,) = dict.fromkeys(message for message in problems(child(tmp_path, says=says)) if told in message)
    assert found


def test_what_supersedes_is_in_force_while_the_policy_is(tmp_path: Path) -> None:
    of = child(tmp_path, says='supersedes: ["note-2021#4"]')
    of.sections["sources"]["doc"] = {**of.sections["sources"]["doc"], "in_force": {"from": "2024-01-01"}}
    assert ["2024-01-01" in message for message in problems(of)] == [True]


def test_the_page_of_clauses_shows_what_was_superseded_and_by_what(tmp_path: Path) -> None:
    of = child(tmp_path, FLOOR, EXECUTION, LEVELS, says='supersedes: ["note-2021#4"]')
    reading = PolicyReading(build(of), of)
    shown = {clause["id"]: clause for source in clauses(reading)["sources"] for clause in source["clauses"]}
    states = {name: shown[name]["state"] for name in ("form-2021#execution", "note-2021#3", "note-2021#4", "note-2021#2", "doc#2")}
    assert states == {
        "form-2021#execution": "superseded",
        "note-2021#3": "changed",
        "note-2021#4": "superseded",
        "note-2021#2": "whole",
        "doc#2": "whole",
    }
    text = clause_text(reading)
    assert "【已被取代】" in text
    assert "由它取代：分值 doc#1（新文件）：“预算执行10分，其余90分。”" in text
    assert reading.policy.rested["qualitative.partial"] == "note-2021#3"
    assert reading.policy.scoring.tiers[1].basis == "doc#2"
