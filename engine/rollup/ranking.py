"""Ranking and distribution of a set of forms: who stands where, how the scores lie, which findings are how frequent.

Plain data (`jixiao/ranking/1`), decimals as strings: table, page and workbook are views of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from engine import __version__
from engine.findings.findings import Checker, Findings
from engine.findings.model import Concern, Finding
from engine.findings.sample import drawn, share_of
from engine.forms.labels import fold
from engine.forms.places import PlaceWords
from engine.language.rules import CATEGORIES, SEVERITIES
from engine.policy.model import Policy
from engine.results.bundles import together
from engine.results.findings import rule_run
from engine.results.numbers import number
from engine.rollup.admission import CountedForm, Twin, admit, filed_of
from engine.rollup.given import MatchTable
from engine.rollup.matching import form_keys
from engine.rollup.model import funds_of
from engine.rollup.standings import Entrant, standings, totals_before
from engine.rollup.units import UnitTree
from engine.scoring.budget import scored_line
from engine.scoring.form import evaluate, put_together
from engine.scoring.model import Evaluation, ScoredForm
from engine.scoring.totals import grade, grading
from engine.submission.model import Form, Submission
from engine.values.cells import number_of
from engine.values.rounding import rounded

SCHEMA = "jixiao/ranking/1"
BIN = 5
"""Width of a bar of the distribution, in points."""
Data = dict[str, Any]
Judged = tuple[Findings, Sequence[ScoredForm]]
"""What came of one unit's forms together, and the forms scored."""


def ranking(
    forms: Sequence[Form],
    policy: Policy,
    *,
    tree: UnitTree | None = None,
    files: Sequence[str] | None = None,
    twins: Sequence[Twin] = (),
    earlier: Sequence[ScoredForm] = (),
    scored: Sequence[ScoredForm] = (),
    match: MatchTable | None = None,
) -> Data:
    """The forms ranked by their computed totals, each with its findings, then units, regions (where there is a `tree`) and projects
    that several units have. Forms of one unit are judged together.

    A form without a total (something needs a human) has no rank and stands last, with the range its total may lie in. `earlier`:
    forms of the year before, for the change. `scored`: the forms as a roll-up by the same policy has scored them. Where many units
    are ranked, durable-rules judges a sample of them beside the plain matcher, which judges all. Raises InputError for one form in
    two versions or places, as a roll-up does.
    """
    bare = not any(line.money_unit for form in forms if (line := scored_line(form)))

    def funds(form: Form) -> Fraction | None:
        return funds_of(form, policy.rollup, policy.words, bare) if policy.rollup else None

    admitted = admit(
        filed_of(forms, tree, files), tree, twins, policy.layout.places if policy.layout else PlaceWords(), funds, match
    )
    forms = [member.form for member in admitted.members]
    both, plain = Checker(policy), Checker(policy, use_durable=False)
    try:
        known = {id(item.form): item for item in scored}
        bundles = list(_by_unit(admitted.members))
        share = share_of(len(bundles))
        every = [_checked(bundle, both if drawn(bundle[0].unit, share) else plain, policy, known) for bundle in bundles]
    finally:
        both.close()
        plain.close()
    found = [finding for own, _ in every for finding in own.findings]
    titles = {tie.cause.id: tie.cause.title for rule in policy.rules.rules.values() if (tie := rule.tie)}
    groups = []
    for kind in ("department", "project"):
        rows = [_row(one, own, policy, titles) for own, forms_of in every for one in forms_of if one.form.kind == kind]
        if rows:
            groups.append({"kind": kind, "rows": _ranked(rows), "distribution": _distribution(rows, policy)})
    return {
        "schema": SCHEMA,
        "engine": __version__,
        "policy": {"id": policy.id, "title": policy.title, "status": policy.status, "sha256": policy.sha256},
        "fiscal_year": forms[0].fiscal_year,
        "full_score": number(policy.scoring.weights.full_score),
        "units": len({member.home for member in admitted.members}),
        "groups": groups,
        **_standings(admitted.members, every, policy, tree, earlier, titles),
        "findings": list(_tally(found)),
        "causes": list(_causes(every, titles)),
        "rules": together([rule_run(run) for run in own.rules] for own, _ in every),
    }


