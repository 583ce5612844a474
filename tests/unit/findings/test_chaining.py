"""Forward chaining: what is derived, in what order, which matcher decided, and what happens when one fails."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pytest

from engine.errors import InternalError, PolicyError
from engine.findings.matching import durable_library, durable_worker
from engine.findings.matching.chaining import Program, compile_program, run
from engine.findings.matching.durable_library import DurableFailed
from engine.findings.matching.durable_worker import Worker
from engine.findings.matching.strata import stratify
from engine.language.model import Conclusion, Fact, Match, Pattern, Ref, Rule, Test

needs_library = pytest.mark.skipif(not durable_library.available(), reason=durable_library.why_unavailable())

SCHEMA = {"step": {"of": "text", "to": "text"}, "goal": {"name": "text", "score": "number"}}
DERIVED = {"path": {"of": "text", "to": "text"}, "weak": {"name": "text", "score": "number"}, "fine": {"name": "text"}}


def same(field: str, alias: str, other: str) -> Test:
    return Test(field, "eq", Ref(alias, other))


STEP = Rule("step", (Pattern("s", "step"),), Conclusion("path", (("of", Ref("s", "of")), ("to", Ref("s", "to")))))
FURTHER = Rule(
    "further",
    (Pattern("p", "path"), Pattern("s", "step", (same("of", "p", "to"),))),
    Conclusion("path", (("of", Ref("p", "of")), ("to", Ref("s", "to")))),
)
WEAK = Rule(
    "weak",
    (Pattern("g", "goal", (Test("score", "lt", Decimal(60)),)),),
    Conclusion("weak", (("name", Ref("g", "name")), ("score", Ref("g", "score")))),
)
FINE = Rule(
    "fine",
    (Pattern("g", "goal"), Pattern("w", "weak", (same("name", "g", "name"),), negated=True)),
    Conclusion("fine", (("name", Ref("g", "name")),)),
)
ALL_FINE = Rule("all-fine", (Pattern("f", "fine"), Pattern("w", "weak", negated=True)))

STEPS = [Fact(f"s{n}", "step", {"of": str(n), "to": str(n + 1)}) for n in range(5)]
GOALS = [Fact("g1", "goal", {"name": "甲", "score": Decimal(50)}), Fact("g2", "goal", {"name": "乙", "score": Decimal(90)})]


@pytest.fixture(params=["plain", pytest.param("durable", marks=needs_library), pytest.param("isolated", marks=needs_library)])
def program_of(request: pytest.FixtureRequest):  # type: ignore[no-untyped-def]
    opened: list[Program] = []

    def make(*rules: Rule) -> Program:
        program = compile_program(rules, SCHEMA, DERIVED, use_durable=request.param != "plain", isolate=request.param == "isolated")
        opened.append(program)
        return program

    yield make
    for program in opened:
        program.close()


def test_rounds_go_on_until_nothing_new_comes(program_of) -> None:  # type: ignore[no-untyped-def]
    outcome = run(program_of(STEP, FURTHER), STEPS)
    assert {(d.fact.fields["of"], d.fact.fields["to"]) for d in outcome.derived} == {
        (str(a), str(b)) for a in range(6) for b in range(a + 1, 6)
    }
    assert [d.round for d in outcome.derived] == [1] * 5 + [2] * 4 + [3] * 3 + [4] * 2 + [5]
    assert outcome.rounds == 6
    assert len(outcome.matches) == 5 + 10


def test_negation_waits_until_the_kind_is_complete(program_of) -> None:  # type: ignore[no-untyped-def]
    outcome = run(program_of(ALL_FINE, FINE, WEAK), GOALS)
    assert [(d.fact, d.rule, d.round) for d in outcome.derived] == [
        (Fact("derived:weak:1", "weak", {"name": "甲", "score": Decimal(50)}), "weak", 1),
        (Fact("derived:fine:1", "fine", {"name": "乙"}), "fine", 2),
    ]
    assert outcome.matches == (Match("fine", (("g", "g2"),)), Match("weak", (("g", "g1"),)))
    assert outcome.derived[1].match == outcome.matches[0]


def test_outcome_does_not_depend_on_the_order_of_facts_or_rules(program_of) -> None:  # type: ignore[no-untyped-def]
    assert run(program_of(STEP, FURTHER, WEAK, FINE), STEPS + GOALS) == run(
        program_of(FINE, WEAK, FURTHER, STEP), (STEPS + GOALS)[::-1]
    )


def test_equal_conclusions_are_one_fact(program_of) -> None:  # type: ignore[no-untyped-def]
    facts = [Fact("g1", "goal", {"name": "甲", "score": Decimal("1.0")}), Fact("g2", "goal", {"name": "甲", "score": Decimal(1)})]
    outcome = run(program_of(WEAK), facts)
    assert [(d.fact.id, d.match.facts) for d in outcome.derived] == [("derived:weak:1", (("g", "g1"),))]
    assert len(outcome.matches) == 2


def test_a_fact_that_was_given_is_not_derived_again(program_of) -> None:  # type: ignore[no-untyped-def]
    given = Fact("w", "weak", {"name": "甲", "score": Decimal(50)})
    assert run(program_of(WEAK), [GOALS[0], given]).derived == ()


def test_conclusion_from_an_absent_field_leaves_it_out(program_of) -> None:  # type: ignore[no-untyped-def]
    outcome = run(program_of(WEAK), [Fact("g1", "goal", {"score": Decimal(1)})])
    assert outcome.derived[0].fact.fields == {"score": Decimal(1)}


def test_constants_in_conclusions(program_of) -> None:  # type: ignore[no-untyped-def]
    rule = Rule("r", (Pattern("g", "goal"),), Conclusion("fine", (("name", "总评"),)))
    assert [d.fact.fields for d in run(program_of(rule), GOALS).derived] == [{"name": "总评"}]


def test_too_many_rounds_are_an_error_that_names_the_rules() -> None:
    with (
        compile_program([STEP, FURTHER], SCHEMA, DERIVED, max_rounds=5) as program,
        pytest.raises(PolicyError, match=r"超过 5 轮.*further、step"),
    ):
        run(program, STEPS)
    with compile_program([STEP, FURTHER], SCHEMA, DERIVED, max_rounds=6) as program:
        assert len(run(program, STEPS).derived) == 15


def test_negation_in_a_circle_is_an_error_that_names_the_rules() -> None:
    back = Rule("back", (Pattern("f", "fine"),), Conclusion("weak", (("name", Ref("f", "name")),)))
    with pytest.raises(PolicyError, match="规则 back、fine 互相否定"):
        compile_program([WEAK, FINE, back, STEP], SCHEMA, DERIVED)


def test_kind_that_negates_itself_is_a_circle() -> None:
    rule = Rule("r", (Pattern("g", "goal"), Pattern("f", "fine", negated=True)), Conclusion("fine", (("name", Ref("g", "name")),)))
    with pytest.raises(PolicyError, match="规则 r 互相否定"):
        stratify([rule])


def test_strata_order_rules_without_conclusion_last() -> None:
    assert [[rule.id for rule in group] for group in stratify([ALL_FINE, FINE, WEAK, STEP])] == [
        ["weak", "step"],
        ["fine"],
        ["all-fine"],
    ]


@pytest.mark.parametrize(
    ("conclusion", "message"),
    [
        (Conclusion("wek", ()), "没有“wek”这种事实；是否想写“weak”"),
        (Conclusion("weak", (("nam", "x"),)), "没有这个字段；是否想写“name”"),
        (Conclusion("weak", (("score", "x"),)), "是 str，不是数值"),
        (Conclusion("weak", (("score", Ref("g", "name")),)), "g.name 不存在或类型不同"),
        (Conclusion("weak", (("score", Ref("h", "score")),)), "代号“h”未由肯定条件给出"),
        (Conclusion("weak", (("name", "x"), ("name", "y"))), "写了两次"),
    ],
)
def test_wrong_conclusion_is_refused(conclusion: Conclusion, message: str) -> None:
    with pytest.raises(PolicyError, match=message):
        compile_program([Rule("r", (Pattern("g", "goal"),), conclusion)], SCHEMA, DERIVED)


def test_kind_declared_twice_and_differently_is_refused() -> None:
    with pytest.raises(PolicyError, match="“goal”与已有的事实字段不同"):
        compile_program([], SCHEMA, {"goal": {"name": "number"}})


def test_facts_are_checked() -> None:
    with compile_program([WEAK], SCHEMA, DERIVED) as program:
        with pytest.raises(InternalError, match="未登记"):
            run(program, [Fact("1", "other")])
        with pytest.raises(InternalError, match="derived:x:1"):
            run(program, [Fact("derived:x:1", "goal")])


# --- two matchers --------------------------------------------------------------------------------------------------


@needs_library
def test_both_matchers_decide_where_the_library_is_there() -> None:
    with compile_program([WEAK], SCHEMA, DERIVED) as program:
        outcome = run(program, GOALS)
    assert outcome.matcher == "durable-rules+plain"
    assert outcome.seconds_durable > 0


@needs_library
def test_a_program_anew_has_handles_of_its_own() -> None:
    compiled = compile_program([WEAK, FINE], SCHEMA, DERIVED)
    with compiled.anew() as first, compiled.anew() as second:
        expected = run(first, GOALS)
        first.close()
        assert run(second, GOALS) == expected, "the other's handles are its own"
        assert run(first, GOALS) == expected, "and it opens new ones"
        assert expected.matcher == "durable-rules+plain"


def test_plain_alone_where_the_library_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(durable_library, "_engine", None)
    outcome = run(compile_program([WEAK], SCHEMA, DERIVED), GOALS)
    assert (outcome.matcher, outcome.seconds_durable, len(outcome.matches)) == ("plain", 0, 1)


class Stub:
    """Stands for durable-rules: gives the answers it is told, raising those that are exceptions."""

    def __init__(self, *answers: list[Match] | Exception) -> None:
        self.answers = list(answers)

    def run(self, stratum: int, facts: Sequence[Fact]) -> list[Match]:
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self) -> None: ...


RIGHT = [Match("weak", (("g", "g1"),))]


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ([], "只有内置匹配器认为成立：规则“weak”，事实 g=g1"),
        ([*RIGHT, Match("weak", (("g", "g2"),))], "只有 durable-rules 认为成立：规则“weak”，事实 g=g2"),
        (RIGHT * 2, "重复给出：规则“weak”"),
    ],
)
def test_disagreement_is_an_error_that_names_rule_and_facts(answer: list[Match], message: str) -> None:
    program = compile_program([WEAK], SCHEMA, DERIVED, use_durable=False)
    program.durable = Stub(answer)
    with pytest.raises(InternalError, match=message):
        run(program, GOALS)


def test_one_failure_is_tried_again() -> None:
    program = compile_program([WEAK], SCHEMA, DERIVED, use_durable=False)
    program.durable = Stub(DurableFailed("once"), RIGHT)
    assert run(program, GOALS).matcher == "durable-rules+plain"


def test_two_failures_cost_the_verdict_and_not_the_results() -> None:
    program = compile_program([WEAK, FINE], SCHEMA, DERIVED, use_durable=False)
    program.durable = Stub(DurableFailed("once"), DurableFailed("twice"))
    outcome = run(program, GOALS)
    assert outcome.matcher == "plain (durable-rules failed: twice)"
    assert len(outcome.derived) == 2


@needs_library
def test_rules_beyond_the_library_run_plain_and_say_so() -> None:
    rule = Rule("r", tuple(Pattern(f"p{n}", "goal") for n in range(15)))
    assert (
        run(compile_program([rule], SCHEMA), GOALS).matcher
        == "plain (durable-rules failed: rule r: more than 14 positive patterns)"
    )


# --- a process of its own ------------------------------------------------------------------------------------------


@needs_library
def test_segmentation_fault_costs_the_verdict_and_not_the_results() -> None:
    with compile_program([WEAK], SCHEMA, DERIVED, isolate=True) as program:
        worker = program.durable
        assert isinstance(worker, Worker)
        worker.crashes_to_come = 2
        crashed = run(program, GOALS)
        assert crashed.matcher.startswith("plain (durable-rules failed: worker died (status -11)")
        worker.crashes_to_come = 1
        again = run(program, GOALS)
        assert again.matcher == "durable-rules+plain"
        assert crashed.matches == again.matches


@needs_library
def test_worker_that_is_late_is_ended() -> None:
    worker = Worker([[WEAK]], {**SCHEMA, **DERIVED}, time_limit=0.0001)
    with pytest.raises(DurableFailed, match="no answer within"):
        worker.run(0, GOALS)
    worker._time_limit = durable_worker.TIME_LIMIT
    assert worker.run(0, GOALS) == RIGHT
    worker.close()


def test_what_rests_on_a_rule_that_was_left_out_is_left_out_with_it() -> None:
    """A path may be missing, so neither is said what has none, nor what has one; what rests on other facts stands."""
    joined = Pattern("t", "step", (Test("to", "ne", Ref("s", "to")),))  # no key: every step with every other
    wide = Rule("wide", (Pattern("s", "step"), joined), Conclusion("path", (("of", Ref("s", "of")), ("to", Ref("t", "to")))))
    none = Rule("none", (Pattern("s", "step"), Pattern("p", "path", (same("of", "s", "of"),), negated=True)))
    some = Rule("some", (Pattern("p", "path"),), Conclusion("fine", (("name", Ref("p", "of")),)))
    after = Rule("after", (Pattern("f", "fine"),))
    alone = Rule("alone", (Pattern("s", "step", (Test("of", "eq", "3"),)),))
    rules = (wide, none, some, after, alone)
    with compile_program(rules, SCHEMA, DERIVED, use_durable=False, join_limit=100) as program:
        small, large = (
            run(program, STEPS),
            run(program, [Fact(f"s{n:03}", "step", {"of": str(n), "to": str(n + 1)}) for n in range(50)]),
        )
    assert not small.limited
    assert {match.rule for match in small.matches} == {"wide", "some", "after", "alone"}
    assert {match.rule for match in large.matches} == {"alone"}
    assert not large.derived
    reasons = {item.rule: item.reason for item in large.limited}
    assert set(reasons) == {"wide", "none", "some", "after"}
    assert "100" in reasons.pop("wide")
    assert all("来自规则 wide" in reason for reason in reasons.values())
