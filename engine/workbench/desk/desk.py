"""The jobs of reviewers: what was sent is put into a folder, checked by a process, and gone with the workbench unless someone asked
for it to be kept. A job that was cut off goes on where it was when the workbench starts again.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from filelock import FileLock, Timeout

from engine import files as output
from engine.errors import JixiaoError
from engine.intake.shelf import Shelf
from engine.policy.library import Library
from engine.workbench.desk.checking import SENT, check_sent
from engine.workbench.desk.made import MADE, KindOfFile, make_files
from engine.workbench.desk.sent import keep_sent
from engine.workbench.desk.store import DeskStore
from engine.workbench.jobs import DONE, Cancelled, Jobs, JobStatus, Watch
from engine.workbench.jobs.process import Ended, run_apart

KIND, MADE_KIND = "desk", "made"
_ABOUT, _LOCK = "job.json", ".lock"


@dataclass(frozen=True, slots=True)
class DeskJob:
    """What a job's folder says of it."""

    key: str
    owner: str
    title: str
    policy: str
    at: str
    done: bool = False
    kept: bool = False


class Desk:
    """The reviewers' jobs of one workbench. `home`: where their folders are."""

    def __init__(self, home: Path, library: Library, jobs: Jobs) -> None:
        self.home, self.library, self.jobs = home, library, jobs
        self._held: dict[str, FileLock] = {}
        """The jobs of this workbench: another that serves the same directory leaves what is held alone."""

    def begin(self, owner: str, files: Iterable[tuple[str, BinaryIO]], policy: str, title: str = "") -> JobStatus:
        """Take what was sent and put it into the line. Raises InputError for nothing, too much, or too many jobs."""
        key = secrets.token_hex(8)
        folder = self.home / key
        output.make_directory(folder / SENT, mode=0o700)
        try:
            folder.chmod(0o700)
            self._hold(key)
            count = keep_sent(files, folder / SENT)
            first = next((path.name for path in sorted((folder / SENT).rglob("*")) if path.is_file()), "")
            about = DeskJob(key, owner, title or (first if count == 1 else f"{first}等 {count} 个文件"), policy, _now())
            self._note(about)
            return self._start(about)
        except BaseException:
            self._remove(key)
            raise

    def resume(self) -> None:
        """Take up what was cut off when the workbench ended, and put up what is kept; the rest goes. What another workbench holds,
        which serves the same directory, stays."""
        if not self.home.is_dir():
            return
        for folder in sorted(path for path in self.home.iterdir() if path.is_dir()):
            if not self._hold(folder.name):
                continue
            about = self._about(folder)
            if about is None or (about.done and not about.kept):
                self._remove(folder.name)
            elif about.done:
                status = JobStatus(about.key, KIND, about.title, about.owner, DONE, about.at)
                self.jobs.ended(status, DeskStore(folder).tally(), gone=partial(self._gone, about.key))
            else:
                self._start(about)

    def keep(self, key: str) -> None:
        """Have a job there after the workbench ends, too, until it is deleted."""
        if about := self._about(self.home / key):
            self._note(about, kept=True)
            self.jobs.keep(key)

    def is_kept(self, key: str) -> bool:
        """Whether someone asked for a job to be kept."""
        about = self._about(self.home / key)
        return about is not None and about.kept

    def store(self, key: str) -> DeskStore:
        """What came of a job."""
        shelf = Shelf(self.library)
        return DeskStore(self.home / key, shelf.policy)

    def make(self, key: str, owner: str, kind: KindOfFile) -> JobStatus:
        """Have files made of all of a job, as a job of its own; its result is the file's path."""
        folder, store = self.home / key, self.home / key / MADE / kind.name

        def work(watch: Watch) -> Path:
            made: Path = run_apart(make_files, (folder, self.library, kind), watch)
            return made

        gone = partial(store.unlink, missing_ok=True)
        return self.jobs.start(MADE_KIND, kind.title, owner, work, line=KIND, of_job=key, gone=gone)

    def forget(self, key: str, owner: str) -> None:
        """Take a job away with all that came of it."""
        self.jobs.forget(key, owner)

    def close(self) -> None:
        """The workbench ends: what was done and not kept goes; what was cut off stays, to be taken up again."""
        for key in list(self._held):
            about = self._about(self.home / key)
            if about is not None and about.done and not about.kept:
                self._remove(key)
        for lock in self._held.values():
            lock.release()

    def _start(self, about: DeskJob) -> JobStatus:
        return self.jobs.start(
            KIND, about.title, about.owner, partial(self._work, about), key=about.key, gone=partial(self._gone, about.key)
        )

    def _work(self, about: DeskJob, watch: Watch) -> dict[str, int]:
        folder = self.home / about.key
        try:
            try:
                found = run_apart(check_sent, (folder, self.library, about.policy, True), watch)
            except Ended:  # durable-rules, or whatever it was: once more with the plain matcher alone, from where it stopped
                found = run_apart(check_sent, (folder, self.library, about.policy, False), watch)
        except Cancelled:
            if not self.jobs.closing:
                self._remove(about.key)
            raise
        except JixiaoError:
            self._note(about, done=True)  # it would come to the same after the next start
            raise
        shutil.rmtree(folder / SENT, ignore_errors=True)
        self._note(about, done=True)
        return dict(found)

    def _gone(self, key: str) -> None:
        if not self.jobs.closing:
            self._remove(key)

    def _hold(self, key: str) -> bool:
        """Whether a job's folder is this workbench's alone, from now on."""
        lock = FileLock(self.home / key / _LOCK, thread_local=False)  # another thread lets go of it
        try:
            lock.acquire(timeout=0)
        except (Timeout, OSError):
            return False
        self._held[key] = lock
        return True

    def _remove(self, key: str) -> None:
        if lock := self._held.pop(key, None):
            lock.release()
        shutil.rmtree(self.home / key, ignore_errors=True)

    def _about(self, folder: Path) -> DeskJob | None:
        with contextlib.suppress(OSError, ValueError, TypeError):
            return DeskJob(**json.loads((folder / _ABOUT).read_text(encoding="utf-8")))
        return None

    def _note(self, about: DeskJob, **changed: Any) -> None:
        now = self._about(self.home / about.key) or about
        said = {name: getattr(now, name) for name in DeskJob.__slots__} | changed
        output.write(json.dumps(said, ensure_ascii=False), self.home / about.key / _ABOUT, mode=0o600)


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")
