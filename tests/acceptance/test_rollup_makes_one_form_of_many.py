"""`jixiao rollup` as an authority uses it: folders of counties, a table of units, a department and its projects, the ranking."""

from __future__ import annotations

import json
import re
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from conftest import Jixiao


def form(unit: str, *, actual: str = "60人", budget: str = "100", name: str = "职业培训", **more: Any) -> dict[str, Any]:
    rows = [
        {"name": "培训人数", "level1": "产出指标", "level2": "数量指标", "weight": "40", "target": "60人", "actual": actual},
        {"name": "合格率", "level1": "效益指标", "level2": "社会效益指标", "weight": "40", "target": "≥90%", "actual": "90%"},
    ]
    line = {"name": "财政资金", "money_unit": "万元", "budget": budget, "executed": budget}
    return {
        "kind": "project",
        "name": name,
        "unit": unit,
        "budget": [line],
        "goals": [{"title": "目标", "indicators": rows}],
        **more,
    }


def save(path: Path, *forms: dict[str, Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    data = {"schema": "jixiao/submission/1", "fiscal_year": 2021, "jurisdiction": "hubei", "forms": list(forms)}
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    return path


@pytest.fixture
def province(tmp_path: Path) -> Path:
    root = tmp_path / "湖北省"
    save(root / "东市" / "a.json", form("甲县人社局", actual="60人"))
    save(root / "东市" / "b.json", form("乙县人社局", actual="30人", budget="300"))
    save(root / "西市" / "c.json", form("丙县人社局", actual="45人"))
    return root


def test_folders_are_levels(jixiao: Jixiao, province: Path, tmp_path: Path) -> None:
    run = jixiao("rollup", province, "--by", "region", "--format", "json", "--levels", tmp_path / "各级")
    assert run.status == 0, run.err
    made = run.data["forms"][0]
    assert (made["unit"] if "unit" in made else run.data["unit"]) == "湖北省"
    rows = made["goals"][0]["indicators"]
    assert [row["actual"]["text"] for row in rows] == ["135人", "90%"]
    assert [row["target"]["text"] for row in rows] == ["180人", "≥90%"]
    assert rows[0]["score"]["text"] == "30.00"  # 40 × 135 ÷ 180
    assert made["budget"][0]["budget"]["text"] == "500"
    assert [share["unit"] for share in rows[0]["rolled"]["shares"]] == ["东市", "西市"]
    names = sorted(path.name for path in (tmp_path / "各级").iterdir())
    assert [name.partition("-")[0] for name in names] == ["1", "2", "2"]
    again = jixiao("evaluate", tmp_path / "各级" / names[1], "--format", "json").data
    assert again["forms"][0]["scores"]["total"]["reported"] == again["forms"][0]["scores"]["total"]["computed"]


def test_the_result_is_rolled_up_further_and_reported(jixiao: Jixiao, province: Path, tmp_path: Path) -> None:
    for city in ("东市", "西市"):
        run = jixiao(
            "rollup", province / city, "--by", "unit", "--name", city, "--format", "yaml", "--out", tmp_path / f"{city}.yaml"
        )
        assert run.status == 0, run.err
    twice = jixiao("rollup", tmp_path / "东市.yaml", tmp_path / "西市.yaml", "--name", "湖北省", "--format", "json").data["forms"][
        0
    ]
    once = jixiao("rollup", province, "--by", "unit", "--name", "湖北省", "--format", "json").data["forms"][0]
    for a, b in zip(twice["goals"][0]["indicators"], once["goals"][0]["indicators"], strict=True):
        assert [a[key]["text"] for key in ("target", "actual", "score")] == [
            b[key]["text"] for key in ("target", "actual", "score")
        ]
        assert a["rolled"]["numbers"] == b["rolled"]["numbers"]
    report = jixiao("report", tmp_path / "东市.yaml", "--out", tmp_path / "稿", "--format", "markdown")
    assert report.status == 0, report.err


def test_a_table_of_units_says_who_is_missing(jixiao: Jixiao, province: Path, tmp_path: Path) -> None:
    table = tmp_path / "单位.csv"
    table.write_text(
        "单位,上级\n东市,湖北省\n甲县人社局,东市\n乙县人社局,东市\n丙县人社局,西市\n丁县人社局,西市\n西市,湖北省\n",
        encoding="utf-8-sig",
    )
    run = jixiao("rollup", province, "--map", table)
    assert run.status == 0, run.err
    assert "“西市”应当汇总 2 个单位，缺 1 个（丁县人社局）" in run.out
    strict = jixiao("rollup", province, "--map", table, "--strict", "--format", "json", "--out", tmp_path / "out.json")
    assert (strict.status, (tmp_path / "out.json").exists()) == (5, False)
    assert "丁县人社局" in strict.err
    assert jixiao("rollup", province, "--map", table, "--fail-on", "error").status == 1


def test_a_city_from_which_nobody_came_is_missing_with_its_counties(jixiao: Jixiao, province: Path, tmp_path: Path) -> None:
    table = tmp_path / "单位.csv"
    table.write_text(
        "单位,上级\n甲县人社局,东市\n乙县人社局,东市\n丙县人社局,西市\n丁县人社局,北市\n戊县人社局,北市\n东市,省\n西市,省\n北市,省\n"
    )
    run = jixiao("rollup", province, "--map", table)
    assert "“省”应当汇总 4 个单位，缺 2 个（丁县人社局、戊县人社局）" in run.out


def test_the_top_alone_has_nothing_to_roll_up(jixiao: Jixiao, tmp_path: Path) -> None:
    table = tmp_path / "单位.csv"
    table.write_text("单位,上级\n省,\n甲县,省\n", encoding="utf-8")
    run = jixiao("rollup", save(tmp_path / "a.json", form("省")), "--map", table)
    assert run.status == 5
    assert "没有下级单位的表可以汇总" in run.err


def test_a_level_s_own_form_is_held_against_the_sum_and_not_added(jixiao: Jixiao, province: Path) -> None:
    save(province / "东市" / "own.json", form("东市", actual="95人", budget="410"))
    run = jixiao("rollup", province, "--by", "region")
    assert run.status == 0, run.err
    assert "“培训人数”本级表填 95人，由乙县人社局、甲县人社局汇总为 90人" in run.out
    assert "本级表预算数 410 万元，2 个单位汇总为 400 万元，相差 10 万元" in run.out
    assert "500万元" in run.out


def test_money_of_two_countries_is_no_weight(jixiao: Jixiao, tmp_path: Path) -> None:
    first, second = form("甲县"), form("乙县")
    second["budget"][0]["money_unit"] = "万美元"
    run = jixiao("rollup", save(tmp_path / "a.json", first, second), "--format", "json")
    made = run.data["forms"][0]
    assert made["budget"][0]["budget"]["text"] == ""
    assert [row["actual"]["text"] for row in made["goals"][0]["indicators"]] == ["120人", ""]


def test_units_that_are_not_in_the_table_are_refused(jixiao: Jixiao, province: Path, tmp_path: Path) -> None:
    table = tmp_path / "单位.csv"
    table.write_text("单位,上级\n甲县人社厅,东市\n乙县人社局,东市\n丙县人社局,东市\n", encoding="gb18030")
    run = jixiao("rollup", province, "--map", table)
    assert run.status == 5
    assert "填报单位“甲县人社局”不在单位表" in run.err
    assert "是否想写“甲县人社厅”？" in run.err


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("名称,地区\n甲,乙\n", "没有“单位”和“上级”两栏"),
        ("单位,上级\n甲,乙\n乙,甲\n", "绕成了圈"),
        ("单位,上级\n甲,乙\n甲,丙\n", "重复，已写在第 2 行"),
        ("单位,上级\n,乙\n", "没有写单位"),
        ("单位,上级\n", "单位表里没有单位"),
        ("单位,上级\n" + "甲" * 200_000 + ",乙\n", "不是 CSV"),
    ],
)
def test_a_bad_table_of_units_is_told_with_its_line(jixiao: Jixiao, province: Path, tmp_path: Path, text: str, told: str) -> None:
    table = tmp_path / "单位.csv"
    table.write_text(text, encoding="utf-8")
    run = jixiao("rollup", province, "--map", table)
    assert run.status == 5
    assert told in run.err


