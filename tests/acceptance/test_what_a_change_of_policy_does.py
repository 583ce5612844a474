"""What an officer sees of a change of policy: the difference of two policies, and what it does to forms that were filed."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Forms, Jixiao

sys.path.append(str(ROOT / "benchmarks"))
from browser import CONTRAST, OPEN_ALL, Browser, needs_browser
from realistic import bundle

from engine.submission import record

HEAD = """\
policy:
  id: {id}
  title: 试
  jurisdiction: hubei
  fiscal_years: {{from: {year}, to: {year}}}
  form_kinds: [department, project]
  status: draft
  extends: hubei/2022
"""
MIDDLE = """\
parameters:
  tier_partial_floor:
    label: 部分达成预期指标一档的下限（含），占分值的比例
    value: 0.6
    unit: 比例
    basis: note-2021#3
"""


@pytest.fixture(scope="session")
def policies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """hubei/2023: last year's with the middle tier 80–60. hubei/2024: last year's as it is."""
    root = tmp_path_factory.mktemp("policies")
    for year, parameters in ((2023, MIDDLE), (2024, "")):
        directory = root / "hubei" / str(year)
        directory.mkdir(parents=True)
        (directory / "policy.yaml").write_text(HEAD.format(id=f"hubei/{year}", year=year), encoding="utf-8")
        if parameters:
            (directory / "parameters.yaml").write_text(parameters, encoding="utf-8")
    return root


@pytest.fixture(scope="session")
def filed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of forms: seven units' records, in folders, two of them as JSON lines."""
    root = tmp_path_factory.mktemp("filed")
    (root / "一").mkdir()
    for seed in range(5):
        (root / "一" / f"unit-{seed}.json").write_text(record.dump_json(bundle(seed)), encoding="utf-8")
    lines = [json.dumps(record.to_data(bundle(seed)), ensure_ascii=False) for seed in range(5, 7)]
    (root / "all.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return root


def test_the_difference_is_told_in_the_officers_words(jixiao: Jixiao, policies: Path) -> None:
    run = jixiao("policy", "diff", "hubei/2022", "hubei/2023", "--policies", policies)
    assert run.status == 0, run.err
    assert "参数“部分达成预期指标一档的下限（含），占分值的比例”（tier_partial_floor）的值：0.5 → 0.6" in run.out
    assert "policies/hubei/2021/parameters.yaml:21 → " in run.out
    assert "hubei/2023/parameters.yaml:4" in run.out
    assert "影响得分或等级（1 处）" in run.out
    assert "影响发现的问题（" not in run.out
    assert "状态：已发布 → 草稿" in run.out


def test_no_difference_is_said(jixiao: Jixiao, shown: Jixiao, policies: Path) -> None:
    assert "没有不同" in shown("policy", "diff", "hubei/2021", "hubei/2021").out
    run = jixiao("policy", "diff", "hubei/2022", "hubei/2024", "--policies", policies, "--format", "json")
    assert {change["effect"] for change in run.data["changes"]} == {"scope", "words"}


def test_a_policy_that_is_wrong_or_missing_is_refused(jixiao: Jixiao, policies: Path) -> None:
    run = jixiao("policy", "diff", "hubei/2022", "hubei/2032", "--policies", policies)
    assert run.status == 3
    assert "没有政策“hubei/2032”" in run.err
    assert "hubei/2023" in run.err
    run = jixiao("policy", "impact", "hubei/2021", "common/findings", "--on", ROOT / "examples")
    assert run.status == 3
    assert "不能单独使用" in run.err


@pytest.fixture(scope="session")
def impact(jixiao: Jixiao, policies: Path, filed: Path) -> Any:
    """What the new middle tier does to the forms, as JSON. Not to be changed."""
    run = jixiao("policy", "impact", "hubei/2022", "hubei/2023", "--policies", policies, "--on", filed, "--format", "json")
    assert run.status == 0, run.err
    return run.data


@pytest.fixture(scope="session")
def page(jixiao: Jixiao, filed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a change that moves everything."""
    out = tmp_path_factory.mktemp("page") / "impact.html"
    run = jixiao("policy", "impact", "hubei/2021", "platform/2021", "--on", filed, "--format", "html", "--out", out)
    assert (run.status, run.out) == (0, ""), run.err
    return out


def test_what_the_change_does_to_filed_forms(impact: Any) -> None:
    data = impact
    assert data["files"]["read"] == 6
    assert not data["problems"]
    assert data["counts"]["forms"] == sum(len(bundle(seed).forms) for seed in range(7))
    assert 0 < data["counts"]["changed"] < data["counts"]["forms"]
    assert {case["before"] for case in data["cases"]} <= {"qualitative.partial", "qualitative.unmet"}
    assert any("适用 2023 年度" in note and "仍照算" in note for note in data["notes"])
    for form in data["forms"]:
        for item in form["indicators"]:
            # a score of the middle tier goes up to its new floor, of 60 %, and nowhere else
            if item["after"]["case"] == "qualitative.partial":
                assert float(item["after"]["score"]) == pytest.approx(0.6 * float(item["weight"]), abs=0.011)


def test_the_table_says_the_same(jixiao: Jixiao, policies: Path, filed: Path, impact: Any) -> None:
    text = jixiao("policy", "impact", "hubei/2022", "hubei/2023", "--policies", policies, "--on", filed).out
    assert f"{impact['counts']['forms']} 张表中 {impact['counts']['changed']} 张有变化" in text
    for form in impact["forms"][:3]:
        assert form["unit"] in text


def test_the_page_is_whole_in_itself(page: Path) -> None:
    html = page.read_text(encoding="utf-8")
    assert "张表中" in html
    assert "<svg" in html
    assert 'role="img"' in html
    assert "http" not in html.replace("http-equiv", ""), "nothing to load"


@needs_browser
def test_the_page_in_a_browser(browser: Browser, page: Path, tmp_path: Path) -> None:
    browser.open(page.as_uri())
    for width in (360, 768, 1280):
        browser.width(width)
        browser.run(OPEN_ALL)
        assert browser.run("return document.documentElement.scrollWidth") <= width
        assert browser.run("return document.querySelectorAll('svg.plot rect').length") > 3
        assert browser.run(CONTRAST) == []
    assert browser.post("/se/log", type="browser") == [], "nothing to complain of, nothing refused"
    printed = "".join(browser.printed(tmp_path / "page.pdf"))
    assert "逐张" in printed
    assert "依据" not in printed[:200]


def test_a_policy_against_itself_changes_nothing(jixiao: Jixiao, filed: Path) -> None:
    run = jixiao("policy", "impact", "hubei/2021", "hubei/2021", "--on", filed)
    assert run.status == 0
    assert "没有变化：得分、等级、状态、问题都相同" in run.out


def test_what_cannot_be_read_is_listed_and_the_rest_counted(jixiao: Jixiao, filed: Path, tmp_path: Path) -> None:
    shutil.copytree(filed / "一", tmp_path / "forms")
    (tmp_path / "forms" / "broken.json").write_text('{"schema": ', encoding="utf-8")
    (tmp_path / "forms" / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    out = tmp_path / "impact.json"
    run = jixiao("policy", "impact", "hubei/2021", "central/2020", "--on", tmp_path / "forms", "--format", "json", "--out", out)
    assert run.status == 5
    assert "broken.json" in run.err
    data = json.loads(out.read_text(encoding="utf-8"))
    assert data["files"]["read"] == 5
    assert [Path(item["file"]).name for item in data["files"]["failed"]] == ["broken.json"]
    assert [Path(item["file"]).name for item in data["files"]["skipped"]] == ["picture.png"]
    assert any("broken.json" in problem for problem in data["problems"])


def test_nothing_to_read_is_an_error(jixiao: Jixiao, tmp_path: Path) -> None:
    run = jixiao("policy", "impact", "hubei/2021", "central/2020", "--on", tmp_path)
    assert run.status == 5
    assert "里面没有自评表" in run.err
    assert not run.out


def test_a_real_form_is_read_once_and_judged_by_both(shown: Jixiao, seed: Path, forms: Forms) -> None:
    run = shown("policy", "impact", "hubei/2021", "platform/2021", "--on", seed, "--limit", "0", "--format", "json")
    assert run.status == 0, run.err
    alone = {form["name"]: form for form in shown("evaluate", seed, "--policy", "platform/2021", "--format", "json").data["forms"]}
    for form in run.data["forms"]:
        assert form["after"]["score"] == alone[form["name"]]["scores"]["total"]["computed"]
        assert form["after"]["grade"] == alone[form["name"]]["grade"]["computed"]
    assert len(run.data["forms"]) == run.data["counts"]["changed"] == 4
