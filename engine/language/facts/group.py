"""Facts of kind `group`."""

from dataclasses import dataclass
from typing import Annotated

from engine.language.facts.marks import FORM_KINDS, INTERNAL, Choices, Number


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFact:
    """A 一级指标 or 二级指标 under a goal."""

    form: str
    form_kind: Annotated[str, Choices(FORM_KINDS)]
    goal: Number | None
    depth: Annotated[Number | None, INTERNAL]
    level1: str | None
    level2: str | None
    name: str | None
    known: bool | None
    belongs: bool | None
    home: Annotated[str | None, INTERNAL]
    weight: Number | None
    weight_sum: Number | None
    reported_sum: Number | None
    headings_sum: Number | None
    indicators: Number | None
