"""One policy, three scales: the database gives the scores and findings of the reference executor, to the last digit.

More of it: `python tests/property/test_executors_agree.py 0 200` tries the seeds from 0 to 199.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

for missing in ("duckdb", "pyarrow", "ibis"):
    pytest.importorskip(missing, reason="the corpus extra is not installed: pip install jixiao[corpus]")

from corpora import disagreements, policy_of, submission  # noqa: E402

from engine.inputs import read_bundle  # noqa: E402
from engine.policy_build import load  # noqa: E402
from engine.policy_files import library  # noqa: E402
from engine.relational_duckdb import DuckDB  # noqa: E402

ROOT = Path(__file__).parent.parent.parent
POLICIES = ("sichuan/2025",)  # the others are checked through the command line in tests/acceptance


def check(rng: random.Random, folder: Path, backend: Any, rules: int = 10, bundles: int = 10) -> Counter[str]:
    base = load("hubei/2021")
    policy = policy_of(rng, base, rules)
    found, seen = disagreements(policy, base, [submission(rng) for _ in range(bundles)], folder, backend)
    assert not found, found[:3]
    return seen


@seed(20211231)
# no shrinking: an example takes seconds, and the seed tells it
@settings(max_examples=2, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False))
def test_random_policies_on_random_bundles(rng: random.Random) -> None:
    backend = DuckDB(threads=1)
    with tempfile.TemporaryDirectory() as folder:
        check(rng, Path(folder), backend)
    backend.close()


@pytest.mark.parametrize("policy", POLICIES)
def test_shipped_policies_on_published_and_random_forms(policy: str, tmp_path: Path) -> None:
    seed_ = read_bundle([ROOT / "examples" / "hubei-gcc-2021.txt"], library(), "hubei/2021").submission
    rng = random.Random(7)
    chosen = load(policy)
    backend = DuckDB(threads=1)
    bundles = [seed_, *(submission(rng) for _ in range(12))]
    found, seen = disagreements(chosen, chosen, bundles, tmp_path, backend)
    backend.close()
    assert not found, found[:3]
    assert seen["findings"] > 50
    assert not seen["refused rules"]


def test_spark_agrees_too(tmp_path: Path) -> None:
    from engine.relational_spark import Spark, unavailable

    if why := unavailable():
        pytest.skip(f"Spark does not run here: {why}")
    if not os.environ.get("JIXIAO_SPARK"):
        pytest.skip("Spark takes a minute to start and run: set JIXIAO_SPARK=1")
    backend = Spark("1GB", 2)
    for number in range(3):
        check(random.Random(number), tmp_path / str(number), backend, rules=6, bundles=8)
    backend.close()


def sweep(first: int, last: int) -> None:
    seen: Counter[str] = Counter()
    for number in range(first, last):
        backend = DuckDB(threads=1)
        with tempfile.TemporaryDirectory() as folder:
            try:
                seen += check(random.Random(number), Path(folder), backend, rules=12, bundles=12)
            except AssertionError as wrong:
                print("MISMATCH", number, wrong, flush=True)
        backend.close()
    for name, count in sorted(seen.items()):
        print(f"{count:>9,} {name}")


if __name__ == "__main__":
    sweep(int(sys.argv[1]), int(sys.argv[2]))
