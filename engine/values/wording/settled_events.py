"""What happened, held against targets of a state (安全, 畅通, 规范), of nothing that happens, or of a thing to be completed."""

from __future__ import annotations

import re

from engine.values.wording.model import NONE, RESULT, Phrase
from engine.values.wording.settling import ASK, MET, SHORT, Found, KindCase

_DIGIT = re.compile(r"[0-9]")
_LEAST = 4
"""Characters of a target's end that a clause may say again of what the target is of."""


def disturbed(case: KindCase) -> Found:
    """6月出现区域性脱销, 被省局通报2次, 2批浊度超标, of a state that is wanted."""
    if case.aim.kind != RESULT or not case.aims("state_aims") or _DIGIT.search(case.wanted):
        return None
    unit = "(?:项|批|批次|家|处|个|件|起|组|次)"
    wrong = case.find(rf"(#){unit}[^,;。]{{0,8}}?(?:不符合|不合格|不达标|超标|不规范|未达标)")
    if wrong is not None and case.number(wrong[1]) and not case.find(rf"(?:无|未|没有)[^,;。]{{0,6}}?#{unit}"):
        well = any(_denies(case, part) for part in case.parts)
        return (ASK if well or _dealt(case, case.said) else SHORT), wrong[0]
    if case.says("lightly"):
        return None
    for part in case.parts:
        word = _event(case, part.text)
        if not word or any(token.number == 0 for token in part.tokens) or _among_facts(case, part):
            continue
        dealt = not word.startswith(case.lists["suffered"]) and _dealt(case, part.text)
        if dealt or case.compiled(r"{down}").search(part.text):
            continue
        if not case.roles_before(part, part.text.find(word) + 1, len(part.text)) & {"negators"}:
            return SHORT, part.text
    return None


def _among_facts(case: KindCase, part: Phrase) -> bool:
    """Whether other clauses tell how much was done, or how well: what went wrong once is then one fact of several."""
    others = [other for other in case.parts if other is not part]
    well = any(word in other.text for other in others for word in case.lists["well_states"])
    return well or any(token.number for other in others for token in other.tokens)


def _dealt(case: KindCase, text: str) -> bool:
    """Whether a text says that such a thing was dealt with, or prepared for: 破获盗掘案件3起, 停电演练."""
    return any(word in text for word in case.lists["not_events"])


def _event(case: KindCase, text: str) -> str:
    """What went wrong in a text, by the words of the list or of its form (停暖, 断行, 被……撤销)."""
    match = case.compiled(
        r"{events}|停(?:供|电|水|气|暖|运|训|业|课|诊|机|办|产|航|播)|断(?:供|电|水|气|网|行|流)|被[^,;。]{0,8}?{punished}"
    ).search(text)
    if match is None or match[0] in case.wanted:
        return ""
    devices = tuple(case.grammar.tags["devices"])  # 泄漏报警器
    named = any(text[match.end() : match.end() + size].endswith(devices) for size in range(1, _NAME + 1))
    return "" if named else match[0]


_NAME = 4
"""Characters behind something bad that may make it the name of what guards against it."""


def undisturbed(case: KindCase) -> Found:
    """全年无盗掘、火灾、坍塌; 迎峰度夏期间未拉闸限电: every clause denies what would disturb the state."""
    if case.aim.kind != RESULT or not case.aims("state_aims") or _DIGIT.search(case.wanted):
        return None
    well = case.compiled(r"(?:{all_did}|{steadily})[^,;。]{0,4}?(?:{well_states})|(?:{well_states})率(?:为|达到|达)?100%")
    plain = case.lists["plain_well"]
    if case.parts and all(_denies(case, part) or well.search(part.text) or part.text in plain for part in case.parts):
        return MET, case.parts[-1].text
    if case.aims("open_aims") and (word := case.says("open_told")):
        return MET, word
    return None


def _denies(case: KindCase, part: Phrase) -> bool:
    if any(word in part.text for word in case.lists["harmless"]):
        return True
    at = next((n for n, token in enumerate(part.tokens) if token.role == "negators"), -1)
    behind = "".join(token.text for token in part.tokens[at + 1 :])
    event = _event(case, behind) or any(word in behind for word in case.lists["hard_harm"])
    return at >= 0 and (bool(event) or any(token.role == "bad" for token in part.tokens[at + 1 :]))


