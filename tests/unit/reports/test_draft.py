"""Rendered text parsed into blocks, and what a report tells."""

from __future__ import annotations

import pytest

from engine.errors import PolicyError
from engine.policy.loading import load
from engine.reports.draft import Block, parse


def test_a_paragraph_knows_the_problems_it_tells() -> None:
    blocks = list(parse("# 三、问题\n\n@problem P3 P5\n甲。\n乙。\n\n丙。\n", "problems", "t.j2"))
    assert blocks == [
        Block("heading1", "三、问题", "problems"),
        Block("paragraph", "甲。乙。", "problems", "P3 P5"),
        Block("paragraph", "丙。", "problems"),
    ]


def test_an_unknown_table_names_the_template() -> None:
    with pytest.raises(PolicyError, match="@table"):
        list(parse("@table\n", "form", "t.j2"))


def test_where_a_finding_is_told_is_the_rules_to_say_and_else_the_categorys() -> None:
    policy = load("hubei/2021")
    assert policy.told_in("target.far-exceeded", "target") == "report"
    assert policy.told_in("target.zero", "target") == "list"  # the rule says so
    assert policy.told_in("scoring.above-tier", "scoring") == "list"
    assert policy.told_in("a rule nobody has", "budget") == "report"
    assert policy.told_in("a rule nobody has", "notation") == "list"
