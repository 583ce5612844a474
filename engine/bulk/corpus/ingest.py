"""`jixiao ingest`: files are read once, in parallel, into a corpus. Whatever is finished when a run stops is not done again.

What is new or was changed is read (each piece kept as a whole); then the forms of all files, those of earlier runs as well, are put
together into bundles, a policy is chosen for each, and parts of about a hundred are prepared and written. Until all of it stands,
the corpus is what it was. What comes out follows from the files alone: a corpus that was added to, edited and cut is the one that a
fresh run over the same files makes, byte for byte.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from engine.bulk.corpus import bundles as corpus_bundles
from engine.bulk.corpus import copies as corpus_copies
from engine.bulk.corpus import index, listing, readings, twice
from engine.bulk.corpus import sources as corpus_sources
from engine.bulk.corpus import store as corpus
from engine.bulk.corpus.bundles import PartJob
from engine.bulk.corpus.crew import Crew, Ingester, Settings
from engine.bulk.corpus.index import CorpusFile, Piece, PieceRead
from engine.bulk.corpus.parts import write_part
from engine.errors import InputError, Place, Problem
from engine.files import displayed, refused
from engine.intake import apart
from engine.intake.shelf import Shelf
from engine.policy.library import Library

Progress = Callable[[str, int, int], None]
"""Called with what is done, how much of it, and of how much."""


@dataclass(slots=True)
class Ingested:
    """What a run did, and what the corpus is now."""

    parts: int = 0
    kept: int = 0
    """Parts that were there already."""
    bundles: int = 0
    forms: int = 0
    indicators: int = 0
    beyond: int = 0
    """Bundles with a value that no column holds; the reference executor takes them where the policy looks at it."""
    problems: list[Problem] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    """What is no mistake and is to be known: forms of which there is a copy, files that have gone and are kept."""
    again: bool = False
    """Whether there was a corpus before."""
    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    """Files that were taken out; `left` those that are kept though they have gone."""
    left: list[str] = field(default_factory=list)
    index: Path = Path()


def ingest(
    paths: Sequence[Path],
    out: Path,
    library: Library,
    policy: str | None = None,
    jobs: int = 0,
    progress: Progress | None = None,
    *,
    keep: bool = False,
) -> Ingested:
    """Read the paths into the corpus `out`: a file that was read before is replaced, one that has gone is taken out (kept with
    `keep`), and what other paths gave in earlier runs stays.

    Raises InputError if `out` is something else, of another version or damaged, OutputError if it cannot be written; what is wrong
    with single files is in the result and in the corpus. If anything is raised the corpus is what it was."""
    import pyarrow.parquet  # noqa: F401 - what is not installed is told before anything is made or read

    corpus.prepare(out)
    with _alone(out):  # before anything is tidied up: it may be another's, who is at work
        return _ingest(paths, out, library, policy, jobs, progress, keep)


@contextmanager
def _alone(out: Path) -> Iterator[None]:
    """Nobody else writes the corpus meanwhile. Raises InputError if somebody does."""
    lock = FileLock(out / corpus.LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        message = "另一个 jixiao ingest 正在写这个语料"
        raise InputError(Problem(Place(displayed(out)), message, "等它结束再运行", code="corpus.busy")) from None
    except OSError as error:
        raise refused(error, displayed(out)) from None
    try:
        yield
    finally:
        lock.release()


def _ingest(
    paths: Sequence[Path], out: Path, library: Library, policy: str | None, jobs: int, progress: Progress | None, keep: bool
) -> Ingested:
    before = corpus.begin(out)
    if policy:
        Shelf(library).policy(policy)  # a policy that is wrong is wrong before anything is read
    stamp = readings.stamp(library, policy or "")
    found = listing.found(paths, [out], stamp, policy or "")
    done = Ingested(again=bool(before))
    crew = Crew(Settings(out, library), jobs)
    with crew.stack:
        sources = _read(crew, _sources(before, found, keep, done), found, before, progress)
        _compared(before, sources, found, done)
        same = twice.twice(sources, Shelf(library).places())
        shared = corpus_copies.copies(out, sources, same)
        planned = corpus_bundles.planned(sources, same, readings.stamp(library, ""), shared)
        made = _written(crew, planned, done, progress)
    for source in sources:
        done.problems += source.every_problem
        if source.why_skipped:
            done.skipped[source.name] = source.why_skipped
    done.problems += same.problems
    far = [line for part in made for line in part.get("told", [])]
    done.told = [*same.told, *same.units, *far]
    for part in made:
        _count(part, done)
        done.problems += map(Problem.from_data, part["problems"])
    parts = [name for part in made for name in part["parts"]]
    corpus.check_texts(out, parts)
    told = {
        "problems": [asdict(problem) for problem in done.problems],
        "skipped": done.skipped,
        "told": [*same.told, *far],
        "apart": same.units,
    }
    name = index.write(out, sources, _forms(sources, planned, made, same), told)
    corpus.put_in_force(out, name, parts, [job.name for job in planned], {p.key for s in sources for p in s.pieces})
    done.index = out / index.FOLDER / name
    return done


# --- files ----------------------------------------------------------------------------------------------------------


def _sources(before: Mapping[str, CorpusFile], found: listing.Inventory, keep: bool, done: Ingested) -> list[CorpusFile]:
    """The files of the corpus from now on, by path: what was found, what other paths gave, what is kept."""
    out = dict(found.sources)
    for path, source in before.items():
        if path in found.closed:  # it is there and cannot be opened: what it held was not taken back
            out[path] = replace(source, problems=(found.closed[path],)) if source.pieces else out[path]
        elif path not in out and not found.covers(path):
            out[path] = source
    for source in listing.gone(before, found):
        if not any(piece.heads for piece in source.read):
            continue  # nothing of it was in the corpus
        if keep:
            out[source.path] = replace(source, gone=True)
        (done.left if keep else done.gone).append(source.name)
    return sorted(out.values(), key=lambda source: source.path.split(os.sep))


def _read(
    crew: Crew,
    sources: Sequence[CorpusFile],
    found: listing.Inventory,
    before: Mapping[str, CorpusFile],
    progress: Progress | None,
) -> list[CorpusFile]:
    """The same with what they hold: read now, or by an earlier run. InputError if what an earlier run read has been lost."""
    out = crew.settings.out
    known: dict[str, PieceRead] = {
        piece.key: read for source in before.values() for piece, read in zip(source.pieces, source.read, strict=True)
    }
    tasks: list[tuple[CorpusFile, Piece, Path]] = []
    lost: list[Problem] = []
    for source in sources:
        opened = found.opened.get(source.path)
        for piece in source.pieces:
            there = readings.path_of(out, piece.key).is_file()
            if there and piece.key not in known and (read := readings.kept(out, piece.key)) is not None:
                known[piece.key] = read
            if there and piece.key in known:
                continue
            if opened is not None:
                tasks.append((source, piece, opened))
            elif not any(problem.code in readings.OF_THE_MACHINE for problem in known[piece.key].problems):
                remedy = "再给出这个文件所在的目录，运行一次 jixiao ingest"
                lost.append(Problem(Place(source.name), "语料里读过的内容不见了", remedy, code="corpus.damaged"))
    if lost:
        raise InputError(lost)
    for n, ((_, piece, _), read) in enumerate(zip(tasks, crew.run(_read_piece, tasks), strict=True), start=1):
        known[piece.key] = read
        if progress:
            progress("读取", n, len(tasks))
    return [replace(source, read=tuple(known[piece.key] for piece in source.pieces)) for source in sources]


def _read_piece(reader: Ingester, task: tuple[CorpusFile, Piece, Path]) -> PieceRead:
    source, piece, path = task
    found, problems, skipped = corpus_sources.read(piece, path, source.digest, reader.shelf, reader.policy(source.policy))
    return readings.keep(reader.out, piece.key, found, problems, skipped)


def _compared(before: Mapping[str, CorpusFile], now: Sequence[CorpusFile], found: listing.Inventory, done: Ingested) -> None:
    """What is new and what was changed since the last run."""
    for source in now:
        if source.path in found.opened and any(piece.heads for piece in source.read):
            old = before.get(source.path)
            if old is None or not old.pieces:
                done.new.append(source.name)
            elif old.digest != source.digest:
                done.changed.append(source.name)


# --- parts ----------------------------------------------------------------------------------------------------------


def _written(crew: Crew, jobs: Sequence[PartJob], done: Ingested, progress: Progress | None) -> list[dict[str, Any]]:
    """What became of each job: done now, or by an earlier run."""
    out = crew.settings.out
    made = {job.name: corpus.made(out, job.name) for job in jobs}
    tasks = [job for job in jobs if made[job.name] is None]
    done.kept = sum(len(part["parts"]) for part in made.values() if part is not None)
    for n, (job, part) in enumerate(zip(tasks, crew.run(write_part, tasks), strict=True), start=1):
        made[job.name] = part
        if progress:
            progress("整理", n, len(tasks))
    return [part for part in made.values() if part is not None]


def _count(part: Mapping[str, Any], done: Ingested) -> None:
    done.parts += len(part["parts"])
    for key in ("bundles", "forms", "indicators", "beyond"):
        setattr(done, key, getattr(done, key) + part[key])


def _forms(
    sources: Sequence[CorpusFile],
    jobs: Sequence[PartJob],
    made: Sequence[Mapping[str, Any]],
    same: twice.Twice,
) -> Iterator[dict[str, Any]]:
    """The forms of the index: each with its bundle and number there, or with the file of the form that stands for it."""
    standing: dict[twice.Where, tuple[int, int]] = {}
    for job, part in zip(jobs, made, strict=True):
        for position, bundle in enumerate(job.bundles):
            if position not in part["failed"]:
                standing |= {where: (job.bundle_number(position), n) for n, where in enumerate(bundle.forms)}
    for where, head, form in twice.forms(sources):
        source = sources[where.source]
        data: dict[str, Any] = {"path": source.path, "line": head.line, "unit": form.unit, "year": form.year}
        data |= {"kind": form.kind, "name": form.name, "day": form.day}
        if not head.line and (home := apart.home(same.apart, twice.body(form), source.path)):
            data["folder"] = home  # there is another unit of this name
        if where in standing:
            data["bundle"], data["form_number"] = standing[where]
        elif where in same.instead:
            other = same.instead[where]
            line = sources[other.source].read[other.piece].heads[other.reading].line
            data["instead"] = {"path": sources[other.source].path, "line": line}
        yield data
