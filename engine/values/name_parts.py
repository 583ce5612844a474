"""What an indicator's name says is counted, read from its end: 违法占地复耕面积 is 违法占地, 复耕 (a verb), 面积 (a count).

A name is cut into listed words from its end: first the head (数, 率, 面积, 时长 …; without one, the unit says what is counted),
then word after word to the left for as long as words touch. A word therefore never counts for two characters that only meet in
the name (the 发案 of 研发案例). What a name opens with is read from its start (查处…件数). Everything between may be anything.

All words stand in the policy (`name_parts`); what the parts found mean is for the policy's table `recognition.name` to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.values.vocabulary import Vocabulary, alternation, longest_first

ROLES = ("head", "word", "verb", "not", "carrier", "passed", "break", "light", "ending", "alarm", "lasting", "taking")
"""What a list of words is for. `head`: what is counted. `word`, `verb`: what may stand before it (verbs govern what follows).
`not`: turns the word behind it round. `carrier`: whom or what it happens to (人员, 企业); passed over. `passed`: 的, 和. `break`:
nothing left of it governs (期间, 引发). `light`: what a name may open with before its verb (全年, 完成). `ending`: dropped at the
end (情况). `alarm`: bad wherever it stands. `lasting`, `taking`: whether a time before which the word stands is to be long or
short."""
_ORTHOGONAL = ("alarm", "lasting", "taking", "light", "ending")
"""Roles of words that may have another role besides."""
COUNTED = "*"
"""How the policy's lists of heads call the dimension of all counting words."""
_LONGEST = 12
"""Characters of a name's longest listed word that are looked at."""
_MOST = 8
"""Words read from the end: enough for any name, and a bound for hostile ones."""
_MOST_CHARACTERS = 120
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】")
_NUMBERING = re.compile(r"^(?:[★☆▲△◆●]|其中:?|指标[0-9一二三四五六七八九十]+[:.、]|[0-9一二三四五六七八九十]+[.、)]|[①-⑳])+")
_DROPPED = re.compile(r"[\s“”\"'‘’《》<>*·]+")


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
    endings: tuple[str, ...]
    alarms: re.Pattern[str]
    lasting: frozenset[str]
    taking: frozenset[str]

    def lists(self, *roles: str) -> tuple[str, ...]:
        """The lists of these roles, in the policy's order."""
        return tuple(key for key, role in self.role_of.items() if role in roles)


@dataclass(frozen=True, slots=True)
class NameParts:
    """The parts of a name, each as the list it was found in ("" for none)."""

    head: str = ""
    """What is counted."""
    printed: bool = False
    """Whether the name itself says so, not only the unit."""
    each: bool = False
    """Whether the unit is one of something for each (元/人)."""
    unit_head: str = ""
    """What the unit by itself says is counted."""
    last: str = ""
    """The word before the head that tells (carriers passed over)."""
    negated: bool = False
    """Whether it is turned round (不合格)."""
    carried: bool = False
    """Whether carriers stand between it and the head (失业人员数)."""
    before: str = ""
    """What stands before it and is no verb: the thing a verb is done to (投诉 in 投诉下降率)."""
    verb: str = ""
    """The verb that governs it from the left, or with which the name opens."""
    takes: str = ""
    """`lasting` or `taking`: whether a time of the last word is to be long or short."""
    alarm: bool = False
    """Whether something bad is named anywhere left of the last word."""
    words: tuple[tuple[str, str], ...] = ()
    """(word, list) as found, from left to right, the opening verb first; for people."""


def name_words(data: Mapping[str, Any], words: Vocabulary) -> NameWords:
    """The lists from the value of `name_parts` (valid against the schema). Raises NameListError for a word in two lists."""
    lists = {key: value for key, value in data.items() if isinstance(value, Mapping)}
    word_of: dict[str, str] = {}
    besides: dict[str, list[str]] = {role: [] for role in _ORTHOGONAL}
    begins: dict[str, str] = {}
    never: set[str] = set()
    units: dict[str, str] = {}
    for key, entry in lists.items():
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
        through=frozenset(key for key, entry in lists.items() if entry.get("through")),
        of={key: str(entry["of"]) for key, entry in lists.items() if "of" in entry},
        begins=begins,
        never=frozenset(never),
        heads_of_unit=units,
        counted=re.compile(f"{alternation(counting)}$"),
        numbers=longest_first(data["numbers"]),
        light=longest_first(besides["light"]),
        endings=longest_first(besides["ending"]),
        alarms=re.compile(alternation(besides["alarm"])),
        lasting=frozenset(besides["lasting"]),
        taking=frozenset(besides["taking"]),
    )


