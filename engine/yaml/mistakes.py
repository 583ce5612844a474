"""Mistakes of typing that Chinese keyboards and word processors lead to, told from the lines of a YAML text.

A YAML parser notices them late and elsewhere, or takes them for text. This is a heuristic: it is asked only after something
did not parse or has the wrong shape, and says nothing where it is not sure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

REACH = 3
"""How many lines before the parser's own complaint a mistake is looked for."""

CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
"""Characters that are no text: neither a policy nor a record may hold them. Tab, line breaks and NEL are not among them."""

_KEY = r"[A-Za-z_][\w.-]*|[\u4e00-\u9fff]{1,12}"
_START = r"^(?:[ \t]*(?:- +)*|.*\{(?:[^}\"']*,)? *)"
_FULL_COLON = re.compile(rf"{_START}(?P<key>{_KEY}) *(?P<at>：)")
_NO_SPACE = re.compile(rf"^ *(?:- +)*(?P<key>{_KEY})(?P<at>:)(?=[^\s:/\\])")
_DASH = re.compile(r"^ *(?P<at>-)(?=[{\[\"'A-Za-z\u4e00-\u9fff])")
_OTHER_DASH = re.compile(r"^ *(?P<at>[－—–−])(?=[ \u3000{\w])")
_SPACE = re.compile(r"^[ \t]*(?P<at>[\u3000\u00a0\u2000-\u200b\ufeff]+)")
_SPACED_KEY = re.compile(rf"^[ \t]*(?P<at>[\u3000\u00a0\u2000-\u200b\ufeff]+) *(?:- )?(?:{_KEY}) *[:：]")
_BRACKET = re.compile(r"(?:^|[:\-,] +)(?P<at>[｛［])|(?P<end>[｝］])[ ]*$")
_COMMA = re.compile(rf"(?:(?<!{{){{(?!{{)|[\[,])[^\"'#]*?(?P<at>，) *(?:{_KEY}) *[:：]")
_BARE = re.compile(rf"[{{,] *(?P<at>(?P<key>{_KEY}) +(?:[0-9.]+|[\u4e00-\u9fff\w-]+))(?= *[,}}])")


@dataclass(frozen=True, slots=True)
class Mistake:
    """What was typed wrongly and where (line and column from 1), and what should stand there."""

    line: int
    column: int
    message: str
    expected: str


def character(char: str) -> str:
    """How messages call a character that cannot be shown: U+001B."""
    return f"U+{ord(char):04X}"


def controls(text: str) -> Iterator[tuple[int, int, str]]:
    """Line, column and character of the first control character of every line that has one."""
    if CONTROL.search(text):
        for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), start=1):
            if found := CONTROL.search(line):
                yield number, found.start() + 1, found.group()


def in_text(text: str, line: int, context: int = 0) -> Mistake | None:
    """The mistake that most likely made a parser complain at `line`, about something begun at line `context`."""
    lines = text.splitlines()
    for number in range(min(line, len(lines)), max(0, line - REACH - 1), -1):
        if found := in_line(lines[number - 1], number):
            return found
    if quote := _open_quote(lines, min(line, len(lines))):
        return quote
    for number, text_ in enumerate(lines[:line], start=1):  # further up, only what can hardly be meant
        if _SPACED_KEY.match(text_):
            return in_line(text_, number)
    return in_line(lines[context - 1], context) if 0 < context <= len(lines) else None


def in_line(text: str, number: int) -> Mistake | None:
    """The mistake of one line, if it has one of the known kinds."""
    bare = text.split(" #")[0]
    if bare.lstrip().startswith("#"):
        return None
    if "\t" in text[: len(text) - len(text.lstrip())]:
        return Mistake(number, text.index("\t") + 1, "用了 Tab 缩进", "用半角空格缩进")
    if found := _SPACE.match(text):
        names = {"\u3000": "全角空格", "\u00a0": "不间断空格"}
        said = names.get(found["at"][0], f"不可见的空白 {character(found['at'][0])}")
        return Mistake(number, found.start("at") + 1, f"缩进里用了{said}", "用半角空格缩进")
    if found := _OTHER_DASH.match(bare):
        return Mistake(number, found.start("at") + 1, f"列表的横线写成了“{found['at']}”", "半角的“- ”，后面空一格")
    if found := _DASH.match(bare):
        return Mistake(number, found.start("at") + 1, "列表的“-”后面少了空格", "“- ”，横线后空一格")
    if (found := _FULL_COLON.match(bare)) and not _quoted(bare, found.start("at")):
        return Mistake(
            number, found.start("at") + 1, f"“{found['key']}”后面用了全角冒号“：”", f"{found['key']}: （半角冒号，后空一格）"
        )
    if found := _NO_SPACE.match(bare):
        return Mistake(number, found.start("at") + 1, f"“{found['key']}:”的冒号后面少了空格", f"{found['key']}: （冒号后空一格）")
    if (found := _BRACKET.search(bare)) and not _quoted(bare, found.start()):
        name = "at" if found["at"] else "end"
        return Mistake(number, found.start(name) + 1, f"用了全角括号“{found[name]}”", "半角的 { } 或 [ ]")
    if (found := _COMMA.search(bare)) and not _quoted(bare, found.start("at")):
        return Mistake(number, found.start("at") + 1, "用了全角逗号“，”", "半角逗号“, ”")
    return None


def in_word(text: str) -> tuple[str, str] | None:
    """Message and expectation for a key or value that should have been `key: value`, and is one word; None if it is not so."""
    found = in_line(text.strip(" \t"), 1)
    if found:
        return found.message, found.expected
    if bare := _BARE.match(f"{{{text}}}"):
        return f"“{bare['key']}”后面少了冒号", f"{bare['key']}: （冒号后空一格）"
    return None


def words(text: str) -> list[str]:
    """The words a key seems to be made of: `title：x` was meant to be `title`."""
    return re.findall(_KEY, text)[:1]


def _quoted(text: str, at: int) -> bool:
    before = text[:at]
    return before.count('"') % 2 == 1 or before.count("'") % 2 == 1


def _open_quote(lines: list[str], last: int) -> Mistake | None:
    """The first line up to `last` in which a quote opens and does not close."""
    for sign, name in (('"', "双引号"), ("'", "单引号")):
        for number, line in enumerate(lines[:last], start=1):
            text = line.replace("\\\\", "__").replace('\\"', "__") if sign == '"' else line
            opened = re.search(rf"(?:[:\[{{,-] *|^ *){sign}", text)
            if opened and not text.lstrip().startswith("#") and text.count(sign) % 2:
                column = text.rindex(sign) + 1
                return Mistake(number, column, f"{name}没有收尾（在这一行打开）", f"成对的 {sign}")
    return None
