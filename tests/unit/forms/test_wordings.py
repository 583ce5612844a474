"""Patterns in words: what they fit, what they keep, and what is said of one that is written wrongly."""

from __future__ import annotations

import re

import pytest

from engine.forms.labels import fold
from engine.forms.wordings import Placeholder, WordingError, placeholders_in, regex

KNOWN = {
    "year": Placeholder("year", "[0-9]{4}", "fiscal_year"),
    "name": Placeholder("name", ".+?", "name"),
    "表": Placeholder("表", "自评表|评价表", ""),
}


def fits(wording: str, text: str, *, whole: bool = True) -> dict[str, str] | None:
    found = re.search(regex(wording, KNOWN, ("fiscal_year", "name"), whole=whole), fold(text))
    return found.groupdict() if found else None


@pytest.mark.parametrize(
    ("wording", "text", "kept"),
    [
        ("{year}年度{name}自评表", "2021年度道路养护自评表", {"fiscal_year": "2021", "name": "道路养护"}),
        ("{year}年度{name}{表}", "２０２１ 年度 道路养护 评价表", {"fiscal_year": "2021", "name": "道路养护"}),
        ("{部门|单位}整体[支出]自评表", "单位整体自评表", {}),
        ("{部门|单位}整体[支出|预算]自评表", "部门整体预算自评表", {}),
        ("[{year}年度]自评表（{name}）", "自评表【道路】", {"fiscal_year": None, "name": "道路"}),
        ("差异…原因…", "差异较大的主要原因及说明", {}),
        ("A\\[1\\]", "A[1]", {}),
        ("得分（20分*执行率）", "得分(20分*执行率)", {}),
        ("a.c", "abc", None),
        ("{甲[乙|丙]|丁}戊", "甲丙戊", {}),
    ],
)
def test_what_a_wording_fits_and_keeps(wording: str, text: str, kept: dict[str, str] | None) -> None:
    assert fits(wording, text) == kept


@pytest.mark.parametrize(
    ("wording", "text"),
    [
        ("{year}年度{name}自评表", "这是2021年度道路养护自评表"),
        ("{部门|单位}整体", "整体"),
        ("差异…原因", "差异。这是原因"),
        ("{表}", ""),
    ],
)
def test_what_a_wording_does_not_fit(wording: str, text: str) -> None:
    assert fits(wording, text) is None


def test_a_wording_found_inside_a_text() -> None:
    assert fits("{year}年度", "报告：2021年度结果", whole=False) == {"fiscal_year": "2021"}


def test_a_placeholder_is_kept_once() -> None:
    assert fits("{name}与{name}", "甲与乙") == {"name": "甲"}


@pytest.mark.parametrize(
    ("wording", "message", "nearest"),
    [
        ("{yera}年度", "没有“{yera}”这个占位词", "{year}"),
        ("{year年度", "少了一个“}”", ""),
        ("[甲", "少了一个“]”", ""),
        ("甲]", "没有对应的前一半", ""),
        ("甲|乙", "不在括号里", ""),
        ("{甲|}", "有一项是空的", ""),
        ("[]", "有一项是空的", ""),
        ("[{甲|乙]", "不成对", ""),
        ("[" * 12 + "甲" + "]" * 12, "套得太深", ""),
    ],
)
def test_what_is_said_of_a_wrong_one(wording: str, message: str, nearest: str) -> None:
    with pytest.raises(WordingError) as caught:
        regex(wording, KNOWN)
    assert message in caught.value.message
    assert caught.value.nearest == nearest


def test_the_placeholders_of_a_wording() -> None:
    assert placeholders_in(r"{year}年[度]{甲|乙}\{丙}{name}") == ["year", "name"]
