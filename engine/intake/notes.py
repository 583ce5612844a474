"""What whoever uses a result should know of the policy it rests on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from engine.policy.model import Policy
from engine.policy.periods import filed_on
from engine.submission.model import Form


def notes(policy: Policy, forms: Iterable[Form], on: date | None = None) -> list[str]:
    """What whoever uses a result should know of the policy: that it is a draft or retired, that the day was not known."""
    status = {"draft": "是草稿，结果不能作数", "retired": "已停用"}.get(policy.status)
    told = [f"政策“{policy.id}”{status}"] if status else []
    if policy.in_force and any(filed_on(form, on) is None for form in forms):
        told.append(f"表上没有认得出的填报日期；政策“{policy.id}”适用于 {policy.in_force}的表，可用 --on-date 写明")
    return told
