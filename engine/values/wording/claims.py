"""What a clause claims: each of its words by itself, numbers, times, and what it says was achieved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.values.wording import unlisted
from engine.values.wording.aim import about, heads, spoken, things
from engine.values.wording.amounts import numbers
from engine.values.wording.grammar import Grammar
from engine.values.wording.model import NOT, OPPOSITE, PART, SAID, UNCLEAR, Aim, Assertion, Phrase, Token
from engine.values.wording.reach import SCALE, Word
from engine.values.wording.scene import Scene, highest, scene
from engine.values.wording.single import ABSENT, inside, word_claim, wronged
from engine.values.wording.times import times, unsaid
from engine.values.wording.tokens import CONTENT, grams


def claims(clause: Phrase, aim: Aim, grammar: Grammar) -> list[Assertion]:
    """Everything a clause claims; empty if it says nothing of any achievement."""
    here = scene(clause, aim, grammar)
    dated = bool(here.found) and aim.limited and all(token.role == "date" for token in here.found)
    if clause.text in here.tag("affirms") or dated:
        return [Assertion(UNCLEAR, "open", clause.text)]  # 是，下一步……; 6月15日，后续……: no word says what
    if not here.found or any(word in clause.text for word in here.tag("groundwork")):
        return []
    if (doubt := unsaid(here)) is not None:
        return [doubt]
    out = [*unlisted.happened(here), *unlisted.persists(here), *numbers(here), *unlisted.negated(here)]
    positive: list[Word] = []
    for number, word in enumerate(here.words):
        after = here.words[number + 1] if number + 1 < len(here.words) else None
        passed = after is not None and after.negators is word.negators and word.family in here.group("adverbial")
        if inside(word, here.words[:number], here) or (word.negators and passed):
            continue  # 整改不规范行为: it is in what was mended; 未按期完成: what is negated is the word behind it
        if wronged(word, here):
            continue
        claim = word_claim(word, here)
        if claim is None:
            positive.append(word)
        elif claim.ground:
            out.append(claim)
    positive = _deeds(positive, here)
    out, positive = times(out, positive, here)
    if any(claim.state in (NOT, OPPOSITE) for claim in out):  # what is not said to be done is what the negation is about
        end = max((at for at, token in enumerate(here.found) if token.role == "negators"), default=0)
        positive = [word for word in positive if word.done and (word.family not in here.group("doing") or word.at < end)]
    out = [replace(claim, grams=claim.grams or here.speaks) if claim.state in (PART, NOT) else claim for claim in out]
    if positive:
        out.append(_elsewhere(positive, here) or _untold(positive, here) or _said(positive, here))
    return [claim if claim.whose == here.whose else replace(claim, whose=here.whose) for claim in out or _silent(here)]


def _deeds(positive: list[Word], here: Scene) -> list[Word]:
    """Without achievements that only say what another was for (为提升服务水平开展培训), or of what kind the thing is of which
    another is told (保障用水的设备已采购, 发放名单已公示, 印发规范市场秩序通知)."""
    if len(positive) < 2:
        return positive
    opening = here.clause.tokens[:2]
    if opening[0].text in here.tag("purposes") and opening[1].role == "achieve":
        return [word for word in positive if word.token is not opening[1]]
    last, end = positive[-1], here.found[-1]
    of = max((at for at, token in enumerate(here.found) if token.role == "of" and at < last.at), default=-1)
    if 0 <= of < last.at - 1 and last.done and about(here.found[of + 1], here.grammar):
        return [word for word in positive if word.at > of or word.done]
    issued = positive[0].at == 0 and positive[0].family in here.group("made") and end.text.endswith(tuple(here.tag("papers")))
    if issued and end is not last.token:
        return positive[:1]
    return [word for word in positive if word is last or word.done or not _describes(word, last, here)]


def _describes(word: Word, last: Word, here: Scene) -> bool:
    """Whether an achievement says of what kind the thing is of which the last one is told: 条件改善项目立项, 发放名单已公示."""
    before = here.found[word.at - 1] if word.at else None
    after = here.found[word.at + 1]
    deed = last.done and after.family in here.group("content")  # 中标公示已发布
    named = deed or after.role in (CONTENT, "plain", "generic", "step")  # 整改方案已上报
    noun = after.start == word.token.end and named and word.at + 1 < last.at
    owned = before is not None and about(before, here.grammar) and before.end == word.token.start
    told = last.done or last.family in here.group("begins")
    names = here.group("content") | here.group("named_after")
    if word.at == 0 and told:
        return noun and word.family in names | here.group("verbal")
    return noun and (owned or told) and word.family in names


def _untold(positive: Sequence[Word], here: Scene) -> Assertion | None:
    """What no list holds right behind an achievement that is itself what is spoken of (传承后继乏人): that cannot be told."""
    last = positive[-1]
    done = next((at for at, token in enumerate(here.found[:-1]) if token.role == "done" and at > last.at), -1)
    behind = here.found[done + 1] if done >= 0 else None
    if behind is not None and behind.role == CONTENT and not grams([behind.text]) & (here.aim.grams | here.aim.name):
        return here.claim(UNCLEAR, "other", last.token)  # 认可材料已补正: what was done no list holds
    before = here.found[last.at - 1] if last.at else None
    after = here.found[last.at + 1] if last.at + 1 < len(here.found) else None
    known = here.aim.grams | here.aim.name
    if last.family in here.group("content") and not last.done and len(positive) == 1 and _beside_unlisted(last, here):
        return here.claim(UNCLEAR, "other", last.token)
    if before is None or after is None or after.role != CONTENT or after.start != last.token.end or before.end != last.token.start:
        return None
    high = after.text.startswith(tuple(here.tag("degrees_of"))) and after.text.endswith(tuple(here.tag("well")))  # 认可度高
    if last.done or high or not about(before, here.grammar) or grams([after.text]) & known:
        return None
    return here.claim(UNCLEAR, "other", last.token)


def _elsewhere(positive: Sequence[Word], here: Scene) -> Assertion | None:
    """What was achieved with something else (其他工程已完成), or beside which something happened that no list holds."""
    first, *rest = here.clause.tokens
    if first.text in here.tag("others") and first.text not in here.aim.text and rest and rest[0].role in (CONTENT, "plain"):
        return here.claim(UNCLEAR, "other", positive[-1].token)
    for at, token in enumerate(here.found[:-1]):
        after, before = here.found[at + 1], here.found[at - 1] if at else None
        denied = before is not None and before.role == "negators"
        struck = after.role == CONTENT and not after.text.startswith(tuple(here.tag("degrees_of")))  # 发生率
        if token.text in here.tag("strikes") and struck and not denied and not here.has("negators"):
            return here.claim(UNCLEAR, "aside", token)
    return None


def _beside_unlisted(word: Word, here: Scene) -> bool:
    """Whether a deed that is a noun as well has right beside it what neither a list nor the target holds: 培训改期, 制约发展."""
    sides = [here.found[at] for at in (word.at - 1, word.at + 1) if 0 <= at < len(here.found)]
    return any(
        side.role == CONTENT
        and side.end - side.start > 1
        and (side.end == word.token.start or side.start == word.token.end)
        and not set(side.text) & set(here.aim.text)
        for side in sides
    ) and all(token.role in (CONTENT, "achieve") for token in here.found)


def _said(positive: Sequence[Word], here: Scene) -> Assertion:
    """The achievements of a clause as one claim, not yet held against the target."""
    main = [word for word in positive if word.family not in here.group("adverbial")] or list(positive)
    main = [word for word in main if word.family not in here.group("doing")] or main
    if _amounts(main, here):
        return here.claim(UNCLEAR, "other", main[-1].token)
    families = frozenset(word.family for word in positive).union(*(_within(word, here) for word in positive)) - {""}
    if any(word.negators and word.occurs is not None for word in positive):
        families |= ABSENT  # 未发生不合格情况
    if positive[-1].kind == SCALE:  # 带动效果一般: the level is what is said of it
        families, main = frozenset(), [positive[-1]]
    if families & here.group("adverbial") and any(token.text in here.tag("comparatives") for token in here.clause.tokens):
        families |= here.group("bettered")  # 结构更趋合理
    if here.has("done") and families & here.group("doing") and any(token.text in here.tag("whole") for token in here.found):
        families |= here.group("general")  # 已全部发放
    runs = spoken(_objects(positive, here), here.grammar)
    steps = _steps(main, here)
    last = steps[-1] if steps and steps[-1] is not main[-1].token and steps[-1].role == "step" else None
    step = next((token for token in reversed(steps) if token is not main[-1].token), None)
    scale: dict[str, int] = {}
    for word in positive:
        scale |= {name: max(rank, scale.get(name, 0)) for name, rank in word.token.scale}
    return Assertion(
        SAID,
        "achieved",
        main[-1].token.text,
        reach="" if step is None else step.text,
        marks=tuple((word.token, step if word is main[-1] else None) for word in main),
        families=families,
        grams=grams(runs),
        tail=runs[-1][-1] if runs else "",
        things=things(_objects(positive, here), here.grammar),
        steps=highest(steps),
        object=highest([last] if last is not None else []),
        heads=grams(token.text for token in steps),
        whose=here.whose,
        text=here.clause.text,
        scale=scale,
        strong=here.has("strong") or any(word.token.text in here.tag("striking") for word in positive),
        fair=any(word.fair for word in positive),
        modified=_modifier(main, here),
        short=next((word for name in ("fleeting", "gradual") for word in sorted(here.tag(name)) if word in here.clause.text), ""),
        done=here.has("done"),
        redone=any(word in here.clause.text for word in here.tag("redone")),
    )


def _amounts(main: Sequence[Word], here: Scene) -> bool:
    """Whether 达到 only says how many there are (持证救护员达到1.2万人), where no number is wanted."""
    at = main[-1].at + 1
    behind = here.found[at] if at < len(here.found) else None
    only = main[-1].family in here.group("anything") and behind is not None and behind.number is not None and behind.unit != "%"
    return only and not here.aim.counts and not here.aim.measured


def _within(word: Word, here: Scene) -> frozenset[str]:
    """What an adverb says that has its verb within: 一次性通过."""
    if word.family not in here.group("strict"):
        return frozenset()
    verb = here.grammar.entries.get(word.token.text[-2:])
    return frozenset({verb.family}) if verb is not None and verb.role == "achieve" else frozenset()


def _modifier(main: Sequence[Word], here: Scene) -> str:
    before = here.found[main[-1].at - 1] if main[-1].at else None
    deed = main[-1].family not in here.group("adverbial")  # of 账目真实 it is the subject
    near = before is not None and before.role == CONTENT and before.end == main[-1].token.start and main[-1].at == 1 and deed
    return before.text if before is not None and near else ""


def _objects(positive: Sequence[Word], here: Scene) -> list[Token]:
    """The words without deeds that only go on from an achievement (已建立运行); one that is completed is its object (完成采购)."""
    takes = here.group("general") | here.group("anything") | here.group("doing") | here.group("adverbial")
    made = next((word.at for word in positive if word.family and word.family not in takes), len(here.found))
    return [token for at, token in enumerate(here.found) if at <= made or token.family not in here.group("content")]


def _silent(here: Scene) -> list[Assertion]:
    """A clause without any word that claims: a part of something, a step, or just what the target says."""
    weak = next((token for token in here.found if token.role in ("weak", "some")), None)
    if weak is not None and weak.text in here.tag("little") and here.aim.wanted & here.group("less"):
        return []  # 成本不高, where it is to fall
    known = here.aim.grams | here.aim.name
    if weak is not None and weak.role == "some" and here.has("done") and here.aim.wanted & here.group("moves"):
        return []  # 总量降了三成: by how much
    if (
        weak is not None
        and here.speaks
        and known
        and not here.speaks & known
        and not set("".join(here.speaks)) & set(here.aim.text)
    ):
        return []  # 略有盈余, where 收支平衡 is wanted
    if weak is not None and not any(goal.weak for goal in here.aim.goals):
        return [replace(here.claim(PART, "weak", weak, reach=here.aim.text), grams=here.speaks)]
    steps = [token for token in heads(here.found) if token.steps]
    if steps:
        claim = replace(here.claim(SAID, "achieved", steps[-1]), families=frozenset({"step"}), grams=here.speaks)
        return [replace(claim, steps=highest(steps), done=here.has("done"), heads=grams(token.text for token in steps))]
    if not here.speaks:
        return []
    gradual = any(word in here.clause.text and word not in here.aim.text for word in here.tag("gradual"))
    if gradual:
        return [here.claim(UNCLEAR, "degree", here.found[0])]  # 习惯逐步养成
    tail = spoken(here.found, here.grammar)[-1][-1]
    return [Assertion(SAID, "echo", here.clause.text, grams=here.speaks, fair=here.has("fair"), done=here.has("done"), tail=tail)]


def _steps(words: Sequence[Word], here: Scene) -> list[Token]:
    """The steps that were reached: of the achievement words themselves, and of what the last of them is said of (the last word
    behind it that says what, else the nearest before it). 完成选址: what is complete is the step."""
    wanted = here.aim.wanted - here.group("general") - here.group("anything") - here.group("doing")
    plain = any(word.family in wanted and not word.token.steps for word in words)
    chosen = [word.token for word in words if word.token.steps and not (plain and word.family not in wanted)]  # 落地开工
    at = words[-1].at
    behind = next((token for token in reversed(here.found[at + 1 :]) if about(token, here.grammar)), None)
    head = behind or next((token for token in reversed(here.found[:at]) if about(token, here.grammar)), None)
    if head is None or not head.steps:
        return chosen
    own = [token for token in chosen if token.family not in here.group("general") and token is not head]
    return [*own, head]
