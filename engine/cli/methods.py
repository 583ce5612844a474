"""The methods of dataclasses, compiled once and not with every command.

`dataclasses` writes the methods of each class as text and has Python compile it: for the three hundred classes a command imports a
sixth of all its time. What was compiled is kept by that very text, in the user's own folder, for this Python alone; `exec`, as
`dataclasses` calls it, takes the code from there and is otherwise Python's own. Where nothing is kept all goes as ever.
"""

from __future__ import annotations

import dataclasses
import hashlib
import marshal
import sys
from importlib.util import MAGIC_NUMBER
from types import CodeType
from typing import Any

from engine import caches

MOST = 5_000
"""Texts that are kept; a command has some two thousand."""


class Methods:
    """The code of texts, as far as it is known."""

    def __init__(self, command: str) -> None:
        """`command`: each imports others, and what it does not need takes time to read."""
        self._name = hashlib.sha256(MAGIC_NUMBER + f"{sys.version} {command}".encode("utf-8", "surrogatepass")).hexdigest()
        found = caches.taken("methods", self._name)
        self.known: dict[str, CodeType] = marshal.loads(found[0]) if found else {}
        self.new = False

    def __enter__(self) -> Methods:
        """From now on classes are made with what is kept."""
        vars(dataclasses)["exec"] = self._execute
        return self

    def __exit__(self, *_: object) -> None:
        """Keep what was compiled meanwhile."""
        vars(dataclasses).pop("exec", None)
        if self.new and len(self.known) <= MOST:
            caches.keep(marshal.dumps(self.known), "methods", self._name)

    def _execute(self, text: str, *space: Any) -> None:
        code = self.known.get(text)
        if code is None:
            code = self.known[text] = compile(text, "<string>", "exec")
            self.new = True
        exec(code, *space)
