"""How a batch is run: backend, memory, threads; and what it says while it runs."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from engine.errors import Place, Problem, UsageError
from engine.findings.choice import EVERY_RULE, RuleChoice

OUTPUTS = ("forms", "parts", "indicators", "findings", "kinds")

CHECKED = 20

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Options:
    backend: str = "duckdb"
    memory: str = "4GB"
    threads: int = 0
    jobs: int = 1
    check: int = CHECKED
    rules: RuleChoice = EVERY_RULE
    """Which rules are told."""
    most: int | None = None
    """Findings of one rule and bundle that are written; None: all."""
    timed: bool = False
    """Whether is told how long each partition took."""

    @property
    def said(self) -> dict[str, Any]:
        """What of the options decides what is written, for those that are not as usual."""
        every = {"only": list(self.rules.only), "without": list(self.rules.without), "max_per_rule": self.most}
        return {name: value for name, value in every.items() if value}


def memory_bytes(text: str) -> int:
    """4GB as bytes. UsageError for anything else."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMGT])i?B?", text.strip(), re.IGNORECASE)
    if not match:
        raise UsageError(Problem(Place(), f"--memory“{text}”不是内存的大小", "如 4GB、800MB", code="usage.memory"))
    return int(float(match[1]) * 1000 ** (1 + "KMGT".index(match[2].upper())))
