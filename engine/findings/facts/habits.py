"""Fields of form facts about what its rows have in common: one reason for all, one value, one weight, every target hit exactly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from rapidfuzz import fuzz

from engine.findings.facts.numbers import ratio
from engine.findings.facts.report_text import ReportText, folded
from engine.findings.facts.words import row_names
from engine.language import predicates
from engine.language.facts.words import CopiedFields, ReasonHabits, ValueHabits
from engine.scoring.model import ScoredForm, ScoredIndicator
from engine.submission.model import Form
from engine.values.prose import Prose, core, is_empty, without

_MOST_COMPARED = 200
"""Different reasons of one form that are compared with each other."""
_PLAIN = (Decimal(0), Decimal(1), Decimal(100))
"""Targets that are often hit exactly: all, none, one."""


def reason_habits(scored: ScoredForm, texts: ReportText, prose: Prose) -> ReasonHabits:
    """The reason that most rows give alike, whatever they are called; and measures that say neither when nor who."""
    filed = [item.known.indicator for item in scored.indicators]
    rows = [row for row in filed if row.reason and not is_empty(row.reason.text, prose)]
    places = {str(row.reason.place) for row in rows if row.reason and str(row.reason.place)}
    given = [(row.name, without(row.reason.text, prose.connectives, [row.name])) for row in rows if row.reason]
    vague, rest = _vague(scored, texts, prose)
    if len(given) < 2 or (places and len(places) < len(rows)):  # one cell merged over several rows is one reason
        return ReasonHabits(reasons=len(rows), vague_remedies=vague, remedy_rest=rest)
    counted = Counter(text for _, text in given if text).most_common(_MOST_COMPARED)
    if not counted:
        return ReasonHabits(reasons=len(rows), vague_remedies=vague, remedy_rest=rest)
    most, _ = counted[0]
    near = {text for text, _ in counted if fuzz.ratio(most, text) >= prose.alike_reasons}
    names = [name for name, text in given if text in near]
    said = next(row.reason.text for row in rows if row.reason and row.name == names[0])
    return ReasonHabits(
        reasons=len(rows),
        same_reason=said,
        same_reason_rows=len(names),
        other_reasons=len(rows) - len(names),
        same_reason_names=row_names(names),
        vague_remedies=vague,
        remedy_rest=rest,
    )


def copied_fields(form: Form) -> CopiedFields:
    """What the form shares with the form of another body that has the most of it."""
    if not form.copied:
        return CopiedFields()
    most = form.copied[0]
    return CopiedFields(
        copied_unit=most.unit,
        copied_form=most.form,
        copied_year=Decimal(most.fiscal_year),
        copied_text=most.text,
        copied_characters=Decimal(most.characters),
        copied_share=ratio(Decimal(most.characters), Decimal(most.of)),
        copied_forms=Decimal(len(form.copied)),
    )


def _vague(scored: ScoredForm, texts: ReportText, prose: Prose) -> tuple[str | None, int | None]:
    """Where measures stand that say neither when nor by whom, and how many of their characters say something of this form; None
    where one says so, or none is written."""
    told: list[str] = []
    remedies: list[str] = []
    if core(texts.remedies):
        told, remedies = ["改进措施"], [texts.remedies]
    for item in scored.indicators:
        row = item.known.indicator
        text = row.reason.text if row.reason else ""
        at = min((text.index(word) for word in prose.remedy_words if word in text), default=-1)
        if at >= 0:
            told.append(f"“{row.name}”")
            remedies.append(text[at:])
    written = "\n".join(map(folded, remedies))
    if not told or predicates.has(prose.dated, written) or predicates.has(prose.owned, written):
        return None, None
    rest = len(without(written, (*prose.general_reasons, *prose.connectives, *prose.remedy_words)))
    return "、".join(told[:6]) + ("等" if len(told) > 6 else ""), rest


def value_habits(items: Sequence[ScoredIndicator]) -> ValueHabits:
    """How many rows have one actual, one weight, an actual that is exactly the target; and what those that lost points weigh."""
    valued = [
        item for item in items if not item.known.doubt and item.known.actual.kind in ("number", "composite", "range", "deadline")
    ]
    actuals = Counter(folded(item.known.actual.raw) for item in valued if item.known.actual.kind == "number")
    value, rows = max(actuals.items(), key=lambda one: one[1], default=("", 0))
    same = [item.known.indicator.name for item in valued if folded(item.known.actual.raw) == value]
    weights = Counter(item.known.weight for item in items if item.known.weight is not None)
    weight, weighed = max(weights.items(), key=lambda one: one[1], default=(None, 0))
    exact = [item.known.indicator.name for item in valued if _exact(item)]
    inexact = sum(_inexact(item) for item in valued)
    short = [item.known.indicator.name for item in items if _lost(item)]
    return ValueHabits(
        same_value=value or None,
        same_value_rows=rows if value else None,
        other_values=len(valued) - rows if value else None,
        same_value_names=row_names(same) if value else None,
        same_weight=weight,
        same_weight_rows=weighed if weight is not None else None,
        other_weights=sum(weights.values()) - weighed if weight is not None else None,
        exact_rows=len(exact),
        inexact_rows=inexact,
        exact_names=row_names(exact) if exact else None,
        short_rows=len(short),
        short_weight_share=_short_share(items),
        short_names=row_names(short) if short else None,
    )


def _exact(item: ScoredIndicator) -> bool:
    """Whether the actual is the number of the target, or its date to the letter, and not one that is often hit exactly."""
    target, actual = item.known.target, item.known.actual
    if target.kind == "deadline":
        return folded(target.raw) == folded(actual.raw)
    return target.number is not None and target.number == actual.number and target.number not in _PLAIN


def _inexact(item: ScoredIndicator) -> bool:
    target, actual = item.known.target, item.known.actual
    if target.kind == "deadline":
        return folded(target.raw) != folded(actual.raw)
    return target.number is not None and actual.number is not None and target.number != actual.number


def _lost(item: ScoredIndicator) -> bool:
    """Whether the body took points off the row."""
    weight, score = item.known.weight, item.score.reported
    return bool(weight) and score is not None and weight is not None and score < weight


def _short_share(items: Sequence[ScoredIndicator]) -> Decimal | None:
    """The heaviest weight of the rows that lost points against the middle one of those that lost none."""
    lost = [item.known.weight for item in items if _lost(item) and item.known.weight]
    full = sorted(item.known.weight for item in items if item.known.weight and item.score.reported == item.known.weight)
    return ratio(max(lost), full[(len(full) - 1) // 2]) if lost and full else None
