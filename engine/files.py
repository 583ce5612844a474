"""Writing results: printed, or a file replaced as a whole."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from engine.errors import Place, Problem, UsageError


def write(text: str | bytes, out: Path | None) -> None:
    """Print, or replace the file as a whole: it is old or new, never half. A device or pipe is written to as it is.

    Bytes (a workbook) are written as they are.
    """
    content = text if isinstance(text, bytes) else text.encode("utf-8", "backslashreplace")
    if out is None:
        if isinstance(text, bytes):
            sys.stdout.buffer.write(text)
        else:
            sys.stdout.write(text)
        return
    target = out.resolve()  # a link stays a link: what it leads to is replaced
    if target.is_dir() or not target.parent.is_dir():
        reason = "是一个目录" if target.is_dir() else f"所在的目录 {displayed(target.parent)} 不存在"
        raise UsageError(Problem(Place(displayed(out)), f"不能写到这里：{reason}", "一个文件"))
    if target.exists() and not target.is_file():
        target.write_bytes(content)
        return
    mask = os.umask(0)
    os.umask(mask)
    mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~mask
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        os.chmod(temporary, mode)
        os.replace(temporary, target)
    except BaseException:  # Ctrl-C too: no half-written file stays behind, and whatever it was goes on upwards
        Path(temporary).unlink(missing_ok=True)
        raise


def displayed(path: str | Path) -> str:
    """The path as text that can always be printed: bytes that are no UTF-8 and control characters as `\\xff`, `\\x1b`."""
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    return "".join(char if char.isprintable() or char == "\u3000" else char.encode("unicode_escape").decode() for char in text)


def argument(text: str) -> str:
    """A word of the command line as text: under an ASCII locale Python hands Chinese over as escaped bytes."""
    return os.fsencode(text).decode("utf-8", "replace")
