"""Words put together into clauses: at breaks, before 但 and 虽, and around exceptions (除……外)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from engine.values.wording.grammar import Grammar
from engine.values.wording.model import Phrase, Token
from engine.values.wording.tokens import CONTENT

_REACH = 40
"""Tokens within which 除 has its 外."""


def clauses(found: Sequence[Token], grammar: Grammar) -> list[Phrase]:
    """The tokens between breaks. What an exception names is taken out; the clause that follows is marked."""
    kept, spots = _exceptions(_measured(found, grammar), grammar)
    out: list[Phrase] = []
    current: list[Token] = []
    flags: dict[str, bool] = {}

    def close() -> None:
        nonlocal current, flags
        if current:
            out.append(Phrase(tuple(_merged(current)), **flags))
            flags = {}
        current = []

    for token in kept:
        if token.role in ("break", "contrasts", "concessions"):
            close()
            if token.role != "break":
                flags["contrast" if token.role == "contrasts" else "conceded"] = True
            continue
        if token.start in spots:
            close()
            flags["excepted"] = True
        current.append(token)
    close()
    return out


def _measured(found: Sequence[Token], grammar: Grammar) -> list[Token]:
    """规范程度, 透明度, 推荐就业率: how far a state goes is what it is about, and no state or step that was reached."""
    states, ends, rates = grammar.groups["adverbial"], tuple(grammar.tags["degrees_of"]), tuple(grammar.tags["rates"])
    mends = grammar.groups["mends"]  # 整改完成率
    pairs = zip(found, (*found[1:], None), strict=True)
    return [
        replace(token, role=CONTENT, family="", steps=())
        if after is not None
        and (
            (token.family in states and after.text.startswith(ends))
            or (token.steps and after.role == CONTENT and after.start == token.end and after.text.endswith(rates))
            or (token.family in mends and after.role == "generic" and after.start == token.end and after.text.endswith(rates))
        )
        else token
        for token, after in pairs
    ]


def _exceptions(found: Sequence[Token], grammar: Grammar) -> tuple[list[Token], set[int]]:
    """The tokens without those of exceptions, and where what is left begins behind each; 除……外，还 is no exception,
    nor is what need not be done by law (除涉密事项外)."""
    kept: list[Token] = []
    spots: set[int] = set()
    index = 0
    while index < len(found):
        token = found[index]
        close = _closing(found, index) if token.role == "except_open" else -1
        if close < 0:
            kept.append(replace(token, role=CONTENT) if token.role in ("except_open", "except_close") else token)
            index += 1
            continue
        lawful = any(word in "".join(item.text for item in found[index:close]) for word in grammar.tags["lawful"])
        index = close + 1
        while index < len(found) and found[index].role == "break":
            index += 1
        if index < len(found) and found[index].text not in grammar.tags["besides"] and not lawful:
            spots.add(found[index].start)
    return kept, spots


def _closing(found: Sequence[Token], start: int) -> int:
    """Where an exception ends: at the first 外 before a break, or else at the first there is (除2户外出务工外，……)."""
    first = -1
    for index in range(start + 1, min(len(found), start + _REACH)):
        if found[index].role == "except_close":
            if index + 1 == len(found) or found[index + 1].role == "break":
                return index
            first = index if first < 0 else first
        if found[index].text == "。":
            break
    return first


def _merged(found: Iterable[Token]) -> list[Token]:
    """Neighbouring content as one token."""
    out: list[Token] = []
    for token in found:
        last = out[-1] if out else None
        if last is not None and last.role == token.role == CONTENT and last.end == token.start:
            out[-1] = replace(last, text=last.text + token.text, end=token.end)
        else:
            out.append(token)
    return out


def meant(clause: Phrase, grammar: Grammar) -> bool:
    """Whether a clause only says what is to be seen to: 确保不发生事故; not 确保了……."""
    found = [token for token in clause.tokens if token.role != "filler"]
    if not found or found[0].text not in grammar.tags["meant"]:
        return False
    return not any(token.role == "done" for token in found[1:])
