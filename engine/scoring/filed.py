"""Forms as they were filed and read, without what tables and formulas make of them: values typed and compared, names read.

What is left out (directions, scores, totals, grades) is open in the evaluation, so that facts are made of it as of any other.
Fields that a policy's tables decide are missing there, all others are what they are in `form.evaluate`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from engine.language.model import Scalar
from engine.policy.model import Policy
from engine.scoring.budget import scored_line
from engine.scoring.form import _distinct, _own_scores, scheme
from engine.scoring.model import Counts, Evaluation, Recognised, Score, ScoredForm, ScoredIndicator
from engine.scoring.recognition import Typed, doubt_of, form_fields, typed
from engine.scoring.weighing import Weight, weights_of
from engine.submission.model import Form, Indicator, Submission
from engine.values.cells import number_of
from engine.values.known_names import KnownNames, known_names

_OPEN: Mapping[str, Scalar] = {"verdict": "unknown", "attainment": "unknown", "nature": "unknown", "met": "unknown"}


def read_only(submission: Submission, policy: Policy) -> Evaluation:
    """The submission read by the policy's words and scored by none of its tables."""
    labels = _distinct(form.name for form in submission.forms)
    forms = tuple(_form(form, label, policy) for form, label in zip(submission.forms, labels, strict=True))
    return Evaluation(submission, policy, forms)


def _form(form: Form, label: str, policy: Policy) -> ScoredForm:
    line = scored_line(form)
    rows = [(goal.number, indicator) for goal in form.goals for indicator in _own_scores(goal.indicators)]
    weights, _ = weights_of(form, policy.scoring.weights.full_score)
    around = form_fields(line, policy.words)
    answers = known_names(form.answers)
    indicators = tuple(
        ScoredIndicator(number, *_row(indicator, weight, form, policy, answers, around))
        for (number, indicator), weight in zip(rows, weights, strict=True)
    )
    return ScoredForm(
        form=form,
        label=label,
        execution=_open(number_of(line.score) if line else None),
        level1={},
        total=_open(number_of(form.total)),
        grade_reported=form.grade.text if form.grade else "",
        grade_computed="",
        grade_basis="",
        indicators=indicators,
        counts=Counts(len(indicators), 0, 0),
        scheme=scheme(form.kind, (), policy),
    )


def _row(
    indicator: Indicator, weight: Weight | None, form: Form, policy: Policy, answers: KnownNames, around: Mapping[str, Scalar]
) -> tuple[Recognised, Score]:
    value = None if weight is None else weight.value
    known = _known(typed(indicator, form.kind, form.fiscal_year, policy, answers, value, around))
    if weight is not None and value is None:
        known = replace(known, weight_ground=weight.ground, weight_ends=(weight.low, weight.high))
    elif weight is not None and weight.ground != "printed":
        known = replace(known, weight_ground=weight.ground)
    return known, _open(known.reported)


def _known(item: Typed) -> Recognised:
    pairs = item.comparison.pairs
    pair = pairs[0] if len(pairs) == 1 and not item.comparison.scale_doubt else None  # of several, the direction says which
    return Recognised(
        indicator=item.indicator,
        form_kind=item.form_kind,
        weight=item.weight,
        reported=item.reported,
        target=item.target,
        actual=item.actual,
        comparison=item.comparison,
        wording=item.wording,
        target_number=pair.target if pair else None,
        actual_number=pair.actual if pair else None,
        direction="unknown",
        attainment="unknown",
        nature="unknown",
        met="unknown",
        verdict_reason="",
        steps=(),
        fields={**item.fields, **_OPEN},
        direction_certain=False,
        name_parts=item.said,
        answer=item.answer,
        doubt=doubt_of(item.indicator),
        weight_ground="" if item.weight is None else "printed",
    )


def _open(reported: Decimal | None) -> Score:
    return Score(reported, None, None, None, "needs_review", "", None)
