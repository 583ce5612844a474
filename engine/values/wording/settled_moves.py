"""Targets that something becomes better or worse, held against measures that moved, and against what a matter brought forth.

A measure is good or bad by what it is called (收入, 优良天数; 能耗, 等候), and has to do with the target: they share a word, or the
policy says that the one bears on the other. Two measures that went different ways say nothing.
"""

from __future__ import annotations

import re
from decimal import Decimal

from engine.values.wording.model import Phrase
from engine.values.wording.settling import ASK, FROM_TO, MET, SHORT, Found, KindCase
from engine.values.wording.tokens import grams
from engine.values.wording.weighing import bears

_COUNTED_AS = re.compile(r"(?:率|数|量|额|批次|件次|起数|人次|次数)$")
_DIGIT = re.compile(r"[0-9]")
_MARKED = Decimal("0.3")


def moved(case: KindCase) -> Found:
    """窗口平均等候由35分钟降至12分钟, of 提升服务水平; 企业成本上升, of 减轻负担."""
    if not case.aims("move_aims") or _DIGIT.search(case.wanted):
        return None
    found = [(good, part, size) for part in case.parts if (made := _movement(case, part)) is not None for good, size in (made,)]
    if not found or len({good for good, _, _ in found}) > 1 or case.says("slopes"):
        return None
    good, part, size = found[0]
    if not good:
        own = any(_of_it(case, part) for _, part, _ in found) and any(goal.things for goal in case.aim.goals)
        return (SHORT, part.text) if own else None
    if not case.compiled(r"[0-9]").search(part.text) or _other_measure(case, part):
        return None
    if any(FROM_TO.search(part.text) is not None and _movement(case, part) is None for part in case.parts):
        return None  # 达标率由93%降到82%, beside it
    strong = any(goal.strong for goal in case.aim.goals)
    if strong and (size is None or size < _MARKED):
        return ASK, part.text
    return MET, part.text


def _movement(case: KindCase, part: Phrase) -> tuple[bool, Decimal | None] | None:
    """Whether a measure of a clause went the good way, and by what share; None where none did that has to do with the target."""
    text = part.text
    ends = FROM_TO.search(text)
    up = down = False
    size: Decimal | None = None
    if ends is not None:
        before, now = case.number(ends[1]), case.number(ends[3])
        up, down = now > before, now < before
        size = abs(now - before) / before if before else None
        name = text[: ends.start()]
    else:
        mark = case.compiled(r"({up})|({down})").search(text)
        if mark is None or not case.compiled(r"{last_year}|同比|[0-9]|{worse_now}").search(text):
            return None
        up, down = bool(mark[1]), bool(mark[2])
        name = text[: mark.start()] or text
    if up == down or any(token.role in ("negators", "future", "unsure", "doubt", "conditions") for token in part.tokens):
        return None
    name = re.sub(r"(?:较|比)?(?:上年|去年|同期|同比|年初)$|(?:平均|总)$", "", name)
    bad, good = _ends(name, case.lists["bad_measures"]), _ends(name, case.lists["good_measures"])
    if bad == good or not (bears(name, case.aim, case.grammar) or _of_it(case, part)):
        return None
    return up == good, size


def _ends(name: str, words: tuple[str, ...]) -> bool:
    """Whether a name ends with one of the words, a word for how it is counted aside: 投诉量, but not 投诉调解成功率."""
    return name.endswith(words) or _COUNTED_AS.sub("", name).endswith(words)


def _other_measure(case: KindCase, part: Phrase) -> bool:
    """Whether the target names a measure of its own, and a clause tells another: 用工成本, of 降低用电成本."""
    lists = case.grammar.settling
    own = [goal.things for goal in case.aim.goals if _ends(goal.things, (*lists["good_measures"], *lists["bad_measures"]))]
    return bool(own) and not any(thing in part.text for thing in own)


def _of_it(case: KindCase, part: Phrase) -> bool:
    """Whether a clause names what the target is of, in two characters in a row or by a measure that bears on it."""
    return bool(grams([part.text]) & (case.aim.grams | case.aim.name)) or bears(part.text, case.aim, case.grammar)


MATTERS = (
    *("work", "income", "burden", "culture", "tourism", "funds", "warning", "science", "advice", "rights", "means", "people"),
    "abroad",
)
"""Matters of which the policy lists what targets call them (`yields_work`) and what they bring forth (`brings_work`)."""


def brought(case: KindCase) -> Found:
    """吸纳本地务工人员326人, of 带动就业: so much of what the matter is to bring forth."""
    if _DIGIT.search(case.wanted) or any(goal.strong for goal in case.aim.goals) or not case.aims("yield_aims"):
        return None
    for name in MATTERS:
        if not case.aims(f"yields_{name}"):
            continue
        match = case.find(rf"(?:{{brings_{name}}})[^0-9,;。]{{0,14}}?(#)[^\W\d_]")
        if match is not None and case.number(match[1]):
            return MET, match[0]
    return None


def balanced(case: KindCase) -> Found:
    """收支相抵略有结余, 全年仍亏损40万元, of 盈亏平衡."""
    if not case.aims("balance_aims"):
        return None
    if word := case.tells("lossmaking"):
        return SHORT, word
    return (MET, word) if (word := case.tells("profitable")) else None
