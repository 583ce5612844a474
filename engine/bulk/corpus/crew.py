"""The processes that read files and write parts, each with the policies it was asked for."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from engine.documents import office_budget
from engine.intake.shelf import Shelf
from engine.policy.library import Library
from engine.policy.model import Policy
from engine.workers import Workers


@dataclass(frozen=True, slots=True)
class Settings:
    """What every process needs."""

    out: Path
    library: Library


class Ingester:
    """What a process reads with: the settings, and the policies as far as they were asked for."""

    def __init__(self, settings: Settings) -> None:
        self.out, self.shelf = settings.out, Shelf(settings.library)

    def policy(self, id_: str) -> Policy | None:
        return self.shelf.policy(id_) if id_ else None


class Crew:
    """The processes, started when there is something for them to do."""

    def __init__(self, settings: Settings, jobs: int) -> None:
        self.settings, self.jobs = settings, jobs or os.cpu_count() or 1
        self.stack = ExitStack()
        self.workers: Workers[Ingester] | None = None

    def run(self, function: Callable[[Ingester, Any], Any], tasks: Sequence[Any]) -> Iterator[Any]:
        if tasks and self.workers is None:
            office_budget.share()
            made = Workers(partial(Ingester, self.settings), min(self.jobs, len(tasks)))
            self.workers = self.stack.enter_context(made)
        return self.workers.run(function, tasks) if self.workers and tasks else iter(())
