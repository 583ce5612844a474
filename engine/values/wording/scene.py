"""One clause of an actual as it is judged: its words, what they claim and reach, and the target they are held against."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine.values.wording.aim import spoken
from engine.values.wording.grammar import Grammar
from engine.values.wording.model import Aim, Assertion, Grams, Phrase, Reach, Token
from engine.values.wording.prepare import prepared
from engine.values.wording.reach import Word, place, words_of
from engine.values.wording.tokens import CONTENT, grams


@dataclass(frozen=True, slots=True)
class Scene:
    """A clause with everything that judging it looks at."""

    clause: Phrase
    found: tuple[Token, ...]
    words: tuple[Word, ...]
    aim: Aim
    grammar: Grammar
    speaks: Grams
    whose: int
    """How much it says of what it is about beside listed words, in characters."""

    def group(self, name: str) -> frozenset[str]:
        return self.grammar.groups[name]

    def tag(self, name: str) -> frozenset[str]:
        return self.grammar.tags[name]

    def has(self, *roles: str) -> bool:
        """Whether a word of one of these roles stands in the clause."""
        return any(token.role in roles for token in self.found)

    def negated_name(self, end: int) -> bool:
        """Whether a negator before the place `end` reaches no word, and so only makes a name: 不文明行为."""
        used = {id(token) for word in self.words for token in word.negators}
        return any(token.role == "negators" and id(token) not in used for token in self.found[:end])

    def known(self, token: Token) -> bool:
        """Whether the target uses the word itself."""
        return token.text in self.aim.words

    def grams(self, found: Sequence[Token]) -> Grams:
        return grams(spoken(found, self.grammar))

    def claim(self, state: str, ground: str, token: Token, other: Token | None = None, reach: str = "") -> Assertion:
        """A claim that rests on one word, which reaches another or the whole clause."""
        return Assertion(state, ground, token.text, reach, ((token, other),), whose=self.whose)

    def of(self, state: str, ground: str, word: Word, marks: tuple[Reach, ...] = ()) -> Assertion:
        """A claim that a word makes by itself."""
        marks = marks or ((word.token, None),)
        return Assertion(state, ground, word.token.text, "", marks, frozenset({word.family} - {""}), self.speaks, whose=self.whose)

    def reached(self, word: Word, first: Token) -> str:
        """What a word reaches, as text: up to the word that claims, or that word alone where it stands before."""
        at = place(self.found, first)
        return joined(self.found[at + 1 : word.at + 1]) if at < word.at else word.token.text


def scene(clause: Phrase, aim: Aim, grammar: Grammar) -> Scene:
    """The clause, its words prepared and tied to each other."""
    found = tuple(prepared(clause, aim, grammar))
    whose = sum(len(token.text) for token in found if token.role in (CONTENT, "plain"))
    return Scene(clause, found, tuple(words_of(found, aim, grammar)), aim, grammar, grams(spoken(found, grammar)), whose)


def joined(found: Iterable[Token]) -> str:
    return "".join(token.text for token in found)


def highest(found: Iterable[Token]) -> dict[str, int]:
    """The highest step on each ladder."""
    out: dict[str, int] = {}
    for token in found:
        for name, rank in token.steps:
            out[name] = max(rank, out.get(name, 0))
    return out
