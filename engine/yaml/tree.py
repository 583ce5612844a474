"""The tree that a YAML text is: built from the parser's events, with the place of every node and whatever is wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from engine.errors import Place, Problem
from engine.yaml import mistakes as yaml_mistakes
from engine.yaml.limits import MAX_DEPTH, MAX_DIGITS, Path_

# Only numbers whose text can be got back from their value: 012, +5 and 1e3 stay text, so that a record loses nothing.
_INT = re.compile(r"(0|-?[1-9][0-9]*)\Z")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+\Z")
_WORDS: Mapping[str, Any] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip


def build(text: str, file: str, *, policy: bool) -> _TreeBuilder:
    """The tree of a text, with every problem found. `policy`: words of a list that a Chinese comma glues together are one."""
    builder = _TreeBuilder(file, policy=policy)
    yaml = YAML(typ="safe")
    try:
        for event in yaml.parse(text):
            builder.take(event)
    except MarkedYAMLError as problem:
        builder.problems.append(_syntax(problem, text, file))
    except (YAMLError, ValueError) as problem:  # ReaderError: control characters
        builder.problems.append(Problem(Place(file), f"YAML 读不了：{str(problem).splitlines()[0]}", code="yaml.syntax"))
    except _TooDeep as problem:
        builder.problems.append(problem.args[0])
    if not builder.started and not builder.problems:
        builder.problems.append(Problem(Place(file, 1, 1), "文件是空的", "YAML 内容", code="yaml.empty"))
    return builder


def _syntax(problem: MarkedYAMLError, text: str, file: str) -> Problem:
    """What most likely was typed wrongly, at its own line; else what the parser says, where it noticed."""
    mark = problem.problem_mark or problem.context_mark
    if mark:
        context = problem.context_mark.line + 1 if problem.context_mark else 0
        typed = yaml_mistakes.in_text(text, mark.line + 1, context)
        if typed:
            return Problem(
                Place(file, typed.line, typed.column), f"YAML 语法错误：{typed.message}", typed.expected, code="yaml.syntax"
            )
        opened = problem.context_mark
        if opened and opened.line < mark.line and "expected ',' or" in str(problem.problem):
            place = Place(file, opened.line + 1, opened.column + 1)
            return Problem(place, "YAML 语法错误：括号没有收尾（在这里打开）", "成对的 { } 或 [ ]", code="yaml.syntax")
    place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file)
    return Problem(place, f"YAML 语法错误：{_plain(problem)}", "缩进、冒号、引号成对且用空格缩进（不用 Tab）", code="yaml.syntax")


def _plain(problem: MarkedYAMLError) -> str:
    """The parser's own words are English; name the usual mistakes in Chinese and keep the words behind them."""
    text = str(problem.problem or problem.context or "")
    for sign, chinese in _SYNTAX:
        if sign in text:
            return f"{chinese}（{text}）"
    return text


_SYNTAX = (
    ("found character '\\t'", "用了 Tab 缩进"),
    ("found a tab character", "用了 Tab 缩进"),
    ("mapping values are not allowed", "此处不能有冒号，可能少了引号或缩进不对"),
    ("could not find expected ':'", "键后面少了冒号"),
    ("found unexpected end of stream", "引号或括号没有收尾"),
    ("did not find expected", "缩进或括号不对"),
    ("expected <block end>", "缩进不对"),
    ("cannot start any token", "用了 Tab，或不能这样开头的符号（如 @、`、%）"),
    ("found undefined", "用了没有定义的标记"),
)


_LONGEST_WORD = 10
"""Characters of what may be a word of a list; what is longer, or ends as a sentence does, has its comma in the right place."""


def _glued(text: str) -> bool:
    """Whether a text is several words with Chinese commas between them."""
    parts = [part.strip() for part in text.split("，")]
    return len(parts) > 1 and all(0 < len(part) <= _LONGEST_WORD and part[-1] not in "。；！？：" for part in parts)


class _TooDeep(Exception):
    pass


