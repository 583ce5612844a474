"""How a number came about, and how an indicator was read, as the result document has it."""

from __future__ import annotations

from engine.language.fields import NAME_TABLE
from engine.policy.model import Policy
from engine.results.model import ResultMark, ResultQuantity, ResultTrace, ResultValue, ResultWording
from engine.results.numbers import digits, exact
from engine.scoring.model import Recognised, Trace
from engine.values.model import Quantity, Value
from engine.values.wording import UNREAD, WordingReading

COMPOSITES = {"best": "取最好的一个", "average": "取平均", "sum": "相加"}


def trace_data(trace: Trace | None) -> ResultTrace:
    """How a number came about; nothing where it has none."""
    if trace is None:
        return {}
    out = ResultTrace(case=trace.case, label=trace.label or None, basis=trace.basis)
    if trace.formula:
        out["formula"], out["operands"] = trace.formula, trace.operands
    if trace.values:
        out["values"] = {name: digits(value) for name, value in trace.values}
    if trace.tier:
        out["tier"], out["tier_range"] = trace.tier, trace.tier_range
    if trace.unrounded is not None:
        out["unrounded"] = exact(trace.unrounded)
    if trace.before is not None:
        out["before"] = trace_data(trace.before)
    if trace.bounded:
        out["bounded"] = trace.bounded
        if trace.bounded_basis:
            out["bounded_basis"] = trace.bounded_basis
    if trace.rounding:
        out["rounding"], out["rounding_basis"] = trace.rounding, trace.rounding_basis
    return out


def reading_trace(known: Recognised, policy: Policy) -> ResultTrace:
    """How an indicator was read: the answers of the recognition tables, the values, and how they compare."""
    out = ResultTrace(
        recognition=[
            {"table": step.table, "case": step.case, "label": step.label, "value": step.value, "basis": step.basis}
            for step in known.steps
        ]
    )
    if reason := known.comparison.reason or known.verdict_reason:
        out["comparison"] = reason
    if known.comparison.pairs and "composite" in (known.target.kind, known.actual.kind):
        out["composite_basis"] = policy.scoring.composite_basis
        if policy.scoring.composite != "worst":
            out["composite_take"] = COMPOSITES[policy.scoring.composite]
    if known.direction_ground == "known" and known.answer is not None:
        out["answered"] = "，".join(filter(None, (str(known.answer.place), known.answer.source))) or known.answer.name
    elif known.direction_ground != "sign" and known.name_parts:
        case = next(case for case in policy.recognition[NAME_TABLE].cases if case.id == known.fields["name_case"])
        out["name_read"] = f"{known.name_parts}（{NAME_TABLE}.{case.id}：{case.label}）"
    if known.wording.verdict != UNREAD:
        out["wording"] = _wording(known.wording)
    out["values_read"] = {"target": _value(known.target), "actual": _value(known.actual)}
    if notes := [*known.comparison.assumptions, *filter(None, (known.target.note, known.actual.note))]:
        out["notes"] = list(dict.fromkeys(notes))
    return out


def _wording(reading: WordingReading) -> ResultWording:
    """The parse of a text: what it says, why, and the words that decided with what they reach (places counted from 1)."""
    marks = []
    for mark in reading.marks:
        shown = ResultMark(word=mark.word, role=mark.role, start=mark.start + 1, end=mark.end)
        if mark.reach:
            shown["reach"] = mark.reach
        marks.append(shown)
    return {"verdict": reading.verdict, "ground": reading.ground, "why": reading.why, "marks": marks}


def _value(value: Value) -> ResultValue:
    out = ResultValue(kind=value.kind)
    if value.operator:
        out["operator"] = value.operator
    if value.quantities:
        out["quantities"] = [_quantity(item) for item in value.quantities]
    if value.deadline:
        out["deadline"] = str(value.deadline)
    return out


def _quantity(item: Quantity) -> ResultQuantity:
    out = ResultQuantity(number=digits(item.number))
    if item.unit:
        out["unit"] = item.unit
    if item.label:
        out["label"] = item.label
    if item.approximate:
        out["approximate"] = item.approximate
    return out
