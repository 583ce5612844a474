"""The types of the result document, made from its schema: `make docs` writes them, a test holds the two together.

Every object of the schema with properties of its own is a `$defs` entry and becomes a TypedDict; a key that is not required is
`NotRequired`. What only the schema can say (patterns, enumerations, what goes with what) stays with it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

_SCALARS = {"string": "str", "integer": "int", "boolean": "bool", "null": "None"}
_HEAD = '''"""The result document, typed. Made from schemas/result.schema.json by `make docs`: change the schema, not this."""

from __future__ import annotations

from typing import NotRequired, TypedDict
'''


def result_types(schemas: Path) -> str:
    """The module's text."""
    schema = json.loads((schemas / "result.schema.json").read_text(encoding="utf-8"))
    return "\n".join([_HEAD, *_Types(schema["$defs"]).module(schema)])


class _Types:
    def __init__(self, defs: Mapping[str, Any]) -> None:
        self.defs = defs

    def module(self, root: Mapping[str, Any]) -> Iterator[str]:
        for name, node in self.defs.items():
            if "properties" in node:
                yield from self._class(_name(name), node)
        yield from self._class("Result", root)

    def _class(self, name: str, node: Mapping[str, Any]) -> Iterator[str]:
        yield f'\nclass {name}(TypedDict):\n    """{node["title"]}。"""\n'
        for key, inner in node["properties"].items():
            typed = self._type(inner)
            yield f"    {key}: {typed if key in node.get('required', ()) else f'NotRequired[{typed}]'}"
        yield ""

    def _type(self, node: Mapping[str, Any]) -> str:
        if "$ref" in node:
            name = node["$ref"].removeprefix("#/$defs/")
            return _name(name) if "properties" in self.defs[name] else self._type(self.defs[name])
        if "anyOf" in node:
            return " | ".join(sorted((self._type(choice) for choice in node["anyOf"]), key="None".__eq__))
        if "enum" in node:
            return "str"
        kind = node["type"]
        if isinstance(kind, list):
            return " | ".join(_SCALARS[item] for item in kind)
        if kind == "array":
            return f"list[{self._type(node['items'])}]"
        if kind == "object":
            others = node["additionalProperties"]
            if not others:
                raise ValueError(f"{node['title']}: an object with properties of its own stands under $defs")
            return f"dict[str, {self._type(others)}]"
        return _SCALARS[kind]


def _name(definition: str) -> str:
    return "Result" + "".join(part.title() for part in definition.split("_"))
