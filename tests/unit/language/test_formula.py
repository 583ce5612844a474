"""The formula language: what parses to what, what does not and where it stops, what comes out, how it is shown."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from engine.language import formula
from engine.values import numerals

D = Decimal


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("10 - 4 - 3", 3),
        ("10 - (4 - 3)", 9),
        ("12 / 3 / 2", 2),
        ("12 / (3 / 2)", 8),
        ("12 / 3 * 2", 8),
        ("-2 * 3", -6),
        ("2 * -3", -6),
        ("2 - -3", 5),
        ("--2", 2),
        ("-(1 + 2)", -3),
        ("0.1 + 0.2", D("0.3")),
        ("1 / 3 * 3", 1),
        ("min(3, 1, 2)", 1),
        ("max(1, a, 2)", 5),
        ("abs(1 - a)", 4),
        ("min(a, max(b, 1)) * 2", 4),
        ("a×b÷4", D("2.5")),
        ("（a ＋ b）".replace("＋", "+"), 7),
        ("max（a，b）", 5),
        ("  a  ", 5),
        ("a.b + 1", 11),
        ("分值 * 2", 14),
        ("12345678901234567890.123456789 * 1", D("12345678901234567890.123456789")),
    ],
)
def test_what_a_formula_comes_to(text: str, value: Decimal | int) -> None:
    values = {"a": D(5), "b": D(2), "a.b": D(10), "分值": D(7)}
    assert formula.evaluate(formula.parse(text), values) == Fraction(value)


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("", 0),
        ("   ", 3),
        ("a +", 3),
        ("a b", 2),
        ("* a", 0),
        ("(a", 2),
        ("a)", 1),
        ("a ** b", 3),
        ("a % b", 2),
        ("a = b", 2),
        ("1.", 1),
        (".5", 0),
        ("1e3", 1),
        ("0x10", 1),
        ("a; b", 1),
        ("'a'", 0),
        ("a[0]", 1),
        ("min(a)", 0),
        ("abs(a, b)", 0),
        ("min()", 4),
        ("sum(a, b)", 0),
        ("__import__(a)", 0),
        ("a.__class__()", 0),
        ("min a", 4),
        ("1 + 2 3", 6),
        ("a,", 1),
        ("a + $", 4),
    ],
)
def test_where_a_formula_stops_making_sense(text: str, offset: int) -> None:
    with pytest.raises(formula.FormulaError) as wrong:
        formula.parse(text)
    assert wrong.value.offset == offset
    assert wrong.value.message


@pytest.mark.parametrize("text", ["(" * 500 + "1" + ")" * 500, "-" * 399 + "1", "1 + " * 200 + "1", "(" * 100, "abs(" * 90])
def test_formulas_too_long_or_too_deep_end_in_a_message(text: str) -> None:
    with pytest.raises(formula.FormulaError):
        formula.parse(text)


def test_a_long_flat_formula_is_fine() -> None:
    text = "+".join(["1"] * 200)
    assert formula.evaluate(formula.parse(text), {}) == 200


def test_values_are_exact() -> None:
    expression = formula.parse("weight * actual / target")
    value = formula.evaluate(expression, {"weight": D("1.5"), "actual": D(1), "target": D(3)})
    assert value == Fraction(1, 2)
    assert (
        formula.evaluate(formula.parse("weight * (actual / target)"), {"weight": D("1.5"), "actual": D(1), "target": D(3)}) == value
    )


def test_a_divisor_of_nought_is_named() -> None:
    with pytest.raises(formula.DivisionByZero, match="target - 1"):
        formula.evaluate(formula.parse("2 / (target - 1)"), {"target": D(1)})


def test_a_name_without_a_value_is_no_nought() -> None:
    with pytest.raises(KeyError):
        formula.evaluate(formula.parse("a + b"), {"a": D(1)})


def test_names_and_divisors() -> None:
    expression = formula.parse("a * b / (c + a) + min(a, 1 / d)")
    assert [name.name for name in formula.names(expression)] == ["a", "b", "c", "a", "a", "d"]
    assert [formula.show(divisor) for divisor in formula.divisors(expression)] == ["c + a", "d"]


@pytest.mark.parametrize(
    ("text", "shown", "with_values"),
    [
        ("weight*actual/target", "weight × actual ÷ target", "1 × 1 ÷ 3"),
        ("weight*(actual/target)", "weight × actual ÷ target", "1 × 1 ÷ 3"),
        ("weight/(actual*target)", "weight ÷ (actual × target)", "1 ÷ (1 × 3)"),
        ("weight-(actual-target)", "weight - (actual - target)", "1 - (1 - 3)"),
        ("weight-actual-target", "weight - actual - target", "1 - 1 - 3"),
        ("(weight+actual)*target", "(weight + actual) × target", "(1 + 1) × 3"),
        ("min(weight,loss)", "min(weight, loss)", "min(1, -2)"),
        ("weight+loss", "weight + loss", "1 + (-2)"),
        ("-(weight+1)", "-(weight + 1)", "-(1 + 1)"),
        ("unknown*weight", "unknown × weight", "unknown × 1"),
    ],
)
def test_how_a_formula_is_shown(text: str, shown: str, with_values: str) -> None:
    values = {"weight": D("1.0"), "actual": D(1), "target": D(3), "loss": D(-2)}
    expression = formula.parse(text)
    assert formula.show(expression) == shown
    assert formula.show(expression, values) == with_values


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(1, 3), "0.333333333333…"),
        (Fraction(-1, 3), "-0.333333333333…"),
        (Fraction(2, 3), "0.666666666666…"),
        (Fraction(1, 8), "0.125"),
        (D("1.50"), "1.5"),
        (D("100"), "100"),
        (D("1E+3"), "1000"),
        (D("1E-7"), "0.0000001"),
        (0, "0"),
        (-3, "-3"),
        (D("-0"), "0"),
        (Fraction(1, 10**13), "0.000000000000…"),
    ],
)
def test_numbers_are_shown_in_full(value: Fraction | Decimal | int, text: str) -> None:
    assert numerals.plain(value) == text
