"""Run by the Python of a bare installation, in an empty directory: every command there is, each in several ways, without leaving
this process. Prints a JSON line for each: the command, its arguments, its exit status (-1: a traceback), what it printed.

    python every_command.py FORM
"""

from __future__ import annotations

import io
import json
import shutil
import sys
import traceback
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import click

from engine.bulk.corpus.store import write_stamp
from engine.cli import app as cli
from engine.resources import shipped

FORM = Path(sys.argv[1])
OWN, CORPUS = Path("own"), Path("corpus")
POLICY = "hubei/2021"
VALUES = {"FILE": FORM, "PATH": FORM, "ID": POLICY, "A": POLICY, "B": "hubei/2022", "CORPUS": CORPUS, "NAME": "王"}
"""What stands for an argument that must be given, by what `--help` calls it."""
OWN_VALUES = {
    ("policy export", "FILE"): "policy.xlsx",
    ("policy import", "FILE"): "policy.xlsx",
    ("policy new", "ID"): "own/2031",
    ("policy check", "PATH"): POLICY,
    ("account add", "FILE"): "accounts.json",
    ("account disable", "FILE"): "accounts.json",
    ("account token", "FILE"): "accounts.json",
    ("account list", "FILE"): "accounts.json",
}
"""The same where a command calls something else by that name."""
WAYS = {
    "explain": [["--rule", "budget.cut"]],
    "rollup": [["--ranking"]],
    "policy show": [["--origins"]],
    "policy explain": [["--clauses"]],
    "policy publish": [[POLICY, "--min-coverage", "0", "--amend", "更正"]],
    "workbench": [["--host", "0.0.0.0"]],
}
"""Beside those that follow from the options: ways that go through code of their own."""
SPARED = {"policy lint": ["--no-proofs"]}
"""What the ways of showing a result are spared: it has been done once, and what is shown is of the same kind."""


def leaves(group: click.Group, *path: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from leaves(command, *path, name)
        else:
            yield (*path, name), command


def called(param: click.Parameter) -> str:
    return (param.metavar or param.name or "").upper().removesuffix("...").strip("[]")


def given(name: str, command: click.Command) -> list[str]:
    """What must be given, each with something of its kind; results in files of the command's own."""
    words: list[str] = []
    for param in command.params:
        value = OWN_VALUES.get((name, called(param)), VALUES.get(called(param), ""))
        if isinstance(param.type, click.Choice):
            value = param.type.choices[0]
        if param.opts == ["--out"]:
            value = f"out-{name}"
        elif param.opts == ["--policies"]:
            value = OWN
        elif param.opts == ["--from"]:
            value = POLICY
        elif not param.required:
            continue
        words += [str(value)] if isinstance(param, click.Argument) else [param.opts[0], str(value)]
    return words


def choices(command: click.Command) -> Iterator[list[str]]:
    """Each option that is a choice, in each way: whatever a value of it leads to."""
    for param in command.params:
        if isinstance(param, click.Option) and isinstance(param.type, click.Choice):
            yield from ([param.opts[0], str(choice)] for choice in param.type.choices if choice != param.default)


def run(words: list[str]) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    sys.argv = ["jixiao", *words]
    sys.stdin = io.StringIO("")
    with redirect_stdout(out), redirect_stderr(err):
        try:
            cli.main()
        except SystemExit as ended:
            status = int(ended.code or 0)
        except BaseException:
            traceback.print_exc()
            status = -1
    return status, out.getvalue(), err.getvalue()


def main() -> None:
    # a copy without most of the tests: running them all is for others to show
    shutil.copytree(shipped("policies"), OWN, ignore=shutil.ignore_patterns("tests", "policy.lock"))
    part = {"policy": POLICY, "preparation": "", "bundles": 1, "forms": 1, "indicators": 1, "sizes": {}, "files": {}}
    (CORPUS / "parts" / "one").mkdir(parents=True)
    write_stamp(CORPUS, "", ["one"])
    (CORPUS / "parts" / "one" / "part.json").write_text(json.dumps(part), encoding="utf-8")
    for path, command in leaves(cli.app):
        name = " ".join(path)
        valid = given(name, command)
        ways = [["--help"], [], ["--no-such-option"], valid]
        ways += [[*valid, *SPARED.get(name, ()), *more] for more in (*choices(command), *WAYS.get(name, ()))]
        for words in ways:
            tell(name, words, valid=words[: len(valid)] == valid)
    tell("policy impact on a corpus", [POLICY, "central/2020", "--on", str(CORPUS)], valid=True)


def tell(name: str, words: list[str], *, valid: bool) -> None:
    status, out, err = run([*name.removesuffix(" on a corpus").split(), *words])
    told = {"command": name, "arguments": words, "valid": valid, "status": status, "out": out[-2000:], "err": err[-4000:]}
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
