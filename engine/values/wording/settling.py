"""Kinds of targets that a person holds against an actual in one way: what every month was to bring, all of it, a place among
others, last year, people who are satisfied, a limit of time or money.

Tried where the words by themselves do not tell; what is found to go against a target also takes back a reading of met. Each kind
asks for evidence that is told in so many words or numbers, and says met only where nothing told beside it puts it in doubt. What
falls short is told as such; whether in part or not at all is not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from engine.values.numerals import chinese, decimal
from engine.values.vocabulary import alternation
from engine.values.wording.amounts import fewer_than_all
from engine.values.wording.grammar import Grammar
from engine.values.wording.model import DOUBTS as _DOUBTED
from engine.values.wording.model import FULL, PART, UNCLEAR, Aim, Assertion, Phrase, Said

MET, SHORT, ASK = "met", "short", "ask"
Found = tuple[str, str] | None
"""One of the three, and the words that it rests on."""
_HEDGES = frozenset(
    {"failures", "mild", "need", "pending", "progress", "future", "later", "doubt", "conditions", "weak", "some"}
    | {"unsure", "negators_behind"}
)
_DENYING = ("negators", "filler", "manner", "whole", "occur", "have")
_COUNTED = re.compile(r"[0-9一二三四五六七八九十]")
FROM_TO = re.compile(
    r"(?:由|从)[^0-9,;。]{0,6}([0-9][0-9,.]*)([^\W\d_%]{0,4}|%)[^0-9,;。]{0,8}?(?:至|到|为)[^0-9,;。]{0,4}([0-9][0-9,.]*)"
)
"""由35分钟降至12分钟: what it was, its unit, what it is."""
_NUMBER = r"(?:[0-9][0-9,]*(?:\.[0-9]+)?|[一二两三四五六七八九十百]+)"


@dataclass(frozen=True, slots=True)
class KindCase:
    """A target and an actual, folded, with the actual's clauses."""

    said: str
    wanted: str
    parts: tuple[Phrase, ...]
    aim: Aim
    grammar: Grammar

    @property
    def lists(self) -> Mapping[str, tuple[str, ...]]:
        return self.grammar.settling

    def aims(self, name: str) -> str:
        """The word of a list that the target has; empty if it has none."""
        return next((word for word in self.lists[name] if word in self.wanted), "")

    def says(self, name: str) -> str:
        """The word of a list that the actual has; empty if it has none."""
        return next((word for word in self.lists[name] if word in self.said), "")

    def tells(self, name: str) -> str:
        """The word of a list that the actual has in a clause where no negator stands before it; empty if there is none."""
        for part in self.parts:
            for word in self.lists[name]:
                at = part.text.find(word)
                if at >= 0 and not self.roles_before(part, at, len(part.text)) & {"negators"}:
                    return word
        return ""

    def roles_before(self, part: Phrase, at: int, reach: int) -> set[str]:
        """What the words do that stand before a place of a clause, within so many characters, the target's own words aside."""
        roles, end = set(), 0
        for token in part.tokens:
            end += len(token.text)
            if end <= at and at - end < reach and token.text not in self.wanted:
                roles.add(token.role)
        return roles

    def find(self, pattern: str) -> re.Match[str] | None:
        """A pattern in the actual, in which `{name}` stands for the words of a list and `#` for a number."""
        return self.compiled(pattern).search(self.said)

    def every(self, pattern: str) -> Iterator[re.Match[str]]:
        """All places of a pattern in the actual."""
        return self.compiled(pattern).finditer(self.said)

    def compiled(self, pattern: str) -> re.Pattern[str]:
        """The pattern, made once."""
        kept = self.grammar.patterns
        if pattern not in kept:
            text = re.sub(r"\{([a-z_]+)\}", lambda match: f"(?:{alternation(self.lists[match[1]])})", pattern)
            kept[pattern] = re.compile(text.replace("#", _NUMBER))
        return kept[pattern]

    def number(self, text: str) -> Decimal:
        """A number in digits or Chinese numerals."""
        text = text.replace(",", "")
        found = decimal(text) if text[:1].isdigit() else chinese(text, self.grammar.words.digits, self.grammar.words.scales)
        return Decimal(0) if found is None else found

    def clean(self) -> bool:
        """Whether nothing told puts in doubt that it went well."""
        return not any(part.contrast or part.excepted or self.harmed(part) for part in self.parts)

    def harmed(self, part: Phrase) -> bool:
        """Whether a clause tells of something that did not go well, is not done, or not certain."""
        if any(word in part.text for word in self.lists["harm"]):
            return True
        if any(token.role in _HEDGES and token.text not in self.aim.words for token in part.tokens):
            return True
        roles = [token.role for token in part.tokens]
        if "negators" in roles:
            return not self.denies(part)
        dealt = any(token.family in self.grammar.groups["mends"] for token in part.tokens)
        return "bad" in roles and not dealt and not any(token.number == 0 for token in part.tokens)

    def denies(self, part: Phrase) -> bool:
        """Whether what a clause denies is only something bad."""
        if any(word in part.text for word in self.lists["harmless"]):
            return True
        at = next(n for n, token in enumerate(part.tokens) if token.role == "negators")
        behind = [token for token in part.tokens[at:] if token.role not in _DENYING]
        return bool(behind) and behind[0].role in ("bad", "failures")


