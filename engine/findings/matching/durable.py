"""The same rules run by durable-rules 2.0.28: a compiler to what that library does rightly, and guards around the rest.

Used as documented, the library gives wrong answers and can kill the process. Here it sees integers only, in flat
conjunctions under names of our own, one submission at a time. Each guard says beside it what it prevents.

What it decides: kind, equality of text and yes/no fields with constants, presence, all joins, all negations, and which facts
combine. What it must not see (numbers against constants, lists, substrings, patterns, fields of one fact against each other)
is folded into one 0/1 column per pattern, computed by the predicates the plain matcher uses.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass, field
from math import isqrt
from typing import Any, Literal

from engine.errors import PolicyError
from engine.findings.matching.checks import check_facts, check_rules
from engine.findings.matching.plain import JOIN_LIMIT, settle, too_wide
from engine.language.model import Fact, Match, Pattern, Ref, Rule, Schema, Test
from engine.language.predicates import Predicate, predicate

try:
    # The C module on its own: a Host of the Python layer starts two endless threads, runs actions later in one of them,
    # and swallows what they raise.
    import durable_rules_engine as _engine

    _why = ""
except Exception as error:  # not installed, or built for another Python: "undefined symbol" and the like
    _engine, _why = None, f"{type(error).__name__}: {error}"

MAX_PATTERNS = 48
"""Patterns on one handle. Above 64 matching conditions error 303, at 256 sharing one memory corruption, at 512 no end."""
MAX_POSITIVE = 14
"""Positive patterns of a rule: the library has 16 places for facts, one is the trigger's (error 304)."""
MAX_JOINS = 26
"""Joins of a pattern, of 32 expressions with their frame (error 113)."""
MAX_TESTS = 60
MAX_COLUMNS = 190
"""Fields of a fact; the library holds 255."""
MAX_FACTS = 5000

_LOCK = threading.Lock()  # two threads on one state crash, and the module keeps its handles in one table
_SID = "s"  # one constant: 1,024 live sids end in a crash, and sids are told apart by a 32-bit hash only
_TRIGGER = f'{{"id":"T","sid":"{_SID}","k":0,"_":1}}'
_TRIGGER_PATTERN = {"T": {"k": 0}}
_CANARY = "canary"
_ABSENT = -1  # no code and no rank is negative
_OPERATORS = {"ne": "$neq", "lt": "$lt", "lte": "$lte", "gt": "$gt", "gte": "$gte"}


class DurableFailed(Exception):
    """durable-rules gave no verdict: an error of the library, a limit of it, a dead worker. Says nothing about the rules."""


class DurableDeclined(DurableFailed):
    """It was not asked: these facts are more than it can take safely. The message says so in Chinese."""


def available() -> bool:
    """Whether the library is there and can be imported."""
    return _engine is not None


def why_unavailable() -> str:
    """The reason, or an empty string."""
    return _why


# --- what the library is given -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Column:
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
class _Candidates:
    """For the bound on join width: what a positive pattern asks of one fact, and its equality join columns."""

    kind: str
    wanted: list[tuple[int, int]] = field(default_factory=list)
    keys: list[int] = field(default_factory=list)


@dataclass(slots=True)
class _Lowered:
    """A rule as the library takes it."""

    definition: dict[str, Any]
    columns: dict[str, set[int]] = field(default_factory=dict)
    """Kind -> columns some pattern of the rule looks at."""
    positive: list[_Candidates] = field(default_factory=list)


@dataclass(slots=True)
class _Chunk:
    """Rules that share a handle. `handle` None: to be opened, at first or after an exception."""

    definition: dict[str, Any] = field(default_factory=dict)
    columns: dict[str, set[int]] = field(default_factory=dict)
    patterns: int = 0
    handle: int | None = None

    def has_room(self, rule: _Lowered) -> bool:
        widest = max((len(self.columns.get(kind, set()) | columns) for kind, columns in rule.columns.items()), default=0)
        return self.patterns + len(rule.definition["all"]) <= MAX_PATTERNS and widest <= MAX_COLUMNS

    def add(self, name: str, rule: _Lowered) -> None:
        self.definition[name] = rule.definition
        self.patterns += len(rule.definition["all"])
        for kind, columns in rule.columns.items():
            self.columns.setdefault(kind, set()).update(columns)


