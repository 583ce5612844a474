"""The differences of many forms added up: how many change and by how much, which grades flip, which findings come and go."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from engine.changes.impact.compare import FindingImpact, FormImpact, IndicatorImpact
from engine.changes.impact.groups import FormHead, GroupImpact, groups
from engine.changes.impact.spread import Bin, Spread, distribution, histogram, spread
from engine.policy.model import Policy

EXAMPLES = 3
"""Examples kept of each rule and each change of case."""


@dataclass(frozen=True, slots=True)
class RuleImpact:
    """One rule over all forms. `after` is always `before` less `gone` plus `new`."""

    rule: str
    title: str
    before: int
    after: int
    gone: int
    new: int
    severity: int
    """Findings that stay with another severity."""
    forms: int
    """Forms on which it comes, goes or changes severity."""
    examples: tuple[tuple[str, FindingImpact], ...]
    """(unit and form, finding)."""


@dataclass(frozen=True, slots=True)
class CaseImpact:
    """Indicators that go from one case to another, or stay in it with another score."""

    before: str
    before_label: str
    after: str
    after_label: str
    indicators: int
    forms: int
    rescored: int
    """Those of them with another score or status."""
    difference: Decimal
    """Sum of the differences of scores, where both are known."""
    examples: tuple[tuple[str, IndicatorImpact], ...]


@dataclass(frozen=True, slots=True)
class Totals:
    """Everything added up."""

    forms: int
    changed: int
    rescored: int
    """Forms whose total is another number."""
    up: int
    down: int
    open: int
    """Forms without a total under one policy or both: their difference is not known."""
    regraded: int
    restated: int
    """Forms whose status changed (scored to needs_review, or back)."""
    findings_changed: int
    """Forms on which findings come or go."""
    spread: Spread | None
    """Over the forms with a total under both; None if there are none."""
    changed_spread: Spread | None
    """Over those of them whose total changed."""
    indicator_spread: Spread | None
    """Of the sums of the indicators' scores alone, over the forms where both are known: what budget execution has no part in."""
    histogram: tuple[Bin, ...]
    distribution: tuple[Bin, ...]
    grades: tuple[tuple[str, str, int], ...]
    """(grade under A, under B, forms); the empty grade is no total."""
    grade_order: tuple[str, ...]
    statuses: tuple[tuple[str, str, int], ...]
    """(status of the total under A, under B, forms)."""
    indicators: int
    """Indicators with another score or status."""
    indicator_statuses: tuple[tuple[str, str, int], ...]
    """(status under A, under B, indicators): those that changed."""
    only_case: int
    """Indicators scored by another case with the same score."""
    cases: tuple[CaseImpact, ...]
    rules: tuple[RuleImpact, ...]
    uncovered: tuple[int, int]
    """Forms whose year and kind A, or B, does not cover; they were scored all the same."""
    groups: tuple[GroupImpact, ...]
    """By kind of form, by folder and by size of funds, where there are several."""
    worst: tuple[FormImpact, ...]
    """The changed forms, worst first: the first `detailed` with indicators and findings, the others without."""
    detailed: int


@dataclass(slots=True)
class _Rule:
    title: str = ""
    before: int = 0
    after: int = 0
    gone: int = 0
    new: int = 0
    severity: int = 0
    forms: int = 0
    examples: list[tuple[str, FindingImpact]] = field(default_factory=list)


@dataclass(slots=True)
class _Case:
    labels: tuple[str, str]
    indicators: int = 0
    forms: int = 0
    rescored: int = 0
    difference: Decimal = Decimal(0)
    examples: list[tuple[str, IndicatorImpact]] = field(default_factory=list)


Moves = Sequence[tuple[str, str, int]]
"""(what it is under A, under B, how many)."""


def added_up(
    counts: Mapping[str, int],
    totals: Sequence[tuple[Decimal | None, Decimal | None]],
    indicators: Sequence[Decimal],
    grades: Moves,
    statuses: Moves,
    of_indicators: Moves,
    policies: tuple[Policy, Policy],
) -> Totals:
    """What forms add up to, whoever counted them; cases, rules and single forms are for who counted to add.

    `counts` by name (none: 0), `totals` of each form under both policies, `indicators` the differences of their sums, `grades` and
    `statuses` of forms, `of_indicators` the statuses of indicators that changed."""
    count = Counter(counts)
    both = [b - a for a, b in totals if a is not None and b is not None]
    order = [band.id for policy in policies for band in policy.grades]
    return Totals(
        forms=count["forms"],
        changed=count["changed"],
        rescored=count["up"] + count["down"],
        up=count["up"],
        down=count["down"],
        open=count["open"],
        regraded=count["regraded"],
        restated=count["restated"],
        findings_changed=count["findings"],
        spread=spread(both),
        changed_spread=spread([difference for difference in both if difference]),
        indicator_spread=spread(indicators),
        histogram=histogram(both),
        distribution=distribution([a for a, _ in totals], [b for _, b in totals]),
        grades=tuple(grades),
        grade_order=tuple(dict.fromkeys((*order, *(grade for a, b, _ in grades for grade in (a, b) if grade), ""))),
        statuses=tuple(statuses),
        indicators=count["indicators"],
        indicator_statuses=tuple(of_indicators),
        only_case=count["only_case"],
        cases=(),
        rules=(),
        uncovered=(0, 0),
        groups=(),
        worst=(),
        detailed=0,
    )


