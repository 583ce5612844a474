"""Condition words: what each means, what each refuses, and how a condition is told."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine.errors import Place, Problem
from engine.language.conditions import Condition, Scope, holds, leaves, regular_problem
from engine.language.fields import Field
from engine.language.model import Scalar
from engine.language.wording import answered, asked

D = Decimal

FIELDS = {
    "name": Field("text", "名称"),
    "other": Field("text", "别名"),
    "kind": Field("text", "类型", ("number", "text")),
    "target": Field("number", "目标值"),
    "actual": Field("number", "实际完成值"),
    "early": Field("bool", "是否按期"),
    "rate": Field("number", "执行率", unit="%"),
    "share": Field("number", "完成比", unit="比例"),
}
PARAMS: dict[str, Any] = {"floor": D("0.8"), "words": ["投诉", "事故"], "kinds": ["number"], "word": "投诉", "flag": True}
RECORD: dict[str, Scalar] = {
    "name": "投诉次数",
    "other": "投诉次数",
    "kind": "number",
    "target": D(3),
    "actual": D("3.0"),
    "early": True,
    "rate": D(80),
    "share": D("0.8"),
}


def compile_when(when: dict[str, Any], bound: Any = None) -> tuple[tuple[Condition, ...], list[Problem]]:
    problems: list[Problem] = []
    scope = Scope(FIELDS, PARAMS, lambda path: Place("f", path="/".join(map(str, path))), bound)
    return scope.compile(when, ("when",), problems), problems


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ({"rate": {"gte": "80%"}}, True),
        ({"rate": {"gt": "80％"}}, False),
        ({"share": {"lte": "80%"}}, True),
        ({"share": {"in": ["80%", 1]}}, True),
        ({"share": {"between": ["79.9%", "80.1%"]}}, True),
        ({"any": [{"target": 4}, {"name": "投诉次数"}]}, True),
        ({"any": [{"target": 4}, {"name": "投诉"}]}, False),
        ({"any": [{"target": 3, "name": "投诉"}, {"early": False}]}, False),
        ({"any": [{"target": 3, "name": "投诉次数"}, {"early": False}]}, True),
        ({"target": 4, "any": [{"early": True}, {"target": 3}]}, False),
        ({"any": [{"any": [{"target": 4}, {"early": True}]}, {"target": 5}]}, True),
        ({"name": "投诉次数"}, True),
        ({"name": "投诉"}, False),
        ({"kind": "text"}, False),
        ({"target": 3}, True),
        ({"target": D("3.00")}, True),
        ({"early": True}, True),
        ({"early": False}, False),
        ({"target": {"gt": 3}}, False),
        ({"target": {"gte": 3}}, True),
        ({"target": {"lt": 3}}, False),
        ({"target": {"lte": 3}}, True),
        ({"target": {"gt": 2, "lt": 4}}, True),
        ({"target": {"between": [1, 3]}}, True),
        ({"target": {"between": [3, 3]}}, True),
        ({"target": {"between": [3.5, 4]}}, False),
        ({"target": {"gt": {"param": "floor"}}}, True),
        ({"target": {"param": "floor"}}, False),
        ({"actual": {"gte": {"field": "target"}}}, True),
        ({"actual": {"gt": {"field": "target"}}}, False),
        ({"actual": {"field": "target"}}, True),
        ({"actual": {"same_as": "target"}}, True),
        ({"name": {"same_as": "other"}}, True),
        ({"name": {"differs_from": "other"}}, False),
        ({"name": {"in": ["a", "投诉次数"]}}, True),
        ({"name": {"not_in": ["a"]}}, True),
        ({"kind": {"in": {"param": "kinds"}}}, True),
        ({"name": {"contains": "投诉"}}, True),
        ({"name": {"contains": ["满意", "投诉"]}}, True),
        ({"name": {"contains": {"param": "words"}}}, True),
        ({"name": {"contains": {"param": "word"}}}, True),
        ({"name": {"contains": {"param": "words"}, "not_contains": ["次数"]}}, False),
        ({"name": {"not_contains": ["满意", "回复"]}}, True),
        ({"name": {"matches": "次数$"}}, True),
        ({"name": {"matches": "^次数"}}, False),
        ({"name": {"not_matches": "^次数"}}, True),
        ({"name": {"present": True}}, True),
        ({"name": {"present": False}}, False),
        ({"name": "投诉次数", "target": {"gt": 5}}, False),
    ],
)
def test_what_the_words_mean(when: dict[str, Any], expected: bool) -> None:
    conditions, problems = compile_when(when)
    assert problems == []
    assert holds(conditions, RECORD) is expected


@pytest.mark.parametrize(
    "when",
    [
        {"target": 0},
        {"target": {"gte": 0}},
        {"target": {"lt": 5}},
        {"actual": {"gte": {"field": "target"}}},
        {"name": {"differs_from": "other"}},
        {"name": {"not_in": ["a"]}},
        {"name": {"not_contains": "a"}},
        {"name": {"not_matches": "a"}},
        {"early": False},
    ],
)
def test_of_a_field_that_is_not_there_nothing_holds(when: dict[str, Any]) -> None:
    conditions, _ = compile_when(when)
    assert not holds(conditions, {})
    absent, _ = compile_when({next(iter(when)): {"present": False}})
    assert holds(absent, {})


def test_no_condition_holds_of_everything() -> None:
    assert holds((), {})


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ({"nam": "x"}, ["没有“nam”", "是否想写“name”"]),
        ({"kind": "numbers"}, ["类型没有“numbers”", "是否想写“number”"]),
        ({"kind": {"in": ["text", "textt"]}}, ["textt"]),
        ({"target": "三"}, ["目标值是数字", "“三”"]),
        ({"target": True}, ["目标值是数字"]),
        ({"name": 3}, ["名称是文字"]),
        ({"early": "yes"}, ["是否按期", "true/false"]),
        ({"early": 1}, ["是否按期"]),
        ({"name": {"gt": 3}}, ["不能用 gt"]),
        ({"early": {"gte": True}}, ["不能用 gte"]),
        ({"target": {"contains": "3"}}, ["不能用 contains"]),
        ({"target": {"matches": "3"}}, ["不能用 matches"]),
        ({"target": {"between": [1, "x"]}}, ["目标值是数字"]),
        ({"target": {"in": [1, "x"]}}, ["目标值是数字"]),
        ({"target": {"gt": {"param": "flor"}}}, ["没有参数“flor”", "是否想写“floor”"]),
        ({"target": {"gt": {"param": "words"}}}, ["词表"]),
        ({"target": {"gt": {"param": "word"}}}, ["目标值是数字"]),
        ({"target": {"gt": {"field": "actul"}}}, ["actul", "是否想写“actual”"]),
        ({"target": {"gt": {"field": "name"}}}, ["不能比较"]),
        ({"target": {"same_as": "name"}}, ["不能比较"]),
        ({"name": {"same_as": "a.name"}}, ["别名“a”"]),
        ({"name": {"matches": "("}}, ["正则表达式"]),
        ({"name": {"matches": "(?<=x)y"}}, ["正则表达式"]),
        ({"name": {"matches": r"(a)\1"}}, ["正则表达式"]),
    ],
)
def test_what_is_refused(when: dict[str, Any], words: list[str]) -> None:
    conditions, problems = compile_when(when)
    assert problems
    for word in words:
        assert any(word in str(problem) for problem in problems), problems
    assert all(str(problem.place).startswith("f：when/") for problem in problems)
    assert len(conditions) <= 1


def test_every_problem_of_a_condition_is_told() -> None:
    _, problems = compile_when({"nam": 1, "target": {"gt": "x", "contains": "y"}, "kind": "z"})
    assert len(problems) == 4
    assert {problem.place.path for problem in problems} == {"when/nam", "when/target/gt", "when/target/contains", "when/kind"}


def test_another_fact_is_named_by_its_alias() -> None:
    bound = {"a": {"name": Field("text", "名称"), "target": Field("number", "目标值")}}
    conditions, problems = compile_when({"name": {"same_as": "a.name"}, "target": {"gt": {"field": "a.target"}}}, bound)
    assert problems == []
    assert answered(conditions[0], RECORD, {"a": {"name": "投诉次数"}}) == "名称（“投诉次数”）＝ a 的名称（“投诉次数”）"
    _, problems = compile_when({"name": {"same_as": "b.name"}}, bound)
    assert "是否想写" in str(problems[0]) or "应为：a" in str(problems[0])


@pytest.mark.parametrize(
    ("when", "text"),
    [
        ({"actual": {"gte": {"field": "target"}}}, "实际完成值（3）≥ 目标值（3）"),
        ({"target": {"gt": {"param": "floor"}}}, "目标值（3）＞ 0.8（参数 floor）"),
        ({"kind": "number"}, "类型（“number”）＝ “number”"),
        ({"name": {"contains": {"param": "words"}}}, "名称（“投诉次数”）含：“投诉”、“事故”（参数 words）"),
        ({"early": True}, "是否按期（是）＝ 是"),
        ({"name": {"present": True}}, "名称（“投诉次数”）有"),
    ],
)
def test_how_a_condition_is_told(when: dict[str, Any], text: str) -> None:
    (condition,), _ = compile_when(when)
    assert answered(condition, RECORD) == text


def test_how_a_missing_field_is_told() -> None:
    (condition,), _ = compile_when({"target": {"gt": 1}})
    assert answered(condition, {}) == "目标值（没有这一项）＞ 1"


def test_regular_expressions_are_those_of_re2() -> None:
    assert regular_problem("^[一-龥]+(?P<a>x)?$") == ""
    assert regular_problem("(a|") != ""
    assert regular_problem(r"\p{Han}+") == ""


def test_what_is_wrong_inside_of_any_is_told_where_it_stands() -> None:
    _, problems = compile_when({"any": [{"targt": 3}, {"name": {"gt": 1}}]})
    assert [(problem.place.path, problem.code) for problem in problems] == [
        ("when/any/0/targt", "condition.no-field"),
        ("when/any/1/name/gt", "condition.types"),
    ]
    _, problems = compile_when({"any": [{"target": {"same_as": "b.target"}}, {"early": True}]}, {"b": FIELDS})
    assert [problem.code for problem in problems] == ["condition.any-other"], "another fact is another rule"


def test_any_is_told_with_all_its_options() -> None:
    (made,), _ = compile_when({"any": [{"target": {"gt": 5}}, {"early": True, "name": "投诉"}]})
    assert asked(made) == "（目标值 ＞ 5 或 是否按期 ＝ 是，且 名称 ＝ “投诉”）"
    assert answered(made, RECORD) == "（目标值（3）＞ 5 或 是否按期（是）＝ 是，且 名称（“投诉次数”）＝ “投诉”）"
    assert [leaf.test.field for leaf in leaves([made])] == ["target", "early", "name"]
