"""What a policy says in detail, which test shows it, and the tests proposed for what none shows."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from engine.changes.lifecycle.adopt import take_over
from engine.errors import Place
from engine.language.conditions import Condition
from engine.language.model import Ref, Test
from engine.policy.library import Library, library
from engine.policy.loading import load
from engine.policy.model import Policy
from engine.soundness.tests import variants
from engine.soundness.tests.details import ConditionScope, grade_edge
from engine.soundness.tests.model import PolicyTestReport
from engine.soundness.tests.policies import _report, run_tests
from engine.soundness.tests.proposals import Proposer, proposals
from engine.soundness.tests.running import Running, TestFile
from engine.yaml.reader import load as parsed

TESTS = """\
tests:
  - {test: 未达目标, case: quantitative.proportional, indicator: {weight: "5", target: 3期, actual: 1期}, expect: {computed: 1.67}}
  - {test: 达到目标, case: quantitative.met, indicator: {weight: "5", target: 3期, actual: 4期}, expect: {computed: 5}}
  - test: 部分达成
    case: qualitative.partial
    indicator: {weight: "20", target: 推进示范点平安建设, actual: 在一定程度上推进了示范点平安建设, score: "12"}
    expect: {computed: 12}
"""


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load("hubei/2021", library())


def scope(*tests: Test) -> ConditionScope:
    return ConditionScope("一", "a", "indicator", tuple(Condition(test, test.field) for test in tests), Place())


@pytest.mark.parametrize(
    ("value", "shows"),
    [("0.3", {":at"}), ("0.29", {":past"}), ("0.5", set())],
)
def test_an_edge_is_shown_from_both_sides(value: str, shows: set[str]) -> None:
    edge = scope(Test("share", "gte", Decimal("0.3")))
    assert {key.removeprefix("edge:一:a.share gte 0.3") for key in edge.seen({"share": Decimal(value)})} == shows


def test_an_edge_shows_nothing_where_something_else_fails() -> None:
    both = scope(Test("share", "gte", Decimal("0.3")), Test("count", "gt", Decimal(2)))
    assert set(both.seen({"share": Decimal("0.3"), "count": Decimal(1)})) == set()
    assert set(both.seen({"share": Decimal("0.3"), "count": Decimal(3)})) == {
        "edge:一:a.share gte 0.3:at",
        "edge:一:a.count gt 2:past",
    }


def test_an_edge_against_another_field() -> None:
    edge = scope(Test("actual", "gte", Ref("", "target")))
    assert set(edge.seen({"actual": Decimal(3), "target": Decimal(3)})) == {"edge:一:a.actual gte {target}:at"}
    assert set(edge.seen({"actual": Decimal(2), "target": Decimal(3)})) == {"edge:一:a.actual gte {target}:past"}


def test_a_list_is_shown_by_what_it_catches_and_what_it_does_not() -> None:
    listed = scope(Test("name", "contains", ("率", "度")))
    assert set(listed.seen({"name": "合格率"})) == {"list:一:a.name contains:hit"}
    assert set(listed.seen({"name": "人数"})) == {"list:一:a.name contains:miss"}
    spared = scope(Test("name", "not_contains", ("率", "度")))
    assert set(spared.seen({"name": "合格率"})) == {"list:一:a.name not_contains:hit"}


def test_the_two_sides_of_a_grade(policy: Policy) -> None:
    assert list(grade_edge(policy, Decimal(90), {"grade", "basis"})) == ["grade:优:at"]
    assert list(grade_edge(policy, Decimal(90), {"grade"})) == []
    assert list(grade_edge(policy, Decimal("89.99"), {"grade"})) == ["grade:优:below"]


@pytest.mark.parametrize(("goal", "executed"), [("95", "855"), ("33.33", "300"), ("0", "0"), ("100", "900")])
def test_a_number_is_found_that_makes_a_rounded_rate_what_it_is_to_be(goal: str, executed: str) -> None:
    """Rates are rounded to hundredths, so that a line through two of them leads beside the number."""

    def rate(test: Mapping[str, Any]) -> Fraction:
        executed = Fraction(test.get("change", {}).get("forms[0].budget[0].executed", "809.00"))
        return round(executed / 900 * 100, 2)

    record = {"forms": [{"budget": [{"executed": "809.00"}]}]}
    (found,) = variants.reaching({}, record, rate, [Fraction(goal)])
    came = found["change"]["forms[0].budget[0].executed"]
    assert rate(found) == Fraction(goal)
    assert abs(Fraction(came) - Fraction(executed)) < Fraction("0.1")


def test_proposals_show_what_they_are_for(policy: Policy) -> None:
    with Running(policy, library(), [], durable=False) as running:
        file = TestFile(running, parsed(TESTS, "一.yaml"), "hubei/2021", 2021, {}, frozenset())
        running.files = [file]
        report: PolicyTestReport = _report(list(file.run()), policy)
        assert not report.failed
        wanted = {
            "edge:quantitative.met:actual gte {target}:at",
            "edge:quantitative.met:target gte 0:past",
            "basis:quantitative.met",
            "tier:partial",
            "grade:良:at",
            "grade:良:below",
        }
        lacking = [detail for detail in report.lacking if detail.key in wanted]
        assert {detail.key for detail in lacking} == wanted
        found, without = Proposer(running, report, "hubei/2021").propose(lacking)
        assert without == []
        for proposal in found:
            came = file.tried(proposal.test, "hubei/2021")
            assert came is not None
            assert came.passed, proposal
            assert set(proposal.shows) <= came.shows
    by = {key: proposal for proposal in found for key in proposal.shows}
    at = by["edge:quantitative.met:actual gte {target}:at"].test
    assert at["case"] == "quantitative.met"
    assert by["tier:partial"].test["expect"]["allowed"] == ["10.00", "15.99"]
    assert by["tier:partial"].replaces is not None, "the test there says more"
    assert by["grade:良:below"].test["expect"] == {"grade": "中", "basis": "practice-2021#grades"}


CHILD = """\
policy:
  id: hubei/2031
  title: 湖北省2031年度
  jurisdiction: hubei
  fiscal_years: {from: 2031, to: 2031}
  form_kinds: [department, project]
  status: draft
  extends: hubei/2021
grades:
  - {grade: 优, from: 95, basis: practice-2021#grades}
  - {grade: 良, from: 80, basis: practice-2021#grades}
  - {grade: 差, from: 0, basis: practice-2021#grades}
"""


@pytest.mark.usefixtures("without_the_packs")
def test_only_what_a_policy_writes_itself_is_asked_of_it_and_one_command_takes_the_tests_over(tmp_path: Path) -> None:
    home = tmp_path / "hubei" / "2031"
    home.mkdir(parents=True)
    (home / "policy.yaml").write_text(CHILD, encoding="utf-8")
    where = Library((tmp_path, *library().roots))
    child = load("hubei/2031", where)
    report = run_tests(child, where)
    own = {detail.key for detail in report.lacking if detail.own}
    assert own == {"grade:优:at", "grade:优:below", "grade:良:at", "grade:良:below", "grade:差:at"} - {
        key for result in report.results if result.passed for key in result.shows
    }
    assert report.own_coverage < 100
    found, _ = proposals(child, where, report)
    take_over(found, "hubei/2031", where)
    text = (home / "tests" / "proposed.yaml").read_text(encoding="utf-8")
    assert '{test: 94.99 分是良, total: "94.99", expect: {grade: 良, basis: practice-2021#grades}}' in text
    assert run_tests(child, where).own_coverage == 100
