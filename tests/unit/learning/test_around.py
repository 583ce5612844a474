"""What stands around the indicators: titles as wordings, budget columns by their amounts."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from layouts import layout_of, written

from engine.documents.model import Row, TableCell
from engine.errors import Place
from engine.forms.inheritance import laid_over
from engine.forms.layout import layout
from engine.learning.amounts import budget_guesses
from engine.learning.around import literal, title_wording
from engine.learning.similar import likenesses, nearest_key

BASE = layout_of("central/2020")


def rows(*lines: Sequence[str]) -> list[Row]:
    return [tuple(TableCell(text, Place()) for text in line) for line in lines]


@pytest.mark.parametrize(
    ("title", "name", "unit", "wording"),
    [
        ("2023年度农村公路养护经费绩效自查表", "农村公路养护经费", "", "{year}年度{name}绩效自查表"),
        ("云川县水利局2023年度绩效自查表", "", "云川县水利局", "[{unit}]{year}年度[{name}]绩效自查表"),
        ("绩效自查表（一）", "", "", "[{name}]绩效自查表（一）"),
        ("[省级]绩效自查表", "", "", r"[{name}]\[省级\]绩效自查表"),
    ],
)
def test_a_title_becomes_a_wording_that_fits_it_and_its_like(title: str, name: str, unit: str, wording: str) -> None:
    made = title_wording(title, name, unit)
    assert made == wording
    own = {"titles": [{"kind": "project", "wording": made, "example": title}]}
    found = layout(laid_over(written("central/2020"), own)[0]).title(title)
    assert found is not None
    assert found[0].kind == "project"
    assert found[1].get("fiscal_year") == ("2023" if "2023" in title else None)


def test_characters_that_mean_something_in_a_wording_stand_for_themselves() -> None:
    assert literal("得分|备注[1]{…}") == r"得分\|备注\[1\]\{\…\}"


def test_the_rate_tells_budget_and_executed_in_any_order() -> None:
    found = budget_guesses(rows(["款项", "花了", "盘子", "进度"], ["总盘子", "90", "120", "75%"]), BASE)
    assert {guess.label: guess.field for guess in found} == {
        "花了": "executed",
        "盘子": "budget",
        "进度": "rate",
        "总盘子": "total",
    }


def test_two_amounts_without_a_rate_and_without_like_words_are_not_guessed() -> None:
    assert budget_guesses(rows(["款项", "甲数", "乙数"], ["总盘子", "90", "120"]), BASE) == []


def test_rows_of_people_above_the_amounts_are_no_headings() -> None:
    lines = rows(
        ["机构全称", "某中心", "经办", "周某"],
        ["收支", "安排数", "支用数", "完成比"],
        ["总盘子", "1250", "1200", "96%"],
    )
    assert [guess.label for guess in budget_guesses(lines, BASE)] == ["安排数", "支用数", "完成比", "总盘子"]


def test_the_line_that_the_others_make_up_is_the_total() -> None:
    lines = rows(
        ["款项", "全年预算数", "全年执行数", "执行率"],
        ["市里给的", "500", "450", "90%"],
        ["自己筹的", "100", "90", "90%"],
        ["一共", "600", "540", "90%"],
    )
    (guess,) = budget_guesses(lines, BASE)
    assert (guess.field, guess.label, guess.ground) == ("total", "一共", "其余各行加起来等于它")


def test_a_known_total_needs_no_guess() -> None:
    lines = rows(["款项", "全年预算数", "全年执行数", "执行率"], ["年度资金总额", "600", "540", "90%"])
    assert budget_guesses(lines, BASE) == []


@pytest.mark.parametrize(
    ("label", "key"),
    [
        ("自评得分值（B）", "score"),
        ("年度预期目标数值", "target"),
        ("全年实际完成数", "actual"),
        ("计量", "unit"),
        ("权重（%）", "weight"),
    ],
)
def test_similar_labels(label: str, key: str) -> None:
    like = nearest_key(label, BASE.columns)
    assert like is not None
    assert like.key == key


def test_what_is_like_nothing_is_like_nothing() -> None:
    assert likenesses("乡镇", BASE.columns) == {}
