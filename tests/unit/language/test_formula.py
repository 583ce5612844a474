"""The formula language: what parses to what, what does not and where it stops, what comes out, how it is shown."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from engine.language import fields, formula, names
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
        ("（a ＋ b）", 7),
        ("ａ".replace("ａ", "a") + " － ２．５", D("2.5")),
        ("a ＊ b ／ 4", D("2.5")),
        ("a − 1", 4),
        ("a * 80%", 4),
        ("80 ％ * a", 4),
        ("12.5%", D("0.125")),
        ("-50%", D("-0.5")),
        ("ceil(2.1)", 3),
        ("ceil(2)", 2),
        ("ceil(0 - 2.1)", -2),
        ("floor(2.9)", 2),
        ("floor(0 - 2.1)", -3),
        ("round(2.5)", 3),
        ("round(0 - 2.5)", -3),
        ("round(1 / 3, 2)", D("0.33")),
        ("round(2 / 3, 2)", D("0.67")),
        ("ceil(1 / 3, 2)", D("0.34")),
        ("floor(a / 3, 1)", D("1.6")),
        ("a - 向上取整((90 - 82) / a)", 3),
        ("四舍五入（a ÷ 3，1）", D("1.7")),
        ("取小(a, b)", 2),
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
        ("round(a, b)", 0),
        ("round(a, 7)", 0),
        ("round(a, 1.5)", 0),
        ("round(a, 50%)", 0),
        ("ceil(a, 1, 2)", 0),
        ("约等于(a)", 0),
        ("a + ＄", 4),
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
        ("weight*80%", "weight × 80%", "1 × 80%"),
        ("向上取整(actual/target,1)", "ceil(actual ÷ target, 1)", "ceil(1 ÷ 3, 1)"),
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


def test_chinese_names_stand_for_fields() -> None:
    written = formula.parse("分值 × 实际完成值 ÷ 目标值")
    known = names.chinese(["weight", "actual", "target"])
    same = formula.parse("weight * actual / target")
    assert formula.show(formula.renamed(written, known)) == formula.show(same)
    assert formula.both(same) == "分值 × 实际完成值 ÷ 目标值（weight × actual ÷ target）"
    assert formula.both(formula.parse("max(0, weight - 1)")) == "取大(0, 分值 - 1)（max(0, weight - 1)）"
    assert formula.both(formula.parse("2 * 3")) == "2 × 3"


def test_a_name_is_one_field_and_every_number_has_one() -> None:
    said = [name for each in names.field_names().values() for name in each]
    assert len(said) == len(set(said))
    tables = [*fields.stages(("met",), ("quantitative",)).values(), fields.EXECUTION, fields.TOTAL]
    numbers = {key for table in tables for key, field in table.items() if field.type == "number"}
    assert numbers <= names.field_names().keys()
    assert set(names.function_names()) == set(formula.FUNCTIONS)
    for name in [*said, *names.functions()]:
        formula.parse(f"{name} + 1" if name in said else f"{name}(1, 2)" if names.functions()[name] != "abs" else f"{name}(1)")


def test_what_was_meant_by_a_name_misspelt() -> None:
    known = names.chinese(["weight", "actual", "target"])
    assert names.close_to("分殖", known) == "分值"
    assert names.close_to("实际完成", known) == "实际完成值"
    assert names.close_to("预算", known) == ""
