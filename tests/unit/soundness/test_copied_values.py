"""What is copied from a document a second time, held against the policy: each difference told by its name, words in any order."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine.policy.library import library
from engine.policy.loading import resolve
from engine.soundness.tests.copied import compare_copied, name_of, path_of
from engine.soundness.tests.records import Unusable

UNITS = "parameters.relative_units.value"


def told(written: dict[str, Any], *, own: bool = True, aside: bool = False) -> tuple[str, dict[str, Any]]:
    test = {"test": "抄", "written": written}
    wrong, now = compare_copied(test, resolve("hubei/2021", library()), lambda _: aside, own=own)
    return wrong, now["written"]


@pytest.mark.parametrize(
    ("written", "wrong"),
    [
        ({"parameters.tier_met_floor.value": Decimal("0.8")}, ""),
        ({"parameters.tier_met_floor.value": "0.80"}, ""),
        ({"parameters.tier_met_floor.value": Decimal("0.08")}, "parameters.tier_met_floor.value 应为 0.08，是 0.8"),
        ({"parameters.tier_met_floor": {"unit": "比例", "basis": "note-2021#3"}}, ""),
        ({"parameters.tier_met_floor": {"basis": "note-2021#2"}}, "basis 应为 note-2021#2，是 note-2021#3"),
        ({"scoring.quantitative.cases.met.basis": "note-2021#2"}, ""),
        ({"grades.优.from": 90}, ""),
        ({UNITS: ["倍", "百分点", "%", "‰"]}, ""),
        ({UNITS: ["倍", "百分点", "%", "‰", "成"]}, "少了“成”"),
        ({UNITS: ["倍", "百分点", "%"]}, "多了“‰”"),
    ],
)
def test_a_copy_is_held_against_the_policy(written: dict[str, Any], wrong: str) -> None:
    said, now = told(written)
    assert said.endswith(wrong)
    assert bool(said) == bool(wrong)
    assert told(now) == ("", now), "as it would hold, it holds"


def test_a_name_that_leads_nowhere_is_an_error_of_ones_own_tests_alone() -> None:
    with pytest.raises(Unusable):
        told({"parameters.tier_met_flor.value": 1})
    assert told({"parameters.tier_met_flor.value": 1}, own=False) == ("", {})
    assert told({"parameters.tier_met_floor.value": 1}, aside=True)[0] == "", "a policy above says otherwise"


def test_every_path_of_a_policy_has_a_name_that_leads_back() -> None:
    sections = resolve("hubei/2021", library()).sections
    for path in (("scoring", "qualitative", "tiers", 1, "from"), ("grades", 0, "basis"), ("rollup", "values", "cases", 3, "when")):
        assert path_of(name_of(path, sections), sections) == path
