"""What a change of policy does to forms that were filed: each form scored under both, and what differs.

Here one bundle is compared; `tally` adds up many, `run` reads them. Only differences are kept, never the
evaluations, so that a province's forms fit in memory. Scores are Decimal throughout.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache
from pathlib import PurePath

from engine.changes.impact.reweigh import reweighed
from engine.errors import Place
from engine.findings.findings import Checker
from engine.findings.model import Finding
from engine.policy.identity import Itself
from engine.policy.model import Policy
from engine.policy.periods import covers_all
from engine.scoring.budget import in_smallest_unit, scored_line
from engine.scoring.form import evaluate
from engine.scoring.model import Evaluation, Score, ScoredForm, ScoredIndicator
from engine.submission.model import Submission


@dataclass(frozen=True, slots=True)
class Standing:
    """What one policy makes of a form or an indicator."""

    score: Decimal | None
    """The computed score; None where a human must judge."""
    status: str
    """scored, not_applicable, needs_review or error."""
    grade: str = ""
    """A form's grade; empty where it has no total."""
    case: str = ""
    """The case that gave an indicator its score (`quantitative.met`), or its status."""
    label: str = ""
    reason: str = ""
    """Why it has no score."""


@dataclass(frozen=True, slots=True)
class IndicatorImpact:
    """An indicator whose score, status or case differs."""

    goal: int
    name: str
    level1: str
    weight: Decimal | None
    target: str
    actual: str
    before: Standing
    after: Standing

    @property
    def difference(self) -> Decimal | None:
        return _difference(self.before, self.after)

    @property
    def only_case(self) -> bool:
        """Scored by another case, with the same score."""
        return self.before.score == self.after.score and self.before.status == self.after.status


@dataclass(frozen=True, slots=True)
class FindingImpact:
    """A finding that is there under one policy only, or with another severity. `before` and `after` are severities, empty for
    none."""

    rule: str
    title: str
    subject: str
    message: str
    before: str
    after: str

    @property
    def change(self) -> str:
        return "new" if not self.before else "gone" if not self.after else "severity"


@dataclass(frozen=True, slots=True)
class FormImpact:
    """One form under both policies."""

    source: str
    """File, and place in it."""
    unit: str
    fiscal_year: int
    kind: str
    name: str
    before: Standing
    after: Standing
    execution: Decimal | None
    """Difference of the score of budget execution; None where one of both is not known."""
    indicators_difference: Decimal | None
    """Difference of the sum of the indicators' scores; None where one of them is not known."""
    known_difference: Decimal
    """Difference of those parts (execution and indicators) that have a score under both: all of it where every part has."""
    indicators: tuple[IndicatorImpact, ...]
    findings: tuple[FindingImpact, ...]
    rules_before: tuple[tuple[str, int], ...]
    """Findings by rule under A, and under B."""
    rules_after: tuple[tuple[str, int], ...]
    covered: tuple[bool, bool]
    """Whether each policy covers forms of this year and kind."""
    folder: str = ""
    """The folder the form lies in, where that is known."""
    funds: Decimal | None = None
    """Its budget in the smallest unit (元), where that is known."""

    @property
    def difference(self) -> Decimal | None:
        """Total under B less total under A; None where one of both is not known."""
        return _difference(self.before, self.after)

    @property
    def changed(self) -> bool:
        """Whether a score, a grade, a status or a finding differs. Another case with the same score is no change."""
        return self.before != self.after or bool(self.findings) or any(not item.only_case for item in self.indicators)

    def bare(self) -> FormImpact:
        """Without its indicators and findings: what is kept of a form that is not told in detail."""
        return replace(self, indicators=(), findings=(), rules_before=(), rules_after=())


def _difference(before: Standing, after: Standing) -> Decimal | None:
    return None if before.score is None or after.score is None else after.score - before.score


MAX_REMEMBERED_FORMS = 20
"""Forms of a submission whose judgement is kept."""
Judged = tuple[Evaluation, tuple[Finding, ...]]


