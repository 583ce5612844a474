"""The fields of form facts: totals, budget, counts, and how far what was filed is from what follows from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from engine.findings.facts.budget import budget_values, execution_habit, printed_weights
from engine.findings.facts.claims import amounts, last_place, percent
from engine.findings.facts.habits import copied_fields, reason_habits, value_habits
from engine.findings.facts.model import Source, present
from engine.findings.facts.money import money_fields
from engine.findings.facts.numbers import gap, ratio
from engine.findings.facts.promises import report_claims
from engine.findings.facts.report_text import ReportText
from engine.findings.facts.slips import filing, slips
from engine.language.facts import FormFact
from engine.language.facts.form import ApprovedFields, TextFields
from engine.policy.model import Policy, StatementRule
from engine.scoring.budget import amounts_of, scored_line
from engine.scoring.model import ScoredForm
from engine.scoring.totals import grade, grading
from engine.submission.model import BudgetLine, Form
from engine.values.cells import number_of, value_of
from engine.values.model import Value
from engine.values.vocabulary import Vocabulary

NOT_GIVEN = ApprovedFields()


def form_fact(
    scored: ScoredForm,
    texts: ReportText,
    against: TextFields,
    policy: Policy,
    words: Vocabulary,
    approved: ApprovedFields = NOT_GIVEN,
) -> FormFact:
    """The fact of a form: what was filed, what was computed, how far the two are apart."""
    form, weights = scored.form, policy.scoring.weights
    line, own = scored_line(form), _own_scores(scored)
    spent = _spent(form, line, words, policy)
    budget, executed, original, rate = spent.budget, spent.executed, spent.original, spent.rate
    counts = scored.counts
    own_rate, own_execution = ratio(own.indicators, own.weight, 100), ratio(scored.execution.reported, weights.execution, 100)
    block = budget_values(form, (budget, executed), words)
    reported_grade = grade(scored.total.reported, policy, grading(scored.indicators))
    header = {item.key: number_of(item.value) for item in form.header if item.key in ("basic_expenditure", "project_expenditure")}
    return FormFact(
        form=scored.label,
        form_kind=form.kind,
        name=form.name,
        unit=form.unit or None,
        fiscal_year=form.fiscal_year,
        total_reported=scored.total.reported,
        total_computed=scored.total.computed,
        total_status=scored.total.status,
        full_score=weights.full_score,
        total_gap=gap(scored.total.reported, scored.total.computed),
        total_added=own.whole,
        added_gap=gap(own.whole, scored.total.reported),
        execution_reported=scored.execution.reported,
        execution_computed=scored.execution.computed,
        execution_gap=gap(scored.execution.reported, scored.execution.computed),
        execution_weight=number_of(line.weight) if line else None,
        execution_weight_scheme=weights.execution,
        execution_status=scored.execution.status,
        execution_reason=scored.execution.reason or None,
        budget_block=block,
        approved=approved,
        money=money_fields(form, line, original, block.lines_budget, texts, words),
        habit=execution_habit(scored.execution.reported, (number_of(line.weight) if line else None) or weights.execution, rate),
        printed=printed_weights(form, own.weight, weights.execution, weights.full_score),
        execution_clause=scored.execution.trace.basis if scored.execution.trace else None,
        indicators_reported=own.indicators,
        indicators_computed=_sum([item.score.computed for item in scored.indicators]),
        grade_reported=scored.grade_reported or None,
        grade_computed=scored.grade_computed or None,
        grade_of_reported=reported_grade.id if reported_grade else None,
        grade_clause=scored.grade_basis or None,
        money_unit=spent.unit,
        budget=budget,
        executed=executed,
        unspent=None if budget is None or executed is None else budget - executed,
        original_budget=original,
        budget_walk_gap=_walk_gap(form, budget, words, policy.statements),
        budget_moved=None if budget is None or original is None else budget - original,
        budget_change=None if budget is None or original is None else ratio(budget - original, original),
        execution_rate=rate,
        execution_rate_stated=spent.stated,
        execution_rate_gap=gap(rate, spent.stated),
        execution_rate_precision=spent.precision,
        execution_rate_half=None if spent.precision is None else spent.precision / 2,
        execution_rate_whole=None if rate is None or spent.precision is None else rate < 100 <= rate + spent.precision / 2,
        execution_rate_unit_missing=spent.unit_missing,
        basic_expenditure=header.get("basic_expenditure"),
        project_expenditure=header.get("project_expenditure"),
        expenditure_gap=_expenditure_gap(header, budget, executed),
        indicators=counts.indicators,
        met=counts.met,
        unmet=counts.indicators - counts.met - counts.unknown,
        undecided=counts.unknown,
        completion_rate=ratio(Decimal(counts.met), Decimal(counts.indicators), 100),
        weight_sum=own.weight,
        weight_scheme=weights.full_score - weights.execution,
        indicator_rate=own_rate,
        execution_score_rate=own_execution,
        rate_lead=None if own_rate is None or own_execution is None else own_rate - own_execution,
        goals=len(form.goals),
        report=texts.fields(),
        reason_habits=reason_habits(scored, texts, policy.prose),
        value_habits=value_habits(scored.indicators),
        slips=slips(form, policy.prose),
        claims=report_claims(form, texts, policy.prose, words),
        filing=filing(form, policy.prose),
        against_table=against,
        copied=copied_fields(form),
    )


@dataclass(frozen=True, slots=True)
class _OwnScores:
    """What the body gave itself, added up: None where a score, or a weight, is not there."""

    indicators: Decimal | None
    whole: Decimal | None
    """With budget execution."""
    weight: Decimal | None
    """What the indicators are worth."""


def _own_scores(scored: ScoredForm) -> _OwnScores:
    scores = [item.score.reported for item in scored.indicators]
    weights = [item.known.weight for item in scored.indicators]
    return _OwnScores(_sum(scores), _sum([scored.execution.reported, *scores]), _sum(weights))


def _sum(numbers: Sequence[Decimal | None]) -> Decimal | None:
    known = [number for number in numbers if number is not None]
    return sum(known, Decimal(0)) if len(known) == len(numbers) else None


@dataclass(frozen=True, slots=True)
class _Spent:
    """The scored line of the budget as numbers, in its own unit; rates in percent."""

    budget: Decimal | None
    executed: Decimal | None
    original: Decimal | None
    unit: str
    rate: Decimal | None
    stated: Decimal | None
    """The rate as stated, and how exactly it is."""
    precision: Decimal | None
    unit_missing: bool | None


def _spent(form: Form, line: BudgetLine | None, words: Vocabulary, policy: Policy) -> _Spent:
    money = amounts_of(line, words) if line else None
    budget, executed = (money.numbers.get("budget"), money.numbers.get("executed")) if money else (None, None)
    if money and line and line.original:
        original = money.numbers.get("original")
    else:
        original = claimed_amount(form, "original_budget", words, policy.statements)
    rate, read = ratio(executed, budget, 100), value_of(line.rate if line else None, words)
    stated = _stated_rate(read, rate)
    precision = None if stated is None else _precision(read, stated)
    bare = True if read.number is not None and read.unit == "" else None
    return _Spent(budget, executed, original, money.unit if money else "", rate, stated, precision, bare)


def _stated_rate(stated: Value, rate: Decimal | None) -> Decimal | None:
    """The printed rate in percentage points. Without a percent sign, 1.00 is 100 and 97.67 is 97.67: whichever is closer to
    the rate that follows from the amounts."""
    points = percent(stated)
    if points is None or stated.unit == "%" or rate is None:
        return points
    return min((points, points * 100), key=lambda value: abs(value - rate))


def _precision(stated: Value, points: Decimal) -> Decimal:
    """What one in the last digit of the printed rate is worth, in percentage points."""
    return last_place(stated.raw) * (1 if points == percent(stated) else 100)


def claimed_amount(form: Form, key: str, words: Vocabulary, rules: Mapping[str, StatementRule]) -> Decimal | None:
    """An amount the report states, where the form has no cell for it: only if the report states one and the same."""
    found = {amount for amount, _ in amounts(form, key, words, rules)}
    return found.pop() if len(found) == 1 else None


def _walk_gap(form: Form, budget: Decimal | None, words: Vocabulary, rules: Mapping[str, StatementRule]) -> Decimal | None:
    """How far the report's original budget plus its adjustment is from the adjusted budget on the form; the smaller of both
    signs where the report does not say whether it was raised or cut. None unless each is stated exactly once."""
    stated = {key: list(amounts(form, key, words, rules)) for key in ("original_budget", "budget_adjustment")}
    if budget is None or any(len(found) != 1 for found in stated.values()):
        return None
    original, _ = stated["original_budget"][0]
    change, signed = stated["budget_adjustment"][0]
    gap = abs(original + change - budget)
    return gap if signed else min(gap, abs(original - change - budget))


def _expenditure_gap(header: Mapping[str, Decimal | None], budget: Decimal | None, executed: Decimal | None) -> Decimal | None:
    """How far basic and project expenditure together are from the total line: from its budget or its executed amount,
    whichever is closer, since forms print either."""
    parts = [header.get("basic_expenditure"), header.get("project_expenditure")]
    totals = [total for total in (budget, executed) if total is not None]
    if None in parts or len(totals) < 2:
        return None
    added = sum((part for part in parts if part is not None), Decimal(0))
    return min(abs(added - total) for total in totals)


def form_source(form: Form, label: str) -> Source:
    """Where a form's own figures and texts stand: totals, the scored line, the headings, a section's first paragraph."""
    line = scored_line(form)
    cells = {"total_reported": form.total, "grade_reported": form.grade}
    if line:
        cells |= {
            "budget": line.budget,
            "executed": line.executed,
            "execution_rate_stated": line.rate,
            "execution_reported": line.score,
        }
    cells |= {item.key: item.value for item in form.header if item.key in ("basic_expenditure", "project_expenditure")}
    for section in form.report:
        if section.key in ("execution", "met", "unmet") and section.paragraphs:
            cells.setdefault(f"{section.key}_text", section.paragraphs[0])
    return Source(label, form.name, form.place, present(cells))
