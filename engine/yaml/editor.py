"""Changing a YAML file and nothing else in it: every line that an edit does not touch stays byte for byte as it was.

Edits go by path (`("parameters", "tier", "value")`), replace the span of text that ruamel.yaml's composer gives for the node, and
are checked: the text is read again and must say exactly what was meant. Comments, order, quotes, alignment, line endings and a
byte order mark stay, which no round trip through a dumper keeps. A source is a value: edits give a new one, `save` writes it.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from engine.errors import InternalError, JixiaoError, Place, PolicyError, Problem, system_reason
from engine.files import displayed, readable, write
from engine.yaml.reader import MAX_BYTES, Path_, load
from engine.yaml.spans import Tree

_BOM = "\ufeff"


@dataclass(frozen=True, slots=True)
class EditedFile:
    """A YAML file's text as edited so far, and the bytes it was read from."""

    path: Path
    text: str
    read: bytes
    name: str
    """How messages call the file."""

    @property
    def data(self) -> Any:
        """What the text says, as `yamlfile` reads it."""
        return load(self.text.removeprefix(_BOM), self.name).data

    def content(self) -> bytes:
        """The bytes `save` writes."""
        return self.text.encode("utf-8")


def read(path: Path, name: str = "") -> EditedFile:
    """A file to edit. Raises PolicyError, with every problem, for a file that could not be read as a policy's either."""
    name = name or displayed(path)
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
        text = content.decode("utf-8")
    except OSError as error:
        raise PolicyError(
            Problem(Place(name), f"文件读不了：{system_reason(error)}", readable(error), code="yaml.unreadable")
        ) from None
    except UnicodeDecodeError as error:
        raise PolicyError(
            Problem(Place(name), f"第 {error.start + 1} 字节起不是 UTF-8 文本", "UTF-8 编码的文本", code="yaml.encoding")
        ) from None
    return parsed(EditedFile(path, text, content, name))


def parsed(source: EditedFile) -> EditedFile:
    """The source, once it is known that it can be edited. Raises PolicyError if it is no YAML of ours."""
    load(source.text.removeprefix(_BOM), source.name)
    return source


def save(source: EditedFile) -> None:
    """Replace the file as a whole: it is old or new, never half. A link stays a link.

    Raises PolicyError if the file is not what it was when it was read: somebody else's changes are not to be lost. Raises
    OutputError if it cannot be written.
    """
    target = source.path.resolve()
    try:
        now = target.read_bytes()
    except OSError:
        now = b""
    if now != source.read:
        message = "文件在读出以后被别的程序改过，没有写入"
        raise PolicyError(Problem(Place(source.name), message, "重新打开，再改一次", code="edit.changed"))
    write(source.content(), target)


def set_value(source: EditedFile, path: Path_, value: Any) -> EditedFile:
    """The value at `path` replaced; a key that its mapping does not have is added behind the others.

    `value` is plain data: dict, list, str, int, Decimal, bool, None. Raises PolicyError for a path that leads nowhere.
    """
    if not path:
        raise _nowhere(source, path)
    wanted = copy.deepcopy(source.data)
    parent = _at(source, wanted, path[:-1])
    if isinstance(parent, list):
        _index(source, path, len(parent) - 1)
    elif not isinstance(parent, dict):
        raise _nowhere(source, path)
    known = isinstance(parent, list) or path[-1] in parent
    parent[path[-1]] = value
    tree = _tree(source)
    return _checked(source, tree.replaced(path, value) if known else tree.added(path[:-1], value, key=str(path[-1])), wanted)


def set_values(source: EditedFile, values: Sequence[tuple[Path_, Any]]) -> EditedFile:
    """Several values set at once, none of them inside another: the text is read once, and what comes out is checked once.

    Raises PolicyError for a path that leads nowhere.
    """
    wanted = copy.deepcopy(source.data)
    tree = _tree(source)
    # from the last to the first: what stands before an edit is where it was
    for path, value in sorted(values, key=lambda one: tree.start(one[0][:-1]), reverse=True):
        parent = _at(source, wanted, path[:-1])
        if not isinstance(parent, dict):
            raise _nowhere(source, path)
        known = path[-1] in parent
        parent[path[-1]] = value
        tree.text = tree.replaced(path, value) if known else tree.added(path[:-1], value, key=str(path[-1]))
    return _checked(source, tree.text, wanted)


def insert(source: EditedFile, path: Path_, value: Any) -> EditedFile:
    """`value` put into the list, before what stands at `path`; an index behind the last appends.

    Raises PolicyError for a path that leads to no list, and for an index beyond its end.
    """
    wanted = copy.deepcopy(source.data)
    parent = _at(source, wanted, path[:-1])
    if not path or not isinstance(parent, list):
        raise _nowhere(source, path)
    index = _index(source, path, len(parent))
    parent.insert(index, value)
    return _checked(source, _tree(source).added(path[:-1], value, index=index), wanted)


def delete(source: EditedFile, path: Path_) -> EditedFile:
    """The key or list entry at `path` taken out, with the comment on its own line. Comments above it stay.

    A mapping or list that loses its last entry is written as `{}` or `[]`. Raises PolicyError for a path that leads nowhere.
    """
    wanted = copy.deepcopy(source.data)
    if not path:
        raise _nowhere(source, path)
    parent = _at(source, wanted, path[:-1])
    try:
        del parent[path[-1]]
    except (KeyError, IndexError, TypeError):
        raise _nowhere(source, path) from None
    tree = _tree(source)
    return _checked(source, tree.without(path) if parent else tree.replaced(path[:-1], parent), wanted)


def _at(source: EditedFile, data: Any, path: Path_) -> Any:
    for step in path:
        if isinstance(data, list):
            _index(source, path, len(data) - 1, step)
        elif not isinstance(data, dict) or step not in data:
            raise _nowhere(source, path)
        data = data[step]
    return data


def _index(source: EditedFile, path: Path_, highest: int, step: str | int | None = None) -> int:
    at = path[-1] if step is None else step
    if not isinstance(at, int) or isinstance(at, bool) or not 0 <= at <= highest:
        raise _nowhere(source, path)
    return at


def _nowhere(source: EditedFile, path: Path_) -> JixiaoError:
    return PolicyError(Problem(Place(source.name), f"文件里没有“{'.'.join(map(str, path))}”", "文件里有的键", code="edit.nowhere"))


def _tree(source: EditedFile) -> Tree:
    return Tree(source.text.removeprefix(_BOM))


def _checked(source: EditedFile, text: str, wanted: Any) -> EditedFile:
    """The source with the new text, which must say what was meant."""
    made = replace(source, text=(_BOM if source.text.startswith(_BOM) else "") + text)
    try:
        right, reason = same(made.data, wanted), "改后的内容与要写的不符"
    except JixiaoError as error:
        right, reason = False, str(error)
    if not right:
        raise InternalError(Problem(Place(source.name), f"这一处改不了：{reason}", "在编辑器里改", code="edit.failed"))
    return made


def same(one: Any, other: Any) -> bool:
    """Whether two pieces of plain data are the same: order of keys included, true is not 1."""
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)
