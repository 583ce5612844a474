"""What a policy test can be about: the cases of scoring, those by which an indicator is read, what a roll-up does."""

from __future__ import annotations

from collections.abc import Iterator

from engine.language.fields import ADJUST_TABLE
from engine.policy.model import Policy
from engine.soundness.tests.expected import READ_BY


def cases(policy: Policy) -> Iterator[str]:
    """Every scoring case of a policy, as `table.case`."""
    for table in (policy.scoring.execution, *policy.scoring.tables.values()):  # the total's cases are tested by whole records
        for case in table.cases:
            yield f"{table.name}.{case.id}"
    if policy.scoring.adjust is not None:
        yield from (f"{ADJUST_TABLE}.{case.id}" for case in policy.scoring.adjust.cases if not case.keeps)


def read_cases(policy: Policy) -> Iterator[str]:
    """Every case of the tables by which an indicator is read, as `table.case`."""
    for name in READ_BY:
        if name in policy.recognition:
            yield from (f"{name}.{case.id}" for case in policy.recognition[name].cases)


def rolled_up(policy: Policy) -> list[str]:
    """Every case and check of the policy's 汇总, as a test of it is about it."""
    from engine.soundness.tests.rollup import subjects

    return [f"rollup:{name}" for name in subjects(policy)]
