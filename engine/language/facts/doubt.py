"""Facts of kind `doubt`."""

from dataclasses import dataclass
from typing import Annotated

from engine.language.facts.marks import DOUBTS, FORM_KINDS, INTERNAL, Choices


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubtFact:
    """A doubt in reading the form."""

    form: str
    form_kind: Annotated[str, Choices(FORM_KINDS)]
    key: Annotated[str | None, Choices(DOUBTS), INTERNAL]
    subject: str | None
    text: str | None
    taken: str | None
    readings: str | None
