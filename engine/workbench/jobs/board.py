"""The jobs of one running workbench: a line for each kind of work, one at a time in each, all of them told and cancelled alike."""

from __future__ import annotations

import secrets
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from engine.errors import InputError, InternalError, JixiaoError, Place, Problem
from engine.files import refused
from engine.workbench.jobs.model import CANCELLED, DONE, FAILED, RUNNING, WAITING, Cancelled, JobStatus, Watch

MOST_OF_ONE, MOST = 20, 200
"""Jobs of one account, and of all: what ended first is forgotten first."""
MOST_WAITING = 8
"""Of one account, that have not ended."""
LONGEST = 12 * 3600.0
"""Seconds for which what came of a job is there."""
Work = Callable[[Watch], Any]


@dataclass(slots=True)
class _Job:
    status: JobStatus
    work: Work
    gone: Callable[[], None]
    """Called when nobody can ask for what came of it any more."""
    stop: threading.Event
    line: str = ""
    ended: float = 0.0
    lasting: bool = False
    """Someone asked for it to be there until they take it away."""
    result: Any = None


class Jobs:
    """Every job there is. A job belongs to an account: nobody else sees it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._jobs: dict[str, _Job] = {}
        self._lines: dict[str, deque[_Job]] = {}
        self._threads: dict[str, threading.Thread] = {}
        self._changed = threading.Condition()
        self._closing = False

    def start(
        self,
        kind: str,
        title: str,
        owner: str,
        work: Work,
        *,
        line: str = "",
        key: str = "",
        of_job: str = "",
        gone: Callable[[], None] = lambda: None,
    ) -> JobStatus:
        """Put work into the line of its kind, or into `line`. `key`: the id it is to have; `of_job`: whose result it works on;
        `gone` is called once it is forgotten.

        Raises InputError where the account has too many that have not ended.
        """
        with self._changed:
            self._forget_old()
            mine = [job for job in self._jobs.values() if job.status.owner == owner]
            if sum(not job.status.ended for job in mine) >= MOST_WAITING:
                told = f"还有 {MOST_WAITING} 件没有做完"
                raise InputError(Problem(Place(), told, "等它们做完，或取消一些", code="workbench.jobs"))
            at = datetime.now().astimezone().isoformat(timespec="seconds")
            status = JobStatus(key or secrets.token_hex(8), kind, title, owner, WAITING, at, of_job=of_job)
            name = line or kind
            job = _Job(status, work, gone, threading.Event(), name)
            self._jobs[status.id] = job
            self._lines.setdefault(name, deque()).append(job)
            if name not in self._threads:
                self._threads[name] = threading.Thread(target=self._serve, args=(name,), name=f"jobs-{name}", daemon=True)
                self._threads[name].start()
            self._changed.notify_all()
            return self._told(job)

    def ended(self, status: JobStatus, result: Any = None, gone: Callable[[], None] = lambda: None) -> None:
        """Put up a job that ended in an earlier run and was kept."""
        with self._changed:
            self._jobs[status.id] = _Job(status, lambda watch: None, gone, threading.Event(), "", self._clock(), True, result)

    def keep(self, key: str) -> None:
        """Have a job there until somebody takes it away."""
        with self._changed:
            if job := self._jobs.get(key):
                job.lasting = True

    def find(self, key: str, owner: str) -> JobStatus | None:
        """Where the account's job stands; None where there is no such."""
        with self._changed:
            job = self._of(key, owner)
            return self._told(job) if job else None

    def result(self, key: str, owner: str) -> Any:
        """What came of the account's job that is done; None for any other."""
        with self._changed:
            job = self._of(key, owner)
            return job.result if job and job.status.state == DONE else None

    def of(self, owner: str) -> list[JobStatus]:
        """The jobs of an account, the latest first."""
        with self._changed:
            self._forget_old()
            return [self._told(job) for job in reversed(self._jobs.values()) if job.status.owner == owner]

    def cancel(self, key: str, owner: str) -> None:
        """Have the account's job end as soon as it looks up; what waits in the line ends at once."""
        with self._changed:
            job = self._of(key, owner)
            if job is None or job.status.ended:
                return
            job.stop.set()
            if job.status.state == WAITING:
                line = self._lines[job.line]
                for n in [n for n, other in enumerate(line) if other is job]:
                    del line[n]
                self._end(job, CANCELLED)
                job.gone()

    def forget(self, key: str, owner: str) -> None:
        """Take the account's job away, with what came of it; one that runs is cancelled first."""
        self.cancel(key, owner)
        with self._changed:
            job = self._of(key, owner)
            if job is not None:
                self._changed.wait_for(lambda: job.status.ended, timeout=20)
                self._jobs.pop(key, None)
                job.gone()

    def close(self) -> None:
        """End: what runs is stopped, and what came of all is forgotten."""
        with self._changed:
            self._closing = True
            for job in self._jobs.values():
                job.stop.set()
            self._changed.notify_all()
        for thread in self._threads.values():
            thread.join(timeout=20)

    @property
    def closing(self) -> bool:
        """Whether the workbench is being shut: what stops now was not cancelled by anybody."""
        return self._closing

    def _serve(self, name: str) -> None:
        line = self._lines[name]
        while True:
            with self._changed:
                self._changed.wait_for(lambda: line or self._closing)
                if self._closing:
                    return
                job = line.popleft()
                job.status = replace(job.status, state=RUNNING)
            try:
                result = job.work(self._watch(job))
            except Cancelled:
                self._ends(job, CANCELLED)
            except JixiaoError as error:
                self._ends(job, FAILED, problems=tuple(error.problems))
            except OSError as error:
                self._ends(job, FAILED, problems=tuple(refused(error, "").problems))
            except Exception as error:  # a fault of ours ends this job and no other
                told = InternalError(Problem(Place(), f"内部错误：{type(error).__name__}", "请告诉管理员", code="workbench.fault"))
                self._ends(job, FAILED, problems=tuple(told.problems))
            else:
                self._ends(job, DONE, result)

    def _watch(self, job: _Job) -> Watch:
        def watch(what: str, done: int, of: int) -> None:
            if job.stop.is_set():
                raise Cancelled
            job.status = replace(job.status, what=what, done=done, of=of)

        return watch

    def _ends(self, job: _Job, state: str, result: Any = None, problems: tuple[Problem, ...] = ()) -> None:
        with self._changed:
            job.result = result
            job.status = replace(job.status, problems=problems)
            self._end(job, state)

    def _end(self, job: _Job, state: str) -> None:
        job.status, job.ended = replace(job.status, state=state), self._clock()
        self._changed.notify_all()

    def _of(self, key: str, owner: str) -> _Job | None:
        job = self._jobs.get(key)
        return job if job and job.status.owner == owner else None

    def _told(self, job: _Job) -> JobStatus:
        if job.status.state != WAITING:
            return job.status
        waiting = [other.status.id for other in self._lines[job.line]]
        running = any(other.line == job.line and other.status.state == RUNNING for other in self._jobs.values())
        return replace(job.status, ahead=waiting.index(job.status.id) + running if job.status.id in waiting else running)

    def _forget_old(self) -> None:
        now = self._clock()
        ended = sorted((job for job in self._jobs.values() if job.status.ended and not job.lasting), key=lambda job: job.ended)
        owners: dict[str, int] = {}
        for job in self._jobs.values():
            owners[job.status.owner] = owners.get(job.status.owner, 0) + 1
        for job in ended:
            owner = job.status.owner
            if now - job.ended > LONGEST or owners[owner] > MOST_OF_ONE or len(self._jobs) > MOST:
                del self._jobs[job.status.id]
                owners[owner] -= 1
                job.gone()
