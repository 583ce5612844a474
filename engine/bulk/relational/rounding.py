"""Rounding of exact numbers in a database: one integer division, by the policy's mode and places.

Follows `values.rounding`; every division is of numbers that are not negative, so that no backend's way with signs matters.
"""

from __future__ import annotations

from fractions import Fraction

from engine.bulk.relational.numbers import (
    GRAIN,
    ONE,
    Int,
    Number,
    add,
    added,
    chosen,
    compare,
    compared,
    constant,
    divided,
    either,
    fixed,
    magnitude,
    negative,
    product,
    solid,
    times,
)
from engine.values.rounding import Rounding


def _parts(value: Number, places: int) -> tuple[Int, Int]:
    """`value * 10**places` as numerator and positive denominator."""
    scale = value.scale * 10**places
    return times(solid(value.up), scale.numerator), times(value.down, scale.denominator)


def _whole(up: Int, places: int, quotient: bool) -> Number:
    return Number(Fraction(1, 10**places), up, ONE, quotient)


def rounded(value: Number, rounding: Rounding) -> Number:
    """`values.rounding.rounded`, in integers."""
    if value.constant:
        return constant(rounding(value.scale))
    n, d = _parts(value, rounding.places)
    if d.expr is None:
        return _whole(n, rounding.places, value.quotient)
    size = magnitude(n)
    if rounding.mode == "half_up":
        whole = divided(added(times(size, 2), d), times(d, 2))
    elif rounding.mode == "up":
        whole = divided(added(size, added(d, fixed(-1))), d)
    else:
        whole = divided(size, d)
        if rounding.mode == "half_even":
            rest = added(size, times(product(whole, d), -1))
            twice = times(rest, 2)
            odd = added(whole, times(divided(whole, fixed(2)), -2))
            up = compared("gt", twice, d) | (compared("eq", twice, d) & compared("eq", odd, ONE))
            whole = chosen(up, added(whole, ONE), whole)
        elif rounding.mode != "down":
            raise ValueError(rounding.mode)
    return _whole(_signed(n, whole), rounding.places, value.quotient)


def _signed(n: Int, size: Int) -> Int:
    negative_ = compared("lt", n, fixed(0))
    return chosen(negative_, times(size, -1), size)


def floor(value: Number, places: int) -> Number:
    """The largest number with these places that is not above the value."""
    if value.constant:
        return constant(Rounding("down", places, "").below(value.scale, True))
    n, d = _parts(value, places)
    if d.expr is None:
        return _whole(n, places, value.quotient)
    down = divided(magnitude(n), d)
    up = divided(added(magnitude(n), added(d, fixed(-1))), d)
    below = compared("lt", n, fixed(0))
    return _whole(chosen(below, times(up, -1), down), places, value.quotient)


def below(value: Number, places: int, included: bool) -> Number:
    """`Rounding.below`: the largest number with these places that is <= the value, or < it."""
    if value.constant:
        return constant(Rounding("down", places, "").below(value.scale, included))
    whole = floor(value, places)
    if included:
        return whole
    touched = compare("eq", whole, value)
    return either(touched, add(whole, constant(Fraction(-1, 10**places))), whole)


def above(value: Number, places: int, included: bool) -> Number:
    """`Rounding.above`: the smallest number with these places that is >= the value, or > it."""
    return negative(below(negative(value), places, included))


def _at_most(a: Int, most: int) -> Int:
    """An integer known to be smaller than the sizes of its operands say."""
    return Int(a.expr, most, a.wide)


def grained(value: Number) -> Number:
    """A quotient as an integer of 1/GRAIN, cut towards 0. Compares with a constant `p / q` as the quotient does where
    `q * down < GRAIN`: then two that differ, differ by more than a grain; `compare` insists on it."""
    step = 10**10
    n, d = _parts(value, 0)
    size = magnitude(n)
    whole = divided(size, d)
    rest = added(size, times(product(whole, d), -1))
    rest = Int(rest.expr, d.most, rest.wide)
    first = _at_most(divided(times(rest, step), d), step)
    rest = _at_most(added(times(rest, step), times(product(first, d), -1)), d.most)
    second = _at_most(divided(times(rest, step), d), step)
    size = added(times(added(times(whole, step), first), step), second)
    return Number(Fraction(1, GRAIN), _signed(n, size), ONE, True, d.most)
