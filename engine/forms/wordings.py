"""Patterns in words: `{year}年度[{unit}]{name}自评表`, as officers write them in form.yaml, made into regular expressions (RE2).

* any other character stands for itself (white space, width and kind of brackets do not count);
* `{word}` is a placeholder of the form's `placeholders`: what it stands for is said once, there;
* `{甲|乙}` is one of these; `[丙]` may be missing, `[丙|丁]` one of these or nothing;
* `…` is up to forty characters of anything but a new sentence;
* `\\` takes the meaning from the character after it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from engine.errors import nearest
from engine.forms.labels import fold

MOST_NESTED = 8
GAP = "…"
_ANYTHING = "[^。;]{0,40}?"


@dataclass(frozen=True, slots=True)
class Placeholder:
    """What a word in braces stands for: a regular expression over folded text, and the group it is kept in."""

    name: str
    source: str
    group: str
    title: str = ""


class WordingError(ValueError):
    """What is wrong with a wording: message, what is expected, and the nearest placeholder."""

    def __init__(self, message: str, expected: str = "", near: str = "") -> None:
        super().__init__(message)
        self.message, self.expected, self.nearest = message, expected, near


def regex(text: str, known: Mapping[str, Placeholder], groups: Collection[str] = (), *, whole: bool = True) -> str:
    """The regular expression of a wording. Of the placeholders those with a group in `groups` are kept, each once.

    `whole`: the wording is all of the text. Raises WordingError for unknown placeholders and brackets that do not match.
    """
    parser = _Parser(text, known, set(groups))
    source = parser.sequence("", 0)
    if parser.at < len(text):
        raise WordingError(f"“{text}”里的“{text[parser.at]}”没有对应的前一半", r"成对的 { } 和 [ ]；要找字面的符号写 \{、\]")
    return f"^{source}$" if whole else source


def placeholders_in(text: str) -> list[str]:
    """The names in braces of a wording, in order; alternatives are no names."""
    bare = re.sub(r"\\.", "", text)
    return [name for name in re.findall(r"\{([^{}|\[\]]+)\}", bare) if name.strip()]


class _Parser:
    def __init__(self, text: str, known: Mapping[str, Placeholder], groups: set[str]) -> None:
        self.text, self.known, self.groups = text, known, groups
        self.at = 0

    def sequence(self, end: str, depth: int) -> str:
        """What stands up to one of the characters in `end`, which is left to the caller."""
        if depth > MOST_NESTED:
            raise WordingError(f"“{self.text}”的括号套得太深", f"不超过 {MOST_NESTED} 层")
        made: list[str] = []
        while self.at < len(self.text):
            char = self.text[self.at]
            if char in end or char in "}]":
                break
            self.at += 1
            if char == "{":
                made.append(self._braces(depth))
            elif char == "[":
                made.append(f"(?:{self._choices(']', depth, optional=True)})?")
            elif char == "|":
                raise WordingError(f"“{self.text}”里的“|”不在括号里", "{甲|乙} 或 [甲|乙]")
            elif char == GAP:
                made.append(_ANYTHING)
            else:
                if char == "\\" and self.at < len(self.text):
                    char, self.at = self.text[self.at], self.at + 1
                made.append(re.escape(fold(char)))
        return "".join(made)

    def _choices(self, close: str, depth: int, *, optional: bool) -> str:
        choices: list[str] = []
        while True:
            choice = self.sequence("|" + close, depth + 1)
            if not choice and not (optional and not choices and self.text[self.at : self.at + 1] == "|"):
                raise WordingError(f"“{self.text}”的括号里有一项是空的", "每一项都写上字；可有可无的用 [ ]")
            choices.append(choice)
            if self.at >= len(self.text):
                raise WordingError(f"“{self.text}”少了一个“{close}”", "成对的 { } 和 [ ]")
            char = self.text[self.at]
            self.at += 1
            if char == close:
                return "|".join(filter(None, choices))
            if char != "|":
                raise WordingError(f"“{self.text}”里的“{char}”与前面的括号不成对", "成对的 { } 和 [ ]")

    def _braces(self, depth: int) -> str:
        end = self.text.find("}", self.at)
        inner = self.text[self.at : end] if end >= 0 else ""
        if end < 0 or any(char in inner for char in "|{["):
            return f"(?:{self._choices('}', depth, optional=False)})"
        self.at = end + 1
        word = inner.strip()
        if word not in self.known:
            near = nearest(word, self.known)
            listed = "" if near else "、".join(f"{{{name}}}" for name in self.known)
            raise WordingError(f"“{self.text}”里没有“{{{word}}}”这个占位词", listed, near and f"{{{near}}}")
        found = self.known[word]
        if found.group in self.groups:
            self.groups.discard(found.group)
            return f"(?P<{found.group}>{found.source})"
        return f"(?:{found.source})"
