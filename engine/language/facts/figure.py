"""Facts of kind `figure`."""

from dataclasses import dataclass
from typing import Annotated

from engine.language.facts.marks import FORM_KINDS, INTERNAL, SECTIONS, SIDES, Choices, Number


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureFact:
    """A figure of the report that speaks of a row of the form and says another number than the row."""

    form: str
    form_kind: Annotated[str, Choices(FORM_KINDS)]
    section: Annotated[str | None, Choices(SECTIONS)]
    text: str
    figure: str
    value: Number
    value_unit: str
    side: Annotated[str, Choices(SIDES)]
    name: str
    name_key: Annotated[str, INTERNAL]
    held: str
    alone: Annotated[bool, INTERNAL]
    """Whether what the row holds is the number and nothing else."""
    certain: bool
