"""How a field of a fact is marked: the values of a coded field, and fields that are no evidence by themselves."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

Number = Decimal | int

FORM_KINDS = ("department", "project")
LINE_ROLES = ("total", "detail")
SIDES = ("target", "actual")
WEIGHT_GROUNDS = ("printed", "inferred")
SECTIONS = ("score", "execution", "met", "unmet", "problems", "problem", "remedies", "budget_use", "analysis", "")
DOUBTS = (
    *("run_together", "part_unmarked", "part_alone", "column_unlisted"),
    *("hidden_sheet", "hidden_cells", "hidden_text", "deleted_text", "deleted_rows"),
    *("label_unknown", "sheet_left_out", "table_left_out", "rows_left_out", "column_missing", "column_misspelt", "column_twice"),
    *("no_title", "no_unit", "unit_taken", "no_year", "kind_taken", "no_budget", "budget_taken", "amount_shared"),
    *("no_level1", "children_apart", "label_unconfirmed"),
    *("unread_cell", "unread_row", "unread_crowded", "unread_column", "unread_sign", "unread_form", "unread_goal"),
    *("page_left_out", "torn_row", "aslant_text", "comment", "footnote", "page_header"),
    *("unread_part", "part_damaged"),
)
"""What a doubt in reading a form may be of; keys that begin with `unread_` are of what a score or sum rests on."""


@dataclass(frozen=True, slots=True)
class Choices:
    """The values a coded field can take."""

    values: tuple[str, ...]


INTERNAL = "internal"
"""Marks a field that is not evidence by itself: what the engine coded or counted to find a problem, not what was filed."""
