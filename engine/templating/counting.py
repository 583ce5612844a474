"""What can grow without end in a template (loops, `~`, lists, comparisons), rewritten as it is parsed so that it is counted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from jinja2 import nodes
from jinja2.visitor import NodeTransformer

STEP, JOINED, MADE, LOOKED = "__step", "__joined", "__made", "__looked"
"""What the template calls in each pass, for `~`, for each list or table it writes, and for what it compares."""


class Counted(NodeTransformer):
    """`~` and the lists and tables that a template writes, put together by functions that count."""

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:
        self.generic_visit(node)
        return call(JOINED, node.nodes).set_lineno(node.lineno)

    def visit_Compare(self, node: nodes.Compare) -> nodes.Node:
        self.generic_visit(node)
        node.expr = _looked(node.expr)
        for operand in node.ops:
            operand.expr = _looked(operand.expr)
        return node

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Node:
        self.generic_visit(node)
        if isinstance(node.arg, nodes.Slice):
            node.node = _looked(node.node)
        return node

    def visit_List(self, node: nodes.List) -> nodes.Node:
        self.generic_visit(node)
        return _made(node, node.items)

    def visit_Tuple(self, node: nodes.Tuple) -> nodes.Node:
        self.generic_visit(node)
        return node if node.ctx != "load" else _made(node, node.items)

    def visit_Dict(self, node: nodes.Dict) -> nodes.Node:
        self.generic_visit(node)
        return _made(node, [pair.value for pair in node.items])


def _made(node: nodes.Expr, items: Sequence[nodes.Node]) -> nodes.Node:
    """What is written out whole in the template is as long as it is written."""
    return node if all(isinstance(item, nodes.Const) for item in items) else call(MADE, [node]).set_lineno(node.lineno)


def _looked(node: nodes.Expr) -> nodes.Expr:
    return node if isinstance(node, nodes.Const) else cast(nodes.Expr, call(LOOKED, [node]).set_lineno(node.lineno))


def call(name: str, arguments: list[nodes.Expr]) -> nodes.Call:
    """The call of one of them, to be put into a template."""
    return nodes.Call(nodes.Name(name, "load"), arguments, [], None, None)
