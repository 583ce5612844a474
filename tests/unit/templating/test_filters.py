"""How values stand in sentences."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.templating.filters import closed, fill, listed, money, money_apart, nested, points


@pytest.mark.parametrize(
    ("yuan", "told"),
    [
        ("32680000", "3,268.00万元"),
        ("1863200000", "186,320.00万元"),
        ("5332", "0.53万元"),
        ("41230500.60", "4,123.05万元"),
        ("123450", "12.35万元"),  # half up
        ("-25500000", "-2,550.00万元"),
        ("0", "0.00万元"),
        ("49", "49.00元"),  # nothing would be left of it
    ],
)
def test_money_is_wan_with_two_places_and_separators(yuan: str, told: str) -> None:
    assert money(Decimal(yuan)) == told


@pytest.mark.parametrize(
    ("score", "told"), [("40", "40.00"), ("9.4", "9.40"), ("98.325", "98.325"), ("", ""), (Decimal("56.0"), "56.00"), ("无", "无")]
)
def test_scores_have_two_places_or_as_many_as_they_were_given_with(score: str | Decimal, told: str) -> None:
    assert points(score) == told


def test_slots_are_filled_and_one_that_is_not_there_is_told() -> None:
    assert fill("{names}的目标值{x}", {"names": "“甲”", "x": Decimal("1.50")}) == "“甲”的目标值1.5"
    with pytest.raises(ValueError, match=r"“\{nams\}”没有内容可填"):
        fill("{nams}", {"names": "甲"})


def test_names_are_listed_whole_and_counted_where_some_are_left_out() -> None:
    assert listed(["甲", "乙"]) == "“甲”“乙”"
    assert listed(["甲", "乙", "丙"], 2, "个指标") == "“甲”“乙”等3个指标"
    assert listed(["甲", "“走出去”培训"], 5, "项", ["（1分）", ""]) == "“甲”（1分）、““走出去”培训”"
    assert listed([]) == ""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("参加“民企“走出去”培训”的", "参加“民企‘走出去’培训”的"),
        ("“一”“二”", "“一”“二”"),
        ("““甲”乙”", "“‘甲’乙”"),
        ("“三“层“里”面”话”", "“三‘层“里”面’话”"),
        ("没有关上“的", "没有关上“的"),
        ("关多了”的", "关多了”的"),
    ],
)
def test_quotation_marks_inside_others_are_single(text: str, told: str) -> None:
    assert nested(text) == told


def test_money_of_messages_stands_apart_and_that_of_documents_does_not() -> None:
    """As other numbers do in either; what is quoted stays as it was filed."""
    assert money_apart(Decimal(2366600)) == "236.66 万元"
    assert money_apart(Decimal(32)) == "32.00 元"
    told = "部门追加 16.26 万元，3 个项目压减 236.66 万元（占 18.12 %），“培训 20 人”得 5 分。"
    assert closed(told) == "部门追加16.26万元，3个项目压减236.66万元（占18.12 %），“培训 20 人”得5分。"
    assert closed("目标‘2 期’，完成 1 期") == "目标‘2 期’，完成1期"
