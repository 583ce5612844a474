"""Random rules over random facts: plain matcher, durable-rules and a brute force written from the words of `language.model` agree.

Run as a program for a long fuzz: `python tests/property/test_matchers_agree.py CASES SEED`.
"""

from __future__ import annotations

import random
import re
import sys
import time
from collections.abc import Iterator, Sequence
from decimal import Decimal

import pytest
from deep import Figure, tries
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from engine.errors import PolicyError
from engine.findings.matching import durable_library
from engine.findings.matching.chaining import Outcome, compile_program, run
from engine.findings.matching.durable import DurableMatcher
from engine.findings.matching.durable_library import DurableFailed
from engine.findings.matching.plain import compile_rules
from engine.language.model import Conclusion, Fact, Match, Pattern, Ref, Rule, Scalar, Schema, Test

SCHEMA: Schema = {
    "indicator": {"name": "text", "level": "text", "score": "number", "weight": "number", "met": "bool", "own": "bool"},
    'f"\0\\': {"id": "text", "sid": "number", "$m": "number", "a.b": "text", "": "bool", "k": "number", "_": "text"},
    "指标😀": {"编码": "text", "维度": "text", "金额": "number", "all": "number", "达标": "bool"},
}
DERIVED: Schema = {
    f"derived{level}": {"name": "text", "of": "text", "n": "number", "m": "number", "yes": "bool"} for level in range(3)
}
TEXTS = [
    "甲",
    "甲乙",
    "丙丁",
    "是",
    "",
    'a"b',
    "x\\y",
    "😀𠮷",
    "a\0b",
    "1",
    "1.0",
    "true",
    "长" * 65_536,
    "\ud800",
    "甲\udc00乙",
    "95%",
    "null",
]
NUMBERS = [
    Decimal(n)
    for n in ["-3", "-1", "-0", "0", "0.0", "0.1", "1", "1.0", "1.00", "2", "3", "1E+40", "1E-40", "12345678901234567890.5"]
]
PARTS = ["甲", "乙", "", "0", "\0", '"', "\ud800", "长长", "😀"]
PATTERNS = ["甲", "^甲", "乙$", "[0-9]", "^$", ".", "a.b", "true|是", "\\\\", "^长{3}"]
ALIASES = ["a", "b", "c", "T", "m", "左 值", "", "id", "$and", "甲"]

Rows = Sequence[Fact]


# --- the words of language.model, as directly as possible ---------------------------------------------------------------


def passes(test: Test, fact: Fact, bound: dict[str, Fact]) -> bool:
    if test.op == "absent":
        return test.field not in fact.fields
    if test.field not in fact.fields:
        return False
    left = fact.fields[test.field]
    right: object = test.value
    if isinstance(right, Ref):
        other = bound[right.alias] if right.alias else fact
        if right.field not in other.fields:
            return False
        right = other.fields[right.field]
    match test.op:
        case "present":
            return True
        case "eq":
            return left == right
        case "ne":
            return left != right
        case "lt":
            return left < right
        case "lte":
            return left <= right
        case "gt":
            return left > right
        case "gte":
            return left >= right
        case "in":
            return any(left == each for each in right)
        case "not_in":
            return all(left != each for each in right)
        case "contains":
            return any(each in left for each in right)
        case "not_contains":
            return all(each not in left for each in right)
        case "matches" | "not_matches":
            readable = "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in left)
            return (re.search(right.replace("$", r"\Z"), readable) is not None) is (test.op == "matches")
    raise AssertionError(test.op)


def combinations(rule: Rule, facts: Rows) -> Iterator[tuple[str, ...]]:
    def extend(index: int, bound: dict[str, Fact]) -> Iterator[tuple[str, ...]]:
        if index == len(rule.patterns):
            yield tuple(fact.id for fact in bound.values())
            return
        pattern = rule.patterns[index]
        free = (fact for fact in facts if fact.kind == pattern.kind and not any(fact is other for other in bound.values()))
        fitting = (fact for fact in free if all(passes(test, fact, bound) for test in pattern.tests))
        if pattern.negated:
            if not list(fitting):
                yield from extend(index + 1, bound)
        else:
            for fact in fitting:
                yield from extend(index + 1, {**bound, pattern.alias: fact})

    yield from extend(0, {})


def brute_force(rules: Sequence[Rule], facts: Rows) -> list[Match]:
    out = []
    for rule in rules:
        aliases = [p.alias for p in rule.patterns if not p.negated]
        found = list(combinations(rule, facts))
        if rule.unordered:
            found = [ids for ids in found if ids == min(other for other in found if sorted(other) == sorted(ids))]
        out += [Match(rule.id, tuple(zip(aliases, ids, strict=True))) for ids in found]
    return sorted(out, key=lambda match: (match.rule, match.facts))


