"""How long LibreOffice may compute: for one file, and for all files of a run, in however many processes they are read.

A file of a kilobyte can keep it busy for as long as it may; a folder of them, for days. The processes that a run starts have the
same bounds from the environment, and one tally with it: a file to which each adds what it takes before it begins, and gives back
what it did not need. A server has no bound for all: it reads for many, one after the other.
"""

from __future__ import annotations

import atexit
import os
from pathlib import Path

from engine import leftovers

FILE_SECONDS = 30
"""Of computing: a document of a hundred pages takes some four."""
RUN_SECONDS = 600
_FILE, _RUN, _TALLY = "JIXIAO_OFFICE_FILE_SECONDS", "JIXIAO_OFFICE_RUN_SECONDS", "JIXIAO_OFFICE_TALLY"
_ITEM = 12
"""Bytes of one item of the tally, thousandths of a second: so few are appended whole, whoever else appends at that time."""
_spent = [0]
"""Thousandths of a second, where this process is the only one that reads."""


def begin(of_file: int, of_run: int) -> None:
    """A run begins, in this process and those it starts."""
    os.environ[_FILE], os.environ[_RUN] = str(of_file), str(of_run)
    os.environ.pop(_TALLY, None)
    _spent[0] = 0


def share() -> None:
    """What the processes started from here on take is counted together with what this one takes. Without effect where the run has
    no bound. Raises OutputError where there is no place for files that are needed only now."""
    if not of_run() or os.environ.get(_TALLY):
        return
    tally, handle = leftovers.begun(leftovers.home(), 0o600)
    owner = os.getpid()
    os.environ[_TALLY] = str(tally)
    _add(_spent[0])

    def end() -> None:
        if os.getpid() == owner:
            leftovers.released(handle)
            tally.unlink(missing_ok=True)

    atexit.register(end)


def take() -> int:
    """Seconds one file may take: what is left of the run's, at most. They are counted as spent until `settle` says what it took."""
    of_file, most = _set(_FILE) or FILE_SECONDS, of_run()
    if not most:
        return of_file
    _add(of_file * 1000)
    granted = max(0, min(of_file, of_file + int(most - _sum() / 1000)))
    _add((granted - of_file) * 1000)
    return granted


def settle(granted: int, used: float) -> None:
    """What a file took of what `take` granted."""
    if of_run():
        _add(round(used * 1000) - granted * 1000)


def of_run() -> int:
    """Seconds all files of the run may take together; 0 without bound."""
    return _set(_RUN)


def _add(thousandths: int) -> None:
    if not (tally := os.environ.get(_TALLY)):
        _spent[0] += thousandths
        return
    handle = os.open(tally, os.O_WRONLY | os.O_APPEND)
    try:
        os.write(handle, f"{thousandths:>{_ITEM - 1}}\n".encode())
    finally:
        os.close(handle)


def _sum() -> int:
    """Thousandths of a second that are spent or granted."""
    if not (tally := os.environ.get(_TALLY)):
        return _spent[0]
    return sum(map(int, Path(tally).read_bytes().split()))


def _set(name: str) -> int:
    text = os.environ.get(name, "")
    return int(text) if text.isascii() and text.isdigit() else 0
