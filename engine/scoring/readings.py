"""An indicator with all its readings: where it can be read in more than one way, each is scored, and what they agree in stands.

What they do not agree in is nobody's to guess: the score is `needs_review` with all of them in the reason, `met` is unknown.
Today the direction is read so; a unit or a place that is not certain would add its readings in the same way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from engine.language import messages
from engine.language.fields import DIRECTIONS
from engine.language.model import Scalar
from engine.language.tables import Case
from engine.policy.model import Policy, Question
from engine.policy.reading import ASKED, READING
from engine.scoring.indicator import score_indicator, unscored
from engine.scoring.model import Alternative, Recognised, Score, Trace
from engine.scoring.recognition import (
    NOTHING,
    DirectionReading,
    Typed,
    direction_case,
    doubt_of,
    read,
    readings_of,
    recognised,
    typed,
)
from engine.submission.model import Indicator
from engine.values.known_names import KnownNames
from engine.values.numerals import plain


@dataclass(frozen=True, slots=True)
class _Outcome:
    """One reading, scored."""

    reading: DirectionReading
    known: Recognised
    score: Score


def judge(
    indicator: Indicator,
    form_kind: str,
    fiscal_year: int,
    policy: Policy,
    answers: KnownNames,
    weight: Decimal | None,
    around: Mapping[str, Scalar] = NOTHING,
) -> tuple[Recognised, Score]:
    """Recognise and score one indicator that is worth so many points (None: not known), in every reading it leaves open."""
    item = typed(indicator, form_kind, fiscal_year, policy, answers, weight, around)
    case = direction_case(item, policy)
    if doubt := doubt_of(indicator):
        return _withheld(item, case, doubt, policy)
    directions = readings_of(case)
    first = _outcome(item, directions[0], case, policy)
    if len(directions) == 1 and not case.ask:
        return first.known, first.score
    other = next(word for word in DIRECTIONS if word != directions[0])
    outcomes = [first, _outcome(item, other, case, policy, first, turned=len(directions) == 1)]
    if _same_score(outcomes) and _same_met(outcomes):
        return first.known, first.score
    if len(directions) == 1:  # certain, and asked all the same
        return replace(first.known, readings=_alternatives(outcomes)), first.score
    likely = case
    if fits := _fitting(outcomes):
        again = direction_case(item, policy, fits)
        likely = again if not again.certain else case
    return _open(outcomes, item, case, likely, policy)


def _withheld(item: Typed, case: Case, doubt: str, policy: Policy) -> tuple[Recognised, Score]:
    """An indicator with a cell that is not certain: nothing is made of it, and a person has to look at it."""
    known = recognised(item, read(item, readings_of(case)[0], case, policy), case)
    fields = {**known.fields, "verdict": "unknown", "met": "unknown"}
    steps = tuple(replace(step, value="unknown") if step.table == "met" else step for step in known.steps)
    known = replace(known, met="unknown", fields=fields, steps=steps, verdict_reason=doubt, doubt=doubt)
    return known, unscored(known, doubt, policy)


def _outcome(
    item: Typed, direction: str, case: Case, policy: Policy, beside: _Outcome | None = None, *, turned: bool = False
) -> _Outcome:
    reading = read(item, direction, case, policy, beside.reading if beside else None, turned=turned)
    known = recognised(item, reading, case)
    if beside is not None and not _scored_anew(reading, policy):
        return _Outcome(reading, known, beside.score)
    return _Outcome(reading, known, score_indicator(known, policy))


def _scored_anew(reading: DirectionReading, policy: Policy) -> bool:
    """Whether the score can be another than that of the reading beside it."""
    table = policy.scoring.tables[str(reading.fields["nature"])]
    return "nature" in reading.differing or bool(table.reads & reading.differing)


def _same_score(outcomes: Sequence[_Outcome]) -> bool:
    first, *others = (one.score for one in outcomes)
    return all(
        (one.status, one.computed, one.exact, one.allowed) == (first.status, first.computed, first.exact, first.allowed)
        for one in others
    )


def _same_met(outcomes: Sequence[_Outcome]) -> bool:
    return len({one.known.met for one in outcomes}) == 1


def _fitting(outcomes: Sequence[_Outcome]) -> str:
    """The one direction whose formula gives the body's own score to the last digit. Full marks and 0 say nothing: they are what
    a body writes whatever the formula."""
    found = [one for one in outcomes if _fits(one)]
    return found[0].reading.direction if len(found) == 1 else ""


def _fits(one: _Outcome) -> bool:
    reported, weight, trace = one.known.reported, one.known.weight, one.score.trace
    if reported is None or weight is None or trace is None or not 0 < reported < weight:
        return False
    followed = any(name == "reported" for name, _ in trace.values)  # a formula that only takes the body's own score over
    return bool(trace.formula) and not followed and one.score.computed == reported


def _open(outcomes: Sequence[_Outcome], item: Typed, case: Case, likely: Case, policy: Policy) -> tuple[Recognised, Score]:
    """Readings that do not agree: the first one, with what the others say otherwise left open. `likely` is the case that says
    which of them is likelier, once the body's own score is looked at, too."""
    first = outcomes[0]
    fields = dict(first.known.fields)
    for name in ("verdict", "met"):
        if any(one.known.fields[name] != fields[name] for one in outcomes):
            fields[name] = "unknown"
    steps = tuple(
        replace(step, case=likely.id, label=likely.label, value=likely.value, basis=likely.basis)
        if step.table == "direction"
        else replace(step, value=str(fields["met"]))
        if step.table == "met"
        else step
        for step in first.known.steps
    )
    known = replace(
        recognised(item, first.reading, likely),
        met=str(fields["met"]),
        fields=fields,
        steps=steps,
        certain=False,
        readings=_alternatives(
            sorted(outcomes, key=lambda one: likely.value in DIRECTIONS and one.reading.direction != likely.value)
        ),
    )
    return known, first.score if _same_score(outcomes) else _between(outcomes, known, case, policy)


