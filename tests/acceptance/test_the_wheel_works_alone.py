"""The wheel carries policies, schemas and templates, works where there is no checkout, and with nothing beside what it requires."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests import bare
from tests.conftest import SMALL_FORM

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("hatchling", reason="hatchling is not installed: pip install hatchling")
    out = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return next(out.glob("*.whl"))


def test_it_carries_what_is_not_python(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for kind in ("policies", "schemas", "templates"):
        for path in (ROOT / kind).rglob("*"):
            if path.is_file():
                assert f"engine/shipped/{path.relative_to(ROOT).as_posix()}" in names


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of a bare installation: its modules are compiled once, by whichever test comes first."""
    return bare.installation(wheel, tmp_path_factory.mktemp("bare") / "venv")


def alone(python: Path, *arguments: object, home: Path) -> str:
    """What it prints, run in `home`, with nothing to lead it to the checkout. -P: the working directory is not searched."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [python, "-P", *map(str, arguments)],
        cwd=home,
        env={**environment, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_it_evaluates_and_reports_outside_the_checkout(python: Path, seed: Path, tmp_path: Path) -> None:
    where = alone(python, "-c", "import engine; print(engine.__file__)", home=tmp_path)
    assert Path(where).is_relative_to(python.parents[1])
    assert "95.58" in alone(python, "-m", "engine.cli", "evaluate", seed, home=tmp_path)
    assert "没有发现错误" in alone(python, "-m", "engine.cli", "policy", "check", "hubei/2021", home=tmp_path)
    made = alone(python, "-m", "engine.cli", "report", seed, "--out", tmp_path / "out", home=tmp_path).split()
    assert len([name for name in made if "修改清单" not in name]) == 9
    assert len(made) == 17, "a list of corrections beside each of four drafts, in Word and Excel"


LACKS = {
    "mcp": "mcp",
    "workbench": "workbench",
    "account add": "workbench",
    "account disable": "workbench",
    "account token": "workbench",
    "account list": "workbench",
    "ingest": "corpus",
    "batch": "corpus",
    "policy impact on a corpus": "corpus",
}
"""The only commands that may ask for an extra, and for which."""


@pytest.fixture(scope="module")
def runs(python: Path, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """Every command of a bare installation, each in several ways: see tests/every_command.py."""
    home = tmp_path_factory.mktemp("here")
    form = tmp_path_factory.mktemp("form") / "form.txt"
    form.write_text(SMALL_FORM, encoding="utf-8")
    out = alone(python, ROOT / "tests" / "every_command.py", form, home=home)
    return [json.loads(line) for line in out.splitlines()]


def test_without_extras_no_command_breaks_and_what_needs_one_says_what_to_install(runs: list[dict[str, Any]]) -> None:
    """One test, so that one process runs them all."""
    assert len({run["command"] for run in runs}) > 20
    for run in runs:
        assert "Traceback" not in run["err"], run
        assert run["status"] in (0, 2, 4) or (run["status"] == 1 and "--fail-on" in run["arguments"]), run
    for name in {run["command"] for run in runs}:
        asked = [run for run in runs if run["command"] == name and run["valid"]]
        extra = LACKS.get(name)
        if extra:
            assert all(run["status"] == 2 and f"pip install 'jixiao[{extra}]'" in run["err"] for run in asked), asked
        else:
            # 4: the copy the commands work on has few tests, and `policy test` says so
            assert any(run["status"] == (4 if name == "policy test" else 0) for run in asked), asked
            assert not any("pip install" in run["err"] for run in asked), asked
