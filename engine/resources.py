"""Where the shipped policies, schemas and templates are (beside the package in a checkout, inside it in a wheel), and the user's
folder for what is kept so that it need not be made again."""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path

GARBAGE = (50_000, 20, 100)
"""When Python looks for garbage: a command makes a million objects and hardly any garbage, and a tenth of its time went there."""


class _Kept:
    used = False


def use_kept() -> None:
    """From now on this process keeps what it makes of policies in the user's folder, and takes it up there. A command does; who
    calls the engine as a library does not, unless it wants to."""
    _Kept.used = True


def uses_kept() -> bool:
    """Whether it does."""
    return _Kept.used


@cache
def shipped(kind: str) -> Path:
    """The directory of `policies`, `schemas`, `templates` or `examples` that came with this installation."""
    inside = Path(__file__).parent / "shipped" / kind
    return inside if inside.is_dir() else Path(__file__).parent.parent / kind


def kept(kind: str) -> Path:
    """The user's own folder for what was made once (`plans`, `policies`): JIXIAO_CACHE, or where the system keeps caches. It need
    not be there; whatever is in it may be taken away at any time. Raises RuntimeError for a user who has no home."""
    if own := os.environ.get("JIXIAO_CACHE"):
        return Path(own) / kind
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "jixiao" / kind
