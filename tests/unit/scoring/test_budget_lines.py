"""Detail lines that repeat others, and amounts with units of their own."""

from __future__ import annotations

import time
from decimal import Decimal
from pathlib import Path

import pytest
from deep import tries
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import Place
from engine.scoring.budget import Nesting, amounts_of, nesting
from engine.submission.model import BudgetLine, Cell
from engine.values.notation import vocabulary
from engine.yaml.reader import load_file

WORDS = vocabulary(load_file(Path(__file__).parents[3] / "policies/common/notation/notation.yaml").data["notation"])


def nested(total: int, *amounts: int) -> Nesting:
    lines = [BudgetLine(str(n), "detail", Place(row=n + 1)) for n in range(len(amounts))]
    pairs = [(Decimal(amount), Decimal(amount)) for amount in amounts]
    return nesting(lines, pairs, (Decimal(total), Decimal(total)))


@pytest.mark.parametrize(
    ("total", "amounts", "counted"),
    [
        (100, (60, 40), [0, 1]),
        (100, (60, 40, 20, 40), [0, 3]),
        (100, (100, 60, 40), [0]),
        (100, (60, 40, 100), [2]),
        (100, (100, 100), [0]),
        (100, (60, 60, 0, 40), [0, 2, 3]),
        (100, (100, 60, 20, 40, 40), [0]),
        (100, (80, 50, 30), [0]),
        (100, (60, 50), [0, 1]),
        (0, (60, 40), [0, 1]),
    ],
)
def test_what_is_counted(total: int, amounts: tuple[int, ...], counted: list[int]) -> None:
    assert [int(line.name) for line in nested(total, *amounts).counted] == counted


def test_both_columns_must_agree() -> None:
    lines = [BudgetLine(str(n), "detail", Place(row=n + 1)) for n in range(4)]
    pairs = [(Decimal(b), Decimal(e)) for b, e in ((60, 50), (40, 40), (20, 15), (40, 40))]
    assert nesting(lines, pairs, (Decimal(100), Decimal(90))).repeated == ()


def test_an_amount_that_is_not_known_leaves_the_lines_alone() -> None:
    lines = [BudgetLine("甲", "detail", Place()), BudgetLine("乙", "detail", Place())]
    assert nesting(lines, [(Decimal(1), Decimal(1)), None], (Decimal(1), Decimal(1))) == Nesting(tuple(lines))


def test_many_lines_are_bounded() -> None:
    started = time.process_time()
    nested(1, *[1] * 16)
    nested(10, *[1] * 200)
    assert time.process_time() - started < 2


@settings(max_examples=tries(30, 5000), deadline=None)
@given(st.integers(1, 60), st.lists(st.integers(0, 60), max_size=7))
def test_what_is_counted_fits_or_nothing_is_left_out(total: int, amounts: list[int]) -> None:
    found = nested(total, *amounts)
    added = sum(amounts[int(line.name)] for line in found.counted)
    assert added <= total if found.repeated else added == sum(amounts)
    assert len(found.counted) + len(found.repeated) == len(amounts)


def line(budget: str, executed: str, unit: str = "万元") -> BudgetLine:
    return BudgetLine("总额", "total", Place(), unit, None, Cell(budget), Cell(executed))


@pytest.mark.parametrize(
    ("budget", "unit", "number", "other"),
    [
        ("128.60", "万元", "128.60", False),
        ("1,286.00", "万元", "1286.00", False),
        ("128.60万元", "万元", "128.6", False),
        ("128.60 万元", "万元", "128.6", False),
        ("1,286,000元", "万元", "128.6", True),
        ("1286000元", "元", "1286000", False),
        ("128.6万元", "元", "1286000", True),
        ("128.6万", "万元", "128.6", True),
        ("0.01286亿元", "万元", "128.6", True),
        ("128.6千元", "万元", "12.86", True),
        ("128.6美元", "万元", None, False),
        ("128.6个", "万元", None, False),
        ("约128.6万元", "万元", None, False),
        ("≥128.6万元", "万元", None, False),
        ("128.6万元/年", "万元", None, False),
        ("", "万元", None, False),
        ("见附件", "万元", None, False),
    ],
)
def test_amounts_in_the_unit_of_the_column(budget: str, unit: str, number: str | None, other: bool) -> None:
    found = amounts_of(line(budget, "1", unit), WORDS)
    assert found.numbers["budget"] == (None if number is None else Decimal(number))
    assert bool(found.other_units) is other


@pytest.mark.parametrize(
    ("budget", "executed", "unit", "numbers"),
    [
        ("100万元", "95 万元", "万元", (100, 95)),
        ("100万元", "950000元", "", (None, None)),
        ("100", "95", "", (100, 95)),
        ("100个", "95个", "", (None, None)),
    ],
)
def test_a_unit_the_form_does_not_declare(budget: str, executed: str, unit: str, numbers: tuple[int | None, int | None]) -> None:
    found = amounts_of(line(budget, executed, ""), WORDS)
    assert (found.unit, found.numbers["budget"], found.numbers["executed"]) == (unit, *numbers)
