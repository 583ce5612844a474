"""Indicators whose direction somebody said (`known_indicators` of a policy, 答复.yaml beside the forms), found by their names.

Names, units and 二级指标 are compared without regard to width, blanks and kinds of brackets.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engine.submission.model import KnownIndicator

_FOLD = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_FOLD |= dict.fromkeys(map(ord, "〔［【[{｛"), "(") | dict.fromkeys(map(ord, "〕］】]}｝"), ")")


def folded(text: str) -> str:
    """Half width, brackets as `()`, no blanks."""
    return "".join(text.translate(_FOLD).split())


def key_of(answer: KnownIndicator) -> tuple[str, str, str]:
    """What an answer is about: name, unit and 二级指标 as they are compared."""
    return folded(answer.name), folded(answer.unit), folded(answer.level2)


@dataclass(frozen=True, slots=True)
class KnownNames:
    """Answers by folded name, those that say more of where they hold first."""

    by_name: Mapping[str, tuple[KnownIndicator, ...]]

    def find(self, name: str, unit: str, level2: str) -> KnownIndicator | None:
        """The answer for an indicator; one that names a unit or 二级指标 holds only there."""
        found = self.by_name.get(folded(name)) if self.by_name else None
        if not found:
            return None
        unit, level2 = folded(unit), folded(level2)
        return next(
            (a for a in found if folded(a.unit) in ("", unit) and folded(a.level2) in ("", level2)),
            None,
        )


def known_names(answers: Iterable[KnownIndicator]) -> KnownNames:
    """The answers, made ready to be looked up."""
    groups: dict[str, list[KnownIndicator]] = {}
    for answer in answers:
        groups.setdefault(folded(answer.name), []).append(answer)
    return KnownNames({name: tuple(sorted(some, key=lambda a: -(bool(a.unit) + bool(a.level2)))) for name, some in groups.items()})


NOBODY = KnownNames({})
