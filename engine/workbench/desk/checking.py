"""What the process of a job does: unpacks, reads, puts together by unit, judges, and puts each into the store as it is done."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine import __version__
from engine.errors import InputError, JixiaoError, Problem
from engine.findings.findings import Checker
from engine.findings.sample import drawn, share_of
from engine.intake import bundle as inputs
from engine.intake.answers import AnswerFile
from engine.intake.bundle import Bundle, Reading
from engine.intake.collection import FAILED, Collection, collect
from engine.intake.shelf import Shelf
from engine.policy.library import Library
from engine.policy.model import Policy
from engine.results.bundles import BundleResult, check_bundle
from engine.results.model import ResultConcern
from engine.results.reading import differs
from engine.workbench.desk.model import DeskLine
from engine.workbench.desk.sent import unpack
from engine.workbench.desk.store import DeskStore, put_bundle, put_line
from engine.workbench.jobs import Watch

SENT, FILES = "sent", "files"
_AT_A_TIME = 25
"""Bundles put into the store at once."""
_LINES = 1_000
"""Numbers of lines that each bundle has for its forms."""


def check_sent(watch: Watch, folder: Path, library: Library, policy: str, use_durable: bool) -> dict[str, int]:
    """The whole of a job; what came of it, counted. What an earlier process did is not done again.

    Raises InputError where nothing could be read, or it is too much; PolicyError where the named policy is wrong.
    """
    store = DeskStore(folder)
    problems = _unpacked(folder, store, watch)
    os.chdir(folder / FILES)  # a file is called by the path it was sent under, and where that lies is nobody's business
    readings = _Readings(store, policy)
    found = collect(
        [Path()],
        library,
        policy or None,
        progress=lambda n, of, name: watch(f"读表 {name}", n, of),
        unjudged=True,
        read=readings.of,
    )
    readings.flush()
    problems += found.problems
    _judge(found, store, watch, use_durable)
    _unread(found, problems, store)
    store.say(collection=Collection((), tuple(problems), found.files, found.told))
    if not found.bundles:
        raise InputError(problems)
    return {"files": len(found.files), **store.tally()}


def _unpacked(folder: Path, store: DeskStore, watch: Watch) -> list[Problem]:
    """The files as they were sent, zips unpacked, in a folder that is there once all of it is."""
    known = store.said("unpacked")
    if known is not None and (folder / FILES).is_dir():
        return list(known)
    for name in (FILES, "unpacking"):
        shutil.rmtree(folder / name, ignore_errors=True)
    shutil.copytree(folder / SENT, folder / "unpacking")
    problems = unpack(folder / "unpacking", watch)
    (folder / "unpacking").rename(folder / FILES)
    store.say(unpacked=problems)
    return problems


class _Readings:
    """Files as they were read, by their content: a job that was interrupted does not read them again."""

    def __init__(self, store: DeskStore, policy: str) -> None:
        self._store, self._policy = store, policy
        self._new: dict[str, Any] = {}

    def of(
        self, path: Path, shelf: Shelf, policy: Policy | None, content: bytes | None, extra: Sequence[AnswerFile] = ()
    ) -> tuple[list[Reading], list[Problem]]:
        """As `bundle.read_parts`."""
        said = f"{__version__}\0{self._policy}\0{path}\0".encode("utf-8", "surrogateescape") + (content or b"")
        key = f"read {hashlib.sha256(said).hexdigest()}"
        known = self._store.said(key)
        if known is None:
            known = inputs.read_parts(path, shelf, policy, content, extra)
            self._new[key] = known
            if len(self._new) >= _AT_A_TIME:
                self.flush()
        return known  # type: ignore[no-any-return]  # what was put in

    def flush(self) -> None:
        """Put what is new into the store."""
        if self._new:
            self._store.say_all(self._new)
        self._new = {}


def _judge(found: Collection, store: DeskStore, watch: Watch, use_durable: bool) -> None:
    """Judge what is not judged yet. As everywhere durable-rules judges a sample of many, and the plain matcher all."""
    checkers: dict[tuple[str, bool], Checker] = {}
    share = share_of(len(found.bundles))
    with store.writing() as db:
        known = dict(db.execute("SELECT n, key FROM bundle"))
        try:
            for done, bundle in enumerate(found.bundles):
                n, key = done + 1, _key(bundle)
                name = "/".join(f"{form.unit} {form.fiscal_year} {form.name}" for form in bundle.submission.forms)
                watch(f"核对 {bundle.submission.forms[0].unit}", done, len(found.bundles))
                if known.get(n) == key:
                    continue
                twice = use_durable and drawn(name, share)
                which = bundle.policy.sha256, twice
                if which not in checkers:
                    checkers[which] = Checker(bundle.policy, use_durable=twice)
                try:
                    item = check_bundle(bundle, checkers[which].check)
                except JixiaoError as error:
                    put_line(db, _wrong(n, bundle, error))
                    continue
                put_bundle(db, n, key, _kept(item))
                for line in lines_of(n, item):
                    put_line(db, line)
                if n % _AT_A_TIME == 0:
                    db.commit()
        finally:
            for checker in checkers.values():
                checker.close()
    watch("核对", len(found.bundles), len(found.bundles))


def _kept(item: BundleResult) -> BundleResult:
    """What is asked of a bundle later: its result, its forms and its problems; not how the rules came to them, which is most."""
    checked = item.checked
    outcome = replace(checked.outcome, matches=(), derived=(), spent={})
    bare = replace(checked, findings=(), facts=(), sources={}, outcome=outcome, rules=(), apart=())
    return replace(item, evaluation=replace(item.evaluation, forms=()), checked=bare)


def _key(bundle: Bundle) -> str:
    """What a bundle is known by: whose forms it holds, of which files, judged by what."""
    forms = [f"{form.unit}/{form.fiscal_year}/{form.kind}/{form.name}" for form in bundle.submission.forms]
    said = "\0".join([__version__, bundle.policy.sha256, *bundle.files, *forms])
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()


def lines_of(n: int, item: BundleResult) -> list[DeskLine]:
    """The lines of a bundle's forms."""
    out = []
    for place, (form, read) in enumerate(zip(item.result["forms"], item.bundle.submission.forms, strict=True)):
        touching = [one for one in item.result["problems"] if place in one["forms"]]
        error, warning, info = (sum(one["severity"] == name for one in touching) for name in ("error", "warning", "info"))
        total = form["scores"]["total"]
        out.append(
            DeskLine(
                id=n * _LINES + place,
                bundle=n,
                place=place,
                unit=form["unit"],
                year=form["fiscal_year"],
                kind=form["kind"],
                name=form["name"],
                file=read.place.file,
                own=total["reported"] or "",
                computed=total["computed"] or "",
                own_grade=form["grade"]["reported"] or "",
                grade=form["grade"]["computed"] or "",
                error=error,
                warning=warning,
                info=info,
                head=_head(touching),
                state=_state(item, place),
                policy=item.policy.id if item.policy.judges else "",
            )
        )
    return out


