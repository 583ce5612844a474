"""What rules conclude, as relations that later rules read: facts of one content once, as `chaining` keeps them."""

from __future__ import annotations

from collections.abc import Sequence
from math import lcm
from typing import Any

from engine.bulk.corpus.columns import FACT_SHIFT, MOST_FACTS, SUBJECT
from engine.bulk.relational import numbers, sql
from engine.bulk.relational.facts import Store
from engine.bulk.relational.numbers import Number
from engine.bulk.relational.scoring import Frame
from engine.bulk.relational.sql import Expr
from engine.bulk.relational.terms import Branches, Flag, TextColumn, Unsupported, Value
from engine.language.model import Rule
from engine.policy.model import Policy

Made = tuple[Rule, Any, dict[str, Value]]
"""A rule that concludes, its matches, and the fields of what it concludes."""


def concluded(kind: str, made: Sequence[Made], policy: Policy, store: Store) -> Frame:
    """The relation of what rules conclude: facts of the same content once, with the match that comes first."""
    names = list(policy.rules.kinds[kind])
    shaped = [fields for _, _, fields in made]
    parts: list[Any] = []
    scales = {name: _scale([fields.get(name) for fields in shaped]) for name in names}
    for number, (_, matches, fields) in enumerate(made):
        columns: dict[str, Expr] = {}
        for name in names:
            columns[name] = _column(fields.get(name), policy.rules.kinds[kind][name].type, scales[name])
        keys = {"bundle": matches["bundle"], "lead": matches["form_key"], SUBJECT: matches[SUBJECT]}
        order = {f"o_{n}": matches[f"fact_{n}"].fill_null(numbers.literal(-1)) for n in range(1, MOST_FACTS + 1)}
        parts.append(matches.select(**keys, rule_=sql.whole(number, "int64"), **order, **columns))
    table = parts[0]
    for part in parts[1:]:
        table = table.union(part)
    first_is = [table["rule_"], *(table[f"o_{n}"] for n in range(1, MOST_FACTS + 1))]
    ranked = table.mutate(rank_=sql.numbered([table["bundle"], *(table[name] for name in names)], first_is))
    first = ranked.filter(ranked["rank_"] == 0)
    by_lead = sql.numbered([first["lead"]], first_is)
    numbered = first.mutate(form_key=first["lead"], fact=first["lead"] * numbers.literal(FACT_SHIFT) + by_lead)
    stored = store(f"d_{kind}", numbered.select("bundle", "form_key", "fact", SUBJECT, *names))
    out: dict[str, Value] = {}
    for name in names:
        shapes = [fields[name] for fields in shaped if name in fields]
        out[name] = _concluded_value(shapes, stored[name], scales[name])
    return Frame(stored, out)


def _scale(values: Sequence[Value | None]) -> int:
    """The denominator under which all these numbers are integers."""
    found = [value for value in values if isinstance(value, Number)]
    for value in found:
        if value.down.expr is not None or value.grain or value.quotient:
            raise Unsupported("结论的字段是商")
    return lcm(1, *(value.scale.denominator for value in found))


def _column(value: Value | None, declared: str, scale: int) -> Expr:
    if isinstance(value, Number):
        whole = numbers.integer(value, scale)
        assert whole.expr is not None
        return numbers.widened(whole)
    if value is None:
        return sql.null("int64" if declared == "text" else "boolean" if declared == "bool" else "wide")
    assert not isinstance(value, Branches)
    return value.expr


def _concluded_value(shapes: Sequence[Value], expr: Expr, scale: int) -> Value:
    first = shapes[0]
    if isinstance(first, Number):
        most = max(numbers.integer(shape, scale).most for shape in shapes if isinstance(shape, Number))
        return numbers.column(expr, max(most, numbers.NARROW + 1), scale)
    if isinstance(first, TextColumn):
        choices = [shape.choices for shape in shapes if isinstance(shape, TextColumn)]
        known = None if None in choices else tuple(dict.fromkeys(c for group in choices for c in group or ()))
        return TextColumn(expr, known)
    return Flag(expr)
