"""What a clause tells as a fact: that something moved, and whether that is better; that it stood still; how many of how many.

A measure moves where a clause names its former figure (由9天压缩到3天; 3起，较上年的11起下降73%; 2起，上年为19起), says by how much
(同比增长18%), or a class of a scale (由Ⅳ类变为Ⅲ类). Which way is better is what the name of the measure says, read as an
indicator's name is; else what the target wants of the very thing (易涝点 of 内涝, where that is to be 缓解).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from engine.values.wording.aim import spoken
from engine.values.wording.grammar import Grammar
from engine.values.wording.model import Aim, Phrase, Token
from engine.values.wording.tokens import grams

Way = Callable[[str, str], tuple[str, bool]]
"""Which way a measure of that name and unit is better ("positive", "inverse", "" where not known), and whether that is certain."""
BETTER, WORSE, LEVEL, UNKNOWN, WHOLE, HIGH = "better", "worse", "level", "unknown", "whole", "high"
_RISES, _FALLS = 1, -1
_DENIED = ("negators", "future", "unsure", "conditions")
_UNSAID = ("date", "filler", "joins", "of", "done", "number", "manner", "break")


@dataclass(frozen=True, slots=True)
class Movement:
    """A movement, or a rate. `sense` is BETTER, WORSE, LEVEL, UNKNOWN, WHOLE or HIGH; `certain`: whether the measure's name alone
    says which way is better; `former`: whether a former figure or time is named; `share`: by how much of it, where that is told."""

    clause: Phrase
    subject: str
    sense: str
    certain: bool = False
    former: bool = False
    share: Decimal | None = None
    sign: int = 0
    """1 where it rose, -1 where it fell."""
    source: Phrase | None = None
    """The clause that names the measure, where this one does not (事故3起，与上年持平)."""
    likely: bool = False
    """Whether it is likely to be better, though that is not certain."""


@dataclass(frozen=True, slots=True)
class _Move:
    """A movement before it is asked whether it is better: 1 up, -1 down, 0 none."""

    clause: Phrase
    subject: str
    unit: str
    sign: int
    former: bool
    share: Decimal | None
    source: Phrase | None = None
    """The clause that names the measure, where this one does not."""


def facts(parts: Sequence[Phrase], aim: Aim, way: Way, grammar: Grammar) -> list[Movement]:
    """The movements that clauses tell, in order, and the rates that are as good as can be (检测率100%)."""
    moves = [_judged(move, aim, way, grammar) for move in _moves(parts, grammar)]
    moved = {id(fact.clause) for fact in moves}
    return [*moves, *(fact for clause in parts if id(clause) not in moved and (fact := _rate(clause, aim, way, grammar)))]


def _rate(clause: Phrase, aim: Aim, way: Way, grammar: Grammar) -> Movement | None:
    """A rate of something good that is as high as can be, or high; none of something bad (差错0件)."""
    counts = [token for token in clause.tokens if token.number is not None]
    if len(counts) != 1:
        return None
    count, at = counts[0], clause.tokens.index(counts[0])
    if count.number and (count.unit != "%" or any(token.role in _DENIED for token in clause.tokens)):
        return None
    subject = _subject(clause.tokens[:at], grammar)
    unit = "%" if subject.endswith(tuple(grammar.tags["rates"])) else count.unit
    direction, certain = way(subject, unit) if subject else ("", False)
    if not count.number:
        return Movement(clause, subject, WHOLE, True) if certain and direction == "inverse" else None
    named = bool(grams([subject]) & (aim.name | aim.grams))
    if not (certain and direction == "positive") and not (named and not direction and count.number == 100):
        return None
    sense = WHOLE if count.number == 100 else HIGH if count.number >= grammar.facts.high else ""
    return Movement(clause, subject, sense, True) if sense else None


def _moves(parts: Sequence[Phrase], grammar: Grammar) -> Iterator[_Move]:
    before, source, told = "", None, list[Token]()
    for clause in parts:
        counts = _counts(clause.tokens, grammar)
        own = _subject(_until(clause.tokens, grammar), grammar)
        move = _graded(clause, own, grammar) or _moved(clause, own or before, told, counts, grammar)
        if move is not None:
            yield replace(move, source=None if own else source)
        before, source = (own, clause) if own else (before, source)
        told += counts


def _until(found: Sequence[Token], grammar: Grammar) -> Sequence[Token]:
    """The tokens up to the first that says from what, against what or by how much."""
    for at, token in enumerate(found):
        stops = _compares(token, grammar) or _sign(token, grammar) or token.family in grammar.groups["unchanged"]
        grown = token.text in grammar.facts.gained and _subject(found[:at], grammar)
        if _counted(found, at, grammar) or stops or grown or _since(token, grammar):
            text = _trimmed(token, grammar) if _since(token, grammar) else ""
            return (*found[:at], Token(token.role, text, token.start, token.end)) if text else found[:at]
    return found


def _counted(found: Sequence[Token], at: int, grammar: Grammar) -> bool:
    """Whether a token is a figure, and no bound within a name (56人以上大班额)."""
    bound = at + 1 < len(found) and found[at + 1].text.startswith(grammar.facts.bounds) and at + 2 < len(found)
    glued = at and found[at - 1].end == found[at].start and found[at - 1].text[-1].isascii() and found[at - 1].text[-1].isalpha()
    return found[at].number is not None and not bound and not glued  # PM10


def _counts(found: Sequence[Token], grammar: Grammar) -> list[Token]:
    return [token for at, token in enumerate(found) if _counted(found, at, grammar)]


def _since(token: Token, grammar: Grammar) -> bool:
    return token.text.endswith(grammar.facts.since) and token.role in ("content", "filler", "generic")


def _trimmed(token: Token, grammar: Grammar) -> str:
    return next((token.text.removesuffix(word) for word in grammar.facts.since if token.text.endswith(word)), token.text)


def _subject(found: Sequence[Token], grammar: Grammar) -> str:
    """The name of the measure: what is said before its figures, without when and how."""
    less = grammar.facts.overall | grammar.facts.gained  # 新增违建: the thing is 违建
    return "".join(token.text for token in found if token.role not in _UNSAID and token.text not in less)


def _compares(token: Token, grammar: Grammar) -> bool:
    """Whether a word holds what follows against another time: 较上年, 同比."""
    return (
        token.text in grammar.facts.against
        or (token.role == "fair" and len(token.text) == 1)
        or (
            token.role == "filler"
            and token.text.endswith(tuple(grammar.tags["last_year"]))
            and token.text not in grammar.tags["last_year"]
        )
    )


def _sign(token: Token, grammar: Grammar) -> int:
    if token.role == "achieve" and token.family in grammar.facts.families["rises"]:
        return _RISES
    if token.role == "achieve" and token.family in grammar.facts.families["falls"]:
        return _FALLS
    return 0


def _graded(clause: Phrase, subject: str, grammar: Grammar) -> _Move | None:
    """由Ⅳ类变为Ⅲ类: two classes of one scale, the second of which is now."""
    placed = [(name, rank) for token in clause.tokens for name, rank in token.scale]
    since = any(_since(token, grammar) for token in clause.tokens)
    if not since or len(placed) != 2 or placed[0][0] != placed[1][0] or placed[0][1] == placed[1][1]:
        return None
    return _Move(clause, subject, "scale", _RISES if placed[1][1] > placed[0][1] else _FALLS, True, None)


def _moved(clause: Phrase, subject: str, told: Sequence[Token], counts: Sequence[Token], grammar: Grammar) -> _Move | None:
    found = clause.tokens
    signs = [_sign(token, grammar) for token in found if _sign(token, grammar)]
    still = any(token.family in grammar.groups["unchanged"] for token in found)
    compared = any(_compares(token, grammar) for token in found)
    last = any(token.text in grammar.tags["last_year"] for token in found)
    if any(
        token.role in ("negators", "future", "unsure", "conditions", "doubt", "failures") and token.text not in subject
        for token in found
    ):
        return None
    if any(_since(token, grammar) for token in found) and counts:
        return _from_to(clause, subject, counts, signs)
    if still and (compared or last):
        return _Move(clause, subject, counts[0].unit if counts else "", 0, True, None)
    if len(set(signs)) == 1 and counts and (compared or counts[-1].unit in ("%", "百分点") or signs[0] == _FALLS):
        by = counts[-1]
        share = by.number / 100 if by.unit == "%" and by.number is not None and not _reached(found, grammar) else None
        unit = "" if by.unit in ("%", "百分点") else by.unit
        return _Move(clause, subject, unit, signs[0], compared or by.unit == "百分点", share)
    if compared and counts and not signs:
        more = any(token.text.startswith(grammar.facts.more) for token in found)
        fewer = any(token.text.startswith(grammar.facts.less) for token in found)
        if more != fewer:
            return _Move(clause, subject, counts[-1].unit, _RISES if more else _FALLS, True, None)
    if last and not signs and len(counts) == 1 and _bare(clause, grammar):
        same = [count for count in told if count.unit == counts[0].unit]
        return _between(clause, subject, counts[0], same[0]) if len(same) == 1 else None
    grown = next((at for at, token in enumerate(found) if at and token.text in grammar.facts.grown), 0)
    if grown and len(counts) == 1 and counts[0] in found[grown:] and _subject(found[:grown], grammar):
        return _Move(clause, _subject(found[:grown], grammar), counts[0].unit, _RISES, True, None)
    return None


def _bare(clause: Phrase, grammar: Grammar) -> bool:
    """Whether a clause says nothing but last year's figure: 上年为19起."""
    return not spoken([token for token in clause.tokens if token.text not in grammar.tags["last_year"]], grammar)


