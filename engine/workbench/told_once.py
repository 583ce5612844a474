"""What a whole policy says in words, worked out once while no file of any policy changes: it takes seconds each time."""

from __future__ import annotations

import contextlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from engine.policy.library import Library

MOST = 20
"""Policies that are remembered, the latest."""
_MARKED = ("*/*/*", "*/*/*/*")


class ToldOnce:
    """Answers by name, each good for as long as the files of the library are what they were."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, tuple[object, Any]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, name: str, library: Library, work: Callable[[], Any]) -> Any:
        """What `work` gives, or gave for this name when the files were the same. What it raises is not remembered."""
        now = stamp(library)
        with self._lock:
            known = self._known.get(name)
        if known is not None and known[0] == now:
            return known[1]
        found = work()
        with self._lock:
            self._known[name] = now, found
            self._known.move_to_end(name)
            while len(self._known) > MOST:
                self._known.popitem(last=False)
        return found


def stamp(library: Library) -> object:
    """What the files of a library are known by: another one once any of them is written, added or gone."""
    out = []
    for root in library.roots:
        for path in sorted(path for pattern in _MARKED for path in root.glob(pattern) if path.suffix in (".yaml", ".lock")):
            with contextlib.suppress(OSError):  # gone meanwhile
                status = path.stat()
                out.append((str(path), status.st_mtime_ns, status.st_size))
    return out
