"""What one running workbench works with, and how a request finds it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from anyio import CapacityLimiter, to_thread
from fastapi import Request
from starlette.exceptions import HTTPException

from engine.changes.impact.compare import Judgements
from engine.policy.library import Library
from engine.workbench import accounts
from engine.workbench.accounts import Account
from engine.workbench.audit import Log
from engine.workbench.checker_pool import CheckerPool
from engine.workbench.desk.desk import Desk
from engine.workbench.drafts import Drafts
from engine.workbench.history import History
from engine.workbench.jobs import Jobs
from engine.workbench.kept import Readings
from engine.workbench.sessions import Sessions
from engine.workbench.throttle import Throttle
from engine.workbench.told_once import ToldOnce

if TYPE_CHECKING:
    from engine.soundness.tests.running import Known

T = TypeVar("T")


@dataclass(frozen=True)
class Workbench:
    """What one running workbench works with."""

    policies: Path
    """The directory whose policies may be changed."""
    library: Library
    drafts: Drafts
    log: Log
    sessions: Sessions = field(default_factory=Sessions)
    throttle: Throttle = field(default_factory=Throttle)
    accounts_file: Path | None = None
    examples: tuple[Path, ...] = ()
    checkers: CheckerPool = field(default_factory=CheckerPool)
    readings: Readings = field(default_factory=Readings)
    tests: Known = field(default_factory=dict)
    """What came of tests of policies: they are run before and after each change of a few of them, and again to publish."""
    judged: Judgements = field(default_factory=Judgements)
    """What policies made of the forms a draft is tried on, by the plain matcher."""
    hashing: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(6))
    """Passwords looked at once: they take their time, and none of the threads that answer pages."""
    at_once: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(2))
    """Evaluations at once; the rest wait in a row, and hold no thread."""

    told: ToldOnce = field(default_factory=ToldOnce)
    """Whole policies in words."""
    jobs: Jobs = field(default_factory=Jobs)
    """What takes longer than a page waits."""

    @cached_property
    def desk(self) -> Desk:
        """The reviewers' jobs."""
        return Desk(self.policies / ".workbench" / "jobs", self.library, self.jobs)

    @property
    def history(self) -> History:
        """What the policies were after each save."""
        return History(self.policies / ".workbench" / "history")

    @property
    def kept(self) -> Path:
        """Where records of forms are that someone asked to keep."""
        return self.policies / ".workbench" / "forms"

    def accounts(self) -> dict[str, Account]:
        """The accounts as the file has them now: one shut out is out at once."""
        return accounts.load(self.accounts_file) if self.accounts_file else {}

    async def busy(self, work: Callable[..., T], *arguments: Any, **named: Any) -> T:
        """Run something long beside the event loop, at most two at once."""
        return await to_thread.run_sync(lambda: work(*arguments, **named), limiter=self.at_once)


class Refused(HTTPException):
    """A request that is not allowed."""

    def __init__(self, status: int, reason: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(status, reason, headers)


def bench(request: Request) -> Workbench:
    """The workbench that serves this request."""
    found: Workbench = request.app.state.workbench
    return found
