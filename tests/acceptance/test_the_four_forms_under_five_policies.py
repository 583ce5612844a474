"""The four published forms of Hubei under every shipped policy: other weights and names give findings and numbers, never a crash.

Worked out by hand, execution of 商协会 and 机关: central 10×217.52÷222.70＝9.77, 10×283.26÷289.18＝9.80; 101 in steps: 97.67 % and
97.95 % give 7; Hubei 20×… = 19.53, 19.59. 示范点 of 机关 (20 分, in part): Hubei [10, 15.99], the others [12, 15.99].
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from conftest import Jixiao

SAME = {
    "部门": ("10.00", "86.82", "良"),
    "商协会": ("9.77", "78.58", "中"),
    "民营": ("9.60", "88.60", "良"),
    "机关": ("9.80", "85.79", "良"),
}
EXPECTED = {
    "hubei/2021": {
        "部门": ("20.00", "96.82", "优"),
        "商协会": ("19.53", "88.34", "良"),
        "民营": ("19.20", "98.20", "优"),
        "机关": ("19.59", "95.58", "优"),
    },
    "central/2020": SAME,
    "central/2021-101": {
        "部门": ("10.00", "86.82", "良"),
        "商协会": ("7.00", "75.81", "中"),
        "民营": ("7.00", "86.00", "良"),
        "机关": ("7.00", "82.99", "良"),
    },
    "sichuan/2025": SAME,
    "platform/2021": SAME,
}


@pytest.fixture(scope="module")
def results(jixiao: Jixiao, seed: Any) -> dict[str, Any]:
    found = {}
    for policy in EXPECTED:
        run = jixiao("evaluate", seed, "--policy", policy, "--format", "json")
        assert run.status == 0, run.err
        found[policy] = run.data
    return found


@pytest.mark.parametrize("policy", EXPECTED)
def test_totals_and_grades(results: dict[str, Any], policy: str) -> None:
    scores = {
        form["name"]: (form["scores"]["execution"]["computed"], form["scores"]["total"]["computed"], form["grade"]["computed"])
        for form in results[policy]["forms"]
    }
    for name, expected in EXPECTED[policy].items():
        assert [score for label, score in scores.items() if name in label] == [expected]


@pytest.mark.parametrize("policy", [name for name in EXPECTED if name != "hubei/2021"])
def test_other_weights_are_told_for_every_form(results: dict[str, Any], policy: str) -> None:
    told = Counter(finding["rule"] for finding in results[policy]["findings"])
    assert told["arithmetic.execution-weight"] == 4
    assert told["arithmetic.weights-total"] == 4
    hits = {rule["id"]: rule["hits"] for rule in results[policy]["rules"]}
    assert hits.get("arithmetic.part-weight", 0) == {"central/2020": 8, "central/2021-101": 4}.get(policy, 0)
    assert told["classification.level2-under-wrong-level1"] > 0


def test_at_home_nothing_is_said_of_weights(results: dict[str, Any]) -> None:
    told = {finding["rule"] for finding in results["hubei/2021"]["findings"]}
    assert not {"arithmetic.execution-weight", "arithmetic.part-weight", "arithmetic.weights-total"} & told


def test_a_department_form_without_key_indicators_is_told_of_under_sichuan(results: dict[str, Any]) -> None:
    found = [f for f in results["sichuan/2025"]["findings"] if f["rule"] == "scoring.key-indicators-unmarked"]
    assert {f["subject"] for f in found} >= {"组织商会培训", "召开省外商会会长会议"}
    assert all(f["severity"] == "info" for f in found)


def test_drafts_are_not_chosen_by_themselves(shown: Jixiao, seed: Any) -> None:
    assert shown("evaluate", seed, "--format", "json").data["policy"]["id"] == "hubei/2021"