class DurableMatcher:
    """Rules compiled for one schema. `run` may be called from several threads, one runs at a time."""

    def __init__(self, rules: Sequence[Rule], schema: Schema, limit: int = JOIN_LIMIT) -> None:
        """PolicyError for rules that are wrong; DurableFailed where the library is missing or the rules are beyond its limits."""
        if problems := check_rules(rules, schema):
            raise PolicyError(problems)
        if not available():
            raise DurableFailed(why_unavailable())
        self.schema = schema
        self.limit = limit
        self._rules = sorted(rules, key=lambda rule: rule.id)
        self._aliases = [tuple(p.alias for p in rule.patterns if not p.negated) for rule in self._rules]
        self._columns: dict[_Column, int] = {}
        self._kinds: dict[str, int] = {}
        self._constants: dict[str, int] = {}
        self._lowered = [self._lower(rule) for rule in self._rules]
        self._folds: dict[int, list[Predicate]] = {
            number: [predicate(test) for test in column.tests] for column, number in self._columns.items() if column.what == "fold"
        }
        self._chunks: list[_Chunk] = []
        for number, rule in enumerate(self._lowered):
            if not self._chunks or not self._chunks[-1].has_room(rule):
                self._chunks.append(_Chunk())
                if not self._chunks[-1].has_room(rule):
                    raise DurableFailed(f"rule {self._rules[number].id}: too many patterns or fields")
            self._chunks[-1].add(f"r{number}", rule)

    def anew(self) -> DurableMatcher:
        """The same rules, with handles of its own: what was compiled is shared, and nobody changes it."""
        other = copy(self)
        other._chunks = [_Chunk(chunk.definition, chunk.columns, chunk.patterns) for chunk in self._chunks]
        return other

    # --- compile

    def _lower(self, rule: Rule) -> _Lowered:
        kinds = {p.alias: p.kind for p in rule.patterns}
        names = {p.alias: f"a{n}" for n, p in enumerate(rule.patterns)}
        referred: dict[str, dict[str, None]] = {}  # alias -> fields that later positive patterns join with
        for pattern in rule.patterns:
            for test in pattern.tests:
                if isinstance(test.value, Ref) and test.value.alias and not pattern.negated:
                    referred.setdefault(test.value.alias, {})[test.value.field] = None
        # The trigger comes first and is asserted last, so that nothing is evaluated before all facts are there. Without it a
        # negation depends on the order of facts and on names (wrong in 40 % of random cases). A lone pattern needs none.
        lowered = _Lowered({"all": [_TRIGGER_PATTERN] if len(rule.patterns) > 1 else []})
        for pattern in rule.patterns:
            conditions = self._conditions(rule, pattern, kinds, names, list(referred.get(pattern.alias, ())), lowered)
            # Flat conjunctions only: a join after a nested $or or $and is ignored without a word.
            lowered.definition["all"].append({names[pattern.alias] + ("$not" if pattern.negated else ""): {"$and": conditions}})
        if len(lowered.positive) > MAX_POSITIVE:
            raise DurableFailed(f"rule {rule.id}: more than {MAX_POSITIVE} positive patterns")
        return lowered

    def _conditions(
        self, rule: Rule, pattern: Pattern, kinds: dict[str, str], names: dict[str, str], referred: list[str], lowered: _Lowered
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
                    there = self._column(theirs, _Column(bound, "present", test.value.field))
                    joins.append(("_", "eq", names[test.value.alias], there))
            elif test.op == "eq" and isinstance(test.value, str | bool):
                value = (
                    int(test.value)
                    if isinstance(test.value, bool)
                    else self._constants.setdefault(test.value, len(self._constants))
                )
                wanted[self._column(used, _Column(kind, "code", test.field)), value] = None
            elif test.op in ("present", "absent"):
                wanted[self._column(used, _Column(kind, "present", test.field)), int(test.op == "present")] = None
            else:
                folded.append(test)
        for name in needed:
            wanted[self._column(used, _Column(kind, "present", name)), 1] = None
        if folded:
            wanted[self._column(used, _Column(kind, "fold", tests=frozenset(folded))), 1] = None
        if len(joins) > MAX_JOINS or len(wanted) > MAX_TESTS:
            raise DurableFailed(f"rule {rule.id}: too many tests on {pattern.alias}")
        if not pattern.negated:
            lowered.positive.append(_Candidates(kind, list(wanted), keys))
        conditions: list[dict[str, Any]] = [{"k": self._kinds.setdefault(kind, len(self._kinds) + 1)}]
        conditions += [{f"f{column}": value} for column, value in wanted]
        for mine, op, other, column in joins:
            join = {mine: {other: f"f{column}"}}
            conditions.append(join if op == "eq" else {_OPERATORS[op]: join})
        if joins:
            # Always true, and last: when the last join is false the library reads past the end of its array (crashes).
            conditions.append({"_": {"T": "_"}})
        return conditions

    def _join_column(self, kind: str, name: str) -> _Column:
        return _Column(kind, "rank" if self.schema[kind][name] == "number" else "code", name)

    def _column(self, used: set[int], column: _Column) -> int:
        """Names are made here, f0 f1 …: the library tells fields apart by 32-bit hashes, and a condition on the `id` or `sid` of a
        stored fact reads freed memory."""
        number = self._columns.setdefault(column, len(self._columns))
        used.add(number)
        return number

    # --- run

    def run(self, facts: Sequence[Fact], *, checked: bool = False) -> list[Match]:
        """All matches, sorted as the plain matcher sorts them (the library's own order is that of the facts, last first).

        `checked`: the plain matcher has run the same rules over the same facts, so types and join width are known to be right.
        InternalError for a fact that does not fit the schema, PolicyError for a rule that joins too widely, DurableFailed for
        whatever goes wrong in the library; the next run starts on a fresh handle.
        """
        if len(facts) > MAX_FACTS:
            raise DurableDeclined(f"一次核对有 {len(facts):,} 条事实，超过它能用的 {MAX_FACTS:,} 条")
        if not checked:
            check_facts(facts, self.schema)
        coded = _Coded(facts, self._columns, self._folds, self._constants)
        if not checked:
            self._check_width(coded)
        elif len(facts) > isqrt(self.limit):
            # the plain matcher looks at unlike values only; the library would try every pair, and cannot be interrupted
            wide = next((rule.id for rule, width in self._widths(coded) if width > self.limit), "")
            if wide:
                raise DurableDeclined(f"规则 {wide} 要比较的事实组合过多")
        found: dict[int, list[tuple[str, ...]]] = {}
        with _LOCK:
            for chunk in self._chunks:
                for number, frame in self._run_chunk(chunk, coded):
                    ids = tuple(facts[int(frame[a]["id"])].id for a in sorted(frame.keys() - {"T"}, key=lambda a: int(a[1:])))
                    found.setdefault(number, []).append(ids)
        return [m for number in sorted(found) for m in settle(self._rules[number], self._aliases[number], found[number])]

    def _run_chunk(self, chunk: _Chunk, coded: _Coded) -> list[tuple[int, dict[str, Any]]]:
        try:
            if chunk.handle is None:
                chunk.handle = _open(chunk.definition)
            for text in coded.records(chunk, self._kinds):
                # One by one: of a batch, one bad element drops all later ones and reports success; {} never ends, [] crashes.
                status, _ = _engine.assert_fact(chunk.handle, text)
                if status > 1:  # 0 handled, 1 no pattern wants it
                    raise DurableFailed(f"assert_fact returned {status}")
            fired = _trigger(chunk.handle)
        except BaseException as error:
            chunk.handle = None  # never use a half-updated state again; the old handle leaks, since deleting it may crash
            if isinstance(error, DurableFailed) or not isinstance(error, Exception):
                raise
            raise DurableFailed(f"{type(error).__name__}: {error}") from error
        return [(int(rule[1:]), frame) for rule, frame in fired if rule != _CANARY]

    def _check_width(self, coded: _Coded) -> None:
        """A bound on the combinations of each rule, before the call: inside it nothing can be interrupted."""
        for rule, width in self._widths(coded):
            if width > self.limit:
                raise too_wide(rule.id, width, self.limit)

    def _widths(self, coded: _Coded) -> Iterator[tuple[Rule, int]]:
        for rule, lowered in zip(self._rules, self._lowered, strict=True):
            width = 1
            for pattern in lowered.positive if len(lowered.positive) > 1 else ():
                options = [len(coded.positions.get(pattern.kind, ()))]
                options += [coded.values(column).count(value) for column, value in pattern.wanted]
                options += [max(Counter(coded.values(column)).values(), default=0) for column in pattern.keys]
                width *= min(options)
            yield rule, width

    def close(self) -> None:
        """Give the handles back. A later run opens new ones."""
        with _LOCK:
            for chunk in self._chunks:
                if chunk.handle is not None:
                    _engine.delete_ruleset(chunk.handle)
                    chunk.handle = None


class _Coded:
    """One submission in integers: columns over the facts of a kind, computed when first asked for."""

    def __init__(
        self, facts: Sequence[Fact], columns: dict[_Column, int], folds: dict[int, list[Predicate]], constants: dict[str, int]
    ) -> None:
        self.positions: dict[str, list[int]] = {}
        self._rows: dict[str, list[Any]] = {}
        for position, fact in enumerate(facts):
            self.positions.setdefault(fact.kind, []).append(position)
            self._rows.setdefault(fact.kind, []).append(fact.fields)
        self._columns = list(columns)
        self._folds = folds
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

    def _code(self, value: str | bool | None) -> int:
        if value is None:
            return _ABSENT
        if isinstance(value, bool):
            return int(value)
        code = self._constants.get(value)
        return code if code is not None else self._texts.setdefault(value, len(self._constants) + len(self._texts))

    def records(self, chunk: _Chunk, kinds: dict[str, int]) -> list[str]:
        """The facts some rule of the chunk may want, as the JSON it is given. Ids are positions."""
        texts: list[str] = []
        for kind, wanted in chunk.columns.items():
            columns = sorted(wanted)
            record = f'{{"id":"%d","sid":"{_SID}","_":1,"k":{kinds[kind]}' + "".join(f',"f{c}":%d' for c in columns) + "}"
            texts += [record % row for row in zip(self.positions.get(kind, ()), *map(self.values, columns), strict=True)]
        return texts


# --- the library ---------------------------------------------------------------------------------------------------


def _open(definition: dict[str, Any]) -> int:
    handle: int = _engine.create_ruleset("p", json.dumps({**definition, _CANARY: {"all": [_TRIGGER_PATTERN]}}))
    # Where nothing ever fired, delete_state frees an uninitialised pointer. One firing on the one slot ever used prevents it.
    _trigger(handle)
    return handle


def _trigger(handle: int) -> list[tuple[str, dict[str, Any]]]:
    """Assert the trigger, collect what fired as (rule, frame), and forget the submission."""
    status, state = _engine.assert_fact(handle, _TRIGGER)
    if status != 0:
        raise DurableFailed(f"trigger returned {status}")
    fired: list[tuple[str, dict[str, Any]]] = []
    answer = _engine.start_action_for_state(handle, state)
    message = answer and answer[1]
    while message:
        fired += json.loads(message).items()
        message = _engine.complete_and_start_action(handle, state)
    # A rule that holds on every submission: if it is silent, or speaks twice, the state was not that of this submission.
    if sum(rule == _CANARY for rule, _ in fired) != 1:
        raise DurableFailed("canary did not fire exactly once")
    _engine.delete_state(handle, _SID)
    return fired
