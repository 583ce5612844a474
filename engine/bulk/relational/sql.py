"""Expressions of SQL, each with its type. `queries` has the tables they are put to.

An expression is text over the names of columns, so it means the same over any table that has columns of these names; what reads
columns a table does not have is refused when it is put there (`KeyError`). Names are told apart by those who join: two tables that
share one cannot be joined. The words are DuckDB's, which runs the plans everywhere, on Spark as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["boolean", "int16", "int32", "int64", "wide", "text", "decimal"]
"""Types of columns. `wide`: whole numbers of 128 bits."""

TYPES: Mapping[str, str] = {
    "boolean": "BOOLEAN",
    "int16": "SMALLINT",
    "int32": "INTEGER",
    "int64": "BIGINT",
    "wide": "HUGEINT",
    "text": "VARCHAR",
    "decimal": "DECIMAL(36, 6)",
}
_ORDER = ("boolean", "text", "int16", "int32", "int64", "wide", "decimal")


def quoted(name: str) -> str:
    """A name of a column or table."""
    return '"' + name.replace('"', '""') + '"'


def word(text: str) -> str:
    """A text as SQL."""
    return "'" + text.replace("'", "''") + "'"


@dataclass(frozen=True, slots=True, eq=False)
class Expr:
    """An expression: its text, what type it has, and the columns it reads. Comparing gives an expression, as in SQL: a comparison
    with null is null."""

    sql: str
    kind: Kind
    reads: frozenset[str] = frozenset()

    def _with(self, other: Expr, op: str, kind: Kind) -> Expr:
        return Expr(f"({self.sql} {op} {other.sql})", kind, self.reads | other.reads)

    def __add__(self, other: Expr) -> Expr:
        return self._with(other, "+", common((self, other)))

    def __mul__(self, other: Expr) -> Expr:
        return self._with(other, "*", common((self, other)))

    def __mod__(self, other: int) -> Expr:
        return self._with(whole(other), "%", self.kind)

    def __neg__(self) -> Expr:
        return Expr(f"(-{self.sql})", self.kind, self.reads)

    def __eq__(self, other: object) -> Expr:  # type: ignore[override]
        return self._with(_expr(other), "=", "boolean")

    def __ne__(self, other: object) -> Expr:  # type: ignore[override]
        return self._with(_expr(other), "<>", "boolean")

    __hash__ = object.__hash__

    def __lt__(self, other: Expr | int) -> Expr:
        return self._with(_expr(other), "<", "boolean")

    def __le__(self, other: Expr | int) -> Expr:
        return self._with(_expr(other), "<=", "boolean")

    def __gt__(self, other: Expr | int) -> Expr:
        return self._with(_expr(other), ">", "boolean")

    def __ge__(self, other: Expr | int) -> Expr:
        return self._with(_expr(other), ">=", "boolean")

    def __and__(self, other: Expr) -> Expr:
        if FALSE.sql in (self.sql, other.sql):
            return FALSE
        if self.sql == TRUE.sql:
            return other
        return self if other.sql == TRUE.sql else self._with(other, "AND", "boolean")

    def __or__(self, other: Expr) -> Expr:
        if TRUE.sql in (self.sql, other.sql):
            return TRUE
        if self.sql == FALSE.sql:
            return other
        return self if other.sql == FALSE.sql else self._with(other, "OR", "boolean")

    def __invert__(self) -> Expr:
        constant = {TRUE.sql: FALSE, FALSE.sql: TRUE}
        return constant.get(self.sql) or Expr(f"(NOT {self.sql})", "boolean", self.reads)

    def bits(self, mask: int) -> Expr:
        """Those of the mask's bits that an integer has."""
        return Expr(f"({self.sql} & {whole(mask).sql})", self.kind, self.reads)

    def common_bits(self, other: Expr) -> Expr:
        return self._with(other, "&", common((self, other)))

    def isnull(self) -> Expr:
        return Expr(f"({self.sql} IS NULL)", "boolean", self.reads)

    def notnull(self) -> Expr:
        return Expr(f"({self.sql} IS NOT NULL)", "boolean", self.reads)

    def fill_null(self, other: Expr) -> Expr:
        """The other where this is null."""
        if self.sql in (TRUE.sql, FALSE.sql):
            return self
        return Expr(f"coalesce({self.sql}, {other.sql})", common((self, other)), self.reads | other.reads)

    def holds(self) -> Expr:
        """Whether a condition is true: false where it is null."""
        return self.fill_null(FALSE)

    def null_if(self, other: Expr) -> Expr:
        return Expr(f"nullif({self.sql}, {other.sql})", self.kind, self.reads | other.reads)

    def identical_to(self, other: Expr) -> Expr:
        """Whether both are the same, null as well."""
        return self._with(other, "IS NOT DISTINCT FROM", "boolean")

    def abs(self) -> Expr:
        return Expr(f"abs({self.sql})", self.kind, self.reads)

    def ifelse(self, yes: Expr, no: Expr) -> Expr:
        """The one where this condition holds, else the other."""
        return cases([(self, yes)], no)

    def isin(self, values: Sequence[int]) -> Expr:
        """Whether it is one of these; null where it is null, but for none of which it is never one."""
        if not values:
            return FALSE
        listed = ", ".join(map(str, values))
        return Expr(f"({self.sql} IN ({listed}))", "boolean", self.reads)

    def cast(self, kind: Kind, written: str = "") -> Expr:
        return Expr(f"CAST({self.sql} AS {written or TYPES[kind]})", kind, self.reads)


