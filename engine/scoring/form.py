"""Evaluation of one bundle: every indicator recognised and scored, every form added up. Data in, data out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from engine.policy.model import Policy, Scheme
from engine.scoring.adjusting import adjusted
from engine.scoring.budget import scored_line
from engine.scoring.model import Counts, Evaluation, Score, ScoredForm, ScoredIndicator
from engine.scoring.recognition import form_fields
from engine.scoring.totals import NO_WEIGHT, grade, grading, held_back, score_execution, summed, total, weighed
from engine.scoring.weighed import judge_weighed
from engine.scoring.weighing import weights_of
from engine.submission.model import Form, Indicator, Submission
from engine.values.cells import number_of
from engine.values.known_names import known_names
from engine.values.vocabulary import Vocabulary


def evaluate(
    submission: Submission, policy: Policy, *, earlier: tuple[Form, ...] = (), approved: tuple[Form, ...] = ()
) -> Evaluation:
    """Score every form of the submission by the policy; `earlier` and `approved` forms of the same body are read by it as well, so
    that their values can be held against each other."""
    return Evaluation(submission, policy, _scored(submission.forms, policy), _scored(earlier, policy), _scored(approved, policy))


def _scored(forms: Sequence[Form], policy: Policy) -> tuple[ScoredForm, ...]:
    labels = _distinct(form.name for form in forms)
    return tuple(_form(form, label, policy, policy.words) for form, label in zip(forms, labels, strict=True))


def put_together(submission: Submission, policy: Policy, scored: Mapping[int, ScoredForm]) -> Evaluation:
    """The evaluation of forms that were scored by themselves by the same policy, by the identity of the form: nothing is scored
    again, and a form is called as it is among the others."""
    labels = _distinct(form.name for form in submission.forms)
    forms = (replace(scored[id(form)], label=label) for form, label in zip(submission.forms, labels, strict=True))
    return Evaluation(submission, policy, tuple(forms))


def _distinct(labels: Iterable[str]) -> list[str]:
    seen: dict[str, int] = {}
    out = []
    for label in labels:
        seen[label] = seen.get(label, 0) + 1
        out.append(label if seen[label] == 1 else f"{label}（{seen[label]}）")
    return out


def _form(form: Form, label: str, policy: Policy, words: Vocabulary) -> ScoredForm:
    answers = known_names(form.answers)
    weights, _ = weights_of(form, policy.scoring.weights.full_score)
    rows = [(goal.number, indicator) for goal in form.goals for indicator in _own_scores(goal.indicators)]
    around = form_fields(scored_line(form), words)
    indicators = tuple(
        ScoredIndicator(number, *judge_weighed(indicator, weight, form.kind, form.fiscal_year, policy, answers, around))
        for (number, indicator), weight in zip(rows, weights, strict=True)
    )
    indicators = adjusted(indicators, policy)
    execution = score_execution(scored_line(form), policy, words)
    every = summed((item.score for item in indicators), policy)
    unscored = sum(
        (item.known.weight or Decimal(0) for item in indicators if item.score.status == "not_applicable"),
        Decimal(0),
    )
    weight = weighed(indicators) if policy.scoring.hundred else NO_WEIGHT  # what its table does not read need not be added up
    whole = total(form, execution, every, unscored, policy, weight)
    if any(item.known.weight_ends for item in indicators):
        whole = _within(whole, policy.scoring.weights.full_score)
    asked = grading(indicators)
    computed = grade(whole.computed, policy, asked)
    return ScoredForm(
        form=form,
        label=label,
        execution=execution,
        level1=_by_level1(indicators, policy),
        total=whole,
        grade_reported=form.grade.text if form.grade else "",
        grade_computed=computed.id if computed else "",
        grade_basis=computed.basis if computed else "",
        grade_reason=held_back(whole.computed, policy, asked),
        indicators=indicators,
        counts=Counts(
            indicators=len(indicators),
            met=sum(1 for item in indicators if item.known.met == "yes"),
            unknown=sum(1 for item in indicators if item.known.met == "unknown"),
        ),
        scheme=scheme(form.kind, (item.known.indicator.level1 for item in indicators), policy),
    )


def _within(whole: Score, full_score: Decimal) -> Score:
    """A total open between bounds of several weights: these cannot all be at their highest, together they are the full score."""
    if whole.allowed is None or not whole.allowed[0] <= full_score < whole.allowed[1]:
        return whole
    return replace(whole, allowed=(whole.allowed[0], full_score.quantize(whole.allowed[1])))


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


def canonical_level1(name: str, policy: Policy) -> str:
    """A 一级指标 as the policy's taxonomy calls it; as written if the taxonomy does not know it."""
    exact = (level.name for level in policy.taxonomy if name == level.name or name in level.aliases)
    return next(exact, None) or next((level.name for level in policy.taxonomy if level.is_called(name)), name)


def _by_level1(indicators: tuple[ScoredIndicator, ...], policy: Policy) -> dict[str, Score]:
    """Sums by 一级指标, in the taxonomy's order; those it does not know come last, under their own name."""
    groups: dict[str, list[Score]] = {level.name: [] for level in policy.taxonomy}
    for item in indicators:
        groups.setdefault(canonical_level1(item.known.indicator.level1, policy), []).append(item.score)
    return {name: summed(scores, policy) for name, scores in groups.items() if scores}
