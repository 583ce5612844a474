"""All that a policy makes of the input of a test, not only what the test expects: to tell two policies apart."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from engine.errors import JixiaoError
from engine.scoring.model import Evaluation, Score
from engine.soundness.tests.expected import READ_BY, case_of, finding_came, graded, score_came
from engine.soundness.tests.records import Unusable
from engine.soundness.tests.running import TestFile

Outcome = Mapping[str, Any]


def outcome(file: TestFile, test: Mapping[str, Any], whole: bool = False) -> Outcome:
    """What comes of it, by name. `whole`: of a record all findings and scores, whatever the test is about."""
    try:
        if "total" in test:
            band = graded(Decimal(str(test["total"])), file.policy)
            return {"grade": band.id if band else "", "basis": band.basis if band else ""}
        if "rollup" in test:
            return file.rolled_up(test)
        evaluation = file.evaluation(test)
    except (JixiaoError, Unusable) as error:
        return {"error": str(error)[:100]}
    if "case" in test:
        return _of_case(test, evaluation)
    return _of_record(file, test, evaluation, whole)


def _of_case(test: Mapping[str, Any], evaluation: Evaluation) -> dict[str, Any]:
    form = evaluation.forms[0]
    item = form.indicators[0]
    score = item.score if "indicator" in test else form.execution
    came = score_came(score, item.known) | {"case": score.trace.case if score.trace else ""}
    return came | {f"case of {table}": case_of(f"{table}.", score, item.known) for table in READ_BY if "indicator" in test}


def _of_record(file: TestFile, test: Mapping[str, Any], evaluation: Evaluation, whole: bool) -> dict[str, Any]:
    rule, rules = test.get("rule", ""), file.policy.rules.rules
    narrowed = rule in rules and not whole
    checked = file.checker.of_rule(rule, evaluation) if narrowed else file.checker.whole(evaluation)
    out: dict[str, Any] = {"derived": sorted(item.rule for item in checked.outcome.derived)}
    for finding in checked.findings:
        said = {"subject": finding.subject, **finding_came(finding), "evidence": [e.value for e in finding.evidence]}
        out.setdefault(f"finding of {finding.rule}", []).append(said)
    if not narrowed:
        for number, form in enumerate(evaluation.forms):
            out[f"form {number}"] = _scored(form.total), form.grade_computed, form.grade_basis, _scored(form.execution)
            out[f"rows {number}"] = [_scored(item.score) for item in form.indicators]
    return out


def _scored(score: Score) -> tuple[Any, ...]:
    return (
        score.computed,
        score.allowed,
        score.status,
        score.trace.case if score.trace else "",
        score.trace.basis if score.trace else "",
    )
