"""Measures: counts, sums, shares, least and greatest, per form, goal, group and bundle."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.errors import Place
from engine.language.conditions import Condition
from engine.language.fields import Field
from engine.language.measures import Measure, made_field, measured
from engine.language.model import Fact, Test

PLACE = Place()
ONE = Decimal(1)
FULL = (Condition(Test("full_marks", "eq", True), "满分"),)
QUANTITATIVE = (Condition(Test("nature", "eq", "quantitative"), "定量"),)

FACTS = [
    Fact("b", "bundle", {"forms": Decimal(2)}),
    Fact("f0", "form", {"form": "甲", "budget": Decimal("10.5")}),
    Fact("f1", "form", {"form": "乙", "budget": Decimal("0.1")}),
    Fact("f2", "form", {"form": "丙"}),
    Fact("g0", "goal", {"form": "甲", "number": Decimal(1)}),
    Fact("g1", "goal", {"form": "甲", "number": Decimal(2)}),
    Fact("i0", "indicator", {"form": "甲", "goal": ONE, "weight": Decimal("1.5"), "full_marks": True, "nature": "quantitative"}),
    Fact("i1", "indicator", {"form": "甲", "goal": ONE, "weight": Decimal("0.5"), "full_marks": False, "nature": "quantitative"}),
    Fact("i2", "indicator", {"form": "甲", "goal": Decimal(2), "full_marks": True, "nature": "qualitative"}),
    Fact("i3", "indicator", {"form": "乙", "goal": Decimal(1), "weight": Decimal(3), "nature": "quantitative"}),
]


def values(take: str, per: str = "form", of: str = "indicator", field: str = "", where=(), among=()) -> dict[str, Decimal | None]:
    measure = Measure("m", "测", per, of, where, among, take, field, "x#1", PLACE)
    return {fact.id: fact.fields.get("m") for fact in measured(FACTS, [measure]) if fact.kind == per}


def test_counts_start_at_nought() -> None:
    assert values("count") == {"f0": 3, "f1": 1, "f2": 0}
    assert values("count", where=FULL) == {"f0": 2, "f1": 0, "f2": 0}


def test_a_sum_passes_over_what_has_no_number() -> None:
    assert values("sum", field="weight") == {"f0": Decimal("2.0"), "f1": 3, "f2": 0}


def test_a_sum_is_exact() -> None:
    assert values("sum", per="bundle", of="form", field="budget") == {"b": Decimal("10.6")}


@pytest.mark.parametrize(("take", "f0"), [("min", "0.5"), ("max", "1.5")])
def test_least_and_greatest_of_nothing_are_absent(take: str, f0: str) -> None:
    assert values(take, field="weight") == {"f0": Decimal(f0), "f1": 3, "f2": None}


def test_a_share_of_nothing_is_absent() -> None:
    shares = values("share", where=FULL, among=QUANTITATIVE)
    assert shares == {"f0": Decimal("0.5"), "f1": 0, "f2": None}


def test_a_share_by_weight() -> None:
    assert values("share", field="weight", where=FULL) == {"f0": Decimal("0.75"), "f1": 0, "f2": None}


def test_a_share_that_is_no_decimal_keeps_its_places() -> None:
    shares = values("share", where=QUANTITATIVE)
    assert shares["f0"] == Decimal(2) / Decimal(3)


def test_per_goal() -> None:
    assert values("count", per="goal") == {"g0": 2, "g1": 1}
    assert values("sum", per="goal", field="weight") == {"g0": Decimal("2.0"), "g1": 0}


def test_per_bundle() -> None:
    assert values("count", per="bundle") == {"b": 4}


def test_the_facts_given_are_left_as_they_are() -> None:
    before = [dict(fact.fields) for fact in FACTS]
    values("count")
    assert [dict(fact.fields) for fact in FACTS] == before
    assert measured(FACTS, []) == FACTS


@pytest.mark.parametrize(
    ("take", "counted", "unit", "low", "high"),
    [
        ("count", None, "", 0, None),
        ("share", Field("number", "分值"), "比例", 0, 1),
        ("max", Field("number", "执行率", unit="%"), "%", None, None),
        ("sum", Field("number", "个数", low=Decimal(0), high=Decimal(9)), "", 0, None),
        ("min", Field("number", "完成率", unit="%", low=Decimal(0), high=Decimal(100)), "%", 0, 100),
    ],
)
def test_the_field_a_measure_adds_knows_its_unit_and_its_bounds(
    take: str, counted: Field | None, unit: str, low: int | None, high: int | None
) -> None:
    field = made_field(take, counted, "测")
    assert (field.unit, field.low, field.high) == (unit, low, high)
