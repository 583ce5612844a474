"""The words of a clause as their neighbours and the target make them: a plan or a noun, 把 or the future, a negator or a name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from engine.values.wording.grammar import Grammar
from engine.values.wording.model import NONE, Aim, Phrase, Token
from engine.values.wording.tokens import CONTENT

NOUNS = (CONTENT, "plain", "generic", "bad", "step")
_WANTED = ("failures", "mild", "progress", "pending", "need")
"""Roles of words that are what a target is about where it uses them itself (取消收费, 缩小差距)."""
_ALL = ("都", "也")
_NEAR = 4
"""Tokens behind 较 within which 前 says that it compares: 较改造前."""
_OPEN = 2
"""Characters of a name behind a negator by which it is known again."""


def prepared(clause: Phrase, aim: Aim, grammar: Grammar) -> list[Token]:
    """The words of a clause that mean anything."""
    tokens = _only_named(_shortfalls(clause.tokens, aim), aim, grammar)
    tokens = _sought(_steps_ready(_trials(tokens, grammar), grammar), aim, grammar)
    alls = {before.end for before, after in pairwise(tokens) if after.text in _ALL}
    found: list[Token] = []
    for index, token in enumerate(tokens):
        if token.role == "filler":
            continue
        token = _glued(index, tokens, _sure(index, tokens, grammar), grammar)
        if aim.kind != NONE and _named(token, index, tokens, aim):
            token = replace(token, role=CONTENT)
        elif token.number == 1 and token.end in alls:  # 一户都没……: one that stands for all
            token = replace(token, role="generic", number=None)
        elif token.role == "progress" and index + 1 < len(tokens) and tokens[index + 1].role == "generic":
            token = replace(token, role=CONTENT)  # 在建项目
        elif _aside(index, tokens, aim, grammar):
            continue
        found.append(token)
    return found if clause.text.startswith(grammar.circumstances) else _ending(found, grammar)


def _glued(index: int, tokens: Sequence[Token], token: Token, grammar: Grammar) -> Token:
    """A negator between a single character and a noun no list holds is a part of a name: 社零总额, 碘缺乏病."""
    if token.role != "negators" or not 0 < index < len(tokens) - 1:
        return token
    before, after = tokens[index - 1], tokens[index + 1]
    joined = before.role == after.role == CONTENT and before.end == token.start and token.end == after.start
    return (
        replace(token, role=CONTENT) if joined and len(before.text) == 1 and token.text in grammar.tags["named_negators"] else token
    )


def _shortfalls(tokens: Sequence[Token], aim: Aim) -> list[Token]:
    """漏保, where 应保尽保 is wanted, is something bad whatever stands before it in the same run."""
    out: list[Token] = []
    for token in tokens:
        bad = next((word for word in aim.missed if word in token.text), "") if token.role == CONTENT else ""
        if not bad:
            out.append(token)
            continue
        start = token.start + token.text.index(bad)
        ends = (token.start, start, start + len(bad), token.end)
        parts = [token.text[first - token.start : last - token.start] for first, last in pairwise(ends)]
        out += [
            replace(token, text=part, start=first, end=last, role="bad" if part == bad else CONTENT)
            for part, first, last in zip(parts, ends, ends[1:], strict=False)
            if part
        ]
    return out


def _only_named(tokens: Sequence[Token], aim: Aim, grammar: Grammar) -> list[Token]:
    """Words that are only a part of a name or say what something is made of: 信访 of 信访联席办, 六成 of 占六成; 签约 where it is
    an agreement that is wanted."""
    pact = any(word in aim.text for word in grammar.tags["pacts"])
    out: list[Token] = []
    for at, token in enumerate(tokens):
        after = tokens[at + 1] if at + 1 < len(tokens) else None
        office = token.role == "bad" and after is not None and after.start == token.end and _office(after, grammar)
        share = any(item.text.endswith(tuple(grammar.tags["composing"])) for item in tokens[:at])
        share = share and not aim.percent and (token.unit == "%" or token.role == "some")
        signed = pact and bool(token.steps) and token.text in grammar.tags["signing"]
        out.append(replace(_content(token), number=None, unit="") if office or share or signed else token)
    return out


def _office(token: Token, grammar: Grammar) -> bool:
    """Whether a text begins with what an office is called: 联席办, 局."""
    short = "".join(word for word in grammar.tags["agents"] if len(word) == 1)
    return token.role in (CONTENT, "plain") and re.match(rf"[^{short}]{{0,3}}[{short}]", token.text) is not None


def _trials(tokens: Sequence[Token], grammar: Grammar) -> list[Token]:
    """试 before a step, or a deed: it is on trial, and so going on."""
    trial = tuple(grammar.tags["trial"])
    return [
        replace(token, role="progress")
        if token.role == CONTENT
        and token.text in trial
        and after is not None
        and after.start == token.end
        and after.role in ("achieve", "step")
        else token
        for token, after in zip(tokens, (*tokens[1:], None), strict=True)
    ]


def _steps_ready(tokens: Sequence[Token], grammar: Grammar) -> list[Token]:
    """验收条件, 验收申请: what is named by a step that is still to be taken."""
    ready, made = tuple(grammar.tags["ready"]), grammar.groups["made"]
    out: list[Token] = []
    start, named = -1, False
    for token in reversed(tokens):
        named = token.end == start and (token.steps or token.family in made) and (named or out[-1].text.startswith(ready))
        out.append(_content(token) if named else token)
        start = token.start
    return out[::-1]


def _sought(tokens: Sequence[Token], aim: Aim, grammar: Grammar) -> list[Token]:
    """已申请验收, 督促完成: what is only sought is not done."""
    for at, token in enumerate(tokens):
        verbal = at == 0 or tokens[at - 1].role not in (*NOUNS, "achieve", "of")
        if token.text in grammar.tags["seeking"] and token.text not in aim.words and verbal:
            end = next((n for n, item in enumerate(tokens) if n > at and item.role in ("done", "negators")), len(tokens))
            return [
                _content(item) if at < n < end and (item.steps or item.role == "achieve") else item for n, item in enumerate(tokens)
            ]
    return list(tokens)


def _content(token: Token) -> Token:
    return replace(token, role=CONTENT, family="", steps=(), scale=())


def _named(token: Token, index: int, tokens: Sequence[Token], aim: Aim) -> bool:
    """Whether the word belongs to a name the target uses itself: 取消, 不文明行为, 无人照料."""
    if token.role in _WANTED:
        return token.text in aim.words
    following = tokens[index + 1] if index + 1 < len(tokens) else None
    if token.role != "negators" or following is None or following.role not in NOUNS:
        return False
    return token.text + following.text[:_OPEN] in aim.text


def _sure(index: int, tokens: Sequence[Token], grammar: Grammar) -> Token:
    """将 before a noun is 把. 计划 behind a noun is one; it says what is to come, unless something is done all the same."""
    token = tokens[index]
    rest = [item for item in tokens[index + 1 :] if item.role not in ("filler", "manner")]
    following = rest[0] if rest else None
    if token.text in grammar.tags["disposal"]:
        noun = following is not None and (following.role in NOUNS or following.number is not None)
        return replace(token, role="joins") if noun else token
    if token.role != "unsure":
        return token
    deeds = [item for item in rest if item.role == "achieve" or item.steps]
    named = (*NOUNS, "date", "later")  # 扶持计划, 2022年度计划
    behind = any(item.end == token.start and item.role in named and len(item.text) > 1 for item in tokens[:index])
    if behind or not (deeds or any(item.number is not None for item in rest)) or any(item.role == "future" for item in rest):
        return replace(token, role=CONTENT)
    finished = any(item.role == "done" or item.family in grammar.groups["general"] for item in rest[1:])
    return replace(token, role="doubt" if finished else "future")


def _aside(index: int, tokens: Sequence[Token], aim: Aim, grammar: Grammar) -> bool:
    """Whether the word only says by what means, beside what or by whom."""
    leads = tokens[index].text in grammar.tags["prepositional"] and _leads(index, tokens, aim, grammar)
    return leads or _compared(index, tokens, grammar) or _agent(tokens[index], grammar)


def _compared(index: int, tokens: Sequence[Token], grammar: Grammar) -> bool:
    """Whether 较 holds something against another (较预算节约), and is no word of degree."""
    token, after = tokens[index], tokens[index + 1] if index + 1 < len(tokens) else None
    if token.role != "fair" or len(token.text) != 1 or after is None or after.start != token.end:
        return False
    until = any(item.text.startswith(tuple(grammar.tags["until"])) for item in tokens[index + 1 : index + _NEAR])
    return until or after.role in ("plain", "generic", "date", "filler")


def _agent(token: Token, grammar: Grammar) -> bool:
    """Whether it only names by whom: 获市政府批复."""
    return token.role == CONTENT and token.text[0] in grammar.particles and token.text.endswith(tuple(grammar.tags["agents"]))


def _leads(index: int, tokens: Sequence[Token], aim: Aim, grammar: Grammar) -> bool:
    """Whether the word only leads in by what means: 通过减免政策，……; not 成果通过省级核查."""
    if index and tokens[-1].text.endswith(tuple(grammar.tags["examined"])):
        return False
    before, after = tokens[index - 1] if index else None, tokens[index + 1] if index + 1 < len(tokens) else None
    done = before is not None and before.role in ("done", "negators")
    return not done and after is not None and after.role in (CONTENT, "plain") and tokens[index].text not in aim.text


def _ending(found: list[Token], grammar: Grammar) -> list[Token]:
    """……中 at the end of a clause says that it is going on."""
    end = grammar.progress_end
    if not found or not found[-1].text.endswith(end):
        return found
    last, before = found[-1], found[-2] if len(found) > 1 else None
    going = last.text == end and before is not None and before.end == last.start and before.role in ("achieve", *NOUNS)
    if last.role != CONTENT and not going:  # 整改中, but 等级为中
        return found
    head = replace(last, text=last.text[: -len(end)], end=last.end - len(end))
    return [*found[:-1], *([head] if head.text else []), Token("progress", end, head.end, last.end)]
