"""Targets of a thing that is made in stages, held against the stage that the actual tells.

The stages and their order are data (`wording: stages:`): each stage has the words that want it and the words that tell that it was
reached, each list from the first stage to the last. What is told is the latest stage that is not denied, put off or only applied
for. Before the one that is wanted it falls short of it, whatever praise stands beside it; at it, or behind it, it is reached.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from engine.values.wording.grammar import Stage
from engine.values.wording.model import Phrase
from engine.values.wording.settling import ASK, MET, SHORT, Found, KindCase

_DIGIT = re.compile(r"[0-9]")


def stage(case: KindCase) -> Found:
    """中标通知书已发出, of 完成招标; 审议通过, of 印发; 冬歇期后进场, of 当年开工."""
    if case.aim.counts or any(word in case.wanted for word in case.grammar.tags["both"]):
        return None  # 完成招标并开工建设: two stages are wanted
    for stages in case.grammar.stages.values():
        wanted = _wanted(case, stages)
        if wanted < 0:
            continue
        found = _held(case, stages, wanted)
        if found is not None:
            return found
    return None


def _wanted(case: KindCase, stages: Sequence[Stage]) -> int:
    """The stage a target wants: the one whose words it has, the longest where several do; -1 for none."""
    best, length = -1, 0
    for rank, item in enumerate(stages):
        for word in item.wants:
            if (match := word.search(case.wanted)) is not None and len(match[0]) > length:
                best, length = rank, len(match[0])
    return best


def _held(case: KindCase, stages: Sequence[Stage], wanted: int) -> Found:
    """What the stages told are for the one that is wanted."""
    told, missed, text, why = -1, len(stages), "", ""
    for part in case.parts:
        for rank, word, start in _tells(part, stages):
            if _not_there(case, part, word, start):
                if rank < missed:
                    missed, why = rank, part.text
            elif rank > told and (rank < wanted or _is_told(case, part.text[start + len(word) :])):
                told, text = rank, part.text
    if told >= wanted:
        dated = case.aim.limited or any(goal.until for goal in case.aim.goals)
        return None if dated else (MET, text) if missed > wanted else (ASK, why)
    if missed <= wanted:
        return SHORT, why  # the very stage, or one before it, is told not to be there
    if told < 0 or _says_done(case):
        return None
    return SHORT, text


def _tells(part: Phrase, stages: Sequence[Stage]) -> list[tuple[int, str, int]]:
    """The stages that a clause names, each with its word and where that stands; a word within a longer one is none of its own."""
    found = [
        (rank, match[0], match.start(), match.end())
        for rank, item in enumerate(stages)
        if item.tells
        for match in item.tells.finditer(part.text)
    ]
    return [
        one[:3]
        for one in found
        if not any(other[2] <= one[2] and one[3] <= other[3] and other[3] - other[2] > one[3] - one[2] for other in found)
    ]


def _is_told(case: KindCase, after: str) -> bool:
    """Whether a stage is told by itself, or of the target's own thing, and makes no name of another (完成招标代理机构选聘)."""
    lists = case.grammar.settling
    if not after or after.startswith(lists["goes_on"]) or any(word in after[:_NEAR] for word in lists["done_words"]):
        return True
    things = after.strip("《》").removesuffix("》")
    return len(things) > 1 and case.wanted.endswith(things[-2:])


def _not_there(case: KindCase, part: Phrase, word: str, start: int) -> bool:
    """Whether the stage is denied, still to come, or only sought."""
    before, after = part.text[:start], part.text[start + len(word) :]
    lists = case.grammar.settling
    if case.roles_before(part, start, _NEAR) & _NOT_YET or any(mark in before[-_NEAR:] for mark in lists["not_yet"]):
        return True
    if after.startswith(lists["not_yet_behind"]):
        return True
    return any(mark in part.text for mark in lists["stage_doubts"])


_NOT_YET = {"negators", "future", "later", "pending", "unsure", "progress", "conditions", "doubt"}
_NEAR = 6
"""Characters before a stage within which a word denies it."""


def _says_done(case: KindCase) -> bool:
    """Whether a clause says of the target's own deed, or of all, that it is done."""
    lists = case.grammar.settling
    if any(word in case.said for word in lists["all_done"]):
        return True
    things = [goal.things for goal in case.aim.goals if goal.things]
    done = [part.text for part in case.parts if any(word in part.text for word in lists["done_words"])]
    return any(thing in text for thing in things for text in done)
