"""A resolved policy: what the engine runs on. Built by `build`, read by everything after; nothing here reads files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from engine.errors import Place
from engine.forms.model import Layout
from engine.language.causes import ProblemTelling
from engine.language.conditions import Condition, holds
from engine.language.fields import Field
from engine.language.formula import Expression
from engine.language.name_reading import NameReader
from engine.language.rules import RuleSet
from engine.language.tables import CaseTable
from engine.policy.figures import FigureRules
from engine.policy.headings import NO_HEADINGS, Headings
from engine.policy.narrative import Narrative
from engine.policy.periods import ALWAYS, Period
from engine.policy.rollup import RollupRules
from engine.policy.taxonomy import Level1
from engine.values.known_names import NOBODY, KnownNames
from engine.values.names import NameRules
from engine.values.prose import NO_PROSE, Prose
from engine.values.rounding import Rounding
from engine.values.vocabulary import Vocabulary
from engine.values.wording import Grammar

Scalar = str | bool | int | Decimal


@dataclass(frozen=True, slots=True)
class Parameter:
    """A named threshold or word list an officer may change."""

    id: str
    label: str
    value: Scalar | tuple[str, ...]
    unit: str
    basis: str
    place: Place


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause of a source. `evidence`: read in the official text, secondary, unverified, or practice."""

    id: str
    """`source#clause`, the form every `basis` has."""
    source_title: str
    document: str
    evidence: str
    title: str
    text: str
    place: Place
    implemented: str = ""
    """`none` or `partly` where the policy says that it does not put the whole clause into rules; `reason` says why."""
    reason: str = ""
    superseded_by: str = ""
    """The clause that stands in its place, where the policy says that it is no longer in force."""


@dataclass(frozen=True, slots=True)
class Band:
    """A tier or a grade: from its floor up to the floor of the band above, which it does not include."""

    id: str
    label: str
    floor: Decimal
    floor_included: bool
    basis: str
    place: Place
    conditions: tuple[Condition, ...] = ()
    """What a grade asks of the form besides (`fields.GRADING`); where it does not hold, the grade below is asked."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Formulas between which every computed score is kept (得分不得突破权重总额)."""

    lowest: Expression
    highest: Expression
    basis: str


@dataclass(frozen=True, slots=True)
class Scheme:
    """What each 一级指标 is worth, in points, on forms of which the conditions hold."""

    id: str
    label: str
    conditions: tuple[Condition, ...]
    level1: Mapping[str, Decimal]
    basis: str
    place: Place


@dataclass(frozen=True, slots=True)
class Weights:
    """What the whole and its parts are worth, in points. The parts are one mapping, or an ordered table of them."""

    full_score: Decimal
    execution: Decimal
    level1: Mapping[str, Decimal]
    basis: str
    schemes: tuple[Scheme, ...] = ()

    def scheme(self, kind: str, counts: Mapping[str, int]) -> Scheme:
        """The weights for a form of this kind with so many indicators under each 一级指标 (those not named have none)."""
        fields: dict[str, str | bool | Decimal] = {"form_kind": kind, **{name: Decimal(count) for name, count in counts.items()}}
        chosen = next((scheme for scheme in self.schemes if holds(scheme.conditions, fields)), None)
        return chosen or Scheme("", "", (), self.level1, self.basis, Place())


@dataclass(frozen=True, slots=True)
class OtherRows:
    """What is looked at of other indicators: those of the form (or of the same goal) of which the conditions hold, and what of
    them: count, met, unmet, zero, score (before adjustments), weight."""

    id: str
    title: str
    conditions: tuple[Condition, ...]
    per: str
    take: str
    basis: str
    place: Place


@dataclass(frozen=True, slots=True)
class Scoring:
    rounding: Rounding
    rounding_basis: str
    bounds: Bounds
    composite: str
    composite_basis: str
    weights: Weights
    execution: CaseTable
    tables: Mapping[str, CaseTable]
    """Scoring tables of indicators by nature: quantitative, deadline, qualitative …"""
    tiers: tuple[Band, ...]
    """Tiers of qualitative indicators, best first; floors are shares of the weight."""
    total: CaseTable
    satisfaction_required: bool = False
    refer: tuple[OtherRows, ...] = ()
    """What adjustments look at of other indicators."""
    adjust: CaseTable | None = None
    """The table asked of each score once all are there; None: scores stand as they are."""

    @property
    def hundred(self) -> bool:
        """Whether each indicator is scored out of 100, and weighed in the total."""
        return "weighted" in self.total.reads


@dataclass(frozen=True, slots=True)
class StatementRule:
    """What a statement of the report should equal, and which of its words of direction mean less and more."""

    equals: tuple[tuple[str, str], ...] = ()
    """(named group, field of the form fact) pairs."""
    negative: tuple[str, ...] = ()
    positive: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """How something that cannot be read with certainty is asked and told. All but `title` and `readings` are templates."""

    title: str
    ask: str
    against: str
    readings: Mapping[str, str]
    """What each reading is called: positive is 越高越好."""
    scored: str
    open: str
    reason: str
    basis: str


