"""Whether a verdict is proved where an actual tells facts: a verdict below met is an accusation, and met is praise.

An actual that is one phrase (基本完成, 未开展) is read as it stands. One that tells figures, or several things, holds words
that are said of something else. A verdict below met then stands only where what the target wants is itself negated,
failed, late or in part, in a clause about what the target is of, or where a count of that very thing is less than all
of what is to be done to all. Met stands only where what is wanted is affirmed of the thing, and nothing beside it
went the wrong way. What is not proved cannot be told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.values.wording.aim import spoken, uncompared
from engine.values.wording.answers import held
from engine.values.wording.grammar import Grammar
from engine.values.wording.model import (
    FULL,
    NONE,
    NOT,
    OPPOSITE,
    PART,
    RESULT,
    SAID,
    UNCLEAR,
    Aim,
    Assertion,
    Grams,
    Phrase,
    Said,
)
from engine.values.wording.nothing import denies
from engine.values.wording.tokens import grams

_SHORT = (PART, NOT, OPPOSITE)
_NEGATED = ("negated", "negated_part", "negated_whole", "flawed")
_WORSE = ("failed", "happened", "mild")
_COMING = ("progress", "pending", "need", "wanting", "slight", "not_begun")
_OF_ITSELF = ("late", "future", "condition", "years", "excepted", "fewer", "number_none")
"""Grounds that are held against the target's own number, day or words."""


def proved(
    verdict: str, claim: Assertion, said: Said, parts: Sequence[Phrase], aim: Aim, grammar: Grammar
) -> tuple[str, Assertion]:
    """The verdict, or that it cannot be told, with the claim it rests on."""
    if not _tells_facts(parts):
        return verdict, claim
    said = [(where, held(other, aim, grammar)) for where, other in said]
    clause, origin = _origin(claim, said)
    if verdict in _SHORT and aim.kind == RESULT:
        return _accused(verdict, claim, clause, origin, said, aim, grammar)
    if aim.kind == NONE and verdict == NOT and origin.ground == "happened" and _denied(origin, clause):
        return UNCLEAR, replace(claim, ground="aside")
    if verdict == FULL and aim.kind == NONE and clause is not None and denies(clause, origin, aim, grammar):
        return verdict, claim  # 未发生重大火灾, beside a smaller one
    if verdict == FULL and clause is not None and (against := _against(origin, clause, said, parts, aim, grammar)):
        for where, other in said:  # 测评提高8分，能力明显提升: the second clause says it of the thing
            if other.state == FULL and other is not origin and not _against(other, where, said, parts, aim, grammar):
                return verdict, other
        return UNCLEAR, replace(claim, ground="both", reach=against)
    return verdict, claim


def _denied(claim: Assertion, clause: Phrase | None) -> bool:
    """Whether a negator stands before what is said to have happened, and reaches another word: 无非正常死亡."""
    if clause is None or not claim.marks:
        return False
    return any(token.role == "negators" and token.end <= claim.marks[0][0].start for token in clause.tokens)


def _tells_facts(parts: Sequence[Phrase]) -> bool:
    """Whether an actual is more than a phrase: it names figures, or says more than one thing."""
    figures = any(token.number for part in parts for token in part.tokens)
    return figures or sum(part.tokens[0].role != "reasons" for part in parts) > 1


def _origin(claim: Assertion, said: Said) -> tuple[Phrase | None, Assertion]:
    """The clause of a claim, and the claim as that clause made it."""
    found = next(((where, other) for where, other in said if claim.marks and other.marks == claim.marks), None)
    return found if found is not None else (None, claim)


# --- less than met -------------------------------------------------------------------------------------------------


def _accused(
    verdict: str, claim: Assertion, clause: Phrase | None, origin: Assertion, said: Said, aim: Aim, grammar: Grammar
) -> tuple[str, Assertion]:
    """The verdict below met with a claim that proves it: the one it rests on, or another; or that it cannot be told."""
    if _short(origin, claim, clause, said, aim, grammar):
        some = clause is not None and _counted(clause, grammar) and bool(claim.marks)
        if verdict == NOT and some and claim.marks[0][0].text in grammar.tags["lateness"]:
            return UNCLEAR, replace(claim, ground="wanting")  # 迟报5例: of how many is not said
        rest = verdict == NOT and clause is not None and clause.text.startswith(tuple(grammar.tags["rest"]))
        return (PART if rest else verdict), claim  # 余下6个次年完成: of more than those
    for where, other in said:
        if other.state in _SHORT and other is not origin and _short(other, other, where, said, aim, grammar):
            return (verdict if verdict == PART else other.state), other
    return UNCLEAR, replace(claim, ground="aside", word=claim.word + claim.reach)


