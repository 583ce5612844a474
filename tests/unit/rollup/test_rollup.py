"""汇总: what does not depend on how it is done. The rules themselves are tested in YAML beside the policies."""

from __future__ import annotations

import random
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from deep import tries
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import InputError, PolicyError
from engine.policy.loading import load
from engine.policy.model import Policy
from engine.rollup.model import exact, together
from engine.rollup.outcome import Rollup
from engine.rollup.run import roll_up
from engine.rollup.units import Node, UnitTree
from engine.scoring.form import evaluate
from engine.submission import record
from engine.submission.model import Form, Submission


@pytest.fixture(scope="module")
def hubei() -> Policy:
    return load("hubei/2021")


_UNITS = ["甲县", "乙县", "丙县", "丁县", "戊县", "己县"]
_SHAPES = {
    "培训人数": ([f"{n}人" for n in (40, 60, 100)], [f"{n}人" for n in (0, 30, 66, 120)]),
    "合格率": (["≥90%"], [f"{n}%" for n in ("70", "88.5", "91", "92.37", "100")]),
    "服务水平": (["提高服务水平"], ["已完成", "在一定程度上提高了服务水平"]),
    "投诉次数": (["≤4次"], [f"{n}次" for n in (0, 4, 7)]),
    "完成时间": (["9月底前"], ["7月", "8月15日", "9月"]),
    "参评通过率": (["80%"], ["正高80%，副高90%", "正高61.66%，副高70%"]),
}


@st.composite
def sets(draw: st.DrawFn, least: int = 1) -> list[dict[str, Any]]:
    """Forms of up to six units for the same project; whatever an indicator is, its weight is the same everywhere."""
    names = draw(st.lists(st.sampled_from(sorted(_SHAPES)), min_size=1, max_size=6, unique=True))
    count = draw(st.integers(least, len(_UNITS)))
    out = []
    for unit in _UNITS[:count]:
        indicators = []
        for name in names:
            targets, actuals = _SHAPES[name]
            target, actual = draw(st.sampled_from(targets)), draw(st.sampled_from(actuals))
            score = "10" if actual != "在一定程度上提高了服务水平" else draw(st.sampled_from(["5", "6.5", "7.99"]))
            row = {
                "name": name,
                "level1": "产出指标",
                "level2": "数量指标",
                "weight": "10",
                "target": target,
                "actual": actual,
                "score": score,
            }
            indicators.append(row)
        budget = draw(st.sampled_from(["100", "300", "33.33", "1,250.07"]))
        line = {"name": "财政资金", "money_unit": "万元", "budget": budget, "executed": draw(st.sampled_from([budget, "30"]))}
        out.append(
            {
                "kind": "project",
                "name": "项目",
                "unit": unit,
                "budget": [line],
                "goals": [{"title": "目标", "indicators": indicators}],
            }
        )
    return out


def forms_of(data: list[dict[str, Any]]) -> tuple[Form, ...]:
    return record.from_data({"schema": record.SCHEMA, "fiscal_year": 2021, "forms": data}).forms


def values(done: Rollup) -> Any:
    """What a roll-up comes to: exact numbers, cells and scores, without how it was reached."""
    form = done.submission.forms[0]
    out = []
    for goal in form.goals:
        for item in goal.indicators:
            assert item.rolled
            numbers = [(n.label, n.unit, n.actual, n.target) for n in item.rolled.numbers]
            cells = [cell.text if cell else None for cell in (item.weight, item.target, item.score)]
            exact_score = (item.rolled.score, item.rolled.low, item.rolled.high, item.rolled.attainment, item.rolled.funds)
            out.append((item.name, numbers, cells, exact_score, bool(item.rolled.refused)))
    line = form.budget[0]
    money = [cell.text if cell else None for cell in (line.budget, line.executed, line.rate, line.score)]
    return out, money, form.total.text if form.total else None


@settings(max_examples=tries(15, 1250), deadline=None)
@given(data=sets(least=2), seed=st.integers(0, 10_000))
def test_the_order_of_units_does_not_matter(hubei: Policy, data: list[dict[str, Any]], seed: int) -> None:
    shuffled = list(data)
    random.Random(seed).shuffle(shuffled)
    one, other = roll_up(forms_of(data), hubei, "unit", name="上级"), roll_up(forms_of(shuffled), hubei, "unit", name="上级")
    assert values(one) == values(other)
    assert [told.message for told in one.findings] == [told.message for told in other.findings]


