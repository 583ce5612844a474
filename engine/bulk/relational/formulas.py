"""Formulas of policies over the exact numbers of a database: what `engine.language.formula.evaluate` comes to, as expressions."""

from __future__ import annotations

from engine.bulk.relational import rounding
from engine.bulk.relational.numbers import Number, absolute, add, constant, divide, extreme, multiply, negative
from engine.bulk.relational.sql import Expr
from engine.language import formula
from engine.values.rounding import Rounding


def evaluate(expression: formula.Expression, values: dict[str, Number], zero: list[Expr]) -> Number:
    """A formula over numbers. Raises KeyError for a name without a value, TooWide; see `numbers.divide` for `zero`."""
    if isinstance(expression, formula.Constant):
        return constant(expression.value)
    if isinstance(expression, formula.Name):
        return values[expression.name]
    if expression.sign in formula.ROUNDINGS:
        return _cut(expression.sign, evaluate(expression.operands[0], values, zero), formula.places(expression))
    operands = [evaluate(operand, values, zero) for operand in expression.operands]
    match expression.sign:
        case "+":
            return add(*operands)
        case "-":
            return add(operands[0], negative(operands[1]))
        case "*":
            return multiply(*operands)
        case "/":
            return divide(operands[0], operands[1], zero)
        case "neg":
            return negative(operands[0])
        case "abs":
            return absolute(operands[0])
        case "min":
            return extreme("lt", operands)
    assert expression.sign == "max"
    return extreme("gt", operands)


def _cut(sign: str, value: Number, places: int) -> Number:
    if sign == "ceil":
        return rounding.above(value, places, True)
    return rounding.floor(value, places) if sign == "floor" else rounding.rounded(value, Rounding("half_up", places, ""))
