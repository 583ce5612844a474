"""Facts of kind `line`."""

from dataclasses import dataclass
from typing import Annotated

from engine.language.facts.marks import FORM_KINDS, INTERNAL, LINE_ROLES, Choices, Number


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFact:
    """A row of the budget block: the total, or where the money comes from."""

    form: str
    form_kind: Annotated[str, Choices(FORM_KINDS)]
    name: str | None
    role: Annotated[str, Choices(LINE_ROLES), INTERNAL]
    budget: Number | None
    executed: Number | None
    original: Number | None
    budget_yuan: Number | None
    executed_yuan: Number | None
    rate_stated: Number | None
    rate: Annotated[Number | None, INTERNAL]
    rate_gap: Annotated[Number | None, INTERNAL]
    rate_precision: Annotated[Number | None, INTERNAL]
