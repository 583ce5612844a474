"""What `policy lint` says of policies with one mistake each, as officers make them: frozen texts, like the other messages.

`lint/<name>/mistake.yaml` says what is wrong with a copy of hubei/2021; `expected.txt` is what lint says of it that it does not say
of the copy as it was, exit status first. Lines are counted from the line that was changed. `aside` names checks that say something
too, rightly, and have a case of their own; a case without `proofs` is about what is seen without them.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Jixiao, Policies, Run, replace_once
from deep import some
from test_messages import WRITE, _from, mistake

HOME = Path(__file__).parent / "lint"
DIRECTORIES = sorted(path.parent for path in HOME.glob("*/mistake.yaml"))
TITLES = {"error": "错误", "warning": "警告", "info": "提示"}


def linted(jixiao: Jixiao, proofs: bool) -> Run:
    options = [] if proofs else ["--no-proofs"]
    return jixiao("policy", "lint", "hubei/2021", "--policies", "mine", "--format", "json", "--today", "2022-03-01", *options)


def own_copy(root: Path) -> Policies:
    shutil.copytree(ROOT / "policies" / "hubei", root / "hubei")
    for name in ("recognition.yaml", "words.yaml"):
        shutil.copy(ROOT / "policies" / "common" / "recognition" / name, root / "hubei" / "2021" / name)
    for name in ("policy.lock", "rollup.yaml"):
        (root / "hubei" / "2021" / name).unlink(missing_ok=True)
    # of the common rules one file: what is looked for is in what an officer wrote, and the rest takes time
    shutil.copytree(
        ROOT / "policies" / "common" / "findings",
        root / "common" / "findings",
        ignore=lambda folder, names: [
            name
            for name in names
            if Path(folder).name == "findings" and Path(folder).parent.name == "findings" and name != "target.yaml"
        ],
    )
    return Policies(root)


@pytest.fixture(scope="session")
def unchanged(jixiao: Jixiao, tmp_path_factory: pytest.TempPathFactory) -> dict[bool, set[tuple[str, str, str]]]:
    """What lint says of the copy as it is, with proofs and without."""
    home = tmp_path_factory.mktemp("unchanged")
    own_copy(home / "mine")
    here = Path.cwd()
    os.chdir(home)
    try:
        return {proofs: {_key(one) for one in linted(jixiao, proofs).data["lints"]} for proofs in (True, False)}
    finally:
        os.chdir(here)


def _key(one: dict[str, Any]) -> tuple[str, str, str]:
    return one["code"], one["at"], re.sub(r"第\d+行", "", one["message"])


SHOWN = DIRECTORIES if os.environ.get(WRITE) == "write" else some(DIRECTORIES, 46)


@pytest.mark.deep
@pytest.mark.parametrize("directory", [pytest.param(path, id=path.name) for path in SHOWN])
def test_what_lint_says_of_a_mistake(
    jixiao: Jixiao,
    unchanged: dict[bool, set[tuple[str, str, str]]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    directory: Path,
) -> None:
    wrong = mistake(directory)
    policies = own_copy(tmp_path / "mine")
    changed: dict[str, int] = {}
    for change in wrong.get("change", []):
        path = policies.home / change["file"]
        text = path.read_text(encoding="utf-8")
        start = text.index(change["old"])
        pairs = zip(change["old"], change["new"], strict=False)
        same = next((at for at, (old, new) in enumerate(pairs) if old != new), 0)
        changed.setdefault(f"mine/hubei/2021/{change['file']}", text[: start + same].count("\n") + 1)
        path.write_text(replace_once(text, change["old"], change["new"]), encoding="utf-8")
    for name, content in wrong.get("write", {}).items():
        path = policies.root.parent / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    monkeypatch.chdir(policies.root.parent)
    proofs = wrong.get("proofs", False)
    run = linted(jixiao, proofs)
    assert run.status in (0, 3), run.err
    found = [one for one in json.loads(run.out)["lints"] if _key(one) not in unchanged[proofs]]
    told = [one for one in found if one["code"] not in wrong.get("aside", [])]
    assert told, "lint says nothing of it"
    text = f"exit {run.status}\n" + "".join(_told(one, changed) for one in told)
    frozen = directory / "expected.txt"
    if os.environ.get(WRITE) == "write":
        frozen.write_text(text, encoding="utf-8", newline="\n")
    assert text == frozen.read_text(encoding="utf-8"), f"if this is meant: {WRITE}=write pytest tests/golden"


def _told(one: dict[str, Any], changed: dict[str, int]) -> str:
    base = changed.get(one["file"])
    line = f"第{one['line']}行" if base is None else f"第{_from(one['line'] - base)}行"
    # places in other files move with those files
    message = re.sub(r"([\w/.-]+\.yaml)：第\d+行第\d+列", r"\1", one["message"])
    if base is not None:
        message = re.sub(r"第(\d+)行", lambda found: f"第{_from(int(found[1]) - base)}行", message)
    example = f"    例：{one['example']}\n" if one["example"] else ""
    place = f"{one['file']}：{line}第{one['column']}列"
    return f"{TITLES[one['severity']]} {one['code']} {place}：{message}\n{example}    改法：{one['advice']}\n"


def test_there_are_enough_of_them() -> None:
    assert len(DIRECTORIES) >= 60
