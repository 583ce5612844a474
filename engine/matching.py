"""The plain-Python matcher of the intermediate form: compiled once, run on many submissions.

It is the referee of `engine.durable` on every evaluation, and runs alone where durable-rules cannot be installed.
Patterns are taken in the order written. Facts are looked up by kind, by one equality with a constant, and by the fields an
equality join names; whatever is left is tried one by one, and counted, so that a rule without a join key is an error and
not an endless run.

Order: matches are sorted by rule id, then by the ids of their facts, both compared as text. With `unordered`, the
combination whose ids come first in that order is the one kept. Neither depends on the order in which facts are given.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

import re2

from engine.errors import InternalError, Place, PolicyError, Problem, nearest
from engine.ir import Fact, Match, Ref, Rule, Scalar, Schema, Test

JOIN_LIMIT = 200_000
"""How many combinations of facts one rule may try on one submission."""

Fields = Mapping[str, Scalar]
Predicate = Callable[[Fields], bool]

COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "lte": operator.le,
    "gt": operator.gt,
    "gte": operator.ge,
}
TYPES: dict[str, type] = {"text": str, "number": Decimal, "bool": bool}
NAMES = {"text": "文本", "number": "数值", "bool": "是否"}
_ORDERINGS = {"lt", "lte", "gt", "gte"}
_LISTS = {"in", "not_in", "contains", "not_contains"}
_TEXT_ONLY = {"contains", "not_contains", "matches", "not_matches"}
_OPS = {*COMPARE, *_LISTS, *_TEXT_ONLY, "present", "absent"}


# --- tests of a single fact ----------------------------------------------------------------------------------------


def predicate(test: Test) -> Predicate:
    """The test as a function of one fact's fields. For tests that look at no other fact: constants, or a Ref without alias."""
    name, op, value = test.field, test.op, test.value
    if op == "present":
        return lambda fields: name in fields
    if op == "absent":
        return lambda fields: name not in fields
    if isinstance(value, Ref):
        compare, other = COMPARE[op], value.field
        return lambda fields: name in fields and other in fields and compare(fields[name], fields[other])
    if op in COMPARE:
        compare = COMPARE[op]
        return lambda fields: name in fields and compare(fields[name], value)
    holds, wanted = _one_of_many(op, value), not op.startswith("not_")
    return lambda fields: name in fields and holds(fields[name]) is wanted


def _one_of_many(op: str, value: object) -> Callable[[Any], bool]:
    """The affirmative form of a list or text test, as a function of the field's value."""
    if op in ("in", "not_in"):
        allowed = frozenset(cast(tuple[Scalar, ...], value))
        return lambda actual: actual in allowed
    if op in ("contains", "not_contains"):
        parts = cast(tuple[str, ...], value)
        return lambda actual: any(part in actual for part in parts)
    return _searcher(cast(str, value))


