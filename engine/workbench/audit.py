"""The workbench's log: who did or tried what, when, what came of it, and the difference it made. One JSON object a line, only ever
added to; each holds the hash of the line before it, so that a line that was changed or taken out leaves a gap that shows.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from engine.errors import JixiaoError, OutputError, Place, Problem
from engine.files import append, displayed, make_directory, rename

MAX_BYTES = 50_000_000
"""A log that has grown so large is put aside under its time, and a new one begun."""
MAX_REFUSALS = 300
"""Refusals written in one minute."""
MAX_REASON = 1_000
FIRST = "0" * 64
"""What the first line of all stands on."""
_BLOCK = 1 << 16


class Unlogged(OutputError):
    """What was asked for is done, and could not be written down."""


@dataclass(frozen=True, slots=True)
class LogPage:
    """Some entries, newest first; `more`: whether there are older ones."""

    entries: tuple[dict[str, Any], ...]
    more: bool


class Log:
    """A log file. Every entry is on disk before the change it tells of is answered."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._clock = clock
        self._minute, self._refusals, self._left_out = 0.0, 0, 0
        self._end: tuple[int, str] | None = None
        """How large the file was when we last wrote, and the hash of its last line."""

    @contextmanager
    def deed(self, who: str, action: str, *, policy: str = "", **more: Any) -> Iterator[dict[str, Any]]:
        """Something that is to be done: written down when it is, or when it failed, with what is put into the yielded mapping.

        Raises OutputError, before anything is done, where the log cannot be written; Unlogged where it no longer can afterwards.
        """
        self._ready()
        about = dict(more)
        try:
            yield about
        except JixiaoError as error:
            with suppress(OutputError):  # what went wrong matters more
                self.add(who, action, policy=policy, outcome="failed", reason=str(error)[:MAX_REASON], **about)
            raise
        try:
            self.add(who, action, policy=policy, **about)
        except OutputError as error:
            raise Unlogged([_unlogged(problem) for problem in error.problems]) from error

    def add(self, who: str, action: str, *, policy: str = "", outcome: str = "done", **more: Any) -> None:
        """Add an entry. `outcome` is done, failed or refused. Raises OutputError."""
        if outcome != "done" and not self._room():
            return
        now = datetime.now().astimezone()
        with self._lock:
            if self._left_out:
                more["left_out"], self._left_out = self._left_out, 0
            entry = {"at": now.isoformat(timespec="seconds"), "who": who, "action": action, "outcome": outcome, "policy": policy}
            make_directory(self.path.parent, mode=0o700)
            before, whole = self._last()
            if self.path.exists() and self.path.stat().st_size > MAX_BYTES:
                rename(self.path, f"{self.path.stem}-{now:%Y%m%d-%H%M%S-%f}{self.path.suffix}")
                whole = True
            line = json.dumps(entry | more | {"before": before}, ensure_ascii=False, default=str)
            data = line.encode("utf-8", "backslashreplace")
            append((b"" if whole else b"\n") + data + b"\n", self.path, mode=0o600)
            self._end = self.path.stat().st_size, hashlib.sha256(data).hexdigest()

    def _ready(self) -> None:
        """Raises OutputError where nothing can be added."""
        with self._lock:
            make_directory(self.path.parent, mode=0o700)
            append(b"", self.path, mode=0o600)

    def _room(self) -> bool:
        """Whether one more refusal is written: thousands of them fill no disk. How many were left out stands in the next entry."""
        with self._lock:
            if self._clock() - self._minute > 60:
                self._minute, self._refusals = self._clock(), 0
            self._refusals += 1
            if self._refusals > MAX_REFUSALS:
                self._left_out += 1
                return False
            return True

    def _last(self) -> tuple[str, bool]:
        """The hash of the last line, and whether it is whole: one that was cut off by a crash gets its end before the next."""
        size = self.path.stat().st_size if self.path.exists() else 0
        if self._end and self._end[0] == size:
            return self._end[1], True
        if not size:
            older = max(self._files()[:-1], default=None)
            return (hashlib.sha256(next(_backwards(older), b"")).hexdigest() if older else FIRST), True
        with self.path.open("rb") as stream:
            stream.seek(size - 1)
            whole = stream.read(1) == b"\n"
        return hashlib.sha256(next(_backwards(self.path), b"")).hexdigest(), whole

    def _files(self) -> list[Path]:
        """The files of the log, those put aside first, the oldest first."""
        aside = sorted(self.path.parent.glob(f"{self.path.stem}-*{self.path.suffix}"))
        return [*aside, *([self.path] if self.path.exists() else [])]

    def entries(self, last: int = 200) -> list[dict[str, Any]]:
        """The newest entries, newest first."""
        return list(self.page(size=last).entries)

    def page(self, number: int = 1, size: int = 100, only: Mapping[str, str] | None = None) -> LogPage:
        """The entries of a page, counted from 1, of those that have all that is asked for in `only` (empty: anything).

        A line that is no entry is told as `damaged`, one whose line before is not what it stands on as `broken`, and neither is
        ever left out.
        """
        wanted = {key: value for key, value in (only or {}).items() if value}
        skip = (number - 1) * size
        found: list[dict[str, Any]] = []
        for entry in self._newest_first():
            odd = entry.get("broken") or entry["outcome"] == "damaged"
            if not odd and any(str(entry.get(key, "")) != value for key, value in wanted.items()):
                continue
            if skip:
                skip -= 1
            elif len(found) == size:
                return LogPage(tuple(found), more=True)
            else:
                found.append(entry)
        return LogPage(tuple(found), more=False)

    def _newest_first(self) -> Iterator[dict[str, Any]]:
        """Every entry, with a mark where the chain is broken."""
        lines = (line for path in reversed(self._files()) for line in _backwards(path))
        line = next(lines, None)
        while line is not None:
            older = next(lines, None)
            yield _entry(line, FIRST if older is None else hashlib.sha256(older).hexdigest())
            line = older

    def head(self) -> str:
        """The hash of the newest line: who notes it down can tell later that nothing before it was taken out."""
        with self._lock:
            return self._last()[0]


def _unlogged(problem: Problem) -> Problem:
    told = f"已经做完，但操作记录没有写进去（{problem.message}）"
    return Problem(Place(displayed(Path(problem.place.file).name)), told, problem.expected, code="output.unlogged")


def _entry(line: bytes, before: str) -> dict[str, Any]:
    try:
        entry = json.loads(line)
        if not isinstance(entry, dict) or not isinstance(entry.get("outcome"), str):
            raise ValueError
    except ValueError:
        text = line[:200].decode("utf-8", "replace")
        return {"at": "", "who": "", "action": "", "outcome": "damaged", "policy": "", "line": text}
    if entry.pop("before", None) != before:
        entry["broken"] = True
    return entry


def _backwards(path: Path) -> Iterator[bytes]:
    """The lines of a file, the last first. Only "\\n" ends one: other signs that split lines may stand in what someone sent."""
    with path.open("rb") as stream:
        size = at = stream.seek(0, 2)
        rest, ended = b"", False
        while at:
            step = min(_BLOCK, at)
            at -= step
            stream.seek(at)
            parts = (stream.read(step) + rest).split(b"\n")
            if not ended and len(parts) > 1:
                ended = True
                if not parts[-1]:  # the end of the last line
                    parts.pop()
            rest, *lines = parts
            yield from reversed(lines)
        if size:
            yield rest
