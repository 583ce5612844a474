"""What one word of a clause claims, with all that reaches it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.values.wording.aim import spoken
from engine.values.wording.model import ASIDE, NONE, NOT, OPPOSITE, PART, SAID, UNCLEAR, Assertion, Reach, Token
from engine.values.wording.prepare import NOUNS
from engine.values.wording.reach import ACHIEVE, BAD, EFFECT, FAILURE, MILD, Word, place
from engine.values.wording.scene import Scene
from engine.values.wording.tokens import grams

ABSENT = frozenset({"absent"})
_WORSE = (BAD, FAILURE, MILD)


def word_claim(word: Word, here: Scene) -> Assertion | None:
    """None for an achievement that nothing negates or weakens; a claim without ground for a word that claims nothing."""
    match word.kind:
        case "bad":
            return _bad(word, here)
        case "failure":
            return _failure(word, here)
        case "mild":
            lessened = word.token.text in here.tag("little") and here.aim.wanted & here.group("less")
            before = here.found[word.at - 1] if word.at else None
            rate = before is not None and before.text.endswith(tuple(here.tag("rates")))
            if before is not None and rate and not set(before.text[-3:-1]) & set(here.aim.text):
                return here.of(ASIDE, "aside", word)  # 投放率较低, where 习惯养成 is wanted
            thing = before is not None and before.end == word.token.start and before.text.endswith(tuple(here.tag("devices")))
            if thing and before is not None and before.text[-2:] not in here.aim.text:
                return here.of(ASIDE, "aside", word)  # 服务设施不足, where 服务便捷 is wanted
            dealt = any(_is(other, "mends", here) and other.at < word.at for other in here.words) and _attributive(word, here)
            return Assertion() if word.negated or lessened or dealt else here.of(PART, "mild", word)
        case "scale":
            return _negated(word, here) if word.negated else None
    if word.negated and _describes(word, here):
        return here.of(ASIDE, "aside", word)  # 不规范问题得到纠正
    if word.negated:
        return _denied(word, here)
    if len(word.negators) > 1 and any(token.text in here.tag("denials") for token in word.negators):
        return here.of(ASIDE, "aside", word)  # 不能说没有提高
    if word.kind == EFFECT:
        if word.weak:
            return _a_little(word, here) or _weak(word, word.weak[0], here)
        gained = word.occurs is not None and word.occurs.text in here.tag("gains")
        return None if word.strong or gained or word.token.role == "strong" else Assertion()
    above = word.family in here.group("anything") and word.token.text.startswith(tuple(here.tag("above")))
    if above and here.aim.wanted & here.group("less"):
        return here.of(UNCLEAR, "other", word)  # 成本高于预期
    if here.aim.barred and word.family in here.group("moves"):
        return None  # where it is not to fall, a little more is as good as much
    if word.family in here.group("moves") and _slope(word, here):
        return here.of(ASIDE, "aside", word)  # 收入增幅回落
    if _reversed(word, here):
        elsewhere = _elsewhere(word, here) or _unknown_thing(here)
        return here.of(UNCLEAR, "other", word) if elsewhere else here.of(OPPOSITE, "opposite", word)
    fewer = word.family in here.group("less") and not here.aim.wanted & (here.group("moves") | here.group("less"))
    if word.weak and fewer and here.aim.wanted & here.group("made"):
        return here.of(ASIDE, "aside", word)  # 任务有所缩减, where they are to be completed
    if word.weak and word.family not in here.group("unchanged") and not any(goal.weak for goal in here.aim.goals):
        return _a_little(word, here) or _weak(word, word.weak[0], here)
    return None


def _a_little(word: Word, here: Scene) -> Assertion | None:
    """有所提高, where 提高 is wanted: that it is a little is short only of a target that says how much; else it cannot be told."""
    if any(token.text not in here.tag("amounts") for token in word.weak) or here.aim.degreed:
        return None
    gradual = here.group("moves") | here.group("less") | here.group("leads") | {EFFECT}
    if not (word.family in gradual and here.aim.wanted & (gradual | here.group("doing"))):
        return None
    first = word.weak[0]
    claim = here.of(UNCLEAR, "degree", word, ((first, word.token),))
    return replace(claim, word=first.text + here.reached(word, first), hedged=True)


def _describes(word: Word, here: Scene) -> bool:
    """Whether a negated state only says of what kind the trouble right behind it is, of which more is said."""
    after = here.found[word.at + 1] if word.at + 1 < len(here.found) else None
    if after is None or after.start != word.token.end or after.role not in ("bad", "generic") or word.at + 2 >= len(here.found):
        return False
    mended = any(other.at > word.at and _is(other, "deals", here) for other in here.words)
    return mended and word.negators[0].end == word.token.start


def _slope(word: Word, here: Scene) -> bool:
    """Whether it is how fast something moves that moves."""
    return any(name in here.clause.text and name not in here.aim.text + word.token.text for name in here.tag("slopes"))


def inside(word: Word, before: Sequence[Word], here: Scene) -> bool:
    """Whether a negated word is within what an achievement before it mended, or lessened (整改不规范行为)."""
    return bool(word.negators) and word.at + 1 < len(here.found) and mended(before, word.negators[0], here)


def mended(before: Sequence[Word], negator: Token, here: Scene) -> bool:
    """Whether a negator of the kind that makes nouns (不必要) stands behind an achievement that mends, or lessens."""
    if not negator.text.endswith(here.grammar.degree_negators):
        return False
    at = place(here.found, negator)
    families = here.group("mends") | here.group("less")
    return any(word.kind == ACHIEVE and not word.negated and word.family in families and word.at < at for word in before)


# --- achievements --------------------------------------------------------------------------------------------------


def _denied(word: Word, here: Scene) -> Assertion:
    """A negated achievement."""
    if word.negators[0].text in here.tag("preventive"):
        return _absent(word, here)
    claim = _negated(word, here)
    steady = here.group("kept") | here.group("unchanged")
    named = frozenset[str]().union(*(goal.states for goal in here.aim.goals))
    if word.family in here.group("moves") and named & steady and not named & here.group("moves"):
        return replace(claim, state=SAID, ground="achieved", families=steady & named)  # 票价未上涨, where it is to be stable
    if here.aim.kind == NONE:  # a deed is not to happen: is it this one?
        if any(goal.event & grams([claim.reach]) for goal in here.aim.goals):
            return replace(claim, state=SAID, ground="absent", families=ABSENT)
        return replace(claim, state=ASIDE, ground="aside", word=claim.word + claim.reach)
    if claim.state == NOT and _beside(word, here):
        states = here.aim.wanted <= here.group("adverbial") and not here.speaks & here.aim.grams
        return replace(claim, state=ASIDE, ground="aside") if states else replace(claim, state=PART, ground="flawed")
    return claim


def _negated(word: Word, here: Scene) -> Assertion:
    first = word.negators[0]
    marks: tuple[Reach, ...] = ((first, word.token),)
    state, ground, text = NOT, "negated", word.token.text
    if word.few is not None:
        state, ground, marks = PART, "negated_part", ((word.few, word.token), *marks)
    elif word.whole is not None or any(text.startswith(each) and text != each for each in here.tag("whole")):
        state, ground, marks = PART, "negated_whole", ((first, word.whole or word.token), *marks)
    return replace(here.of(state, ground, word, marks), word=first.text, reach=here.reached(word, first))


def _weak(word: Word, first: Token, here: Scene) -> Assertion:
    claim = here.of(PART, "weak", word, ((first, word.token),))
    return replace(claim, word=first.text, reach=here.reached(word, first))


def _beside(word: Word, here: Scene) -> bool:
    """Whether a state is negated that the target does not ask for (台账不完整, where one is to be set up)."""
    if word.family not in here.group("adverbial"):
        return False
    answers = [here.grammar.answer(name).full for name in here.aim.wanted]
    return bool(here.aim.wanted) and word.family not in here.aim.wanted.union(*answers)


def _reversed(word: Word, here: Scene) -> bool:
    """Whether it goes the other way than the target: 上升 where a fall is wanted. A fall of something bad is none."""
    aim, speaks, mends = here.aim, here.speaks, here.group("mends")
    if not aim.wanted & here.grammar.opposites.get(word.family, frozenset()) or word.family in aim.wanted:
        return False
    if speaks and aim.grams and 2 * len(speaks & aim.grams) < min(len(speaks), len(aim.grams)) and not speaks & aim.name:
        return False  # 用时缩短, where 能力 is to rise
    first = here.words[0].at if len(here.words) > 1 else word.at
    unwanted = any(other.kind in _WORSE for other in here.words) or here.negated_name(first)
    return word.family not in mends or not (aim.wanted & mends or unwanted)  # 停电减少, 不文明行为减少


def _elsewhere(word: Word, here: Scene) -> bool:
    """Whether what moves is another measure than the target's: 审批时限压减, where 审批 is to be faster."""
    runs = spoken(here.found[: word.at], here.grammar)
    known = here.aim.grams | here.aim.name
    measure = runs[-1].removesuffix("".join(here.tag("rates"))) if runs else ""
    return bool(measure and here.aim.grams) and measure[-1] not in here.aim.text and not here.speaks <= known


