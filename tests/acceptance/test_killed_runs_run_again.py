"""A run that is killed, at whatever step it was: each file is old or new, a policy that is half saved is told, and the next run
does what the first was to do and leaves nothing of it behind.

Every command that writes is tried; in `make test` at some steps, in `make deep` at every one.
"""

from __future__ import annotations

import io
import os
import random
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import openpyxl
import pytest
import unlisted
from conftest import SMALL_FORM, _run
from deep import DEEP, Figure, tries
from killing import KILLED, Steps, killed

from engine import leftovers
from engine.cli import app as cli

POLICY = "hubei/2023"
SAMPLE = 1
"""Steps of each command that are tried in every run of the tests."""
Made = Callable[[Path], None]


def form(home: Path) -> None:
    (home / "form.txt").write_text(SMALL_FORM, encoding="utf-8")


def forms(home: Path) -> None:
    (home / "filed").mkdir()
    for n in range(2):
        (home / "filed" / f"{n}.txt").write_text(SMALL_FORM.replace("示例单位", f"第{n}单位"), encoding="utf-8")


def done(*words: object, status: int = 0) -> None:
    run = _run(*words)
    assert run.status == status, run.err


def policy(home: Path) -> None:
    done("policy", "new", POLICY, "--from", "hubei/2022", "--into", home / "mine")


def workbook(home: Path) -> None:
    """A workbook with changes that go into two files."""
    policy(home)
    done("policy", "export", POLICY, "--xlsx", home / "p.xlsx", "--policies", home / "mine")
    book = openpyxl.load_workbook(home / "p.xlsx")
    for sheet, id_, title, value in (("参数", "low_execution", "值", "85"), ("规则", "budget.cut", "级别", "提示")):
        titles, *rows = book[sheet].iter_rows()
        columns = [cell.value for cell in titles]
        (row,) = [row for row in rows if row[columns.index("编号")].value == id_]
        row[columns.index(title)].value = value
    book.save(home / "p.xlsx")


def with_parameter(home: Path, line: str) -> None:
    policy(home)
    (home / "mine" / POLICY / "own.yaml").write_text(f"parameters:\n  {line}\n", encoding="utf-8")


def slip(home: Path) -> None:
    """A policy with what `lint --fix` mends: a word twice in a list."""
    with_parameter(home, "output_names: {label: 产出, value: [产出指标, 产出, 产出指标], basis: review#taxonomy}")


def changed(home: Path) -> None:
    """A policy in which tests it inherits fail."""
    with_parameter(home, 'low_execution: {label: 低, value: 50, unit: "%", basis: review#execution}')


def accounts(home: Path) -> None:
    with_accounts(home, "王")


def with_accounts(home: Path, *names: str) -> None:
    from engine.workbench.accounts import Account, save

    save(home / "a.json", {name: Account(name, "viewer", "hash") for name in names})


def corpus(home: Path) -> None:
    forms(home)
    done("ingest", home / "filed", "--out", home / "corpus", "--jobs", 1)


def learnable(home: Path) -> None:
    (home / "form.docx").write_bytes(unlisted.word(unlisted.COUNTY_LINES, unlisted.COUNTY_ROWS))


@dataclass(frozen=True)
class Writing:
    """A command that writes: its words, with HOME for the directory it works in, and how that is made."""

    words: str
    made: Made = form
    said: str = ""
    """On its standard input."""
    status: int = 0
    dear: bool = False
    """Only in `make deep`."""
    between: str = r"(?!)"
    """Files that stand only until it is done, or are of a kind of their own until then."""
    moving: str = r"(?!)"
    """What differs from run to run."""
    loose: str = r"(?!)"
    """Files whose rows stand in no fixed order: that they are there is what is held."""