class _TreeBuilder:
    """Builds data from events. One frame per open container: (container, path, pending key)."""

    def __init__(self, file: str, *, policy: bool) -> None:
        self.file, self.policy = file, policy
        self.problems: list[Problem] = []
        self.marks: dict[Path_, tuple[int, int]] = {}
        self.key_marks: dict[Path_, tuple[int, int]] = {}
        self.root: Any = None
        self.started = False
        self.stack: list[tuple[Any, Path_]] = []
        self.keys: list[str | None] = []
        self.brackets: list[bool] = []
        """Of each list or mapping entered: whether it is a list in brackets."""
        self.documents = 0

    def take(self, event: Any) -> None:
        if isinstance(event, ScalarEvent):
            self._anchor_or_tag(event)
            if self._wants_key():
                self._key(event)
            else:
                self._value(self._scalar(event), event)
        elif isinstance(event, MappingStartEvent | SequenceStartEvent):
            self._anchor_or_tag(event)
            if self._wants_key():
                self._problem(event, "键不能是列表或映射", "一个词作键")
                self.keys[-1] = "?"
            container: Any = {} if isinstance(event, MappingStartEvent) else []
            path = self._value(container, event)
            if len(self.stack) >= MAX_DEPTH:
                raise _TooDeep(Problem(self._place(event), f"嵌套超过 {MAX_DEPTH} 层", f"不超过 {MAX_DEPTH} 层", code="yaml.depth"))
            self.stack.append((container, path))
            self.keys.append(None)
            self.brackets.append(isinstance(event, SequenceStartEvent) and bool(event.flow_style))
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            self.stack.pop()
            self.keys.pop()
            self.brackets.pop()
        elif isinstance(event, AliasEvent):
            self._problem(event, "不支持 YAML 别名（*…）", "把内容写全")
            if self._wants_key():
                self.keys[-1] = "?"
            else:
                self._value(None, event)
        elif isinstance(event, DocumentStartEvent):
            self.documents += 1
            if self.documents == 2:
                self._problem(event, "一个文件里有多个 YAML 文档（---）", "一个文件一个文档")

    def _wants_key(self) -> bool:
        return bool(self.stack) and isinstance(self.stack[-1][0], dict) and self.keys[-1] is None

    def _key(self, event: Any) -> None:
        container, path = self.stack[-1]
        key = str(event.value)
        if key in container:
            first = self.key_marks[(*path, key)][0]
            self._problem(event, f"键“{key}”重复，第{first}行已经有了", "同一层的键各不相同")
        else:
            self.key_marks[(*path, key)] = (event.start_mark.line + 1, event.start_mark.column + 1)
        self.keys[-1] = key

    def _value(self, value: Any, event: Any) -> Path_:
        mark = (event.start_mark.line + 1, event.start_mark.column + 1)
        if not self.stack:
            if not self.started:
                self.root, self.started = value, True
                self.marks[()] = mark
            return ()
        container, parent = self.stack[-1]
        if isinstance(container, dict):
            key = self.keys[-1]
            assert key is not None
            path: Path_ = (*parent, key)
            container[key] = value
            self.keys[-1] = None
        else:
            path = (*parent, len(container))
            container.append(value)
        self.marks[path] = mark
        return path

    def _scalar(self, event: Any) -> Any:
        text: str = event.value
        if not event.implicit[0]:  # quoted or block text is text
            return text
        if self.policy and self.brackets and self.brackets[-1] and _glued(text):
            expected = "词与词之间用半角逗号“, ”；逗号本身就在词里的，整个词加双引号"
            self._problem(event, f"方括号里用了全角逗号，“{text}”粘成了一个词", expected)
        if text in _WORDS:
            return _WORDS[text]
        if _INT.match(text) or _DECIMAL.match(text):
            if len(text) > MAX_DIGITS:
                self._problem(event, f"数字太长（{len(text)} 位）", f"不超过 {MAX_DIGITS} 位")
                return None
            return int(text) if _INT.match(text) else Decimal(text)
        return text

    def _anchor_or_tag(self, event: Any) -> None:
        if event.anchor:
            self._problem(event, "不支持 YAML 锚点（&…）", "去掉锚点，把内容写全")
        if event.tag:
            self._problem(event, f"不支持 YAML 标签（{event.tag}）", "去掉标签")

    def _place(self, event: Any) -> Place:
        return Place(self.file, event.start_mark.line + 1, event.start_mark.column + 1)

    def _problem(self, event: Any, message: str, expected: str) -> None:
        self.problems.append(Problem(self._place(event), message, expected, code="yaml.construct"))