class Judgements:
    """What policies made of submissions, the latest few: an editor asks for the same forms after each change, and one of the two
    policies is the same as before, often both. By which policy and which submission it is: both are made once and not changed."""

    def __init__(self, most: int = 16) -> None:
        self.known = lru_cache(maxsize=most)(self._made)

    def of(self, submission: Submission, checker: Checker) -> Judged:
        """The evaluation of a submission by the checker's policy, and the findings. Raises as `Checker.check`."""
        if len(submission.forms) > MAX_REMEMBERED_FORMS:
            return _judged(submission, checker)
        return self.known(Itself(submission), Itself(checker.policy), _Asked(checker))

    @staticmethod
    def _made(submission: Itself[Submission], policy: Itself[Policy], asked: _Asked) -> Judged:
        return _judged(submission.thing, asked.checker)


class OneSide(Judgements):
    """What one policy made of submissions, all of them; of every other nothing is kept."""

    def __init__(self, policy: Policy) -> None:
        super().__init__(0)
        self.policy = policy
        self.kept: dict[int, tuple[Submission, Judged]] = {}

    def of(self, submission: Submission, checker: Checker) -> Judged:
        if checker.policy is not self.policy:
            return _judged(submission, checker)
        if id(submission) not in self.kept:  # kept with the submission itself: its identity is not given to another
            self.kept[id(submission)] = submission, _judged(submission, checker)
        return self.kept[id(submission)][1]


@dataclass(frozen=True, slots=True)
class _Asked:
    """Who is asked where nothing is known yet; which of the checkers of a policy makes no difference."""

    checker: Checker = field(compare=False)


def _judged(submission: Submission, checker: Checker) -> Judged:
    evaluation = evaluate(submission, checker.policy)
    return evaluation, checker.check(evaluation).findings


class Comparer:
    """Two policies, compiled once for many submissions. Close it to give back durable-rules' handles."""

    def __init__(
        self,
        before: Policy,
        after: Policy,
        *,
        use_durable: bool = True,
        known: Judgements | None = None,
        reweigh: bool = False,
    ) -> None:
        """`known`: what was judged before, by checkers with the same matchers. `reweigh`: B sees the forms at its own weights."""
        self.reweigh = reweigh
        self.before, self.after = before, after
        self.checkers = (
            Checker(before, use_durable=use_durable, fold=False),
            Checker(after, use_durable=use_durable, fold=False),
        )
        self.judged = known.of if known else _judged

    def compare(self, submission: Submission) -> list[FormImpact]:
        """The submission's forms under both policies. Raises PolicyError where a policy's rules cannot judge it."""
        seen = reweighed(submission, self.before, self.after) if self.reweigh else submission
        (old, old_said), (new, new_said) = (
            self.judged(own, checker) for own, checker in zip((submission, seen), self.checkers, strict=True)
        )
        said = [old_said, new_said]
        labels = [form.label for form in old.forms]
        found = [_by_form(findings, labels) for findings in said]
        return [self._form(a, b, found[0][a.label], found[1][b.label]) for a, b in zip(old.forms, new.forms, strict=True)]

    def _form(self, old: ScoredForm, new: ScoredForm, before: Sequence[Finding], after: Sequence[Finding]) -> FormImpact:
        form = old.form
        execution = _part(old.execution, new.execution)
        parts = [_part(a.score, b.score) for a, b in zip(old.indicators, new.indicators, strict=True)]
        return FormImpact(
            source=str(Place(form.place.file, form.place.line)) if form.place.file else str(form.place),
            unit=form.unit,
            fiscal_year=form.fiscal_year,
            kind=form.kind,
            name=old.label,
            before=_total(old),
            after=_total(new),
            execution=execution,
            indicators_difference=_indicators_difference(parts),
            known_difference=sum((part for part in (execution, *parts) if part is not None), Decimal(0)),
            indicators=tuple(_indicators(old, new)),
            findings=tuple(_findings(before, after)),
            rules_before=_counted(before),
            rules_after=_counted(after),
            covered=(
                covers_all(self.before, [form]),
                covers_all(self.after, [form]),
            ),
            folder=PurePath(form.place.file).parent.name if form.place.file else "",
            funds=in_smallest_unit(scored_line(form), "budget", self.before.words),
        )

    def close(self) -> None:
        for checker in self.checkers:
            checker.close()


