"""durable-rules behind its guards: same answers, fresh handle after an error, limits that are said and not run into."""

from __future__ import annotations

import threading
from decimal import Decimal
from typing import Any

import pytest

from engine.errors import InternalError, PolicyError
from engine.findings.matching import durable_library as library
from engine.findings.matching.durable import DurableMatcher
from engine.findings.matching.durable_library import DurableFailed
from engine.findings.matching.plain import compile_rules
from engine.language.model import Fact, Pattern, Ref, Rule, Test

needs_library = pytest.mark.skipif(not library.available(), reason=library.why_unavailable())

SCHEMA = {
    "indicator": {"form": "text", "name": "text", "weight": "number", "score": "number", "met": "bool"},
    "claim": {"form": "text", "name": "text", "amount": "number", "met": "bool"},
}
PAIR = Rule("pair", (Pattern("a", "indicator"), Pattern("b", "claim", (Test("name", "eq", Ref("a", "name")),))))
FACTS = [Fact("1", "indicator", {"name": "甲"}), Fact("2", "claim", {"name": "甲"}), Fact("3", "claim", {"name": "乙"})]


def both(rules: list[Rule], facts: list[Fact]) -> list[tuple[str, ...]]:
    """Ids of each match, after making sure that both matchers find the same."""
    matcher = DurableMatcher(rules, SCHEMA)
    found = matcher.run(facts)
    assert found == compile_rules(rules, SCHEMA).run(facts)
    assert found == matcher.run(facts[::-1])
    matcher.close()
    return [tuple(id for _, id in match.facts) for match in found]


@needs_library
def test_it_joins() -> None:
    assert both([PAIR], FACTS) == [("1", "2")]


@needs_library
def test_numbers_join_exactly_whatever_their_size() -> None:
    rule = Rule("r", (Pattern("a", "indicator"), Pattern("b", "claim", (Test("amount", "gt", Ref("a", "score")),))))
    huge = Decimal("123456789012345678901234567890.1")
    facts = [Fact("1", "indicator", {"score": huge}), Fact("2", "claim", {"amount": huge + Decimal("0.1")})]
    assert huge + Decimal("0.1") != huge
    assert both([rule], facts) == [("1", "2")]
    same = Rule("s", (Pattern("a", "indicator"), Pattern("b", "claim", (Test("amount", "eq", Ref("a", "score")),))))
    assert both([same], [Fact("1", "indicator", {"score": Decimal("1E+2")}), Fact("2", "claim", {"amount": Decimal(100)})]) == [
        ("1", "2")
    ]


@needs_library
@pytest.mark.parametrize("text", ["", '"', "\\", "\0", "\ud800", "😀", "1", "true", "null", "长" * 65_537, "$and"])
def test_any_text_is_a_constant_and_a_join_key(text: str) -> None:
    constant = Rule("c", (Pattern("a", "indicator", (Test("name", "eq", text),)),))
    facts = [
        Fact("1", "indicator", {"name": text}),
        Fact("2", "indicator", {"name": text + "x"}),
        Fact("3", "claim", {"name": text}),
    ]
    assert both([constant, PAIR], facts) == [("1",), ("1", "3")]


@needs_library
def test_absent_fields_never_join() -> None:
    for op in ("eq", "ne", "lt", "lte", "gt", "gte"):
        rule = Rule("r", (Pattern("a", "indicator"), Pattern("b", "claim", (Test("amount", op, Ref("a", "score")),))))
        facts = [Fact("1", "indicator"), Fact("2", "claim"), Fact("3", "claim", {"amount": Decimal(1)})]
        assert both([rule], facts) == []


@needs_library
def test_negation_on_an_absent_field_of_the_bound_fact_holds() -> None:
    for op in ("eq", "ne", "lt", "lte", "gt", "gte"):
        rule = Rule("r", (Pattern("a", "indicator"), Pattern("b", "claim", (Test("amount", op, Ref("a", "score")),), negated=True)))
        facts = [Fact("1", "indicator"), Fact("2", "claim"), Fact("3", "claim", {"amount": Decimal(1)})]
        assert both([rule], facts) == [("1",)]


@needs_library
def test_false_is_not_absent() -> None:
    rule = Rule(
        "r", (Pattern("a", "indicator", (Test("met", "eq", False),)), Pattern("b", "claim", (Test("met", "eq", Ref("a", "met")),)))
    )
    facts = [Fact("1", "indicator", {"met": False}), Fact("2", "indicator"), Fact("3", "claim", {"met": False}), Fact("4", "claim")]
    assert both([rule], facts) == [("1", "3")]


