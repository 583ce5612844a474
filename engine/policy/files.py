"""The YAML files of policies, read and held against the schema. What was read before and has not changed is not read again.

One command looks at many policies to find the one that fits, and a workbench at the same ones over and over. What a file says
depends on nothing but its text, so the text is what it is known by. The documents are shared: nobody may change one.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from engine.errors import PolicyError, Problem
from engine.yaml import reader as yamlfile
from engine.yaml.reader import YamlDocument

MAX_REMEMBERED = 400
MAX_LENGTH = 300_000
"""Characters of a file that is worth remembering; the longest shipped one has a sixth of them."""


def read(path: Path, name: str, kind: str = "policy") -> tuple[YamlDocument, tuple[Problem, ...]]:
    """A policy's file and what the schema of its kind (policy, test, lock) finds wrong with it. `name` is how messages call it.

    Raises PolicyError with every problem found where the file is no readable YAML.
    """
    text = yamlfile.text_of(path, PolicyError, name)
    return _checked(text, name, kind) if len(text) <= MAX_LENGTH else _checked.__wrapped__(text, name, kind)


@lru_cache(maxsize=MAX_REMEMBERED)
def _checked(text: str, name: str, kind: str) -> tuple[YamlDocument, tuple[Problem, ...]]:
    sound = _sound(text, kind)
    if sound is not None:
        return replace(sound, file=name), ()
    document = yamlfile.load(text, name)
    return document, _told(document, kind)


@lru_cache(maxsize=MAX_REMEMBERED)
def _sound(text: str, kind: str) -> YamlDocument | None:
    """The document of a text that nothing is wrong with, whatever its file is called; None of one that something is told of."""
    try:
        document = yamlfile.load(text, "")
    except PolicyError:
        return None
    return document if not _told(document, kind) else None


def _told(document: YamlDocument, kind: str) -> tuple[Problem, ...]:
    """What the schema of its kind finds wrong: imported where a file is read that is not kept as read."""
    from engine.yaml import schema as schemas

    return tuple(schemas.check(document, kind))
