"""Messages of finding rules: Jinja2 text over the facts a rule bound, checked when the policy is, rendered in a sandbox.

Messages come from strangers, so only a small part of Jinja2 is let through: names, fields, filters, conditions and `if`. No
loops, calls, arithmetic or imports: a message cannot run long, grow large, or reach anything but the fields it names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any

from engine.language.fields import Fields
from engine.language.model import Scalar
from engine.language.plain_messages import said_plainly
from engine.templating.filters import _MISSING, FILTERS, MAX_LENGTH, environment


class _Filled(Mapping[str, Any]):
    """A fact's fields as messages see them: every field its kind can have, those not filled in as Missing."""

    def __init__(self, fields: Mapping[str, Scalar], known: Mapping[str, Any]) -> None:
        self.fields, self.known = fields, known

    def __getitem__(self, name: str) -> Any:
        if name in self.fields:
            return self.fields[name]
        if name in self.known:
            return _MISSING
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self.known)

    def __len__(self) -> int:
        return len(self.known)


MAX_GROWTH = 1_000
"""Times as long as it was: what a message may make of a text by putting phrases in place of others."""
_TAKES = {
    "percent": "number",
    "rate": "number",
    "fixed": "number",
    "money": "number",
    "abs": "number",
    "short": "text",
    "swap": "text",
}
_GIVES = {"percent": "text", "rate": "text", "fixed": "text", "money": "text", "abs": "number", "short": "text", "swap": "text"}
_TYPE_NAMES = {"text": "文字", "number": "数字", "bool": "是否"}
MAX_ARGUMENT = 200


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with a message: what, the name that is wrong (or none) and those that would be right, and the problem's code
    and names."""

    what: str
    wrong: str = ""
    right: tuple[str, ...] = ()
    code: str = field(kw_only=True)
    names: tuple[str, ...] = ()


def faults(text: str, aliases: Mapping[str, Fields], params: Mapping[str, Any]) -> Iterator[Fault]:
    """What is wrong with a message."""
    from jinja2 import TemplateSyntaxError, nodes

    if len(text) > MAX_LENGTH:
        yield Fault(f"文字过长（{len(text)} 字，至多 {MAX_LENGTH}）", code="message.length")
        return
    try:
        found = _looked_at(text)
    except (TemplateSyntaxError, RecursionError) as error:
        wanted = "{{ 别名.字段 }}"
        yield Fault(f"花括号里的写法不对，应为 {wanted}（{getattr(error, 'message', error)}）", code="message.syntax")
        return
    for node, allowed in found:
        if not allowed:
            yield Fault(f"模板里不能用 {type(node).__name__}，只能用字段、过滤器与 if", code="message.construct")
        elif isinstance(node, nodes.Filter) and node.name not in FILTERS:
            yield Fault(f"没有过滤器“{node.name}”", node.name, tuple(FILTERS), code="message.no-filter")
        elif isinstance(node, nodes.Filter | nodes.Compare) and (wrong := _wrong_types(node, aliases, params)):
            yield Fault(wrong, code="message.types")
        elif isinstance(node, nodes.Test) and node.name != "defined":
            yield Fault(f"模板里不能用 is {node.name}，只能用 is defined", code="message.construct")
        elif isinstance(node, nodes.Getattr):
            owner = node.node.name if isinstance(node.node, nodes.Name) else ""
            if owner == "param":
                if node.attr not in params:
                    names = ("parameters", node.attr)
                    yield Fault(f"没有参数“{node.attr}”", node.attr, tuple(params), code="policy.no-parameter", names=names)
            elif owner in aliases:
                if node.attr not in aliases[owner]:
                    known = tuple(aliases[owner])
                    yield Fault(
                        f"“{owner}”没有“{node.attr}”这个字段", node.attr, known, code="message.no-field", names=(owner, node.attr)
                    )
            elif not owner:
                yield Fault("模板里只能写 别名.字段", code="message.construct")
        elif isinstance(node, nodes.Name) and node.name not in aliases and node.name != "param":
            yield Fault(f"没有别名“{node.name}”", node.name, (*aliases, "param"), code="message.no-alias", names=(node.name,))


@lru_cache(maxsize=4096)
def _looked_at(text: str) -> tuple[tuple[Any, bool], ...]:
    """The parts of a message that something may be wrong with, each with whether its kind may stand there at all."""
    from jinja2 import nodes

    if "{" not in text:
        return ()
    if (simple := _simple_parts(text)) is not None:
        return simple
    frame = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.Const, nodes.If)
    logic = (nodes.Operand, nodes.CondExpr, nodes.And, nodes.Or, nodes.Not, nodes.Concat)
    looked_at = (nodes.Name, nodes.Getattr, nodes.Filter, nodes.Compare, nodes.Test)
    found = [node for node in _parsed(text).find_all(nodes.Node) if not isinstance(node, (*frame, *logic))]
    return tuple((node, isinstance(node, looked_at)) for node in found)


_SIMPLE = re.compile(r"\{\{ ([a-z][a-z0-9_]*)\.([a-z][a-z0-9_]*)(?: \| ([a-z_]+)(?:\((0|[1-9][0-9]{0,5})\))?)? \}\}")
_RESERVED = frozenset({"and", "or", "not", "if", "else", "elif", "in", "is", "true", "false", "none", "self", "loop"})


def _simple_parts(text: str) -> tuple[tuple[Any, bool], ...] | None:
    """What Jinja would find in a message that names fields with at most one filter each; None for any other message. Most are
    such, and a thousand are looked at each time a policy is loaded."""
    from jinja2 import nodes

    around = _SIMPLE.sub("", text)
    if "{" in around or "}" in around:
        return None
    found: list[Any] = []
    for match in _SIMPLE.finditer(text):
        alias, name, filtered, argument = match.groups()
        if {alias, name} & _RESERVED:
            return None
        node = nodes.Getattr(nodes.Name(alias, "load"), name, "load")
        if filtered:
            arguments = [nodes.Const(int(argument))] if argument else []
            found.append(nodes.Filter(node, filtered, arguments, [], None, None))
        found += [node, node.node]
    return tuple((node, True) for node in found)


@lru_cache(maxsize=4096)
def _parsed(text: str) -> Any:
    """The message's tree, which nobody changes: a thousand messages are looked at each time a policy is loaded."""
    return environment().parse(text)


