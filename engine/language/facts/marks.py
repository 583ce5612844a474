"""How a field of a fact is marked: the values of a coded field, and fields that are no evidence by themselves."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

Number = Decimal | int

FORM_KINDS = ("department", "project")
WEIGHT_GROUNDS = ("printed", "inferred")
SECTIONS = ("score", "execution", "met", "unmet", "problems", "problem", "remedies", "budget_use", "analysis", "")
DOUBTS = (
    *("run_together", "part_unmarked", "part_alone", "column_unlisted"),
    *("hidden_sheet", "hidden_cells", "hidden_text", "deleted_text", "deleted_rows"),
)


@dataclass(frozen=True, slots=True)
class Choices:
    """The values a coded field can take."""

    values: tuple[str, ...]


INTERNAL = "internal"
"""Marks a field that is not evidence by itself: what the engine coded or counted to find a problem, not what was filed."""
