"""What facts prove where no words say it: movements against named former figures, things all done, a whole that was parted.

Only a reading that could not be told is weighed so, and only where nothing told beside the facts speaks against them. Movements
prove an improvement where all of them are better and one bears on what is wanted; they prove that it was missed where all are
worse, and the measure is that very thing's. Deeds prove a deed where every clause says one, and the last that all were done. A
whole of which some are done and the rest, so and so many, are not is done in part.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.values.wording.deeds import conceded, finished, parted, settled
from engine.values.wording.facts import WORSE, Way, facts
from engine.values.wording.grammar import Grammar
from engine.values.wording.model import DOUBTS, FULL, RESULT, UNCLEAR, Aim, Assertion, Phrase, Said
from engine.values.wording.movements import barred, guarded, shown
from engine.values.wording.weighing import Weighing, bears

_OPEN = ("other", "aside", "both", "silent", "open", "degree", "measured", "fewer", "")
"""Grounds of readings that facts may settle."""


def weighed(
    verdict: str, deciding: Assertion, said: Said, parts: Sequence[Phrase], aim: Aim, way: Way, grammar: Grammar
) -> tuple[str, Assertion]:
    """The verdict, or the one that facts prove, with what it rests on."""
    if verdict not in (UNCLEAR, FULL) or (aim.kind != RESULT and not aim.barred):
        return verdict, deciding
    figures = any(token.number is not None or token.scale for part in parts for token in part.tokens)
    if not figures and (verdict == FULL or len(parts) < 2):
        return verdict, deciding  # one phrase, which says what it says
    moved = facts(parts, aim, way, grammar)
    if aim.kind != RESULT:
        return barred(verdict, deciding, moved, aim, grammar)
    if verdict == FULL:
        if len(parts) > 1 and (part := parted(Weighing(said, parts, moved, aim, grammar))):
            return part
        worse = [fact for fact in moved if fact.sense == WORSE and fact.certain and bears(fact.subject, aim, grammar)]
        mixed = worse and deciding.ground not in ("same", "stated", "years")
        return (UNCLEAR, replace(deciding, ground="both", reach=worse[0].clause.text)) if mixed else (verdict, deciding)
    if deciding.ground not in _OPEN or any(claim.ground in DOUBTS for _, claim in said):
        return verdict, deciding
    scene = Weighing(said, parts, moved, aim, grammar)
    proofs = (parted, conceded, shown, guarded, finished, settled)
    return next((proof for proof in (prove(scene) for prove in proofs) if proof is not None), (verdict, deciding))
