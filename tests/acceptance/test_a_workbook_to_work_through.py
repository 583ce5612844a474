"""`evaluate --format xlsx`: 核对结果.xlsx, for the reviewer who works through what was found."""

from __future__ import annotations

import shutil
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from conftest import Jixiao
from openpyxl import load_workbook
from writers import converted, has_office

SHEETS = ["概况", "各表", "问题汇总", "问题明细", "得分", "规则"]


def rows(book: Any, name: str) -> list[dict[str, Any]]:
    titles, *rest = book[name].iter_rows(values_only=True)
    return [dict(zip(titles, row, strict=True)) for row in rest]


@pytest.fixture(scope="module")
def made(jixiao: Jixiao, seed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("book") / "核对结果.xlsx"
    run = jixiao("evaluate", seed, "--format", "xlsx", "--out", out)
    assert (run.status, run.out) == (0, "")
    return out


def test_the_workbook_says_what_the_result_says(jixiao: Jixiao, seed: Path, made: Path) -> None:
    result = jixiao("evaluate", seed, "--format", "json").data
    book = load_workbook(made)
    assert book.sheetnames == SHEETS
    about = {row["项目"]: row["内容"] for row in rows(book, "概况")}
    assert about["规则的校验码（SHA-256）"] == result["policy"]["sha256"]
    assert about["问题"] == len(result["problems"])
    assert about["读入的文件"] == 1
    heads = [row["内容"] for row in rows(book, "概况") if row["项目"].startswith("先要知道的")]
    titles = {problem["id"]: problem["title"] for problem in result["problems"]}
    assert len(heads) == len(result["head"])
    assert all(titles[which] in told for which, told in zip(result["head"], heads, strict=True))
    details = rows(book, "问题明细")
    told = [result["findings"][n] for problem in result["problems"] for n in problem["findings"]]
    assert len(details) == sum(len(finding.get("rows") or [finding]) for finding in told), (
        "a line a row, also where one finding tells several"
    )
    assert {row["编号"] for row in details} == {problem["id"] for problem in result["problems"]}
    assert {row["规则"] for row in rows(book, "规则")} == {rule["title"] for rule in result["rules"]}
    assert sum(row["问题数"] for row in rows(book, "问题汇总")) == len(result["problems"])


def test_numbers_are_numbers_in_one_unit(made: Path) -> None:
    book = load_workbook(made)
    forms = {row["自评表"]: row for row in rows(book, "各表")}
    own = forms["机关保障工作经费"]
    assert (own["自评总分"], own["计算总分"], own["相差"]) == (99.59, 95.58, 4.01)
    assert (own["预算数（万元）"], own["执行数（万元）"], own["执行率"], own["完成率"]) == (289.18, 283.26, 0.9795, 0.75)
    assert list(forms)[-1] == "商协会管理工作经费", "the worst form stands first"
    details = rows(book, "问题明细")
    for row in details:
        for title in ("自评得分", "计算得分", "涉及分值", "涉及金额（万元）"):
            assert row[title] is None or isinstance(row[title], int | float), (title, row)
    assert any(row["涉及金额（万元）"] == 107.3 for row in details)
    first = details[0]
    assert (first["自评得分"], first["计算得分"], first["涉及分值"]) == (20, 15.99, 20)
    assert first["条文"]


def test_nothing_an_officer_reads_is_a_name_of_the_engines(made: Path, seed: Path) -> None:
    book = load_workbook(made)
    read = {"概况": ("内容",), "各表": None, "问题汇总": None, "问题明细": None, "得分": None, "规则": ("规则", "结果", "说明")}
    for name, titles in read.items():
        for row in rows(book, name):
            for title, value in row.items():
                if isinstance(value, str) and (titles is None or title in titles):
                    assert "forms[" not in value
                    for word in ("department", "quantitative.", "needs_review", "not_applicable", "scoring.", "review#"):
                        assert word not in value, (name, title, value)


def test_two_runs_give_the_same_bytes(jixiao: Jixiao, seed: Path, made: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.xlsx"
    jixiao("evaluate", seed, "--format", "xlsx", "--out", again)
    assert again.read_bytes() == made.read_bytes()


def test_a_folder_says_what_was_not_read(jixiao: Jixiao, seed: Path, tmp_path: Path) -> None:
    shutil.copy(seed, tmp_path / "表.txt")
    (tmp_path / "坏.docx").write_bytes(b"PK\x03\x04")
    (tmp_path / "说明.txt").write_text("不是表", encoding="utf-8")
    out = tmp_path / "核对结果.xlsx"
    assert jixiao("evaluate", tmp_path, "--format", "xlsx", "--out", out).status == 5
    told = [(row["项目"], str(row["内容"])) for row in rows(load_workbook(out), "概况")]
    assert any(what in ("未读出", "跳过") and "坏.docx" in said for what, said in told)
    assert any(what in ("未读出", "跳过") and "说明.txt" in said for what, said in told)
    assert ("读入的文件", "1") in told
    assert jixiao("evaluate", tmp_path, "--format", "xlsx", "--out", out).status == 5, "its own workbook is no form"
    assert {"项目": "读入的文件", "内容": 1} in rows(load_workbook(out), "概况")


def test_the_day_that_chose_the_policy_is_said(jixiao: Jixiao, seed: Path, tmp_path: Path) -> None:
    out = tmp_path / "x.xlsx"
    jixiao("evaluate", seed, "--format", "xlsx", "--on-date", "2022-04-28", "--out", out)
    assert {"项目": "填报日期（--on-date）", "内容": "2022-04-28"} in rows(load_workbook(out), "概况")


@pytest.mark.parametrize("command", ["evaluate", "rollup"])
def test_a_workbook_is_not_for_a_terminal(jixiao: Jixiao, seed: Path, command: str) -> None:
    run = jixiao(command, seed, "--format", "xlsx")
    assert (run.status, run.out) == (2, "")
    assert "xlsx 要用 --out 写到文件" in run.err


@pytest.mark.skipif(not has_office(), reason="LibreOffice is not installed")
def test_drop_downs_and_set_up_survive_libreoffice(made: Path) -> None:
    (again,) = converted({"book.xlsx": made.read_bytes()}, "xlsx:Calc MS Excel 2007 XML", "xlsx").values()
    book = load_workbook(BytesIO(again))
    assert book.sheetnames == SHEETS
    page = book["问题明细"]
    (rule,) = page.data_validations.dataValidation
    assert "已改正,已说明,不改（说明理由）,需补充材料" in rule.formula1
    column = next(cell.column_letter for cell in page[1] if cell.value == "处理意见")
    assert {area.coord for area in rule.sqref.ranges} == {f"{column}2:{column}{page.max_row}"}
    assert page.page_setup.orientation == "landscape"
    assert page.page_setup.fitToWidth == 1
    assert page.print_title_rows == "$1:$1"


def test_a_batch_writes_one_into_its_folder(jixiao: Jixiao, seed: Path, tmp_path: Path) -> None:
    pytest.importorskip("duckdb")
    corpus, out = tmp_path / "corpus", tmp_path / "out"
    assert jixiao("ingest", seed, "--out", corpus, "--jobs", "1").status == 0
    run = jixiao("batch", corpus, "--out", out, "--format", "xlsx", "--check", "0")
    assert (run.status, run.out.strip()) == (0, str(out / "核对结果.xlsx"))
    book = load_workbook(out / "核对结果.xlsx")
    assert book.sheetnames == SHEETS
    forms = {row["自评表"]: row for row in rows(book, "各表")}
    own = forms["机关保障工作经费"]
    assert (own["单位"], own["自评总分"], own["计算总分"]) == ("湖北省工商业联合会", 99.59, 95.58)
    assert (own["预算数（万元）"], own["执行数（万元）"], own["完成率"]) == (289.18, 283.26, 0.75)
    assert own["执行率"] == pytest.approx(0.9795, abs=1e-4)
    assert sum(row["错误（处）"] + row["警告（处）"] + row["提示（处）"] for row in forms.values()) == len(rows(book, "问题明细"))
    assert sum(row["处数"] for row in rows(book, "问题汇总")) == len(rows(book, "问题明细"))
    assert any(row["处数"] for row in rows(book, "规则"))
    first = (out / "核对结果.xlsx").read_bytes()
    jixiao("batch", corpus, "--out", out, "--format", "xlsx", "--check", "0")
    assert (out / "核对结果.xlsx").read_bytes() == first


def test_every_workbook_says_the_day_it_was_made(
    jixiao: Jixiao, seed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("duckdb")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1650000000")
    shutil.copy(seed, tmp_path / "表.txt")
    assert jixiao("ingest", tmp_path / "表.txt", "--out", tmp_path / "语料").status == 0
    written = {
        "a.xlsx": ("evaluate", seed, "--format", "xlsx", "--out", tmp_path / "a.xlsx"),
        "b.xlsx": ("rollup", seed, "--format", "xlsx", "--out", tmp_path / "b.xlsx"),
        "c/核对结果.xlsx": ("batch", tmp_path / "语料", "--format", "xlsx", "--out", tmp_path / "c"),
    }
    for name, command in written.items():
        assert jixiao(*command).status == 0
        assert rows(load_workbook(tmp_path / name), "概况")[0]["内容"] == "2022-04-15", name
