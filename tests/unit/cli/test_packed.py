"""Where the packed program begins: a double click, the command, and the processes the command starts."""

from __future__ import annotations

import sys

import pytest

from engine.cli import packed


@pytest.fixture
def began(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    seen: list[list[str]] = []
    monkeypatch.setattr("engine.cli.start.main", lambda: seen.append(["command", *sys.argv[1:]]))
    monkeypatch.setattr("runpy.run_module", lambda module, **_: seen.append(["module", *sys.argv]))
    return seen


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], ["command", "workbench", "--open"]),
        (["evaluate", "a.docx"], ["command", "evaluate", "a.docx"]),
        (["-m", "engine.documents.isolation", "x"], ["module", "engine.documents.isolation", "x"]),
        (["-m", "http.server"], ["command", "-m", "http.server"]),
    ],
)
def test_what_is_begun(given: list[str], expected: list[str], began: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["jixiao", *given])
    packed.main()
    assert began == [expected]
