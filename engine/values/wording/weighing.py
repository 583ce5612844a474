"""An actual whose facts are weighed: what its clauses tell, and what speaks against a good reading of them."""

from __future__ import annotations

from collections.abc import Sequence

from engine.values.wording.aim import spoken
from engine.values.wording.answers import held
from engine.values.wording.facts import BETTER, HIGH, LEVEL, UNKNOWN, WHOLE, WORSE, Movement
from engine.values.wording.grammar import Grammar
from engine.values.wording.model import (
    ASIDE,
    DOUBTS,
    FULL,
    FUTURE,
    NEED,
    NOT,
    OPPOSITE,
    PART,
    SAID,
    UNCLEAR,
    Aim,
    Assertion,
    Phrase,
    Said,
    Token,
)
from engine.values.wording.tokens import grams

Proof = tuple[str, Assertion] | None
"""A verdict with the claim it rests on; None where nothing is proved."""
SHORT = ("negators", "negators_behind", "progress", "pending", "need", "future", "failures", "mild", "later", "unsure")
"""Roles of words that say of some that it was not done with them."""
_HARM = (PART, NOT, OPPOSITE, NEED, FUTURE, ASIDE)
_DENIED = {"negators", "negators_behind"}
_HEDGED = ("doubt", "unsure", "conditions", "future", "later", "weak", "some")


