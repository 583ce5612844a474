"""The words by which facts are read (`wording.facts` of the policy): what moved, against when, and what a fact shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Bearing:
    """Measures that bear on a matter although no word of theirs is in it: 办理时限 on 效能."""

    measures: tuple[str, ...]
    matters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FactWords:
    """The policy's words and families for facts."""

    since: tuple[str, ...]
    """由, 从: what follows is the former figure."""
    overall: frozenset[str]
    """Words of a measure's name that do not belong to it: 其中, 总数."""
    against: frozenset[str]
    """同比: against the same time of the year before."""
    more: tuple[str, ...]
    less: tuple[str, ...]
    """多, 少, where it is said against another time."""
    gained: frozenset[str]
    """Words that something came about, which are no word of trouble: 新增."""
    grown: frozenset[str]
    """Those of them that say that what stands before them grew: 志愿者新增2400人."""
    all: tuple[str, ...]
    """均, 全部: that it was so with all of them."""
    among: tuple[str, ...]
    """中: what stands before it is the whole."""
    sides: frozenset[str]
    """What makes another measure of one: 强度, 占比."""
    refused: frozenset[str]
    """What is not done by decision, and not left undone: 不予."""
    graver: tuple[str, ...]
    """What makes an event of one gravity: 死亡."""
    common: frozenset[str]
    """Characters that two names may share without being of one matter: 率, 数."""
    families: Mapping[str, frozenset[str]]
    """`rises`, `falls`; `shown`: what movements show; `steady`: what standing still shows, too; `states`: what several
    good facts show; `deeds`: what is shown by doing."""
    shortened: tuple[str, ...]
    """Words by which less time is told as better: 缩短."""
    bounds: tuple[str, ...]
    """What makes a number a bound in a name: 以上."""
    high: Decimal
    """Per cent from which a rate of something good is high."""
    marked: Decimal
    """Share of the former figure from which one movement by itself is a marked one."""
    bears: tuple[Bearing, ...]


def fact_words(data: Mapping[str, Any]) -> FactWords:
    """The words from the value of `wording.facts`, taken to be valid against the schema."""
    listed = {key: tuple(map(str, data[key])) for key in _LISTS}
    return FactWords(
        since=listed["since"],
        overall=frozenset(listed["overall"]),
        against=frozenset(listed["against"]),
        more=listed["more"],
        less=listed["less"],
        gained=frozenset(listed["gained"]),
        grown=frozenset(listed["grown"]),
        all=listed["all"],
        among=listed["among"],
        sides=frozenset(listed["sides"]),
        refused=frozenset(listed["refused"]),
        graver=listed["graver"],
        common=frozenset("".join(listed["common"])),
        families={key: frozenset(listed[key]) for key in FAMILIES},
        shortened=listed["shortened"],
        bounds=listed["bounds"],
        high=Decimal(str(data["high"])),
        marked=Decimal(str(data["marked"])) / 100,
        bears=tuple(Bearing(tuple(map(str, item["measures"])), tuple(map(str, item["matters"]))) for item in data["bears"]),
    )


FAMILIES = ("rises", "falls", "shown", "steady", "states", "deeds")
"""Keys of `wording.facts` that list families."""
_LISTS = (
    "since",
    "overall",
    "against",
    "more",
    "less",
    "gained",
    "grown",
    "all",
    "among",
    "sides",
    "refused",
    "graver",
    "shortened",
    "bounds",
    "common",
    *FAMILIES,
)
