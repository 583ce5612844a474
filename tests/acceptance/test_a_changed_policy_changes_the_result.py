"""An officer changes one thing in YAML, or a body one thing on its form, and the result follows. No Python is touched.

The numbers expected here are worked out by hand from the small form (see SMALL_FORM) and from the published forms.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import Forms, Jixiao, Policies


def scored(jixiao: Jixiao, *arguments: object) -> Any:
    run = jixiao("evaluate", *arguments, "--format", "json")
    assert run.status == 0, run.err
    return run.data


def computed(form: Any) -> dict[str, str]:
    """Every computed number of a form by its name."""
    return {key: score["computed"] for key, score in form["scores"].items()} | {
        item["name"]: item["computed"] for item in form["indicators"]
    }


SMALL = {
    "execution": "15.00",
    "培训期数": "6.67",
    "服务投诉次数": "16.00",
    "服务水平": "27.00",
    "服务对象满意度": "10.00",
    "产出指标": "22.67",
    "效益指标": "37.00",
    "total": "74.67",
}


def test_the_small_form_as_it_stands(jixiao: Jixiao, forms: Forms) -> None:
    form = scored(jixiao, forms.write())["forms"][0]
    assert computed(form) == SMALL
    assert (form["grade"]["reported"], form["grade"]["computed"]) == ("中", "中")
    assert (form["counts"]["met"], form["counts"]["indicators"]) == (2, 4)


# --- the policy changes ----------------------------------------------------------------------------------------------

AT_MOST = 'when: {target_operator: {in: ["<=", "<"]}}\n        value: '
POLICY_CHANGES = {
    "rounding to one place": (
        "scoring.yaml",
        [("places: 2, at: indicator", "places: 1, at: indicator")],
        {"培训期数": "6.7", "产出指标": "22.7", "total": "74.7", "execution": "15.0"},
    ),
    "rounding down": (
        "scoring.yaml",
        [("mode: half_up", "mode: down")],
        {"培训期数": "6.66", "产出指标": "22.66", "total": "74.66"},
    ),
    "rounding up": ("scoring.yaml", [("mode: half_up", "mode: up")], {"培训期数": "6.67", "total": "74.67"}),
    "the met tier begins at 95 %: [28.5, 30]": (
        "parameters.yaml",
        [("value: 0.8\n", "value: 0.95\n")],
        {"服务水平": "28.50", "效益指标": "38.50", "total": "76.17"},
    ),
    "the met tier begins at 90 %: 27 is just inside": ("parameters.yaml", [("value: 0.8\n", "value: 0.9\n")], {}),
    "the met tier begins above 90 %: 27 is just outside": (
        "scoring.yaml",
        [("from: {param: tier_met_floor}", "above: 0.9")],
        {"服务水平": "27.01", "效益指标": "37.01", "total": "74.68"},
    ),
    "another word for the middle tier: [15, 24)": (
        "policy.yaml",
        [("\nsources:\n", "\nwording: {more: {weak: [已完成]}}\n\nsources:\n")],
        {"服务水平": "23.99", "效益指标": "33.99", "total": "71.66"},
    ),
    "complaints are no longer better when less: 20 for 5 against 4": (
        "recognition.yaml",
        [(f"{AT_MOST}inverse", f"{AT_MOST}positive")],
        {"服务投诉次数": "20.00", "产出指标": "26.67", "total": "78.67"},
    ),
    "half marks for a target that was missed: 20 × 1 ÷ 3 ÷ 2 = 3.333": (
        "scoring.yaml",
        [("score: weight * actual / target", "score: weight * actual / target / 2")],
        {"培训期数": "3.33", "产出指标": "19.33", "total": "71.33"},
    ),
    "no score above half its weight": (
        "scoring.yaml",
        [("highest: weight, basis", "highest: weight / 2, basis")],
        {
            "execution": "10.00",
            "服务投诉次数": "10.00",
            "服务对象满意度": "5.00",
            "产出指标": "16.67",
            "效益指标": "32.00",
            "total": "58.67",
        },
    ),
    "execution counts 10 points, output 50": (
        "scoring.yaml",
        [("execution: {param: execution_weight}", "execution: 10"), ("产出指标: 40,", "产出指标: 50,")],
        {"execution": "7.50", "total": "67.17"},
    ),
    "the total is another formula": (
        "scoring.yaml",
        [("score: execution + indicators", "score: 'min(execution, 10) + indicators'")],
        {"total": "69.67"},
    ),
}


@pytest.mark.parametrize("change", POLICY_CHANGES)
def test_one_change_of_the_policy(jixiao: Jixiao, forms: Forms, policies: Policies, change: str) -> None:
    file, changes, expected = POLICY_CHANGES[change]
    policies.change(file, *changes)
    after = computed(scored(jixiao, forms.write(), "--policies", policies.root)["forms"][0])
    before = {key: value[:-1] for key, value in SMALL.items()} if "one place" in change else dict(SMALL)
    assert after == before | expected


@pytest.mark.parametrize(("at", "total"), [("indicator", "76"), ("form", "75")])
def test_where_rounding_happens(jixiao: Jixiao, forms: Forms, policies: Policies, at: str, total: str) -> None:
    """Rounded up to whole points: 15.1 -> 16 and 6.67 -> 7 each, with 16 + 27 + 10; or once, 15.1 + 6.67 + 53 = 74.77 -> 75."""
    policies.change("scoring.yaml", ("mode: half_up, places: 2, at: indicator", f"mode: up, places: 0, at: {at}"))
    path = forms.write(("150.00", "151.00"))
    assert computed(scored(jixiao, path, "--policies", policies.root)["forms"][0])["total"] == total


@pytest.mark.parametrize(
    ("change", "grade"),
    [
        (("中, from: 60", "中, from: 74.67"), "中"),
        (("中, from: 60", "中, from: 74.68"), "差"),
        (("良, from: 80", "良, from: 74.67"), "良"),
        (("中, from: 60", "中, above: 74.67"), "差"),
    ],
)
def test_a_grade_begins_where_the_policy_says(
    jixiao: Jixiao, forms: Forms, policies: Policies, change: tuple[str, str], grade: str
) -> None:
    policies.change("grades.yaml", change)
    form = scored(jixiao, forms.write(), "--policies", policies.root)["forms"][0]
    assert (form["scores"]["total"]["computed"], form["grade"]["computed"]) == ("74.67", grade)
    assert ("≠ 不同" in jixiao("evaluate", forms.write(), "--policies", policies.root).out) == (grade != "中")


def test_the_published_forms_with_another_tier_boundary(jixiao: Jixiao, seed: Path, policies: Policies) -> None:
    """The middle tier ends below 70 %: [10, 14), 13.99 of 20, and 95.58 - 2.00 = 93.58."""
    policies.change("parameters.yaml", ("value: 0.8\n", "value: 0.7\n"))
    form = scored(jixiao, seed, "--policies", policies.root)["forms"][3]
    assert (computed(form)["建设综治示范点"], computed(form)["total"]) == ("13.99", "93.58")


def test_the_published_forms_with_another_grade_boundary(jixiao: Jixiao, seed: Path, policies: Policies) -> None:
    """优 from 96: 95.58 no longer is, though 99.59 was claimed."""
    policies.change("grades.yaml", ("优, from: 90", "优, from: 96"))
    result = scored(jixiao, seed, "--policies", policies.root)
    assert [form["grade"]["computed"] for form in result["forms"]] == ["优", "良", "优", "良"]


def test_what_does_not_matter_to_the_rules_does_not_change_the_hash(jixiao: Jixiao, forms: Forms, policies: Policies) -> None:
    shipped = scored(jixiao, forms.write())["policy"]
    grades = policies.home / "grades.yaml"
    grades.write_text("# a comment\n" + grades.read_text(encoding="utf-8"), encoding="utf-8")
    assert scored(jixiao, forms.write(), "--policies", policies.root)["policy"] == shipped
    policies.change("grades.yaml", ("优, from: 90", "优, from: 91"))
    assert scored(jixiao, forms.write(), "--policies", policies.root)["policy"]["sha256"] != shipped["sha256"]


def test_a_new_policy_that_extends_another(jixiao: Jixiao, forms: Forms, policies: Policies) -> None:
    """Next year's policy says only what is different; the form of that year is scored by it."""
    new = policies.root / "hubei" / "2023"
    new.mkdir()
    (new / "policy.yaml").write_text(
        "policy: {id: hubei/2023, title: 次年, jurisdiction: hubei, fiscal_years: {from: 2023}, form_kinds: [project],"
        " status: published, extends: hubei/2021}\n"
        "parameters:\n  tier_met_floor: {label: 下限, value: 0.95, basis: note-2021#3}\n"
        "grades:\n  - {grade: 通过, from: 75, basis: note-2021#3}\n  - {grade: 不通过, from: 0, basis: note-2021#3}\n",
        encoding="utf-8",
    )
    path = forms.write(("2021年度示例", "2023年度示例"))
    result = scored(jixiao, path, "--policies", policies.root)
    assert result["policy"]["id"] == "hubei/2023"
    assert computed(result["forms"][0])["total"] == "76.17"
    assert result["forms"][0]["grade"]["computed"] == "通过"
    assert scored(jixiao, forms.write(), "--policies", policies.root)["policy"]["id"] == "hubei/2021"


