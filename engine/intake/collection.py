"""Many files -> bundles: folders are walked, what stands in them is grouped by unit and year, one broken file stops no other.

Files named on the command line are one bundle (Contract); files found in a folder are grouped by unit, fiscal year and
jurisdiction, and the forms of one file always stay together. Every file is accounted for: read, failed or skipped, and why.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Collection as Some
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path

from engine.documents import kinds
from engine.errors import JixiaoError, Place, Problem
from engine.files import displayed
from engine.forms.labels import fold
from engine.intake import answers, apart, folders
from engine.intake import bundle as inputs
from engine.intake.answers import AnswerFile
from engine.intake.bundle import Bundle, Reading
from engine.intake.joining import joined
from engine.intake.own import own_output
from engine.intake.shelf import Shelf
from engine.policy.library import Library
from engine.policy.model import Policy
from engine.submission import record_lines
from engine.submission.model import Form

READ, FAILED, SKIPPED = "read", "failed", "skipped"
_NO_FORMS = frozenset({"image", "media", "program", "ppt", "empty"})
"""Kinds of files that are passed over in a folder. An archive or a file with a password may hold a form: that is told as a
problem."""
Progress = Callable[[int, int, str], None]
"""Called before each file: how many are done, how many there are, and the name of the next ("" at the end)."""
ReadParts = Callable[[Path, Shelf, Policy | None, bytes, Sequence[AnswerFile]], tuple[list[Reading], list[Problem]]]
"""What reads a file, as `bundle.read_parts` does."""


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What became of one file: `read`, `failed` (its problems are in the collection) or `skipped`, and why."""

    name: str
    status: str
    reason: str = ""
    forms: int = 0
    same_as: str = ""
    """The file that says the same, where it was skipped for that."""


@dataclass(frozen=True, slots=True)
class Collection:
    """What was read: bundles, each with its policy; what went wrong; and what became of every file."""

    bundles: tuple[Bundle, ...]
    problems: tuple[Problem, ...]
    files: tuple[FileOutcome, ...]
    told: tuple[str, ...] = ()
    """What is to be said of the answers beside the forms: those that are not used, and why."""

    def count(self, status: str) -> int:
        return sum(outcome.status == status for outcome in self.files)


def is_single(paths: Sequence[Path]) -> bool:
    """Whether the files are one bundle by the Contract: no folder among them, and none with a record a line."""
    return not any(path.is_dir() or _has_lines(path) for path in paths)


def collect(
    paths: Sequence[Path],
    library: Library,
    policy_id: str | None = None,
    *,
    on: date | None = None,
    progress: Progress | None = None,
    each_file: bool = False,
    exclude: Some[Path] = (),
    unjudged: bool = False,
    read: ReadParts = inputs.read_parts,
) -> Collection:
    """Read files and folders into bundles. Nothing is raised for what is wrong with a file, a line or a bundle: it is in
    `problems`, with the file's name.

    `on`: the day of filing, as `read_bundle` takes it. `each_file`: every file is a bundle of its own.
    `exclude`: files and folders left out of a walk, such as those written to. `unjudged`: a bundle that no policy fits by itself
    is read all the same, as `read_bundle` does; else it is a problem. `read`: what reads a file, as `read_parts` does.
    Raises PolicyError if the named policy is missing or invalid, InputError if there are too many files to look at.
    """
    shelf = Shelf(library, on)
    policy = shelf.policy(policy_id) if policy_id else None
    found = _FoundFile(shelf, policy, folders.listed(paths, exclude), read)
    files = [*found.listing.named, *found.listing.walked]
    for done, path in enumerate(files):
        if progress:
            progress(done, len(files), displayed(path))
        found.read(path, walked=done >= len(found.listing.named))
    if progress:
        progress(len(files), len(files), "")
    bundles: list[Bundle] = []
    for readings in [[reading] for reading in found.readings] if each_file else found.groups():
        try:
            bundles.append(inputs.bundle(readings, shelf, policy, unjudged=unjudged))
        except JixiaoError as error:
            found.unjudged(readings, error.problems)
    bundles = inputs.with_copies(bundles)
    return Collection(tuple(bundles), tuple(dict.fromkeys(found.problems)), found.outcomes(), tuple(found.told()))


