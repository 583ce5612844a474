"""A target that compares with last year, where the actual names both years' numbers: 不高于上年, 上年7起，今年4起."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.values.wording.aim import spoken
from engine.values.wording.grammar import Grammar
from engine.values.wording.model import FULL, OPPOSITE, SAID, UNCLEAR, Aim, Assertion, Phrase, Reach, Token
from engine.values.wording.tokens import grams


@dataclass(frozen=True, slots=True)
class _Figure:
    """A number with the year it is said of: "last", "this", or empty where none is named."""

    token: Token
    year: str


def yearly(parts: Sequence[Phrase], aim: Aim, fiscal_year: int, grammar: Grammar) -> tuple[str, Assertion] | None:
    """The verdict that last year's number and this year's give; that it cannot be told where one of them is wanting and something
    is not to move. None where the target wants no movement, or no numbers are told of years."""
    wanted = _direction(aim, grammar)
    if not wanted:
        return None
    pair = _pair([figure for clause in parts for figure in _figures(clause, aim, fiscal_year, grammar)])
    if pair is None:
        return None
    last, now = pair
    marks: tuple[Reach, ...] = ((last.token, None), (now.token, None))
    claim = Assertion(SAID, "years", now.token.text, last.token.text, marks)
    before, after = last.token.number or 0, now.token.number or 0
    if before == after:
        return (FULL, claim) if aim.barred else (UNCLEAR, claim)
    moved = "rise" if after > before else "fall"
    if aim.barred:
        return (OPPOSITE, claim) if moved in aim.barred else (FULL, claim)
    strong = any(goal.strong for goal in aim.goals)
    return (UNCLEAR if strong else FULL, claim) if moved in wanted else (OPPOSITE, claim)


def _direction(aim: Aim, grammar: Grammar) -> frozenset[str]:
    """The one family of direction a target wants something to move in, or not to; empty where it wants none, or more than that."""
    if len(aim.goals) != 1 or aim.measured or aim.counts:
        return frozenset()
    if aim.barred:
        return aim.barred
    ways = grammar.groups["grows"] | frozenset(grammar.opposites["rise"])
    for name, family in (("under", "fall"), ("over", "rise")):
        if aim.goals[0].said in grammar.tags[name] and any(word in aim.text for word in grammar.tags["last_year"]):
            return frozenset({family})
    families = aim.goals[0].families
    return families if len(families) == 1 and families <= ways and not aim.goals[0].strict else frozenset()


def _figures(clause: Phrase, aim: Aim, fiscal_year: int, grammar: Grammar) -> list[_Figure]:
    """The numbers of a clause that say how many there were; none of one that speaks of something else, or of by how much."""
    tags = grammar.tags
    said = grams(spoken([token for token in clause.tokens if token.role != "filler"], grammar))
    known = aim.grams | aim.name
    if said and known and not said & known:
        return []
    out: list[_Figure] = []
    year, moved = "", False
    for token in clause.tokens:
        if token.text in tags["last_year"] or _of_year(token, fiscal_year - 1):
            year, moved = "last", False
        elif token.text in tags["this_year"] or _of_year(token, fiscal_year):
            year, moved = "this", False
        elif token.text.endswith(tuple(tags["last_year"])):
            year, moved = "", True  # 较上年: what follows is by how much
        elif token.role == "achieve" and token.family in grammar.groups["moves"]:
            reaches = token.text.endswith(tuple(tags["reaching"]))
            year, moved = ("this" if reaches else year), not reaches
        elif token.number is not None and not moved:
            out.append(_Figure(token, year))
    return out


def _of_year(token: Token, year: int) -> bool:
    return token.whole_year and token.first is not None and token.first.year == year


def _pair(found: Sequence[_Figure]) -> tuple[_Figure, _Figure] | None:
    """Last year's number and this year's, of one unit, where there is one of each."""
    last = [figure for figure in found if figure.year == "last"]
    if len(last) != 1:
        return None
    same = [figure for figure in found if figure.token.unit == last[0].token.unit and figure is not last[0]]
    now = [figure for figure in same if figure.year == "this"] or same
    return (last[0], now[0]) if len(now) == 1 else None