def folded(name: str, words: Vocabulary) -> str:
    """A name in half width, without blanks, quotes, what stands in brackets and the numbering in front; of `数量指标：培训人次`
    what stands behind the colon."""
    text = _DROPPED.sub("", name.translate(words.characters))[:_MOST_CHARACTERS]
    text = _NUMBERING.sub("", _BRACKETS.sub("", text))
    before, colon, after = text.rpartition(":")
    return after if colon and len(after) > 1 else (before if colon else text)


def parts_of(name: str, unit: str, lists: NameWords, words: Vocabulary) -> NameParts:
    """Read a name from its end. `unit` is the unit of its values, "" if they have none."""
    text = folded(name, words)
    while ending := next((word for word in lists.endings if text.endswith(word) and len(text) > len(word)), ""):
        text = text.removesuffix(ending)
    unit_head, each = _unit_head(unit, lists, words)
    head, rest = _head(text, lists)
    part = _part_of(rest, lists.of.get(head, ""), lists)
    found = _tail(part, lists)
    if not unit and not head and found and found[0].key in lists.counts:
        unit_head = lists.heads_of_unit.get(COUNTED, "")
    return _told(found, part, NameParts(head or unit_head, bool(head), each, unit_head), text[len(rest) :], lists)


def _part_of(rest: str, mark: str, lists: NameWords) -> str:
    """What stands before the mark that parts a share from its whole; all of it where no mark stands by itself."""
    at = rest.rfind(mark) if mark else -1
    if at < 1:
        return rest
    for start in range(max(0, at - _LONGEST), at + 1):  # 挤占, 违法占地 are words of their own
        for end in range(at + 1, min(len(rest), start + _LONGEST) + 1):
            if rest[start:end] in lists.word_of:
                return rest
    return rest[:at] if _tail(rest[:at], lists) else rest


def _unit_head(unit: str, lists: NameWords, words: Vocabulary) -> tuple[str, bool]:
    """What a unit says is counted, and whether it is for each of something."""
    simple, *more = re.split(r"[/*]", unit)
    known = words.unit(simple)
    if known is None:
        return "", bool(more)
    return lists.heads_of_unit.get(COUNTED if known.counting else known.dimension, ""), bool(more)


def _head(text: str, lists: NameWords) -> tuple[str, str]:
    """The head a name ends in and what stands before it; no head where the longest listed word at the end is another."""
    word, key = _ending_of(text, lists)
    number = next((number for number in lists.numbers if text.endswith(number)), "")
    if number and (counted := lists.counted.search(text.removesuffix(number))) and len(counted[0]) + len(number) > len(word):
        longer, _ = _ending_of(text.removesuffix(number), lists)
        if len(longer) <= len(counted[0]):  # 案件数 are no 件数 of 案
            word, key = counted[0] + number, lists.heads_of_unit.get(COUNTED, "")
    elif number and len(word) > len(number):
        longer, _ = _ending_of(text.removesuffix(number), lists)
        before, _ = _ending_of(text.removesuffix(word), lists)
        if len(longer) > len(word) - len(number) and len(before) < len(longer):  # 查处数 is no 处数 of 查, 排查处数 is one
            word, key = number, lists.word_of[number]
    if lists.role_of.get(key) != "head":
        return "", text
    return key, text[: len(text) - len(word)]


def _ending_of(text: str, lists: NameWords) -> tuple[str, str]:
    """The longest listed word at the end of a text, and its list."""
    for length in range(min(_LONGEST, len(text)), 0, -1):
        if key := lists.word_of.get(text[-length:]):
            return text[-length:], key
    return "", ""


@dataclass(slots=True)
class _Found:
    """A word of a name, and whether it is turned round."""

    word: str
    key: str
    start: int
    negated: bool = False
    whole: int = 0
    """Where it starts with the negation in front of it."""


def _tail(rest: str, lists: NameWords) -> list[_Found]:
    """The words that touch from the end to the left, last first."""
    found: list[_Found] = []
    end = len(rest)
    for _ in range(_MOST):
        if not end:
            break
        text = rest[:end]
        word, key = _ending_of(text, lists)
        if not word and not found:
            word, key = _begun(text, lists)
        if not word and not found and (counted := lists.counted.search(text)) and len(counted[0]) < end:
            end -= len(counted[0])  # 培训班期(数)
            continue
        if not word:
            break
        end -= len(word)
        role = lists.role_of[key]
        if role == "not":
            _turn_round(found, end, lists)
        elif role != "passed":
            found.append(_Found(word, key, end))
        if role == "break":
            break
    return found