def _type_of(node: Any, aliases: Mapping[str, Fields], params: Mapping[str, Any]) -> str:
    """text, number or bool as far as a message's expression tells; empty where it does not."""
    from jinja2 import nodes

    if isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name):
        if node.node.name == "param":
            return _type_of(nodes.Const(params.get(node.attr)), aliases, params)
        field = aliases.get(node.node.name, {}).get(node.attr)
        return field.type if field else ""
    if isinstance(node, nodes.Const):
        if isinstance(node.value, bool):
            return "bool"
        return "text" if isinstance(node.value, str) else "number" if isinstance(node.value, int | float | Decimal) else ""
    return _GIVES.get(node.name, "") if isinstance(node, nodes.Filter) else ""


def _wrong_types(node: Any, aliases: Mapping[str, Fields], params: Mapping[str, Any]) -> str:
    from jinja2 import nodes

    check = _wrong_filter if isinstance(node, nodes.Filter) else _wrong_comparison
    return check(node, aliases, params)


def _wrong_filter(node: Any, aliases: Mapping[str, Fields], params: Mapping[str, Any]) -> str:
    """Why a filter cannot be used so: on a value of another type, or with arguments that are no small constants."""
    from jinja2 import nodes

    wanted, got = _TAKES[node.name], _type_of(node.node, aliases, params)
    if got and got != wanted:
        return f"过滤器 {node.name} 用于{_TYPE_NAMES[wanted]}，这里是{_TYPE_NAMES[got]}"
    if node.kwargs or node.dyn_args or node.dyn_kwargs:
        return f"过滤器 {node.name} 的参数写法不对，如 {node.name}(2)"
    texts = node.name == "swap"
    for argument in node.args:
        value = argument.value if isinstance(argument, nodes.Const) else None
        if texts and not isinstance(value, str):
            return f"过滤器 {node.name} 的参数要是文字"
        if not texts and (not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MAX_ARGUMENT):
            return f"过滤器 {node.name} 的参数要是 0 至 {MAX_ARGUMENT} 的整数"
    if texts and (grown := _growth(node)) > MAX_GROWTH:
        return f"过滤器 swap 连用，文字最多会长到原来的 {grown} 倍；不超过 {MAX_GROWTH} 倍"
    least, most = (2, 2) if node.name == "swap" else (0, 0 if node.name == "abs" else 1)
    return "" if least <= len(node.args) <= most else f"过滤器 {node.name} 的参数个数不对"


def _growth(node: Any) -> int:
    """How many times as long a text can be after the filters `swap` that stand one behind the other."""
    from jinja2 import nodes

    times = 1
    while isinstance(node, nodes.Filter):
        lengths = [len(a.value) for a in node.args if isinstance(a, nodes.Const) and isinstance(a.value, str)]
        if node.name == "swap" and len(lengths) == 2:
            times *= max(1, -(-lengths[1] // max(1, lengths[0])))
        node = node.node
    return times


def _wrong_comparison(node: Any, aliases: Mapping[str, Fields], params: Mapping[str, Any]) -> str:
    """Why two values cannot be compared: ordered though not numbers, or of different types."""
    left = _type_of(node.expr, aliases, params)
    for operand in node.ops:
        right = _type_of(operand.expr, aliases, params)
        if operand.op in ("lt", "lteq", "gt", "gteq") and {left, right} - {"number"}:
            return "模板里只有数字能比大小"
        if left and right and left != right and operand.op in ("eq", "ne"):
            return f"{_TYPE_NAMES[left]}与{_TYPE_NAMES[right]}不能比较"
        if operand.op in ("in", "notin") and {left, right} - {"text"}:
            return "in 只用于文字"
    return ""


MAX_TEMPLATES = 4_000
"""Texts that are remembered compiled: all of the shipped policies several times; a workbench sees new ones for years."""


@lru_cache(maxsize=MAX_TEMPLATES)
def _template(text: str) -> Any:
    return environment().from_string(text)


class MessageError(ValueError):
    """A message that does what its checks should have refused."""


def render(text: str, facts: Mapping[str, Mapping[str, Scalar]], known: Mapping[str, Fields], params: Mapping[str, Any]) -> str:
    """The message for the facts bound to each alias; `known` are the fields each can have. What a form did not fill in reads
    （未填）. Control characters, which a terminal would obey, are dropped. Raises MessageError.
    """
    said = said_plainly(text, facts, known, params)
    if said is None:
        said = _said_by_jinja(text, facts, known, params)
    said = said.strip()
    return said if said.isprintable() else "".join(c for c in said if c >= " " or c == "\n")


def _said_by_jinja(
    text: str, facts: Mapping[str, Mapping[str, Scalar]], known: Mapping[str, Fields], params: Mapping[str, Any]
) -> str:
    from jinja2 import TemplateError

    filled = {alias: _Filled(fields, known[alias]) for alias, fields in facts.items()}
    try:
        return str(_template(text).render({**filled, "param": params}))
    except TemplateError as wrong:
        raise MessageError(str(wrong)) from wrong