class _FoundFile:
    """Where collecting stands."""

    def __init__(self, shelf: Shelf, policy: Policy | None, listing: folders.Listing, read: ReadParts) -> None:
        self._read = read
        self.shelf, self.policy, self.listing = shelf, policy, listing
        self.problems: list[Problem] = list(listing.problems)
        self.readings: list[Reading] = []
        self._named: set[int] = set()
        """Places in `readings` of what was named on the command line."""
        self._skipped = dict(listing.skipped)
        self._same: dict[str, str] = {}
        self._forms = dict.fromkeys(listing.names, 0)
        self._failed = {problem.place.file for problem in listing.problems}
        self._bytes: dict[bytes, str] = {}
        self._said: dict[str, str] = {}
        self._answers = tuple(map(answers.read, listing.answers))
        self._folders: dict[Path, None] = {}
        self._units_told: list[str] = []

    def told(self) -> list[str]:
        """What is to be said of the answers in the folders of the files that were read, and of those named."""
        files = [*self._answers, *(file for folder in self._folders for file in answers.beside(folder))]
        said = answers.told_of(files, [form for reading in self.readings for form in reading.submission.forms])
        return [*self._units_told, *said]

    def read(self, path: Path, *, walked: bool) -> None:
        """One file: its readings, or its problems, or why it was passed over."""
        name = displayed(path)
        try:
            content = inputs.content_of(path)
            if walked and (reason := self._no_form(content, name)):
                self._skipped[name] = reason
                return
            self._folders.setdefault(path.parent)
            read, wrong = self._read(path, self.shelf, self.policy, content, () if walked else self._answers)
        except JixiaoError as error:
            self._fail(name, [_named(problem, Place(name)) for problem in error.problems])
            return
        if walked and len(read) == 1 and not read[0].line:
            key = fingerprint(read[0])
            if key in self._said:
                self._skipped[name] = f"表与 {self._said[key]} 的完全相同"
                self._same[name] = self._said[key]
                return
            self._said[key] = name
        for reading in [part for whole in read for part in by_body(whole)]:
            forms = reading.submission.forms
            if problems := inputs.wrong_forms(reading):
                wrong += problems
                continue
            if not walked and not reading.line:
                self._named.add(len(self.readings))
            self.readings.append(reading)
            self._forms[name] += len(forms)
        self._fail(name, wrong)

    def unjudged(self, readings: Sequence[Reading], problems: Sequence[Problem]) -> None:
        """A bundle that no policy judges: told once, with all its files."""
        shown = (f"{reading.file}（第{reading.line}行）" if reading.line else reading.file for reading in readings)
        names = "、".join(dict.fromkeys(shown))
        place = Place(readings[0].file, readings[0].line)
        self.problems += [_named(problem, place, names if len(readings) > 1 else "") for problem in problems]
        self._failed |= {reading.file for reading in readings}
        for reading in readings:
            self._forms[reading.file] -= len(reading.submission.forms)

    def _fail(self, name: str, problems: Sequence[Problem]) -> None:
        if problems:
            self.problems += problems
            self._failed.add(name)

    def _no_form(self, content: bytes, name: str) -> str:
        """Why a file found in a folder is passed over."""
        if why := no_form(content):
            return why
        digest = hashlib.sha256(content).digest()
        if digest in self._bytes:
            self._same[name] = self._bytes[digest]
            return f"内容与 {self._bytes[digest]} 完全相同"
        self._bytes[digest] = name
        return ""

    def groups(self) -> list[list[Reading]]:
        """The readings that belong together, in the order their files were found: those that were named; else those of a unit,
        a year and a jurisdiction, joined where one file holds forms of several units."""
        places, home, together = self._jurisdictions(), self._apart(), self._together()

        def keys(n: int, reading: Reading) -> Iterator[object]:
            if reading.line:
                return  # a record of a file of many stands by itself
            if n in self._named:
                year = reading.submission.forms[0].fiscal_year
                yield from (("named", year, unit) for unit in together(year, reading))
            else:
                yield from ((key, places(key, reading), home(key, reading.file)) for key in _bodies(reading))

        return joined(self.readings, (keys(n, reading) for n, reading in enumerate(self.readings)))

    def _together(self) -> Callable[[int, Reading], Iterator[str]]:
        """What tells the files named of a year apart: nothing, or their units where they are not of one; told."""
        years: dict[int, list[Form]] = {}
        for n, reading in enumerate(self.readings):
            if n in self._named:
                for form in reading.submission.forms:
                    years.setdefault(form.fiscal_year, []).append(form)
        found = {year: units for year, forms in years.items() if (units := apart.several(forms))}
        self._units_told += map(apart.several_told, found.values())
        return lambda year, reading: (fold(form.unit) if year in found else "" for form in reading.submission.forms)

    def _apart(self) -> Callable[[tuple[str, int], str], str]:
        """The folder that tells units of one name apart, of a unit and file; told."""
        filed = [
            ((fold(form.unit), form.fiscal_year), form.kind, form.name, reading.file)
            for n, reading in enumerate(self.readings)
            for form in (() if n in self._named or reading.line else reading.submission.forms)
        ]
        several = len({reading.file for reading in self.readings}) > 1
        found = apart.tops(filed, self.shelf.places()) if several else {}
        self._units_told += apart.told(found)
        return partial(apart.home, found)

    def _jurisdictions(self) -> Callable[[tuple[str, int], Reading], str]:
        """The jurisdiction a reading is grouped by. A record that does not say goes with the others of its unit and year, if
        they agree; where a policy was named, all are judged by it and the layout's does not matter."""
        known: dict[tuple[str, int], set[str]] = {}
        for reading in self.readings:
            for key in _bodies(reading):
                known.setdefault(key, set()).update({reading.submission.jurisdiction} - {""})

        def of(key: tuple[str, int], reading: Reading) -> str:
            if self.policy:
                return ""
            return reading.submission.jurisdiction or (next(iter(known[key])) if len(known[key]) == 1 else "")

        return of

    def outcomes(self) -> tuple[FileOutcome, ...]:
        out = []
        for name in self.listing.names:
            if name in self._skipped:
                out.append(FileOutcome(name, SKIPPED, self._skipped[name], 0, self._same.get(name, "")))
            elif name in self._failed:
                first = next((problem.message for problem in self.problems if problem.place.file == name), "")
                out.append(FileOutcome(name, FAILED, first, self._forms[name]))
            else:
                out.append(FileOutcome(name, READ, "", self._forms[name]))
        return tuple(out)


