"""The grades of two policies over every total and every form: which totals get another grade."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from engine.changes.scores import spans
from engine.changes.scores.model import ScoreRegion, TableComparison, Witness
from engine.changes.scores.sides import band_said
from engine.language.fields import GRADING, Field, Fields
from engine.language.model import Scalar
from engine.policy.model import Band, Policy
from engine.scoring.totals import grade
from engine.soundness.proof.counterexample import fields_of
from engine.soundness.proof.logic import Term, every, no, number
from engine.soundness.proof.prover import Prover
from engine.soundness.proof.terms import Record
from engine.values.numerals import plain

_FIELDS: Fields = {"total": Field("number", "总分"), **GRADING}


def compare_grades(one: Policy, two: Policy, prover: Prover) -> TableComparison:
    """Where the two give a total, and what else grades look at of a form, another grade."""
    record = Record("g", _FIELDS)
    total, full = record.value("total"), max(one.scoring.weights.full_score, two.scoring.weights.full_score)
    known = [total >= 0, total <= number(full)]
    for name in _FIELDS:
        known.append(record.present(name))
    known += [record.value(name) >= 0 for name in GRADING]
    known.append(record.value("met") + record.value("unmet") + record.value("undecided") == record.value("indicators"))
    known.append(record.value("zero_scores") <= record.value("indicators"))
    floors = sorted({Fraction(band.floor) for band in (*one.grades, *two.grades)} | {Fraction(0), Fraction(full)})
    regions: list[ScoreRegion] = []
    undecided: list[str] = []
    for here, a in zip(_ways(one.grades, record), (*one.grades, None), strict=True):
        for there, b in zip(_ways(two.grades, record), (*two.grades, None), strict=True):
            if (a.id if a else "") == (b.id if b else ""):
                continue
            try:
                found = _region(prover, [*known, here, there], record, (one, two), (a, b), floors)
            except spans.Undecided:
                undecided.append(f"A 的{band_said(a)}与 B 的{band_said(b)}：在规定的步数内没有判定")
            else:
                regions += [found] if found else []
    return TableComparison("grades", "等级", tuple(regions), tuple(undecided))


def _ways(bands: Sequence[Band], record: Record) -> list[Term]:
    """For each grade whether a form gets it, and last that it gets none."""
    out: list[Term] = []
    before: list[Term] = []
    total = record.value("total")
    for band in bands:
        floor = total >= number(band.floor) if band.floor_included else total > number(band.floor)
        holds = every([floor, record.all_of(condition.test for condition in band.conditions)])
        out.append(every([holds, *before]))
        before.append(no(holds))
    return [*out, every(before)]


def _region(
    prover: Prover,
    terms: list[Term],
    record: Record,
    policies: tuple[Policy, Policy],
    bands: tuple[Band | None, Band | None],
    floors: list[Fraction],
) -> ScoreRegion | None:
    found = spans.span("total", (record.value("total"), None), lambda more: prover.possible([*terms, *more])[0], floors)
    if found is None:
        return None
    points = [Fraction(edge.value) for edge in (found.low, found.high) if edge.value is not None]
    tried = [points[0], sum(points) / len(points), points[-1]]
    for point in tried:
        answer, model = prover.possible([*terms, record.value("total") == number(point)])
        if answer != "refuted" or (fields := fields_of(model, record)) is None:
            continue
        given = _given(fields, policies)
        made = [grade(fields["total"], policy, fields) for policy in policies]  # type: ignore[arg-type]  # a number
        if (made[0].id if made[0] else "") != (made[1].id if made[1] else ""):
            example = Witness(given, band_said(made[0]), band_said(made[1]))
            ids = (bands[0].id if bands[0] else "", bands[1].id if bands[1] else "")
            return ScoreRegion(ids, band_said(bands[0]), band_said(bands[1]), everywhere=True, span=found, example=example)
    raise spans.Undecided


def _given(fields: dict[str, Scalar], policies: tuple[Policy, Policy]) -> str:
    """The total, and what else the grades look at."""
    asked = [condition.test.field for policy in policies for band in policy.grades for condition in band.conditions]
    names = ["total", *dict.fromkeys(name for name in asked if name in fields)]
    return "、".join(f"{_FIELDS[name].title} {plain(fields[name])}" for name in names)
