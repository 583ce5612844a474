"""Writing: printed, or replaced as a whole. The one place where what stands on a disk changes.

A file is old or new and never half, also after the power was cut: it is written beside its place under a name of its own, brought
to the disk, put in its place, and the directory is brought to the disk. So is a set of files, and a whole directory. What a run
that was killed leaves behind is known by its name, is read by nobody, and goes when something is next written there (`leftovers`).

Whatever the machine refuses is an OutputError in Chinese: which file, what is wrong, what to do.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import stat
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from engine import leftovers
from engine.errors import InputError, OutputError, Place, Problem, UsageError, error_number, system_reason

_SPACE, _RIGHTS, _PLACE = "腾出空间后再运行一次，或写到别的磁盘", "有权写的目录；或请管理员给权限", "已有的目录里的一个文件"
_NAME = "短一些的名字：一段名字不超过 255 字节，约 85 个汉字"
_REMEDIES = {
    errno.ENOSPC: ("output.full", _SPACE),
    errno.EDQUOT: ("output.full", _SPACE),
    errno.EFBIG: ("output.full", "写到别的磁盘，或请管理员放宽限制"),
    errno.EROFS: ("output.denied", "写到别的地方"),
    errno.EACCES: ("output.denied", _RIGHTS),
    errno.EPERM: ("output.denied", _RIGHTS),
    errno.EISDIR: ("output.place", _PLACE),
    errno.ENOTDIR: ("output.place", _PLACE),
    errno.ENOENT: ("output.place", f"{_PLACE}；或先建这个目录"),
    errno.ELOOP: ("output.place", _PLACE),
    errno.EEXIST: ("output.place", "另一个名字"),
    errno.ENOTEMPTY: ("output.place", "另一个名字"),
    errno.ENAMETOOLONG: ("output.name", _NAME),
    errno.EILSEQ: ("output.name", "另一个名字"),
    errno.EBUSY: ("output.busy", "关掉它再运行一次"),
    errno.ETXTBSY: ("output.busy", "关掉它再运行一次"),
    errno.EIO: ("output.broken", "换一个磁盘，并检查这一个"),
}
"""errno -> the problem's code, what to do."""


def write(content: str | bytes, out: Path | None, *, mode: int = 0o666) -> None:
    """Print, or replace the file as a whole. A device or pipe is written to as it is; a link stays a link.

    Bytes (a workbook) are written as they are. `mode` is for a file that is new, less what the umask takes away; one that is
    there keeps its own. Raises OutputError; UsageError for a directory that is not there: that is a name written wrong.
    """
    data = content if isinstance(content, bytes) else content.encode("utf-8", "backslashreplace")
    if out is None:
        _print(content)
        return
    with telling(out):
        target = _led(out)
        if target.exists() and not target.is_file() and not target.is_dir():
            target.write_bytes(data)
            return
        if not target.parent.exists():
            told = f"不能写到这里：所在的目录 {displayed(target.parent)} 不存在"
            raise UsageError(Problem(Place(displayed(out)), told, "已有的目录里的一个文件；或先建这个目录", code="output.place"))
        leftovers.sweep(target.parent)
    with replacing(out, mode=mode) as temporary, temporary.open("wb") as stream:
        stream.write(data)


@contextlib.contextmanager
def replacing(out: Path, *, mode: int = 0o666) -> Iterator[Path]:
    """A file to write to, for a library that opens it by name; what was written there takes the place of `out`.

    Raises OutputError.
    """
    with telling(out):
        target = _target(out)
        temporary, handle = leftovers.begun(target.parent, mode)
        try:
            yield temporary
            _finished(temporary, target)
            os.replace(temporary, target)
            _to_disk(target.parent)
        finally:  # Ctrl-C too: nothing half-written stays behind, and whatever it was goes on upwards
            temporary.unlink(missing_ok=True)
            leftovers.released(handle)


