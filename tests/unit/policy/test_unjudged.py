"""Where no policy fits by itself: forms are read and checked, nothing is scored, and no rule rests on what one place laid down."""

from __future__ import annotations

import json
import re
from pathlib import Path

import docx
import pytest
from conftest import Forms, Jixiao, Policies

from engine.intake.selection import UNJUDGED
from engine.policy.library import library
from engine.policy.loading import load, resolve

# fmt: off
OF_A_PLACE = frozenset(
    {
        "total_computed", "total_status", "total_gap", "full_score", "execution_computed", "execution_gap",
        "execution_weight_scheme", "execution_status", "execution_reason", "execution_clause", "habit",
        "indicators_computed", "grade_computed", "grade_of_reported", "grade_clause", "weight_scheme", "weight_case",
        "weight_clause", "computed", "case", "score_gap", "score_shortfall", "score_differs", "clause", "review_reason",
        "allowed_low", "allowed_high", "rate_lead", "execution_score_rate", "indicator_rate",
    }
)
"""Fields of facts, and parameters, that follow from the weights, tiers, grades and formulas of a place."""
# fmt: on


def test_no_rule_of_it_looks_at_what_a_place_laid_down() -> None:
    running = load(UNJUDGED, library()).rules.rules
    rules = resolve(UNJUDGED, library()).sections["findings"]
    used = {name: OF_A_PLACE & set(re.findall("[a-z_]+", json.dumps(rules[name], default=str))) for name in running}
    assert {name: fields for name, fields in used.items() if fields} == {}
    assert len(running) > 100


def test_a_form_of_a_year_nobody_covers_is_read_and_checked(jixiao: Jixiao, forms: Forms) -> None:
    run = jixiao("evaluate", forms.write(("2021年度示例", "2031年度示例")), "--format", "json")
    assert (run.status, run.data["policy"]) == (5, None)
    (form,) = run.data["forms"]
    assert (form["fiscal_year"], form["layout"], form["counts"]) == (
        2031,
        "hubei/2022",
        {"indicators": 4, "met": 2, "unknown": 0, "completion_rate": "0.5000"},
    )
    scores = [*form["scores"].values(), *form["indicators"]]
    assert {(score["computed"], score["status"]) for score in scores} == {(None, "needs_review")}
    assert form["grade"]["computed"] is None
    assert any("没有已发布的政策适用于 2031年度项目支出" in note and "hubei/2021" in note for note in run.data["notes"])
    assert "form.txt：没有适用的政策" in run.err


@pytest.mark.parametrize("form", ["table", "markdown", "jsonl", "sarif"])
def test_every_view_says_first_that_no_policy_judged(jixiao: Jixiao, forms: Forms, form: str) -> None:
    run = jixiao("evaluate", forms.write(("2021年度示例", "2031年度示例")), "--format", form)
    assert run.status == 5
    if form in ("table", "markdown"):
        first = next(line for line in run.out.splitlines() if line and not line.startswith("#"))
        assert first.startswith("没有适用的政策")
    elif form == "jsonl":
        assert json.loads(run.out.splitlines()[0])["policy"] is None
    else:
        assert json.loads(run.out)["runs"][0]["properties"]["policy"] is None


def test_reading_needs_no_policy(jixiao: Jixiao, forms: Forms) -> None:
    run = jixiao("read", forms.write(("2021年度示例", "2031年度示例")))
    assert (run.status, run.data["fiscal_year"], run.data["policy"]) == (0, 2031, "hubei/2022"), (
        "the latest of the policies with this layout"
    )


def test_a_report_says_first_that_nothing_was_scored(jixiao: Jixiao, forms: Forms, tmp_path: Path) -> None:
    """Facts, budget and findings are drafted; scores and grade are those of the form, and the first line says so."""
    out = tmp_path / "out"
    run = jixiao("report", forms.write(("2021年度示例", "2031年度示例")), "--out", out)
    assert run.status == 5
    (written,) = out.glob("*.md")
    first, *rest = written.read_text(encoding="utf-8").splitlines()
    assert first.startswith("【请送出前删去本段】")
    assert "没有适用的计分政策" in first
    assert "hubei/2021" not in first, "who reads the report knows no ids and no commands"
    assert "jixiao" not in first
    told = "\n".join(rest)
    assert "预算执行率" in told
    assert "自评得分" in told
    assert "更正为" not in told, "nothing was scored that could be put right"
    (word,) = (path for path in out.glob("*.docx") if "修改清单" not in path.name)
    assert docx.Document(str(word)).paragraphs[0].text.startswith("【请送出前删去本段】")
    page = (out / "report.html").read_text(encoding="utf-8")
    assert page.index("没有适用的政策") < page.index("<h1>")
    assert "没有已发布的政策适用于 2031年度项目支出" in page
    assert "hubei/2021" in page, "which there are"


def test_a_policy_that_fits_and_is_broken_is_not_passed_over(jixiao: Jixiao, forms: Forms, policies: Policies) -> None:
    policies.change("grades.yaml", ("from: 90", "from: 900"))
    run = jixiao("evaluate", forms.write(), "--policies", policies.root)
    assert (run.status, run.out) == (3, "")


def test_a_draft_named_by_hand_is_told_in_the_first_line(jixiao: Jixiao, forms: Forms) -> None:
    run = jixiao("evaluate", forms.write(), "--policy", "central/2021-101")
    assert run.out.startswith("按未经核实的草案 central/2021-101 计分")
    assert "hubei/2021 的表样，不是它的" in run.out.split("\n\n")[0]
