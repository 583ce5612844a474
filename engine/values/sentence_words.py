"""The words around a number in a sentence of a cell, as the policy lists them (`notation: sentences:`), and one pattern of all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Role = (
    Literal["average", "most", "least", "plain", "deed", "finished", "step"]
    | Literal["planned", "aside", "relative", "change", "barred", "odd"]
)
"""What a word says of the number it stands by.

`average`: it is the mean of several; `most`, `least`: the highest, the lowest of them; `plain`: nothing that matters (完成, 全年);
`deed`: something was done with so many (惠及), of which several numbers may be of several things; `finished`: the thing was done
for good (竣工); `step`: only something on the way (招标); `planned`: it was meant, not reached; `aside`: it is a part, a
difference, another year's; `relative`: what a rise is measured from (较上年); `change`: it is a rise or a fall; `barred`: whatever
the number is, it is not certain (未, 部分); `odd`: the number beside it is not what the name says (前, 差)."""
_FIRST: tuple[Role, ...] = ("barred", "planned", "aside", "average", "most", "least")
ROLES: tuple[Role, ...] = (*_FIRST, "relative", "finished", "step", "deed", "plain")
"""The roles that have a list of their own; a word in two lists has the role that comes first."""


LISTS = (
    *("rates", "negators", "and_so_on", "earlier", "level", "beside", "since", "unchanged"),
    *("undone", "severally", "altogether", "parted", "lists", "achieved"),
    *("grown", "shrunk", "only_less", "relates"),
    *("idle", "good_parts", "bad_parts", "surely_satisfied", "perhaps_satisfied", "yearly"),
)
"""Lists of the section for what is computed from several numbers; a policy may do without."""


@dataclass(frozen=True, slots=True)
class SentenceWords:
    """The role of each word, what finds them, and the units that are written one behind the other (1小时10分)."""

    roles: Mapping[str, Role]
    pattern: re.Pattern[str]
    """The longest word at a place."""
    joined: tuple[Mapping[str, str], ...]
    """Groups of units from the largest to the smallest, by spelling."""
    averaged_dimensions: frozenset[str]
    """Dimensions in which an average is what a target asks for, whether or not it says so."""
    numerals: re.Pattern[str]
    """Whatever counts in Chinese numerals: 三期."""

    apart: frozenset[str] = frozenset()
    """Names of parts that exclude each other (新、续; 线上、线下): what is so called adds up."""
    rates: tuple[str, ...] = ()
    """How the name of a rate ends (率)."""
    negators: tuple[str, ...] = ()
    """What turns the name of a part round (不合格)."""
    and_so_on: tuple[str, ...] = ()
    """What says that a list is not all (等)."""
    earlier: tuple[str, ...] = ()
    """Last year."""
    level: tuple[str, ...] = ()
    """What may stand behind it (水平)."""
    beside: tuple[str, ...] = ()
    """What holds a change against last year without naming it (同比)."""
    since: tuple[str, ...] = ()
    """What stands before the figure a change begins with (由)."""
    unchanged: tuple[str, ...] = ()
    """What says that a figure is as it was (持平)."""
    undone: tuple[str, ...] = ()
    """What says of a part that it is not done yet (在建)."""
    severally: tuple[str, ...] = ()
    """What stands before figures told one by one (分别为)."""
    altogether: tuple[str, ...] = ()
    """What says in a target that several are added up (累计)."""
    achieved: tuple[str, ...] = ()
    """What stands before a deed that was to be done and was (实到, of 应到)."""
    grown: tuple[str, ...] = ()
    """What says, beside the words of changes, that there is more than last year (比上年多)."""
    shrunk: tuple[str, ...] = ()
    """That there is less."""
    relates: tuple[str, ...] = ()
    """What stands between a thing and what is said of its figure (较, 为)."""
    only_less: tuple[str, ...] = ()
    """A target that is not to be above last year's (只减不增)."""
    lists: tuple[str, ...] = ()
    """What a name that lists several things has (及)."""
    parted: tuple[str, ...] = ()
    """How names of parts that exclude each other end (旺季、淡季)."""
    idle: tuple[str, ...] = ()
    """Words of which the name of an indicator is made that names nothing (工作任务完成情况)."""
    good_parts: tuple[str, ...] = ()
    """What is said of a part of which more is better (合格), where the name does not say of what the rate is."""
    bad_parts: tuple[str, ...] = ()
    """The same, of which less is better (差错)."""
    surely_satisfied: tuple[str, ...] = ()
    """Answers that count as satisfied (非常满意)."""
    perhaps_satisfied: tuple[str, ...] = ()
    """Answers of which it is open whether they count (基本满意)."""
    yearly: tuple[str, ...] = ()
    """What says that a number is of the whole year (全年, 累计)."""
    periods: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """How many there are of a part of the year, at least and at most (月: 12)."""
    visits: Mapping[str, str] = field(default_factory=dict)
    """What so many of one unit, so many times, are counted in (人: 人次)."""
    unsaying: tuple[str, ...] = ()
    """Words of more than a character that say nothing of what a number is, or only what was done, the longest first."""
    anything: re.Pattern[str] = re.compile(r"(?!)")
    """A whole name that names nothing."""

    endings: Mapping[str, tuple[tuple[int, str], ...]] = field(init=False, compare=False, repr=False)
    """Words that say nothing of what is counted (数量, 率), by their last character, each with its place in the lists."""

    def __post_init__(self) -> None:
        endings: dict[str, tuple[tuple[int, str], ...]] = {}
        for place, (word, role) in enumerate(self.roles.items()):
            if role == "plain":
                endings[word[-1:]] = (*endings.get(word[-1:], ()), (place, word))
        object.__setattr__(self, "endings", endings)

    def extreme(self, label: str) -> str:
        """The sign that 最长, 最低 at the end of a name is: of what is not the highest or lowest, nothing is said but this."""
        if len(label) < 2 or (role := self.roles.get(label[-2:])) not in ("most", "least"):
            return ""
        return "<=" if role == "most" else ">="


def sentence_words(
    data: Mapping[str, Any], others: Mapping[Role, Sequence[str]], units: Iterable[str], signs: str
) -> SentenceWords:
    """Compile the section `sentences`. `others` are words that other sections list, by the role they have here unless a list of
    the section gives them another; `signs` the characters of Chinese numerals."""
    roles: dict[str, Role] = {}
    for role in ROLES:
        for word in data[role]:
            roles.setdefault(str(word), role)
    for role, words in others.items():
        for word in words:
            roles.setdefault(word, role)
    ordered = sorted(roles, key=lambda word: (-len(word), word))
    counted = "|".join(map(re.escape, sorted(filter(None, units), key=lambda unit: (-len(unit), unit))))
    return SentenceWords(
        roles,
        re.compile("|".join(map(re.escape, ordered)) or r"(?!)"),
        tuple({str(spelling): str(name) for spelling, name in group.items()} for group in data["joined"]),
        frozenset(data["averaged_dimensions"]),
        re.compile(rf"[{signs}]+(?:{counted})(?![\u4e00-\u9fff])"),
        apart=frozenset(map(str, data.get("apart", ()))),
        periods={str(name): (int(ends[0]), int(ends[1])) for name, ends in data.get("periods", {}).items()},
        unsaying=tuple(word for word in ordered if len(word) > 1 and roles[word] in ("plain", "deed")),
        visits={str(unit): str(times) for unit, times in data.get("visits", {}).items()},
        anything=re.compile(f"(?:{'|'.join(map(re.escape, data.get('idle', ()))) or '(?!)'})+"),
        **{name: tuple(map(str, data.get(name, ()))) for name in LISTS},
    )
