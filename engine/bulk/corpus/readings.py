"""What was read of each piece of a file, kept under a name that says what was read and by what: it is not read again.

CORPUS/readings/<xx>/<key>.gz      first line: what it holds (`index.PieceRead`); then a record a line
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine import __version__, files
from engine.bulk.corpus.bundles import PlannedBundle
from engine.bulk.corpus.index import FiledForm, PieceRead, ReadingHead, piece_read, read_data
from engine.bulk.corpus.rows import VERSION
from engine.errors import InputError, Place, Problem
from engine.files import displayed, make_directory
from engine.intake.bundle import Reading
from engine.intake.collection import fingerprint
from engine.policy.library import Library
from engine.policy.periods import filed_on
from engine.submission import copying, record
from engine.submission.model import Form

FOLDER = "readings"
_LEVEL = 3
OF_THE_MACHINE = frozenset({"input.unreadable", "input.missing", "input.changing"})
"""Problems that are not the file's: it is tried again."""


def stamp(library: Library, policy: str) -> str:
    """What a reading depends on besides the file: the engine, the policies there are, the one or the place that was named."""
    named = [policy, library.place] if library.place else [policy]
    digest = hashlib.sha256(json.dumps([__version__, VERSION, *named]).encode())
    for id_ in sorted(library.ids()):
        folder = library.directory(id_)
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "tests" not in path.relative_to(folder).parts:
                digest.update(f"\0{id_}/{path.relative_to(folder).as_posix()}\0".encode("utf-8", "surrogateescape"))
                digest.update(path.read_bytes())
    return digest.hexdigest()


def path_of(out: Path, key: str) -> Path:
    return out / FOLDER / key[:2] / f"{key}.gz"


def keep(out: Path, key: str, readings: Sequence[Reading], problems: Sequence[Problem], skipped: str) -> PieceRead:
    """Keep what was read of a piece; what it holds. Raises OutputError."""
    found = PieceRead(tuple(map(_head, readings)), tuple(problems), skipped)
    if any(problem.code in OF_THE_MACHINE for problem in problems):
        return replace(found, heads=())
    lines = [json.dumps(read_data(found)), *(json.dumps(record.to_data(reading.submission)) for reading in readings)]
    path = path_of(out, key)
    make_directory(path.parent)
    # escaped, since half a surrogate pair of a broken file has no bytes; no time, since what was read when is nobody's concern
    files.write(gzip.compress("\n".join(lines).encode("ascii"), _LEVEL, mtime=0), path)
    return found


def kept(out: Path, key: str) -> PieceRead | None:
    """What a piece held when it was read, by whichever run; None if it has not been, or not to the end."""
    try:
        with gzip.open(path_of(out, key), "rt", encoding="ascii") as stream:
            return piece_read(json.loads(stream.readline()))
    except (OSError, EOFError, ValueError, KeyError, TypeError):
        return None


def records(out: Path, key: str) -> list[Any]:
    """The records of a piece. Raises InputError if they are damaged."""
    path = path_of(out, key)
    try:
        with gzip.open(path, "rt", encoding="ascii") as stream:
            return [json.loads(line) for line in stream.read().split("\n")[1:]]
    except (OSError, EOFError, ValueError):
        remedy = "删去这个文件，再给出自评表所在的目录运行一次 jixiao ingest"
        raise InputError(Problem(Place(displayed(path)), "读过的内容已损坏", remedy, code="corpus.damaged")) from None


def of_piece(out: Path, key: str, read: PieceRead, file: str) -> list[Reading]:
    """The readings of a piece, as they were when it was read. Raises InputError if they are damaged."""
    submissions = (record.from_own(data, file) for data in records(out, key))
    return [Reading(file, s, head.layouts, head.line, head.layout) for s, head in zip(submissions, read.heads, strict=True)]


def of_bundles(out: Path, bundles: Sequence[PlannedBundle]) -> Iterator[list[Reading]]:
    """The readings of each bundle, without the forms that others stand for; a piece is opened once for bundles in a row."""
    opened: dict[str, list[Any]] = {}
    for bundle in bundles:
        wanted = {item.key for item in bundle.readings}
        opened = {key: opened[key] if key in opened else records(out, key) for key in wanted}
        found: list[Reading] = []
        copied = dict(bundle.copied)
        for item in bundle.readings:
            submission = record.from_own(opened[item.key][item.number], item.file)
            first = sum(len(before.submission.forms) for before in found)
            forms = tuple(form for n, form in enumerate(submission.forms) if n not in item.without)
            forms = tuple(replace(form, copied=copied.get(n, form.copied)) for n, form in enumerate(forms, start=first))
            head = item.head
            found.append(Reading(item.file, replace(submission, forms=forms), head.layouts, head.line, head.layout))
        yield found


def _head(reading: Reading) -> ReadingHead:
    submission = reading.submission
    forms = tuple(_filed(reading, form) for form in submission.forms)
    return ReadingHead(reading.line, submission.jurisdiction, reading.layouts, reading.layout, forms)


def _filed(reading: Reading, form: Form) -> FiledForm:
    # whose form of what it is stands beside the digest, and is written in more ways than one
    alone = replace(reading, submission=replace(reading.submission, forms=(replace(form, unit="", name=""),)))
    day = filed_on(form)
    named = bool(form.unit and form.fiscal_year and form.name) and not (form.kind == "project" and form.name == form.title)
    said = hashlib.sha256(fingerprint(alone).encode("utf-8", "surrogatepass")).hexdigest()[:32]
    prints = "".join(f"{number:08x}" for number in copying.prints(form))
    return FiledForm(form.unit, form.fiscal_year, form.kind, form.name, day.isoformat() if day else "", said, named, prints)