@settings(max_examples=tries(15, 1250), deadline=None)
@given(data=sets(least=3), cut=st.integers(1, 5))
def test_by_levels_is_the_same_as_in_one_step(hubei: Policy, data: list[dict[str, Any]], cut: int) -> None:
    forms = forms_of(data)
    cut = min(cut, len(forms) - 1)
    groups = {"东市": forms[:cut], "西市": forms[cut:]}
    nodes = {"省": Node("省", "省", "", list(groups))}
    for city, inside in groups.items():
        nodes[city] = Node(city, city, "省", [form.unit for form in inside])
        nodes |= {form.unit: Node(form.unit, form.unit, city) for form in inside}
    levels = roll_up(forms, hubei, "region", tree=UnitTree(nodes, "省"))
    assert [level.name for level in levels.levels] == ["省", "东市", "西市"]
    assert values(levels) == values(roll_up(forms, hubei, "unit", name="省"))


@settings(max_examples=tries(15, 1250), deadline=None)
@given(data=sets(least=3), cut=st.integers(1, 5))
def test_a_record_rolled_up_again_is_the_same_as_in_one_step(hubei: Policy, data: list[dict[str, Any]], cut: int) -> None:
    forms = forms_of(data)
    cut = min(cut, len(forms) - 1)
    cities = []
    for name, inside in (("东市", forms[:cut]), ("西市", forms[cut:])):
        text = record.dump_json(roll_up(inside, hubei, "unit", name=name).submission)
        cities += record.load(text, "json").forms
    assert values(roll_up(cities, hubei, "unit", name="省")) == values(roll_up(forms, hubei, "unit", name="省"))


@settings(max_examples=tries(15, 1250), deadline=None)
@given(data=sets())
def test_one_unit_rolls_up_to_itself(hubei: Policy, data: list[dict[str, Any]]) -> None:
    (form, *_) = forms_of(data)
    for axis in ("unit", "project"):
        done = roll_up([form], hubei, axis)
        rolled = done.submission.forms[0]
        for own, made in zip(form.goals[0].indicators, rolled.goals[0].indicators, strict=True):
            for cell in ("target", "actual"):
                assert getattr(made, cell).text == getattr(own, cell).text
            assert Fraction(made.weight.text) == Fraction(own.weight.text)  # type: ignore[union-attr]
        before, after = (evaluate(Submission((f,), "hubei", hubei.id), hubei).forms[0] for f in (form, rolled))
        assert [i.score.computed for i in before.indicators] == [i.score.computed for i in after.indicators]
        assert (before.execution.computed, before.total.computed) == (after.execution.computed, after.total.computed)
        assert [i.known.met for i in before.indicators] == [i.known.met for i in after.indicators]


@settings(max_examples=tries(15, 1250), deadline=None)
@given(data=sets(least=2))
def test_the_rolled_up_form_keeps_its_own_scores_when_evaluated(hubei: Policy, data: list[dict[str, Any]]) -> None:
    done = roll_up(forms_of(data), hubei, "unit")
    again = record.load(record.dump_yaml(done.submission), "yaml")
    assert record.to_data(again) == record.to_data(done.submission)
    scored = evaluate(again, hubei).forms[0]
    assert not any(item.score.differs for item in scored.indicators)
    assert scored.total.reported == scored.total.computed
    for item in scored.indicators:
        if item.score.computed is not None and item.score.allowed is not None:
            assert item.score.allowed[0] <= item.score.computed <= item.score.allowed[1]


def test_funds_weights_keep_the_sum_of_the_weights(hubei: Policy) -> None:
    data = []
    for n, (budget, count) in enumerate([("222.70", 7), ("539.46", 11), ("289.18", 3)]):
        rows = [
            {
                "name": f"指标{n}{chr(0x4E00 + m)}",
                "level1": "产出指标",
                "weight": str(Decimal(40) / 4 if m < 3 else Decimal(10) / (count - 3)),
                "target": "3期",
                "actual": "3期",
            }
            for m in range(count)
        ]
        if count == 3:
            rows = [{**row, "weight": weight} for row, weight in zip(rows, ("20", "10", "10"), strict=True)]
        elif count == 11:
            rows = [{**row, "weight": "10" if m < 3 else "1.25"} for m, row in enumerate(rows)]
        else:
            rows = [{**row, "weight": "10" if m < 3 else "2.5"} for m, row in enumerate(rows)]
        data.append(
            {
                "kind": "project",
                "name": f"项目{n}",
                "unit": "单位",
                "budget": [{"money_unit": "万元", "budget": budget, "executed": budget}],
                "goals": [{"indicators": rows}],
            }
        )
    done = roll_up(forms_of(data), hubei, "project")
    weights = [item.weight for goal in done.submission.forms[0].goals for item in goal.indicators]
    assert sum(Decimal(cell.text) for cell in weights if cell) == 40


