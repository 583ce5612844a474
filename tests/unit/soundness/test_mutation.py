"""Slips made on purpose: what they are, that they change nothing else, and what becomes of them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from conftest import ROOT
from deep import DEEP, Figure

from engine.policy.library import Library, library
from engine.policy.loading import load, resolve
from engine.policy.model import Policy
from engine.policy.resolved import Resolved
from engine.soundness.mutation import run as running
from engine.soundness.mutation.applying import copies
from engine.soundness.mutation.model import KINDS, Mutant
from engine.soundness.mutation.proofs import never_both
from engine.soundness.mutation.run import drawn, mutate
from engine.soundness.mutation.slips import slips
from engine.soundness.mutation.view import rate, show

TODAY = date(2026, 11, 30)


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load("hubei/2021", library())


@pytest.fixture(scope="module")
def resolved() -> Resolved:
    return resolve("hubei/2021", library())


@pytest.fixture(scope="module")
def possible(policy: Policy, resolved: Resolved) -> list[Mutant]:
    return slips(resolved, policy, ["hubei/2021"])


def test_every_kind_of_slip_can_be_made(possible: list[Mutant]) -> None:
    assert {mutant.kind for mutant in possible} == set(KINDS)
    whats = {mutant.what for mutant in possible}
    assert "grades.from 90 改为 91" in whats
    assert "漏了“中”" in whats
    assert "级别 error 改为 warning" in whats
    assert "公式 weight * actual / target 改为 weight * target / target" in whats
    assert "cases.when.actual gte 改为 gt" in whats
    assert all(mutant.place.line for mutant in possible)


def test_what_is_drawn_is_the_same_for_the_same_seed_and_of_every_kind(possible: list[Mutant]) -> None:
    assert drawn(possible, 3, 40) == drawn(possible, 3, 40)
    assert drawn(possible, 3, 40) != drawn(possible, 4, 40)
    assert len({mutant.kind for mutant in drawn(possible, 5, len(KINDS))}) == len(KINDS)
    assert len(drawn(possible, 1, 100_000)) == len(possible)


def test_a_slip_changes_its_own_lines_and_no_others(possible: list[Mutant], resolved: Resolved) -> None:
    with copies(resolved, library()) as room:
        for mutant in drawn(possible, 7, 24):
            original = ROOT / mutant.file
            with room.made(mutant) as changed:
                inside = mutant.file.removeprefix("policies/")
                before = original.read_text(encoding="utf-8").splitlines()
                after = (changed.roots[0] / inside).read_text(encoding="utf-8").splitlines()
                assert after != before, mutant
                if len(mutant.edits) == 1:
                    assert after[: mutant.place.line - 1] == before[: mutant.place.line - 1], mutant
            assert (changed.roots[0] / inside).read_bytes() == original.read_bytes(), "and it is gone again"


def test_two_cases_that_never_hold_at_once_may_change_places(possible: list[Mutant], policy: Policy) -> None:
    swaps = {mutant.what: never_both(mutant, policy) for mutant in possible if mutant.kind == "order"}
    assert swaps["“qualitative”与“deadline”颠倒"], "another kind of value"
    assert not swaps["“range-met”与“range-missed”颠倒"], "the second holds of the rows of the first"
    assert not swaps["“优”与“良”颠倒"], "no table"


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


def child(tmp_path: Path, tests: str = "") -> Library:
    home = tmp_path / "hubei" / "2031"
    (home / "tests").mkdir(parents=True)
    (home / "policy.yaml").write_text(CHILD, encoding="utf-8")
    if tests:
        (home / "tests" / "own.yaml").write_text(tests, encoding="utf-8")
    return Library((tmp_path, *library().roots))


OWN = """\
tests:
  - {test: 95 分是优, total: "95", expect: {grade: 优, basis: practice-2021#grades}}
  - {test: 94.99 分是良, total: "94.99", expect: {grade: 良}}
  - {test: 80 分是良, total: "80", expect: {grade: 良, basis: practice-2021#grades}}
  - {test: 89.99 分是良, total: "89.99", expect: {grade: 良}}
"""


@pytest.fixture
def only_own(monkeypatch: pytest.MonkeyPatch) -> None:
    from engine.soundness.tests import running as of_tests

    every = of_tests.written_tests
    monkeypatch.setattr(of_tests, "written_tests", lambda *a: [one for one in every(*a) if one[0] == "hubei/2031"])


@pytest.mark.usefixtures("only_own")
def test_what_nothing_notices_is_told_with_a_test_that_does(tmp_path: Path) -> None:
    where = child(tmp_path, OWN)
    report = mutate("hubei/2031", where, TODAY, seed=1, count=4)
    told = show(report)
    assert report.killed
    assert not report.of("failed"), told
    for verdict in report.of("survived"):
        assert f"改动“{verdict.mutant.what}”" in told
        assert "没有任何测试发现" in told
    notices = [verdict for verdict in report.of("survived") if verdict.proposal]
    for verdict in notices:
        assert str(verdict.proposal.test["test"]) in told  # type: ignore[union-attr]
    assert f"发现率 {rate(report.killed, report.counted)}。" in told


@pytest.mark.usefixtures("only_own")
def test_a_slip_that_breaks_the_engine_takes_no_other_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, seen = running.concerned, []

    def breaks(mutant: Mutant, *more: object) -> object:
        seen.append(mutant)
        rank = real(mutant, *more)  # type: ignore[arg-type]

        def wrong(test: object, owner: str) -> int | None:
            raise ZeroDivisionError

        return wrong if len(seen) == 1 else rank

    monkeypatch.setattr(running, "concerned", breaks)
    report = mutate("hubei/2031", child(tmp_path, OWN), TODAY, seed=1, count=3)
    assert len(report.verdicts) == 3
    assert report.of("failed", "check")


@pytest.mark.deep
@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("shipped", ["hubei/2020", "hubei/2021", "hubei/2022", "central/2020", "sichuan/2025"])
def test_most_slips_in_a_shipped_policy_are_noticed(shipped: str, seed: int, figure: Figure) -> None:
    """In `make deep` 120 of each policy, three seeds; in every run those of a small policy of the tests' own, above."""
    if not DEEP:
        pytest.skip("in make deep")
    report = mutate(shipped, library(), TODAY, seed=seed, count=120)
    figure(f"{shipped} seed {seed}: {report.killed} of {report.counted} noticed, {len(report.of('equivalent'))} make no difference")
    assert not report.of("failed"), show(report)
    assert report.killed * 100 >= 95 * report.counted, show(report)
