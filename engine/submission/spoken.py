"""Where a part of a record stands, as people say it: 目标1·数量指标·组织商会培训·实际完成值.

The names are the record's own, what each key is called is the schema's.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from engine.yaml.schema import schema

Path = tuple[str | int, ...]
_NAMES = ("name", "label", "heading")
"""What a part of a list is called by, whichever it has."""
_LONGEST = 24
BETWEEN = "·"


class Spoken:
    """The places of one record. What is above a cell is said once for all cells below it."""

    def __init__(self, data: Any) -> None:
        self._data = data
        self._known: dict[Path, tuple[str, Any]] = {(): ("", data)}
        forms = data.get("forms") if isinstance(data, Mapping) else None
        self._alone = isinstance(forms, list) and len(forms) == 1

    def __call__(self, path: Path) -> str:
        said, part = self._of(path)
        if path and isinstance(part, list):  # a list by itself, not what stands in it
            return BETWEEN.join(filter(None, (said, _title(path))))
        return said or (self._form(path) if path else "整个记录")

    def _of(self, path: Path) -> tuple[str, Any]:
        """What leads to a part, and the part itself; nothing for the only form, which nobody has to be led to."""
        if path not in self._known:
            above, node = self._of(path[:-1])
            step = path[-1]
            try:
                part = node[step]
            except (LookupError, TypeError):
                part = None
            said = self._listed(path, part) if isinstance(step, int) else _title(path)
            if isinstance(step, int):
                above = self._of(path[:-2])[0]
            if isinstance(part, list):  # what stands in it says what it is
                said = ""
            self._known[path] = BETWEEN.join(filter(None, (above, said))), part
        return self._known[path]

    def _listed(self, path: Path, part: Any) -> str:
        kind, number = path[-2] if len(path) > 1 else "", int(path[-1]) + 1
        item: Mapping[str, Any] = part if isinstance(part, Mapping) else {}
        if kind == "forms":
            return "" if self._alone else self._form(path)
        if kind == "goals":
            return f"目标{item.get('number') or number}"
        name = next((_short(item[key]) for key in _NAMES if item.get(key)), "")
        if kind == "indicators":
            group = _short(item.get("level2") or item.get("level1") or "")
            return BETWEEN.join(filter(None, (group, name or f"第{number}个指标")))
        return BETWEEN.join(filter(None, (_title(path[:-1]), name or f"第{number}项")))

    def _form(self, path: Path) -> str:
        """A form by its name."""
        number = int(path[1]) if len(path) > 1 else 0
        try:
            name = _short(self._data["forms"][number]["name"])
        except (LookupError, TypeError):
            name = ""
        return name or f"第{number + 1}张表"


def _short(value: Any) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def _title(path: Path) -> str:
    """What the schema calls what stands at a path."""
    return _called(tuple("*" if isinstance(step, int) else step for step in path))


@lru_cache(maxsize=1024)
def _called(path: tuple[str, ...]) -> str:
    whole: dict[str, Any] = schema("submission")
    node: dict[str, Any] = whole
    title = ""
    for step in path:
        node = _inner(node, step, whole)
        title = str(node.get("title", "")) or (step if step != "*" else title)
        node = _resolved(node, whole)
    return title or path[-1]


def _inner(node: dict[str, Any], step: str, whole: dict[str, Any]) -> dict[str, Any]:
    node = _resolved(node, whole)
    found = node.get("items", {}) if step == "*" else node.get("properties", {}).get(step, {})
    for branch in ("anyOf", "oneOf", "allOf"):
        for other in node.get(branch, []):
            found = found or _inner(other, step, whole)
    return dict(found)


def _resolved(node: dict[str, Any], whole: dict[str, Any]) -> dict[str, Any]:
    """The definition a node refers to, with what it says of itself before it."""
    if "$ref" not in node:
        return node
    found: Any = whole
    for step in str(node["$ref"]).rpartition("#")[2].strip("/").split("/"):
        found = found.get(step, {})
    return {**found, **{key: value for key, value in node.items() if key != "$ref"}}
