"""Names of files as people can read them, whatever bytes they are made of and whatever the locale."""

from __future__ import annotations

import os
from pathlib import Path


def displayed(path: str | Path) -> str:
    """The path as text that can always be printed: bytes that are no UTF-8 and control characters as `\\xff`, `\\x1b`."""
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    return "".join(char if char.isprintable() or char == "\u3000" else char.encode("unicode_escape").decode() for char in text)


def argument(text: str) -> str:
    """A word of the command line as text: under an ASCII locale Python hands Chinese over as escaped bytes."""
    return os.fsencode(text).decode("utf-8", "replace")
