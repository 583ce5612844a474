"""A name means one thing: no two classes of the engine share one, so that a search for it finds one place."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

import engine


def test_no_class_name_is_used_twice() -> None:
    named: dict[str, list[str]] = defaultdict(list)
    for path in Path(engine.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                named[node.name].append(str(path))
    assert len(named) > 200
    assert {name: places for name, places in named.items() if len(places) > 1} == {}