def _short(origin: Assertion, claim: Assertion, clause: Phrase | None, said: Said, aim: Aim, grammar: Grammar) -> bool:
    """Whether a verdict below met is proved."""
    ground = origin.ground
    if ground in _OF_ITSELF or clause is None:
        return True
    if ground == "stage" or claim.ground == "stage":
        return not any(other.state in (FULL, SAID, UNCLEAR) for where, other in said if where is not clause)
    about, known = _about(origin, clause, aim, grammar), aim.grams | aim.name
    if ground == "number_short":
        return (about or bool(origin.grams & known)) and _share(origin, clause, aim, grammar)
    if ground in _COMING and origin.steps and aim.wanted & grammar.groups["made"]:
        return not _counted(clause, grammar)  # 主体正在施工, where it is to be built
    contrary = ground in _WORSE and _contrary(origin, aim, grammar)
    beside = ground in _NEGATED and any(other.state == FULL and other.families & origin.families for _, other in said)
    alone = sum(where.tokens[0].role != "reasons" for where in {id(where): where for where, _ in said}.values()) == 1
    conceded = clause.contrast and not _counted(clause, grammar) and any(where.conceded for where, _ in said)
    if conceded and ground in ("weak", "mild", *_NEGATED):
        return True  # 虽已完成但质量不高: it is said against what was wanted
    about = about or beside or (contrary and (alone or bool(set(origin.marks[0][0].text) & set(aim.text))))
    if not about or (_counted(clause, grammar) and not alone and not _of_all(aim, grammar)):
        return False
    if ground in _NEGATED or ground == "weak":
        return _predicate(origin, aim, grammar)
    if ground in _WORSE:
        return contrary or (ground == "failed" and bool(aim.wanted & grammar.groups["made"]))
    if ground in ("opposite", "level"):
        of = clause if origin.grams else _subject(clause, said, grammar)
        named = bool(_speaks(of, grammar) & (aim.grams or aim.name)) and not _burden(of, aim, grammar, alone=True)
        return (named or (not origin.grams and len(said) == 1)) and not _burden(clause, aim, grammar)
    return True


def _about(claim: Assertion, clause: Phrase, aim: Aim, grammar: Grammar) -> bool:
    """Whether a clause is about what the target, or else the indicator, is of: it names it, or nothing else."""
    own, known = _speaks(clause, grammar), aim.grams | aim.name
    return not own or not known or bool(own & known)


def _speaks(clause: Phrase, grammar: Grammar) -> Grams:
    """What a clause names, without what happened to it."""
    runs = spoken([token for token in clause.tokens if token.role not in ("filler", "bad")], grammar)
    return grams(run for run in runs if len(run) > 1)


def _subject(clause: Phrase, said: Said, grammar: Grammar) -> Phrase:
    """The last clause before one that names nothing which does: 视力不良率为14.2%，较上年略有上升."""
    last = clause
    for where, _ in said:
        if where is clause:
            break
        last = where if _speaks(where, grammar) else last
    return last


def _predicate(claim: Assertion, aim: Aim, grammar: Grammar) -> bool:
    """Whether what is negated, or weak, is what the target wants."""
    states = aim.wanted.union(*(goal.states for goal in aim.goals))
    answered = states.union(*(grammar.answer(name).full | grammar.answer(name).part for name in states))
    if claim.families & (answered | grammar.groups["anything"]):
        return True
    if claim.families & grammar.groups["general"] and states & grammar.groups["general_of"]:
        return True
    if not claim.grams and claim.families & (grammar.groups["doing"] | grammar.groups["begins"]):
        return True  # 没有人员，未开展
    reached = claim.marks[0][1] if claim.marks else None
    if claim.ground == "weak" and reached is None:
        return not claim.grams or bool(claim.grams & aim.grams)
    text = claim.reach or (reached.text if reached is not None else "")
    return bool(grams([text]) & grams([aim.text])) or bool(text and text in aim.text)


def _contrary(claim: Assertion, aim: Aim, grammar: Grammar) -> bool:
    """Whether what went wrong is by itself the contrary of what the target wants."""
    word = claim.marks[0][0].text if claim.marks else ""
    states = aim.wanted.union(*(goal.states for goal in aim.goals))
    late = word in grammar.tags["lateness"] and (aim.limited or bool(states & grammar.groups["strict"]))
    return late or word in aim.missed or word in aim.text or bool(grammar.contradicts.get(word, frozenset()) & states)


def _share(claim: Assertion, clause: Phrase, aim: Aim, grammar: Grammar) -> bool:
    """Whether a count is of those to whom it was done what is to be done to all; not one of several counts in a row."""
    if aim.counts or aim.percent:
        return True
    number = claim.marks[0][0]
    same = [token for token in clause.tokens if token.number is not None and token.unit == number.unit]
    return _of_all(aim, grammar) and len(same) <= 2


