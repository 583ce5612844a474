"""Ordered tables: the first case that holds; what a sound table is; which divisors are guarded."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine.errors import Place, Problem
from engine.language.conditions import Scope
from engine.language.fields import Field
from engine.language.model import Scalar
from engine.language.tables import CaseTable, Reader

D = Decimal
FIELDS = {
    "weight": Field("number", "分值"),
    "target": Field("number", "目标值"),
    "actual": Field("number", "实际完成值"),
    "direction": Field("text", "方向", ("positive", "inverse")),
}
PARAMS: dict[str, Any] = {"half": D("0.5"), "nought": 0, "words": ["x"]}


def read(*cases: dict[str, Any], values: tuple[str, ...] = ()) -> tuple[CaseTable, list[str]]:
    problems: list[Problem] = []
    reader = Reader(Scope(FIELDS, PARAMS, lambda path: Place(path="/".join(map(str, path)))), PARAMS, problems)
    table = reader.table("t", {"cases": [{"case": f"c{n}", "basis": "a#b"} | case for n, case in enumerate(cases)]}, ("t",), values)
    return table, [str(problem) for problem in problems]


REST = {"otherwise": True, "status": "needs_review"}


def first(table: CaseTable, **fields: Scalar) -> str:
    case = table.first(fields)
    return case.id if case else ""


def test_the_first_case_that_holds_wins() -> None:
    table, problems = read(
        {"when": {"target": {"gt": 10}}, "score": "weight"},
        {"when": {"target": {"gt": 5}}, "score": "weight / 2"},
        {"when": {"target": {"gt": 5}}, "score": "0"},
        REST,
    )
    assert problems == []
    assert [first(table, target=D(n)) for n in (11, 10, 6, 5)] == ["c0", "c1", "c1", "c3"]
    assert first(table) == "c3", "nothing is known: otherwise"


def test_all_conditions_of_a_case_must_hold() -> None:
    table, _ = read({"when": {"target": {"gt": 1}, "direction": "inverse"}, "score": "weight"}, REST)
    assert first(table, target=D(2), direction="inverse") == "c0"
    assert first(table, target=D(2), direction="positive") == "c1"


@pytest.mark.parametrize(
    ("cases", "words"),
    [
        ([{"when": {"target": 1}, "score": "weight"}], ["最后一条不是 otherwise"]),
        ([REST, {"when": {"target": 1}, "score": "weight"}], ["永远用不上", "最后一条不是 otherwise"]),
        ([{"score": "weight"}, REST], ["when 或 otherwise"]),
        ([{"when": {"target": 1}, "otherwise": True, "score": "1"}], ["when 或 otherwise"]),
        ([{"when": {"target": 1}}, REST], ["有且只有一个结果"]),
        ([{"when": {"target": 1}, "score": "1", "tier": "a"}, REST], ["有且只有一个结果", "score、tier"]),
        ([{"when": {"target": 1}, "score": "1", "case": "same"}, REST | {"case": "same"}], ["重名"]),
        ([{"when": {"target": 1}, "score": "wieght"}, REST], ["wieght", "是否想写“weight”"]),
        ([{"when": {"target": 1}, "score": "direction"}, REST], ["方向", "不能参与运算"]),
        ([{"when": {"target": 1}, "score": "words * 2"}, REST], ["words", "不是数字"]),
        ([{"when": {"target": 1}, "score": "weight *"}, REST], ["缺一个量"]),
        ([{"when": {"targit": 1}, "score": "weight"}, REST], ["targit", "是否想写“target”"]),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_table(cases: list[dict[str, Any]], words: list[str]) -> None:
    _, problems = read(*cases)
    for word in words:
        assert any(word in problem for problem in problems), problems


def test_the_results_of_a_recognition_table() -> None:
    cases = [{"when": {"target": 1}, "value": "positive"}, {"otherwise": True, "value": "negativ"}]
    table, problems = read(*cases, values=("positive", "negative"))
    assert len(problems) == 1
    assert "是否想写“negative”" in problems[0]
    assert table.cases[0].value == "positive"


GUARDED: list[tuple[list[dict[str, Any]], str]] = [
    ([], "weight / 2"),
    ([], "weight * half / half"),
    ([{"when": {"target": 0}, "score": "weight"}], "weight / target"),
    ([{"when": {"target": {"lte": 0}}, "score": "weight"}], "weight / target"),
    ([{"when": {"target": {"between": [-1, 1]}}, "score": "weight"}], "weight / target"),
    ([{"when": {"target": {"in": [0, 1]}}, "score": "weight"}], "weight / target"),
    ([{"when": {"target": 0}, "score": "0"}, {"when": {"actual": 0}, "score": "0"}], "weight / (target * actual)"),
    ([{"when": {"target": 0}, "score": "0"}], "weight / -target"),
    ([{"when": {"target": 0}, "score": "0"}], "weight / abs(target)"),
    ([{"when": {"target": 0}, "score": "0"}], "weight / (1 / target)"),
]
OPEN: list[tuple[list[dict[str, Any]], str]] = [
    ([], "weight / target"),
    ([], "weight / 0"),
    ([], "weight / nought"),
    ([], "weight / (target - actual)"),
    ([], "weight / (target + 1)"),
    ([{"when": {"actual": 0}, "score": "0"}], "weight / target"),
    ([{"when": {"target": {"gt": 0}}, "score": "0"}], "weight / target"),
    ([{"when": {"target": 0, "actual": 0}, "score": "0"}], "weight / target"),
    ([{"when": {"target": 0, "direction": "inverse"}, "score": "0"}], "weight / target"),
    ([{"when": {"target": {"field": "actual"}}, "score": "0"}], "weight / target"),
    ([{"when": {"target": 0}, "score": "0"}], "weight / (target * actual)"),
    ([{"when": {"target": 0}, "score": "0"}], "weight / min(target, 1)"),
    ([{"when": {"target": 0}, "score": "0"}], "1 + (2 * (weight / actual))"),
]


@pytest.mark.parametrize(("earlier", "score"), GUARDED)
def test_a_divisor_an_earlier_case_guards(earlier: list[dict[str, Any]], score: str) -> None:
    _, problems = read(*earlier, {"when": {"direction": "positive"}, "score": score}, REST)
    assert problems == []


@pytest.mark.parametrize(("earlier", "score"), OPEN)
def test_a_divisor_nothing_guards(earlier: list[dict[str, Any]], score: str) -> None:
    _, problems = read(*earlier, {"when": {"direction": "positive"}, "score": score}, REST)
    assert any("可能为 0" in problem for problem in problems)


@pytest.mark.parametrize(
    ("when", "guarded"),
    [
        ({"target": {"gt": 0}}, True),
        ({"target": {"lt": 0}}, True),
        ({"target": {"gte": 1}}, True),
        ({"target": 5}, True),
        ({"target": {"in": [1, 2]}}, True),
        ({"target": {"not_in": [0]}}, True),
        ({"target": {"between": [1, 9]}}, True),
        ({"target": {"gt": {"param": "half"}}}, True),
        ({"target": {"gt": {"field": "actual"}}, "actual": {"gte": 0}}, True),
        ({"target": {"gt": {"param": "nought"}}}, True),
        ({"target": {"gte": 0}}, False),
        ({"target": {"lte": 0}}, False),
        ({"target": {"gt": -1}}, False),
        ({"target": {"gte": {"param": "nought"}}}, False),
        ({"target": {"not_in": [1]}}, False),
        ({"target": {"present": True}}, False),
        ({"target": {"gt": {"field": "actual"}}}, False),
        ({"target": {"gte": {"field": "actual"}}, "actual": {"gte": 0}}, False),
        ({"actual": {"gt": 0}}, False),
    ],
)
def test_a_divisor_the_case_itself_guards(when: dict[str, Any], guarded: bool) -> None:
    _, problems = read({"when": when, "score": "weight / target"}, REST)
    assert bool(problems) is not guarded


def test_a_formula_without_cases_has_no_guard() -> None:
    problems: list[Problem] = []
    reader = Reader(Scope(FIELDS, PARAMS, lambda _: Place()), PARAMS, problems)
    for text, wrong in (("weight / 2", False), ("weight / target", True), ("weight / nought", True)):
        problems.clear()
        expression = reader.formula(text, ())
        assert expression is not None
        reader.guard(expression, text, ())
        assert bool(problems) is wrong


def test_a_problem_in_a_formula_is_told_at_its_column() -> None:
    problems: list[Problem] = []
    reader = Reader(Scope(FIELDS, PARAMS, lambda _: Place("f", 3, 10)), PARAMS, problems)
    assert reader.formula("weight * actul", ()) is None
    assert (problems[0].place.line, problems[0].place.column) == (3, 19)


def test_formulas_in_chinese_are_the_same_formulas() -> None:
    table, problems = read({"when": {"target": {"gt": 0}}, "score": "分值 × 实际完成值 ÷ 目标值"}, REST)
    assert problems == []
    assert table.reads >= {"weight", "actual", "target"}
    _, problems = read({"when": {"target": {"gt": 0}}, "score": "分殖 * 2"}, REST)
    assert len(problems) == 1
    assert "没有“分殖”" in problems[0]
    assert "分值" in problems[0]


@pytest.mark.parametrize(
    ("options", "sound"),
    [
        ([{"target": {"gt": 0}}, {"target": {"lt": 0}}], True),
        ([{"target": {"gt": 0}}, {"actual": 1}], False),
    ],
)
def test_any_guards_a_divisor_only_where_each_option_does(options: list[dict[str, Any]], sound: bool) -> None:
    _, problems = read({"when": {"any": options}, "score": "weight / target"}, REST)
    assert (problems == []) is sound
    _, problems = read(
        {"when": {"any": [{"target": 0}, {"actual": 5}]}, "score": "0"},
        {"when": {"actual": {"gte": 1}}, "score": "1 / target"},
        REST,
    )
    assert problems == [], "an earlier case takes every record with target 0"
