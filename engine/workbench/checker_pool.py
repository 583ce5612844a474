"""Rules compiled once and kept for the next request, with durable-rules in a process of its own: its crash ends no workbench."""

from __future__ import annotations

import threading
from collections import OrderedDict

from engine.findings.findings import Checker, Findings
from engine.policy.model import Policy
from engine.scoring.model import Evaluation

MAX_CHECKERS = 4


class CheckerPool:
    """The checkers of the policies used last, by the hash of the policy."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, tuple[Checker, threading.Lock]] = OrderedDict()
        self._lock = threading.Lock()

    def check(self, evaluation: Evaluation) -> Findings:
        """As `findings.Checker.check`; one evaluation at a time for each policy."""
        checker, lock = self._of(evaluation.policy)
        with lock:
            return checker.check(evaluation)

    def close(self) -> None:
        """End the processes."""
        with self._lock:
            known = list(self._known.values())
            self._known.clear()
        for checker, lock in known:
            with lock:
                checker.close()

    def _of(self, policy: Policy) -> tuple[Checker, threading.Lock]:
        with self._lock:
            if policy.sha256 not in self._known:
                self._known[policy.sha256] = Checker(policy, isolate=True), threading.Lock()
            self._known.move_to_end(policy.sha256)
            found = self._known[policy.sha256]
            old = self._known.popitem(last=False)[1] if len(self._known) > MAX_CHECKERS else None
        if old:
            with old[1]:  # whoever still uses it is done first; a call that comes later starts its process again
                old[0].close()
        return found
