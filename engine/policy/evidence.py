"""What a rule rests on, and how loud it may be: what no one has read in an official text is no ground for an error.

A policy says (`evidence_caps`) how severe a finding may be at most that rests on clauses of a kind of evidence, and in which words
that is told. What a rule rests on follows from the rule: its own clause, and those behind the fields and parameters it looks at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from engine.language.conditions import leaves
from engine.language.fields import Field
from engine.language.measures import Measure
from engine.language.messages import render
from engine.language.rules import SEVERITIES, FindingRule, RuleSet
from engine.language.tables import CaseTable
from engine.policy.model import Band, Clause, Parameter, Scoring
from engine.policy.taxonomy import Level1

CAPPED: Mapping[str, Field] = {"clauses": Field("text", "所据的条款")}
"""What the sentence of a cap sees, as `g`."""
NAMED = 3
"""Clauses that are named."""

_INDICATORS = frozenset(
    ["computed", "score_gap", "score_shortfall", "score_differs", "allowed_low", "allowed_high", "clause", "case"]
)
_WEIGHTS = frozenset(
    [
        "full_score",
        "weight_scheme",
        "weight_case",
        "weight_clause",
        "execution_weight_scheme",
        "indicator_rate",
        "execution_score_rate",
        "rate_lead",
        "execution_rate_implied",
        "execution_rate_cut",
        "execution_rate_rounded",
    ]
)
_EXECUTION = frozenset(["execution_computed", "execution_gap", "execution_clause", "execution_reason"])
_TOTAL = frozenset(["total_computed", "total_gap"])
_GRADES = frozenset(["grade_computed", "grade_clause", "grade_of_reported"])
_TAXONOMY = frozenset(["known", "belongs", "home"])
"""Fields of facts by the part of the policy their value follows from."""


@dataclass(frozen=True, slots=True)
class EvidenceCap:
    """`at_most`: the severity; `sentence`: a template that sees CAPPED."""

    at_most: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a policy that the fields of facts follow from."""

    clauses: Mapping[str, Clause]
    parameters: Mapping[str, Parameter]
    taxonomy: tuple[Level1, ...]
    scoring: Scoring
    grades: tuple[Band, ...]

    def behind(self, name: str) -> frozenset[str]:
        """The clauses that the value of a fact's field may rest on; none where it says what was filed."""
        scoring = self.scoring
        weights = {scoring.weights.basis, *(scheme.basis for scheme in scoring.weights.schemes)}
        execution = _bases(scoring.execution)
        indicators = {band.basis for band in scoring.tiers}.union(*map(_bases, scoring.tables.values()))
        indicators |= {item.basis for item in scoring.refer} | (_bases(scoring.adjust) if scoring.adjust else set())
        total = execution | indicators | _bases(scoring.total)
        parts: tuple[tuple[frozenset[str], Iterable[str]], ...] = (
            (_INDICATORS, indicators),
            (frozenset(["indicators_computed"]), indicators),
            (_WEIGHTS, weights),
            (_EXECUTION, execution),
            (_TOTAL, total),
            (_GRADES, {band.basis for band in self.grades} | (total if name == "grade_computed" else set())),
            (_TAXONOMY, {level.basis for level in self.taxonomy}),
        )
        return frozenset(basis for fields, bases in parts if name in fields for basis in bases)


def _bases(table: CaseTable) -> set[str]:
    return {case.basis for case in table.cases}


def capped(rules: RuleSet, caps: Mapping[str, EvidenceCap], parts: Parts) -> RuleSet:
    """The rules, none more severe than what it rests on allows; one that was made less severe says why (`capped`)."""
    if not any(clause.evidence in caps for clause in parts.clauses.values()):
        return rules
    grounds = _Grounds(rules, parts)
    return replace(rules, rules={name: _capped(rule, grounds.of(rule), parts.clauses, caps) for name, rule in rules.rules.items()})


def _capped(
    rule: FindingRule, grounds: frozenset[str], clauses: Mapping[str, Clause], caps: Mapping[str, EvidenceCap]
) -> FindingRule:
    order = list(SEVERITIES)
    if not rule.severity:
        return rule
    for evidence, cap in caps.items():
        resting = [f"“{one.title}”" for name, one in clauses.items() if name in grounds and one.evidence == evidence]
        if resting and order.index(rule.severity) < order.index(cap.at_most):
            named = "、".join(resting[:NAMED]) + (" 等" if len(resting) > NAMED else "")
            note = render(cap.sentence, {"g": {"clauses": named}}, {"g": CAPPED}, {})
            rule = replace(rule, severity=cap.at_most, capped=rule.capped + note)
    return rule


class _Grounds:
    """The clauses behind rules, measures, and what rules conclude."""

    def __init__(self, rules: RuleSet, parts: Parts) -> None:
        self.parts = parts
        self.behind: Callable[[str], frozenset[str]] = _remembered(parts.behind)
        self.measures: dict[tuple[str, str], frozenset[str]] = {}
        for measure in rules.measures:
            self.measures[measure.per, measure.id] = self._of_measure(measure)
        self.concluded: dict[str, frozenset[str]] = {}
        concluding = [(rule, rule.compiled.conclude.kind) for rule in rules.rules.values() if rule.compiled.conclude]
        for _ in concluding:  # what one concludes another may rest on, in any order
            for rule, kind in concluding:
                self.concluded[kind] = self.concluded.get(kind, frozenset()) | self.of(rule)

    def of(self, rule: FindingRule) -> frozenset[str]:
        """The clauses a finding of the rule may rest on."""
        kinds = {pattern.alias: pattern.kind for pattern in rule.patterns}
        found = set() if rule.cite[0] else {rule.basis}
        for alias, name in (*rule.evidence, *filter(lambda cite: cite[0], [rule.cite])):
            found |= self._field(kinds[alias], name)
        for pattern in rule.patterns:
            found |= self.concluded.get(pattern.kind, frozenset())
            for condition in leaves(pattern.conditions):
                found |= self._field(pattern.kind, condition.test.field)
                found |= {self.parts.parameters[name].basis for name in condition.params if name in self.parts.parameters}
        return frozenset(found)

    def _field(self, kind: str, name: str) -> frozenset[str]:
        return self.behind(name) | self.measures.get((kind, name), frozenset())

    def _of_measure(self, measure: Measure) -> frozenset[str]:
        tested = [condition.test.field for condition in leaves((*measure.conditions, *measure.among))]
        return frozenset().union(*(self._field(measure.of, name) for name in (*tested, measure.field)))


def _remembered(function: Callable[[str], frozenset[str]]) -> Callable[[str], frozenset[str]]:
    known: dict[str, frozenset[str]] = {}

    def of(name: str) -> frozenset[str]:
        if name not in known:
            known[name] = function(name)
        return known[name]

    return of