def _expr(value: object) -> Expr:
    if isinstance(value, Expr):
        return value
    assert isinstance(value, int)
    assert not isinstance(value, bool)
    return Expr(str(value), "int64")


def common(given: Iterable[Expr]) -> Kind:
    """The type that holds values of these."""
    return max((one.kind for one in given), key=_ORDER.index)


TRUE, FALSE = Expr("TRUE", "boolean"), Expr("FALSE", "boolean")


def truth(value: bool) -> Expr:
    return TRUE if value else FALSE


def whole(value: int, kind: Kind = "int64") -> Expr:
    """A constant whole number."""
    return Expr(f"{value}::{TYPES[kind]}" if value >= 0 else f"({value})::{TYPES[kind]}", kind)


def text(value: str) -> Expr:
    return Expr(word(value), "text")


def null(kind: Kind) -> Expr:
    return Expr(f"NULL::{TYPES[kind]}", kind)


def cases(found: Iterable[tuple[Expr, Expr]], otherwise: Expr) -> Expr:
    """The value that goes with the first condition that holds."""
    parts: list[tuple[Expr, Expr]] = []
    for when, then in found:
        if when.sql == FALSE.sql:
            continue
        if when.sql == TRUE.sql:
            otherwise = then
            break
        parts.append((when, then))
    if not parts:
        return otherwise
    said = " ".join(f"WHEN {when.sql} THEN {then.sql}" for when, then in parts)
    reads = frozenset().union(*(one.reads for pair in parts for one in pair), otherwise.reads)
    return Expr(f"(CASE {said} ELSE {otherwise.sql} END)", common([*(then for _, then in parts), otherwise]), reads)


def bitwise_or(given: Sequence[Expr]) -> Expr:
    """Whole numbers laid over each other bit by bit."""
    return Expr(f"({' | '.join(one.sql for one in given)})", common(given), frozenset().union(*(one.reads for one in given)))


def called(name: str, kind: Kind, *given: Expr) -> Expr:
    """A function of the database."""
    return Expr(f"{name}({', '.join(one.sql for one in given)})", kind, frozenset().union(*(one.reads for one in given)))


def least(a: Expr, b: Expr) -> Expr:
    return called("least", common((a, b)), a, b)


def greatest(a: Expr, b: Expr) -> Expr:
    return called("greatest", common((a, b)), a, b)


def quotient(n: Expr, d: Expr) -> Expr:
    """The whole part of n / d, d not 0."""
    return Expr(f"({n.sql} // {d.sql})", common((n, d)), n.reads | d.reads)


def first_of(*given: Expr) -> Expr:
    """The first that is not null."""
    return called("coalesce", common(given), *given)


def numbered(by: Sequence[Expr], order: Sequence[Expr]) -> Expr:
    """The number of a row, from 0, among those that agree in `by`, in an order."""
    over = f"PARTITION BY {', '.join(one.sql for one in by)} ORDER BY {', '.join(f'{one.sql} NULLS LAST' for one in order)}"
    reads = frozenset().union(*(one.reads for one in (*by, *order)))
    return Expr(f"(row_number() OVER ({over}) - 1)", "int64", reads)


# --- of groups ------------------------------------------------------------------------------------------------------


def rows() -> Expr:
    """How many rows a group has."""
    return Expr("count(*)", "int64")


def count(condition: Expr) -> Expr:
    """Of how many rows of a group a condition holds."""
    return Expr(f"(count(*) FILTER (WHERE {condition.sql}))", "int64", condition.reads)


def total(expr: Expr) -> Expr:
    """The sum of a group, in 64 bits or, of wide numbers, in 128; null where all are null."""
    if expr.kind == "wide":
        return Expr(f"sum({expr.sql})", "wide", expr.reads)
    return Expr(f"sum({expr.sql})::BIGINT", "int64", expr.reads)


def smallest(expr: Expr) -> Expr:
    return called("min", expr.kind, expr)


def largest(expr: Expr) -> Expr:
    return called("max", expr.kind, expr)
