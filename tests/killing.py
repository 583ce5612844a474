"""Runs that are killed: a command in a process forked from this one, which ends at its n-th step on the disk as by SIGKILL.

A step is whatever the one writer asks of the system: a file or directory begun, content written, brought to the disk, put in its
place, taken away. Nothing is tidied up and nothing is flushed; locks go as they do when the system ends a process. A write is cut
off with half of it done.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

KILLED = 137
_CALLS = ("mkdir", "fsync", "replace", "rename", "unlink", "rmdir", "write", "open")


class Steps:
    """Counts the steps of whatever is run in a `with`, below one directory, and ends the process at one of them."""

    def __init__(self, below: Path, fatal: int = -1) -> None:
        self.below, self.fatal, self.count = str(below), fatal, 0
        self.patch = pytest.MonkeyPatch()

    def __enter__(self) -> Steps:
        for name in _CALLS:
            self.patch.setattr(os, name, self._watched(name, getattr(os, name)))
        opened = io.open

        def open_(file: Any, mode: str = "r", *rest: Any, **named: Any) -> Any:
            stream = opened(file, mode, *rest, **named)
            return _Half(stream, self) if "w" in mode and self._ours(file) else stream

        self.patch.setattr(io, "open", open_)
        return self

    def __exit__(self, *_: object) -> None:
        self.patch.undo()

    def step(self, half: Callable[[], object] = lambda: None) -> None:
        """One more; the last thing that is done where it is the fatal one is half of it."""
        self.count += 1
        if self.count == self.fatal:
            half()
            os._exit(KILLED)

    def _watched(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            if self._ours(arguments[0]) and not (name == "open" and not arguments[1] & os.O_CREAT):
                self.step((lambda: real(arguments[0], arguments[1][: len(arguments[1]) // 2])) if name == "write" else lambda: None)
            return real(*arguments, **named)

        return call

    def _ours(self, what: Any) -> bool:
        if isinstance(what, int):
            try:
                what = os.readlink(f"/proc/self/fd/{what}")
            except OSError:
                return False
        return os.fspath(what).startswith(self.below) if isinstance(what, str | os.PathLike) else False


class _Half:
    """A stream whose one write may be the last thing that happens, half done."""

    def __init__(self, stream: Any, steps: Steps) -> None:
        self._stream, self._steps = stream, steps

    def write(self, data: Any) -> Any:
        def half() -> None:
            self._stream.write(data[: len(data) // 2])
            self._stream.flush()

        self._steps.step(half)
        return self._stream.write(data)

    def __enter__(self) -> _Half:
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def killed(run: Callable[[], int], below: Path, fatal: int) -> int:
    """The exit status of a run in a process of its own, killed at that step: KILLED, or the run's own if it has fewer."""
    child = os.fork()
    if not child:
        status = 1
        try:
            with Steps(below, fatal):
                status = run()
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