def _total(form: ScoredForm) -> Standing:
    total = form.total
    return Standing(total.computed, total.status, form.grade_computed, reason=total.reason)


def _part(old: Score, new: Score) -> Decimal | None:
    return None if old.computed is None or new.computed is None else new.computed - old.computed


def _indicators_difference(parts: Sequence[Decimal | None]) -> Decimal | None:
    """Difference of the sums over all indicators: None where one of them has no score."""
    known = [part for part in parts if part is not None]
    return sum(known, Decimal(0)) if len(known) == len(parts) else None


def _indicators(old: ScoredForm, new: ScoredForm) -> Iterator[IndicatorImpact]:
    """The indicators that differ. Both policies saw the same submission, so they stand in the same order."""
    for a, b in zip(old.indicators, new.indicators, strict=True):
        before, after = _scored(a), _scored(b)
        if (before.score, before.status, before.case) != (after.score, after.status, after.case):
            indicator = a.known.indicator
            yield IndicatorImpact(
                a.goal,
                indicator.name,
                indicator.level1,
                a.known.weight,
                indicator.target.text if indicator.target else "",
                indicator.actual.text if indicator.actual else "",
                before,
                after,
            )


def _scored(item: ScoredIndicator) -> Standing:
    score, trace = item.score, item.score.trace
    return Standing(
        score.computed, score.status, "", trace.case if trace else score.status, trace.label if trace else "", score.reason
    )


def _by_form(findings: Sequence[Finding], labels: Sequence[str]) -> dict[str, list[Finding]]:
    """Findings by form; what is said of the bundle as a whole goes with its first form."""
    out: dict[str, list[Finding]] = {label: [] for label in labels}
    for finding in findings:
        out[finding.form if finding.form in out else labels[0]].append(finding)
    return out


def _counted(findings: Sequence[Finding]) -> tuple[tuple[str, int], ...]:
    counts: dict[str, int] = {}
    for finding in findings:
        counts[finding.rule] = counts.get(finding.rule, 0) + 1
    return tuple(counts.items())


def _findings(before: Sequence[Finding], after: Sequence[Finding]) -> Iterator[FindingImpact]:
    """Findings that come, go or change their severity. The same finding is the same rule on the same subject; where there are
    several, those that rest on the same cells, then those that are left, in order. What it says may be worded otherwise."""
    old, new = list(before), list(after)
    pairs: list[tuple[Finding, Finding]] = []
    for identity in (_closely, _loosely):
        waiting: dict[object, list[Finding]] = {}
        for finding in new:
            waiting.setdefault(identity(finding), []).append(finding)
        left: list[Finding] = []
        for finding in old:
            same = waiting.get(identity(finding))
            if same:
                pairs.append((finding, same.pop(0)))
            else:
                left.append(finding)
        taken = {id(finding) for _, finding in pairs}
        old, new = left, [finding for finding in new if id(finding) not in taken]
    for a, b in pairs:
        if a.severity != b.severity:
            yield FindingImpact(b.rule, b.title, b.subject, b.message, a.severity, b.severity)
    for finding in old:
        yield FindingImpact(finding.rule, finding.title, finding.subject, finding.message, finding.severity, "")
    for finding in new:
        yield FindingImpact(finding.rule, finding.title, finding.subject, finding.message, "", finding.severity)


def _closely(finding: Finding) -> object:
    return finding.rule, finding.subject, tuple(sorted({str(item.place) for item in finding.evidence}))


def _loosely(finding: Finding) -> object:
    return finding.rule, finding.subject


def compare(submission: Submission, before: Policy, after: Policy) -> list[FormImpact]:
    """One submission under two policies: for a single call. For many, keep a Comparer."""
    comparer = Comparer(before, after)
    try:
        return comparer.compare(submission)
    finally:
        comparer.close()
