"""Forms as people write them: broken over pages, with labels of their own, weights and scores in other words.

The files in data/messy are invented; what is not read as a clerk would read it is refused, and the message says where to list it.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Jixiao

MESSY = ROOT / "tests" / "acceptance" / "data" / "messy"


def form_of(jixiao: Jixiao, name: str) -> Any:
    run = jixiao("evaluate", MESSY / name, "--format", "json")
    assert run.status == 0, run.err
    (form,) = run.data["forms"]
    return form


def scored(form: Any) -> list[tuple[Any, ...]]:
    """Name, levels, weight, and the score filed and computed."""
    return [
        (i["name"], i["level1"], i["level2"], *(Decimal(i[key]) for key in ("weight", "reported", "computed")))
        for i in form["indicators"]
    ]


def test_a_goal_over_several_pages_is_one_goal(jixiao: Jixiao) -> None:
    form = form_of(jixiao, "page-break.txt")
    assert {i["goal"] for i in form["indicators"]} == {1}
    assert scored(form) == [
        ("巡护里程", "产出指标", "数量指标", 10, 10, 10),
        ("购置灭火器材", "产出指标", "数量指标", 10, 10, 10),
        ("器材合格率", "产出指标", "质量指标", 10, 10, 10),
        ("隐患整改率", "产出指标", "质量指标", 10, 9, 9),
        ("森林火灾次数", "效益指标", "社会效益指标", 20, 20, 20),
        ("防火宣传覆盖人数", "效益指标", "社会效益指标", 20, 20, 20),
    ]


def test_a_loosely_written_form(jixiao: Jixiao) -> None:
    form = form_of(jixiao, "loosely-written.txt")
    assert (form["unit"], form["fiscal_year"], form["kind"]) == ("示例市图书馆", 2021, "project")
    assert scored(form) == [
        ("修缮书库", "产出指标", "数量指标", 10, 10, 10),
        ("更换书架", "产出指标", "数量指标", 10, 10, 10),
        ("验收合格率（核心）", "产出指标", "质量指标", 20, 20, 20),
        ("开放天数", "效益指标", "社会效益指标", 20, 20, 20),
        ("读者人次", "效益指标", "社会效益指标", 20, Decimal("17.5"), Decimal("17.5")),
    ]
    scores = {key: (Decimal(value["reported"]), Decimal(value["computed"])) for key, value in form["scores"].items()}
    assert scores["execution"] == (Decimal(19), Decimal(19))
    assert scores["total"] == (Decimal("96.5"), Decimal("96.5"))
    assert form["grade"]["reported"] == "优"


def test_labels_nobody_listed_are_in_the_record(jixiao: Jixiao) -> None:
    run = jixiao("read", MESSY / "loosely-written.txt")
    assert run.status == 0, run.err
    for text in ("项目负责人", "张三", "联系电话", "010-0000000", "项目起止时间", "2021年1月至12月", "备案编号"):
        assert text in run.out


def test_weights_without_the_word(jixiao: Jixiao) -> None:
    form = form_of(jixiao, "bare-weights.txt")
    assert (form["fiscal_year"], {i["goal"] for i in form["indicators"]}) == (2021, {1, 2})
    assert scored(form) == [
        ("开放场馆", "产出指标", "数量指标", 24, 24, 24),
        ("健身人次", "效益指标", "社会效益指标", 24, 24, 24),
        ("器材完好率", "产出指标", "质量指标", 32, 32, 32),
    ]


@pytest.mark.parametrize("command", ["evaluate", "read"])
def test_a_row_nobody_knows_is_kept_and_told(jixiao: Jixiao, command: str) -> None:
    run = jixiao(command, MESSY / "unknown-row.txt")
    assert (run.status, run.err) == (0, "")
    assert "专项资金总计" in run.out


@pytest.mark.parametrize("heading", ["下一步工作打算", "整改措施", "改进方向", "工作建议"])
def test_what_is_to_be_done_next_is_known_by_other_headings(jixiao: Jixiao, tmp_path: Path, heading: str) -> None:
    filed = tmp_path / "filed.txt"
    text = (ROOT / "examples" / "hubei-gcc-2021.txt").read_text(encoding="utf-8")
    filed.write_text(text.replace("四、下一步拟改进措施", f"四、{heading}"), encoding="utf-8")
    run = jixiao("read", filed, "--format", "json")
    found = {section["heading"]: section["key"] for form in run.data["forms"] for section in form["report"] if "key" in section}
    assert found[f"四、{heading}"] == "remedies"
