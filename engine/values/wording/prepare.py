"""The words of a clause as their neighbours and the target make them: a plan or a noun, 把 or the future, a negator or a name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.values.wording.grammar import Grammar
from engine.values.wording.model import NONE, Aim, Phrase, Token
from engine.values.wording.tokens import CONTENT

NOUNS = (CONTENT, "plain", "generic", "bad", "step")
_WANTED = ("failures", "mild", "progress", "pending", "need")
"""Roles of words that are what a target is about where it uses them itself (取消收费, 缩小差距)."""
_ALL = ("都", "也")
_OPEN = 2
"""Characters of a name behind a negator by which it is known again."""


def prepared(clause: Phrase, aim: Aim, grammar: Grammar) -> list[Token]:
    """The words of a clause that mean anything."""
    alls = {before.end for before, after in zip(clause.tokens, clause.tokens[1:], strict=False) if after.text in _ALL}
    found: list[Token] = []
    for index, token in enumerate(clause.tokens):
        if token.role == "filler":
            continue
        token = _sure(index, clause.tokens, grammar)
        if aim.kind != NONE and _named(token, index, clause.tokens, aim):
            token = replace(token, role=CONTENT)
        elif token.number == 1 and token.end in alls:  # 一户都没……: one that stands for all
            token = replace(token, role="generic", number=None)
        elif token.role == "progress" and index + 1 < len(clause.tokens) and clause.tokens[index + 1].role == "generic":
            token = replace(token, role=CONTENT)  # 在建项目
        elif token.text in grammar.tags["prepositional"] and _leads(index, clause.tokens, aim):
            continue
        found.append(token)
    return found if clause.text.startswith(grammar.circumstances) else _ending(found, grammar)


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


def _leads(index: int, tokens: Sequence[Token], aim: Aim) -> bool:
    """Whether the word only leads in by what means: 通过减免政策，……"""
    before, after = tokens[index - 1] if index else None, tokens[index + 1] if index + 1 < len(tokens) else None
    done = before is not None and before.role in ("done", "negators")
    return not done and after is not None and after.role in (CONTENT, "plain") and tokens[index].text not in aim.text


def _ending(found: list[Token], grammar: Grammar) -> list[Token]:
    """……中 at the end of a clause says that it is going on."""
    end = grammar.progress_end
    if not found or found[-1].role != CONTENT or not found[-1].text.endswith(end):
        return found
    last = found[-1]
    head = replace(last, text=last.text[: -len(end)], end=last.end - len(end))
    return [*found[:-1], *([head] if head.text else []), Token("progress", end, head.end, last.end)]
