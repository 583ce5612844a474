"""The workbench's log: who did or tried what, when, and the difference it made. One JSON object a line, only ever added to."""

from __future__ import annotations

import difflib
import json
import os
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

MAX_BYTES = 50_000_000
"""A log that has grown so large is put aside under its time, and a new one begun."""
MAX_DIFFERENCE = 100_000


class Log:
    """A log file. Every entry is on disk before the change it tells of is answered."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()

    def add(self, who: str, action: str, *, policy: str = "", outcome: str = "done", **more: Any) -> None:
        """Add an entry. `outcome` is done or refused. Raises OSError if it cannot be written: then the change is not to be made."""
        now = datetime.now().astimezone()
        entry = {"at": now.isoformat(timespec="seconds"), "who": who, "action": action, "outcome": outcome, "policy": policy}
        line = json.dumps(entry | more, ensure_ascii=False, default=str) + "\n"
        with self._lock:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if self.path.exists() and self.path.stat().st_size > MAX_BYTES:
                os.replace(self.path, self.path.with_name(f"{self.path.stem}-{now:%Y%m%d-%H%M%S}{self.path.suffix}"))
            handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(handle, line.encode("utf-8", "backslashreplace"))
                os.fsync(handle)
            finally:
                os.close(handle)

    def entries(self, last: int = 200) -> list[dict[str, Any]]:
        """The newest entries, newest first. A line cut short by a crash is told as such, not left out."""
        if not self.path.exists():
            return []
        with self.path.open("rb") as stream:
            stream.seek(max(0, self.path.stat().st_size - 4_000_000))
            lines = stream.read().decode("utf-8", "replace").splitlines()[-last:]
        return list(reversed(list(_parsed(lines))))


def _parsed(lines: list[str]) -> Iterator[dict[str, Any]]:
    for line in lines:
        try:
            yield json.loads(line)
        except ValueError:
            yield {"at": "", "who": "", "action": "", "outcome": "damaged", "policy": "", "line": line[:200]}


def difference(before: str, after: str, name: str) -> str:
    """What changed in a file, line by line, as people who keep versions write it (unified diff)."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), f"{name}（原）", f"{name}（新）", lineterm="", n=1)
    return "\n".join(lines)[:MAX_DIFFERENCE]
