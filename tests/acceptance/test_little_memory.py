"""Where the system allows too little memory a command ends in one sentence with status 6, or does what it was asked; never in a
traceback, nor in the words of a library that ends the process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, SMALL_FORM
from deep import DEEP, Figure

resource = pytest.importorskip("resource", reason="the system has no limits on memory")

from engine.cli.start import SENTENCE  # noqa: E402

COMMANDS = {"evaluate": "evaluate form.txt", "report": "report form.txt --out made", "check": "policy check hubei/2021"}
SAMPLE = [("evaluate", 100), ("report", 200), ("check", 25)]
EVERY = [(name, megabytes) for name in COMMANDS for megabytes in (14, 25, 40, 60, 80, 100, 125, 150, 175, 200, 250, 400)]


@pytest.mark.deep
@pytest.mark.parametrize(("name", "megabytes"), EVERY if DEEP else SAMPLE)
def test_it_ends_in_a_sentence(name: str, megabytes: int, tmp_path: Path, figure: Figure) -> None:
    (tmp_path / "form.txt").write_text(SMALL_FORM, encoding="utf-8")
    limited = f"ulimit -v {megabytes * 1024} && exec '{sys.executable}' -m engine.cli {COMMANDS[name]}"
    environment = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        ["sh", "-c", limited], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=600, check=False
    )
    if done.returncode:
        assert (done.returncode, done.stderr) == (6, SENTENCE + "\n")
        assert not (tmp_path / "made").exists() or not list((tmp_path / "made").glob("*.docx"))
    else:
        assert SENTENCE not in done.stderr
        assert megabytes > 100, "so little cannot be enough"
    figure(f"{COMMANDS[name]}: {megabytes} MB, status {done.returncode}")
