"""What deeds prove: that all was done, that trouble was dealt with to the last, or that of a whole a part was done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from engine.values.wording.aim import spoken
from engine.values.wording.facts import BETTER, HIGH, WHOLE
from engine.values.wording.grammar import Grammar
from engine.values.wording.model import FULL, NEED, NOT, PART, Assertion, Phrase, Token, Want
from engine.values.wording.weighing import SHORT, Proof, Weighing, is_short

_LEFT = ("negated", "negated_part", "negated_whole")


def finished(here: Weighing) -> Proof:
    """A deed that is wanted, where every clause says one that was done, and one of them says it of all, or of the thing."""
    aim, families = here.aim, here.words.families
    if not aim.wanted or not aim.wanted <= families["deeds"] | here.grammar.groups["strict"] or aim.counts or aim.limited:
        return None
    if len(here.parts) < 2 or here.harmed() is not None or not all(here.achieved(part) for part in here.parts):
        return None
    strict = frozenset[str]().union(*(goal.strict for goal in aim.goals))
    told = frozenset[str]().union(*(claim.families for claims in here.raw.values() for claim in claims))
    if not strict <= told:
        return None
    whole = [part for part in here.parts if _whole(here, part)] if here.near() else []
    own = [*whole, *(part for part in here.parts if _ends(here, part))]
    every = [part for part in here.parts if _finishes(here, part)]
    own = own or (every if len(every) > 1 else [])
    answered = all(_answers(here, goal) for goal in aim.goals) or (bool(whole) and len(aim.goals) == 1)
    return (FULL, here.claim("facts", own[-1])) if own and answered else None


def _finishes(here: Weighing, part: Phrase) -> bool:
    """Whether a clause says of all it names that it was finished."""
    claims = here.raw.get(id(part), [])
    finished = any(claim.families & here.grammar.groups["finished"] and not claim.short for claim in claims)
    return finished and any(here.all(token) for token in part.tokens)


def _whole(here: Weighing, part: Phrase) -> bool:
    """Whether a clause says by a rate that it was done with all there is: 悬挂光荣牌率100%."""
    last = part.tokens[-1]
    return last.unit == "%" and last.number == 100 and not any(token.role in SHORT for token in part.tokens)


def _answers(here: Weighing, goal: Want) -> bool:
    """Whether any clause says what a goal wants, or that all was done; of several goals each of its own thing."""
    names = goal.families
    answered = names.union(*(here.grammar.answer(name).full for name in names), here.grammar.groups["general"])
    own = goal.grams if len(here.aim.goals) > 1 else frozenset()
    claims = [claim for claims in here.raw.values() for claim in claims if not own or claim.grams & own]
    return not names or any(claim.families & answered for claim in claims)


def _ends(here: Weighing, part: Phrase) -> bool:
    """Whether a clause says of what is wanted, or of all there is, that it was brought to its end."""
    ended = here.grammar.groups["finished"] | here.grammar.groups["mends"] | here.aim.wanted
    answered = here.aim.wanted.union(*(here.grammar.answer(name).full for name in here.aim.wanted))
    for claim in here.raw.get(id(part), []):
        fits = claim.families & ended and claim.families & (answered | here.grammar.groups["general"])
        every = any(here.all(token) for token in part.tokens)
        bare = not spoken(part.tokens, here.grammar)
        near = bool(claim.grams & (here.aim.grams | here.aim.name)) or (every and bare) or _named(here, part)
        dated = any(token.role == "date" for token in part.tokens)
        result = bool(claim.families & here.grammar.groups["finished"])
        if fits and near and (every or claim.done or dated or result) and not claim.short and not claim.hedged:
            return True
    return False


def _named(here: Weighing, part: Phrase) -> bool:
    """Whether a clause names by its deed what is wanted: 完成修复1,260叶, of 完成年度修复."""
    general = here.grammar.groups["general"] | here.grammar.groups["anything"]
    deeds = (token for token in part.tokens if token.role == "achieve" and token.family not in general)
    return any(token.text in here.aim.text for token in deeds)


def settled(here: Weighing) -> Proof:
    """What one clause says in full, beside trouble that was dealt with to the last: 问题23个，已全部整改."""
    if here.harmed() is not None or any(fact.sense not in (BETTER, WHOLE, HIGH) for fact in here.moved.values()):
        return None
    for part in here.parts:
        for claim in here.said.get(id(part), []):
            if claim.state == FULL and claim.ground in ("achieved", "absent", "number_met"):
                goals = all(any(other.state == FULL for others in here.said.values() for other in others) for _ in here.aim.goals)
                bare = not claim.grams or bool(claim.grams & (here.aim.grams | here.aim.name))
                if goals and bare and len(here.aim.goals) == 1 and any(here.harms(other) for other in here.parts):
                    return FULL, claim
    return None


def conceded(here: Weighing) -> Proof:
    """县级中心已建成，村级点尚有61个未设立: something was done, and behind it is said that something is still wanting."""
    for at, part in enumerate(here.parts):
        still = any(token.text.startswith(tuple(here.grammar.tags["still"])) for token in part.tokens)
        made = bool(here.wanted & here.grammar.groups["made"])
        if not at or not (part.contrast or still or made):
            continue
        short = next((claim for claim in here.said.get(id(part), []) if claim.state in (PART, NOT, NEED)), None)
        before = here.parts[:at]
        went_well = any(here.achieved(other) and here.told(other) for other in before)
        if short is None or not went_well or any(here.harms(other) for other in before) or short.ground in ("late", "weak"):
            continue
        answered = here.wanted.union(*(here.grammar.answer(name).full for name in here.wanted)) | here.grammar.groups["doing"]
        if (
            part.contrast
            or (short.ground in _LEFT and (short.families & answered or short.ground == "negated_part"))
            or _put_off(short, here.grammar)
        ):
            return PART, replace(short, ground="mixed", word=part.text, reach=before[-1].text)
    return None


def parted(here: Weighing) -> Proof:
    """57台，完成49台，8台未动工: some are done, the rest, which makes up the whole, are not; 326名，326名均落实: all are."""
    if any(goal.weak for goal in here.aim.goals):
        return None  # 基本消除
    pieces = _pieces(here.parts, here.grammar)
    for (whole, first), (done, second) in pairwise(pieces):
        if _equal(here, whole, first, done, second):
            marks = ((whole, None), (done, None))
            return FULL, Assertion(FULL, "facts", done.text + "".join(token.text for token in second), marks=marks)
    for at, (whole, _) in enumerate(pieces):
        rest = [(token, found) for token, found in pieces[at + 1 :] if token.unit == whole.unit or not token.unit]
        for (done, first), (left, second) in pairwise(rest):
            if (done.number or 0) + (left.number or 0) != whole.number or not done.number or not left.number:
                continue
            shared = _is_wanted(here, first) and not _is_wanted(here, second)
            if (is_short(second, here.grammar) or shared) and not is_short(first, here.grammar):
                marks = ((done, None), (left, None))
                claim = Assertion(PART, "parted", done.text, left.text + "".join(t.text for t in second), marks)
                return PART, claim
    return None


def _is_wanted(here: Weighing, found: Sequence[Token]) -> bool:
    """Whether words say the very thing that is wanted (整洁), of some; and no such decision as 不予受理 of others."""
    wanted = any(token.role == "achieve" and token.family in here.aim.wanted for token in found)
    return wanted or any(token.text in here.words.refused for token in found)


def _equal(here: Weighing, whole: Token, first: Sequence[Token], done: Token, second: Sequence[Token]) -> bool:
    """查出问题57个，已整改57个: as many were done as there are, of what is to be done with all."""
    wanted, mends = here.aim.wanted, here.grammar.groups["mends"] | here.grammar.groups["ended"]
    reached = whole.number == done.number or (bool(here.aim.missed) and (done.number or 0) >= (whole.number or 0))
    if not reached or whole.unit != done.unit or not whole.number or is_short((*first, *second), here.grammar):
        return False
    harmed = here.harmed()
    found = harmed is None or whole in harmed.tokens
    if not wanted or not wanted <= here.words.families["deeds"] or here.aim.limited or not found:
        return False
    every = any(here.all(token) or token.role == "done" or token.family in here.grammar.groups["finished"] for token in second)
    gathered = bool(here.aim.missed) and any(token.role == "done" for token in second)  # 应归集218项，已归集218项
    return gathered or ((every or bool(here.aim.missed)) and any(token.family in mends for token in second))


def _pieces(parts: Sequence[Phrase], grammar: Grammar) -> list[tuple[Token, tuple[Token, ...]]]:
    """Each count with the words that are said of it: those behind it up to the next, or of its clause where none are."""
    out = []
    for part in parts:
        counts = [at for at, token in enumerate(part.tokens) if token.number is not None and token.unit not in ("%", "百分点")]
        for n, at in enumerate(counts):
            end = counts[n + 1] if n + 1 < len(counts) else len(part.tokens)
            behind = tuple(
                token
                for token in part.tokens[at + 1 : end]
                if token.text.startswith(grammar.facts.all) or token.role not in ("filler", "of", "joins")
            )
            before = part.tokens[(counts[n - 1] + 1 if n else 0) : at]
            out.append((part.tokens[at], behind if len(counts) > 1 and behind else (*before, *behind)))
    return out


def _put_off(claim: Assertion, grammar: Grammar) -> bool:
    """Whether it is that something was put off: 宿舍楼因资金缺口推迟."""
    word = claim.marks[0][0].text if claim.marks else ""
    return claim.ground == "failed" and word in grammar.tags["lateness"] and not word.endswith(tuple(grammar.tags["reaching"]))
