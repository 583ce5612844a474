"""The plain-Python matcher of the intermediate form: compiled once, run on many submissions.

It is the referee of `durable` on every evaluation, and runs alone where durable-rules cannot be installed.
Patterns are taken in the order written. Facts are looked up by kind, by one equality with a constant, and by the fields an
equality join names; whatever is left is tried one by one, and counted, so that a rule without a join key is an error and
not an endless run.

Order: matches are sorted by rule id, then by the ids of their facts, both compared as text. With `unordered`, the
combination whose ids come first in that order is the one kept. Neither depends on the order in which facts are given.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, cast

from engine.errors import Place, PolicyError, Problem
from engine.findings.matching.checks import check_facts, check_rules
from engine.language.generated import Which
from engine.language.model import Fact, Match, Ref, Rule, Scalar, Schema, Test
from engine.language.predicates import COMPARE, Predicate, predicate

FACTS_WORTH = 2_000
"""Facts after which the tests of all rules are compiled to a function for each kind of fact."""
JOIN_LIMIT = 200_000
"""How many combinations of facts one rule may try on one submission. Above it the rule is thinned or left out, and this is told."""


@dataclass(frozen=True, slots=True)
class Limited:
    """A rule that did not run in full on these facts, and why (Chinese): `ran` where it was thinned, else it was left out."""

    rule: str
    reason: str
    ran: bool = False


class _TooWide(Exception):
    """A rule tries more combinations than it may; never leaves this module."""


def too_wide(rule: str, tried: int, limit: int) -> PolicyError:
    """The error of a rule whose facts combine too freely. Never silently cut: the rest could hold findings."""
    message = f"规则“{rule}”要比较的事实组合过多（至少 {tried} 个，上限 {limit} 个）"
    return PolicyError(
        Problem(Place(path=rule), message, "在两个事实之间写一个相等条件（same_as）作为连接键", code="rule.join-width")
    )


@dataclass(frozen=True, slots=True)
class _Step:
    """A pattern made ready: which facts to look at, how they join with those bound before."""

    memory: int
    negated: bool
    own_key: tuple[str, ...]
    """Fields of this fact that equality joins compare ..."""
    bound_key: tuple[tuple[int, str], ...]
    """... with these (slot, field) of facts bound before."""
    unlike: tuple[str, int, str] | None
    """A field whose value must be another than (slot, field) has: facts are looked up by it, so that equal ones cost nothing."""
    others: tuple[tuple[str, Callable[[Any, Any], bool], int, str], ...]
    """Every other join: own field, comparison, slot, field."""


@dataclass(frozen=True, slots=True)
class _Plan:
    rule: Rule
    aliases: tuple[str, ...]
    steps: tuple[_Step, ...]

    @property
    def thins(self) -> bool:
        """Whether the rule holds facts of one sort against those unlike them, the same either way round, and nothing rests on each
        pair: then one such fact for each says all there is to say of it."""
        if not self.rule.unordered or self.rule.conclude is not None or len(self.aliases) != 2:
            return False
        first, second, *rest = self.steps
        if first.memory != second.memory or second.unlike is None or not all(step.negated for step in rest):
            return False
        alike = all(name == other for name, (_, other) in zip(second.own_key, second.bound_key, strict=True))
        unlike = [(second.unlike[0], second.unlike[2])]
        unlike += [(name, other) for name, compare, _, other in second.others if compare is COMPARE["ne"]]
        return alike and len(unlike) == 1 + len(second.others) and all(name == other for name, other in unlike)


@dataclass(frozen=True, slots=True)
class _Memory:
    """The facts of a kind that pass the tests which look at no other fact. Shared by all patterns that ask for the same."""

    kind: str
    key: tuple[str, Scalar] | None
    predicates: tuple[Predicate, ...]


class PlainMatcher:
    """Rules compiled for one schema. Holds no state between runs, so threads may share it."""

    def __init__(self, rules: Sequence[Rule], schema: Schema, limit: int = JOIN_LIMIT) -> None:
        """PolicyError with every problem of every rule."""
        if problems := check_rules(rules, schema):
            raise PolicyError(problems)
        self.schema = schema
        self.limit = limit
        self._memories: dict[tuple[str, frozenset[Test]], tuple[int, _Memory]] = {}
        self._seen = 0
        self._of_kind: dict[str, tuple[tuple[int, ...], Which]] | None = None
        self._plans = [self._plan(rule) for rule in sorted(rules, key=lambda rule: rule.id)]

    def _plan(self, rule: Rule) -> _Plan:
        slots: dict[str, int] = {}
        steps = []
        for pattern in rule.patterns:
            joins = [(test, test.value) for test in pattern.tests if isinstance(test.value, Ref) and test.value.alias]
            keys = [(test.field, ref) for test, ref in joins if test.op == "eq"]
            memory = self._memory(pattern.kind, [t for t in pattern.tests if not (isinstance(t.value, Ref) and t.value.alias)])
            rest = [(test.field, test.op, slots[ref.alias], ref.field) for test, ref in joins if test.op != "eq"]
            # of several the last: an officer writes that the forms differ first, and what about them differs after
            unlike = next((join for join in reversed(rest) if join[1] == "ne"), None) if keys and not pattern.negated else None
            others = tuple((name, COMPARE[op], slot, field) for name, op, slot, field in rest if (name, op, slot, field) != unlike)
            bound_key = tuple((slots[ref.alias], ref.field) for _, ref in keys)
            apart = (unlike[0], unlike[2], unlike[3]) if unlike else None
            steps.append(_Step(memory, pattern.negated, tuple(name for name, _ in keys), bound_key, apart, others))
            if not pattern.negated:
                slots[pattern.alias] = len(slots)
        return _Plan(rule, tuple(slots), tuple(steps))

    def _memory(self, kind: str, tests: list[Test]) -> int:
        name = (kind, frozenset(tests))
        if name not in self._memories:
            constant = next((test for test in tests if test.op == "eq" and not isinstance(test.value, Ref)), None)
            key = (constant.field, cast(Scalar, constant.value)) if constant else None
            memory = _Memory(kind, key, tuple(predicate(test) for test in tests if test is not constant))
            self._memories[name] = len(self._memories), memory
        return self._memories[name][0]

    def _by_kind(self) -> dict[str, tuple[tuple[int, ...], Which]]:
        """For each kind of fact the memories of it, and what tells which of them a fact is in."""
        out: dict[str, list[tuple[int, frozenset[Test]]]] = {}
        for (kind, tests), (number, _) in self._memories.items():
            out.setdefault(kind, []).append((number, tests))
        return {kind: (tuple(n for n, _ in every), Which([tuple(tests) for _, tests in every])) for kind, every in out.items()}

    def run(self, facts: Sequence[Fact], *, checked: bool = False) -> list[Match]:
        """All matches, sorted. `checked`: the caller has called `check_facts`. InternalError for a fact that does not fit the
        schema, PolicyError for a rule that tries more combinations than `limit`."""
        found, limited = self.run_what_can(facts, checked=checked)
        if limited:
            raise too_wide(limited[0].rule, self.limit + 1, self.limit)
        return found

    def run_what_can(
        self, facts: Sequence[Fact], *, checked: bool = False, spent: dict[str, float] | None = None
    ) -> tuple[list[Match], list[Limited]]:
        """All matches, sorted, of the rules that can run on these facts, and the rules that cannot, or can only where each fact is
        held against one that is unlike it instead of against all. `spent`: the seconds each rule takes are added to it.
        InternalError as `run`."""
        if not checked:
            check_facts(facts, self.schema)
        self._seen += len(facts)
        if self._of_kind is None and self._seen > FACTS_WORTH:
            self._of_kind = self._by_kind()
        run = _Run(facts, [memory for _, memory in self._memories.values()], self._of_kind)
        matches: list[Match] = []
        limited: list[Limited] = []
        for plan in self._plans:
            begin = time.perf_counter()
            if not run.can_match(plan):
                continue
            try:
                try:
                    matches += self._matches(plan, run)
                except _TooWide:
                    if not plan.thins:
                        raise
                    matches += self._thinned(plan, run)
                    limited.append(Limited(plan.rule.id, "写法不同的过多，每处只与其中一处相比", ran=True))
            except _TooWide:
                limited.append(Limited(plan.rule.id, f"要比较的事实组合超过 {self.limit:,} 个"))
            if spent is not None:
                spent[plan.rule.id] = spent.get(plan.rule.id, 0.0) + time.perf_counter() - begin
        return matches, limited

    def _thinned(self, plan: _Plan, run: _Run) -> list[Match]:
        """Each fact with the first, by their ids, that is unlike it and makes a match: about as many as there are facts."""
        first, second, *rest = plan.steps
        assert second.unlike is not None
        unlike, free = run.unlike(second, *second.unlike), [(step, run.candidates(step)) for step in rest]
        tried = 0
        pairs: list[tuple[int, ...]] = []
        for i in run.candidates(first)(()):
            for j in chain.from_iterable(unlike((i,))):
                ways = ((i, j), (j, i)) if run.ids[i] < run.ids[j] else ((j, i), (i, j))
                tried += 1 + sum(len(near(bound)) for _, near in free for bound in ways)
                if tried > self.limit:
                    raise _TooWide
                if second.others and not run.joins(j, (i,), second):
                    continue
                if found := next((bound for bound in ways if not run.meets(bound, free)), None):
                    pairs.append(found)
                    break
        return settle(plan.rule, plan.aliases, [tuple(run.ids[i] for i in bound) for bound in pairs])

    def _matches(self, plan: _Plan, run: _Run) -> list[Match]:
        partial: list[tuple[int, ...]] = [()]
        tried = 0
        for step in plan.steps:
            candidates = run.candidates(step)
            kept: list[tuple[int, ...]] = []
            for bound in partial:
                near = candidates(bound)
                decided = step.negated and not step.others  # more facts near than bound: one of them is free
                tried += 1 if decided else len(near)
                if tried > self.limit:
                    raise _TooWide
                if decided and len(near) > len(bound):
                    continue
                fitting = [i for i in near if i not in bound and (not step.others or run.joins(i, bound, step))]
                if not step.negated:
                    kept += [(*bound, i) for i in fitting]
                elif not fitting:
                    kept.append(bound)
            partial = kept
            if not partial:
                return []
        return settle(plan.rule, plan.aliases, [tuple(run.ids[i] for i in bound) for bound in partial])


def settle(rule: Rule, aliases: tuple[str, ...], combinations: Iterable[tuple[str, ...]]) -> list[Match]:
    """Sorted matches of one rule from the fact ids bound; with `unordered`, the first of those that bind the same facts."""
    ordered = sorted(combinations)
    if rule.unordered:
        first: dict[tuple[str, ...], tuple[str, ...]] = {}
        for ids in ordered:
            first.setdefault(tuple(sorted(ids)), ids)
        ordered = list(first.values())
    return [Match(rule.id, tuple(zip(aliases, ids, strict=True))) for ids in ordered]


class _Run:
    """What one run looks up again and again: facts by kind, by constant, by join key. Facts are numbers, for speed."""

    def __init__(
        self, facts: Sequence[Fact], memories: list[_Memory], of_kind: Mapping[str, tuple[tuple[int, ...], Which]] | None
    ) -> None:
        self.ids = [fact.id for fact in facts]
        self.rows = [fact.fields for fact in facts]
        self._kinds: dict[str, list[int]] = {}
        for i, fact in enumerate(facts):
            self._kinds.setdefault(fact.kind, []).append(i)
        self._memories = memories
        self._constants: dict[tuple[str, str], dict[Scalar | None, list[int]]] = {}
        self._passing: dict[int, list[int]] = {}
        if of_kind is not None:
            self._sort(len(memories), of_kind)
        self._keyed: dict[tuple[int, tuple[str, ...]], dict[object, list[int]]] = {}

    def _sort(self, memories: int, of_kind: Mapping[str, tuple[tuple[int, ...], Which]]) -> None:
        """Every fact into the memories it is in, by one look at it."""
        self._passing = {number: [] for number in range(memories)}
        for kind, facts in self._kinds.items():
            if kind not in of_kind:
                continue
            numbers, which = of_kind[kind]
            for i in facts:
                for n in which.all(self.rows[i]):
                    self._passing[numbers[n]].append(i)

    def candidates(self, step: _Step) -> Callable[[tuple[int, ...]], list[int]]:
        """From the facts bound to those that pass the step's own tests and equality joins."""
        if step.unlike is not None:
            unlike = self.unlike(step, *step.unlike)
            return lambda bound: [i for found in unlike(bound) for i in found]
        if not step.own_key:
            passing = self._pass(step.memory)
            return lambda bound: passing
        keyed, rows = self._key(step.memory, step.own_key), self.rows
        if len(step.own_key) == 1:
            ((slot, name),) = step.bound_key
            return lambda bound: keyed.get(rows[bound[slot]].get(name), [])
        return lambda bound: keyed.get(tuple(rows[bound[slot]].get(name) for slot, name in step.bound_key), [])

    def unlike(self, step: _Step, own: str, slot: int, other: str) -> Callable[[tuple[int, ...]], Iterator[list[int]]]:
        """As `candidates`, of facts whose own value is not that of the bound one, together by value. Absent on either side: none.
        Facts, and values by their first fact, come in the order of ids, whatever the order they were given in."""
        keyed, rows = self._key(step.memory, step.own_key), self.rows
        groups: dict[object, dict[Scalar, list[int]]] = {}
        alone = len(step.own_key) == 1

        def near(bound: tuple[int, ...]) -> Iterator[list[int]]:
            values = tuple(rows[bound[at]].get(name) for at, name in step.bound_key)
            key: object = values[0] if alone else values
            if key not in groups:
                groups[key] = {}
                for i in sorted(keyed.get(key, ()), key=lambda i: self.ids[i]):
                    if (value := rows[i].get(own)) is not None:
                        groups[key].setdefault(value, []).append(i)
            here = rows[bound[slot]].get(other)
            return iter(()) if here is None else (found for value, found in groups[key].items() if value != here)

        return near

    def can_match(self, plan: _Plan) -> bool:
        """Whether there are facts for the first pattern of a rule, and facts of the kind of each other that is no negation: most
        rules end here."""
        first, *others = plan.steps
        if not self._pass(first.memory):
            return False
        return all(step.negated or self._memories[step.memory].kind in self._kinds for step in others)

    def joins(self, i: int, bound: tuple[int, ...], step: _Step) -> bool:
        """Whether fact i stands in every other relation with the facts bound. Absent on either side: it does not."""
        for name, compare, slot, other in step.others:
            left, right = self.rows[i].get(name), self.rows[bound[slot]].get(other)
            if left is None or right is None or not compare(left, right):
                return False
        return True

    def meets(self, bound: tuple[int, ...], negated: Iterable[tuple[_Step, Callable[[tuple[int, ...]], list[int]]]]) -> bool:
        """Whether a fact beside those bound fits one of the negated steps."""
        return any(k not in bound and self.joins(k, bound, step) for step, near in negated for k in near(bound))

    def _pass(self, number: int) -> list[int]:
        if number not in self._passing:
            memory = self._memories[number]
            facts = self._kinds.get(memory.kind, [])
            if memory.key and facts:
                facts = self._constant(memory.kind, memory.key[0]).get(memory.key[1], [])
            for holds in memory.predicates:
                facts = [i for i in facts if holds(self.rows[i])]
            self._passing[number] = facts
        return self._passing[number]

    def _constant(self, kind: str, name: str) -> dict[Scalar | None, list[int]]:
        if (kind, name) not in self._constants:
            index: dict[Scalar | None, list[int]] = {}
            for i in self._kinds[kind]:
                index.setdefault(self.rows[i].get(name), []).append(i)
            self._constants[kind, name] = index
        return self._constants[kind, name]

    def _key(self, number: int, names: tuple[str, ...]) -> dict[object, list[int]]:
        """An absent field leaves the fact out, so that the absent of the other side finds nothing."""
        if (number, names) not in self._keyed:
            index: dict[object, list[int]] = {}
            for i in self._pass(number):
                values = [self.rows[i].get(name) for name in names]
                if None not in values:
                    index.setdefault(values[0] if len(values) == 1 else tuple(values), []).append(i)
            self._keyed[number, names] = index
        return self._keyed[number, names]


def compile_rules(rules: Sequence[Rule], schema: Schema, limit: int = JOIN_LIMIT) -> PlainMatcher:
    """Rules made ready to run. PolicyError with every problem found."""
    return PlainMatcher(rules, schema, limit)
