"""A form whose own 一级指标 are those of another scheme is not held against this one: it goes by what the policies say of headings.

What the shipped policies say of 成本指标, and what a place that nobody shipped may say of any heading.
"""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
import yaml
from conftest import ROOT, Jixiao

DRAFT = "按未经核实的草案 central/2021-101 计分"
HEAD = ("一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", "偏差原因分析及改进措施")
COST = (
    ("成本指标", "经济成本指标", "人均培训成本", "≤500元", "480元", "20", "20"),
    ("产出指标", "数量指标", "培训人次", "≥1200人次", "1250人次", "20", "20"),
    ("产出指标", "质量指标", "考核合格率", "≥95%", "90%", "20", "20"),
    ("效益指标", "社会效益指标", "持证率", "≥90%", "92%", "20", "20"),
    ("满意度指标", "服务对象满意度指标", "学员满意度", "≥95%", "97%", "10", "10"),
)
SATISFIED = (
    ("产出指标", "数量指标", "培训人次", "≥1200人次", "1250人次", "20", "20"),
    ("产出指标", "质量指标", "考核合格率", "≥95%", "96%", "20", "20"),
    ("产出指标", "成本指标", "人均培训成本", "≤500元", "480元", "10", "10"),
    ("效益指标", "社会效益指标", "持证率", "≥90%", "92%", "30", "30"),
    ("满意度指标", "服务对象满意度指标", "学员满意度", "≥95%", "97%", "10", "10"),
)


def grid(rows: Any, year: int, name: str = "职业技能培训项目") -> list[list[str]]:
    """A form of the national layout, a row a list of eight cells."""
    said = [
        ["项目支出绩效自评表"],
        [f"（{year}年度）"],
        ["项目名称", name],
        ["主管部门", "某部", "", "", "实施单位", "某某中心"],
        ["项目资金（万元）", "", "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"],
        ["年度资金总额", "", "100", "100", "95", "10", "95%", "9.5"],
        list(HEAD),
        *([*row, ""] for row in rows),
        ["总分", "", "", "", "", "100", "99.5"],
    ]
    return [[*row, *[""] * (8 - len(row))] for row in said]


def written(directory: Path, rows: Any, year: int, kind: str = "txt", name: str = "职业技能培训项目") -> Path:
    cells, path = grid(rows, year, name), directory / f"{name}{year}.{kind}"
    if kind == "txt":
        path.write_text("\n".join("\t".join(row) for row in cells), encoding="utf-8")
    elif kind == "xlsx":
        book = openpyxl.Workbook()
        for row in cells:
            book.active.append(row)
        book.save(path)
    else:
        document = docx.Document()
        for row in cells[:2]:
            document.add_paragraph(row[0])
        table = document.add_table(rows=0, cols=8, style="Table Grid")
        for row in cells[2:]:
            for cell, text in zip(table.add_row().cells, row, strict=True):
                cell.text = text
        document.save(str(path))
    return path


def judged(jixiao: Jixiao, *args: Any) -> Any:
    return jixiao("evaluate", *args, "--format", "json").data


@pytest.mark.parametrize("kind", ["txt", "xlsx", "docx"])
def test_costs_as_a_heading_choose_the_draft(jixiao: Jixiao, tmp_path: Path, kind: str) -> None:
    """95 % executed is in the draft's upper step (7 points); 90 of 95 is 18.95 of 20; the total 7 + 88.95."""
    told = judged(jixiao, written(tmp_path, COST, 2023, kind))
    assert (told["policy"]["id"], told["policy"]["status"]) == ("central/2021-101", "draft")
    assert told["notes"][0].startswith(DRAFT)
    assert "一级指标有“成本指标”" in told["notes"][1]
    assert "central/2020 不用于" in told["notes"][1]
    (form,) = told["forms"]
    assert {name: score["computed"] for name, score in form["scores"].items()} == {
        "execution": "7.00", "成本指标": "20.00", "产出指标": "38.95", "效益指标": "20.00", "满意度指标": "10.00", "total": "95.95",
    }  # fmt: skip
    assert form["indicators"][2]["trace"]["basis"] == "central-2021#proportional", "computed, and it says how"


@pytest.mark.parametrize(("rows", "year"), [(COST, 2020), (SATISFIED, 2021), (SATISFIED, 2024), (SATISFIED[:4], 2023)])
def test_other_forms_go_by_the_published_policy(jixiao: Jixiao, tmp_path: Path, rows: Any, year: int) -> None:
    told = judged(jixiao, written(tmp_path, rows, year))
    assert told["policy"]["id"] == "central/2020"
    assert "notes" not in told


