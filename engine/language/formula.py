"""The formula language of policies: arithmetic over named fields, parsed once, evaluated exactly.

    weight * actual / target          min(weight, 20 * rate)          (execution + indicators) * 100 / (100 - not_applicable)
    分值 × 实际完成值 ÷ 目标值          weight - ceil((90 - actual) / 5)

Numbers, percentages (`80%` is 0.8), names, `+ - * /`, parentheses, and the functions of FUNCTIONS, by their English or Chinese
names (`engine.language.names`), with ASCII or full-width signs. Values are Decimal on the way in; inside, arithmetic is on exact
fractions, so that no intermediate result is ever rounded but where a formula says so (`ceil`, `floor`, `round`):
`weight * (actual / target)` and `weight * actual / target` are the same number, and a half is a half when it comes to rounding.
Nothing is ever handed to Python's `eval`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from engine.language import names as chinese_names
from engine.values.numerals import Number, plain
from engine.values.rounding import Rounding, rounded

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
    percent: bool = False
    """Whether it was written as a percentage: 80% is 0.8."""


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


def _whole(up: bool) -> Callable[..., Fraction]:
    """The least number of these places (0 if none are given) that is not below, or the greatest that is not above."""

    def cut(value: Fraction, places: Fraction = Fraction(0)) -> Fraction:
        rounding = Rounding("down", int(places), "")
        return Fraction(rounding.above(value, True) if up else rounding.below(value, True))

    return cut


def _nearest(value: Fraction, places: Fraction = Fraction(0)) -> Fraction:
    return Fraction(rounded(value, int(places)))  # 四舍五入: a half goes away from 0


FUNCTIONS: Mapping[str, tuple[int, int, Callable[..., Fraction]]] = {
    "min": (2, 8, min),
    "max": (2, 8, max),
    "abs": (1, 1, abs),
    "ceil": (1, 2, _whole(True)),
    "floor": (1, 2, _whole(False)),
    "round": (1, 2, _nearest),
}
"""Name -> least and most operands, what it does."""
ROUNDINGS = ("ceil", "floor", "round")
"""Functions that round: the second operand, a number that is written out, says to how many places."""
MOST_PLACES = 6

_WIDE = str.maketrans("０１２３４５６７８９．＋－−＊×／÷（），％", "0123456789.+--**//(),%")
"""Full-width figures and signs, each one character for one: places in the text stay as they are."""
_TOKEN = re.compile(
    r"\s*(?:(?P<percent>\d+(?:\.\d+)?)\s*%|(?P<number>\d+(?:\.\d+)?)|(?P<name>[^\W\d]\w*(?:\.[^\W\d]\w*)*)|(?P<sign>[-+*/(),]))"
)


def parse(text: str) -> Expression:
    """The expression a formula's text stands for. Raises FormulaError at the character where it stops making sense."""
    if len(text) > MAX_LENGTH:
        raise FormulaError(f"公式过长（{len(text)} 字）", 0, f"不超过 {MAX_LENGTH} 字")
    parser = _FormulaParser(text.translate(_WIDE), text)
    expression = parser.sum(0)
    parser.end()
    return expression


class _FormulaParser:
    def __init__(self, text: str, written: str) -> None:
        self.tokens: list[tuple[str, str, int]] = []
        position = 0
        while text[position:].strip():
            found = _TOKEN.match(text, position)
            if not found:
                at = position + len(text[position:]) - len(text[position:].lstrip())
                raise FormulaError(f"公式里不认识“{written[at]}”", at, "数字、名称、+ - * / 与括号")
            kind = found.lastgroup or ""
            self.tokens.append((kind, found[kind], found.start(kind)))
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
        if kind == "percent":
            return Constant(Decimal(word).scaleb(-2), percent=True)
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

    def call(self, written: str, offset: int, depth: int) -> Expression:
        name = chinese_names.functions().get(written, written)
        if name not in FUNCTIONS:
            known = "、".join(f"{names[0]}（{key}）" for key, names in chinese_names.function_names().items())
            raise FormulaError(f"没有函数“{written}”", offset, known)
        self.expect("(")
        operands = [self.sum(depth + 1)]
        while self.peek() == ",":
            self.next()
            operands.append(self.sum(depth + 1))
        self.expect(")")
        least, most, _ = FUNCTIONS[name]
        if not least <= len(operands) <= most:
            wanted = f"{least} 至 {most} 个" if least != most else f"{least} 个"
            raise FormulaError(f"{written} 有 {len(operands)} 个量", offset, wanted)
        if name in ROUNDINGS and len(operands) == 2 and not _places(operands[1]):
            raise FormulaError(f"{written} 的第二个量是保留几位小数，要写成数", offset, f"0 至 {MOST_PLACES} 的整数")
        return Operation(name, tuple(operands))

    def expect(self, sign: str) -> None:
        if self.peek() != sign:
            _, word, offset = self.tokens[self.index]
            raise FormulaError(f"公式在“{word or '结尾'}”处缺“{sign}”", offset, f"“{sign}”")
        self.next()


