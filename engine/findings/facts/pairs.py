"""Facts of kind `pair`: rows of a form that hold the same numbers under two headings, or how often and how many people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from engine.findings.facts.numbers import ratio
from engine.findings.facts.report_text import folded
from engine.language.facts.pair import PairFact
from engine.policy.model import Policy
from engine.scoring.model import ScoredForm, ScoredIndicator
from engine.values import names
from engine.values.prose import shared

_MOST = 40
"""Rows with one and the same pair of values that are held against each other; more are a form filled in by rote."""
_PERCENT_SHARED = 4
"""Characters that names of rates must share: 100 % against 100 % says nothing by itself."""
_SUBJECT_SHARED = 3


@dataclass(frozen=True, slots=True)
class RelatedRows:
    """A fact with the two rows it is of."""

    fact: PairFact
    first: ScoredIndicator
    second: ScoredIndicator


def pairs(scored: ScoredForm, policy: Policy) -> Iterator[RelatedRows]:
    """The pairs of a form, in the order of its rows."""
    rows = [item for item in scored.indicators if not item.known.doubt]
    yield from _twins(scored, rows, policy)
    yield from _averages(scored, rows, policy)


def _twins(scored: ScoredForm, rows: Sequence[ScoredIndicator], policy: Policy) -> Iterator[RelatedRows]:
    groups: dict[tuple[str, str], list[ScoredIndicator]] = {}
    for item in rows:
        if item.known.target.number is not None and item.known.actual.number is not None:
            groups.setdefault((folded(item.known.target.raw), folded(item.known.actual.raw)), []).append(item)
    for group in groups.values():
        for first, second in combinations(group[:_MOST], 2):
            one, other = first.known.indicator, second.known.indicator
            if one.level1 == other.level1 or names.numerals(one.name) != names.numerals(other.name):
                continue
            run = shared(one.name, other.name, (*policy.prose.product_words, *policy.prose.hollow))
            if len(run) >= (_PERCENT_SHARED if first.known.target.unit == "%" else 2):
                yield RelatedRows(_fact(scored, "twin", first, second, run), first, second)


def _averages(scored: ScoredForm, rows: Sequence[ScoredIndicator], policy: Policy) -> Iterator[RelatedRows]:
    """Rows that count people, each with the row that counts the occasions and shares most of its name."""
    prose = policy.prose
    occasions = [item for item in rows if item.known.target.unit in prose.occasion_units and _both(item)]
    for people in rows:
        if people.known.target.unit not in prose.person_units or not _both(people) or not occasions:
            continue
        stem = names.reduce(people.known.indicator.name, policy.names)
        runs = [shared(stem, names.reduce(item.known.indicator.name, policy.names), prose.stop_words) for item in occasions]
        best = max(range(len(runs)), key=lambda n: len(runs[n]))
        if len(runs[best]) < _SUBJECT_SHARED or sum(run == runs[best] for run in runs) > 1:
            continue
        often = occasions[best]
        target = ratio(people.known.target.number, often.known.target.number)
        actual = ratio(people.known.actual.number, often.known.actual.number)
        if target is None or actual is None:
            continue
        fact = PairFact(
            form=scored.label,
            form_kind=scored.form.kind,
            relation="average",
            first=people.known.indicator.name,
            second=often.known.indicator.name,
            first_level1=people.known.indicator.level1,
            second_level1=often.known.indicator.level1,
            shared=runs[best],
            average_target=target,
            average_actual=actual,
            average_change=ratio(actual - target, target),
        )
        yield RelatedRows(fact, people, often)


def _both(item: ScoredIndicator) -> bool:
    """Whether target and actual are numbers above nothing, in one unit."""
    target, actual = item.known.target, item.known.actual
    return bool(target.number and actual.number and target.number > 0 and actual.number > 0 and target.unit == actual.unit)


def _fact(scored: ScoredForm, relation: str, first: ScoredIndicator, second: ScoredIndicator, run: str) -> PairFact:
    one, other = first.known, second.known
    return PairFact(
        form=scored.label,
        form_kind=scored.form.kind,
        relation=relation,
        first=one.indicator.name,
        second=other.indicator.name,
        first_level1=one.indicator.level1,
        second_level1=other.indicator.level1,
        shared=run,
        target_text=one.target.raw,
        target_number=one.target.number,
        actual_text=one.actual.raw,
    )