class Weighing:
    """One actual whose facts are weighed."""

    def __init__(self, said: Said, parts: Sequence[Phrase], moved: Sequence[Movement], aim: Aim, grammar: Grammar) -> None:
        self.parts = [part for part in parts if part.tokens[0].role != "reasons"]
        self.moved = {id(fact.clause): fact for fact in moved}
        denied = any(claim.ground == "absent" for _, claim in said)  # 事故3起，与上年持平，未发生较大事故
        told = (BETTER, LEVEL) if denied else (BETTER,)
        self.sources = {id(fact.source) for fact in moved if fact.source is not None and fact.sense in told}
        self.aim, self.grammar, self.words = aim, grammar, grammar.facts
        self.said: dict[int, list[Assertion]] = {}
        self.raw: dict[int, list[Assertion]] = {}
        for where, claim in said:
            self.said.setdefault(id(where), []).append(held(claim, aim, grammar))
            self.raw.setdefault(id(where), []).append(claim)
        self.wanted = aim.wanted.union(*(goal.states for goal in aim.goals))

    def harmed(self) -> Phrase | None:
        """The first clause that tells of something that did not go well, and was not set right with all of it."""
        for at, part in enumerate(self.parts):
            if self.harms(part) and not any(self.settles(later, later is part) for later in self.parts[at:]):
                return part
        return None

    def harms(self, part: Phrase) -> bool:
        """Whether a clause by itself tells of something that did not go well, or leaves it open."""
        if part.contrast or part.excepted or part.text.startswith(tuple(self.grammar.tags["rest"])):
            return True
        if id(part) in self.sources:
            return False  # 事故3起, of which it is said behind that there were fewer
        fact = self.moved.get(id(part))
        if fact is not None:
            less = bool(self.aim.wanted & self.grammar.groups["less"])
            unknown = fact.sense == UNKNOWN and ((fact.sign < 0) != less or not (less or fact.likely))
            return fact.sense == WORSE or unknown
        if any(claim.state in _HARM or claim.ground in DOUBTS for claim in self.said.get(id(part), [])):
            return True
        roles = {token.role for token in part.tokens}
        dealt = any(token.family in self.grammar.groups["mends"] for token in part.tokens)  # 处置泄漏事故
        if roles & {"need", "pending", "progress", *_HEDGED} or (
            roles & {"failures", "mild"} and not roles & _DENIED and not dealt
        ):
            return True
        if dealt:
            return False
        happened = any(token.role == "occur" and token.text not in self.words.gained for token in part.tokens)
        counted = any(token.number for token in part.tokens)
        return "negators" not in roles and counted and (happened or "bad" in roles)

    def settles(self, part: Phrase, same: bool) -> bool:
        """Whether a clause says that all of it was dealt with: 不合格产品均已下架; 已全部整改."""
        at = next((at for at, token in enumerate(part.tokens) if self.all(token)), -1)
        rest = part.tokens[at:]
        if at < 0 or any(token.role in (*SHORT, *_HEDGED) for token in rest):
            return False
        dealt = self.grammar.groups["mends"] | self.grammar.groups["ended"]
        said = any(token.role == "done" for token in rest) or any(token.family in dealt for token in rest)
        return said and (same or not spoken(part.tokens[:at], self.grammar))

    def all(self, token: Token) -> bool:
        """Whether a word says that it was so with all: 均, 100%."""
        return token.text.startswith(self.words.all) or (token.unit == "%" and token.number == 100)

    def speaks_well(self, part: Phrase) -> bool:
        """Whether a clause tells something good: a figure, a state, or that some trouble did not happen."""
        fact = self.moved.get(id(part))
        if fact is not None:
            return fact.sense in (BETTER, WHOLE, HIGH)
        states = self.words.families["states"] | self.grammar.groups["finished"]
        full = any(claim.state == FULL for claim in self.said.get(id(part), []))
        return (
            full
            or self.denies(part)
            or any(claim.state == SAID and claim.families & states and not claim.hedged for claim in self.raw.get(id(part), []))
        )

    def denies(self, part: Phrase) -> bool:
        """Whether a clause says that some trouble did not happen."""
        return any(claim.ground == "absent" and claim.state in (FULL, UNCLEAR) for claim in self.said.get(id(part), []))

    def achieved(self, part: Phrase) -> bool:
        """Whether a clause says a deed, that all was done, or how many there were of something."""
        if id(part) in self.moved:
            return self.moved[id(part)].sense in (BETTER, WHOLE)
        claims = self.raw.get(id(part), [])
        if any(token.text in self.grammar.tags["seeking"] for token in part.tokens):
            return False  # 已申请验收
        every = part.tokens[-1].unit == "%" and part.tokens[-1].number == 100
        if not every and any(claim.state not in (SAID, FULL) for claim in claims):
            return False
        counted = any(token.number for token in part.tokens)
        return counted or any(claim.families - {"absent"} for claim in claims)

    def told(self, part: Phrase) -> bool:
        """Whether a clause says of anything that it moved, or was done."""
        return id(part) in self.moved or any(claim.families for claim in self.raw.get(id(part), []))

    def near(self) -> bool:
        """Whether any clause names the thing."""
        known = self.aim.grams | self.aim.name
        return any(grams([part.text]) & known for part in self.parts)

    def claim(self, ground: str, clause: Phrase) -> Assertion:
        """The claim that a clause rests on, for the policy's sentence of that ground."""
        return Assertion(UNCLEAR, ground, clause.text, marks=((clause.tokens[0], None),))


def is_short(found: Sequence[Token], grammar: Grammar) -> bool:
    """Whether words say that it was not done, or not yet; that it was refused is no such thing."""
    if any(token.text in grammar.facts.refused for token in found):
        return False  # 3人不予受理
    return any(token.role in SHORT for token in found)


def _matter(aim: Aim) -> str:
    return aim.text + "".join(sorted(aim.name))


def bears(subject: str, aim: Aim, grammar: Grammar) -> bool:
    """Whether a measure is of what is wanted: they share a character that tells, or the policy says that it bears on it."""
    matter = _matter(aim)
    shared = set(subject) & set(matter) - grammar.facts.common
    return bool(shared) or _known(subject, matter, grammar)


def is_of(subject: str, aim: Aim, grammar: Grammar) -> bool:
    """Whether a measure is that very thing's: they share two characters in a row."""
    return bool(grams([subject]) & (aim.name | aim.grams)) or _known(subject, _matter(aim), grammar)


def _known(subject: str, matter: str, grammar: Grammar) -> bool:
    return any(
        any(word in subject for word in bearing.measures) and any(word in matter for word in bearing.matters)
        for bearing in grammar.facts.bears
    )
