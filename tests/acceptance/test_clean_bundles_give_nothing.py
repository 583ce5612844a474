"""Three invented bundles as real officials write them, with missed indicators, reasons and middle tiers: nothing above `info`.

The water bureau is a whole text (report, unmet table, four forms); the other two are records in policies/hubei/2021/tests. What
could fire is shown to fire: each change below is one mistake in the same text.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Jixiao, replace_once
from ruamel.yaml import YAML

DATA = ROOT / "tests" / "acceptance" / "data"
TEXT = DATA / "water-bureau-2021.txt"
RECORDS = ROOT / "policies" / "hubei" / "2021" / "tests"


def above_info(result: Any) -> list[str]:
    return [f"{f['rule']} {f['form']}: {f['message']}" for f in result["findings"] if f["severity"] != "info"]


def test_a_department_and_three_projects_as_text(jixiao: Jixiao) -> None:
    run = jixiao("evaluate", TEXT, "--format", "json")
    assert run.status == 0, run.err
    assert above_info(run.data) == []
    forms = run.data["forms"]
    assert [form["name"] for form in forms] == ["部门整体支出", "河湖保护经费", "水旱灾害防御经费", "水资源管理经费"]
    assert sum(len(form["indicators"]) for form in forms) == 47
    assert sum(indicator["met"] == "no" for form in forms for indicator in form["indicators"]) == 10


@pytest.mark.parametrize(("name", "forms", "indicators"), [("clean-health", 3, 40), ("clean-education", 1, 10)])
def test_records(jixiao: Jixiao, tmp_path: Path, name: str, forms: int, indicators: int) -> None:
    yaml = YAML(typ="safe")
    (record,) = yaml.load((RECORDS / f"{name}.yaml").read_text(encoding="utf-8"))["bases"].values()
    path = tmp_path / "record.yaml"
    with path.open("w", encoding="utf-8") as stream:
        yaml.dump({"schema": "jixiao/submission/1", **record}, stream)
    run = jixiao("evaluate", path, "--policy", "hubei/2021", "--format", "json")
    assert run.status == 0, run.err
    assert above_info(run.data) == []
    assert len(run.data["forms"]) == forms
    assert sum(len(form["indicators"]) for form in run.data["forms"]) == indicators


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("自评得分为98.32分", "自评得分为98.23分", "consistency.text-total"),
        ("产出指标得39.35分", "产出指标得39.53分", "consistency.text-part-score"),
        ("实际执行资金8,390.20万元", "实际执行资金8,309.20万元", "consistency.text-executed"),
        ("调整后预算数为8,460.50万元", "调整后预算数为8,640.50万元", "consistency.text-budget"),
        ("年中追加150.00万元（市级", "年中追加105.00万元（市级", "arithmetic.budget-walk"),
        ("涉及15个绩效指标，完成绩效目标11个", "涉及15个绩效指标，完成绩效目标12个", "consistency.text-met"),
        ("有3个年度绩效目标", "有4个年度绩效目标", "consistency.text-goals"),
        ("指标完成率达73.33%", "指标完成率达80%", "consistency.text-completion-rate"),
        ("沿河群众满意度达90.6%。水旱", "沿河群众满意度达96.0%。水旱", "consistency.text-actual"),
        ("未完成的指标有4个", "未完成的指标有3个", "consistency.text-unmet"),
        ("\t30平方公里\n\t28.5平方公里\n\t两处", "\t30平方公里\n\t29.5平方公里\n\t两处", "consistency.unmet-table-actual"),
        ("作为2023年项目预算安排", "作为2021年项目预算安排", "consistency.budget-year"),
        (",420.00万元，根据市财政局压减一般性支出的要求年中压减120.00", ",500.00万元，年中压减200.00", "budget.cut"),
        ("管护机制基本建立\n\t4.5", "管护机制基本建立\n\t6", "scoring.above-tier"),
        ("\t88.9%\n\t7.90", "\t88.9%\n\t8", "scoring.more-than-formula"),
        ("\t28.5平方公里\n\t7.6\n", "\t27.5平方公里\n\t7.33\n", "consistency.actual-differs-across-forms"),
    ],
)
def test_one_mistake_is_found(jixiao: Jixiao, tmp_path: Path, old: str, new: str, rule: str) -> None:
    path = tmp_path / "form.txt"
    path.write_text(replace_once(TEXT.read_text(encoding="utf-8"), old, new), encoding="utf-8")
    run = jixiao("evaluate", path, "--format", "json")
    assert run.status == 0, run.err
    assert rule in {f["rule"] for f in run.data["findings"] if f["severity"] != "info"}


def test_a_reason_that_shares_nothing_with_its_row_is_a_note(jixiao: Jixiao, tmp_path: Path) -> None:
    """Never more: bodies give true reasons in other words than the row's."""
    path = tmp_path / "form.txt"
    text = replace_once(TEXT.read_text(encoding="utf-8"), "芯片涨价，设备采购价格上升", "湖面蓝藻打捞不及时")
    path.write_text(text, encoding="utf-8")
    found = [
        f["severity"] for f in jixiao("evaluate", path, "--format", "json").data["findings"] if f["rule"] == "explanation.unrelated"
    ]
    assert found == ["info"]
