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
        return rounded(Fraction(value), self.places, self.mode)

    def above(self, value: Fraction, included: bool) -> Decimal:
        """The smallest number with these places that is >= `value` (> `value` if not included)."""
        scaled = value * 10**self.places
        whole = -(-scaled.numerator // scaled.denominator)
        if not included and whole == scaled:
            whole += 1
        return _decimal(whole, self.places)

    def below(self, value: Fraction, included: bool) -> Decimal:
        """The largest number with these places that is <= `value` (< `value` if not included)."""
        scaled = value * 10**self.places
        whole = scaled.numerator // scaled.denominator
        if not included and whole == scaled:
            whole -= 1
        return _decimal(whole, self.places)


def rounded(value: Fraction, places: int, mode: str = "half_up") -> Decimal:
    """`value` to `places` decimals. Raises ValueError for an unknown mode."""
    scaled = abs(value) * 10**places
    whole, rest = divmod(scaled.numerator, scaled.denominator)
    twice = 2 * rest
    match mode:
        case "half_up":
            whole += twice >= scaled.denominator
        case "half_even":
            whole += twice > scaled.denominator or (twice == scaled.denominator and whole % 2 == 1)
        case "up":
            whole += rest > 0
        case "down":
            pass
        case _:
            raise ValueError(mode)
    return _decimal(-whole if value < 0 else whole, places)


def _decimal(whole: int, places: int) -> Decimal:
    # built from digits: Decimal arithmetic would round to the context's precision
    return Decimal((int(whole < 0), tuple(map(int, str(abs(whole)))), -places))
