"""Which rules a run tells: asked for or left out by name and by pattern, with what they rest on, in a policy made for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engine.errors import UsageError
from engine.findings.choice import RuleChoice, choose, told
from engine.findings.findings import Checker, Findings
from engine.policy.library import library
from engine.policy.loading import load
from engine.policy.model import Policy
from engine.scoring.form import evaluate
from engine.submission import record

BASE, MIDDLE, USER = "scoring.derive-overstated", "scoring.derive-carried", "scoring.full-marks-above-project"


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load("hubei/2021", library())


@pytest.fixture(scope="module")
def check() -> Callable[..., Findings]:
    """A form of six indicators without target, one of them named twice."""
    rows = [
        {"name": name, "level1": "产出指标", "level2": "数量指标", "weight": "10", "target": "", "actual": "", "score": "10"}
        for name in ("甲", "乙", "丙", "丁", "戊", "戊")
    ]
    forms = [{"kind": "project", "name": "某项目", "budget": [], "total": "60", "goals": [{"indicators": rows}]}]
    bundle = record.from_data({"schema": "jixiao/submission/1", "unit": "某局", "fiscal_year": 2021, "forms": forms})

    def checked(policy: Policy, **options: Any) -> Findings:
        return Checker(policy, use_durable=False, **options).check(evaluate(bundle, policy))

    return checked


def chosen(policy: Policy, *, only: tuple[str, ...] = (), without: tuple[str, ...] = ()) -> Policy:
    return choose({policy.id: policy}, RuleChoice(only, without))[policy.id]


def refused(policy: Policy, **wanted: tuple[str, ...]) -> str:
    with pytest.raises(UsageError) as error:
        chosen(policy, **wanted)
    return str(error.value)


def test_what_is_told_is_what_was_told_before_of_those_rules(policy: Policy, check: Callable[..., Findings]) -> None:
    whole = check(policy)
    for pattern in ("notation.*", "design.few-indicators", "*.no-*"):
        some = chosen(policy, only=(pattern,))
        listed = {rule.id for rule in some.rules.rules.values() if rule.message}
        found, left = check(some), check(chosen(policy, without=(pattern,)))
        assert listed
        assert found.findings == tuple(one for one in whole.findings if one.rule in listed)
        assert left.findings == tuple(one for one in whole.findings if one.rule not in listed)
        assert [run.id for run in found.rules] == [run.id for run in whole.rules] == [run.id for run in left.rules]
        assert {run.id for run in found.rules if not run.by_option} == listed == {run.id for run in left.rules if run.by_option}
        assert all(run.state == "skipped" and run.reason and not run.hits for run in found.rules if run.by_option)


def test_what_a_rule_rests_on_runs_with_it_and_is_not_told(policy: Policy) -> None:
    some = chosen(policy, only=(USER,))
    assert set(some.rules.rules) == {BASE, MIDDLE, USER}
    assert [name for name, rule in some.rules.rules.items() if rule.message] == [USER]


def test_what_others_rest_on_is_not_left_out_alone(policy: Policy) -> None:
    said = refused(policy, without=(MIDDLE,))
    assert f"“{MIDDLE}”不能单独不核对" in said
    assert USER in said
    assert MIDDLE in refused(policy, without=(BASE,))
    assert USER in refused(policy, only=(USER,), without=(BASE, MIDDLE))
    kept = chosen(policy, without=(BASE, MIDDLE, USER))
    assert not {BASE, MIDDLE, USER} & set(kept.rules.rules)
    assert set(kept.rules.left_out) == {USER}, "what says nothing by itself is not missed"
    assert policy.rules.rules[USER].title in told(kept)


def test_a_rule_there_is_none_of_is_told_with_the_five_nearest(policy: Policy) -> None:
    said = refused(policy, only=("notation.unit-mising",), without=("没有填目标值",))
    assert "“notation.unit-missing（" in said
    assert "“notation.no-target（" in said, "by its title, too"
    assert said.count("（") >= 10
    assert "没有规则“nothing.*”" in refused(policy, without=("nothing.*",))
    assert "没有一条规则" in refused(policy, without=("*",))
    assert "没有一条规则" in refused(policy, only=(MIDDLE,)), "it concludes and says nothing"


def test_a_rule_of_one_policy_is_no_mistake_in_another(policy: Policy) -> None:
    other = load("platform/2021", library())
    own = sorted(set(policy.rules.rules) - set(other.rules.rules)) or sorted(set(other.rules.rules) - set(policy.rules.rules))
    if not own:
        pytest.skip("the shipped policies have the same rules")
    both = choose({policy.id: policy, other.id: other}, RuleChoice(only=(own[0],)))
    assert sorted(len(one.rules.rules) > 0 for one in both.values()) == [False, True]


def test_no_more_are_told_than_are_asked_for_and_how_many_more_there_are(policy: Policy, check: Callable[..., Findings]) -> None:
    whole, cut = check(policy), check(policy, most=2)
    hits = {run.id: run.hits for run in whole.rules}
    assert max(hits.values()) > 2
    for run in cut.rules:
        own = [one for one in whole.findings if one.rule == run.id]
        assert run.hits == hits[run.id]
        assert run.more == max(0, len(own) - 2)
        assert [one for one in cut.findings if one.rule == run.id] == own[:2]


def test_times_are_told_where_they_are_asked_for_alone(policy: Policy, check: Callable[..., Findings]) -> None:
    assert all(run.ms is None for run in check(policy).rules)
    timed = [run for run in check(policy, timed=True).rules if run.state != "skipped"]
    assert all(run.ms is not None and float(run.ms) >= 0 for run in timed)
    assert any(float(run.ms or 0) > 0 for run in timed)
