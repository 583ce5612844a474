"""A right number written as the one it replaces is: its unit, its places, its groups, its width."""

from __future__ import annotations

import pytest

from engine.policy.loading import load
from engine.reports.revision.numbers import rescaled, restyled, same_number

WORDS = load("hubei/2021").words


@pytest.mark.parametrize(
    ("now", "right", "after", "wanted"),
    [
        ("99.59", "95.58", "分", "95.58"),
        ("99.59分", "95.58", "", "95.58分"),
        ("40", "35.99", "分", "35.99"),
        ("40.00", "36", "分", "36.00"),
        ("100%", "75.00%", "", "75%"),
        ("98%", "97.67%", "", "97.67%"),
        ("3,263.05", "3279.31", "万元", "3,279.31"),
        ("999", "1234567", "元", "1234567"),
        ("９９．５９", "95.58", "分", "９５．５８"),
        ("38.2万", "400000", "户", "40万"),
        ("38.2万人", "8万人", "", "8万人"),
        ("80人", "76", "", "76人"),
        ("80", "76人", "人参加", "76"),
        ("80", "76人", "户参加", None),  # another unit follows: it is not certain to be the same thing
        ("80人", "76户", "", None),
        ("优", "良", "", "良"),
        ("3至5次", "4次", "", None),
        ("约80人", "76人", "", "约76人"),
        ("80%", "≥90%", "", "90%"),
        ("三", "4", "个", None),
    ],
)
def test_a_number_is_written_as_the_one_it_replaces(now: str, right: str, after: str, wanted: str | None) -> None:
    assert restyled(now, right, after, WORDS) == wanted


def test_money_of_the_form_is_written_in_the_unit_of_the_sentence() -> None:
    assert rescaled("3279.31", "万元", "亿元", WORDS) is None, "it would have more places than are written"
    assert rescaled("3279.00", "万元", "亿元", WORDS) == "0.3279"
    assert rescaled("0.5", "亿元", "万元", WORDS) == "5000"
    assert rescaled("200", "万元", "", WORDS) == "200"
    assert rescaled("200", "万元", "户", WORDS) is None


def test_numbers_are_the_same_whatever_is_written_around_them() -> None:
    assert same_number("99.59分", "99.590")
    assert same_number("1,000", "1000.00")
    assert same_number("优", "优")
    assert not same_number("优", "良")
    assert not same_number("3至5", "3")
