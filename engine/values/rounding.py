"""Rounding of exact fractions to decimals, by the policy's mode and places. Integer arithmetic only."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

MODES = ("half_up", "half_even", "down", "up")


@dataclass(frozen=True, slots=True)
class Rounding:
    """How a policy rounds. `at` is `indicator` (each score is rounded, totals are sums of rounded scores) or `form`
    (totals are rounded once, from unrounded scores)."""

    mode: str
    places: int
    at: str

    def __call__(self, value: Fraction | Decimal | int) -> Decimal:
        """`value` rounded to the policy's places; half_up rounds a half away from zero."""
        return rounded(value, self.places, self.mode)

    def above(self, value: Fraction, included: bool) -> Decimal:
        """The smallest number with these places that is >= `value` (> `value` if not included)."""
        above, below = value.as_integer_ratio()
        above *= 10**self.places
        whole = -(-above // below)
        if not included and whole * below == above:
            whole += 1
        return _decimal(whole, self.places)

    def below(self, value: Fraction, included: bool) -> Decimal:
        """The largest number with these places that is <= `value` (< `value` if not included)."""
        above, below = value.as_integer_ratio()
        above *= 10**self.places
        whole = above // below
        if not included and whole * below == above:
            whole -= 1
        return _decimal(whole, self.places)


def rounded(value: Fraction | Decimal | int, places: int, mode: str = "half_up") -> Decimal:
    """`value` to `places` decimals. Raises ValueError for an unknown mode."""
    above, below = value.as_integer_ratio()  # a pair of whole numbers does, a Fraction would divide out what is in common
    whole, rest = divmod(abs(above) * 10**places, below)
    twice = 2 * rest
    match mode:
        case "half_up":
            whole += twice >= below
        case "half_even":
            whole += twice > below or (twice == below and whole % 2 == 1)
        case "up":
            whole += rest > 0
        case "down":
            pass
        case _:
            raise ValueError(mode)
    return _decimal(-whole if above < 0 else whole, places)


def _decimal(whole: int, places: int) -> Decimal:
    # built from digits: Decimal arithmetic would round to the context's precision
    return Decimal(f"{whole}E{-places}")
