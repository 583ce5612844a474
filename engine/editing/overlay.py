"""A policy's files as texts, and texts laid over those on disk in a directory of their own for as long as they are looked at."""

from __future__ import annotations

import json
import os
import re
import shutil
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from engine import leftovers
from engine.errors import Place, PolicyError, Problem
from engine.files import displayed
from engine.policy import unfinished
from engine.policy.library import Library

MAX_TEXT = 1_000_000
"""Bytes of one file: ten times the longest there is, and no more than the editor answers to in good time."""

MAX_FILES = 200

ID = re.compile(r"[a-z0-9][a-z0-9-]{0,40}/[a-z0-9][a-z0-9.-]{0,40}")
"""What the id of a policy looks like: jurisdiction/year."""

_FILE = re.compile(r"(?:findings/|tests/)?[\w][\w-]{0,80}\.yaml")


def files_of(policy: str, library: Library) -> dict[str, str]:
    """The files of any policy there is, by name. Raises PolicyError with code policy.missing if there is none of that id, and
    with policy.unfinished for one whose last save was cut off."""
    if not ID.fullmatch(policy):
        raise PolicyError(missing(policy))
    try:
        home = library.directory(policy)
    except PolicyError as error:
        raise PolicyError([replace(problem, code="policy.missing") for problem in error.problems]) from None
    if cut_off := unfinished.told(home):
        raise PolicyError(cut_off)
    return files_in(home)


@contextmanager
def overlaid(policy: str, texts: Mapping[str, str], below: Library) -> Iterator[Library]:
    """The library as it would be with these texts for the policy's files, for the time of the `with`: a copy before all others.
    Nothing may be written there: whoever looks at the same texts meanwhile shares it.

    The same texts are always laid in the same place, so that the policy they make is built once: the pages of an editor ask for it
    several times with every key pressed. Raises PolicyError for names that are no files of a policy.
    """
    _check(policy, texts)
    said = json.dumps([policy, sorted(texts.items())]).encode("utf-8", "surrogatepass")
    with _PLACES.taken(sha256(said).hexdigest()[:32], policy, texts) as place:
        yield Library((place, *below.roots))


@contextmanager
def copied(policy: str, texts: Mapping[str, str], below: Library) -> Iterator[Library]:
    """The same in a place of its own, to be written into. Raises PolicyError for names that are no files of a policy."""
    _check(policy, texts)
    with leftovers.scratch() as place:
        _lay(place, policy, texts)
        yield Library((place, *below.roots))


def _check(policy: str, texts: Mapping[str, str]) -> None:
    if not ID.fullmatch(policy):
        raise PolicyError(missing(policy))
    for name, text in texts.items():
        check_name(name)
        check_text(name, text)


def _lay(place: Path, policy: str, texts: Mapping[str, str]) -> None:
    home = place / policy
    home.mkdir(parents=True)
    for name, text in texts.items():
        (home / name).parent.mkdir(exist_ok=True)
        (home / name).write_bytes(text.encode("utf-8"))


class _Places:
    """Where texts lie while somebody looks at them, in a directory of this process; gone when the last one has looked."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users: Counter[str] = Counter()
        self._homes: dict[int, Path] = {}

    @contextmanager
    def taken(self, name: str, policy: str, texts: Mapping[str, str]) -> Iterator[Path]:
        with self._lock:
            place = self._home() / (leftovers.PREFIX + name)
            if not self._users[name]:
                try:
                    _lay(place, policy, texts)
                except BaseException:  # whatever stopped it, an interrupt too: half a policy is not left behind
                    shutil.rmtree(place, ignore_errors=True)
                    raise
            self._users[name] += 1
        try:
            yield place
        finally:
            with self._lock:
                self._users[name] -= 1
                if not self._users[name]:
                    del self._users[name]
                    shutil.rmtree(place)

    def _home(self) -> Path:
        process = os.getpid()  # one that was forked off has a directory, and users, of its own
        if process not in self._homes:
            self._homes = {process: leftovers.lasting()}
            self._users.clear()
        return self._homes[process]


_PLACES = _Places()


def files_in(home: Path) -> dict[str, str]:
    """The files of the policy in a directory, by name. Raises PolicyError for one that is a link, too large or no UTF-8."""
    files = [*sorted(home.glob("*.yaml")), *sorted(home.glob("findings/*.yaml")), *sorted(home.glob("tests/*.yaml"))]
    found: dict[str, str] = {}
    for path in files[:MAX_FILES]:
        name = path.relative_to(home).as_posix()
        if path.is_symlink() or path.stat().st_size > MAX_TEXT:
            raise PolicyError(
                Problem(Place(displayed(path)), "是链接或过大，工作台不读", f"不超过 {MAX_TEXT} 字节的文件", code="edit.too-large")
            )
        try:
            found[name] = path.read_bytes().decode("utf-8")
        except UnicodeDecodeError as error:
            told = f"不是 UTF-8 文字（第 {error.start + 1} 字节）"
            raise PolicyError(Problem(Place(displayed(path)), told, "用编辑器另存为 UTF-8", code="edit.encoding")) from None
    return found


def check_name(name: str) -> None:
    """Raise PolicyError for what cannot be the name of a policy's file."""
    if not _FILE.fullmatch(name):
        expected = "名称.yaml、findings/名称.yaml 或 tests/名称.yaml"
        raise PolicyError(Problem(Place(), f"“{displayed(name)[:200]}”不是政策里的文件名", expected, code="edit.file-name"))


def check_text(name: str, text: str) -> None:
    """Raise PolicyError for what cannot be the text of a policy's file."""
    try:
        size = len(text.encode("utf-8"))
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        raise PolicyError(Problem(Place(name, line), "有不成字的字符", "UTF-8 文字", code="edit.encoding")) from None
    if size > MAX_TEXT:
        raise PolicyError(Problem(Place(name), "文件过大", f"不超过 {MAX_TEXT} 字节", code="edit.too-large"))


def missing(policy: str) -> Problem:
    """That there is no policy of this id."""
    return Problem(Place(), f"没有政策“{displayed(policy)[:200]}”", "地区/年度", code="policy.missing", names=(policy,))
