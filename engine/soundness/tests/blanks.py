"""The indicator of a test that says nothing of it."""

from __future__ import annotations

from engine.policy.model import Policy

BLANK_NAME = "完成数量"
"""Certainly better when there is more of it."""
_COUNTS = "数量指标"


def blank(policy: Policy) -> dict[str, str]:
    """A count of what was done, under the first 一级指标 of the policy that has counts (its first one, if none has)."""
    level = next((level for level in policy.taxonomy if _COUNTS in level.level2), policy.taxonomy[0])
    return {"name": BLANK_NAME, "level1": level.name, "level2": _COUNTS if _COUNTS in level.level2 else level.level2[0]}
