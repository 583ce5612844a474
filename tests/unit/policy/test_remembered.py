"""What was made before of the very same sections is taken up again, and of no others."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from engine.policy.build import build
from engine.policy.library import library
from engine.policy.loading import resolve
from engine.policy.remembered import alike, remembered
from engine.policy.resolved import Resolved, bases, cited
from engine.policy.values import Values


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, True),
        (1, Decimal(1)),
        (Decimal("1.0"), Decimal("1.00")),
        ("1", 1),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        ({"a": 1}, {"a": 1, "b": 2}),
        ({1: "a"}, {True: "a"}),
        ([1, 2], [1, 2, 3]),
        ([{"a": ["x"]}], [{"a": ["y"]}]),
        (None, False),
    ],
)
def test_what_says_another_thing_is_not_alike(one: Any, other: Any) -> None:
    assert not alike(one, other)
    assert not alike({"k": [one]}, {"k": [other]})
    assert alike(one, one)


def test_what_says_the_same_is_alike() -> None:
    assert alike({"a": [1, {"b": Decimal("1.0")}], "c": None}, {"a": [1, {"b": Decimal("1.0")}], "c": None})


def with_section(resolved: Resolved, name: str, **changed: Any) -> Resolved:
    return replace(resolved, sections={**resolved.sections, name: {**resolved.sections[name], **changed}})


def seen(values: Values, *more: str) -> object:
    """Made of two sections; each time another thing."""
    return object(), values.data["names"], values.data.get("notation"), more


def test_it_is_made_again_where_a_section_a_parameter_a_place_or_what_is_asked_is_another() -> None:
    resolved = resolve("hubei/2021", library())
    sections = ("names", "notation")
    first = remembered(seen, Values(resolved), sections)
    assert remembered(seen, Values(resolve("hubei/2021", library())), sections) is first
    assert remembered(seen, Values(with_section(resolved, "taxonomy")), sections) is first

    assert remembered(seen, Values(with_section(resolved, "names", shared_ending=3)), sections) is not first
    limit = resolved.sections["parameters"]["full_score"]
    assert remembered(seen, Values(with_section(resolved, "parameters", full_score={**limit, "value": 99})), sections) is not first
    document, at = resolved.origins["names", "threshold"]
    moved = {**resolved.origins, ("names", "threshold"): (document, (*at, "elsewhere"))}
    assert remembered(seen, Values(replace(resolved, origins=moved)), sections) is not first
    assert remembered(seen, Values(resolved), sections, "more") is not first
    assert remembered(seen, Values(resolved), sections) is first


def wrong(values: Values) -> str:
    values.add(("names", "threshold"), "错", code="names.threshold")
    return "made"


def test_what_is_wrong_is_told_each_time() -> None:
    values = Values(resolve("hubei/2021", library()))
    for count in (1, 2):
        assert remembered(wrong, values, ("names",)) == "made"
        assert [problem.code for problem in values.problems] == ["names.threshold"] * count


def other_section(values: Values) -> object:
    return values.data.get("grades")


def test_a_section_that_is_not_named_cannot_be_asked_for() -> None:
    with pytest.raises(AssertionError, match="grades"):
        remembered(other_section, Values(resolve("hubei/2021", library())), ("names",))


def test_policies_share_what_they_have_in_common_and_nothing_else() -> None:
    # built by no test before, whose parts may have been forgotten since
    resolved = with_section(resolve("hubei/2021", library()), "policy", title="另一个名称")
    policy = build(resolved)
    rule = dict(resolved.sections["findings"]["budget.cut"], advice="换一种说法")
    other = build(with_section(resolved, "findings", **{"budget.cut": rule}))
    assert other.layout is policy.layout
    assert other.grammar is policy.grammar
    assert other.words is policy.words
    assert other.rules.rules["budget.cut"].advice == "换一种说法"
    assert policy.rules.rules["budget.cut"].advice != "换一种说法"
    words = dict(resolved.sections["wording"], degree_negators=["不甚"])
    third = build(replace(resolved, sections={**resolved.sections, "wording": words}))
    assert third.grammar.degree_negators == ("不甚",)
    assert third.rules is policy.rules


@pytest.mark.parametrize("policy", library().ids())
def test_the_clauses_cited_are_those_found_one_by_one(policy: str) -> None:
    sections = resolve(policy, library()).sections
    assert cited(sections) == {basis for _, basis in bases(sections)}
