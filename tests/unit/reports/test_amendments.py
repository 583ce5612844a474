"""修改清单: a row for each slip, with what should stand there; in Word through a template, in Excel safe from formulas."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from conftest import ROOT, Forms, Jixiao
from openpyxl import load_workbook

from engine.documents.kinds import kind_of
from engine.documents.word import read_bytes
from engine.errors import PolicyError
from engine.intake.own import own_output
from engine.policy.loading import load
from engine.reports.amendments import Amendment, Amendments, document, workbook
from engine.templating.filters import closed

ROOTS = [ROOT / "templates"]
EVIL = Amendment(1, "=1+1", "表1\n第2行", "@SUM(A1)", "-2+3", "为什么：<b>&{{ 7 * 7 }}", "\x00依据")


def table(data: bytes) -> list[list[str]]:
    return [[cell.text for cell in row] for row in next(read_bytes(data).tables()).rows]


def test_slips_are_listed_with_what_should_stand_there_and_management_is_not(shown: Jixiao, forms: Forms) -> None:
    result = shown("evaluate", forms.write(("\t74.67", "\t90.00"), ("\t6.67", "\t20")), "--format", "json").data
    policy = load(result["policy"]["id"])
    rows = Amendments(result, policy).of([0])
    told = {(row.now, row.right) for row in rows}
    assert ("20", "6.67") in told
    wanted = {closed(f["message"]) for f in result["findings"] if policy.told_in(f["rule"], f["category"]) == "list"}
    assert {row.why for row in rows} == wanted
    assert [row.number for row in rows] == list(range(1, len(rows) + 1))
    row = next(row for row in rows if row.right == "6.67")
    assert "培训期数" in row.place
    assert "表1第" in row.place
    assert "：" in row.clause


def test_both_files_say_the_same_and_hold_no_formula(shown: Jixiao, forms: Forms) -> None:
    result = shown("evaluate", forms.write(), "--format", "json").data
    policy = load(result["policy"]["id"])
    made = workbook([EVIL], ROOTS)
    (sheet,) = load_workbook(BytesIO(made)).worksheets
    head, row = ([cell.value for cell in cells] for cells in list(sheet.iter_rows())[:2])
    assert head == ["序号", "自评表", "位置", "现在写的", "应当是", "为什么", "依据"]
    assert row[1] == "=1+1"
    assert not [cell for cells in sheet.iter_rows() for cell in cells if cell.data_type == "f"]
    assert workbook([EVIL], ROOTS) == made
    word = document([EVIL], result, policy, "某报告修改清单", "某单位", ROOTS)
    assert table(word)[1][2:4] == ["@SUM(A1)", "-2+3"]
    assert "{{ 7 * 7 }}" in table(word)[1][4]
    assert own_output(word, kind_of(word).key), "no form, where it lies among forms"
    assert own_output(made, kind_of(made).key)
    assert word == document([EVIL], result, policy, "某报告修改清单", "某单位", ROOTS)


def test_the_words_are_the_templates(tmp_path: Path) -> None:
    path = tmp_path / "workbook" / "words.yaml"
    path.parent.mkdir()
    path.write_text("amendments: {sheet: 更正表, columns: {right: 改为, now: 原文}}\n", encoding="utf-8")
    (sheet,) = load_workbook(BytesIO(workbook([EVIL], [tmp_path, *ROOTS]))).worksheets
    assert sheet.title == "更正表"
    assert [cell.value for cell in sheet[1]] == ["改为", "原文"]
    other = tmp_path / "other"
    (other / "workbook").mkdir(parents=True)
    (other / "workbook" / "words.yaml").write_text("amendments: {sheet: 更正表, columns: {wrong: 改为}}\n", encoding="utf-8")
    with pytest.raises(PolicyError, match="没有写修改清单的表名和各栏的名称"):
        workbook([EVIL], [other, *ROOTS])
