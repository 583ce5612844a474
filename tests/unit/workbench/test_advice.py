"""What a page says never sends its reader to a command line, whatever room the sentence comes from."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from conftest import ROOT

from engine.workbench.advice import on_page

COMMAND = re.compile(r"(?:jixiao|policy) [a-z]+ |(?<![\w-])--[a-z]|jixiao [a-z]+")
ELSEWHERE = (
    *("agents", "cli", "bulk", "extras.py", "workbench/server.py", "documents/libreoffice.py:1", "learning", "policy/periods.py"),
    "workbench/api/description.py",
)
"""Rooms whose sentences reach no page, and options of another program."""


def sentences() -> Iterator[tuple[str, str]]:
    """Every sentence of the engine in Chinese that speaks of a command or an option."""
    for path in sorted((ROOT / "engine").rglob("*.py")):
        name = str(path.relative_to(ROOT / "engine"))
        if not name.startswith(ELSEWHERE):
            yield from ((f"{name}:{line}", text) for line, text in _said(path) if re.search(r"[\u4e00-\u9fff]", text))


def _said(path: Path) -> Iterator[tuple[int, str]]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    inside |= {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield node.lineno, "".join(str(part.value) if isinstance(part, ast.Constant) else "X" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
            yield node.lineno, node.value


def test_no_sentence_sends_a_reader_of_a_page_to_the_command_line() -> None:
    every = [(where, text) for where, text in sentences() if COMMAND.search(text) and not text.startswith("#")]
    assert len(every) > 20, "there are some, or this finds none any more"
    left = {where: on_page(text) for where, text in every}
    assert {where: text for where, text in left.items() if COMMAND.search(text)} == {}


def test_what_it_says_instead() -> None:
    said = on_page("用 --policy 指定，或用 jixiao policy new 从已有的做一个；现有：甲")
    assert said == "在“政策”一栏里选，或在“政策”页从已有的做一个；现有：甲"
    assert on_page("“甲”没有完成") == "“甲”没有完成"
