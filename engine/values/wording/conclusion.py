"""What a reading comes to: the target's own words said of it are its answer, and less than met is certain only where it is said of
the target.

An actual often tells facts first and then what they come to. A clause that says the target's own words of it, with nothing that
negates, weakens or puts them off, is that conclusion: facts about other things (年内退出1家) do not stand against it. What stands
against the target's own thing leaves it open.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.values.wording.aim import SILENT, imperative, spoken, uncompared, unsilent
from engine.values.wording.answers import held
from engine.values.wording.clauses import meant
from engine.values.wording.grammar import Grammar
from engine.values.wording.model import (
    ASIDE,
    DOUBTS,
    FULL,
    FUTURE,
    NEED,
    NOT,
    OPPOSITE,
    PART,
    UNCLEAR,
    Aim,
    Assertion,
    Grams,
    Phrase,
    Said,
    Token,
    Want,
)
from engine.values.wording.remainder import remainder
from engine.values.wording.tokens import CONTENT, grams

_HEDGES = (
    *("negators", "negators_behind", "weak", "some", "mild", "failures", "doubt", "conditions", "future", "unsure", "later"),
    *("need", "pending", "progress", "fair"),
)
_SHORT = (PART, NOT, OPPOSITE)
_WENT_WRONG = ("failed", "mild", "weak", "flawed", "negated", "negated_part", "negated_whole", "opposite", "mixed")
"""Grounds of claims that something went wrong, which may be said of anything."""
_SLOWLY = ("fleeting", "gradual")
"""Tags of words that say it was so for a while only, or step by step."""
_STATES = ("failed", "mild", "opposite")
"""Those of them that are states of something, and no deed that was not done."""
_LEAST = 2
"""Characters of a target that can be said again."""
_HEAD = 3
"""Characters at the end of a name that say what it is the name of."""


def concluded(
    verdict: str, deciding: Assertion, said: Said, parts: Sequence[Phrase], aim: Aim, grammar: Grammar
) -> tuple[str, Assertion]:
    """The verdict on a target that wants a result, once it is asked whether a clause says the target's own words, and whether
    what was found short is the target's."""
    if any(claim.ground in DOUBTS for _, claim in said):
        return verdict, deciding
    said = [(where, held(claim, aim, grammar)) for where, claim in said]
    if verdict == FULL and deciding.ground != "echo":
        return remainder(deciding, said, parts, aim, grammar) or (verdict, deciding)
    taken_back = [where for where, claim in said if claim.state in (*_SHORT, NEED, FUTURE)]
    place = _stated(parts, taken_back, aim, grammar)
    if place < 0:
        if verdict in _SHORT and _elsewhere(deciding, said, aim, grammar):
            return UNCLEAR, replace(deciding, ground="aside", word=deciding.word + deciding.reach)
        if verdict == NOT and (after := _dealt_with(deciding, said, parts, aim, grammar)):
            return UNCLEAR, replace(deciding, ground="both", word=after, reach=deciding.word)
        return verdict, _how_short(deciding, said, grammar) if verdict == PART else deciding
    clause = parts[place]
    affirmed = Assertion(FULL, "stated", clause.text, marks=((clause.tokens[0], None),))
    order = {id(part): number for number, part in enumerate(parts)}
    others = [(order.get(id(where), 0), claim) for where, claim in said if where is not clause]
    head = _head(aim)
    contrary = [
        (at, claim)
        for at, claim in others
        if claim.state in (*_SHORT, NEED) or (claim.state == ASIDE and claim.grams & head and claim.grams & aim.name)
    ]
    if any(claim.state == FUTURE and claim.ground != "late" and at < place for at, claim in others):
        return verdict, deciding
    own = [(at, claim) for at, claim in contrary if _own(claim, aim, head) and not _elsewhere(claim, said, aim, grammar)]
    opened = any(part.contrast for part in parts[place + 1 :])
    if not contrary:
        return FULL, affirmed
    if opened or any(at > place for at, _ in own):
        return verdict, deciding
    if own or any(at > place for at, _ in contrary):
        first = (own or contrary)[0][1]
        return UNCLEAR, replace(first, ground="both", word=clause.text, reach=first.word)
    return FULL, affirmed


