"""A quick first check against a schema, where jsonschema-rs is installed: what it accepts is valid, what it refuses is checked
again by jsonschema, whose verdict and places make the messages.

The two part ways in one thing only: here an integer is written without a fraction (1.0 is none), there 1.0 is one. Data with
such numbers is left to jsonschema, and so are numbers of more digits than a binary fraction keeps apart.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import cache
from typing import Any

_DIGITS = 15
"""Decimals of so many digits are in the same order as binary fractions, and of two that differ these differ."""


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
    if validator is None:
        return False
    try:
        return bool(validator.is_valid(_plain(data)))
    except (_Unsure, ValueError, RecursionError):  # keys that are no texts, depth beyond measure
        return False


class _Unsure(Exception):
    """Something the two may judge differently."""


def _plain(data: Any) -> Any:
    """The data as dicts, lists, texts, numbers, true, false and null alone: fractions as binary ones. Raises _Unsure where there
    is anything else."""
    kind = type(data)
    if kind is str or kind is int or kind is bool or data is None:
        return data
    if kind is dict:
        return {key: _plain(value) for key, value in data.items()}
    if kind is list:
        return [_plain(value) for value in data]
    if kind is Decimal and data.is_finite() and len(data.as_tuple().digits) <= _DIGITS:
        found = float(data)
        if not found.is_integer():
            return found
    raise _Unsure
