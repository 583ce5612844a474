"""The last look before a reading stands: what a person would stop at, whatever else an actual says.

Nothing here says that a target was missed or met. Full marks that such a thing speaks against, and an accusation that rests on a
swing within its bounds, become a question.
"""

from __future__ import annotations

import re

from engine.values.wording.settling import FROM_TO, KindCase

_DIGIT = re.compile(r"[0-9]")
_UNDENIED = "(?<![不未无没有])"


def objection(case: KindCase) -> str:
    """The words that speak against full marks; empty where none do."""
    for look in (_rest, _awaited, _exceeded, _rank_fell, _turned, _beside):
        if words := look(case):
            return words
    return ""


def swinging(case: KindCase) -> str:
    """A swing that is told with its bounds (价格波动在±3%以内): a measure, and nothing that failed; empty where there is none."""
    match = case.find(r"(?:{swings})[^0-9,;。±]{0,6}±?(?:#)[%‰]?[^,;。0-9]{0,4}?(?:{within})")
    return match[0] if match is not None else ""


def _rest(case: KindCase) -> str:
    """另外2个乡镇列入2024年计划: a rest that is put off."""
    if _DIGIT.search(case.wanted):
        return ""
    match = case.find(r"(?:{others})[^0-9,;。]{0,4}(?:#)[^\W\d_]{1,6}[^,;。]{0,4}?(?:{put_off})[^,;。]{0,12}")
    return match[0] if match is not None else ""


def _awaited(case: KindCase) -> str:
    """待通电后运行, of 建成并运行: what is aimed at is still waited for."""
    for part in case.parts:
        waits = any(token.role == "pending" for token in part.tokens)
        if waits and any(len(word) > 1 and word in part.text for word in case.aim.words):
            return part.text
    return ""


def _exceeded(case: KindCase) -> str:
    """超原批复4.7%, of 控制在批复概算内."""
    if not case.aims("limit_aims"):
        return ""
    match = case.find(_UNDENIED + r"(?:{exceeded})了?(?:{limits})")
    return match[0] if match is not None else ""


def _rank_fell(case: KindCase) -> str:
    """排名下降3位."""
    match = case.find(r"(?:{ranked})[^,;。0-9]{0,6}?" + _UNDENIED + r"(?:{ranked_down})")
    return match[0] if match is not None and match[0] not in case.wanted else ""


def _turned(case: KindCase) -> str:
    """由93.1%下降至91.4%, where there was to be more of it."""
    ends = FROM_TO.search(case.said)
    more, less = bool(case.aims("up")), bool(case.aims("down"))
    if ends is None or more == less:
        return ""
    before, now = case.number(ends[1]), case.number(ends[3])
    name = re.split(r"[,;。]", case.said[: ends.start()])[-1]
    if more and now < before and not name.endswith(case.lists["bad_measures"]):
        return ends[0]
    return ends[0] if less and now > before and not name.endswith(case.lists["good_measures"]) else ""


def _beside(case: KindCase) -> str:
    """增长5.2%，全省平均5.9%, of 增幅高于全省平均: the figure that the target is held against is told, and is not below."""
    match = case.compiled(r"(?P<side>{over}|{under})(?P<what>[^\W\d_]{2,})").search(case.wanted)
    if match is None or _DIGIT.search(case.wanted):
        return ""
    what = match["what"].removesuffix("水平").removesuffix("值")
    theirs = case.find(rf"{re.escape(what)}(?:水平|值)?(?:为|是|的)?(#)(%?)")
    ours = case.find(r"(#)(%?)")
    if theirs is None or ours is None or ours.start() >= theirs.start() or ours[2] != theirs[2]:
        return ""
    over = match["side"] in case.lists["over"]
    own, other = case.number(ours[1]), case.number(theirs[1])
    return theirs[0] if (own <= other if over else own >= other) else ""