def none_left(case: KindCase) -> Found:
    """发生一般事故1起, of 不发生较大以上事故; 3月发生一起堵路事件, of 无群体性事件; 经核查均为无责, of 无有责投诉."""
    if case.aim.kind != NONE:
        return None
    if (cleared := case.find(r"(?:均|都|全部)(?:为|属)?(?:无责|不属实|不成立|失实|非有责)")) is not None:
        return MET, cleared[0]
    if (gone := case.find(r"(?:均已|已全部|全部)(?:消除|化解|清零|销号)")) is not None and case.aims("gone_aims"):
        return MET, gone[0]
    for name in ("crowd", "accident", "illness", "wages"):
        if not case.aims(f"none_{name}"):
            continue
        happened = case.find(rf"(?<!未)(?<!有)(?<!无)(?:发生|出现|引发|发现)[^,;。]{{0,12}}?(?:{{is_{name}}})")
        if happened is not None and not any(word in happened[0] for word in ("未", "没有", "无")):
            return (SHORT if not case.aim.severity else ASK), happened[0]
        denied = case.find(rf"(?:未|没有|无)(?:发生|出现|发现|检出|任何)?[^,;。]{{0,4}}?(?:{{is_{name}}})")
        if denied is not None and not case.aim.severity and name in ("illness", "wages"):
            return MET, denied[0]
    return None


def unfinished(case: KindCase) -> Found:
    """2个项目未出具报告, 交办件均未取得进展, of something that is to be done."""
    if case.aim.kind != RESULT or case.aim.counts:
        return None
    groups = case.grammar.groups
    if (
        case.aim.wanted
        and not case.aims("yields_means")
        and not case.aim.wanted & (groups["made"] | groups["mends"] | groups["leads"])
    ):
        return None
    none = case.find(r"(?:均|全部|都)(?:未|没有|尚未)(?:取得|完成|开展|启动|实施|落实|办结|解决|化解|到位)")
    if none is not None:
        return SHORT, none[0]
    some = case.find(
        r"(#)(?:公里|个|项|户|处|台|座|家|名|条|件|所)[^0-9,;。]{0,6}?(?:未|尚未|没有)"
        r"(?:完成|完工|出具|启动|开工|验收|到货|办结|解决|落实|到位|交付|实施)"
    )
    plan = case.find(r"计划[^0-9,;。]{0,8}(#)([^\W\d_])[^0-9]{0,8}?(?:实际|仅|只|到岗|到位|完成|已)[^0-9,;。]{0,8}?(#)\2")
    if plan is not None:
        return (SHORT if case.number(plan[3]) < case.number(plan[1]) else MET), plan[0]
    partly = case.find(r"(?:部分|个别|少数)[^,;。]{0,10}?(?:未|尚未|没有)[^,;。]{1,6}")
    if partly is not None and case.aims("done_aims"):
        return SHORT, partly[0]
    whole = case.find(r"(?:{all_who}|#个?[^\W\d_]|计划项目)[^0-9,;。]{0,12}?(?:{all_did})[^0-9,;。]{0,4}?(?:{finish_words})")
    if whole is not None and case.aims("done_aims"):
        return MET, whole[0]
    if some is not None and case.number(some[1]) and (case.aims("done_aims") or case.aims("yields_means")):
        return SHORT, some[0]
    return None


def only_begun(case: KindCase) -> Found:
    """正在办理用地手续, 已提交设立申请, of something that is to be made: a beginning is told, and of nothing that it is done."""
    made = case.grammar.groups["made"] | case.grammar.groups["reached"]
    if case.aim.kind != RESULT or not (case.aim.wanted & made or case.aims("done_aims")):
        return None
    begun = case.find(r"{begun}")
    if begun is None:
        return None
    ends = [goal.things[-2:] for goal in case.aim.goals if goal.things]
    done = [part.text for part in case.parts if any(word in part.text for word in case.lists["finish_words"])]
    return None if any(end in text for end in ends for text in done) else (SHORT, begun[0])


def said_again(case: KindCase) -> Found:
    """全部正常运行, of 村卫生室正常运行; 群众负担切实减轻, of 减轻群众丧葬负担; 符合相关要求, of 符合要求."""
    if case.aim.kind != RESULT or _DIGIT.search(case.wanted) or len(case.aim.goals) != 1:
        return None
    goal = case.aim.goals[0]
    if goal.strict or goal.strong:
        return None
    tags = case.grammar.tags
    if any(word in case.wanted for word in tags["utmost"]):
        return None  # 充分发挥
    core = case.wanted
    for word in (*case.lists["lead_words"], *case.lists["aspects"]):
        core = core.replace(word, "")
    slow = [word for name in ("gradual", "fleeting") for word in tags[name] if word not in case.wanted]
    for part in case.parts:
        if any(word in part.text for word in slow):
            continue
        told = [token for token in part.tokens if token.role in _ASPECTS or token.text in case.lists["aspects"]]
        rest = "".join(token.text for token in part.tokens if token not in told)
        for word in case.lists["idle_words"]:
            rest = rest.replace(word, "")
        if told and len(rest) >= _LEAST and _same(rest, core, case.wanted):
            return MET, part.text
        if not told and rest == case.wanted != part.text:
            return MET, part.text  # 符合相关要求
    return None


_ASPECTS = ("manner", "done", "whole", "strong")


def _same(rest: str, core: str, wanted: str) -> bool:
    """Whether what is left of a clause that says that it was done says the target's words again."""
    most = set(rest) <= set(wanted) and len(set(rest)) * 5 >= len(set(wanted)) * 3
    return rest == core or wanted.endswith(rest) or most
