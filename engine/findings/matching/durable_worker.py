"""Where durable-rules runs: in this process, or in one of its own that may crash without taking results with it."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from engine.findings.matching.durable import DurableMatcher
from engine.findings.matching.durable_library import DurableFailed
from engine.language.model import Fact, Match, Rule, Schema

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

TIME_LIMIT = 30.0
"""Seconds the worker process has for one evaluation."""


class Durable(Protocol):
    """durable-rules over numbered strata, in this process or another. Raises DurableFailed; is then ready for the next call."""

    def run(self, stratum: int, facts: Sequence[Fact]) -> list[Match]:
        """The matches of the rules of a stratum (from 0), as the plain matcher sorts them."""

    def close(self) -> None:
        """Give back what is held; a later call takes it anew."""


class InProcess:
    """In this process: fast, for one-shot commands."""

    def __init__(self, matchers: Sequence[DurableMatcher]) -> None:
        self._matchers = list(matchers)

    @classmethod
    def compiled(cls, groups: Sequence[Sequence[Rule]], schema: Schema) -> InProcess:
        """The rules of each stratum made ready. Raises as DurableMatcher."""
        return cls([DurableMatcher(rules, schema) for rules in groups])

    def anew(self) -> InProcess:
        """The same rules with handles of its own."""
        return InProcess([matcher.anew() for matcher in self._matchers])

    def run(self, stratum: int, facts: Sequence[Fact]) -> list[Match]:
        """As `Durable.run`; the facts have been checked by the plain matcher."""
        return self._matchers[stratum].run(facts, checked=True)

    def close(self) -> None:
        """Give the handles back."""
        for matcher in self._matchers:
            matcher.close()


class Worker:
    """In a process of its own, started when first asked and again after a crash or an answer too late. For servers."""

    def __init__(self, groups: Sequence[Sequence[Rule]], schema: Schema, time_limit: float = TIME_LIMIT) -> None:
        InProcess.compiled(groups, schema)  # what the library cannot take is known at once, as without isolation
        self._work = ([tuple(rules) for rules in groups], {kind: dict(fields) for kind, fields in schema.items()})
        self._time_limit = time_limit
        self._lock = threading.Lock()
        self._process: Any = None
        self._pipe: Connection | None = None
        self.crashes_to_come = 0
        """For tests: so many of the next calls find the worker killed by a segmentation fault."""

    def run(self, stratum: int, facts: Sequence[Fact]) -> list[Match]:
        """As `Durable.run`. DurableFailed also where the worker died or did not answer in time."""
        with self._lock:
            try:
                return self._exchange(stratum, facts)
            except (OSError, EOFError) as error:
                status = self._stop()
                raise DurableFailed(f"worker died (status {status}): {type(error).__name__}") from error
            except BaseException as error:
                if not isinstance(error, DurableFailed):
                    self._stop()
                raise

    def _exchange(self, stratum: int, facts: Sequence[Fact]) -> list[Match]:
        if self._pipe is None:
            import multiprocessing  # slow to import, and most runs have no worker

            context = multiprocessing.get_context("spawn")  # a fork would copy threads and locks of the server
            self._pipe, theirs = context.Pipe()
            self._process = context.Process(target=_serve, args=(theirs, *self._work), daemon=True)
            self._process.start()
            theirs.close()
        crash, self.crashes_to_come = self.crashes_to_come > 0, max(0, self.crashes_to_come - 1)
        self._pipe.send((stratum, [(fact.id, fact.kind, dict(fact.fields)) for fact in facts], crash))
        if not self._pipe.poll(self._time_limit):
            self._stop()
            raise DurableFailed(f"no answer within {self._time_limit:g} s")
        answer: list[Match] | tuple[type[DurableFailed], str] = self._pipe.recv()
        if isinstance(answer, tuple):
            raise answer[0](answer[1])
        return answer

    def _stop(self) -> int | None:
        if self._pipe is not None:
            self._pipe.close()
            self._process.kill()
            self._process.join()
        status = self._process.exitcode if self._process is not None else None
        self._pipe = self._process = None
        return status

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._stop()


def _serve(pipe: Connection, groups: Sequence[Sequence[Rule]], schema: Schema) -> None:
    """The worker's loop: facts in, matches or the reason for none out."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends us
    backend = InProcess.compiled(groups, schema)
    while True:
        try:
            stratum, rows, crash = pipe.recv()
        except EOFError:
            return
        if crash:
            os.kill(os.getpid(), signal.SIGSEGV)
        try:
            pipe.send(backend.run(stratum, [Fact(*row) for row in rows]))
        except DurableFailed as error:
            pipe.send((type(error), str(error)))
