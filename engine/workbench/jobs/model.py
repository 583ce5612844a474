"""What is known of a job, and the words for where it stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.errors import Problem

WAITING, RUNNING, DONE, FAILED, CANCELLED = "waiting", "running", "done", "failed", "cancelled"
ENDED = frozenset({DONE, FAILED, CANCELLED})
Watch = Callable[[str, int, int], None]
"""Called as work goes on: what is being done, how much of it, of how much (0: not known). Raises Cancelled where it is to stop."""


class Cancelled(BaseException):
    """The work is not wanted any more. No Exception: whoever tells of what went wrong in their part of it does not stop this."""


@dataclass(frozen=True, slots=True)
class JobStatus:
    """Where a job stands."""

    id: str
    kind: str
    """What line it stands in, and what its result is: `desk`, `made`, `tests`, `publish`."""
    title: str
    owner: str
    """The name of the account it is of."""
    state: str
    at: str
    """When it was asked for (ISO 8601)."""
    what: str = ""
    """What is being done (Chinese)."""
    done: int = 0
    of: int = 0
    ahead: int = 0
    """Jobs that come before it in the line."""
    problems: tuple[Problem, ...] = ()
    """Why it failed."""
    of_job: str = ""
    """The job whose result it works on."""

    @property
    def ended(self) -> bool:
        return self.state in ENDED

    @property
    def percent(self) -> int | None:
        """How much of the step is done, in hundredths; None where that is not known."""
        return self.done * 100 // self.of if self.of else None
