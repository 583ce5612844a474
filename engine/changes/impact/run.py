"""Real forms replayed under two policies: read once, judged by both, added up. Many forms are judged in several processes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from engine.changes.impact.compare import Comparer, FormImpact, OneSide
from engine.changes.impact.parts import ChangedItem, parts
from engine.changes.impact.sides import Side, sides
from engine.changes.impact.tally import Tally, Totals
from engine.errors import InputError, JixiaoError, Place, Problem
from engine.files import displayed
from engine.intake.bundle import Bundle
from engine.intake.collection import FAILED, READ, SKIPPED, Collection, FileOutcome, Progress, collect
from engine.policy.library import Library, locate
from engine.policy.loading import load, resolve
from engine.policy.model import Policy
from engine.submission.model import Submission
from engine.workers import Workers

WORTH_PROCESSES = 60
"""Fewer bundles than this are judged in less time than other processes take to start."""
MOST_PROCESSES = 8
MOST_RUNS = 3_000
"""Bundles times changed items that are judged one by one without being asked to."""
Watch = Callable[[str], Any]
"""What `progress.shown` is: a context manager that gives what to call as work goes on, or None."""


@dataclass(frozen=True, slots=True)
class PartImpact:
    """One changed item by itself on A: what it says, and what it does; `reason` where it was not run."""

    texts: tuple[str, ...]
    changed: int = 0
    up: int = 0
    down: int = 0
    regraded: int = 0
    findings: int = 0
    """Forms on which findings come or go."""
    difference: Decimal = Decimal(0)
    """Sum of the differences of totals, where both are known."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Impact:
    """What a change from one policy to another does to the forms of a set of files."""

    before: Policy
    after: Policy
    totals: Totals
    files: tuple[FileOutcome, ...]
    problems: tuple[Problem, ...]
    """What could not be read or judged: in none of the numbers."""
    sides: tuple[Side, Side] | None = None
    """What each is called, where it lies and on what it stands; None for policies that lie nowhere."""
    parts: tuple[PartImpact, ...] = ()
    """Each changed item by itself, where that was asked for and the item stands alone."""
    reweighed: bool = False
    """Whether B saw the forms at its own weights."""

    def count(self, status: str) -> int:
        return sum(item.status == status for item in self.files)


def run(
    before: str,
    after: str,
    paths: Sequence[Path],
    library: Library,
    *,
    limit: int = 20,
    jobs: int = 0,
    watch: Watch | None = None,
    each: bool | None = None,
    reweigh: bool = False,
) -> Impact:
    """Replay the forms in `paths` (files, folders with all below them, records in JSON, YAML, JSONL) under policies A and B, each
    an id or a directory. `limit` is how many changed forms are told in detail (0: all), `jobs` how many processes (0: by the
    machine). `each`: whether every changed item is run by itself, too (None: where that is no more than
    MOST_RUNS judgements). `reweigh`: B sees the forms at its own weights.

    A policy given by its directory stands on the packs beside it. One that is not what was published is compared all the same, and
    that is told: this is how one looks before it is published.

    Raises PolicyError if a policy is missing, invalid or tampered with; InputError if no form can be read.
    """
    places = locate(before, library), locate(after, library)
    resolved = resolve(places[0], library), resolve(places[1], library)
    policies = load(places[0], library, locked=False), load(places[1], library, locked=False)
    with _watched(watch, "读表") as bar:
        collection = read(paths, library, policies, places, bar)
    if not collection.bundles:
        empty = [
            Problem(Place(displayed(path)), "里面没有自评表", "自评表、记录，或有它们的目录", code="input.empty") for path in paths
        ]
        raise InputError(collection.problems or empty)
    tally, problems = Tally(limit), list(collection.problems)
    with _watched(watch, "比较") as bar:
        for done, (bundle, found) in enumerate(compared(collection.bundles, policies, places, library, jobs, reweigh)):
            if bar:
                bar(done, len(collection.bundles), bundle.submission.forms[0].unit)
            if isinstance(found, list):
                for form in found:
                    tally.add(form if form.folder or not bundle.files else replace(form, folder=_folder(bundle.files[0])))
            else:
                problems += [_named(problem, bundle) for problem in found.problems]
    totals = tally.result(*policies)
    single: Sequence[PartImpact] = ()
    if each is not False and totals.changed and not reweigh:
        changed = parts(*resolved)
        if each or len(changed) * len(collection.bundles) <= MOST_RUNS:
            single = list(_each(collection.bundles, changed, policies[0], watch))
        else:
            single = [PartImpact(part.texts, reason=part.reason or "表多，没有逐项再算（--each 逐项算）") for part in changed]
    sides_ = sides(*resolved)
    return Impact(*policies, totals, collection.files, tuple(dict.fromkeys(problems)), sides_, tuple(single), reweigh)


