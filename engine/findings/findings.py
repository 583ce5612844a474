"""Findings: the policy's rules run over the facts of an evaluation, each match told in words with its evidence.

Facts go in, measures are added, the rules run (forward chaining, on durable-rules with the plain matcher as referee), and each
match of a rule that says something becomes one finding. Worst first.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from engine.findings.concerns import Concerns
from engine.findings.facts.build import facts_of
from engine.findings.facts.model import Source
from engine.findings.folding import folded
from engine.findings.matching import chaining
from engine.findings.matching.chaining import Outcome, Program
from engine.findings.model import Concern, Finding, RuleRun
from engine.findings.telling import Teller
from engine.language.fact_fields import KINDS
from engine.language.measures import measured
from engine.language.model import Fact
from engine.language.rules import RuleSet
from engine.policy.identity import Itself
from engine.policy.model import Policy
from engine.policy.resolved import MAX_REMEMBERED
from engine.scoring.model import Evaluation

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
        """Which matchers ran and agreed, as the result says it."""
        return self.outcome.matcher


def looked_at(rules: RuleSet) -> frozenset[str]:
    """The kinds of facts that the rules of a set look at: themselves, or through a measure that one of them names anywhere."""
    kinds = {pattern.kind for rule in rules.rules.values() for pattern in rule.patterns}
    said = repr(tuple(rules.rules.values()))
    return frozenset(kinds.union(*({one.of, one.per} for one in rules.measures if one.id in said)))


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
        kinds: Collection[str] = KINDS,
    ) -> None:
        """`isolate` runs durable-rules in a process of its own: what serves many users must survive a crash of the library.
        `most`: findings of one rule that are told one by one. `timed`: how long each rule took is told, too. `remember`: the
        compiled rules are kept for whoever checks by the same. `fold`: what a rule says of several rows is told as one finding
        where the rule says so; not where findings are counted row by row, as a database counts them. `kinds`: facts of
        others are not made where that saves time (see `looked_at`)."""
        self.kinds = kinds
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
        given = facts_of(evaluation, self.kinds)
        facts = measured(given.facts, self.policy.rules.measures)
        # made of dataclasses that say what each field is: that they fit is shown by a test, not looked at in every bundle again
        outcome = chaining.run(self.program, facts, checked=True)
        every = (*facts, *(item.fact for item in outcome.derived))
        teller = Teller(self.policy, self.params, given, every, outcome, self.most, timed=self.timed)
        found = teller.findings()
        apart = Concerns(found, self.policy.telling, self.params, _whose(evaluation))
        told, concerns = folded(found, apart.all(), apart, self.folds)
        return Findings(told, every, given.sources, outcome, given.notes, tuple(teller.rules()), concerns, tuple(found))

    def close(self) -> None:
        """Give back what durable-rules holds."""
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
