"""What recognition and scoring find out about an indicator and a form, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from engine.language.model import Scalar
from engine.policy.model import Policy, Scheme
from engine.submission.model import Form, Indicator, KnownIndicator, Submission
from engine.values.comparison import Comparison
from engine.values.model import Value
from engine.values.wording import WordingReading


@dataclass(frozen=True, slots=True)
class Step:
    """A table's answer: which case held, what it gave, on which clause."""

    table: str
    title: str
    case: str
    label: str
    value: str
    basis: str


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way to read what is not certain, and what follows from it."""

    of: str
    """What is read: direction."""
    reading: str
    met: str
    computed: Decimal | None
    reason: str = ""
    """Why it has no score either."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """An indicator with everything known about it before scoring."""

    indicator: Indicator
    form_kind: str
    weight: Decimal | None
    reported: Decimal | None
    target: Value
    actual: Value
    comparison: Comparison
    wording: WordingReading
    """What the words of the actual say; not read where numbers or dates were compared."""
    target_number: Decimal | None
    actual_number: Decimal | None
    direction: str
    attainment: str
    nature: str
    met: str
    verdict_reason: str
    """Why the actual does or does not reach the target, or why that cannot be told."""
    steps: tuple[Step, ...]
    fields: Mapping[str, Scalar] = field(default_factory=dict)
    """Everything above as the fields policy tables see."""
    direction_ground: str = "none"
    """What the direction was read from: sign, known, level2, name, arithmetic, none."""
    direction_certain: bool = True
    certain: bool = True
    """Whether nothing hangs on a reading that is not certain: it is certain, or every reading gives the same."""
    readings: tuple[Alternative, ...] = ()
    """Every way it can be read, the likelier first, where they do not agree or a person is asked all the same."""
    name_parts: str = ""
    """What its name was cut into, for people."""
    answer: KnownIndicator | None = None
    """What somebody said of which way is better; it holds unless a sign says another."""
    doubt: str = ""
    """Why a cell the score rests on is not certain to be what was meant (Chinese): nothing is made of the row."""
    weight_ground: Literal["printed", "inferred", ""] = ""
    """`printed`, or `inferred` from headings, own scores and sums; empty where nothing is known of it."""
    weight_reason: str = ""
    """The sum that an inferred weight, or its bounds, follow from (Chinese)."""
    weight_ends: tuple[Decimal, Decimal] | None = None
    """Between which points the weight lies, where no one value is left."""


Range = tuple[Decimal, Decimal]


@dataclass(frozen=True, slots=True)
class Trace:
    """How a number came about: the case that held, its clause, the formula with its operands, the value before rounding."""

    case: str
    label: str
    basis: str
    formula: str = ""
    operands: str = ""
    """The formula with numbers in place of names: `1 × 1 ÷ 3`."""
    values: tuple[tuple[str, Decimal], ...] = ()
    unrounded: Fraction | None = None
    bounded: str = ""
    """How the value was changed by the policy's bounds, if it was."""
    rounding: str = ""
    rounding_basis: str = ""
    bounded_basis: str = ""
    """The clauses of the rounding, and of the bounds where these changed the value; a tier's range rests on the case's own."""
    tier: str = ""
    tier_range: str = ""
    """The tier's range as the policy states it, with its open edge: `[10, 16)`."""
    before: Trace | None = None
    """How the score came about that was adjusted."""


@dataclass(frozen=True, slots=True)
class Score:
    """A score as filed and as computed. `allowed` is the closed range of admissible values at the policy's rounding."""

    reported: Decimal | None
    computed: Decimal | None
    exact: Fraction | None
    allowed: Range | None
    status: str
    reason: str
    trace: Trace | None
    limits: tuple[Fraction, Fraction] | None = None
    """The ends of the admissible range before rounding, for sums that are rounded once."""

    @property
    def differs(self) -> bool:
        """Whether the body's own score is another number than the computed one."""
        return self.reported is not None and self.computed is not None and self.reported != self.computed


@dataclass(frozen=True, slots=True)
class ScoredIndicator:
    """An indicator with what was recognised of it and its score, in points; `goal` is the number of its annual goal, from 1."""

    goal: int
    known: Recognised
    score: Score


@dataclass(frozen=True, slots=True)
class Counts:
    """How many indicators there are and how many are met by the policy's definition; `unknown` could not be judged."""

    indicators: int
    met: int
    unknown: int

    @property
    def completion_rate(self) -> Decimal | None:
        """Share of indicators met, from 0 to 1, to 4 places; None where there are none. What could not be judged is not met."""
        return round(Decimal(self.met) / self.indicators, 4) if self.indicators else None


@dataclass(frozen=True, slots=True)
class ScoredForm:
    """A form with every score (points, None where none can be computed), the grade, and the clause the grade rests on."""

    form: Form
    label: str
    """The form's name, with a number behind it where another form of the bundle has the same."""
    execution: Score
    level1: Mapping[str, Score]
    total: Score
    grade_reported: str
    grade_computed: str
    grade_basis: str
    indicators: tuple[ScoredIndicator, ...]
    counts: Counts
    scheme: Scheme
    """What the policy wants each 一级指标 of this form to be worth."""
    grade_reason: str = ""
    """Why a higher grade, whose floor the total reaches, was not given (Chinese)."""


def rounding_text(policy: Policy) -> str:
    """The policy's rounding in words, as traces show it."""
    rounding = policy.scoring.rounding
    names = {"half_up": "四舍五入", "half_even": "四舍六入五成双", "down": "舍去", "up": "进一"}
    where = "每个指标" if rounding.at == "indicator" else "合计"
    return f"{names[rounding.mode]}，保留 {rounding.places} 位小数，{where}取整"


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What the policy makes of a submission: its forms in their order, scored; nothing in it is judged against the rules yet."""

    submission: Submission
    policy: Policy
    forms: tuple[ScoredForm, ...]
    earlier: tuple[ScoredForm, ...] = ()
    """Last year's forms of the same body, read by this policy, if any were given (`--with`)."""
    approved: tuple[ScoredForm, ...] = ()
    """This year's targets as approved, if they were given."""
