"""Parts of a policy's data by their paths: what stands at one, the data with another there, and where one was written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.yaml.reader import Path_, YamlDocument


def part_at(node: Any, path: Iterable[str | int]) -> Any:
    """What stands at `path`. Raises KeyError or IndexError where it leads nowhere, TypeError into a single value."""
    for key in path:
        node = node[key]
    return node


def with_part(node: Any, path: Path_, value: Any) -> Any:
    """The data with another value at `path`; what is not on the way is the same thing, and nothing is changed in place."""
    if not path:
        return value
    copied: Any = list(node) if isinstance(node, list) else dict(node)
    copied[path[0]] = with_part(node[path[0]], path[1:], value)
    return copied


def origin_of(origins: Mapping[Path_, tuple[YamlDocument, Path_]], path: Path_) -> tuple[YamlDocument, Path_] | None:
    """Where the part at `path` was written: by the nearest of what it is a part of."""
    for length in range(len(path), 0, -1):
        if found := origins.get(path[:length]):
            document, origin = found
            return document, (*origin, *path[length:])
    return None
