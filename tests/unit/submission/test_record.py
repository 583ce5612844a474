"""The record as JSON and YAML: short to write by hand, exact in its numbers, and hard on what is wrong."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from layouts import layout_of

from engine.documents.text import read
from engine.errors import EXIT_INPUT, InputError, Place
from engine.forms.reader import read_forms
from engine.submission.model import Submission
from engine.submission.record import SCHEMA, dump_json, dump_yaml, from_data, load, to_data
from engine.submission.spoken import Spoken
from engine.yaml import reader as yamlfile

ROOT = Path(__file__).parents[3]

BY_HAND = """\
unit: 某单位
fiscal_year: 2021
forms:
  - kind: project
    name: 某项目
    budget:
      - {name: 年度财政资金总额, budget: 222.70, executed: 217.52, rate: 97.67%, weight: 20, score: 19.53}
    goals:
      - indicators:
          - {name: 组织商会培训, level1: 产出指标, level2: 数量指标, weight: 1.50, target: 3期, actual: 1期, score: 0.50}
      - number: 7
        indicators:
          - name: 满意度
            level1: 效益指标
            level2: 满意度指标
            weight: 5
            target: 90%
            actual: {text: 95.30, where: {file: 甲.docx, table: 1, row: 3, cell: 6}}
            score: 5
