"""Findings: the policy's rules run over the facts of an evaluation, each match told in words with its evidence.

Facts go in, measures are added, the rules run (forward chaining, on durable-rules with the plain matcher as referee), and each
match of a rule that says something becomes one finding. Worst first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby
from typing import Any

from engine.errors import PolicyError, Problem
from engine.findings import groups
from engine.findings.bonds import Bonds
from engine.findings.concerns import Concerns
from engine.findings.facts.build import facts_of
from engine.findings.facts.model import Facts, Source
from engine.findings.folding import folded
from engine.findings.matching import chaining
from engine.findings.matching.chaining import Outcome, Program
from engine.findings.model import Concern, Correction, Evidence, Finding, RuleRun
from engine.language import messages
from engine.language.conditions import leaves
from engine.language.fact_fields import TITLES
from engine.language.measures import measured
from engine.language.model import Fact, Match, Ref, Scalar
from engine.language.rules import CATEGORIES, SEVERITIES, FindingRule, RuleSet
from engine.language.wording import code
from engine.policy.identity import Itself
from engine.policy.model import Grouping, Policy
from engine.policy.resolved import MAX_REMEMBERED
from engine.scoring.model import Evaluation
from engine.templating import filters

_NOT_EVIDENCE = ("form", "form_kind", "about", "key")
"""Fields that say which fact is meant, not what is wrong with it."""
MAX_PER_RULE = 5_000
"""Findings of one rule that are told one by one; how many more there are is told with the rule."""


@dataclass(frozen=True, slots=True)
class Findings:
    """The findings, the facts they rest on (with measures and derived facts), what came of each rule, and which matcher ran."""

    findings: tuple[Finding, ...]
    facts: tuple[Fact, ...]
    sources: Mapping[str, Source]
    outcome: Outcome
    notes: tuple[str, ...]
    rules: tuple[RuleRun, ...] = ()
    concerns: tuple[Concern, ...] = ()
    """The findings put together by their cause: the problems, the most pressing first."""
    apart: tuple[Finding, ...] = ()
    """The findings before those on several rows of a form became one: one a match, which is what a database has."""

    @property
    def matcher(self) -> str:
        return self.outcome.matcher


def absent(rule: FindingRule, kinds: Collection[str], rules: RuleSet) -> str:
    """Why a rule is not applicable where there are facts of these kinds alone (Chinese); empty where it is."""
    missing = next((p.kind for p in rule.patterns if not p.negated and p.kind not in kinds), "")
    if not missing:
        return ""
    makers = (maker.title for maker in rules.rules.values() if maker.compiled.conclude and maker.compiled.conclude.kind == missing)
    return f"没有它要看的内容：{TITLES.get(missing) or f'“{next(makers, missing)}”的情形'}"


class Checker:
    """A policy's rules, compiled once for many submissions. Close it to give back durable-rules' handles."""

    def __init__(
        self,
        policy: Policy,
        *,
        use_durable: bool = True,
        isolate: bool = False,
        most: int = MAX_PER_RULE,
        timed: bool = False,
        remember: bool = True,
        fold: bool = True,
    ) -> None:
        """`isolate` runs durable-rules in a process of its own: what serves many users must survive a crash of the library.
        `most`: findings of one rule that are told one by one. `timed`: how long each rule took is told, too. `remember`: the
        compiled rules are kept for whoever checks by the same. `fold`: what a rule says of several rows is told as one finding
        where the rule says so; not where findings are counted row by row, as a database counts them."""
        self.policy, self.most, self.timed = policy, most, timed
        self.params: Mapping[str, Any] = {name: parameter.value for name, parameter in policy.parameters.items()}
        self.folds = {name: rule.rows for name, rule in policy.rules.rules.items() if rule.rows and fold}
        self.program: Program = (
            _program(Itself(policy.rules), use_durable).anew()
            if remember and not isolate
            else _compiled(policy.rules, use_durable, isolate)
        )

    def check(self, evaluation: Evaluation) -> Findings:
        """Every finding on one evaluation. Raises InternalError where the two matchers disagree, PolicyError where a message
        names a value the facts do not have. A rule that cannot run on these facts is left out, and told in `rules`."""
        given = facts_of(evaluation)
        facts = measured(given.facts, self.policy.rules.measures)
        outcome = chaining.run(self.program, facts)
        every = (*facts, *(item.fact for item in outcome.derived))
        teller = _Teller(self.policy, self.params, given, every, outcome, self.most, timed=self.timed)
        found = teller.findings()
        apart = Concerns(found, self.policy.telling, self.params, _whose(evaluation))
        told, concerns = folded(found, apart.all(), apart, self.folds)
        return Findings(told, every, given.sources, outcome, given.notes, tuple(teller.rules()), concerns, tuple(found))

    def close(self) -> None:
        self.program.close()


def _compiled(rules: RuleSet, use_durable: bool, isolate: bool) -> Program:
    compiled = [rule.compiled for rule in rules.rules.values()]
    return chaining.compile_program(
        compiled, rules.schema(derived=False), rules.schema(derived=True), use_durable=use_durable, isolate=isolate
    )


@lru_cache(maxsize=MAX_REMEMBERED)
def _program(of: Itself[RuleSet], use_durable: bool) -> Program:
    """Rules compiled, never run itself; policies that differ elsewhere have them in common."""
    return _compiled(of.thing, use_durable, False)


def _whose(evaluation: Evaluation) -> list[str]:
    """What names a submission, whatever the order of its forms."""
    return sorted({f"{form.form.unit}/{form.form.fiscal_year}" for form in evaluation.forms})


class _Teller:
    """Turns matches into findings."""

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
        self.by_id = {fact.id: fact for fact in every}
        self.derivations = {item.fact.id: item for item in outcome.derived}
        self.forms = sum(fact.kind == "form" for fact in given.facts)
        self.bonds = Bonds(policy, given.facts)
        self.hits: Counter[str] = Counter()
        self.cut: dict[str, int] = {}
        """Rules with more findings than are told one by one -> how many more."""

    def rules(self) -> Iterator[RuleRun]:
        """What came of each rule that says something, in the policy's order."""
        ruleset = self.policy.rules
        kinds = {fact.kind for fact in self.by_id.values()}
        for identity in ruleset.order or ruleset.rules:
            if left := ruleset.left_out.get(identity):
                yield RuleRun(identity, "skipped", 0, left.reason, title=left.rule.title, by_option=True)
            elif identity in ruleset.rules and ruleset.rules[identity].message:
                yield self._ran(ruleset.rules[identity], kinds)

    def _ran(self, rule: FindingRule, kinds: Collection[str]) -> RuleRun:
        hits, limited = self.hits[rule.id], next((item for item in self.outcome.limited if item.rule == rule.id), None)
        spent = self.outcome.spent.get(rule.id, 0.0) * 1000
        run = RuleRun(rule.id, "clean", 0, title=rule.title, ms=f"{spent:.2f}" if self.timed else None)
        if limited and not limited.ran:
            return replace(run, state="skipped", reason=limited.reason)
        if hits:
            return replace(run, state="hit", hits=hits, reason=limited.reason if limited else "", more=self.cut.get(rule.id, 0))
        if why := absent(rule, kinds, self.policy.rules):
            return replace(run, state="not_applicable", reason=why)
        return run

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
        forms = {fact.fields["form"]: n for n, fact in enumerate(self.given.facts) if fact.kind == "form"}
        return sorted(out, key=lambda f: (order[f.severity], forms.get(f.form, -1), kinds[f.category], f.rule))

    def _of_rule(self, rule: FindingRule, matches: list[Match], problems: list[Problem]) -> Iterator[Finding]:
        """The findings of one rule: one a match, or where many forms are held against each other one a name."""
        self.hits[rule.id] = len(matches)
        grouping = self.policy.grouping
        how = groups.comparison(rule) if grouping is not None and self.forms > grouping.above else None
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
        evidence = dict.fromkeys(item for facts in bound for item in self._evidence(rule, facts))
        bond = replace(first.bond, forms=tuple(dict.fromkeys((*first.bond.forms, *spread.forms))))
        return replace(first, message=f"{first.message}{said}", evidence=tuple(evidence), bond=bond)

    def _finding(self, rule: FindingRule, match: Match, problems: list[Problem]) -> Finding | None:
        from jinja2 import TemplateError

        bound = {alias: self.by_id[identity] for alias, identity in match.facts}
        fields = {alias: fact.fields for alias, fact in bound.items()}
        lead = self._sources(next(iter(bound.values())))[0]
        known = {pattern.alias: self.policy.rules.kinds[pattern.kind] for pattern in rule.patterns if pattern.alias}

        def told(text: str) -> str:
            return messages.render(text, fields, known, self.params) if text else ""

        try:
            subject, message, advice, report = told(rule.subject), told(rule.message), told(rule.advice), told(rule.report)
            follows, right = told(rule.tie.follows), told(rule.corrects[1])
        except (TemplateError, TypeError, ValueError, ArithmeticError) as wrong:
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
            evidence=tuple(dict.fromkeys(self._evidence(rule, bound))),
            derived_by=tuple(dict.fromkeys(self._derivation(bound.values()))),
            correction=self._correction(rule, bound, right),
            bond=self.bonds.of(rule, bound, form, subject, follows),
        )

    def _correction(self, rule: FindingRule, bound: Mapping[str, Fact], right: str) -> Correction | None:
        """What should stand in place of the value that a rule says is wrong; None where it says nothing, or there is none."""
        (alias, name), _ = rule.corrects
        if not right.strip() or name not in bound[alias].fields:
            return None
        origin, field = self._origin(bound[alias], name)
        source = self._sources(origin)[0]
        if span := source.spans.get(field):
            return Correction(span.place, name, span.text, right, span.start)
        cell = source.cells.get(field)
        if cell and cell.text and str(cell.place):
            return Correction(cell.place, name, cell.text, right, 0)
        return Correction(source.place, name, self._said(origin, field), right)

    @staticmethod
    def _clause(rule: FindingRule, fields: Mapping[str, Mapping[str, Scalar]]) -> str:
        """The clause a finding rests on: the one the rule cites (that of the score, say), else the rule's own."""
        alias, name = rule.cite
        return str(fields[alias].get(name, rule.basis)) if alias else rule.basis

    def _sources(self, fact: Fact) -> list[Source]:
        """Where a fact came from; a derived fact came from where the facts of its match came from."""
        if fact.id in self.given.sources:
            return [self.given.sources[fact.id]]
        match = self.derivations[fact.id].match
        return [source for _, identity in match.facts for source in self._sources(self.by_id[identity])]

    def _derivation(self, facts: Iterable[Fact]) -> Iterator[str]:
        for fact in facts:
            if fact.id in self.derivations:
                item = self.derivations[fact.id]
                yield from self._derivation([self.by_id[identity] for _, identity in item.match.facts])
                yield item.rule

    def _evidence(self, rule: FindingRule, bound: Mapping[str, Fact]) -> Iterator[Evidence]:
        """The values a finding rests on: those the rule lists, else those its conditions name and people can check."""
        for alias, name in rule.evidence or self._evident(rule):
            fact = bound[alias]
            if name in fact.fields:
                yield self._value(fact, name)
        if not rule.evidence:
            for fact in bound.values():
                if fact.id in self.derivations:
                    yield from self._evidence(*self._behind(fact))

    def _value(self, fact: Fact, name: str) -> Evidence:
        title = self.policy.rules.kinds[fact.kind][name].title
        origin, field = self._origin(fact, name)
        source = self._sources(origin)[0]
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