def brute_force_chain(rules: Sequence[Rule], facts: Rows) -> set[tuple[str, frozenset[tuple[str, Scalar]]]]:
    """Contents of the facts derived, level by level: kinds are named after the level at which they are complete."""
    everything = list(facts)
    known = {(fact.kind, frozenset(fact.fields.items())) for fact in facts}
    new: set[tuple[str, frozenset[tuple[str, Scalar]]]] = set()
    for kind in DERIVED:
        group = [rule for rule in rules if rule.conclude and rule.conclude.kind == kind]
        growing = True
        while growing:
            growing = False
            rows = {fact.id: fact.fields for fact in everything}
            for match in brute_force(group, everything):
                conclude = next(rule.conclude for rule in group if rule.id == match.rule)
                bound = dict(match.facts)
                fields = {}
                for name, source in conclude.fields:
                    if not isinstance(source, Ref):
                        fields[name] = source
                    elif source.field in rows[bound[source.alias]]:
                        fields[name] = rows[bound[source.alias]][source.field]
                content = (kind, frozenset(fields.items()))
                if content not in known:
                    known.add(content)
                    new.add(content)
                    everything.append(Fact(f"brute{len(everything)}", kind, fields))
                    growing = True
    return new


# --- random rules and facts ----------------------------------------------------------------------------------------


def constant(rng: random.Random, declared: str) -> Scalar:
    if declared == "bool":
        return rng.random() < 0.5
    return rng.choice(NUMBERS) if declared == "number" else rng.choice(TEXTS)


def random_test(rng: random.Random, kind: str, bound: dict[str, str], schema: Schema) -> Test:
    name = rng.choice(list(schema[kind]))
    declared = schema[kind][name]
    compare = ["eq", "eq", "ne"] + ["lt", "lte", "gt", "gte"] * (declared == "number")
    choice = rng.random()
    if choice < 0.1:
        return Test(name, rng.choice(["present", "absent"]))
    if choice < 0.55 and bound:
        alias = rng.choice(list(bound))
        same = [other for other, its in schema[bound[alias]].items() if its == declared]
        if same:
            return Test(name, rng.choice(compare), Ref(alias, rng.choice(same)))
    if choice < 0.65:
        return Test(
            name, rng.choice(compare), Ref("", rng.choice([other for other, its in schema[kind].items() if its == declared]))
        )
    if choice < 0.75:
        return Test(name, rng.choice(["in", "not_in"]), tuple(constant(rng, declared) for _ in range(rng.randint(0, 3))))
    if choice < 0.9 and declared == "text":
        if rng.random() < 0.5:
            return Test(name, rng.choice(["contains", "not_contains"]), tuple(rng.sample(PARTS, rng.randint(0, 2))))
        return Test(name, rng.choice(["matches", "not_matches"]), rng.choice(PATTERNS))
    return Test(name, rng.choice(compare), constant(rng, declared))


def random_rule(rng: random.Random, number: int, schema: Schema, most: int, level: int | None = None) -> Rule:
    """`level`: conclude a fact of that level, from facts of levels not above it (negated: below it)."""
    signs = [False, *rng.sample([False] * (most - 1) + [True] * 2, rng.randint(0, most))]
    bound: dict[str, str] = {}
    patterns = []
    for alias, negated in zip(rng.sample([a for a in ALIASES if a], len(signs)), signs, strict=True):
        allowed = [kind for kind in schema if level is None or kind not in DERIVED or int(kind[-1]) <= level - negated]
        made = [kind for kind in allowed if kind in DERIVED]
        kind = rng.choice(made if made and rng.random() < 0.4 else allowed)
        tests = tuple(
            random_test(rng, kind, bound, schema) for _ in range(rng.choice([0, 1, 1, 2] if level is not None else [0, 1, 1, 2, 3]))
        )
        patterns.append(Pattern(alias, kind, tests, negated))
        if not negated:
            bound[alias] = kind
    conclude = None
    if level is not None:
        kind = f"derived{level}"
        fields = []
        for name in rng.sample(list(DERIVED[kind]), rng.randint(1, 3)):
            sources = [Ref(a, f) for a, k in bound.items() for f, its in schema[k].items() if its == DERIVED[kind][name]]
            fields.append((name, rng.choice(sources) if sources and rng.random() < 0.8 else constant(rng, DERIVED[kind][name])))
        conclude = Conclusion(kind, tuple(fields))
    return Rule(f"规则{number}", tuple(patterns), conclude, unordered=rng.random() < 0.3)


def random_facts(rng: random.Random, count: int) -> list[Fact]:
    missing = rng.choice([0, 0.1, 0.4])
    few = {  # few values, so that joins find partners; all of them at times
        "text": rng.sample(TEXTS, rng.choice([1, 2, 4, len(TEXTS)])),
        "number": rng.sample(NUMBERS, rng.choice([1, 2, 4, len(NUMBERS)])),
        "bool": rng.choice([[True], [False], [True, False]]),
    }
    facts = []
    for number in range(count):
        kind = rng.choice(list(SCHEMA))
        fields = {name: rng.choice(few[declared]) for name, declared in SCHEMA[kind].items() if rng.random() >= missing}
        facts.append(Fact(rng.choice(["f", '"', "\ud800", "事"]) + str(number), kind, fields))
    return facts


