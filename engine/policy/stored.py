"""What was made of a library's files, kept in the user's own folder (`engine.caches`): a policy is built once and not with every
command.

What is kept is known by the hash of all it was made of: every file of the library with its name and content, locks among them, the
engine's code, Python. So it is never old, and never another folder's.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from engine import caches
from engine.policy.library import LOCK, Library, display_name
from engine.policy.model import Policy
from engine.resources import uses_kept

T = TypeVar("T")
MOST_FILES, MOST_BYTES = 4_000, 64 << 20
"""A library larger than this is not read whole to find out whether it is as it was."""
_LOCKED = re.compile(rb"^sha256: ([0-9a-f]{64})\s*$", re.MULTILINE)


class Store:
    """What is kept of one library as it is now."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.name = _name(library) if uses_kept() else None

    def made(self, what: str, make: Callable[[], T], holds: Callable[[T], bool] = lambda _: True) -> T:
        """What `make` gives, or gave when the library was the same. `what` names it; `holds`: whether what was kept may be used."""
        if self.name is None:
            return make()
        name = hashlib.sha256(f"{self.name} {what}".encode()).hexdigest()
        found: list[T] = caches.taken("policies", name)
        if found and holds(found[0]):
            return found[0]
        out = make()
        if _name(self.library) == self.name:  # not changed meanwhile
            caches.keep(out, "policies", name)
        return out

    def policy(self, id_: str, load: Callable[[str], Policy]) -> Policy:
        """A policy as `load` gives it. What is kept is held against the locks of the policy as they stand now, as `load` holds
        what it builds: it was verified when it was built, and these are its locks."""
        made = self.made(f"policy {id_}", lambda: _Locked(load(id_), self.library), lambda found: found.still_locked(self.library))
        return made.policy


class _Locked:
    """A policy that was loaded, and the hash in its lock, which it was verified to have."""

    def __init__(self, policy: Policy, library: Library) -> None:
        self.policy = policy
        self.locked = _lock_of(policy.id, library)

    def still_locked(self, library: Library) -> bool:
        now = _lock_of(self.policy.id, library)
        return now == self.locked and now in (b"", self.policy.sha256.encode())


def _lock_of(id_: str, library: Library) -> bytes:
    """The hash that a policy's lock says was published; empty where there is none."""
    path = library.directory(id_) / LOCK
    try:
        found = _LOCKED.search(path.read_bytes())
    except FileNotFoundError:
        return b""
    return found[1] if found else b"?"


def _name(library: Library) -> str | None:
    """The hash of all that what is made of a library depends on; None for one that cannot be read whole, or is too large."""
    said = hashlib.sha256(caches.code() + library.place.encode("utf-8", "surrogatepass"))
    files, length = 0, 0
    try:
        for root in library.roots:
            for directory in sorted(path for path in root.glob("*/*") if path.is_dir()):
                said.update(f"{directory.name}\0{display_name(directory)}\n".encode("utf-8", "surrogatepass"))
                for path in _files(directory):
                    content = path.read_bytes() if path.is_file() else b""
                    files, length = files + 1, length + len(content)
                    if files > MOST_FILES or length > MOST_BYTES:
                        return None
                    name = path.relative_to(root).as_posix()
                    said.update(f"{name}\0{len(content)}\0".encode("utf-8", "surrogatepass") + content)
            said.update(b"\1")
    except OSError:
        return None
    return said.hexdigest()


def _files(directory: Path) -> list[Path]:
    """What can be a part of a policy, or tell that it is not whole."""
    return sorted(path for part in (directory, directory / "findings") if part.is_dir() for path in part.iterdir())