def test_targets_that_differ_are_not_averaged(jixiao: Jixiao, tmp_path: Path) -> None:
    first, second = form("甲县"), form("乙县")
    second["goals"][0]["indicators"][1]["target"] = "≥80%"
    run = jixiao("rollup", save(tmp_path / "a.json", first, second), "--format", "json", "--fail-on", "error")
    assert run.status == 1
    row = run.data["forms"][0]["goals"][0]["indicators"][1]
    assert (row["target"]["text"], row["score"]["text"], row["actual"]["text"]) == ("", "", "90%")
    remarks = run.data["forms"][0]["rolled"]["remarks"]
    assert [r["rule"] for r in remarks if r["severity"] == "error"] == ["rollup.targets-differ"]
    evaluated = jixiao("evaluate", save(tmp_path / "b.json", *run.data["forms"]), "--format", "json")
    assert evaluated.status == 5  # a form without unit: the record's head was left out
    (tmp_path / "c.json").write_text(run.out, encoding="utf-8")
    evaluated = jixiao("evaluate", tmp_path / "c.json", "--format", "json")
    item = evaluated.data["forms"][0]["indicators"][1]
    assert (item["status"], item["computed"]) == ("needs_review", None)


def test_a_file_that_cannot_be_read_stops_the_sum(jixiao: Jixiao, province: Path) -> None:
    (province / "东市" / "d.json").write_text('{"forms": []}', encoding="utf-8")
    run = jixiao("rollup", province)
    assert (run.status, run.out) == (5, "")
    assert "d.json" in run.err