MINE = "--policies HOME/mine"
CHANGES = r"mine/\.workbench(/.*)?"
COMMANDS = (
    Writing("evaluate HOME/form.txt --format xlsx --out HOME/out.xlsx"),
    Writing("read HOME/form.txt --out HOME/out.json"),
    Writing("report HOME/form.txt --out HOME/out"),
    Writing("report HOME/filed --out HOME/out --format markdown", forms, dear=True),
    Writing("report HOME/form.txt --letters --out HOME/out", dear=True),
    Writing("rollup HOME/filed --out HOME/out.json --match-out HOME/match.yaml --levels HOME/levels", forms),
    Writing("policy explain hubei/2021 --out HOME/out.md", dear=True),
    Writing("policy lint hubei/2021 --no-proofs --format json --out HOME/out.json", dear=True),
    Writing(f"policy lint {POLICY} --no-proofs --fix {MINE}", slip, dear=True),
    Writing("policy diff hubei/2021 hubei/2022 --out HOME/out.md", dear=True),
    Writing("policy compare hubei/2021 hubei/2022 --out HOME/out.md", dear=True),
    Writing("policy impact hubei/2021 hubei/2022 --on HOME/form.txt --out HOME/out.md", dear=True),
    Writing(f"policy test {POLICY} {MINE} --adopt --min-coverage 0", changed, dear=True),
    Writing(f"policy new {POLICY} --from hubei/2022 --into HOME/mine"),
    Writing(f"policy publish {POLICY} {MINE} --min-coverage 0", policy, dear=True, moving=r"at: \S+|sha256: \w+"),
    Writing(f"policy export {POLICY} --xlsx HOME/p.xlsx {MINE}", policy, dear=True),
    Writing(f"policy import HOME/p.xlsx {MINE}", workbook, between=CHANGES),
    Writing("layout learn HOME/form.docx --into HOME/mine --as own/form", learnable),
    Writing("ingest HOME/filed --out HOME/corpus --jobs 1", forms, between=r"corpus(/.*)?"),
    Writing(
        "batch HOME/corpus --out HOME/out --format xlsx",
        corpus,
        between=r"out/(\.scratch.*|summary.json)",
        loose=r".*\.parquet",
        dear=True,
    ),
    Writing("account add 王 --role viewer --password-stdin --accounts HOME/a.json", said="long enough\n", moving=r"\$argon2[^\"]*"),
    Writing("account token 王 --accounts HOME/a.json", accounts, moving=r'"[0-9a-f]{64}"(,\s*)?'),
    Writing("account disable 王 --accounts HOME/a.json", accounts),
)
READING = {
    "explain",
    "schema",
    "policy list",
    "policy show",
    "policy check",
    "layout list",
    "account list",
    "mcp",
    "selftest",
    "workbench",
}
"""Commands that write nothing; the workbench's own writing goes through drafts (`tests/unit/workbench/test_drafts.py`)."""


def names() -> Iterator[str]:
    for name, command in cli.app.commands.items():
        yield from (f"{name} {each}" for each in command.commands) if isinstance(command, click.Group) else [name]


def test_every_command_that_writes_is_among_them() -> None:
    assert {next(name for name in names() if one.words.startswith(name)) for one in COMMANDS} == set(names()) - READING


def called(one: Writing) -> str:
    return re.sub(r"HOME/| --policies \S+", "", one.words)


def run(one: Writing, home: Path) -> tuple[int, str]:
    before, sys.stdin = sys.stdin, io.StringIO(one.said)
    try:
        told = _run(*one.words.replace("HOME", str(home)).split())
    finally:
        sys.stdin = before
    return told.status, told.out + told.err


def tree(home: Path, one: Writing, but: str = r"(?!)") -> dict[str, bytes]:
    """The files below, but for leftovers and those named, without what differs from run to run."""
    found = {}
    for path in sorted(home.rglob("*")):
        name = path.relative_to(home).as_posix()
        if path.is_file() and leftovers.PREFIX not in name and not re.fullmatch(but, name):
            content = b"" if re.fullmatch(one.loose, name) else path.read_bytes()
            found[name] = re.sub(one.moving.encode(), b"", content)
    return found


@pytest.mark.deep
@pytest.mark.parametrize("one", [one for one in COMMANDS if DEEP or not one.dear], ids=called)
def test_killed_at_any_step_it_runs_again(one: Writing, tmp_path: Path, figure: Figure) -> None:
    start, home = tmp_path / "start", tmp_path / "home"
    start.mkdir()
    one.made(start)
    shutil.copytree(start, home)
    with Steps(home) as steps:
        status, told = run(one, home)
    assert status == one.status, told
    before, after = tree(start, one), tree(home, one)
    assert before != after, "it writes"
    chance = random.Random(called(one))
    for step in sorted(chance.sample(range(1, steps.count + 1), min(steps.count, tries(SAMPLE, steps.count)))):
        shutil.rmtree(home)
        shutil.copytree(start, home)
        assert killed(lambda: run(one, home)[0], home, step) == KILLED, f"step {step} of {steps.count}"
        for name, content in tree(home, one, one.between).items():
            assert content in (before.get(name), after.get(name)), f"{name} at step {step}: neither old nor new"
        if "policy import" in one.words:
            half_saved(home, tree(home, one, one.between), before, after)
        done = tree(home, one) == after
        again, told = run(one, home)
        assert again == one.status or done, f"step {step}: {told}"  # what makes something new refuses to make it twice
        assert tree(home, one) == after, f"step {step}: not what one run makes"
        assert not [path for path in home.rglob("*") if leftovers.PREFIX in path.name], f"step {step}"
    figure(f"{called(one)}: {steps.count} steps")


def half_saved(home: Path, now: dict[str, bytes], before: dict[str, bytes], after: dict[str, bytes]) -> None:
    """A policy that is neither the old nor the new one is no policy: `policy check` says so, and nobody judges by it."""
    for journal in home.glob("mine/.workbench/saving-*"):
        os.utime(journal, (0, 0))
    checked = _run("policy", "check", POLICY, "--policies", home / "mine")
    mixed = now not in (before, {name: text for name, text in after.items() if ".workbench" not in name})
    assert not mixed or (checked.status == 3 and "上一次保存写到一半断了" in checked.err), checked
