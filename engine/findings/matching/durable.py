"""The same rules run by durable-rules 2.0.28: compiled to what that library does rightly, with guards around the rest.

Used as documented, the library gives wrong answers and can kill the process. Here it sees integers only, in flat
conjunctions under names of our own, one submission at a time.

What it decides: kind, equality of text and yes/no fields with constants, presence, all joins, all negations, and which facts
combine. All else is folded (`durable_rules`). Each guard says beside it what it prevents.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass, field
from math import isqrt
from typing import Any

from engine.errors import PolicyError
from engine.findings.matching import durable_library as library
from engine.findings.matching.checks import check_facts, check_rules
from engine.findings.matching.durable_facts import Coded
from engine.findings.matching.durable_library import DurableDeclined, DurableFailed
from engine.findings.matching.durable_rules import Lowered, Lowering
from engine.findings.matching.plain import FACTS_WORTH, JOIN_LIMIT, settle, too_wide
from engine.language.generated import Which
from engine.language.model import Fact, Match, Rule, Schema, Test
from engine.language.predicates import Predicate, predicate

MAX_PATTERNS = 48
"""Patterns on one handle. Above 64 matching conditions error 303, at 256 sharing one memory corruption, at 512 no end."""
MAX_COLUMNS = 190
"""Fields of a fact; the library holds 255."""
MAX_FACTS = 5000


@dataclass(slots=True)
class _Chunk:
    """Rules that share a handle. `handle` None: to be opened, at first or after an exception."""

    definition: dict[str, Any] = field(default_factory=dict)
    columns: dict[str, set[int]] = field(default_factory=dict)
    patterns: int = 0
    handle: int | None = None

    def has_room(self, rule: Lowered) -> bool:
        """Whether the rule fits beside those there, by patterns and by columns of a fact."""
        widest = max((len(self.columns.get(kind, set()) | columns) for kind, columns in rule.columns.items()), default=0)
        return self.patterns + len(rule.definition["all"]) <= MAX_PATTERNS and widest <= MAX_COLUMNS

    def add(self, name: str, rule: Lowered) -> None:
        """Put the rule on the handle, under a name of ours."""
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
        if not library.available():
            raise DurableFailed(library.why_unavailable())
        self.schema = schema
        self.limit = limit
        self._rules = sorted(rules, key=lambda rule: rule.id)
        self._aliases = [tuple(p.alias for p in rule.patterns if not p.negated) for rule in self._rules]
        self._lowering = Lowering(schema)
        self._lowered = [self._lowering.lower(rule) for rule in self._rules]
        self._folds: dict[int, list[Predicate]] = {
            number: [predicate(test) for test in column.tests]
            for column, number in self._lowering.columns.items()
            if column.what == "fold"
        }
        self._seen = 0
        self._compiled: dict[str, tuple[tuple[int, ...], Which]] | None = None
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

    def _by_kind(self) -> dict[str, tuple[tuple[int, ...], Which]]:
        """For each kind of fact the columns of it that are folded, and what tells which of them hold."""
        out: dict[str, list[tuple[int, tuple[Test, ...]]]] = {}
        for column, number in self._lowering.columns.items():
            if column.what == "fold":
                out.setdefault(column.kind, []).append((number, tuple(column.tests)))
        return {kind: (tuple(n for n, _ in every), Which([tests for _, tests in every])) for kind, every in out.items()}

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
        self._seen += len(facts)
        if self._compiled is None and self._seen > FACTS_WORTH:
            self._compiled = self._by_kind()
        coded = Coded(facts, self._lowering.columns, self._folds, self._lowering.constants, self._compiled)
        if not checked:
            self._check_width(coded)
        elif len(facts) > isqrt(self.limit):
            # the plain matcher looks at unlike values only; the library would try every pair, and cannot be interrupted
            wide = next((rule.id for rule, width in self._widths(coded) if width > self.limit), "")
            if wide:
                raise DurableDeclined(f"规则 {wide} 要比较的事实组合过多")
        found: dict[int, list[tuple[str, ...]]] = {}
        with library.LOCK:
            for chunk in self._chunks:
                for number, frame in self._run_chunk(chunk, coded):
                    ids = tuple(facts[int(frame[a]["id"])].id for a in sorted(frame.keys() - {"T"}, key=lambda a: int(a[1:])))
                    found.setdefault(number, []).append(ids)
        return [m for number in sorted(found) for m in settle(self._rules[number], self._aliases[number], found[number])]

    def _run_chunk(self, chunk: _Chunk, coded: Coded) -> list[tuple[int, dict[str, Any]]]:
        try:
            if chunk.handle is None:
                chunk.handle = library.opened(chunk.definition)
            for text in coded.records(chunk.columns, self._lowering.kinds):
                library.add(chunk.handle, text)
            fired = library.trigger(chunk.handle)
        except BaseException as error:
            chunk.handle = None  # never use a half-updated state again; the old handle leaks, since deleting it may crash
            if isinstance(error, DurableFailed) or not isinstance(error, Exception):
                raise
            raise DurableFailed(f"{type(error).__name__}: {error}") from error
        return [(int(rule[1:]), frame) for rule, frame in fired if rule != library.CANARY]

    def _check_width(self, coded: Coded) -> None:
        """A bound on the combinations of each rule, before the call: inside it nothing can be interrupted."""
        for rule, width in self._widths(coded):
            if width > self.limit:
                raise too_wide(rule.id, width, self.limit)

    def _widths(self, coded: Coded) -> Iterator[tuple[Rule, int]]:
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
        with library.LOCK:
            for chunk in self._chunks:
                if chunk.handle is not None:
                    library.give_back(chunk.handle)
                    chunk.handle = None