def _searcher(pattern: str) -> Callable[[str], bool]:
    search = _pattern(pattern).search

    def found(text: str) -> bool:
        try:
            return search(text) is not None
        except UnicodeEncodeError:  # half a surrogate pair (a broken emoji of a Word file), which UTF-8 cannot hold: U+FFFD
            return search(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")) is not None

    return found


@functools.lru_cache(maxsize=1024)
def _pattern(pattern: str) -> Any:
    options = re2.Options()
    options.log_errors = False  # the reason travels in the exception; RE2 would print it as well
    return re2.compile(pattern, options)


# --- checks --------------------------------------------------------------------------------------------------------


def check_rules(rules: Sequence[Rule], schema: Schema) -> list[Problem]:
    """Everything that keeps the rules from being run over facts of this schema. The rule language reports the same with line
    numbers and before; this is the last line of defence, for rules made by a program."""
    problems: list[Problem] = []
    seen: set[str] = set()
    for rule in rules:
        if rule.id in seen:
            problems.append(_problem(rule, "规则编号重复"))
        seen.add(rule.id)
        problems += _check_rule(rule, schema)
    return problems


def _problem(rule: Rule, message: str, expected: str = "", close: str = "") -> Problem:
    return Problem(Place(path=rule.id), f"规则“{rule.id}”：{message}", expected, close, code="rule")


def _check_rule(rule: Rule, schema: Schema) -> list[Problem]:
    problems: list[Problem] = []
    bound: dict[str, str] = {}  # alias of a positive pattern -> kind
    aliases: set[str] = set()
    if rule.patterns and rule.patterns[0].negated:
        problems.append(_problem(rule, "第一个条件是否定条件，此前没有任何事实", "先写一个肯定条件"))
    if all(pattern.negated for pattern in rule.patterns):
        problems.append(_problem(rule, "没有肯定条件", "至少一个肯定条件"))
    for pattern in rule.patterns:
        if pattern.alias in aliases or not pattern.alias:
            problems.append(_problem(rule, f"事实代号“{pattern.alias}”重复或为空", "每个条件一个不同的代号"))
        aliases.add(pattern.alias)
        if pattern.kind not in schema:
            problems.append(_problem(rule, f"没有“{pattern.kind}”这种事实", close=nearest(pattern.kind, schema)))
            continue
        for test in pattern.tests:
            for message, expected, close in _check_test(test, pattern.kind, bound, schema):
                problems.append(_problem(rule, f"{pattern.alias}.{test.field}：{message}", expected, close))
        if not pattern.negated:
            bound[pattern.alias] = pattern.kind
    return problems


def _check_test(test: Test, kind: str, bound: Mapping[str, str], schema: Schema) -> Iterable[tuple[str, str, str]]:
    """(message, expected, nearest) of each thing wrong with a test of a fact of this kind."""
    declared = schema[kind].get(test.field)
    if test.op not in _OPS:
        yield f"没有“{test.op}”这种比较", "、".join(sorted(_OPS)), nearest(str(test.op), _OPS)
    elif declared is None:
        yield f"“{kind}”没有这个字段", "", nearest(test.field, schema[kind])
    elif test.op in ("present", "absent"):
        if test.value is not None:
            yield f"{test.op} 不带比较值", "不写值", ""
    elif test.op in _ORDERINGS and declared != "number":
        yield f"{NAMES[declared]}字段不能比较大小（{test.op}）", "数值字段", ""
    elif test.op in _TEXT_ONLY and declared != "text":
        yield f"{NAMES[declared]}字段不能用 {test.op}", "文本字段", ""
    elif isinstance(test.value, Ref):
        yield from _check_ref(test, test.value, declared, kind, bound, schema)
    elif test.op in ("matches", "not_matches"):
        try:
            _pattern(cast(str, test.value))
        except (re2.error, TypeError, UnicodeEncodeError) as error:
            yield f"正则式 {test.value!r} 无效：{error}", "RE2 正则式", ""
    elif (test.op in _LISTS) is not isinstance(test.value, tuple):
        yield f"{test.op} 的比较值 {test.value!r} 不对", "一组值" if test.op in _LISTS else "一个值", ""
    else:
        for value in test.value if isinstance(test.value, tuple) else (test.value,):
            if why := wrong_type(value, declared):
                yield f"比较值 {value!r} {why}", NAMES[declared], ""


def _check_ref(
    test: Test, ref: Ref, declared: str, kind: str, bound: Mapping[str, str], schema: Schema
) -> Iterable[tuple[str, str, str]]:
    if test.op not in COMPARE:
        yield f"{test.op} 不能与另一个字段比较", "、".join(COMPARE), ""
    elif ref.alias and ref.alias not in bound:
        yield f"代号“{ref.alias}”未由前面的肯定条件给出", "、".join(bound), nearest(ref.alias, bound)
    else:
        other_kind = bound[ref.alias] if ref.alias else kind
        other = schema[other_kind].get(ref.field)
        if other is None:
            yield f"“{other_kind}”没有字段“{ref.field}”", "", nearest(ref.field, schema[other_kind])
        elif other != declared:
            yield f"{NAMES[declared]}字段不能与{NAMES[other]}字段 {ref.field} 比较", NAMES[declared], ""


def wrong_type(value: object, declared: str) -> str:
    """Why the value is not of the declared type; empty if it is. Subclasses, int, float and NaN are not let in."""
    if type(value) is not TYPES[declared]:
        return f"是 {type(value).__name__}，不是{NAMES[declared]}"
    if isinstance(value, Decimal) and not value.is_finite():
        return "不是有限的数"
    return ""


def check_facts(facts: Sequence[Fact], schema: Schema) -> None:
    """Facts are made by the engine, so one that does not fit the schema is an InternalError naming fact and field."""
    problems: list[Problem] = []
    seen: set[str] = set()
    for fact in facts:
        if fact.id in seen:
            problems.append(Problem(Place(), f"事实“{fact.id}”编号重复"))
        seen.add(fact.id)
        declared = schema.get(fact.kind)
        if declared is None:
            problems.append(Problem(Place(), f"事实“{fact.id}”的种类“{fact.kind}”未登记", nearest=nearest(fact.kind, schema)))
            continue
        for name, value in fact.fields.items():
            if name not in declared:
                problems.append(Problem(Place(), f"事实“{fact.id}”有未登记的字段“{name}”", nearest=nearest(name, declared)))
            elif why := wrong_type(value, declared[name]):
                problems.append(Problem(Place(), f"事实“{fact.id}”的字段“{name}”{why}"))
    if problems:
        raise InternalError(problems)


def too_wide(rule: str, tried: int, limit: int) -> PolicyError:
    """The error of a rule whose facts combine too freely. Never silently cut: the rest could hold findings."""
    message = f"规则“{rule}”要比较的事实组合过多（至少 {tried} 个，上限 {limit} 个）"
    return PolicyError(Problem(Place(path=rule), message, "在两个事实之间写一个相等条件（same_as）作为连接键", code="join-width"))


# --- compiled rules ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Step:
    """A pattern made ready: which facts to look at, how they join with those bound before."""

    memory: int
    negated: bool
    own_key: tuple[str, ...]
    """Fields of this fact that equality joins compare ..."""
    bound_key: tuple[tuple[int, str], ...]
    """... with these (slot, field) of facts bound before."""
    others: tuple[tuple[str, Callable[[Any, Any], bool], int, str], ...]
    """Every other join: own field, comparison, slot, field."""


@dataclass(frozen=True, slots=True)
class _Plan:
    rule: Rule
    aliases: tuple[str, ...]
    steps: tuple[_Step, ...]


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
        self._plans = [self._plan(rule) for rule in sorted(rules, key=lambda rule: rule.id)]

    def _plan(self, rule: Rule) -> _Plan:
        slots: dict[str, int] = {}
        steps = []
        for pattern in rule.patterns:
            joins = [(test, test.value) for test in pattern.tests if isinstance(test.value, Ref) and test.value.alias]
            keys = [(test.field, ref) for test, ref in joins if test.op == "eq"]
            memory = self._memory(pattern.kind, [t for t in pattern.tests if not (isinstance(t.value, Ref) and t.value.alias)])
            others = tuple((test.field, COMPARE[test.op], slots[ref.alias], ref.field) for test, ref in joins if test.op != "eq")
            bound_key = tuple((slots[ref.alias], ref.field) for _, ref in keys)
            steps.append(_Step(memory, pattern.negated, tuple(name for name, _ in keys), bound_key, others))
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

    def run(self, facts: Sequence[Fact], *, checked: bool = False) -> list[Match]:
        """All matches, sorted. `checked`: the caller has called `check_facts`. InternalError for a fact that does not fit the
        schema, PolicyError for a rule that tries more combinations than `limit`."""
        if not checked:
            check_facts(facts, self.schema)
        run = _Run(facts, [memory for _, memory in self._memories.values()])
        return [match for plan in self._plans for match in self._matches(plan, run)]

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
                    raise too_wide(plan.rule.id, tried, self.limit)
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

    def __init__(self, facts: Sequence[Fact], memories: list[_Memory]) -> None:
        self.ids = [fact.id for fact in facts]
        self.rows = [fact.fields for fact in facts]
        self._kinds: dict[str, list[int]] = {}
        for i, fact in enumerate(facts):
            self._kinds.setdefault(fact.kind, []).append(i)
        self._memories = memories
        self._constants: dict[tuple[str, str], dict[Scalar | None, list[int]]] = {}
        self._passing: dict[int, list[int]] = {}
        self._keyed: dict[tuple[int, tuple[str, ...]], dict[object, list[int]]] = {}

    def candidates(self, step: _Step) -> Callable[[tuple[int, ...]], list[int]]:
        """From the facts bound to those that pass the step's own tests and equality joins."""
        if not step.own_key:
            passing = self._pass(step.memory)
            return lambda bound: passing
        keyed, rows = self._key(step.memory, step.own_key), self.rows
        if len(step.own_key) == 1:
            ((slot, name),) = step.bound_key
            return lambda bound: keyed.get(rows[bound[slot]].get(name), [])
        return lambda bound: keyed.get(tuple(rows[bound[slot]].get(name) for slot, name in step.bound_key), [])

    def joins(self, i: int, bound: tuple[int, ...], step: _Step) -> bool:
        """Whether fact i stands in every other relation with the facts bound. Absent on either side: it does not."""
        for name, compare, slot, other in step.others:
            left, right = self.rows[i].get(name), self.rows[bound[slot]].get(other)
            if left is None or right is None or not compare(left, right):
                return False
        return True

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
