"""The types of the result document are those of its schema, and what is built has the keys both name."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
sys.path.insert(0, str(ROOT / "docs"))

from result_types import result_types  # noqa: E402  # a tool of `make docs`, in no package


def test_the_types_are_the_schemas() -> None:
    written = (ROOT / "engine" / "results" / "model.py").read_text(encoding="utf-8")
    assert written == result_types(ROOT / "schemas"), "run `make docs`"


def _schema(directory: Path, node: dict[str, Any]) -> Path:
    schema = {"title": "结果", "type": "object", "properties": {"thing": {"$ref": "#/$defs/thing"}}, "$defs": {"thing": node}}
    (directory / "result.schema.json").write_text(json.dumps(schema), encoding="utf-8")
    return directory


def test_keys_become_fields_with_what_may_be_missing_and_what_may_be_null(tmp_path: Path) -> None:
    node = {
        "title": "一件",
        "type": "object",
        "additionalProperties": False,
        "required": ["name", "ends"],
        "properties": {
            "name": {"type": ["string", "null"]},
            "ends": {"anyOf": [{"type": "null"}, {"type": "array", "items": {"type": "integer"}}]},
            "parts": {"type": "object", "additionalProperties": {"$ref": "#/$defs/thing"}},
            "kind": {"enum": ["a", "b"]},
        },
    }
    made = result_types(_schema(tmp_path, node))
    assert "class ResultThing(TypedDict):" in made
    for line in (
        "name: str | None",
        "ends: list[int] | None",
        "parts: NotRequired[dict[str, ResultThing]]",
        "kind: NotRequired[str]",
    ):
        assert f"    {line}\n" in made
    assert "class Result(TypedDict):" in made


def test_an_object_inside_another_is_refused(tmp_path: Path) -> None:
    inner = {"title": "里面", "type": "object", "additionalProperties": False, "properties": {"a": {"type": "string"}}}
    node = {"title": "外面", "type": "object", "required": [], "properties": {"inner": inner}}
    with pytest.raises(ValueError, match="里面"):
        result_types(_schema(tmp_path, node))
