"""Messages of finding rules: Jinja2 text over the facts a rule bound, checked when the policy is, rendered in a sandbox.

Messages come from strangers, so only a small part of Jinja2 is let through: names, fields, filters, conditions and `if`. No
loops, calls, arithmetic or imports: a message cannot run long, grow large, or reach anything but the fields it names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from typing import Any

from engine.fields import Fields
from engine.formula import plain
from engine.ir import Scalar
from engine.rounding import rounded

MAX_LENGTH = 2_000


@cache
def environment() -> Any:
    """The sandbox messages run in: StrictUndefined, numbers shown in plain decimals."""
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    made = ImmutableSandboxedEnvironment(undefined=StrictUndefined, finalize=shown, autoescape=False, keep_trailing_newline=False)
    made.filters.clear()
    made.filters.update(FILTERS)
    made.globals.clear()
    return made


def shown(value: object) -> object:
    """How a value stands in a message: numbers in plain decimals (at most 4), true and false as 是 and 否."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Decimal):
        return plain(rounded_for_people(value))
    return value


def rounded_for_people(value: Decimal, places: int = 4) -> Decimal:
    from fractions import Fraction

    return rounded(Fraction(value), places).normalize()


def percent(value: Decimal, places: int = 2) -> str:
    """A share as a percentage: 0.4286 is 42.86%."""
    return plain(rounded_for_people(value * 100, places)) + "%"


def fixed(value: Decimal, places: int = 2) -> str:
    """A number with so many decimals."""
    from fractions import Fraction

    return format(rounded(Fraction(value), places), "f")


def magnitude(value: Decimal) -> Decimal:
    """A number without its sign."""
    return abs(value)


def short(text: str, length: int = 40) -> str:
    """A long text cut to `length` characters with an ellipsis."""
    return text if len(text) <= length else text[:length] + "…"


def swap(text: str, old: str, new: str) -> str:
    """Text with one phrase put in place of another."""
    return text.replace(old, new) if old else text


FILTERS: Mapping[str, Any] = {"percent": percent, "fixed": fixed, "abs": magnitude, "short": short, "swap": swap}


def problems(text: str, aliases: Mapping[str, Fields], params: Mapping[str, Any]) -> Iterator[tuple[str, str, list[str]]]:
    """What is wrong with a message: (what, the name that is wrong or "", the names that would be right)."""
    from jinja2 import TemplateSyntaxError, nodes

    if len(text) > MAX_LENGTH:
        yield f"文字过长（{len(text)} 字，至多 {MAX_LENGTH}）", "", []
        return
    try:
        tree = environment().parse(text)
    except (TemplateSyntaxError, RecursionError) as error:
        yield f"模板语法错误：{getattr(error, 'message', error)}", "", []
        return
    allowed = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.Filter, nodes.Const, nodes.If)
    logic = (nodes.Compare, nodes.Operand, nodes.CondExpr, nodes.And, nodes.Or, nodes.Not, nodes.Concat, nodes.Test)
    for node in tree.find_all(nodes.Node):
        if not isinstance(node, (*allowed, *logic)):
            yield f"模板里不能用 {type(node).__name__}，只能用字段、过滤器与 if", "", []
        elif isinstance(node, nodes.Filter) and node.name not in FILTERS:
            yield f"没有过滤器“{node.name}”", node.name, list(FILTERS)
        elif isinstance(node, nodes.Test) and node.name not in ("defined", "none"):
            yield f"模板里不能用 is {node.name}，只能用 is defined", "", []
        elif isinstance(node, nodes.Getattr):
            owner = node.node.name if isinstance(node.node, nodes.Name) else ""
            if owner == "param":
                if node.attr not in params:
                    yield f"没有参数“{node.attr}”", node.attr, list(params)
            elif owner in aliases:
                if node.attr not in aliases[owner]:
                    yield f"“{owner}”没有“{node.attr}”这个字段", node.attr, list(aliases[owner])
            elif not owner:
                yield "模板里只能写 别名.字段", "", []
        elif isinstance(node, nodes.Name) and node.name not in aliases and node.name != "param":
            yield f"没有别名“{node.name}”", node.name, [*aliases, "param"]


@cache
def _template(text: str) -> Any:
    return environment().from_string(text)


def render(text: str, facts: Mapping[str, Mapping[str, Scalar]], params: Mapping[str, Any]) -> str:
    """The message for the facts bound to each alias. A field a fact does not have raises jinja2.UndefinedError."""
    return str(_template(text).render({**facts, "param": params})).strip()
