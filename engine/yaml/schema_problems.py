"""What a violation of a schema is in words an officer can act on: in Chinese, at its line and column, with what was expected."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from engine.errors import Problem, nearest
from engine.yaml import mistakes as yaml_mistakes
from engine.yaml.reader import Path_, YamlDocument

Say = Callable[[Path_], str]
"""What a part of a file is called."""
_TYPES: dict[str, str] = {
    "object": "映射（键: 值）",
    "array": "列表",
    "string": "文字",
    "number": "数字",
    "integer": "整数",
    "boolean": "true 或 false",
    "null": "空",
}

_SIGNS = {
    **dict.fromkeys((">", "＞", "大于", "高于", "超过"), "gt"),
    **dict.fromkeys((">=", "≥", "≧", "=>", "大于等于", "不低于", "不少于"), "gte"),
    **dict.fromkeys(("<", "＜", "小于", "低于"), "lt"),
    **dict.fromkeys(("<=", "≤", "≦", "=<", "小于等于", "不高于", "不超过"), "lte"),
    **dict.fromkeys(("含", "包含", "含有"), "contains"),
    **dict.fromkeys(("介于", "之间"), "between"),
}
"""What officers write for the words of a condition."""
_EQUAL = ("=", "==", "＝", "eq", "equals", "等于", "是")


def explained(error: Any, document: YamlDocument, say: Say) -> Iterator[Problem]:
    """What a violation is, in words; each problem names the keys that lead to what it is about."""
    keys = tuple(map(str, error.absolute_path))
    for problem in _told(error, document, say):
        yield problem if problem.names else replace(problem, names=keys)


def _told(error: Any, document: YamlDocument, say: Say) -> Iterator[Problem]:
    path: Path_ = tuple(error.absolute_path)
    place = document.place(path)
    title = error.schema.get("title", "") if isinstance(error.schema, dict) else ""
    said = f"“{say(path)}”" if path else "文件"
    value = error.validator_value
    match error.validator:
        case "additionalProperties" | "unevaluatedProperties":
            for key in unknown_keys(error):
                yield _unknown(error, document, said, key)
        case "required":
            missing = [key for key in value if key not in error.instance and key not in _meant(error)]
            if not missing:
                return
            wanted = "、".join(f"{key}（{_title(error.schema, key)}）" if _title(error.schema, key) else key for key in missing)
            yield Problem(
                document.place(path, key=True),
                f"{said}缺少必填项 {wanted}",
                f"写上 {wanted}",
                code="schema.required",
                names=_names(path, *missing[:1]),
            )
        case "type":
            types: list[str] = value if isinstance(value, list) else [value]
            expected = "或".join(_TYPES.get(t, t) for t in types) + (f"（{title}）" if title else "")
            if isinstance(error.instance, str) and (typed := yaml_mistakes.in_word(error.instance)):
                yield Problem(place, *typed, code="schema.type")
                return
            if error.instance is None and {"object", "array"} & set(types):
                expected += "：下面各行是不是还在注释里（行首的 # 没有去掉），或没有缩进？"
            yield Problem(place, f"{said}的类型不对，写的是 {_shown(error.instance)}", expected, code="schema.type")
        case "enum" | "const":
            options = value if error.validator == "enum" else [value]
            close = nearest(str(error.instance), [str(option) for option in options])
            expected = "、".join(_option(option) for option in options)
            described = _described(error)
            if not close and all(str(option) in described for option in options):
                expected = f"{expected}（{described}）"
            yield Problem(place, f"{said}不能是 {_shown(error.instance)}", expected, close, code="schema.value")
        case "oneOf" | "anyOf":
            yield from _best_branch(error, document, said, say)
        case "pattern":
            described = error.schema.get("description", "")
            wanted = "：".join(filter(None, [title, described])) or f"符合 {value}"
            yield Problem(place, f"{said}写法不对：{_shown(error.instance)}", wanted, code="schema.pattern")
        case "minLength":
            if str(error.instance).strip() and value > 1:
                yield Problem(place, f"{said}太短：“{error.instance}”", f"至少 {value} 个字", code="schema.size")
                return
            yield Problem(place, f"{said}不能为空", title or "文字", code="schema.size")
        case "minItems" | "minProperties":
            yield Problem(
                place, f"{said}不能为空或过少", f"至少 {value} 项" + (f"（{title}）" if title else ""), code="schema.size"
            )
        case "maxItems" | "maxLength" | "maxProperties":
            yield Problem(place, f"{said}过长", f"至多 {value}", code="schema.size")
        case "minimum" | "exclusiveMinimum" | "maximum" | "exclusiveMaximum":
            sign = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}[error.validator]
            yield Problem(place, f"{said}的数值 {error.instance} 超出范围", f"{sign} {value}", code="schema.range")
        case _:
            yield Problem(place, f"{said}不符合要求（{error.validator}）", title or str(value)[:80], code="schema.other")


def unknown_keys(error: Any) -> Iterator[str]:
    """The keys of an object that its schema does not have."""
    known, patterns = _known_keys(error), error.schema.get("patternProperties", {})
    for key in error.instance:
        if key not in known and not any(re.search(pattern, key) for pattern in patterns):  # patterns of our own schemas only
            yield key


def _unknown(error: Any, document: YamlDocument, said: str, key: str) -> Problem:
    """What an unknown key was meant to be: text cut in two by a comma, a typing slip, a sign for a word, a parameter out of place,
    a word misspelt."""
    path: Path_ = tuple(error.absolute_path)
    known, where = _known_keys(error), document.place((*path, key), key=True)

    def problem(message: str, expected: str, close: str = "") -> Problem:
        return Problem(where, message, expected, close, code="schema.unknown-key", names=_names(path, key))

    if cut := _cut_off(error.instance, key):
        told = f"“{cut}”在逗号处断开了：写在花括号里，逗号会把它截成两段"
        wanted = f'整段加双引号，如 {cut}: "max(0, weight)"'
        return Problem(document.place((*path, cut), key=True), told, wanted, code="schema.cut-off", names=_names(path, key))
    if typed := yaml_mistakes.in_word(key):
        return problem(*typed)
    message = f"{said}下没有“{key}”这一项"
    if key in _SIGNS and _SIGNS[key] in known:
        return problem(message, "", _SIGNS[key])
    if key in _EQUAL and "gte" in known:
        return problem(message, f"{spoken(path[-1:])}: 值（相等直接写值，不写条件词）")
    if path and isinstance(error.instance[key], dict) and {"label", "value"} <= set(error.instance[key]):
        wanted = "写在 parameters: 下面（parameters: 一行是不是还在注释里？）"
        return problem(f"“{key}”是一个参数，不能写在“{spoken(path)}”下", wanted)
    close = nearest(key, known)
    # a long list of keys hides the answer: with a near name, the name is enough
    return problem(message, "" if close else "、".join(sorted(known)), close)


def _cut_off(instance: Mapping[str, Any], key: str) -> str:
    """The key whose text a comma cut in two: its bracket is still open, and the rest stands as a key without a value."""
    if instance[key] is not None:
        return ""
    return next((name for name, text in instance.items() if isinstance(text, str) and text.count("(") > text.count(")")), "")


def spoken(path: Path_) -> str:
    """A path as people read it: list entries counted from 1."""
    return "".join(f" 第{step + 1}条" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")


def _described(error: Any) -> str:
    """What the schema says of the values, at the value or, for the entries of a list, at the list."""
    own = str(error.schema.get("description", ""))
    if own or not error.absolute_path or not isinstance(error.absolute_path[-1], int):
        return own
    around = error.parent.schema if error.parent is not None else {}
    return str(around.get("description", "")) if isinstance(around, dict) else ""


def _option(value: Any) -> str:
    return str(value) if isinstance(value, str) else _shown(value).strip("“”")


def _known_keys(error: Any) -> list[str]:
    keys = list(error.schema.get("properties", {}))
    for branch in error.schema.get("allOf", []):
        keys += branch.get("properties", {})
    return keys


def _meant(error: Any) -> set[str]:
    """The keys that unknown keys of the object were meant to be: told as misspelt, they are not missing as well."""
    known = _known_keys(error)
    unknown = [key for key in error.instance if key not in known]
    return {name for key in unknown for name in (nearest(key, known), *yaml_mistakes.words(key))}


def _names(*steps: Path_ | str | int) -> tuple[str, ...]:
    return tuple(str(one) for step in steps for one in (step if isinstance(step, tuple) else (step,)))


def _title(node: dict[str, Any], key: str) -> str:
    found = node.get("properties", {}).get(key, {})
    return str(found.get("title", "")) if isinstance(found, dict) else ""


def _best_branch(error: Any, document: YamlDocument, said: str, say: Say) -> Iterator[Problem]:
    """Of several allowed shapes, explain the one the author most likely meant: the one whose errors lie deepest and are fewest."""
    branches: dict[int, list[Any]] = {}
    for sub in error.context or ():
        branches.setdefault(sub.schema_path[0], []).append(sub)
    if not branches:  # oneOf: more than one matched
        yield Problem(document.place(tuple(error.absolute_path)), f"{said}的写法有歧义", "只用一种写法", code="schema.ambiguous")
        return

    def rank(errors: list[Any]) -> tuple[int, int, int]:
        wrong_type = sum(1 for e in errors if not e.path and e.validator in ("type", "const", "enum"))
        missing = sum(1 for e in errors if not e.path and e.validator == "required")
        return (wrong_type, missing, -max(len(e.path) for e in errors))

    best = min(branches.values(), key=rank)
    if rank(best)[0]:
        shapes = _shapes(error.schema.get(error.validator, []))
        place = document.place(tuple(error.absolute_path))
        yield Problem(place, f"{said}写法不对：{_shown(error.instance)}", " 或 ".join(shapes), code="schema.shape")
        return
    for sub in best:
        yield from explained(sub, document, say)


def _shapes(branches: Iterable[Any]) -> list[str]:
    out = []
    for branch in branches:
        target = branch
        if "title" not in branch and "$ref" in branch and branch["$ref"].startswith("#/$defs/"):
            target = {"title": branch["$ref"].rsplit("/", 1)[-1]}
        out.append(str(target.get("title") or _TYPES.get(target.get("type", ""), str(target.get("const", "其他")))))
    return list(dict.fromkeys(out))


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "映射{" + "、".join(map(str, list(value)[:4])) + "}"
    if isinstance(value, list):
        return f"列表（{len(value)} 项）"
    if value is None:
        return "空"
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    return f"“{text[:40]}…”" if len(text) > 40 else f"“{text}”"
