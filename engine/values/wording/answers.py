"""A positive claim held against one goal of the target: does it speak of the same thing, is it as much, is it the same step?"""

from __future__ import annotations

from dataclasses import replace
from itertools import takewhile

from engine.values.wording.grammar import Grammar
from engine.values.wording.model import ASIDE, FULL, NOT, PART, SAID, UNCLEAR, Aim, Assertion, Want
from engine.values.wording.tokens import grams

_ENOUGH = 0.85
"""Share of the characters a goal is about that a claim without achievement word must have, to say the same."""
_FEW = 3
"""Characters by which something is not yet told to be another's: 人员伤亡, but not 农民工工资拖欠."""
_SHARED = 2
"""Characters that two things have to share for the rest of them to be held against each other."""
_ORDER = (FULL, PART, NOT, UNCLEAR)
BARE, SAME, NEAR, NAME, FREE, OTHER = "bare", "same", "near", "name", "free", "other"

Verdict = tuple[str, str]
"""full, part, not or unclear, and the ground."""


def held(claim: Assertion, aim: Aim, grammar: Grammar) -> Assertion:
    """A claim held against the goals: the best it is for any of them."""
    if claim.state != SAID:
        aside = replace(claim, state=ASIDE, ground="aside", word=claim.word + claim.reach)
        return aside if _elsewhere(claim, aim, grammar) else claim
    results = [answers(claim, goal, aim, grammar) for goal in aim.goals] or [(UNCLEAR, "silent")]
    state, ground = min(results, key=lambda result: _ORDER.index(result[0]))
    return replace(claim, state=state, ground=ground)


def _elsewhere(claim: Assertion, aim: Aim, grammar: Grammar) -> bool:
    """Whether what was not, or only in part, reached is not what the target speaks of, nor of its kind."""
    if claim.state not in (PART, NOT) or claim.ground == "happened" or claim.whose <= _FEW or not aim.grams:
        return False
    if claim.ground in ("progress", "pending") and aim.wanted & grammar.groups["made"]:
        return False  # something is going on, where something is to be made
    return not claim.grams & (aim.grams | aim.name) and not claim.families & aim.wanted


def answers(claim: Assertion, goal: Want, aim: Aim, grammar: Grammar) -> Verdict:
    """What a positive claim is for one goal."""
    state, ground = _answer(claim, goal, aim, grammar)
    ranks = [{word for word in grammar.tags["ranks"] if word in text} for text in (claim.text, goal.text)]
    if state == FULL and all(ranks) and not ranks[0] & ranks[1]:
        return UNCLEAR, "other"  # 获批市级平台, where 省级 is wanted
    return state, ground


def _answer(claim: Assertion, goal: Want, aim: Aim, grammar: Grammar) -> Verdict:
    related = _related(claim, goal, aim, grammar)
    if related in (SAME, NEAR) and _another(claim.things, goal.things, grammar):
        related = OTHER
    if "number" in claim.families:
        moving = not aim.counts and goal.families & grammar.groups["moves"]
        return (FULL, "number_met") if related in (BARE, SAME, NAME) and not moving else (UNCLEAR, "other")
    if claim.ground == "echo":
        same = not goal.families and not goal.strict and _cover(claim, goal) >= _ENOUGH
        if same and claim.fair and not goal.fair:
            return UNCLEAR, "degree"
        return (FULL, "echo") if same else (UNCLEAR, "silent")
    absent = "absent" in claim.families
    kept = grammar.groups["absent_of"] if absent else frozenset[str]()
    lacking = goal.strict - claim.families - kept
    special = _step(claim, goal, related, grammar) or _level(claim, goal, related, grammar)
    if special is not None and special[0] != FULL:
        return special
    open_ = goal.until and goal.until not in claim.text and not claim.families & grammar.groups["strict"]
    if (lacking or open_) and not claim.families & grammar.groups["anything"]:
        return UNCLEAR, "open"
    if special is not None:
        return (UNCLEAR, "degree") if claim.fair and not goal.fair else special
    if claim.families & grammar.groups["anything"]:
        exact = bool(goal.families) and goal.families <= grammar.groups["anything"]  # 达到国内先进水平, where 领先 is wanted
        near = (BARE, SAME, NAME) if exact else (BARE, SAME, NEAR, NAME)
        devices = tuple(grammar.tags["devices"])  # 校园安全防范设施达标, where 校园安全 is wanted
        other = claim.things.endswith(devices) and not goal.things.endswith(devices)
        return (FULL, "achieved") if related in near and not other else (UNCLEAR, "other")
    state, ground = _match(claim, goal, related, grammar)
    if state != FULL:
        return state, ground
    moved = claim.families & grammar.groups["moves"]
    if moved and any(word in claim.text and word not in goal.text and word not in aim.name for word in grammar.tags["burdens"]):
        return UNCLEAR, "other"  # 平均办案天数延长, where 办案效率 is to rise
    if aim.measured and not claim.families & grammar.groups["strict"]:
        return UNCLEAR, "measured"
    if related == FREE and claim.modified and len(claim.modified) <= 2 and not aim.name:
        return UNCLEAR, "other"
    if claim.short and _lasting(claim, goal, grammar):
        return UNCLEAR, "degree"  # 短期改善, where 持续改善 is wanted
    if _tempered(claim, goal, aim, grammar):
        return UNCLEAR, "degree"
    degree = goal.strong and not claim.strong and not goal.families & grammar.groups["general"]
    if degree or (claim.fair and not goal.fair):
        return UNCLEAR, "degree"
    return FULL, "absent" if absent else "achieved"