# --- the properties ------------------------------------------------------------------------------------------------


def check_matchers(rng: random.Random, most_facts: int, submissions: int = 2, most_rules: int = 12) -> int:
    """Plain, durable-rules and brute force on the same rules; then with the facts shuffled. How many evaluations were made."""
    rules = [random_rule(rng, number, SCHEMA, most=3) for number in range(rng.randint(1, most_rules))]
    plain = compile_rules(rules, SCHEMA, limit=100_000)
    library = DurableMatcher(rules, SCHEMA) if durable_library.available() else None
    done = 0
    for _ in range(submissions):
        facts = random_facts(rng, rng.randint(0, most_facts))
        try:
            found = plain.run(facts)
        except PolicyError:
            continue
        if most_facts <= 20:
            assert found == brute_force(rules, facts)
        shuffled = rng.sample(facts, len(facts))
        assert plain.run(shuffled) == found
        if library:
            assert library.run(facts, checked=True) == found
            assert library.run(shuffled, checked=True) == found
            done += 2
    if library:
        library.close()
    return done


def check_chaining(rng: random.Random, most_facts: int = 8) -> int:
    """Forward chaining against the brute force: the facts derived, and the matches over all facts."""
    schema = {**SCHEMA, **DERIVED}
    rules = [random_rule(rng, number, schema, most=2, level=rng.choice([None, 0, 0, 1, 2])) for number in range(rng.randint(3, 10))]
    facts = random_facts(rng, rng.randint(0, most_facts))
    with compile_program(rules, SCHEMA, DERIVED, join_limit=20_000) as program:
        try:
            outcome = run(program, facts)
        except PolicyError:
            return 0
        if len(outcome.derived) > 60:
            return 2 * outcome.rounds
        assert {(each.fact.kind, frozenset(each.fact.fields.items())) for each in outcome.derived} == brute_force_chain(
            rules, facts
        )
        everything = [*facts, *(each.fact for each in outcome.derived)]
        assert list(outcome.matches) == brute_force(rules, everything)
        shuffled: Outcome = run(program, rng.sample(facts, len(facts)))
        assert shuffled == outcome
        assert outcome.matcher == ("durable-rules+plain" if durable_library.available() else "plain")
    return 2 * outcome.rounds


@seed(20210331)
@settings(max_examples=tries(50, 7500), deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False))
def test_matchers_agree_with_the_definition(rng: random.Random) -> None:
    check_matchers(rng, most_facts=10, submissions=1, most_rules=4)


@seed(20210331)
@settings(max_examples=tries(30, 5000), deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False))
def test_chaining_agrees_with_the_definition(rng: random.Random) -> None:
    check_chaining(rng, most_facts=6)


@pytest.mark.deep
@pytest.mark.parametrize("batch", range(8))
def test_matchers_agree_sweep(batch: int, figure: Figure) -> None:
    rounds = tries(30, 5000)
    done = sum(check_matchers(random.Random(batch * 100_000 + number), most_facts=20) for number in range(rounds))
    figure(f"{rounds:,} sets of rules, {done:,} evaluations, no mismatch")


@pytest.mark.deep
@pytest.mark.parametrize("batch", range(4))
def test_chaining_sweep(batch: int, figure: Figure) -> None:
    rounds = tries(30, 3000)
    done = sum(check_chaining(random.Random(batch * 100_000 + number)) for number in range(rounds))
    figure(f"{rounds:,} sets of rules, {done:,} evaluations, no mismatch")


def test_matchers_agree_on_many_facts() -> None:
    done = sum(check_matchers(random.Random(number), most_facts=300, submissions=1, most_rules=6) for number in range(8))
    assert done or not durable_library.available()


def test_rules_beyond_one_handle_agree() -> None:
    if durable_library.available():
        check_matchers(random.Random(7), most_facts=12, most_rules=120)


def fuzz(cases: int, first: int) -> None:
    begin = time.time()
    evaluations = chained = number = refused = 0
    while evaluations + chained < cases:
        rng = random.Random(first * 10_000_019 + number)
        number += 1
        try:
            if rng.random() < 0.2:
                chained += check_chaining(rng)
            else:
                evaluations += check_matchers(
                    rng, rng.choice([6, 12, 12, 20, 20, 20, 60, 300 if rng.random() < 0.3 else 20]), 6, rng.choice([4, 12, 40])
                )
        except DurableFailed as error:
            refused += 1
            print("refused", first, number - 1, error)
        except AssertionError:
            print("MISMATCH", first, number - 1, flush=True)
            raise
    seconds = time.time() - begin
    print(f"{number} rule sets, {evaluations} evaluations, {chained} in chaining, {refused} refused, no mismatch, {seconds:.0f} s")


if __name__ == "__main__":
    fuzz(int(sys.argv[1]), int(sys.argv[2]))
