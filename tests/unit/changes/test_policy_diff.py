"""The difference of two policies: nothing for the same, the mirror image the other way round, no change of meaning missed."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from deep import tries
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.changes.diff.compare import Change, PolicyDifference, difference
from engine.changes.diff.data import sentence, to_data
from engine.changes.diff.view import render
from engine.policy import titles as schema_titles
from engine.policy.library import library
from engine.policy.loading import resolve
from engine.policy.resolved import Resolved

IDS = list(library().ids())
POLICIES = [name for name in IDS if not name.startswith("common/")]
HUBEI = "hubei/2021"


@cache
def resolved(name: str) -> Resolved:
    return resolve(name, library())


def changed(edit: Any) -> PolicyDifference:
    """Hubei's policy against itself as `edit` leaves it."""
    base = resolved(HUBEI)
    sections = copy.deepcopy(base.sections)
    edit(sections)
    return difference(base, replace(base, sections=sections))


def told(found: PolicyDifference) -> list[str]:
    return [f"{change.effect}: {sentence(change)}" for change in found.changes]


def comparable(changes: tuple[Change, ...], mirrored: bool) -> list[tuple[object, ...]]:
    """Differences as they are from either side: names and sentences are those of the side that has them."""
    seen = [change.mirrored() if mirrored else change for change in changes]
    return sorted(
        (
            (c.effect, c.kind, c.group, re.sub(r"\d+", "#", c.field), c.before, c.after, sorted(c.added), sorted(c.removed))
            for c in seen
        ),
        key=repr,
    )


@pytest.mark.parametrize("name", IDS)
def test_a_policy_does_not_differ_from_itself(name: str) -> None:
    found = difference(resolved(name), resolved(name))
    assert found.changes == ()
    assert "没有不同" in render(found, terminal=False)


@pytest.mark.parametrize("name", [name for name in POLICIES if name != HUBEI])
def test_the_other_way_round_is_the_mirror_image(name: str) -> None:
    one, other = difference(resolved(HUBEI), resolved(name)), difference(resolved(name), resolved(HUBEI))
    assert one.changes
    assert comparable(one.changes, mirrored=False) == comparable(other.changes, mirrored=True)


def test_a_parameter_says_what_it_was_and_what_uses_it() -> None:
    def edit(sections: dict[str, Any]) -> None:
        sections["parameters"]["tier_partial_floor"]["value"] = Decimal("0.6")

    (change,) = changed(edit).changes
    assert change.effect == "scores"
    assert (change.before, change.after) == ("0.5", "0.6")
    assert change.used_by == ("档次“部分达成预期指标并具有一定效果”（partial）",)
    assert change.before_place
    assert change.before_place.file == "policies/hubei/2021/parameters.yaml"
    assert sentence(change) == "参数“部分达成预期指标一档的下限（含），占分值的比例”（tier_partial_floor）的值：0.5 → 0.6"


