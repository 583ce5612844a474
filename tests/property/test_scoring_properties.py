"""What holds of scores whatever stands on a form, under the shipped policy and under its variants of rounding."""

from __future__ import annotations

import dataclasses
import decimal
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

import pytest
from deep import tries
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import Place
from engine.language import formula
from engine.policy.loading import load
from engine.policy.model import Policy
from engine.scoring.form import evaluate
from engine.scoring.model import ScoredForm
from engine.submission.model import BudgetLine, Cell, Form, Goal, Indicator, Submission
from engine.values.rounding import MODES, Rounding, rounded

NOWHERE = Place()
D = Decimal
moderate = settings(deadline=None, max_examples=tries(30, 4000))


@cache
def policy(rounding: Rounding) -> Policy:
    """The shipped policy, rounding another way."""
    shipped = load("hubei/2021")
    return dataclasses.replace(shipped, scoring=dataclasses.replace(shipped.scoring, rounding=rounding))


roundings = st.builds(Rounding, st.sampled_from(MODES), st.integers(0, 4), st.sampled_from(["indicator", "form"]))


def amounts(low: int = 0, high: int = 10_000, places: int = 2) -> st.SearchStrategy[Decimal]:
    return st.integers(low * 10**places, high * 10**places).map(lambda n: D(n).scaleb(-places))


weights = st.sampled_from([D(1), D("1.2"), D("1.5"), D(4), D("7.25"), D(20), D(40)]) | amounts(0, 100)
words = st.sampled_from(["已完成", "基本完成", "在一定程度上推进了工作", "未完成", "效果显著", "另行报告", "完成", "取消"])
units = st.sampled_from(["", "次", "%", "万元", "人"])


@st.composite
def numbers(draw: st.DrawFn) -> Indicator:
    """A target and an actual value that are numbers of one unit."""
    unit, weight = draw(units), draw(weights)
    sign = draw(st.sampled_from(["", "≥", "≤", ">", "<"]))
    return indicator(draw(names), weight, f"{sign}{draw(amounts())}{unit}", f"{draw(amounts())}{unit}", draw(claims(weight)))


@st.composite
def texts(draw: st.DrawFn) -> Indicator:
    weight = draw(weights)
    return indicator(draw(names), weight, draw(st.sampled_from(["提高服务水平", "持续改善"])), draw(words), draw(claims(weight)))


@st.composite
def anything(draw: st.DrawFn) -> Indicator:
    """Cells as strange as they come."""
    cell = st.sampled_from(
        ["", "/", "无", "0", "-1", "0%", "2021年12月底前", "2021年11月", "90%-95%", "甲95%，乙85%", "约100人", "≥", "1e5", "９５％",
         "百分之九十", "1.2.3", "38.2万", "≤0", "=5", "±3%", "100%以上", "长期", "50人/家"]
    ) | st.text(max_size=12)  # fmt: skip
    return indicator(draw(names), draw(weights), draw(cell), draw(cell), draw(st.none() | claims(D(20))))


names = st.sampled_from(["培训期数", "服务投诉次数", "年重大安全事故次数", "成本控制率", "诉求回复率", "指标甲", "满意度"])


def claims(weight: Decimal) -> st.SearchStrategy[Decimal]:
    return amounts(0, 1).map(lambda share: (share * weight).quantize(D("0.01"))) | amounts(0, 120)


def indicator(name: str, weight: Decimal | None, target: str, actual: str, claim: Decimal | None) -> Indicator:
    cell = {key: Cell(str(value)) for key, value in (("weight", weight), ("score", claim)) if value is not None}
    return Indicator(name, "产出指标", "数量指标", NOWHERE, target=Cell(target), actual=Cell(actual), **cell)


def scored(by: Rounding, *indicators: Indicator, goals: int = 1) -> ScoredForm:
    line = BudgetLine("总额", "total", NOWHERE, budget=Cell("3"), executed=Cell("2"))
    parts = [indicators[n::goals] for n in range(goals)]
    form = Form(
        kind="project",
        name="某项目",
        unit="某单位",
        fiscal_year=2021,
        place=NOWHERE,
        budget=(line,),
        goals=tuple(Goal(n + 1, "", NOWHERE, indicators=tuple(part)) for n, part in enumerate(parts)),
    )
    return evaluate(Submission((form,)), policy(by)).forms[0]


one = numbers() | texts() | anything()


@moderate
@given(one, roundings)
def test_a_score_is_a_number_within_its_weight_or_there_is_none_and_a_reason(item: Indicator, by: Rounding) -> None:
    score = scored(by, item).indicators[0].score
    assert item.weight is not None
    if score.status == "scored":
        assert score.computed is not None
        assert 0 <= score.computed <= D(item.weight.text)
        assert score.trace is not None
        assert score.trace.basis in policy(by).clauses
    else:
        assert score.computed is None
        assert score.reason