def test_an_average_that_its_shares_do_not_make_is_not_believed(hubei: Policy) -> None:
    row = {"name": "服务水平", "level1": "产出指标", "weight": "10", "target": "提高服务水平", "actual": "已完成", "score": "8"}
    data = [
        {
            "kind": "project",
            "name": "项目",
            "unit": unit,
            "budget": [{"money_unit": "万元", "budget": "100", "executed": "100"}],
            "goals": [{"indicators": [row]}],
        }
        for unit in ("甲县", "乙县")
    ]
    told = record.to_data(roll_up(forms_of(data), hubei, "unit").submission)
    told["forms"][0]["goals"][0]["indicators"][0]["rolled"] |= {"score": "9.5"}
    score = evaluate(record.from_data(told), hubei).forms[0].indicators[0].score
    assert score.status == "error"
    assert "不符" in score.reason


def test_a_policy_without_rules_of_roll_up_refuses() -> None:
    data = {"kind": "project", "name": "项目", "unit": "甲县", "goals": [{"indicators": [{"name": "指标", "level1": "产出指标"}]}]}
    with pytest.raises(PolicyError, match="没有规定怎样汇总"):
        roll_up(forms_of([data]), load("central/2020"), "unit")


def test_the_same_form_twice_is_refused(hubei: Policy) -> None:
    data = {"kind": "project", "name": "项目", "unit": "甲县", "goals": [{"indicators": [{"name": "指标", "level1": "产出指标"}]}]}
    with pytest.raises(InputError, match="有两份"):
        roll_up(forms_of([data, data]), hubei, "unit")


def test_units_come_together_whatever_their_order(hubei: Policy) -> None:
    words = hubei.words
    for units in (["公里", "米", "毫米"], ["毫米", "米", "公里"], ["米", "毫米", "公里"]):
        found = together(units, words)
        assert not isinstance(found, str)
        assert (found.unit, found.factors["公里"], found.factors["毫米"]) == ("毫米", 10**6, 1)
    assert isinstance(together(["件", "公里"], words), str)
    assert isinstance(together(["元", ""], words), str)  # 2 may be 2元 or 2万元


def test_exact_numbers_are_read_back() -> None:
    for value in (Fraction(275, 3), Fraction("91.5"), Fraction(0), Fraction(-7, 2), Fraction(10**30)):
        assert Fraction(exact(value)) == value


_ODD = [
    "",
    "/",
    "≥95%",
    "95%",
    "10-15个",
    "正高81%，副高90%",
    "9月前",
    "8月",
    "已完成",
    "近80人",
    "增长5%",
    "下降3%",
    "-3",
    "8万",
    "2万元",
    "5公里",
]
_ODD += ["±10%", "按季度发布", "三期", "2", "0.95", "=100%", "≤4次", "99999999999999999999999999999", "5元/人", "50人/家", "100人"]


@settings(max_examples=tries(25, 2000), deadline=None)
@given(rows=st.lists(st.tuples(*[st.sampled_from(_ODD)] * 2, st.sampled_from(["10", "8.5", "", "x"])), min_size=1, max_size=5))
def test_whatever_is_filed_is_rolled_up_or_refused_and_read_back(hubei: Policy, rows: list[tuple[str, str, str]]) -> None:
    data = [
        {
            "kind": "project",
            "name": "项目",
            "unit": f"{n}县",
            "budget": [{"money_unit": ("万元", "元", "")[n % 3], "budget": "100", "executed": "90"}],
            "goals": [
                {"indicators": [{"name": "指标", "level1": "产出指标", "weight": w, "target": t, "actual": a, "score": "8"}]}
            ],
        }
        for n, (t, a, w) in enumerate(rows)
    ]
    done = roll_up(forms_of(data), hubei, "unit")
    text = record.dump_json(done.submission)
    again = record.load(text, "json")
    assert record.dump_json(again) == text
    (item,) = evaluate(again, hubei).forms[0].indicators
    assert item.score.status != "error"
    assert item.known.indicator.rolled is not None
    if item.known.indicator.rolled.refused:
        assert item.score.computed is None
        assert done.findings, "refused without a word"
    elif item.score.computed is not None:
        assert item.known.weight is not None
        assert 0 <= item.score.computed <= item.known.weight
