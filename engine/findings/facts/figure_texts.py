"""The figures of a report where they stand: section, paragraph, clause; and which rules of their own hold against the form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from engine.findings.facts.claims import Claim
from engine.policy.figures import FigureRules
from engine.submission.model import Cell, Form
from engine.values.figures import Figure, figures_in, folded
from engine.values.vocabulary import Vocabulary

MOST_FIGURES = 2_000
"""Figures of one report that are looked at."""


@dataclass(frozen=True, slots=True)
class StatedFigure:
    """A figure where it stands: its section and paragraph, the figure as written, the clause it is in, a few letters beside it."""

    section: str
    paragraph: Cell
    figure: Figure
    text: str
    clause: str
    short: str
    told: bool = False
    """A rule of its own holds it against the form."""


def figures_said(form: Form, claims: Sequence[Claim], rules: FigureRules, words: Vocabulary) -> Iterator[StatedFigure]:
    """The figures of a form's report and of its own reasons, each where it stands."""
    told: dict[str, list[str]] = {}
    for claim in claims:
        key = claim.fields["key"]
        if key in rules.told or (key in rules.told_by_name and claim.fields.get("name_exact")):
            told.setdefault(str(claim.place), []).append(folded(str(claim.fields["text"]), words))
    seen: set[tuple[str, int]] = set()
    count = 0
    for section, cell in _paragraphs(form, rules):
        text = folded(cell.text, words)
        written = cell.text if len(text) == len(cell.text) else text
        spans = [(at, at + len(piece)) for piece in told.get(str(cell.place), ()) for at in _all(text, piece)]
        for figure in figures_in(cell.text, words, rules.patterns, form.fiscal_year):
            clause = _clause(written, figure)
            found = (clause, figure.start - figure.clause)
            if found in seen:
                continue  # the text is on the form again as it stands in the report
            seen.add(found)
            count += 1
            if count > MOST_FIGURES:
                return
            covered = any(start <= figure.start < end for start, end in spans)
            before = written[max(figure.clause, figure.start - rules.around) : figure.start]
            short = re.split(r"[0-9、，,；;：:（）()“”‘’]", before)[-1].strip() + written[figure.start : figure.end]
            yield StatedFigure(section, cell, figure, written[figure.start : figure.end], clause, short, covered)


def _paragraphs(form: Form, rules: FigureRules) -> Iterator[tuple[str, Cell]]:
    """What is read, once: a form's own text of reasons often is the report's."""
    known: set[str] = set()
    for section in form.report:
        if section.key in rules.sections:
            yield section.key, Cell(section.heading, section.place)
            yield from ((section.key, paragraph) for paragraph in section.paragraphs)
            known.update(line.strip() for paragraph in section.paragraphs for line in paragraph.text.splitlines())
    if form.analysis and "analysis" in rules.sections:
        lines = form.analysis.text.splitlines(keepends=True)
        # blank, not left out: places in the text stay
        text = "".join(" " * len(line) if line.strip() in known else line for line in lines)
        yield "analysis", replace(form.analysis, text=text)


def _all(text: str, piece: str) -> Iterator[int]:
    at = text.find(piece) if piece else -1
    while at >= 0:
        yield at
        at = text.find(piece, at + len(piece))


def _clause(text: str, figure: Figure) -> str:
    """The clause of a figure as written, to its end."""
    ends = [at for mark in "，；。;\n" if (at := text.find(mark, figure.end)) >= 0]
    return text[figure.clause : min(ends, default=len(text))].strip()
