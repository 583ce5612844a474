"""The words of a clause that claim something, and the words that reach them.

A word that changes another reaches forward to the next one that claims something, or back to the last one where none follows. A
negator does not reach over a word that says a thing was done (已), nor out of what only describes a noun (未复垦的土地), and
reaches on along a row of like words (无投诉、举报). Two negators in one reach cancel.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.values.wording.aim import about, nominal
from engine.values.wording.grammar import Grammar
from engine.values.wording.model import Aim, Token
from engine.values.wording.prepare import NOUNS
from engine.values.wording.tokens import CONTENT

ACHIEVE, BAD, FAILURE, MILD, SCALE, EFFECT = "achieve", "bad", "failure", "mild", "scale", "effect"
_KINDS = {"bad": BAD, "failures": FAILURE, "mild": MILD, "scale": SCALE}
_WORSE = (BAD, FAILURE, MILD)
_PASSED = ("joins", "strong", "manner", "whole", "generic", "of")
"""Roles of words over which a negator reaches on."""
_QUALIFIED = ("negators", "weak", "some", "strong", "occur", "have")


@dataclass(slots=True)
class Word:
    """A word that claims something, and what reaches it. `few`: a number or part named before the negator (3项未完成)."""

    token: Token
    at: int
    kind: str
    negators: list[Token] = field(default_factory=list)
    weak: list[Token] = field(default_factory=list)
    strong: list[Token] = field(default_factory=list)
    fair: list[Token] = field(default_factory=list)
    whole: Token | None = None
    occurs: Token | None = None
    few: Token | None = None
    done: bool = False

    @property
    def negated(self) -> bool:
        return len(self.negators) % 2 == 1

    @property
    def family(self) -> str:
        return EFFECT if self.kind == EFFECT else self.token.family


def words_of(found: Sequence[Token], aim: Aim, grammar: Grammar) -> list[Word]:
    """The words of a clause that claim something, each with what reaches it, in order."""
    words = [Word(token, at, kind) for at, token in enumerate(found) if (kind := _kind(found, at, grammar))]
    if all(word.kind == ACHIEVE and word.family in grammar.groups["doing"] for word in words):
        words = _effects(found) or words  # 建设取得成效: the effect is what is said of it
    if (event := unhappened(found, grammar)) >= 0:
        words = [word for word in words if word.at < event or word.kind in _WORSE]
    start = 0
    for number, word in enumerate(words):
        _before(word, found[start : word.at], aim, grammar)
        if word.negators:
            word.few = next((token for token in found[: place(found, word.negators[0])] if few(token)), None)
        start = word.at + 1
        if number:
            _chained(words[number - 1], word, found, grammar)
            _shared(words[number - 1], word, grammar)
    if words:
        _behind(words[-1], found[start:], grammar)
    return words


def unhappened(found: Sequence[Token], grammar: Grammar) -> int:
    """Where it begins to be said that something no list holds did not happen (未发生泄题、作弊等影响公平的情况); -1 if nowhere.
    未出现好转 is another thing."""
    for index, (first, second, third) in enumerate(zip(found, found[1:], found[2:], strict=False)):
        if (
            first.role == "negators"
            and second.text in grammar.tags["happens"]
            and (third.role in NOUNS or third.number is not None)
        ):
            return index
    return -1


def place(found: Sequence[Token], token: Token) -> int:
    """Where this very token stands."""
    return next(index for index, item in enumerate(found) if item is token)


def few(token: Token) -> bool:
    """Whether it says that only some are meant: 部分, 3项."""
    return token.role == "some" or (token.role == "number" and bool(token.number) and token.unit != "%")


def _kind(found: Sequence[Token], at: int, grammar: Grammar) -> str:
    token = found[at]
    if token.role != ACHIEVE:
        return _KINDS.get(token.role, "")
    if token.text in grammar.tags["whole"] and at and found[at - 1].role == "negators" and at + 1 < len(found):
        return ""  # 未充分发挥: how far, not what
    if token.family in grammar.groups["adverbial"] and at + 1 < len(found):
        after = found[at + 1]
        if at == 0 and all(item.role in ("manner", "joins") for item in found[1:]):
            return ""  # 严格按照规定，……
        if after.role in (CONTENT, "plain") and after.start == token.end and any(item.role == "bad" for item in found[at + 1 :]):
            return ""  # 安全生产责任事故
    return "" if nominal(found, at, grammar) else ACHIEVE


def _effects(found: Sequence[Token]) -> list[Word]:
    """效果, 成效: where nothing else is said, having one is what is achieved (成效显著, 取得成效); or 显著 alone."""
    at = next((at for at, token in enumerate(found) if token.role == "effects"), -1)
    if at >= 0 and not any(token.role in _QUALIFIED for token in found):
        return []
    if at < 0 and len(found) == 1 and found[0].role == "strong":
        at = 0
    return [Word(found[at], at, EFFECT)] if at >= 0 else []


def _before(word: Word, window: Sequence[Token], aim: Aim, grammar: Grammar) -> None:
    for index, token in enumerate(window):
        match token.role:
            case "negators" if word.kind in _WORSE and any(item.role == "occur" for item in window[:index]):
                pass  # 存在未及时入账问题: there is one
            case "negators":
                before = window[index - 1] if index else None
                if word.negators and before is not None and before.role in NOUNS and before.end < token.start:
                    word.negators = []  # 无霉变、无丢失: a row of two, and no negator of the other
                if not (
                    _inside(word, token, window[index + 1 :], grammar) or _verbal(word, token, window[index + 1 :], aim, grammar)
                ):
                    word.negators.append(token)
                    word.whole = None
            case "done":
                if not any(item.role == "negators" for item in window[index + 1 :]):
                    word.negators = [item for item in word.negators if item.text in grammar.tags["denials"]]
                    word.done = True
            case "weak" | "some":
                word.weak.append(token)
            case "strong":
                word.strong.append(token)
            case "fair":
                word.fair.append(token)
            case "occur" | "have":
                word.occurs = token
        if word.negators and token.text in grammar.tags["whole"]:
            word.whole = token


def _inside(word: Word, negator: Token, rest: Sequence[Token], grammar: Grammar) -> bool:
    """Whether a negator only makes a name, or describes a noun, before the word: 未复垦的土地已……, 不文明行为减少."""
    if not rest or not (about(rest[0], grammar) or rest[0].role == ACHIEVE):
        return False
    if word.kind == FAILURE and negator.text in grammar.degree_negators and rest[0].start == negator.end:
        return True  # 意见不统一搁置
    of = next((index for index, token in enumerate(rest) if token.role == "of"), -1)
    if 0 <= of < len(rest) - 1 and rest[of - 1].role in (*NOUNS, ACHIEVE):
        return True
    lessens = grammar.groups["mends"] | grammar.groups["less"]
    return word.family in lessens and any(token.role in ("generic", "bad") for token in rest)


def _verbal(word: Word, negator: Token, rest: Sequence[Token], aim: Aim, grammar: Grammar) -> bool:
    """Whether a negator of verbs has a deed of its own before something bad: 未办证小区问题."""
    if word.kind != BAD or not rest or negator.text in grammar.tags["nominal_negators"]:
        return False
    deed = about(rest[0], grammar) and len(rest[0].text) > 1 and rest[0].text not in aim.text  # but 未出事故
    return deed and not any(token.role in ("occur", "have") for token in rest)


def _behind(word: Word, window: Sequence[Token], grammar: Grammar) -> None:
    for index, token in enumerate(window):
        match token.role:
            case "some" if word.family in grammar.groups["moves"]:
                pass  # 压缩一半: by how much
            case "weak" | "some":
                word.weak.append(token)
            case "strong":
                word.strong.append(token)
            case "fair":
                word.fair.append(token)
            case "much" if (entry := grammar.entries.get(token.text[0])) is not None and entry.role == "fair":
                word.fair.append(token)  # 满意程度较高
            case "done":
                word.done = True
            case "negators_behind":
                word.negators.append(token)
            case "negators" if word.kind == BAD and all(item.role == "occur" for item in (*window[:index], *window[index + 1 :])):
                word.negators.append(token)  # 案件零发生, 事故未发生
            case "occur" if word.kind == BAD:
                word.occurs = token


def _shared(first: Word, second: Word, grammar: Grammar) -> None:
    """大部分案件及时处置: what is done to most of something bad is not done to all of it."""
    if first.kind == BAD and second.kind == ACHIEVE and not first.negators:
        second.weak += [token for token in first.weak if token.text in grammar.tags["most"]]


def _chained(first: Word, second: Word, found: Sequence[Token], grammar: Grammar) -> None:
    between = found[first.at + 1 : second.at]
    if not first.negated or second.done:
        return
    worse = first.kind in _WORSE and second.kind in _WORSE
    if second.negators:
        # 没有一件超期未办结: the first reaches the second negator
        if first.kind in _WORSE and between and between[0] is second.negators[0]:
            second.negators, second.few = [*first.negators, *second.negators], None
        return
    joined = any(token.role == "joins" for token in between)
    easy = all(token.role in _PASSED or ((joined or worse) and about(token, grammar)) for token in between)
    if (first.kind == second.kind or worse) and easy:
        second.negators, second.whole, second.few = first.negators, first.whole, first.few
