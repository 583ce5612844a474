"""Causes as policies write them: what is wrong with them is told where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.errors import Place, Problem
from engine.language.rule_compiler import compile_rules
from engine.language.rules import RuleSet

ROW = {"when": [{"a": {"fact": "indicator"}}], "title": "规则", "basis": "s#1"}
FORM = {"when": [{"f": {"fact": "form"}}], "title": "规则", "basis": "s#1"}
SAYS = {"category": "scoring", "severity": "warning", "message": "不对"}


def compiled(findings: Mapping[str, Any], causes: Mapping[str, Any] | None = None) -> tuple[RuleSet, list[Problem]]:
    problems: list[Problem] = []
    sections = {"policy": {}, "findings": findings, "causes": causes or {}}
    rules = compile_rules(sections, lambda path: Place("/".join(map(str, path))), {}, {}, problems)
    return rules, problems


def test_a_rule_without_cause_is_one_of_its_own() -> None:
    rules, problems = compiled({"r": {**ROW, **SAYS}, "f": {**FORM, **SAYS}})
    assert not problems
    assert rules.rules["r"].tie.cause.by == ("name_key",)
    assert rules.rules["f"].tie.cause.by is None


def test_a_cause_is_read_from_the_fact_that_has_its_fields() -> None:
    when = [{"f": {"fact": "form"}}, {"a": {"fact": "indicator"}}]
    causes = {"c": {"title": "同因", "by": ["name_key"], "stake": {"points": "weight"}, "basis": "s#1"}}
    rules, problems = compiled({"r": {**ROW, **SAYS, "when": when, "cause": "c"}}, causes)
    assert not problems
    assert rules.rules["r"].tie.leads == ("a",)


def test_what_follows_from_what_follows_is_known() -> None:
    rules, _ = compiled(
        {"a": {**ROW, **SAYS, "supersedes": ["b"]}, "b": {**ROW, **SAYS, "supersedes": ["c"]}, "c": {**ROW, **SAYS}}
    )
    assert rules.rules["a"].tie.supersedes == {"b", "c"}


def test_what_is_wrong_is_told_with_its_place() -> None:
    causes = {
        "by": {"title": "t", "by": ["nmae_key"], "basis": "s#1"},
        "goal": {"title": "t", "by": ["first"], "basis": "s#1"},
        "stake": {"title": "t", "stake": {"points": "wieght"}, "several": "{{ c.frist }}", "basis": "s#1"},
    }
    _, problems = compiled(
        {
            "a": {**ROW, **SAYS, "cause": "stak", "supersedes": ["b", "nobody"]},
            "b": {**ROW, **SAYS, "supersedes": ["a"], "stake": {"points": "a.name"}},
            "c": {**FORM, **SAYS, "cause": "goal", "follows": "{{ g.name }}"},
        },
        causes,
    )
    told = {str(problem.place): (problem.code, problem.nearest) for problem in problems}
    assert told["causes/by/by/0"] == ("cause.by", "name_key")
    assert told["causes/stake/stake/points"] == ("cause.by", "weight")
    assert told["causes/stake/several"][0] == "message.no-field"
    assert told["findings/a/cause"] == ("cause.none", "stake")
    assert told["findings/a/supersedes/1"][0] == "rule.none"
    assert told["findings/a/supersedes"][0] == "cause.circle"
    assert told["findings/b/stake/points"][0] == "rule.no-evidence"
    assert told["findings/c/cause"][0] == "cause.no-field"
    assert told["findings/c/follows"][0] == "message.no-alias"
