"""The words of the grammar, from the policy: what each does, and which belong together. Built once per policy."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from math import prod
from typing import Any

from engine.values.vocabulary import Vocabulary, alternation, longest_first
from engine.values.wording.days import MONTHS
from engine.values.wording.fact_words import FAMILIES as FACTS
from engine.values.wording.fact_words import FactWords, fact_words
from engine.values.wording.openness import open_pattern

ROLES = (
    *(
        "plain",
        "filler",
        "generic",
        "done",
        "have",
        "of",
        "negators",
        "negators_behind",
        "weak",
        "some",
        "fair",
        "strong",
        "manner",
    ),
    *("doubt", "future", "unsure", "later", "need", "pending", "progress", "conditions", "reasons", "concessions", "contrasts"),
    *("except_open", "except_close", "occur", "bad", "failures", "mild", "effects"),
)
"""Lists of words that each do one thing. A word stands in one of them only, or in one of the families."""
TAGS = (
    *("joins", "whole", "besides", "measures", "severity", "denials", "nominal_negators", "preventive", "lateness"),
    *("named_negators", "knowing", "findings", "disposal", "gains", "happens", "groundwork", "redone", "prepositional"),
    *("uncompared", "plans", "backgrounds", "efforts", "degrees_of", "purposes", "ready", "seeking", "much", "little"),
    *("striking", "until", "examined", "agents", "comparatives", "still", "wrongly", "rates", "well", "above", "ranks", "most"),
    *("stative", "fleeting", "gradual", "trial", "people", "apart", "others", "strikes", "papers", "lawful", "refuted", "both"),
    *("blank", "burdens", "slightly", "meant", "devices", "slopes", "affirms", "last_year", "this_year", "reaching", "carries"),
    *("asking", "aims", "amounts", "moderate", "towards", "upon", "utmost", "rest", "under", "over"),
    *("composing", "pacts", "signing", "among", "in_all", "caps", "un"),
)
"""Lists whose words do something beside other words, whatever else they are. Those of ALSO
also say what a word is that no other list has."""
ALSO = ("joins", "whole", "besides", "much")
OTHERS = (
    *("breaks", "paired", "particles", "slight", "degree_negators", "nouns", "progress_end", "circumstances", "limit", "facts"),
    *(
        "more",
        "open_targets",
        "compounds",
        "limits",
        "families",
        "answers",
        "groups",
        "opposites",
        "contradicts",
        "ladders",
        "scales",
        "titles",
        "says",
        "stages",
        "settling",
    ),
)
"""What else the section has to have."""
_MOST = 1000
"""Words put together from the parts of one pattern."""
FAMILIES = ("absent", "effect", "number", "step")
"""Families that stand for something other than a list: nothing bad happened, an effect, a number reached, a step."""


@dataclass(frozen=True, slots=True)
class Lexeme:
    """What a word does."""

    role: str
    family: str = ""
    steps: tuple[tuple[str, int], ...] = ()
    scale: tuple[tuple[str, int], ...] = ()

    def __reduce__(self) -> tuple[type[Lexeme], tuple[object, ...]]:
        """There are thousands; what is kept of policies is read in half the time so."""
        return Lexeme, (self.role, self.family, self.steps, self.scale)


@dataclass(frozen=True, slots=True)
class Ladder:
    """Steps that follow each other. Up to `early` a step is a part of any whole; from `done` on the whole is there."""

    early: int
    done: int


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a thing that is made: patterns of targets that want it, and words of actuals that tell it."""

    wants: tuple[re.Pattern[str], ...]
    tells: re.Pattern[str] | None
    """None where no word tells it."""


@dataclass(frozen=True, slots=True)
class Kinship:
    """Families that answer a target of another family: as a whole, or as a part of it."""

    full: frozenset[str] = frozenset()
    part: frozenset[str] = frozenset()


