"""What is left over where the target is said to be met: 其余均已完成; 79 done of 83; one that was to be prevented."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.values.wording.aim import spoken
from engine.values.wording.grammar import Grammar
from engine.values.wording.model import FULL, NOT, OPPOSITE, PART, UNCLEAR, Aim, Assertion, Phrase, Said, Token


def remainder(deciding: Assertion, said: Said, parts: Sequence[Phrase], aim: Aim, grammar: Grammar) -> tuple[str, Assertion] | None:
    """The verdict where something is left over, with its claim; None where nothing is."""
    place = next(
        (at for at, part in enumerate(parts) for where, claim in said if where is part and claim.marks == deciding.marks), -1
    )
    if place < 0:
        return None
    clause = parts[place]
    short = next((claim for where, claim in said if where is not clause and claim.state in (PART, NOT, OPPOSITE)), None)
    if place and clause.text.startswith(tuple(grammar.tags["rest"])):
        if short is None:
            return UNCLEAR, replace(deciding, ground="open")
        return PART, replace(short, ground="mixed", word=short.word + short.reach, reach=deciding.word)
    if aim.wanted & grammar.groups["averts"] and deciding.families & grammar.groups["mends"] and any(map(_happened, parts)):
        return UNCLEAR, replace(deciding, ground="open")  # 发生1起，已处理, where it is to be prevented
    return _fewer(deciding, clause, parts[place - 1], aim, grammar) if place else None


def _fewer(deciding: Assertion, clause: Phrase, before: Phrase, aim: Aim, grammar: Grammar) -> tuple[str, Assertion] | None:
    """排查隐患83处，已整改79处: of two counts of one thing the second, done, is the smaller."""
    done, found = _count(clause), _count(before)
    if done is None or found is None or done.unit != found.unit or aim.wanted & grammar.groups["less"] - grammar.groups["mends"]:
        return None
    own = spoken([token for token in clause.tokens if token.role in ("content", "plain")], grammar)
    said = any(token.role == "done" for token in clause.tokens) and deciding.state == FULL
    if not said or own or (done.number or 0) >= (found.number or 0):
        return None
    marks = ((done, None), (found, None))
    return PART, replace(deciding, state=PART, ground="fewer", word=done.text, reach=found.text, marks=marks)


def _happened(clause: Phrase) -> bool:
    """Whether a clause says how often something happened."""
    roles = {token.role for token in clause.tokens if token.role != "number" or token.number}
    return "occur" in roles and "number" in roles and "negators" not in roles


def _count(clause: Phrase) -> Token | None:
    """The one count a clause names."""
    found = [token for token in clause.tokens if token.number is not None and token.unit not in ("", "%")]
    return found[0] if len(found) == 1 else None
