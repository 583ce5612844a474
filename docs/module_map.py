"""The page of rooms (docs/modules.md): each package of the engine with what it says of itself, and its modules in a line each."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

HEAD = """# Where what is

Made by `make docs` from what each package of `engine/` says of itself. A package stands on those further down the list of
layers in `pyproject.toml`, and `make lint` holds it to that."""


def modules_page(engine: Path) -> str:
    """The page for the packages below `engine`."""
    return "\n".join([HEAD, *_package(engine, engine)]) + "\n"


def _package(folder: Path, engine: Path) -> Iterator[str]:
    said = _docstring(folder / "__init__.py")
    yield ""
    yield f"{'#' * (2 + len(folder.relative_to(engine).parts[1:]))} {'.'.join(folder.relative_to(engine.parent).parts)}"
    yield ""
    yield from said.splitlines()
    modules = [module for module in sorted(folder.glob("*.py")) if not module.stem.startswith("__")]
    if modules:
        yield ""
    for module in modules:
        first = " ".join(_docstring(module).split("\n\n")[0].split())
        yield f"* `{module.stem}` {first.split('. ')[0].rstrip('.')}."
    for child in sorted(child for child in folder.iterdir() if (child / "__init__.py").is_file()):
        yield from _package(child, engine)


def _docstring(module: Path) -> str:
    return ast.get_docstring(ast.parse(module.read_text(encoding="utf-8"))) or ""
