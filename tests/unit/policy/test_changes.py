"""Single items of what a policy extends: changed, left out, put in; the rest as it was, and from where it was."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.errors import PolicyError
from engine.policy.bases import followed
from engine.policy.build import build
from engine.policy.library import library
from engine.policy.loading import resolve
from engine.policy.resolved import Resolved

HEAD = """policy: {id: mine/YEAR, title: 试, jurisdiction: hubei, fiscal_years: {from: YEAR}, form_kinds: [project], status: draft,
  extends: PARENT}
sources: {doc-YEAR: {title: 新文件, evidence: read, clauses: {"1": {title: 一, text: 新的条文。}}}}
changes:
"""
HALF = (
    "{table: quantitative, case: half, insert_before: proportional, when: {direction: positive, actual: {lt: 1}}, score: '0', "
    "basis: doc-2022#1}"
)


def child(root: Path, *entries: str, year: str = "2022", parent: str = "hubei/2021") -> Resolved:
    """A child whose `changes` are the entries, each `kind entry`."""
    home = root / "mine" / year
    home.mkdir(parents=True)
    lines: dict[str, list[str]] = {}
    for entry in entries:
        kind, _, text = entry.partition(" ")
        lines.setdefault(kind, []).append(f"    - {text}")
    text = HEAD.replace("YEAR", year).replace("PARENT", parent)
    text += "".join(f"  {kind}:\n" + "\n".join(of) + "\n" for kind, of in lines.items())
    (home / "policy.yaml").write_text(text, encoding="utf-8")
    return resolve(f"mine/{year}", library(root))


def cases(of: Resolved, table: str = "quantitative") -> dict[str, Any]:
    return {case["case"]: case for case in of.sections["scoring"][table]["cases"]}


def names(of: Resolved, section: str, key: str) -> list[str]:
    items = of.sections["grades"] if section == "grades" else of.sections["scoring"]["qualitative"]["tiers"]
    return [str(item[key]) for item in items]


def test_one_case_is_changed_one_left_out_one_put_in(tmp_path: Path) -> None:
    gone = "cases {table: quantitative, case: range-missed, remove: true}"
    of = child(tmp_path, gone, f"cases {HALF}", "cases {table: quantitative, case: met, score: weight * 0.9, basis: doc-2022#1}")
    before = cases(resolve("hubei/2021", library()))
    assert list(cases(of)) == [
        "range-met", "inverse-both-zero", "inverse-met", "inverse-proportional", "met", "half", "proportional", "otherwise",
    ]  # fmt: skip
    assert cases(of)["met"] == {**before["met"], "score": "weight * 0.9", "basis": "doc-2022#1"}
    assert cases(of)["proportional"] is before["proportional"], "what is not named is the same"
    assert cases(resolve("hubei/2021", library())) == before, "the parent's own data is not touched"


def test_every_part_remembers_who_wrote_it(tmp_path: Path) -> None:
    of = child(tmp_path, f"cases {HALF}", "cases {table: quantitative, case: met, score: weight * 0.9}")
    above = resolve("hubei/2021", library())
    path = ("scoring", "quantitative", "cases")
    own = [of.place((*path, n)).file.endswith("mine/2022/policy.yaml") for n in range(len(cases(of)))]
    assert own == [False] * 5 + [True, True, False, False]
    assert of.place((*path, 5, "when")) == above.place((*path, 5, "when")), "of the changed case what was not changed"
    assert of.place((*path, 7)) == above.place((*path, 6)), "behind the new one"
    assert [document.file for document, _ in of.overridden[(*path, 5)]] == ["policies/hubei/2021/scoring.yaml"]


def test_one_outcome_takes_the_place_of_another(tmp_path: Path) -> None:
    of = child(tmp_path, "cases {table: deadline, case: kept, status: needs_review}")
    assert "score" not in cases(of, "deadline")["kept"]


def test_tiers_grades_headings_clauses_and_rules(tmp_path: Path) -> None:
    of = child(
        tmp_path,
        "tiers {tier: partial, from: 0.6, basis: doc-2022#1}",
        "grades {grade: 中, remove: true}",
        "grades {grade: 及格, insert_after: 良, from: 65, basis: doc-2022#1}",
        "taxonomy {level1: 效益指标, level2: [社会效益指标, 满意度指标], basis: doc-2022#1}",
        'clauses {source: note-2021, clause: "4", superseded_by: doc-2022#1}',
        "findings {id: design.no-benefit, severity: info}",
    )
    built = build(of)
    assert [(band.id, str(band.floor)) for band in built.grades] == [("优", "90"), ("良", "80"), ("及格", "65"), ("差", "0")]
    assert [str(band.floor) for band in built.scoring.tiers] == ["0.8", "0.6", "0"]
    assert built.taxonomy[1].level2 == ("社会效益指标", "满意度指标")
    assert built.taxonomy[1].aliases == ("效果指标",), "as it was"
    assert built.rules.rules["design.no-benefit"].severity == "info"
    assert built.clauses["note-2021#4"].superseded_by == "doc-2022#1"
    assert followed(of).sections["scoring"]["qualitative"]["cases"][1]["basis"] == "doc-2022#1", "the basis follows the tier"


def test_a_heading_is_left_out(tmp_path: Path) -> None:
    of = child(tmp_path, "taxonomy {level1: 效益指标, remove: true}")
    assert list(of.sections["taxonomy"]) == ["产出指标"]


def test_a_grandchild_changes_what_a_child_put_in_and_a_whole_table_takes_all_away(tmp_path: Path) -> None:
    child(tmp_path, f"cases {HALF}")
    below = child(tmp_path, "cases {table: quantitative, case: half, score: '1'}", year="2023", parent="mine/2022")
    assert cases(below)["half"]["score"] == "1"
    path = ("scoring", "quantitative", "cases", 6)
    assert [document.file.endswith("mine/2022/policy.yaml") for document, _ in below.overridden[path]] == [True]
    whole = tmp_path / "mine" / "2024"
    whole.mkdir()
    text = HEAD.replace("YEAR", "2024").replace("PARENT", "mine/2023").replace("changes:\n", "")
    text += "scoring: {quantitative: {title: 定量, cases: [{case: all, otherwise: true, score: weight, basis: doc-2024#1}]}}\n"
    (whole / "policy.yaml").write_text(text, encoding="utf-8")
    anew = resolve("mine/2024", library(tmp_path))
    assert anew.place((*path[:3], 0)).file.endswith("mine/2024/policy.yaml")
    assert not [one for one in anew.origins if one[:2] == path[:2] and len(one) > 2]


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("cases {table: quantitativ, case: met, remove: true}", "没有“quantitativ”这张表"),
        ("cases {table: quantitative, case: mett, remove: true}", "没有“mett”，不能去掉"),
        ("cases {table: quantitative, case: mett, score: '1'}", "没有“mett”，不能改"),
        ("cases {table: quantitative, case: met, insert_before: proportional, score: '1'}", "“met”上级已有，不能再加"),
        ("cases {table: quantitative, case: new, insert_before: nowhere, score: '1'}", "没有“nowhere”"),
        ("cases {table: quantitative, case: new, insert_before: met, score: '1'}", "新加的缺少 basis、when 或 otherwise"),
        ("cases {table: quantitative, case: met, remove: true, insert_after: met}", "只写一个"),
        ("tiers {tier: none, from: 0.6}", "没有“none”，不能改"),
        ("grades {grade: 优秀, from: 95}", "没有“优秀”，不能改"),
        ("taxonomy {level1: 新指标, level2: [甲]}", "新加的缺少 basis"),
        ('clauses {source: note, clause: "1", text: 甲}', "没有来源“note”"),
        ("findings {id: design.none, severity: info}", "没有规则“design.none”，不能改"),
    ],
)
def test_what_cannot_be_changed_is_told_at_its_line(entry: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(PolicyError) as caught:
        child(tmp_path, entry)
    (problem,) = caught.value.problems
    assert told in problem.message
    assert (problem.place.line, problem.code) == (6, "policy.change")


def test_a_heading_that_is_another_s_alias_is_told_where_it_is_written(tmp_path: Path) -> None:
    """And settled by taking the alias from the inherited one."""
    own = "taxonomy {level1: 效果指标, level2: [影响指标], basis: doc-2022#1}"
    with pytest.raises(PolicyError) as caught:
        build(child(tmp_path, own))
    (problem,) = caught.value.problems
    assert (problem.code, problem.place.line) == ("policy.alias", 6)
    assert "“效益指标”的另一种写法" in problem.message
    settled = child(tmp_path / "b", own, "taxonomy {level1: 效益指标, aliases: [效益]}")
    assert [level.name for level in build(settled).taxonomy] == ["产出指标", "效益指标", "效果指标"]
