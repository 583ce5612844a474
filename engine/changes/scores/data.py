"""The comparison of two policies' scores as plain data (schemas/compare.schema.json)."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from engine.changes.diff.data import change_data, head_data
from engine.changes.scores.model import ScoreComparison, ScoreRegion, SpanEdge, TableComparison, ValueSpan
from engine.changes.scores.view import where, whole

SCHEMA = "jixiao/compare/1"


def to_data(found: ScoreComparison) -> dict[str, Any]:
    """The comparison as plain data. Numbers are exact: a decimal, or a quotient such as 1/3."""
    return {
        "schema": SCHEMA,
        "before": head_data(found.before),
        "after": head_data(found.after),
        "answer": found.answer,
        "text": whole(found),
        "tables": [_table(table) for table in found.tables],
        "unproved": [change_data(change) for change in found.unproved],
    }


def _table(table: TableComparison) -> dict[str, Any]:
    return {
        "table": table.table,
        "title": table.title,
        "answer": table.answer,
        "regions": [_region(region) for region in table.regions],
        "undecided": list(table.undecided),
    }


def _region(region: ScoreRegion) -> dict[str, Any]:
    out: dict[str, Any] = {
        "cases": list(region.cases),
        "before": region.before,
        "after": region.after,
        "everywhere": region.everywhere,
        "bounded": region.bounded,
        "text": where(region),
        "rise": _number(region.rise),
        "fall": _number(region.fall),
        "out_of": _number(region.out_of),
        "span": _span(region.span) if region.span else None,
        "example": None,
    }
    if region.example:
        out["example"] = {"given": region.example.given, "before": region.example.before, "after": region.example.after}
    return out


def _span(span: ValueSpan) -> dict[str, Any]:
    return {"quantity": span.quantity, "low": _edge(span.low), "high": _edge(span.high)}


def _edge(edge: SpanEdge) -> dict[str, Any]:
    return {"value": None if edge.value is None else _number(edge.value), "included": edge.included}


def _number(value: Fraction) -> str:
    from engine.soundness.proof.prover import decimal

    found = decimal(value)
    return str(value) if found is None else format(found, "f")
