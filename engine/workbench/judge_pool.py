"""Rules compiled once and kept for the next request, with durable-rules in a process of its own: its crash ends no workbench."""

from __future__ import annotations

import threading
from collections import OrderedDict

from engine.findings.findings import Judge, Judgement
from engine.policy.model import Policy
from engine.scoring.model import Evaluation

MAX_JUDGES = 4


class Judges:
    """The judges of the policies used last, by the hash of the policy."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, tuple[Judge, threading.Lock]] = OrderedDict()
        self._lock = threading.Lock()

    def judge(self, evaluation: Evaluation) -> Judgement:
        """As `findings.Judge.judge`; one evaluation at a time for each policy."""
        judge, lock = self._of(evaluation.policy)
        with lock:
            return judge.judge(evaluation)

    def close(self) -> None:
        """End the processes."""
        with self._lock:
            known = list(self._known.values())
            self._known.clear()
        for judge, lock in known:
            with lock:
                judge.close()

    def _of(self, policy: Policy) -> tuple[Judge, threading.Lock]:
        with self._lock:
            if policy.sha256 not in self._known:
                self._known[policy.sha256] = Judge(policy, isolate=True), threading.Lock()
            self._known.move_to_end(policy.sha256)
            found = self._known[policy.sha256]
            old = self._known.popitem(last=False)[1] if len(self._known) > MAX_JUDGES else None
        if old:
            with old[1]:  # whoever still uses it is done first; a call that comes later starts its process again
                old[0].close()
        return found
