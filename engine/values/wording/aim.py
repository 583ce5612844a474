"""What a target aims at: the families of its achievement words, what they are about, how much, by when; or that nothing happens."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache

from engine.values.wording.clauses import clauses
from engine.values.wording.grammar import Grammar
from engine.values.wording.model import NONE, NOTHING, RESULT, Aim, Phrase, Token, Want
from engine.values.wording.tokens import CONTENT, grams, tokens

_ABOUT = (CONTENT, "plain", "step", "bad", "unsure")
"""Roles of words that say what a text is about."""
_UNSAID = ("occur", "have", "of", "joins", "generic", "negators")
"""Roles of words that say nothing of what is not to happen."""
SILENT = ("filler", "of", "break")
"""Roles of words that may be dropped, or added, without another thing being said."""
_EMPTY = Want(
    text="",
    said="",
    families=frozenset(),
    states=frozenset(),
    strict=frozenset(),
    grams=frozenset(),
    characters=frozenset(),
    things="",
    effects=frozenset(),
    until="",
    event=frozenset(),
    head="",
    none=False,
    weak=False,
    strong=False,
    fair=False,
    steps={},
    scale={},
)


@lru_cache(maxsize=1 << 12)
def aim(target: str, name: str, grammar: Grammar, fiscal_year: int) -> Aim:
    """The aim of a folded target; `name` is the folded name of the indicator, `fiscal_year` that of the form."""
    found = tokens(target, grammar, fiscal_year)
    named = tokens(name, grammar, fiscal_year)
    bad = any(token.role == "bad" for token in named)
    parts = [part for clause in clauses(found, grammar) for part in _parted(clause, grammar)]
    goals = tuple(goal for clause in parts if (goal := _goal(clause, grammar)) is not None)
    if not goals and any(token.role in ("date", "later", "filler") for token in found):
        goals = (replace(_EMPTY, text=target, families=grammar.groups["finished"]),)  # 年底前: that it be done by then
    empty = len(goals) == 1 and goals[0].none and not goals[0].event and not goals[0].states
    bare = empty and not any(token.number is not None for token in found)
    if bare and not bad:
        found, goals = (), ()  # 无, of an indicator that is not of something bad: it may be that nothing was set
    if len(goals) == 1 and not goals[0].grams and not goals[0].steps:
        goals = (replace(goals[0], steps=_highest(token.steps for token in named)),)  # 完成, of an indicator 竣工验收
    runs = spoken(named, grammar)
    return Aim(
        kind=NOTHING if not found else NONE if any(goal.none for goal in goals) else RESULT,
        goals=goals,
        name=grams(runs),
        head=runs[-1] if runs else "",
        named_bad=bad,
        words=frozenset(token.text for token in found if token.role not in ("filler", "joins", "of", "break")),
        text=target,
        severity=frozenset(word for word in grammar.tags["severity"] if word in target or word in name),
        counts=tuple(
            (token.number, token.unit) for token in found if token.number is not None and not _capped(target, token, grammar)
        ),
        measured=any(token.number is not None and uncompared(token, grammar) for token in found),
        percent=any(token.unit == "%" for token in found),
        last=_last(found, fiscal_year, grammar),
        limited=any(token.last is not None for token in found),
        wanted=frozenset[str]().union(*(goal.families | goal.strict for goal in goals)),
        grams=frozenset[str]().union(*(goal.grams for goal in goals)),
        missed=frozenset(_missed(target, grammar)),
        degreed=any(_degreed(goal, found, grammar) for goal in goals),
        barred=frozenset[str]().union(*(goal.states & grammar.groups["moves"] for goal in goals if goal.none)),
    )


def _capped(target: str, token: Token, grammar: Grammar) -> bool:
    """Whether a number of the target is one not to be passed: 不超过20台, 20台以内. So much, or more, does not answer it."""
    signs = ("<=", "<")
    before, behind = target[: token.start].rstrip(), target[token.end :]
    ahead = next((sign for word, sign in grammar.words.operators_before.items() if before.endswith(word)), "")
    after = next((sign for word, sign in grammar.words.operators_after.items() if behind.startswith(word)), "")
    return ahead in signs or after in signs


def _degreed(goal: Want, found: Sequence[Token], grammar: Grammar) -> bool:
    """Whether a goal says how much is wanted."""
    whole = any(token.text in grammar.tags["whole"] for token in found)
    return whole or goal.strong or bool(goal.states & grammar.groups["degreed"])


def _parted(clause: Phrase, grammar: Grammar) -> list[Phrase]:
    """A clause of a target that wants two things, each to be answered: 制度健全、执行到位, 建成并联网运行."""
    tokens = clause.tokens
    for at, token in enumerate(tokens):
        rest = tokens[at + 1 :]
        if token.text in grammar.tags["both"] and _deed(tokens[:at], grammar) and _deed(rest, grammar, token.role == "filler"):
            return [replace(clause, tokens=tokens[:at]), *_parted(Phrase(rest), grammar)]
    return [clause]


def _deed(found: Sequence[Token], grammar: Grammar, done: bool = False) -> bool:
    """Whether tokens say that something is to be achieved, and of what, or by which step; `done`: that it is only done will do."""
    said = [token for token in found if token.role != "filler"]
    achieved = [at for at, token in enumerate(said) if token.role == "achieve" and not nominal(said, at, grammar)]
    if not achieved or any(token.role in ("negators", "joins") for token in said):
        return False
    less = grammar.groups["adverbial"] | (frozenset() if done else grammar.groups["doing"])
    beyond = any(said[at].family not in less for at in achieved)
    return beyond and (len(said) > 1 or bool(said[achieved[0]].steps))


def _missed(target: str, grammar: Grammar) -> Iterator[str]:
    for pattern in grammar.paired.values():
        for match in pattern.finditer(target):
            yield from (missed + match["what"] for missed in grammar.missed)


def imperative(target: str, grammar: Grammar) -> bool:
    """Whether a folded target only says what to do (促进就业), and not how far, how or when: copied, it says nothing of having been
    done."""
    found = [token for token in tokens(target, grammar, 0) if token.role not in ("filler", "break", "joins", "of")]
    if len(found) < 2 or found[0].role != "achieve" or any(token.role in ("effects", "have") for token in found):
        return False
    if target.endswith(tuple(grammar.tags["well"])):
        return False  # 使用效率高
    verbs = [i for i, token in enumerate(found) if token.role == "achieve" and not nominal(found, i, grammar)]
    if verbs[:1] != [0] or any(found[i].family not in grammar.groups["doing"] for i in verbs[1:]):
        return False
    states = grammar.groups["adverbial"] | grammar.groups["resulting"]
    said = {"strong", "manner", "weak", "some", "fair", "date", "number", "negators"}
    return found[0].family not in states and not any(token.role in said or token.family in states for token in found[1:])


def spoken(found: Iterable[Token], grammar: Grammar) -> list[str]:
    """What the tokens speak of, neighbours as one run."""
    out: list[tuple[str, int]] = []
    listed = list(found)
    for at, token in enumerate(listed):
        if not about(token, grammar) and not (token.role == "achieve" and nominal(listed, at, grammar)):
            continue
        if out and out[-1][1] == token.start:
            out[-1] = out[-1][0] + token.text, token.end
        else:
            out.append((token.text, token.end))
    return [text for text, _ in out]


def unsilent(found: Iterable[Token]) -> str:
    """The text of the words that say something."""
    return "".join(token.text for token in found if token.role not in SILENT)


def things(found: Sequence[Token], grammar: Grammar) -> str:
    """The nouns that are spoken of, in a row, with the words of deeds that only describe the noun behind them (服务质量)."""
    out = ""
    for token, after in zip(found, (*found[1:], None), strict=True):
        noun = token.role in (CONTENT, "plain", "bad")
        describes = after is not None and after.start == token.end and _describes(token, after, grammar)
        if noun or describes:
            out += token.text
    return out


def _describes(token: Token, after: Token, grammar: Grammar) -> bool:
    """Whether a deed only says of what kind the noun behind it is, or what it is that is settled: 政策宣传到位."""
    deeds = grammar.groups["doing"]
    noun = after.role in (CONTENT, "plain") and token.family in grammar.groups["content"]
    return noun or (token.family in deeds and after.family in grammar.groups["staged"] - deeds)


def about(token: Token, grammar: Grammar) -> bool:
    """Whether the word says what a text is about."""
    return token.role in _ABOUT or token.family in grammar.groups["content"]


def uncompared(token: Token, grammar: Grammar) -> bool:
    """Whether a number is of something of which it is not known whether more is better: days, yuan, per cent."""
    unit = grammar.words.unit(token.unit)
    return token.unit == "%" or (unit is not None and unit.dimension in grammar.tags["uncompared"])


def nominal(found: Sequence[Token], index: int, grammar: Grammar) -> bool:
    """Whether the achievement word at `index` only describes a noun behind it (人居环境改善工程, 完成的项目)."""
    token, after = found[index], found[index + 1] if index + 1 < len(found) else None
    if after is None:
        return False
    if after.role == "of":
        beyond = found[index + 2] if index + 2 < len(found) else None
        return beyond is not None and beyond.role in (*_ABOUT, "generic") and token.family in grammar.groups["verbal"]
    named = token.family in grammar.groups["named_after"]
    of_noun = (named or token.family in grammar.groups["content"]) and (after.role in _ABOUT or after.role == "generic")
    if of_noun and any(item.role == "achieve" and item.family not in grammar.groups["adverbial"] for item in found[:index]):
        return True  # 提升治理水平, 增强发展动力
    if after.text not in grammar.nouns or not named:
        return False
    before, rest = found[index - 1] if index else None, found[index + 2 :]
    joined = before is not None and about(before, grammar) and before.end == token.start
    return joined or any(item.role == "achieve" and item.family not in grammar.groups["doing"] for item in rest)


def _goal(clause: Phrase, grammar: Grammar) -> Want | None:
    found = [token for token in clause.tokens if token.role != "filler"]
    if not found:
        return None
    barred = _barred(clause.tokens, grammar)
    strong = any(token.role == "strong" for token in found)
    families, strict = _families(found, strong, grammar)
    states = frozenset(token.family for token in found if token.role == "achieve") | barred
    runs = spoken([token for token in found if token.text not in grammar.limits] if barred else found, grammar)
    event = _event(found, grammar)
    return Want(
        text=clause.text,
        said=unsilent(clause.tokens),
        families=families,
        states=states,
        strict=strict,
        grams=grams(runs),
        characters=frozenset("".join(runs)),
        things=things(found, grammar),
        effects=frozenset(token.text for token in found if token.role == "effects" and not runs),
        until=next(
            (t.text for t in found if t.role == CONTENT and len(t.text) > 2 and t.text.endswith(tuple(grammar.tags["until"]))), ""
        ),
        event=grams([*(token.text for token in event), "".join(token.text for token in event)]) if event else frozenset(),
        head=event[0].text if event and not any(token.role == "bad" for token in event) else "",
        none=bool(barred) or _none(found, grammar),
        weak=any(token.role in ("weak", "some") for token in found),
        strong=strong,
        fair=any(token.role == "fair" for token in found),
        steps=_highest(token.steps for token in heads(found)),
        scale=_highest(token.scale for token in found),
    )


def _barred(found: Sequence[Token], grammar: Grammar) -> frozenset[str]:
    """The direction in which something is not to move, where it is held against another time: 不超过上年."""
    for at, token in enumerate(found):
        rest = found[at + 1 :]
        if token.text in grammar.limits and rest and all(item.role in ("filler", "generic") for item in rest):
            return frozenset({grammar.limits[token.text]})
    return frozenset()


def _families(found: Sequence[Token], strong: bool, grammar: Grammar) -> tuple[frozenset[str], frozenset[str]]:
    """The families one of which an actual has to answer, and those it has to answer besides. What is only done (开展) counts where
    nothing else is wanted; 达到 does not count beside what is to be reached; an adverb (稳步) not beside what it describes."""
    doing, anything = grammar.groups["doing"], grammar.groups["anything"]
    verbs = [(i, t) for i, t in enumerate(found) if t.role == "achieve" and not nominal(found, i, grammar)]
    last = verbs[-1][0] if verbs else -1
    said = frozenset(t.family for i, t in verbs if i == last or t.text not in grammar.tags["whole"])  # 全面推行: how far
    effect = any(token.role == "effects" for token in found)
    if not said - doing and (effect or (strong and len(found) == 1)):
        said |= {"effect"}
    exact = said - doing
    exact = exact - anything or exact
    strict = exact & grammar.groups["strict"]
    main = exact - strict
    main = main - grammar.groups["adverbial"] or main
    return (main or said & doing), strict


def heads(found: Sequence[Token]) -> list[Token]:
    """The words without those that only describe the one right behind them: of 施工招标 the second."""
    return [
        t
        for t, after in zip(found, (*found[1:], None), strict=True)
        if after is None or not (t.steps and after.steps and t.end == after.start)
    ]


def _highest(places: Iterable[tuple[tuple[str, int], ...]]) -> dict[str, int]:
    out: dict[str, int] = {}
    for place in places:
        for name, rank in place:
            out[name] = max(rank, out.get(name, 0))
    return out


def _event(found: Sequence[Token], grammar: Grammar) -> list[Token]:
    """The words behind the negator of a target, without those that only say that, or how badly, something happens."""
    start = next((index for index, token in enumerate(found) if token.role == "negators"), len(found))
    severity = grammar.tags["severity"]
    return [token for token in found[start + 1 :] if token.role not in _UNSAID and token.text not in severity]


def _none(found: Sequence[Token], grammar: Grammar) -> bool:
    """Whether it is wanted that something does not happen: 零事故, 不发生……, 无, 0起; not 减少不必要的支出."""
    negated = False
    beside = grammar.groups["doing"] | grammar.groups["adverbial"] | grammar.groups["ensures"]
    for token in found:
        if token.role == "negators":
            negated = not negated
        elif token.role == "achieve" and token.family not in beside and not negated:
            return False
    numbers = [token.number for token in found if token.number is not None]
    achieved = any(token.role == "achieve" for token in found)
    return negated or (bool(numbers) and not any(numbers) and not achieved)


def _last(found: Sequence[Token], fiscal_year: int, grammar: Grammar) -> date | None:
    if any(token.role == "later" for token in found):
        return None
    than = grammar.settling["than"]  # 较2020年下降15%: what it is held against, and no deadline
    pairs = zip((None, *found), found, strict=False)
    ends = [
        token.last
        for before, token in pairs
        if token.last is not None and not (token.whole_year and before is not None and before.text.endswith(than))
    ]
    return max(ends) if ends else date(fiscal_year, 12, 31) if fiscal_year else None
