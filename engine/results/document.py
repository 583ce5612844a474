"""The result document (Contract): one JSON object with scores, traces, policy id and hash. Decimals are strings.

Every view (table, Markdown, explanation, report, page) shows what is in here and computes nothing of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

from engine import __version__
from engine.findings.findings import Findings
from engine.language.model import Scalar
from engine.policy.model import Policy
from engine.results.concerns import Numbered, concerns
from engine.results.findings import finding_data, rule_run
from engine.results.model import (
    Result,
    ResultBudget,
    ResultBudgetLine,
    ResultForm,
    ResultGrade,
    ResultIndicator,
    ResultPolicy,
    ResultScheme,
    ResultScore,
)
from engine.results.numbers import digits, number, where
from engine.results.questions import questions, reading_data
from engine.results.traces import reading_trace, trace_data
from engine.scoring.budget import scored_line
from engine.scoring.model import Evaluation, Range, Score, ScoredForm, ScoredIndicator
from engine.submission.model import Form
from engine.templating.filters import rate as rate_text

Fields = Mapping[str, Scalar]
_AMOUNTS: tuple[Literal["original_budget", "budget", "executed", "unspent", "basic_expenditure", "project_expenditure"], ...] = (
    "original_budget",
    "budget",
    "executed",
    "unspent",
    "basic_expenditure",
    "project_expenditure",
)


def to_data(evaluation: Evaluation, checked: Findings) -> Result:
    """The result as plain data, in the Contract's shape."""
    forms: dict[str, Fields] = {}
    indicators: dict[str, list[Fields]] = defaultdict(list)
    reasons: dict[tuple[Scalar, Scalar], str] = {}
    for fact in checked.facts:
        if fact.kind == "form":
            forms[str(fact.fields["form"])] = fact.fields
        elif fact.kind == "indicator":
            indicators[str(fact.fields["form"])].append(fact.fields)
        elif fact.kind == "unmet":
            reasons[fact.fields["form"], fact.fields["name_key"]] = str(fact.fields.get("reason", ""))
    told = [_form(form, forms[form.label], indicators[form.label], reasons, evaluation.policy) for form in evaluation.forms]
    problems, head = concerns([Numbered(checked, told)], evaluation.policy.telling)
    out = Result(
        engine=__version__,
        policy=policy_data(evaluation.policy) if evaluation.policy.judges else None,
        forms=told,
        findings=[finding_data(finding) for finding in checked.findings],
        problems=problems,
        head=head,
        questions=questions(evaluation),
        matcher=checked.matcher,
        rules=[rule_run(run) for run in checked.rules],
    )
    if checked.notes:
        out["notes"] = list(checked.notes)
    return out


def policy_data(policy: Policy) -> ResultPolicy:
    """What names a policy, and by its hash what was in it."""
    return {"id": policy.id, "title": policy.title, "status": policy.status, "sha256": policy.sha256}


def _budget(form: Form, fields: Fields) -> ResultBudget:
    """Budget and execution as the report states them: amounts in the form's unit, the rate in percent."""
    unit = fields.get("money_unit")
    out = ResultBudget(unit=str(unit) if unit else None)
    for name in _AMOUNTS:
        if isinstance(value := fields.get(name), Decimal):
            out[name] = digits(value)
    change, original, budget = fields.get("budget_change"), fields.get("original_budget"), fields.get("budget")
    if change and isinstance(original, Decimal) and isinstance(budget, Decimal):
        out["change"] = digits(budget - original)
    rate = fields.get("execution_rate")
    if isinstance(rate, Decimal):
        out["execution_rate"] = rate_text(rate).removesuffix("%")
        out["execution_rate_unrounded"] = digits(rate)
    if line := scored_line(form):
        filed = {name: cell.text for name in ("budget", "executed", "rate") if (cell := getattr(line, name)) is not None}
        out["line"] = ResultBudgetLine(
            name=line.name, unit=line.money_unit, budget=filed.get("budget", ""), executed=filed.get("executed", "")
        )
        if "rate" in filed:
            out["line"]["rate"] = filed["rate"]
    return out


