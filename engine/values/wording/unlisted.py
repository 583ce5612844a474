"""Deeds and things that no list holds: what a negator says of them, and what the target says of whether they were wanted."""

from __future__ import annotations

from dataclasses import replace

from engine.values.wording.aim import nominal, spoken
from engine.values.wording.model import ASIDE, NONE, NOT, PART, SAID, UNCLEAR, Assertion
from engine.values.wording.reach import ACHIEVE, BAD, EFFECT, FAILURE, MILD, few, unhappened
from engine.values.wording.scene import Scene, joined
from engine.values.wording.single import ABSENT, mended
from engine.values.wording.tokens import grams


def happened(here: Scene) -> list[Assertion]:
    """The deed that the target does not want, said without a negator: 施工影响了教学秩序."""
    zero = any(token.number is not None and not token.number for token in here.found)
    if here.aim.kind != NONE or zero or here.has("negators") or any(word.kind in (BAD, FAILURE) for word in here.words):
        return []
    if all(token.role in ("occur", "have") for token in here.found):
        return [here.claim(NOT, "happened", here.found[0])]
    said = grams(token.text for token in here.found)
    heads = set()
    for goal in here.aim.goals:
        own = grams([goal.head]) if goal.head else frozenset()
        if goal.head and ((goal.event & said) - own or goal.event <= own):
            heads.add(goal.head)
    return [here.claim(NOT, "happened", token) for token in here.found if token.text in heads][:1]


def persists(here: Scene) -> list[Assertion]:
    """What is to be ended, and is said to be there still (仍存在撂荒); what is to be less, and is said to be much (差距仍较大)."""
    aim = here.aim
    if aim.kind == NONE or here.has("negators") or not here.speaks & aim.grams or any(word.kind != MILD for word in here.words):
        return []
    much = next((token for token in here.found if token.text in here.tag("much")), None)
    if much is not None and aim.wanted & here.group("less"):
        return [here.claim(NOT, "failed", much)]
    there = next((token for token in here.found if token.role == "occur"), None)
    ends = aim.wanted and aim.wanted <= here.group("mends") | here.group("less")
    return [here.claim(NOT, "happened", there)] if there is not None and ends and not here.has("some", "weak") else []


def negated(here: Scene) -> list[Assertion]:
    """A negator behind which no listed word follows: the target says whether what it negates was wanted."""
    aim, found = here.aim, here.found
    last = here.words[-1].at if here.words else -1
    used = {id(token) for word in here.words for token in word.negators}
    negators = [at for at, token in enumerate(found) if token.role == "negators" and at > last and id(token) not in used]
    if not negators:
        return []
    first, rest = found[negators[0]], found[negators[0] + 1 :]
    runs = spoken(rest, here.grammar)
    if len(negators) % 2 == 0:  # 没有一份未归档
        return [Assertion(SAID, "echo", first.text, grams=grams(runs), tail=runs[-1][-1])] if runs else []
    if not rest and negators[0] and first.text in here.tag("nominal_negators") and aim.kind != NONE and here.speaks:
        return [here.claim(UNCLEAR, "other", first)]  # 执法过错率为零: of what, no list says
    described = bool(rest) and rest[0].role == ACHIEVE and nominal(rest, 0, here.grammar)
    if described or any(token.role == "done" for token in rest) or (bool(runs) and mended(here.words, first, here)):
        return []  # 未使用资金已收回, 对未完成的项目督办, 压减不必要开支: it only describes something
    reach = joined(rest)
    absent = Assertion(SAID, "absent", first.text, reach or aim.text, ((first, rest[-1] if rest else None),), ABSENT, grams(runs))
    aside = replace(absent, state=ASIDE, ground="aside", word=first.text + reach, reach="", families=frozenset(), grams=frozenset())
    if aim.kind == NONE:
        known = aim.grams.union(*(goal.event for goal in aim.goals)) | (aim.name if aim.named_bad else frozenset())
        before = here.grams(found[: negators[0]])
        said = first.text in here.tag("nominal_negators") or here.has("occur")
        bare = said and not runs and (not before or before & known)  # 未发生; not 验收未过, 否
        return [absent if bare or absent.grams & known else aside]
    return [_of_result(absent, aside, negators[0], runs, here)]


def _of_result(absent: Assertion, aside: Assertion, at: int, runs: list[str], here: Scene) -> Assertion:
    """What is negated, where a result is wanted: `absent` if it was something bad, `aside` if that cannot be told."""
    aim, first, rest = here.aim, here.found[at], here.found[at + 1 :]
    event = runs and unhappened(here.found, here.grammar) >= 0 and not grams(runs[:1]) & aim.grams
    if first.text in here.tag("preventive") or event:
        return absent
    if runs and any(
        negator + runs[0][:2] in aim.text for negator in (*here.grammar.degree_negators, *here.tag("nominal_negators"))
    ):
        return aside  # 未断链, where the target says 不断链
    missing = replace(absent, state=NOT, ground="negated", families=frozenset())
    if any(token.role == "effects" for token in rest):
        return replace(missing, families=frozenset({EFFECT}))
    if not runs and aim.named_bad and any(token.role == "occur" for token in rest):
        return replace(absent, grams=aim.name)
    shared = set("".join(runs)) & set(aim.text)
    if runs and not shared and (aim.wanted & here.group("absent_of") or first.text in here.tag("nominal_negators")):
        return aside
    if any(few(token) for token in here.found[:at]):
        return replace(missing, state=PART, ground="negated_part")
    if first.text.endswith(here.grammar.degree_negators) and len(joined(rest)) == 1:
        return replace(missing, state=PART, ground="flawed", grams=here.speaks)  # 资料不齐: a state of it, not that there is none
    return replace(missing, grams=frozenset())
