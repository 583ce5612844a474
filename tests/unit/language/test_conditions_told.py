"""Conditions in words: what is asked, alone and with the values it was held against, in the same words for every operator."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, get_args

import pytest

from engine.language import fact_fields, fields
from engine.language.conditions import Condition
from engine.language.model import Op, Ref, Test
from engine.language.wording import WORDS, Wording, all_asked, answered, asked, code, codes

D = Decimal
VALUES: dict[str, Any] = {
    "in": ("甲", "乙"),
    "not_in": ("甲",),
    "contains": ("甲",),
    "not_contains": ("甲", "乙"),
    "matches": "甲.*",
    "not_matches": "^甲",
}


def condition(op: str, value: Any = None, other: str = "", title: str = "名称") -> Condition:
    return Condition(Test("name", op, value), title, (), other)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("op", "value", "said"),
    [
        ("gte", D("0.80"), "名称 ≥ 0.8"),
        ("ne", "甲", "名称 ≠ “甲”"),
        ("in", tuple("甲乙丙丁戊己庚"), "名称 属于 “甲”、“乙”、“丙”、“丁”、“戊” 等 7 个"),
        ("not_contains", ("甲",), "名称 不含 “甲”"),
        ("matches", "甲.*", "名称 匹配 “甲.*”"),
        ("present", None, "名称 有"),
        ("absent", None, "名称 没有"),
    ],
)
def test_what_a_condition_asks(op: str, value: Any, said: str) -> None:
    assert asked(condition(op, value)) == said


def test_another_field_is_named_by_its_title() -> None:
    compared = condition("lt", Ref("", "target"), "目标值", "完成值")
    assert asked(compared) == "完成值 ＜ 目标值"
    assert all_asked([compared, condition("eq", True)]) == "完成值 ＜ 目标值，且 名称 ＝ 是"
    assert all_asked([]) == ""


@pytest.mark.parametrize("op", [op for op in get_args(Op) if op != "any"])
def test_every_operator_is_worded_alike_with_and_without_values(op: str) -> None:
    made = condition(op, VALUES.get(op, D(1) if op not in ("present", "absent") else None))
    word = asked(made).split(" ")[1]
    assert answered(made, {"name": "甲"}).startswith(f"名称（“甲”）{word}")


def test_many_values_are_counted() -> None:
    assert answered(condition("in", tuple("甲乙丙丁戊己庚")), {"name": "辛"}).endswith("、“己”等7个")


def test_every_word_of_the_language_has_a_name_by_itself_and_a_sign_in_a_sentence() -> None:
    words = Wording({})
    for word in WORDS:
        assert word not in words.requirement("name", {word: "x" if word != "present" else True}, "indicator")


def test_a_coded_value_is_told_in_words_and_any_other_as_it_is() -> None:
    assert code("direction", "inverse") == "反向"
    assert code("form_kind", "project") == "项目支出"
    assert code("name", "inverse") == "inverse"


def test_each_code_of_a_field_has_a_word_and_no_word_stands_without_its_code() -> None:
    """The words are data; a code that has none would be shown as the program writes it."""
    tables = (*fields.stages(("full",), ("qualitative",)).values(), fields.EXECUTION, fields.TOTAL, *fact_fields.FACTS.values())
    declared: dict[str, set[str]] = {}
    for known in tables:
        for name, field in known.items():
            if name in codes() and field.choices and name != "kind":  # of a measure, `kind` is that of all its values
                declared.setdefault(name, set()).update(field.choices)
    assert {"wording", "wording_ground", "wording_aim", "met"} <= set(declared)
    for name, choices in declared.items():
        assert sorted(choices - set(codes()[name])) == [], name
    for name in ("wording", "wording_ground", "wording_aim"):
        assert set(codes()[name]) == declared[name]