def _head(touching: Sequence[ResultConcern]) -> str:
    return touching[0]["title"] if touching else ""


def _state(item: BundleResult, place: int) -> str:
    if not item.policy.judges:
        return "unjudged"
    total = item.result["forms"][place]["scores"]["total"]
    if total["computed"] is None:
        return "review"
    return "differs" if differs(total) else "same"


def _wrong(n: int, bundle: Bundle, error: JixiaoError) -> DeskLine:
    form = bundle.submission.forms[0]
    head = "；".join(map(str, error.problems))
    about = (form.unit, form.fiscal_year, form.kind, form.name, "、".join(bundle.files))
    return DeskLine(n * _LINES, 0, 0, *about, "", "", "", "", 1, 0, 0, head, "unread", "")


def _unread(found: Collection, problems: Sequence[Problem], store: DeskStore) -> None:
    """A line for each file that could not be read."""
    told: dict[str, list[str]] = {item.name: [item.reason] for item in found.files if item.status == FAILED and not item.forms}
    for problem in problems:
        if problem.place.file not in {item.name for item in found.files if item.forms}:
            told.setdefault(problem.place.file, []).append(str(problem))
    with store.writing() as db:
        for number, (name, why) in enumerate(told.items(), start=1):
            head = next((one for one in reversed(why) if one), "")
            put_line(db, DeskLine(-number, 0, 0, "", 0, "", name, name, "", "", "", "", 1, 0, 0, head, "unread", ""))
