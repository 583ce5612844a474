"""Fields of facts as columns, and condition words as expressions over them.

Texts are numbers (`columns.text_id`), so equality of texts is equality of integers. What looks inside a text (contains,
matches) is asked once of each distinct text, by the engine's own predicates or by DuckDB's RE2, and comes as bits beside the
column. A field with few possible values known to the policy (`choices`) needs no bits: the question is put to the values.

A missing value is null, and a comparison with null is null: no condition holds of it but `absent`, as in the reference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

from engine.bulk.corpus.columns import Beyond, text_id
from engine.bulk.relational import numbers, sql
from engine.bulk.relational.numbers import Int, Number
from engine.bulk.relational.queries import Query
from engine.bulk.relational.sql import Expr
from engine.language import predicates
from engine.language.conditions import Condition
from engine.language.model import Ref, Scalar, Test, leaves

PATTERN_WORDS = ("contains", "matches")
WORD = 62
"""Bits to a column."""

Pattern = tuple[str, Any]
"""contains or matches, and its words or expression."""


class Unsupported(Exception):
    """What the relational executors cannot do; the reference executor does it."""


@dataclass(frozen=True, slots=True)
class TextColumn:
    """A column of text numbers. `bits` holds the answers to `patterns`, in words of WORD bits."""

    expr: Expr
    choices: tuple[str, ...] | None = None
    patterns: tuple[Pattern, ...] = ()
    bits: tuple[Expr, ...] = ()

    def found(self, pattern: Pattern) -> Expr:
        """Whether the text contains one of the words, or matches; null where there is no text."""
        if self.choices is not None:
            holds = predicates.predicate(Test("x", cast(Any, pattern[0]), pattern[1]))
            return one_of(self.expr, [text_id(choice) for choice in self.choices if holds({"x": choice})])
        if pattern not in self.patterns:
            raise Unsupported(f"没有准备“{pattern[0]}”的结果")
        place = self.patterns.index(pattern)
        return self.bits[place // WORD].bits(1 << place % WORD) != 0


@dataclass(frozen=True, slots=True)
class Flag:
    expr: Expr


@dataclass(frozen=True, slots=True)
class Presence:
    """A text that is written only for people: all that is known is whether there is one."""

    expr: Expr
    """True where there is one, null where not."""


@dataclass(frozen=True, slots=True)
class Branches:
    """A number whose form depends on a condition: what a claim should be equal to. Conditions exclude each other."""

    cases: tuple[tuple[Expr, Number], ...]


Value = TextColumn | Flag | Presence | Number | Branches
Fields = Mapping[str, Value]


def one_of(expr: Expr, ids: Sequence[int]) -> Expr:
    """Whether a text is one of these; null where there is none."""
    return expr.isin(list(ids)) if ids else expr.notnull().ifelse(sql.FALSE, sql.null("boolean"))


def pattern_of(test: Test) -> Pattern | None:
    """The question about the inside of a text that a test asks, if it does."""
    word = test.op.removeprefix("not_")
    if word not in PATTERN_WORDS:
        return None
    return word, test.value


def every(conditions: Iterable[Expr]) -> Expr:
    out = None
    for condition in conditions:
        out = condition if out is None else out & condition
    return sql.TRUE if out is None else out


def holds(conditions: Iterable[Condition], fields: Fields) -> Expr:
    """All of a case's conditions; null or false where one does not hold."""
    return every(condition(item.test, fields) for item in conditions)


def condition(test: Test, fields: Fields, bound: Mapping[str, Fields] | None = None) -> Expr:
    """A test as an expression. Raises Unsupported."""
    if test.op == "any":
        return _any(every(condition(inner, fields, bound) for inner in option).holds() for option in test.options)
    value = _field(fields, test.field)
    if test.op == "present":
        return _present(value)
    if test.op == "absent":
        return ~_present(value)
    if isinstance(value, Presence):
        raise Unsupported(f"“{test.field}”的文字不在语料里")
    if isinstance(test.value, Ref):
        other = _field((bound or {})[test.value.alias] if test.value.alias else fields, test.value.field)
        return _against(test.op, value, other)
    if pattern := pattern_of(test):
        if not isinstance(value, TextColumn):
            raise Unsupported(f"“{test.field}”不是文字")
        found = value.found(pattern)
        return ~found if test.op.startswith("not_") else found
    if test.op in ("in", "not_in"):
        inside = _among(value, cast(tuple[Scalar, ...], test.value))
        return ~inside if test.op == "not_in" else inside
    return _against(test.op, value, _constant(cast(Scalar, test.value)))


def _field(fields: Fields, name: str) -> Value:
    if name not in fields:
        raise Unsupported(f"语料里没有字段“{name}”")
    return fields[name]


