"""What policies say of themselves, read without resolving them: enough to list and to choose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from engine.errors import PolicyError, Problem
from engine.policy import files as policy_files
from engine.policy.headings import NO_HEADINGS, Headings, headings
from engine.policy.library import LOCK, Library, display_name
from engine.policy.periods import ALWAYS, Period, period
from engine.policy.resolved import years

UNFILLED = "【填写"
"""How what `policy new` leaves to be filled in begins."""
SAMPLES = ("年度新文件的名称", "几个字的标题", "条文原文")
"""What it writes where a new document is to be named and quoted."""


@dataclass(frozen=True, slots=True)
class Head:
    """What one policy says of itself."""

    id: str
    title: str
    status: str
    jurisdiction: str
    first_year: int
    last_year: int | None
    form_kinds: tuple[str, ...]
    fallback: bool = False
    """Whether it applies only where no other policy does."""
    in_force: Period = ALWAYS
    locked: bool = False
    """Whether there is a lock; whether the policy matches it shows when it is loaded."""
    jurisdiction_name: str = ""
    """As people say it; empty where the policy itself does not say it."""
    extends: tuple[str, ...] = ()
    """What it names itself; not what that stands on."""
    chosen_by: Headings = NO_HEADINGS
    """It judges only forms that have one of these 一级 headings; a draft that names none judges none by itself."""
    kept_away_by: Headings = NO_HEADINGS
    """Forms that have one of these are not held against it."""

    @property
    def may_judge(self) -> bool:
        """Whether it may judge a form by itself, without being named."""
        return self.status == "published" or (self.status == "draft" and bool(self.chosen_by))

    def covers(self, fiscal_year: int, kind: str, on: date | None = None) -> bool:
        """Whether the policy applies to forms of this kind for this fiscal year, filed on that day (None: not known)."""
        return self.covers_any({fiscal_year}) and kind in self.form_kinds and self.in_force.holds(on)

    def covers_any(self, fiscal_years: set[int]) -> bool:
        """Whether the policy applies to any of these fiscal years."""
        return any(self.first_year <= y and (self.last_year is None or y <= self.last_year) for y in fiscal_years)

    def __str__(self) -> str:
        span = f"{self.first_year}—{self.last_year or '今'}" if self.last_year != self.first_year else str(self.first_year)
        days = f"，{self.in_force}" if self.in_force else ""
        return f"{self.id}（{self.title}，{span}年度{days}，{self.status}）"


def heads(where: Library) -> tuple[list[Head], list[Problem]]:
    """The heads of all policies that can be read, in id order of their roots, and what is wrong with the others."""
    out: list[Head] = []
    problems: list[Problem] = where.strays()
    for name in where.ids():
        try:
            path = where.directory(name) / "policy.yaml"
            document, wrong = policy_files.read(path, display_name(path))
            if wrong:
                raise PolicyError(wrong)
        except PolicyError as error:
            problems += error.problems
            continue
        own = document.data.get("policy", {})
        first, last = years(own)
        kinds = tuple(own.get("form_kinds", ()))
        said = (own.get("title", ""), own.get("status", ""), own.get("jurisdiction", ""))
        locked, place = (path.parent / LOCK).exists(), own.get("jurisdiction_name", "")
        parents = own.get("extends", ())
        extends = (parents,) if isinstance(parents, str) else tuple(parents)
        by, away = headings(own, "chosen_by"), headings(own, "kept_away_by")
        fallback = own.get("fallback", False)
        out.append(Head(name, *said, first, last, kinds, fallback, period(own), locked, place, extends, by, away))
    return out, list(dict.fromkeys(problems))


def elders_first(of: Sequence[Head]) -> list[Head]:
    """Those that others of them stand on before these: what several have in common was written by the first."""
    depth = {head.id: 0 for head in of}
    for _ in of:  # no more steps than heads: `extends` may go round
        deeper = {
            head.id: max((1 + depth[parent] for parent in head.extends if parent in depth and parent != head.id), default=0)
            for head in of
        }
        if deeper == depth:
            break
        depth = deeper
    return sorted(of, key=lambda head: depth[head.id])
