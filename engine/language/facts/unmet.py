"""Facts of kind `unmet`."""

from dataclasses import dataclass
from typing import Annotated

from engine.language.facts.marks import FORM_KINDS, INTERNAL, Choices, Number


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmetFact:
    """A row of the report's table of unmet indicators."""

    form: str
    form_kind: Annotated[str, Choices(FORM_KINDS)]
    name: str | None
    name_key: Annotated[str | None, INTERNAL]
    level2: str | None
    target_text: str | None
    actual_text: str | None
    target: Number | None
    actual: Number | None
    actual_differs: bool | None
    target_differs: bool | None
    reason: str | None
    reason_core: Annotated[str | None, INTERNAL]
    reason_empty: Annotated[bool | None, INTERNAL]
    reason_rest: Annotated[Number | None, INTERNAL]
    shared_reason: bool | None
    shared_terms: Annotated[Number | None, INTERNAL]
