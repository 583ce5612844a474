"""docs/tutorial.md, done as it says: every command run in order, every change made, and what it shows is what comes."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import ROOT, Jixiao, replace_once
from test_documents_are_true import shows

PAGE = ROOT / "docs" / "tutorial.md"
STATUS = re.compile(r"（退出状态 (\d)）")
OPENED = re.compile(r"`(我的政策/[^`]+\.yaml)`")
CELL = re.compile(r"工作表“(.+?)”里找到说明是“(.+?)”的一行")
VALUE = re.compile(r"“(值|依据)”(?:改成|在下拉里选)“(.+?)”[，。]")


@dataclass(frozen=True, slots=True)
class Step:
    """A block of the page, and the words since the one before."""

    kind: str
    block: str
    words: str


def steps() -> Iterator[Step]:
    text, position = PAGE.read_text(encoding="utf-8"), 0
    for found in re.finditer(r"^```(\w*)\n(.*?)^```\n", text, re.M | re.S):
        yield Step(found[1], found[2], text[position : found.start()])
        position = found.end()


def test_the_tutorial(jixiao: Jixiao, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for part in ("examples", "docs/tutorial"):
        shutil.copytree(ROOT / part, tmp_path / part)
    opened, before = Path(), ""
    commands = changes = 0
    for step in steps():
        for name in OPENED.findall(step.words):
            opened = Path(name)
        if cell := CELL.search(step.words):
            _type_into(Path("湖北2023.xlsx"), cell[1], cell[2], dict(VALUE.findall(step.words)))
            changes += 1
        if step.kind == "yaml":
            said = step.words.rstrip()
            if said.endswith("把"):
                before = step.block
            elif "改成" in said.rpartition("\n")[2]:
                opened.write_text(_with(opened.read_text(encoding="utf-8"), before, step.block), encoding="utf-8")
                before, changes = "", changes + 1
            else:
                assert said.endswith("在最后加上："), said
                opened.write_text(opened.read_text(encoding="utf-8") + step.block, encoding="utf-8")
                changes += 1
        elif step.kind == "console":
            for part in re.split(r"^\$ ", step.block, flags=re.M)[1:]:
                command, *shown = part.rstrip("\n").split("\n")
                _check(jixiao, command, shown)
                commands += 1
        else:
            pytest.fail(f"a block of another kind: {step.block}")
    assert (commands, changes) >= (20, 8), "the page is read"
    assert "<svg" in Path("影响.html").read_text(encoding="utf-8")
    assert len([path for path in Path("报告").glob("*.docx") if "修改清单" not in path.name]) == 1


def _with(text: str, old: str, new: str) -> str:
    """Whole lines where the page shows whole lines, else the part of a line that it shows."""
    if f"\n{old}" in text:
        return replace_once(text, f"\n{old}", f"\n{new}")
    return replace_once(text, old.strip(), new.strip())


def _type_into(path: Path, sheet: str, row: str, values: dict[str, str]) -> None:
    from openpyxl import load_workbook

    assert set(values) == {"值", "依据"}
    book = load_workbook(path)
    head, *rows = book[sheet].iter_rows()
    column = {cell.value: n for n, cell in enumerate(head)}
    (found,) = (cells for cells in rows if cells[column["说明"]].value == row)
    for name, value in values.items():
        found[column[name]].value = float(value) if value.isdigit() else value
    book.save(path)


def _check(jixiao: Jixiao, command: str, shown: list[str]) -> None:
    program, *arguments = shlex.split(command)
    assert program == "jixiao"
    wanted = STATUS.fullmatch(shown[-1]) if shown else None
    run = jixiao(*arguments)
    said = [line.rstrip() for line in (run.out + run.err).splitlines()]
    assert run.status == int(wanted[1] if wanted else 0), (command, said)
    shown = shown[:-1] if wanted else shown
    if not any("…" in line for line in shown):
        assert [line for line in said if line] == shown, command
    assert not (wrong := shows(shown, said)), (command, wrong, said)
