"""The text of a record in JSON: read without losing a digit, and what is no text in it told with its place."""

from __future__ import annotations

import dataclasses
import json
import re
from decimal import Decimal
from typing import Any, NoReturn

from engine.errors import InputError, Place, Problem
from engine.submission.spoken import Spoken
from engine.yaml import reader as yamlfile
from engine.yaml.mistakes import CONTROL, character

MAX_BYTES = yamlfile.MAX_BYTES


class _Duplicate(Exception):
    pass


def load_json(text: str, source: str) -> yamlfile.YamlDocument:
    if len(text) > MAX_BYTES:
        raise InputError(Problem(Place(source), f"文本过长（{len(text):,}字）", f"不超过{MAX_BYTES:,}字", code="input.too-large"))
    text = text.lstrip("\ufeff")
    if not text.strip():
        raise InputError(Problem(Place(source), "文件是空的", "JSON 记录", code="input.empty"))
    hooks: dict[str, Any] = {"parse_float": _number, "parse_int": _number, "parse_constant": _no_constant}
    try:
        data = json.loads(text, object_pairs_hook=_no_duplicates, **hooks)
    except json.JSONDecodeError as error:
        place = Place(source, error.lineno, error.colno)
        expected = "引号、逗号、括号成对的 JSON"
        raise InputError(Problem(place, f"JSON 语法错误（{error.msg}）", expected, code="json.syntax")) from None
    except _Duplicate as error:
        yamlfile.load(text, source, InputError)  # names the line and column, if the text is YAML too
        raise InputError(Problem(Place(source), f"键“{error}”重复", "同一层的键各不相同", code="json.duplicate")) from None
    except _Constant as error:
        raise InputError(Problem(Place(source), f"JSON 中不能有 {error}", "数字或文字", code="json.constant")) from None
    except RecursionError:
        data = None
        too_deep = True
    else:
        too_deep = _depth_exceeds(data, yamlfile.MAX_DEPTH)
    if too_deep:
        limit = yamlfile.MAX_DEPTH
        raise InputError(Problem(Place(source), f"嵌套超过{limit}层", f"不超过{limit}层", code="json.depth"))
    return yamlfile.YamlDocument(data, source, {}, {})


class _Constant(Exception):
    pass


def _no_constant(word: str) -> NoReturn:
    raise _Constant(word)


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) < len(pairs):
        keys = [key for key, _ in pairs]
        raise _Duplicate(next(key for i, key in enumerate(keys) if key in keys[:i]))
    return data


def _number(text: str) -> int | Decimal | str:
    """An int or Decimal whose text can be got back, else the text itself (1e5, -0, a number beyond all measure)."""
    if len(text) > yamlfile.MAX_DIGITS or "e" in text or "E" in text or text == "-0":
        return text
    return Decimal(text) if "." in text else int(text)


def _depth_exceeds(data: Any, limit: int) -> bool:
    level = [data]
    for _ in range(limit):
        below: list[Any] = []
        for item in level:
            if isinstance(item, dict):
                below += item.values()
            elif isinstance(item, list):
                below += item
        if not below:
            return False
        level = below
    return any(isinstance(item, dict | list) for item in level)


_HALF = re.compile("[\ud800-\udfff]")


def _texts(data: Any) -> list[str]:
    """Every text in the data, and every key."""
    out: list[str] = []
    waiting = [data]
    while waiting:
        node = waiting.pop()
        if isinstance(node, str):
            out.append(node)
        elif isinstance(node, dict):
            out += filter(lambda key: isinstance(key, str), node)
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)
    return out


def bad_characters(document: yamlfile.YamlDocument) -> list[Problem]:
    """What is no text, though an escape can write it: half of a surrogate pair (\\ud800 alone), control characters (\\u001b)."""
    said = "\n".join(_texts(document.data))  # where all is well, one look at all of it is enough
    if not CONTROL.search(said) and (said.isascii() or not _HALF.search(said)):
        return []
    problems, spoken = [], Spoken(document.data)
    for path, node in yamlfile.walk(document.data):
        for text in (*node,) if isinstance(node, dict) else (node,) if isinstance(node, str) else ():
            place = document.place(path) if document.marks else Place(document.file, path=spoken(path))
            if not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text):
                problems.append(Problem(place, "含有不成对的代理字符（\\ud800–\\udfff）", "完整的字符", code="json.surrogate"))
            if found := CONTROL.search(text):
                message = f"含有控制字符 {character(found.group())}"
                problems.append(Problem(place, message, "可见的文字；删去这个字符", code="record.control-character"))
    return problems


def with_marks(document: yamlfile.YamlDocument, text: str) -> yamlfile.YamlDocument:
    """The same data with lines and columns, where the text can be read as YAML as well."""
    try:
        marks = yamlfile.load(text, document.file, InputError)
    except InputError:
        return document
    return dataclasses.replace(document, marks=marks.marks, key_marks=marks.key_marks)
