"""What the policy schema calls things: the Chinese title of a key, and the Chinese word of a coded value.

The schema already says both for editors (`title`, and `description` such as “error 错误；warning 警告”); views that show a
policy take them from there, so that there is one list of words and not two.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import Any

MAX_PATHS = 20_000
"""Paths whose part of the schema is remembered; a workbench sees new ones for years."""
Path = tuple[str | int, ...]
Node = Mapping[str, Any]


@cache
def _root(name: str) -> Node:
    from engine.yaml.schema import bundled  # with all that checks by one: slow to import

    return bundled(name)


@lru_cache(maxsize=MAX_PATHS)
def node(path: Path, name: str = "policy") -> Node | None:
    """The part of the schema that describes the value at `path`; None where it says nothing of it."""
    nodes = [_root(name)]
    for step in path:
        nodes = [inner for outer in nodes for inner in _below(outer, step, name)]
        if not nodes:
            return None
    whole: dict[str, Any] = {}
    for part in (part for outer in nodes for part in _parts(outer, name)):
        properties = {**part.get("properties", {}), **whole.get("properties", {})}
        whole = {**part, **whole, **({"properties": properties} if properties else {})}
    return whole


def _below(outer: Node, step: str | int, name: str) -> Iterator[Node]:
    for part in _parts(outer, name):
        if isinstance(step, int):
            if isinstance(part.get("items"), Mapping):
                yield part["items"]
        elif step in part.get("properties", {}):
            yield part["properties"][step]
        else:
            for pattern, inner in part.get("patternProperties", {}).items():
                if re.search(pattern, step):  # patterns of our own schemas only
                    yield inner
            if isinstance(part.get("additionalProperties"), Mapping):
                yield part["additionalProperties"]


def _parts(outer: Node, name: str, depth: int = 0) -> Iterator[Node]:
    """A node and what it is made of: the target of its `$ref`, the branches of oneOf, anyOf, allOf. Own words come first."""
    if depth > 8 or not isinstance(outer, Mapping):
        return
    yield outer
    reference = str(outer.get("$ref", ""))
    if reference.startswith("#"):
        target: Any = _root(name)
        for key in filter(None, reference[1:].split("/")):
            target = target[key]
        yield from _parts(target, name, depth + 1)
    for key in ("oneOf", "anyOf", "allOf"):
        for branch in outer.get(key, ()):
            yield from _parts(branch, name, depth + 1)


def title(path: Path) -> str:
    """What officers call the key at the end of `path`; the key itself where the schema has no title for it."""
    found = node(path)
    if path and not declared(path):
        return str(path[-1])  # a name of the policy's own (an entry of a mapping): the schema's title is that of its value
    return str(found["title"]) if found and "title" in found else str(path[-1]) if path else ""


def declared(path: Path) -> bool:
    """Whether the key at the end of `path` is one the schema names, and not a name the policy gives."""
    outer = node(path[:-1])
    return outer is None or isinstance(path[-1], int) or path[-1] in outer.get("properties", {})


def word(path: Path, value: str) -> str:
    """What officers call a coded value at `path` (`half_up` is 四舍五入); the value itself where the schema has no word for it."""
    found = node(path) or {}
    if value not in found.get("enum", ()):
        return value
    said = re.search(rf"(?:^|[；，、\s]){re.escape(value)}\s+([^\s；：，。（、]+)", str(found.get("description", "")))
    return said[1] if said else value