def _tempered(claim: Assertion, goal: Want, aim: Aim, grammar: Grammar) -> bool:
    """Whether the claim only says 较好 of what is to move, or to be done to the full (充分发挥); or only that it is being brought
    nearer to a state of two words that is wanted (进一步完善, for 健全有效)."""
    words = grammar.groups["moves"] | grammar.groups["changes"]
    moderate = any(word in claim.text and word not in goal.text for word in grammar.tags["moderate"])
    if moderate and (aim.degreed or goal.families & words):
        return True
    fully = any(word in goal.text and word not in claim.text for word in grammar.tags["utmost"])
    if fully and not claim.strong and not any(word in claim.text for word in grammar.tags["whole"]):
        return True  # 得到发挥, where 充分发挥 is wanted
    towards = any(word in claim.text and word not in goal.text for word in grammar.tags["towards"])
    states = goal.states & (grammar.groups["adverbial"] | grammar.groups["made"])
    return towards and len(goal.states) > 1 and goal.states == states and not goal.states <= claim.families


def _lasting(claim: Assertion, goal: Want, grammar: Grammar) -> bool:
    """Whether the goal wants something that lasts, or the whole, where the claim says for a while, or step by step."""
    if claim.short in goal.text:
        return False
    if claim.short in grammar.tags["fleeting"]:
        return bool(goal.states & grammar.groups["kept"])
    return goal.strong or any(word in goal.text for word in grammar.tags["whole"])


def _match(claim: Assertion, goal: Want, related: str, grammar: Grammar) -> Verdict:
    """Whether the families of the claim are those the goal wants, or answer them."""
    groups, wanted = grammar.groups, goal.families
    if claim.families & groups["unchanged"] and wanted & groups["changes"] and not claim.families & wanted & groups["changes"]:
        return NOT, "level"
    if "absent" in claim.families:
        shared = related in (SAME, NAME) and not wanted & groups["not_by_absence"]
        leads = wanted <= groups["ensures"] | groups["doing"]
        denied = claim.denies & (wanted | goal.strict | (goal.states if leads else frozenset())) or goal.strict & claim.families
        known = related != OTHER or claim.whose <= _FEW
        return (FULL, "absent") if shared or wanted & claim.families or (denied and known) else (UNCLEAR, "other")
    if related == OTHER:
        return UNCLEAR, "other"
    if claim.families & groups["general"] and (not wanted or wanted & groups["general_of"]):
        near = (BARE, SAME) if wanted & groups["moves"] else (BARE, SAME, NAME)  # 完成造林, where 沙化土地 is to shrink
        if wanted & groups["moves"] and claim.things and claim.things not in goal.things:
            return UNCLEAR, "other"  # 污染源普查完成, where 污染 is to shrink
        return (FULL, "achieved") if related in near else (UNCLEAR, "other")
    if not wanted:
        return _unnamed(claim, goal, related, grammar)
    stated = goal.states - wanted - groups["doing"]
    if stated and wanted <= groups["leads"] and claim.families & stated and related == SAME:
        return FULL, "achieved"  # 使用进一步规范, where 促进规范使用 is wanted
    for family in wanted:
        own = family in claim.families and (related != NEAR or family not in groups["made"])
        if own or (claim.families & grammar.answer(family).full and related in (BARE, SAME)):
            return FULL, "achieved"
    if any(claim.families & grammar.answer(family).part for family in wanted):
        return PART, "stage"
    return UNCLEAR, "other"


def _unnamed(claim: Assertion, goal: Want, related: str, grammar: Grammar) -> Verdict:
    """A goal with no achievement word of any list: what it is about has to be said, finished or in the same words."""
    groups = grammar.groups
    if goal.strict:
        return FULL, "achieved"
    if claim.families & groups["ensures"] and _cover(claim, goal) >= _ENOUGH:
        return FULL, "echo"  # 居民温暖过冬得到保障
    if claim.families - groups["doing"] - groups["adverbial"] - {"step"} and related == SAME:
        return (FULL, "achieved") if claim.families & groups["finished"] else (UNCLEAR, "other")
    return (FULL, "echo") if _cover(claim, goal) >= _ENOUGH else (UNCLEAR, "other")


