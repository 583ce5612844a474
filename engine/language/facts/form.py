"""Facts of kind `form`."""

from dataclasses import dataclass
from typing import Annotated

from engine.language.facts.marks import FORM_KINDS, INTERNAL, Choices, Number
from engine.language.facts.words import CopiedFields, FilingFields, ReasonHabits, ReportClaims, Slips, ValueHabits
from engine.language.fields import STATUSES


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetFields:
    """What the budget block is made of, and what had to be read into it."""

    lines_budget: Number | None
    lines_executed: Number | None
    repeated_lines: str | None
    repeated_owner: str | None
    scored_line: str | None
    zero_total: str | None
    line_below_zeros: Annotated[bool | None, INTERNAL]
    other_unit_amounts: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyFields:
    """The amounts of the scored line in one unit (元), so that they can be held against those of other rows and forms; what the
    year added to the budget or took from it, as written and in 元; and what the form says anywhere that may explain it."""

    budget_yuan: Number | None = None
    executed_yuan: Number | None = None
    unspent_yuan: Number | None = None
    original_yuan: Number | None = None
    largest_yuan: Number | None = None
    """The greater of the original and the adjusted budget: what a target set in January may have gone by."""
    budget_added: Number | None = None
    budget_added_yuan: Number | None = None
    lines_budget_short: Number | None = None
    """By how much the lines that stand for themselves fall short of the total."""
    amounts_blank: bool | None = None
    """Whether budget or executed amount is not there at all."""
    execution_score_blank: bool | None = None
    explained_text: Annotated[str | None, INTERNAL] = None
    """Empty where the form says nothing: a rule may then ask for a word that is not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovedFields:
    """What the approved targets (`--with`) have and the form does not, and the other way round; empty where none were given."""

    approved_indicators: Number | None = None
    approved_missing: Number | None = None
    approved_missing_names: str | None = None
    approved_added: Number | None = None
    approved_added_names: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionHabit:
    """The execution rate the body's own score follows from, and the true rate cut and rounded to as many decimals."""

    execution_rate_implied: Number | None = None
    execution_rate_cut: Annotated[Number | None, INTERNAL] = None
    execution_rate_rounded: Annotated[Number | None, INTERNAL] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedWeights:
    """The total of weights as printed, the weights added up, and those of the headings (goals; 一级指标 where goals have none)."""

    weight_total_printed: Number | None = None
    weight_total_added: Number | None = None
    weight_total_gap: Annotated[Number | None, INTERNAL] = None
    headings_sum: Number | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFields:
    """The report's text by section, and what it counts."""

    problems: Number | None
    remedies: Number | None
    execution_text: str | None
    met_text: Annotated[str | None, INTERNAL]
    unmet_text: str | None
    problems_text: Annotated[str | None, INTERNAL]
    remedies_text: Annotated[str | None, INTERNAL]
    report_text: Annotated[str | None, INTERNAL]
    report_length: Number | None
    """Characters of the report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextFields:
    """What of the rows the report does not say, and what it says that no row holds; nothing where there is no report."""

    report_figures: Number | None = None
    actuals_unsaid: str | None = None
    actuals_unsaid_count: Number | None = None
    figures_unheld: str | None = None
    figures_unheld_count: Number | None = None
    actuals_said_share: Annotated[Number | None, INTERNAL] = None
    """Of the rows whose actual is a number, the share of those the report tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormFact:
    """A form: totals, budget, counts, and how far what was filed is from what follows from it."""

    form: str
    form_kind: Annotated[str, Choices(FORM_KINDS)]
    name: str | None
    unit: str | None
    fiscal_year: Number | None
    total_reported: Number | None
    total_computed: Number | None
    total_status: Annotated[str | None, Choices(STATUSES)]
    full_score: Annotated[Number | None, INTERNAL]
    total_gap: Annotated[Number | None, INTERNAL]
    total_added: Number | None
    added_gap: Annotated[Number | None, INTERNAL]
    execution_reported: Number | None
    execution_computed: Number | None
    execution_gap: Annotated[Number | None, INTERNAL]
    execution_weight: Number | None
    execution_weight_scheme: Annotated[Number | None, INTERNAL]
    execution_clause: Annotated[str | None, INTERNAL]
    indicators_reported: Number | None
    indicators_computed: Number | None
    grade_reported: str | None
    grade_computed: str | None
    grade_of_reported: str | None
    grade_clause: Annotated[str | None, INTERNAL]
    money_unit: str | None
    budget: Number | None
    executed: Number | None
    unspent: Number | None
    execution_status: Annotated[str | None, Choices(STATUSES)]
    execution_reason: str | None
    budget_block: BudgetFields
    money: MoneyFields
    approved: ApprovedFields
    habit: ExecutionHabit
    printed: PrintedWeights
    original_budget: Number | None
    budget_walk_gap: Number | None
    budget_change: Number | None
    budget_moved: Annotated[Number | None, INTERNAL]
    execution_rate: Number | None
    execution_rate_stated: Number | None
    execution_rate_gap: Annotated[Number | None, INTERNAL]
    execution_rate_precision: Annotated[Number | None, INTERNAL]
    execution_rate_half: Annotated[Number | None, INTERNAL]
    execution_rate_whole: Annotated[bool | None, INTERNAL]
    execution_rate_unit_missing: bool | None
    basic_expenditure: Number | None
    project_expenditure: Number | None
    expenditure_gap: Annotated[Number | None, INTERNAL]
    indicators: Number | None
    met: Number | None
    unmet: Number | None
    undecided: Annotated[Number | None, INTERNAL]
    completion_rate: Number | None
    weight_sum: Number | None
    weight_scheme: Annotated[Number | None, INTERNAL]
    indicator_rate: Number | None
    execution_score_rate: Number | None
    rate_lead: Annotated[Number | None, INTERNAL]
    goals: Number | None
    report: ReportFields
    reason_habits: ReasonHabits
    value_habits: ValueHabits
    slips: Slips
    claims: ReportClaims
    filing: FilingFields
    copied: CopiedFields
    against_table: TextFields = TextFields()
