"""The four forms that the Federation of Industry and Commerce of Hubei published for 2021 come out as they must."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Jixiao

SCORES = {
    # form: kind, execution, 产出, 效益, total (reported, computed each), grade, indicators, met
    "部门整体支出": ("department", ("20", "20.00"), ("36.82", "36.82"), ("40", "40.00"), ("96.82", "96.82"), "优", 40, 34),
    "商协会管理工作经费": ("project", ("19.53", "19.53"), ("28.81", "28.81"), ("40", "40.00"), ("88.34", "88.34"), "良", 7, 3),
    "民营经济服务工作经费": ("project", ("19.20", "19.20"), ("39", "39.00"), ("40", "40.00"), ("98.2", "98.20"), "优", 25, 24),
    "机关保障工作经费": ("project", ("19.59", "19.59"), ("40", "40.00"), ("40", "35.99"), ("99.59", "95.58"), "优", 4, 3),
}


def number(text: str | None) -> float | None:
    return None if text is None else float(text)


@pytest.mark.parametrize("name", SCORES)
def test_scores_grade_and_counts_of_each_form(seed_result: Any, name: str) -> None:
    kind, *scores, grade, indicators, met = SCORES[name]
    form = next(form for form in seed_result["forms"] if form["name"] == name)
    assert (form["kind"], form["unit"], form["fiscal_year"]) == (kind, "湖北省工商业联合会", 2021)
    for key, (reported, computed) in zip(("execution", "产出指标", "效益指标", "total"), scores, strict=True):
        score = form["scores"][key]
        assert score["computed"] == computed, key
        assert number(score["reported"]) == number(reported), key
    assert (form["grade"]["reported"], form["grade"]["computed"]) == (grade, grade)
    assert (form["counts"]["indicators"], form["counts"]["met"], form["counts"]["unknown"]) == (indicators, met, 0)
    assert form["counts"]["completion_rate"] == f"{met / indicators:.4f}"


def test_all_four_forms_are_found_in_the_one_file_and_in_order(seed_result: Any) -> None:
    assert [form["name"] for form in seed_result["forms"]] == list(SCORES)
    assert seed_result["policy"]["id"] == "hubei/2021"


def test_every_indicator_is_scored_and_one_alone_differs_from_what_was_claimed(seed_result: Any) -> None:
    indicators = [(form["name"], item) for form in seed_result["forms"] for item in form["indicators"]]
    assert len(indicators) == 76
    assert {item["status"] for _, item in indicators} == {"scored"}
    differing = [(form, item["name"]) for form, item in indicators if number(item["reported"]) != number(item["computed"])]
    assert differing == [("机关保障工作经费", "建设综治示范点")]


def test_a_claim_above_its_tier_falls_to_the_nearest_admissible_value(seed_result: Any) -> None:
    item = next(item for item in seed_result["forms"][3]["indicators"] if item["name"] == "建设综治示范点")
    assert item["attainment"] == "partial"
    assert item["reported"] == "20"
    assert item["allowed"] == ["10.00", "15.99"]
    assert item["computed"] == "15.99"
    assert item["trace"]["tier_range"] == "[10, 16)"
    assert item["trace"]["basis"] == "note-2021#3"
    assert item["met"] == "no"


def test_a_claim_inside_its_tier_stands(seed_result: Any) -> None:
    item = next(item for item in seed_result["forms"][1]["indicators"] if item["name"] == "加强商会党组织规范化建设")
    assert item["allowed"] == ["32.00", "40.00"]
    assert (number(item["reported"]), item["computed"]) == (40, "40.00")


@pytest.mark.parametrize(
    ("form", "name", "operands", "unrounded", "computed"),
    [
        ("部门整体支出", "组织商会培训", "1 × 1 ÷ 3", "0.333333333333…", "0.33"),
        ("部门整体支出", "主席、常委和执委会议人数", "1 × 552 ÷ 598", "0.923076923076…", "0.92"),
        ("部门整体支出", "直属商会会员注册率", "1.2 × 61.66 ÷ 80", "0.9249", "0.92"),
        ("部门整体支出", "国外商会、社团互访次数", "1.5 × 1 ÷ 2", "0.75", "0.75"),
        ("部门整体支出", "召开省外商会会长会议", "1 × 0 ÷ 1", "0", "0.00"),
        ("商协会管理工作经费", "组织商会培训", "5 × 1 ÷ 3", "1.666666666666…", "1.67"),
        ("商协会管理工作经费", "主席、常委和执委会议人数", "6 × 552 ÷ 598", "5.538461538461…", "5.54"),
    ],
)
def test_a_target_that_was_missed_is_scored_in_proportion(
    seed_result: Any, form: str, name: str, operands: str, unrounded: str, computed: str
) -> None:
    found = next(f for f in seed_result["forms"] if f["name"] == form)
    item = next(item for item in found["indicators"] if item["name"] == name)
    assert (item["trace"]["operands"], item["trace"]["unrounded"], item["computed"]) == (operands, unrounded, computed)
    assert item["trace"]["case"] == "quantitative.proportional"
    assert item["met"] == "no"


def test_an_actual_value_of_several_parts_is_met_when_each_part_is(seed_result: Any) -> None:
    item = next(item for item in seed_result["forms"][0]["indicators"] if item["name"] == "高级职称参评通过率")
    assert item["actual"] == "正高81.82%，副高88.98%"
    assert [q["label"] for q in item["trace"]["values_read"]["actual"]["quantities"]] == ["正高", "副高"]
    assert (item["met"], item["computed"]) == ("yes", "1.20")


def test_a_number_written_in_ten_thousands_is_read_as_such(seed_result: Any) -> None:
    item = next(item for item in seed_result["forms"][0]["indicators"] if item["name"] == "平台注册用户")
    read = item["trace"]["values_read"]
    assert [read["target"]["quantities"][0]["number"], read["actual"]["quantities"][0]["number"]] == ["80000", "382000"]


def test_scores_and_totals_add_up(seed_result: Any) -> None:
    from decimal import Decimal

    for form in seed_result["forms"]:
        items = sum(Decimal(item["computed"]) for item in form["indicators"])
        parts = {key: Decimal(score["computed"]) for key, score in form["scores"].items()}
        assert parts.pop("total") == sum(parts.values()) == parts["execution"] + items


def test_every_number_names_where_it_was_read(seed_result: Any, seed: Path) -> None:
    lines = seed.read_text(encoding="utf-8").splitlines()
    for form in seed_result["forms"]:
        for item in form["indicators"]:
            line = int(item["where"].split("第", 1)[1].split("行", 1)[0])
            assert item["name"] in lines[line - 1]


def bases(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "basis" and value is not None:
                yield value
            else:
                yield from bases(value)
    elif isinstance(node, list):
        for value in node:
            yield from bases(value)


def test_every_basis_in_the_result_is_a_clause_of_the_policy(seed_result: Any, jixiao: Jixiao) -> None:
    shown = jixiao("policy", "show", seed_result["policy"]["id"]).out
    clauses = {line.split()[0] for line in shown.partition("\n条款\n")[2].splitlines() if line.startswith("  ") and line[2] != " "}
    cited = set(bases(seed_result))
    assert len(cited) > 5
    assert cited <= clauses


def test_every_score_carries_its_case_and_clause(seed_result: Any) -> None:
    for form in seed_result["forms"]:
        assert form["grade"]["basis"]
        for item in [*form["indicators"], form["scores"]["execution"], form["scores"]["total"]]:
            assert item["trace"]["case"]
            assert item["trace"]["basis"]
            assert item["trace"]["rounding"]


def test_the_result_fits_its_schema(seed_result: Any, result_errors: Callable[[Any], list[str]]) -> None:
    assert result_errors(seed_result) == []


def test_the_schema_of_results_is_strict(seed_result: Any, result_errors: Callable[[Any], list[str]]) -> None:
    for change in (
        lambda r: r.update(extra=1),
        lambda r: r["forms"][0].update(extra=1),
        lambda r: r["forms"][0]["indicators"][0].update(computed=1.0),
        lambda r: r["forms"][0]["indicators"][0].pop("trace"),
        lambda r: r["forms"][0]["counts"].update(met=None),
        lambda r: r["policy"].update(sha256="0"),
    ):
        changed = json.loads(json.dumps(seed_result))
        change(changed)
        assert result_errors(changed)


def test_the_same_input_gives_the_same_result_to_the_byte(jixiao: Jixiao, shown: Jixiao, seed: Path) -> None:
    first, second = (run("evaluate", seed, "--format", "json").out for run in (shown, jixiao))
    assert first == second


def test_as_a_process_of_its_own(process: Jixiao, seed_result: Any) -> None:
    run = process("evaluate", "examples/hubei-gcc-2021.txt", "--format", "json")
    assert (run.status, run.err) == (0, "")
    assert [form["scores"] for form in run.data["forms"]] == [form["scores"] for form in seed_result["forms"]]


def test_no_value_of_the_forms_is_in_the_engine() -> None:
    """Names and scores of the published forms stand in no module's code: the policy and the forms are all there is."""
    names = ("工商", "商会", "综治", "会长会", "楚商", "安全事故", "湖北", "96.82", "95.58", "15.99")
    for path in sorted((ROOT / "engine").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if not any(name in text for name in names):
            continue
        tree = ast.parse(text)
        for node in ast.walk(tree):  # what docstrings give as an example is no code
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                node.value.value = None
        # how a place is written is told by one that everybody knows
        words = [
            re.sub(r"(如 |--place |、)湖北省", "", str(node.value)) for node in ast.walk(tree) if isinstance(node, ast.Constant)
        ]
        assert not [name for name in names for word in words if name in word], path.name
