"""The formula language of policies: arithmetic over named fields, parsed once, evaluated exactly.

    weight * actual / target          min(weight, 20 * rate)          (execution + indicators) * 100 / (100 - not_applicable)

Numbers, names, `+ - * /`, parentheses, and `min max abs`. Values are Decimal on the way in; inside, arithmetic is on exact
fractions, so that no intermediate result is ever rounded: `weight * (actual / target)` and `weight * actual / target` are
the same number, and a half is a half when it comes to rounding. Nothing is ever handed to Python's `eval`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from engine.values.numerals import Number, plain

MAX_LENGTH = 400
MAX_DEPTH = 30


class FormulaError(Exception):
    """A formula that does not parse: what is wrong, at which character (0-based), and what was expected."""

    def __init__(self, message: str, offset: int, expected: str = "") -> None:
        super().__init__(message)
        self.message, self.offset, self.expected = message, offset, expected


class DivisionByZero(Exception):
    """A divisor turned out to be 0. Policies are checked so that no case can get here; a score never comes of it."""


@dataclass(frozen=True, slots=True)
class Constant:
    value: Decimal


@dataclass(frozen=True, slots=True)
class Name:
    name: str
    offset: int


@dataclass(frozen=True, slots=True)
class Operation:
    """`sign` is one of + - * / (two operands), neg (one), or a function's name."""

    sign: str
    operands: tuple[Expression, ...]


Expression = Constant | Name | Operation

FUNCTIONS: Mapping[str, tuple[int, int, Callable[..., Fraction]]] = {
    "min": (2, 8, min),
    "max": (2, 8, max),
    "abs": (1, 1, abs),
}
"""Name -> least and most operands, what it does."""

_TOKEN = re.compile(r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<name>[^\W\d]\w*(?:\.[^\W\d]\w*)*)|(?P<sign>[-+*/(),×÷（），]))")
_SIGNS = {"×": "*", "÷": "/", "（": "(", "）": ")", "，": ","}


def parse(text: str) -> Expression:
    """The expression a formula's text stands for. Raises FormulaError at the character where it stops making sense."""
    if len(text) > MAX_LENGTH:
        raise FormulaError(f"公式过长（{len(text)} 字）", 0, f"不超过 {MAX_LENGTH} 字")
    parser = _FormulaParser(text)
    expression = parser.sum(0)
    parser.end()
    return expression


class _FormulaParser:
    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, str, int]] = []
        position = 0
        while text[position:].strip():
            found = _TOKEN.match(text, position)
            if not found:
                at = position + len(text[position:]) - len(text[position:].lstrip())
                raise FormulaError(f"公式里不认识“{text[at]}”", at, "数字、名称、+ - * / 与括号")
            kind = found.lastgroup or ""
            word = found[kind]
            self.tokens.append((kind, _SIGNS.get(word, word), found.start(kind)))
            position = found.end()
        self.tokens.append(("end", "", len(text)))
        self.index = 0

    def peek(self) -> str:
        kind, word, _ = self.tokens[self.index]
        return word if kind == "sign" else kind

    def next(self) -> tuple[str, str, int]:
        self.index += 1
        return self.tokens[self.index - 1]

    def end(self) -> None:
        kind, word, offset = self.tokens[self.index]
        if kind != "end":
            raise FormulaError(f"公式在“{word}”处断开", offset, "运算符，或到此为止")

    def sum(self, depth: int) -> Expression:
        left = self.product(depth)
        while self.peek() in ("+", "-"):
            left = Operation(self.next()[1], (left, self.product(depth)))
        return left

    def product(self, depth: int) -> Expression:
        left = self.factor(depth)
        while self.peek() in ("*", "/"):
            left = Operation(self.next()[1], (left, self.factor(depth)))
        return left

    def factor(self, depth: int) -> Expression:
        kind, word, offset = self.next()
        if depth > MAX_DEPTH:
            raise FormulaError("公式嵌套过深", offset, f"不超过 {MAX_DEPTH} 层")
        if kind == "number":
            return Constant(Decimal(word))
        if kind == "name":
            return self.call(word, offset, depth) if self.peek() == "(" else Name(word, offset)
        if word == "-":
            return Operation("neg", (self.factor(depth + 1),))
        if word == "(":
            inner = self.sum(depth + 1)
            self.expect(")")
            return inner
        what = f"“{word}”" if word else "结尾"
        raise FormulaError(f"公式在{what}处缺一个量", offset, "数字、名称或括号")

    def call(self, name: str, offset: int, depth: int) -> Expression:
        if name not in FUNCTIONS:
            raise FormulaError(f"没有函数“{name}”", offset, "、".join(FUNCTIONS))
        self.expect("(")
        operands = [self.sum(depth + 1)]
        while self.peek() == ",":
            self.next()
            operands.append(self.sum(depth + 1))
        self.expect(")")
        least, most, _ = FUNCTIONS[name]
        if not least <= len(operands) <= most:
            wanted = f"{least} 至 {most} 个" if least != most else f"{least} 个"
            raise FormulaError(f"{name} 有 {len(operands)} 个量", offset, wanted)
        return Operation(name, tuple(operands))

    def expect(self, sign: str) -> None:
        if self.peek() != sign:
            _, word, offset = self.tokens[self.index]
            raise FormulaError(f"公式在“{word or '结尾'}”处缺“{sign}”", offset, f"“{sign}”")
        self.next()


