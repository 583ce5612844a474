"""Figures of a report changed one at a time, and what is told of them; and reports as they are, in which nothing may be told.

The reports: the published one, and five written by hand (`data/figures/*.txt`), before what is tried on them was built. Beside each
stands which of its figures speaks of which row, by hand too: where, in the words around 【it】.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path

import deep
import pytest
from conftest import ROOT

from engine.findings.findings import Checker
from engine.findings.model import Finding
from engine.intake.bundle import Bundle, bundle, read_file
from engine.intake.shelf import Shelf
from engine.policy.library import library
from engine.scoring.form import evaluate

DATA = Path(__file__).parent / "data" / "figures"
EXAMPLE = ROOT / "examples" / "hubei-gcc-2021.txt"
REPORTS = {"example": EXAMPLE, **{name: DATA / f"{name}.txt" for name in ("hospital", "school", "roads", "poverty", "office")}}
LISTS = ("consistency.actuals-not-in-text", "consistency.figures-not-in-table")
PAIRS = ("consistency.text-figure", "consistency.text-figure-doubtful")


@dataclass(frozen=True, slots=True)
class Held:
    """A figure of a report that a row holds: where it begins, as written, the row's name."""

    report: str
    at: int
    text: str
    row: str
    context: str


def held(report: str) -> Iterator[Held]:
    text = REPORTS[report].read_text(encoding="utf-8")
    for line in (DATA / f"{report}.tsv").read_text(encoding="utf-8").splitlines():
        form, context, row = line.split("\t")
        before, _, rest = context.partition("【")
        figure, _, after = rest.partition("】")
        start = text.index(before + figure + after, text.index(form) if form else 0)
        yield Held(report, start + len(before), figure, row, context)


def changed(figure: str) -> dict[str, str]:
    """A figure one off in its last digit, a third more, half of it, with two digits exchanged."""
    plain = figure.replace(",", "")
    number = Decimal(plain)
    step = Decimal(1).scaleb(int(number.as_tuple().exponent))
    out = {"last digit": number + step, "third more": max((number * Decimal("1.3")).quantize(step), number + 2 * step)}
    half = (number / 2).quantize(step)
    out["half"] = half if half not in (number, 0) else number + 3 * step
    digits = [n for n, char in enumerate(plain) if char != "."]
    for a, b in pairwise(digits):
        if plain[a] != plain[b] and not (a == 0 and plain[b] == "0"):
            swapped = [*plain]
            swapped[a], swapped[b] = plain[b], plain[a]
            out["exchanged"] = Decimal("".join(swapped))
            break
    return {how: format(value, "f") for how, value in out.items()}


@cache
def _shelf() -> Shelf:
    return Shelf(library())


def _bundle(report: str, text: str) -> Bundle:
    return bundle(read_file(REPORTS[report], _shelf(), None, text.encode()), _shelf())


def _told(report: str, text: str) -> frozenset[Finding]:
    read = _bundle(report, text)
    checker = Checker(read.policy, use_durable=False)
    return frozenset(
        item for item in checker.check(evaluate(read.submission, read.policy)).findings if item.category == "consistency"
    )


@cache
def _before(report: str) -> frozenset[Finding]:
    return _told(report, REPORTS[report].read_text(encoding="utf-8"))


def _outcome(item: Held, figure: str) -> tuple[str, list[Finding]]:
    """What a changed figure brings: `warned` or `noted` for the row it speaks of, `listed`, `missed`; and what else is told."""
    text = REPORTS[item.report].read_text(encoding="utf-8")
    after = _told(item.report, text[: item.at] + figure + text[item.at + len(item.text) :])
    same = {(one.rule, one.form, one.message) for one in _before(item.report)}
    new = [one for one in after if (one.rule, one.form, one.message) not in same]
    pairs = [one for one in new if one.rule not in LISTS]
    # a claim of the report (诉求回复率达99%) goes by the name it states
    right = [one for one in pairs if one.subject in item.row or item.row in one.subject]
    told = "warned" if any(one.severity != "info" for one in right) else "noted"
    how = told if right else "listed" if new else "missed"
    return how, [one for one in pairs if one not in right]


@pytest.mark.parametrize("report", REPORTS)
def test_a_report_as_it_is_makes_no_pair(report: str) -> None:
    assert [one.message for one in _before(report) if one.rule in PAIRS] == []


@pytest.mark.deep
def test_figures_changed_one_at_a_time(figure: deep.Figure) -> None:
    every = [(item, how, new) for report in REPORTS for item in held(report) for how, new in changed(item.text).items()]
    tried = random.Random(17).sample(every, deep.tries(12, len(every)))
    counts: Counter[str] = Counter()
    wrong = []
    for item, how, new in tried:
        outcome, others = _outcome(item, new)
        counts[outcome] += 1
        counts[f"{item.report}: {outcome}"] += 1
        wrong += [(item.context, how, new, one.rule, one.subject) for one in others]
    told = counts["warned"] + counts["noted"]
    figure(f"{len(tried)} figures changed, {told} told ({counts['warned']} as warnings), {len(wrong)} false: {dict(counts)}")
    assert told >= len(tried) * Decimal("0.8"), counts
    assert len(wrong) * 50 <= len(tried), wrong