@moderate
@given(one, roundings)
def test_what_is_computed_is_allowed(item: Indicator, by: Rounding) -> None:
    score = scored(by, item).indicators[0].score
    if score.computed is not None:
        assert score.allowed is not None
        assert score.allowed[0] <= score.computed <= score.allowed[1]
    if score.allowed is not None:
        assert score.allowed[0] <= score.allowed[1]


@moderate
@given(st.lists(one, min_size=1, max_size=6), roundings)
def test_sums_are_allowed_and_add_up(items: list[Indicator], by: Rounding) -> None:
    form = scored(by, *items)
    whole = form.total
    if whole.computed is not None:
        assert whole.allowed is not None
        assert whole.allowed[0] <= whole.computed <= whole.allowed[1]
        assert form.grade_computed
        if by.at == "indicator":
            assert form.execution.computed is not None
            parts = sum((item.score.computed or D(0) for item in form.indicators), D(0))
            assert whole.computed == form.execution.computed + parts
    else:
        assert not form.grade_computed
        if whole.status == "error":  # the weights add up to more than any form is worth
            assert whole.trace is not None
            assert whole.trace.unrounded is not None
            assert whole.trace.unrounded > policy(by).scoring.weights.full_score
        else:
            assert any(item.score.status in ("needs_review", "error") for item in form.indicators)


def number(name: str, sign: str, target: Decimal, actual: Decimal, weight: Decimal, unit: str) -> Indicator:
    return indicator(name, weight, f"{sign}{target}{unit}", f"{actual}{unit}", None)


@pytest.mark.parametrize(("sign", "better"), [("", 1), ("≥", 1), (">", 1), ("≤", -1), ("<", -1)])
@moderate
@given(target=amounts(0, 200), actual=st.tuples(amounts(0, 400), amounts(0, 400)), weight=weights, unit=units, by=roundings)
def test_a_better_actual_value_never_scores_less(
    sign: str, better: int, target: Decimal, actual: tuple[Decimal, Decimal], weight: Decimal, unit: str, by: Rounding
) -> None:
    worse, best = sorted(actual, key=lambda value: better * value)
    low, high = (
        scored(by, number("演练次数", sign, target, value, weight, unit)).indicators[0].score.computed for value in (worse, best)
    )
    if low is not None and high is not None:
        assert low <= high


@pytest.mark.parametrize("sign", ["", "≥", "≤"])
@moderate
@given(target=amounts(0, 200), actual=amounts(0, 400), weight=weights, by=roundings)
def test_a_target_that_is_met_gives_the_full_weight_and_one_that_is_not_gives_the_proportion(
    sign: str, target: Decimal, actual: Decimal, weight: Decimal, by: Rounding
) -> None:
    item = scored(by, number("演练次数", sign, target, actual, weight, "次")).indicators[0]
    if not sign and target == 0 < actual:  # nobody can tell whether more than none is good
        assert (item.score.status, item.known.met) == ("needs_review", "unknown")
        return
    met = actual <= target if sign == "≤" else actual >= target
    share = Fraction(1)
    if not met:
        share = Fraction(target) / Fraction(actual) if sign == "≤" else Fraction(actual) / Fraction(target)
    assert item.known.met == ("yes" if met else "no")
    assert item.score.trace is not None
    assert item.score.trace.unrounded == Fraction(weight) * share


@moderate
@given(st.lists(one, min_size=2, max_size=6), st.randoms(use_true_random=False), st.integers(1, 3), roundings)
def test_the_order_of_indicators_does_not_matter(items: list[Indicator], random: Any, goals: int, by: Rounding) -> None:
    order = list(range(len(items)))
    random.shuffle(order)
    before = scored(by, *items)
    after = scored(by, *(items[n] for n in order), goals=goals)

    def told(form: ScoredForm) -> list[Any]:
        return sorted((str(item.known.indicator), str(item.score)) for item in form.indicators)

    assert told(before) == told(after)
    assert before.total == after.total
    assert before.level1 == after.level1
    assert before.counts == after.counts
    assert before.grade_computed == after.grade_computed


@moderate
@given(words, weights, roundings, st.data())
def test_a_claim_in_its_tier_stands_and_one_outside_falls_to_the_nearest_edge(
    actual: str, weight: Decimal, by: Rounding, data: st.DataObject
) -> None:
    known = scored(by, indicator("指标甲", weight, "提高服务水平", actual, None)).indicators[0]
    allowed = known.score.allowed
    if known.known.attainment == "unknown":
        return
    if allowed is None:  # so small a weight that no number of these places lies in the tier
        return
    places = by.places
    claim = data.draw(amounts(0, 120, places))
    score = scored(by, indicator("指标甲", weight, "提高服务水平", actual, claim)).indicators[0].score
    assert score.allowed == allowed
    assert score.computed == max(allowed[0], min(allowed[1], claim))
    if allowed[0] <= claim <= allowed[1]:
        assert score.computed == claim


