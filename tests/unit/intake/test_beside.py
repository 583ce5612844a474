"""Earlier and approved records of the same body: which are used follows from what is in them, and every one is accounted for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.intake.beside import is_approved, read_beside, with_beside
from engine.intake.bundle import Bundle, read_bundle
from engine.policy.library import library
from engine.submission import record

ROW = {
    "name": "培训班期数",
    "level1": "产出指标",
    "level2": "数量指标",
    "weight": "80",
    "target": "≥10期",
    "actual": "10期",
    "score": "80",
}
TARGETS = {name: ROW[name] for name in ("name", "level1", "level2", "weight", "target")}


def data(unit: str = "某局", year: int = 2024, row: dict[str, str] = ROW, **form: Any) -> dict[str, Any]:
    one = {"kind": "project", "name": "技能培训", "goals": [{"number": 1, "title": "甲", "indicators": [row]}], **form}
    return {"schema": "jixiao/submission/1", "unit": unit, "fiscal_year": year, "forms": [one]}


def filed(folder: Path, name: str, content: dict[str, Any]) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return path


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    return read_bundle([filed(tmp_path, "now.json", data())], library(), "central/2020")


def test_what_a_record_is_used_for_follows_from_what_is_in_it(tmp_path: Path, bundle: Bundle) -> None:
    beside = tmp_path / "beside"
    filed(beside, "1.json", data(year=2023))
    filed(beside, "2.json", data(row=TARGETS))
    filed(beside, "3.json", data())
    filed(beside, "4.json", data(year=2025))
    filed(beside, "5.json", data(year=2021))
    filed(beside, "6.json", data(unit="别局", year=2023))
    filed(beside, "7.json", data(year=2023, row=TARGETS))
    forms, problems = read_beside([beside], library())
    assert (len(forms), problems) == (7, ())
    found = with_beside(bundle, forms)
    assert [form.fiscal_year for form in found.beside.earlier] == [2023]
    assert [form.fiscal_year for form in found.beside.approved] == [2024]
    told = "\n".join(found.told)
    for number, why in enumerate(
        ["用作上年结果", "用作批复的目标", "同一年度而填了完成值或得分的，没有用", "年度在后的，没有用"], 1
    ):
        assert any(line.startswith(why) and f"{number}.json" in line for line in found.told)
    assert "比上年度更早的，没有用" in told
    assert "别的单位的，没有用" in told
    assert "上年度而没有填完成值的，没有用" in told


def test_a_score_or_a_total_makes_it_a_self_evaluation() -> None:
    def form(**more: Any) -> Any:
        return record.from_data(data(row={**TARGETS, **more.pop("row", {})}, **more), "甲.json").forms[0]

    assert is_approved(form())
    assert is_approved(form(row={"actual": "", "score": ""}))
    assert not is_approved(form(row={"score": "80"}))
    assert not is_approved(form(total="80"))
    assert not is_approved(form(row={"target": ""}))


def test_many_records_are_counted_not_listed(bundle: Bundle) -> None:
    other = record.from_data(data(unit="别局"), "甲.json").forms[0]
    told = with_beside(bundle, [other] * 30).told
    assert told[-1].endswith("等 30 张")
    assert told[-1].count("别局") == 10


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    filed(tmp_path / "beside", "1.json", data(year=2023))
    (tmp_path / "beside" / "2.json").write_text("{", encoding="utf-8")
    forms, problems = read_beside([tmp_path / "beside"], library())
    assert (len(forms), len(problems)) == (1, 1)
    assert problems[0].place.file.endswith("2.json")
    assert read_beside([tmp_path / "none"], library())[0] == []