def test_different_years_are_refused(jixiao: Jixiao, tmp_path: Path) -> None:
    files = [save(tmp_path / "a.json", form("甲县")), save(tmp_path / "b.json", form("乙县", fiscal_year=2020))]
    run = jixiao("rollup", *files, "--policy", "hubei/2021")
    assert run.status == 5
    assert "2020、2021" in run.err


def test_a_policy_without_rules_refuses(jixiao: Jixiao, province: Path) -> None:
    run = jixiao("rollup", province, "--policy", "central/2020")
    assert run.status == 3
    assert "没有规定怎样汇总" in run.err


def test_where_the_policy_that_fits_adds_nothing_it_is_said_what_is_missing(jixiao: Jixiao, province: Path) -> None:
    for path in province.rglob("*.json"):
        path.write_text(path.read_text(encoding="utf-8").replace('"hubei"', '"central"'), encoding="utf-8")
    run = jixiao("rollup", province)
    assert (run.status, run.out) == (5, "")
    (told,) = run.err.splitlines()
    assert "2021年度的表适用政策“central/2020”，它没有规定怎样汇总" in told
    assert "hubei/2021" in told, "which do say it"


def test_the_seed_department_against_its_projects(shown: Jixiao, seed: Path) -> None:
    run = shown("rollup", seed, "--format", "json")
    assert run.status == 0, run.err
    made = run.data["forms"][0]
    line = made["budget"][0]
    assert [line[key]["text"] for key in ("budget", "executed", "rate")] == ["1051.34", "1018.67", "96.89%"]
    rules: dict[str, int] = {}
    for remark in made["rolled"]["remarks"]:
        rules[remark["rule"]] = rules.get(remark["rule"], 0) + 1
    assert rules == {
        "level.classification-differs": 4,
        "level.project-expenditure": 1,
        "level.rate-leads": 1,
        "level.actual-text-differs": 3,
        "level.only-own": 4,
        "level.target-text-differs": 1,
        "level.unit-differs": 1,
    }
    told = " ".join(remark["message"] for remark in made["rolled"]["remarks"])
    assert "部门表项目支出总额 1452.02 万元，3 个项目预算合计 1051.34 万元，相差 400.68 万元" in told
    assert "本级表执行率 100.00%，3 处汇总为 96.89%，高出 3.11 个百分点" in told
    weights = [row["weight"]["text"] for goal in made["goals"] for row in goal["indicators"]]
    assert sum(map(float, weights)) == pytest.approx(80)


