"""Real forms replayed under two policies: read once, judged by both, added up. Many forms are judged in several processes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from engine.changes.impact.compare import Comparer, FormImpact
from engine.changes.impact.tally import Tally, Totals
from engine.errors import InputError, JixiaoError, Place, Problem
from engine.files import displayed
from engine.intake.bundle import Bundle
from engine.intake.collection import FAILED, READ, SKIPPED, Collection, FileOutcome, Progress, collect
from engine.policy.library import Library, locate
from engine.policy.loading import load
from engine.policy.model import Policy
from engine.submission.model import Submission
from engine.workers import Workers

WORTH_PROCESSES = 60
"""Fewer bundles than this are judged in less time than other processes take to start."""
MOST_PROCESSES = 8
Watch = Callable[[str], Any]
"""What `progress.shown` is: a context manager that gives what to call as work goes on, or None."""


@dataclass(frozen=True, slots=True)
class Impact:
    """What a change from one policy to another does to the forms of a set of files."""

    before: Policy
    after: Policy
    totals: Totals
    files: tuple[FileOutcome, ...]
    problems: tuple[Problem, ...]
    """What could not be read or judged: in none of the numbers."""

    def count(self, status: str) -> int:
        return sum(item.status == status for item in self.files)


def run(
    before: str, after: str, paths: Sequence[Path], library: Library, *, limit: int = 20, jobs: int = 0, watch: Watch | None = None
) -> Impact:
    """Replay the forms in `paths` (files, folders with all below them, records in JSON, YAML, JSONL) under policies A and B, each
    an id or a directory. `limit` is how many changed forms are told in detail (0: all), `jobs` how many processes (0: by the
    machine).

    Raises PolicyError if a policy is missing, invalid or tampered with; InputError if no form can be read.
    """
    places = locate(before, library), locate(after, library)
    policies = load(places[0], library), load(places[1], library)
    with _watched(watch, "读表") as bar:
        collection = read(paths, library, policies, places, bar)
    if not collection.bundles:
        empty = [
            Problem(Place(displayed(path)), "里面没有自评表", "自评表、记录，或有它们的目录", code="input.empty") for path in paths
        ]
        raise InputError(collection.problems or empty)
    tally, problems = Tally(limit), list(collection.problems)
    with _watched(watch, "比较") as bar:
        for done, (bundle, found) in enumerate(compared(collection.bundles, policies, places, library, jobs)):
            if bar:
                bar(done, len(collection.bundles), bundle.submission.forms[0].unit)
            if isinstance(found, list):
                for form in found:
                    tally.add(form)
            else:
                problems += [_named(problem, bundle) for problem in found.problems]
    return Impact(*policies, tally.result(*policies), collection.files, tuple(dict.fromkeys(problems)))


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
    bundles: Sequence[Bundle], policies: tuple[Policy, Policy], places: tuple[str | Path, str | Path], library: Library, jobs: int
) -> Iterator[tuple[Bundle, Compared]]:
    """Each bundle with its forms under both policies, or with what went wrong, in order."""
    many = jobs or (min(os.cpu_count() or 1, MOST_PROCESSES) if len(bundles) >= WORTH_PROCESSES else 1)
    if many == 1 or len(bundles) < 2:
        workers = Workers(partial(Comparer, *policies))
    else:
        workers = Workers(partial(_comparer, places, library), many)
    with workers:
        yield from zip(bundles, workers.run(_compared, [bundle.submission for bundle in bundles]), strict=True)


def _comparer(places: tuple[str | Path, str | Path], library: Library) -> Comparer:
    """Of a process of its own: the two policies, compiled when it starts."""
    return Comparer(load(places[0], library), load(places[1], library))


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