def _folder(file: str) -> str:
    """The folder of a record, which does not say itself where it lies."""
    return Path(file).parent.name


def _each(bundles: Sequence[Bundle], found: Sequence[ChangedItem], before: Policy, watch: Watch | None) -> Iterator[PartImpact]:
    """Every changed item by itself over all bundles, by the plain matcher (the whole change was judged by both); A's judgement of
    each bundle is kept."""
    known = OneSide(before)
    with _watched(watch, "逐项") as bar:
        for done, part in enumerate(found):
            if bar:
                bar(done, len(found), part.texts[0])
            if part.policy is None:
                yield PartImpact(part.texts, reason=part.reason)
                continue
            comparer, tally = Comparer(before, part.policy, use_durable=False, known=known), Tally(1)
            try:
                for bundle in bundles:
                    for form in _only(_compared(comparer, bundle.submission)):
                        tally.add(form)
            finally:
                comparer.close()
            totals = tally.result(before, part.policy)
            moved = totals.spread.total if totals.spread else Decimal(0)
            yield PartImpact(part.texts, totals.changed, totals.up, totals.down, totals.regraded, totals.findings_changed, moved)


def _only(found: Compared) -> list[FormImpact]:
    return found if isinstance(found, list) else []


def replay(submissions: Sequence[Submission], before: Policy, after: Policy, limit: int = 20) -> Totals:
    """The same for submissions at hand, in this process. Raises PolicyError where a policy's rules cannot judge one."""
    comparer, tally = Comparer(before, after), Tally(limit)
    try:
        for submission in submissions:
            for form in comparer.compare(submission):
                tally.add(form)
    finally:
        comparer.close()
    return tally.result(before, after)


def read(
    paths: Sequence[Path],
    library: Library,
    policies: tuple[Policy, Policy],
    places: tuple[str | Path, str | Path],
    bar: Progress | None,
) -> Collection:
    """The bundles in the files, read with A's layout where it fits, and what that cannot read with B's."""
    first = collect(paths, library, places[0] if isinstance(places[0], str) else None, progress=bar)
    lost = [Path(item.name) for item in first.files if item.status == FAILED and not item.forms]
    lost = [path for path in lost if path.is_file()]
    if not lost or not isinstance(places[1], str) or not policies[1].layout:
        return first
    again = collect(lost, library, places[1], each_file=True)
    found = {item.name: item for item in again.files if item.status == READ and item.forms}
    return Collection(
        (*first.bundles, *(bundle for bundle in again.bundles if set(bundle.files) <= found.keys())),
        tuple(problem for problem in first.problems if problem.place.file not in found),
        tuple(found.get(item.name, item) for item in first.files),
    )


Compared = list[FormImpact] | JixiaoError


def compared(
    bundles: Sequence[Bundle],
    policies: tuple[Policy, Policy],
    places: tuple[str | Path, str | Path],
    library: Library,
    jobs: int,
    reweigh: bool = False,
) -> Iterator[tuple[Bundle, Compared]]:
    """Each bundle with its forms under both policies, or with what went wrong, in order."""
    many = jobs or (min(os.cpu_count() or 1, MOST_PROCESSES) if len(bundles) >= WORTH_PROCESSES else 1)
    if many == 1 or len(bundles) < 2:
        workers = Workers(partial(Comparer, *policies, reweigh=reweigh))
    else:
        workers = Workers(partial(_comparer, places, library, reweigh), many)
    with workers:
        yield from zip(bundles, workers.run(_compared, [bundle.submission for bundle in bundles]), strict=True)


def _comparer(places: tuple[str | Path, str | Path], library: Library, reweigh: bool) -> Comparer:
    """Of a process of its own: the two policies, compiled when it starts."""
    before, after = (load(place, library, locked=False) for place in places)
    return Comparer(before, after, reweigh=reweigh)


def _compared(comparer: Comparer, submission: Submission) -> Compared:
    try:
        return comparer.compare(submission)
    except JixiaoError as error:
        return JixiaoError(error.problems)  # told, and the others go on


def _named(problem: Problem, bundle: Bundle) -> Problem:
    """A problem of judging, with the files of the bundle it happened to."""
    names = "、".join(bundle.files) or bundle.submission.forms[0].name
    return replace(problem, message=f"{problem.message}（核对 {names} 时）")


def _watched(watch: Watch | None, what: str) -> Any:
    return watch(what) if watch else nullcontext()


__all__ = ["FAILED", "READ", "SKIPPED", "Impact", "compared", "read", "replay", "run"]
