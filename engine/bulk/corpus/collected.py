"""A corpus as the files it was made from: what `collect` gives for a folder, without the files being opened again.

For the commands that look at forms one by one (`evaluate`, `report`, `rollup`): bundles with their policy, what is wrong with the
files, and what became of each.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from engine.bulk.corpus import bundles as corpus_bundles
from engine.bulk.corpus import index, readings, store, twice
from engine.bulk.corpus.bundles import PlannedBundle
from engine.bulk.corpus.index import CorpusFile
from engine.errors import InputError, JixiaoError, Place, Problem, UsageError
from engine.files import displayed
from engine.intake import bundle as inputs
from engine.intake import folders
from engine.intake.bundle import Bundle, Reading
from engine.intake.collection import FAILED, READ, SKIPPED, Collection, FileOutcome, Progress
from engine.intake.shelf import Shelf
from engine.policy.library import Library


def is_corpus(path: Path) -> bool:
    """Whether a path is a corpus and no folder of forms."""
    return (path / store.STAMP).is_file()


def corpus_among(paths: Sequence[Path]) -> Path | None:
    """The corpus, if one was given. UsageError if anything was given besides."""
    found = [path for path in paths if is_corpus(path)]
    if not found:
        return None
    if len(paths) > 1:
        others = "、".join(displayed(path) for path in paths if path != found[0])
        message = f"{displayed(found[0])} 是语料，不能与别的（{others}）一起算"
        raise UsageError(Problem(Place(), message, "一个语料，或先用 jixiao ingest 把其余的读入这个语料", code="usage.corpus"))
    return found[0]


def collect_corpus(
    path: Path,
    library: Library,
    policy_id: str | None = None,
    *,
    on: date | None = None,
    progress: Progress | None = None,
    each_file: bool = False,
    unjudged: bool = False,
) -> Collection:
    """The forms of a corpus in bundles, as `intake.collection.collect` gives those of a folder.

    `each_file`: every file is a bundle of its own, and of forms that stand in several files every one is given, but for files that
    say in all what another says: whoever adds them up has to see them. Otherwise a form is given once, as `batch` counts it.
    Raises InputError for a corpus that is damaged, of another version or too large to look at form by form, PolicyError if a named
    policy is missing or invalid."""
    opened = store.open_corpus(path)
    sources = list(index.sources(opened.index).values())
    if len(sources) > folders.MAX_FILES:
        message, expected = f"语料里有 {len(sources):,} 个文件", f"不超过 {folders.MAX_FILES:,} 个；更多的用 jixiao batch"
        raise InputError(Problem(Place(displayed(path)), message, expected, code="input.too-many-files"))
    shelf = Shelf(library, on)
    named = shelf.policy(policy_id) if policy_id else None
    same = twice.twice(sources, shelf.places())
    copies = _copies(sources) if each_file else {}
    problems = [problem for source in sources for problem in source.every_problem]
    problems += [] if each_file else same.problems
    groups = list(_each_file(path, sources, copies) if each_file else _grouped(path, sources, same))
    found: list[Bundle] = []
    for n, (by, some) in enumerate(groups):
        if progress:
            progress(n, len(groups), some[0].file)
        try:
            policy = named or (shelf.policy(by) if by else None)
            found.append(inputs.bundle(some, shelf, policy, unjudged=unjudged))
        except JixiaoError as error:
            place = Place(some[0].file, some[0].line)
            problems += [replace(p, place=p.place if p.place.file else place) for p in error.problems]
    if progress:
        progress(len(groups), len(groups), "")
    found = inputs.with_copies(found)
    told = (*opened.told, *(() if each_file else (*same.told, *same.units)))
    return Collection(tuple(found), tuple(dict.fromkeys(problems)), tuple(outcomes(sources, problems, copies)), told)


def outcomes(sources: Sequence[CorpusFile], problems: Sequence[Problem], copies: dict[str, str]) -> Iterator[FileOutcome]:
    """What became of each file. `copies`: where a file lies -> the file that says the same."""
    failed = {problem.place.file: problem.message for problem in reversed(problems) if problem.place.file}
    for source in sources:
        count = sum(len(head.forms) for piece in source.read for head in piece.heads)
        if source.why_skipped:
            yield FileOutcome(source.name, SKIPPED, source.why_skipped)
        elif source.path in copies:
            other = copies[source.path]
            yield FileOutcome(source.name, SKIPPED, f"表与 {other} 的完全相同", 0, other)
        elif source.name in failed:
            yield FileOutcome(source.name, FAILED, failed.pop(source.name), count)
        else:
            yield FileOutcome(source.name, READ, "", count)
    yield from (FileOutcome(name, FAILED, reason) for name, reason in failed.items() if name not in {s.name for s in sources})


def _copies(sources: Sequence[CorpusFile]) -> dict[str, str]:
    """The files that say in all what one before them says, by where they lie. Lines are filed on their own."""
    said: dict[object, CorpusFile] = {}
    out: dict[str, str] = {}
    for source in sources:
        heads = [head for piece in source.read for head in piece.heads]
        if not heads or any(head.line for head in heads):
            continue
        what = tuple((twice.body(form), form.kind, form.name, form.digest) for head in heads for form in head.forms)
        first = said.setdefault(what, source)
        if first is not source:
            out[source.path] = _file(first)
    return out


def _file(source: CorpusFile) -> str:
    """What a file is called: as it was given where that leads to it from here, else where it lies."""
    folder, name = os.path.split(source.name)
    there = displayed(os.path.join(os.path.realpath(folder or "."), name)) == source.path
    return source.name if there else source.path


def _each_file(path: Path, sources: Sequence[CorpusFile], copies: dict[str, str]) -> Iterator[tuple[str, list[Reading]]]:
    for source in sources:
        if source.path in copies:
            continue
        for piece, read in zip(source.pieces, source.read, strict=True):
            for reading in readings.of_piece(path, piece.key, read, _file(source)) if read.heads else ():
                yield source.policy, [reading]


def _grouped(path: Path, sources: Sequence[CorpusFile], same: twice.Twice) -> Iterator[tuple[str, list[Reading]]]:
    jobs = corpus_bundles.planned(sources, same, "")
    every: list[PlannedBundle] = [bundle for job in jobs for bundle in job.bundles]
    every.sort(key=lambda bundle: bundle.readings[0].where)
    for bundle, found in zip(every, readings.of_bundles(path, every), strict=True):
        yield bundle.policy, found