def test_a_record_chooses_as_its_form_does(jixiao: Jixiao, tmp_path: Path) -> None:
    record = tmp_path / "record.json"
    assert jixiao("read", written(tmp_path, COST, 2022), "--out", record).status == 0
    assert judged(jixiao, record)["policy"]["id"] == "central/2021-101"


def test_what_rests_on_unverified_clauses_is_a_hint(jixiao: Jixiao, tmp_path: Path) -> None:
    """Under the draft every difference of score is a hint that says why; what rests on practice is as severe as ever."""
    told = judged(jixiao, written(tmp_path, [*COST[:4], (*COST[4][:5], "10", "11")], 2023))
    found = {finding["rule"]: finding for finding in told["findings"]}
    differences = {"scoring.more-than-formula"}
    assert differences <= set(found)
    for rule in differences:
        assert found[rule]["severity"] == "info"
        assert "未经核实的条款 “" in found[rule]["message"]
    assert found["scoring.above-weight"]["severity"] == "error"
    clauses = yaml.safe_load((ROOT / "policies/central/2021-101/policy.yaml").read_text(encoding="utf-8"))["sources"].items()
    unverified = {f"{name}#{number}" for name, item in clauses if item["evidence"] == "unverified" for number in item["clauses"]}
    assert not [finding for finding in told["findings"] if finding["basis"] in unverified and finding["severity"] != "info"]


def test_no_finding_says_what_another_scheme_lays_down(jixiao: Jixiao, tmp_path: Path) -> None:
    """A form that gives costs 15 and outputs 45 is not told that 50 is laid down."""
    rows = [(*COST[0][:5], "15", "15"), (*COST[1][:5], "25", "25"), *COST[2:]]
    told = judged(jixiao, written(tmp_path, rows, 2024))
    assert not [finding["message"] for finding in told["findings"] if "规定为 50" in finding["message"]]
    parts = [finding for finding in told["findings"] if finding["rule"] == "arithmetic.part-weight"]
    assert {finding["severity"] for finding in parts} == {"info"}


def test_every_view_says_first_that_it_is_by_a_draft(jixiao: Jixiao, tmp_path: Path) -> None:
    form = written(tmp_path, COST, 2023)
    lines = {kind: jixiao("evaluate", form, "--format", kind).out.splitlines() for kind in ("table", "markdown", "jsonl", "sarif")}
    assert lines["table"][0].startswith(DRAFT)
    assert next(line for line in lines["markdown"][1:] if line).startswith(DRAFT)
    assert next(iter(json.loads(lines["jsonl"][0]))) == "notes"
    assert json.loads(lines["jsonl"][0])["notes"][0].startswith(DRAFT)
    (run,) = json.loads("".join(lines["sarif"]))["runs"]
    assert run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"].startswith(DRAFT)
    for args in (("--indicator", "满意"), ("--rule", "scoring.more-than-formula")):
        assert jixiao("explain", form, *args).out.startswith(DRAFT)
    out = tmp_path / "out"
    assert jixiao("report", form, "--out", out).status == 0
    (text,), (word,) = out.glob("*.md"), (path for path in out.glob("*.docx") if "修改清单" not in path.name)
    for first in (text.read_text(encoding="utf-8").splitlines()[0], docx.Document(str(word)).paragraphs[0].text):
        assert first.startswith("【请送出前删去本段】")
        assert "政策草案“" in first
        assert "central/" not in first, "who reads the report knows no ids"
    page = (out / "report.html").read_text(encoding="utf-8")
    assert page.index(DRAFT) < page.index("<h1>")


def test_the_workbook_of_a_draft_begins_with_what_it_is_by(tmp_path: Path) -> None:
    from engine.intake.bundle import read_bundle
    from engine.policy.library import library
    from engine.results.bundles import checked_bundles
    from engine.results.views.workbook import check_workbook

    (item,) = checked_bundles([read_bundle([written(tmp_path, COST, 2023)], library())])
    book = openpyxl.load_workbook(io.BytesIO(check_workbook(item.result, {item.policy.id: item.policy})))
    assert any(str(cell.value).startswith(DRAFT) for row in book.worksheets[0].iter_rows(max_row=2) for cell in row)


def test_forms_judged_together_with_one_that_chooses_a_draft(jixiao: Jixiao, tmp_path: Path) -> None:
    told = judged(jixiao, written(tmp_path, COST, 2023), written(tmp_path, SATISFIED, 2023, name="公共卫生服务项目"))
    assert told["policy"]["id"] == "central/2021-101"
    assert any("其余表没有" in note for note in told["notes"])


