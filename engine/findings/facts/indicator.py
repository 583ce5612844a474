"""The fields of indicator facts: as filed, as read, as scored, and what the report says of the indicator."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from engine.findings.facts.beside import FormAround
from engine.findings.facts.model import Source, present
from engine.findings.facts.numbers import decimals, excess, excess_amount, ratio
from engine.findings.facts.report_text import ReportText, doubled, folded
from engine.findings.facts.rows import Blanks, part_fields, shared_score
from engine.findings.facts.words import reason_fields
from engine.language.facts import IndicatorFact
from engine.language.facts.indicator import BesideFields, PartFields
from engine.language.facts.words import ReasonFields, WordFields
from engine.policy.model import Policy
from engine.scoring.form import canonical_level1
from engine.scoring.model import Recognised, ScoredIndicator
from engine.submission.model import Indicator
from engine.values import names
from engine.values.measures import holds_figure
from engine.values.notation import fold
from engine.values.paired import is_bare_bound
from engine.values.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Around:
    """What an indicator's form says of it beside its own row."""

    form: str
    form_kind: str
    weights: Decimal
    """The sum of the form's weights, in points."""
    filed: Indicator
    """The row as it was filed, a score that several rows share still in it."""
    below: Blanks
    """Of the rows below it under the same goal."""
    name_key: str
    in_unmet_table: bool
    words: WordFields
    """What its texts say, beside the other rows of the form."""
    rows: FormAround
    """The whole form."""
    beside: BesideFields
    """The same indicator on earlier and approved records."""


def indicator_fact(item: ScoredIndicator, around: Around, texts: ReportText, policy: Policy, words: Vocabulary) -> IndicatorFact:
    """The fact of an indicator: its row, what was made of it, and what the report says of it."""
    known, score, indicator = item.known, item.score, item.known.indicator
    home = home_of(indicator.level2, policy)
    level1 = canonical_level1(indicator.level1, policy)
    target, actual, achieved = known.target_number, known.actual_number, known.fields.get("achieved")
    name = names.reduce(indicator.name, policy.names)
    stem = name.removesuffix(names.ending(name, policy.names))
    fact = IndicatorFact(
        form=around.form,
        form_kind=around.form_kind,
        name_key=around.name_key,
        in_unmet_table=around.in_unmet_table,
        weight_ground=known.weight_ground or None,
        weight_text=around.filed.weight.text if around.filed.weight else None,
        weight_impossible=known.weight is None and (cell := around.filed.weight) is not None and bool(cell) and not cell.doubt,
        scan_doubt=_scan_doubt(known),
        read=around.rows.read(item),
        beside=around.beside,
        shared=shared_score(around.filed, item, around.below),
        split=part_fields(around.filed, item, words),
        goal=item.goal,
        name=indicator.name,
        level1=indicator.level1,
        level1_name=level1,
        level2=indicator.level2 or None,
        belongs=level1 in home if indicator.level2 else None,
        home="、".join(home) or None,
        weight=known.weight,
        weight_share=ratio(known.weight, around.weights),
        target_text=known.target.raw,
        actual_text=known.actual.raw,
        target_kind=str(known.fields["target_kind"]),
        actual_kind=known.actual.kind,
        target_operator="" if known.target.inside else known.target.operator,  # 下降10% has no sign of its own
        actual_operator=known.actual.operator,
        target_unit=_counted(known.target.unit, words),
        actual_unit=_counted(known.actual.unit, words),
        target_year=known.target.deadline.year if known.target.deadline else None,
        actual_year=done.year if (done := known.actual.deadline) and not done.planned else None,
        target_parts=len(known.target.quantities),
        actual_parts=len(known.actual.quantities),
        actual_figures=holds_figure(fold(known.actual.raw, words), words),
        actual_inside=known.actual.inside,
        actual_bound=is_bare_bound(known.actual, words),
        target=target,
        actual=actual,
        comparison=known.comparison.kind,
        verdict=str(known.fields["verdict"]),
        excess=excess(target, actual, known.direction) if known.direction_certain else None,
        excess_amount=excess_amount(target, actual, known.direction) if known.direction_certain else None,
        achieved=achieved if isinstance(achieved, Decimal) else None,
        wording=known.wording.verdict,
        wording_aim=known.wording.aim,
        wording_ground=known.wording.ground,
        direction=known.direction if known.direction_certain else "unknown",
        direction_ground=known.direction_ground if known.direction_certain else "none",
        name_direction=_text(known, "name_direction"),
        name_certain=bool(known.fields["name_certain"]) if "name_certain" in known.fields else None,
        name_case=_text(known, "name_case"),
        certain=known.certain,
        nature=known.nature,
        attainment=known.attainment if known.nature == "qualitative" else None,
        met=known.met,
        status=score.status,
        case=score.trace.case if score.trace else None,
        reported=score.reported,
        computed=score.computed,
        score_gap=None if score.reported is None or score.computed is None else score.reported - score.computed,
        score_shortfall=None if score.reported is None or score.computed is None else score.computed - score.reported,
        score_differs=score.differs,
        reported_places=decimals(score.reported),
        score_merged=indicator.score is None,
        clause=score.trace.basis if score.trace else None,
        review_reason=score.reason or None,
        allowed_low=score.allowed[0] if score.allowed else None,
        allowed_high=score.allowed[1] if score.allowed else None,
        full_marks=None if score.reported is None or known.weight is None else score.reported == known.weight,
        copied=bool(known.actual.raw) and folded(known.actual.raw) == folded(known.target.raw),
        doubled_text=doubled(indicator.name) or None,
        reason=indicator.reason.text if indicator.reason else None,
        reason_read=reason_fields(item, policy),
        words=around.words,
        in_unmet=texts.mentions(texts.unmet, indicator.name, known.target.raw) or texts.mentions_stem(texts.unmet, stem),
        in_problems=texts.mentions(texts.problems, indicator.name),
        in_report=texts.mentions(texts.report, indicator.name),
        evidence=texts.sentence_has(indicator.name, policy.evidence_words),
    )
    return _withheld(fact) if known.doubt else fact