def _unknown_thing(here: Scene) -> bool:
    """Whether what moves shares nothing with what the target or the indicator names: 办件时间缩短, of 政务服务效能."""
    known = here.aim.grams | here.aim.name
    return bool(here.speaks and known) and not set(here.clause.text) & set("".join((here.aim.text, *known)))


# --- what went wrong -----------------------------------------------------------------------------------------------


def _failure(word: Word, here: Scene) -> Assertion:
    """A failure, or a state gone bad; mended it claims nothing (滞后问题已解决), of some only it is a part."""
    if word.negated:
        return _absent(word, here)
    rest = here.found[word.at + 1 :]
    if rest and rest[0].role == "of" and any(other.at > word.at for other in here.words):
        return Assertion()  # 脏乱的状况得到改善: what is said of it is said behind
    if word.token.text.startswith(tuple(here.tag("little"))) and here.aim.wanted & here.group("less"):
        return Assertion()  # 能耗低于预期
    if _named_by(word, here):
        return Assertion()  # 燃气泄漏报警器已安装
    healed = word.token.text not in here.aim.text and any(
        _is(other, "mends", here) and _mending(other, word, here) for other in here.words
    )
    if healed or (rest and rest[0].role == "done" and here.grams(rest[1:])):
        return Assertion()  # 取消了3项审批: a deed, and no word of how it went
    some = next((token for token in word.weak if token.role == "some"), None)
    lasting = any(goal.states & here.group("kept") for goal in here.aim.goals)
    if not lasting and any(name in here.clause.text for name in here.tag("fleeting") if name not in here.aim.text):
        return here.of(ASIDE, "aside", word)  # 一度拥堵
    if here.aim.kind != NONE:  # 略有波动 is a part of 稳定, but 略有超支 is no 无超支
        some = some or next((token for token in word.weak if token.text.startswith(tuple(here.tag("slightly")))), None)
    return _weak(word, some, here) if some else here.of(NOT, "failed", word)


