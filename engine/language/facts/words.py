"""Fields of facts that say what words a form is filled in with: of an indicator, of a form. Nothing here is judged."""

from dataclasses import dataclass
from typing import Annotated

from engine.language.facts.marks import INTERNAL, Number


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonFields:
    """What an indicator's reason (偏差原因) says, and how many points it says were taken off."""

    reason_core: Annotated[str | None, INTERNAL] = None
    reason_empty: Annotated[bool | None, INTERNAL] = None
    reason_rest: Annotated[Number | None, INTERNAL] = None
    reason_length: Number | None = None
    deduction: Number | None = None
    deduction_said: Number | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WordFields:
    """What is left of an indicator's name, target and actual without the words that say nothing; what they name."""

    name_rest: Annotated[Number | None, INTERNAL] = None
    target_rest: Annotated[Number | None, INTERNAL] = None
    target_activity: Annotated[bool | None, INTERNAL] = None
    target_standard: Annotated[bool | None, INTERNAL] = None
    actual_rest: Annotated[Number | None, INTERNAL] = None
    actual_fact: Annotated[bool | None, INTERNAL] = None
    name_number: Number | None = None
    name_number_text: str | None = None
    target_number: Annotated[Number | None, INTERNAL] = None
    same_number: Annotated[bool | None, INTERNAL] = None
    """Whether target and actual are the same number, whatever their units."""
    units_like: Annotated[bool | None, INTERNAL] = None
    """Whether their units may count the same things (个 and 项, 台套 and 台(套))."""
    parts_doubt: Annotated[bool | None, INTERNAL] = None
    """Whether the target is one number and the actual may be several parts to be added up."""
    reason_elsewhere: Annotated[bool | None, INTERNAL] = None
    """Whether the form's problems or what it says was not completed have words of its name."""
    foreign_field: str | None = None
    placeholder: str | None = None
    evidence_column: str | None = None
    evidence_text: str | None = None
    survey_text: str | None = None
    told_clause: str | None = None
    told_other: str | None = None
    told_missing: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonHabits:
    """What the reasons and measures of a form have in common."""

    reasons: Number | None = None
    same_reason: str | None = None
    same_reason_rows: Number | None = None
    other_reasons: Number | None = None
    same_reason_names: str | None = None
    vague_remedies: str | None = None
    remedy_rest: Number | None = None
    """Characters of those measures that say something of this form: what is left without the words that fit every form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CopiedFields:
    """The form of another body that this one shares the most free text with; nothing where one body was looked at by itself."""

    copied_unit: str | None = None
    copied_form: str | None = None
    copied_year: Number | None = None
    copied_text: str | None = None
    copied_characters: Number | None = None
    copied_share: Number | None = None
    """Of the characters of free text on this form; between 0 and 1."""
    copied_forms: Number | None = None
    """With how many forms of other bodies it shares text, as far as these are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueHabits:
    """What the values and weights of a form have in common, whatever they are of."""

    same_value: str | None = None
    same_value_rows: Number | None = None
    other_values: Number | None = None
    same_value_names: str | None = None
    same_weight: Number | None = None
    same_weight_rows: Number | None = None
    other_weights: Number | None = None
    exact_rows: Number | None = None
    inexact_rows: Number | None = None
    exact_names: str | None = None
    short_rows: Number | None = None
    short_weight_share: Annotated[Number | None, INTERNAL] = None
    short_names: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Slips:
    """What was written wrong, left open, or is longer than the form allows."""

    typos: str | None = None
    placeholders: str | None = None
    over_limit: str | None = None
    heading_gap: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportClaims:
    """What the report says of the whole: how many projects, how many things it then lists; promises of the goals."""

    projects_said: Number | None = None
    projects_said_text: str | None = None
    miscounted: str | None = None
    goals_unmeasured: str | None = None
    goals_titled: Number | None = None
    goals_to_tell: Number | None = None
    """Of them those whose result the form should say in words: it has a box for that, or the goal promises a number."""
    goals_achieved: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingFields:
    """When a form was filed, in months after the end of its fiscal year (1: the January after it), and who signed it."""

    filed_text: str | None = None
    filed_after: Number | None = None
    filed_blank: str | None = None
    unsigned: str | None = None
