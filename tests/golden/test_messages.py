"""Every error message an officer may see is a frozen text: a change of wording is a change somebody meant.

`policies/<name>/mistake.yaml` says what is wrong with a copy of hubei/2021, `forms/<name>/mistake.yaml` what is wrong with the
small form of tests/conftest.py (or the folder holds the whole `input` file); `expected.txt` is what the command says, exit
status first. In policies, lines are counted from the line that was changed (`改动行+2`), so that a change elsewhere in the
policy leaves the text as it is.

To write the texts anew after a change of wording, and then read the diff:

    JIXIAO_GOLDEN=write pytest tests/golden
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import Forms, Jixiao, Policies, Run, replace_once
from ruamel.yaml import YAML

from engine.errors import Place, PolicyError, Problem
from engine.policy import files as policy_files
from engine.policy.library import library, locate
from engine.policy.loading import check

HOME = Path(__file__).parent
WRITE = "JIXIAO_GOLDEN"


def cases(kind: str) -> list[Any]:
    return [pytest.param(path.parent, id=path.parent.name) for path in sorted((HOME / kind).glob("*/mistake.yaml"))]


def mistake(directory: Path) -> dict[str, Any]:
    data = YAML(typ="safe").load((directory / "mistake.yaml").read_text(encoding="utf-8"))
    assert isinstance(data, dict)
    assert data["what"], "say what is wrong, for whoever reads the folder"
    return data


def compare(directory: Path, run: Run, text: str) -> None:
    assert run.out == "", "what fails prints no result"
    told = f"exit {run.status}\n{text}"
    frozen = directory / "expected.txt"
    if os.environ.get(WRITE) == "write":
        frozen.write_text(told, encoding="utf-8", newline="\n")
    assert told == frozen.read_text(encoding="utf-8"), f"if this is meant: {WRITE}=write pytest tests/golden"


def broken(policies: Policies, wrong: dict[str, Any]) -> dict[str, int]:
    """Change the copy of hubei/2021 as told; the line of the first change of each file."""
    changed: dict[str, int] = {}
    for change in wrong.get("change", []):
        path = policies.home / change["file"]
        text = path.read_text(encoding="utf-8")
        after = replace_once(text, change["old"], change["new"])
        start = text.index(change["old"])
        # the first line that is another one now
        pairs = zip(change["old"], change["new"], strict=False)
        same = next((at for at, (old, new) in enumerate(pairs) if old != new), min(len(change["old"]), len(change["new"])))
        changed.setdefault(f"mine/hubei/2021/{change['file']}", text[: start + same].count("\n") + 1)
        path.write_text(after, encoding="utf-8")
    for name, content in wrong.get("write", {}).items():
        path = policies.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return changed


@pytest.mark.parametrize("directory", cases("policies"))
def test_what_is_said_of_a_broken_policy(
    jixiao: Jixiao, policies: Policies, monkeypatch: pytest.MonkeyPatch, directory: Path
) -> None:
    wrong = mistake(directory)
    changed = broken(policies, wrong)
    monkeypatch.chdir(policies.root.parent)
    run = jixiao("policy", "check", wrong.get("check", "hubei/2021"), "--policies", "mine")
    assert run.status == 3
    compare(directory, run, relative(run.err, changed))


@pytest.mark.parametrize("directory", cases("policies")[::5])
def test_other_words_change_nothing_but_the_words(policies: Policies, monkeypatch: pytest.MonkeyPatch, directory: Path) -> None:
    """Every text a problem says is replaced by another: the same problems are found, at the same places."""
    wrong = mistake(directory)
    broken(policies, wrong)
    monkeypatch.chdir(policies.root.parent)

    def found() -> list[tuple[Place, str, tuple[str, ...]]]:
        where = library(Path("mine"))
        with pytest.raises(PolicyError) as refused:
            check(locate(wrong.get("check", "hubei/2021"), where), where)
        return sorted((problem.place, problem.code, problem.names) for problem in refused.value.problems)

    def reworded(problem: Problem, place: Place, message: str, expected: str = "", nearest: str = "", **more: Any) -> None:
        other = f"X{hashlib.sha256(message.encode()).hexdigest()[:8]}"  # texts that differ still differ
        make(problem, place, other, expected and "X", nearest and "X", **more)

    plain, make = found(), Problem.__init__
    policy_files._checked.cache_clear()
    monkeypatch.setattr(Problem, "__init__", reworded)
    try:
        assert found() == plain
        assert all(code for _, code, _ in plain)
    finally:
        policy_files._checked.cache_clear()


def relative(text: str, changed: dict[str, int]) -> str:
    """The text with lines of a changed file counted from the change."""
    out = []
    for line in text.splitlines(keepends=True):
        file = line.split("：")[1] if line.count("：") > 1 else ""
        base = changed.get(file)
        if base is not None:
            line = re.sub(r"第(\d+)行", lambda found: f"第{_from(int(found[1]) - base)}行", line)  # noqa: B023 - used at once
        out.append(line)
    return "".join(out)


def _from(lines: int) -> str:
    return f"[改动行{lines:+d}]" if lines else "[改动行]"


@pytest.mark.parametrize("directory", cases("forms"))
def test_what_is_said_of_a_broken_form(jixiao: Jixiao, forms: Forms, monkeypatch: pytest.MonkeyPatch, directory: Path) -> None:
    wrong = mistake(directory)
    whole = next(directory.glob("input*"), None)
    name = whole.name if whole else "form.txt"
    if whole:
        (forms.directory / name).write_bytes(whole.read_bytes())
    elif "bytes" in wrong:
        (forms.directory / name).write_bytes(bytes.fromhex(wrong["bytes"]))
    else:
        forms.write(*((change["old"], change["new"]) for change in wrong["change"]))
    monkeypatch.chdir(forms.directory)
    run = jixiao("evaluate", name)
    assert run.status in (3, 5)
    if "错误：" not in run.err:  # what could not be read is told, and the rest is judged
        assert run.status == 5
        assert "待人工判断" in run.out
        run = replace(run, out="")
    compare(directory, run, run.err)


def test_there_are_enough_of_them() -> None:
    assert len(cases("policies")) >= 25
    assert len(cases("forms")) >= 10
