"""Matches told in words: each match of a rule that says something becomes one finding, worst first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import groupby
from typing import Any

from engine.errors import PolicyError, Problem
from engine.findings import groups
from engine.findings.bonds import Bonds
from engine.findings.evidence import Origins
from engine.findings.facts.model import Facts
from engine.findings.matching.chaining import Outcome
from engine.findings.model import Finding, RuleRun
from engine.language import messages
from engine.language.fact_fields import TITLES
from engine.language.model import Fact, Match, Scalar
from engine.language.rules import CATEGORIES, SEVERITIES, FindingRule, RuleSet
from engine.policy.identity import Itself
from engine.policy.model import Grouping, Policy


def absent(rule: FindingRule, kinds: Collection[str], rules: RuleSet) -> str:
    """Why a rule is not applicable where there are facts of these kinds alone (Chinese); empty where it is."""
    missing = next((p.kind for p in rule.patterns if not p.negated and p.kind not in kinds), "")
    if not missing:
        return ""
    makers = (maker.title for maker in rules.rules.values() if maker.compiled.conclude and maker.compiled.conclude.kind == missing)
    return f"没有它要看的内容：{TITLES.get(missing) or f'“{next(makers, missing)}”的情形'}"


@lru_cache(maxsize=64)
def _quiet(rules: Itself[RuleSet], kinds: frozenset[str]) -> Mapping[str, RuleRun]:
    """What came of each rule that found nothing where there are facts of these kinds: the same for every bundle."""
    out = {}
    for identity, rule in rules.thing.rules.items():
        why = absent(rule, kinds, rules.thing)
        out[identity] = RuleRun(rule.id, "not_applicable" if why else "clean", 0, why, title=rule.title)
    return out


class Teller:
    """Turns the matches of one run into findings, and says what came of each rule."""

    def __init__(
        self,
        policy: Policy,
        params: Mapping[str, Any],
        given: Facts,
        every: Sequence[Fact],
        outcome: Outcome,
        most: int,
        *,
        timed: bool = False,
    ) -> None:
        self.policy, self.params, self.given, self.outcome = policy, params, given, outcome
        self.most, self.timed = most, timed
        self.origins = Origins(policy, given, every, outcome)
        self.by_id = self.origins.by_id
        self.forms = given.forms
        self.bonds = Bonds(policy, given.facts)
        self.hits: Counter[str] = Counter()
        self.cut: dict[str, int] = {}
        """Rules with more findings than are told one by one -> how many more."""

    def rules(self) -> Iterator[RuleRun]:
        """What came of each rule that says something, in the policy's order."""
        ruleset = self.policy.rules
        kinds = frozenset(fact.kind for fact in self.by_id.values())
        self.quiet = _quiet(Itself(ruleset), kinds)
        self.limited = {item.rule: item for item in reversed(self.outcome.limited)}
        for identity in ruleset.order or ruleset.rules:
            if left := ruleset.left_out.get(identity):
                yield RuleRun(identity, "skipped", 0, left.reason, title=left.rule.title, by_option=True)
            elif identity in ruleset.rules and ruleset.rules[identity].message:
                yield self._ran(ruleset.rules[identity])

    def _ran(self, rule: FindingRule) -> RuleRun:
        hits, limited = self.hits.get(rule.id, 0), self.limited.get(rule.id)
        if not hits and not limited and not self.timed:
            return self.quiet[rule.id]
        spent = self.outcome.spent.get(rule.id, 0.0) * 1000
        ms = f"{spent:.2f}" if self.timed else None
        if limited and not limited.ran:
            return RuleRun(rule.id, "skipped", 0, limited.reason, title=rule.title, ms=ms)
        if hits:
            more = self.cut.get(rule.id, 0)
            return RuleRun(rule.id, "hit", hits, limited.reason if limited else "", more, rule.title, ms=ms)
        return replace(self.quiet[rule.id], ms=ms)

    def findings(self) -> list[Finding]:
        """Every finding, worst first. Raises PolicyError for messages that cannot be written."""
        problems: list[Problem] = []
        out: list[Finding] = []
        for identity, matches in groupby(self.outcome.matches, key=lambda match: match.rule):
            rule = self.policy.rules.rules[identity]
            if rule.message:
                out += self._of_rule(rule, list(matches), problems)
        if problems:
            raise PolicyError(problems)
        order = {severity: n for n, severity in enumerate(SEVERITIES)}
        kinds = {category: n for n, category in enumerate(CATEGORIES)}
        forms = {label: n for n, label in enumerate(self.forms)}
        return sorted(out, key=lambda f: (order[f.severity], forms.get(f.form, -1), kinds[f.category], f.rule))

    def _of_rule(self, rule: FindingRule, matches: list[Match], problems: list[Problem]) -> Iterator[Finding]:
        """The findings of one rule: one a match, or where many forms are held against each other one a name."""
        self.hits[rule.id] = len(matches)
        grouping = self.policy.grouping
        how = groups.comparison(rule) if grouping is not None and len(self.forms) > grouping.above else None
        units = groups.together(how, matches, self.by_id) if how else [[match] for match in matches]
        if len(units) > self.most:
            self.cut[rule.id] = sum(map(len, units[self.most :]))
        for unit in units[: self.most]:
            found = self._finding(rule, unit[0], problems)
            if found and how and grouping and len(unit) > 1:
                found = self._of_all(rule, found, unit, how, grouping)
            if found:
                yield found

    def _of_all(
        self, rule: FindingRule, first: Finding, unit: list[Match], how: groups.FormComparison, grouping: Grouping
    ) -> Finding:
        """The first finding of a name, with what is to be said of all of them."""
        spread = groups.spread(how, unit, self.by_id)
        said = groups.sentence(spread, len(unit), grouping, self.params)
        shown = groups.telling(how, unit, spread, self.by_id, grouping.named)
        bound = ({alias: self.by_id[identity] for alias, identity in match.facts} for match in shown)
        evidence = dict.fromkeys(item for facts in bound for item in self.origins.evidence(rule, facts))
        bond = replace(first.bond, forms=tuple(dict.fromkeys((*first.bond.forms, *spread.forms))))
        return replace(first, message=f"{first.message}{said}", evidence=tuple(evidence), bond=bond)

    def _finding(self, rule: FindingRule, match: Match, problems: list[Problem]) -> Finding | None:
        bound = {alias: self.by_id[identity] for alias, identity in match.facts}
        fields = {alias: fact.fields for alias, fact in bound.items()}
        lead = self.origins.sources(next(iter(bound.values())))[0]
        known = {pattern.alias: self.policy.rules.kinds[pattern.kind] for pattern in rule.patterns if pattern.alias}

        def told(text: str) -> str:
            return messages.render(text, fields, known, self.params) if text else ""

        try:
            subject, message, advice, report = told(rule.subject), told(rule.message), told(rule.advice), told(rule.report)
            follows, right = told(rule.tie.follows), told(rule.corrects[1])
        except (TypeError, ValueError, ArithmeticError) as wrong:
            problems.append(
                Problem(
                    rule.place,
                    f"规则 {rule.id} 的文字写不出来（“{lead.subject}”）：{wrong}",
                    "模板里的写法与字段的类型相符",
                    code="finding.text",
                )
            )
            return None
        form = str(next(iter(bound.values())).fields.get("form", lead.form))
        subject = subject or lead.subject
        return Finding(
            rule=rule.id,
            title=rule.title,
            category=rule.category,
            severity=rule.severity,
            form=form,
            subject=subject,
            message=message + rule.capped,
            advice=advice,
            report=report or message,
            basis=(basis := self._clause(rule, fields)),
            basis_title=self.policy.clause(basis).title,
            evidence=tuple(dict.fromkeys(self.origins.evidence(rule, bound))),
            derived_by=tuple(dict.fromkeys(self.origins.derivation(bound.values()))),
            correction=self.origins.correction(rule, bound, right),
            bond=self.bonds.of(rule, bound, form, subject, follows),
        )

    @staticmethod
    def _clause(rule: FindingRule, fields: Mapping[str, Mapping[str, Scalar]]) -> str:
        """The clause a finding rests on: the one the rule cites (that of the score, say), else the rule's own."""
        alias, name = rule.cite
        return str(fields[alias].get(name, rule.basis)) if alias else rule.basis
