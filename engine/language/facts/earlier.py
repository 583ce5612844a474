"""Facts of kind `earlier`."""

from dataclasses import dataclass
from typing import Annotated

from engine.language.facts.marks import FORM_KINDS, INTERNAL, Choices, Number


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierFact:
    """A form of the same body of the year before (`--with`)."""

    form: Annotated[str, INTERNAL]
    form_kind: Annotated[str, Choices(FORM_KINDS)]
    name: str | None
    fiscal_year: Number | None
    money_unit: str | None
    budget: Number | None
    executed: Number | None
    unspent: Number | None
    unspent_yuan: Number | None
    continued: bool | None
    """Whether a form of this year has the same name."""
