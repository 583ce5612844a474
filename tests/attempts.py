"""Reading a file in a process of its own, and what that took. The process is forked from one that has the readers loaded, and so
starts in no time; `tests/acceptance/test_hostile_files.py` needs one for each file, to see the memory that one took."""

from __future__ import annotations

import multiprocessing
import resource
import time
from multiprocessing.connection import Connection
from typing import Any

from engine.documents import reader
from engine.errors import InputError

SECONDS = 600


def attempt(data: bytes) -> dict[str, Any]:
    """The codes and messages of the refusal (none for a file that was read), CPU seconds and megabytes, of the readers' own
    processes too. Raises AssertionError if there is no answer in time or the process dies."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    ours, theirs = context.Pipe()
    process = context.Process(target=_answer, args=(theirs,))
    process.start()
    theirs.close()
    try:
        ours.send_bytes(data)
        assert ours.poll(SECONDS), "no answer"
        answer: dict[str, Any] = ours.recv()
    except EOFError:
        raise AssertionError("the process died") from None
    finally:
        ours.close()
        process.join(5)
        if process.is_alive():
            process.kill()
    return answer


def _answer(pipe: Connection) -> None:
    data = pipe.recv_bytes()
    answer: dict[str, Any] = {"codes": [], "messages": []}
    started = time.process_time()
    try:
        reader.document(data, "表")
    except InputError as error:
        answer = {"codes": [p.code for p in error.problems], "messages": [str(p) for p in error.problems]}
    readers = resource.getrusage(resource.RUSAGE_CHILDREN)
    answer["seconds"] = time.process_time() - started + readers.ru_utime + readers.ru_stime
    answer["megabytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    answer["megabytes of readers"] = readers.ru_maxrss / 1024
    pipe.send(answer)