# --- the form changes ------------------------------------------------------------------------------------------------

FORM_CHANGES: dict[str, tuple[list[tuple[str, str]], dict[str, str]]] = {
    "a target: 20 × 1 ÷ 2": ([("3期", "2期")], {"培训期数": "10.00", "产出指标": "26.00", "total": "78.00"}),
    "an actual value: 20 × 2 ÷ 3": ([("1期", "2期")], {"培训期数": "13.33", "产出指标": "29.33", "total": "81.33"}),
    "an actual value beyond the target: no more than the weight": (
        [("1期", "300期")],
        {"培训期数": "20.00", "产出指标": "36.00", "total": "88.00"},
    ),
    "a weight: 15 × 1 ÷ 3": (
        [("培训期数（20分）", "培训期数（15分）")],
        {"培训期数": "5.00", "产出指标": "21.00", "total": "73.00"},
    ),
    "fewer complaints than the limit": ([("5次", "3次")], {"服务投诉次数": "20.00", "产出指标": "26.67", "total": "78.67"}),
    "no complaint, none allowed": (
        [("≤4次", "0次"), ("5次", "0次")],
        {"服务投诉次数": "20.00", "产出指标": "26.67", "total": "78.67"},
    ),
    "a complaint, none allowed: 20 × 0 ÷ 5": (
        [("≤4次", "0次")],
        {"服务投诉次数": "0.00", "产出指标": "6.67", "total": "58.67"},
    ),
    "a claim below its tier: [24, 30]": ([("27\n", "23.99\n")], {"服务水平": "24.00", "效益指标": "34.00", "total": "71.67"}),
    "a claim at the tier's floor": ([("27\n", "24\n")], {"服务水平": "24.00", "效益指标": "34.00", "total": "71.67"}),
    "a claim above the weight": ([("27\n", "31\n")], {"服务水平": "30.00", "效益指标": "40.00", "total": "77.67"}),
    "partly done: [15, 24)": ([("已完成", "基本完成")], {"服务水平": "23.99", "效益指标": "33.99", "total": "71.66"}),
    "not done: [0, 15)": ([("已完成", "未完成")], {"服务水平": "14.99", "效益指标": "24.99", "total": "62.66"}),
    "a claimed score of a number changes nothing": ([("6.67", "20")], {}),
    "a claimed score above its weight is a difference, not an error": ([("6.67", "25")], {}),
    "less spent: 20 × 120 ÷ 200": ([("150.00", "120.00")], {"execution": "12.00", "total": "71.67"}),
    "more spent than there was: no more than 20": ([("150.00", "250.00")], {"execution": "20.00", "total": "79.67"}),
}


