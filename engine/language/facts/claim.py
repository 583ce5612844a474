"""Facts of kind `claim`."""

from dataclasses import dataclass
from typing import Annotated

from engine.language.facts.marks import FORM_KINDS, INTERNAL, SECTIONS, Choices, Number


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimFact:
    """A statement of the report, with the numbers it states."""

    form: str
    form_kind: Annotated[str, Choices(FORM_KINDS)]
    key: Annotated[str | None, INTERNAL]
    about: Annotated[str | None, INTERNAL]
    section: Annotated[str | None, Choices(SECTIONS)]
    text: str | None
    score: Number | None = None
    amount: Number | None = None
    rate: Number | None = None
    count: Number | None = None
    met: Number | None = None
    year: Number | None = None
    value: Number | None = None
    unit: str | None = None
    qualifier: str | None = None
    change: str | None = None
    level1: str | None = None
    grade: str | None = None
    subject: str | None = None
    name_key: Annotated[str | None, INTERNAL] = None
    name_exact: bool | None = None
    target: Number | None = None
    actual: Number | None = None
    actual_gap: Annotated[Number | None, INTERNAL] = None
    actual_precision: Annotated[Number | None, INTERNAL] = None
    target_gap: Annotated[Number | None, INTERNAL] = None
    target_precision: Annotated[Number | None, INTERNAL] = None
    expected: Number | None = None
    gap: Annotated[Number | None, INTERNAL] = None
    precision: Annotated[Number | None, INTERNAL] = None
