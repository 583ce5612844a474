"""Plain data as YAML text in the style of the policies: short things on a line, the rest in blocks indented by two.

What is written reads back, by `yamlfile`, as what it was.
"""

from __future__ import annotations

import json
from decimal import Decimal
from functools import lru_cache
from typing import Any

from engine.errors import JixiaoError
from engine.yaml.reader import load

WIDTH = 130
_ELSEWHERE = frozenset(["y", "n", "yes", "no", "on", "off"])
"""Texts that YAML 1.1 tools take for true and false: quoted, though our own reader does not."""


def flow(value: Any, style: str = "", *, inside: bool = False) -> str:
    """A value on one line. `style` is the quote a text had before, kept if it can be; `inside`: between brackets."""
    if isinstance(value, dict):
        pairs = (f"{flow(str(key), inside=True)}: {flow(item, inside=True)}" for key, item in value.items())
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flow(item, inside=True) for item in value) + "]"
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    return _text(str(value), style, inside)


def _text(text: str, style: str, inside: bool) -> str:
    quoted = json.dumps(text, ensure_ascii=False)
    quoted = "".join(char if char.isprintable() or char == "\u3000" else f"\\u{ord(char):04x}" for char in quoted)
    single = "'" + text.replace("'", "''") + "'"
    choices = [quoted, text] if style == '"' else [single, quoted] if style == "'" else [text, quoted]
    if text.lower() in _ELSEWHERE:
        choices = choices if style else [quoted]
    return next((choice for choice in choices if _reads_back(choice, text, inside)), quoted)


@lru_cache(maxsize=4096)
def _reads_back(written: str, text: str, inside: bool) -> bool:
    if "\n" in written or "\r" in written:
        return False
    try:
        return bool(load(f"{{k: {written}, j: 1}}" if inside else f"k: {written}\nj: 1\n", "").data == {"k": text, "j": 1})
    except JixiaoError:
        return False


def fits_line(value: Any, *, flow_before: bool) -> bool:
    """Whether a value goes on the line of its key: a text without breaks, a number, an empty or (as before) a flow collection."""
    if isinstance(value, dict | list | tuple):
        return not value or flow_before
    return not literal(value)


def literal(value: Any) -> bool:
    """Whether it is a text of several lines that a block can hold as it is."""
    if not isinstance(value, str) or "\n" not in value.rstrip("\n") or value != value.strip():
        return False
    return all(line == line.rstrip() and (char.isprintable() or char == "\u3000") for line in value.split("\n") for char in line)


def block(value: Any, indent: int, newline: str = "\n") -> str:
    """A mapping or list in lines, indented; anything else as one line."""
    pad = " " * indent
    if isinstance(value, dict) and value:
        return newline.join(entry(f"{flow(str(key))}:", item, indent, newline) for key, item in value.items())
    if isinstance(value, list | tuple) and value:
        return newline.join(item_line for one in value for item_line in [item(one, indent, newline)])
    return pad + flow(value)


def entry(lead: str, value: Any, indent: int, newline: str = "\n") -> str:
    """`key: value`, the value on the line or under it."""
    pad = " " * indent
    if literal(value):
        return pad + lead + under(value, indent, newline)
    short = flow(value)
    if not isinstance(value, dict | list | tuple) or not value or (_flat(value) and len(pad + lead + short) <= WIDTH):
        return f"{pad}{lead} {short}"
    return pad + lead + under(value, indent, newline)


def under(value: Any, indent: int, newline: str = "\n") -> str:
    """What follows a key's colon where the value stands on the lines below it."""
    if literal(value):
        lines = (" " * (indent + 2) + line if line else "" for line in value.split("\n"))
        return " |-" + newline + newline.join(lines)
    return newline + block(value, indent + 2, newline)


def item(value: Any, indent: int, newline: str = "\n") -> str:
    """`- value` of a list."""
    pad = " " * indent
    if literal(value):
        return pad + "-" + under(value, indent, newline)
    short = flow(value)
    if not isinstance(value, dict | list | tuple) or not value or (_flat(value) and len(pad + short) + 2 <= WIDTH):
        return f"{pad}- {short}"
    return pad + "- " + block(value, indent + 2, newline).lstrip(" ")


def _flat(value: Any) -> bool:
    """Whether a collection is easily read on one line: nothing nested deeper than once, no text of several lines."""
    return all(_short(one) for one in (value.values() if isinstance(value, dict) else value))


def _short(value: Any) -> bool:
    if isinstance(value, dict | list | tuple):
        inner = value.values() if isinstance(value, dict) else value
        return len(value) <= 4 and not any(isinstance(one, dict | list | tuple) for one in inner)
    return not (isinstance(value, str) and "\n" in value)
