"""A run of the commands over forms: files and folders read and checked, and what is to be said of those that could not be."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import click

from engine.cli import progress
from engine.cli.options import note, on_date, tell, the_library
from engine.errors import EXIT_INPUT, EXIT_OK, InputError, Place, Problem
from engine.files import displayed
from engine.findings.choice import RuleChoice, choose
from engine.intake import apart
from engine.intake.beside import read_beside, with_beside
from engine.intake.bundle import Bundle, read_bundle
from engine.intake.collection import READ, SKIPPED, Collection, FileOutcome, Progress, collect, is_single
from engine.intake.notes import notes
from engine.policy.library import Library
from engine.results.bundles import BundleResult, Telling, checked_bundles, combined
from engine.results.model import Result
from engine.submission.model import Doubt

SKIPPED_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Run:
    """What was read. `single`: files given together, one bundle by the Contract; a problem then stopped the run."""

    collection: Collection
    single: bool

    @property
    def bundles(self) -> tuple[Bundle, ...]:
        return self.collection.bundles

    @property
    def status(self) -> int:
        """The exit status as far as reading goes: what a score rests on and could not be read is as a file that could not."""
        return EXIT_INPUT if self.collection.problems or self.unread else EXIT_OK

    @property
    def files(self) -> list[str]:
        """The names of the files that were read."""
        return [item.name for item in self.collection.files if item.status == READ]

    @property
    def unread(self) -> list[Doubt]:
        """What was left out or not understood though a score or sum rests on it."""
        return [doubt for one in self.bundles for form in one.submission.forms for doubt in form.doubts if doubt.is_unread]


def read(
    paths: Sequence[Path],
    policy: str | None,
    policies: Path | None,
    exclude: Sequence[Path] = (),
    *,
    unjudged: bool = False,
) -> Run:
    """Read files (one bundle) or folders (many). What is wrong with files in a folder is told at once, and the run goes on.
    `unjudged`: what no policy fits by itself is read all the same.

    Raises InputError with every problem where files given together cannot be read, or nothing could be; PolicyError where no
    policy fits them.
    """
    library = the_library(policies)
    bundle = _together(paths, library, policy, unjudged=unjudged) if is_single(paths) else None
    if bundle is not None:
        files = tuple(FileOutcome(name, "read", "", 0) for name in bundle.files)
        run = Run(Collection((bundle,), (), files), single=True)
        _tell_unread(run)
        return run
    with progress.shown("读表") as bar:
        collection = collected(paths, library, policy, on=on_date(), progress=bar, exclude=exclude, unjudged=unjudged)
    if not collection.bundles:
        raise InputError(collection.problems or [_nothing(path) for path in paths])
    tell(collection.problems)
    _tell_skipped(collection)
    run = Run(collection, single=False)
    _tell_unread(run)
    return run


def collected(
    paths: Sequence[Path],
    library: Library,
    policy: str | None = None,
    *,
    on: date | None = None,
    progress: Progress | None = None,
    each_file: bool = False,
    exclude: Sequence[Path] = (),
    unjudged: bool = False,
) -> Collection:
    """Files and folders in bundles, as `collect` gives them; or a corpus, as its files would be. UsageError for one and more."""
    if not any(os.path.isfile(path / "corpus.json") for path in paths):  # which tells nothing of what cannot be looked into
        return collect(paths, library, policy, on=on, progress=progress, each_file=each_file, exclude=exclude, unjudged=unjudged)
    from engine.bulk.corpus.collected import collect_corpus, corpus_among

    corpus = corpus_among(paths)
    assert corpus is not None
    return collect_corpus(corpus, library, policy, on=on, progress=progress, each_file=each_file, unjudged=unjudged)


def _together(paths: Sequence[Path], library: Library, policy: str | None, *, unjudged: bool) -> Bundle | None:
    """Files given together as one bundle; None for files of several units, and for one file that holds forms of several years:
    these are judged apart."""
    try:
        found = read_bundle(paths, library, policy, on_date(), unjudged=unjudged)
        return None if apart.several(found.submission.forms, one_file=len(paths) == 1) else found
    except InputError as error:
        if len(paths) == 1 and [problem.code for problem in error.problems] == ["input.years"]:
            return None
        raise


def _nothing(path: Path) -> Problem:
    return Problem(
        Place(displayed(path)), "里面没有自评表", "有自评表（Word、Excel、PDF、文本）或记录（JSON、YAML）的目录", code="input.empty"
    )


def _tell_unread(run: Run) -> None:
    doubts = run.unread
    lines = [f"{doubt.place}：“{doubt.subject}”没有读懂或不能确定{_why(doubt)}" for doubt in doubts]
    note(lines[:SKIPPED_SHOWN])
    if len(lines) > SKIPPED_SHOWN:
        note([f"另有 {len(lines) - SKIPPED_SHOWN} 处没有读懂或不能确定，结果里逐处列出"])


def _why(doubt: Doubt) -> str:
    said = [text for text in (f"“{doubt.text}”" if doubt.text not in ("", doubt.subject) else "", doubt.readings) if text]
    return f"（{'，'.join(said)}）" if said else ""


def _tell_skipped(collection: Collection) -> None:
    skipped = [item for item in collection.files if item.status == SKIPPED]
    for item in skipped[:SKIPPED_SHOWN]:
        click.echo(f"跳过：{item.name}（{item.reason}）", err=True)
    if len(skipped) > SKIPPED_SHOWN:
        click.echo(f"跳过：另有 {len(skipped) - SKIPPED_SHOWN} 个文件，--format json 的 files 里逐个列出。", err=True)


def chosen(run: Run, rules: RuleChoice) -> Run:
    """The run with those rules alone that were asked for. UsageError for a rule there is none of, or that others rest on."""
    if not rules:
        return run
    policies = choose({one.policy.id: one.policy for one in run.bundles}, rules)
    bundles = tuple(replace(one, policy=policies[one.policy.id]) for one in run.bundles)
    return replace(run, collection=replace(run.collection, bundles=bundles))


def beside(run: Run, paths: Sequence[Path], policies: Path | None) -> Run:
    """The run, each bundle with the earlier and approved records of its body that stand in `paths`. What of these could not be
    read is told, and changes no status: nothing is judged by it alone. Raises InputError where nothing in them could be read."""
    if not paths:
        return run
    forms, problems = read_beside(paths, the_library(policies))
    if not forms:
        raise InputError(problems or [_nothing(path) for path in paths])
    note(str(problem) for problem in problems)
    bundles = tuple(with_beside(one, forms) for one in run.bundles)
    return replace(run, collection=replace(run.collection, bundles=bundles))


def check(run: Run, telling: Telling | None = None) -> list[BundleResult]:
    """Every bundle scored and checked. What there is to know of the policies is told once."""
    told = [line for one in run.bundles for line in notes(one.policy, one.submission.forms, on_date())]
    if unjudged := list(dict.fromkeys(file for one in run.bundles if not one.policy.judges for file in one.files)):
        more = f"等 {len(unjudged)} 个文件" if len(unjudged) > SKIPPED_SHOWN else ""
        told.append(f"{'、'.join(unjudged[:SKIPPED_SHOWN])}{more}：没有适用的政策，没有计分；原因和现有的政策见结果")
    note(dict.fromkeys(told))
    if run.single:
        return list(checked_bundles(run.bundles, telling=telling))
    with progress.shown("核对") as bar:
        return list(checked_bundles(run.bundles, bar, telling))


def document(run: Run, items: Sequence[BundleResult]) -> Result:
    """The result document: as it always was for files given together, else the one for many bundles."""
    return items[0].result if run.single else combined(items, run.collection)


def unrun(items: Sequence[BundleResult]) -> int:
    """EXIT_INPUT where no policy fits a bundle by itself, or a rule could not run on it: what would have come of it is not known.
    EXIT_OK otherwise, also where rules were left out by option."""
    open_ = any(not item.policy.judges for item in items)
    skipped = any(rule.state == "skipped" and not rule.by_option for item in items for rule in item.checked.rules)
    return EXIT_INPUT if open_ or skipped else EXIT_OK
