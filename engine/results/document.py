"""The result document (Contract): one JSON object with scores, traces, policy id and hash. Decimals are strings.

Every view (table, Markdown, explanation, report, page) shows what is in here and computes nothing of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from engine import __version__
from engine.errors import Place
from engine.findings.findings import Findings
from engine.findings.model import Correction, Evidence, Finding, FoldedRow, RuleRun
from engine.language.fields import NAME_TABLE
from engine.language.model import Scalar
from engine.policy.model import Policy
from engine.results.concerns import Numbered, concerns
from engine.results.model import (
    Result,
    ResultBudget,
    ResultBudgetLine,
    ResultCorrection,
    ResultEvidence,
    ResultFinding,
    ResultFindingRow,
    ResultForm,
    ResultGrade,
    ResultIndicator,
    ResultMark,
    ResultPolicy,
    ResultQuantity,
    ResultRule,
    ResultScheme,
    ResultScore,
    ResultTrace,
    ResultValue,
    ResultWording,
)
from engine.results.questions import questions, reading_data
from engine.scoring.budget import scored_line
from engine.scoring.model import Evaluation, Range, Recognised, Score, ScoredForm, ScoredIndicator, Trace
from engine.submission.model import Form
from engine.templating.filters import rate as rate_text
from engine.values.model import Quantity, Value
from engine.values.numerals import plain
from engine.values.wording import UNREAD, WordingReading

Fields = Mapping[str, Scalar]
COMPOSITES = {"best": "取最好的一个", "average": "取平均", "sum": "相加"}
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


def rule_run(run: RuleRun) -> ResultRule:
    """What came of one rule."""
    cut = f"只逐个列出前 {run.hits - run.more:,} 处，另有 {run.more:,} 处没有列出" if run.more else ""
    reason = "；".join(filter(None, (run.reason, cut)))
    out = ResultRule(id=run.id, title=run.title, state=run.state, hits=run.hits, reason=reason)
    if run.by_option:
        out["by_option"] = True
    if run.ms is not None:
        out["ms"] = run.ms
    return out


def policy_data(policy: Policy) -> ResultPolicy:
    """What names a policy, and by its hash what was in it."""
    return {"id": policy.id, "title": policy.title, "status": policy.status, "sha256": policy.sha256}


def finding_data(finding: Finding) -> ResultFinding:
    """A finding as the result has it: its sentences, the clause it rests on, and where each value stands."""
    out = ResultFinding(
        rule=finding.rule,
        title=finding.title,
        category=finding.category,
        severity=finding.severity,
        form=finding.form,
        subject=finding.subject,
        message=finding.message,
        advice=finding.advice,
        basis=finding.basis,
        basis_title=finding.basis_title,
        evidence=[_evidence(item) for item in finding.evidence],
    )
    if finding.correction:
        out["correction"] = _correction(finding.correction)
    if finding.derived_by:
        out["derived_by"] = list(finding.derived_by)
    if finding.rows:
        places = {item: n for n, item in enumerate(finding.evidence)}
        out["rows"] = [_row(row, finding.form, [places[item] for item in row.evidence]) for row in finding.rows]
    if finding.report != finding.message:
        out["report"] = finding.report
    return out


def _row(row: FoldedRow, form: str, evidence: list[int]) -> ResultFindingRow:
    out = ResultFindingRow(subject=row.subject, message=row.message, evidence=evidence)
    if row.form != form:
        out["form"] = row.form
    if row.report != row.message:
        out["report"] = row.report
    return out


def _correction(item: Correction) -> ResultCorrection:
    out = ResultCorrection(where=where(item.place), field=item.field, now=item.now, right=item.right)
    if item.start is not None:
        out["start"] = item.start
    return out


def _evidence(item: Evidence) -> ResultEvidence:
    out = ResultEvidence(where=where(item.place), field=item.field, title=item.title, value=item.value)
    if item.place.file:
        out["file"] = item.place.file
    if item.place.line:
        out["line"] = item.place.line
    return out


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
        trace=_trace(score.trace) | _read(known, policy),
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
        out["trace"] = _trace(score.trace)
    return out


def _trace(trace: Trace | None) -> ResultTrace:
    """How a number came about; nothing where it has none."""
    if trace is None:
        return {}
    out = ResultTrace(case=trace.case, label=trace.label or None, basis=trace.basis)
    if trace.formula:
        out["formula"], out["operands"] = trace.formula, trace.operands
    if trace.values:
        out["values"] = {name: digits(value) for name, value in trace.values}
    if trace.tier:
        out["tier"], out["tier_range"] = trace.tier, trace.tier_range
    if trace.unrounded is not None:
        out["unrounded"] = exact(trace.unrounded)
    if trace.before is not None:
        out["before"] = _trace(trace.before)
    if trace.bounded:
        out["bounded"] = trace.bounded
        if trace.bounded_basis:
            out["bounded_basis"] = trace.bounded_basis
    if trace.rounding:
        out["rounding"], out["rounding_basis"] = trace.rounding, trace.rounding_basis
    return out


def _grade(scored: ScoredForm) -> ResultGrade:
    out = ResultGrade(
        reported=scored.grade_reported or None, computed=scored.grade_computed or None, basis=scored.grade_basis or None
    )
    if scored.grade_reason:
        out["reason"] = scored.grade_reason
    return out


def _read(known: Recognised, policy: Policy) -> ResultTrace:
    """How an indicator was read: the answers of the recognition tables, the values, and how they compare."""
    out = ResultTrace(
        recognition=[
            {"table": step.table, "case": step.case, "label": step.label, "value": step.value, "basis": step.basis}
            for step in known.steps
        ]
    )
    if reason := known.comparison.reason or known.verdict_reason:
        out["comparison"] = reason
    if known.comparison.pairs and "composite" in (known.target.kind, known.actual.kind):
        out["composite_basis"] = policy.scoring.composite_basis
        if policy.scoring.composite != "worst":
            out["composite_take"] = COMPOSITES[policy.scoring.composite]
    if known.direction_ground == "known" and known.answer is not None:
        out["answered"] = "，".join(filter(None, (str(known.answer.place), known.answer.source))) or known.answer.name
    elif known.direction_ground != "sign" and known.name_parts:
        case = next(case for case in policy.recognition[NAME_TABLE].cases if case.id == known.fields["name_case"])
        out["name_read"] = f"{known.name_parts}（{NAME_TABLE}.{case.id}：{case.label}）"
    if known.wording.verdict != UNREAD:
        out["wording"] = _wording(known.wording)
    out["values_read"] = {"target": _value(known.target), "actual": _value(known.actual)}
    if notes := [*known.comparison.assumptions, *filter(None, (known.target.note, known.actual.note))]:
        out["notes"] = list(dict.fromkeys(notes))
    return out


def _wording(reading: WordingReading) -> ResultWording:
    """The parse of a text: what it says, why, and the words that decided with what they reach (places counted from 1)."""
    marks = []
    for mark in reading.marks:
        shown = ResultMark(word=mark.word, role=mark.role, start=mark.start + 1, end=mark.end)
        if mark.reach:
            shown["reach"] = mark.reach
        marks.append(shown)
    return {"verdict": reading.verdict, "ground": reading.ground, "why": reading.why, "marks": marks}


def _value(value: Value) -> ResultValue:
    out = ResultValue(kind=value.kind)
    if value.operator:
        out["operator"] = value.operator
    if value.quantities:
        out["quantities"] = [_quantity(item) for item in value.quantities]
    if value.deadline:
        out["deadline"] = str(value.deadline)
    return out


def _quantity(item: Quantity) -> ResultQuantity:
    out = ResultQuantity(number=digits(item.number))
    if item.unit:
        out["unit"] = item.unit
    if item.label:
        out["label"] = item.label
    if item.approximate:
        out["approximate"] = item.approximate
    return out


def digits(value: Decimal) -> str:
    """A decimal as the document writes it: all its digits, no exponent."""
    return format(value, "f")


def number(value: Decimal | None) -> str | None:
    """As `digits`; None where there is no number."""
    return None if value is None else digits(value)


def exact(value: Fraction) -> str:
    """An unrounded value: all digits where it ends, else the first twelve decimals and an ellipsis."""
    return plain(value)


def _range(allowed: Range | None) -> list[str] | None:
    return None if allowed is None else [digits(allowed[0]), digits(allowed[1])]


def where(place: Place) -> str:
    """A place as evidence names it."""
    return str(place)
