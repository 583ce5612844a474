"""Targets of something in every part of the year (按月发放), and of all there is (应检尽检, 全覆盖, 足额), held against counts."""

from __future__ import annotations

import re
from decimal import Decimal

from engine.values.wording.settling import ASK, MET, SHORT, Found, KindCase

_DIGIT = re.compile(r"[0-9]")
_ALL = Decimal(100)


def in_every(case: KindCase) -> Found:
    """按月, 按季, 每周: as often as there are months in the year, or put together, or missed."""
    if _DIGIT.search(case.wanted):
        return None
    period = next((name for name in ("monthly", "quarterly", "weekly") if case.aims(name)), "")
    if not period:
        return None
    if word := case.tells("lumped"):
        return SHORT, word
    least, most = {"monthly": (12, 12), "quarterly": (4, 4), "weekly": (50, 53)}[period]
    if (all_of := case.find(r"(#)个?(?:月|季度|季|周|期|次|批|份)[^,;。0-9]{0,6}?(?:均|都|全部|全)")) is not None:
        return (MET, all_of[0]) if case.number(all_of[1]) >= least else (ASK, all_of[0])
    if (every := case.find(rf"(?:{{{period}}})")) is not None:
        return (MET, every[0]) if case.aims("done_in") else None
    coarser = {"monthly": ("quarterly",), "weekly": ("monthly", "quarterly"), "quarterly": ()}[period]
    if word := next((word for name in coarser if (word := case.says(name))), ""):
        return (SHORT, word) if case.find(r"#次") else (ASK, word)
    counts = list(case.every(r"(?<![0-9第年月])(#)(?:次|期|批|份|场)"))
    if len(counts) == 1:
        number = case.number(counts[0][1])
        if number >= most:
            return MET, counts[0][0]
        return (SHORT, counts[0][0]) if number < least * Decimal("0.9") else (ASK, counts[0][0])
    return None


def all_of_it(case: KindCase) -> Found:
    """Of all there is: as many as there should be, all of them, a rest that is left."""
    whole = case.aims("whole_aims") or case.aim.missed
    if not whole or _DIGIT.search(case.wanted.replace("100%", "")):
        return None
    for find in (_should_and_did, _part_of, _left_over, _rate, _every_one):
        if (found := find(case)) is not None:
            return found
    return None


def _should_and_did(case: KindCase) -> Found:
    """应检218台，实检211台; 定员30人，在岗30人."""
    match = case.find(r"(?:{should})[^0-9,;。]{0,8}?(#)([^\W\d_]{0,2})[^0-9]{0,6}?(?:{did})[^0-9,;。]{0,8}?(#)([^\W\d_]{0,2})")
    if match is None or match[2][:1] != match[4][:1]:
        return None
    should, did = case.number(match[1]), case.number(match[3])
    if did >= should:
        return MET, match[0]
    return _excused(case, should - did) or (SHORT, match[0])


def _excused(case: KindCase, rest: Decimal) -> Found:
    """Whether the rest is told to need nothing (停用7台按规定免检); asked where that is told of something else, or excuses
    perhaps (外出)."""
    match = case.find(r"(#)[^\W\d_]{1,4}[^0-9,;。]*?(?:{excused})|(?:{excused})[^0-9,;。]{0,8}(#)")
    if match is None:
        return None
    sure = case.number(match[1] or match[2]) == rest and not any(word in match[0] for word in case.lists["excused_perhaps"])
    return (MET, match[0]) if sure else (ASK, match[0])


def _part_of(case: KindCase) -> Found:
    """18个乡镇中16个, 覆盖14个乡镇(共16个), 共18个，已覆盖16个."""
    for pattern, turned in (
        (r"(#)([^\W\d_])[^0-9,;。]{0,10}?[中里][^0-9,;。]{0,8}?(#)\2", False),
        (r"(#)([^\W\d_])[^0-9;。]{0,10}?\((?:全[市县区省镇]?|总|一)?共(?:有|计)?(#)\2", True),
        (r"共(?:有|计)?(#)([^\W\d_])[^0-9;。]{0,14}?(?:{done_to})(#)\2", False),
    ):
        if (match := case.find(pattern)) is not None:
            first, second = case.number(match[1]), case.number(match[3])
            whole, part = (second, first) if turned else (first, second)
            if part > whole or not whole:
                return None
            denied = any(word in match[0] for word in case.lists["not_done"])
            if denied:
                return (SHORT, match[0]) if part else None
            return (MET, match[0]) if part == whole else _excused(case, whole - part) or (SHORT, match[0])
    return None


def _left_over(case: KindCase) -> Found:
    """还有3户未兑付, 剩余4个列入明年, 仍缺3名."""
    match = case.find(r"(?:{left})[^0-9,;。]{0,8}?(#)[^\W\d_]{1,3}[^,;。]{0,12}")
    if match is None:
        some = case.find(r"(?:尚有|仍有|还有)(?:遗留|部分|个别|少数|一些)[^,;。]{0,8}")
        return (SHORT, some[0]) if some is not None else None
    wanting = any(word in match[0] for word in case.lists["wanting"]) or any(
        word in case.said[match.end() :] for word in case.lists["not_done"]
    )
    return (SHORT, match[0]) if wanting or any(word in match[0] for word in case.lists["not_done"]) else None


def _rate(case: KindCase) -> Found:
    """到位率96%, 排查率100%: the one rate that is told, of the deed that is wanted."""
    rates = list(case.every(r"([^\W\d_]{0,6}?)(?:率|度|面)?(?:为|达到|达|已达|是|:)?(?<![0-9.])([0-9]+(?:\.[0-9]+)?)%"))
    if len(rates) != 1 or len(re.findall(r"[0-9]+(?:\.[0-9]+)?", case.said)) != 1:
        return None
    label, number = rates[0][1], case.number(rates[0][2])
    own = bool(set(label) & set(case.wanted)) or any(label.endswith(word) for word in case.lists["whole_rates"])
    if not own or any(word in rates[0][0] for word in case.lists["bad_rates"]):
        return None
    if number > _ALL:
        return None
    return (MET, rates[0][0]) if number == _ALL else (SHORT, rates[0][0])


def _every_one(case: KindCase) -> Found:
    """符合条件的均已纳入, 所有行政村均已通公路, 106名在职人员全部参加."""
    match = case.find(r"(?:{all_who}|(?:#)[^\W\d_])[^0-9,;。]{0,14}?(?:{all_did})[^0-9,;。]{1,14}")
    if match is None or any(word in match[0] for word in (*case.lists["not_done"], *case.lists["harm"])):
        return None
    return MET, match[0]
