"""Facts of kind `goal`."""

from dataclasses import dataclass
from typing import Annotated

from engine.language.facts.marks import FORM_KINDS, Choices, Number


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalFact:
    """An annual goal (年度目标)."""

    form: str
    form_kind: Annotated[str, Choices(FORM_KINDS)]
    number: Number | None
    title: str | None
    weight: Number | None
    weight_sum: Number | None
    reported_sum: Number | None
    headings_sum: Number | None
    indicators: Number | None