def test_a_batch_says_first_that_it_is_by_a_draft(jixiao: Jixiao, tmp_path: Path) -> None:
    pytest.importorskip("duckdb")
    forms = tmp_path / "forms"
    forms.mkdir()
    written(forms, COST, 2023)
    corpus = tmp_path / "corpus"
    assert jixiao("ingest", forms, "--out", corpus, "--jobs", "1").status == 0
    run = jixiao("batch", corpus, "--out", tmp_path / "out", "--show", "0")
    assert run.status == 0, run.err
    assert run.out.startswith(DRAFT)
    summary = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    assert summary["notes"][0].startswith(DRAFT)
    assert "error" not in summary["findings"]


def test_a_policy_named_though_it_says_such_forms_are_not_its_own(jixiao: Jixiao, tmp_path: Path) -> None:
    told = judged(jixiao, written(tmp_path, COST, 2023), "--policy", "central/2020")
    assert told["policy"]["id"] == "central/2020"
    assert told["notes"] == ["按指定的政策计分；central/2020 不用于一级指标有“成本指标”的表"]


# --- a place that nobody shipped ---------------------------------------------------------------------------------------


def place(root: Path, name: str, more: str) -> None:
    home = root / name
    home.mkdir(parents=True, exist_ok=True)
    head = f"id: {name}, title: 测试, jurisdiction: gansu, fiscal_years: {{from: 2022}}, form_kinds: [project], fallback: true"
    (home / "policy.yaml").write_text(f"policy: {{{head}, extends: central/2020, {more}}}\n", encoding="utf-8")


def record_of(jixiao: Jixiao, tmp_path: Path, rows: Any) -> Path:
    path = tmp_path / "record.json"
    assert jixiao("read", written(tmp_path, rows, 2023), "--out", path).status == 0
    data = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**data, "jurisdiction": "gansu"}, ensure_ascii=False), encoding="utf-8")
    return path


def test_any_place_may_let_headings_choose(jixiao: Jixiao, tmp_path: Path) -> None:
    """效果指标 choose another policy of the place; satisfaction keeps forms from the one that would judge the others."""
    mine = tmp_path / "mine"
    place(mine, "gansu/a", "status: published, kept_away_by: {level1: [满意度指标]}")
    place(mine, "gansu/b", "status: draft, chosen_by: {level1: [满意度指标, 群众满意度]}")
    satisfied = record_of(jixiao, tmp_path, SATISFIED)
    told = judged(jixiao, satisfied, "--policies", mine)
    assert told["policy"]["id"] == "gansu/b"
    assert told["notes"][0].startswith("按未经核实的草案 gansu/b 计分")
    assert judged(jixiao, record_of(jixiao, tmp_path, SATISFIED[:4]), "--policies", mine)["policy"]["id"] == "gansu/a"
    place(mine, "gansu/b", "status: draft")
    run = jixiao("evaluate", record_of(jixiao, tmp_path, SATISFIED), "--policies", mine, "--format", "json")
    assert (run.status, run.data["policy"]) == (5, None), "a draft that names no heading is chosen by nobody"
    assert any("gansu/a 不用于一级指标有“满意度指标”的表" in note for note in run.data["notes"])


def test_a_published_policy_that_fits_goes_before_a_draft(jixiao: Jixiao, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    place(mine, "gansu/a", "status: published")
    place(mine, "gansu/b", "status: draft, chosen_by: {level1: [满意度指标]}")
    assert judged(jixiao, record_of(jixiao, tmp_path, SATISFIED), "--policies", mine)["policy"]["id"] == "gansu/a"
    codes = {
        item["code"]
        for item in jixiao("policy", "lint", "gansu/b", "--policies", mine, "--no-proofs", "--format", "json").data["lints"]
    }
    assert "headings-never" in codes


def test_headings_that_cannot_be_meant_are_linted(jixiao: Jixiao, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    place(mine, "gansu/b", "status: draft, chosen_by: {level1: [成本 指标, 治理指标]}, kept_away_by: {level1: [成本指标]}")
    run = jixiao("policy", "lint", "gansu/b", "--policies", mine, "--no-proofs", "--format", "json")
    found = {(item["code"], item["severity"]) for item in run.data["lints"]}
    assert {("headings-both", "error"), ("headings-taxonomy", "warning")} <= found
    place(mine, "gansu/c", "status: draft, kept_away_by: {level1: [成本指标], fiscal_years: {from: 2023, to: 2021}}")
    run = jixiao("policy", "check", "gansu/c", "--policies", mine)
    assert run.status == 3
    assert "年度起止颠倒：2023 至 2021" in run.err


def test_list_and_show_tell_the_headings(jixiao: Jixiao) -> None:
    listed = jixiao("policy", "list").out
    assert "central/2020 不用于一级指标有 成本指标、成本（2021—今年度） 的表" in listed
    assert "central/2021-101 只用于一级指标有 成本指标、成本 的表" in listed
    assert "只用于一级指标有 成本指标、成本 的表" in jixiao("policy", "show", "central/2021-101").out
