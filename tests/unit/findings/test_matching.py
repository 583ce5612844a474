"""The plain matcher: what holds, in which order, and what is refused."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal

import pytest

from engine.errors import InternalError, PolicyError
from engine.findings.matching.checks import check_facts
from engine.findings.matching.plain import compile_rules
from engine.language.model import Conclusion, Fact, Match, Pattern, Ref, Rule, Test
from engine.language.predicates import predicate

SCHEMA = {
    "indicator": {"form": "text", "name": "text", "weight": "number", "score": "number", "met": "bool"},
    "claim": {"form": "text", "name": "text", "amount": "number"},
}


def fact(id: str, kind: str = "indicator", **fields: Any) -> Fact:
    return Fact(id, kind, {name: Decimal(value) if type(value) is int else value for name, value in fields.items()})


def found(rule: Rule, *facts: Fact) -> list[tuple[str, ...]]:
    """Ids of the facts of each match."""
    return [tuple(id for _, id in match.facts) for match in compile_rules([rule], SCHEMA).run(facts)]


def messages(*rules: Rule) -> str:
    with pytest.raises(PolicyError) as caught:
        compile_rules(rules, SCHEMA)
    return str(caught.value)


@pytest.mark.parametrize(
    ("test", "fields", "holds"),
    [
        (Test("score", "eq", Decimal("1.0")), {"score": Decimal(1)}, True),
        (Test("score", "lt", Decimal("0.3")), {"score": Decimal("0.1") + Decimal("0.2")}, False),
        (Test("name", "eq", "1"), {"name": "1.0"}, False),
        (Test("name", "ne", "甲"), {}, False),
        (Test("name", "not_in", ("甲",)), {}, False),
        (Test("name", "not_in", ()), {"name": "甲"}, True),
        (Test("name", "in", ()), {"name": "甲"}, False),
        (Test("score", "in", (Decimal("1.00"), Decimal(2))), {"score": Decimal(1)}, True),
        (Test("name", "contains", ("社区", "满意")), {"name": "群众满意率"}, True),
        (Test("name", "contains", ()), {"name": "群众满意率"}, False),
        (Test("name", "not_contains", ("社区", "满意")), {"name": "群众满意率"}, False),
        (Test("name", "not_contains", ("社区",)), {}, False),
        (Test("name", "matches", "率$"), {"name": "群众满意率"}, True),
        (Test("name", "not_matches", "率$"), {"name": "群众满意率"}, False),
        (Test("name", "matches", "a.b"), {"name": "a\ud800b"}, True),
        (Test("met", "eq", False), {"met": False}, True),
        (Test("met", "eq", False), {}, False),
        (Test("name", "present"), {"name": ""}, True),
        (Test("name", "absent"), {"name": ""}, False),
        (Test("name", "absent"), {}, True),
        (Test("score", "gt", Ref("", "weight")), {"score": Decimal(3), "weight": Decimal(2)}, True),
        (Test("score", "ne", Ref("", "weight")), {"score": Decimal(3)}, False),
    ],
)
def test_test_of_one_fact(test: Test, fields: dict[str, Any], holds: bool) -> None:
    assert predicate(test)(fields) is holds


def test_text_of_any_length_is_searched() -> None:
    assert predicate(Test("name", "matches", "尾$"))({"name": "长" * 70_000 + "尾"})


def test_join_by_equal_fields() -> None:
    rule = Rule("r", (Pattern("a", "indicator"), Pattern("b", "claim", (Test("form", "eq", Ref("a", "form")),))))
    facts = fact("1", form="甲"), fact("2", form="乙"), fact("3", "claim", form="甲"), fact("4"), fact("5", "claim")
    assert found(rule, *facts) == [("1", "3")]


def test_equal_numbers_join_however_written() -> None:
    rule = Rule("r", (Pattern("a", "indicator"), Pattern("b", "claim", (Test("amount", "eq", Ref("a", "score")),))))
    assert found(rule, fact("1", score=Decimal("1.0")), fact("2", "claim", amount=1)) == [("1", "2")]


def test_one_fact_does_not_stand_for_two_aliases() -> None:
    rule = Rule("r", (Pattern("a", "indicator"), Pattern("b", "indicator", (Test("name", "eq", Ref("a", "name")),))))
    assert found(rule, fact("1", name="甲")) == []
    assert found(rule, fact("1", name="甲"), fact("2", name="甲")) == [("1", "2"), ("2", "1")]


def test_unordered_keeps_the_combination_whose_ids_come_first() -> None:
    rule = Rule(
        "r", (Pattern("a", "indicator"), Pattern("b", "indicator", (Test("name", "eq", Ref("a", "name")),))), unordered=True
    )
    facts = fact("1", name="甲"), fact("2", name="甲"), fact("3", name="甲")
    assert found(rule, *facts) == found(rule, *reversed(facts)) == [("1", "2"), ("1", "3"), ("2", "3")]


def test_negation_looks_at_no_fact_already_bound() -> None:
    rule = Rule("r", (Pattern("a", "indicator"), Pattern("b", "indicator", (Test("name", "eq", Ref("a", "name")),), negated=True)))
    assert found(rule, fact("1", name="甲")) == [("1",)]
    assert found(rule, fact("1", name="甲"), fact("2", name="甲"), fact("3", name="乙")) == [("3",)]


def test_negation_that_joins_an_absent_field_holds() -> None:
    rule = Rule("r", (Pattern("a", "indicator"), Pattern("b", "claim", (Test("amount", "lt", Ref("a", "score")),), negated=True)))
    assert found(rule, fact("1"), fact("2", score=5), fact("3", "claim", amount=1)) == [("1",)]


def test_matches_are_sorted_by_rule_and_fact_ids() -> None:
    rules = [Rule("b", (Pattern("x", "indicator"),)), Rule("a", (Pattern("x", "indicator"),))]
    assert compile_rules(rules, SCHEMA).run([fact("2"), fact("1")]) == [Match(r, (("x", f),)) for r in "ab" for f in "12"]


def test_join_that_is_too_wide_is_refused_and_names_the_rule() -> None:
    wide = Rule("过宽", (Pattern("a", "indicator"), Pattern("b", "indicator")))
    with pytest.raises(PolicyError, match=r"过宽.*组合过多.*same_as"):
        compile_rules([wide], SCHEMA, limit=100).run([fact(str(n)) for n in range(20)])


def test_negation_without_join_is_not_wide() -> None:
    rule = Rule("r", (Pattern("a", "indicator"), Pattern("b", "claim", negated=True)))
    facts = [*(fact(f"i{n}") for n in range(300)), *(fact(f"c{n}", "claim") for n in range(300))]
    assert compile_rules([rule], SCHEMA, limit=1000).run(facts) == []


@pytest.mark.parametrize(
    ("patterns", "message"),
    [
        ((Pattern("a", "indicatr"),), "没有“indicatr”这种事实；是否想写“indicator”"),
        ((Pattern("a", "indicator", (Test("nam", "present"),)),), "没有这个字段；是否想写“name”"),
        ((Pattern("a", "indicator", (Test("name", "gt", "甲"),)),), "文本字段不能比较大小"),
        ((Pattern("a", "indicator", (Test("met", "lte", True),)),), "是否字段不能比较大小"),
        ((Pattern("a", "indicator", (Test("score", "eq", "1"),)),), "是 str，不是数值"),
        ((Pattern("a", "indicator", (Test("score", "eq", True),)),), "是 bool，不是数值"),
        ((Pattern("a", "indicator", (Test("score", "lt", Decimal("NaN")),)),), "不是有限的数"),
        ((Pattern("a", "indicator", (Test("score", "in", (Decimal(1), "1")),)),), "是 str，不是数值"),
        ((Pattern("a", "indicator", (Test("name", "in", "甲"),)),), "应为：一组值"),
        ((Pattern("a", "indicator", (Test("name", "eq", ("甲",)),)),), "应为：一个值"),
        ((Pattern("a", "indicator", (Test("score", "contains", ("1",)),)),), "数值字段不能用 contains"),
        ((Pattern("a", "indicator", (Test("name", "matches", "("),)),), "正则式 .* 无效"),
        ((Pattern("a", "indicator", (Test("name", "matches", None),)),), "正则式 None 无效"),
        ((Pattern("a", "indicator", (Test("name", "like", "甲"),)),), "没有“like”这种比较"),  # type: ignore[arg-type]
        ((Pattern("a", "indicator", (Test("name", "present", "甲"),)),), "不带比较值"),
        ((Pattern("a", "indicator", (Test("name", "in", Ref("", "form")),)),), "in 不能与另一个字段比较"),
        ((Pattern("a", "indicator", (Test("name", "eq", Ref("b", "name")),)),), "代号“b”未由前面的肯定条件给出"),
        ((Pattern("a", "indicator", (Test("name", "eq", Ref("", "score")),)),), "文本字段不能与数值字段 score 比较"),
        ((Pattern("a", "indicator"), Pattern("a", "claim")), "代号“a”重复"),
        ((Pattern("a", "indicator"), Pattern("b", "claim", (Test("name", "eq", Ref("a", "nam")),))), "没有字段“nam”"),
        ((Pattern("a", "indicator", negated=True),), "没有肯定条件"),
        ((Pattern("a", "indicator", negated=True), Pattern("b", "claim")), "第一个条件是否定条件"),
        (
            (
                Pattern("a", "indicator"),
                Pattern("b", "claim", negated=True),
                Pattern("c", "claim", (Test("name", "eq", Ref("b", "name")),)),
            ),
            "代号“b”未由前面的肯定条件给出",
        ),
        ((), "没有肯定条件"),
    ],
)
def test_wrong_rule_is_refused(patterns: tuple[Pattern, ...], message: str) -> None:
    rule = Rule("规则甲", patterns)
    with pytest.raises(PolicyError, match=f"规则“规则甲”：.*{message}"):
        compile_rules([rule], SCHEMA)


def test_every_problem_is_reported() -> None:
    text = messages(Rule("一", (Pattern("a", "x"),)), Rule("二", (Pattern("a", "y"),)), Rule("二", (Pattern("a", "indicator"),)))
    assert "没有“x”" in text
    assert "没有“y”" in text
    assert "“二”：规则编号重复" in text


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (Fact("甲", "other"), "事实“甲”的种类“other”未登记"),
        (Fact("甲", "claim", {"amount": 1}), "事实“甲”的字段“amount”是 int，不是数值"),  # type: ignore[dict-item]
        (Fact("甲", "claim", {"amount": Decimal("Infinity")}), "不是有限的数"),
        (Fact("甲", "claim", {"name": None}), "“name”是 NoneType"),  # type: ignore[dict-item]
        (Fact("甲", "claim", {"title": "x"}), "事实“甲”有未登记的字段“title”"),
    ],
)
def test_fact_that_does_not_fit_the_schema_is_an_internal_error(wrong: Fact, message: str) -> None:
    with pytest.raises(InternalError, match=message):
        compile_rules([], SCHEMA).run([wrong])


def test_two_facts_with_one_id_are_an_internal_error() -> None:
    with pytest.raises(InternalError, match="编号重复"):
        check_facts([fact("1"), fact("1")], SCHEMA)


def test_facts_with_the_same_value_are_not_tried_against_each_other() -> None:
    rule = Rule(
        "r",
        (
            Pattern("a", "item", ()),
            Pattern("b", "item", (Test("name", "eq", Ref("a", "name")), Test("group", "ne", Ref("a", "group")))),
        ),
        unordered=True,
    )
    schema: dict[str, dict[str, Literal["text", "number", "bool"]]] = {"item": {"name": "text", "group": "text"}}
    facts = [Fact(f"{n:04}", "item", {"name": "甲", "group": "乙" if n == 7 else "丙"}) for n in range(2000)]
    matcher = compile_rules([rule], schema, limit=10_000)
    found = matcher.run(facts)
    assert len(found) == 1999
    assert all("0007" in dict(match.facts).values() for match in found)


def test_a_rule_that_is_too_wide_leaves_the_others() -> None:
    wide = Rule("wide", (Pattern("a", "item", ()), Pattern("b", "item", ())))
    narrow = Rule("narrow", (Pattern("a", "item", (Test("name", "eq", "甲"),)),))
    schema: dict[str, dict[str, Literal["text", "number", "bool"]]] = {"item": {"name": "text"}}
    facts = [Fact(f"{n:04}", "item", {"name": "甲" if n == 3 else "乙"}) for n in range(200)]
    matches, skipped = compile_rules([wide, narrow], schema, limit=1_000).run_what_can(facts)
    assert [match.rule for match in matches] == ["narrow"]
    assert [(item.rule, "1,000" in item.reason) for item in skipped] == [("wide", True)]


SPREAD = Rule(
    "spread",
    (
        Pattern("a", "item", ()),
        Pattern("b", "item", (Test("name", "eq", Ref("a", "name")), Test("group", "ne", Ref("a", "group")))),
    ),
    unordered=True,
)
ITEMS: dict[str, dict[str, Literal["text", "number", "bool"]]] = {"item": {"name": "text", "group": "text", "other": "text"}}


def items(groups: int, each: int) -> list[Fact]:
    return [Fact(f"{n:04}", "item", {"name": "甲", "group": f"{n % groups}"}) for n in range(groups * each)]


def test_too_many_unlike_facts_are_each_held_against_one() -> None:
    facts = [*items(40, 10), Fact("x", "item", {"name": "乙", "group": "0"}), Fact("y", "item", {"name": "甲"})]
    matcher = compile_rules([SPREAD], ITEMS, limit=5_000)
    matches, limited = matcher.run_what_can(facts)
    assert [(item.rule, item.ran) for item in limited] == [("spread", True)]
    assert {identity for match in matches for _, identity in match.facts} == {fact.id for fact in facts[:400]}
    assert len(matches) <= 400
    assert {match.facts for match in matches} <= {match.facts for match in compile_rules([SPREAD], ITEMS).run(facts)}
    assert matcher.run_what_can(facts[::-1]) == (matches, limited), "whatever the order of facts"


@pytest.mark.parametrize(
    "rule",
    [
        Rule("concludes", SPREAD.patterns, Conclusion("pair", (("name", Ref("a", "name")),)), unordered=True),
        Rule("either-way-round-matters", SPREAD.patterns),
        Rule(
            "no-unlike-field", (SPREAD.patterns[0], Pattern("b", "item", (Test("name", "eq", Ref("a", "name")),))), unordered=True
        ),
    ],
    ids=lambda rule: rule.id,
)
def test_a_rule_that_rests_on_each_pair_is_left_out_whole(rule: Rule) -> None:
    matches, limited = compile_rules([rule], ITEMS, limit=5_000).run_what_can(items(40, 10))
    assert not matches
    assert [(item.rule, item.ran) for item in limited] == [(rule.id, False)]


def test_what_is_thinned_has_a_bound_too() -> None:
    """Where nearly every pair fails by another condition, each fact would be tried against all."""
    key, unlike = SPREAD.patterns[1].tests
    never = Pattern("b", "item", (key, Test("other", "ne", Ref("a", "other")), unlike))
    rule = Rule("never", (SPREAD.patterns[0], never), unordered=True)
    _, limited = compile_rules([rule], ITEMS, limit=5_000).run_what_can(items(40, 10))
    assert [(item.rule, item.ran) for item in limited] == [("never", False)]


def test_what_stands_against_a_pair_stands_when_thinned() -> None:
    """Groups 0 and 1 are spared against each other, whichever way round, and against the others one way round only."""
    spared = Pattern("c", "spare", (Test("group", "eq", Ref("a", "group")),), negated=True)
    rule = Rule("r", (*SPREAD.patterns, spared), unordered=True)
    facts = [*items(40, 10), *(Fact(f"s{n}", "spare", {"group": f"{n}"}) for n in range(2))]
    schema = {**ITEMS, "spare": ITEMS["item"]}
    whole = compile_rules([rule], schema, limit=1_000_000).run(facts)
    thinned, limited = compile_rules([rule], schema, limit=20_000).run_what_can(facts)
    assert [item.ran for item in limited] == [True]
    assert set(thinned) < set(whole)
    assert {dict(match.facts)["a"] for match in thinned}.isdisjoint(fact.id for fact in facts if fact.fields["group"] in ("0", "1"))
    assert {i for match in thinned for _, i in match.facts} == {i for match in whole for _, i in match.facts}
