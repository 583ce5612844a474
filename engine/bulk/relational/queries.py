"""Tables and queries as they are put together, with the columns they have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from engine.bulk.relational.sql import Expr, Kind, common, quoted


@dataclass(frozen=True, slots=True, eq=False)
class Query:
    """A table that is stored, or a query, with its columns.

    Columns that are made one after the other are made by one query as long as none is made of another: each layer of a query is
    planned by the database anew."""

    source: str
    """A stored table or a query in brackets, that the columns are made of."""
    kinds: Mapping[str, Kind]
    made: Mapping[str, Expr] | None = None
    """The columns as they are made of the source's; None: those of the source as they are."""

    @property
    def columns(self) -> list[str]:
        return list(self.kinds)

    def __getitem__(self, name: str) -> Expr:
        return Expr(quoted(name), self.kinds[name], frozenset((name,)))

    def query(self) -> str:
        """The table as a statement."""
        if self.made is None:
            return self.source[1:-1] if self.source.startswith("(") else f"SELECT * FROM {self.source}"
        return f"SELECT {', '.join(_as(expr, name) for name, expr in self.made.items())} FROM {self.source}"

    @property
    def sql(self) -> str:
        """The table to select from."""
        return self.source if self.made is None else f"({self.query()})"

    def checked(self, given: Iterable[Expr], beside: Iterable[str] = ()) -> None:
        """KeyError if any reads a column that there is not."""
        known = {*self.kinds, *beside}
        for one in given:
            if not one.reads <= known:
                raise KeyError(*sorted(one.reads - known))

    def check(self, expr: Expr) -> None:
        """KeyError if it reads a column that there is not."""
        self.checked([expr])

    def select(self, *names: str, **made: Expr) -> Query:
        """These columns, and those that are made of the table's."""
        listed = {**{name: self[name] for name in names}, **made}
        self.checked(listed.values())
        kinds = {name: expr.kind for name, expr in listed.items()}
        if self.made is None:
            return Query(self.source, kinds, listed)
        mine = self.made
        kept = {name for name, expr in mine.items() if expr.sql == quoted(name)}
        out: dict[str, Expr] = {}
        for name, expr in listed.items():
            if expr.reads <= kept:
                out[name] = expr
            elif len(expr.reads) == 1 and expr.sql == quoted(*expr.reads):  # another name for a column
                out[name] = mine[next(iter(expr.reads))]
            else:
                return Query(self.sql, kinds, listed)
        return Query(self.source, kinds, out)

    def mutate(self, **made: Expr) -> Query:
        """The table with columns added, or made anew in their place."""
        return self.select(**{**{name: self[name] for name in self.kinds}, **made}) if made else self

    def drop(self, *names: str) -> Query:
        return self.select(*(name for name in self.kinds if name not in names))

    def filter(self, condition: Expr) -> Query:
        """The rows of which a condition holds."""
        self.check(condition)
        return Query(f"(SELECT * FROM {self.sql} WHERE {condition.sql})", self.kinds)

    def _joined(self, how: str, other: Query, on: Sequence[Expr], kinds: Mapping[str, Kind]) -> Query:
        if same := self.kinds.keys() & other.kinds.keys():
            raise ValueError(f"columns of both tables: {sorted(same)}")
        self.checked(on, other.kinds)
        return Query(f"(SELECT * FROM {self.sql} {how} JOIN {other.sql} ON {' AND '.join(one.sql for one in on)})", kinds)

    def left_join(self, other: Query, *on: Expr) -> Query:
        return self._joined("LEFT", other, on, {**self.kinds, **other.kinds})

    def inner_join(self, other: Query, *on: Expr) -> Query:
        return self._joined("INNER", other, on, {**self.kinds, **other.kinds})

    def anti_join(self, other: Query, *on: Expr) -> Query:
        """The rows for which the other has none."""
        return self._joined("ANTI", other, on, self.kinds)

    def doubled(self, name: str, condition: Expr) -> Query:
        """Each row as number 0 and, where a condition holds, as number 1 as well."""
        self.check(condition)
        two = f"(SELECT unnest([0, 1])::SMALLINT AS {quoted(name)})"
        where = f"{quoted(name)} = 0 OR {condition.sql}"
        return Query(f"(SELECT * FROM {self.sql} CROSS JOIN {two} WHERE {where})", {**self.kinds, name: "int16"})

    def union(self, other: Query) -> Query:
        """The rows of both, which have the same columns."""
        if [*self.kinds] != [*other.kinds]:
            raise ValueError("tables of other columns")
        kinds = {name: common((self[name], other[name])) for name in self.kinds}
        return Query(f"({self.query()} UNION ALL {other.query()})", kinds)

    def grouped(self, by: Mapping[str, Expr], made: Mapping[str, Expr]) -> Query:
        """A row for each value of `by`, with what is made of its rows."""
        self.checked([*by.values(), *made.values()])
        listed = ", ".join(_as(expr, name) for name, expr in (*by.items(), *made.items()))
        keys = ", ".join(str(n + 1) for n in range(len(by)))
        kinds = {name: expr.kind for name, expr in (*by.items(), *made.items())}
        return Query(f"(SELECT {listed} FROM {self.sql} GROUP BY {keys})", kinds)

    def distinct(self) -> Query:
        return Query(f"(SELECT DISTINCT * FROM {self.sql})", self.kinds)


def stored(name: str, kinds: Mapping[str, Kind]) -> Query:
    """A table of this name."""
    return Query(quoted(name), kinds)


def _as(expr: Expr, name: str) -> str:
    said = quoted(name)
    return said if expr.sql == said else f"{expr.sql} AS {said}"