@dataclass(frozen=True, slots=True)
class Grouping:
    """When findings of one rule about one name are told together, and how."""

    above: int
    """Forms of a bundle above which they are."""
    named: int
    """Forms that are named, and findings whose evidence is shown."""
    sentence: str
    """What is added to the first finding; sees `g` with the fields of GROUPED."""
    value: str
    """What is said of each value in it; sees `g` with the fields of GROUPED_VALUE."""
    between: str
    """What stands between two of these."""


GROUPED: Mapping[str, Field] = {
    "count": Field("number", "处数"),
    "forms": Field("number", "表的张数"),
    "named": Field("text", "其中几张表的名称"),
    "spread": Field("text", "各种写法各有几张表"),
}
GROUPED_VALUE: Mapping[str, Field] = {
    "value": Field("text", "写法"),
    "forms": Field("number", "这样写的表的张数"),
    "named": Field("text", "其中几张表的名称；写法最多的不列"),
    "more": Field("bool", "列出的只是其中几张"),
}


@dataclass(frozen=True, slots=True)
class Policy:
    id: str
    title: str
    jurisdiction: str
    jurisdiction_name: str
    first_year: int
    last_year: int | None
    form_kinds: tuple[str, ...]
    document: str
    status: str
    extends: tuple[str, ...]
    sha256: str
    files: tuple[str, ...]
    parameters: Mapping[str, Parameter]
    clauses: Mapping[str, Clause]
    taxonomy: tuple[Level1, ...]
    recognition: Mapping[str, CaseTable]
    scoring: Scoring
    grades: tuple[Band, ...]
    words: Vocabulary
    """The words values are written with."""
    grammar: Grammar
    """The words by which a text says whether a target is reached."""
    layout: Layout | None
    """How the form is laid out; None if the policy describes none."""
    names: NameRules
    grouping: Grouping | None
    """None: every finding is told by itself, however many forms there are."""
    numbering: tuple[str, ...]
    """Words by which a report numbers its measures (一是, 二是)."""
    evidence_words: tuple[str, ...]
    """Words by which a sentence says where a number comes from (问卷, 测评)."""
    figures: FigureRules | None
    """How figures of a report are held against the rows; None if they are not."""
    rules: RuleSet
    statements: Mapping[str, StatementRule]
    narrative: Narrative | None
    """How a report is drafted; None if the policy drafts none."""
    name_reader: NameReader | None = None
    """How names of indicators are read; None if the policy has no words for it."""
    known: KnownNames = NOBODY
    """Indicators of which it was said which way is better."""
    questions: Mapping[str, Question] = field(default_factory=dict)
    """How what cannot be read with certainty is asked, by what is asked (`direction`)."""
    telling: ProblemTelling = field(default_factory=ProblemTelling)
    """How problems are told."""
    prose: Prose = NO_PROSE
    """The words of reasons, measures, goals and reports."""
    rollup: RollupRules | None = None
    """How several forms become one (汇总); None if the policy does not say."""
    disabled: frozenset[str] = frozenset()
    """Rules of what it extends that it does not use."""
    reading: str = ""
    """SHA-256 of all that decides how values, names and statements are read, whatever is then made of them."""
    in_force: Period = ALWAYS
    """The days of filing it applies to; open unless the rules changed inside a year."""
    chosen_by: Headings = NO_HEADINGS
    """一级 headings that a form must have one of to be judged by it unasked."""
    kept_away_by: Headings = NO_HEADINGS
    """一级 headings of forms that are not held against it."""
    rested: Mapping[str, str] = field(default_factory=dict)
    """The clause written with an item, by the item's name, where it rests on another now: that of an overridden value it uses, or
    one that supersedes what is written."""

    @property
    def judges(self) -> bool:
        """Whether it scores: the pack for forms that no policy fits only reads and checks."""
        return self.status != "pack"

    def told_in(self, rule: str, category: str) -> str:
        """Where a finding is told when a report is drafted: in its section 三 (`report`: design, targets, completion, budget), or
        only in the list of corrections for its author (`list`: slips of text, sums, notation, scores). By the rule or its category.
        """
        if (own := self.rules.rules.get(rule)) and own.told_in:
            return own.told_in
        told = self.narrative.categories if self.narrative else None
        return "report" if told is None or category in told else "list"

    def covers(self, fiscal_year: int, kind: str, on: date | None = None) -> bool:
        """Whether the policy applies to forms of this kind for this fiscal year, filed on that day (None: not known)."""
        years = self.first_year <= fiscal_year and (self.last_year is None or fiscal_year <= self.last_year)
        return years and kind in self.form_kinds and self.in_force.holds(on)

    def clause(self, basis: str) -> Clause:
        """The clause a `basis` names. Every basis of a built policy names one."""
        return self.clauses[basis]
