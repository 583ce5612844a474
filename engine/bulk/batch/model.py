"""What a run of a batch did, as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from engine.errors import Problem
from engine.policy.model import Policy
from engine.results.model import ResultRule


@dataclass(slots=True)
class BatchRun:
    """What a run did, by policy."""

    out: Path
    partitions: int = 0
    kept: int = 0
    forms: int = 0
    indicators: int = 0
    by_reference: int = 0
    """Bundles that the reference executor took."""
    checked: int = 0
    refused: dict[str, str] = field(default_factory=dict)
    policies: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    judging: dict[str, Policy] = field(default_factory=dict)
    """The policies by their ids, with the rules that were asked for."""
    rules: list[ResultRule] = field(default_factory=list)
    """What came of each rule."""
    more: int = 0
    """Findings that were found and not written, since there are too many of one rule."""
    times: list[dict[str, str]] = field(default_factory=list)
    """Seconds by step and partition, where they were asked for and it was computed now."""
    told: list[str] = field(default_factory=list)
    """What is to be known of the corpus: a run of `ingest` that was not finished, what it could not read or counts once."""
