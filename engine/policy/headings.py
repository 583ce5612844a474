"""Which 一级 headings of a form choose a policy, or keep it away from the form (`chosen_by`, `kept_away_by` of its head).

Where a place changes what its 一级指标 are, the form itself shows which of its schemes it was made for. Which headings tell that is
for the policy to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.forms.labels import fold
from engine.policy.resolved import years
from engine.submission.model import Form


@dataclass(frozen=True, slots=True)
class Headings:
    """一级 headings, on forms of these fiscal years; none where there are no words."""

    words: tuple[str, ...] = ()
    first_year: int = 0
    last_year: int | None = None

    def __bool__(self) -> bool:
        return bool(self.words)

    def on(self, form: Form) -> str:
        """The heading of the form that is one of these, as the form writes it; empty where none is."""
        if not self.words or form.fiscal_year < self.first_year or (self.last_year or form.fiscal_year) < form.fiscal_year:
            return ""
        wanted = frozenset(map(fold, self.words))
        return next((name for name in level1_of(form) if fold(name) in wanted), "")

    def on_any(self, forms: Iterable[Form]) -> str:
        """The first such heading of several forms that are judged together; empty where none has one."""
        return next(filter(None, map(self.on, forms)), "")

    def __str__(self) -> str:
        last = "今" if self.last_year is None else self.last_year
        span = f"（{self.first_year}—{last}年度）" if self.first_year or self.last_year else ""
        return "、".join(self.words) + span


NO_HEADINGS = Headings()


def heading_lines(chosen_by: Headings, kept_away_by: Headings) -> Iterable[str]:
    """What a policy's headings mean for the forms it judges (Chinese); nothing where it names none."""
    if chosen_by:
        yield f"只用于一级指标有 {chosen_by} 的表"
    if kept_away_by:
        yield f"不用于一级指标有 {kept_away_by} 的表"


def headings(head: Mapping[str, Any], key: str) -> Headings:
    """Those that a policy's own head names under `chosen_by` or `kept_away_by`."""
    said: Mapping[str, Any] = head.get(key, {})
    words: Sequence[str] = said.get("level1", ())
    return Headings(tuple(words), *years(said)) if words else NO_HEADINGS


def level1_of(form: Form) -> Iterable[str]:
    """The 一级 headings a form has, each once."""
    groups = (group.level1 for goal in form.goals for group in goal.groups)
    named = (item.level1 for goal in form.goals for item in goal.indicators)
    return dict.fromkeys(filter(None, (*groups, *named)))
