"""One policy, three scales: the database gives the scores and findings of the reference executor, to the last digit.

More of it: `python tests/property/test_executors_agree.py 0 200` tries the seeds from 0 to 199.
"""

from __future__ import annotations

import csv
import json
import os
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from deep import DEEP, Figure, tries
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

for missing in ("duckdb", "pyarrow"):
    pytest.importorskip(missing, reason="the corpus extra is not installed: pip install jixiao[corpus]")

sys.path.append(str(Path(__file__).parent.parent.parent / "benchmarks"))

import realistic  # noqa: E402
from corpora import disagreements, policy_of, submission  # noqa: E402

from engine.bulk.batch import spark  # noqa: E402
from engine.bulk.batch.options import OUTPUTS, Options  # noqa: E402
from engine.bulk.batch.partition import job_of, written  # noqa: E402
from engine.bulk.corpus.parts import write_rows  # noqa: E402
from engine.bulk.corpus.rows import rows_of  # noqa: E402
from engine.bulk.relational.duckdb_backend import DuckDB  # noqa: E402
from engine.intake.bundle import read_bundle  # noqa: E402
from engine.policy.library import library  # noqa: E402
from engine.policy.loading import load  # noqa: E402
from engine.policy.model import Policy  # noqa: E402
from engine.rollup.run import roll_up  # noqa: E402
from engine.submission.model import Submission  # noqa: E402

ROOT = Path(__file__).parent.parent.parent
DIRECTIONS = ROOT / "tests" / "unit" / "scoring" / "direction.tsv"
one_is_enough = pytest.mark.skipif(not DEEP, reason="the words are those of one pack for all policies: `make deep` tries each")
# the others are checked through the command line in tests/acceptance
POLICIES = ("sichuan/2025", *(pytest.param(id_, marks=one_is_enough) for id_ in ("jiangxi/2022", "hunan/2022")))


def check(rng: random.Random, folder: Path, backend: Any, rules: int = 10, bundles: int = 10) -> Counter[str]:
    base = load("hubei/2021")
    policy = policy_of(rng, base, rules)
    made = [submission(rng) for _ in range(bundles)]
    found, seen = disagreements(policy, base, made, folder, backend, generous=rng.random() < 0.5)
    assert not found, found[:3]
    return seen


@seed(20211231)
# no shrinking: an example takes seconds, and the seed tells it
@settings(
    max_examples=tries(1, 100), deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)
@given(st.randoms(use_true_random=False))
def test_random_policies_on_random_bundles(rng: random.Random) -> None:
    backend = DuckDB(threads=1)
    with tempfile.TemporaryDirectory() as folder:
        check(rng, Path(folder), backend, rules=6, bundles=6)
    backend.close()


def published() -> Any:
    return read_bundle([ROOT / "examples" / "hubei-gcc-2021.txt"], library(), "hubei/2021").submission


@pytest.mark.deep
@pytest.mark.parametrize("policy", POLICIES)
def test_shipped_policies_on_published_and_other_forms(policy: str, tmp_path: Path, figure: Figure) -> None:
    """And in `make deep` on the rows whose direction a person judged, which every run tries by one policy."""
    chosen = load(policy)
    forms = [published(), *map(realistic.bundle, range(tries(4, 200))), *(judged_by_a_person(policy, tmp_path) if DEEP else ())]
    seen = agreed(chosen, forms, tmp_path / "corpus")
    figure("、".join(f"{name} {number:,}" for name, number in sorted(seen.items())))
    assert seen["findings"] > 50
    assert seen["refused rules"] <= 1, "the sum of cost limits in 元 may be too wide for a database's whole numbers, and no other"


OTHERS = ("central/2020", "central/2021-101", "platform/2021")


@pytest.mark.parametrize("policy", ["hubei/2021", *(pytest.param(id_, marks=[pytest.mark.deep, one_is_enough]) for id_ in OTHERS)])
def test_directions_agree(policy: str, tmp_path: Path) -> None:
    """The rows whose direction a person judged, with a score of the body's own each: `met`, scores and findings are the same.

    Those of hundreds of millions ask for a plan of their own, which takes seconds to make: in `make deep`, with the others."""
    bundles = [*judged_by_a_person(policy, tmp_path), above_the_full_score_though_open(policy, tmp_path)]
    seen = agreed(load(policy), bundles, tmp_path / "corpus")
    assert not seen["left out"]
    assert seen["indicators"] == sum(len(form.goals[0].indicators) for bundle in bundles for form in bundle.forms) > 500


def agreed(policy: Policy, bundles: Sequence[Submission], home: Path) -> Counter[str]:
    backend = DuckDB(threads=1)
    found, seen = disagreements(policy, policy, bundles, home, backend)
    backend.close()
    assert not found, found[:3]
    return seen