@moderate
@given(numbers(), st.none() | amounts(0, 200), roundings)
def test_what_was_claimed_does_not_change_the_score_of_a_number(item: Indicator, claim: Decimal | None, by: Rounding) -> None:
    other = dataclasses.replace(item, score=None if claim is None else Cell(str(claim)))
    first, second = (scored(by, each).indicators[0].score for each in (item, other))
    assert (first.computed, first.allowed, first.status) == (second.computed, second.allowed, second.status)


@moderate
@given(amounts(0, 100_000), amounts(0, 100_000), roundings)
def test_execution_is_within_its_points(budget: Decimal, executed: Decimal, by: Rounding) -> None:
    line = BudgetLine("总额", "total", NOWHERE, budget=Cell(str(budget)), executed=Cell(str(executed)))
    form = Form("project", "某项目", "某单位", 2021, NOWHERE, budget=(line,), goals=(Goal(1, "", NOWHERE),))
    score = evaluate(Submission((form,)), policy(by)).forms[0].execution
    if budget:
        assert score.computed is not None
        assert 0 <= score.computed <= policy(by).scoring.weights.execution
    else:
        assert (score.computed, score.status) == (None, "needs_review")


# --- arithmetic ------------------------------------------------------------------------------------------------------

leaves = st.integers(0, 999).map(lambda n: formula.Constant(D(n) / 100)) | st.sampled_from("abcd").map(
    lambda name: formula.Name(name, 0)
)


def operations(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    two = st.tuples(inner, inner)
    return (
        st.builds(formula.Operation, st.sampled_from("+-*/"), two)
        | st.builds(formula.Operation, st.just("neg"), st.tuples(inner))
        | st.builds(formula.Operation, st.just("abs"), st.tuples(inner))
        | st.builds(formula.Operation, st.sampled_from(["min", "max"]), two | st.tuples(inner, inner, inner))
    )


expressions = st.recursive(leaves, operations, max_leaves=12)
values = st.fixed_dictionaries({name: amounts(-50, 50) for name in "abcd"})


def value_of(expression: Any, known: dict[str, Decimal]) -> Fraction | None:
    try:
        return formula.evaluate(expression, known)
    except formula.DivisionByZero:
        return None


@moderate
@given(expressions, values)
def test_a_formula_that_is_shown_can_be_read_again(expression: Any, known: dict[str, Decimal]) -> None:
    text = formula.show(expression)
    again = formula.parse(text)
    assert formula.show(again) == text
    assert value_of(again, known) == value_of(expression, known)


@moderate
@given(expressions, values)
def test_a_formula_shown_with_its_values_comes_to_its_value(expression: Any, known: dict[str, Decimal]) -> None:
    assert value_of(formula.parse(formula.show(expression, known)), {}) == value_of(expression, known)


@moderate
@given(amounts(0, 100), amounts(0, 10_000), amounts(1, 10_000))
def test_where_brackets_stand_does_not_change_a_score(weight: Decimal, actual: Decimal, target: Decimal) -> None:
    known = {"weight": weight, "actual": actual, "target": target}
    results = {
        formula.evaluate(formula.parse(text), known)
        for text in (
            "weight * actual / target",
            "weight * (actual / target)",
            "actual / target * weight",
            "weight / (target / actual)",
        )
        if actual or "target / actual" not in text
    }
    assert len(results) == 1
    (exact,) = results
    assert rounded(exact, 2) == rounded(Fraction(weight) * Fraction(actual) / Fraction(target), 2)


@moderate
@given(st.decimals(allow_nan=False, allow_infinity=False, places=9, min_value=-(10**9), max_value=10**9), st.integers(0, 8))
def test_rounding_agrees_with_decimal(value: Decimal, places: int) -> None:
    names = {
        "half_up": decimal.ROUND_HALF_UP,
        "half_even": decimal.ROUND_HALF_EVEN,
        "down": decimal.ROUND_DOWN,
        "up": decimal.ROUND_UP,
    }
    assert set(names) == set(MODES)
    with decimal.localcontext(decimal.Context(prec=60)):
        for mode, name in names.items():
            assert rounded(Fraction(value), places, mode) == value.quantize(D(1).scaleb(-places), rounding=name)


@moderate
@given(st.fractions(), st.integers(0, 6), st.booleans())
def test_edges_are_the_nearest_numbers_with_these_places(edge: Fraction, places: int, included: bool) -> None:
    rounding = Rounding("half_up", places, "indicator")
    step = Fraction(1, 10**places)
    above, below = Fraction(rounding.above(edge, included)), Fraction(rounding.below(edge, included))
    assert above >= edge if included else above > edge
    assert below <= edge if included else below < edge
    assert above - step < edge if included else above - step <= edge
    assert below + step > edge if included else below + step >= edge
    assert (above / step).denominator == (below / step).denominator == 1
