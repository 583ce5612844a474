"""Facts of kind `part`."""

from dataclasses import dataclass
from typing import Annotated

from engine.language.facts.marks import FORM_KINDS, INTERNAL, Choices, Number


@dataclass(frozen=True, slots=True, kw_only=True)
class PartFact:
    """The sums of a 一级指标."""

    form: str
    form_kind: Annotated[str, Choices(FORM_KINDS)]
    name: str | None
    reported: Number | None
    computed: Number | None
    weight_sum: Number | None
    weight_scheme: Annotated[Number | None, INTERNAL]
    weight_case: Annotated[str | None, INTERNAL]
    weight_clause: Annotated[str | None, INTERNAL]
