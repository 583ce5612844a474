"""A workbench to test: a directory of policies with one to change in it, served by a thread or by a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
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


class Served:
    """A workbench at `address`."""

    address: str

    def client(self) -> Any:
        """An HTTP client that goes there, past any proxy."""
        import httpx

        return httpx.Client(base_url=self.address, trust_env=False, timeout=600)

    def close(self) -> None: ...


class Thread(Served):
    """What `jixiao workbench` serves, by the same server in a thread of this process, at a free port: what was loaded, built and
    found here before is not loaded, built and found again."""

    def __init__(self, policies: Path, accounts: Path | None = None, proxies: Sequence[str] = ()) -> None:
        import uvicorn

        from engine.policy.library import Library
        from engine.resources import shipped
        from engine.workbench.app import application
        from engine.workbench.server import LOCAL_NAMES, build, configured, listening

        work = build(policies, Library((policies, shipped("policies"))), accounts)
        listener = listening("127.0.0.1", 0)
        self.work, self.port = work, int(listener.getsockname()[1])
        self.address = f"http://127.0.0.1:{self.port}"
        self.server = uvicorn.Server(configured(application(work, LOCAL_NAMES), proxies=proxies))
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [listener]}, daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.server.should_exit = True
        self.thread.join(timeout=600)
        assert not self.thread.is_alive()


class Server(Served):
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

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=600)
        assert self.process.stderr
        self.process.stderr.close()
