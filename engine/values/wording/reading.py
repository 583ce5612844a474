"""The reading of an actual: all its claims, held against the target's goals, taken together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from engine.values.wording.against import objection, swinging
from engine.values.wording.aim import aim as aim_of
from engine.values.wording.aim import imperative, spoken
from engine.values.wording.amounts import fewer_than_all, planned
from engine.values.wording.answers import answers, held
from engine.values.wording.claims import claims
from engine.values.wording.clauses import clauses, meant
from engine.values.wording.conclusion import concluded
from engine.values.wording.evidence import weighed
from engine.values.wording.facts import Way
from engine.values.wording.grammar import Grammar
from engine.values.wording.model import (
    ASIDE,
    DOUBTS,
    FULL,
    FUTURE,
    NEED,
    NONE,
    NOT,
    NOT_READ,
    NOTHING,
    OPEN,
    OPPOSITE,
    PART,
    RESULT,
    SAID,
    UNCLEAR,
    Aim,
    Assertion,
    Grams,
    Mark,
    Phrase,
    Reach,
    Said,
    WordingReading,
)
from engine.values.wording.nothing import denied_again, first_of, nothing
from engine.values.wording.openness import sets_none
from engine.values.wording.proof import proved
from engine.values.wording.settled_counts import all_of_it, in_every
from engine.values.wording.settled_events import disturbed, none_left, only_begun, said_again, undisturbed, unfinished
from engine.values.wording.settled_moves import balanced, brought, moved
from engine.values.wording.settled_places import beside_another, beside_last_year, grade, place
from engine.values.wording.settled_stages import stage
from engine.values.wording.settled_states import in_time, lasting, mechanism, none_of_it, satisfied, within_money, within_quota
from engine.values.wording.settling import KindCase, settled
from engine.values.wording.tokens import folded, grams, tokens
from engine.values.wording.years import yearly

KINDS = (
    *(
        in_every,
        beside_last_year,
        beside_another,
        place,
        grade,
        none_of_it,
        within_money,
        within_quota,
        all_of_it,
        satisfied,
        in_time,
    ),
    *(in_time, stage, mechanism, lasting, none_left, balanced, moved, disturbed, undisturbed, unfinished, brought, said_again),
    only_begun,
)
"""The kinds of targets that are judged each in its way, in the order in which they are asked."""
COUNTING = (in_every, none_of_it, within_money, satisfied, in_time, beside_last_year)
"""Those of them whose numbers take back that a target was not met."""
_MISSED = (NOT, OPPOSITE)
_DOTS = "。.;,"
_DIGITS = re.compile(r"[0-9]+(?:\.[0-9]+)?")


@lru_cache(maxsize=1 << 13)
def read(actual: str, target: str, name: str, fiscal_year: int, grammar: Grammar, way: Way | None = None) -> WordingReading:
    """What the words of `actual` say of `target`. `name` is the indicator's, which helps where the target is a slogan; `way` says
    which way a measure that the actual names is better.

    Pure and memoised. Nothing is read where one of the two is empty.
    """
    text, places = folded(actual, grammar)
    wanted, _ = folded(target, grammar)
    if not text or not wanted:
        return NOT_READ
    if max(len(text), len(wanted)) > grammar.limit:
        return WordingReading(UNCLEAR, NOTHING, "long", grammar.says["long"].format(limit=grammar.limit))
    aim = aim_of(wanted, folded(name, grammar)[0], grammar, fiscal_year)
    parts = clauses(tokens(text, grammar, fiscal_year), grammar)
    kept = _foreground(parts, grammar)
    said = _spoken_of([(clause, claims(clause, aim, grammar)) for clause in kept], grammar)
    if aim.kind == RESULT and (made := planned(parts, grammar)) is not None:
        plan, actual_clause, counted = made
        said = [(actual_clause, counted), *((clause, claim) for clause, claim in said if clause is not plan)]
    verdict, deciding = nothing(said, aim, grammar) if aim.kind == NONE else _result(said, aim, grammar)
    if aim.kind == RESULT:
        verdict, deciding = concluded(verdict, deciding, said, kept, aim, grammar)
    verdict, deciding = proved(verdict, deciding, said, kept, aim, grammar)
    if way is not None:
        verdict, deciding = weighed(verdict, deciding, said, kept, aim, way, grammar)
    if verdict == FULL and (against := fewer_than_all(kept, grammar)):
        verdict, deciding = UNCLEAR, replace(deciding, ground="both", reach=against)
    verdict, deciding = yearly(parts, aim, fiscal_year, grammar) or (verdict, deciding)
    if aim.kind == RESULT and aim.grams and text.strip(_DOTS) in grammar.tags["blank"]:
        verdict, deciding = UNCLEAR, Assertion(UNCLEAR, "silent")  # 无: nothing that could be told?
    if aim.kind in (RESULT, NONE):
        case = KindCase(text, wanted, tuple(parts), aim, grammar)
        verdict, deciding = settled(verdict, deciding, said, case, KINDS, COUNTING)
        if verdict == FULL and deciding.ground not in ("same", "absent") and (words := objection(case)):
            verdict, deciding = UNCLEAR, replace(deciding, ground="both", reach=words)
        elif verdict in (*_MISSED, PART) and (words := swinging(case)):
            verdict, deciding = UNCLEAR, replace(deciding, ground="doubted", word=words)
    if aim.kind == NOTHING:
        verdict, deciding = UNCLEAR, Assertion(UNCLEAR, "silent")
    if verdict == UNCLEAR and (denied := denied_again(text, wanted, grammar)):
        verdict, deciding = FULL, Assertion(FULL, "absent", word=text.removesuffix(denied), reach=denied)
    if verdict == FULL and deciding.ground == "echo" and _numbers(text) != _numbers(wanted):
        verdict, deciding = UNCLEAR, Assertion(UNCLEAR, "silent")  # 85/万 is not what 92/万 says, though written alike
    if verdict in (*_MISSED, PART) and _unwanted(deciding, kept, aim, grammar):
        verdict, deciding = UNCLEAR, replace(deciding, ground="aside", word=deciding.word + deciding.reach)
    if verdict in (*_MISSED, PART) and _says_nothing(deciding, aim, grammar):
        verdict, deciding = UNCLEAR, replace(deciding, ground="aside", word=deciding.word + deciding.reach)
    if verdict == FULL and deciding.ground == "number_met" and not _all_counted(parts, aim):
        verdict, deciding = UNCLEAR, replace(deciding, ground="open")
    if sets_none(wanted, grammar.open_targets):
        aim = replace(aim, kind=OPEN)
        if verdict != FULL:
            verdict, deciding = UNCLEAR, Assertion(UNCLEAR, "sets_none")  # nothing that could be missed
    copied = text.strip(_DOTS) == wanted.strip(_DOTS) and not any(claim.ground in DOUBTS for _, claim in said)
    if copied and verdict in (FULL, UNCLEAR, PART):
        bare = imperative(wanted, grammar)
        verdict, deciding = (UNCLEAR, Assertion(UNCLEAR, "copied", text)) if bare else (FULL, Assertion(FULL, "same", text))
    return _told(verdict, deciding, aim, places, grammar)


def _says_nothing(claim: Assertion, aim: Aim, grammar: Grammar) -> bool:
    """Whether what looks like a failure says nothing of the aim: what did not happen is the opposite of what is wanted (没有升高,
    of 降低), or it was not met with (没有发现, of 取缔); what moved is another thing than is to (培训人次减少, of 降低培训成本)."""
    if claim.ground == "facts_worse":
        things = [goal.things for goal in aim.goals if len(goal.things) > 1]
        shared = any(thing[n : n + 2] in claim.word for thing in things for n in range(len(thing) - 1))
        return shared and not any(thing[-2:] in claim.word for thing in things)
    if claim.ground != "negated" or aim.kind != RESULT:
        return False
    reached = [other.family for _, other in claim.marks if other is not None]
    if any(aim.wanted & grammar.opposites.get(family, frozenset()) for family in reached):
        return True
    if aim.wanted & grammar.groups["averts"] and grammar.groups["moves"] & set(reached):
        return True  # 成本未增长, of 控制成本增长
    ended = grammar.groups["mends"] | grammar.groups["less"]
    return claim.reach.startswith(tuple(grammar.tags["happens"])) and (not aim.wanted or bool(aim.wanted & ended))


def _unwanted(claim: Assertion, parts: Sequence[Phrase], aim: Aim, grammar: Grammar) -> bool:
    """Whether what a clause denies is the thing of which there is to be less, and not that there is: 无肇事事件, of 减少肇事."""
    less = grammar.groups["less"]
    if claim.ground != "negated" or not aim.wanted & less:
        return False
    return not any(token.family in less for part in parts for token in part.tokens)


def _all_counted(parts: Sequence[Phrase], aim: Aim) -> bool:
    """Whether, of a target that wants so much of several things (每年2次，参与5000人以上), so much of each is told."""
    told = [(token.number, token.unit) for clause in parts for token in clause.tokens if token.number is not None]
    wanted = [(number, unit) for number, unit in aim.counts if number and unit]
    several = len({unit for _, unit in wanted}) > 1
    return not several or all(any(own == unit and number >= least for number, own in told) for least, unit in wanted)


def _numbers(text: str) -> list[str]:
    """The numbers a text names, in digits."""
    return sorted(_DIGITS.findall(text))


# --- a target that wants a result ----------------------------------------------------------------------------------


def _result(said: Said, aim: Aim, grammar: Grammar) -> tuple[str, Assertion]:
    against = _reasons(_to_come([(clause, _intended(clause, held(claim, aim, grammar), aim, grammar)) for clause, claim in said]))
    found = [claim for _, claim in against]
    if doubt := first_of(found, lambda claim: claim.ground in DOUBTS):
        return UNCLEAR, doubt
    full = [claim for claim in found if claim.state == FULL]
    counted = [claim for claim in found if claim.ground in ("number_met", "number_short", "number_none")]
    if len({claim.ground for claim in counted}) > 1:  # 60名，其中3名撤回: which of them counts
        return UNCLEAR, replace(counted[-1], ground="open")
    part = first_of(found, lambda claim: claim.state == PART and not (full and _beyond(claim, full, aim)))
    missed = [claim for claim in found if claim.state in _MISSED]
    if missed:
        return _missed(missed, full, part, against, aim, grammar)
    if part is not None:
        return PART, part
    if need := first_of(found, lambda claim: claim.state == NEED):
        alone = not full or any(clause.contrast for clause, _ in against)
        return (PART, need) if alone else (UNCLEAR, replace(need, ground="open"))
    if aside := first_of(found, lambda claim: claim.state == ASIDE):
        return UNCLEAR, aside
    if full and (hedged := first_of(found, lambda claim: claim.hedged)):
        return UNCLEAR, hedged
    if full:
        return _reached(full, against, aim, grammar)
    open_ = [claim for claim in found if claim.state == UNCLEAR]
    future = first_of(found, lambda claim: claim.state == FUTURE)
    if future is not None and not open_:
        return NOT, future
    return UNCLEAR, open_[-1] if open_ else Assertion(UNCLEAR, "silent")


def _beyond(claim: Assertion, full: Sequence[Assertion], aim: Aim) -> bool:
    """Whether what is in part only lies beyond what the target wants (工程正在施工, where it wants the tender))."""
    if claim.ground == "stage":
        return True  # an earlier step, beside the whole
    if claim.ground not in ("progress", "pending"):
        return False
    return any(rank > goal.steps.get(name, rank) for name, rank in claim.steps.items() for goal in aim.goals)


def _intended(clause: Phrase, claim: Assertion, aim: Aim, grammar: Grammar) -> Assertion:
    """A clause that only says what is to be seen to (确保知晓率提高), or repeats what is to be done, says not that it was."""
    if claim.state == FULL and meant(clause, grammar):
        return replace(claim, state=UNCLEAR, ground="copied")
    return _repeated(claim, aim, grammar)


def _repeated(claim: Assertion, aim: Aim, grammar: Grammar) -> Assertion:
    """A clause that only repeats what the target says is to be done says nothing of its having been done."""
    if claim.state != FULL or claim.text != aim.text or aim.wanted & grammar.groups["made"] or not imperative(aim.text, grammar):
        return claim
    return replace(claim, state=UNCLEAR, ground="copied")


def _to_come(said: Said) -> list[tuple[Phrase, Assertion]]:
    """Without what is said to be achieved behind a condition or a plan, unless it says that it was done."""
    start = next((n for n, (_, claim) in enumerate(said) if claim.state == FUTURE and claim.ground != "late"), len(said))
    return [(clause, claim) for number, (clause, claim) in enumerate(said) if number <= start or claim.state != FULL or claim.done]


def _reasons(said: Said) -> list[tuple[Phrase, Assertion]]:
    """Without what clauses that begin with a reason say, where a later clause says how it ended."""
    out = []
    for number, (clause, claim) in enumerate(said):
        reason = clause.tokens[0].role == "reasons"
        later = [other for after, other in said[number + 1 :] if after is not clause]
        if not (reason and any(other.state in (FULL, PART, *_MISSED) for other in later)):
            out.append((clause, claim))
    return out


def _missed(
    missed: Sequence[Assertion], full: Sequence[Assertion], part: Assertion | None, said: Said, aim: Aim, grammar: Grammar
) -> tuple[str, Assertion]:
    """Something was not reached: all there is, or beside what was."""
    first = missed[0]
    order = {id(claim): number for number, (_, claim) in enumerate(said)}
    opened = any(clause.contrast or clause.conceded for clause, _ in said)
    if full and opened and all(order[id(claim)] < order[id(full[-1])] for claim in missed):
        # 进度曾滞后，但已全部完成: overcome; 部分未完成，但效果良好: not certain
        overcome = all(claim.ground == "failed" for claim in missed)
        return (FULL, full[-1]) if overcome else (UNCLEAR, replace(first, ground="open"))
    same = full and full[-1].redone and order[id(first)] < order[id(full[-1])]
    if same and full[-1].families & first.families:
        return FULL, full[-1]  # 验收未通过，整改后通过
    if part is not None:
        return PART, part
    if any(claim.state == UNCLEAR and claim.ground == "degree" for _, claim in said):
        return UNCLEAR, replace(first, ground="open")  # 较为便利，高峰期仍有拥堵
    again = any(word in clause.text for clause, claim in said if claim in missed for word in grammar.tags["redone"])
    if full and again and order[id(first)] < order[id(full[-1])]:
        return UNCLEAR, replace(first, ground="open")  # 流标后重新招标，已完成
    other = not any(claim.families & first.families for claim in full)
    if full and other and not opened and first.grams and aim.grams and not first.grams & (aim.grams | aim.name):
        return UNCLEAR, replace(first, ground="aside", word=first.word + first.reach)
    mixed = replace(first, ground="mixed", word=first.word + first.reach)
    if full and all(claim.state == OPPOSITE or claim.ground == "happened" for claim in missed) and not opened:
        return UNCLEAR, replace(first, ground="aside")
    if full:
        return PART, replace(mixed, reach=full[-1].word)
    wanted = aim.wanted | grammar.groups["general"]
    begun = first_of(
        [claim for _, claim in said],
        lambda claim: claim.state == UNCLEAR and bool(claim.done or claim.redone or claim.families & wanted),
    )
    beside = [
        claim for clause, claim in said if claim.done and claim.state == UNCLEAR and claim.text and _same(clause, first, said)
    ]
    if beside:
        return PART, replace(mixed, reach=beside[-1].word)  # 已投产未达效
    spoken_of = first_of(
        [claim for _, claim in said], lambda claim: claim.state == UNCLEAR and bool(claim.families and claim.grams & aim.grams)
    )
    if spoken_of is not None and opened:
        return PART, replace(mixed, reach=spoken_of.word)
    if begun is not None and any(goal.families & grammar.groups["made"] or not goal.families for goal in aim.goals):
        return PART, replace(mixed, reach=begun.word)
    return first.state, first


def _same(clause: Phrase, claim: Assertion, said: Said) -> bool:
    """Whether the claim is of that very clause."""
    return any(other is clause and made is claim for other, made in said)


def _reached(full: Sequence[Assertion], said: Said, aim: Aim, grammar: Grammar) -> tuple[str, Assertion]:
    """Every goal of the target is answered; what an exception leaves out is a part."""
    if any(clause.excepted for clause, _ in said):
        return PART, replace(full[0], ground="excepted")
    for goal in aim.goals:
        told = [(claim, *answers(claim, goal, aim, grammar)) for claim in full]
        if not any(state == FULL for _, state, _ in told):
            part = next(((claim, ground) for claim, state, ground in told if state == PART), None)
            return (UNCLEAR, replace(full[0], ground="open")) if part is None else (PART, replace(part[0], ground=part[1]))
    return FULL, full[0]


# --- told ----------------------------------------------------------------------------------------------------------


def _spoken_of(found: Sequence[tuple[Phrase, list[Assertion]]], grammar: Grammar) -> list[tuple[Phrase, Assertion]]:
    """The claims in order. A clause that names nothing speaks of what the one before it did (发生5次，均已处置)."""
    out = []
    subject: Grams = frozenset()
    for clause, made in found:
        own = grams(spoken([token for token in clause.tokens if token.role != "filler"], grammar))
        for claim in made:
            bare = claim.state == SAID and not claim.grams and not claim.families & grammar.groups["anything"]
            out.append((clause, replace(claim, grams=subject) if bare else claim))
        if own and not clause.conceded and clause.tokens[0].role != "reasons":
            subject = own
    return out


def _foreground(parts: Sequence[Phrase], grammar: Grammar) -> Sequence[Phrase]:
    """Without clauses that only say against what, by what or for what something was done (针对存在的问题，……)."""
    backgrounds = tuple(grammar.tags["backgrounds"])
    kept = [clause for clause in parts[:-1] if not (clause.text.startswith(backgrounds) or _purpose(clause, grammar))]
    return [*kept, *parts[-1:]]


def _purpose(clause: Phrase, grammar: Grammar) -> bool:
    """Whether it says what for: 为推进项目实施，……; not 为农民工追回欠薪."""
    first = clause.tokens[:2]
    return len(first) == 2 and first[0].text in grammar.tags["purposes"] and first[1].role == "achieve"


def _told(verdict: str, claim: Assertion, aim: Aim, places: Sequence[int], grammar: Grammar) -> WordingReading:
    limit = f"{aim.last.year}年{aim.last.month}月{aim.last.day}日" if aim.last else ""
    why = grammar.says[claim.ground].format(word=claim.word, reach=claim.reach, target=aim.text, limit=limit)
    return WordingReading(verdict, aim.kind, claim.ground, why, tuple(_mark(reach, places, grammar) for reach in claim.marks))


def _mark(reach: Reach, places: Sequence[int], grammar: Grammar) -> Mark:
    token, other = reach
    title = grammar.titles.get(token.role, token.role)
    return Mark(token.text, title, places[token.start], places[token.end - 1] + 1, other.text if other is not None else "")
