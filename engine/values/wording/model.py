"""What is found in a wording: words with their roles, clauses, what each clause claims, what a target aims at, and the reading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

FULL, PART, NOT, OPPOSITE, UNCLEAR, UNREAD = "full", "part", "not", "opposite", "unclear", "unread"
VERDICTS = (FULL, PART, NOT, OPPOSITE, UNCLEAR, UNREAD)
"""Reached fully, in part, not, the opposite happened, cannot be told; `unread`: there are no words to read."""
RESULT, NONE, OPEN, NOTHING = "result", "none", "open", "unread"
AIMS = (RESULT, NONE, OPEN, NOTHING)
"""What a target aims at: a result, or that something does not happen; `open`: it sets none (据实); `unread`: no words to read."""
GROUNDS = (
    "",
    "same",
    "copied",
    "achieved",
    "echo",
    "absent",
    "number_met",
    "higher",
    "negated",
    "flawed",
    "negated_whole",
    "negated_part",
    "weak",
    "mild",
    "failed",
    "happened",
    "opposite",
    "level",
    "future",
    "late",
    "need",
    "pending",
    "not_begun",
    "progress",
    "stage",
    "lower",
    "lowest",
    "number_short",
    "number_none",
    "excepted",
    "mixed",
    "doubt",
    "unmeasured",
    "condition",
    "other",
    "measured",
    "degree",
    "aside",
    "open",
    "silent",
    "stated",
    "both",
    "years",
    "fewer",
    "slight",
    "wanting",
    "facts",
    "facts_worse",
    "parted",
    "sets_none",
    "settled",
    "falls_short",
    "doubted",
    "long",
)
"""Why a text is read as it is: the names of the policy's sentences; empty where nothing was read."""
SAID, FUTURE, NEED, ASIDE = "said", "future", "need", "aside"
"""States of a claim that is no verdict yet: positive, not yet held against the target; to come; wanting; bad, of something else."""

DOUBTS = ("doubt", "unmeasured")
"""Grounds of claims that say nothing for certain, whatever stands beside them."""

Grams = frozenset[str]
"""Pairs of neighbouring characters of what a text speaks of: two texts may speak of the same thing where they share some."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word of the text. `role` is that of the grammar, or content, number, date; places are those of the folded text."""

    role: str
    text: str
    start: int
    end: int
    family: str = ""
    steps: tuple[tuple[str, int], ...] = ()
    """(ladder, how high on it)"""
    scale: tuple[tuple[str, int], ...] = ()
    number: Decimal | None = None
    unit: str = ""
    first: date | None = None
    """First and last day a date can mean, in the fiscal year where it names none."""
    last: date | None = None
    whole_year: bool = False
    """Whether a date names a year only: 2022年, which may also say of which year something is."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Tokens between two breaks. `contrast`: a word such as 但 opens it; `conceded`: 虽 does; `excepted`: 除……外 stands before."""

    tokens: tuple[Token, ...]
    contrast: bool = False
    conceded: bool = False
    excepted: bool = False
    text: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", "".join([token.text for token in self.tokens]))


Reach = tuple[Token, Token | None]
"""A word that decided, and the word it reaches; None: the whole clause."""


@dataclass(frozen=True, slots=True)
class Assertion:
    """What a clause says of one thing. `state` is a verdict, or `said`, `future`, `need`, `aside`; an empty ground claims nothing.

    `ground` names the policy's sentence that says why, `word` and `reach` are what that sentence quotes.
    """

    state: str = ""
    ground: str = ""
    word: str = ""
    reach: str = ""
    marks: tuple[Reach, ...] = ()
    families: frozenset[str] = frozenset()
    grams: Grams = frozenset()
    steps: Mapping[str, int] = field(default_factory=dict)
    scale: Mapping[str, int] = field(default_factory=dict)
    strong: bool = False
    fair: bool = False
    modified: str = ""
    """What no list holds right before the achievement: its subject (矛盾化解), or a word that changes it (草草收尾)."""
    short: str = ""
    """A word that says it was so for a while only, or step by step: 短期, 逐步."""
    done: bool = False
    hedged: bool = False
    """Whether it says the thing, but only a little of it: 有所提高."""
    object: Mapping[str, int] = field(default_factory=dict)
    """The steps of what the achievement is said of: 方案, of 方案已获批."""
    heads: Grams = frozenset()
    """Of the words that are its steps."""
    whose: int = 0
    """How much it says of what it is about beside listed words, in characters."""
    denies: frozenset[str] = frozenset()
    """Families that a bad thing which did not happen would have contradicted."""
    text: str = ""
    """The clause."""
    redone: bool = False
    """Whether it says that a thing was done after all: 整改后通过."""
    tail: str = ""
    """The last character of what it speaks of."""
    things: str = ""
    """The nouns it speaks of, in a row, without deeds and steps."""


Said = Sequence[tuple[Phrase, Assertion]]
"""Claims in order, each with its clause."""


@dataclass(frozen=True, slots=True)
class Want:
    """One clause of a target."""

    text: str
    said: str
    """The text without words that say nothing (得到, 的)."""
    families: frozenset[str]
    states: frozenset[str]
    """All families it names, those that only describe another included."""
    strict: frozenset[str]
    """Families that have to be answered beside one of `families`: in time."""
    grams: Grams
    characters: frozenset[str]
    """Of what it speaks of."""
    things: str
    """The nouns it speaks of, in a row, without deeds and steps."""
    effects: frozenset[str]
    """The nouns like 影响, 效果 it names, where it names nothing else."""
    until: str
    """An event before which it is wanted: 开学前."""
    event: Grams
    """What is not to happen, where that is the goal."""
    head: str
    """The word behind the negator of such a goal, unless it is a listed bad thing."""
    none: bool
    weak: bool
    strong: bool
    fair: bool
    steps: Mapping[str, int]
    scale: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Aim:
    """What a target aims at, with what the indicator's name adds."""

    kind: str
    goals: tuple[Want, ...]
    name: Grams
    head: str
    """The last thing the indicator's name names."""
    named_bad: bool
    """Whether the name is of something bad (安全事故)."""
    words: frozenset[str]
    """The words of the target: in an actual they mean what was wanted."""
    text: str
    severity: frozenset[str]
    counts: tuple[tuple[Decimal, str], ...]
    measured: bool
    """Whether it names a number (of days, yuan, per cent) of which it is not known whether more is better: no word reaches it."""
    percent: bool
    last: date | None
    """The last day by which the target wants it; that of the fiscal year where it names none; None: it may come later."""
    limited: bool
    """Whether it names a day or a month."""
    wanted: frozenset[str]
    """The families of all goals, strict ones included."""
    grams: Grams
    """What all goals speak of."""
    missed: frozenset[str]
    """What says that not all was done that was to be done for all: 漏保, of 应保尽保."""
    degreed: bool
    """Whether it says how much: 显著, 全面, 有效."""
    barred: frozenset[str]
    """Families of the directions in which something is not to move: 不下降, 不超过上年."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A word that decided: what it is, where it stands in the text as filed, and what it reaches (empty: the whole clause)."""

    word: str
    role: str
    start: int
    end: int
    reach: str = ""


@dataclass(frozen=True, slots=True)
class WordingReading:
    """What the words of an actual say, held against what the target aims at.

    `verdict` is one of VERDICTS, `aim` of AIMS; `ground` names the policy's sentence that says why, `why` is that sentence;
    `marks` are the words that decided.
    """

    verdict: str
    aim: str
    ground: str
    why: str
    marks: tuple[Mark, ...] = ()


NOT_READ = WordingReading(UNREAD, NOTHING, "", "")
