"""What benchmarks and the makers of pages import from the engine is there, in processes written as text too: no suite runs them."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_IMPORT = re.compile(r"^\s*from (engine[\w.]*) import ([\w, ]+)$", re.MULTILINE)


@cache
def names_of(module: str) -> frozenset[str] | None:
    """What a module of the engine defines or imports, and the modules in a package; None where there is no such module."""
    path = ROOT.joinpath(*module.split("."))
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    if not file.exists():
        return None
    found = {one.stem if one.suffix else one.name for one in path.iterdir()} if path.is_dir() else set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.alias):
            found.add(node.asname or node.name.partition(".")[0])
    return frozenset(found)


def asked(tree: ast.AST) -> list[tuple[str, str]]:
    """(module, name) of every import from the engine, in the code and in texts of it."""
    out: list[tuple[str, str]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "engine":
            out += [(str(node.module), alias.name) for alias in node.names]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and "from engine" in node.value:
            for module, names in _IMPORT.findall(node.value):
                out += [(module, name.split(" as ")[0].strip()) for name in names.split(",")]
    return out


@pytest.mark.parametrize("folder", ["benchmarks", "docs"])
def test_what_is_imported_from_the_engine_is_there(folder: str) -> None:
    missing = [
        f"{path.relative_to(ROOT)}: from {module} import {name}"
        for path in sorted((ROOT / folder).rglob("*.py"))
        for module, name in asked(ast.parse(path.read_text(encoding="utf-8")))
        if name not in (names_of(module) or ())
    ]
    assert missing == []
