"""A quick first check against a schema, where jsonschema-rs is installed: what it accepts is valid, what it refuses is checked
again by jsonschema, whose verdict and places make the messages.

The two part ways in one thing only: here an integer is written without a fraction (1.0 is none), there 1.0 is one. Data with
such numbers is left to jsonschema.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any


@cache
def _validator(name: str, bundled: Callable[[str], Any]) -> Any | None:
    try:
        import jsonschema_rs
    except ImportError:
        return None
    return jsonschema_rs.Draft202012Validator(bundled(name))


def surely_valid(data: Any, name: str, bundled: Callable[[str], Any]) -> bool:
    """Whether the data is known to fit schema `name`, which `bundled` gives whole. False says nothing: jsonschema is asked."""
    validator = _validator(name, bundled)
    if validator is None or not _plain(data):
        return False
    try:
        return bool(validator.is_valid(data))
    except (ValueError, RecursionError):  # keys that are no texts, depth beyond measure
        return False


def _plain(data: Any) -> bool:
    """Whether there are only dicts, lists, texts, whole numbers, true, false and null."""
    waiting = [data]
    while waiting:
        node = waiting.pop()
        kind = type(node)
        if kind is dict:
            waiting.extend(node.values())
        elif kind is list:
            waiting.extend(node)
        elif kind is not str and kind is not int and kind is not bool and node is not None:
            return False
    return True
