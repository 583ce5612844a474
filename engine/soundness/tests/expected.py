"""What a test expects of a score, a finding, a grade, and what differs from what came."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.findings.model import Finding
from engine.language.fields import ADJUST_TABLE, NAME_TABLE
from engine.policy.model import Band, Policy
from engine.rollup.checks import RollupFinding
from engine.scoring.model import Recognised, Score, ScoredForm
from engine.scoring.totals import reaches

READ_BY = (NAME_TABLE, "direction")
"""Tables by which an indicator is read, whose cases a test may name."""
OF_FINDING = ("severity", "category", "basis", "message", "advice", "report")
"""What a test can expect of a finding."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What differs (Chinese, empty if nothing does), and what came of what was asked for."""

    wrong: str
    came: Mapping[str, Any]


def score_came(score: Score, known: Recognised | None) -> dict[str, Any]:
    """Everything a test of a case can expect. `known` is None of the budget line, which is not recognised."""
    came: dict[str, Any] = {
        "computed": score.computed,
        "allowed": list(score.allowed) if score.allowed else None,
        "status": score.status,
        "basis": score.trace.basis if score.trace else None,
    }
    if known is not None:
        came |= {
            "met": known.met,
            "direction": known.direction,
            "direction_ground": known.direction_ground,
            "certain": known.certain,
            "attainment": known.attainment,
        }
    return came


def compare_score(
    test: Mapping[str, Any], score: Score, known: Recognised, aside: Iterable[str] = ()
) -> tuple[str, dict[str, Any] | None]:
    """What differs, empty if nothing does, and the test as it would hold; None if it would not for want of a case. What is
    set `aside` is not looked at."""
    came = score_came(score, known)
    wrong = []
    case = case_of(test["case"], score, known)
    if case != test["case"]:
        wrong.append(f"情形是 {case or '（没有）'}")
    for key, wanted in test["expect"].items():
        value: Any = wanted
        if key == "computed":
            value = Decimal(str(wanted))
        elif key == "allowed":
            value = [Decimal(str(edge)) for edge in wanted]
        if key not in aside and came.get(key) != value:
            wrong.append(f"{key} 应为 {_shown(wanted)}，是 {_shown(came.get(key))}")
    if not case:
        return "；".join(wrong), None
    said = {key: came[key] for key in test["expect"] if came.get(key) is not None} or {"status": score.status}
    return "；".join(wrong), {**test, "case": case, "expect": said}


def case_of(wanted: str, score: Score, known: Recognised) -> str:
    """The case that held in the table a test asks about: that of the score, or one by which the indicator was read."""
    table = wanted.partition(".")[0]
    if table in READ_BY:
        if table == NAME_TABLE:
            return f"{table}.{known.fields.get('name_case', '')}"
        return next(f"{table}.{step.case}" for step in known.steps if step.table == table)
    trace = score.trace
    if trace is not None and trace.before is not None and table != ADJUST_TABLE:
        trace = trace.before
    return trace.case if trace else ""


def compare_finding(expected: Mapping[str, Any], found: Sequence[Finding | RollupFinding], aside: Iterable[str] = ()) -> Compared:
    """Whether one of the findings is as expected; what is set `aside` is not looked at. Of several the nearest is told."""
    asked = [key for key in expected if key not in aside]
    best: tuple[list[str], dict[str, Any]] | None = None
    for finding in found:
        came = finding_came(finding)
        wrong = [f"{key} 应为 {expected[key]}，是 {came[key] or '空'}" for key in asked if came[key] != expected[key]]
        if best is None or len(wrong) < len(best[0]):
            best = wrong, {key: came[key] for key in expected if came[key]}
    if best is None:
        return Compared("没有报，看不到应报的内容" if asked else "", {})
    return Compared("；".join(best[0]), best[1])


def finding_came(finding: Finding | RollupFinding) -> dict[str, str]:
    """Everything a test can expect of a finding."""
    return {key: getattr(finding, key, "") for key in OF_FINDING}


def compare_form(expected: Mapping[str, Any], form: ScoredForm) -> Compared:
    """Whether the first form of a record has the scores and the grade expected."""
    came: dict[str, Any] = {
        "total": form.total.computed,
        "execution": form.execution.computed,
        "grade": form.grade_computed,
        "basis": form.grade_basis,
    }
    wrong = []
    for key, wanted in expected.items():
        value = Decimal(str(wanted)) if key in ("total", "execution") else wanted
        if came[key] != value:
            wrong.append(f"{key} 应为 {wanted}，是 {_shown(came[key])}")
    return Compared("；".join(wrong), {key: came[key] for key in expected if came[key] not in (None, "")})


def graded(total: Decimal, policy: Policy) -> Band | None:
    """The grade of a total of a form that meets whatever conditions a grade has: what a test that gives a total alone is about."""
    return next((band for band in policy.grades if reaches(total, band)), None)


def _shown(value: Any) -> str:
    return f"[{', '.join(map(str, value))}]" if isinstance(value, list) else "空" if value in (None, "") else str(value)
