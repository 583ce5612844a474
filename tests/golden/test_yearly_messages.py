"""What an officer is told of the yearly change done wrongly: a small child of hubei/2022 with one mistake each, in the files the
officer writes. Frozen texts, like the other messages.

`yearly/<name>/mistake.yaml` holds the whole `files` of the child (policy.yaml as `policy new` leaves it where it is not among
them; `encoding` where they are not UTF-8); `expected.txt` is what `policy check` says, or what `policy lint` says of it that it
does not say of the child without the mistake.

To write the texts anew after a change of wording, and then read the diff:

    JIXIAO_GOLDEN=write pytest tests/golden
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
from conftest import Jixiao
from test_messages import WRITE, mistake

HOME = Path(__file__).parent / "yearly"
DIRECTORIES = sorted(path.parent for path in HOME.glob("*/mistake.yaml"))
HEAD = """\
policy:
  id: hubei/2023
  title: 湖北省2023年度预算绩效自评计分规则
  jurisdiction: hubei
  jurisdiction_name: 湖北省
  fiscal_years: {from: 2023, to: 2023}
  form_kinds: [department, project]
  status: draft
  extends: [hubei/2022]
"""
TITLES = {"error": "错误", "warning": "警告", "info": "提示"}


def linted(jixiao: Jixiao, proofs: bool) -> tuple[int, list[dict[str, Any]]]:
    options = [] if proofs else ["--no-proofs"]
    run = jixiao("policy", "lint", "hubei/2023", "--policies", "mine", "--format", "json", "--today", "2023-03-01", *options)
    return run.status, run.data["lints"]


def key(one: dict[str, Any]) -> tuple[str, str, str]:
    return one["code"], one["at"], re.sub(r"第\d+行", "", one["message"])


@pytest.fixture(scope="module")
def unchanged(jixiao: Jixiao, tmp_path_factory: pytest.TempPathFactory) -> set[tuple[str, str, str]]:
    """What lint says of the child that changes nothing."""
    here = Path.cwd()
    os.chdir(tmp_path_factory.mktemp("unchanged"))
    try:
        Path("mine/hubei/2023").mkdir(parents=True)
        Path("mine/hubei/2023/policy.yaml").write_text(HEAD, encoding="utf-8")
        return {key(one) for one in linted(jixiao, proofs=False)[1]}
    finally:
        os.chdir(here)


@pytest.mark.parametrize("directory", [pytest.param(path, id=path.name) for path in DIRECTORIES])
def test_what_is_said_of_a_yearly_change(
    jixiao: Jixiao,
    unchanged: set[tuple[str, str, str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    directory: Path,
) -> None:
    wrong = mistake(directory)
    for name, content in {"policy.yaml": HEAD, **wrong["files"]}.items():
        path = tmp_path / "mine/hubei/2023" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode(wrong.get("encoding", "utf-8")))
    monkeypatch.chdir(tmp_path)
    run = jixiao("policy", "check", "hubei/2023", "--policies", "mine")
    if run.status:
        told = f"check {run.status}\n{run.err}"
    else:
        status, lints = linted(jixiao, wrong.get("proofs", False))
        new = [one for one in lints if key(one) not in unchanged and one["code"] not in wrong.get("aside", [])]
        found = [one for one in new if one["file"].startswith("mine/")]
        assert found, "neither check nor lint says anything of it in what the officer wrote"
        told = f"lint {status}\n" + "".join(
            f"{TITLES[one['severity']]} {one['code']} {one['file']}：第{one['line']}行第{one['column']}列：{one['message']}\n"
            f"    改法：{one['advice']}\n"
            for one in found
        )
    # lines of shipped files move with those files
    told = re.sub(r"(policies/[\w/.-]+\.yaml)：第\d+行第\d+列", r"\1", told)
    frozen = directory / "expected.txt"
    if os.environ.get(WRITE) == "write":
        frozen.write_text(told, encoding="utf-8", newline="\n")
    assert told == frozen.read_text(encoding="utf-8"), f"if this is meant: {WRITE}=write pytest tests/golden"
    place = next(line for line in told.splitlines()[1:] if not line.startswith(" "))
    assert "mine/hubei/2023/" in place, "the mistake is in what the officer wrote, and told there"


def test_there_are_enough_of_them() -> None:
    assert len(DIRECTORIES) >= 40
