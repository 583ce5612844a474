"""The commands in README and docs do what the documents show, and the generated pages are what the code says."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Callable

import pytest
from conftest import ROOT, Jixiao, Run

sys.path.append(str(ROOT / "docs"))

from code_list import codes_page  # a tool of `make docs`, in no package
from make_pages import fields_page
from module_map import modules_page

PAGES = [*(ROOT / name for name in ("README.md", "README.zh-CN.md", "CONTRIBUTING.md")), *sorted((ROOT / "docs").glob("*.md"))]


def examples() -> list[tuple[str, str, list[str]]]:
    """(page, command, lines shown) of every command in a console block; … stands for lines, or a part of a line, left out."""
    found = []
    for page in PAGES:
        if page.name == "tutorial.md":  # its commands depend on one another: test_the_tutorial_is_true.py
            continue
        for block in re.findall(r"^```console\n(.*?)^```", page.read_text(encoding="utf-8"), re.M | re.S):
            for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
                command, *shown = part.rstrip("\n").split("\n")
                found.append((page.name, command, shown))
    return found


def shows(shown: list[str], printed: list[str]) -> str:
    """The first line shown that is not printed where it should be; empty if all are."""
    position = 0
    for line in shown:
        if line == "…":
            continue
        pattern = re.compile(".*".join(map(re.escape, line.rstrip().split("…"))))
        found = next((n for n in range(position, len(printed)) if pattern.fullmatch(printed[n].rstrip())), None)
        if found is None:
            return f"not printed after line {position}: {line!r}"
        position = found + 1
    return ""


@pytest.fixture
def asked(shown: Jixiao, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Run]:
    """Run a command of a page from the root of the checkout, one that stands on two pages once."""
    monkeypatch.chdir(ROOT)
    return lambda command: shown(*shlex.split(command)[1:])


@pytest.mark.parametrize(("page", "command", "lines"), examples(), ids=[f"{p}: {c}" for p, c, _ in examples()])
def test_a_shown_command_prints_what_is_shown(asked: Callable[[str], Run], page: str, command: str, lines: list[str]) -> None:
    assert command.startswith("jixiao "), f"{page} shows a command that is not jixiao's"
    run = asked(command)
    assert run.status == 0, run.err
    assert not (wrong := shows(lines, run.out.split("\n"))), f"{page}: {command}: {wrong}"


def test_the_first_command_as_a_process_of_its_own(process: Jixiao) -> None:
    page, command, lines = examples()[0]
    run = process(*shlex.split(command)[1:])
    assert (run.status, shows(lines, run.out.split("\n"))) == (0, ""), (page, run.err)


def test_there_are_examples() -> None:
    assert len(examples()) > 8


def test_the_page_of_fields_is_what_the_code_says() -> None:
    assert (ROOT / "docs" / "fields.md").read_text(encoding="utf-8") == fields_page(), "run `make docs`"


def test_the_page_of_codes_is_what_the_code_says() -> None:
    assert (ROOT / "docs" / "codes.md").read_text(encoding="utf-8") == codes_page(ROOT / "engine"), "run `make docs`"


def test_every_module_is_on_the_page_of_modules_with_what_it_says_of_itself() -> None:
    assert (ROOT / "docs" / "modules.md").read_text(encoding="utf-8") == modules_page(ROOT / "engine"), "run `make docs`"


def test_links_between_documents_lead_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md", "CONTRIBUTING.md"])
def test_make_targets_named_on_a_page_exist(page: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = re.findall(r"(?:^|`)make ([a-z]+)", (ROOT / page).read_text(encoding="utf-8"), re.M)
    assert {"demo", "test"} <= set(named), "the two commands that do all the set-up"
    for target in named:
        assert re.search(rf"^{target}:", makefile, re.M), target


def test_paths_named_in_contributing_exist() -> None:
    for path in re.findall(
        r"`((?:engine|policies|schemas|tests|docs)/[\w./-]*)`", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    ):
        assert (ROOT / path).exists(), path
