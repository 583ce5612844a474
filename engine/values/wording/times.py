"""What is still to come, going on, waited for, wanting, or in doubt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.values.wording.aim import about
from engine.values.wording.amounts import NUMBER
from engine.values.wording.model import FUTURE, NEED, NOT, PART, UNCLEAR, Assertion, Token
from engine.values.wording.reach import Word
from engine.values.wording.scene import Scene, highest, joined
from engine.values.wording.tokens import CONTENT


def unsaid(here: Scene) -> Assertion | None:
    """Why the clause as a whole says nothing for certain: doubt, or that nobody has measured."""
    for index, token in enumerate(here.found):
        rest = here.found[index + 1 :]
        if token.role == "pending" and _told_later(joined(rest), here):
            return here.claim(UNCLEAR, "unmeasured", token, reach=joined(rest))
        doubt = token.role == "doubt" and not here.known(token) and after(here) is None
        lacking = token.role in ("negators", "failures") and _evidence(here.found[:index], here)
        unknown = token.role == "negators" and (_measure(rest, here) or _not_known(index, here))
        if doubt or lacking or unknown:
            return here.claim(UNCLEAR, "doubt" if doubt else "unmeasured", token, reach=joined(rest))
    return None


def _not_known(at: int, here: Scene) -> bool:
    """Whether a clause ends in that it is not known, or cannot be compared (未公布, 不可比); not where the target wants it made."""
    before, rest = joined(here.found[:at]), joined(token for token in here.found[at + 1 :] if token.role != "done")
    if rest not in here.tag("knowing") or rest in here.aim.text:
        return False
    found = before.endswith((*here.tag("findings"), *here.tag("measures")))
    return found or not here.aim.wanted & here.group("made")


def _told_later(rest: str, here: Scene) -> bool:
    """Whether it is a result of measuring that is waited for (待下一次测评公布), and no measuring is what the target wants."""
    return any(word in rest and word not in here.aim.text for word in here.tag("measures"))


def _evidence(before: Sequence[Token], here: Scene) -> bool:
    """Whether it is the evidence that is wanting (佐证材料未提供), and no evidence is what the target wants."""
    text = joined(before)
    if (named := max((word for word in here.tag("measures") if text.endswith(word)), key=len, default="")) and named != text:
        return len(named) > 2 and named not in here.aim.text  # 纳税人满意度测评未开展
    return text in here.tag("measures") and text not in here.aim.text and not here.grams(before) <= here.aim.name


def _measure(rest: Sequence[Token], here: Scene) -> bool:
    """Whether it is measuring that is negated, and not what the target wants."""
    deeds = [token for token in rest if token.role == "achieve"]
    whole = joined(rest)
    if deeds and deeds[0].family in here.group("doing") and not any(token.role == "negators" for token in rest):
        named = next((word for word in sorted(here.tag("measures")) if whole.endswith(word)), "")
        if named and named not in here.aim.text:
            return True  # 未开展满意度调查
    text = ""
    for token in rest:
        if token.role == "negators" or (token.role == "achieve" and token.family not in here.group("doing")):
            break
        text += token.text
    found = max((word for word in here.tag("measures") if word in text), key=lambda word: (len(word), word), default="")
    return bool(found) and found not in here.aim.text


def times(out: list[Assertion], positive: list[Word], here: Scene) -> tuple[list[Assertion], list[Word]]:
    """The claims, with what is still to come (meant to be, waited for, after the year, going on, wanting), and the achievements
    that are left of those claimed."""
    said = _coming(positive, here) or _late(positive, here) or _unfinished(positive, here)
    if said is None:
        return out, positive
    claim, kept = said
    if claim.state == FUTURE:  # the numbers of a plan are none that were reached
        out = [other for other in out if not other.families & NUMBER]
    return [*out, claim], kept


Left = tuple[Assertion, list[Word]]


def _coming(positive: Sequence[Word], here: Scene) -> Left | None:
    if (upon := next((token for token in here.found if token.text in here.tag("upon")), None)) is not None:
        return here.claim(UNCLEAR, "condition", upon), []  # 建成后可强化: what it will do, once it is there
    for index, token in enumerate(here.found):
        if here.known(token):
            continue
        follows = [word for word in positive if word.at > index]
        first = follows[0].token if follows else None
        waits = token.role == "pending" and any(
            item.role == CONTENT and item.text.startswith("后") for item in here.found[index + 1 :]
        )
        if waits or (token.role == "conditions" and (len(token.text) > 1 or index == 0)):
            return here.claim(FUTURE, "condition", token, first), []
        if token.role == "future" and not any(word.done for word in follows):
            return here.claim(FUTURE, "future", token, first), []
        if token.role == "pending":
            if first is not None and first.family in here.group("begins"):
                return here.claim(NOT, "not_begun", token, first, first.text), []
            return replace(here.claim(PART, "pending", token, first), steps=highest(here.found)), []
    return None


def _late(positive: Sequence[Word], here: Scene) -> Left | None:
    late = after(here)
    if late is None or (not positive and here.has("negators")):
        return None
    done = bool(positive) and not here.has("doubt")
    bare = not any(about(token, here.grammar) for token in here.found)
    last = positive[-1].token if positive else None
    return here.claim(NOT if done else FUTURE, "late" if done or bare else "future", late, last), []


def _unfinished(positive: Sequence[Word], here: Scene) -> Left | None:
    last = positive[-1].token if positive else None
    for index, token in enumerate(here.found):
        if here.known(token):
            continue
        if token.role == "progress" and here.aim.wanted and here.aim.wanted <= here.group("goes_on"):
            return here.claim(UNCLEAR, "open", token), []  # 推进中, where 推进 is wanted
        if token.role == "progress":
            return replace(here.claim(PART, "progress", token, last), steps=highest(here.found)), []
        if token.role == "need" and not any(word.family in here.group("mends") for word in positive):  # but 差距缩小
            return here.claim(NEED, "need", token), [word for word in positive if word.at < index and word.done]
    return None


def after(here: Scene) -> Token | None:
    """The word that names a time after the one the target wants; not one that only says of which year something is."""
    end = here.aim.last
    if end is None:
        return None
    for index, token in enumerate(here.found):
        rest = here.found[index + 1 :]
        if token.role == "later" and not here.known(token):
            rest = tuple(item for item in rest if item.role != "date")
            following = rest[0] if rest else None
        elif token.first is not None and token.first > end:
            if not token.whole_year:
                return token
            following = rest[0] if rest else None
        else:
            continue
        deed = following is not None and following.role == "achieve" and not any(item.role == "achieve" for item in rest[1:])
        if following is None or deed or not (about(following, here.grammar) or following.role in ("generic", "of", "effects")):
            return token
    return None