def _reached(found: Sequence[Token], grammar: Grammar) -> bool:
    """Whether the figure behind the movement is what was reached (提高到56%), and not by how much."""
    return any(_sign(token, grammar) and token.text.endswith(tuple(grammar.tags["reaching"])) for token in found)


def _from_to(clause: Phrase, subject: str, counts: Sequence[Token], signs: Sequence[int]) -> _Move | None:
    if len(counts) > 1 and counts[0].unit == counts[1].unit:
        move = _between(clause, subject, counts[0], counts[1])
        return None if signs and set(signs) != {move.sign} else move
    return _Move(clause, subject, counts[0].unit, signs[0], True, None) if len(set(signs)) == 1 else None


def _between(clause: Phrase, subject: str, before: Token, now: Token) -> _Move:
    first, second = before.number or Decimal(0), now.number or Decimal(0)
    share = abs(second - first) / first if first else None
    return _Move(clause, subject, now.unit, (second > first) - (second < first), True, share)


def _judged(move: _Move, aim: Aim, way: Way, grammar: Grammar) -> Movement:
    if not move.sign:
        return Movement(move.clause, move.subject, LEVEL, former=True, source=move.source)
    if move.unit == "scale":
        return Movement(move.clause, move.subject, BETTER if move.sign == _RISES else WORSE, True, True, sign=move.sign)
    direction, certain = way(move.subject, move.unit) if move.subject else ("", False)
    if any(word in move.subject and word not in aim.text for word in grammar.tags["slopes"] | grammar.facts.sides):
        direction, certain = "", False  # 碳排放强度, where 碳排放 is to fall
    own = _wanted_of(move.subject, aim, grammar)
    shorter = move.sign == _FALLS and any(token.text.startswith(grammar.facts.shortened) for token in move.clause.tokens)
    if not direction and shorter and (_timed(move.unit, grammar) or any(word in move.subject for word in grammar.tags["burdens"])):
        own = own or "inverse"  # 查档由3天缩短至半天
    if _handled(move.subject, grammar):
        own = ""  # 矛盾受理数: more of it handled, or more of it there
    likely = not certain and direction == ("positive" if move.sign == _RISES else "inverse")
    if certain and own and direction != own:  # 压减会议, of which more are good by name; 培训人次, where 培训成本 is to fall
        same = any(goal.things and move.subject.endswith(goal.things[-2:]) for goal in aim.goals)
        direction, certain = (own, True) if same else ("", False)
    elif not certain and own and (own == "inverse" or direction in ("", own)):
        direction = own  # a plain count is likely to be better high: 散埋墓, where that is to be 遏制
    elif not certain:
        direction = ""  # neither the name nor the target says which way is better
    if not direction:
        out = Movement(move.clause, move.subject, UNKNOWN, former=move.former, share=move.share, sign=move.sign)
        return replace(out, likely=likely)
    better = (move.sign == _RISES) == (direction == "positive")
    return Movement(
        move.clause, move.subject, BETTER if better else WORSE, certain, move.former, move.share, move.sign, move.source
    )


def _handled(subject: str, grammar: Grammar) -> bool:
    """Whether a name says what was done with the thing: 受理, 查处."""
    deeds = grammar.groups["doing"] | grammar.groups["mends"]
    words = (subject[at : at + 2] for at in range(len(subject) - 1))
    return any((entry := grammar.entries.get(word)) is not None and entry.family in deeds for word in words)


def _timed(unit: str, grammar: Grammar) -> bool:
    known = grammar.words.unit(unit)
    return known is not None and known.dimension in grammar.tags["uncompared"]


def _wanted_of(subject: str, aim: Aim, grammar: Grammar) -> str:
    """Which way the target itself wants what a measure is of to move; empty where that is another thing, or a burden."""
    wanted = aim.wanted.union(*(goal.states for goal in aim.goals))
    less, more = wanted & grammar.groups["less"], wanted & (grammar.groups["grows"] | grammar.groups["content"])
    if bool(less) == bool(more) or any(word in subject for word in grammar.tags["burdens"]):
        return ""
    shared = grams([subject]) & (aim.grams | aim.name)
    return ("inverse" if less else "positive") if shared else ""