def no_form(content: bytes) -> str:
    """Why a file is no form by its content; empty if it may be one."""
    kind = kinds.kind_of(content)
    if kind.key in _NO_FORMS:
        return kind.name
    return own_output(content, kind.key)


def by_body(reading: Reading) -> list[Reading]:
    """A file with forms of several years, or of units that each file the same form, as a reading for each: what is judged together
    is of one."""
    forms = reading.submission.forms
    apart_by_unit = {
        year
        for year in {form.fiscal_year for form in forms}
        if apart.several([form for form in forms if form.fiscal_year == year], one_file=True)
    }
    parts: dict[tuple[int, str], list[Form]] = {}
    for form in forms:
        year = form.fiscal_year
        parts.setdefault((year, fold(form.unit) if year in apart_by_unit else ""), []).append(form)
    if len(parts) <= 1:
        return [reading]
    return [replace(reading, submission=replace(reading.submission, forms=tuple(part))) for part in parts.values()]


def _bodies(reading: Reading) -> list[tuple[str, int]]:
    """The units and years of a file; units compared without regard to spaces, width and kinds of brackets."""
    return list(dict.fromkeys((fold(form.unit), form.fiscal_year) for form in reading.submission.forms))


def _has_lines(path: Path) -> bool:
    try:
        if not path.is_file():
            return False
        with path.open("rb") as stream:
            return record_lines.is_lines(stream.read(inputs.MAX_TEXT_BYTES + 1), path.name)
    except OSError:
        return False


def _named(problem: Problem, place: Place, names: str = "") -> Problem:
    """The problem with a file's name, and with all files of the bundle where there are more."""
    if not problem.place.file:
        problem = replace(problem, place=replace(problem.place, file=place.file, line=problem.place.line or place.line))
    return replace(problem, message=f"{problem.message}（一起核对的文件：{names}）") if names else problem


def fingerprint(reading: Reading) -> str:
    """What the forms say, whatever file they stand in: the same form is often kept as Word and as PDF."""

    def bare(node: object) -> object:
        if isinstance(node, dict):
            return {key: bare(value) for key, value in node.items() if key != "where"}
        return [bare(item) for item in node] if isinstance(node, list) else node

    from engine.submission import record

    data = record.to_data(reading.submission)
    return repr([bare(data.get(key)) for key in ("unit", "fiscal_year", "forms")])
