"""Numbers inside a clause, held against those the target names, or against each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from engine.values.wording.aim import spoken, uncompared
from engine.values.wording.grammar import Grammar
from engine.values.wording.model import NONE, NOT, PART, SAID, UNCLEAR, Assertion, Grams, Phrase, Token
from engine.values.wording.reach import ACHIEVE, BAD
from engine.values.wording.scene import Scene
from engine.values.wording.tokens import CONTENT, grams

NUMBER = frozenset({"number"})


def numbers(here: Scene) -> list[Assertion]:
    """Counts against counts the target wants, percentages of the whole, and one count of another."""
    near = tuple(here.grammar.words.approximate_before)
    before = (None, *here.found)
    listed = [
        token
        for first, token in zip(before, here.found, strict=False)
        if token.number is not None and not (first is not None and first.text.endswith(near))
    ]
    if not listed:
        return []
    if here.aim.kind == NONE:
        return _events(listed, here)
    moves = [word for word in here.words if word.kind == ACHIEVE and word.family in here.group("moves")]
    for token in listed:
        falls = here.group("less")  # 降为0
        if not token.number and any(word.token.end == token.start and word.family not in falls for word in moves):
            return [_number(NOT, "number_none", token, here)]  # 提升0
    if any(word.negated for word in here.words) or here.aim.wanted & here.group("less") - here.group("ended"):
        return _shares(listed, here)
    out: list[Assertion] = []
    for first, token in zip(before, here.found, strict=False):
        if token not in listed or (first is not None and first.text in here.tag("besides")):
            continue  # 另有5个
        if token.unit == "%" and not here.aim.percent:
            out += _percent(token, here)
        elif token.unit == "%" or not uncompared(token, here.grammar):
            out += _count(token, here)
    return out or _shares(listed, here)


def _number(state: str, ground: str, token: Token, here: Scene) -> Assertion:
    claim = replace(here.claim(state, ground, token), grams=here.speaks)
    return replace(claim, families=NUMBER) if state == SAID else claim


def _events(listed: Sequence[Token], here: Scene) -> list[Assertion]:
    """A number, where something is not to happen: none of it, or some."""
    if any(word.kind == BAD for word in here.words):
        return []
    some = next((token for token in listed if token.number), None)
    if some is None:
        return [replace(here.claim(SAID, "absent", listed[0], reach=here.aim.text), families=frozenset({"absent"}))]
    if here.speaks:
        wanted = here.aim.name.union(here.aim.grams, *(goal.event for goal in here.aim.goals))
        # 发生网络攻击5次; but 编发稿件1460篇 is of something else
        events = frozenset[str]().union(*(goal.event for goal in here.aim.goals))
        occurs = not here.has("negators") and (here.speaks <= events or (here.has("occur") and here.speaks & wanted))
        return [here.claim(NOT, "happened", some)] if occurs else []
    return [] if here.words or here.has("negators") else [here.claim(NOT, "happened", some)]


def _count(token: Token, here: Scene) -> list[Assertion]:
    """A count against the one count of that unit the target wants."""
    same = here.grammar.words.same
    wanted = [n for n, unit in here.aim.counts if unit == token.unit or any({unit, token.unit} <= group for group in same)]
    if len(wanted) != 1 or not wanted[0]:
        return []
    if any(word in here.aim.text for word in here.tag("caps")):  # 按需采购，不超过30台: fewer is no miss
        return (
            [_number(SAID, "number_met", token, here)] if (token.number or 0) <= wanted[0] else [here.claim(UNCLEAR, "open", token)]
        )
    state, ground = _against(token, wanted[0])
    return [_number(state, ground, token, here)]


def _percent(token: Token, here: Scene) -> list[Assertion]:
    """A share of what words want: less than all of what can be done in part is a part of it; of 满意 or 提升 it says nothing."""
    families = frozenset(word.family for word in here.words if word.kind == ACHIEVE)
    if not token.number:
        return [_number(NOT, "number_none", token, here)]
    if families & here.group("moves"):
        return []
    if any(
        item.role == "generic" and item.text.endswith(tuple(here.tag("rates"))) and not _asked(item, here) for item in here.found
    ):
        return [here.claim(UNCLEAR, "silent", token)]
    described = any(goal.states & here.group("adverbial") - families for goal in here.aim.goals)
    if described and any(name in here.clause.text for name in here.tag("rates")) and token.number < 100:
        return [here.claim(UNCLEAR, "silent", token)]  # 使用率达98%, where 正常使用 is wanted
    if _rate_of_other(token, here):
        return [here.claim(UNCLEAR, "silent", token)]  # 管理率100%, where 安全 is wanted
    if token.number >= 100:
        return [_number(SAID, "number_met", token, here)]
    states = here.group("adverbial") | here.group("strict")
    divisible = here.aim.wanted - states or families - states
    if divisible & here.group("mends"):
        return [here.claim(UNCLEAR, "open", token)]  # 化解率98%: how much was to be, the target does not say
    if divisible and (divisible | families - states) <= here.group("ended"):
        return [_number(PART, "number_short", token, here)]
    return [here.claim(UNCLEAR, "silent", token)]


def _rate_of_other(token: Token, here: Scene) -> bool:
    """Whether a share is that of a rate no list holds, whose measure the target does not name."""
    at = next(index for index, item in enumerate(here.found) if item is token)
    rate = next((item for item in reversed(here.found[:at]) if item.text.endswith(tuple(here.tag("rates")))), None)
    if rate is None or rate.role not in (CONTENT, "plain"):
        return False
    stem = here.clause.text[: here.clause.text.rindex(rate.text) + len(rate.text) - 1][-2:]
    return stem not in here.aim.text


def _asked(rate: Token, here: Scene) -> bool:
    """Whether the target asks for what the rate is of: 完成率, of 按期完成; not 开工率, where 竣工 is wanted."""
    of = rate.text[:-1]
    family = getattr(here.grammar.entries.get(of), "family", "")
    return of in here.aim.text or not family or family in here.aim.wanted | here.group("general")


def _shares(listed: Sequence[Token], here: Scene) -> list[Assertion]:
    """10个中已完成9个: of two counts of one thing the second is the smaller."""
    moves = here.group("moves")
    achieved = [word for word in here.words if word.kind == ACHIEVE and not word.negated]
    if not achieved or any(word.family in moves for word in achieved):
        return []  # 办理时限由5天压缩至3天
    for first, second in pairwise(listed):
        if first.unit and first.unit == second.unit and (second.number or 0) < (first.number or 0):
            return [here.claim(PART, "number_short", second)]
    return []


def _against(token: Token, wanted: Decimal) -> tuple[str, str]:
    if token.number is not None and token.number >= wanted:
        return SAID, "number_met"
    return (PART, "number_short") if token.number else (NOT, "number_none")


def fewer_than_all(parts: Sequence[Phrase], grammar: Grammar) -> str:
    """10个断面中9个, 覆盖14个（共16个）: what says that one count is of more than was reached; empty where nothing does."""
    counted = [(part, token) for part in parts for token in part.tokens if token.number is not None and token.unit not in ("", "%")]
    for (where, first), (part, second) in pairwise(counted):
        if first.unit != second.unit or first.number is None or second.number is None:
            continue
        between = "".join(token.text for token in part.tokens if first.end <= token.start and token.end <= second.start)
        among = (
            where is part
            and between.endswith(tuple(grammar.tags["among"]))
            and not between.startswith(tuple(grammar.tags["among"]))
        )
        if among and second.number < first.number:
            return part.text
        lead = "".join(token.text for token in part.tokens if token.end <= second.start)
        if where is not part and lead in grammar.tags["in_all"] and second.number > first.number:
            return part.text
    for part in parts:
        if any(first.role == "need" and second.number for first, second in pairwise(part.tokens)):
            return part.text  # 剩余1项
    return ""


def planned(parts: Sequence[Phrase], grammar: Grammar) -> tuple[Phrase, Phrase, Assertion] | None:
    """计划安装100盏，实际安装60盏: the plan, the clause with what was reached, what comes of it; None without a plan."""
    for number, plan in enumerate(parts):
        said = any(token.text in grammar.tags["plans"] for token in plan.tokens)
        if not said or any(token.role == "done" for token in plan.tokens):
            continue
        wanted = {token.unit: token.number for token in plan.tokens if token.number and token.unit != "%"}
        for clause in parts[number + 1 :]:
            for token in clause.tokens:
                if token.number is not None and token.unit in wanted:
                    speaks = grams(spoken((*plan.tokens, *clause.tokens), grammar))
                    return plan, clause, _of_plan(token, wanted[token.unit], speaks)
    return None


def _of_plan(token: Token, wanted: Decimal, speaks: Grams) -> Assertion:
    state, ground = _against(token, wanted)
    families = NUMBER if state == SAID else frozenset[str]()
    return Assertion(state, ground, token.text, "", ((token, None),), families, speaks)