"""


def seed() -> Submission:
    text = read(ROOT / "examples" / "hubei-gcc-2021.txt", file="seed.txt")
    return Submission(read_forms(text, layout_of("hubei/2021")), "hubei", "hubei/2021")


def said(text: str, kind: str = "yaml") -> list[str]:
    with pytest.raises(InputError) as caught:
        load(text, kind, "r")
    assert caught.value.exit_status == EXIT_INPUT
    return [str(problem) for problem in caught.value.problems]


def test_the_seed_comes_back() -> None:
    submission = seed()
    assert load(dump_json(submission), "json", "r.json") == submission
    assert load(dump_yaml(submission), "yaml", "r.yaml") == submission
    assert from_data(to_data(submission)) == submission


def test_shared_fields_are_written_once() -> None:
    data = to_data(seed())
    assert (data["schema"], data["unit"], data["fiscal_year"], data["policy"]) == (SCHEMA, "湖北省工商业联合会", 2021, "hubei/2021")
    assert not any("unit" in form or "fiscal_year" in form for form in data["forms"])
    assert data["forms"][0]["goals"][0]["indicators"][2]["actual"] == {
        "text": "1期",
        "where": {"file": "seed.txt", "line": 133, "table": 2, "row": 10, "cell": 6},
    }


def test_a_record_written_by_hand() -> None:
    (form,) = load(BY_HAND, "yaml", "r.yaml").forms
    assert (form.kind, form.name, form.unit, form.fiscal_year) == ("project", "某项目", "某单位", 2021)
    (line,) = form.budget
    assert (line.role, line.budget and line.budget.text, line.weight and line.weight.text) == ("total", "222.70", "20")
    first, second = form.goals
    assert (first.number, second.number) == (1, 7)
    assert first.indicators[0].weight
    assert first.indicators[0].weight.text == "1.50"
    assert first.place == Place("r.yaml", line=9, column=9, path="目标1")
    assert second.indicators[0].actual
    assert second.indicators[0].actual.text == "95.30"
    assert second.indicators[0].actual.place == Place("甲.docx", table=1, row=3, cell=6)


def test_places_in_json_by_path() -> None:
    data = yamlfile.load(BY_HAND, "").data
    (form,) = load(json.dumps(data, ensure_ascii=False, default=float), "json", "r.json").forms
    assert form.goals[0].indicators[0].place == Place("r.json", path="目标1·数量指标·组织商会培训")


@pytest.mark.parametrize(
    "number", ["0", "19.20", "-0", "-0.00", "1e5", "1E-7", "0.00000001", "100000000000000000000000000000000.10", "9" * 70]
)
def test_numbers_in_json_keep_their_text(number: str) -> None:
    text = (
        '{"unit":"u","fiscal_year":2021,"forms":[{"kind":"project","name":"n","goals":'
        f'[{{"indicators":[{{"name":"i","level1":"l","score":{number}}}]}}]}}]}}'
    )
    score = load(text, "json").forms[0].goals[0].indicators[0].score
    assert score
    assert score.text == number


@pytest.mark.parametrize(
    "number", ["0", "19.20", "-0", "-0.00", "1e5", "012", "0.00000001", "1_000", "0x1F", "1:30", "2022-04-27", "3,279.31"]
)
def test_numbers_in_yaml_keep_their_text(number: str) -> None:
    text = BY_HAND + f"    total: {number}\n"
    total = load(text, "yaml").forms[0].total
    assert total
    assert total.text == number


def test_plain_data_with_decimals() -> None:
    data = yamlfile.load(BY_HAND, "").data
    data["forms"][0]["total"] = Decimal("98.20")
    total = from_data(data).forms[0].total
    assert total
    assert (total.text, total.place.path) == ("98.20", "总分")


def test_floats_are_refused() -> None:
    data = yamlfile.load(BY_HAND, "").data
    data["forms"][0]["total"] = 98.2
    with pytest.raises(InputError, match="类型不对"):
        from_data(data)


def test_every_violation_with_line_and_nearest_key() -> None:
    text = BY_HAND.replace("kind: project", "kind: projekt").replace("score: 0.50", "scor: 0.50").replace("target: 90%", "target:")
    lines = said(text)
    assert len(lines) == 3
    assert lines[0].startswith("r：第4行第11列")
    assert "是否想写“project”" in lines[0]
    assert "第10行" in lines[1]
    assert "是否想写“score”" in lines[1]
    assert "类型不对" in lines[2]


def test_violations_in_json_have_lines_too() -> None:
    (line,) = said('{"unit": "u", "fiscal_year": 2021,\n "forms": [{"kind": "project", "name": "n", "goals": []}]}', "json")
    assert line.startswith("r：第2行")
    assert "年度目标" in line


def test_missing_unit_and_year() -> None:
    lines = said("forms:\n  - {kind: project, name: 某, goals: [{indicators: [{name: a, level1: b}]}]}\n")
    assert ["unit（填报单位）、fiscal_year（年度）" in line for line in lines] == [True]
    assert "第2行" in lines[0]


def test_wrong_schema_version() -> None:
    assert any("jixiao/submission/1" in line for line in said("schema: jixiao/submission/9\n" + BY_HAND))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("unit: &a 某\nforms: *a\n", "锚点"),
        ("unit: 某\nunit: 某\n", "第2行第1列：键“unit”重复"),
        ("unit: !!python/object:os.system 某\n", "标签"),
        ("[" * 100, "嵌套超过"),
        ("unit: '某\n", "语法错误"),
        ("", "空的"),
        ("- 1\n", "类型不对"),
    ],
)
def test_hostile_yaml(text: str, expected: str) -> None:
    assert any(expected in line for line in said(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"unit": 1, "unit": 2}', "键“unit”重复"),
        ("[" * 100_000, "嵌套超过"),
        ("[" * 100 + "]" * 100, "嵌套超过"),
        ('{"unit": NaN}', "NaN"),
        ('{"unit": ', "第1行第10列：JSON 语法错误"),
        (" ", "空的"),
        ('{"unit": "\\ud800"}', "代理字符"),
        ("[]", "类型不对"),
        ("null", "类型不对"),
    ],
)
def test_hostile_json(text: str, expected: str) -> None:
    assert any(expected in line for line in said(text, "json"))


def test_size_bound() -> None:
    huge = " " * 20_000_001
    assert "过长" in said(huge, "json")[0]
    assert "过长" in said(huge, "yaml")[0]


def test_every_part_of_a_record_has_a_name_of_its_own() -> None:
    """Also where nothing that stands there is as it should be: what is wrong is told before it can be read."""
    form = {
        "name": "甲项目",
        "goals": [{"indicators": [{"name": "培训期数", "level2": "数量指标"}, {}]}, {"number": 3}],
        "budget": [{}],
    }
    said = Spoken({"forms": [form, 7]})
    told = {
        (): "整个记录",
        ("unit",): "填报单位",
        ("forms",): "自评表",
        ("forms", 0): "甲项目",
        ("forms", 1): "第2张表",
        ("forms", 1, "name"): "第2张表·名称",
        ("forms", 0, "total"): "甲项目·总分",
        ("forms", 0, "goals"): "甲项目·年度目标",
        ("forms", 0, "goals", 1, "indicators", 0): "甲项目·目标3·第1个指标",
        ("forms", 0, "goals", 0, "indicators", 0, "target"): "甲项目·目标1·数量指标·培训期数·年初目标值",
        ("forms", 0, "goals", 0, "indicators", 1, "actual", "text"): "甲项目·目标1·第2个指标·实际完成值·原文",
        ("forms", 0, "budget", 0, "rate"): "甲项目·预算执行情况·第1项·执行率",
    }
    assert {path: said(path) for path in told} == told
    alone = Spoken({"forms": [form]})
    assert alone(("forms", 0)) == "甲项目"
    assert alone(("forms", 0, "total")) == "总分"
    assert alone(("forms", 0, "goals")) == "年度目标"
    assert Spoken([1])(("forms", 0, "x")) == "第1张表·x"