class Tally:
    """Adds up forms one by one. Of a form only what differs is kept, and of all but the `limit` worst only its head."""

    def __init__(self, limit: int) -> None:
        """`limit` 0 keeps every form in detail."""
        self.limit = limit
        self.forms = 0
        self.totals: list[tuple[Decimal | None, Decimal | None]] = []
        self.indicators: list[Decimal] = []
        self.counts: Counter[str] = Counter()
        self.grades: Counter[tuple[str, str]] = Counter()
        self.statuses: Counter[tuple[str, str]] = Counter()
        self.indicator_statuses: Counter[tuple[str, str]] = Counter()
        self.cases: dict[tuple[str, str], _Case] = {}
        self.rules: dict[str, _Rule] = {}
        self.heads: list[FormHead] = []
        self._worst: list[tuple[tuple[object, ...], int, FormImpact]] = []
        """A heap, the least bad first, of (badness, number, form)."""
        self._rest: list[tuple[tuple[object, ...], int, FormImpact]] = []

    def add(self, form: FormImpact) -> None:
        self.forms += 1
        self.totals.append((form.before.score, form.after.score))
        self.grades[form.before.grade, form.after.grade] += 1
        self.statuses[form.before.status, form.after.status] += 1
        if form.indicators_difference is not None:
            self.indicators.append(form.indicators_difference)
        difference = form.difference
        self.counts["changed"] += form.changed
        self.counts["up"] += difference is not None and difference > 0
        self.counts["down"] += difference is not None and difference < 0
        self.counts["open"] += difference is None
        self.counts["regraded"] += form.before.grade != form.after.grade
        self.counts["restated"] += form.before.status != form.after.status
        self.counts["findings"] += bool(form.findings)
        self.counts["uncovered_before"] += not form.covered[0]
        self.counts["uncovered_after"] += not form.covered[1]
        regraded = form.before.grade != form.after.grade
        self.heads.append(FormHead(form.kind, form.folder, form.funds, form.changed, difference, regraded))
        who = f"{form.unit}“{form.name}”"
        self._add_indicators(form, who)
        self._add_rules(form, who)
        if form.changed:
            self._keep(form)

    def _add_indicators(self, form: FormImpact, who: str) -> None:
        seen: set[tuple[str, str]] = set()
        for item in form.indicators:
            self.counts["only_case"] += item.only_case
            self.counts["indicators"] += not item.only_case
            if item.before.status != item.after.status:
                self.indicator_statuses[item.before.status, item.after.status] += 1
            key = item.before.case, item.after.case
            case = self.cases.setdefault(key, _Case((item.before.label, item.after.label)))
            case.indicators += 1
            case.rescored += not item.only_case
            case.forms += key not in seen
            seen.add(key)
            case.difference += item.difference or Decimal(0)
            if len(case.examples) < EXAMPLES and not item.only_case:
                case.examples.append((who, item))

    def _add_rules(self, form: FormImpact, who: str) -> None:
        for rule, count in form.rules_before:
            self.rules.setdefault(rule, _Rule()).before += count
        for rule, count in form.rules_after:
            self.rules.setdefault(rule, _Rule()).after += count
        for item in form.findings:
            rule_ = self.rules[item.rule]
            rule_.title = item.title
            rule_.new += item.change == "new"
            rule_.gone += item.change == "gone"
            rule_.severity += item.change == "severity"
            if len(rule_.examples) < EXAMPLES:
                rule_.examples.append((who, item))
        for rule in {item.rule for item in form.findings}:
            self.rules[rule].forms += 1

    def _keep(self, form: FormImpact) -> None:
        entry = (_badness(form), -self.forms, form)
        if not self.limit:
            self._worst.append(entry)
            return
        heapq.heappush(self._worst, entry)
        if len(self._worst) > self.limit:
            bad, number, least = heapq.heappop(self._worst)
            self._rest.append((bad, number, least.bare()))

    def result(self, before: Policy, after: Policy) -> Totals:
        """All of it, in the order of the policies' grades."""
        worst = sorted(self._worst, reverse=True)
        grades, statuses, of_indicators = (
            tuple((a, b, n) for (a, b), n in sorted(found.items()))
            for found in (self.grades, self.statuses, self.indicator_statuses)
        )
        counts = {**self.counts, "forms": self.forms}
        whole = added_up(counts, self.totals, self.indicators, grades, statuses, of_indicators, (before, after))
        return replace(
            whole,
            cases=self._case_impacts(),
            rules=self._rule_impacts(),
            uncovered=(self.counts["uncovered_before"], self.counts["uncovered_after"]),
            groups=groups(self.heads),
            worst=tuple(form for _, _, form in (*worst, *sorted(self._rest, reverse=True))),
            detailed=len(worst),
        )

    def _case_impacts(self) -> tuple[CaseImpact, ...]:
        found = [
            CaseImpact(
                a,
                case.labels[0],
                b,
                case.labels[1],
                case.indicators,
                case.forms,
                case.rescored,
                case.difference,
                tuple(case.examples),
            )
            for (a, b), case in self.cases.items()
        ]
        return tuple(sorted(found, key=lambda case: (-case.rescored, -case.indicators, case.before, case.after)))

    def _rule_impacts(self) -> tuple[RuleImpact, ...]:
        found = [
            RuleImpact(name, r.title, r.before, r.after, r.gone, r.new, r.severity, r.forms, tuple(r.examples))
            for name, r in self.rules.items()
            if r.forms
        ]
        return tuple(sorted(found, key=lambda rule: (-(rule.gone + rule.new + rule.severity), rule.rule)))


def _badness(form: FormImpact) -> tuple[object, ...]:
    """Worst: a total lost; then the greatest difference, a loss before a gain; then a grade flipped; then findings."""
    lost = form.before.score is not None and form.after.score is None
    difference = form.known_difference if form.difference is None else form.difference
    return lost, abs(difference), difference < 0, form.before.grade != form.after.grade, len(form.findings), len(form.indicators)
