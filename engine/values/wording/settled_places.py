"""Targets of a place among others (前三名, 位居前列, 位次前移), of a grade, and of more or less than last year."""

from __future__ import annotations

import re
from decimal import Decimal

from engine.values.wording.settling import ASK, MET, SHORT, Found, KindCase

_PLACE = r"(?:第(#)(?:位|名)?|(?:位列|位居|列|居)全?[^\W\d_]{0,4}?第(#))"
_TOP = re.compile(r"前([0-9]+|[一二两三四五六七八九十]+)(?:名|位|强)?")
_DIGIT = re.compile(r"[0-9]")


def place(case: KindCase) -> Found:
    """第二, of 前三; 由第9位升至第6位, of 位次前移."""
    moved = case.find(r"(?:由|从)[^,;。]{0,8}?第?(#)[位名]?[^0-9,;。]{0,6}?(?:{to})[^,;。0-9]{0,6}?第?(#)[位名]")
    moved = moved or case.find(r"(?:由|从)[^,;。]{0,8}?第(#)[位名]?[^0-9,;。]{0,6}?(?:{to})第(#)")
    if case.aims("place_up") and not _DIGIT.search(case.wanted):
        if moved is None:
            return (SHORT, word) if (word := case.says("place_down")) else None
        before, now = case.number(moved[1]), case.number(moved[2])
        return (MET, moved[0]) if now < before else (SHORT, moved[0]) if now > before else (ASK, moved[0])
    if case.aims("place_kept") and moved is not None:
        return (MET if case.number(moved[2]) <= case.number(moved[1]) else SHORT), moved[0]
    top = _TOP.search(case.wanted)
    first, leading = case.aims("place_first"), case.aims("place_leading")
    if not (top or first or leading):
        return None
    places = list(case.every(r"第(#)(?:位|名)?(?!季|批|期|次|轮|届|三方|一时间|一书记|一阶段|一产业)"))
    if moved is not None:
        now, text = case.number(moved[2]), moved[0]
    elif not places and case.says("place_top"):
        now, text = Decimal(1), case.says("place_top")
    elif len(places) == 1:
        now, text = case.number(places[0][1]), places[0][0]
    else:
        return None
    if not now:
        return None
    if top:
        return (MET, text) if now <= case.number(top[1]) else (SHORT, text)
    if first:
        return (MET, text) if now == 1 else (SHORT, text)
    of = case.find(r"共(#)[个位名家]")
    if of is not None and now * 2 > case.number(of[1]):
        return SHORT, text
    return (MET, text) if now <= _LEADING else (ASK, text)


_LEADING = 3
"""The last place that is among the first whatever their number."""


def grade(case: KindCase) -> Found:
    """国家二级 as told, of 国家二级; 三级, of 二级. Which way hospitals are graded is another matter (二级甲等)."""
    if case.says("other_grades") or any(word in case.wanted for word in case.lists["other_grades"]):
        return None
    for scale in ("grades_level", "grades_class", "grades_award"):
        rungs = [word.split("|") for word in case.lists[scale]]
        wanted = [n for n, words in enumerate(rungs) if any(word in case.wanted for word in words)]
        told = [n for n, words in enumerate(rungs) if any(word in case.said for word in words)]
        if len(wanted) == 1 and len(told) == 1:
            if told[0] == wanted[0]:
                return (MET, rungs[told[0]][0]) if case.says("graded") else None
            better = told[0] < wanted[0]
            return (MET if better and case.says("graded") else SHORT if not better else ASK), rungs[told[0]][0]
    return None


def beside_last_year(case: KindCase) -> Found:
    """低于上年0.2个百分点, of 不高于上年; 与上年持平, of 优于上年."""
    way = next((name for name in ("last_not_under", "last_not_over", "last_over", "last_under") if case.aims(name)), "")
    if not way or _DIGIT.search(case.wanted):
        return None
    up = way in ("last_over", "last_not_under")
    flat = case.find(r"(?:与|同|和)?(?:{last_year})(?:同期|水平|基本)*(?:{flat})")
    if any(part.contrast for part in case.parts) or (flat is not None and case.find(r"(?:{over}|{under})(?:{last_year})")):
        return None
    if flat is not None:
        if "基本" in flat[0]:
            return (MET if "not" in way else ASK), flat[0]
        return (MET if "not" in way else SHORT), flat[0]
    if case.says("slopes"):
        return ASK, case.says("slopes")
    if (pair := _two_numbers(case)) is not None:
        then, now, text = pair
        met = now > then if up else now < then
        return (ASK if now == then and "not" not in way else MET if met or now == then else SHORT), text
    if (own := _this_year(case, up)) is not None:
        return own
    rise, fall = (
        case.find(
            rf"(?:(?:{{{beside}}})(?:{{last_year}})|(?:{{than}})?(?:{{last_year}}|同比)[^0-9,;。]{{0,6}}?(?:{{{move}}})"
            rf"|连续[^,;。]{{0,4}}(?:{{{move}}}))"
        )
        for beside, move in (("over", "up"), ("under", "down"))
    )
    if (rise is None) == (fall is None):
        return None
    went_up = rise is not None
    text = (rise or fall)[0]  # type: ignore[index]
    if went_up == up:
        return None if "not" in way and "上年" in case.aims(way) else (MET, text)
    return SHORT, text


def _two_numbers(case: KindCase) -> tuple[Decimal, Decimal, str] | None:
    """Last year's number and this year's, where two of one unit are told: 投诉136件，上年152件."""
    last = case.find(r"(?:{last_year})[^0-9,;。]{0,4}?(#)(%|[^\W\d_])")
    if last is None:
        return None
    others = [
        found for found in case.every(rf"(#)(?:个)?{re.escape(last[2])}(?!点)") if not last.start() <= found.start() < last.end()
    ]
    return (case.number(last[1]), case.number(others[0][1]), last[0]) if len(others) == 1 else None


def _this_year(case: KindCase, up: bool) -> Found:
    """本年下降，上年提高, of 逐年提高: this year's is what counts."""
    match = case.find(r"(?:本年|今年|当年)[^0-9,;。]{0,4}?(?:({up})|({down}))")
    if match is None:
        return None
    return (MET, match[0]) if bool(match[1]) == up else (SHORT, match[0])


def beside_another(case: KindCase) -> Found:
    """低于全省平均0.7个百分点, of 高于全省平均水平: held against the same as the target is, and on which side."""
    if _DIGIT.search(case.wanted):
        return None
    match = case.compiled(r"(?P<side>{not_below}|{not_above}|{over}|{under})(?P<what>[^\W\d_]{2,})").search(case.wanted)
    if match is None or any(word in match["what"] for word in case.lists["last_year"]):
        return None
    what = match["what"].removesuffix("水平").removesuffix("值")
    told = case.compiled(rf"(?P<up>{{over}})?(?P<down>{{under}})?{re.escape(what)}").search(case.said)
    if told is None or (told["up"] is None) == (told["down"] is None):
        return None
    wants_up = match["side"] in (*case.lists["not_below"], *case.lists["over"])
    return (MET if (told["up"] is not None) == wants_up else SHORT), told[0]
