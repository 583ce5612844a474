"""The `form` part of a policy by itself: enough to recognise a document, at a part of the cost of the whole policy."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from engine.errors import PolicyError
from engine.forms.inheritance import laid_over
from engine.policy import files
from engine.policy.library import Library, display_name
from engine.policy.resolved import FORM
from engine.yaml.reader import MAX_BYTES

_DEEPEST = 10
_HAS_FORM = re.compile(r"^[\"']?form[\"']?\s*[:：]", re.MULTILINE)


Known = dict[tuple[str, int], dict[str, Any]]
"""Layouts that were put together before, by policy and by how deep below another one it was met. Not to be changed."""


def form_of(policy: str, where: Library, known: Known | None = None) -> dict[str, Any]:
    """The layout a policy describes, with what it extends under it; empty if it describes none. With `known`, what many policies
    extend is put together once, as long as their files stay as they are.

    Raises PolicyError where a file with a part of it is no YAML, or that part is not as the schema wants it. What else is wrong
    with the policy is not looked at.
    """
    return _form(policy, where, 0, {} if known is None else known)


def _form(policy: str, where: Library, depth: int, known: Known) -> dict[str, Any]:
    if (policy, depth) not in known:
        known[policy, depth] = _made(policy, where, depth, known)
    return known[policy, depth]


def _made(policy: str, where: Library, depth: int, known: Known) -> dict[str, Any]:
    directory = where.directory(policy)
    head = _document(directory / "policy.yaml").get("policy", {})
    parents = head.get("extends", []) if isinstance(head, Mapping) else []
    made: dict[str, Any] = {}
    for parent in dict.fromkeys([parents] if isinstance(parents, str) else parents):
        if depth < _DEEPEST and isinstance(parent, str) and parent in where:
            made, _ = laid_over(made, _form(parent, where, depth + 1, known))
    own: dict[str, Any] = {}
    for path in sorted(directory.glob("*.yaml")):
        if _mentions_form(path):
            part = _document(path).get(FORM)
            own |= part if isinstance(part, Mapping) else {}
    return laid_over(made, own)[0] if own else made


def _mentions_form(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            return _has_form(stream.read(MAX_BYTES))
    except OSError:
        return False


@lru_cache(maxsize=files.MAX_REMEMBERED)
def _has_form(content: bytes) -> bool:
    """Whether a file with this content has the section, asked of every file of every policy for each form that is read."""
    return _HAS_FORM.search(content.decode("utf-8", "replace")) is not None


def _document(path: Path) -> Mapping[str, Any]:
    document, wrong = files.read(path, display_name(path))
    if wrong and path.name != "policy.yaml":
        raise PolicyError(wrong)
    return document.data if isinstance(document.data, Mapping) else {}