Kind = Callable[[KindCase], Found]
"""How targets of one kind are judged; None where a target is not of it, or nothing is told."""


def settled(
    verdict: str,
    deciding: Assertion,
    said: Said,
    case: KindCase,
    kinds: Sequence[Kind],
    counting: Sequence[Kind] = (),
) -> tuple[str, Assertion]:
    """The verdict, or the one that the first of the kinds comes to that has anything to say. `counting` are those of them that
    may take back that it was not met."""
    if any(claim.ground in _DOUBTED for _, claim in said):
        return verdict, deciding
    if verdict not in (UNCLEAR, FULL):
        return _taken_back(verdict, deciding, case, counting)
    if verdict == UNCLEAR and deciding.ground in ("sets_none", "long", "condition", "copied", "slight", "wanting"):
        return verdict, deciding
    found = next((found for kind in kinds if (found := kind(case)) is not None), None)
    if verdict == FULL and (found is None or found[0] == MET):
        harm = (_harm(case) or _named_after(case)) if deciding.ground not in ("same", "absent") else ""
        return (UNCLEAR, replace(deciding, ground="both", reach=harm)) if harm else (verdict, deciding)
    if found is None:
        return verdict, deciding
    state, words = found
    if state == MET and (not case.clean() or case.says("refuting") or fewer_than_all(case.parts, case.grammar)):
        return verdict, deciding
    if state == SHORT and case.says("excusing"):
        state = ASK
    marks = ((case.parts[0].tokens[0], None),) if case.parts else ()
    claim = Assertion(UNCLEAR, "both", words, deciding.word, marks=marks)
    if state == ASK:
        return UNCLEAR, replace(claim, ground="doubted") if verdict == FULL else deciding
    return (FULL, replace(claim, ground="settled")) if state == MET else (PART, replace(claim, ground="falls_short"))


def _taken_back(verdict: str, deciding: Assertion, case: KindCase, kinds: Sequence[Kind]) -> tuple[str, Assertion]:
    """A reading of not met, or that it cannot be told: where the way in which this kind of target is judged comes to met
    (28家满意、2家基本满意), or where only a paper on the way is named beside what was done with all (全部移交并办理手续)."""
    found = next((found for kind in kinds if (found := kind(case)) is not None), None)
    opened = any(part.contrast or part.excepted for part in case.parts)
    counted = found is not None and found[0] == MET and not opened and (bool(_COUNTED.search(found[1])) or case.clean())
    own = any(goal.things and f"{goal.things}{word}" in case.said for goal in case.aim.goals for word in case.lists["formalities"])
    stage = deciding.ground == "stage" and (bool(case.says("all_did")) or own) and case.clean()
    if stage or counted:
        return UNCLEAR, replace(deciding, ground="doubted", word=found[1] if found else deciding.word)
    return verdict, deciding


def _named_after(case: KindCase) -> str:
    """The rest of what was done where it only begins like the target: 完成培训师资遴选, of 完成培训."""
    if not case.wanted.startswith(case.lists["done_words"]):
        return ""
    for part in case.parts:
        after = part.text.partition(case.wanted)[2]
        if after and "\u4e00" <= after[0] <= "\u9fff" and not after.startswith(case.lists["goes_on"]):
            return after
    return ""


def _harm(case: KindCase) -> str:
    """What went badly wrong in a clause, and was not set right behind it."""
    for n, part in enumerate(case.parts):
        word = next((word for word in case.lists["hard_harm"] if word in part.text and word not in case.wanted), "")
        if not word or any(token.role == "negators" for token in part.tokens):
            continue
        after = "".join(item.text for item in case.parts[n:])
        if not any(mended in after for mended in case.lists["mended"]):
            return word
    return ""
