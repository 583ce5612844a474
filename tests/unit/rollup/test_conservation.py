"""Whatever is filed, in whatever order, under whatever names: counted once, and the sums are those of a reading of its own."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from deep import tries
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import InternalError
from engine.policy.loading import load
from engine.policy.model import Policy
from engine.rollup import conservation
from engine.rollup.admission import Admitted, CountedForm
from engine.rollup.conservation import Conserved
from engine.rollup.outcome import Rollup
from engine.rollup.run import roll_up
from engine.rollup.units import Node, UnitTree
from engine.submission import record
from engine.submission.model import Form


@pytest.fixture(scope="module")
def hubei() -> Policy:
    return load("hubei/2021")


_STEMS = ["堤防加固", "渠道衬砌", "泵站改造", "水质监测点", "合格批次", "达标河段", "受训人次"]
_HEADS = ["", "未", "不", "非", "召开", "完成"]
_TAILS = ["", "（一期）", "（二期）", "(中央资金)", "（省级资金）", "【上游】", "［下游］", "的数量", "数", "（未完成）"]
_UNITS = ["甲县", "乙县", "丙县", "丁县", "戊县"]
_names = st.builds(lambda h, s, t: h + s + t, st.sampled_from(_HEADS), st.sampled_from(_STEMS), st.sampled_from(_TAILS))


@st.composite
def filed(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Forms of several units: projects and indicators under names that differ in little; counts, with a goal or two."""
    forms = []
    projects = draw(st.lists(_names, min_size=1, max_size=4, unique=True))
    indicators = draw(st.lists(_names, min_size=1, max_size=5, unique=True))
    for unit in _UNITS[: draw(st.integers(2, 5))]:
        for project in draw(st.lists(st.sampled_from(projects), min_size=1, max_size=len(projects), unique=True)):
            goals = []
            for title in draw(st.sampled_from([["治水"], ["治水", "兴业"]])):
                own = draw(st.lists(st.sampled_from(indicators), min_size=1, max_size=len(indicators), unique=True))
                rows = [
                    {
                        "name": name,
                        "level1": "产出指标",
                        "level2": "数量指标",
                        "weight": "10",
                        "target": f"{draw(st.integers(1, 50))}处",
                        "actual": f"{draw(st.integers(0, 60))}处",
                    }
                    for name in own
                ]
                goals.append({"title": title, "indicators": rows})
            unit_of_money, factor = draw(st.sampled_from([("万元", 10_000), ("元", 1)]))
            budget = draw(st.integers(1, 900)) * 10_000 // factor
            line = {"name": "财政资金", "money_unit": unit_of_money, "budget": str(budget), "executed": str(budget)}
            forms.append({"kind": "project", "name": project, "unit": unit, "budget": [line], "goals": goals})
    return forms


def forms_of(data: list[dict[str, Any]]) -> tuple[Form, ...]:
    return record.from_data({"schema": record.SCHEMA, "fiscal_year": 2021, "forms": data}).forms


def plain(name: str) -> str:
    """A name as a clerk compares it: brackets of one style."""
    return re.sub("[）)】］]", ")", re.sub("[（(【［]", "(", name))


def by_hand(data: list[dict[str, Any]]) -> tuple[dict[str, tuple[int, int]], dict[tuple[str, str, str], tuple[int, int, int]]]:
    """How many forms and how much money of each project; per project, goal and name how many rows, targets and actuals."""
    money: dict[str, list[int]] = defaultdict(list)
    rows: dict[tuple[str, str, str], list[tuple[int, int]]] = defaultdict(list)
    for form in data:
        line = form["budget"][0]
        money[plain(form["name"])].append(int(line["budget"]) * (10_000 if line["money_unit"] == "万元" else 1))
        for goal in form["goals"]:
            for item in goal["indicators"]:
                values = int(item["target"][:-1]), int(item["actual"][:-1])
                rows[plain(form["name"]), goal["title"], plain(item["name"])].append(values)
    added = {key: (len(v), sum(t for t, _ in v), sum(a for _, a in v)) for key, v in rows.items()}
    return {name: (len(v), sum(v)) for name, v in money.items()}, added


def by_engine(done: Rollup) -> tuple[dict[str, tuple[int, int]], dict[tuple[str, str, str], tuple[int, int, int]]]:
    money, rows = {}, {}
    for form in done.submission.forms:
        assert form.rolled
        line = form.budget[0]
        assert line.budget
        amount = Fraction(line.budget.text) * (10_000 if line.money_unit == "万元" else 1)
        money[plain(form.name)] = (sum(m.status == "counted" for m in form.rolled.members), int(amount))
        assert Fraction(form.rolled.funds) == amount
        for goal in form.goals:
            for item in goal.indicators:
                assert item.rolled
                assert item.target
                assert item.actual
                key = (plain(form.name), goal.title, plain(item.name))
                assert key not in rows, key
                rows[key] = (item.rolled.reporting, int(item.target.text[:-1]), int(item.actual.text[:-1]))
    return money, rows