def _alternatives(outcomes: Sequence[_Outcome]) -> tuple[Alternative, ...]:
    return tuple(
        Alternative("direction", one.reading.direction, one.known.met, one.score.computed, one.score.reason) for one in outcomes
    )


def _between(outcomes: Sequence[_Outcome], known: Recognised, case: Case, policy: Policy) -> Score:
    """No score, but the range from the lowest to the highest that a reading gives, and each of them in the reason."""
    scores = [one.score for one in outcomes]
    allowed = [one.allowed for one in scores if one.allowed is not None]
    limits = [one.limits for one in scores if one.limits is not None]
    whole = len(allowed) == len(limits) == len(scores)
    return Score(
        reported=known.reported,
        computed=None,
        exact=None,
        allowed=(min(low for low, _ in allowed), max(high for _, high in allowed)) if whole else None,
        status="needs_review",
        reason=_reason(known, case, policy),
        trace=Trace(f"direction.{case.id}", case.label, case.basis),
        limits=(min(low for low, _ in limits), max(high for _, high in limits)) if whole else None,
    )


def _reason(known: Recognised, case: Case, policy: Policy) -> str:
    """Each reading with its score, in the policy's words."""
    asked = policy.questions.get("direction")
    if asked is None:
        return case.label
    said = "，".join(_said(one, asked, policy) for one in known.readings)
    return said_of(asked.reason, known, policy, readings=said)


def _said(one: Alternative, asked: Question, policy: Policy) -> str:
    reading = asked.readings.get(one.reading, one.reading)
    params = {name: parameter.value for name, parameter in policy.parameters.items()}
    if one.computed is not None:
        fields = {"reading": reading, "computed": plain(one.computed)}
        return messages.render(asked.scored, {"r": fields}, {"r": READING}, params)
    return messages.render(asked.open, {"r": {"reading": reading, "reason": one.reason.rstrip("。")}}, {"r": READING}, params)


def said_of(template: str, known: Recognised, policy: Policy, *, readings: str = "", taken: str = "") -> str:
    """A text of the policy's questions (`template`) about an indicator, in words for the body. Raises
    MessageError as `messages.render` does."""
    indicator = known.indicator
    fields = {
        "name": indicator.name,
        "level2": indicator.level2,
        "target": known.target.raw,
        "actual": known.actual.raw,
        "readings": readings,
        "taken": taken,
    }
    params = {name: parameter.value for name, parameter in policy.parameters.items()}
    return messages.render(template, {"q": {**fields}}, {"q": ASKED}, params)


def spread(readings: Sequence[Alternative]) -> Decimal | None:
    """How many points hang on which reading is right; None where one of them has no score."""
    scores = [one.computed for one in readings]
    known = [score for score in scores if score is not None]
    return max(known) - min(known) if known and len(known) == len(scores) else None
