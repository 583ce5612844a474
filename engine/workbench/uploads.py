"""Forms sent to the workbench: put in a temporary directory for as long as they are read, and gone with it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

from engine import leftovers
from engine.errors import InputError, Place, Problem
from engine.files import displayed
from engine.findings.findings import Findings
from engine.intake.bundle import Bundle
from engine.intake.collection import Collection, FileOutcome, collect
from engine.policy.library import Library
from engine.results.bundles import BundleResult, check_bundle, problem_data
from engine.scoring.model import Evaluation

MAX_FILES = 50
_UNSAFE = re.compile(r"[^\w（）()〔〕·. —-]+")


@contextmanager
def kept_for_now(files: Iterable[tuple[str, BinaryIO]], most: int = MAX_FILES) -> Iterator[list[Path]]:
    """The files, in a temporary directory, under names of their own. Raises InputError for none, or too many."""
    with leftovers.scratch() as directory:
        paths: list[Path] = []
        for name, stream in files:
            if len(paths) >= most:
                raise InputError(Problem(Place(), f"一次给出的文件超过 {most} 个", "分几次核对", code="input.too-many-files"))
            # each in a folder of its own: two of one name stay two, and each keeps the name it is known by
            path = directory / str(len(paths)) / safe_name(name)
            path.parent.mkdir()
            with path.open("wb") as out:
                shutil.copyfileobj(stream, out)
            paths.append(path)
        if not paths:
            raise InputError(Problem(Place(), "没有文件", "至少一份自评表", code="input.empty"))
        yield paths


def read_uploads(files: Iterable[tuple[str, BinaryIO]], library: Library, policy: str | None) -> Collection:
    """Read forms sent together: a bundle for each unit and year. What no policy fits by itself is read all the same, and the bundle
    says why; what is wrong with one file costs that file, and is in `problems`.

    Raises InputError, files named as they were sent, where nothing can be read, and PolicyError.
    """
    with kept_for_now(files) as paths:
        names = {displayed(path): path.name for path in paths}
        found = collected_as_sent(collect(paths, library, policy or None, unjudged=True), names)
    if not found.bundles:
        raise InputError(found.problems)
    return found


def judged(found: Collection, check: Callable[[Evaluation], Findings]) -> list[BundleResult]:
    """Every bundle scored and checked; each says what of the files sent with it could not be read."""
    unread = [f"没有读成，不在结果里：{problem}" for problem in found.problems]
    out = []
    for bundle in found.bundles:
        one = check_bundle(bundle, check)
        if notes := [*unread, *found.told]:
            one.result["notes"] = list(dict.fromkeys([*notes, *one.result.get("notes", [])]))
        if found.problems:
            one.result["input_problems"] = [problem_data(problem) for problem in found.problems]
        out.append(one)
    return out


def collected_as_sent(found: Collection, names: Mapping[str, str]) -> Collection:
    """The collection with files called as whoever sent them calls them."""

    def outcome(one: FileOutcome) -> FileOutcome:
        return replace(
            one,
            name=names.get(one.name, Path(one.name).name),
            reason=called(one.reason, names),
            same_as=names.get(one.same_as, one.same_as),
        )

    return Collection(
        tuple(as_sent(bundle, names) for bundle in found.bundles),
        tuple(renamed(problem, names) for problem in found.problems),
        tuple(map(outcome, found.files)),
        tuple(called(line, names) for line in found.told),
    )


def contents(files: Iterable[tuple[str, BinaryIO]]) -> dict[str, bytes]:
    """The bytes of files by the names they are known by, each to be read again; of two of one name neither."""
    found: dict[str, list[BinaryIO]] = {}
    for name, stream in files:
        found.setdefault(safe_name(name), []).append(stream)
    out = {}
    for name, streams in found.items():
        if len(streams) == 1:
            out[name] = streams[0].read()
            streams[0].seek(0)
    return out


def as_sent(bundle: Bundle, names: Mapping[str, str]) -> Bundle:
    """The bundle with files called as whoever sent them calls them: where they stood for a moment is nobody's business."""
    files = tuple(names.get(file, file) for file in bundle.files)
    told = tuple(called(line, names) for line in bundle.told)
    return replace(bundle, submission=_relocated(bundle.submission, names), files=files, told=told)


def called(text: str, names: Mapping[str, str]) -> str:
    """The text with files called as whoever sent them calls them."""
    for long, short in names.items():
        text = text.replace(long, short)
    return text


def _relocated(node: Any, names: Mapping[str, str]) -> Any:
    """The data with every place in it in the file of its own name."""
    if isinstance(node, Place):
        return replace(node, file=names.get(node.file, node.file))
    if isinstance(node, tuple):
        return tuple(_relocated(inner, names) for inner in node)
    if isinstance(node, Mapping):
        return {key: _relocated(inner, names) for key, inner in node.items()}
    if is_dataclass(node) and not isinstance(node, type):
        found = {item.name: getattr(node, item.name) for item in fields(node) if item.init}
        moved = {name: _relocated(inner, names) for name, inner in found.items()}
        changed = {name: inner for name, inner in moved.items() if inner is not found[name] and inner != found[name]}
        return replace(node, **changed) if changed else node
    return node


def safe_name(name: str) -> str:
    """A file name without what could lead elsewhere; its end, which says what kind of file it is, is kept."""
    last = re.split(r"[/\\]", name)[-1]
    return (_UNSAFE.sub("_", last).lstrip(".")[-80:]) or "form"


def renamed(problem: Problem, names: Mapping[str, str]) -> Problem:
    """The problem with files called as whoever sent them calls them."""
    message = called(problem.message, names)
    file = names.get(problem.place.file, problem.place.file)
    return replace(problem, message=message, place=replace(problem.place, file=file))
