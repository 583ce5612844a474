"""Checks of compiled rules and of facts against the schema of facts: the last line of defence before a matcher runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import cast

import re2

from engine.errors import InternalError, Place, Problem, nearest
from engine.language.model import Fact, Ref, Rule, Schema, Test
from engine.language.predicates import COMPARE, compiled

TYPES: dict[str, type] = {"text": str, "number": Decimal, "bool": bool}
NAMES = {"text": "文本", "number": "数值", "bool": "是否"}
_ORDERINGS = {"lt", "lte", "gt", "gte"}
_LISTS = {"in", "not_in", "contains", "not_contains"}
_TEXT_ONLY = {"contains", "not_contains", "matches", "not_matches"}
_OPS = {*COMPARE, *_LISTS, *_TEXT_ONLY, "present", "absent"}


def check_rules(rules: Sequence[Rule], schema: Schema) -> list[Problem]:
    """Everything that keeps the rules from being run over facts of this schema. The rule language reports the same with line
    numbers and before; this is the last line of defence, for rules made by a program."""
    problems: list[Problem] = []
    seen: set[str] = set()
    for rule in rules:
        if rule.id in seen:
            problems.append(_problem(rule, "规则编号重复", code="rule.twice"))
        seen.add(rule.id)
        problems += _check_rule(rule, schema)
    return problems


def _problem(rule: Rule, message: str, expected: str = "", close: str = "", *, code: str) -> Problem:
    return Problem(Place(path=rule.id), f"规则“{rule.id}”：{message}", expected, close, code=code)


def _check_rule(rule: Rule, schema: Schema) -> list[Problem]:
    problems: list[Problem] = []
    bound: dict[str, str] = {}  # alias of a positive pattern -> kind
    aliases: set[str] = set()
    if rule.patterns and rule.patterns[0].negated:
        problems.append(_problem(rule, "第一个条件是否定条件，此前没有任何事实", "先写一个肯定条件", code="rule.without-first"))
    if all(pattern.negated for pattern in rule.patterns):
        problems.append(_problem(rule, "没有肯定条件", "至少一个肯定条件", code="rule.without-first"))
    for pattern in rule.patterns:
        if pattern.alias in aliases or not pattern.alias:
            problems.append(
                _problem(rule, f"事实代号“{pattern.alias}”重复或为空", "每个条件一个不同的代号", code="rule.alias-twice")
            )
        aliases.add(pattern.alias)
        if pattern.kind not in schema:
            problems.append(
                _problem(rule, f"没有“{pattern.kind}”这种事实", close=nearest(pattern.kind, schema), code="rule.no-fact")
            )
            continue
        for test in pattern.tests:
            for message, expected, close, code in _check_test(test, pattern.kind, bound, schema):
                problems.append(_problem(rule, f"{pattern.alias}.{test.field}：{message}", expected, close, code=code))
        if not pattern.negated:
            bound[pattern.alias] = pattern.kind
    return problems


def _check_test(test: Test, kind: str, bound: Mapping[str, str], schema: Schema) -> Iterable[tuple[str, str, str, str]]:
    """(message, expected, nearest, code) of each thing wrong with a test of a fact of this kind."""
    if test.op == "any":
        for inner in (inner for option in test.options for inner in option):
            if isinstance(inner.value, Ref) and inner.value.alias:
                yield "any 里的条件不能与别的事实比较", "同一个事实的字段", "", "condition.any-other"
            else:
                yield from _check_test(inner, kind, bound, schema)
        return
    declared = schema[kind].get(test.field)
    if test.op not in _OPS:
        yield f"没有“{test.op}”这种比较", "、".join(sorted(_OPS)), nearest(str(test.op), _OPS), "condition.word"
    elif declared is None:
        yield f"“{kind}”没有这个字段", "", nearest(test.field, schema[kind]), "rule.no-field"
    elif test.op in ("present", "absent"):
        if test.value is not None:
            yield f"{test.op} 不带比较值", "不写值", "", "condition.types"
    elif test.op in _ORDERINGS and declared != "number":
        yield f"{NAMES[declared]}字段不能比较大小（{test.op}）", "数值字段", "", "condition.types"
    elif test.op in _TEXT_ONLY and declared != "text":
        yield f"{NAMES[declared]}字段不能用 {test.op}", "文本字段", "", "condition.types"
    elif isinstance(test.value, Ref):
        yield from _check_ref(test, test.value, declared, kind, bound, schema)
    elif test.op in ("matches", "not_matches"):
        try:
            compiled(cast(str, test.value))
        except (re2.error, TypeError, UnicodeEncodeError) as error:
            yield f"正则式 {test.value!r} 无效：{error}", "RE2 正则式", "", "condition.pattern"
    elif (test.op in _LISTS) is not isinstance(test.value, tuple):
        yield f"{test.op} 的比较值 {test.value!r} 不对", "一组值" if test.op in _LISTS else "一个值", "", "condition.types"
    else:
        for value in test.value if isinstance(test.value, tuple) else (test.value,):
            if why := wrong_type(value, declared):
                yield f"比较值 {value!r} {why}", NAMES[declared], "", "condition.types"


def _check_ref(
    test: Test, ref: Ref, declared: str, kind: str, bound: Mapping[str, str], schema: Schema
) -> Iterable[tuple[str, str, str, str]]:
    if test.op not in COMPARE:
        yield f"{test.op} 不能与另一个字段比较", "、".join(COMPARE), "", "condition.types"
    elif ref.alias and ref.alias not in bound:
        yield f"代号“{ref.alias}”未由前面的肯定条件给出", "、".join(bound), nearest(ref.alias, bound), "condition.no-alias"
    else:
        other_kind = bound[ref.alias] if ref.alias else kind
        other = schema[other_kind].get(ref.field)
        if other is None:
            yield f"“{other_kind}”没有字段“{ref.field}”", "", nearest(ref.field, schema[other_kind]), "rule.no-field"
        elif other != declared:
            yield f"{NAMES[declared]}字段不能与{NAMES[other]}字段 {ref.field} 比较", NAMES[declared], "", "condition.types"


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
    known: dict[str, dict[str, type]] = {}
    for fact in facts:
        if fact.id in seen:
            problems.append(Problem(Place(), f"事实“{fact.id}”编号重复", code="engine.facts"))
        seen.add(fact.id)
        declared = schema.get(fact.kind)
        if declared is None:
            problems.append(
                Problem(
                    Place(), f"事实“{fact.id}”的种类“{fact.kind}”未登记", nearest=nearest(fact.kind, schema), code="engine.facts"
                )
            )
            continue
        types = known.get(fact.kind)
        if types is None:
            types = known[fact.kind] = {name: TYPES[type_] for name, type_ in declared.items()}
        for name, value in fact.fields.items():
            if type(value) is types.get(name) and (type(value) is not Decimal or value.is_finite()):
                continue
            if name not in declared:
                problems.append(
                    Problem(Place(), f"事实“{fact.id}”有未登记的字段“{name}”", nearest=nearest(name, declared), code="engine.facts")
                )
            elif why := wrong_type(value, declared[name]):
                problems.append(Problem(Place(), f"事实“{fact.id}”的字段“{name}”{why}", code="engine.facts"))
    if problems:
        raise InternalError(problems)
