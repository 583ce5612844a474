"""Bodies that file one another's text: told on both where they are looked at together, the same in a folder and in a corpus."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Jixiao

RULE = "explanation.copied"
WHY = (
    "图书到货晚于预期，供应商两批次缺货，分编上架顺延到十二月中旬；"
    "加之总馆搬迁，流动服务点停办四个月，因此全年借阅人次没有达到计划。"
    "下一步由采编部与供应商按月对账，流动服务点先行恢复，第三季度末补齐缺口，年底前向主管部门报送一次进展。"
)
ALONE = (
    "年初按两个班次测算，暑期场馆检修闭馆二十六天，亲子活动改到线上，到馆人数因而少于计划；"
    "检修已在八月底完工，后四个月日均到馆高于去年。"
)


def filed(unit: str, reason: str, year: int = 2022) -> dict[str, Any]:
    reach, content = ("产出指标", "数量指标"), ("满意度指标", "服务对象满意度指标")
    rows = [
        {"name": name, "level1": level1, "level2": level2, "weight": weight, "target": target, "actual": actual}
        for name, (level1, level2), weight, target, actual in (
            ("借阅人次", reach, "50", "≥8万人次", "6.4万人次"),
            ("读者满意度", content, "40", "≥90%", "93%"),
        )
    ]
    rows[0] |= {"score": "40", "reason": reason}
    rows[1] |= {"score": "40"}
    line = {
        "name": "年度资金总额",
        "role": "total",
        "money_unit": "万元",
        "budget": "100",
        "executed": "100",
        "weight": "10",
        "score": "10",
    }
    made = {"kind": "project", "name": "免费开放", "budget": [line], "goals": [{"indicators": rows}], "total": "90"}
    return {"schema": "jixiao/submission/1", "unit": unit, "fiscal_year": year, "jurisdiction": "central", "forms": [made]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    top = tmp_path / "报送"
    top.mkdir()
    for name, data in {
        "a": filed("松岭县图书馆", "松岭县图书馆" + WHY),
        "b": filed("临江区文化馆", WHY.replace("十二月", "十一月")),
        "c": filed("望湖市少儿馆", ALONE),
    }.items():
        (top / f"{name}.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    return top


def told(result: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for finding in result["findings"]:
        if finding["rule"].startswith(RULE):
            yield result["bundles"][finding["bundle"] - 1]["unit"], finding["message"]


def test_both_bodies_are_told_and_no_other(folder: Path, jixiao: Jixiao) -> None:
    found = dict(told(jixiao("evaluate", folder, "--format", "json").data))
    assert set(found) == {"松岭县图书馆", "临江区文化馆"}
    assert "临江区文化馆" in found["松岭县图书馆"]
    assert "总馆搬迁" in found["松岭县图书馆"]


def test_looked_at_alone_nothing_is_said(folder: Path, jixiao: Jixiao) -> None:
    result = jixiao("evaluate", folder / "a.json", "--format", "json").data
    assert not [one for one in result["findings"] if one["rule"].startswith(RULE)]
    assert next(rule for rule in result["rules"] if rule["id"] == RULE)["state"] in ("clean", "not_applicable")


def test_a_corpus_tells_the_same_and_forgets_what_has_gone(folder: Path, tmp_path: Path, jixiao: Jixiao) -> None:
    pytest.importorskip("duckdb", reason="the corpus extra is not installed")
    corpus = tmp_path / "语料"
    assert jixiao("ingest", folder, "--out", corpus, "--jobs", 1).status == 0
    found = dict(told(jixiao("evaluate", corpus, "--format", "json").data))
    assert set(found) == {"松岭县图书馆", "临江区文化馆"}
    assert jixiao("batch", corpus, "--out", tmp_path / "结果").status in (0, 1)
    problems = [json.loads(line) for line in (tmp_path / "结果" / "problems.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {one["unit"] for one in problems if "逐字相同" in json.dumps(one, ensure_ascii=False)} == set(found)
    (folder / "b.json").unlink()
    assert jixiao("ingest", folder, "--out", corpus, "--jobs", 1).status == 0
    assert not list(told(jixiao("evaluate", corpus, "--format", "json").data))
