"""Forms a person is working with in the workbench: results of this sign-in, kept in memory, and records they asked to keep."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine import files as output
from engine.errors import InputError, Place, Problem
from engine.intake.bundle import read_bundle
from engine.policy.library import Library
from engine.results.bundles import BundleResult
from engine.submission import record
from engine.submission.model import Submission
from engine.workbench.sessions import Session, Sessions
from engine.workbench.uploads import safe_name

MAX_RESULTS = 12
"""Results of one session, and of all sessions together: they are kept in memory."""
MAX_RESULTS_OF_ALL = 200
MAX_PAGES = 6
MAX_KEPT = 200
MAX_READINGS = 40
_KEY = 16


class Readings:
    """What the files of examples and kept records say, read once while they do not change."""

    def __init__(self) -> None:
        self._known: dict[tuple[Path, int], Submission] = {}

    def of(self, path: Path, library: Library) -> Submission:
        """What stands in the file. Raises InputError if it cannot be read."""
        known = path, path.stat().st_mtime_ns
        found = self._known.get(known)
        if found is None:
            found = read_bundle([path], library, unjudged=True).submission
            if len(self._known) >= MAX_READINGS:
                self._known.clear()
            self._known[known] = found
        return found


@dataclass(frozen=True, slots=True)
class Kept:
    """A bundle that was checked in this session."""

    label: str
    found: BundleResult
    at: float


def put(session: Session, found: BundleResult, sessions: Sessions) -> str:
    """Keep a result for the rest of the session; the key it is had back by. The oldest goes when there are too many.

    Raises InputError for a session that is of one request only.
    """
    _lasting(session)
    key = secrets.token_hex(8)
    session.forms[key] = Kept(label(found.evaluation.submission), found, time.monotonic())
    for oldest in list(session.forms)[:-MAX_RESULTS]:
        session.forms.pop(oldest, None)
    every = sorted(
        ((kept.at, key, one) for one in sessions.all() for key, kept in list(one.forms.items())), key=lambda item: item[:2]
    )
    for _, oldest, holder in every[:-MAX_RESULTS_OF_ALL]:
        holder.forms.pop(oldest, None)
    return key


def _lasting(session: Session) -> None:
    if not session.token:
        told = "每次都带名字和密码的请求没有登录，结果没有地方留"
        raise InputError(
            Problem(Place(), told, "用 POST /api/v1/evaluate 或 /api/v1/report，结果直接返回", code="workbench.no-session")
        )


def label(submission: Submission) -> str:
    """What a bundle is called: its unit, its year, its forms."""
    units = "、".join(dict.fromkeys(form.unit for form in submission.forms))
    years = "、".join(dict.fromkeys(str(form.fiscal_year) for form in submission.forms))
    names = "、".join(form.name for form in submission.forms[:3]) + ("等" if len(submission.forms) > 3 else "")
    return f"{units} {years}年度：{names}"


def keep(home: Path, submission: Submission) -> str:
    """Write the record of a bundle, because someone asked for it; its key. Raises InputError if too many are kept."""
    output.make_directory(home, mode=0o700)
    text = record.dump_json(submission)
    key = hashlib.sha256(text.encode()).hexdigest()[:_KEY]
    known = list(home.glob("*.json"))
    if any(path.name.startswith(key) for path in known):
        return key
    if len(known) >= MAX_KEPT:
        raise InputError(Problem(Place(), f"保留的自评表已有 {MAX_KEPT} 份", "先删去一些", code="workbench.kept"))
    output.write(text, home / f"{key}-{safe_name(label(submission)[:50])}.json")
    return key


def kept(home: Path) -> Iterator[tuple[str, str, Path]]:
    """Key, name and file of every record that was kept."""
    for path in sorted(home.glob("*.json"), key=lambda path: path.name[_KEY:]):
        yield path.stem[:_KEY], path.stem[_KEY + 1 :] or path.stem, path


def forget(home: Path, key: str) -> None:
    """Delete a record that was kept."""
    for known, _, path in kept(home):
        if known == key:
            path.unlink(missing_ok=True)


def put_page(session: Session, page: str) -> str:
    """Keep a page for the rest of the session; the key it is had back by. The oldest goes when there are too many.

    Raises InputError for a session that is of one request only.
    """
    _lasting(session)
    key = secrets.token_hex(8)
    session.pages[key] = page
    for oldest in list(session.pages)[:-MAX_PAGES]:
        session.pages.pop(oldest, None)
    return key