def _withheld(fact: IndicatorFact) -> IndicatorFact:
    """The fact of a row with a cell that is not certain: what it is called and where it stands, and nothing its cells say. The
    doubt itself is a fact of its own."""
    return replace(
        fact,
        target_text=None,
        actual_text=None,
        target_kind=None,
        actual_kind=None,
        target_operator=None,
        actual_operator=None,
        target_unit=None,
        actual_unit=None,
        target_year=None,
        actual_year=None,
        target_parts=None,
        actual_parts=None,
        actual_figures=None,
        actual_inside=None,
        actual_bound=None,
        comparison=None,
        verdict=None,
        wording=None,
        wording_aim=None,
        wording_ground=None,
        nature=None,
        attainment=None,
        scan_doubt=None,
        split=PartFields(),
        full_marks=None,
        copied=None,
        reason_read=ReasonFields(),
        words=WordFields(),
    )


def _text(known: Recognised, name: str) -> str | None:
    value = known.fields.get(name)
    return None if value is None else str(value)


def _scan_doubt(known: Recognised) -> str | None:
    return "、".join(f"“{value.raw.strip()}”" for value in (known.target, known.actual) if value.scanned) or None


def home_of(level2: str, policy: Policy) -> list[str]:
    """The 一级指标 under which the policy's taxonomy puts a 二级指标, in its order; none where it does not know it."""
    return [level.name for level in policy.taxonomy if level.holds(level2)]


def level1_of(name: str, policy: Policy) -> str | None:
    """The 一级指标 of the taxonomy that a heading names, by its name or an alias; None where it is none of them."""
    return next((level.name for level in policy.taxonomy if level.is_called(name)), None)


def _counted(unit: str, words: Vocabulary) -> str:
    """A unit without the whole year under its stroke, which every form is of: 家/年 is 家."""
    head, stroke, last = unit.rpartition("/")
    return head if head and f"{stroke}{last}" in words.whole_year else unit


def indicator_source(item: ScoredIndicator, label: str) -> Source:
    """Where a row and its cells stand."""
    indicator = item.known.indicator
    own = {"target": indicator.target, "actual": indicator.actual, "reported": indicator.score, "reason": indicator.reason}
    cells = {**own, "target_text": indicator.target, "actual_text": indicator.actual, "weight": indicator.weight}
    return Source(label, indicator.name, indicator.place, present(cells))