def write_all(files: Mapping[str, bytes], directory: Path) -> list[Path]:
    """Write files into a directory and those below it that the names tell of, made if they are not there: all are on the disk
    before the first takes its place. What was written. Raises OutputError."""
    homes = dict.fromkeys([directory, *((directory / name).parent for name in files)])
    for home in homes:
        make_directory(home)
        leftovers.sweep(home)
    aside: dict[Path, tuple[Path, int | None]] = {}
    staged: list[tuple[Path, Path]] = []
    try:
        for name, content in files.items():
            with telling(directory / name):
                target = _target(directory / name)
                if target.parent not in aside:  # one for all that goes there: only so many can be held at once
                    aside[target.parent] = leftovers.begun_directory(target.parent)
                staged.append((aside[target.parent][0] / str(len(staged)), target))
                staged[-1][0].write_bytes(content)
                _finished(*staged[-1])
        for temporary, target in staged:
            with telling(target):
                os.replace(temporary, target)
        for home in aside:
            with telling(home):
                _to_disk(home)
    finally:
        for temporary, _ in staged:
            temporary.unlink(missing_ok=True)
        for holder, handle in aside.values():
            holder.rmdir()
            leftovers.released(handle)
    return [directory / name for name in files]


@contextlib.contextmanager
def whole_directory(folder: Path, *, replace: bool = False) -> Iterator[Path]:
    """A new directory that takes its place when all in it is written and on the disk, and is taken away if anything fails.

    With `replace` it takes the place of one that is there; else that is an OutputError, as is all that the machine refuses. A run
    that is killed in the moment between taking the old one away and putting the new one there leaves neither: only for what can be
    made again.
    """
    make_directory(folder.parent)
    with telling(folder):
        leftovers.sweep(folder.parent)
        fresh, handle = leftovers.begun_directory(folder.parent)
    old, handles = leftovers.fresh_name(folder.parent), [handle]
    try:
        with telling(folder):
            yield fresh
            for path in (*fresh.rglob("*"), fresh):
                _to_disk(path)
            if replace and folder.exists():  # whoever looks finds the old one, the new one, or for a moment none
                handles.append(leftovers.held(folder))
                os.rename(folder, old)
            try:
                os.rename(fresh, folder)
            except BaseException:  # whatever stopped it, an interrupt too: the old folder stands again
                if old.exists():
                    os.rename(old, folder)
                raise
            _to_disk(folder.parent)
    finally:
        for directory in (fresh, old):
            shutil.rmtree(directory, ignore_errors=True)
        for handle in handles:
            leftovers.released(handle)


def append(line: bytes, out: Path, *, mode: int = 0o666) -> None:
    """Add a line to a file, brought to the disk; all of it or nothing. For one writer at a time. Raises OutputError."""
    with telling(out):
        handle = os.open(out, os.O_WRONLY | os.O_APPEND | os.O_CREAT, mode)
        try:
            before = os.fstat(handle).st_size
            try:
                left = memoryview(line)
                while left:
                    left = left[os.write(handle, left) :]
                os.fsync(handle)
            except OSError:
                os.ftruncate(handle, before)
                raise
        finally:
            os.close(handle)
        if not before:
            _to_disk(out.parent)


def make_directory(directory: Path, *, mode: int = 0o777) -> None:
    """The directory, and those it is in, if they are not there. Raises OutputError."""
    with telling(directory):
        directory.mkdir(parents=True, exist_ok=True, mode=mode)


def rename(path: Path, name: str) -> None:
    """Give a file another name in its directory, one that is taken over if it is there. Raises OutputError."""
    with telling(path):
        os.replace(path, path.with_name(name))
        _to_disk(path.parent)


def remove(path: Path) -> None:
    """Take a file away, for good: the directory is brought to the disk. Raises OutputError; one that is gone is no error."""
    with telling(path):
        path.unlink(missing_ok=True)
        _to_disk(path.parent)