def _related(claim: Assertion, goal: Want, aim: Aim, grammar: Grammar) -> str:
    """Whether a claim speaks of what the goal does: bare (of nothing in particular), the same, something near it, what the
    indicator is named after, free (the goal names nothing), or other."""
    if any(noun in claim.text and noun not in aim.text for noun in grammar.tags["efforts"]):
        return OTHER  # 加大工作力度: how hard, not what came of it
    if not claim.grams:
        return BARE
    if shared := len(claim.grams & goal.grams):
        return SAME if shared * 2 >= min(len(claim.grams), len(goal.grams)) else NEAR
    if claim.grams & aim.name:
        return NAME
    if goal.grams or (goal.effects and not any(noun in claim.text for noun in goal.effects)):
        return OTHER
    return FREE


def _alike(one: str, other: str) -> int:
    """How many characters two texts begin with in common."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _another(said: str, wanted: str, grammar: Grammar) -> bool:
    """Whether one part of what is wanted is another in what is said: 农民素质 for 农民收入, 猪肉产量 for 粮食产量. People may be
    called by several words (居民, 群众)."""
    opens = _alike(said, wanted)
    closes = _alike(said[opens:][::-1], wanted[opens:][::-1])
    own, theirs = said[opens : len(said) - closes], wanted[opens : len(wanted) - closes]
    if wanted and not theirs and not closes and own.endswith(tuple(grammar.tags["apart"])):
        return True  # 工程款 for 工程
    if opens + closes < _SHARED or not own or not theirs or set(own) & set(theirs):
        return False
    return not {own, theirs} <= grammar.tags["people"]


def _cover(claim: Assertion, goal: Want) -> float:
    """Share of the goal's characters that the claim has, in whatever order (断头路已打通 for 打通断头路)."""
    said = set("".join(claim.grams))
    if claim.tail not in goal.characters:
        return 0.0  # 群众知晓度低: what is said last is something else
    return len(goal.characters & said) / len(goal.characters) if goal.characters else 0.0


def _step(claim: Assertion, goal: Want, related: str, grammar: Grammar) -> Verdict | None:
    """Steps against the step the target names, or against the whole where it names none; None where steps say nothing."""
    shared = [name for name in claim.steps if name in goal.steps]
    if shared:
        if all(claim.steps[name] < goal.steps[name] for name in shared):
            return PART, "stage"
        beyond = any(claim.steps[name] > goal.steps[name] for name in shared)
        reaches = "step" in claim.families or claim.families & (grammar.groups["finished"] | grammar.groups["begins"])
        if (beyond and reaches and related in (SAME, NAME, BARE)) or (
            claim.heads & grams([goal.text]) and _of_step(claim, goal, grammar)
        ):
            return FULL, "higher"
        return None
    if not claim.steps or goal.steps or (goal.families and not goal.families & grammar.groups["staged"]):
        return None
    spoken_of = claim.object or claim.steps
    if all(rank <= grammar.ladders[name].early for name, rank in spoken_of.items()):
        return (PART, "stage") if related != OTHER or claim.whose <= _FEW else (UNCLEAR, "other")
    if "step" in claim.families:
        done = related in (BARE, SAME, NAME) and any(rank >= grammar.ladders[name].done for name, rank in claim.steps.items())
        return (FULL, "higher") if done else (UNCLEAR, "other")
    return None


def _of_step(claim: Assertion, goal: Want, grammar: Grammar) -> bool:
    """Whether what is said of a step answers what is wanted of it, or that it was taken: not 合同解除, where 履约 is wanted."""
    groups = grammar.groups
    answered = goal.families.union(*(grammar.answer(name).full for name in goal.families))
    taken = groups["staged"] | groups["adverbial"] | groups["anything"] | {"step"}
    return not claim.families or not goal.families or bool(claim.families & (answered | taken))


def _level(claim: Assertion, goal: Want, related: str, grammar: Grammar) -> Verdict | None:
    """Levels of a scale both use; or a low level that only the actual names."""
    if related == OTHER:
        return None
    for name, rank in claim.scale.items():
        if name in goal.scale:
            if rank >= goal.scale[name]:
                return FULL, "higher"
            return (NOT, "lowest") if rank <= grammar.scales[name] else (PART, "lower")
        if rank <= grammar.scales[name] + 1 and not claim.families:
            return PART, "lower"
    return None
