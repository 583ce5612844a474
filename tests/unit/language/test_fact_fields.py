"""The fields rules may name follow from the dataclasses of facts; their titles are data."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from decimal import Decimal

import pytest

from engine.language.fact_fields import FACTS, KINDS, TITLES, kind_of, values_of
from engine.language.facts import DoubtFact, GoalFact
from engine.resources import shipped


def test_every_field_has_a_title_and_every_title_a_field() -> None:
    titles = json.loads((shipped("schemas") / "facts.titles.json").read_text(encoding="utf-8"))
    assert {kind: set(entry["fields"]) for kind, entry in titles.items()} == {kind: set(known) for kind, known in FACTS.items()}
    assert all(TITLES[kind] and all(field.title for field in FACTS[kind].values()) for kind in KINDS)


def test_facts_are_frozen() -> None:
    assert all(is_dataclass(made) and made.__dataclass_params__.frozen for made in KINDS.values())  # type: ignore[attr-defined]
    assert all(fields(made) for made in KINDS.values())


def test_what_a_form_did_not_fill_in_is_absent_and_counts_are_exact() -> None:
    goal = GoalFact(
        form="甲",
        form_kind="project",
        number=1,
        title=None,
        weight=Decimal("12.5"),
        weight_sum=None,
        reported_sum=None,
        headings_sum=None,
        indicators=3,
    )
    assert kind_of(goal) == "goal"
    assert values_of(goal) == {
        "form": "甲",
        "form_kind": "project",
        "number": Decimal(1),
        "weight": Decimal("12.5"),
        "indicators": Decimal(3),
    }


def test_a_coded_field_says_its_values() -> None:
    assert FACTS["indicator"]["met"].choices == ("yes", "no", "unknown")
    assert FACTS["form"]["form_kind"].choices == ("department", "project")
    assert "hidden_sheet" in FACTS["doubt"]["key"].choices
    assert not FACTS["doubt"]["text"].choices
    made = DoubtFact(form="甲", form_kind="project", key="hidden_sheet", subject="表2", text=None, taken=None, readings=None)
    assert "text" not in values_of(made)


def test_a_field_the_engine_coded_is_no_evidence() -> None:
    assert not FACTS["indicator"]["score_gap"].evident
    assert FACTS["indicator"]["actual_text"].evident


def test_units_and_natural_bounds_are_data_of_the_field() -> None:
    assert [(FACTS["form"][name].unit) for name in ("execution_rate", "budget_change", "budget")] == ["%", "比例", ""]
    assert (FACTS["form"]["completion_rate"].low, FACTS["form"]["completion_rate"].high) == (0, 100)
    assert FACTS["indicator"]["target"].low is None, "a target may be below nothing: growth of -3 %"


def test_a_bound_or_a_unit_is_of_a_number() -> None:
    for known in FACTS.values():
        for field in known.values():
            assert field.type == "number" or (not field.unit and field.low is None and field.high is None), field
            assert field.unit in ("", "%", "比例")


@pytest.mark.parametrize("word", ["百分数", "百分点", "比例"])
def test_a_title_that_says_a_unit_goes_with_the_unit(word: str) -> None:
    """The title is for people; what is compared with what is told by the unit beside it."""
    said = {f"{kind}.{name}": field for kind, known in FACTS.items() for name, field in known.items() if word in field.title}
    assert said
    assert {name for name, field in said.items() if field.unit != ("%" if word.startswith("百分") else "比例")} == set()
