"""Adjustments of scores by what other indicators came to (`scoring.refer`, `scoring.adjust`)."""

from __future__ import annotations

from decimal import Decimal

from engine.language.fields import ADJUST_TABLE, MET, Field, Fields
from engine.language.tables import CaseTable
from engine.policy.model import OtherRows
from engine.policy.values import Values
from engine.yaml.reader import Path_


def references(values: Values, fields: Fields) -> tuple[OtherRows, ...]:
    """What the policy's adjustments may look at of other indicators. `fields`: what is known of each before it is scored."""
    data = values.data["scoring"].get("refer", {})
    known = {**fields, "met": Field("text", "指标是否完成", MET)}
    out = []
    for name, item in data.items():
        at: Path_ = ("scoring", "refer", name)
        conditions = values.reader(known).scope.compile(item["of"], (*at, "of"), values.problems)
        if name in known:
            told = f"“{name}”是指标自己的字段，不能再用作别的指标的情况"
            values.add(at, told, "另起一个名称", code="refer.taken", names=("scoring", "refer", name))
        out.append(
            OtherRows(name, item["title"], conditions, item.get("per", "form"), item["take"], item["basis"], values.place(at))
        )
    return tuple(out)


def seen(fields: Fields, refer: tuple[OtherRows, ...]) -> Fields:
    """Everything the table of adjustments sees: the indicator's own fields, and what is looked at of others."""
    return {**fields, **{item.id: Field("number", item.title, low=Decimal(0)) for item in refer}}


def adjustments(values: Values, fields: Fields, refer: tuple[OtherRows, ...]) -> CaseTable | None:
    """The table of adjustments; None where the policy has none. Its cases give a formula, or `needs_review`."""
    data = values.data["scoring"].get(ADJUST_TABLE)
    path: Path_ = ("scoring", ADJUST_TABLE)
    if data is None:
        for item in refer:
            told = f"“{item.title}”没有用处：没有 scoring.adjust"
            values.add(("scoring", "refer", item.id), told, "写 scoring.adjust，或删去它", code="refer.unused")
        return None
    table = values.reader(seen(fields, refer)).table(ADJUST_TABLE, data, path)
    for index, case in enumerate(table.cases):
        if case.score is None and case.status != "needs_review":
            at: Path_ = (*path, "cases", index)
            values.add(at, "调整的结果只能是 score 或 status: needs_review", "照旧写 score: score", code="table.adjust")
    return table
