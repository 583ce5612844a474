"""A workbench to test: a directory of policies with one to change in it, served in this process or in one of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from conftest import ROOT, SMALL_FORM

POLICY = (
    "policy:\n  id: hubei/2023\n  title: 试\n  jurisdiction: hubei\n  fiscal_years: {from: 2023, to: 2023}\n"
    "  form_kinds: [department, project]\n  status: draft\n  extends: [hubei/2022]\n"
)


def policies_in(directory: Path) -> Path:
    """A directory of policies with hubei/2023 in it, a draft on top of hubei/2022."""
    home = directory / "policies" / "hubei" / "2023"
    home.mkdir(parents=True)
    (home / "policy.yaml").write_text(POLICY, encoding="utf-8")
    return directory / "policies"


def small_form_as_word() -> bytes:
    """The small form as a Word file."""
    from writers import docx

    from engine.documents.text import read_text

    return docx(read_text(SMALL_FORM))


class Server:
    """`jixiao workbench` as a process of its own, at a free port."""

    def __init__(self, policies: Path, *options: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "engine.cli", "workbench", "--port", "0", "--policies", str(policies), *options],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )
        assert self.process.stderr
        said = self.process.stderr.readline()
        assert "http" in said, said
        self.address = "http" + said.strip().partition("http")[2].rstrip("/")
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        end = time.monotonic() + 600  # against a hang; how long it takes is the machine's affair
        while time.monotonic() < end:
            try:
                opener.open(self.address + "/static/workbench.css", timeout=600).close()
                return
            except urllib.error.HTTPError:
                return
            except OSError:
                time.sleep(0.05)
        raise AssertionError("the workbench does not answer")

    def client(self) -> Any:
        """An HTTP client that goes there, past any proxy."""
        import httpx

        return httpx.Client(base_url=self.address, trust_env=False, timeout=600)

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=600)
        assert self.process.stderr
        self.process.stderr.close()
