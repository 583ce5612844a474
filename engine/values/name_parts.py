"""What an indicator's name says is counted, read from its end: 违法占地复耕面积 is 违法占地, 复耕 (a verb), 面积 (a count).

A name is cut into listed words from its end: first the head (数, 率, 面积, 时长 …; without one, the unit says what is counted),
then word after word to the left for as long as words touch. A word therefore never counts for two characters that only meet in
the name (the 发案 of 研发案例). What a name opens with is read from its start (查处…件数). Everything between may be anything.

All words stand in the policy (`name_parts`); what the parts found mean is for the policy's table `recognition.name` to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from engine.values.name_lists import COUNTED, NameWords
from engine.values.vocabulary import Vocabulary

_LONGEST = 12
"""Characters of a name's longest listed word that are looked at."""
_MOST = 8
"""Words read from the end: enough for any name, and a bound for hostile ones."""
_MOST_CHARACTERS = 120
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】")
_NUMBERING = re.compile(r"^(?:[★☆▲△◆●]|其中:?|指标[0-9一二三四五六七八九十]+[:.、]|[0-9一二三四五六七八九十]+[.、)]|[①-⑳])+")
_DROPPED = re.compile(r"[\s“”\"'‘’《》<>*·]+")


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
    turned: str = ""
    """The list of a verb that turns a reading round (化解, 挽回) and stands where nothing ties it to what was read."""
    unread: bool = False
    """Whether anything that no list holds stands between the opening verb, or the start, and the words read from the end."""
    abrupt: bool = False
    """Whether what no list holds stands right before the head, behind a thing that one holds: 采购货物退换件数."""
    people: bool = False
    """Whether the unit is one of people: 发放…，130人."""
    mark: str = ""
    """The list of a word that says, wherever it stands, that the number is not the body's own to set (案件, 会议, 人均)."""
    thing: str = ""
    """The same of what is counted itself, right before the head: 案件, of 调解案件数, and not of 案件查询机台数."""
    words: tuple[tuple[str, str], ...] = ()
    """(word, list) as found, from left to right, the opening verb first; for people."""


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
    mark = next((key for key, marking in lists.marks if any(word in text for word in marking)), "")
    thing = next((key for key, marking in lists.marks if part.endswith(marking)), "")
    parts = NameParts(head or unit_head, bool(head), each, unit_head, people=unit in lists.people, mark=mark, thing=thing)
    return _told(found, part, parts, text[len(rest) :], lists)


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
        before, _ = _ending_of(text.removesuffix(word), lists) if word else ("", "")
        split = len(before) > len(counted[0]) + len(number) - len(word)  # 事件次数 are no 件次数 of 事
        other, _ = _ending_of(text.removesuffix(counted[0] + number), lists)
        deed = len(other) >= len(longer) > len(counted[0]) and longer == other[-1] + counted[0]  # 立案件数 are 件数 of 立案
        if deed or (len(longer) <= len(counted[0]) and not split):  # 案件数 are no 件数 of 案
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
        if (key := lists.word_of.get(text[-length:])) and text[-length - 1 : len(text) - length + 1] not in lists.holds:
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
    between = _between(rest, opening, found, lists)
    return replace(
        parts,
        last=last.key if last else "",
        negated=bool(last and last.negated),
        carried=bool(last and telling),
        before=before.key if before else "",
        verb=verb.key if verb else "",
        takes=_takes(last, lists),
        alarm=bool(lists.alarms.search(_affirmed(rest[:start], left, lists))),
        turned=next((key for _, key in between if key in lists.turns), ""),
        unread=any(not key for _, key in between),
        abrupt=parts.printed and not found and len(between) > 1 and not between[-1][1] and _names(between[-2][1], lists),
        words=tuple(shown),
    )


def _between(rest: str, opening: _Found | None, found: Sequence[_Found], lists: NameWords) -> list[tuple[str, str]]:
    """What stands between the opening verb, or the start, and the words read from the end: (text, list), "" for none."""
    start = opening.start + len(opening.word) if opening else 0
    end = found[-1].start if found else len(rest)
    out: list[tuple[str, str]] = []
    while start < end:
        word, key = _beginning_of(rest[start:end], lists)
        if not word and out and not out[-1][1]:
            out[-1] = out[-1][0] + rest[start], ""
        else:
            out.append((word or rest[start], key))
        start += len(word) or 1
    return out


def _names(key: str, lists: NameWords) -> bool:
    """Whether the list is one of things."""
    return key in lists.counts or lists.role_of.get(key) == "carrier"


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
            if leading in lists.toward:
                start += _carried(rest[start:end], lists)
        elif lists.role_of.get(key) == "verb":
            behind = start + len(word)
            _, next_key = _beginning_of(rest[behind:], lists)
            if next_key in lists.stops or (len(word) == 1 and not next_key):  # 降水观测 does not open with 降
                return None
            return _Found(word, key, start)
        else:
            break
    return light


def _carried(text: str, lists: NameWords) -> int:
    """How far a text opens with those for whom something is done."""
    done = 0
    while lists.role_of.get((found := _beginning_of(text[done:], lists))[1]) == "carrier":
        done += len(found[0])
    return done


def _beginning_of(text: str, lists: NameWords) -> tuple[str, str]:
    """The longest listed word at the start of a text, and its list."""
    for length in range(min(_LONGEST, len(text)), 0, -1):
        if key := lists.word_of.get(text[:length]):
            return text[:length], key
    return "", ""
