"""The result document (Contract): one JSON object with scores, traces, policy id and hash. Decimals are strings.

Every view (table, Markdown, explanation, later the report and the page) shows what is in here and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from engine import __version__
from engine.errors import Place
from engine.findings.findings import Evidence, Finding, Findings
from engine.language.model import Scalar
from engine.scoring.model import Evaluation, Range, Recognised, Score, ScoredForm, ScoredIndicator, Trace
from engine.values.model import Value
from engine.values.numerals import plain
from engine.values.rounding import rounded

BUDGET = ("original_budget", "budget", "executed", "unspent", "basic_expenditure", "project_expenditure")


def to_data(evaluation: Evaluation, checked: Findings) -> dict[str, Any]:
    """The result as plain data, in the Contract's shape."""
    policy = evaluation.policy
    budgets = {str(fact.fields["form"]): _budget(fact.fields) for fact in checked.facts if fact.kind == "form"}
    return {
        "engine": __version__,
        "policy": {"id": policy.id, "title": policy.title, "status": policy.status, "sha256": policy.sha256},
        "forms": [_form(form, budgets[form.label]) for form in evaluation.forms],
        "findings": [_finding(finding) for finding in checked.findings],
        "matcher": checked.matcher,
        **({"notes": list(checked.notes)} if checked.notes else {}),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    out: dict[str, Any] = {
        "rule": finding.rule,
        "title": finding.title,
        "category": finding.category,
        "severity": finding.severity,
        "form": finding.form,
        "subject": finding.subject,
        "message": finding.message,
        "advice": finding.advice,
        "basis": finding.basis,
        "evidence": [_evidence(item) for item in finding.evidence],
    }
    if finding.derived_by:
        out["derived_by"] = list(finding.derived_by)
    return out


def _evidence(item: Evidence) -> dict[str, Any]:
    out: dict[str, Any] = {"where": where(item.place), "field": item.field, "title": item.title, "value": item.value}
    if item.place.file:
        out["file"] = item.place.file
    if item.place.line:
        out["line"] = item.place.line
    return out


def _budget(fields: Mapping[str, Scalar]) -> dict[str, Any]:
    """Budget and execution as the report states them: amounts in the form's unit, the rate in percent."""
    out = {name: number(value) for name in BUDGET if isinstance(value := fields.get(name), Decimal)}
    change, original, budget = fields.get("budget_change"), fields.get("original_budget"), fields.get("budget")
    if change and isinstance(original, Decimal) and isinstance(budget, Decimal):
        out["change"] = number(budget - original)
    rate = fields.get("execution_rate")
    if isinstance(rate, Decimal):
        out["execution_rate"] = number(rounded(Fraction(rate), 2))
    return {"unit": fields.get("money_unit") or None, **out}


def _form(scored: ScoredForm, budget: Mapping[str, Any]) -> dict[str, Any]:
    form, counts = scored.form, scored.counts
    scores = {"execution": _score(scored.execution), **{name: _score(score) for name, score in scored.level1.items()}}
    rate = counts.completion_rate
    return {
        "unit": form.unit,
        "fiscal_year": form.fiscal_year,
        "kind": form.kind,
        "name": scored.label,
        "where": where(form.place),
        "budget": dict(budget),
        "scores": {**scores, "total": _score(scored.total)},
        "grade": {
            "reported": scored.grade_reported or None,
            "computed": scored.grade_computed or None,
            "basis": scored.grade_basis or None,
        },
        "counts": {
            "indicators": counts.indicators,
            "met": counts.met,
            "unknown": counts.unknown,
            "completion_rate": None if rate is None else format(rate, "f"),
        },
        "indicators": [_indicator(item) for item in scored.indicators],
    }


def _indicator(item: ScoredIndicator) -> dict[str, Any]:
    known, indicator = item.known, item.known.indicator
    out: dict[str, Any] = {
        "goal": item.goal,
        "name": indicator.name,
        "level1": indicator.level1,
        "level2": indicator.level2,
        "weight": number(known.weight),
        "target": known.target.raw,
        "actual": known.actual.raw,
        "status": item.score.status,
        "direction": known.direction,
        "nature": known.nature,
        "attainment": known.attainment if known.nature == "qualitative" else None,
        "met": known.met,
        **_numbers(item.score),
        "where": where(indicator.place),
        "trace": _trace(item.score.trace, known),
    }
    if item.score.reason:
        out["reason"] = item.score.reason
    return out


def _numbers(score: Score) -> dict[str, Any]:
    return {"reported": number(score.reported), "computed": number(score.computed), "allowed": _range(score.allowed)}


def _score(score: Score) -> dict[str, Any]:
    out = _numbers(score) | {"status": score.status}
    if score.reason:
        out["reason"] = score.reason
    if score.trace:
        out["trace"] = _trace(score.trace, None)
    return out


def _trace(trace: Trace | None, known: Recognised | None) -> dict[str, Any]:
    out: dict[str, Any] = {}
    if trace:
        out |= {"case": trace.case, "label": trace.label or None, "basis": trace.basis}
        if trace.formula:
            out |= {"formula": trace.formula, "operands": trace.operands}
        if trace.values:
            out["values"] = {name: number(value) for name, value in trace.values}
        if trace.tier:
            out |= {"tier": trace.tier, "tier_range": trace.tier_range}
        if trace.unrounded is not None:
            out["unrounded"] = exact(trace.unrounded)
        if trace.bounded:
            out["bounded"] = trace.bounded
        if trace.rounding:
            out["rounding"] = trace.rounding
    if known:
        out["recognition"] = [
            {"table": step.table, "case": step.case, "label": step.label, "value": step.value, "basis": step.basis}
            for step in known.steps
        ]
        if reason := known.comparison.reason or known.verdict_reason:
            out["comparison"] = reason
        out["values_read"] = {"target": _value(known.target), "actual": _value(known.actual)}
        said = [known.target.note, known.actual.note]
        notes = [*known.comparison.assumptions, *filter(None, said)]
        if notes:
            out["notes"] = list(dict.fromkeys(notes))
    return out


def _value(value: Value) -> dict[str, Any]:
    out: dict[str, Any] = {"kind": value.kind}
    if value.operator:
        out["operator"] = value.operator
    if value.quantities:
        out["quantities"] = [
            {
                k: v
                for k, v in (("number", number(q.number)), ("unit", q.unit), ("label", q.label), ("approximate", q.approximate))
                if v
            }
            for q in value.quantities
        ]
    if value.deadline:
        out["deadline"] = str(value.deadline)
    return out


def number(value: Decimal | None) -> str | None:
    """A decimal as the document writes it: all its digits, no exponent."""
    return None if value is None else format(value, "f")


def exact(value: Fraction) -> str:
    """An unrounded value: all digits where it ends, else the first twelve decimals and an ellipsis."""
    return plain(value)


def _range(allowed: Range | None) -> list[str] | None:
    return None if allowed is None else [format(allowed[0], "f"), format(allowed[1], "f")]


def where(place: Place) -> str:
    """A place as evidence names it."""
    return str(place)


def lines(data: Mapping[str, Any]) -> Iterator[str]:
    """The document as JSON lines, one form a line with its own findings: what a reviewer's script reads. In a run over many
    bundles each form has its policy, and what could not be read comes last, a problem a line."""
    import json

    policies = {policy["id"]: policy for policy in data.get("policies", [])}
    for form in data["forms"]:
        own = [f for f in data["findings"] if f["form"] == form["name"] and f.get("bundle") == form.get("bundle")]
        policy = policies[form["policy"]] if policies else data["policy"]
        yield json.dumps({"engine": data["engine"], "policy": policy, "form": form, "findings": own}, ensure_ascii=False)
    for problem in data.get("problems", []):
        yield json.dumps({"engine": data["engine"], "problem": problem}, ensure_ascii=False)


def dumps(data: Mapping[str, Any]) -> str:
    """The document as JSON text."""
    import json

    return json.dumps(data, ensure_ascii=False, indent=2)
