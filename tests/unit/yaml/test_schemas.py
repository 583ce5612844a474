"""Schema violations in words; and the schemas themselves: valid, strict, and with Chinese help for an editor."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from conftest import ROOT

from engine.yaml import reader as yamlfile
from engine.yaml import schema as schemas

NAMES = sorted(path.name.removesuffix(".schema.json") for path in (ROOT / "schemas").glob("*.schema.json"))


def said(text: str) -> list[str]:
    return [str(problem) for problem in schemas.check(yamlfile.load(text, "f.yaml"), "policy")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("polici: {}\n", ["第1行第1列", "“polici”", "是否想写“policy”"]),
        ("zzzz: 1\n", ["“zzzz”", "grades"]),
        ("grades: []\n", ["不能为空", "grades"]),
        ("grades: 优\n", ["第1行第9列", "列表", "“优”"]),
        ("grades:\n  - {grade: 优, from: 90, basis: a#b, extra: 1}\n", ["第2行第38列", "extra"]),
        ("grades:\n  - {grade: 优, from: 九十, basis: a#b}\n", ["第2行第22列", "九十", "数字"]),
        ("grades:\n  - {grade: 1, from: 90, basis: a#b}\n", ["第2行第13列", "文字"]),
        ("grades:\n  - {grade: 优, from: 90, basis: a}\n", ["第2行第33列", "“a”"]),
        ("taxonomy: {产出指标: {level2: [数量指标]}}\n", ["缺少必填项 basis"]),
        ("policy: {id: a/b, title: x, status: publish}\n", ["publish", "draft、published", "是否想写“published”"]),
        ("policy: {id: a/b, title: x, status: draft, fiscal_years: {from: 1066}}\n", ["1066", "≥ 1990"]),
        ("policy: {id: a/b, title: x, status: draft, fiscal_years: {from: true}}\n", ["true", "整数"]),
        ("policy: {id: a/b, title: x, status: draft, fiscal_years: {from: 2021.5}}\n", ["2021.5", "整数"]),
        ("policy: {id: a/b, title: '', status: draft}\n", ["policy.title", "不能为空"]),
        ("policy: {id: a/b, title: x, status: draft, form_kinds: [project, dept]}\n", ["dept", "department、project"]),
        ("recognition: {met: {cases: [{case: a, otherwise: false, value: x, basis: a#b}]}}\n", ["false", "true"]),
        ("scoring: {bounds: {lowest: [1], highest: weight, basis: a#b}}\n", ["文字或数字"]),
    ],
)  # fmt: skip
def test_what_is_said(text: str, words: list[str]) -> None:
    lines = said(text)
    assert any(all(word in line for word in words) for line in lines), lines


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("grades:\n  - {grade: 优, from 90, basis: a#b}\n", "第2行第16列：“from”后面少了冒号"),
        ("grades:\n  - {grade：优, from: 90, basis: a#b}\n", "第2行第6列：“grade”后面用了全角冒号"),
        ("policy:\n  title：x\n", "第2行第3列：“title”后面用了全角冒号"),
        ("policy:\n  title:x\n", "第2行第3列：“title:”的冒号后面少了空格"),
        ("grades:\n  -{grade}\n", "第2行第3列：列表的“-”后面少了空格"),
        ("taxonomy: {产出指标: {level2: ［数量指标］, basis: a#b}}\n", "用了全角括号"),
    ],
)
def test_a_mistake_of_typing_that_parses_is_named(text: str, words: str) -> None:
    assert any(words in line for line in said(text)), said(text)


def test_what_is_refused_is_known_by_its_path() -> None:
    text = "zz: 1\ngrades:\n  - {grade: 优, from: 九, basis: a#b}\npolicy: {id: a/b, status: x}\n"
    found = {(refusal.path, refusal.kind) for refusal in schemas.refusals(yamlfile.load(text, "f.yaml"), "policy")}
    assert found == {
        (("zz",), "unknown"),
        (("grades", 0, "from"), "other"),
        (("policy",), "missing"),
        (("policy", "status"), "choice"),
    }


def test_every_violation_is_told_in_order() -> None:
    lines = said("grades:\n  - {grade: 1, from: x, basis: a}\n  - {grade: 2, from: 1, basis: a#b}\nzz: 1\n")
    assert len(lines) == 5
    assert [int(re.search(r"第(\d+)行", line)[1]) for line in lines] == [2, 2, 2, 3, 4]  # type: ignore[index]


def test_what_is_missing_in_a_list_is_told_at_its_entry() -> None:
    (line,) = said("grades:\n  - {grade: 优, from: 90, basis: a#b}\n  - {grade: 良, from: 80}\n")
    assert "第3行" in line


def test_what_is_right_is_not_told() -> None:
    assert said("policy: {id: a/b, title: x, status: draft, fiscal_years: {from: 2021}}\n") == []


def test_what_is_meant_is_told_of_a_condition() -> None:
    head = "recognition: {met: {cases: [{case: a, when: {name: %s}, value: x, basis: a#b}]}}\n"
    for written, words in (
        ("{containz: x}", ["containz", "是否想写“contains”"]),
        ("[a, b]", ["列表"]),
        ("{in: []}", ["in"]),
        ("{present: 1}", ["present"]),
    ):
        lines = said(head % written)
        assert lines
        assert all(any(word in line for line in lines) for word in words), (written, lines)


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_valid_and_strict(name: str) -> None:
    from jsonschema import Draft202012Validator

    schema = schemas.bundled(name)
    Draft202012Validator.check_schema(schema)
    for path, node in objects(schema):
        if "properties" in node and node.get("type") == "object":
            assert "additionalProperties" in node or "unevaluatedProperties" in node, path


@pytest.mark.parametrize("name", ["policy", "submission", "result"])
def test_every_key_has_chinese_help(name: str) -> None:
    schema = schemas.bundled(name)
    for path, node in objects(schema):
        for key, value in node.get("properties", {}).items():
            if isinstance(value, dict):
                target = value
                while "title" not in target and "$ref" in target:
                    target = schema
                    for part in value["$ref"][2:].split("/"):
                        target = target[part]
                    value = target
                assert re.search(r"[\u4e00-\u9fff]", target.get("title", "")), f"{path}.{key} has no title"


def objects(node: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(node, dict):
        yield path, node
        for key, value in node.items():
            yield from objects(value, f"{path}.{key}")
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from objects(value, f"{path}[{index}]")


def test_bundling_leaves_no_reference_outside() -> None:
    text = json.dumps(schemas.bundled("policy"))
    assert ".schema.json#" not in text
    assert '"$ref": "#/$defs/form' in text