def _places(operand: Expression) -> bool:
    """Whether an operand is a number of places."""
    return (
        isinstance(operand, Constant)
        and not operand.percent
        and operand.value == int(operand.value)
        and 0 <= operand.value <= MOST_PLACES
    )


def places(expression: Operation) -> int:
    """To how many places an operation of ROUNDINGS rounds."""
    given = expression.operands[1:]
    return int(given[0].value) if given and isinstance(given[0], Constant) else 0


def renamed(expression: Expression, known: Mapping[str, str]) -> Expression:
    """The formula with names replaced by those they stand for (分值 by weight); others stay."""
    if isinstance(expression, Name):
        return Name(known.get(expression.name, expression.name), expression.offset)
    if isinstance(expression, Operation):
        return Operation(expression.sign, tuple(renamed(operand, known) for operand in expression.operands))
    return expression


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
    return Fraction(*_ratio(expression, values))


def _ratio(expression: Expression, values: Mapping[str, Number]) -> tuple[int, int]:
    """The value as two whole numbers, the second above 0; what they have in common is divided out once, at the end."""
    if isinstance(expression, Name):
        return values[expression.name].as_integer_ratio()
    if isinstance(expression, Constant):
        return expression.value.as_integer_ratio()
    sign = expression.sign
    if sign in FUNCTIONS:
        made: Fraction = FUNCTIONS[sign][2](*(evaluate(operand, values) for operand in expression.operands))
        return made.as_integer_ratio()
    above, below = _ratio(expression.operands[0], values)
    if sign == "neg":
        return -above, below
    over, under = _ratio(expression.operands[1], values)
    match sign:
        case "*":
            return above * over, below * under
        case "/":
            if over == 0:
                raise DivisionByZero(show(expression.operands[1]))
            return (above * under, below * over) if over > 0 else (-above * under, -below * over)
        case "+":
            return above * under + over * below, below * under
    return above * under - over * below, below * under


_RANK = {"+": 1, "-": 1, "*": 2, "/": 2, "neg": 3}


def show(expression: Expression, values: Mapping[str, Number] | None = None) -> str:
    """The formula as people write it (`1 × 1 ÷ 3`): names replaced by their values where `values` has them."""
    return _show(expression, values or {}, 0, {})


def both(expression: Expression) -> str:
    """A formula in Chinese and in English, 分值 × 实际完成值 ÷ 目标值（weight × actual ÷ target）; once where they are the same."""
    english = show(expression)
    known = {name.name: chinese_names.shown(name.name) for name in names(expression)}
    first = {key: said[0] for key, said in chinese_names.function_names().items()}
    chinese = _show(renamed(expression, known), {}, 0, first)
    return english if english == chinese else f"{chinese}（{english}）"


def _show(expression: Expression, values: Mapping[str, Number], outer: int, functions: Mapping[str, str]) -> str:
    if isinstance(expression, Constant):
        return f"{plain(expression.value * 100)}%" if expression.percent else plain(expression.value)
    if isinstance(expression, Name):
        value = values.get(expression.name)
        if value is None:
            return expression.name
        text = plain(value)
        return f"({text})" if text.startswith("-") and outer else text
    sign, operands = expression.sign, expression.operands
    if sign in FUNCTIONS:
        return f"{functions.get(sign, sign)}({', '.join(_show(o, values, 0, functions) for o in operands)})"
    rank = _RANK[sign]
    if sign == "neg":
        text = "-" + _show(operands[0], values, rank, functions)
    else:
        shown = {"*": "×", "/": "÷"}.get(sign, sign)
        left = _show(operands[0], values, rank, functions)
        right = _show(operands[1], values, rank + (sign in "-/"), functions)  # a - (b - c) keeps its parentheses
        text = f"{left} {shown} {right}"
    return f"({text})" if rank < outer else text
