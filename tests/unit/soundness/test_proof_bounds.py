"""What bounds a proof is the solver's own count of its steps: the same answer on any machine, however busy, and nothing undecided
passes for proved."""

from __future__ import annotations

import ast
import shutil
from datetime import date
from pathlib import Path

import pytest
import z3
from conftest import ROOT, Policies

from engine.errors import PolicyError
from engine.language import fields as catalogue
from engine.language import formula
from engine.policy.library import Library, library
from engine.soundness.lint.run import LintReport, examine, lint
from engine.soundness.lint.subject import subject
from engine.soundness.proof import prover as proving
from engine.soundness.proof.prover import Prover
from engine.soundness.proof.terms import degree

x, y, z, u, v = z3.Reals("x y z u v")
HARD = [
    x**7 * y**5 - 3 * z**6 * x + u**3 * v**4 == 1,
    y**6 * x**3 + z**5 * u - v**7 == 2,
    x**5 + y**5 + z**5 + u**5 + v**5 == 3,
    x * y * z * u * v == 7,
]
"""A few polynomials the solver does not come to the end of."""
POWERS = "weight * actual / target * actual / target * actual / target * actual / target"
FIELDS = catalogue.stages(("基本达成",), ("quantitative", "qualitative"))["quantitative"]


def test_a_hard_question_is_undecided_every_time_and_by_the_same_steps() -> None:
    provers = [Prover(query_steps=50_000), Prover(query_steps=50_000)]
    assert [prover.possible(HARD) for prover in provers] == [("unknown", None)] * 2
    assert all(100_000 <= prover.spent < 110_000 for prover in provers), "both ways to look for it, and little beyond the bound"


def test_an_easy_question_is_decided_within_the_bound_that_a_hard_one_meets() -> None:
    prover = Prover(query_steps=50_000)
    assert prover.possible([x * y == 6, x > 0, y > 0, x + y < 4])[0] == "proved"
    answer, model = prover.possible([x * y == 6, x + y == 5])
    assert (answer, {str(model[x]), str(model[y])}) == ("refuted", {"2", "3"})
    assert prover.dearest <= prover.spent < 50_000


def test_all_questions_together_are_bounded_too() -> None:
    prover = Prover(query_steps=50_000, total_steps=60_000)
    assert prover.possible(HARD)[0] == "unknown"
    assert prover.possible([x > 0, x < 0]) == ("unknown", None), "nothing is left"
    assert prover.spent < 70_000


def test_no_clock_is_looked_at() -> None:
    """Neither here nor in what z3 is asked for: its ready-made strategies give up by the clock."""
    for path in sorted((ROOT / "engine" / "soundness").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert "time" not in names, path
        texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
        called = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        assert "timeout" not in texts, path
        assert not called & {"SolverFor", "Solver", "SimpleSolver", "TryFor", "monotonic", "perf_counter"}, path
    assert {"rlimit", "qfnra-nlsat"} <= {
        node.value
        for node in ast.walk(ast.parse(Path(proving.__file__).read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant)
    }


def test_degrees_of_formulas() -> None:
    def of(text: str) -> int:
        return degree(formula.parse(text), FIELDS)

    assert [of("weight"), of("3"), of("weight * actual / target"), of("min(weight, weight * actual)")] == [1, 0, 3, 2]
    assert of("weight / target + actual / target") == 4, "one line below both: target × target"
    assert of("weight * over_achievement") == 1, "a parameter is a number"
    assert of(POWERS) == 9


# --- what lint makes of it -----------------------------------------------------------------------------------------


def changed(policies: Policies, score: str) -> Library:
    """The shipped policy with another formula for what fell short of its target."""
    (policies.home / "policy.lock").unlink(missing_ok=True)
    policies.change("scoring.yaml", ("score: weight * actual / target", f"score: {score}"))
    return library(policies.root)


def unproved(report: LintReport) -> list[str]:
    return [one.at for one in report.lints if one.code == "unproved" and not one.accepted]


def test_a_formula_of_too_many_factors_is_not_proved(policies: Policies) -> None:
    report = lint("hubei/2021", changed(policies, POWERS), date(2021, 6, 1), locked=False)
    at = unproved(report)
    assert f"quantitative.“proportional”的公式（{POWERS}）：连乘连除太多，没有去证" in at
    assert "quantitative.正向指标完成值越大得分不减" in at, "nothing is proved of a table with a formula that was not looked into"
    assert "quantitative.正向指标达到目标的得满分" in at
    assert report.failed
    assert {one.level for one in report.lints if one.code == "unproved"} == {"error"}
    assert not [one for one in at if not one.startswith("quantitative.")]


def test_what_is_accepted_with_a_reason_no_longer_fails(policies: Policies) -> None:
    where = changed(policies, POWERS)
    accepted = "lint:\n  accept:\n    - {code: unproved, at: quantitative.*, reason: 公式是文件规定的，按附件二的算例验算过}\n"
    (policies.home / "lint.yaml").write_text(accepted, encoding="utf-8")
    report = lint("hubei/2021", where, date(2021, 6, 1), locked=False)
    assert (report.failed, unproved(report)) == (False, [])
    assert report.outcomes("unknown") > 0, "it stays unproved"


def test_what_is_not_proved_is_not_published(policies: Policies) -> None:
    from engine.changes.lifecycle.publish import publish

    where = changed(policies, POWERS)
    shutil.rmtree(policies.home / "tests")
    with pytest.raises(PolicyError) as refused:
        publish("hubei/2021", where, amend="公式改了")
    assert {problem.code for problem in refused.value.problems} == {"lint.unproved"}
    assert not (policies.home / "policy.lock").exists()


def test_steps_that_run_out_are_told_of_everything_that_was_not_decided() -> None:
    under = subject("common/recognition", library(), date(2021, 6, 1))
    under.prover = Prover(total_steps=60_000)
    report = examine(under)
    undecided = [one for one in report.obligations if one.outcome == "unknown"]
    assert undecided
    assert report.outcomes("proved") > 0
    assert unproved(report) == [f"{one.about}.{one.statement}" for one in undecided]
    again = subject("common/recognition", library(), date(2021, 6, 1))
    again.prover = Prover(total_steps=60_000)
    assert examine(again) == report
