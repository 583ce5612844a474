"""Evidence: the values a finding rests on, each with the place it stands at, and what should stand in place of a wrong one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from engine.findings.facts.model import Facts, Source
from engine.findings.matching.chaining import Outcome
from engine.findings.model import Correction, Evidence
from engine.language.conditions import leaves
from engine.language.model import Fact, Ref
from engine.language.rules import FindingRule
from engine.language.wording import code
from engine.policy.model import Policy
from engine.templating import filters

_NOT_EVIDENCE = ("form", "form_kind", "about", "key")
"""Fields that say which fact is meant, not what is wrong with it."""


class Origins:
    """Where the values of facts came from: those filed or computed, and those that rules concluded from others."""

    def __init__(self, policy: Policy, given: Facts, every: Sequence[Fact], outcome: Outcome) -> None:
        """`every`: the given facts and those that the run (`outcome`) derived."""
        self.policy, self.given = policy, given
        self.by_id = {fact.id: fact for fact in every}
        self.derivations = {item.fact.id: item for item in outcome.derived}

    def correction(self, rule: FindingRule, bound: Mapping[str, Fact], right: str) -> Correction | None:
        """What should stand in place of the value that a rule says is wrong; None where it says nothing, or there is none."""
        (alias, name), _ = rule.corrects
        if not right.strip() or name not in bound[alias].fields:
            return None
        origin, field = self._origin(bound[alias], name)
        source = self.sources(origin)[0]
        if span := source.spans.get(field):
            return Correction(span.place, name, span.text, right, span.start)
        cell = source.cells.get(field)
        if cell and cell.text and str(cell.place):
            return Correction(cell.place, name, cell.text, right, 0)
        return Correction(source.place, name, self._said(origin, field), right)

    def sources(self, fact: Fact) -> list[Source]:
        """Where a fact came from; a derived fact came from where the facts of its match came from."""
        if fact.id in self.given.sources:
            return [self.given.sources[fact.id]]
        match = self.derivations[fact.id].match
        return [source for _, identity in match.facts for source in self.sources(self.by_id[identity])]

    def derivation(self, facts: Iterable[Fact]) -> Iterator[str]:
        """The rules that concluded those of the facts that are derived, what they rest on first."""
        for fact in facts:
            if fact.id in self.derivations:
                item = self.derivations[fact.id]
                yield from self.derivation([self.by_id[identity] for _, identity in item.match.facts])
                yield item.rule

    def evidence(self, rule: FindingRule, bound: Mapping[str, Fact]) -> Iterator[Evidence]:
        """The values a finding rests on: those the rule lists, else those its conditions name and people can check."""
        for alias, name in rule.evidence or self._evident(rule):
            fact = bound[alias]
            if name in fact.fields:
                yield self._value(fact, name)
        if not rule.evidence:
            for fact in bound.values():
                if fact.id in self.derivations:
                    yield from self.evidence(*self._behind(fact))

    def _value(self, fact: Fact, name: str) -> Evidence:
        title = self.policy.rules.kinds[fact.kind][name].title
        origin, field = self._origin(fact, name)
        source = self.sources(origin)[0]
        cell = source.cells.get(field)
        place = cell.place if cell and str(cell.place) else source.place
        return Evidence(place, name, title, cell.text if cell else self._said(fact, name))

    def _said(self, fact: Fact, name: str) -> str:
        """A value that was computed, in words where it is coded."""
        value = fact.fields[name]
        if isinstance(value, str) and self.policy.rules.kinds[fact.kind][name].choices:
            tier = next((band.label for band in self.policy.scoring.tiers if name == "attainment" and band.id == value), "")
            return tier or code(name, value)
        return str(filters.shown(value))

    def _origin(self, fact: Fact, name: str) -> tuple[Fact, str]:
        """The fact as filed that a derived fact's field was taken from."""
        while fact.id in self.derivations:
            rule, bound = self._behind(fact)
            assert rule.compiled.conclude is not None
            written = dict(rule.compiled.conclude.fields)[name]
            if not isinstance(written, Ref):
                break
            fact, name = bound[written.alias], written.field
        return fact, name

    def _behind(self, fact: Fact) -> tuple[FindingRule, dict[str, Fact]]:
        """The rule that concluded a derived fact, and the facts it had bound."""
        item = self.derivations[fact.id]
        return self.policy.rules.rules[item.rule], {alias: self.by_id[identity] for alias, identity in item.match.facts}

    def _evident(self, rule: FindingRule) -> Iterator[tuple[str, str]]:
        """The fields a rule's conditions name, and those that other facts are held against, where they are evident."""
        kinds = {pattern.alias: self.policy.rules.kinds[pattern.kind] for pattern in rule.patterns if pattern.alias}
        named: list[tuple[str, str]] = []
        for pattern in rule.patterns:
            for condition in leaves(pattern.conditions):
                named.append((pattern.alias, condition.test.field))
                if isinstance(condition.test.value, Ref):
                    named.append((condition.test.value.alias or pattern.alias, condition.test.value.field))
        for alias, name in dict.fromkeys(named):
            if alias and name not in _NOT_EVIDENCE and kinds[alias][name].evident:
                yield alias, name
