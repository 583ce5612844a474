"""Exact numbers of a database: fractions of integers, with bounds that prove that nothing overflows.

A database has no fractions, and DuckDB divides decimals as doubles. So a number is `scale * up / down`: `up` and `down` (positive)
are integer columns or expressions, `scale` a fraction known when the policy is compiled. Formulas become integer arithmetic,
comparisons cross-multiplications, rounding one integer division. Each integer carries the largest size it can have, from the sizes
of the columns it is made of; arithmetic whose result could leave 128 bits is refused before anything runs (`TooWide`).

Integers that fit 64 bits are computed in 64 bits, others in 128 (DuckDB HUGEINT, Spark DECIMAL(38, 0)). The few functions that
differ between backends have names that begin with `jx_`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import gcd, lcm
from typing import Any

from engine.bulk.relational import sql
from engine.bulk.relational.sql import Expr

MOST = 10**38 - 1
"""What both HUGEINT and DECIMAL(38, 0) hold."""
NARROW = 2**63 - 1
FAITHFUL = 10**24
"""The reference keeps quotients to 28 digits. Fractions whose cross products stay below this compare as those quotients do: two
that differ, differ by more than the rounding."""

GRAIN = 10**20
LARGEST_CONSTANT = 10**6
"""What a quotient is cut to for the least or greatest of a group, and the largest constant such a cut compares with."""


def micro(expr: Expr) -> Expr:
    """An integer of millionths as a decimal."""
    return Expr(f"({expr.sql}::DECIMAL(31, 0) * 0.000001::DECIMAL(6, 6))", "decimal", expr.reads)


def long(expr: Expr) -> Expr:
    """An integer in 64 bits."""
    return expr if expr.kind == "int64" else expr.cast("int64")


class TooWide(Exception):
    """Integers of this size cannot be computed exactly in a database."""


@dataclass(frozen=True, slots=True)
class Int:
    """An integer expression (None: the number 1), the largest absolute value it can have, and whether it has 128 bits."""

    expr: Expr | None
    most: int
    wide: bool = False

    @property
    def narrow(self) -> bool:
        return not self.wide


ONE = Int(None, 1)


def literal(value: int) -> Expr:
    """An integer of any size as an expression."""
    return sql.whole(value, "int64") if abs(value) <= NARROW else sql.whole(value, "wide")


def fixed(value: int) -> Int:
    """A constant to compute with: databases take small constants for 32 bits, and two of those overflow."""
    if abs(value) > NARROW:
        return Int(literal(value), abs(value), True)
    return Int(long(literal(value)), abs(value))


def widened(item: Int) -> Expr:
    assert item.expr is not None
    return item.expr.cast("wide") if item.narrow else item.expr


def _checked(most: int) -> int:
    if most > MOST:
        raise TooWide(f"{most:.1e}")
    return most


def product(a: Int, b: Int) -> Int:
    if a.expr is None:
        return b
    if b.expr is None:
        return a
    most = _checked(a.most * b.most)
    if most <= NARROW and a.narrow and b.narrow:
        return Int(a.expr * b.expr, most)
    return Int(widened(a) * widened(b), most, True)


def times(a: Int, factor: int) -> Int:
    """An integer times a constant."""
    if a.expr is None:
        return fixed(factor) if factor != 1 else a
    if factor == 1:
        return a
    if factor == -1:
        return Int(-a.expr, a.most, a.wide)
    most = _checked(a.most * max(1, abs(factor)))
    if most <= NARROW and a.narrow:
        return Int(a.expr * literal(factor), most)
    return Int(widened(a) * widened(fixed(factor)), most, True)


def added(a: Int, b: Int) -> Int:
    most = _checked(a.most + b.most)
    left, right = solid(a), solid(b)
    assert left.expr is not None
    assert right.expr is not None
    if most <= NARROW and left.narrow and right.narrow:
        return Int(left.expr + right.expr, most)
    return Int(widened(left) + widened(right), most, True)


def solid(a: Int) -> Int:
    return fixed(1) if a.expr is None else a


def _narrow(a: Int) -> Expr:
    assert a.expr is not None
    return a.expr


def chosen(condition: Expr, yes: Int, no: Int) -> Int:
    """Either integer, in one type."""
    most = max(yes.most, no.most)
    left, right = solid(yes), solid(no)
    if left.wide or right.wide:
        return Int(condition.ifelse(widened(left), widened(right)), most, True)
    return Int(condition.ifelse(_narrow(left), _narrow(right)), most)


def divided(n: Int, d: Int) -> Int:
    """The whole part of n / d, n not negative, d positive or null."""
    if d.expr is None:
        return n
    left = solid(n)
    if left.narrow and d.narrow:
        return Int(sql.quotient(_narrow(left), d.expr), n.most)
    return Int(sql.quotient(widened(left), widened(d)), n.most, True)


def magnitude(a: Int) -> Int:
    return a if a.expr is None else Int(a.expr.abs(), a.most, a.wide)


def compared(op: str, a: Int, b: Int) -> Expr:
    left, right = solid(a), solid(b)
    if left.narrow and right.narrow:
        found: Expr = _OPS[op](left.expr, right.expr)
        return found
    wide: Expr = _OPS[op](widened(left), widened(right))
    return wide


_OPS: dict[str, Any] = {
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "lt": lambda a, b: a < b,
    "lte": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "gte": lambda a, b: a >= b,
}


@dataclass(frozen=True, slots=True)
class Number:
    """`scale * up / down`. `quotient`: the reference keeps this value to a number of digits, not exactly."""

    scale: Fraction
    up: Int = ONE
    down: Int = ONE
    quotient: bool = False
    grain: int = 0
    """The largest divisor of the quotient this is a cut of; 0: it is not cut. See `grained`."""

    @property
    def constant(self) -> bool:
        return self.up.expr is None and self.down.expr is None


def column(expr: Expr, most: int, scale: int) -> Number:
    """An integer column of a scale (10**6: millionths) whose largest absolute value is `most`."""
    return Number(Fraction(1, scale), Int(expr, max(1, most), expr.kind == "wide"))


def constant(value: Any) -> Number:
    return Number(Fraction(value))


def compare(op: str, a: Number, b: Number) -> Expr:
    """Whether `a op b`; null where either is."""
    if a.constant and b.constant:
        return sql.truth(bool(_OPS[op](a.scale, b.scale)))
    if a.grain or b.grain:
        _fine_enough(a, b)
        a, b = replace(a, quotient=False), replace(b, quotient=False)
    left, right = a.scale.numerator * b.scale.denominator, b.scale.numerator * a.scale.denominator
    common = gcd(left, right) or 1
    if op in ("eq", "ne") and not left and not right:
        common = 1
    x = times(product(a.up, b.down), left // common)
    y = times(product(b.up, a.down), right // common)
    if (a.quotient or b.quotient) and max(x.most, y.most) > FAITHFUL:
        raise TooWide(f"{max(x.most, y.most):.1e}")
    return compared(op, x, y)


def _fine_enough(a: Number, b: Number) -> None:
    cut, other = (a, b) if a.grain else (b, a)
    if not other.constant or abs(other.scale) > LARGEST_CONSTANT or other.scale.denominator * cut.grain >= GRAIN:
        raise TooWide("商只能与不大的常数比较")


def add(a: Number, b: Number) -> Number:
    if a.grain or b.grain:
        raise TooWide("商的最大、最小值不能再运算")
    if a.constant and b.constant:
        return Number(a.scale + b.scale)
    (x, y), scale = _common(a, b)
    same = a.down.expr is b.down.expr
    if same:
        return Number(scale, added(x, y), a.down, a.quotient or b.quotient)
    up = added(product(x, b.down), product(y, a.down))
    return Number(scale, up, product(a.down, b.down), a.quotient or b.quotient)


def _common(a: Number, b: Number) -> tuple[tuple[Int, Int], Fraction]:
    """Both numerators under one scale."""
    below = lcm(a.scale.denominator, b.scale.denominator)
    left, right = (n.scale.numerator * (below // n.scale.denominator) for n in (a, b))
    shared = gcd(left, right) or 1
    return (times(a.up, left // shared), times(b.up, right // shared)), Fraction(shared, below)


def negative(a: Number) -> Number:
    return replace(a, scale=-a.scale)


def multiply(a: Number, b: Number) -> Number:
    if a.grain or b.grain:
        raise TooWide("商的最大、最小值不能再运算")
    return Number(a.scale * b.scale, product(a.up, b.up), product(a.down, b.down), a.quotient or b.quotient)


def divide(a: Number, b: Number, zero: list[Expr]) -> Number:
    """a / b. Where b can be 0 its being so is added to `zero`; the quotient is null there."""
    if b.up.expr is None:
        if not b.scale:
            zero.append(sql.TRUE)
            return replace(a, up=Int(sql.null("wide"), 1, True))
        return Number(a.scale / b.scale, product(a.up, b.down), a.down, a.quotient or b.quotient)
    if not b.scale:
        zero.append(b.up.expr.notnull())
        return replace(a, up=Int(sql.null("wide"), 1, True))
    zero.append(b.up.expr == 0)
    divisor = b.up.expr.null_if(sql.whole(0))
    up = product(a.up, b.down)
    up = chosen(divisor < 0, times(up, -1), up)
    down = product(a.down, Int(divisor.abs(), b.up.most, b.up.wide))
    return Number(a.scale / b.scale, up, down, a.quotient or b.quotient)


def absolute(a: Number) -> Number:
    return replace(a, scale=abs(a.scale), up=magnitude(a.up))


def either(condition: Expr, a: Number, b: Number) -> Number:
    """`a` where the condition holds, else `b`."""
    (x, y), scale = _common(a, b)
    down = a.down if a.down.expr is None and b.down.expr is None else chosen(condition, a.down, b.down)
    return Number(scale, chosen(condition, x, y), down, a.quotient or b.quotient)


def extreme(op: str, numbers: Sequence[Number]) -> Number:
    """The least (`lt`) or greatest (`gt`)."""
    best = numbers[0]
    for other in numbers[1:]:
        if best.constant and other.constant:
            best = best if _OPS[op](best.scale, other.scale) or best.scale == other.scale else other
        else:
            best = either(compare(op, best, other), best, other)
    return best


def integer(value: Number, scale: int) -> Int:
    """The value as an integer of a scale. The value must have no more digits than that."""
    whole = value.scale * scale
    assert whole.denominator == 1, value
    assert value.down.expr is None
    return times(solid(value.up), whole.numerator)


def present(value: Number) -> Expr:
    """Whether there is a number."""
    if value.constant:
        return sql.TRUE
    parts = [part.expr.notnull() for part in (value.up, value.down) if part.expr is not None]
    return parts[0] if len(parts) == 1 else parts[0] & parts[1]
