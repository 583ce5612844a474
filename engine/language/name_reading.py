"""Which way an indicator's name says is better: its parts, and what the policy's table makes of them. Each name is read once."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.language.fields import DIRECTIONS, NAME_PARTS
from engine.language.model import Scalar
from engine.language.tables import CaseTable
from engine.values.name_lists import NameWords
from engine.values.name_parts import NameParts, parts_of
from engine.values.vocabulary import Vocabulary

_KEPT = 50_000
"""Names a reader remembers before it starts anew."""


@dataclass(frozen=True, slots=True)
class NameReading:
    """What a name says: a direction, or "" where it says none; whether that is the only reading; the case of the table."""

    direction: str
    certain: bool
    case: str
    label: str
    parts: NameParts
    said: str = ""
    """The words found and what each is, for people: 复耕（治坏事）·面积（个数）."""


@dataclass(frozen=True, slots=True, eq=False)
class NameReader:
    """Reads names by the words and the table `recognition.name` of a policy; equal to itself only: readings are kept by it."""

    lists: NameWords
    words: Vocabulary
    table: CaseTable
    _read: dict[tuple[str, str], NameReading] = field(default_factory=dict, repr=False)

    def read(self, name: str, unit: str) -> NameReading:
        """The reading of a name beside values of that unit ("" for none)."""
        found = self._read.get((name, unit))
        if found is None:
            if len(self._read) >= _KEPT:
                self._read.clear()
            found = self._read[name, unit] = self._reading(name, unit)
        return found

    def way(self, name: str, unit: str) -> tuple[str, bool]:
        """Which way a measure of that name is better ("" where it does not say), and whether that is certain."""
        found = self.read(name, unit)
        return found.direction, found.certain

    def _reading(self, name: str, unit: str) -> NameReading:
        parts = parts_of(name, unit, self.lists, self.words)
        fields: dict[str, Scalar] = {key: getattr(parts, key) for key in NAME_PARTS}
        case = self.table.first(fields)
        assert case is not None  # every table ends in `otherwise`, checked when the policy was built
        direction = case.value if case.value in DIRECTIONS else ""
        said = "·".join(f"{word}（{self.lists.label_of[key]}）" for word, key in parts.words)
        return NameReading(direction, bool(direction) and case.certain, case.id, case.label, parts, said)
