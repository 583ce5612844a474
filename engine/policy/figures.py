"""How figures of a report's text are held against the rows of the form (`figures:`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from engine.policy.values import Values
from engine.values.figure_words import FigurePatterns, FigureWords
from engine.values.vocabulary import longest_first

SHARES = ("strong", "weak", "least", "plain", "margin")
"""Keys that are percentages."""


@dataclass(frozen=True, slots=True)
class FigureRules:
    """The policy's part of it. Shares are in thousandths of a row's name."""

    words: FigureWords
    patterns: FigurePatterns
    general_units: frozenset[str]
    """Counting words that may stand for any other (个)."""
    alike_units: tuple[frozenset[str], ...]
    """Counting words that may stand for each other (次, 场, 期)."""
    strong: int
    """So much of the name in the words around a figure makes a pair certain, where nothing speaks against it; and so
    much speaks of the row though the row's number stands elsewhere."""
    weak: int
    """So much makes a pair at all, where the units are only alike."""
    least: int
    """So much does where the unit is the same and no other figure says the row's number."""
    plain: int
    """So much, and a figure of one digit or round (3, 100) that is the row's number is meant for it; any other without."""
    margin: int
    """Of what the best row shares: what another must stay below for the best to be the only one."""
    apart: int
    """How many times larger one number may be than the other in a pair that is not certain."""
    far: int
    """The same for pairs that are certain; a slip of 万 is none."""
    listed: int
    """Rows and figures that are named."""
    around: int
    """Characters that are shown beside a figure."""
    sections: tuple[str, ...]
    """Sections of the report whose figures are held against the rows."""
    listed_sections: tuple[str, ...]
    """Of these, whose figures are listed where no row holds them."""
    told: frozenset[str]
    """Statements whose figures rules of their own hold against the form."""
    told_by_name: frozenset[str]
    """Statements of which this is so where they name a row exactly."""


def figure_rules(values: Values) -> FigureRules | None:
    """How the policy holds text against table; None if it does not say."""
    data: Mapping[str, Any] | None = values.data.get("figures")
    if data is None:
        return None

    def words(*path: str) -> tuple[str, ...]:
        found: Any = data
        for key in path:
            found = found.get(key, []) if isinstance(found, dict) else []
        return longest_first(values.words(found, ("figures", *path))) if found else ()

    def number(key: str, least: int, most: int) -> int:
        value = values.number(data[key], ("figures", key))
        if not least <= value <= most or value != int(value):
            told = f"{key} 是 {value}，不是 {least} 至 {most} 之间的整数"
            values.add(("figures", key), told, f"{least} 至 {most}", code="figures.number")
            return least
        return int(value)

    share = {key: number(key, 1, 100) * 10 for key in SHARES}
    around = FigureWords(**{item.name: words("words", item.name) for item in fields(FigureWords)})
    return FigureRules(
        words=around,
        patterns=around.compiled(),
        general_units=frozenset(words("general_units")),
        alike_units=tuple(frozenset(map(str, group)) for group in data.get("alike_units", ())),
        apart=number("apart", 1, 1000),
        far=number("far", 1, 1_000_000),
        listed=number("listed", 1, 100),
        around=number("around", 0, 40),
        sections=tuple(data["sections"]),
        listed_sections=tuple(data["listed_sections"]),
        told=frozenset(data.get("told", ())),
        told_by_name=frozenset(data.get("told_by_name", ())),
        **share,
    )
