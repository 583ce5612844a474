"""Work of a job in a process of its own: other pages answer meanwhile, what it takes of memory is bounded, and it can be ended."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

from engine.errors import JixiaoError, OutputError, Place, Problem
from engine.workbench.jobs.model import Watch

MEGABYTES = 6_000
"""Of address space: what asks for more ends with a sentence, and takes nothing with it."""
_BEHIND = 10
"""How far the process stands back behind the one that answers pages (nice)."""
_LOOK = 0.25
"""Seconds between looks whether the work is still wanted, and between two tellings of how far it is."""
_PATIENCE = 5.0


class Ended(OutputError):
    """The process is gone without an answer: the system ended it, or a library of another language did."""


def run_apart(function: Callable[..., Any], arguments: tuple[Any, ...], watch: Watch) -> Any:
    """`function(watch, *arguments)` in a process of its own; its answer. Both go there by pickle.

    Raises what it raises, Cancelled once `watch` does, and Ended where the process ends without a word.
    """
    context = get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_serve, args=(theirs, function, arguments), daemon=True)
    process.start()
    theirs.close()
    said = ("启动", 0, 0)
    try:
        while True:
            if ours.poll(_LOOK):
                kind, answer = ours.recv()
                if kind == "done":
                    return answer
                if kind == "failed":
                    raise answer
                said = answer
            watch(*said)
    except (EOFError, ConnectionError):
        told = "这件事的进程被系统中断了，多半是内存不够"
        raise Ended(Problem(Place(), told, "分成几份再做", code="machine.process")) from None
    finally:
        ours.close()
        process.terminate()
        process.join(_PATIENCE)
        if process.is_alive():
            process.kill()
            process.join(_PATIENCE)


def _serve(answers: Connection, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the workbench, which ends us
    _stand_back()
    last = [0.0]

    def watch(what: str, done: int, of: int) -> None:
        now = time.monotonic()
        if now - last[0] >= _LOOK or done == of:
            last[0] = now
            answers.send(("at", (what, done, of)))  # nobody there any more: BrokenPipeError, and that is the end of it

    try:
        answers.send(("done", function(watch, *arguments)))
    except JixiaoError as error:
        answers.send(("failed", error))
    except MemoryError:
        answers.send(("failed", OutputError(Problem(Place(), "内存不够", "分成几份再做", code="machine.memory"))))
    except OSError as error:
        with contextlib.suppress(OSError):
            from engine.files import refused

            answers.send(("failed", refused(error, "")))


def _stand_back() -> None:
    if sys.platform == "win32":
        return
    import resource

    with contextlib.suppress(OSError, ValueError):
        os.nice(_BEHIND)
        resource.setrlimit(resource.RLIMIT_AS, (MEGABYTES * 1_000_000, MEGABYTES * 1_000_000))
