"""Conditions, formulas and messages of a policy taken apart for templates that put them into sentences. Data only, no words.

A template sees titles, values and labels; whatever holds them together (“不小于”, “与…相同”) is the template's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from engine.language import formula
from engine.language.conditions import Condition
from engine.language.fields import Fields
from engine.language.formula import Constant, Expression, Name
from engine.language.model import Ref
from engine.policy.model import Parameter
from engine.templating import filters
from engine.values.numerals import plain

Data = dict[str, Any]
LISTED = 8
"""Words of a list that are shown; the rest are counted."""
_RANK = {"+": 1, "-": 1, "*": 2, "/": 2, "neg": 3}


def condition(given: Condition, parameters: Mapping[str, Parameter], letters: Mapping[str, str] | None = None) -> Data:
    """One condition. `letters` are what the facts of a rule are called, by alias, where there are several."""
    test = given.test
    if given.options:
        return {"kind": "any", "op": "any", "options": [conditions(option, parameters, letters) for option in given.options]}
    out: Data = {"field": test.field, "title": given.title, "op": test.op, "parameter": None}
    if given.params:
        known = parameters[given.params[0]]
        out["parameter"] = {"id": known.id, "label": known.label, "unit": known.unit}
    if isinstance(test.value, Ref):
        out |= {"kind": "field", "other": given.other, "of": (letters or {}).get(test.value.alias, "")}
    elif isinstance(test.value, tuple):
        out |= {"kind": "list", "values": list(test.value[:LISTED]), "count": len(test.value)}
    elif test.value is None:
        out |= {"kind": "presence"}
    else:
        kind = "flag" if isinstance(test.value, bool) else "number" if isinstance(test.value, Decimal) else "text"
        out |= {"kind": kind, "value": test.value}
    return out


def conditions(
    given: Iterable[Condition], parameters: Mapping[str, Parameter], letters: Mapping[str, str] | None = None
) -> list[Data]:
    """Conditions that hold together, in the order they are written."""
    return [condition(item, parameters, letters) for item in given]


def expression(given: Expression, fields: Fields, parameters: Mapping[str, Parameter], outer: int = 0) -> Data:
    """A formula as a tree: `constant`, `field`, `parameter` or an operation with its operands; `group` where it needs brackets."""
    if isinstance(given, Constant):
        return {"kind": "constant", "value": f"{plain(given.value * 100)}%" if given.percent else given.value}
    if isinstance(given, Name):
        if given.name in fields:
            return {"kind": "field", "name": given.name, "title": fields[given.name].title}
        known = parameters[given.name]
        return {"kind": "parameter", "id": known.id, "label": known.label, "value": known.value, "unit": known.unit}
    if given.sign in formula.ROUNDINGS:
        inner = [expression(given.operands[0], fields, parameters)]
        return {"kind": given.sign, "operands": inner, "places": formula.places(given), "group": False}
    if given.sign in formula.FUNCTIONS:
        inner = [expression(operand, fields, parameters) for operand in given.operands]
        return {"kind": given.sign, "operands": inner, "group": False}
    rank = _RANK[given.sign]
    # - and / do not associate: a - (b - c) keeps its brackets
    ranks = [rank, rank + (given.sign in "-/")] if len(given.operands) == 2 else [rank]
    inner = [expression(operand, fields, parameters, needed) for operand, needed in zip(given.operands, ranks, strict=True)]
    return {"kind": "operation", "sign": given.sign, "operands": inner, "group": rank < outer}


def message(
    text: str, aliases: Mapping[str, Fields], parameters: Mapping[str, Parameter], letters: Mapping[str, str]
) -> list[Data]:
    """A message's parts in order: `text` as written, a `field` that will stand there, a parameter's value, or a part said only
    `if` something is so. The message has passed its checks: nothing else can be in it."""
    return list(_parts(filters.environment().parse(text).body, aliases, parameters, letters)) if text else []


def _parts(
    body: Sequence[Any], aliases: Mapping[str, Fields], parameters: Mapping[str, Parameter], letters: Mapping[str, str]
) -> Iterator[Data]:
    from jinja2 import nodes

    for node in body:
        if isinstance(node, nodes.Output):
            for part in node.nodes:
                yield _said(part, aliases, parameters, letters)
        elif isinstance(node, nodes.If):
            tested = [_said(part, aliases, parameters, letters) for part in node.test.find_all(nodes.Getattr)]
            yield {
                "kind": "if",
                "about": tested,
                "then": list(_parts(node.body, aliases, parameters, letters)),
                "otherwise": list(_parts(node.else_, aliases, parameters, letters)),
            }


def _said(node: Any, aliases: Mapping[str, Fields], parameters: Mapping[str, Parameter], letters: Mapping[str, str]) -> Data:
    from jinja2 import nodes

    if isinstance(node, nodes.TemplateData):
        return {"kind": "text", "text": node.data}
    if isinstance(node, nodes.Const):
        return {"kind": "text", "text": str(filters.shown(node.value))}
    if isinstance(node, nodes.Filter):
        inner = _said(node.node, aliases, parameters, letters)
        if inner["kind"] != "value":
            return inner
        return {"kind": "value", "value": filters.FILTERS[node.name](inner["value"], *(a.as_const() for a in node.args))}
    if isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name):
        if node.node.name == "param":
            value = parameters[node.attr].value
            return {"kind": "value", "value": Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value}
        return {"kind": "field", "title": aliases[node.node.name][node.attr].title, "of": letters.get(node.node.name, "")}
    # a choice or a text put together: what it is about, not how
    inner_parts = [_said(part, aliases, parameters, letters) for part in node.find_all((nodes.Getattr,))]
    return {"kind": "choice", "about": inner_parts}
