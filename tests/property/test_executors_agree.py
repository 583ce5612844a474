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

for missing in ("duckdb", "pyarrow", "ibis"):
    pytest.importorskip(missing, reason="the corpus extra is not installed: pip install jixiao[corpus]")

sys.path.append(str(Path(__file__).parent.parent.parent / "benchmarks"))

import realistic  # noqa: E402
from corpora import disagreements, policy_of, submission  # noqa: E402

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
    """The rows whose direction a person judged, with a score of the body's own each: `met`, scores and findings are the same."""
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


def test_spark_computes_with_whole_numbers_exactly() -> None:
    """What every score on Spark rests on: products, whole quotients and millionths of up to 38 digits. Whole policies are tried
    by the test below."""
    backend = spark()
    rng = random.Random(4)
    rows = []
    for _ in range(150):
        d = rng.randint(1, 10 ** rng.randint(1, 30))
        n = rng.choice([-1, 1]) * rng.randint(0, min(d * 10**30, 10**37))
        rows.append((str(n), str(d), str(rng.randint(0, 10**18)), str(rng.randint(-(10**19), 10**19)), str(rng.randint(0, 10**24))))
    try:
        frame = backend.session.createDataFrame(rows, "n STRING, d STRING, a STRING, b STRING, m STRING")
        frame.createOrReplaceTempView("numbers_")
        sql = "SELECT jx_div(jx_big(n), jx_big(d)) AS q, jx_big(a) * jx_big(b) AS p, jx_micro(jx_big(m)) AS m FROM numbers_"
        found = [(int(row["q"]), int(row["p"]), int(row["m"].scaleb(6))) for row in backend.session.sql(sql).collect()]
    finally:
        backend.close()
    whole = [(abs(int(n)) // int(d) * (1 if int(n) >= 0 else -1), int(a) * int(b), int(m)) for n, d, a, b, m in rows]
    assert found == whole


@pytest.mark.deep
@pytest.mark.skipif(not DEEP, reason="a whole policy on Spark takes two minutes: `make deep` tries it")
def test_spark_agrees_too(tmp_path: Path) -> None:
    backend = spark()
    chosen = load("hubei/2021")
    try:
        found, seen = disagreements(chosen, chosen, [published(), *map(realistic.bundle, range(50))], tmp_path / "own", backend)
        assert not found, found[:3]
        assert seen["findings"] > 500
        for number in range(2):
            check(random.Random(number), tmp_path / str(number), backend, rules=6, bundles=8)
    finally:
        backend.close()


def spark() -> Any:
    from engine.bulk.relational.spark_backend import Spark, unavailable

    if why := unavailable():
        pytest.skip(f"Spark does not run here: {why}")
    if not DEEP:  # what runs for seconds is not worth the second compiler of Java, nor threads that clear its memory
        os.environ.setdefault("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
    return Spark(10**9, 2)


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
