"""Facts of kind `alike`."""

from dataclasses import dataclass
from typing import Annotated

from engine.language.facts.marks import FORM_KINDS, INTERNAL, Choices, Number


@dataclass(frozen=True, slots=True, kw_only=True)
class AlikeFact:
    """Two indicators of a form whose names end alike."""

    form: str
    form_kind: Annotated[str, Choices(FORM_KINDS)]
    first: str | None
    second: str | None
    ending: str | None
    ending_length: Annotated[Number | None, INTERNAL]
    similarity: Annotated[Number | None, INTERNAL]
    one_thing: bool | None
    """Whether what stands before the ending makes them one thing, or one a part of the other."""
    same_unit: bool | None
    same_target: bool | None
    first_target: str | None
    second_target: str | None
    same_actual: bool | None