def _unclear(data: list[dict[str, Any]]) -> bool:
    """Whether a name stands under one goal of one form and another of another, so that goals do not tell names apart."""
    held: dict[tuple[str, str], set[str]] = defaultdict(set)
    twice: set[tuple[str, str]] = set()
    for form in data:
        seen: set[str] = set()
        for goal in form["goals"]:
            for item in goal["indicators"]:
                key = (plain(form["name"]), plain(item["name"]))
                held[key].add(goal["title"])
                if key[1] in seen:
                    twice.add(key)
                seen.add(key[1])
    return any(len(titles) > 1 and key not in twice for key, titles in held.items())


@settings(max_examples=tries(30, 3000), deadline=None)
@given(data=filed(), seed=st.integers(0, 10_000))
def test_sums_are_those_of_a_reading_of_its_own_in_any_order(hubei: Policy, data: list[dict[str, Any]], seed: int) -> None:
    if _unclear(data):
        return  # told as classified otherwise, and one row: another test
    done = roll_up(forms_of(data), hubei, "unit", name="东市")
    assert by_engine(done) == by_hand(data)
    mixed = [{**form, "goals": [dict(goal) for goal in form["goals"]]} for form in data]
    chance = random.Random(seed)
    chance.shuffle(mixed)
    for form in mixed:
        chance.shuffle(form["goals"])
        for goal in form["goals"]:
            goal["indicators"] = chance.sample(goal["indicators"], len(goal["indicators"]))
    assert by_engine(roll_up(forms_of(mixed), hubei, "unit", name="东市")) == by_hand(data)


@settings(max_examples=tries(25, 1500), deadline=None)
@given(data=filed())
def test_three_levels_are_one_step(hubei: Policy, data: list[dict[str, Any]]) -> None:
    if _unclear(data):
        return
    units = list(dict.fromkeys(form["unit"] for form in data))
    cities = {"东市": units[::2], "西市": units[1::2]}
    nodes = {"省": Node("省", "省", "", list(cities))}
    for city, inside in cities.items():
        nodes[city] = Node(city, city, "省", list(inside))
        nodes |= {unit: Node(unit, unit, city) for unit in inside}
    money, rows = by_engine(roll_up(forms_of(data), hubei, "region", tree=UnitTree(nodes, "省")))
    own_money, own_rows = by_hand(data)
    assert {name: amount for name, (_, amount) in money.items()} == {name: amount for name, (_, amount) in own_money.items()}
    assert {key: v[1:] for key, v in rows.items()} == {key: v[1:] for key, v in own_rows.items()}


def test_what_is_lost_or_counted_twice_stops_the_run(hubei: Policy) -> None:
    rows = [{"name": "清淤", "level1": "产出指标", "target": "5处", "actual": "5处", "weight": "10"}]
    line = {"name": "财政资金", "money_unit": "万元", "budget": "100", "executed": "100"}
    data = [{"kind": "project", "name": "河", "unit": u, "budget": [line], "goals": [{"indicators": rows}]} for u in ("甲", "乙")]
    forms = forms_of(data)
    done = roll_up(forms, hubei, "unit", name="市")
    (made,) = done.submission.forms
    admitted = Admitted(tuple(CountedForm(form, form.unit, form.unit) for form in forms), ())
    conservation.check(forms, admitted, (), [Conserved("市", made, forms)], hubei.words)
    for wrong, told in (
        ([Conserved("市", made, forms[:1])], "计入了 0 次"),
        ([Conserved("市", made, (*forms, forms[0]))], "计入了 2 次"),
    ):
        with pytest.raises(InternalError, match=told):
            conservation.check(forms, admitted, (), wrong, hubei.words)
    with pytest.raises(InternalError, match="没有计入，也没有说明"):
        conservation.check(forms, Admitted(admitted.members[:1], ()), (), [Conserved("市", made, forms[:1])], hubei.words)
    assert made.rolled
    assert made.budget[0].budget
    less = replace(made, budget=(replace(made.budget[0], budget=replace(made.budget[0].budget, text="100")),))
    with pytest.raises(InternalError, match="预算数汇总为 1000000，各处合计 2000000，相差 1000000"):
        conservation.check(forms, admitted, (), [Conserved("市", less, forms)], hubei.words)