def _form(
    scored: ScoredForm, fields: Fields, facts: list[Fields], reasons: Mapping[tuple[Scalar, Scalar], str], policy: Policy
) -> ResultForm:
    form, counts = scored.form, scored.counts
    scores = {"execution": _score(scored.execution), **{name: _score(score) for name, score in scored.level1.items()}}
    rate = counts.completion_rate
    return ResultForm(
        unit=form.unit,
        fiscal_year=form.fiscal_year,
        kind=form.kind,
        name=scored.label,
        where=where(form.place),
        budget=_budget(form, fields),
        scheme=_scheme(scored, policy),
        scores={**scores, "total": _score(scored.total)},
        grade=_grade(scored),
        counts={
            "indicators": counts.indicators,
            "met": counts.met,
            "unknown": counts.unknown,
            "completion_rate": None if rate is None else digits(rate),
        },
        indicators=[
            _indicator(item, fact, reasons.get((fact["form"], fact["name_key"]), ""), policy)
            for item, fact in zip(scored.indicators, facts, strict=True)
        ],
    )


def _scheme(scored: ScoredForm, policy: Policy) -> ResultScheme:
    """What the policy wants the parts of this form to be worth."""
    weights, chosen = policy.scoring.weights, scored.scheme
    out = ResultScheme(
        full_score=digits(weights.full_score),
        execution=digits(weights.execution),
        level1={name: digits(points) for name, points in chosen.level1.items()},
        basis=chosen.basis,
    )
    if chosen.id:
        out["case"] = chosen.id
    if chosen.label:
        out["label"] = chosen.label
    return out


def _indicator(item: ScoredIndicator, fact: Fields, listed: str, policy: Policy) -> ResultIndicator:
    known, indicator, score = item.known, item.known.indicator, item.score
    out = ResultIndicator(
        goal=item.goal,
        name=indicator.name,
        level1=indicator.level1,
        level2=indicator.level2,
        weight=number(known.weight),
        weight_ground=known.weight_ground or "none",
        target=known.target.raw,
        actual=known.actual.raw,
        status=score.status,
        direction=known.direction,
        direction_ground=known.direction_ground,
        certain=known.certain,
        readings=[reading_data(one) for one in known.readings],
        nature=known.nature,
        attainment=known.attainment if known.nature == "qualitative" else None,
        met=known.met,
        reported=number(score.reported),
        computed=number(score.computed),
        allowed=_range(score.allowed),
        where=where(indicator.place),
        trace=trace_data(score.trace) | reading_trace(known, policy),
    )
    if score.reason:
        out["reason"] = score.reason
    if known.weight_ground == "inferred":
        out["weight_reason"] = known.weight_reason
    if known.weight_ends:
        out["weight_range"] = [digits(end) for end in known.weight_ends]
    if known.direction_certain and known.target_number is not None and known.actual_number is not None:
        above, share = known.actual_number - known.target_number, fact.get("excess")
        by = {"positive": above, "inverse": -above}.get(known.direction, Decimal(0))
        if by > 0:
            out["exceeded_by"] = digits(by)
            if isinstance(share, Decimal):
                out["exceeded_share"] = digits(share)
    if filed := listed or (indicator.reason.text if indicator.reason else ""):
        out["filed_reason"] = filed
    return out


def _score(score: Score) -> ResultScore:
    out = ResultScore(
        reported=number(score.reported), computed=number(score.computed), allowed=_range(score.allowed), status=score.status
    )
    if score.reason:
        out["reason"] = score.reason
    if score.trace:
        out["trace"] = trace_data(score.trace)
    return out


def _grade(scored: ScoredForm) -> ResultGrade:
    out = ResultGrade(
        reported=scored.grade_reported or None, computed=scored.grade_computed or None, basis=scored.grade_basis or None
    )
    if scored.grade_reason:
        out["reason"] = scored.grade_reason
    return out


def _range(allowed: Range | None) -> list[str] | None:
    return None if allowed is None else [digits(allowed[0]), digits(allowed[1])]
