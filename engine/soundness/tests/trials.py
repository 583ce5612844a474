"""Trials of a test: its record varied, what comes of it, the facts it has then, and what was changed in words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from engine.errors import JixiaoError
from engine.language.measures import Measure, measured
from engine.language.model import Fact
from engine.soundness.tests import variants
from engine.soundness.tests.details import ConditionScope
from engine.soundness.tests.records import Unusable
from engine.soundness.tests.running import TestFile

UNREADABLE = (Unusable, JixiaoError, KeyError, TypeError)
"""What is raised of a record that was varied so that it is none."""
_CELLS = {
    "target": "目标值",
    "actual": "完成值",
    "score": "得分",
    "weight": "分值",
    "name": "名称",
    "executed": "执行数",
    "budget": "预算数",
    "rate": "执行率",
    "total": "总分",
    "grade": "等级",
    "level1": "一级指标",
    "level2": "二级指标",
    "reason": "原因",
    "indicators": "指标",
}


def complete(file: TestFile, test: dict[str, Any]) -> dict[str, Any] | None:
    """The test with what comes of it expected; None where nothing comes that can be."""
    try:
        came = file.came(test)
    except UNREADABLE:
        return None
    return came


def reach(
    file: TestFile, test: Mapping[str, Any], record: Any, scope: ConditionScope, field: str, goals: Iterable[Fraction]
) -> Iterator[dict[str, Any]]:
    """The test with a number moved so that a field of a fact the rule looks at is exactly one of `goals`."""
    measures = [one for one in file.policy.rules.measures if one.id == field]
    first = facts_at(file, test, [scope.kind], measures)
    ids = [fact.id for fact in first if fact.kind == scope.kind and isinstance(fact.fields.get(field), Decimal)]
    for identity in ids[:4]:

        def measure(trial: Mapping[str, Any], identity: str = identity) -> Fraction | None:
            facts = facts_at(file, trial, [scope.kind], measures)
            value = next((fact.fields.get(field) for fact in facts if fact.id == identity), None)
            return Fraction(value) if isinstance(value, Decimal) else None

        yield from variants.reaching(test, record, measure, goals)


def facts_at(file: TestFile, test: Mapping[str, Any], kinds: Collection[str], measures: Collection[Measure]) -> list[Fact]:
    """The facts of these kinds of a test's record, with these measures; none of one that cannot be read."""
    from engine.findings.facts.build import facts_of

    try:
        evaluation = file.evaluation(test)
    except UNREADABLE:
        return []
    return measured(facts_of(evaluation, {*kinds, *(one.of for one in measures)}).facts, measures)


def differing(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """What is changed of the record, in a few words."""
    out: list[str] = []
    if "case" in now:
        part = "indicator" if "indicator" in now else "budget"
        old, new = before.get(part, {}), now[part]
    else:
        old, new = before.get("change", {}), now.get("change", {})
    for key, value in new.items():
        if old.get(key) != value:
            cell = key.rpartition(".")[2]
            name = _CELLS.get(cell) or ("正文里的数" if "statements" in key else "一格")
            short = isinstance(value, str | int | Decimal)
            out.append(f"{name}去掉" if value is None else f"{name}改为{value}" if short else f"{name}增减几行")
    return "，".join(out)[:80]
