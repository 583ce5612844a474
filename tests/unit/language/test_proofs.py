"""The solver's model of a scoring table is the engine's: on random tables and values both come to the same case and score."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
import z3
from deep import tries
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import Place, Problem
from engine.language import fields as catalogue
from engine.language import formula
from engine.language.conditions import Scope
from engine.language.model import Scalar
from engine.language.predicates import predicate
from engine.language.tables import CaseTable, Reader
from engine.policy.library import library
from engine.policy.loading import load
from engine.policy.model import Policy
from engine.soundness.lint.words import empty_alternative, never
from engine.soundness.proof.assumptions import reached, world
from engine.soundness.proof.logic import number
from engine.soundness.proof.prover import Prover, decimal
from engine.soundness.proof.terms import Record, numbers_of, ordered
from engine.soundness.proof.terms import value as term_of
from engine.values.cells import number_of

FIELDS = {name: catalogue.COMPARED[name] for name in ("direction", "target", "actual", "weight", "reported", "name", "early")}
NUMBERS = ("target", "actual", "weight", "reported")
WORDS = ("满意度", "满意", "事故", "成本")
PARAMS = {"limit": Decimal("0.8"), "words": ["满意", "事故"]}

values = st.sampled_from([Decimal(text) for text in ("-2", "0", "0.5", "1", "3", "79.99", "80")])
numeric = st.one_of(
    st.builds(lambda op, value: {op: value}, st.sampled_from(["eq", "gt", "gte", "lt", "lte"]), values),
    st.builds(lambda op, other: {op: {"field": other}}, st.sampled_from(["gt", "gte", "lt", "lte"]), st.sampled_from(NUMBERS)),
    st.builds(lambda there: {"present": there}, st.booleans()),
    st.builds(lambda low, wide: {"between": [low, low + wide]}, values, st.sampled_from([Decimal(0), Decimal(5)])),
    st.builds(lambda op, some: {op: some}, st.sampled_from(["in", "not_in"]), st.lists(values, min_size=1, max_size=3)),
)
texts = st.one_of(
    st.builds(
        lambda op, some: {op: some},
        st.sampled_from(["contains", "not_contains", "in", "not_in"]),
        st.lists(st.sampled_from(WORDS), min_size=1, max_size=2),
    ),
    st.sampled_from([{"matches": "^满意"}, {"contains": {"param": "words"}}, "满意度"]),
)
single = {
    **dict.fromkeys(NUMBERS, numeric),
    "direction": st.sampled_from(["positive", "inverse"]),
    "name": texts,
    "early": st.booleans(),
}
options = st.lists(st.fixed_dictionaries({}, optional=single).filter(bool), min_size=2, max_size=2)
whens = st.fixed_dictionaries({}, optional={**single, "any": options}).filter(bool)
formulas = st.recursive(
    st.sampled_from(["weight", "actual", "target", "2", "0.5", "limit"]),
    lambda inner: st.one_of(
        st.builds(lambda a, sign, b: f"({a} {sign} {b})", inner, st.sampled_from("+-*"), inner),
        st.builds(lambda a, b: f"min({a}, {b})", inner, inner),
        st.builds(lambda a, b: f"max({a}, {b})", inner, inner),
        st.builds(lambda a: f"abs({a})", inner),
        st.builds(lambda a: f"({a} / 80)", inner),
    ),
    max_leaves=4,
)
cases = st.lists(st.tuples(whens, formulas), min_size=1, max_size=4)
records = st.fixed_dictionaries(
    {"direction": st.sampled_from(["positive", "inverse"]), "name": st.sampled_from([*WORDS, "群众满意", "数量", ""])},
    optional={**dict.fromkeys(NUMBERS, values), "early": st.booleans()},
)


def table_of(written: list[tuple[dict[str, Any], str]]) -> CaseTable | None:
    """The table; None where its conditions do not hold up (a field compared with itself)."""
    problems: list[Problem] = []
    data: list[dict[str, Any]] = [
        {"case": f"c{n}", "when": when, "score": score, "basis": "b"} for n, (when, score) in enumerate(written)
    ]
    data.append({"case": "otherwise", "otherwise": True, "status": "needs_review", "basis": "b"})
    reader = Reader(Scope(FIELDS, PARAMS, lambda path: Place()), PARAMS, problems)
    made = reader.table("quantitative", {"cases": data}, ("t",))
    return None if problems else made


def fixed(record: Record, fields: dict[str, Scalar]) -> list[Any]:
    """That the record of unknowns is this one; what is asked of its texts included."""
    terms: list[Any] = []
    for key, unknown in record.unknowns.items():
        given_ = fields.get(key)
        terms.append(unknown.present == z3.BoolVal(given_ is not None))
        if isinstance(given_, Decimal):
            terms.append(unknown.value == number(given_))
        elif isinstance(given_, bool):
            terms.append(unknown.value == z3.BoolVal(given_))
        elif given_ is not None:
            terms.append(record.text(key, given_))
    return terms


@given(cases, records)
@settings(max_examples=tries(50, 7500), deadline=None)
def test_case_and_score_are_those_of_the_engine(written: list[tuple[dict[str, Any], str]], fields: dict[str, Scalar]) -> None:
    table = table_of(written)
    if table is None:
        return
    record = Record("a", FIELDS)
    ways = reached(table.cases, record)
    base = [*fixed(record, fields), *record.axioms()]
    engine = table.first(fields)
    assert engine is not None
    prover = Prover(total_steps=10**9)
    for case, way in zip(table.cases, ways, strict=True):
        # it comes to this case, or it does not: the other is not possible
        assert prover.possible([*base, way])[0] == ("refuted" if case is engine else "proved")
        assert prover.possible([*base, z3.Not(way)])[0] == ("proved" if case is engine else "refuted")
    if engine.score is not None and all(n.name in {*fields, *PARAMS} for n in formula.names(engine.score)):
        operands = {"limit": Decimal("0.8"), **{key: value for key, value in fields.items() if isinstance(value, Decimal)}}
        exact = formula.evaluate(engine.score, operands)
        term = term_of(engine.score, numbers_of(record, PARAMS)).term
        assert prover.possible([*base, term != number(exact)])[0] == "proved"


@given(
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=3),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=3),
    st.text("满意度事故成本", max_size=6),
)
@settings(max_examples=tries(30, 5000), deadline=None)
def test_what_holds_of_every_text_holds_of_each(one: list[str], other: list[str], text: str) -> None:
    """The axioms of texts rule out no text there is."""
    from engine.language.model import Test as Condition

    record = Record("a", {"name": FIELDS["name"]})
    tests = [Condition("name", "contains", tuple(words)) for words in (one, other)] + [Condition("name", "in", tuple(one))]
    terms = [record.holds(test) if predicate(test)({"name": text}) else z3.Not(record.holds(test)) for test in tests]
    assert Prover().possible([*terms, record.present("name"), *record.axioms()])[0] == "refuted"


@pytest.fixture(scope="module")
def hubei() -> Policy:
    return load("hubei/2021", library(), locked=False)


@given(st.sampled_from(["positive", "inverse"]), values, values, st.sampled_from([">=", "<=", "", "="]))
@settings(max_examples=tries(30, 3000), deadline=None)
def test_no_record_of_the_engine_is_ruled_out(hubei: Policy, direction: str, target: Decimal, actual: Decimal, sign: str) -> None:
    """What the solver is told of the engine holds of what the engine makes: else it would prove what is not so."""
    from engine.scoring.recognition import direction_case, read, readings_of, recognised, typed
    from engine.submission.model import Cell, Indicator
    from engine.values.known_names import NOBODY

    name = "培训人数" if direction == "positive" else "事故起数"
    cells = [
        Cell(f"{shown}{amount}", Place()) for shown, amount in ((sign.replace(">=", "≥").replace("<=", "≤"), target), ("", actual))
    ]
    indicator = Indicator(name, "产出指标", "数量指标", Place(), weight=Cell("10"), target=cells[0], actual=cells[1])
    item = typed(indicator, "project", 2021, hubei, NOBODY, number_of(indicator.weight))
    held = direction_case(item, hubei)
    known = recognised(item, read(item, readings_of(held)[0], held, hubei), held)
    if known.nature != "quantitative":
        return
    table = hubei.scoring.tables["quantitative"]
    made = world(hubei, table, {name: item.value for name, item in hubei.parameters.items()})
    fields = {key: value for key, value in known.fields.items() if key in made.record.fields}
    terms = [
        made.record.value(key) == number(value)
        for key, value in fields.items()
        if isinstance(value, Decimal) and key not in catalogue.QUOTIENTS
    ]
    terms += [
        made.record.text(key, str(fields[key])) for key in ("direction", "verdict", "comparison", "target_operator", "target_kind")
    ]
    terms += [made.record.present(key) == z3.BoolVal(key in fields) for key in ("reported", "actual_percent", "early")]
    assert Prover().possible(made.terms(*terms))[0] == "refuted"
    case = table.first(known.fields)
    ways = reached(table.cases, made.record)
    for other, way in zip(table.cases, ways, strict=True):
        assert prover_says(made, terms, way) is (other is case)


def prover_says(made: Any, terms: list[Any], way: Any) -> bool:
    return Prover().possible(made.terms(*terms, way))[0] == "refuted"


def test_numbers_a_form_can_hold() -> None:
    assert decimal(Fraction(7999, 100)) == Decimal("79.99")
    assert decimal(Fraction(80)) == Decimal(80)
    assert decimal(Fraction(1, 3)) is None


def test_steps_that_have_run_out_are_said() -> None:
    x = z3.Real("x")
    assert Prover(total_steps=0).possible([x > 0, x < 0]) == ("unknown", None)


@pytest.mark.parametrize(
    ("pattern", "empty"),
    [
        ("a|b", False), ("a||b", True), ("(a|b|)", True), ("(|a)", True), ("a|", True), ("a\\|", False), ("[|]", False),
        ("(?:a)b", False), ("(?P<x>a|b)", False), ("[^]|]a", False), ("()", False),
    ],
)  # fmt: skip
def test_branches_of_nothing(pattern: str, empty: bool) -> None:
    assert empty_alternative(pattern) is empty


@pytest.mark.parametrize(
    ("pattern", "said"), [("^a$", False), ("a^b", True), ("a$b", True), ("(a^|b)", False), ("a*^b", False), ("[^a]", False)]
)
def test_patterns_of_nothing(pattern: str, said: bool) -> None:
    assert never(pattern) is said


def test_today_is_given() -> None:
    from engine.soundness.lint.run import lint

    def expired(policy: str, today: date) -> list[str]:
        lints = lint(policy, library(), today, proofs=False).lints
        return [one.advice for one in lints if one.code == "validity-expired"]

    assert expired("hubei/2022", date(2022, 6, 1)) == []
    assert expired("hubei/2022", date(2023, 1, 1)) == ["jixiao policy new hubei/2023 --from hubei/2022"]
    assert expired("hubei/2021", date(2023, 1, 1)) == [], "there is one for the year after"


@pytest.mark.parametrize("sign", formula.ROUNDINGS)
@pytest.mark.parametrize("places", [0, 2])
def test_the_solver_admits_what_rounding_gives(sign: str, places: int) -> None:
    """What it is told of a rounded number is more than can be, never less: the right one is among it, and the order is kept."""
    expression = formula.parse(f"{sign}(actual, {places})")
    found = [term_of(expression, {"actual": z3.Real(text)}) for text in ("actual-a", "actual-b")]
    kept = ordered(found[0].cuts, found[1].cuts)
    numbers = [Fraction(text) for text in ("-2.5", "-2", "-0.5", "-0.004", "0", "0.004", "0.005", "0.5", "1", "1.234", "2.5", "3")]
    for low, high in pairwise(numbers):
        exact = [formula.evaluate(expression, {"actual": value}) for value in (low, high)]
        here = [z3.Real("actual-a") == number(low), z3.Real("actual-b") == number(high)]
        right = [one.term == number(value) for one, value in zip(found, exact, strict=True)]
        assert Prover().possible([*here, *kept, *right])[0] == "refuted", (low, high)
        assert Prover().possible([*here, *kept, found[0].term > found[1].term])[0] == "proved"
        assert Prover().possible([*here, found[0].term > number(low + 1)])[0] == "proved"