def _dealt_with(claim: Assertion, said: Said, parts: Sequence[Phrase], aim: Aim, grammar: Grammar) -> str:
    """The clause that says what was done about what went wrong (1个站点异常，已核查剔除), or that it was not so; empty where none
    does, or where it came too late."""
    if claim.ground not in ("failed", "happened") or _late(claim, aim, grammar):
        return ""
    if refuted := next((part.text for part in parts if any(word in part.text for word in grammar.tags["refuted"])), ""):
        return refuted
    clause = next((where for where, other in said if other.marks == claim.marks), None)
    place = next((at for at, part in enumerate(parts) if part is clause), len(parts))
    short = [where for where, other in said if other.state in (*_SHORT, NEED, FUTURE)]
    dealt = [part for part in parts[place + 1 :] if part not in short and _was_done(part)]
    return dealt[0].text if dealt else ""


def _was_done(clause: Phrase) -> bool:
    roles = {token.role for token in clause.tokens}
    return "done" in roles and not roles & {"negators", "future", "progress", "pending"}


def _how_short(claim: Assertion, said: Said, grammar: Grammar) -> Assertion:
    """A claim that by itself says only that it is not reached (不明显, 有待提高): whether in part or not at all is not said."""
    clause = next((where for where, other in said if other.marks == claim.marks), None)
    if any((other.state in (FULL, PART) or other.hedged) and where is not clause for where, other in said):
        return claim
    word = claim.marks[0][0].text if claim.marks else ""
    if claim.ground == "weak" and word.startswith(grammar.degree_negators) and word.endswith(grammar.slight):
        return replace(claim, ground="slight")
    return replace(claim, ground="wanting") if claim.ground == "need" else claim


def _own(claim: Assertion, aim: Aim, head: Grams) -> bool:
    """Whether what is said to be short is the target's: it names nothing, the head of what the target is of, or does what it
    wants."""
    if not head or claim.families & aim.wanted:
        return True
    return not claim.grams or bool(claim.grams & head)


def _elsewhere(claim: Assertion, said: Said, aim: Aim, grammar: Grammar) -> bool:
    """Whether what went wrong may be about something else: it is counted in things, or told beside what went well, and names
    nothing that the target or the indicator does (年内退出1家)."""
    if claim.ground not in _WENT_WRONG or (claim.state == OPPOSITE and not claim.grams):
        return False
    if claim.families & aim.wanted or _against(claim, aim, grammar):
        return False
    if set("".join(claim.grams)) & set("".join((aim.text, *aim.name))):
        return False
    clause = next((where for where, other in said if other.marks == claim.marks), None)
    numbers = [token for token in clause.tokens if token.number] if clause is not None else []
    if not claim.grams:
        return any(not uncompared(token, grammar) for token in numbers)  # 停运5条; but 逾期15天, 超支3万元
    well = any(other.state == FULL or (other.state == UNCLEAR and other.families) for where, other in said if where is not clause)
    opened = clause is not None and clause.contrast  # 但……: it is said against what went well
    return bool(numbers) or (well and claim.ground in _STATES and not opened)


def _against(claim: Assertion, aim: Aim, grammar: Grammar) -> bool:
    """Whether what went wrong is by itself the contrary of what is wanted: 逾期 of 及时, 超预算 of 不超预算; or it is a rest of
    what was to be done (剩余5户未签约)."""
    if _late(claim, aim, grammar):
        return True
    word = claim.marks[0][0].text if claim.marks else ""
    states = aim.wanted.union(*(goal.states for goal in aim.goals))
    rest = claim.ground in ("negated", "negated_part", "negated_whole") and (aim.wanted & grammar.groups["made"] or not aim.wanted)
    return bool(rest) or bool(grammar.contradicts.get(word, frozenset()) & states)


def _head(aim: Aim) -> Grams:
    """What the target, or else the indicator, is the name of."""
    named = aim.goals[-1].things if aim.goals else ""
    return grams([(named or aim.head)[-_HEAD:]]) if named or aim.head else frozenset()