def test_ranking_shares_ranks_and_leaves_open_what_is_open(jixiao: Jixiao, tmp_path: Path) -> None:
    open_ = form("丁县")
    open_["goals"][0]["indicators"][1]["actual"] = ""
    files = save(tmp_path / "a.json", form("甲县"), form("乙县"), form("丙县", actual="30人"), open_)
    data = jixiao("rollup", files, "--ranking", "--format", "json").data
    rows = data["groups"][0]["rows"]
    assert [(row["unit"], row["rank"], row["computed"]) for row in rows] == [
        ("乙县", 1, "100.00"),
        ("甲县", 1, "100.00"),
        ("丙县", 3, "80.00"),
        ("丁县", None, None),
    ]
    assert rows[3]["allowed"] == ["60.00", "100.00"]
    shown = data["groups"][0]["distribution"]
    assert (shown["with_total"], shown["median"], shown["mean"]) == (3, "100.00", "93.33")
    table = jixiao("rollup", files, "--ranking")
    assert "60.00–100.00？" in table.out
    assert jixiao("rollup", files, "--ranking", "--policy", "central/2020").status == 0  # a ranking needs no rules of roll-up


EVIL = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "＝1", "<script>alert(1)</script>"]


def test_text_of_strangers_stays_text(jixiao: Jixiao, tmp_path: Path) -> None:
    from openpyxl import load_workbook

    files = save(tmp_path / "a.json", *(form(f"{text}{n}", name=text) for n, text in enumerate(EVIL)))
    book = tmp_path / "out.xlsx"
    assert jixiao("rollup", files, "--format", "xlsx", "--out", book).status == 0
    sheets = load_workbook(BytesIO(book.read_bytes()))
    assert sheets.sheetnames == [
        "概况",
        "排名",
        "同一项目在各单位",
        "分布",
        "问题汇总",
        "问题分类",
        "规则",
        "汇总",
        "汇总指标",
        "由来",
        "汇总问题",
        "没有计入",
    ]
    for sheet in sheets:
        assert sheet.freeze_panes
        assert sheet.auto_filter.ref
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                if isinstance(cell.value, str) and cell.value.startswith(("=", "+", "-", "@", "\t")):
                    assert cell.quotePrefix, cell.value
        assert (sheet.page_setup.orientation, sheet.page_setup.fitToWidth, sheet.print_title_rows) == ("landscape", 1, "$1:$1")
    ranks = {sheets["排名"].cell(1, c.column).value: (c.value, c.number_format) for c in sheets["排名"][2]}
    assert ranks["计算总分"] == (100, "0.00")
    assert ranks["预算数（万元）"][1] == "#,##0.00"
    assert isinstance(ranks["预算数（万元）"][0], int | float)
    assert ranks["执行率"][1] == "0.00%"
    assert 0 < ranks["执行率"][0] <= 1
    (rule,) = sheets["汇总问题"].data_validations.dataValidation
    assert rule.formula1 == '"已改正,已说明,不改（说明理由）,需补充材料"'
    again = tmp_path / "again.xlsx"
    jixiao("rollup", files, "--format", "xlsx", "--out", again)
    assert again.read_bytes() == book.read_bytes()
    page = jixiao("rollup", files, "--format", "html").out
    assert "<script>alert" not in page
    assert page.count("<script>") == 1
    markdown = jixiao("rollup", files, "--format", "markdown").out
    assert "<script>" not in markdown


def test_the_page_loads_nothing_and_shows_every_form(jixiao: Jixiao, province: Path) -> None:
    page = jixiao("rollup", province, "--by", "region", "--format", "html").out
    assert re.match(
        r'<!DOCTYPE html>\s*<html lang="zh-CN">\s*<head>\s*<meta charset="utf-8">\s*<meta http-equiv="Content-Security', page
    )
    assert "default-src &#39;none&#39;" in page
    assert page.count("<circle") == 3 + 3  # a dot for each form, three in the legend
    assert " style=" not in page
    assert "src=" not in re.sub(r"<meta[^>]*>", "", page)
    for text in ("甲县人社局", "东市", "汇总发现的问题", "各指标的由来"):
        assert text in page


def test_usage(jixiao: Jixiao, province: Path, tmp_path: Path) -> None:
    assert jixiao("rollup", province, "--format", "xlsx").status == 2
    assert jixiao("rollup", province, "--ranking", "--format", "yaml").status == 2
    assert jixiao("rollup", province, "--by", "unit", "--map", tmp_path / "x.csv").status == 2
    assert jixiao("rollup", province, "--by", "region", "--map", tmp_path / "x.csv").status == 5
