"""What an officer sees of a change of policy: the difference of two policies, and what it does to forms that were filed."""

from __future__ import annotations

import json
import re
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


def test_a_copy_of_all_policies_stands_on_its_own_packs(jixiao: Jixiao, tmp_path: Path, filed: Path) -> None:
    copied = tmp_path / "副本"
    shutil.copytree(ROOT / "policies", copied)
    parameters = copied / "common" / "findings" / "parameters.yaml"
    text = parameters.read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if line.lstrip().startswith("low_execution:"))
    parameters.write_text(text.replace(line, re.sub(r"value: [\d.]+", "value: 99.99", line)), encoding="utf-8")
    run = jixiao("policy", "impact", "hubei/2021", copied / "hubei" / "2021", "--on", filed, "--format", "json")
    assert run.status == 0, run.err
    assert run.data["counts"]["findings_changed"] > 0
    names = run.data["before"]["name"], run.data["after"]["name"]
    assert names[0] != names[1]
    assert all(name.startswith("hubei/2021（") for name in names)
    assert any("common/findings" in note and "内容不同" in note for note in run.data["notes"])
    assert any("内容与发布时不同" in note for note in run.data["notes"])
    packs = [{pack["id"]: pack["sha256"] for pack in run.data[side]["packs"]} for side in ("before", "after")]
    assert {name for name in packs[0] if packs[0][name] != packs[1][name]} == {"common/findings"}
    (item,) = run.data["items"]
    assert item["findings_changed"] == run.data["counts"]["findings_changed"]


def test_every_changed_item_by_itself_and_what_they_do_together(jixiao: Jixiao, tmp_path: Path, filed: Path) -> None:
    root = tmp_path / "policies" / "hubei" / "2023"
    root.mkdir(parents=True)
    (root / "policy.yaml").write_text(HEAD.format(id="hubei/2023", year=2023), encoding="utf-8")
    grades = "grades:\n  - {grade: 优, from: 97}\n  - {grade: 良, from: 80}\n  - {grade: 中, from: 60}\n  - {grade: 差, above: 0}\n"
    (root / "parameters.yaml").write_text(MIDDLE, encoding="utf-8")
    text = (ROOT / "policies" / "hubei" / "2021" / "grades.yaml").read_text(encoding="utf-8")
    assert "from: 90" in text or "from" in text
    (root / "grades.yaml").write_text(text.replace("90", "97", 1) if "from: 90" in text else grades, encoding="utf-8")
    paths = ("policy", "impact", "hubei/2022", "hubei/2023", "--policies", root.parent.parent, "--on", filed)
    data = jixiao(*paths, "--format", "json").data
    run = [item for item in data["items"] if item["run"]]
    assert len(run) == len(data["items"]) == 2
    tier = next(item for item in run if any("tier_partial_floor" in text for text in item["texts"]))
    grade = next(item for item in run if item is not tier)
    assert grade["difference"] == "0.00" or float(grade["difference"]) == 0
    assert grade["grade_changed"] > 0
    whole = float(data["difference"]["all"]["sum"])
    assert float(tier["difference"]) + float(grade["difference"]) + float(data["rest"]["difference"]) == pytest.approx(whole)
    assert jixiao(*paths, "--no-each", "--format", "json").data["items"] == []
    shown = jixiao(*paths).out
    assert "每次只改一项" in shown
    assert "按资金额度" in shown
    assert "按目录（地区）" in shown
    assert sum(group["forms"] for group in data["groups"] if group["by"] == "funds") == data["counts"]["forms"]


def test_old_forms_at_the_new_weights(jixiao: Jixiao, tmp_path: Path) -> None:
    rows = [
        {"name": name, "level1": level1, "level2": "", "weight": weight, "target": "10人", "actual": actual}
        for name, level1, weight, actual in (
            ("培训人数", "产出指标", "30", "10人"),
            ("参会人数", "产出指标", "10", "5人"),
            ("新增就业人数", "效益指标", "40", "10人"),
        )
    ]
    line = {"name": "总额", "money_unit": "万元", "budget": "10", "executed": "5", "weight": "20"}
    form = {"kind": "project", "name": "甲", "unit": "乙局", "budget": [line], "goals": [{"title": "目标", "indicators": rows}]}
    data = {"schema": record.SCHEMA, "fiscal_year": 2021, "jurisdiction": "hubei", "forms": [form]}
    (tmp_path / "a.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    paths = ("policy", "impact", "hubei/2021", "central/2020", "--on", tmp_path / "a.json", "--format", "json")
    plain, moved = jixiao(*paths).data, jixiao(*paths, "--reweigh").data
    assert not plain["reweighed"]
    assert moved["reweighed"]
    assert any("折算" in note for note in moved["notes"])
    # 产出 40 → 50 分：30、10 成 37.5、12.5；效益 40 → 30 分
    assert plain["forms"][0]["after"]["score"] == "80.00"  # 5 ＋ 30 ＋ 5 ＋ 40
    assert moved["forms"][0]["after"]["score"] == "78.75"  # 5 ＋ 37.5 ＋ 6.25 ＋ 30
