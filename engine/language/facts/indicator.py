"""Facts of kind `indicator`."""

from dataclasses import dataclass
from typing import Annotated

from engine.language.facts.marks import FORM_KINDS, INTERNAL, WEIGHT_GROUNDS, Choices, Number
from engine.language.facts.words import ReasonFields, WordFields
from engine.language.fields import COMPARISONS, DIRECTIONS, GROUNDS, KINDS, MET, OPERATORS, READ_DIRECTIONS, STATUSES, VERDICTS
from engine.values.wording import AIMS
from engine.values.wording import GROUNDS as WORD_GROUNDS
from engine.values.wording import VERDICTS as WORDINGS


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedScore:
    """A score merged over several rows, and rows below that have neither weight nor score of their own."""

    shared_score: Number | None = None
    shared_rows: Number | None = None
    blank_rows: Number | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartFields:
    """The parts of an indicator (其中)."""

    parts: Number | None = None
    parts_target_text: str | None = None
    parts_actual_text: str | None = None
    parts_target_share: Annotated[Number | None, INTERNAL] = None
    parts_actual_share: Annotated[Number | None, INTERNAL] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFields:
    """What its cells and its name say beside what they are compared by; nothing where a cell is not certain."""

    target_yuan: Number | None = None
    actual_yuan: Number | None = None
    """Whole amounts of money in 元; absent for amounts each (元/人) and for about so much."""
    spent_gap: Number | None = None
    """By what share of the executed amount its amount differs from it."""
    target_is_sum: Annotated[bool | None, INTERNAL] = None
    """Whether the amount is what the other amounts under the same 二级指标 add up to."""
    weight_copied: bool | None = None
    """Whether target and actual are both nothing but the number of the weight."""
    late_part: bool | None = None
    """Whether one of several days in the actual is later than the target allows."""
    foreign_group: str | None = None
    """Whom it asks or reaches, if neither the project nor any other row has to do with them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BesideFields:
    """The same indicator on last year's form of the same name, and in the targets as approved; and the initial target where the
    form prints it beside an adjusted one."""

    earlier_year: Number | None = None
    earlier_target_text: str | None = None
    earlier_actual_text: str | None = None
    earlier_drop: Number | None = None
    """By what share this year's target asks less than was reached last year; negative where it asks more."""
    approved_target_text: str | None = None
    approved_differs: bool | None = None
    approved_lowered: bool | None = None
    approved_reworded: bool | None = None
    approved_weight: Number | None = None
    initial_target_text: str | None = None
    initial_differs: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorFact:
    """A 三级指标: as filed, as read, as scored, and what the report says of it."""

    form: str
    form_kind: Annotated[str, Choices(FORM_KINDS)]
    goal: Number | None
    name: str | None
    name_key: Annotated[str | None, INTERNAL]
    level1: str | None
    level1_name: Annotated[str | None, INTERNAL]
    level2: str | None
    belongs: bool | None
    home: Annotated[str | None, INTERNAL]
    weight: Number | None
    weight_text: str | None
    weight_impossible: Annotated[bool | None, INTERNAL]
    weight_ground: Annotated[str | None, Choices(WEIGHT_GROUNDS)]
    weight_share: Number | None
    target_text: str | None
    actual_text: str | None
    target_kind: Annotated[str | None, Choices(KINDS)]
    actual_kind: Annotated[str | None, Choices(KINDS)]
    target_operator: Annotated[str | None, Choices(OPERATORS)]
    actual_operator: Annotated[str | None, Choices(OPERATORS)]
    target_unit: Annotated[str | None, INTERNAL]
    actual_unit: Annotated[str | None, INTERNAL]
    target_year: Number | None
    actual_year: Number | None
    target_parts: Annotated[Number | None, INTERNAL]
    actual_parts: Annotated[Number | None, INTERNAL]
    actual_figures: Annotated[Number | None, INTERNAL]
    """How many numbers the actual holds, whether or not they could be read as its value."""
    actual_inside: Annotated[bool | None, INTERNAL]
    """Whether the number it is judged by is one of a sentence."""
    actual_bound: Annotated[bool | None, INTERNAL]
    """Whether it is nothing but a limit (≤30分钟)."""
    target: Number | None
    actual: Number | None
    comparison: Annotated[str | None, Choices(COMPARISONS)]
    verdict: Annotated[str | None, Choices(VERDICTS)]
    excess: Annotated[Number | None, INTERNAL]
    excess_amount: Annotated[Number | None, INTERNAL]
    """By how much it is exceeded, in its own unit."""
    achieved: Annotated[Number | None, INTERNAL]
    wording: Annotated[str | None, Choices(WORDINGS)]
    wording_aim: Annotated[str | None, Choices(AIMS), INTERNAL]
    wording_ground: Annotated[str | None, Choices(WORD_GROUNDS), INTERNAL]
    direction: Annotated[str | None, Choices(READ_DIRECTIONS)]
    """Unknown where it is not certain: a rule never sees a guess."""
    direction_ground: Annotated[str | None, Choices(GROUNDS)]
    """What a certain direction was read from."""
    name_direction: Annotated[str | None, Choices(DIRECTIONS)]
    """What the name says by itself; only likely where `name_certain` is false."""
    name_certain: bool | None
    name_case: Annotated[str | None, INTERNAL]
    certain: Annotated[bool | None, INTERNAL]
    nature: Annotated[str | None, INTERNAL]
    attainment: str | None
    met: Annotated[str | None, Choices(MET)]
    status: Annotated[str | None, Choices(STATUSES)]
    case: Annotated[str | None, INTERNAL]
    reported: Number | None
    computed: Number | None
    score_gap: Annotated[Number | None, INTERNAL]
    score_shortfall: Annotated[Number | None, INTERNAL]
    score_differs: bool | None
    reported_places: Annotated[Number | None, INTERNAL]
    """Decimals the body's score is written with."""
    score_merged: bool | None
    shared: SharedScore
    split: PartFields
    scan_doubt: str | None
    read: ReadFields
    beside: BesideFields
    clause: Annotated[str | None, INTERNAL]
    review_reason: str | None
    allowed_low: Number | None
    allowed_high: Number | None
    full_marks: bool | None
    copied: bool | None
    doubled_text: str | None
    reason: str | None
    reason_read: ReasonFields
    words: WordFields
    in_unmet: bool | None
    in_unmet_table: bool | None
    in_problems: bool | None
    in_report: bool | None
    evidence: bool | None
