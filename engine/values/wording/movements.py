"""What movements and rates prove: that something improved, held, was missed, or is as it should be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.values.wording.facts import BETTER, HIGH, LEVEL, UNKNOWN, WHOLE, WORSE, Movement
from engine.values.wording.grammar import Grammar
from engine.values.wording.model import FULL, NOT, UNCLEAR, Aim, Assertion
from engine.values.wording.weighing import Proof, Weighing, bears, is_of


def shown(here: Weighing) -> Proof:
    """An improvement, or that it held, by movements."""
    families = here.words.families
    aim = here.aim
    moved = [
        here.moved[id(part)] for part in here.parts if id(part) in here.moved and here.moved[id(part)].sense not in (WHOLE, HIGH)
    ]
    steady = bool(here.wanted & families["steady"])
    can = aim.wanted and aim.wanted <= families["shown"] | families["steady"] | here.grammar.groups["ensures"]
    if not moved or not can or aim.counts or aim.measured or aim.limited:
        return None
    better = [fact for fact in moved if fact.sense == BETTER]
    worse = [fact for fact in moved if fact.sense == WORSE]
    if worse and not better:
        return _missed(here, worse)
    held_level = [fact for fact in moved if fact.sense == LEVEL]
    good = [*better, *held_level] if steady else better
    if worse or not good or (held_level and not steady) or here.harmed() is not None:
        return None
    less = bool(aim.wanted & here.grammar.groups["less"])
    along = [*good, *(fact for fact in moved if fact.sense == UNKNOWN and (fact.sign < 0) == less)]
    bearing = [fact for fact in along if bears(fact.subject, aim, here.grammar)]
    known = [fact for fact in better if fact.certain and fact.former]
    proved = [fact for fact in bearing if fact in good] or (known if bearing or len(along) > 1 else [])
    if not proved or not _enough(here, better):
        return None
    first = proved[0]
    return FULL, here.claim("facts", first.clause)


def _enough(here: Weighing, better: Sequence[Movement]) -> bool:
    """Whether movements are as marked as the target wants them: two, or one by much."""
    if not any(goal.strong for goal in here.aim.goals):
        return True
    former = [fact for fact in better if fact.former]
    return len(former) > 1 or any(fact.share is not None and fact.share >= here.words.marked for fact in former)


def _missed(here: Weighing, worse: Sequence[Movement]) -> Proof:
    full = any(claim.state == FULL for claims in here.said.values() for claim in claims)
    if full or any(fact.sense == UNKNOWN for fact in here.moved.values()):
        return None
    own = [fact for fact in worse if is_of(fact.subject, here.aim, here.grammar)]
    sources = {id(fact.source) for fact in worse}
    others = [part for part in here.parts if id(part) not in sources and id(part) not in here.moved]
    if len(own) != len(worse):  # of other measures: only where all that is told went wrong
        own = [fact for fact in worse if fact.certain] if others and all(map(here.harms, others)) else []
    if not own:
        return None
    return NOT, here.claim("facts_worse", own[0].clause)


def guarded(here: Weighing) -> Proof:
    """A state (规范, 安全, 高效), by at least two facts that are as good as can be, or that trouble did not happen."""
    aim = here.aim
    if not aim.wanted or not aim.wanted <= here.words.families["states"] or any(goal.strong for goal in aim.goals):
        return None
    if aim.counts or aim.measured or aim.limited or here.harmed() is not None:
        return None
    good = [part for part in here.parts if here.speaks_well(part)]
    numbers = [here.moved[id(part)].subject for part in good if id(part) in here.moved]
    denied = any(here.denies(part) for part in good)
    own = any(bears(text, aim, here.grammar) for text in (*numbers, *(part.text for part in good)))
    kept = denied and (aim.wanted <= here.grammar.groups["absent_of"] or bool(numbers))
    if len(good) < 2 or not own or not (kept or len(numbers) > 1):
        return None
    return FULL, here.claim("facts", good[0])


def barred(verdict: str, deciding: Assertion, moved: Sequence[Movement], aim: Aim, grammar: Grammar) -> tuple[str, Assertion]:
    """Where something is not to move one way: that it moved the other, or stood still."""
    own = [fact for fact in moved if is_of(fact.subject, aim, grammar)]
    signs = {1 if aim.barred & grammar.facts.families["rises"] else -1}
    if verdict != UNCLEAR or deciding.ground != "both" or len(own) != 1 or len(moved) != 1 or own[0].sign in signs:
        return verdict, deciding
    return FULL, replace(deciding, ground="facts", word=own[0].clause.text)
