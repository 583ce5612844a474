"""Numbers and times inside a clause, and what makes the clause as a whole say nothing for certain."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from engine.values.wording.aim import about, spoken, uncompared
from engine.values.wording.grammar import Grammar
from engine.values.wording.model import FUTURE, NEED, NONE, NOT, PART, SAID, UNCLEAR, Aim, Assertion, Grams, Phrase, Token
from engine.values.wording.reach import ACHIEVE, BAD, Word
from engine.values.wording.tokens import CONTENT, grams

_NUMBER = frozenset({"number"})


def unsaid(found: Sequence[Token], aim: Aim, grammar: Grammar) -> Assertion | None:
    """Why the clause as a whole says nothing for certain: doubt, a condition, or that nobody has measured."""
    for index, token in enumerate(found):
        rest = found[index + 1 :]
        ground = ""
        if token.role == "doubt" and token.text not in aim.words and after(found, aim, grammar) is None:
            ground = "doubt"
        elif token.role == "negators" and _measure(rest, aim, grammar):
            ground = "unmeasured"
        if ground:
            return Assertion(UNCLEAR, ground, token.text, "".join(item.text for item in rest), ((token, None),))
    return None


def _measure(rest: Sequence[Token], aim: Aim, grammar: Grammar) -> bool:
    """Whether it is measuring that is negated, and not what the target wants."""
    text = ""
    for token in rest:
        if token.role == "negators" or (token.role == "achieve" and token.family not in grammar.groups["doing"]):
            break
        text += token.text
    found = max((word for word in grammar.tags["measures"] if word in text), key=lambda word: (len(word), word), default="")
    return bool(found) and found not in aim.text


# --- numbers -------------------------------------------------------------------------------------------------------


def numbers(found: Sequence[Token], words: Sequence[Word], aim: Aim, grammar: Grammar) -> list[Assertion]:
    """Counts against counts the target wants, percentages of the whole, and one count of another."""
    near = tuple(grammar.words.approximate_before)
    listed = [
        token
        for before, token in zip((None, *found), found, strict=False)
        if token.number is not None and not (before is not None and before.text.endswith(near))
    ]
    if not listed:
        return []
    if aim.kind == NONE:
        return _events(listed, found, words, aim, grammar)
    moves = [word for word in words if word.kind == ACHIEVE and word.family in grammar.groups["moves"]]
    for token in listed:
        if not token.number and any(word.token.end == token.start for word in moves):
            return [_number(NOT, "number_none", token, found, grammar)]  # 提升0
    if any(word.negated for word in words) or aim.wanted & grammar.groups["less"]:
        return _shares(listed, words, grammar)
    out: list[Assertion] = []
    for token in listed:
        if any(word in grammar.tags["besides"] for word in _lead(found, token)):
            continue  # 另有5个
        if token.unit == "%" and not aim.percent:
            out += _percent(token, found, words, aim, grammar)
        elif token.unit == "%" or not uncompared(token, grammar):
            out += _count(token, found, aim, grammar)
    return out or _shares(listed, words, grammar)


def _lead(found: Sequence[Token], token: Token) -> tuple[str, ...]:
    """The words right before a number."""
    return tuple(before.text for before, item in zip(found, found[1:], strict=False) if item is token)


def _number(state: str, ground: str, token: Token, found: Sequence[Token], grammar: Grammar) -> Assertion:
    families = _NUMBER if state == SAID else frozenset[str]()
    return Assertion(state, ground, token.text, "", ((token, None),), families, grams(spoken(found, grammar)))


def _events(listed: Sequence[Token], found: Sequence[Token], words: Sequence[Word], aim: Aim, grammar: Grammar) -> list[Assertion]:
    """A bare number, where something is not to happen: none of it, or some."""
    if any(word.kind == BAD for word in words):
        return []
    some = next((token for token in listed if token.number), None)
    spoken_of = grams(spoken(found, grammar))
    if some is not None and spoken_of:
        wanted = aim.name.union(aim.grams, *(goal.event for goal in aim.goals))
        occurs = any(token.role == "occur" for token in found) and not any(token.role == "negators" for token in found)
        # 发生网络攻击5次; but 编发稿件1460篇 is of something else
        return [Assertion(NOT, "happened", some.text, "", ((some, None),))] if occurs and spoken_of & wanted else []
    if some is None:
        return [Assertion(SAID, "absent", listed[0].text, aim.text, ((listed[0], None),), frozenset({"absent"}))]
    if words or any(token.role == "negators" for token in found):
        return []
    return [Assertion(NOT, "happened", some.text, "", ((some, None),))]


def _count(token: Token, found: Sequence[Token], aim: Aim, grammar: Grammar) -> list[Assertion]:
    """A count against the one count of that unit the target wants."""
    same = grammar.words.same
    wanted = [n for n, unit in aim.counts if unit == token.unit or any({unit, token.unit} <= group for group in same)]
    if len(wanted) != 1 or not wanted[0] or token.number is None:
        return []
    if token.number >= wanted[0]:
        return [_number(SAID, "number_met", token, found, grammar)]
    return [
        _number(PART, "number_short", token, found, grammar) if token.number else _number(NOT, "number_none", token, found, grammar)
    ]


def _percent(token: Token, found: Sequence[Token], words: Sequence[Word], aim: Aim, grammar: Grammar) -> list[Assertion]:
    """A share of what words want: less than all of what can be done in part is a part of it; of 满意 or 提升 it says nothing."""
    assert token.number is not None
    families = frozenset(word.family for word in words if word.kind == ACHIEVE)
    if not token.number:
        return [_number(NOT, "number_none", token, found, grammar)]
    if families & grammar.groups["moves"]:
        return []
    if token.number >= 100:
        return [_number(SAID, "number_met", token, found, grammar)]
    divisible = aim.wanted or families
    if divisible and (divisible | families) <= grammar.groups["ended"]:
        return [_number(PART, "number_short", token, found, grammar)]
    return [Assertion(UNCLEAR, "silent", token.text, "", ((token, None),))]


def _shares(listed: Sequence[Token], words: Sequence[Word], grammar: Grammar) -> list[Assertion]:
    """10个中已完成9个: of two counts of one thing the second is the smaller."""
    if not any(word.kind == ACHIEVE and word.family not in grammar.groups["moves"] and not word.negated for word in words):
        return []
    for first, second in zip(listed, listed[1:], strict=False):
        if first.unit and first.unit == second.unit and (second.number or 0) < (first.number or 0):
            return [Assertion(PART, "number_short", second.text, "", ((second, None),))]
    return []


def planned(parts: Sequence[Phrase], grammar: Grammar) -> tuple[Phrase, Phrase, Assertion] | None:
    """计划安装100盏，实际安装60盏: the plan, the clause with what was reached, and what comes of it. None where no plan is counted."""
    for number, plan in enumerate(parts):
        if not any(token.text in grammar.tags["plans"] for token in plan.tokens) or any(
            token.role == "done" for token in plan.tokens
        ):
            continue
        wanted = {token.unit: token.number for token in plan.tokens if token.number and token.unit != "%"}
        for clause in parts[number + 1 :]:
            for token in clause.tokens:
                if token.number is not None and token.unit in wanted:
                    return plan, clause, _against(token, wanted[token.unit], grams(spoken((*plan.tokens, *clause.tokens), grammar)))
    return None


def _against(token: Token, wanted: Decimal, speaks: Grams) -> Assertion:
    assert token.number is not None
    marks = ((token, None),)
    if token.number >= wanted:
        return Assertion(SAID, "number_met", token.text, "", marks, _NUMBER, speaks)
    return Assertion(
        PART if token.number else NOT, "number_short" if token.number else "number_none", token.text, "", marks, grams=speaks
    )


# --- times ---------------------------------------------------------------------------------------------------------


def times(
    out: list[Assertion], found: Sequence[Token], positive: list[Word], aim: Aim, grammar: Grammar
) -> tuple[list[Assertion], list[Word]]:
    """The claims, with what is still to come (meant to be, waited for, after the year, going on, wanting), and the achievements
    that are left of those claimed."""
    said, kept = _time(found, positive, aim, grammar)
    if said is None:
        return out, positive
    if said.state == FUTURE:  # the numbers of a plan are none that were reached
        out = [claim for claim in out if not claim.families & _NUMBER]
    return [*out, said], kept


def _time(found: Sequence[Token], positive: list[Word], aim: Aim, grammar: Grammar) -> tuple[Assertion | None, list[Word]]:
    last = positive[-1].token if positive else None
    for index, token in enumerate(found):
        follows = [word for word in positive if word.at > index]
        first = follows[0] if follows else None
        if token.text in aim.words:
            continue
        waits = token.role == "pending" and any(item.role == CONTENT and item.text.startswith("后") for item in found[index + 1 :])
        if waits or (token.role == "conditions" and (len(token.text) > 1 or index == 0)):
            return Assertion(FUTURE, "condition", token.text, "", ((token, first.token if first else None),)), []
        if token.role == "future" and not any(word.done for word in follows):
            return Assertion(FUTURE, "future", token.text, "", ((token, first.token if first else None),)), []
        if token.role == "pending":
            if first is not None and first.family in grammar.groups["begins"]:
                return Assertion(NOT, "not_begun", token.text, first.token.text, ((token, first.token),)), []
            return Assertion(PART, "pending", token.text, "", ((token, first.token if first else None),), steps=_ahead(found)), []
    late = after(found, aim, grammar)
    if late is not None and (positive or not any(token.role == "negators" for token in found)):
        done = bool(positive) and not any(token.role == "doubt" for token in found)
        says = done or not any(about(token, grammar) for token in found)
        return Assertion(NOT if done else FUTURE, "late" if says else "future", late.text, "", ((late, last),)), []
    for index, token in enumerate(found):
        if token.text in aim.words:
            continue
        if token.role == "progress":
            return Assertion(PART, "progress", token.text, "", ((token, last),), steps=_ahead(found)), []
        if token.role == "need":
            if any(word.family in grammar.groups["mends"] for word in positive):
                continue  # 差距缩小
            return Assertion(NEED, "need", token.text, "", ((token, None),)), [w for w in positive if w.at < index and w.done]
    return None, positive


def _ahead(found: Sequence[Token]) -> dict[str, int]:
    """The highest step that is going on, on each ladder."""
    out: dict[str, int] = {}
    for token in found:
        for name, rank in token.steps:
            out[name] = max(rank, out.get(name, 0))
    return out


def after(found: Sequence[Token], aim: Aim, grammar: Grammar) -> Token | None:
    """The word that names a time after the one the target wants; not one that only says of which year something is."""
    if aim.last is None:
        return None
    for index, token in enumerate(found):
        if token.role == "later" and token.text not in aim.words:
            following = next((item for item in found[index + 1 :] if item.role != "date"), None)
        elif token.first is not None and token.first > aim.last:
            following = found[index + 1] if index + 1 < len(found) else None
            if not token.whole_year:
                return token
        else:
            continue
        if following is None or not (about(following, grammar) or following.role in ("generic", "of", "effects")):
            return token
    return None