def names(expression: Expression) -> Iterator[Name]:
    """Every name in the formula, in order of appearance, repeats included."""
    if isinstance(expression, Name):
        yield expression
    elif isinstance(expression, Operation):
        for operand in expression.operands:
            yield from names(operand)


def divisors(expression: Expression) -> Iterator[Expression]:
    """Every expression the formula divides by."""
    if isinstance(expression, Operation):
        if expression.sign == "/":
            yield expression.operands[1]
        for operand in expression.operands:
            yield from divisors(operand)


def evaluate(expression: Expression, values: Mapping[str, Number]) -> Fraction:
    """The exact value. Raises KeyError for a name without a value, DivisionByZero for a divisor of 0."""
    if isinstance(expression, Constant):
        return Fraction(expression.value)
    if isinstance(expression, Name):
        return Fraction(values[expression.name])
    operands = [evaluate(operand, values) for operand in expression.operands]
    match expression.sign:
        case "+":
            return operands[0] + operands[1]
        case "-":
            return operands[0] - operands[1]
        case "*":
            return operands[0] * operands[1]
        case "neg":
            return -operands[0]
        case "/":
            if operands[1] == 0:
                raise DivisionByZero(show(expression.operands[1]))
            return operands[0] / operands[1]
    return FUNCTIONS[expression.sign][2](*operands)


_RANK = {"+": 1, "-": 1, "*": 2, "/": 2, "neg": 3}


def show(expression: Expression, values: Mapping[str, Number] | None = None) -> str:
    """The formula as people write it (`1 × 1 ÷ 3`): names replaced by their values where `values` has them."""
    return _show(expression, values or {}, 0)


def _show(expression: Expression, values: Mapping[str, Number], outer: int) -> str:
    if isinstance(expression, Constant):
        return plain(expression.value)
    if isinstance(expression, Name):
        value = values.get(expression.name)
        if value is None:
            return expression.name
        text = plain(value)
        return f"({text})" if text.startswith("-") and outer else text
    sign, operands = expression.sign, expression.operands
    if sign in FUNCTIONS:
        return f"{sign}({', '.join(_show(o, values, 0) for o in operands)})"
    rank = _RANK[sign]
    if sign == "neg":
        text = "-" + _show(operands[0], values, rank)
    else:
        shown = {"*": "×", "/": "÷"}.get(sign, sign)
        # - and / do not associate: a - (b - c) keeps its parentheses
        text = f"{_show(operands[0], values, rank)} {shown} {_show(operands[1], values, rank + (sign in '-/'))}"
    return f"({text})" if rank < outer else text
