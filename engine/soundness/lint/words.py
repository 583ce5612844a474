"""Lints of word lists and patterns: words that are twice there, glued together, or taken away again by another list; regular
expressions that match everything or nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from engine.language.conditions import Condition
from engine.language.predicates import compiled
from engine.soundness.lint.subject import Subject
from engine.yaml.reader import Path_, walk

_GLUE = re.compile(r"[、，；｜|;]|(?<=[\u4e00-\u9fff])[ \u3000]+(?=[\u4e00-\u9fff])")
"""Between words of a list, where a comma of the list was meant; a space only between Chinese words."""
_SAMPLES = ("", "甲", "a1", "0", "，。", "完成 100%")


def check(subject: Subject) -> None:
    """Word lists of every section, word conditions of tables and rules, patterns."""
    for path, words in _lists(subject):
        _list(subject, path, words)
    _cancelled(subject)
    _shadowed(subject)
    _patterns(subject)


def _lists(subject: Subject) -> Iterator[tuple[Path_, list[Any]]]:
    """Every list of words an officer keeps: parameters, names, taxonomy, and lists written in conditions."""
    for section in ("parameters", "names", "taxonomy", "wording", "recognition", "scoring", "measures", "findings"):
        for path, value in walk(subject.data.get(section, {}), (section,)):
            if not isinstance(value, list) or not value or not all(isinstance(word, str) for word in value):
                continue
            # in the other sections only lists of words that a text is searched for
            if section in ("parameters", "names", "taxonomy", "wording") or path[-1] in ("contains", "not_contains"):
                yield path, value


def _list(subject: Subject, path: Path_, words: list[str]) -> None:
    at = ".".join(map(str, path[:-1] if path[-1] == "value" else path))
    seen: dict[str, int] = {}
    for index, word in enumerate(words):
        if not word.strip():
            what, place = "词表里有一个空白的词：什么文字都算含有它", subject.place((*path, index))
            subject.add("word-blank", f"{at}[{index}]", place, what, "删去这个词")
        elif word != word.strip() or (len(word) > 1 and _GLUE.search(word)):
            glued = [part.strip() for part in _GLUE.split(word) if part.strip()]
            what = f"几个词粘成了一个：“{word}”" if len(glued) > 1 else f"词的前后有空格或标点：“{word}”"
            place = subject.place((*path, index))
            subject.add("word-glued", f"{at}.{word}", place, what, f"写成 [{', '.join(glued)}]，词与词之间用半角逗号")
        elif word in seen:
            subject.add(
                "word-repeated",
                f"{at}.{word}",
                subject.place((*path, index)),
                f"“{word}”重复，第{subject.place((*path, seen[word])).line}行已有",
                "删去一个",
                fixes=subject.edit((*path, index), f"删去重复的“{word}”"),
            )
        seen.setdefault(word, index)


def _words_of(condition: Condition) -> tuple[str, ...]:
    value = condition.test.value
    return tuple(str(word) for word in value) if isinstance(value, tuple) else ()


def _spot(subject: Subject, condition: Condition, path: Path_, word: str) -> tuple[str, Path_]:
    """The name of the list a condition's word stands in, and the word's path."""
    if condition.params:
        name = condition.params[0]
        words = subject.params.get(name, [])
        return f"parameters.{name}", ("parameters", name, "value", *([words.index(word)] if word in words else []))
    return ".".join(map(str, path)), path


def _cancelled(subject: Subject) -> None:
    """Words of a `contains` that hold a word of the `not_contains` beside it: they never count."""
    groups: dict[tuple[str, Path_], dict[str, Condition]] = {}
    for condition, at, path in subject.conditions():
        if condition.test.op in ("contains", "not_contains", "in", "not_in"):
            groups.setdefault((at, path), {})[condition.test.op] = condition
    told: set[tuple[str, str]] = set()
    for (_, path), found in groups.items():
        for op in ("contains", "in"):
            if op not in found or f"not_{op}" not in found:
                continue
            wanted, refused = found[op], found[f"not_{op}"]
            if op == "in" and not wanted.params:
                continue  # no word list of anybody's: a condition that contradicts itself
            pairs = []
            for word in _words_of(wanted):
                other = next((w for w in _words_of(refused) if (w in word if op == "contains" else w == word)), "")
                if other:
                    pairs.append((word, other))
            if not pairs:
                continue
            list_, spot = _spot(subject, wanted, path, pairs[0][0])
            against = _spot(subject, refused, path, pairs[0][1])[0]
            if (list_, against) in told:
                continue
            told.add((list_, against))
            said = "、".join(f"“{word}”（含“{other}”）" if word != other else f"“{word}”" for word, other in pairs)
            subject.add(
                "word-cancelled",
                list_,
                subject.place(spot),
                f"{said}同时被例外词表（{against.removeprefix('parameters.')}）排除，不起作用",
                "从词表里删去，或把例外词写得更具体",
            )


def _shadowed(subject: Subject) -> None:
    """Words that an earlier list of the same table takes first, with another result."""
    for table, path in subject.tables():
        lists: list[tuple[int, Condition, str]] = []
        for index, case in enumerate(table.cases):
            if len(case.conditions) == 1 and case.conditions[0].test.op == "contains":
                result = case.value or case.tier or case.status or case.formula
                lists.append((index, case.conditions[0], result))
        for position, (index, later, result) in enumerate(lists):
            for first, earlier, other in lists[:position]:
                if earlier.test.field != later.test.field or other == result:
                    continue
                where: Path_ = (*path, "cases", index, "when", later.test.field, "contains")
                for code, pairs in _taken(_words_of(later), _words_of(earlier)):
                    list_, spot = _spot(subject, later, where, pairs[0][0])
                    before = _spot(subject, earlier, (*path, "cases", first), pairs[0][1])[0].removeprefix("parameters.")
                    said = "、".join(f"“{word}”（含“{held}”）" if word != held else f"“{word}”" for word, held in pairs)
                    subject.add(
                        code,
                        list_,
                        subject.place(spot),
                        f"{said}先被“{table.cases[first].id}”（{before}）认作 {other}，轮不到“{table.cases[index].id}”（{result}）",
                        "同一个词只留在一张词表里" if code == "word-conflict" else "删去，或把前面一张表的词写得更具体",
                    )


def _taken(later: tuple[str, ...], earlier: tuple[str, ...]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    same = [(word, word) for word in later if word in earlier]
    held = [(word, other) for word in later if word not in earlier for other in earlier if other in word]
    if same:
        yield "word-conflict", same
    if held:
        yield "word-shadowed", held


# --- patterns ------------------------------------------------------------------------------------------------------


def _patterns(subject: Subject) -> None:
    for condition, at, path in subject.conditions():
        if condition.test.op in ("matches", "not_matches"):
            pattern = str(condition.test.value)
            search = compiled(pattern).search
            if all(search(sample) is not None for sample in _SAMPLES):
                negated = condition.test.op == "not_matches"
                subject.add(
                    "pattern-empty",
                    f"{at}.{condition.test.field}",
                    subject.place((*path, condition.test.op)),
                    f"正则表达式“{pattern}”什么文字都匹配：这个条件{'从不' if negated else '总是'}成立",
                    "去掉多余的 |、*、?，或改用 contains",
                )
            else:
                _pattern(subject, f"{at}.{condition.test.field}", pattern, (*path, condition.test.op))
    for path, value in walk(subject.data.get("form", {}), ("form",)):
        if path[-1] == "pattern" and isinstance(value, str):
            _pattern(subject, ".".join(map(str, path)), value, path)


def _pattern(subject: Subject, at: str, pattern: str, path: Path_) -> None:
    place = subject.place(path)
    if empty_alternative(pattern):
        message = f"正则表达式“{_short(pattern)}”有空的分支（多了一个 |）：空分支总是匹配"
        subject.add("pattern-alternative", at, place, message, "删去多余的 |；确要“可有可无”的写 (…)?")
    if never(pattern):
        message = f"正则表达式“{_short(pattern)}”什么都不匹配：^ 不在开头，或 $ 不在结尾"
        subject.add("pattern-never", at, place, message, "把 ^ 放在开头、$ 放在结尾；要找字面的 ^、$ 写 \\^、\\$")
    if re.search(r"｜|（[^（）()]*\|[^（）()]*）", pattern):
        message = f"正则表达式“{_short(pattern)}”里的全角｜（）只当普通文字，不起分支、分组的作用"
        subject.add("pattern-fullwidth", at, place, message, "改用半角 | ( )")


def _short(pattern: str) -> str:
    return pattern if len(pattern) <= 60 else pattern[:60] + "…"


def empty_alternative(pattern: str) -> bool:
    """Whether a branch of `|` is empty, at any depth. Escapes and character classes are passed over."""
    stack: list[list[bool]] = [[False, True]]  # per group: a | was seen, nothing since it or the opening
    index = 0
    while index < len(pattern):
        char = pattern[index]
        if char == "\\":
            index += 1
            stack[-1][1] = False
        elif char == "[":
            closing = index + 1 + (pattern[index + 1 : index + 2] == "^")
            closing = pattern.find("]", closing + 1)
            while closing > 0 and pattern[closing - 1] == "\\":
                closing = pattern.find("]", closing + 1)
            if closing < 0:
                return False
            index = closing
            stack[-1][1] = False
        elif char == "(":
            stack[-1][1] = False
            stack.append([False, True])
            head = re.match(r"\((\?(P<\w+>|[a-z-]*:|[=!]|<[=!]))?", pattern[index:])
            index += len(head[0]) - 1 if head else 0
        elif char == "|":
            if stack[-1][1]:
                return True
            stack[-1] = [True, True]
        elif char == ")":
            if len(stack) > 1 and all(stack.pop()):
                return True
        else:
            stack[-1][1] = False
        index += 1
    return all(stack[0])


def never(pattern: str) -> bool:
    """Whether an anchor stands where it cannot hold: text before `^` or after `$`, outside branches."""
    from re import _parser  # type: ignore[attr-defined]  # the parser of `re`, which has no public name

    try:
        items = list(_parser.parse(pattern))
    except (re.error, OverflowError, RecursionError):
        return False  # RE2 takes some that `re` does not
    width = 0
    ended = False
    for op, value in items:
        if str(op) == "AT":
            if str(value) in ("AT_BEGINNING", "AT_BEGINNING_STRING") and width > 0:
                return True
            ended = ended or str(value) in ("AT_END", "AT_END_STRING")
            continue
        least = _parser.SubPattern(_parser.State(), [(op, value)]).getwidth()[0]
        if ended and least > 0:
            return True
        width += least
    return False
