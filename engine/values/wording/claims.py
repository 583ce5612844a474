"""What a clause claims: each of its words by itself, what is negated though no list holds it, and what it says was achieved."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from engine.values.wording.aim import about, heads, nominal, spoken
from engine.values.wording.amounts import numbers, times, unsaid
from engine.values.wording.grammar import Grammar
from engine.values.wording.model import ASIDE, NONE, NOT, OPPOSITE, PART, SAID, UNCLEAR, Aim, Assertion, Phrase, Reach, Token
from engine.values.wording.prepare import prepared
from engine.values.wording.reach import ACHIEVE, BAD, EFFECT, FAILURE, SCALE, Word, few, place, unhappened, words_of
from engine.values.wording.tokens import grams

_ABSENT = frozenset({"absent"})


def claims(clause: Phrase, aim: Aim, grammar: Grammar) -> list[Assertion]:
    """Everything a clause claims; empty if it says nothing of any achievement."""
    found = prepared(clause, aim, grammar)
    if not found or any(word in clause.text for word in grammar.tags["groundwork"]):
        return []
    if (doubt := unsaid(found, aim, grammar)) is not None:
        return [doubt]
    words = words_of(found, aim, grammar)
    out = [*_deed(found, words, aim), *numbers(found, words, aim, grammar), *_unlisted(found, words, aim, grammar)]
    positive: list[Word] = []
    for number, word in enumerate(words):
        after = words[number + 1] if number + 1 < len(words) else None
        rest = found[word.at + 1 :]
        if word.negators and rest and _mended(words[:number], word.negators[0], found, grammar):
            continue  # 整改不规范行为: it is in what was mended
        if after is not None and word.negators and after.negators is word.negators and word.family in grammar.groups["adverbial"]:
            continue  # 未按期完成: what is negated is the word behind it
        claim = _claim(word, words, found, aim, grammar)
        if claim is None:
            positive.append(word)
        elif claim.ground:
            out.append(claim)
    out, positive = times(out, found, positive, aim, grammar)
    if any(claim.state in (NOT, OPPOSITE) for claim in out):  # what is not said to be done is what the negation is about
        positive = [word for word in positive if word.done and word.family not in grammar.groups["doing"]]
    whose = sum(len(token.text) for token in found if token.role in ("content", "plain"))
    speaks = grams(spoken(found, grammar))
    out = [
        replace(claim, whose=whose, grams=claim.grams or (speaks if claim.state in (PART, NOT) else claim.grams)) for claim in out
    ]
    if positive:
        return [*out, replace(_said(found, positive, clause, grammar), whose=whose)]
    return out or [replace(claim, whose=whose) for claim in _silent(found, clause, aim, grammar)]


# --- one word ------------------------------------------------------------------------------------------------------


def _claim(word: Word, words: Sequence[Word], found: Sequence[Token], aim: Aim, grammar: Grammar) -> Assertion | None:
    """None for an achievement that nothing negates or weakens; a claim without ground for a word that claims nothing."""
    match word.kind:
        case "bad":
            return _bad(word, words, found, aim, grammar)
        case "failure":
            return _failure(word, words, found, aim, grammar)
        case "mild":
            return Assertion() if word.negated else _state(PART, "mild", word, found, grammar)
        case "scale":
            return _negated(word, found, grammar) if word.negated else None
    if word.negated and word.negators[0].text in grammar.tags["preventive"]:
        return _absent(word, found, grammar)
    if word.negated:
        if aim.kind == NONE:
            return _unhappened(word, found, aim, grammar)
        claim = _negated(word, found, grammar)
        return replace(claim, state=PART, ground="flawed") if claim.state == NOT and _beside(word, aim, grammar) else claim
    if word.kind == EFFECT:
        if word.weak:
            return _weak(word, word.weak[0], found, grammar)
        gained = word.occurs is not None and word.occurs.text in grammar.tags["gains"]
        return None if word.strong or gained or word.token.role == "strong" else Assertion()
    if _reversed(word, words, found, aim, grammar):
        return _state(OPPOSITE, "opposite", word, found, grammar)
    if word.weak and word.family not in grammar.groups["unchanged"] and not any(goal.weak for goal in aim.goals):
        return _weak(word, word.weak[0], found, grammar)
    return None


def _failure(word: Word, words: Sequence[Word], found: Sequence[Token], aim: Aim, grammar: Grammar) -> Assertion:
    """A failure, or a state gone bad; mended it claims nothing (滞后问题已解决), of some only it is a part."""
    if word.negated:
        return _absent(word, found, grammar)
    mended = word.token.text not in aim.text and any(_is(other, "mends", grammar) for other in words)
    if mended or (found[word.at + 1 :] and found[word.at + 1].role == "done" and spoken(found[word.at + 2 :], grammar)):
        return Assertion()  # 取消了3项审批: a deed, and no word of how it went
    some = next((token for token in word.weak if token.role == "some"), None)
    return _weak(word, some, found, grammar) if some else _state(NOT, "failed", word, found, grammar)


def _bad(word: Word, words: Sequence[Word], found: Sequence[Token], aim: Aim, grammar: Grammar) -> Assertion:
    """Something bad: negated it did not happen; dealt with it claims nothing by itself; else it happened where it is counted, is
    said to occur, or is just what the target does not want."""
    if word.negators:
        return _absent(word, found, grammar) if word.negated else Assertion()
    counted = [token for token in found if token.number is not None]
    if counted and not any(token.number for token in counted):
        speaks = grams([word.token.text, *spoken(found, grammar)])
        denies = grammar.contradicts.get(word.token.text, frozenset())
        marks = ((counted[0], word.token),)
        return Assertion(SAID, "absent", counted[0].text, word.token.text, marks, _ABSENT, speaks, denies=denies)
    several = [token for token in counted if token.unit != "%"]
    after = [other for other in words if other.at > word.at]
    if any(other.negated and (other.few is not None or not several) for other in after):
        return Assertion()  # 问题未整改, 2个问题未整改: what is negated says it
    dealt = any(_is(other, "deals" if word.occurs is None else "mends", grammar) for other in words)
    behind = word.token.end
    persists = word.occurs is not None and word.occurs.start >= behind or any(token.start >= behind for token in word.strong)
    happened = word.occurs is not None or bool(several) or persists
    if aim.kind == NONE:
        if not dealt or word.occurs is not None:
            return _state(NOT, "happened", word, found, grammar)
        events = aim.grams.union(*(goal.event for goal in aim.goals))
        if not grams([word.token.text]) & events:
            return Assertion()  # 整改隐患132处, where 事故 is not wanted
        return _state(NOT, "happened", word, found, grammar) if several else _aside(word, found, grammar)
    if not happened or (dealt and not (word.occurs is not None and several)):
        return Assertion()
    own = grams([word.token.text])
    object_ = aim.wanted & (grammar.groups["less"] | grammar.groups["mends"]) and own & aim.grams
    if object_ and not persists and not (word.occurs is not None and aim.wanted & grammar.groups["hurt"]):
        return Assertion()  # 信访件数由132件降至97件: how many there are, where there are to be fewer
    if any(other.family == "rise" for other in after) and not own & aim.grams:
        return _aside(word, found, grammar)
    still = persists and aim.wanted & grammar.groups["less"] and grams(spoken(found, grammar)) & aim.grams
    if aim.wanted & grammar.groups["hurt"] or own & (aim.grams | aim.name) or still:
        return _state(NOT, "happened", word, found, grammar)
    return _aside(word, found, grammar)


def _is(word: Word, group: str, grammar: Grammar) -> bool:
    return word.kind == ACHIEVE and not word.negated and word.family in grammar.groups[group]


def _reversed(word: Word, words: Sequence[Word], found: Sequence[Token], aim: Aim, grammar: Grammar) -> bool:
    """Whether it goes the other way than the target: 上升 where a fall is wanted. A fall of something bad is none."""
    if not aim.wanted & grammar.opposites.get(word.family, frozenset()) or word.family in aim.wanted:
        return False
    speaks = grams(spoken(found, grammar))
    if speaks and aim.grams and 2 * len(speaks & aim.grams) < min(len(speaks), len(aim.grams)) and not speaks & aim.name:
        return False  # 用时缩短, where 能力 is to rise
    mends = grammar.groups["mends"]
    return word.family not in mends or not (aim.wanted & mends or any(other.kind == BAD for other in words))


def _mended(before: Sequence[Word], negator: Token, found: Sequence[Token], grammar: Grammar) -> bool:
    """Whether a negator of the kind that makes nouns (不必要) stands behind an achievement that mends, or lessens."""
    if not negator.text.endswith(grammar.degree_negators):
        return False
    at = place(found, negator)
    families = grammar.groups["mends"] | grammar.groups["less"]
    return any(word.kind == ACHIEVE and not word.negated and word.family in families and word.at < at for word in before)


def _beside(word: Word, aim: Aim, grammar: Grammar) -> bool:
    """Whether a state is negated that the target does not ask for (台账不完整, where one is to be set up)."""
    if word.family not in grammar.groups["adverbial"]:
        return False
    answers = [grammar.answer(name).full for name in aim.wanted]
    return bool(aim.wanted) and word.family not in aim.wanted.union(*answers)


# --- claims made of words ------------------------------------------------------------------------------------------


def _families(word: Word) -> frozenset[str]:
    return frozenset({word.family} - {""})


def _reach(word: Word, found: Sequence[Token], first: Token) -> str:
    """What a word reaches, as text: up to the word that claims, or that word alone where it stands before."""
    at = place(found, first)
    return "".join(token.text for token in found[at + 1 : word.at + 1]) if at < word.at else word.token.text


def _state(state: str, ground: str, word: Word, found: Sequence[Token], grammar: Grammar) -> Assertion:
    marks = ((word.token, None),)
    return Assertion(state, ground, word.token.text, "", marks, _families(word), grams(spoken(found, grammar)))


def _aside(word: Word, found: Sequence[Token], grammar: Grammar) -> Assertion:
    return _state(ASIDE, "aside", word, found, grammar)


def _weak(word: Word, first: Token, found: Sequence[Token], grammar: Grammar) -> Assertion:
    marks = ((first, word.token),)
    speaks = grams(spoken(found, grammar))
    return Assertion(PART, "weak", first.text, _reach(word, found, first), marks, _families(word), speaks)


def _negated(word: Word, found: Sequence[Token], grammar: Grammar) -> Assertion:
    first = word.negators[0]
    marks: tuple[Reach, ...] = ((first, word.token),)
    state, ground = NOT, "negated"
    if word.few is not None:
        state, ground, marks = PART, "negated_part", ((word.few, word.token), *marks)
    elif word.whole is not None or any(
        word.token.text.startswith(all_) and word.token.text != all_ for all_ in grammar.tags["whole"]
    ):
        state, ground, marks = PART, "negated_whole", ((first, word.whole or word.token), *marks)
    return Assertion(state, ground, first.text, _reach(word, found, first), marks, _families(word), grams(spoken(found, grammar)))


def _absent(word: Word, found: Sequence[Token], grammar: Grammar) -> Assertion:
    first = word.negators[0]
    speaks = grams([word.token.text, *spoken(found, grammar)])
    families = _ABSENT | grammar.groups["strict"] if word.token.text in grammar.tags["lateness"] else _ABSENT
    denies = grammar.contradicts.get(word.token.text, frozenset())
    return Assertion(
        SAID, "absent", first.text, _reach(word, found, first), ((first, word.token),), families, speaks, denies=denies
    )


def _unhappened(word: Word, found: Sequence[Token], aim: Aim, grammar: Grammar) -> Assertion:
    """A negated deed, where the target wants some deed not to happen: is it that one?"""
    claim = _negated(word, found, grammar)
    if any(goal.event & grams([claim.reach]) for goal in aim.goals):
        return replace(claim, state=SAID, ground="absent", families=_ABSENT)
    return replace(claim, state=ASIDE, ground="aside", word=claim.word + claim.reach)


# --- what no list holds --------------------------------------------------------------------------------------------


def _deed(found: Sequence[Token], words: Sequence[Word], aim: Aim) -> list[Assertion]:
    """The deed that the target does not want, said without a negator: 施工影响了教学秩序."""
    zero = any(token.number is not None and not token.number for token in found)
    if aim.kind != NONE or zero or any(token.role == "negators" for token in found):
        return []
    if any(word.kind in (BAD, FAILURE) for word in words):
        return []
    if found and all(token.role in ("occur", "have") for token in found):
        return [Assertion(NOT, "happened", found[0].text, "", ((found[0], None),))]
    said = grams(token.text for token in found)
    heads_ = {goal.head for goal in aim.goals if goal.head and (goal.event & said) - grams([goal.head])}
    heads_ |= {goal.head for goal in aim.goals if goal.head and goal.event <= grams([goal.head])}
    deed = next((token for token in found if token.text in heads_), None)
    return [Assertion(NOT, "happened", deed.text, "", ((deed, None),))] if deed is not None else []


def _unlisted(found: Sequence[Token], words: Sequence[Word], aim: Aim, grammar: Grammar) -> list[Assertion]:
    """A negator behind which no listed word follows: the target says whether what it negates was wanted."""
    last = words[-1].at if words else -1
    used = {id(token) for word in words for token in word.negators}
    negators = [at for at, token in enumerate(found) if token.role == "negators" and at > last and id(token) not in used]
    if not negators:
        return []
    first = found[negators[0]]
    rest = found[negators[0] + 1 :]
    runs = spoken(rest, grammar)
    if len(negators) % 2 == 0:  # 没有一份未归档
        return [Assertion(SAID, "echo", first.text, grams=grams(runs), tail=runs[-1][-1])] if runs else []
    described = bool(rest) and rest[0].role == ACHIEVE and nominal(rest, 0, grammar)
    if described or any(token.role == "done" for token in rest) or (bool(runs) and _mended(words, first, found, grammar)):
        return []  # 未使用资金已收回, 对未完成的项目督办, 压减不必要开支: it only describes something
    reach = "".join(token.text for token in rest)
    marks = ((first, rest[-1] if rest else None),)
    absent = Assertion(SAID, "absent", first.text, reach or aim.text, marks, _ABSENT, grams(runs))
    aside = Assertion(ASIDE, "aside", first.text + reach, "", marks)
    if aim.kind == NONE:
        known = aim.grams.union(*(goal.event for goal in aim.goals)) | (aim.name if aim.named_bad else frozenset())
        before = grams(spoken(found[: negators[0]], grammar))
        bare = not runs and (not before or before & known)  # 未发生; not 验收未过
        return [absent if bare or absent.grams & known else aside]
    if first.text in grammar.tags["preventive"] or (runs and unhappened(found, grammar) >= 0 and not grams(runs[:1]) & aim.grams):
        return [absent]
    if any(token.role == "effects" for token in rest):
        return [Assertion(NOT, "negated", first.text, reach, marks, frozenset({EFFECT}), grams(runs))]
    if not runs and aim.named_bad and any(token.role == "occur" for token in rest):
        return [replace(absent, grams=aim.name)]
    shared = set("".join(runs)) & set(aim.text)
    if runs and not shared and (aim.wanted & grammar.groups["absent_of"] or first.text in grammar.tags["nominal_negators"]):
        return [aside]
    if any(few(token) for token in found[: negators[0]]):
        return [Assertion(PART, "negated_part", first.text, reach, marks, frozenset(), grams(runs))]
    slight = first.text.endswith(grammar.degree_negators) and len(reach) == 1
    if slight:  # 资料不齐: a state of it, not that there is none
        return [Assertion(PART, "flawed", first.text, reach, marks, frozenset(), grams(spoken(found, grammar)))]
    return [Assertion(NOT, "negated", first.text, reach or aim.text, marks)]


# --- what is said to be achieved -----------------------------------------------------------------------------------


def _said(found: Sequence[Token], positive: Sequence[Word], clause: Phrase, grammar: Grammar) -> Assertion:
    """The achievements of a clause as one claim, not yet held against the target."""
    main = [word for word in positive if word.family not in grammar.groups["adverbial"]] or positive
    main = [word for word in main if word.family not in grammar.groups["doing"]] or main
    families = frozenset(word.family for word in positive) - {""}
    if any(word.negators and word.occurs is not None for word in positive):
        families |= _ABSENT  # 未发生不合格情况
    if positive[-1].kind == SCALE:  # 带动效果一般: the level is what is said of it
        families, main = frozenset(), [positive[-1]]
    steps = _steps(found, main, grammar)
    done = any(token.role == "done" for token in found)
    if done and families & grammar.groups["doing"] and any(token.text in grammar.tags["whole"] for token in found):
        families |= grammar.groups["general"]  # 已全部发放
    runs = spoken(_objects(found, positive, grammar), grammar)
    scale: dict[str, int] = {}
    for word in positive:
        scale |= {name: max(rank, scale.get(name, 0)) for name, rank in word.token.scale}
    return Assertion(
        SAID,
        "achieved",
        main[-1].token.text,
        marks=tuple((word.token, None) for word in main),
        families=families,
        grams=grams(runs),
        tail=runs[-1][-1] if runs else "",
        steps=_highest(steps),
        heads=grams(token.text for token in steps),
        text=clause.text,
        scale=scale,
        strong=any(token.role == "strong" for token in found),
        fair=any(word.fair for word in positive),
        done=done,
        redone=any(word in clause.text for word in grammar.tags["redone"]),
    )


def _objects(found: Sequence[Token], positive: Sequence[Word], grammar: Grammar) -> list[Token]:
    """The words without deeds that only go on from an achievement (已建立运行); those that are completed are its object (完成采购)."""
    takes = grammar.groups["general"] | grammar.groups["anything"] | grammar.groups["doing"]
    made = next(
        (word.at for word in positive if word.family and word.family not in takes | grammar.groups["adverbial"]), len(found)
    )
    return [token for at, token in enumerate(found) if at <= made or token.family not in grammar.groups["content"]]


def _silent(found: Sequence[Token], clause: Phrase, aim: Aim, grammar: Grammar) -> list[Assertion]:
    """A clause without any word that claims: a step, a part of something, or just what the target says."""
    speaks = grams(spoken(found, grammar))
    done = any(token.role == "done" for token in found)
    fair = any(token.role == "fair" for token in found)
    weak = next((token for token in found if token.role in ("weak", "some")), None)
    if weak is not None and not any(goal.weak for goal in aim.goals):
        return [Assertion(PART, "weak", weak.text, aim.text, ((weak, None),), frozenset(), speaks)]
    if steps := _steps(heads(found), [], grammar):
        last = next(token for token in reversed(found) if token.steps)
        heads_ = grams(token.text for token in steps)
        return [
            Assertion(
                SAID,
                "achieved",
                last.text,
                "",
                ((last, None),),
                frozenset({"step"}),
                speaks,
                _highest(steps),
                done=done,
                heads=heads_,
            )
        ]
    if not speaks:
        return []
    return [Assertion(SAID, "echo", clause.text, grams=speaks, fair=fair, done=done, tail=spoken(found, grammar)[-1][-1])]


def _steps(found: Sequence[Token], words: Sequence[Word], grammar: Grammar) -> list[Token]:
    """The steps that were reached: of the achievement words themselves, and of what the last of them is said of (the last word
    behind it that says what, else the nearest before it). 完成选址: what is complete is the step."""
    if not words:
        return [token for token in found if token.steps]
    chosen = [word.token for word in words if word.token.steps]
    at = words[-1].at
    behind = next((token for token in reversed(found[at + 1 :]) if about(token, grammar)), None)
    head = behind or next((token for token in reversed(found[:at]) if about(token, grammar)), None)
    if head is None or not head.steps:
        return chosen
    own = [token for token in chosen if token.family not in grammar.groups["general"] and token is not head]
    return [*own, head] if own else [head]


def _highest(steps: Iterable[Token]) -> dict[str, int]:
    out: dict[str, int] = {}
    for token in steps:
        for name, rank in token.steps:
            out[name] = max(rank, out.get(name, 0))
    return out