def _standings(
    members: Sequence[CountedForm],
    every: Sequence[Judged],
    policy: Policy,
    tree: UnitTree | None,
    earlier: Sequence[ScoredForm],
    titles: Mapping[str, str],
) -> Data:
    rules, by_form = policy.rollup, {id(item.form): (item, checked) for checked, forms in every for item in forms}
    tails = rules.form_tails if rules else ()
    before = totals_before(earlier, tails)
    homes: dict[str, set[str]] = {}
    for m in members:
        homes.setdefault(fold(m.form.unit), set()).add(m.home)
    keys = form_keys([(m.home, m.form.kind, m.form.name) for m in members], tails)
    bare = not any(line.money_unit for m in members if (line := scored_line(m.form)))
    items = [
        Entrant(
            by_form[id(m.form)][0],
            m.home,
            m.label,
            funds_of(m.form, rules, policy.words, bare) if rules else None,
            # of two units of one name it is not known which the form of last year is
            before.get((fold(m.form.unit), m.form.kind, key)) if len(homes[fold(m.form.unit)]) == 1 else None,
            next((titles.get(one.cause, one.cause) for one in by_form[id(m.form)][1].concerns), ""),
        )
        for m, key in zip(members, keys, strict=True)
    ]
    return standings(items, tree, tails)


def _by_unit(members: Sequence[CountedForm]) -> Iterable[list[Form]]:
    units: dict[str, list[Form]] = {}
    for member in members:
        units.setdefault(member.home, []).append(member.form)
    return (units[key] for key in sorted(units))


def _checked(forms: Sequence[Form], checker: Checker, policy: Policy, known: Mapping[int, ScoredForm]) -> Judged:
    submission = Submission(tuple(forms), policy.jurisdiction, policy.id)
    there = all(id(form) in known for form in forms)
    evaluation: Evaluation = put_together(submission, policy, known) if there else evaluate(submission, policy)
    return checker.check(evaluation), evaluation.forms


def _row(scored: ScoredForm, checked: Findings, policy: Policy, titles: Mapping[str, str]) -> Data:
    findings = [finding for finding in checked.findings if finding.form == scored.label]
    problems = [concern for concern in checked.concerns if scored.label in concern.forms]
    form, counts, total = scored.form, scored.counts, scored.total
    line = scored_line(form)
    budget, executed = (number_of(getattr(line, key)) if line else None for key in ("budget", "executed"))
    rate = None
    if budget and executed is not None:
        rate = format(rounded(Fraction(executed) / Fraction(budget) * 100, 2), "f")
    completion = counts.completion_rate
    own = grade(total.reported, policy, grading(scored.indicators))
    return {
        "rank": None,
        "unit": form.unit,
        "form": form.name,
        "file": form.place.file,
        "reported": number(total.reported),
        "computed": number(total.computed),
        "allowed": None if total.allowed is None else [number(total.allowed[0]), number(total.allowed[1])],
        "status": total.status,
        "grade_reported": scored.grade_reported or None,
        "grade_own": scored.grade_reported or (own.id if own else None),
        "grade": scored.grade_computed or None,
        "money_unit": line.money_unit if line else "",
        "budget": number(budget),
        "executed": number(executed),
        "execution_rate": rate,
        "execution_score": number(scored.execution.computed),
        "parts": {name: number(score.computed) for name, score in scored.level1.items()},
        "indicators": counts.indicators,
        "met": counts.met,
        "unknown": counts.unknown,
        "completion_rate": None if completion is None else format(completion * 100, "f"),
        "findings": {severity: sum(f.severity == severity for f in findings) for severity in SEVERITIES},
        "categories": {key: n for key in CATEGORIES if (n := sum(f.category == key for f in findings))},
        "problems": {severity: sum(one.severity == severity for one in problems) for severity in SEVERITIES},
        "first": problems[0].title if problems else "",
        "first_cause": titles.get(problems[0].cause, problems[0].cause) if problems else "",
    }


