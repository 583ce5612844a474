"""Targets of people who are satisfied, of something in time, within a budget, in use for long, or of nothing that happens."""

from __future__ import annotations

import re
from decimal import Decimal

from engine.values.wording.settling import ASK, FROM_TO, MET, SHORT, Found, KindCase

_DIGIT = re.compile(r"[0-9]")
_HIGH, _LOW, _FEW = Decimal(90), Decimal(70), Decimal(5)
_ALL = Decimal(100)


def satisfied(case: KindCase) -> Found:
    """满意度94.1%, 30家中28家满意, 意见很大; what lies between is asked."""
    if not case.aims("satisfied") or _DIGIT.search(case.wanted):
        return None
    if word := case.tells("displeased"):
        return SHORT, word
    unhappy = case.find(r"不满意[^0-9,;。]{0,6}?([0-9.]+)%")
    if unhappy is not None:
        share = case.number(unhappy[1])
        return (MET if share <= _FEW else SHORT if share >= _ALL - _LOW else ASK), unhappy[0]
    if (ends := FROM_TO.search(case.said)) is not None:  # 由93.1%下降至91.4%: the second is this year's
        now = case.number(ends[3])
        if case.aims("up"):
            return (MET if now > case.number(ends[1]) else SHORT), ends[0]
        return _share(now, ends[0])
    rate = case.find(r"(?:{rated})[^0-9,;。]{0,10}?([0-9]+(?:\.[0-9]+)?)%|([0-9]+(?:\.[0-9]+)?)%的?[^,;。0-9]{0,8}?(?:{rated})")
    if rate is not None:
        return _share(case.number(rate[1] or rate[2]), rate[0])
    if (points := case.find(r"(?:{rated}|测评|评分|得分)[^0-9,;。]{0,8}?([0-9]+(?:\.[0-9]+)?)分")) is not None:
        return _share(case.number(points[1]), points[0])
    if (everyone := case.find(r"(?:{all_did}|一致)(?:表示)?(?:满意|认可|好评|肯定|赞扬)")) is not None:
        return MET, everyone[0]
    return _counted(case)


def _share(share: Decimal, text: str) -> Found:
    return (MET if share >= _HIGH else SHORT if share < _LOW else ASK), text


def _counted(case: KindCase) -> Found:
    asked = case.find(r"(#)(家|人|户|名|份)")
    if asked is None:
        return None
    whole = case.number(asked[1])
    unhappy = case.find(rf"不满意(?:的)?(#){asked[2]}?|(#){asked[2]}(?:表示)?不满意")
    happy = case.find(rf"(#){asked[2]}(?:表示)?(?:非常|很)?(?<!不)(?<!基本)满意|(?<!不)(?<!基本)满意(?:的)?(#){asked[2]}")
    if unhappy is not None:
        number = case.number(unhappy[1] or unhappy[2])
        if not whole or number > whole:
            return None
        share = _ALL * (whole - number) / whole
        return (SHORT if share < _LOW or case.aims("whole_aims") else ASK), unhappy[0]
    if happy is None or not whole or happy.start() == asked.start():
        return None
    number = case.number(happy[1] or happy[2])
    return _share(_ALL * number / whole, happy[0]) if number <= whole else None


def in_time(case: KindCase) -> Found:
    """较规定时限提前9天, 接报后均在30分钟内到场; 超过约定时限, 推迟至8月补发."""
    if not case.aims("timely_aims") or _DIGIT.search(case.wanted):
        return None
    if word := case.tells("too_late"):
        return SHORT, word
    late = case.find(r"(?:比|较)(?:{agreed})[^0-9,;。]{0,4}?(?:晚|迟|延后|推迟|滞后)|(?:晚于|迟于|超过|超出)(?:{agreed})|晚了(#)")
    if late is not None:
        return SHORT, late[0]
    for pattern in (
        r"提前(?:了)?(?:#)个?(?:天|日|工作日|周|星期|个月|月|小时|分钟)",
        r"(?:{agreed})[^,;。]{0,6}?(?:提前|以内|之内)",
        r"(?:低于|少于|短于|早于|符合|优于)(?:{agreed})",
        r"当(?:日|天|月)[^,;。]{0,8}?(?:{quick})",
        r"每[月季](?:度)?(?:#)[日号](?:前|之前|以前)[^,;。]{0,10}?(?:{quick})",
        r"(?:均|都|全部)[^0-9,;。]{0,6}?(?:#)(?:分钟|小时)(?:内|以内|之内)[^,;。]{0,8}?(?:{arrived})",
        r"(?:接报|接到|接警)[^0-9,;。]{0,6}?(?:#)(?:分钟|小时)(?:内|以内|之内)[^,;。]{0,8}?(?:{arrived})",
        r"(?:#)分钟(?:内|以内|之内)[^,;。]{0,8}?(?:{arrived})",
    ):
        if (match := case.find(pattern)) is not None and not case.says("not_done"):
            return MET, match[0]
    return None


