"""Finding rules as joins. The same semantics as `findings.matching`: each combination of facts, one for each positive pattern, that
passes all tests; one fact never for two aliases; a negated pattern where no other fact passes.

Facts join within their bundle. What a rule concludes becomes a relation that later rules read, in the order of the strata.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from engine.bulk.corpus.columns import MOST_FACTS, SUBJECT
from engine.bulk.relational import numbers, sql
from engine.bulk.relational.conclusions import Made, concluded
from engine.bulk.relational.facts import FactRelations, Store
from engine.bulk.relational.numbers import Int, Number, TooWide
from engine.bulk.relational.queries import Query
from engine.bulk.relational.scoring import NULL_ID, Frame, text_literal
from engine.bulk.relational.sql import Expr
from engine.bulk.relational.terms import Branches, Fields, Flag, Presence, TextColumn, Unsupported, Value, condition, every
from engine.findings.matching.strata import stratify
from engine.language.fact_fields import FACTS
from engine.language.model import Conclusion, Pattern, Ref, Rule, Test
from engine.policy.model import Policy

FORM = "form_"
"""The label of the form a finding is told of; null where its first fact has none."""
PASSES = "passes_"
"""Whether a fact passes the tests of a pattern."""


@dataclass(slots=True)
class Compiled:
    """The findings of a policy, and the rules that the reference executor has to run."""

    findings: dict[str, Query] = field(default_factory=dict)
    """Of rules of several facts, by rule."""
    alone: dict[str, dict[str, Expr]] = field(default_factory=dict)
    """Kind of fact -> rule of one such fact -> when it holds."""
    refused: dict[str, str] = field(default_factory=dict)
    wide: list[str] = field(default_factory=list)
    """Those of the refused that are refused because numbers are too large."""


def compile_rules(world: FactRelations, policy: Policy, store: Store) -> Compiled:
    """Every rule over the relations of a world; concluded facts are stored on the way."""
    out = Compiled()
    rules = {rule.id: rule.compiled for rule in policy.rules.rules.values()}
    said = {name for name, rule in policy.rules.rules.items() if rule.message}
    derived = policy.rules.derived
    broken: set[str] = set()
    for stratum in stratify(sorted(rules.values(), key=lambda rule: rule.id)):
        for group in _ordered(stratum, derived, broken, out):
            pending: dict[str, list[Made]] = {}
            for rule in group:
                try:
                    if blocked := sorted({p.kind for p in rule.patterns} & broken):
                        raise Unsupported(f"依赖“{blocked[0]}”，而它要由参照执行器得出")
                    matcher = Matcher(world.relations, rule)
                    if rule.conclude is None and len(rule.patterns) == 1:
                        out.alone.setdefault(rule.patterns[0].kind, {})[rule.id] = matcher.alone()
                        continue
                    matches = matcher.matches()
                    if rule.id in said:
                        out.findings[rule.id] = matcher.told(matches)
                    if rule.conclude is not None:
                        made = (rule, matches, matcher.concluded(matches, rule.conclude))
                        pending.setdefault(rule.conclude.kind, []).append(made)
                except (Unsupported, TooWide) as why:
                    out.refused[rule.id] = str(why)
                    out.wide += [rule.id] if isinstance(why, TooWide) else []
                    if rule.conclude is not None:
                        broken.add(rule.conclude.kind)
            for kind, makers in pending.items():
                if kind in broken:
                    continue
                try:
                    world.relations[kind] = concluded(kind, makers, policy, store)
                except (Unsupported, TooWide) as why:
                    broken.add(kind)
                    out.refused |= {rule.id: str(why) for rule, _, _ in makers}
    told = [*out.findings, *(name for found in out.alone.values() for name in found)]
    for name in told:
        if {p.kind for p in rules[name].patterns} & broken:
            out.refused.setdefault(name, "依赖参照执行器得出的事实")
    for name in out.refused:  # one executor runs a rule, never both
        out.findings.pop(name, None)
        for found in out.alone.values():
            found.pop(name, None)
    return out


def _ordered(stratum: Sequence[Rule], derived: frozenset[str], broken: set[str], out: Compiled) -> list[list[Rule]]:
    """The rules of a stratum so that a kind is complete before it is read. Circles of kinds are left to the reference."""
    makers: dict[str, list[Rule]] = {}
    for rule in stratum:
        if rule.conclude is not None:
            makers.setdefault(rule.conclude.kind, []).append(rule)
    waiting = dict(makers)
    groups: list[list[Rule]] = []
    while waiting:
        ready = [kind for kind, rules in waiting.items() if not any(p.kind in waiting for r in rules for p in r.patterns)]
        if not ready:
            for kind, rules in waiting.items():
                broken.add(kind)
                out.refused |= {rule.id: f"“{kind}”由它自己推出" for rule in rules}
            break
        groups.append([rule for kind in ready for rule in waiting.pop(kind)])
    silent = [rule for rule in stratum if rule.conclude is None]
    return [*groups, silent] if silent else groups


def finding_columns() -> list[str]:
    return ["bundle", "form_key", FORM, SUBJECT, *(f"fact_{n}" for n in range(1, MOST_FACTS + 1))]


@dataclass(frozen=True, slots=True)
class _Side:
    """A relation with its columns renamed for one alias, and the fields of it that others look at."""

    table: Any
    fields: Fields


class Matcher:
    """One rule over relations."""

    def __init__(self, relations: Mapping[str, Frame], rule: Rule) -> None:
        self.relations, self.rule = relations, rule
        self.positive = [pattern for pattern in rule.patterns if not pattern.negated]
        self.kinds = {pattern.alias: pattern.kind for pattern in self.positive}
        self.read: dict[str, set[str]] = {pattern.alias: set() for pattern in rule.patterns}
        for pattern in rule.patterns:
            for test in pattern.tests:
                if isinstance(test.value, Ref) and test.value.alias:
                    self.read[test.value.alias].add(test.value.field)
                    self.read[pattern.alias].add(test.field)
        if rule.conclude is not None:
            for _, written in rule.conclude.fields:
                if isinstance(written, Ref):
                    self.read[written.alias].add(written.field)

    def matches(self) -> Any:
        """The matches: bundle, form_key and subject of the first fact, the facts, and the fields that are concluded from."""
        table: Any = None
        bound: dict[str, _Side] = {}
        for pattern in self.rule.patterns:
            side = self._side(pattern)
            if table is None:
                table, bound = side.table, {pattern.alias: side}
                continue
            fields = {alias: _over(one.fields, table) for alias, one in bound.items()}
            tests = [test for test in pattern.tests if _joins(test)]
            on = [table[_name(self.positive[0].alias, "bundle")] == side.table[_name(pattern.alias, "bundle")]]
            on += [condition(test, side.fields, fields) for test in tests]
            for alias in bound:
                if self.kinds[alias] == pattern.kind:
                    on.append(table[_name(alias, "fact")] != side.table[_name(pattern.alias, "fact")])
            if pattern.negated:
                table = table.anti_join(side.table, *on)
            else:
                table = table.inner_join(side.table, *on)
                bound[pattern.alias] = side
        return self._named(self._settled(table))

    def alone(self) -> Expr:
        """Of which facts a rule of one fact holds."""
        pattern = self.positive[0]
        frame = self._frame(pattern)
        found = every(condition(test, frame.fields) for test in pattern.tests)
        frame.table.check(found)
        return found

    def _frame(self, pattern: Pattern) -> Frame:
        if pattern.kind not in self.relations:
            raise Unsupported(f"没有“{pattern.kind}”的表")
        return self.relations[pattern.kind]

    def _filtered(self, pattern: Pattern, frame: Frame, columns: Mapping[str, Expr]) -> Any:
        """These columns of the facts that pass the tests that need no other fact. The columns are taken first: whatever follows
        goes through all there are."""
        own = [condition(test, frame.fields) for test in pattern.tests if not _joins(test)]
        if not own:
            return frame.table.select(**columns)
        table = frame.table.select(**columns, **{PASSES: every(own)})
        return table.filter(table[PASSES]).drop(PASSES)

    def _side(self, pattern: Pattern) -> _Side:
        frame = self._frame(pattern)
        table = frame.table
        columns: dict[str, Expr] = {key: table[key] for key in ("bundle", "form_key", "fact", SUBJECT)}
        columns[FORM] = table["form"] if "form" in table.columns else NULL_ID
        values: dict[str, Value] = {}
        for name in sorted(self.read[pattern.alias]):
            if name not in frame.fields:
                raise Unsupported(f"语料里没有字段“{name}”")
            values[name] = _flat(frame.fields[name], name, columns)
        renamed = self._filtered(pattern, frame, {_name(pattern.alias, key): expr for key, expr in columns.items()})
        return _Side(renamed, {name: _unflat(value, pattern.alias, name, renamed) for name, value in values.items()})

    def _settled(self, table: Any) -> Any:
        """With `unordered`, one of the combinations of the same facts: the one whose facts come first."""
        if not self.rule.unordered:
            return table
        same: dict[str, list[str]] = {}
        for pattern in self.positive:
            same.setdefault(pattern.kind, []).append(pattern.alias)
        twins = [aliases for aliases in same.values() if len(aliases) > 1]
        if not twins:
            return table
        if len(twins) > 1 or len(twins[0]) > 2:
            raise Unsupported("三个同类事实不分先后")
        if self.kinds[twins[0][0]] not in FACTS:
            raise Unsupported("推出的事实不分先后")
        if self.kinds[twins[0][0]] == "part":  # numbered by their names here, by their places in the reference
            raise Unsupported("一级指标的合计不分先后")
        first, second = (table[_name(alias, "fact")] for alias in twins[0])
        others = [table[_name(p.alias, "fact")] for p in self.positive if p.alias not in twins[0]]
        rank = sql.numbered(
            [sql.least(first, second), sql.greatest(first, second), *others],
            [table[_name(p.alias, "fact")] for p in self.positive],
        )
        ranked = table.mutate(rank_=rank)
        return ranked.filter(ranked["rank_"] == 0).drop("rank_")

    def _named(self, table: Any) -> Any:
        lead = self.positive[0].alias
        facts = {f"fact_{n + 1}": NULL_ID for n in range(MOST_FACTS)}
        for n, pattern in enumerate(self.positive):
            facts[f"fact_{n + 1}"] = table[_name(pattern.alias, "fact")]
        return table.mutate(
            bundle=table[_name(lead, "bundle")],
            form_key=table[_name(lead, "form_key")],
            **{SUBJECT: table[_name(lead, SUBJECT)], FORM: table[_name(lead, FORM)]},
            **facts,
        )

    def told(self, matches: Any) -> Any:
        """The matches as findings. What rules concluded has no number in the corpus."""
        nameless = {f"fact_{n + 1}": NULL_ID for n, p in enumerate(self.positive) if p.kind not in FACTS}
        table = matches.mutate(**nameless) if nameless else matches
        return table.select(*finding_columns())

    def concluded(self, table: Any, conclusion: Conclusion) -> dict[str, Value]:
        """The fields of what the rule concludes, over its matches."""
        out: dict[str, Value] = {}
        for name, written in conclusion.fields:
            if isinstance(written, Ref):
                value = self.relations[self.kinds[written.alias]].fields[written.field]
                flat: dict[str, Expr] = {}
                out[name] = _unflat(_flat(value, written.field, flat), written.alias, written.field, table)
            elif isinstance(written, bool):
                out[name] = Flag(sql.truth(written))
            elif isinstance(written, str):
                out[name] = TextColumn(text_literal(written), (written,))
            else:
                out[name] = numbers.constant(written)
        return out


def _joins(test: Test) -> bool:
    return isinstance(test.value, Ref) and bool(test.value.alias)


def _name(alias: str, column: str) -> str:
    return f"{alias}__{column}"


def _flat(value: Value, name: str, columns: dict[str, Expr]) -> Value:
    """Adds the columns that hold a value; the value's shape is what tells them apart again."""
    if isinstance(value, Branches | Presence):
        raise Unsupported(f"“{name}”不能与别的事实比较")
    if isinstance(value, Number):
        for side, part in (("up", value.up), ("down", value.down)):
            if part.expr is not None:
                columns[f"{name}__{side}"] = part.expr
    else:
        columns[name] = value.expr
    return value


def _unflat(value: Value, alias: str, name: str, table: Any) -> Value:
    """The value over a table with an alias's columns."""
    if isinstance(value, Number):
        up, down = (
            Int(None if part.expr is None else table[_name(alias, f"{name}__{side}")], part.most, part.wide)
            for side, part in (("up", value.up), ("down", value.down))
        )
        return replace(value, up=up, down=down)
    if isinstance(value, TextColumn):
        return TextColumn(table[_name(alias, name)], value.choices)
    assert isinstance(value, Flag)
    return Flag(table[_name(alias, name)])


def _over(fields: Fields, table: Any) -> Fields:
    from engine.bulk.relational.terms import moved

    return {name: moved(value, table) for name, value in fields.items()}
