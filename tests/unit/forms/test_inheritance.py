"""A layout laid over another: a child adds what is its own, and nothing it does not name is lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.forms.inheritance import laid_over
from engine.policy.form_files import form_of
from engine.policy.library import library
from engine.policy.loading import resolve

BASE: dict[str, Any] = {
    "placeholders": {"甲": {"title": "甲", "words": ["甲"]}},
    "titles": [{"wording": "{name}自评表", "example": "自评表"}],
    "header": [{"key": "unit", "labels": ["单位名称", "实施单位"]}, {"key": "phone", "labels": ["电话"], "wordings": ["{甲}电话"]}],
    "budget": {"rows": [{"role": "total", "kind": "project", "labels": ["总额"]}, {"role": "detail", "wording": "其中…"}]},
    "tasks": ["主要任务"],
}


def made(own: dict[str, Any]) -> Any:
    return laid_over(BASE, own)[0]


def test_a_child_adds_labels_to_a_list_without_replacing_it() -> None:
    form = made({"header": [{"key": "unit", "labels": ["区级单位"]}], "tasks": ["年度任务"]})
    assert form["header"][0]["labels"] == ["区级单位", "单位名称", "实施单位"]
    assert form["header"][1] == BASE["header"][1]
    assert form["tasks"] == ["年度任务", "主要任务"]
    assert BASE["header"][0]["labels"] == ["单位名称", "实施单位"], "the parent stays as it is"


def test_a_label_of_another_meaning_is_the_parents_no_longer() -> None:
    form = made({"header": [{"key": "implementer", "labels": ["实施单位"]}]})
    assert {item["key"]: item["labels"] for item in form["header"]} == {
        "unit": ["单位名称"],
        "phone": ["电话"],
        "implementer": ["实施单位"],
    }
    form = made({"header": [{"key": "other", "labels": ["单位名称：", "实施 单位"]}]})
    assert [item["key"] for item in form["header"]] == ["phone", "other"]


def test_patterns_of_the_child_are_tried_first() -> None:
    own = {"wording": "{year}{name}自评表", "example": "2021自评表"}
    assert made({"titles": [own]})["titles"] == [own, *BASE["titles"]]
    row = {"role": "detail", "wording": "包括…"}
    rows = made({"budget": {"rows": [row, {"role": "total", "kind": "project", "labels": ["总计"]}]}})["budget"]["rows"]
    assert rows[0] == row
    assert [item.get("labels") for item in rows] == [None, ["总计", "总额"], None]


def test_rows_of_another_kind_are_entries_of_their_own() -> None:
    rows = made({"budget": {"rows": [{"role": "total", "kind": "department", "labels": ["部门总额"]}]}})["budget"]["rows"]
    assert [(item.get("kind"), item.get("labels")) for item in rows] == [
        ("project", ["总额"]),
        (None, None),
        ("department", ["部门总额"]),
    ]


def test_labels_may_be_dropped_and_everything_written_anew() -> None:
    form = made({"drop": ["实施单位"], "tasks": ["任务"]})
    assert form["header"][0]["labels"] == ["单位名称"]
    assert made({"standalone": True, "tasks": ["任务"]}) == {"standalone": True, "tasks": ["任务"]}
    assert laid_over({"standalone": True, "tasks": ["任务"]}, {"tasks": ["甲"]})[0] == {"tasks": ["甲", "任务"]}


def test_wordings_are_added_and_placeholders_replaced() -> None:
    form = made(
        {
            "header": [{"key": "phone", "labels": ["座机"], "wordings": ["…座机"]}],
            "placeholders": {"甲": {"title": "乙", "words": ["乙"]}},
        }
    )
    assert form["header"][1] == {"key": "phone", "labels": ["座机", "电话"], "wordings": ["…座机", "{甲}电话"]}
    assert form["placeholders"] == {"甲": {"title": "乙", "words": ["乙"]}}


def test_every_part_says_where_it_came_from() -> None:
    own = {"header": [{"key": "unit", "labels": ["区级单位"]}], "titles": [{"wording": "甲", "example": "甲"}]}
    _, sources = laid_over(BASE, own)
    assert sources["header", 0, "labels", 0] == (True, ("header", 0, "labels", 0))
    assert sources["header", 0, "labels", 2] == (False, ("header", 0, "labels", 1))
    assert sources["titles", 0] == (True, ("titles", 0))
    assert sources["titles", 1] == (False, ("titles", 0))
    assert sources["tasks",] == (False, ("tasks",))


@pytest.mark.parametrize("policy", ["hubei/2021", "central/2020", "sichuan/2025"])
def test_the_layout_by_itself_is_that_of_the_whole_policy(policy: str) -> None:
    assert form_of(policy, library()) == resolve(policy, library()).sections["form"]


def test_a_problem_of_an_added_label_is_told_at_its_own_line(tmp_path: Path) -> None:
    home = tmp_path / "mine" / "2021"
    home.mkdir(parents=True)
    (home / "policy.yaml").write_text(
        "policy: {id: mine/2021, title: 试, status: draft, jurisdiction: mine, extends: hubei/2021}\n", encoding="utf-8"
    )
    (home / "form.yaml").write_text("form:\n  header:\n    - {key: unit, labels: [甲, 乙]}\n", encoding="utf-8")
    resolved = resolve("mine/2021", library(tmp_path))
    unit = next(n for n, item in enumerate(resolved.sections["form"]["header"]) if item["key"] == "unit")
    own = resolved.place(("form", "header", unit, "labels", 1))
    assert (own.file.endswith("mine/2021/form.yaml"), own.line) == (True, 3)
    inherited = resolved.place(("form", "header", unit, "labels", 2))
    assert inherited.file == "policies/common/form/header.yaml"
