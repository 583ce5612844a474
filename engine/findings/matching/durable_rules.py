"""Rules as durable-rules takes them: flat conjunctions over columns of integers, under names of our own.

What it must not see (numbers against constants, lists, substrings, patterns, fields of one fact against each other) is folded
into one 0/1 column per pattern, computed by the predicates the plain matcher uses. Each guard says beside it what it prevents.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from engine.findings.matching.durable_library import TRIGGER_PATTERN, DurableFailed
from engine.language.model import Pattern, Ref, Rule, Schema, Test

MAX_POSITIVE = 14
"""Positive patterns of a rule: the library has 16 places for facts, one is the trigger's (error 304)."""
MAX_JOINS = 26
"""Joins of a pattern, of 32 expressions with their frame (error 113)."""
MAX_TESTS = 60

_OPERATORS = {"ne": "$neq", "lt": "$lt", "lte": "$lte", "gt": "$gt", "gte": "$gte"}


@dataclass(frozen=True, slots=True)
class IntegerColumn:
    """One integer of a fact of a kind. Every fact of the kind has all of them, also for fields it lacks: comparing with a
    field that is not there is error 311, which loses the assert, or reads uninitialised memory (elsewhere `$ex` guards).

    code: text by dictionary, yes/no as 1/0 · rank: a number's place among those of the submission, so that 1 and 1.0 are one
    and nothing is scaled or overflows · present: 1/0 · fold: 1 if all `tests` hold, else 0.
    """

    kind: str
    what: Literal["code", "rank", "present", "fold"]
    field: str = ""
    tests: frozenset[Test] = frozenset()


@dataclass(slots=True)
class JoinCandidates:
    """For the bound on join width: what a positive pattern asks of one fact, and its equality join columns."""

    kind: str
    wanted: list[tuple[int, int]] = field(default_factory=list)
    keys: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Lowered:
    """A rule as the library takes it."""

    definition: dict[str, Any]
    columns: dict[str, set[int]] = field(default_factory=dict)
    """Kind -> columns some pattern of the rule looks at."""
    positive: list[JoinCandidates] = field(default_factory=list)


class Lowering:
    """Rules of one schema lowered one after another, with the columns, kinds and constants they ask for numbered."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self.columns: dict[IntegerColumn, int] = {}
        self.kinds: dict[str, int] = {}
        self.constants: dict[str, int] = {}

    def lower(self, rule: Rule) -> Lowered:
        """The rule in the library's words, its columns noted. Raises DurableFailed for one beyond the limits of the library."""
        kinds = {p.alias: p.kind for p in rule.patterns}
        names = {p.alias: f"a{n}" for n, p in enumerate(rule.patterns)}
        referred: dict[str, dict[str, None]] = {}  # alias -> fields that later positive patterns join with
        for pattern in rule.patterns:
            for test in pattern.tests:
                if isinstance(test.value, Ref) and test.value.alias and not pattern.negated:
                    referred.setdefault(test.value.alias, {})[test.value.field] = None
        # The trigger comes first and is asserted last, so that nothing is evaluated before all facts are there. Without it a
        # negation depends on the order of facts and on names (wrong in 40 % of random cases). A lone pattern needs none.
        lowered = Lowered({"all": [TRIGGER_PATTERN] if len(rule.patterns) > 1 else []})
        for pattern in rule.patterns:
            conditions = self._conditions(rule, pattern, kinds, names, list(referred.get(pattern.alias, ())), lowered)
            # Flat conjunctions only: a join after a nested $or or $and is ignored without a word.
            lowered.definition["all"].append({names[pattern.alias] + ("$not" if pattern.negated else ""): {"$and": conditions}})
        if len(lowered.positive) > MAX_POSITIVE:
            raise DurableFailed(f"rule {rule.id}: more than {MAX_POSITIVE} positive patterns")
        return lowered

    def _conditions(
        self, rule: Rule, pattern: Pattern, kinds: dict[str, str], names: dict[str, str], referred: list[str], lowered: Lowered
    ) -> list[dict[str, Any]]:
        """The conjunction of a pattern; notes in `lowered` the columns it needs."""
        kind = pattern.kind
        used = lowered.columns.setdefault(kind, set())
        wanted: dict[tuple[int, int], None] = {}  # (column, value) conditions on this fact alone
        folded: list[Test] = []
        joins: list[tuple[str, str, str, int]] = []  # own column, op, name of the other, its column
        keys: list[int] = []
        needed = dict.fromkeys(referred)
        for test in pattern.tests:
            if isinstance(test.value, Ref) and test.value.alias:
                own = self._column(used, self._join_column(kind, test.field))
                bound = kinds[test.value.alias]
                theirs = lowered.columns[bound]
                joins.append(
                    (f"f{own}", test.op, names[test.value.alias], self._column(theirs, self._join_column(bound, test.value.field)))
                )
                if test.op == "eq":
                    keys.append(own)
                needed[test.field] = None
                if pattern.negated:  # the bound fact need not have the field: then no fact passes, and the negation holds
                    there = self._column(theirs, IntegerColumn(bound, "present", test.value.field))
                    joins.append(("_", "eq", names[test.value.alias], there))
            elif test.op == "eq" and isinstance(test.value, str | bool):
                value = (
                    int(test.value) if isinstance(test.value, bool) else self.constants.setdefault(test.value, len(self.constants))
                )
                wanted[self._column(used, IntegerColumn(kind, "code", test.field)), value] = None
            elif test.op in ("present", "absent"):
                wanted[self._column(used, IntegerColumn(kind, "present", test.field)), int(test.op == "present")] = None
            else:
                folded.append(test)
        for name in needed:
            wanted[self._column(used, IntegerColumn(kind, "present", name)), 1] = None
        if folded:
            wanted[self._column(used, IntegerColumn(kind, "fold", tests=frozenset(folded))), 1] = None
        if len(joins) > MAX_JOINS or len(wanted) > MAX_TESTS:
            raise DurableFailed(f"rule {rule.id}: too many tests on {pattern.alias}")
        if not pattern.negated:
            lowered.positive.append(JoinCandidates(kind, list(wanted), keys))
        conditions: list[dict[str, Any]] = [{"k": self.kinds.setdefault(kind, len(self.kinds) + 1)}]
        conditions += [{f"f{column}": value} for column, value in wanted]
        for mine, op, other, column in joins:
            join = {mine: {other: f"f{column}"}}
            conditions.append(join if op == "eq" else {_OPERATORS[op]: join})
        if joins:
            # Always true, and last: when the last join is false the library reads past the end of its array (crashes).
            conditions.append({"_": {"T": "_"}})
        return conditions

    def _join_column(self, kind: str, name: str) -> IntegerColumn:
        return IntegerColumn(kind, "rank" if self._schema[kind][name] == "number" else "code", name)

    def _column(self, used: set[int], column: IntegerColumn) -> int:
        """Names are made here, f0 f1 …: the library tells fields apart by 32-bit hashes, and a condition on the `id` or `sid` of a
        stored fact reads freed memory."""
        number = self.columns.setdefault(column, len(self.columns))
        used.add(number)
        return number