def _attributive(word: Word, here: Scene) -> bool:
    """Whether it only says of what kind the trouble right behind it is: 解决学位不足等问题6项."""
    behind = [token for token in here.found[word.at + 1 :] if token.role not in ("generic", "of", "joins")]
    return bool(behind) and behind[0].role == "bad"


def _mending(mend: Word, failure: Word, here: Scene) -> bool:
    """Whether a mending word is said of a failure, behind it or before it as a deed; 问题处置拖延 is not."""
    before = here.found[mend.at - 1] if mend.at else None
    subject = before is not None and before.end == mend.token.start and before.role in (*NOUNS, "bad")
    between = here.found[mend.at + 1 : failure.at]
    said = failure.token.text in here.tag("stative") or any(token.role == "effects" for token in between)  # 治理不力, 缓解效果欠佳
    return mend.at > failure.at or (not said and (mend.done or not subject))


def _bad(word: Word, here: Scene) -> Assertion:
    """Something bad: negated it did not happen; dealt with it claims nothing by itself; else it happened where it is counted, is
    said to occur, or is just what the target does not want."""
    if word.negators:
        return _absent(word, here) if word.negated else Assertion()
    if word.at + 1 == len(here.found) and _not_one(here):
        return replace(_absence(word, here), word=here.found[0].text, reach=word.token.text, marks=((here.found[0], word.token),))
    counted = [token for token in here.found if token.number is not None]
    if counted and not any(token.number for token in counted):
        return replace(_absence(word, here), word=counted[0].text, reach=word.token.text, marks=((counted[0], word.token),))
    several = any(token.unit != "%" for token in counted)
    after = [other for other in here.words if other.at > word.at]
    if any(other.negated and (other.few is not None or not several) for other in after):
        return Assertion()  # 问题未整改, 2个问题未整改: what is negated says it
    if any(other.at < word.at and _is(other, "averts", here) for other in here.words) or _named_by(word, here):
        return Assertion()  # 严防事故发生, 火灾报警系统已安装
    deed = _wrong_deed(word, here)
    if deed is not None and not (here.aim.kind == NONE and word.token.text + deed.token.text in here.aim.text):
        return here.of(ASIDE, "aside", word, ((word.token, deed.token),))
    occurs, behind = word.occurs, word.token.end
    dealt = any(_is(other, "deals" if occurs is None else "mends", here) for other in here.words)
    if len(here.found) == 1 and _denied_by(word, here) & here.aim.wanted:
        return here.of(NOT, "happened", word)  # 违规, where it is to be 合规
    persists = (occurs is not None and occurs.start >= behind) or any(token.start >= behind for token in word.strong)
    if here.aim.kind == NONE:
        return _unwanted(word, dealt and occurs is None, several, here)
    if several and dealt and occurs is None and word.at == 0 and not grams([word.token.text]) & (here.aim.grams | here.aim.name):
        return here.of(ASIDE, "aside", word)  # 非法倾倒被查处1起: it was there
    if not (occurs is not None or several or persists) or (dealt and not (occurs is not None and several)):
        return Assertion()
    return _hurts(word, after, persists, here)


