"""Forms of Hubei of FY2020, 2021 and 2022 are judged by the policy of their year; those of any other year by none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import Forms, Jixiao

from engine.policy.library import library
from engine.policy.loading import load, resolve

YEARS = (2020, 2021, 2022)


def of(forms: Forms, year: int, *changes: tuple[str, str]) -> Path:
    changed = [("2021年度示例", f"{year}年度示例")] if year != 2021 else []
    return forms.write(*changed, *changes, name=f"{year}.txt")


@pytest.mark.parametrize("year", YEARS)
def test_a_form_is_scored_by_the_policy_of_its_year(jixiao: Jixiao, forms: Forms, year: int) -> None:
    data = jixiao("evaluate", of(forms, year), "--format", "json").data
    assert (data["policy"]["id"], data.get("notes")) == (f"hubei/{year}", None)
    (form,) = data["forms"]
    assert (form["fiscal_year"], form.get("layout")) == (year, None), "read by its own layout"
    assert {name: score["computed"] for name, score in form["scores"].items()} == {
        "execution": "15.00",
        "产出指标": "22.67",
        "效益指标": "37.00",
        "total": "74.67",
    }
    assert form["grade"]["computed"] == "中"


@pytest.mark.parametrize("year", YEARS)
def test_how_the_other_eighty_points_are_split_is_known_of_2021_alone(jixiao: Jixiao, forms: Forms, year: int) -> None:
    """Nobody is told “规定为 40” on the strength of another year's forms; that they are 80 is checked in each."""
    split = of(forms, year, ("产出指标（40分）", "产出指标（45分）"), ("培训期数（20分）", "培训期数（25分）"))
    data = jixiao("evaluate", split, "--format", "json").data
    found = {one["rule"] for one in data["findings"]}
    hits = {one["id"]: one["hits"] for one in data["rules"]}
    assert (hits.get("arithmetic.part-weight", 0) > 0) == (year == 2021), "told with the sum that it follows from"
    assert "arithmetic.weights-total" in found


@pytest.mark.parametrize("year", [2019, 2023, 2024, 2031])
def test_of_other_years_there_is_none_and_no_near_one_is_taken(jixiao: Jixiao, forms: Forms, tmp_path: Path, year: int) -> None:
    path = of(forms, year)
    record = tmp_path / "record.json"
    record.write_text(jixiao("read", path).out, encoding="utf-8")
    for given in (path, record):
        run = jixiao("evaluate", given, "--format", "json")
        assert (run.status, run.data["policy"]) == (5, None), "the record names the layout's policy, which is not its judge"
        (told,) = (note for note in run.data["notes"] if "没有已发布的政策" in note)
        assert f"没有已发布的政策适用于 {year}年度项目支出（地区 hubei）" in told
        assert all(f"hubei/{known}（湖北省{known}年度预算绩效自评计分规则，{known}年度，published）" in told for known in YEARS)
        assert {item["computed"] for item in run.data["forms"][0]["indicators"]} == {None}


def test_the_evidence_is_told_with_every_score(jixiao: Jixiao, forms: Forms) -> None:
    said = {year: jixiao("explain", of(forms, year), "--indicator", "培训期数").out for year in YEARS}
    assert "依据 note-2021#2（通行做法）：" in said[2022], "2022's own notes were not seen"
    assert "依据 note-2021#2：" in said[2020]
    assert "依据 note-2021#2：" in said[2021]
    clauses = {year: jixiao("policy", "explain", f"hubei/{year}", "--clauses").out for year in (2020, 2022)}
    assert "2021年度自评表“备注”；2020年度自评表的备注1至4与它同文（见一个县的官方页面）：读过原文" in clauses[2020]
    assert "2021年度自评表“备注”，2022年度沿用（2022年度的备注没有见到）：通行做法，没有明文规定" in clauses[2022]
    assert "预算执行得分（form-2022#execution） 【已写成规则】" in clauses[2022]


def test_they_say_only_what_is_different_and_no_year_is_covered_twice() -> None:
    base = resolve("hubei/2021", library())
    for year in (2020, 2022):
        policy, own = load(f"hubei/{year}"), resolve(f"hubei/{year}", library())
        assert (policy.first_year, policy.last_year, policy.status, policy.extends[-1]) == (year, year, "published", "hubei/2021")
        texts = {number: clause["text"] for number, clause in own.sections["sources"]["note-2021"]["clauses"].items()}
        assert texts == {n: clause["text"] for n, clause in base.sections["sources"]["note-2021"]["clauses"].items()}
        # what scores and grades is the parent's, but for the points of the parts
        for section in ("scoring", "grades", "recognition", "rollup", "taxonomy", "form"):
            mine, theirs = (json.dumps(_rules(one.sections[section]), ensure_ascii=False, default=str) for one in (own, base))
            assert mine == theirs, (year, section)


def _rules(node: object) -> object:
    """Without what is said of the source, and without the points of each 一级指标."""
    if isinstance(node, dict):
        return {key: _rules(value) for key, value in node.items() if key not in ("basis", "level1")}
    return [_rules(value) for value in node] if isinstance(node, list) else node
