"""What the words of an actual say is the same in the database as in the reference executor: it is read once, into columns."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from deep import DEEP, Figure

for missing in ("duckdb", "pyarrow"):
    pytest.importorskip(missing, reason="the corpus extra is not installed: pip install jixiao[corpus]")

from corpora import disagreements  # noqa: E402

from engine.bulk.relational.duckdb_backend import DuckDB  # noqa: E402
from engine.errors import Place  # noqa: E402
from engine.policy.loading import load  # noqa: E402
from engine.submission.model import Cell, Form, Goal, Indicator, Submission  # noqa: E402

ROWS = Path(__file__).parent.parent / "unit" / "values"
POLICIES = ("hubei/2021", "central/2020", "central/2021-101", "sichuan/2025", "platform/2021")
OTHERS = (pytest.mark.deep, pytest.mark.skipif(not DEEP, reason="`make deep` tries every policy"))


def submissions(step: int) -> list[Submission]:
    """One in `step` of the pairs of a target and an actual, twenty to a form of the year they were written for."""
    rows: list[dict[str, str]] = []
    for file in ("wording.tsv", "wording_sets.tsv"):
        with (ROWS / file).open(encoding="utf-8", newline="") as stream:
            rows += csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)
    rows = rows[::step]
    by_year: dict[int, list[Indicator]] = {}
    for n, row in enumerate(rows):
        cells = (Cell(text, Place("x", n + 1)) for text in ("1", row["target"], row["actual"], "1"))
        made = Indicator(row["name"] or f"指标{n}", "效益指标", "社会效益指标", Place("x", n + 1), *cells)
        by_year.setdefault(int(row["year"]), []).append(made)
    out = []
    for year, made in by_year.items():
        for start in range(0, len(made), 20):
            goal = Goal(1, "目标", Place("x", 1), None, (), tuple(made[start : start + 20]))
            out.append(Submission((Form("project", f"表{start}", "某单位", year, Place("x", 1), goals=(goal,)),)))
    return out


@pytest.mark.parametrize("policy", [POLICIES[0], *(pytest.param(name, marks=OTHERS) for name in POLICIES[1:])])
def test_the_database_reads_words_as_the_reference_does(policy: str, tmp_path: Path, figure: Figure) -> None:
    chosen = load(policy, locked=False)
    backend = DuckDB(threads=1)
    found, seen = disagreements(chosen, chosen, submissions(1 if DEEP else 17), tmp_path, backend)
    backend.close()
    assert not found, found[:3]
    figure("、".join(f"{name} {number:,}" for name, number in sorted(seen.items())))
    assert seen["indicators"] >= 150
    assert not seen["refused rules"]
