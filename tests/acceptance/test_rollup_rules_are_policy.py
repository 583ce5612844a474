"""How values are rolled up is the policy's: changing it changes the result, and a mistake in it is told with its line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import Jixiao, Policies

LINE = "      - case: relative-unit"


@pytest.fixture
def counties(tmp_path: Path) -> Path:
    forms = []
    for unit, budget, actual in (("甲县", "300", "90%"), ("乙县", "100", "70%")):
        row = {"name": "合格率", "level1": "产出指标", "weight": "80", "target": "90%", "actual": actual, "base": "100"}
        line = {"money_unit": "万元", "budget": budget, "executed": "50"}
        forms.append({"kind": "project", "name": "项目", "unit": unit, "budget": [line], "goals": [{"indicators": [row]}]})
    path = tmp_path / "counties.json"
    data = {"schema": "jixiao/submission/1", "fiscal_year": 2021, "jurisdiction": "hubei", "forms": forms}
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    return path


def actual(jixiao: Jixiao, counties: Path, policies: Policies | None = None) -> str:
    more = ["--policies", policies.root] if policies else []
    run = jixiao("rollup", counties, "--format", "json", *more)
    assert run.status == 0, run.err
    text: str = run.data["forms"][0]["goals"][0]["indicators"][0]["actual"]["text"]
    return text


def test_another_weight_gives_another_average(jixiao: Jixiao, counties: Path, policies: Policies) -> None:
    assert actual(jixiao, counties) == "85%"  # by budget: (90×300 + 70×100) ÷ 400
    policies.change("rollup.yaml", ("funds: {take: budget,", "funds: {take: executed,"))
    assert actual(jixiao, counties, policies) == "80%"  # by what was spent: equal


def test_another_method_gives_another_value(jixiao: Jixiao, counties: Path, policies: Policies) -> None:
    old = "        when: {kind: numbers, unit: {in: {param: relative_units}}}\n        value: funds_mean"
    target = "    funds_mean: {take: same, basis: rollup-practice#targets}\n"
    both = target + target.replace("funds_mean", "base_mean")
    policies.change("rollup.yaml", (old, old.replace("funds_mean", "base_mean")), (target, both))
    assert actual(jixiao, counties, policies) == "80%"
    policies.change("rollup.yaml", (old.replace("funds_mean", "base_mean"), old.replace("funds_mean", "sum")))
    assert actual(jixiao, counties, policies) == "160%"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("        value: score_mean", "        value: score_means", "是否想写“score_mean”？"),
        ("    sum: {take: sum, basis: rollup-practice#targets}\n", "", "没有写“sum”（直接累加）的目标值怎样取"),
        ("        when: {kind: words}", "        when: {kind: word}", "是否想写“words”？"),
        (
            "  funds: {take: budget, basis: note-2021#1}",
            "  funds: {take: budget, basis: note-2021#9}",
            "依据“note-2021#9”在 sources 里没有",
        ),
        ("    latest: {take: same,", "    latest: {take: sum,", "目标值不是数，不能 sum"),
    ],
)
def test_a_mistake_is_told_with_its_line(jixiao: Jixiao, policies: Policies, old: str, new: str, told: str) -> None:
    policies.change("rollup.yaml", (old, new))
    run = jixiao("policy", "check", "hubei/2021", "--policies", policies.root)
    assert run.status == 3
    assert any(told in line and "rollup.yaml：第" in line for line in run.errors), run.err


def test_an_obstacle_nobody_speaks_of_is_a_mistake_of_the_policy(jixiao: Jixiao, policies: Policies) -> None:
    text = (policies.home / "rollup.yaml").read_text(encoding="utf-8")
    silent = "\nrollup_checks:\n  rollup.units-differ: {of: obstacle, title: 单位, category: notation, basis: note-2021#2"
    silent += ", severity: none, when: {code: units-differ, by: region}}\n"
    (policies.home / "rollup.yaml").write_text(text + silent, encoding="utf-8")
    run = jixiao("policy", "check", "hubei/2021", "--policies", policies.root)
    assert run.status == 3
    assert "没有说“units-differ”（计量单位不能换算）怎么办" in run.err


def test_a_message_with_an_unknown_field_is_refused(jixiao: Jixiao, policies: Policies) -> None:
    text = (policies.home / "rollup.yaml").read_text(encoding="utf-8")
    own = "\nrollup_checks:\n  level.mine: {of: level_form, title: 单位, category: budget, severity: info, basis: note-2021#2"
    own += ", when: {by: unit}, message: '{{ f.budgets }}'}\n"
    (policies.home / "rollup.yaml").write_text(text + own, encoding="utf-8")
    run = jixiao("policy", "check", "hubei/2021", "--policies", policies.root)
    assert run.status == 3
    assert "没有“budgets”这个字段" in run.err