@pytest.mark.parametrize("change", FORM_CHANGES)
def test_one_change_of_the_form(jixiao: Jixiao, forms: Forms, change: str) -> None:
    changes, expected = FORM_CHANGES[change]
    assert computed(scored(jixiao, forms.write(*changes))["forms"][0]) == SMALL | expected


@pytest.mark.parametrize(
    ("change", "nature", "reason"),
    [
        (("1期", "若干"), "unscorable", "比较"),
        (("1期", ""), "unscorable", "没有"),
        (("已完成", "另行报告"), "qualitative", "判断不了"),
        (("3期", "-3期"), "quantitative", "负"),
    ],
)
def test_what_cannot_be_scored_is_left_to_a_human_with_a_reason(
    jixiao: Jixiao, forms: Forms, change: tuple[str, str], nature: str, reason: str
) -> None:
    form = scored(jixiao, forms.write(change))["forms"][0]
    item = next(item for item in form["indicators"] if item["status"] == "needs_review")
    assert item["nature"] == nature
    assert item["computed"] is None
    assert reason in item["reason"]
    assert form["scores"]["total"]["computed"] is None
    assert form["scores"]["total"]["status"] == "needs_review"
    assert form["scores"]["total"]["reported"] == "74.67"
    assert form["grade"]["computed"] is None
    low, high = map(float, form["scores"]["total"]["allowed"])
    assert low < high
    assert "待人工判断" in jixiao("evaluate", forms.write(change)).out


