"""How long LibreOffice may compute: for one file, and for all files of a run, in each process that reads.

A file of a kilobyte can keep it busy for as long as it may; a folder of them, for days. The processes that a run starts have the
same bounds from the environment. A server has none for all: it reads for many, one after the other.
"""

from __future__ import annotations

import os

FILE_SECONDS = 30
"""Of computing: a document of a hundred pages takes some four."""
RUN_SECONDS = 600
_FILE, _RUN = "JIXIAO_OFFICE_FILE_SECONDS", "JIXIAO_OFFICE_RUN_SECONDS"
_spent = [0.0]


def begin(of_file: int, of_run: int) -> None:
    """A run begins, in this process and those it starts."""
    os.environ[_FILE], os.environ[_RUN] = str(of_file), str(of_run)
    _spent[0] = 0.0


def for_file() -> int:
    """Seconds one file may take: what is left of the run's, at most."""
    of_file, of_run = _set(_FILE) or FILE_SECONDS, _set(_RUN)
    return of_file if not of_run else max(0, min(of_file, int(of_run - _spent[0])))


def of_run() -> int:
    """Seconds all files of the run may take together; 0 without bound."""
    return _set(_RUN)


def spend(seconds: float) -> None:
    """Count what one took."""
    _spent[0] += seconds


def _set(name: str) -> int:
    text = os.environ.get(name, "")
    return int(text) if text.isascii() and text.isdigit() else 0
