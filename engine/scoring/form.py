"""Evaluation of one bundle: every indicator recognised and scored, every form added up. Data in, data out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from engine.policy.model import Policy, Scheme
from engine.scoring.budget_lines import Pair, nesting
from engine.scoring.indicator import (
    Counts,
    Score,
    ScoredForm,
    ScoredIndicator,
    grade,
    score_execution,
    score_indicator,
    summed,
    total,
)
from engine.scoring.recognition import number_of, recognise
from engine.submission.model import BudgetLine, Form, Indicator, Submission
from engine.values.vocabulary import Vocabulary, vocabulary


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What the policy makes of a submission."""

    submission: Submission
    policy: Policy
    forms: tuple[ScoredForm, ...]


def evaluate(submission: Submission, policy: Policy) -> Evaluation:
    """Score every form of the submission by the policy."""
    words = vocabulary(policy.notation)
    labels = _distinct(form.name for form in submission.forms)
    forms = (_form(form, label, policy, words) for form, label in zip(submission.forms, labels, strict=True))
    return Evaluation(submission, policy, tuple(forms))


def _distinct(labels: Iterable[str]) -> list[str]:
    seen: dict[str, int] = {}
    out = []
    for label in labels:
        seen[label] = seen.get(label, 0) + 1
        out.append(label if seen[label] == 1 else f"{label}（{seen[label]}）")
    return out


def _form(form: Form, label: str, policy: Policy, words: Vocabulary) -> ScoredForm:
    indicators = tuple(
        ScoredIndicator(goal.number, known, score_indicator(known, policy))
        for goal in form.goals
        for known in (
            recognise(indicator, form.kind, form.fiscal_year, policy, words) for indicator in _own_scores(goal.indicators)
        )
    )
    execution = score_execution(scored_line(form), policy, words)
    every = summed((item.score for item in indicators), policy)
    unscored = sum(
        (item.known.weight or Decimal(0) for item in indicators if item.score.status == "not_applicable"),
        Decimal(0),
    )
    whole = total(form, execution, every, unscored, policy)
    computed = grade(whole.computed, policy)
    return ScoredForm(
        form=form,
        label=label,
        execution=execution,
        level1=_by_level1(indicators, policy),
        total=whole,
        grade_reported=form.grade.text if form.grade else "",
        grade_computed=computed.id if computed else "",
        grade_basis=computed.basis if computed else "",
        indicators=indicators,
        counts=Counts(
            indicators=len(indicators),
            met=sum(1 for item in indicators if item.known.met == "yes"),
            unknown=sum(1 for item in indicators if item.known.met == "unknown"),
        ),
        scheme=scheme(form.kind, (item.known.indicator.level1 for item in indicators), policy),
    )


def scheme(kind: str, level1: Iterable[str], policy: Policy) -> Scheme:
    """What the policy wants the parts of a form to be worth, from its kind and the 一级指标 of its indicators, as written."""
    found = Counter(canonical_level1(name, policy) for name in level1)
    return policy.scoring.weights.scheme(kind, {**{level.name: 0 for level in policy.taxonomy}, **found})


def _own_scores(indicators: Sequence[Indicator]) -> list[Indicator]:
    """The indicators, without the scores that several share: a score above its indicator's weight, followed by empty score
    cells whose weights make up for it, is one cell merged over all of them, and nobody's own."""
    out = list(indicators)
    for start, indicator in enumerate(indicators):
        score, weight = number_of(indicator.score), number_of(indicator.weight)
        if score is None or weight is None or score <= weight:
            continue
        end, whole = start + 1, weight
        while end < len(indicators) and indicators[end].score is not None and not indicators[end].score:
            whole += number_of(indicators[end].weight) or Decimal(0)
            end += 1
        if end > start + 1 and score <= whole:
            out[start:end] = [replace(item, score=None) for item in indicators[start:end]]
    return out


def scored_line(form: Form) -> BudgetLine | None:
    """The budget line that is scored: the form's total line; the one line with amounts where the total above it is all 0.

    That line then has the weight of the total, and its score and rate where it has none of its own.
    """
    total = next((line for line in form.budget if line.role == "total"), None)
    real = line_below_zeros(form)
    if total is None or real is None:
        return total
    return replace(real, role="total", weight=total.weight, rate=real.rate or total.rate, score=real.score or total.score)


def line_below_zeros(form: Form) -> BudgetLine | None:
    """The detail line that holds the whole amount where the total line is empty or 0; None unless exactly one does."""
    total = next((line for line in form.budget if line.role == "total"), None)
    details = [line for line in form.budget if line.role == "detail"]
    if total is None or any(cell and number_of(cell) != 0 for cell in (total.budget, total.executed)):
        return None
    pairs = [plain_amounts(line) for line in details]
    for line, pair in zip(details, pairs, strict=True):
        if pair is None or not all(pair):
            continue
        counted = nesting(details, pairs, pair).counted
        filled = [item for item in counted if item.budget or item.executed]
        if all(item is line or not any(plain_amounts(item) or (1,)) for item in filled):
            return line
    return None


def plain_amounts(line: BudgetLine) -> Pair | None:
    """Budget and executed amount of a line written as plain numbers, 0 for empty cells; None if one is something else."""
    numbers = [number_of(cell) if cell else Decimal(0) for cell in (line.budget, line.executed)]
    return None if numbers[0] is None or numbers[1] is None else (numbers[0], numbers[1])


def canonical_level1(name: str, policy: Policy) -> str:
    """A 一级指标 as the policy's taxonomy calls it; as written if the taxonomy does not know it."""
    return next((level.name for level in policy.taxonomy if name == level.name or name in level.aliases), name)


def _by_level1(indicators: tuple[ScoredIndicator, ...], policy: Policy) -> dict[str, Score]:
    """Sums by 一级指标, in the taxonomy's order; those it does not know come last, under their own name."""
    groups: dict[str, list[Score]] = {level.name: [] for level in policy.taxonomy}
    for item in indicators:
        groups.setdefault(canonical_level1(item.known.indicator.level1, policy), []).append(item.score)
    return {name: summed(scores, policy) for name, scores in groups.items() if scores}
