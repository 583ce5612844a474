"""What is not yet in its place: known by its name, held by who writes it, and taken away once nobody does.

A run that is killed can tidy nothing up. So whatever it had begun bears a name that is known, and a lock that ends with it: who
next writes there takes away what nobody holds. Where a system has no such locks (Windows, some network disks), age decides.
"""

from __future__ import annotations

import atexit
import contextlib
import errno
import os
import secrets
import shutil
import stat
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from engine.errors import OutputError, Place, Problem

PREFIX = ".jixiao-tmp-"
"""How the name of what is not yet in its place begins. It does not hold the name of the file: that may be as long as names get."""
ABANDONED = 3600.0
"""Seconds without a change after which what cannot be locked was left behind by a run that was killed."""
_TRIES = 10


def fresh_name(directory: Path) -> Path:
    """A name in the directory that nobody has."""
    return directory / (PREFIX + secrets.token_hex(8))


def begun(directory: Path, mode: int) -> tuple[Path, int | None]:
    """An empty file there, and the handle that holds it for this process, to be closed when it is in its place (`released`)."""
    for _ in range(_TRIES):
        temporary = fresh_name(directory)
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)  # the system applies the umask
        if _lock(handle, wait=True) is None:
            os.close(handle)  # Windows: what is open cannot be put in its place
            return temporary, None
        if _stands(temporary, handle):
            return temporary, handle
        os.close(handle)  # somebody took it for a leftover before it was held
    raise OSError(errno.EBUSY, "")


def begun_directory(place: Path) -> tuple[Path, int | None]:
    """The same with an empty directory."""
    for _ in range(_TRIES):
        directory = fresh_name(place)
        directory.mkdir()
        handle = held(directory)
        if handle is None or _stands(directory, handle):
            return directory, handle
        os.close(handle)
    raise OSError(errno.EBUSY, "")


def held(directory: Path) -> int | None:
    """A handle that holds a directory for this process, to be closed by `released`; None where there are no locks for it."""
    if sys.platform == "win32":
        return None
    try:
        handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        return None
    if _lock(handle, wait=True):
        return handle
    os.close(handle)
    return None


def released(handle: int | None) -> None:
    """Let go of what `begun` or `held` gave."""
    if handle is not None:
        os.close(handle)


def sweep(directory: Path) -> None:
    """Take away what runs that were killed left there, files and whole directories; what another run holds stays."""
    with contextlib.suppress(OSError), os.scandir(directory) as found:
        for entry in found:
            if entry.name.startswith(PREFIX) and not entry.is_symlink():
                with contextlib.suppress(OSError):  # another run's, gone meanwhile or not ours to take
                    _take_away(Path(entry.path))


def contents(directory: Path) -> Iterator[Path]:
    """What stands in a directory, but for what a run left unfinished."""
    return (path for path in directory.iterdir() if not path.name.startswith(PREFIX))


def within(path: Path) -> Path | None:
    """What of a path lies inside a directory that stands only for now, or None: the rest is nobody's business."""
    for index in reversed(range(len(path.parts))):
        if path.parts[index].startswith(PREFIX):
            return Path(*path.parts[index + 1 :])
    return None


def home() -> Path:
    """Where the system keeps what is needed only now. Raises OutputError where there is no such place."""
    try:
        return Path(tempfile.gettempdir())
    except FileNotFoundError:
        expected = "腾出空间，或用环境变量 TMPDIR 指一个能写的目录"
        raise OutputError(Problem(Place(), "没有能放临时文件的目录", expected, code="output.full")) from None


@contextlib.contextmanager
def scratch() -> Iterator[Path]:
    """A directory for what is needed only now, where the system keeps such things; gone afterwards, and if this run is killed
    with the next one's start. Raises OutputError where there is no such place."""
    place = home()
    sweep(place)
    directory, handle = begun_directory(place)
    try:
        directory.chmod(0o700)
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)
        released(handle)


def lasting() -> Path:
    """The same for as long as this process runs."""
    stack, owner = contextlib.ExitStack(), os.getpid()
    directory = stack.enter_context(scratch())
    atexit.register(lambda: stack.close() if os.getpid() == owner else None)  # not when one that was forked off ends
    return directory


def _take_away(path: Path) -> None:
    """Remove a leftover, held meanwhile so that nobody begins to use it."""
    if sys.platform == "win32":
        _remove(path, old=True)
        return
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        locked = _lock(handle, wait=False)
        if locked is not False:
            _remove(path, old=locked is None)
    finally:
        os.close(handle)


def _remove(path: Path, old: bool) -> None:
    """Remove it; where no lock could tell whether it is still written, only what has not changed for long."""
    status = path.stat(follow_symlinks=False)
    if old and time.time() - status.st_mtime <= ABANDONED:
        return
    if stat.S_ISDIR(status.st_mode):
        shutil.rmtree(path)
    elif stat.S_ISREG(status.st_mode):
        path.unlink()


def _lock(handle: int, *, wait: bool) -> bool | None:
    """Whether the lock is had; None where there are none."""
    if sys.platform == "win32":
        return None
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    except OSError:  # a disk without locks, or one that locks only what is open to be written
        return None
    return True


def _stands(path: Path, handle: int) -> bool:
    """Whether the name still leads to what the handle is of."""
    try:
        return os.path.samestat(os.stat(path, follow_symlinks=False), os.fstat(handle))
    except FileNotFoundError:
        return False
