"""A part of a number of which its own text says that it is not done yet: 4项，其中2项待评审."""

from __future__ import annotations

from decimal import Decimal

from engine.values.wording.clauses import clauses
from engine.values.wording.grammar import Grammar
from engine.values.wording.tokens import folded, tokens

_NOT_YET = ("negators", "negators_behind", "progress", "pending", "need", "unsure", "future")
"""Roles of words that say of a count that it is not there yet."""


def undone_part(text: str, unit: str, fiscal_year: int, grammar: Grammar) -> tuple[Decimal, str]:
    """How many of that unit, behind the first clause, the text says are not done, and the clause; 0 and nothing where it says of
    none, or names them as others (另2处在建)."""
    clean, _ = folded(text, grammar)
    if len(clean) > grammar.limit:
        return Decimal(0), ""
    for part in clauses(tokens(clean, grammar, fiscal_year), grammar)[1:]:
        counts = [token.number for token in part.tokens if token.number and token.unit == unit]
        besides = any(token.text in grammar.tags["besides"] for token in part.tokens)
        if len(counts) == 1 and not besides and any(token.role in _NOT_YET for token in part.tokens):
            return counts[0] or Decimal(0), part.text
    return Decimal(0), ""