def _named_by(word: Word, here: Scene) -> bool:
    """Whether something bad only makes a name of the noun right behind it, of which something is said: 泄漏报警器已安装."""
    after = here.found[word.at + 1] if word.at + 1 < len(here.found) else None
    noun = after is not None and after.start == word.token.end and after.text.endswith(tuple(here.tag("devices")))
    return noun and any(token.role == "done" or token.role == ACHIEVE for token in here.found[word.at + 2 :])


def _not_one(here: Scene) -> bool:
    """Whether the clause says that there is not one of what it ends in: 无一起执法不规范被纠正案件."""
    first, one, *_ = (*here.found, None, None)
    return first is not None and one is not None and first.text in here.tag("nominal_negators") and one.number == 1


def _wrong_deed(word: Word, here: Scene) -> Word | None:
    """The deed that was done wrongly (违规处置资产), where nothing before it says that this was mended."""
    first = not any(other.kind == ACHIEVE and other.at < word.at for other in here.words)
    if not first or word.token.text not in here.tag("wrongly"):
        return None
    return next((other for other in here.words if other.token.start == word.token.end and other.kind == ACHIEVE), None)


def wronged(word: Word, here: Scene) -> bool:
    """Whether the achievement is such a deed."""
    return any(bad.kind == BAD and not bad.negators and _wrong_deed(bad, here) is word for bad in here.words)


def _unwanted(word: Word, dealt: bool, several: bool, here: Scene) -> Assertion:
    """Something bad, where something is not to happen."""
    if not dealt and _other_kind(word, here):
        return here.of(ASIDE, "aside", word)  # 违规外联1次, where 失泄密 is not wanted
    if not dealt:
        return here.of(ASIDE if here.negated_name(word.at) else NOT, "aside" if here.negated_name(word.at) else "happened", word)
    if not grams([word.token.text]) & here.aim.grams.union(*(goal.event for goal in here.aim.goals)):
        return Assertion()  # 整改隐患132处, where 事故 is not wanted
    return here.of(NOT, "happened", word) if several else here.of(ASIDE, "aside", word)


def _other_kind(word: Word, here: Scene) -> bool:
    """Whether it is of another kind than all that is not wanted, and the target names what that is."""
    named = here.aim.grams.union(here.aim.name, *(goal.event for goal in here.aim.goals))
    if not named or (grams([word.token.text]) | here.speaks) & named:
        return False
    own = _denied_by(word, here)
    kinds = [families for bad, families in here.grammar.contradicts.items() if bad in here.aim.text]
    return bool(own) and not any(own & families for families in kinds) and bool(kinds or here.aim.grams)


def _hurts(word: Word, after: Sequence[Word], persists: bool, here: Scene) -> Assertion:
    """Something bad that happened, where a result is wanted: whether it goes against the result."""
    aim, own = here.aim, grams([word.token.text])
    named = frozenset[str]().union(*(goal.states for goal in aim.goals))
    hurt = bool(aim.wanted & here.group("hurt") or named & _denied_by(word, here))
    lessened = aim.wanted & (here.group("less") | here.group("mends")) and own & aim.grams
    still_there = occurs_still(here)
    if lessened and still_there:
        return here.of(NOT, "happened", word)  # 仍存在漏水隐患
    if lessened and not persists and not (word.occurs is not None and hurt):
        return Assertion()  # 信访件数由132件降至97件: how many there are, where there are to be fewer
    if any(other.family in here.group("grows") for other in after) and not own & aim.grams:
        return here.of(ASIDE, "aside", word)
    still = persists and aim.wanted & here.group("less") and here.speaks & aim.grams
    if hurt or own & (aim.grams | aim.name) or still:
        return here.of(NOT, "happened", word)
    return here.of(ASIDE, "aside", word)


def occurs_still(here: Scene) -> bool:
    """Whether something is said to be there still."""
    return here.has("occur") and any(token.text.startswith(tuple(here.tag("still"))) for token in here.clause.tokens)


def _absence(word: Word, here: Scene) -> Assertion:
    text = word.token.text
    families = ABSENT | {"timely"} if text in here.tag("lateness") else ABSENT
    denies = _denied_by(word, here)
    return Assertion(SAID, "absent", families=families, grams=grams([text]) | here.speaks, denies=denies)


def _denied_by(word: Word, here: Scene) -> frozenset[str]:
    """The families a bad word goes against."""
    if word.token.text in here.aim.missed:
        return frozenset({here.grammar.paired_family})
    return here.grammar.contradicts.get(word.token.text, frozenset())


def _absent(word: Word, here: Scene) -> Assertion:
    """Something bad that did not happen."""
    first = word.negators[0]
    return replace(_absence(word, here), word=first.text, reach=here.reached(word, first), marks=((first, word.token),))


def _is(word: Word, group: str, here: Scene) -> bool:
    return word.kind == ACHIEVE and not word.negated and word.family in here.group(group)
