"""Two policies by what they score: what is called equal is equal, and what differs is told where, by how much, by example."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

import jsonschema
import pytest
from comparing import disagreements
from conftest import ROOT
from deep import Figure, some, tries

from engine.changes.scores.compare import compare_scores, held
from engine.changes.scores.data import to_data
from engine.changes.scores.joint import Joint
from engine.changes.scores.model import ScoreComparison, SpanEdge, TableComparison
from engine.changes.scores.sides import ScoringSide
from engine.changes.scores.view import render, where
from engine.errors import JixiaoError, PolicyError
from engine.language.formula import names
from engine.policy.build import build
from engine.policy.library import library
from engine.policy.loading import load, resolve
from engine.soundness.mutation.applying import copies
from engine.soundness.mutation.run import drawn
from engine.soundness.mutation.slips import slips
from engine.soundness.proof.prover import Prover

Sections = dict[str, Any]


@cache
def side(name: str = "hubei/2021") -> ScoringSide:
    return ScoringSide.of(name, library())


def changed(edit: Callable[[Sections], None], name: str = "hubei/2021") -> ScoringSide:
    """A policy as `edit` leaves it."""
    base = side(name).resolved
    sections = copy.deepcopy(base.sections)
    edit(sections)
    resolved = replace(base, sections=sections)
    return ScoringSide(resolved, build(resolved))


def found(edit: Callable[[Sections], None], name: str = "hubei/2021") -> ScoreComparison:
    one, two = side(name), changed(edit, name)
    out = held(one, two)
    assert disagreements(out, one, two, random.Random(0)) == []
    return out


def table(comparison: ScoreComparison, name: str) -> TableComparison:
    return next(table for table in comparison.tables if table.table == name)


def test_a_policy_scores_as_itself() -> None:
    out = found(lambda _: None)
    assert out.answer == "equal"
    assert "处处相同（已证明" in render(out, terminal=False)


def test_another_way_to_write_the_same_is_proved_to_be_the_same() -> None:
    def edit(sections: Sections) -> None:
        cases = sections["scoring"]["quantitative"]["cases"]
        met = next(case for case in cases if case["case"] == "met")
        exact = {**met, "case": "exact", "label": "正好等于", "when": {**met["when"], "actual": {"eq": {"field": "target"}}}}
        cases.insert(cases.index(met), exact)
        cases[-2]["score"] = "weight * (actual / target) * 2 / 2"

    out = found(edit)
    assert out.answer == "equal"
    assert table(out, "quantitative").regions == ()


@pytest.mark.parametrize(
    ("score", "low", "high", "fall"),
    [
        ("weight * (1.6 - achieved * 0.5)", SpanEdge(Fraction("1.2")), SpanEdge(Fraction(2), included=True), Fraction(4)),
        ("weight - 4.3", SpanEdge(Fraction("1.2")), SpanEdge(Fraction(2), included=True), Fraction("4.3")),
        ("weight * 1.5 / achieved", SpanEdge(Fraction("1.5")), SpanEdge(Fraction(2), included=True), Fraction("2.5")),
    ],
)  # fmt: skip
def test_where_scores_fall(score: str, low: SpanEdge, high: SpanEdge, fall: Fraction) -> None:
    def edit(sections: Sections) -> None:
        cases = sections["scoring"]["quantitative"]["cases"]
        at = next(n for n, case in enumerate(cases) if case["case"] == "met")
        when = {"direction": "positive", "target": {"gt": 0}, "achieved": {"gt": Decimal("1.2"), "lte": 2}}
        cases.insert(at, {**cases[at], "case": "exceeded", "label": "超出二成以上", "when": when, "score": score})

    (region,) = table(found(edit), "quantitative").regions
    assert region.cases == ("met", "exceeded")
    assert region.span is not None
    assert (region.span.quantity, region.span.low, region.span.high) == ("achieved", low, high)
    assert (region.fall, region.rise, region.out_of) == (fall, 0, 10)
    assert region.example is not None
    assert region.example.before == "得 10 分"
    assert "完成值与目标值之比在" in where(region)


def test_an_outcome_that_is_no_score_is_an_outcome() -> None:
    def edit(sections: Sections) -> None:
        case = next(case for case in sections["scoring"]["quantitative"]["cases"] if case["case"] == "inverse-proportional")
        del case["score"]
        case["status"] = "needs_review"

    (region,) = table(found(edit), "quantitative").regions
    assert region.everywhere
    assert region.example is not None
    assert region.example.after == "交人工"
    assert (region.rise, region.fall) == (0, 0)


def test_a_wider_tier_is_told_by_the_bodys_own_score() -> None:
    def edit(sections: Sections) -> None:
        sections["parameters"]["tier_partial_floor"]["value"] = Decimal("0.6")

    out = found(edit)
    regions = {region.cases: region for region in table(out, "qualitative").regions}
    assert set(regions) == {("partial", "partial"), ("unmet", "unmet")}
    partial = regions["partial", "partial"]
    assert partial.rise == 1
    assert partial.span is not None
    assert partial.span.high == SpanEdge(Fraction("0.6"), included=True)
    assert partial.example is not None
    assert "自评得分" in partial.example.given


def test_execution_worth_less_is_told_of_execution_alone() -> None:
    def edit(sections: Sections) -> None:
        sections["parameters"]["execution_weight"]["value"] = 10
        sections["scoring"]["weights"]["level1"]["产出指标"] = 50

    out = found(edit)
    assert [each.table for each in out.tables if each.answer == "differs"] == ["execution"]
    (region,) = table(out, "execution").regions
    assert (region.fall, region.out_of) == (10, 20)


@pytest.mark.parametrize(("floor", "low", "high"), [("92", Fraction(90), Fraction(92)), ("85", Fraction(85), Fraction(90))])
def test_a_grade_is_told_by_the_totals_that_get_another(floor: str, low: Fraction, high: Fraction) -> None:
    def edit(sections: Sections) -> None:
        sections["grades"][0]["from"] = Decimal(floor)

    (region,) = table(found(edit), "grades").regions
    assert region.span is not None
    assert region.span.low == SpanEdge(low, included=True)
    assert region.span.high == SpanEdge(high)
    assert where(region).startswith("总分在")


def test_a_grade_with_a_condition_differs_only_where_the_condition_fails() -> None:
    def edit(sections: Sections) -> None:
        sections["grades"][0]["when"] = {"zero_scores": 0}

    (region,) = table(found(edit), "grades").regions
    assert region.example is not None
    assert "得 0 分的指标个数" in region.example.given


def test_rounding_is_shown_with_a_number_that_comes_out_otherwise() -> None:
    def edit(sections: Sections) -> None:
        sections["scoring"]["rounding"]["mode"] = "down"

    (region,) = table(held(side(), changed(edit)), "rounding").regions
    assert region.example is not None
    assert region.example.before != region.example.after


def test_another_reading_of_directions_reads_the_same_row_both_ways() -> None:
    def edit(sections: Sections) -> None:
        cases = sections["recognition"]["direction"]["cases"]
        cases.insert(
            0, {**cases[0], "case": "loss", "label": "名称里有损失", "value": "inverse", "when": {"name": {"contains": ["损失"]}}}
        )

    one, two = side(), changed(edit)
    tables = one.tables["quantitative"], two.tables["quantitative"]
    (region,) = Joint(one, two, tables, ("direction", "verdict"), Prover()).compare_apart("定量").regions
    assert region.example is not None
    assert "指标方向：A 读作" in region.example.given
    assert region.example.before != region.example.after


@pytest.mark.parametrize(
    ("edit", "item"),
    [
        (lambda s: s["scoring"]["composite"].update(take="best"), "composite"),
        (lambda s: s["taxonomy"]["产出指标"].update(aliases=["产出"]), "产出指标"),
    ],
)
def test_what_no_solver_was_asked_about_is_never_called_equal(edit: Callable[[Sections], None], item: str) -> None:
    out = found(edit)
    assert out.answer == "undecided"
    assert [change.item for change in out.unproved] == [item]
    assert "不能说处处相同" in render(out, terminal=False)


def test_what_costs_too_many_steps_is_said_to_be_undecided() -> None:
    def edit(sections: Sections) -> None:
        sections["scoring"]["quantitative"]["cases"][-2]["score"] = "weight * actual * actual / target / target"

    out = held(side(), changed(edit), steps=1)
    assert table(out, "quantitative").answer == "undecided"
    assert "没有判定" in render(out, terminal=False)


def test_the_comparison_as_data_keeps_its_schema() -> None:
    schema = json.loads((ROOT / "schemas" / "compare.schema.json").read_text(encoding="utf-8"))
    data = to_data(compare_scores("hubei/2021", "central/2020", library()))
    jsonschema.validate(data, schema)
    assert data["answer"] == "differs"
    assert data["unproved"]


def test_a_pack_has_no_scores() -> None:
    with pytest.raises(PolicyError, match="没有得分可比"):
        compare_scores("common/findings", "hubei/2021", library())


@pytest.mark.deep
@pytest.mark.parametrize("name", some(["hubei/2021", "central/2020", "jiangxi/2022", "guangxi/2022", "hunan/2022"], 3))
def test_pairs_one_slip_apart_are_told_apart_exactly(name: str, figure: Figure) -> None:
    """Policies with one slip each, held against the policy: every input that is tried comes out as it was told."""
    where_ = library()
    resolved, policy = resolve(name, where_), load(name, where_, locked=False)
    used = {found.name for each in side(name).tables.values() for case in each.cases if case.score for found in names(case.score)}
    used |= {"tier_met_floor", "tier_partial_floor", "execution_weight", "full_score"}
    possible = [
        slip
        for slip in slips(resolved, policy, (*resolved.extends, resolved.id))
        if slip.kind != "clause"
        and (slip.path[0] in ("scoring", "grades") or (slip.path[0] == "parameters" and slip.path[1] in used))
    ]
    chance, tried, differing = random.Random(name), 0, 0
    with copies(resolved, where_) as room:
        for slip in drawn(possible, 7, len(possible)):
            if tried == tries(1, 40):
                break
            try:
                with room.made(slip) as changed_library:
                    other = ScoringSide.of(name, changed_library)
            except JixiaoError:
                continue  # it cannot be built: there is nothing to compare
            out = held(side(name), other)
            tried, differing = tried + 1, differing + (out.answer == "differs")
            assert disagreements(out, side(name), other, chance) == [], slip.what
    assert tried
    figure(f"{tried} policies with one slip against {name}, {differing} with other scores: none told wrongly")


def test_a_comparison_of_other_policies_does_not_stand_up_to_the_inputs() -> None:
    """The inputs that are tried do tell a wrong comparison from a right one."""
    equal = held(side(), side())
    assert disagreements(equal, side(), side("central/2020"), random.Random(0)) != []
