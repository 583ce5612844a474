"""The wheel carries policies, schemas and templates, and works where there is no checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

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


def test_it_evaluates_and_reports_outside_the_checkout(wheel: Path, seed: Path, tmp_path: Path) -> None:
    home = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(home)
    environment = {**os.environ, "PYTHONPATH": str(home), "PYTHONIOENCODING": "utf-8"}

    def run(*arguments: object) -> str:
        # -P: the working directory is not searched, so that what runs is the wheel's
        command = [sys.executable, "-P", "-m", "engine.cli", *map(str, arguments)]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, encoding="utf-8", check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    where = subprocess.run(
        [sys.executable, "-P", "-c", "import engine; print(engine.__file__)"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert str(home) in where.stdout
    assert "95.58" in run("evaluate", seed)
    assert "没有发现错误" in run("policy", "check", "hubei/2021")
    assert len(run("report", seed, "--out", tmp_path / "out").split()) == 9
