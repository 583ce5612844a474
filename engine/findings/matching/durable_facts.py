"""The facts of one submission as durable-rules takes them: integers, in columns over the facts of a kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.findings.matching.durable_library import SID
from engine.findings.matching.durable_rules import IntegerColumn
from engine.language.generated import Which
from engine.language.model import Fact
from engine.language.predicates import Predicate

_ABSENT = -1  # no code and no rank is negative


class Coded:
    """One submission in integers: columns over the facts of a kind, computed when first asked for.

    `columns` and `constants` are those of the rules, `folds` the tests of columns that hold where all of them do, `compiled` the
    same by kind as one function, where they have been asked often enough."""

    def __init__(
        self,
        facts: Sequence[Fact],
        columns: dict[IntegerColumn, int],
        folds: dict[int, list[Predicate]],
        constants: dict[str, int],
        compiled: Mapping[str, tuple[tuple[int, ...], Which]] | None = None,
    ) -> None:
        self.positions: dict[str, list[int]] = {}
        self._rows: dict[str, list[Any]] = {}
        for position, fact in enumerate(facts):
            self.positions.setdefault(fact.kind, []).append(position)
            self._rows.setdefault(fact.kind, []).append(fact.fields)
        self._columns = list(columns)
        self._folds = folds
        self._compiled = compiled
        self._constants = constants
        self._texts: dict[str, int] = {}  # codes of this submission, all above those of the constants
        self._values: dict[int, list[int]] = {}
        numbers = {
            row[column.field]
            for column in self._columns
            if column.what == "rank"
            for row in self._rows.get(column.kind, ())
            if column.field in row
        }
        self._ranks = {value: rank for rank, value in enumerate(sorted(numbers))}

    def values(self, number: int) -> list[int]:
        """A column, in the order of `positions` of its kind."""
        if number not in self._values:
            column = self._columns[number]
            rows, name = self._rows.get(column.kind, []), column.field
            if column.what == "fold" and self._compiled is not None:
                self._fold(*self._compiled[column.kind], rows)
                return self._values[number]
            if column.what == "present":
                values = [int(name in row) for row in rows]
            elif column.what == "fold":
                passing: Sequence[int] = range(len(rows))
                for holds in self._folds[number]:
                    passing = [i for i in passing if holds(rows[i])]
                values = [0] * len(rows)
                for i in passing:
                    values[i] = 1
            elif column.what == "rank":
                values = [self._ranks[row[name]] if name in row else _ABSENT for row in rows]
            else:
                values = [self._code(row.get(name)) for row in rows]
            self._values[number] = values
        return self._values[number]

    def _fold(self, numbers: tuple[int, ...], which: Which, rows: Sequence[Any]) -> None:
        """All columns of a kind that are folded, by one look at each fact."""
        made = [[0] * len(rows) for _ in numbers]
        for i, row in enumerate(rows):
            for n in which.all(row):
                made[n][i] = 1
        self._values.update(zip(numbers, made, strict=True))

    def _code(self, value: str | bool | None) -> int:
        if value is None:
            return _ABSENT
        if isinstance(value, bool):
            return int(value)
        code = self._constants.get(value)
        return code if code is not None else self._texts.setdefault(value, len(self._constants) + len(self._texts))

    def records(self, wanted_columns: Mapping[str, set[int]], kinds: Mapping[str, int]) -> list[str]:
        """The facts of the kinds wanted, with the columns wanted of each, as the JSON the library is given. Ids are positions;
        `kinds` are the numbers of the kinds."""
        texts: list[str] = []
        for kind, wanted in wanted_columns.items():
            columns = sorted(wanted)
            record = f'{{"id":"%d","sid":"{SID}","_":1,"k":{kinds[kind]}' + "".join(f',"f{c}":%d' for c in columns) + "}"
            texts += [record % row for row in zip(self.positions.get(kind, ()), *map(self.values, columns), strict=True)]
        return texts
