"""Claims: what the report says, as fields that can be held against the form."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine.findings.facts.claims import Claim, amounts, claims_of, last_place
from engine.policy.library import library
from engine.policy.loading import load
from engine.policy.model import Policy
from engine.submission import record
from engine.submission.model import Form


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load("hubei/2021", library())


def form_with(*statements: dict[str, Any], money_unit: str = "万元") -> Form:
    line = {"name": "总额", "role": "total", "money_unit": money_unit, "budget": "900", "executed": "880"}
    indicator = {"name": "诉求回复率", "level1": "产出指标"}
    goals = [{"indicators": [indicator]}]
    form = {"kind": "project", "name": "甲经费", "budget": [line], "goals": goals, "statements": list(statements)}
    data = {"schema": "jixiao/submission/1", "unit": "某局", "fiscal_year": 2021, "forms": [form]}
    return record.from_data(data).forms[0]


FORMS = ("甲经费", "乙经费")


def claim(policy: Policy, key: str, money_unit: str = "万元", forms: tuple[str, ...] = FORMS, **fields: str) -> Claim:
    form = form_with({"key": key, "text": "原文", "section": "met", "fields": fields}, money_unit=money_unit)
    words = policy.words
    (found,) = claims_of(form, "甲经费", forms, {"i0": ("诉求回复率", "键")}, policy.names, words, policy.statements)
    return found


@pytest.mark.parametrize(
    ("key", "fields", "expected"),
    [
        ("total_score", {"score": "98.2"}, {"score": Decimal("98.2"), "precision": Decimal("0.1")}),
        ("execution_rate", {"rate": "97.67%"}, {"rate": Decimal("97.67"), "precision": Decimal("0.01")}),
        ("execution_rate", {"rate": "98%"}, {"rate": Decimal(98), "precision": Decimal(1)}),
        ("indicators", {"count": "25"}, {"count": Decimal(25)}),
        ("results_used_for", {"year": "2022"}, {"year": Decimal(2022)}),
        ("grade", {"grade": "优"}, {"grade": "优"}),
        ("level1_score", {"level1": "产出指标", "score": "39"}, {"level1": "产出指标", "score": Decimal(39)}),
        ("adjusted_budget", {"amount": "9,000,000", "unit": "元"}, {"amount": Decimal(900), "precision": Decimal("0.0001")}),
        ("adjusted_budget", {"amount": "0.09", "unit": "亿元"}, {"amount": Decimal(900), "precision": Decimal(100)}),
        ("approximate_quantity", {"qualifier": "近", "value": "80", "unit": "人"}, {"qualifier": "近", "value": Decimal(80)}),
        ("quantity_stated", {"value": "38.2万", "unit": "户"}, {"value": Decimal(382000), "unit": "户"}),
    ],
)
def test_named_groups_become_typed_fields(policy: Policy, key: str, fields: dict[str, str], expected: dict[str, Any]) -> None:
    found = claim(policy, key, **fields).fields
    assert {name: found.get(name) for name in expected} == expected
    assert found["about"] == "甲经费"
    assert found["section"] == "met"


def test_an_amount_whose_unit_is_not_known_is_left_out(policy: Policy) -> None:
    assert "amount" not in claim(policy, "adjusted_budget", amount="900", unit="").fields
    assert "amount" not in claim(policy, "adjusted_budget", money_unit="", amount="900", unit="万元").fields


def test_a_named_indicator_gets_its_key(policy: Policy) -> None:
    found = claim(policy, "indicator_stated", name="诉求回复率", actual="100%").fields
    assert found["name_key"] == "键"
    assert found["actual"] == 100
    assert found["unit"] == "%"
    assert "name_key" not in claim(policy, "indicator_stated", name="财政支付率", actual="100%").fields


def test_another_form_is_spoken_of(policy: Policy) -> None:
    found = claim(policy, "project_completion", project="乙经费", count="7", met="3")
    assert found.fields["about"] == "乙经费"
    assert claim(policy, "project_completion", project="丙经费", count="7", met="3").fields["about"] == "甲经费"


def test_no_form_is_guessed_where_two_fit(policy: Policy) -> None:
    found = claim(policy, "project_completion", forms=("培训经费", "教师培训经费"), project="教师培训经费", count="7", met="3")
    assert found.fields["about"] in ("教师培训经费", "甲经费")


def test_the_direction_of_an_adjustment(policy: Policy) -> None:
    words = policy.words

    def of(direction: str) -> list[tuple[Decimal, bool]]:
        fields = {"direction": direction, "amount": "107.30", "unit": "万元"}
        form = form_with({"key": "budget_adjustment", "text": "原文", "fields": fields})
        return list(amounts(form, "budget_adjustment", words, policy.statements))

    assert of("压减") == [(Decimal("-107.30"), True)]
    assert of("追加") == [(Decimal("107.30"), True)]
    assert of("调整") == [(Decimal("107.30"), False)]


@pytest.mark.parametrize(
    ("text", "place"), [("97.67%", "0.01"), ("98%", "1"), ("98.0", "0.1"), ("3,263.05", "0.01"), ("1,000", "1"), ("", "1")]
)
def test_what_the_last_digit_is_worth(text: str, place: str) -> None:
    assert last_place(text) == Decimal(place)
