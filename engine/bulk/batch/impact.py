"""What another policy does to a whole corpus: both are run in the database, and the differences are counted by SQL.

For `policy impact A B --on CORPUS`. What comes out is the `Impact` that files give, so that table, page and JSON are the same.
Each run is kept under `CORPUS/impact/`, so that the policy in force is computed once. The forms told in detail, and the examples,
are compared again by the reference executor from the records; a difference between the two is an internal error.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from engine import __version__
from engine.bulk.batch.differences import Differences, Row
from engine.bulk.batch.files import records
from engine.bulk.batch.options import Options, Progress
from engine.bulk.batch.run import batch
from engine.bulk.batch.summary import results
from engine.bulk.corpus import index
from engine.bulk.corpus import store as corpus
from engine.bulk.corpus.collected import outcomes
from engine.bulk.corpus.tables import RECORDS
from engine.changes.impact.compare import Comparer, FormImpact, Standing
from engine.changes.impact.run import Impact
from engine.changes.impact.sides import sides as both_sides
from engine.changes.impact.tally import EXAMPLES, CaseImpact, RuleImpact, Totals, added_up
from engine.errors import InternalError, JixiaoError, Place, Problem
from engine.intake.collection import FileOutcome
from engine.policy.library import Library, locate
from engine.policy.loading import load, resolve
from engine.policy.model import Policy
from engine.policy.periods import covers_all
from engine.submission.model import Cell, Form

LISTED = 10_000
"""Changed forms listed; counts are of all."""
DETAILED = 200
"""Most forms told in detail: each is compared by the reference executor."""
FURTHER = 8
"""Bundles compared for examples of rules and cases that do not occur on the forms told in detail."""
KEPT = 8
"""Runs kept under a corpus."""
CHECKED = 8
"""Bundles of a partition held against the reference in each run."""

Where = tuple[int, int]
"""Bundle, and number of the form in it."""


def impact_on_corpus(
    path: Path,
    before: str,
    after: str,
    library: Library,
    *,
    limit: int = 20,
    options: Options | None = None,
    progress: Progress | None = None,
) -> Impact:
    """Differences between two policies (ids or directories) on every form of a corpus. `limit` is how many changed forms are told
    in detail (0: as many as DETAILED).

    Raises InputError, PolicyError, InternalError as `batch` does.
    """
    options = options or Options(check=CHECKED)
    places = locate(before, library), locate(after, library)
    policies = load(places[0], library), load(places[1], library)
    found = corpus.open_corpus(path)
    problems: list[Problem] = []
    folders = []
    for policy in policies:
        name = f"{found.digest[:12]}-{policy.sha256[:16]}-{options.backend}-{options.memory}-{__version__}"
        folders.append(path / "impact" / name)
        run = batch(path, folders[-1], library, policy, options, progress)
        problems += run.problems
    _prune(path / "impact", folders)
    read, files = _files(found)
    problems += read
    with corpus.duckdb_connection() as con:
        sides = [{name: results(out, name) for name in ("forms", "indicators", "findings")} for out in folders]
        severities = _severities(policies[0]), _severities(policies[1])
        filed = [str(part.file(RECORDS)) for part in found.parts]
        by_day = any(policy.in_force for policy in policies)
        differences = Differences(con, sides[0], sides[1], severities, filed, by_day)
        totals = _totals(differences, found, policies, min(limit or DETAILED, DETAILED))
    problems += [Problem(Place(), told, code="corpus.unfinished") for told in found.told]
    named = both_sides(resolve(places[0], library), resolve(places[1], library))
    return Impact(*policies, totals, files, tuple(dict.fromkeys(problems)), named)


def _severities(policy: Policy) -> Mapping[str, str]:
    return {name: rule.severity for name, rule in policy.rules.rules.items() if rule.message}


def _prune(folder: Path, used: Sequence[Path]) -> None:
    """Runs of drafts that were given up take space: those used last are kept."""
    for out in used:
        out.touch()
    others = sorted((out for out in folder.iterdir() if out not in used), key=lambda out: out.stat().st_mtime, reverse=True)
    for out in others[max(0, KEPT - len(used)) :]:
        shutil.rmtree(out, ignore_errors=True)


def _files(found: corpus.Corpus) -> tuple[list[Problem], tuple[FileOutcome, ...]]:
    """What `ingest` could not read, and what became of every file: what is in no number is said again."""
    problems = list(index.told(found.index).problems)
    return problems, tuple(outcomes(list(index.sources(found.index).values()), problems, {}))


# --- the sums -------------------------------------------------------------------------------------------------------


def _totals(found: Differences, of: corpus.Corpus, policies: tuple[Policy, Policy], limit: int) -> Totals:
    changed = found.changed(LISTED)
    covered = _Covered(found.filed(), policies)
    listed = [_form(row, covered) for row in changed]
    places = [(row["bundle"], row["form_number"]) for row in changed]
    rules, cases = found.rules(), found.cases()
    told = _compared(of, policies, {bundle for bundle, _ in places[:limit]})
    told |= _compared(of, policies, _further([*rules, *cases], {bundle for bundle, _ in told}))
    for n, place in enumerate(places[:limit]):
        if place in told:
            _same(listed[n], told[place])
            listed[n] = told[place]
    whole = added_up(
        found.counts(),
        found.totals(),
        found.indicator_differences(),
        found.pairs("grade"),
        found.pairs("status"),
        found.indicator_statuses(),
        policies,
    )
    return replace(
        whole,
        cases=tuple(_case(row, told) for row in cases),
        rules=tuple(_rule(row, policies, told) for row in rules),
        uncovered=(covered.without(0), covered.without(1)),
        worst=tuple(listed),
        detailed=min(limit, len(listed)),
    )


@dataclass(frozen=True, slots=True)
class _Covered:
    """Which policy covers which forms, by year, kind and day of filing."""

    filed: Sequence[tuple[int, str, str, int]]
    """Year, kind, 填报日期, forms."""
    policies: tuple[Policy, Policy]

    def of(self, year: int, kind: str, day: str) -> tuple[bool, bool]:
        form = Form(kind, "", "", year, Place(), filled_on=Cell(day, Place()) if day else None)
        return covers_all(self.policies[0], [form]), covers_all(self.policies[1], [form])

    def without(self, side: int) -> int:
        return sum(n for year, kind, day, n in self.filed if not self.of(year, kind, day)[side])


def _form(row: Row, covered: _Covered) -> FormImpact:
    """A changed form as the database knows it: without indicators and findings."""
    sides = [Standing(row[f"score_{x}"], row[f"status_{x}"], row[f"grade_{x}"]) for x in ("before", "after")]
    return FormImpact(
        source=row["files"] or "",
        unit=row["unit"] or "",
        fiscal_year=row["fiscal_year"],
        kind=row["kind"],
        name=row["name"],
        before=sides[0],
        after=sides[1],
        execution=row["execution"],
        indicators_difference=row["indicators_difference"],
        known_difference=row["known_difference"],
        indicators=(),
        findings=(),
        rules_before=(),
        rules_after=(),
        covered=covered.of(row["fiscal_year"], row["kind"], row["day"]),
    )


# --- what is told in words ------------------------------------------------------------------------------------------


def _compared(of: corpus.Corpus, policies: tuple[Policy, Policy], bundles: set[int]) -> dict[Where, FormImpact]:
    """Bundles under both policies by the reference executor, from what was filed."""
    comparer = Comparer(*policies, use_durable=False)
    out: dict[Where, FormImpact] = {}
    for number, files, submission in records(of.parts, bundles):
        try:
            forms = comparer.compare(submission)
        except JixiaoError:
            continue  # said by the run of the policy that cannot judge it
        for n, form in enumerate(forms):
            out[number, n] = form if form.source else replace(form, source=files)
    return out


def _further(rows: Sequence[Row], known: set[int]) -> set[int]:
    """Some bundles more, for what does not occur in those that are told in detail; what changes most comes first."""
    return set(list(dict.fromkeys(row["example"] for row in rows if row["example"] not in (None, *known)))[:FURTHER])


def _same(row: FormImpact, told: FormImpact) -> None:
    """InternalError unless the database and the reference executor say the same of a form."""
    for name in ("execution", "indicators_difference", "known_difference", "covered"):
        if getattr(row, name) != getattr(told, name):
            _differ(told, name, getattr(row, name), getattr(told, name))
    for name in ("before", "after"):
        a, b = getattr(row, name), getattr(told, name)
        if (a.score, a.status, a.grade) != (b.score, b.status, b.grade):
            _differ(told, name, a, b)


def _differ(form: FormImpact, what: str, database: object, reference: object) -> None:
    message = f"“{form.unit}”“{form.name}”：数据库与参照执行器的结果不一致（{what}）：{database} 与 {reference}"
    raise InternalError(Problem(Place(form.source), message, "向维护者报告", code="engine.executors"))


def _case(row: Row, compared: Mapping[Where, FormImpact]) -> CaseImpact:
    key = row["before"], row["after"]
    found = [
        (_who(form), item)
        for form in compared.values()
        for item in form.indicators
        if (item.before.case, item.after.case) == key and not item.only_case
    ][:EXAMPLES]
    labels = (found[0][1].before.label, found[0][1].after.label) if found else ("", "")
    difference: Decimal = row["difference"] or Decimal(0)
    return CaseImpact(key[0], labels[0], key[1], labels[1], row["indicators"], row["forms"], row["moved"], difference, tuple(found))


def _rule(row: Row, policies: tuple[Policy, Policy], compared: Mapping[Where, FormImpact]) -> RuleImpact:
    name = row["rule"]
    known = [policy.rules.rules[name] for policy in reversed(policies) if name in policy.rules.rules]
    found = [(_who(form), item) for form in compared.values() for item in form.findings if item.rule == name][:EXAMPLES]
    return RuleImpact(
        name, known[0].title, row["before"], row["after"], row["gone"], row["come"], row["severity"], row["forms"], tuple(found)
    )


def _who(form: FormImpact) -> str:
    return f"{form.unit}“{form.name}”"
