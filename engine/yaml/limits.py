"""Bounds of what is read as YAML, and paths in it."""

from __future__ import annotations

MAX_DEPTH = 60
MAX_DIGITS = 60
"""Longest number read as one; no budget needs more, and arithmetic on longer ones is a way to stall the engine."""

Path_ = tuple[str | int, ...]
"""Keys and numbers of items, from the root down."""
