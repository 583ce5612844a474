"""Facts of kind `pair`."""

from dataclasses import dataclass
from typing import Annotated

from engine.language.facts.marks import FORM_KINDS, INTERNAL, Choices, Number

RELATIONS = ("twin", "average")


@dataclass(frozen=True, slots=True, kw_only=True)
class PairFact:
    """Two indicators of one form that belong together: `twin` (the same target and actual, names that share a word, under different
    一级指标), `average` (how many times, and how many people in all)."""

    form: str
    form_kind: Annotated[str, Choices(FORM_KINDS)]
    relation: Annotated[str, Choices(RELATIONS), INTERNAL]
    first: str | None
    second: str | None
    first_level1: str | None
    second_level1: str | None
    shared: str | None
    target_text: str | None = None
    target_number: Annotated[Number | None, INTERNAL] = None
    actual_text: str | None = None
    average_target: Number | None = None
    average_actual: Number | None = None
    average_change: Number | None = None
