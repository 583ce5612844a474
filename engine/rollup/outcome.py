"""What a roll-up gives: every level with its forms and findings, and the record of the top."""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine.policy.model import Policy
from engine.rollup.admission import Uncounted
from engine.rollup.checks import RollupFinding
from engine.rollup.correspondence import MatchedForm
from engine.scoring.model import ScoredForm
from engine.submission.model import Submission


@dataclass(frozen=True, slots=True)
class Level:
    """One level rolled up: a region, a department. `depth` is 0 for the top; `children` are those directly under it."""

    name: str
    depth: int
    forms: tuple[ScoredForm, ...]
    findings: tuple[RollupFinding, ...]
    children: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rollup:
    """The top level as a record, every level, and the forms that were rolled up with their scores."""

    by: str
    policy: Policy
    submission: Submission
    levels: tuple[Level, ...]
    """Top first."""
    filed: tuple[ScoredForm, ...]
    left: tuple[Uncounted, ...] = ()
    """The forms that were read and are not added, each with its reason."""
    matched: tuple[MatchedForm, ...] = ()
    """Which form of whom went into which, and its indicators into which rows."""

    @property
    def findings(self) -> tuple[RollupFinding, ...]:
        return tuple(told for level in self.levels for told in level.findings)

    def record(self, level: Level) -> Submission:
        """One level's forms as a record of their own."""
        return replace(self.submission, forms=tuple(scored.form for scored in level.forms))
