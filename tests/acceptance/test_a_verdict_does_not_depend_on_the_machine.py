"""`jixiao policy lint` says the same of a policy, byte for byte, however busy the machine is it runs on.

In every run two lints of one pack; in `make deep` ten of every shipped policy, two at a time, with four processes beside that do
nothing but keep the machine busy.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import deep
import pytest
from conftest import ROOT

SHIPPED = sorted(str(path.parent.relative_to(ROOT / "policies")) for path in (ROOT / "policies").glob("*/*/policy.yaml"))
LINT = [sys.executable, "-m", "engine.cli", "policy", "lint", "--today", "2021-06-01", "--format", "json"]


@contextmanager
def busy(number: int) -> Iterator[None]:
    """That many processes that never rest."""
    beside = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(number)]
    try:
        yield
    finally:
        for process in beside:
            process.kill()
            process.wait()


def lint(policy: str) -> tuple[int, bytes]:
    done = subprocess.run([*LINT, policy], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode in (0, 3), done.stderr.decode()
    return done.returncode, done.stdout


@pytest.mark.deep
def test_ten_lints_beside_busy_processes_say_the_same(figure: deep.Figure) -> None:
    policies, times = deep.tries(1, len(SHIPPED)), deep.tries(2, 10)
    chosen = SHIPPED if policies > 1 else ["common/recognition"]
    obligations = 0
    with busy(deep.tries(0, 4)), ThreadPoolExecutor(2) as pool:
        for policy in chosen:
            said = set(pool.map(lint, [policy] * times))
            assert len(said) == 1, f"{policy}: {len(said)} different answers"
            ((status, out),) = said
            proofs = json.loads(out)["proofs"]
            assert (status, proofs["unknown"]) == (0, 0), policy
            obligations += proofs["proved"] + proofs["refuted"]
    figure(f"{times} lints of each of {len(chosen)} policies, {obligations} obligations decided: {times} times the same bytes")
