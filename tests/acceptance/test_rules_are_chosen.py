"""`evaluate --only`, `--without`, `--max-per-rule`, `--verbose`: what ran is told, what was left out, and why; the status stays."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from conftest import Jixiao

from engine.results.reading import RULE_STATES
from engine.results.views.as_json import dumps
from engine.results.views.markdown import render as as_markdown
from engine.results.views.table import render as as_table
from engine.results.views.workbook import check_workbook


def test_only_some_rules(shown: Jixiao, seed: Path, seed_result: Any, result_errors: Callable[[Any], list[str]]) -> None:
    run = shown("evaluate", seed, "--only", "notation.*", "--only", "scoring.above-tier", "--format", "json")
    assert run.status == 0
    assert not result_errors(run.data)
    wanted = [f for f in seed_result["findings"] if f["rule"].startswith("notation.") or f["rule"] == "scoring.above-tier"]
    assert run.data["findings"] == wanted
    assert run.data["forms"] == seed_result["forms"]
    ran = {rule["id"]: rule for rule in run.data["rules"]}
    assert set(ran) == {rule["id"] for rule in seed_result["rules"]}
    left = [rule for rule in ran.values() if rule.get("by_option")]
    assert {rule["state"] for rule in left} == {"skipped"}
    assert all("--only" in rule["reason"] for rule in left)
    assert any("按选项只核对" in note and f"另有 {len(left)} 条" in note for note in run.data["notes"])


def test_all_rules_but_some(shown: Jixiao, seed: Path, seed_result: Any) -> None:
    worst = {f["rule"]: f["title"] for f in seed_result["findings"] if f["severity"] == "error"}
    options = [item for rule in worst for item in ("--without", rule)]
    run = shown("evaluate", seed, *options, "--fail-on", "error")
    assert run.status == 0, "no error is left, and what was left out by option is none"
    assert "没有运行" not in run.out
    told = run.out.replace("\n", "")
    assert "按选项没有核对" in told
    assert all(f"“{title}”" in told for title in worst.values())
    assert shown("evaluate", seed, "--fail-on", "error").status == 1


@pytest.mark.parametrize("option", ["--only", "--without"])
def test_a_rule_there_is_none_of(option: str, shown: Jixiao, seed: Path) -> None:
    run = shown("evaluate", seed, option, "scoring.abov-tier")
    assert run.status == 2
    assert "没有规则“scoring.abov-tier”" in run.err
    assert "scoring.above-tier" in run.err
    assert run.err.count("“") >= 6, "the one asked for, and the five nearest"
    assert not run.out


def test_a_rule_that_others_build_on(shown: Jixiao, seed: Path, seed_result: Any) -> None:
    run = shown("evaluate", seed, "--without", "scoring.derive-carried")
    assert run.status == 2
    assert "不能单独不核对" in run.err
    assert "scoring.full-marks-above-project" in run.err
    alone = shown("evaluate", seed, "--only", "scoring.full-marks-above-project", "--format", "json")
    assert alone.data["findings"] == [f for f in seed_result["findings"] if f["rule"] == "scoring.full-marks-above-project"] != []
    assert alone.data["findings"][0]["derived_by"] == ["scoring.derive-overstated", "scoring.derive-carried"]


def test_so_many_of_a_rule(shown: Jixiao, seed: Path, seed_result: Any) -> None:
    run = shown("evaluate", seed, "--max-per-rule", 2, "--format", "json")
    hits = {rule["id"]: rule["hits"] for rule in seed_result["rules"]}
    for rule in run.data["rules"]:
        told = [f for f in run.data["findings"] if f["rule"] == rule["id"]]
        assert rule["hits"] == hits[rule["id"]]
        assert len(told) == min(2, rule["hits"])
        assert rule["hits"] <= 2 or f"另有 {rule['hits'] - 2} 处没有列出" in rule["reason"]
    assert any(number > 2 for number in hits.values())
    assert shown("evaluate", seed, "--max-per-rule", 0).status == 2


def test_two_runs_give_the_same_bytes_but_for_the_times(shown: Jixiao, seed: Path, seed_result: Any) -> None:
    timed = shown("evaluate", seed, "--verbose", "--format", "json").data
    assert all("ms" in rule for rule in timed["rules"])
    assert not any("ms" in rule for rule in seed_result["rules"])
    for rule in timed["rules"]:
        del rule["ms"]
    assert dumps(timed) == dumps(seed_result)


def test_what_ran_is_listed_in_every_view(jixiao: Jixiao, seed: Path, seed_result: Any, tmp_path: Path) -> None:
    """State, how often, and why not, by the rule's title."""
    rules = {rule["title"]: rule for rule in seed_result["rules"]}
    book = pytest.importorskip("openpyxl").load_workbook(BytesIO(check_workbook(seed_result, {})))
    head, *rows = book["规则"].iter_rows(values_only=True)
    assert head[:4] == ("规则", "结果", "处数", "说明")
    assert {row[0]: row[1:4] for row in rows} == {
        title: (RULE_STATES[rule["state"]], rule["hits"], rule["reason"] or None) for title, rule in rules.items()
    }
    assert [row[2] for row in rows] == sorted((row[2] for row in rows), reverse=True), "what found most first"
    run = jixiao("report", seed, "--out", tmp_path, "--format", "html")
    assert run.status == 0
    page = unescape((tmp_path / "report.html").read_text(encoding="utf-8")).split("核对了哪些规则</h2>")[1]
    text = as_markdown(seed_result).split("## 核对了哪些规则")[1]
    told = as_table(seed_result, False, verbose=True).split("规则共 ")[1]
    for view in (page, text, told):
        assert all(state in view for state in ("发现问题", "没有发现", "不适用"))
    assert [title for title in rules if title not in page or title not in text] == []
    assert told.count("没有发现") >= sum(rule["state"] == "clean" for rule in rules.values())
    assert "规则共 " not in as_table(seed_result, False), "on the screen where it is asked for"
