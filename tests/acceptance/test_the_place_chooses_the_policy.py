"""A record of nobody knows where is asked about and judged by nobody's policy; an answer, a name or `--place` settles it."""

from __future__ import annotations

import json
from pathlib import Path

from conftest import Jixiao

ROWS = (("产出指标", "数量指标", "改造工程", "≥10处", "9处"), ("效益指标", "社会效益指标", "受益人口", "≥1万人", "1万人"))
KEYS = ("level1", "level2", "name", "target", "actual")
FORM = {
    "kind": "project",
    "name": "农村供水",
    "budget": [{"name": "总额", "role": "total", "money_unit": "万元", "budget": "100", "executed": "95", "score": "19"}],
    "goals": [{"indicators": [{**dict(zip(KEYS, row, strict=True)), "weight": "40"} for row in ROWS]}],
}
RECORD = {"schema": "jixiao/submission/1", "fiscal_year": 2021, "forms": [FORM]}


def filed(directory: Path, unit: str) -> Path:
    path = directory / "record.json"
    path.write_text(json.dumps({**RECORD, "unit": unit}, ensure_ascii=False), encoding="utf-8")
    return path


def test_nobody_s_place_is_a_question_that_is_answered_once(jixiao: Jixiao, tmp_path: Path) -> None:
    """40 × 9 ÷ 10 = 36, 40, and of the budget 20 × 95 % = 19 by Hubei, 10 × 95 % = 9.5 by the country's: 95 and 85.5."""
    path = filed(tmp_path, "某省某厅")
    run = jixiao("evaluate", path, "--format", "json")
    assert (run.status, run.data["policy"]) == (5, None)
    (question,) = (one for one in run.data["questions"] if one["of"] == "jurisdiction")
    assert question["subject"] == "某省某厅"
    assert {one["reading"]: one["computed"] for one in question["readings"]} == {
        "湖北省（hubei/2021）": "95.00",
        "中央（central/2020）": "85.50",
    }
    assert question["stake"] == "9.50"
    told = jixiao("evaluate", path).out
    assert "places:" in told
    assert "--place" in told
    (tmp_path / "答复.yaml").write_text("places:\n  - {unit: 某省某厅, place: 湖北省, source: 张三}\n", encoding="utf-8")
    answered = jixiao("evaluate", path, "--format", "json")
    assert (answered.status, answered.data["policy"]["id"]) == (0, "hubei/2021")
    assert not [one for one in answered.data["questions"] if one["of"] == "jurisdiction"]


def test_a_place_without_a_policy_is_judged_by_the_country_s_and_told(jixiao: Jixiao, tmp_path: Path) -> None:
    run = jixiao("evaluate", filed(tmp_path, "湖南省水利厅"), "--format", "json")
    assert (run.status, run.data["policy"]["id"]) == (0, "central/2020")
    assert run.data["notes"] == [
        "地区是湖南省（由单位名称“湖南省水利厅”），没有湖南省适用于2021年度的政策，按中央的 central/2020 计分"
    ]
    placed = jixiao("explain", filed(tmp_path, "湖南省水利厅"), "--place", "武汉市")
    assert placed.status == 0
    assert "form-2021#execution" in placed.out, "Hubei's policy is the nearest to Wuhan"
    wrong = jixiao("report", filed(tmp_path, "某厅"), "--place", "湖此省", "--out", tmp_path / "out")
    assert wrong.status == 2
    assert "不是认得的地区" in wrong.err