@dataclass(frozen=True, eq=False)
class Grammar:
    """The policy's words, ready to be looked up; equal to itself only, so that readings can be kept by it."""

    words: Vocabulary
    entries: Mapping[str, Lexeme]
    lengths: Mapping[str, tuple[int, ...]]
    """First character -> lengths of the words that begin with it."""
    paired: Mapping[str, re.Pattern[str]]
    """First character -> pattern of words that repeat one around two others: 应保尽保."""
    paired_family: str
    dated: frozenset[str]
    """Characters with which a day can begin, digits aside."""
    missed: tuple[str, ...]
    """What stands before the word that was to be repeated where it was not done for all: 漏保, of 应保尽保."""
    breaks: frozenset[str]
    particles: frozenset[str]
    """Characters that are no content where they are left alone between words."""
    tags: Mapping[str, frozenset[str]]
    slight: tuple[str, ...]
    """Words that behind one of `degree_negators` make it a matter of degree: 不够, 不明显."""
    degree_negators: tuple[str, ...]
    nouns: frozenset[str]
    groups: Mapping[str, frozenset[str]]
    answers: Mapping[str, Kinship]
    opposites: Mapping[str, frozenset[str]]
    limits: Mapping[str, str]
    """Word that bars a direction -> the family of that direction: 不超过, of what rises."""
    contradicts: Mapping[str, frozenset[str]]
    """Bad word -> families that it contradicts, and that are answered where it did not happen."""
    ladders: Mapping[str, Ladder]
    scales: Mapping[str, int]
    """Scale -> its highest level that counts as not reached."""
    progress_end: str
    circumstances: tuple[str, ...]
    titles: Mapping[str, str]
    says: Mapping[str, str]
    limit: int
    """Longest text that is read, in characters."""
    facts: FactWords
    open_targets: re.Pattern[str]
    """What a whole target that sets none looks like."""
    stages: Mapping[str, tuple[Stage, ...]]
    """Things that are made in stages, from the first to the last."""
    settling: Mapping[str, tuple[str, ...]]
    """Words of the kinds of targets that are judged in one way (`settling`), the longest first."""
    patterns: dict[str, re.Pattern[str]] = field(default_factory=dict, repr=False)
    """Patterns of these words, once they were needed."""

    def answer(self, family: str) -> Kinship:
        return self.answers.get(family, Kinship())


def build_grammar(data: Mapping[str, Any], words: Vocabulary) -> Grammar:
    """The grammar from the value of `wording:`, taken to be valid against `schemas/wording.schema.json` and without what
    `mistakes` finds."""
    entries: dict[str, Lexeme] = {}
    steps, scale = _placed(data["ladders"], "steps"), _placed(data["scales"], "levels")
    for _, role, family, word in _listed(data):
        entries.setdefault(word, Lexeme(role, family, steps.get(word, ()), scale.get(word, ())))
    for _, role, family, word in _compounds(data):
        entries.setdefault(word, Lexeme(role, family))
    for role in ALSO:
        for word in (*data[role], *data["more"].get(role, ())):
            entries.setdefault(str(word), Lexeme(role))
    for word in (*steps, *scale):
        entries.setdefault(word, Lexeme("scale" if word in scale else "step", "", steps.get(word, ()), scale.get(word, ())))
    lengths: dict[str, set[int]] = {}
    for word in entries:
        lengths.setdefault(word[0], set()).add(len(word))
    return Grammar(
        words=words,
        entries=entries,
        lengths={first: tuple(sorted(found, reverse=True)) for first, found in lengths.items()},
        paired={
            first: re.compile(f"{re.escape(first)}(?P<what>.{{1,2}}){re.escape(second)}(?P=what)")
            for first, second in data["paired"]["signs"]
        },
        dated=frozenset((*MONTHS, *(period[0] for period in words.dates.periods))),
        missed=tuple(data["paired"]["missed"]),
        paired_family=str(data["paired"]["family"]),
        breaks=frozenset(data["breaks"]),
        particles=frozenset(data["particles"]),
        tags={tag: frozenset((*data[tag], *data["more"].get(tag, ()))) for tag in TAGS},
        slight=longest_first(data["slight"]),
        degree_negators=tuple(data["degree_negators"]),
        nouns=frozenset(data["nouns"]),
        groups={name: frozenset(listed) for name, listed in data["groups"].items()},
        answers={
            name: Kinship(frozenset(item.get("full", ())), frozenset(item.get("part", ())))
            for name, item in data["answers"].items()
        },
        opposites={name: frozenset(listed) for name, listed in data["opposites"].items()},
        limits={str(word): str(family) for family, listed in data["limits"].items() for word in listed},
        contradicts=_turned(data["contradicts"], [str(word) for word in (*data["bad"], *data["failures"])]),
        ladders={name: Ladder(int(item["early"]), int(item["done"])) for name, item in data["ladders"].items()},
        scales={name: int(item["none"]) for name, item in data["scales"].items()},
        circumstances=tuple(data["circumstances"]),
        progress_end=str(data["progress_end"]),
        titles=dict(data["titles"]),
        says=dict(data["says"]),
        limit=int(data["limit"]),
        facts=fact_words(data["facts"]),
        open_targets=open_pattern(data["open_targets"], data["breaks"]),
        stages={str(name): tuple(map(_stage, listed)) for name, listed in data["stages"].items()},
        settling={
            name: tuple("|".join([rung] if isinstance(rung, str) else rung) for rung in listed)
            if name.startswith("grades_")
            else longest_first(listed)
            for name, listed in data["settling"].items()
        },
    )


