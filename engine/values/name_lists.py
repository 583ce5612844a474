"""The word lists by which names are read, from the policy's section `name_parts`: built once per policy."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.values.vocabulary import Vocabulary, alternation, longest_first

ROLES = (
    *("head", "word", "verb", "not", "carrier", "passed", "break", "light", "ending", "alarm", "lasting", "taking"),
    *("mark", "holds"),
)
"""What a list of words is for. `head`: what is counted. `word`, `verb`: what may stand before it (verbs govern what follows).
`not`: turns the word behind it round. `carrier`: whom or what it happens to (人员, 企业); passed over. `passed`: 的, 和. `break`:
nothing left of it governs (期间, 引发). `light`: what a name may open with before its verb (全年, 完成). `ending`: dropped at the
end (情况). `alarm`: bad wherever it stands. `lasting`, `taking`: whether a time before which the word stands is to be long or
short. `mark`: what, wherever it stands, says that the number is not the body's own to set (案件: they arise). `holds`: two
characters that are never parted (the 食用 of 食用油 holds no 用油)."""
_ORTHOGONAL = ("alarm", "lasting", "taking", "light", "ending", "holds")
"""Roles of words that may have another role besides."""
COUNTED = "*"
"""How the policy's lists of heads call the dimension of all counting words."""


class NameListError(ValueError):
    """A word that stands in two lists of which only one can hold; `key` is the list in which it came second."""

    def __init__(self, key: str, word: str, first: str) -> None:
        super().__init__(f"“{word}”在“{first}”里已经有了")
        self.key, self.word, self.first = key, word, first


@dataclass(frozen=True, slots=True)
class NameWords:
    """The policy's word lists, by word. `word_of` holds every role but those that a word may have besides another."""

    word_of: Mapping[str, str]
    """Word -> its list."""
    role_of: Mapping[str, str]
    """List -> its role."""
    label_of: Mapping[str, str]
    """List -> what officers call it."""
    carries: frozenset[str]
    """Lists that are passed over on the way to the telling word: carriers, and heads inside a name (优良天数比例)."""
    counts: frozenset[str]
    """Lists of things: a name that ends in one, of values without a unit, says how many there are."""
    stops: frozenset[str]
    """Lists of carriers behind which a verb to the left does not govern (整治项目投诉: the complaints are not put right)."""
    leads: frozenset[str]
    """Lists of verbs that govern the whole of a name they open (缩短政府采购审批时间)."""
    turns: frozenset[str]
    """Lists of verbs that turn a reading round wherever they stand in a name (成功化解历史债务)."""
    through: frozenset[str]
    """Lists of words over which a negation goes on to the next word (未 及时 处理)."""
    of: Mapping[str, str]
    """List of heads -> what stands between the part and its whole (不达标断面占考核断面比重): the part is what counts."""
    begins: Mapping[str, str]
    """First character -> list: two characters before a head that begin so are a word of it (误诊, 漏检), listed or not."""
    never: frozenset[str]
    """Words that begin so and are none of it."""
    heads_of_unit: Mapping[str, str]
    """Dimension of a unit -> what is counted, where the name does not say; counting words are "*"."""
    counted: re.Pattern[str]
    """A counting word at the end of a text: 期 in 培训班期(数)."""
    numbers: tuple[str, ...]
    """What makes a head of a counting word: 数, 数量."""
    light: tuple[str, ...]
    toward: frozenset[str]
    """Words a name may open with that are followed by those for whom: 为消费者挽回损失."""
    endings: tuple[str, ...]
    alarms: re.Pattern[str]
    lasting: frozenset[str]
    taking: frozenset[str]
    marks: tuple[tuple[str, tuple[str, ...]], ...]
    """Lists of marks, each with its words, in the policy's order: of several in a name the first list tells."""
    holds: frozenset[str]
    people: frozenset[str]
    """Units of people: what is given out, and counted in them, counts who has a right to it."""

    def lists(self, *roles: str) -> tuple[str, ...]:
        """The lists of these roles, in the policy's order."""
        return tuple(key for key, role in self.role_of.items() if role in roles)


def name_words(data: Mapping[str, Any], words: Vocabulary) -> NameWords:
    """The lists from the value of `name_parts` (valid against the schema). Raises NameListError for a word in two lists."""
    lists = {key: value for key, value in data.items() if isinstance(value, Mapping)}
    word_of: dict[str, str] = {}
    besides: dict[str, list[str]] = {role: [] for role in _ORTHOGONAL}
    begins: dict[str, str] = {}
    never: set[str] = set()
    units: dict[str, str] = {}
    for key, entry in lists.items():
        if entry["as"] == "mark":
            continue
        if entry["as"] in _ORTHOGONAL:
            besides[entry["as"]] += str(entry["words"]).split()
            continue
        for word in str(entry["words"]).split():
            if word_of.setdefault(word, key) != key:
                raise NameListError(key, word, word_of[word])
        for character in str(entry.get("begins", "")):
            begins.setdefault(character, key)
        never |= set(str(entry.get("never", "")).split())
        for dimension in entry.get("units", ()):
            units.setdefault(dimension, key)
    counting = [unit for unit, found in words.units.items() if found.counting]
    return NameWords(
        word_of=word_of,
        role_of={key: entry["as"] for key, entry in lists.items()},
        label_of={key: str(entry["label"]) for key, entry in lists.items()},
        carries=frozenset(key for key, entry in lists.items() if entry["as"] == "carrier" or entry.get("carries")),
        counts=frozenset(key for key, entry in lists.items() if entry.get("counts")),
        stops=frozenset(key for key, entry in lists.items() if entry.get("stops")),
        leads=frozenset(key for key, entry in lists.items() if entry.get("leads")),
        turns=frozenset(key for key, entry in lists.items() if entry.get("turns")),
        through=frozenset(key for key, entry in lists.items() if entry.get("through")),
        of={key: str(entry["of"]) for key, entry in lists.items() if "of" in entry},
        begins=begins,
        never=frozenset(never),
        heads_of_unit=units,
        counted=re.compile(f"{alternation(counting)}$"),
        numbers=longest_first(data["numbers"]),
        light=longest_first(besides["light"]),
        toward=frozenset(word for entry in lists.values() if entry.get("toward") for word in str(entry["words"]).split()),
        endings=longest_first(besides["ending"]),
        alarms=re.compile(alternation(besides["alarm"])),
        lasting=frozenset(besides["lasting"]),
        taking=frozenset(besides["taking"]),
        marks=tuple((key, tuple(str(entry["words"]).split())) for key, entry in lists.items() if entry["as"] == "mark"),
        holds=frozenset(besides["holds"]),
        people=frozenset(data.get("people", ())),
    )
