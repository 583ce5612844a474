"""`jixiao ingest`: files are read once, in parallel, into a corpus. Whatever is finished when a run stops is not done again.

First everything is read (chunks, each staged as a whole); then files of one unit and year are put together into bundles, a policy
is chosen for each, and parts of some hundred bundles are prepared and written. Lines and rows are bundles already.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from engine.bulk.corpus import sources as corpus_sources
from engine.bulk.corpus import store as corpus
from engine.bulk.corpus import tables as corpus_tables
from engine.bulk.corpus.columns import PREPARED_KINDS
from engine.bulk.corpus.rows import preparation, rows_of
from engine.bulk.corpus.sources import Chunk
from engine.errors import InputError, JixiaoError, Place, Problem
from engine.files import whole_directory
from engine.forms.labels import fold
from engine.intake import bundle as inputs
from engine.intake.bundle import Reading
from engine.intake.shelf import Shelf
from engine.policy.library import Library
from engine.policy.model import Policy
from engine.submission import record
from engine.workers import Workers

BUNDLES = 100
"""To a part."""
BUNDLE_SHIFT = 20

Progress = Callable[[str, int, int], None]
"""Called with what is done, how much of it, and of how much."""


@dataclass(slots=True)
class Ingested:
    """What a run did."""

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


@dataclass(frozen=True, slots=True)
class Settings:
    """What every process needs."""

    out: Path
    library: Library
    policy: str | None


class _Ingester:
    """What a process reads with: the settings, and the policies as far as they were asked for."""

    def __init__(self, settings: Settings) -> None:
        self.settings, self.shelf = settings, Shelf(settings.library)


def ingest(
    paths: Sequence[Path], out: Path, library: Library, policy: str | None = None, jobs: int = 0, progress: Progress | None = None
) -> Ingested:
    """Read the paths into the corpus `out`. Raises InputError if `out` is something else or of another version, OutputError if it
    cannot be written; what is wrong with single files is in the result and in the corpus (`problems.json`)."""
    import pyarrow.parquet  # noqa: F401 - what is not installed is told before anything is made or read

    corpus.create(out)
    corpus.clear_leftovers(out)
    settings = Settings(out, library, policy)
    if policy:
        Shelf(library).policy(policy)  # a policy that is wrong is wrong before anything is read
    done = Ingested()
    found, done.problems, done.skipped = corpus_sources.chunks(paths, [out])
    told = progress or (lambda what, n, of: None)
    staged: list[Path] = []
    with Workers(partial(_Ingester, settings), min(jobs or os.cpu_count() or 1, len(found))) as workers:
        for n, result in enumerate(workers.run(_stage, found), start=1):
            told("读取", n, len(found))
            staged.append(result)
        jobs_ = list(_part_jobs(settings, staged, done))
        numbers = _numbers(out)
        for n, part in enumerate(workers.run(_part, [(job, numbers.of(job.name)) for job in jobs_]), start=1):
            told("整理", n, len(jobs_))
            _count(part, done)
    corpus.write_json({"problems": [asdict(problem) for problem in done.problems], "skipped": done.skipped}, out / "problems.json")
    _seal(out)
    return done


# --- reading --------------------------------------------------------------------------------------------------------


def _stage(reader: _Ingester, chunk: Chunk) -> Path:
    """Read a chunk, unless it was: its readings and problems as one file."""
    settings, shelf = reader.settings, reader.shelf
    by = settings.policy or ""
    folder = settings.out / "staging" / f"{chunk.kind}-{chunk.key}-{hashlib.sha256(by.encode()).hexdigest()[:8]}"
    if (folder / "readings.json").exists():
        return folder
    policy = shelf.policy(settings.policy) if settings.policy else None
    readings, problems, skipped = corpus_sources.read(chunk, shelf, policy)
    data = {
        "kind": chunk.kind,
        "problems": [asdict(problem) for problem in problems],
        "skipped": skipped,
        "readings": [
            {
                "file": reading.file,
                "line": reading.line,
                "layouts": list(reading.layouts),
                "bodies": sorted({(fold(form.unit), form.fiscal_year) for form in reading.submission.forms}),
                "jurisdiction": reading.submission.jurisdiction,
            }
            for reading in readings
        ],
    }
    with whole_directory(folder, replace=True) as fresh:
        with (fresh / "records.jsonl").open("w", encoding="ascii") as stream:
            for reading in readings:
                stream.write(json.dumps(record.to_data(reading.submission)) + "\n")
        (fresh / "readings.json").write_text(json.dumps(data, ensure_ascii=True), encoding="ascii")
    return folder


def _readings(folder: Path, shelf: Shelf, wanted: Sequence[int]) -> list[Reading]:
    """Some of the readings of a staged chunk."""
    about = json.loads((folder / "readings.json").read_text(encoding="ascii"))["readings"]
    lines = (folder / "records.jsonl").read_text(encoding="ascii").split("\n")
    out = []
    for n in wanted:
        item = about[n]
        submission = record.from_own(json.loads(lines[n]), item["file"])
        out.append(Reading(item["file"], submission, tuple(item.get("layouts", ())), item["line"]))
    return out


# --- putting together -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PartJob:
    """Bundles to be made from staged readings: each a list of (staged chunk, number in it)."""

    name: str
    bundles: tuple[tuple[tuple[str, int], ...], ...]


def _part_jobs(settings: Settings, staged: Sequence[Path], done: Ingested) -> Iterator[PartJob]:
    files: list[tuple[str, int, Any]] = []
    for folder in staged:
        data = json.loads((folder / "readings.json").read_text(encoding="ascii"))
        done.problems += [Problem.from_data(item) for item in data["problems"]]
        done.skipped |= data["skipped"]
        if data["kind"] == "files":
            files += [(folder.name, n, item) for n, item in enumerate(data["readings"])]
        else:
            yield _job(settings, [[(folder.name, n)] for n in range(len(data["readings"]))])
    groups = corpus_sources.grouped(files, bool(settings.policy))
    for start in range(0, len(groups), BUNDLES):
        yield _job(settings, groups[start : start + BUNDLES])


def _job(settings: Settings, bundles: Sequence[Sequence[tuple[str, int]]]) -> PartJob:
    said = json.dumps([bundles, settings.policy])
    return PartJob(hashlib.sha256(said.encode()).hexdigest()[:20], tuple(tuple(bundle) for bundle in bundles))


class _numbers:
    """A number for each part that stays what it is when the corpus grows."""

    def __init__(self, out: Path) -> None:
        self.path = out / "numbers.json"
        self.known: dict[str, int] = json.loads(self.path.read_text()) if self.path.exists() else {}

    def of(self, name: str) -> int:
        if name not in self.known:
            self.known[name] = max(self.known.values(), default=-1) + 1
            corpus.write_json(self.known, self.path)
        return self.known[name]


def _part(reader: _Ingester, task: tuple[PartJob, int]) -> dict[str, Any]:
    """Prepare and write the parts of a job, one for each policy; what was written before stays."""
    settings, shelf = reader.settings, reader.shelf
    job, number = task
    marker = settings.out / "staging" / f"{job.name}.done.json"
    if marker.exists():
        data: dict[str, Any] = json.loads(marker.read_text(encoding="utf-8"))
        if all((settings.out / "parts" / name / corpus.MANIFEST).exists() for name in data["parts"]):
            return {**data, "kept": True}
    policy = shelf.policy(settings.policy) if settings.policy else None
    problems: list[Problem] = []
    by_policy: dict[str, tuple[Policy, list[inputs.Bundle]]] = {}
    for readings in _of_job(settings.out, job, shelf):
        try:
            bundle = inputs.bundle(readings, shelf, policy)
        except JixiaoError as error:
            place = Place(readings[0].file, readings[0].line)
            problems += [replace(p, place=place) if not p.place.file else p for p in error.problems]
            continue
        by_policy.setdefault(bundle.policy.id, (bundle.policy, []))[1].append(bundle)
    data = {"parts": [], "bundles": 0, "forms": 0, "indicators": 0, "beyond": 0, "problems": []}
    start = number << BUNDLE_SHIFT
    for chosen, bundles in by_policy.values():
        name = f"{number:06}-{job.name}-{hashlib.sha256(chosen.id.encode()).hexdigest()[:6]}"
        items = [(start + n, "、".join(bundle.files), bundle.submission) for n, bundle in enumerate(bundles)]
        start += len(bundles)
        part, beyond = write_rows(settings.out / "parts" / name, items, chosen)
        data["parts"].append(name)
        for key in ("bundles", "forms", "indicators"):
            data[key] += getattr(part, key)
        data["beyond"] += beyond
    data["problems"] = [asdict(problem) for problem in problems]
    corpus.write_json(data, marker)
    return {**data, "kept": False}


def write_rows(folder: Path, bundles: Sequence[tuple[int, str, Any]], policy: Policy) -> tuple[corpus.Part, int]:
    """Bundles (number, files, submission) as a part, prepared by the words of a policy; how many hold values beyond columns."""
    prepared = [(number, rows_of(submission, policy, number)) for number, _, submission in bundles]
    tables = corpus_tables.tables_of(prepared)
    tables[corpus_tables.RECORDS] = corpus_tables.record_table([(n, files, policy.id, s) for n, files, s in bundles])
    sizes: dict[str, int] = {}
    for kind in PREPARED_KINDS:
        rows = [row for _, item in prepared for row in item.rows.get(kind, ())]
        sizes |= {f"{kind}.{name}": most for name, most in corpus_tables.largest(kind, rows).items()}
    about = {
        "policy": policy.id,
        "preparation": preparation(policy),
        "bundles": len(bundles),
        "forms": sum(item.forms for _, item in prepared),
        "indicators": sum(item.indicators for _, item in prepared),
        "sizes": sizes,
    }
    return corpus.write_part(folder, tables, about), sum(bool(item.beyond) for _, item in prepared)


def _of_job(out: Path, job: PartJob, shelf: Shelf) -> Iterator[list[Reading]]:
    """The readings of each bundle. A staged chunk is read once for bundles next to each other."""
    wanted: dict[str, list[int]] = {}
    for bundle in job.bundles:
        for chunk, n in bundle:
            wanted.setdefault(chunk, []).append(n)
    loaded = {chunk: dict(zip(ns, _readings(out / "staging" / chunk, shelf, ns), strict=True)) for chunk, ns in wanted.items()}
    for bundle in job.bundles:
        yield [loaded[chunk][n] for chunk, n in bundle]


def _count(part: dict[str, Any], done: Ingested) -> None:
    done.parts += len(part["parts"])
    done.kept += len(part["parts"]) if part["kept"] else 0
    for key in ("bundles", "forms", "indicators", "beyond"):
        setattr(done, key, getattr(done, key) + part[key])
    done.problems += [Problem.from_data(item) for item in part["problems"]]


def _seal(out: Path) -> None:
    """That no two texts of the corpus go by one number: InputError, since every comparison would be in doubt."""
    files = [str(path) for path in (out / "parts").glob("*/texts.parquet")]
    if not files:
        return
    with corpus.duckdb_connection() as connection:
        clash = connection.execute(
            "SELECT id FROM (SELECT DISTINCT id, text FROM read_parquet(?)) GROUP BY id HAVING count(*) > 1 LIMIT 1", [files]
        ).fetchone()
    if clash:
        raise InputError(Problem(Place(str(out)), f"两段不同的文字编号相同（{clash[0]}）", "分成两个语料", code="corpus.clash"))


def discard_staging(out: Path) -> None:
    """Takes away what was kept to go on from; a later ingest reads the files again."""
    shutil.rmtree(out / "staging", ignore_errors=True)
