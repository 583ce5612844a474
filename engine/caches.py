"""What was made once and need not be made again: pickled in the user's own folder for caches.

Pickles can do anything, so they are taken only from a folder and a file that belong to the user and that nobody else can write to.
What is broken, foreign or cannot be written is as if it were not there. What is kept is known by the hash of all it was made of,
which whoever keeps it takes, `code` with it: it is never old. Commands keep things (`resources.use_kept`); who calls the engine
as a library has in memory what was made.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import os
import stat
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import engine
from engine.errors import OutputError
from engine.files import make_directory, write
from engine.leftovers import contents
from engine.resources import kept, shipped

MOST_KEPT = 80
"""Things of a kind; those used longest ago go."""
_DIGEST = hashlib.sha256().digest_size


def taken(kind: str, name: str) -> list[Any]:
    """What is kept under a hash, alone in a list; nothing where it is not there, not the user's alone, or broken."""
    import pickle

    try:
        path = _path(kind, name)
        if not _own(path.parent.lstat(), stat.S_IFDIR) or path.is_symlink():
            return []
        with path.open("rb") as stream:
            if not _own(os.fstat(stream.fileno()), stat.S_IFREG):
                return []
            content = stream.read()
        if hashlib.sha256(content[_DIGEST:]).digest() != content[:_DIGEST]:
            return []
        with _undisturbed():
            found = [pickle.loads(content[_DIGEST:])]
    except Exception:  # half a file, no rights, no home: whatever it is, it is made again
        return []
    with contextlib.suppress(OSError):
        os.utime(path)
    return found


def keep(made: object, kind: str, name: str) -> None:
    """Keep what was made under a hash, where there is room and right to."""
    import pickle

    with contextlib.suppress(OutputError, OSError, RuntimeError):
        path = _path(kind, name)
        make_directory(path.parent.parent)
        make_directory(path.parent, mode=0o700)
        if not _own(path.parent.lstat(), stat.S_IFDIR):
            return
        content = pickle.dumps(made, protocol=pickle.HIGHEST_PROTOCOL)
        write(hashlib.sha256(content).digest() + content, path, mode=0o600)
        for old in sorted(contents(path.parent), key=lambda each: each.stat().st_mtime, reverse=True)[MOST_KEPT:]:
            old.unlink(missing_ok=True)


def _path(kind: str, name: str) -> Path:
    return kept(kind) / f"{name[:40]}.pickle"


def _own(state: os.stat_result, kind: int) -> bool:
    """Whether a folder or file is the user's, and nobody else can write to it. Windows keeps the folder to its user by itself."""
    if stat.S_IFMT(state.st_mode) != kind:
        return False
    return sys.platform == "win32" or (state.st_uid == os.geteuid() and not state.st_mode & 0o022)


@cache
def code() -> bytes:
    """A hash of what makes things: the engine's files, its schemas and words as they stand on the disk, and Python. Where they
    cannot be looked at, one that nothing else has."""
    said = hashlib.sha256(repr((engine.__version__, sys.version, sys.platform)).encode())
    try:
        if getattr(sys, "frozen", False):  # a packed folder holds the modules in the program itself
            state = os.stat(sys.executable)
            said.update(f"{state.st_size}\0{state.st_mtime_ns}\n".encode())
        for home in (Path(engine.__file__).parent, shipped("schemas"), shipped("templates")):
            for name, state in _files(str(home)):
                said.update(f"{name}\0{state.st_size}\0{state.st_mtime_ns}\n".encode("utf-8", "surrogatepass"))
    except OSError:
        return os.urandom(_DIGEST)
    return said.digest()


def _files(home: str) -> Iterator[tuple[str, os.stat_result]]:
    """The files below a folder, in order."""
    for entry in sorted(os.scandir(home), key=lambda each: each.name):
        if entry.is_dir(follow_symlinks=False):
            if entry.name not in ("__pycache__", "shipped"):
                yield from _files(entry.path)
        else:
            yield entry.path, entry.stat()


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Many small objects are made, none of them garbage: Python need not look for it meanwhile."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()