def _ranked(rows: list[Data]) -> list[Data]:
    """Best first; equal totals share a rank and the next rank is passed over (1, 1, 3). Those without a total come last."""
    known = sorted((row for row in rows if row["computed"] is not None), key=_order)
    rest = sorted((row for row in rows if row["computed"] is None), key=lambda row: (row["unit"], row["form"], row["file"]))
    for place, row in enumerate(known, start=1):
        same = place > 1 and Decimal(known[place - 2]["computed"]) == Decimal(row["computed"])
        row["rank"] = known[place - 2]["rank"] if same else place
    return known + rest


def _order(row: Data) -> tuple[Decimal, str, str, str]:
    return (-Decimal(row["computed"]), row["unit"], row["form"], row["file"])


def _distribution(rows: Sequence[Data], policy: Policy) -> Data:
    totals = sorted(Decimal(row["computed"]) for row in rows if row["computed"] is not None)
    out: Data = {
        "forms": len(rows),
        "with_total": len(totals),
        "grades": [
            {
                "grade": band.id,
                "from": number(band.floor),
                "included": band.floor_included,
                "forms": sum(r["grade"] == band.id for r in rows),
            }
            for band in policy.grades
        ],
        "bins": list(_bins(totals, policy.scoring.weights.full_score)),
    }
    if totals:
        mean = rounded(Fraction(sum(totals, Decimal(0))) / len(totals), 2)
        quarters = {name: _quantile(totals, share) for name, share in (("lower", (1, 4)), ("median", (1, 2)), ("upper", (3, 4)))}
        out |= {"lowest": number(totals[0]), "highest": number(totals[-1]), "mean": number(mean)}
        out |= {name: number(value) for name, value in quarters.items()}
    return out


def _quantile(ordered: Sequence[Decimal], share: tuple[int, int]) -> Decimal:
    """The value below which `share` of the ordered values lies, interpolated between neighbours, to 2 decimals."""
    position = Fraction((len(ordered) - 1) * share[0], share[1])
    low = position.numerator // position.denominator
    high = min(low + 1, len(ordered) - 1)
    part = position - low
    return rounded(Fraction(ordered[low]) * (1 - part) + Fraction(ordered[high]) * part, 2)


def _bins(totals: Sequence[Decimal], full: Decimal) -> Iterator[Data]:
    """Counts per BIN points from 0 to the full score; the last holds the full score itself. Empty ones at the ends are left out."""
    number_of_bins = max(1, int(-(-full // BIN)))
    counts = [0] * number_of_bins
    for total in totals:
        counts[min(max(0, int(total // BIN)), number_of_bins - 1)] += 1
    filled = [n for n, count in enumerate(counts) if count]
    for n in range(filled[0], filled[-1] + 1) if filled else ():
        low, high = n * BIN, min((n + 1) * BIN, int(full) if full == int(full) else (n + 1) * BIN)
        yield {"from": str(low), "to": str(high), "last": n == number_of_bins - 1, "forms": counts[n]}


def _causes(every: Iterable[Judged], titles: Mapping[str, str]) -> Iterator[Data]:
    """What the problems come of, what most units have first: how many problems, forms and units, and how many are doubtful."""
    found: dict[str, list[tuple[Concern, int]]] = {}
    for unit, (checked, _) in enumerate(every):
        for one in checked.concerns:
            found.setdefault(one.cause, []).append((one, unit))
    rows: list[Data] = [
        {
            "cause": cause,
            "title": titles.get(cause, cause),
            "severity": min((one.severity for one, _ in own), key=list(SEVERITIES).index),
            "problems": len(own),
            "doubtful": sum(not one.certain for one, _ in own),
            "forms": sum(len(one.forms) for one, _ in own),
            "units": len({unit for _, unit in own}),
        }
        for cause, own in found.items()
    ]
    yield from sorted(rows, key=lambda row: (-row["units"], -row["forms"], list(SEVERITIES).index(row["severity"]), row["cause"]))


def _tally(findings: Sequence[Finding]) -> Iterator[Data]:
    """Findings by category, most first, with how many of each severity."""
    of = {key: [f for f in findings if f.category == key] for key in CATEGORIES}
    for key in sorted((k for k in of if of[k]), key=lambda k: (-len(of[k]), list(CATEGORIES).index(k))):
        yield {"category": key, "title": CATEGORIES[key], **{s: sum(f.severity == s for f in of[key]) for s in SEVERITIES}}
