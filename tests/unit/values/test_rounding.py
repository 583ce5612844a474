"""Rounding by the policy's mode and places, and the nearest admissible values at an open or closed edge."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from engine.values.rounding import Rounding, rounded

D = Decimal


@pytest.mark.parametrize(
    ("mode", "value", "expected"),
    [
        ("half_up", "0.125", "0.13"),
        ("half_up", "0.135", "0.14"),
        ("half_up", "0.1249999", "0.12"),
        ("half_up", "-0.125", "-0.13"),
        ("half_even", "0.125", "0.12"),
        ("half_even", "0.135", "0.14"),
        ("half_even", "0.1250001", "0.13"),
        ("half_even", "-0.125", "-0.12"),
        ("down", "0.129", "0.12"),
        ("down", "-0.129", "-0.12"),
        ("up", "0.121", "0.13"),
        ("up", "0.12", "0.12"),
        ("up", "-0.121", "-0.13"),
        ("half_up", "1", "1.00"),
        ("half_up", "0", "0.00"),
    ],
)
def test_modes(mode: str, value: str, expected: str) -> None:
    assert str(rounded(Fraction(value), 2, mode)) == expected


@pytest.mark.parametrize(("places", "expected"), [(0, "3"), (1, "2.7"), (2, "2.67"), (8, "2.66666667")])
def test_places(places: int, expected: str) -> None:
    assert str(rounded(Fraction(8, 3), places)) == expected


def test_an_unknown_mode_is_an_error() -> None:
    with pytest.raises(ValueError, match="half_odd"):
        rounded(Fraction(1), 2, "half_odd")


def test_no_digits_are_lost_to_the_context_of_decimal() -> None:
    value = Fraction(10**60 + 1, 3)
    assert len(str(rounded(value, 2))) == 63


@pytest.mark.parametrize(
    ("edge", "included", "above", "below"),
    [
        (Fraction(16), True, "16.00", "16.00"),
        (Fraction(16), False, "16.01", "15.99"),
        (Fraction(16, 3), True, "5.34", "5.33"),
        (Fraction(16, 3), False, "5.34", "5.33"),
        (Fraction(0), True, "0.00", "0.00"),
        (Fraction(0), False, "0.01", "-0.01"),
        (Fraction(-1, 3), True, "-0.33", "-0.34"),
    ],
)
def test_the_nearest_admissible_value(edge: Fraction, included: bool, above: str, below: str) -> None:
    rounding = Rounding("half_up", 2, "indicator")
    assert str(rounding.above(edge, included)) == above
    assert str(rounding.below(edge, included)) == below


def test_it_takes_whatever_number() -> None:
    rounding = Rounding("half_up", 1, "form")
    assert [str(rounding(value)) for value in (Fraction(1, 3), D("0.35"), 2)] == ["0.3", "0.4", "2.0"]