def _late(claim: Assertion, aim: Aim, grammar: Grammar) -> bool:
    """Whether it is that something came late, where it is wanted in time."""
    word = claim.marks[0][0].text if claim.marks else ""
    states = aim.wanted.union(*(goal.states for goal in aim.goals))
    return word in grammar.tags["lateness"] and (aim.limited or bool(states & grammar.groups["strict"]))


# --- the target's own words ----------------------------------------------------------------------------------------


def _stated(parts: Sequence[Phrase], taken_back: Sequence[Phrase], aim: Aim, grammar: Grammar) -> int:
    """The place of the last clause by which all that the target wants has been said in its own words; -1 if it has not."""
    places = [
        next((at for at, clause in enumerate(parts) if clause not in taken_back and _says_one(clause, goal, aim, grammar)), -1)
        for goal in aim.goals
        if not imperative(goal.text, grammar)
    ]
    return max(places) if len(places) == len(aim.goals) and places and min(places) >= 0 else -1


def _says_one(clause: Phrase, goal: Want, aim: Aim, grammar: Grammar) -> bool:
    """Whether one of the statements that a clause joins by 并 says the words of a goal."""
    cuts = [at for at, token in enumerate(clause.tokens) if token.text in grammar.tags["both"] and token.text not in goal.text]
    ends = zip([0, *(at + 1 for at in cuts)], [*cuts, len(clause.tokens)], strict=True)
    return any(_says(replace(clause, tokens=clause.tokens[start:end]), goal, aim, grammar) for start, end in ends if start < end)


def _says(clause: Phrase, goal: Want, aim: Aim, grammar: Grammar) -> bool:
    """Whether a clause says the words of a goal of what the target speaks of, and nothing takes them back."""
    if (
        clause.text.startswith(tuple(grammar.tags["rest"]))
        or clause.conceded
        or clause.excepted
        or meant(clause, grammar)
        or any(word in clause.text for word in grammar.tags["asking"])
    ):
        return False
    tokens = [token for token in clause.tokens if token.role not in SILENT]
    wanted = goal.said
    start = unsilent(tokens).rfind(wanted)
    if start < 0 or len(wanted) < _LEAST:
        return False
    before: list[Token] = []
    behind: list[Token] = []
    at = 0
    for token in tokens:
        end, over = at + len(token.text), at + len(token.text) - start - len(wanted)
        if (at < start < end or at < start + len(wanted) < end) and token.role != CONTENT:
            return False  # 基本满意, 中长期
        if at < start:
            before.append(replace(token, text=token.text[: start - at]))
        if over > 0:
            behind.append(replace(token, text=token.text[-over:]))
        at = end
    around = [*before, *behind]
    if any(token.role in _HEDGES and token.text not in aim.words for token in around):
        return False
    if any(word in clause.text and word not in goal.text for name in _SLOWLY for word in grammar.tags[name]):
        return False  # 逐步健全
    if any(token.text in grammar.tags["plans"] or token.text.endswith(tuple(grammar.tags["aims"])) for token in before):
        return False
    return _carried(behind, goal, grammar) and _of_aim(before, goal, aim, grammar)


def _carried(behind: Sequence[Token], goal: Want, grammar: Grammar) -> bool:
    """Whether what follows the target's words only carries them on (常态化运行), and makes them no name of another thing."""
    if not behind:
        return True
    if not goal.families and not goal.strict:  # 次季度首月, 次季度首月15日前拨付: that it was done then
        return behind[0].role in ("number", "date", "done", "achieve") and behind[-1].role == "achieve"
    return all(token.role == "done" or token.text in grammar.tags["carries"] for token in behind)


def _of_aim(before: Sequence[Token], goal: Want, aim: Aim, grammar: Grammar) -> bool:
    """Whether what stands before the target's words names nothing else than the target or the indicator does."""
    said = grams(run for run in spoken(before, grammar) if not set(run) <= grammar.particles)
    known = aim.name | aim.grams
    return not said or not known or bool(said & known)