def within_money(case: KindCase) -> Found:
    """结余11万元, 低于批复概算31万元; 超支2.6万元."""
    if not case.aims("money_aims") or _DIGIT.search(case.wanted):
        return None
    over = case.find(r"(?<!不)(?<!未)(?<!无)(?<!有)(?:{overspent})")
    if over is not None:
        return (ASK if case.says("spent_less") else SHORT), over[0]
    saved = case.find(
        r"(?:{spent_less})[^0-9,;。]{0,4}?(?:#)|(?:低于|少于|小于)(?:{budget})|(?:比|较)(?:{budget})[^0-9,;。]{0,4}?(?:少|低|节约|节省|下降|减少)"
        r"|(?:{not_over})"
    )
    if saved is None or case.says("added"):
        return None
    return MET, saved[0]


def within_quota(case: KindCase) -> Found:
    """超编3人, of 严格控制编制; 低于限额, of 控制债务规模."""
    if not case.aims("quota_aims") or not case.aims("quota_verbs") or _DIGIT.search(case.wanted):
        return None
    if word := case.says("quota_kept"):
        return MET, word
    return (SHORT, word) if (word := case.tells("quota_over")) else None


def lasting(case: KindCase) -> Found:
    """使用年限不少于15年, 均在使用; 已停用, 后续无资金安排."""
    if not case.aims("lasting_aims") or _DIGIT.search(case.wanted):
        return None
    if word := case.tells("ceased"):
        return SHORT, word
    years = case.find(r"(?:{life})[^0-9,;。]{0,8}?(#)年")
    if years is not None and case.number(years[1]) >= _LEAST_YEARS:
        return MET, years[0]
    using = case.find(
        r"(?:{all_did})(?:在|正常)?(?:使用|运行|运转|运营|发挥作用)|(?:正常|良好|稳定)(?:使用|运行|运转)"
        r"|(?:使用|运行|运转)(?:正常|良好|稳定)|全年(?:正常)?(?:开放|运营)|正常(?:开放|运营)|(?:持续|常态化)(?:执行|运行|开展)"
    )
    return (MET, using[0]) if using is not None else None


_LEAST_YEARS = 3
"""Years for which a thing that is in use lasts."""


def none_of_it(case: KindCase) -> Found:
    """零报告, 没有一起; 由5起降至1起, of 零事故; 未中断, of 不断供."""
    if not case.aims("none_aims") or case.aim.kind != "none":
        return None
    late = case.aims("late_things") and case.find(r"(?:{all_did})[^,;。]{0,8}?(?:按时|按期|及时|如期|时限内|期限内)")
    if late:
        return MET, late[0]
    left = case.find(r"(?:降至|降为|降到|减至|减为|减少到|减少至|下降到|下降至)(#)[^\W\d_]")
    if left is not None:
        return (SHORT, left[0]) if case.number(left[1]) else (MET, left[0])
    none = case.find(
        r"(?:{zero_told})(?!目标|责任|承诺|方案|活动|计划|创建)|[一半][起件次个例宗分户][^,;。]{0,8}?[也都](?:没|未|不)"
    )
    if none is not None and not re.search(r"[1-9][0-9]*(?:起|件|次|人|例|宗|户|处)", case.said):
        return MET, none[0]
    return None


def mechanism(case: KindCase) -> Found:
    """印发《考核办法》, 建立三项制度, of 建立长效机制."""
    if not case.aims("rule_aims") or _DIGIT.search(case.wanted):
        return None
    if (wanting := case.find(r"(?:未|没有|尚未|仍未)(?:制定|建立|出台|形成|健全)|(?:仍在|正在)(?:起草|制定|编制)")) is not None:
        return SHORT, wanting[0]
    made = case.find(
        r"(?:{issued})(?:了)?[^,;。]{0,10}?(?:《[^》]*(?:{rules})》|(?:[^,;。]{0,20}?)(?:#)(?:项|个|套|部|份)[^,;。]{0,10}?(?:{rules}))"
    )
    return (MET, made[0]) if made is not None else None