@contextlib.contextmanager
def telling(path: Path) -> Iterator[None]:
    """Whatever the machine refuses inside is told as an OutputError about `path`; a reader that went away is not an error."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise refused(error, displayed(path)) from error


def refused(error: OSError, name: str) -> OutputError:
    """What the machine refused, in Chinese: the file, what is wrong, what to do."""
    number = error_number(error)
    code, remedy = _REMEDIES.get(number, ("output.other", "处理后再运行一次"))
    why = "所在的目录不存在" if number == errno.ENOENT else system_reason(error)
    return OutputError(Problem(Place(name), f"写不进去：{why}", remedy, code=code))


_READABLE = {
    errno.EACCES: "有权读的文件；或请管理员给权限",
    errno.EPERM: "有权读的文件；或请管理员给权限",
    errno.EISDIR: "一个文件",
    errno.ENOENT: "已有的文件；看看名字和所在的目录对不对",
    errno.ENAMETOOLONG: _NAME,
    errno.EIO: "别处的一份；并检查这个磁盘",
    errno.EBUSY: "关掉占用它的程序再运行一次",
    errno.ETXTBSY: "关掉占用它的程序再运行一次",
}


def readable(error: OSError) -> str:
    """What to do about something the system does not let us read."""
    return _READABLE.get(error_number(error), "读得了的文件")


def unreadable(error: OSError, name: str) -> InputError:
    """What the machine did not let us read, in Chinese: the file, what is wrong, what to do."""
    missing = error_number(error) == errno.ENOENT
    code, told = ("input.missing", "没有这个文件") if missing else ("input.unreadable", f"文件读不了：{system_reason(error)}")
    return InputError(Problem(Place(name), told, "" if missing else readable(error), code=code))


def _print(content: str | bytes) -> None:
    try:
        if isinstance(content, bytes):
            sys.stdout.buffer.write(content)
        else:
            sys.stdout.write(content)
        sys.stdout.flush()  # a full disk is told here, not when there is nobody left to tell it
    except BrokenPipeError:
        raise
    except OSError as error:
        raise refused(error, "标准输出") from error


def _target(out: Path) -> Path:
    """The file itself, where `out` is a link to it; what cannot be replaced is refused before anything is written."""
    target = _led(out)
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, "")
    if len(os.fsencode(target.name)) > _longest(target.parent):
        raise OSError(errno.ENAMETOOLONG, "")
    return target


def _led(out: Path) -> Path:
    """Where a link leads to."""
    try:
        return out.resolve()
    except RuntimeError as error:  # what Python 3.11 and 3.12 make of a circle of links
        raise OSError(errno.ELOOP, "") from error


def _longest(directory: Path) -> int:
    """Bytes of a name in a directory."""
    try:
        return os.pathconf(directory, "PC_NAME_MAX")
    except (AttributeError, ValueError):  # Windows
        return 255


def _finished(temporary: Path, target: Path) -> None:
    """What is to take the target's place gets its permissions, and is brought to the disk."""
    if target.exists():
        os.chmod(temporary, stat.S_IMODE(target.stat().st_mode))
    _to_disk(temporary)


def _to_disk(path: Path) -> None:
    """Bring a file or directory to the disk. Where a system has no such thing for directories, it keeps them by itself."""
    windows = os.name == "nt"
    if windows and path.is_dir():
        return
    handle = os.open(path, os.O_RDWR if windows else os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(handle)


def displayed(path: str | Path) -> str:
    """The path as text that can always be printed: bytes that are no UTF-8 and control characters as `\\xff`, `\\x1b`."""
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    return "".join(char if char.isprintable() or char == "\u3000" else char.encode("unicode_escape").decode() for char in text)


def argument(text: str) -> str:
    """A word of the command line as text: under an ASCII locale Python hands Chinese over as escaped bytes."""
    return os.fsencode(text).decode("utf-8", "replace")
