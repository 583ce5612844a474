"""The named groups a report's statements may have: what each group's name says of its value."""

from __future__ import annotations

NUMBERS = ("score", "rate", "count", "met", "year", "value", "target", "actual")

TEXTS = {"unit": "unit", "qualifier": "qualifier", "direction": "change", "level1": "level1", "grade": "grade", "name": "subject"}

GROUPS = (*NUMBERS, *TEXTS, "amount", "project")
"""The named groups a statement's pattern may have."""
