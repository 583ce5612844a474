"""Facts of kind `bundle`."""

from dataclasses import dataclass

from engine.language.facts.marks import Number


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleFact:
    """What was filed together."""

    forms: Number | None
    units: Number | None