def judged_by_a_person(policy: str, home: Path) -> list[Submission]:
    """The indicators of DIRECTIONS, sixty a bundle, each with a score of the body's own."""
    with DIRECTIONS.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
    rows = [row for row in rows if DEEP or "亿" not in row["target"] + row["actual"]]
    bundles = []
    for start in range(0, len(rows), 60):
        indicators = [
            {
                "name": row["name"],
                "level1": "产出指标",
                "level2": row["level2"],
                "weight": "1",
                "target": row["target"],
                "actual": row["actual"],
                "score": ("1", "0.5", "0.83")[n % 3],
            }
            for n, row in enumerate(rows[start : start + 60])
        ]
        form = {"kind": "project", "name": f"项目{start}", "budget": [], "goals": [{"indicators": indicators}]}
        record = {"schema": "jixiao/submission/1", "unit": "甲局", "fiscal_year": 2021, "forms": [form]}
        path = home / f"{start}.json"
        path.write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")
        bundles.append(read_bundle([path], library(), policy).submission)
    return bundles


def above_the_full_score_though_open(policy: str, home: Path) -> Submission:
    """Two rows at 60 points each are more than any form is worth, whatever the third, which a person must judge, gets."""
    kept = {"level1": "产出指标", "level2": "数量指标", "weight": "60", "target": "≥3期", "actual": "3期", "score": "60"}
    asked = {
        "name": "服务水平",
        "level1": "效益指标",
        "level2": "社会效益指标",
        "weight": "20",
        "target": "提高水平",
        "actual": "详见附件",
    }
    line = {"name": "年度财政资金总额", "role": "total", "money_unit": "万元", "budget": "10", "executed": "9", "weight": "20"}
    goals = [{"indicators": [{**kept, "name": "举办培训"}, {**kept, "name": "组织会议"}, asked]}]
    form = {"kind": "project", "name": "培训", "budget": [line], "goals": goals}
    path = home / "above.json"
    record = {"schema": "jixiao/submission/1", "unit": "甲局", "fiscal_year": 2021, "forms": [form]}
    path.write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")
    return read_bundle([path], library(), policy).submission


def test_what_was_rolled_up_goes_to_the_reference(tmp_path: Path) -> None:
    """It is scored from the exact shares it was made of, which no column holds."""
    chosen = load("hubei/2021")
    forms = [form for n in range(3) for form in realistic.bundle(n).forms if form.kind == "project"]
    rolled = roll_up(forms, chosen, "unit").submission
    rows = rows_of(rolled, chosen, 0)
    assert not rows.rows
    assert [kind for kind, _ in rows.beyond] == [""]


def test_a_policy_on_spark_gives_what_it_gives_here(tmp_path: Path) -> None:
    """Spark hands out partitions, each of which is computed by the plan that runs here: whole policies, whole results."""
    chosen = load("hubei/2021")
    forms = [published(), *map(realistic.bundle, range(tries(5, 50)))]
    seen = the_same_on_spark(chosen, chosen, forms, tmp_path)
    assert seen["indicators"] > 100
    assert seen["findings"] > 30


@pytest.mark.deep
@pytest.mark.skipif(not DEEP, reason="one policy on Spark is tried in every run: `make deep` tries random ones")
def test_random_policies_on_spark_give_what_they_give_here(tmp_path: Path) -> None:
    base = load("hubei/2021")
    for number in range(20):
        rng = random.Random(number)
        policy = policy_of(rng, base, 6)
        the_same_on_spark(policy, base, [submission(rng) for _ in range(12)], tmp_path / str(number))


def the_same_on_spark(policy: Policy, prepared_by: Policy, bundles: Sequence[Submission], home: Path) -> Counter[str]:
    """Two partitions computed by tasks of Spark and by this process: the same rows, and the same said of them."""
    if why := spark.unavailable():
        pytest.skip(f"Spark does not run here: {why}")
    if not DEEP:  # what runs for seconds is not worth the second compiler of Java, nor threads that clear its memory
        os.environ.setdefault("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
    numbered = [(n, f"x{n}", bundle) for n, bundle in enumerate(bundles)]
    half = len(numbered) // 2
    parts = [write_rows(home / f"part{n}", some, prepared_by)[0] for n, some in enumerate((numbered[:half], numbered[half:]))]
    given = Options(backend="spark", threads=2, memory="1GB", check=2)
    job = job_of(policy, parts, spark.per_task(given), home / "scratch")
    there = dict(spark.computed(job, [([part], home / "spark" / part.path.name) for part in parts], given))
    seen: Counter[str] = Counter()
    for part in parts:
        here = home / "here" / part.path.name
        assert written(job, [part], here) == there[home / "spark" / part.path.name]
        for name in OUTPUTS:
            tables = [rows_in(folder, name) for folder in (here, home / "spark" / part.path.name)]
            assert tables[0] == tables[1]
            seen[name] += sum(tables[0].values())
    return seen


def rows_in(folder: Path, output: str) -> Counter[tuple[Any, ...]]:
    import pyarrow.parquet as pq

    files = sorted(folder.glob(f"{output}*.parquet"))
    return Counter(tuple(row.items()) for file in files for row in pq.read_table(file).to_pylist())


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
