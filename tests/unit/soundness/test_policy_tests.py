"""Policy tests: changes to a base record, and what counts as covered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import Policies

from engine.errors import Place
from engine.policy.library import Library, library
from engine.policy.loading import load
from engine.policy.model import Policy
from engine.soundness.tests import policies as policy_tests
from engine.soundness.tests import records, running
from engine.soundness.tests.model import PolicyTestResult


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load("hubei/2021", library())


def base() -> dict[str, Any]:
    return {"unit": "某局", "forms": [{"name": "甲", "goals": [{"indicators": [{"name": "一"}, {"name": "二"}]}]}]}


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("unit", "某厅", lambda d: d["unit"] == "某厅"),
        ("forms[0].name", "乙", lambda d: d["forms"][0]["name"] == "乙"),
        ("forms[0].goals[0].indicators[1].actual", "1期", lambda d: d["forms"][0]["goals"][0]["indicators"][1]["actual"] == "1期"),
        ("forms[0].goals[0].indicators[0]", None, lambda d: [i["name"] for i in d["forms"][0]["goals"][0]["indicators"]] == ["二"]),
        ("forms[0].goals[0].indicators[+]", {"name": "三"}, lambda d: d["forms"][0]["goals"][0]["indicators"][2] == {"name": "三"}),
        ("forms[0].name", None, lambda d: "name" not in d["forms"][0]),
    ],
)
def test_a_change(path: str, value: Any, expected: Any) -> None:
    data = base()
    records.change(data, path, value)
    assert expected(data)


@pytest.mark.parametrize(
    "path",
    ["", "forms[1].name", "forms[0].goals[0].indicators[9]", "forms.name", "unit.name", "forms[0]..name x[", "forms[x].name"],
)
def test_a_path_that_leads_nowhere(path: str) -> None:
    with pytest.raises(records.Unusable):
        records.change(base(), path, "值")


def test_cases_are_those_of_execution_and_of_every_table(policy: Policy) -> None:
    found = list(policy_tests.cases(policy))
    assert len(found) == len(set(found))
    assert found[0] == "execution.proportional"
    assert {"quantitative.met", "deadline.kept", "qualitative.partial", "unscorable.otherwise"} <= set(found)


def result(about: str, *, passed: bool = True, fired: bool = True, derived_by: tuple[str, ...] = ()) -> PolicyTestResult:
    return PolicyTestResult("测试", Place(), about, passed, fired, "", derived_by)


def test_nothing_tested_covers_nothing(policy: Policy) -> None:
    report = policy_tests._report([], policy)
    assert report.covered == 0
    assert set(report.rules_without_firing) == set(policy.rules.rules)
    assert report.coverage == 0


def test_a_rule_needs_a_hit_and_a_miss(policy: Policy) -> None:
    report = policy_tests._report([result("target.zero")], policy)
    assert "target.zero" not in report.rules_without_firing
    assert "target.zero" in report.rules_without_miss
    assert report.covered == 1
    report = policy_tests._report([result("target.zero"), result("target.zero", fired=False)], policy)
    assert report.covered == 2


def test_a_test_that_fails_covers_nothing(policy: Policy) -> None:
    report = policy_tests._report([result("target.zero", passed=False)], policy)
    assert report.covered == 0
    assert len(report.failed) == 1


def test_a_rule_that_only_concludes_is_covered_by_what_rests_on_it(policy: Policy) -> None:
    report = policy_tests._report([result("scoring.full-marks-above-project", derived_by=("scoring.derive-carried",))], policy)
    assert "scoring.derive-carried" not in report.rules_without_firing
    assert "scoring.derive-carried" not in report.rules_without_miss


def test_what_ran_before_runs_again_only_under_another_policy_or_with_another_record(
    policies: Policies, without_the_packs: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    # beneath, a test session remembers results by itself (tests/once.py)
    ran: list[str] = []
    for name in ("_record", "_case", "_rollup"):
        real = getattr(running.TestFile, name)

        def counted(self: Any, test: Any, place: Any, real: Any = real) -> PolicyTestResult:
            ran.append(test["test"])
            found: PolicyTestResult = real(self, test, place)
            return found

        monkeypatch.setattr(running.TestFile, name, counted)
    where = Library((policies.root, *library().roots))
    known: running.Known = {}

    def report() -> tuple[list[PolicyTestResult], int]:
        ran.clear()
        found = policy_tests.run_tests(load("hubei/2021", where, locked=False), where, known).results
        return list(found), len(ran)

    first, count = report()
    judged = [
        result for result in first if not result.place.file.endswith("copied.yaml")
    ]  # the others only look at what is written
    assert count == len(judged) > 100
    assert report() == (first, 0)

    own = policies.home / "tests" / "scoring.yaml"
    own.write_text("# 一行注释\n" + own.read_text(encoding="utf-8"), encoding="utf-8")
    moved, count = report()
    assert count == 0
    lines = {
        after.place.line - before.place.line for before, after in zip(first, moved, strict=True) if "scoring" in after.place.file
    }
    assert lines == {1}, "where a test stands is where it stands now"

    policies.change("tests/scoring.yaml", ("{test: 正好达到 ≥,", "{test: 刚好达到 ≥,"))
    assert report()[1] == 1, "one that was written anew"

    policies.change("policy.yaml", ("title: 湖北省2021年度预算绩效自评计分规则", "title: 另一个"))
    assert report()[1] == len(judged), "another policy, whatever differs"


def test_all_of_it(policy: Policy) -> None:
    report = policy_tests.run_tests(policy, library())
    assert [(r.name, r.reason) for r in report.failed] == []
    assert report.coverage == 100
    assert all(r.place.line for r in report.results)


def test_a_base_of_the_same_name_in_a_child_leaves_inherited_tests_their_own(tmp_path: Path) -> None:
    """An officer who calls a record of his own 道路, too, breaks no test of a file that is not his."""
    home = tmp_path / "mine" / "2022"
    (home / "tests").mkdir(parents=True)
    head = "id: mine/2022, title: 某省, jurisdiction: mine, fiscal_years: {from: 2022}, form_kinds: [project]"
    (home / "policy.yaml").write_text(
        f"policy: {{{head}, document: 某文, status: draft, extends: [central/2020]}}\n", encoding="utf-8"
    )
    base = "bases:\n  道路: {unit: 某局, fiscal_year: 2022, forms: [{kind: project, name: 甲}]}\n"
    (home / "tests" / "own.yaml").write_text(
        f"{base}tests: [{{test: 满分, total: 100, expect: {{grade: 优}}}}]\n", encoding="utf-8"
    )
    where = Library((tmp_path, *library().roots))
    problems: list[Any] = []
    with running.Running(load("mine/2022", where, locked=False), where, problems, durable=False) as found:
        shared = next(
            file for file in found.files if file.owner == "central/2020" and "道路" not in file.document.data.get("bases", {})
        )
        assert shared.bases["道路"]["unit"] != "某局"
        assert next(file for file in found.files if file.owner == "mine/2022").bases["道路"]["unit"] == "某局"
