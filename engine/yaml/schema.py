"""JSON Schema checks with answers an officer can act on: every violation, in Chinese, at its line and column.

The schemas in `schemas/` refer to each other by file name; this module resolves that, and can bundle them into one document.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from engine.errors import Problem
from engine.resources import shipped
from engine.yaml.reader import Path_, YamlDocument
from engine.yaml.schema_problems import Say, explained, spoken, unknown_keys
from engine.yaml.schema_quick import surely_valid


@cache
def schema(name: str) -> dict[str, Any]:
    """The schema document `schemas/<name>.schema.json` as parsed JSON."""
    text = (shipped("schemas") / f"{name}.schema.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def bundled(name: str) -> dict[str, Any]:
    """One self-contained schema: other files it refers to are put under `$defs`, references rewritten."""
    defs: dict[str, Any] = {}
    result: dict[str, Any] = _rewrite(schema(name), defs)
    if defs:
        result = {**result, "$defs": {**result.get("$defs", {}), **defs}}
    return result


def _rewrite(node: Any, defs: dict[str, Any], home: str = "") -> Any:  # Any: JSON
    if isinstance(node, list):
        return [_rewrite(item, defs, home) for item in node]
    if not isinstance(node, dict):
        return node
    out: dict[str, Any] = {}
    for key, value in node.items():
        if key == "$ref" and isinstance(value, str):
            file, _, pointer = value.partition("#")
            if file:
                other = file.removesuffix(".schema.json")
                if other not in defs:
                    defs[other] = {}
                    defs[other] = {k: v for k, v in _rewrite(schema(other), defs, other).items() if k not in ("$schema", "$id")}
                out[key] = f"#/$defs/{other}{pointer}"
            else:
                out[key] = f"#/$defs/{home}{pointer}" if home else value
        else:
            out[key] = _rewrite(value, defs, home)
    return out


@cache
def _validator(name: str) -> Any:
    from jsonschema import Draft202012Validator, validators  # slow to import: only where something is checked
    from referencing import Registry, Resource
    from referencing.jsonschema import DRAFT202012

    checker = Draft202012Validator.TYPE_CHECKER.redefine_many(
        {
            "number": lambda _, value: isinstance(value, int | Decimal) and not isinstance(value, bool),
            "integer": lambda _, value: isinstance(value, int) and not isinstance(value, bool),
        }
    )
    extend: Any = validators.extend
    files = [path.name for path in shipped("schemas").glob("*.schema.json")]
    named = [(file, Resource.from_contents(schema(file.removesuffix(".schema.json")), DRAFT202012)) for file in files]
    registry: Any = Registry()
    return extend(Draft202012Validator, type_checker=checker)(schema(name), registry=registry.with_resources(named))


def check(document: YamlDocument, name: str, say: Say | None = None) -> list[Problem]:
    """Every violation of schema `name`, at its place in the file, with what was expected and the nearest valid key. `say`: how a
    part of the file is called; its keys, where that is left out."""
    if surely_valid(document.data, name, bundled):
        return []
    problems = [
        problem for error in _validator(name).iter_errors(document.data) for problem in explained(error, document, say or spoken)
    ]
    return sorted(set(problems), key=lambda p: (p.place.line, p.place.column))


@dataclass(frozen=True, slots=True)
class Refusal:
    """What to do about one violation so that the rest can still be checked: see `refusals`."""

    path: Path_
    kind: str
    """`unknown` (a key there is not), `missing` (keys that must be written), `choice` (none of the values), else `other`."""
    options: tuple[str, ...] = ()
    """The keys missing, or the values to choose from."""


def refusals(document: YamlDocument, name: str) -> list[Refusal]:
    """The violations of schema `name` as paths, without words."""
    return [refusal for error in _validator(name).iter_errors(document.data) for refusal in _refusals(error)]


def _refusals(error: Any) -> Iterator[Refusal]:
    path: Path_ = tuple(error.absolute_path)
    value = error.validator_value
    match error.validator:
        case "additionalProperties" | "unevaluatedProperties":
            for key in unknown_keys(error):
                yield Refusal((*path, key), "unknown")
        case "required":
            yield Refusal(path, "missing", tuple(key for key in value if key not in error.instance))
        case "enum" if isinstance(error.instance, str):
            yield Refusal(path, "choice", tuple(option for option in value if isinstance(option, str)))
        case _:
            yield Refusal(path, "other")
