"""Work done in several processes, each holding what it works with: made once when the process starts, and closed when it ends."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Generic, TypeVar

from engine.errors import OutputError, Place, Problem

Held = TypeVar("Held")
Task = TypeVar("Task")
Result = TypeVar("Result")
_AHEAD = 4
"""Tasks begun, for each process, before the result that is wanted next is there."""
_PATIENCE = 5.0
"""Seconds a process has to end by itself."""


class Workers(Generic[Held]):
    """Processes that each hold what `make` gives; with one job, this process is the one. For use in a `with`.

    `make` and the functions run go to the processes by pickle: functions of modules, or `functools.partial` of them.
    """

    def __init__(self, make: Callable[[], Held], jobs: int = 1) -> None:
        self._make, self._jobs = make, max(1, jobs)
        self._processes: dict[Connection, BaseProcess] = {}
        self._held: Held | None = None

    def __enter__(self) -> Workers[Held]:
        if self._jobs == 1:
            self._held = self._make()
            return self
        # spawned, not forked: durable-rules and a progress bar keep threads that a fork would leave in the middle of things
        context = get_context("spawn")
        try:
            for _ in range(self._jobs):
                ours, theirs = context.Pipe()
                process = context.Process(target=_serve, args=(theirs, self._make), daemon=True)
                process.start()
                theirs.close()
                self._processes[ours] = process
        except BaseException:  # Ctrl-C too: those that were started do not stay behind
            self._end(at_once=True)
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, *exception: object) -> None:
        self._end(at_once=kind is not None)

    def run(self, function: Callable[[Held, Task], Result], tasks: Sequence[Task]) -> Iterator[Result]:
        """`function` of what is held and each task; the results in the order of the tasks. What one raises is raised here.

        Raises OutputError if a process is killed (by the system, where memory runs out).
        """
        if self._held is not None:
            yield from (function(self._held, task) for task in tasks)
            return
        idle, busy, ready = list(self._processes), dict[Connection, int](), dict[int, Result]()
        sent = given = 0
        try:
            while given < len(tasks):
                while idle and sent < min(len(tasks), given + _AHEAD * self._jobs):
                    connection = idle.pop()
                    connection.send((function, tasks[sent]))
                    busy[connection] = sent
                    sent += 1
                done = wait(list(busy)) if given not in ready else []
                for connection in [one for one in busy if one in done]:
                    ready[busy.pop(connection)] = _answer(connection)
                    idle.append(connection)
                while given in ready:
                    yield ready.pop(given)
                    given += 1
        finally:
            if busy:  # not waited for to the end: their answers would be taken for those of the next run
                self._end(at_once=True)

    def _end(self, *, at_once: bool) -> None:
        close = getattr(self._held, "close", None)
        self._held = None
        if close:
            close()
        for connection, process in self._processes.items():
            if at_once:
                process.terminate()
            connection.close()
        for process in self._processes.values():
            process.join(_PATIENCE)
            if process.is_alive():
                process.kill()
        self._processes = {}


def _answer(connection: Connection) -> Any:
    try:
        right, answer = connection.recv()
    except (EOFError, ConnectionError):
        told = "一个进程被系统中断了，多半是内存不够"
        raise OutputError(Problem(Place(), told, "少开几个进程（--jobs）再运行一次", code="machine.process")) from None
    if not right:
        raise answer
    return answer


def _serve(connection: Connection, make: Callable[[], Any]) -> None:
    """A process: makes what it holds, and answers until there is nobody to ask."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that asks
    held: Any = None
    wrong: BaseException | None = None
    try:
        held = make()
    except Exception as error:
        wrong = error
    try:
        while True:
            function, task = connection.recv()
            try:
                answer = (False, wrong) if wrong else (True, function(held, task))
            except Exception as error:
                answer = (False, error)
            connection.send(answer)
    except (EOFError, ConnectionError):
        return
    finally:
        if close := getattr(held, "close", None):
            close()
