"""Guessing of passwords slowed down: a try is counted before it is heard, and what was counted is forgotten with time.

Three counters: of a name from an address, of the address, of the name. Who guesses one password after the other is slowed down at
once; an office behind one address has room for many slips; and whoever knows a name and tries it from everywhere slows it down for
a moment only, so that its owner gets in.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

MAX_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Bound:
    """So many tries are free; each further one waits twice as long as the one before, at most so many seconds."""

    free: int
    longest: float


PAIR, ADDRESS, NAME = Bound(5, 300.0), Bound(50, 60.0), Bound(20, 15.0)
FORGOTTEN = 900.0
"""Seconds after which a counter is one less."""
_MOST_DOUBLED = 20


class Throttle:
    """Counters of tries."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._tried: dict[str, tuple[float, float]] = {}
        """Key -> how many, when the last was."""
        self._lock = threading.Lock()

    def reserve(self, name: str, address: str) -> float:
        """Take a try: 0 if it is to be heard, counted as a wrong one until `passed`; else seconds to wait, and none is counted."""
        now, keys = self._clock(), self._keys(name, address)
        with self._lock:
            wait = max(self._until(key, bound) - now for key, bound in keys.items())
            if wait > 0:
                return wait
            for key in keys:
                self._tried[key] = (self._count(key) + 1, now)
            for oldest in list(self._tried)[: max(0, len(self._tried) - MAX_REMEMBERED)]:
                del self._tried[oldest]
        return 0.0

    def passed(self, name: str, address: str) -> None:
        """The try that was taken was right: it is not counted, and what that name got wrong from there is forgotten."""
        pair, *others = self._keys(name, address)
        with self._lock:
            self._tried.pop(pair, None)
            for key in others:
                count, last = self._tried.get(key, (1.0, 0.0))
                self._tried[key] = (max(0.0, count - 1), last)

    @staticmethod
    def _keys(name: str, address: str) -> dict[str, Bound]:
        return {f"pair:{address}:{name}": PAIR, f"address:{address}": ADDRESS, f"name:{name}": NAME}

    def _count(self, key: str) -> float:
        count, last = self._tried.pop(key, (0.0, 0.0))  # put in again as the newest
        return max(0.0, count - (self._clock() - last) / FORGOTTEN)

    def _until(self, key: str, bound: Bound) -> float:
        count, last = self._tried.get(key, (0.0, 0.0))
        left = math.ceil(count - (self._clock() - last) / FORGOTTEN)
        if left < bound.free:
            return 0.0
        return last + min(2.0 ** min(left - bound.free, _MOST_DOUBLED), bound.longest)
