"""`jixiao read` writes the record of a form; a record is as good as the form it came from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import Forms, Jixiao


@pytest.fixture(scope="module")
def records(jixiao: Jixiao, seed: Path) -> dict[str, str]:
    """The record of the published forms in both formats."""
    return {form: jixiao("read", seed, "--format", form).out for form in ("json", "yaml")}


@pytest.mark.parametrize("form", ["json", "yaml"])
def test_a_record_gives_the_same_result_as_the_form(
    jixiao: Jixiao, seed_result: Any, records: dict[str, str], tmp_path: Path, form: str
) -> None:
    path = tmp_path / f"record.{form}"
    path.write_text(records[form], encoding="utf-8")
    run = jixiao("evaluate", path, "--format", "json")
    assert run.status == 0, run.err
    assert run.data == seed_result


@pytest.mark.parametrize("form", ["json", "yaml"])
def test_reading_a_record_writes_it_again(jixiao: Jixiao, records: dict[str, str], tmp_path: Path, form: str) -> None:
    path = tmp_path / f"record.{form}"
    path.write_text(records[form], encoding="utf-8")
    for other in ("json", "yaml"):
        assert jixiao("read", path, "--format", other).out == records[other]


def test_the_record_fits_the_schema_that_is_printed(shown: Jixiao, records: dict[str, str]) -> None:
    from jsonschema import Draft202012Validator

    schema = json.loads(shown("schema", "submission").out)
    assert not list(Draft202012Validator(schema).iter_errors(json.loads(records["json"])))


def test_every_cell_says_where_it_stood(records: dict[str, str], seed: Path) -> None:
    lines = seed.read_text(encoding="utf-8").splitlines()
    cells = 0

    def look(node: Any) -> None:
        nonlocal cells
        if isinstance(node, dict):
            if "text" in node and "where" in node and "\n" not in node["text"]:
                cells += bool(node["text"])
                line = lines[node["where"]["line"] - 1]
                assert node["text"][:8] in line or node["text"] == "20", (node, line)
            for value in node.values():
                look(value)
        elif isinstance(node, list):
            for value in node:
                look(value)

    look(json.loads(records["json"]))
    assert cells > 500


def test_the_record_holds_what_the_report_says(records: dict[str, str]) -> None:
    first, second, _, fourth = json.loads(records["json"])["forms"]
    assert len(first["goals"]) == 9
    assert len(first["unmet"]) == 6
    assert [row["name"] for row in first["unmet"]][:2] == ["召开省外商会会长会议", "组织商会培训"]
    assert first["total"]["text"] == "96.82"
    assert first["grade"]["text"] == "优"
    assert {section.get("key") for section in first["report"]} >= {"score", "execution", "met", "unmet", "problems", "remedies"}
    said = {statement["key"]: statement["fields"] for statement in second["statements"]}
    assert said["total_score"] == {"score": "88.34"}
    assert said["execution_rate"] == {"rate": "97.67%"}
    assert len(fourth["notes"]) == 4


def test_a_record_written_by_hand(jixiao: Jixiao, tmp_path: Path) -> None:
    """Bare numbers and text in place of cells; 7 × 2 ÷ 3 = 4.67, 20 × 9.5 ÷ 10 = 19."""
    path = tmp_path / "record.yaml"
    path.write_text(
        """\
# what our system exports
fiscal_year: 2021
unit: 某单位
forms:
- kind: project
  name: 某项目
  budget: [{name: 年度资金总额, budget: 10, executed: 9.5, score: 19}]
  goals:
  - indicators:
    - {name: 培训期数, level1: 产出指标, level2: 数量指标, weight: 7, target: 3期, actual: 2期, score: 4.67}
    - {name: 覆盖率, level1: 效益指标, level2: 社会效益指标, weight: 73, target: ≥90%, actual: 90%, score: 73}
  total: 96.67
jurisdiction: hubei
""",
        encoding="utf-8",
    )
    run = jixiao("evaluate", path, "--format", "json")
    assert (run.status, run.err) == (0, "")
    (form,) = run.data["forms"]
    assert {key: score["computed"] for key, score in form["scores"].items()} == {
        "execution": "19.00",
        "产出指标": "4.67",
        "效益指标": "73.00",
        "total": "96.67",
    }
    assert "record.yaml" in form["indicators"][0]["where"]
    assert "第10行" in form["indicators"][0]["where"]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("weight: 7,", "wieght: 7,", ["wieght", "是否想写“weight”", "第6行"]),
        ("name: 甲", "", ["name", "第6行"]),
        ("kind: project", "kind: projects", ["projects", "project", "第3行"]),
        ("fiscal_year: 2021", "fiscal_year: 今年", ["今年", "整数", "第1行第14列"]),
        ("fiscal_year: 2021", "fiscal_year: 2021\nfiscal_year: 2021", ["重复", "第2行"]),
        ("weight: 7,", "weight: -7,", ["负", "-7"]),
        ("{name: 甲", "&a {name: 甲", ["锚点", "第6行"]),
    ],
    ids=["unknown key", "missing", "bad value", "wrong type", "duplicate key", "negative weight", "anchor"],
)
def test_a_record_with_a_mistake(jixiao: Jixiao, tmp_path: Path, old: str, new: str, words: list[str]) -> None:
    text = (
        "fiscal_year: 2021\nforms:\n- {kind: project, name: 某项目, unit: 某单位,\n   goals: [\n     {indicators: [\n"
        "       {name: 甲, level1: 产出指标, weight: 7, target: 3期, actual: 2期, score: 4.67}]}]}\n"
    )
    assert text.count(old) == 1
    path = tmp_path / "record.yaml"
    path.write_text(text.replace(old, new).replace("{, ", "{"), encoding="utf-8")
    run = jixiao("evaluate", path)
    assert (run.status, run.out) == (5, "")
    assert str(path) in run.err
    for word in words:
        assert word in run.err


def test_files_given_together_are_one_bundle(jixiao: Jixiao, forms: Forms, tmp_path: Path) -> None:
    text = forms.write(name="one.txt")
    other = forms.write(("\t示例经费项目\n", "\t另一经费项目\n"), name="two.txt")
    record = tmp_path / "two.json"
    record.write_text(jixiao("read", other).out, encoding="utf-8")
    run = jixiao("evaluate", text, record, "--format", "json")
    assert [form["name"] for form in run.data["forms"]] == ["示例经费", "另一经费"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_text_in_the_encodings_that_offices_use(jixiao: Jixiao, forms: Forms, encoding: str) -> None:
    path = forms.write()
    expected = jixiao("evaluate", path, "--format", "json").data
    path.write_bytes(path.read_text(encoding="utf-8").replace("\n", "\r\n").encode(encoding))
    assert jixiao("evaluate", path, "--format", "json").data == expected
