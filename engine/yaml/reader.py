"""YAML and JSON text to plain data with a place for every key, in bounded time and memory.

YAML here is the plain part of YAML 1.2: mappings, sequences, scalars. Anchors, aliases, tags and several documents in one
file are refused: policies and records come from strangers, and none of these says anything an officer needs.
Numbers are int or Decimal, never float. The tree is built from parser events with a stack of our own, so that deep nesting
ends in a message and not in a crash of the C composer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine import caches
from engine.errors import JixiaoError, Place, PolicyError, Problem, system_reason
from engine.files import displayed, readable
from engine.resources import uses_kept
from engine.yaml.limits import MAX_DEPTH as MAX_DEPTH
from engine.yaml.limits import MAX_DIGITS as MAX_DIGITS
from engine.yaml.limits import Path_ as Path_

MAX_BYTES = 20_000_000


@dataclass(frozen=True, slots=True)
class YamlDocument:
    """Plain data (dict, list, str, int, Decimal, bool, None) and the place of every node by its path."""

    data: Any
    file: str
    marks: Mapping[Path_, tuple[int, int]]
    key_marks: Mapping[Path_, tuple[int, int]]

    def place(self, path: Path_, *, key: bool = False) -> Place:
        """Where the node at `path` stands (with `key`: where its key stands); the nearest parent if it has no place itself."""
        while path:
            found = (self.key_marks.get(path) if key else None) or self.marks.get(path)
            if found:
                return Place(self.file, *found)
            path = path[:-1]
        return Place(self.file, *self.marks.get((), (1, 1)))


def load_file(path: Path, error: type[JixiaoError] = PolicyError, name: str = "") -> YamlDocument:
    """Read a YAML or JSON file (UTF-8). `name` is how messages call it.

    Raises `error` with every problem found: unreadable, too large, not UTF-8, syntax, duplicate keys, aliases, tags.
    """
    name = name or displayed(path)
    return load(text_of(path, error, name), name, error)


def words_of(path: Path) -> Any:
    """What a file of the program's own says: data without places. Where commands keep what they made, it is parsed once.

    Raises as `load_file` does."""
    if not uses_kept():
        return load_file(path).data
    text = text_of(path, PolicyError, displayed(path))
    name = hashlib.sha256(caches.code() + text.encode()).hexdigest()
    if found := caches.taken("words", name):
        return found[0]
    data = load(text, displayed(path)).data
    caches.keep(data, "words", name)
    return data


def text_of(path: Path, error: type[JixiaoError], name: str) -> str:
    """What a file says. Raises `error` if it is unreadable, too large or no UTF-8."""
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)  # bounded whatever the file says of its size
        if len(content) > MAX_BYTES:
            raise error(
                Problem(Place(name), f"文件过大（超过 {MAX_BYTES} 字节）", f"不超过 {MAX_BYTES} 字节", code="yaml.too-large")
            )
        return content.decode("utf-8-sig")
    except OSError as problem:
        raise error(
            Problem(Place(name), f"文件读不了：{system_reason(problem)}", readable(problem), code="yaml.unreadable")
        ) from None
    except UnicodeDecodeError as problem:
        message, expected, place = _no_text(content, problem.start, name)
        raise error(Problem(place, message, expected, code="yaml.encoding")) from None


def _no_text(content: bytes, start: int, name: str) -> tuple[str, str, Place]:
    """What a file that is no UTF-8 most likely is, what to do about it, and where it begins."""
    save = "UTF-8 编码的文本：在记事本里“另存为”，编码选 UTF-8"
    if content[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0") or content[:5] == b"%PDF-":
        return (
            "不是文本文件，是 Word、Excel、PDF 一类的文件",
            "纯文本：把内容复制到文本编辑器里，存为 UTF-8 编码的 .yaml",
            Place(name),
        )
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "是 UTF-16 编码（记事本里叫 Unicode）", save, Place(name)
    line = content[content.rfind(b"\n", 0, start) + 1 : start].decode("utf-8-sig", errors="replace")
    place = Place(name, content.count(b"\n", 0, start) + 1, len(line) + 1)
    if content.decode("utf-8", errors="ignore").encode() == content[:start] + content[start + 1 :]:
        return f"这里有一个不是文字的字节（{content[start]:02X}）", "把这一行重新输入一遍", place
    try:
        readable = content.decode("gb18030").isprintable() or content.count(b"\n") > 0
    except UnicodeDecodeError:
        readable = False
    return f"第 {start + 1} 字节起不是 UTF-8 文本" + ("，像是 GBK 编码（记事本里叫 ANSI）" if readable else ""), save, place


def load(text: str, file: str, error: type[JixiaoError] = PolicyError) -> YamlDocument:
    """Parse YAML (or JSON, which is YAML) text. Raises `error` with every problem found, each with line and column."""
    if len(text) > MAX_BYTES:
        raise error(Problem(Place(file), f"文本过长（{len(text)} 字）", f"不超过 {MAX_BYTES} 字", code="yaml.too-large"))
    from engine.yaml import mistakes as yaml_mistakes
    from engine.yaml import tree  # with the parser, which is slow to import and not needed where what was read is kept

    if unreadable := [
        Problem(
            Place(file, line, column),
            f"含有控制字符 {yaml_mistakes.character(char)}",
            "可见的文字；删去这个字符",
            code="yaml.control",
        )
        for line, column, char in yaml_mistakes.controls(text)
    ]:
        raise error(unreadable)
    built = tree.build(text, file, policy=issubclass(error, PolicyError))
    if built.problems:
        raise error(built.problems)
    return YamlDocument(built.root, file, built.marks, built.key_marks)


def walk(data: Any, path: Path_ = ()) -> Iterator[tuple[Path_, Any]]:
    """Every node of plain data with its path, parents first."""
    waiting = [(path, data)]  # a list and no recursion: each node would come up through all that it stands in
    while waiting:
        at, node = waiting.pop()
        yield at, node
        if isinstance(node, dict):
            waiting += [((*at, key), value) for key, value in reversed(node.items())]
        elif isinstance(node, list):
            if {dict, list}.isdisjoint(map(type, node)):  # words or numbers, most of what there is: nothing stands in them
                yield from [((*at, index), part) for index, part in enumerate(node)]
            else:
                waiting += [((*at, index), node[index]) for index in range(len(node) - 1, -1, -1)]