def _begun(text: str, lists: NameWords) -> tuple[str, str]:
    """Two characters whose first makes them a word of a list (漏检, 误诊)."""
    pair = text[-2:]
    key = lists.begins.get(pair[0], "") if len(pair) == 2 and pair not in lists.never else ""
    return (pair, key) if key else ("", "")


def _turn_round(found: list[_Found], start: int, lists: NameWords) -> None:
    """A negation reaches the word it touches, and goes on over words that let it through (未按时完成, 未发生事故)."""
    for item in reversed(found):
        if lists.role_of[item.key] not in ("word", "verb"):
            return
        item.negated, item.whole = not item.negated, start
        if item.key not in lists.through:
            return


def _told(found: list[_Found], rest: str, parts: NameParts, head_text: str, lists: NameWords) -> NameParts:
    roles = lists.role_of
    telling = next((n for n, item in enumerate(found) if item.key not in lists.carries), len(found))
    last = found[telling] if telling < len(found) and roles[found[telling].key] != "break" else None
    left = found[telling + 1 :] if last else []
    broken = any(roles[item.key] == "break" for item in found)
    start = last.start if last else (found[-1].start if found else len(rest))
    opening = None if broken else _opening(rest, start, lists)
    verb = _governing(left, lists)
    if opening and (opening.key in lists.leads or (verb is None and not any(item.key in lists.stops for item in left[:1]))):
        verb = opening
    before = next((item for item in left if roles[item.key] != "verb" and item.key not in lists.carries), None)
    shown = [(item.word, item.key) for item in reversed(found)] + ([(head_text, parts.head)] if parts.printed else [])
    if opening and all(opening.start != item.start for item in found):
        shown.insert(0, (opening.word, opening.key))
    return NameParts(
        head=parts.head,
        printed=parts.printed,
        each=parts.each,
        unit_head=parts.unit_head,
        last=last.key if last else "",
        negated=bool(last and last.negated),
        carried=bool(last and telling),
        before=before.key if before else "",
        verb=verb.key if verb else "",
        takes=_takes(last, lists),
        alarm=bool(lists.alarms.search(_affirmed(rest[:start], left, lists))),
        words=tuple(shown),
    )


def _affirmed(text: str, left: Iterable[_Found], lists: NameWords) -> str:
    """The text without what is turned round: 无故障 is nothing to be alarmed about."""
    for item in left:
        if item.negated and lists.role_of[item.key] == "word" and item.key not in lists.through:
            text = text[: item.whole] + text[item.start + len(item.word) :]
    return text


def _takes(last: _Found | None, lists: NameWords) -> str:
    if last is None:
        return ""
    return "lasting" if last.word in lists.lasting else "taking" if last.word in lists.taking else ""


def _governing(left: Iterable[_Found], lists: NameWords) -> _Found | None:
    """The nearest verb to the left that governs: none behind a word that stops it (整治项目投诉)."""
    stopped = False
    for item in left:
        if lists.role_of[item.key] == "break":
            return None
        if lists.role_of[item.key] == "verb":
            return None if stopped or item.negated else item
        stopped = stopped or item.key in lists.stops
    return None


def _opening(rest: str, end: int, lists: NameWords) -> _Found | None:
    """The verb a name opens with, after what only says when and how; not one that a noun makes a name of (服务对象)."""
    start = 0
    light: _Found | None = None
    while start < end:
        word, key = _beginning_of(rest[start:end], lists)
        leading = next((item for item in lists.light if rest.startswith(item, start)), "")
        if len(leading) >= len(word) and leading:
            if lists.role_of.get(lists.word_of.get(leading, ""), "") == "verb":
                light = light or _Found(leading, lists.word_of[leading], start)
            start += len(leading)
        elif lists.role_of.get(key) == "verb":
            behind = start + len(word)
            _, next_key = _beginning_of(rest[behind:], lists)
            if next_key in lists.stops or (len(word) == 1 and not next_key):  # 降水观测 does not open with 降
                return None
            return _Found(word, key, start)
        else:
            break
    return light


def _beginning_of(text: str, lists: NameWords) -> tuple[str, str]:
    """The longest listed word at the start of a text, and its list."""
    for length in range(min(_LONGEST, len(text)), 0, -1):
        if key := lists.word_of.get(text[:length]):
            return text[:length], key
    return "", ""
