"""The reading of an actual whose target wants something not to happen, or not to move one way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from engine.values.wording.aim import spoken
from engine.values.wording.clauses import meant
from engine.values.wording.grammar import Grammar
from engine.values.wording.model import ASIDE, DOUBTS, FULL, NOT, OPPOSITE, SAID, UNCLEAR, Aim, Assertion, Phrase, Said
from engine.values.wording.tokens import grams


def nothing(said: Said, aim: Aim, grammar: Grammar) -> tuple[str, Assertion]:
    """Verdict and deciding claim: the unwanted happened, it did not, or that cannot be told."""
    found = [claim for _, claim in said]
    if doubt := first_of(found, lambda claim: claim.ground in DOUBTS):
        return UNCLEAR, doubt
    degrees = {word for word in grammar.tags["severity"] if not any(set(word) <= set(wanted) for wanted in aim.severity)}
    happened, lesser = None, None
    denied = any(claim.ground == "absent" and denies(clause, claim, aim, grammar) for clause, claim in said)
    for clause, claim in said:
        if claim.ground in ("happened", "failed") or claim.state == OPPOSITE:
            if aim.severity and spoken(clause.tokens, grammar) and not _as_grave(clause, aim, grammar):
                lesser = claim  # 一般事故1起, or 事故1起, where 重大事故 is not wanted
            elif denied and not set(claim.word) & set(aim.text):
                continue  # 零死亡，轻伤1人, where 死亡事故 is not wanted
            elif not set(claim.word) & set(aim.text) and any(_literal(other, where, aim, grammar) for where, other in said):
                lesser = claim  # 险情2起，无人员落水, where 落水 is not wanted
            else:
                happened = claim
    if happened is not None and any(word in clause.text for clause, _ in said for word in grammar.tags["refuted"]):
        return UNCLEAR, replace(happened, ground="aside")  # 收到投诉3件，经核查均不成立
    if happened is not None and any(_other_kind(happened, clause, grammar) for clause, _ in said):
        return UNCLEAR, replace(happened, ground="aside")  # 发生1起非责任事故
    if happened is not None and not _only_barred(aim):
        return NOT, happened
    if aim.barred and (moved := _moved(found, aim, grammar)) is not None:
        return moved
    intended = first_of([claim for clause, claim in said if meant(clause, grammar)], lambda claim: claim.ground == "absent")
    if intended is not None:
        return UNCLEAR, replace(intended, ground="copied", word=intended.word + intended.reach)
    sure = [claim for clause, claim in said if claim.ground == "absent" and denies(clause, claim, aim, grammar)]
    if sure and happened is None:
        return FULL, sure[-1]
    absent = [claim for claim in found if claim.ground == "absent" and _wanted(claim, aim)]
    elsewhere = first_of(found, lambda claim: claim.ground == "absent" and not _wanted(claim, aim))
    narrow = None if aim.severity else first_of(absent, lambda claim: any(word in claim.reach for word in degrees))
    if (other := narrow if denied else lesser or narrow) is not None:
        return UNCLEAR, replace(other, ground="aside", word=other.word + other.reach)
    if aside := first_of(found, lambda claim: claim.state == ASIDE):
        return UNCLEAR, aside
    if absent:
        return FULL, absent[-1]
    if elsewhere is not None:
        return UNCLEAR, replace(elsewhere, ground="aside", word=elsewhere.word + elsewhere.reach)
    if (
        len(said) == 1
        and found[0].state == SAID
        and found[0].families & grammar.groups["reached"]
        and not found[0].grams
        and _plain(said[0][0])
    ):
        return FULL, found[0]  # 已完成, 达成预期指标, and nothing else
    return UNCLEAR, Assertion(UNCLEAR, "silent")


def _as_grave(clause: Phrase, aim: Aim, grammar: Grammar) -> bool:
    """Whether a clause says a degree that the target does: 重大, of 重特大."""
    said = [word for word in grammar.tags["severity"] if word in clause.text]
    return any(set(word) <= set(wanted) for word in said for wanted in aim.severity)


def denies(clause: Phrase, claim: Assertion, aim: Aim, grammar: Grammar) -> bool:
    """Whether a clause denies the very event that is not wanted, with all that makes it grave: 未发生较大火灾, 零死亡."""
    grave = aim.severity and _as_grave(clause, aim, grammar)
    mortal = any(word in aim.text and word in clause.text for word in grammar.facts.graver)
    return bool((grave or mortal) and claim.grams and _wanted(claim, aim))


def _other_kind(claim: Assertion, clause: Phrase, grammar: Grammar) -> bool:
    """Whether what happened is said to be of another kind: 非责任事故."""
    kinds = tuple(grammar.tags["un"])
    return bool(claim.word) and any(f"{kind}{claim.word}" in clause.text for kind in kinds)


def _literal(claim: Assertion, clause: Phrase, aim: Aim, grammar: Grammar) -> bool:
    """Whether a clause denies what is not wanted, in the target's own words or in others for what makes it grave (亡人, 伤亡)."""
    grave = all(any(word in text for word in grammar.facts.graver) for text in (aim.text, clause.text))
    return claim.ground == "absent" and (grave or any(goal.event & grams([clause.text]) for goal in aim.goals))


def _only_barred(aim: Aim) -> bool:
    """Whether nothing is not to happen at all, but something is not to move one way: that it happens says nothing."""
    return bool(aim.barred) and not any(goal.event for goal in aim.goals)


def _moved(found: Sequence[Assertion], aim: Aim, grammar: Grammar) -> tuple[str, Assertion] | None:
    """What a claim says where something is not to move one way (不下降, 不超过上年): that it did, or not; None: nothing."""
    against = [grammar.opposites.get(family, frozenset()) for family in aim.barred]
    other = frozenset({family for family, goals in grammar.opposites.items() if aim.barred & goals}).union(*against)
    still = grammar.groups["unchanged"] | grammar.groups["kept"]
    for claim in found:
        if claim.state != SAID or (claim.grams and not claim.grams & (aim.grams | aim.name)):
            continue
        if claim.families & aim.barred:
            return NOT, replace(claim, ground="happened")
        if claim.families & (other | still):
            return FULL, claim
    return None


def _plain(clause: Phrase) -> bool:
    """Whether a clause says nothing of when, how many or what is left out."""
    return not clause.excepted and not any(token.role in ("date", "number", "later") for token in clause.tokens)


def _wanted(claim: Assertion, aim: Aim) -> bool:
    """Whether what did not happen is what is not to happen: it says nothing of what, or the same."""
    events = aim.grams.union(aim.name if aim.named_bad else (), *(goal.event for goal in aim.goals))
    return not claim.grams or not events or bool(claim.grams & events)


def first_of(found: Sequence[Assertion], holds: Callable[[Assertion], bool]) -> Assertion | None:
    """The first claim for which something holds."""
    return next((claim for claim in found if holds(claim)), None)


def denied_again(text: str, wanted: str, grammar: Grammar) -> str:
    """What the target denies where the actual denies the same (未发生, of 不发生), whatever that is; else empty."""
    rest = _denied(wanted, grammar)
    return rest if len(rest) > 1 and rest.isalpha() and _denied(text, grammar) == rest else ""


def _denied(text: str, grammar: Grammar) -> str:
    """What stands behind the negator with which a text begins, to its end; empty where it begins with none."""
    for size in (3, 2, 1):
        entry = grammar.entries.get(text[:size])
        if entry is not None and entry.role == "negators":
            return text[size:].strip("。.;,过")
    return ""