@needs_library
def test_many_rules_are_spread_over_handles() -> None:
    rules = [
        Rule(f"r{n:03}", (*PAIR.patterns, Pattern("c", "claim", (Test("name", "eq", f"{n}"),), negated=True))) for n in range(60)
    ]
    assert len(DurableMatcher(rules, SCHEMA)._chunks) == 5
    assert len(both(rules, FACTS)) == 60


@needs_library
def test_a_submission_leaves_nothing_behind() -> None:
    matcher = DurableMatcher([PAIR], SCHEMA)
    first = matcher.run(FACTS)
    assert matcher.run([]) == []
    assert matcher.run(FACTS) == first


@needs_library
def test_rules_without_facts_and_facts_without_rules() -> None:
    assert both([PAIR], []) == []
    assert both([], FACTS) == []


@needs_library
def test_error_of_the_library_gives_a_fresh_handle(monkeypatch: pytest.MonkeyPatch) -> None:
    matcher = DurableMatcher([PAIR], SCHEMA)
    expected = matcher.run(FACTS)
    with monkeypatch.context() as patch:
        patch.setattr(library, "trigger", lambda handle: (_ for _ in ()).throw(MemoryError("state")))
        with pytest.raises(DurableFailed, match="MemoryError"):
            matcher.run(FACTS)
    assert matcher._chunks[0].handle is None
    assert matcher.run(FACTS) == expected


@needs_library
def test_silent_canary_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    matcher = DurableMatcher([PAIR], SCHEMA)
    matcher.run(FACTS)
    monkeypatch.setattr(library, "_TRIGGER", '{"id":"T","sid":"s","k":999,"_":1}')
    with pytest.raises(DurableFailed):
        matcher.run(FACTS)


@needs_library
@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (Rule("r", tuple(Pattern(f"p{n}", "claim") for n in range(15))), "more than 14 positive"),
        (Rule("r", (Pattern("a", "claim"), *(Pattern(f"p{n}", "claim", negated=True) for n in range(50)))), "too many patterns"),
        (
            Rule("r", (Pattern("a", "claim"), Pattern("b", "claim", (Test("name", "eq", Ref("a", "name")),) * 30))),
            "too many tests on b",
        ),
    ],
)
def test_rule_beyond_the_library_is_said_to_be_so(rule: Rule, message: str) -> None:
    with pytest.raises(DurableFailed, match=message):
        DurableMatcher([rule], SCHEMA)


@needs_library
def test_join_that_is_too_wide_is_refused_before_the_call() -> None:
    wide = Rule("过宽", (Pattern("a", "claim"), Pattern("b", "claim"), Pattern("c", "claim")))
    facts = [Fact(str(n), "claim", {"name": str(n)}) for n in range(100)]
    with pytest.raises(PolicyError, match=r"过宽.*组合过多"):
        DurableMatcher([wide], SCHEMA).run(facts)
    keyed = Rule("r", (Pattern("a", "claim"), Pattern("b", "claim", (Test("name", "eq", Ref("a", "name")),))))
    assert DurableMatcher([keyed], SCHEMA, limit=100).run(facts) == []


@needs_library
def test_facts_and_rules_are_checked() -> None:
    with pytest.raises(InternalError, match="amount"):
        DurableMatcher([PAIR], SCHEMA).run([Fact("1", "claim", {"amount": 1})])  # type: ignore[dict-item]
    with pytest.raises(PolicyError, match="没有“x”"):
        DurableMatcher([Rule("r", (Pattern("a", "x"),))], SCHEMA)


@needs_library
def test_threads_take_turns() -> None:
    matcher = DurableMatcher([PAIR], SCHEMA)
    expected = matcher.run(FACTS)
    answers: list[Any] = []
    threads = [threading.Thread(target=lambda: answers.extend(matcher.run(FACTS) for _ in range(50))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [expected] * 200


def test_without_the_library_it_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "_engine", None)
    monkeypatch.setattr(library, "_why", "ImportError: undefined symbol: PyEval_CallObject")
    assert not library.available()
    with pytest.raises(DurableFailed, match="PyEval_CallObject"):
        DurableMatcher([PAIR], SCHEMA)