def test_an_indicator_that_does_not_apply_is_for_a_human_where_the_notes_are_silent(jixiao: Jixiao, forms: Forms) -> None:
    form = scored(jixiao, forms.write(("3期\n\t1期", "/\n\t/")))["forms"][0]
    item = form["indicators"][0]
    assert (item["status"], item["computed"]) == ("needs_review", None)
    assert form["scores"]["total"]["computed"] is None


def test_what_does_not_apply_can_be_left_out_and_the_rest_scaled_up(jixiao: Jixiao, forms: Forms, policies: Policies) -> None:
    """(15 + 16 + 27 + 10) × 100 ÷ (100 − 20) = 85, where a policy says so."""
    policies.change(
        "scoring.yaml",
        (
            "        status: needs_review\n        basis: practice-2021#unscored\n\n  unscorable",
            "        status: not_applicable\n        basis: practice-2021#unscored\n\n  unscorable",
        ),
        (
            "      - case: sum\n",
            "      - case: scaled\n        when: {not_applicable_weight: {gt: 0}, applicable: {gt: 0}}\n"
            "        score: (execution + indicators) * full_score / applicable\n        basis: form-2021#columns\n"
            "      - case: sum\n",
        ),
    )
    form = scored(jixiao, forms.write(("3期\n\t1期", "/\n\t/")), "--policies", policies.root)["forms"][0]
    item = form["indicators"][0]
    assert (item["status"], item["computed"]) == ("not_applicable", None)
    assert form["scores"]["total"]["computed"] == "85.00"
    assert form["scores"]["total"]["trace"]["case"] == "total.scaled"


def test_one_target_of_the_published_forms(jixiao: Jixiao, seed: Path, tmp_path: Path) -> None:
    """组织商会培训 of the department: 1 × 1 ÷ 2 in place of 1 × 1 ÷ 3, 96.82 + 0.17 = 96.99."""
    text = seed.read_text(encoding="utf-8")
    old = "组织商会培训（1分）\n\t3期"
    assert text.count(old) == 1
    path = tmp_path / "forms.txt"
    path.write_text(text.replace(old, "组织商会培训（1分）\n\t2期"), encoding="utf-8")
    form = scored(jixiao, path)["forms"][0]
    assert (computed(form)["组织商会培训"], computed(form)["产出指标"], computed(form)["total"]) == ("0.50", "36.99", "96.99")


def test_the_order_of_indicators_does_not_matter(jixiao: Jixiao, forms: Forms, tmp_path: Path) -> None:
    one = "\t服务水平（30分）\n\t提高服务水平\n\t已完成\n\t27\n"
    other = "\t服务对象满意度（10分）\n\t≥90%\n\t95%\n\t10\n"
    swapped = forms.write((one, "@"), (other, one), ("@", other))
    assert computed(scored(jixiao, swapped)["forms"][0]) == SMALL
