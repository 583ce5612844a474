"""Measures as grouping and aggregation (`language.measures`): counts, sums, shares, least and greatest of facts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from engine.bulk.corpus.columns import FORM_SHIFT
from engine.bulk.relational import numbers, rounding, sql
from engine.bulk.relational.forms import MOST_INDICATORS
from engine.bulk.relational.numbers import Int, Number, TooWide
from engine.bulk.relational.scoring import NULL_ID, Frame
from engine.bulk.relational.sql import Expr, count
from engine.bulk.relational.terms import Unsupported, Value, holds, moved
from engine.language.measures import Measure
from engine.policy.model import Policy


class Relations(Protocol):
    """The relations of a corpus by kind of fact, which measures are added to."""

    policy: Policy
    relations: dict[str, Frame]
    store: Callable[[str, Any], Any]
    refused: dict[str, str]
    narrowed: bool


def add_measures(world: Relations) -> None:
    """Counts, sums, shares, least and greatest, one pass for all that count the same facts per the same thing."""
    groups: dict[tuple[str, str], list[Measure]] = {}
    for measure in world.policy.rules.measures:
        groups.setdefault((measure.per, measure.of), []).append(measure)
    members = {kind: dict(frame.fields) for kind, frame in world.relations.items()}
    for (per, of), found in groups.items():
        _measured(world, per, of, found, members[of])
    for per in dict.fromkeys(per for per, _ in groups):
        frame = world.relations[per]
        stored = world.store(f"m_{per}", frame.table)
        fields = {name: moved(value, stored) for name, value in frame.fields.items()}
        world.relations[per] = Frame(stored, fields)


def _measured(world: Relations, per: str, of: str, measures: list[Measure], fields: Mapping[str, Value]) -> None:
    table = world.relations[of].table
    aggregates: dict[str, Expr] = {}
    shapes: dict[str, tuple[Measure, Number | None]] = {}
    for measure in measures:
        made: dict[str, Expr] = {}
        try:
            shapes[measure.id] = measure, _take(measure, fields, table["bundle"].notnull(), made)
        except (Unsupported, TooWide) as why:  # the rules that look at it are left to the reference
            world.refused[measure.id] = str(why)
            world.narrowed |= isinstance(why, TooWide)
            continue
        aggregates |= made
    if not shapes:
        return
    keys = _member_keys(per, table)
    grouped = table.grouped(keys, aggregates)
    owner = world.relations[per]
    own = _owner_keys(per, owner.table)
    joined = owner.table.left_join(grouped, *(own[name] == grouped[f"k_{n}"] for n, name in enumerate(own)))
    joined = joined.drop(*(f"k_{n}" for n in range(len(own))))
    owner.fields = {name: moved(value, joined) for name, value in owner.fields.items()}
    owner.table = joined
    for name, (measure, shape) in shapes.items():
        owner.fields[name] = _result(measure, shape, joined)


def _take(measure: Measure, fields: Mapping[str, Value], row: Expr, out: dict[str, Expr]) -> Number | None:
    value = fields.get(measure.field) if measure.field else None
    if measure.field and not isinstance(value, Number):
        raise Unsupported(f"统计量 {measure.id} 的“{measure.field}”")
    counted = row & holds(measure.among, fields).holds()
    if isinstance(value, Number):
        counted = counted & numbers.present(value)
        return _aggregate(measure, value, counted, (counted & holds(measure.conditions, fields)).holds(), out)
    return _aggregate(measure, None, counted, (counted & holds(measure.conditions, fields)).holds(), out)


def _aggregate(measure: Measure, value: Number | None, counted: Expr, chosen: Expr, out: dict[str, Expr]) -> Number | None:
    name = f"x_{measure.id}"
    if measure.take == "count":
        out[name] = count(chosen)
        return None
    if measure.take in ("sum", "share"):
        if value is None:
            out[name], out[f"{name}_of"] = count(chosen), count(counted)
            return None
        if value.down.expr is not None or value.quotient or not value.up.narrow or value.up.expr is None:
            raise Unsupported(f"统计量 {measure.id}：商不能相加")
        most = value.up.most * MOST_INDICATORS
        wide = most > numbers.NARROW
        for column, those in ((name, chosen), (f"{name}_of", counted)):
            kept = those.ifelse(value.up.expr, NULL_ID)
            out[column] = sql.total(numbers.widened(Int(kept, value.up.most)) if wide else kept)
        return Number(value.scale, Int(None, most, wide))
    if value is None:
        raise Unsupported(f"统计量 {measure.id}")
    if value.down.expr is not None:
        value = rounding.grained(value)
    if value.up.expr is None:
        raise Unsupported(f"统计量 {measure.id}：定值的最大、最小值")
    kept = chosen.ifelse(value.up.expr, sql.null(value.up.expr.kind))
    out[name] = sql.smallest(kept) if measure.take == "min" else sql.largest(kept)
    return value


def _result(measure: Measure, shape: Number | None, table: Any) -> Number:
    name = f"x_{measure.id}"
    if measure.take in ("min", "max"):
        assert shape is not None
        return Number(shape.scale, Int(table[name], shape.up.most, shape.up.wide), numbers.ONE, shape.quotient, shape.grain)
    wide = shape is not None and shape.up.wide
    nothing = numbers.literal(0)
    whole = table[name].fill_null(numbers.widened(Int(nothing, 0)) if wide else nothing)
    if measure.take == "count":
        return numbers.column(whole, MOST_INDICATORS * FORM_SHIFT, 1)
    most, scale = (shape.up.most, shape.scale) if shape else (MOST_INDICATORS * FORM_SHIFT, numbers.constant(1).scale)
    part = Number(scale, Int(whole, most, wide))
    if measure.take == "sum":
        return part
    share = numbers.divide(part, Number(scale, Int(table[f"{name}_of"], most, wide)), [])
    return Number(share.scale, share.up, share.down, quotient=True)


def _member_keys(per: str, table: Any) -> dict[str, Expr]:
    """The fields facts are grouped by; a missing one is a group of its own, as in the reference."""
    if per == "bundle":
        return {"k_0": table["bundle"]}
    names = {"form": [], "goal": ["goal"], "group": ["goal", "level1", "level2"]}[per]
    return {"k_0": table["form_key"], **{f"k_{n + 1}": table[name].fill_null(numbers.literal(0)) for n, name in enumerate(names)}}


def _owner_keys(per: str, table: Any) -> dict[str, Expr]:
    if per == "bundle":
        return {"bundle": table["bundle"]}
    names = {"form": [], "goal": ["number"], "group": ["goal", "level1", "level2"]}[per]
    return {"form_key": table["form_key"], **{name: table[name].fill_null(numbers.literal(0)) for name in names}}
