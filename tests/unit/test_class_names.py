"""The engine as a reader finds it: a name means one thing, a module is one noun, a function can be seen whole.

By lines and indents, which the formatter holds: to parse six hundred modules takes seconds.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

import engine

MOST_LINES = 375
"""Of a module; it is to be split well before (about 350)."""
MOST_OF_FUNCTION = 100
GENERATED = {"results/model.py"}
_CLASS = re.compile(r"^ *class (\w+)[(:\[]", re.MULTILINE)
_FUNCTION = re.compile(r"^( *)(?:async )?def (\w+)")


@pytest.fixture(scope="module")
def texts() -> Mapping[str, str]:
    root = Path(engine.__file__).parent
    return {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in root.rglob("*.py")}


def functions(text: str) -> Iterator[tuple[str, int]]:
    """Each function with its lines: to the last one that is indented more than it, the end of its head aside."""
    lines = text.splitlines()
    for start, line in enumerate(lines):
        if found := _FUNCTION.match(line):
            inside, last = found[1] + " ", start
            for number, below in enumerate(lines[start + 1 :], start + 1):
                if below.startswith((inside, f"{found[1]})")):
                    last = number
                elif below:
                    break
            yield found[2], last - start + 1


def test_no_class_name_is_used_twice(texts: Mapping[str, str]) -> None:
    named: dict[str, list[str]] = defaultdict(list)
    for path, text in texts.items():
        for name in _CLASS.findall(text):
            named[name].append(path)
    assert len(named) > 600
    assert {name: places for name, places in named.items() if len(places) > 1} == {}


def test_modules_and_functions_can_be_read_at_a_sitting(texts: Mapping[str, str]) -> None:
    assert {path: lines for path, text in texts.items() if (lines := text.count("\n")) > MOST_LINES and path not in GENERATED} == {}
    every = [(f"{path} {name}", lines) for path, text in texts.items() for name, lines in functions(text)]
    assert len(every) > 4_000
    assert max(lines for _, lines in every) > 60
    assert [name for name, lines in every if lines > MOST_OF_FUNCTION] == []
