"""The workbench's log: who did or tried what, when, and the difference it made. One JSON object a line, only ever added to."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from engine.files import append, make_directory, rename

MAX_BYTES = 50_000_000
"""A log that has grown so large is put aside under its time, and a new one begun."""
MAX_REFUSALS = 300
"""Refusals written in one minute."""


class Log:
    """A log file. Every entry is on disk before the change it tells of is answered."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._clock = clock
        self._minute, self._refusals, self._left_out = 0.0, 0, 0

    def add(self, who: str, action: str, *, policy: str = "", outcome: str = "done", **more: Any) -> None:
        """Add an entry. `outcome` is done or refused. Raises OutputError: then the change is not to be made."""
        if outcome == "refused" and not self._room():
            return
        now = datetime.now().astimezone()
        if self._left_out:
            more["left_out"], self._left_out = self._left_out, 0
        entry = {"at": now.isoformat(timespec="seconds"), "who": who, "action": action, "outcome": outcome, "policy": policy}
        line = json.dumps(entry | more, ensure_ascii=False, default=str) + "\n"
        with self._lock:
            make_directory(self.path.parent, mode=0o700)
            if self.path.exists() and self.path.stat().st_size > MAX_BYTES:
                rename(self.path, f"{self.path.stem}-{now:%Y%m%d-%H%M%S}{self.path.suffix}")
            append(line.encode("utf-8", "backslashreplace"), self.path, mode=0o600)

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

    def entries(self, last: int = 200) -> list[dict[str, Any]]:
        """The newest entries, newest first. A line cut short by a crash is told as such, not left out."""
        if not self.path.exists():
            return []
        with self.path.open("rb") as stream:
            stream.seek(max(0, self.path.stat().st_size - 4_000_000))
            # only "\n" ends an entry: other signs that split lines may stand in what someone sent
            lines = stream.read().decode("utf-8", "replace").removesuffix("\n").split("\n")[-last:]
        return list(reversed(list(_parsed(lines))))


def _parsed(lines: list[str]) -> Iterator[dict[str, Any]]:
    for line in lines:
        try:
            entry = json.loads(line)
            if not isinstance(entry, dict):
                raise ValueError
            yield entry
        except ValueError:
            yield {"at": "", "who": "", "action": "", "outcome": "damaged", "policy": "", "line": line[:200]}