def _present(value: Value) -> Expr:
    if isinstance(value, Number):
        return numbers.present(value)
    if isinstance(value, Branches):
        out = sql.FALSE
        for when, number in value.cases:
            out = out | (when & numbers.present(number)).holds()
        return out
    return value.expr.notnull()


def _constant(value: Scalar) -> Value:
    if isinstance(value, bool):
        return Flag(sql.truth(value))
    if isinstance(value, str):
        try:
            return TextColumn(numbers.literal(text_id(value)))
        except Beyond as why:
            raise Unsupported(str(why)) from None
    return numbers.constant(value)


def _against(op: str, left: Value, right: Value) -> Expr:
    if isinstance(left, Branches):
        return _any(when & _against(op, number, right) for when, number in left.cases)
    if isinstance(right, Branches):
        return _any(when & _against(op, left, number) for when, number in right.cases)
    if isinstance(left, Number) and isinstance(right, Number):
        return numbers.compare(op, left, right)
    if op not in ("eq", "ne") or type(left) is not type(right) or isinstance(left, Number | Presence):
        raise Unsupported(f"不能用 {op} 比较")
    assert not isinstance(right, Number)
    return left.expr == right.expr if op == "eq" else left.expr != right.expr


def _any(expressions: Iterable[Expr]) -> Expr:
    out = sql.FALSE
    for expression in expressions:
        out = out | expression
    return out


def _among(value: Value, wanted: tuple[Scalar, ...]) -> Expr:
    if isinstance(value, TextColumn):
        return one_of(value.expr, [text_id(str(item)) for item in wanted])
    equal = _any(_against("eq", value, _constant(item)) for item in wanted)
    return _present(value).ifelse(equal, sql.null("boolean"))


@dataclass(slots=True)
class Patterns:
    """The questions about texts that a policy asks, by kind of fact and field."""

    asked: dict[tuple[str, str], list[Pattern]] = field(default_factory=dict)

    def ask(self, kind: str, tests: Iterable[Test]) -> None:
        for test in leaves(tests):
            if pattern := pattern_of(test):
                known = self.asked.setdefault((kind, test.field), [])
                if pattern not in known:
                    known.append(pattern)

    def of(self, kind: str, name: str) -> tuple[Pattern, ...]:
        return tuple(self.asked.get((kind, name), ()))


def bit_columns(name: str, count: int) -> list[str]:
    """Names of the columns that hold so many answers for a field."""
    return [f"{name}__{word}" for word in range(-(-count // WORD))]


def answers(patterns: Sequence[Pattern]) -> Callable[[str], list[int]]:
    """The answers of a text as words of bits, by the predicates of the reference."""
    tests = [predicates.predicate(Test("x", cast(Any, word), value)) for word, value in patterns]

    def words(text: str) -> list[int]:
        bits = [test({"x": text}) for test in tests]
        return [sum(1 << n for n, bit in enumerate(bits[start : start + WORD]) if bit) for start in range(0, len(bits), WORD)]

    return words


# --- the same value over another table ------------------------------------------------------------------------------


def moved(value: Value, table: Any) -> Value:
    """A value over a table that has the columns it is made of, by the same names. KeyError if it does not."""
    if isinstance(value, Number):
        return replace(value, up=_moved_int(value.up, table), down=_moved_int(value.down, table))
    if isinstance(value, Branches):
        return Branches(tuple((moved_expr(when, table), cast(Number, moved(number, table))) for when, number in value.cases))
    if isinstance(value, TextColumn):
        return replace(value, expr=moved_expr(value.expr, table), bits=tuple(moved_expr(bit, table) for bit in value.bits))
    return type(value)(moved_expr(value.expr, table))


def _moved_int(part: Int, table: Any) -> Int:
    return part if part.expr is None else Int(moved_expr(part.expr, table), part.most, part.wide)


def moved_expr(expr: Expr, table: Query) -> Expr:
    """An expression over the columns of the same names of another table. KeyError for what the table does not have."""
    if missing := expr.reads - table.kinds.keys():
        raise KeyError(*sorted(missing))
    return expr


def rebased(fields: Fields, table: Any) -> dict[str, Value]:
    """The fields over a stored table: those of a column of their own name read it, others keep their expression; those whose
    columns were not stored are left out."""
    out: dict[str, Value] = {}
    for name, value in fields.items():
        try:
            if name in table.columns and isinstance(value, Number) and value.down.expr is None:
                out[name] = replace(value, up=Int(table[name], value.up.most, value.up.wide)) if not value.constant else value
            elif name in table.columns and isinstance(value, Flag | Presence):
                out[name] = type(value)(table[name])
            elif name in table.columns and isinstance(value, TextColumn):
                words = tuple(table[word] for word in bit_columns(name, len(value.patterns))) if value.bits else ()
                out[name] = replace(value, expr=table[name], bits=words)
            else:
                out[name] = moved(value, table)
        except KeyError:
            continue
    return out