def _of_all(aim: Aim, grammar: Grammar) -> bool:
    """Whether the target wants it done to all: a deed, or what it says is to be of all; not a state, as 满意."""
    whole = bool(aim.words & grammar.tags["whole"])
    return aim.kind == NONE or whole or bool(aim.missed) or bool(aim.wanted & (grammar.groups["ended"] | grammar.groups["strict"]))


def _counted(clause: Phrase, grammar: Grammar) -> bool:
    """Whether a clause says how many there were: 不满意2户."""
    return any(token.number and not uncompared(token, grammar) for token in clause.tokens)


def _burden(clause: Phrase, aim: Aim, grammar: Grammar, alone: bool = False) -> bool:
    """Whether what moves is something of which less is better (时间), and the target does not name it; what stands `alone` is the
    indicator's."""
    if any(word in clause.text and word not in aim.text for word in grammar.tags["burdens"]):
        return True
    return not alone and any(
        token.number is not None and token.unit != "%" and uncompared(token, grammar) for token in clause.tokens
    )


# --- met -----------------------------------------------------------------------------------------------------------


def _against(origin: Assertion, clause: Phrase, said: Said, parts: Sequence[Phrase], aim: Aim, grammar: Grammar) -> str:
    """What takes certainty from met: the clause that says it is of something else, of fewer than there are, or what went wrong
    beside it; empty where nothing does."""
    if not _affirms(origin, clause, aim, grammar):
        return clause.text
    count = _fewer(clause, parts, grammar)
    if count:
        return count
    beside = [part for part in parts if part is not clause]
    left = [part for part in beside if part.text.startswith(tuple(grammar.tags["rest"])) and not _full(part, said)]
    return next((part.text for part in beside if part in left or _struck(part, grammar) or _worse(part, aim, grammar)), "")


def _full(clause: Phrase, said: Said) -> bool:
    return any(where is clause and claim.state == FULL for where, claim in said)


def _affirms(claim: Assertion, clause: Phrase, aim: Aim, grammar: Grammar) -> bool:
    """Whether a clause says of the thing itself that it is so: it names it, or nothing else, and no noun is only described."""
    if aim.kind == NONE:
        return True
    known = aim.grams | aim.name
    words = [goal.said for goal in aim.goals if goal.said]  # 改造管线26公里，安全运行
    words += [mark.text for mark, _ in claim.marks if any(mark.text in goal and mark.text != goal for goal in words)]  # 户均增收
    own = any(word in clause.text for word in words)
    if known and claim.ground in ("achieved", "number_met") and claim.grams and not claim.grams & known and not own:
        return False
    last = claim.marks[-1][0] if claim.marks else None
    of = next(
        (at for at, token in enumerate(clause.tokens) if token.role == "of" and last is not None and token.start >= last.end), -1
    )
    described = 0 < of < len(clause.tokens) - 1 and not any(token.role == "achieve" for token in clause.tokens[of:])
    return not described  # 符合条件的23名家属


def _fewer(clause: Phrase, parts: Sequence[Phrase], grammar: Grammar) -> str:
    """A count before the clause of which what the clause says is only a part: 暗访14座，12座整洁."""
    counts = [token for token in clause.tokens if token.number and token.unit not in ("", "%") and not uncompared(token, grammar)]
    if len(counts) != 1:
        return ""
    before = parts[: next((at for at, part in enumerate(parts) if part is clause), 0)]
    return next(
        (
            part.text
            for part in before
            for token in part.tokens
            if token.unit == counts[0].unit and token.number is not None and token.number > (counts[0].number or 0)
        ),
        "",
    )


def _struck(clause: Phrase, grammar: Grammar) -> bool:
    """Whether a clause says that something happened so and so many times."""
    roles = {token.role for token in clause.tokens if token.role != "number" or token.number}
    struck = any(token.text in grammar.tags["strikes"] for token in clause.tokens)
    return struck and "number" in roles and "negators" not in roles


def _worse(clause: Phrase, aim: Aim, grammar: Grammar) -> bool:
    """Whether a clause says that something of which less is better grew, or that something like what the target is of went the
    other way (电耗上升, where 能耗 is to fall)."""
    moved = {token.family for token in clause.tokens if token.role == "achieve"}
    if moved & grammar.groups["grows"] and _burden(clause, aim, grammar):
        return True
    if moved & aim.wanted or not any(grammar.opposites.get(family, frozenset()) & aim.wanted for family in moved):
        return False
    own = "".join(grams(spoken([token for token in clause.tokens if token.role not in ("filler", "achieve")], grammar)))
    return bool(set(own) & set("".join(aim.grams or aim.name)))
