"""Facts of one small form, by hand: what was filed, what follows from it, and where it stands."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from time import process_time
from typing import Any

import pytest

from engine.errors import Place
from engine.findings.facts.build import facts_of
from engine.findings.facts.model import Facts
from engine.findings.facts.numbers import headings_sum
from engine.findings.facts.rows import Blanks, blanks_below
from engine.findings.matching.checks import check_facts
from engine.intake.bundle import read_bundle
from engine.language.fact_fields import FACTS
from engine.language.measures import measured
from engine.policy.library import library
from engine.policy.loading import load
from engine.scoring.form import evaluate
from engine.submission import record
from engine.submission.model import Cell, Goal, Group, Indicator

ROWS = [
    {
        "name": "培训期数",
        "level1": "产出指标",
        "level2": "数量指标",
        "weight": "30",
        "target": "≥4期",
        "actual": "3期",
        "score": "30",
        "reason": "疫情影响",
    },
    {
        "name": "满意度",
        "level1": "产出指标",
        "level2": "满意度指标",
        "weight": "10",
        "target": "≥90%",
        "actual": "≥90%",
        "score": "10",
    },
    {
        "name": "服务水平",
        "level1": "效益指标",
        "level2": "",
        "weight": "40",
        "target": "提高",
        "actual": "达成预期指标",
        "score": "36",
    },
]


@pytest.fixture(scope="module")
def facts() -> Facts:
    line = {
        "name": "总额",
        "role": "total",
        "money_unit": "万元",
        "original": "250",
        "budget": "200",
        "executed": "150",
        "rate": "75.1%",
    }
    line |= {"score": "15"}
    form = {"kind": "project", "name": "甲经费", "budget": [line], "total": "91", "grade": "优"}
    form |= {"goals": [{"weight": "80", "indicators": ROWS}]}
    bundle = record.from_data({"schema": "jixiao/submission/1", "unit": "某局", "fiscal_year": 2021, "forms": [form]})
    return facts_of(evaluate(bundle, load("hubei/2021", library())))


def of(facts: Facts, kind: str, **wanted: object) -> Any:
    (found,) = [f for f in facts.facts if f.kind == kind and all(f.fields.get(k) == v for k, v in wanted.items())]
    return found.fields


def test_the_form_with_what_follows_from_what_was_filed(facts: Facts) -> None:
    form = of(facts, "form")
    assert (form["budget"], form["executed"], form["unspent"]) == (Decimal(200), Decimal(150), Decimal(50))
    assert form["budget_change"] == Decimal("-0.2"), "(200 − 250) ÷ 250"
    assert (form["execution_rate"], form["execution_rate_stated"]) == (Decimal(75), Decimal("75.1"))
    assert (form["execution_rate_gap"], form["execution_rate_precision"]) == (Decimal("0.1"), Decimal("0.1"))
    assert form["execution_reported"] == form["execution_computed"] == Decimal(15)
    assert (form["indicators_reported"], form["total_added"], form["added_gap"]) == (Decimal(76), Decimal(91), Decimal(0))
    assert form["grade_of_reported"] == "优"
    assert (form["indicators"], form["weight_sum"]) == (Decimal(3), Decimal(80))
    assert form["indicator_rate"] == Decimal(95), "76 of 80"
    assert form["execution_score_rate"] == Decimal(75), "15 of 20"
    assert form["rate_lead"] == Decimal(20)


def test_an_indicator_short_of_its_target(facts: Facts) -> None:
    item = of(facts, "indicator", name="培训期数")
    assert (item["met"], item["computed"], item["reported"]) == ("no", Decimal("22.50"), Decimal(30))
    assert (item["score_gap"], item["score_shortfall"]) == (Decimal("7.50"), Decimal("-7.50"))
    assert (item["full_marks"], item["score_differs"], item["copied"]) == (True, True, False)
    assert item["excess"] == Decimal("-0.25")
    assert item["weight_share"] == Decimal("0.375"), "30 of 80"
    assert item["reason"] == "疫情影响"
    assert (item["belongs"], item["level1_name"]) == (True, "产出指标")


def test_a_heading_under_the_wrong_one_and_a_copied_value(facts: Facts) -> None:
    item = of(facts, "indicator", name="满意度")
    assert (item["belongs"], item["home"]) == (False, "效益指标")
    assert item["copied"] is True


def test_what_a_form_does_not_have_is_absent_not_empty(facts: Facts) -> None:
    item = of(facts, "indicator", name="服务水平")
    assert {"level2", "belongs", "reason", "target", "actual"}.isdisjoint(item)
    assert "weight_total_printed" not in of(facts, "form")


def test_goals_and_groups(facts: Facts) -> None:
    goal = of(facts, "goal")
    assert (goal["weight"], goal["weight_sum"], goal["indicators"]) == (Decimal(80), Decimal(80), Decimal(3))
    group = of(facts, "group", name="产出指标")
    assert (group["depth"], group["weight_sum"], group["indicators"]) == (Decimal(1), Decimal(40), Decimal(2))
    assert of(facts, "part", name="效益指标")["reported"] == Decimal(36)


def test_every_field_is_one_a_rule_may_name_with_its_type(facts: Facts) -> None:
    types = {"text": str, "number": Decimal, "bool": bool}
    for fact in facts.facts:
        for name, value in fact.fields.items():
            assert type(value) is types[FACTS[fact.kind][name].type], (fact.kind, name)


def test_every_fact_knows_where_it_stands(facts: Facts) -> None:
    assert {fact.id for fact in facts.facts} == set(facts.sources)
    ids = [fact.id for fact in facts.facts if fact.kind == "indicator"]
    assert ids == sorted(ids), "their text order is the order on the form"
    assert facts.sources[ids[0]].cells["actual"].text == "3期"


def test_blank_cells_right_below_are_counted_in_one_pass() -> None:
    filed = [("5", "5"), ("", ""), ("", "3"), (None, "2"), ("", ""), ("", "")]  # score and weight
    rows = [
        Indicator("甲", "产出指标", "", Place(), score=None if score is None else Cell(score), weight=Cell(weight))
        for score, weight in filed
    ]
    assert [(below.score, below.weight) for below in blanks_below(rows)] == [(2, 1), (1, 0), (0, 0), (2, 2), (1, 1), (0, 0)]
    began = process_time()
    assert blanks_below(rows[4:] * 100_000)[0] == Blanks(199_999, 199_999)
    assert process_time() - began < 10, "each row once, not each with all below it"


HEADED = Goal(
    1,
    "",
    Place(),
    Cell("80"),
    (
        Group("产出指标", "", Cell("50"), Place()),
        Group("产出指标", "数量指标", Cell("30"), Place()),
        Group("产出指标", "质量指标", Cell("25"), Place()),
        Group("效益指标", "", Cell("30"), Place()),
        Group("效益指标", "社会效益指标", Cell("20"), Place()),
    ),
    (
        Indicator("培训期数", "产出指标", "数量指标", Place()),
        Indicator("合格率", "产出指标", "质量指标", Place()),
        Indicator("影响", "效益指标", "", Place()),
    ),
)


@pytest.mark.parametrize(
    ("level1", "whole", "added"),
    [
        ("", "80", "80"),
        ("产出指标", "50", "55"),
        ("效益指标", "30", None),  # one row stands under no 二级指标: what is printed need not be all
        ("效益指标", "15", "20"),  # but it is more than the whole already
        ("满意度指标", "10", None),
    ],
)
def test_what_headings_add_up_to(level1: str, whole: str, added: str | None) -> None:
    assert headings_sum(HEADED, level1, Decimal(whole)) == (None if added is None else Decimal(added))


def test_facts_of_some_kinds_are_those_there_are_of_all(seed: Path) -> None:
    """What is left out is left out whole: tests of one rule make no facts of the kinds that it does not look at."""
    evaluation = evaluate(read_bundle([seed], library(), "hubei/2021").submission, load("hubei/2021", library()))
    every = facts_of(evaluation)
    made = {kind: facts_of(evaluation, {kind}) for kind in FACTS}
    assert {kind: [f for f in some.facts if f.kind == kind] for kind, some in made.items()} == {
        kind: [f for f in every.facts if f.kind == kind] for kind in FACTS
    }
    assert max(len(some.facts) for some in made.values()) < len(every.facts)


def test_facts_fit_the_schema_that_matchers_rely_on() -> None:
    """What is not looked at again in every run: every field is known, and of its type."""
    policy = load("hubei/2021")
    bundle = read_bundle([Path(__file__).parents[3] / "examples" / "hubei-gcc-2021.txt"], library())
    facts = measured(facts_of(evaluate(bundle.submission, policy)).facts, policy.rules.measures)
    check_facts(facts, policy.rules.schema(derived=False))
    assert {"form", "indicator", "claim", "goal", "group"} <= {fact.kind for fact in facts}