def mistakes(data: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    """What is wrong with the words beyond their shape: (path in the section, what, what was expected), in Chinese."""
    missing = [key for key in (*ROLES, *TAGS, *OTHERS) if key not in data]
    if missing:
        yield (), f"wording 缺少 {'、'.join(dict.fromkeys(missing))}", "写上，或 extends 一个有它的政策"
        return
    for name in data["more"]:
        if name not in {*ROLES, *TAGS, *data["families"]}:
            yield ("more", name), f"没有“{name}”这张表", "wording 里一张词表、或 families 里一族的名字"
    for name in data["compounds"]:
        if name not in {*ROLES, *data["families"]}:
            yield ("compounds", name), f"没有“{name}”这张表", "wording 里一张词表、或 families 里一族的名字"
        for n, parts in enumerate(data["compounds"][name]):
            if prod(map(len, parts)) > _MOST:
                yield ("compounds", name, n), "拼出来的词太多", f"至多 {_MOST} 个词"
    homes: dict[str, str] = {}
    for path, role, family, word in _listed(data):
        home = f"families.{family}" if family else role
        if word in homes:
            yield path, f"“{word}”已在 {homes[word]} 里", "一个词只写在一张表里"
        homes.setdefault(word, home)
    known = {*data["families"], *FAMILIES}
    named = [
        *((("groups", name, n), family) for name, listed in data["groups"].items() for n, family in enumerate(listed)),
        *((("contradicts", name), name) for name in data["contradicts"]),
        *((("limits", name), name) for name in data["limits"]),
        *((("opposites", name, n), family) for name, listed in data["opposites"].items() for n, family in enumerate(listed)),
        *(
            (("answers", name, key, n), family)
            for name, item in data["answers"].items()
            for key, listed in item.items()
            for n, family in enumerate(listed)
        ),
    ]
    named += [(("facts", key, n), str(family)) for key in FACTS for n, family in enumerate(data["facts"][key])]
    for path, family in named:
        if family not in known:
            yield path, f"没有“{family}”这一族", "、".join(sorted(known))
    for name, item in data["ladders"].items():
        if not 0 <= item["early"] <= item["done"] < len(item["steps"]):
            yield (
                ("ladders", name),
                f"early {item['early']}、done {item['done']} 不对",
                f"0 至 {len(item['steps']) - 1}，early 不大于 done",
            )


def _stage(item: Mapping[str, Any]) -> Stage:
    tells = re.compile(alternation(item["tells"])) if item["tells"] else None
    return Stage(tuple(re.compile(_row(want)) for want in item["wants"]), tells)


def _row(want: str | list[list[str]]) -> str:
    """The pattern of a word, or of parts in a row: `~` is any few characters, `^` and `$` are the ends of the text."""
    if isinstance(want, str):
        return re.escape(want)
    ends = {"~": r"[^,;。]{0,14}", "^": "^", "$": "$"}
    return "".join(ends[str(part[0])] if str(part[0]) in ends else f"(?:{alternation(part)})" for part in want)


def _listed(data: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], str, str, str]]:
    """(path, role, family, word) of every word of the lists that each do one thing."""
    for role in ROLES:
        value = data[role]
        for n, item in enumerate([value] if isinstance(value, str) else value):
            for m, word in enumerate(item if isinstance(item, list) else [item]):
                yield ((role, n, m) if isinstance(item, list) else (role, n)), role, "", str(word)
    for family, listed in data["families"].items():
        for n, word in enumerate(listed):
            yield ("families", str(family), n), "achieve", str(family), str(word)
    for name, listed in data["more"].items():
        role, family = (name, "") if name in ROLES else ("achieve", name)
        if name in ROLES or name in data["families"]:
            yield from ((("more", name, n), role, family, str(word)) for n, word in enumerate(listed))


def _compounds(data: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], str, str, str]]:
    """The same of the words put together from parts: one of each part in turn."""
    for name, patterns in data["compounds"].items():
        role, family = (name, "") if name in ROLES else ("achieve", name)
        for n, parts in enumerate(patterns):
            for chosen in product(*parts):
                yield ("compounds", name, n), role, family, "".join(map(str, chosen))


def _turned(data: Mapping[str, Any], words: list[str]) -> dict[str, frozenset[str]]:
    """By bad word, the families whose list names it, or the end of it (质量事故 by 事故)."""
    ends = [(str(family), tuple(map(str, listed))) for family, listed in data.items()]
    return {word: frozenset(family for family, listed in ends if word.endswith(listed)) for word in words}


def _placed(data: Mapping[str, Any], key: str) -> dict[str, tuple[tuple[str, int], ...]]:
    """Where each word stands on ladders or scales."""
    out: dict[str, tuple[tuple[str, int], ...]] = {}
    for name, item in data.items():
        for rank, listed in enumerate(item[key]):
            for word in listed:
                out[str(word)] = (*out.get(str(word), ()), (str(name), rank))
    return out