def case(sections: dict[str, Any], table: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(case for case in sections["scoring"][table]["cases"] if case["case"] == name)
    return found


def test_each_kind_of_change_is_told_for_what_it_does() -> None:
    def formula(sections: dict[str, Any]) -> None:
        case(sections, "quantitative", "inverse-proportional")["score"] = "weight * (1 - (actual - target) / target)"

    assert told(changed(formula)) == [
        "scores: 情形 quantitative.inverse-proportional“反向指标超过目标：得分＝权重×A÷B”的公式："
        "weight * target / actual → weight * (1 - (actual - target) / target)"
    ]

    def spelling(sections: dict[str, Any]) -> None:
        case(sections, "quantitative", "inverse-proportional")["score"] = "weight*target/actual"

    assert [change.effect for change in changed(spelling).changes] == ["words"]

    def severity(sections: dict[str, Any]) -> None:
        sections["findings"]["scoring.rounding"]["severity"] = "warning"

    assert told(changed(severity)) == ["findings: 规则“得分的取整与规则不同”（scoring.rounding）的级别：提示 → 警告"]

    def wording(sections: dict[str, Any]) -> None:
        sections["findings"]["scoring.rounding"]["advice"] = "改"

    assert [change.effect for change in changed(wording).changes] == ["words"]

    def condition(sections: dict[str, Any]) -> None:
        case(sections, "quantitative", "inverse-proportional")["when"]["target"] = {"gt": 0}

    assert told(changed(condition))[0].endswith("的条件：目标值 ≥ 0 → 目标值 ＞ 0")

    def words(sections: dict[str, Any]) -> None:
        sections["wording"]["strong"] = [*sections["wording"]["strong"][1:], "空前"]

    (change,) = changed(words).changes
    assert change.effect == "reading"
    assert change.added == ("空前",)
    assert len(change.removed) == 1

    def disabled(sections: dict[str, Any]) -> None:
        sections["policy"]["disable"] = ["scoring.rounding"]

    assert [(c.kind, c.effect, c.item) for c in changed(disabled).changes] == [("removed", "findings", "scoring.rounding")]

    def reading(sections: dict[str, Any]) -> None:
        sections["form"]["closing"][0]["labels"].append("总计得分")

    assert [(c.effect, c.added) for c in changed(reading).changes] == [("reading", ("总计得分",))]


def test_another_order_of_cases_is_one_difference() -> None:
    def edit(sections: dict[str, Any]) -> None:
        cases = sections["scoring"]["quantitative"]["cases"]
        cases[2], cases[3] = cases[3], cases[2]

    (change,) = changed(edit).changes
    assert (change.kind, change.effect) == ("moved", "scores")
    assert (change.before, change.after) == ("inverse-both-zero、inverse-met", "inverse-met、inverse-both-zero")


def test_a_new_name_is_one_difference_wherever_it_is_used() -> None:
    def parameter(sections: dict[str, Any]) -> None:
        sections["parameters"]["middle_floor"] = sections["parameters"].pop("tier_partial_floor")
        sections["scoring"]["qualitative"]["tiers"][1]["from"] = {"param": "middle_floor"}

    (change,) = changed(parameter).changes
    assert (change.kind, change.effect, change.before, change.after) == ("renamed", "words", "tier_partial_floor", "middle_floor")

    def clause(sections: dict[str, Any]) -> None:
        text = json.dumps(sections, default=lambda value: {"decimal": str(value)})
        sections.clear()
        sections.update(
            json.loads(
                text.replace('"note-2021#2"', '"note-2021#two"'),
                object_hook=lambda item: Decimal(item["decimal"]) if set(item) == {"decimal"} else item,
            )
        )
        clauses = sections["sources"]["note-2021"]["clauses"]
        clauses["two"] = clauses.pop("2")

    assert [(c.kind, c.before, c.after) for c in changed(clause).changes] == [("renamed", "note-2021#2", "note-2021#two")]

    def renamed_case(sections: dict[str, Any]) -> None:
        case(sections, "quantitative", "met")["case"] = "reached"

    assert [(c.kind, c.before, c.after) for c in changed(renamed_case).changes] == [("renamed", "met", "reached")]


def leaves(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield from leaves(value, (*path, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from leaves(value, (*path, index))
    else:
        yield path


LEAVES = [
    path
    for path in leaves(resolved(HUBEI).sections)
    if path[:2] not in (("policy", "id"), ("policy", "disable"))
    and (path[0], path[-1]) != ("findings", "id")
    and path[-1] != "otherwise"  # it is true or not there
]


@given(path=st.sampled_from(LEAVES), remove=st.booleans())
@settings(max_examples=tries(15, 3000), deadline=None)
def test_no_change_of_one_value_is_missed(path: tuple[Any, ...], remove: bool) -> None:
    """Whatever one value of the resolved policy becomes, or that it goes: some difference is told, and mirrored."""
    base = resolved(HUBEI)
    sections = copy.deepcopy(base.sections)
    node: Any = sections
    for step in path[:-1]:
        node = node[step]
    essential = path[-1] in ("case", "grade", "tier", "id", "label", "title", "fact", "of", "per", "text", "from")
    if remove and not essential and path[0] in ("notation", "form", "narrative"):
        del node[path[-1]]
    else:
        old = node[path[-1]]
        node[path[-1]] = not old if isinstance(old, bool) else old + 7 if isinstance(old, int | Decimal) else f"{old}改"
    other = replace(base, sections=sections)
    one, back = difference(base, other), difference(other, base)
    assert one.changes, path
    assert comparable(one.changes, mirrored=False) == comparable(back.changes, mirrored=True), path


def test_the_document_fits_its_schema() -> None:
    from jsonschema import Draft202012Validator

    schema = json.loads((ROOT / "schemas" / "diff.schema.json").read_text(encoding="utf-8"))
    for name in POLICIES:
        data = json.loads(json.dumps(to_data(difference(resolved(HUBEI), resolved(name)))))
        assert not [error.message for error in Draft202012Validator(schema).iter_errors(data)]


def test_titles_and_words_come_from_the_schema() -> None:
    assert schema_titles.title(("findings", 0, "severity")) == "级别"
    assert schema_titles.word(("findings", 0, "severity"), "warning") == "警告"
    assert schema_titles.word(("scoring", "rounding", "mode"), "half_up") == "四舍五入"
    assert schema_titles.title(("scoring", "weights", "level1", "产出指标")) == "产出指标"
    assert schema_titles.word(("policy", "title"), "随便") == "随便"


def test_a_directory_can_be_compared(tmp_path: Path) -> None:
    from engine.changes.diff.compare import compare

    directory = tmp_path / "hubei" / "2021"
    directory.mkdir(parents=True)
    (directory / "policy.yaml").write_text(
        "policy:\n  id: hubei/2021\n  title: 试\n  jurisdiction: hubei\n  fiscal_years: {from: 2021, to: 2021}\n"
        "  form_kinds: [project]\n  status: draft\n  extends: central/2020\n",
        encoding="utf-8",
    )
    found = compare("central/2020", directory, library())
    assert {change.effect for change in found.changes} <= {"scope", "words"}
