"""Rows of a corpus are the same whether the forms were scored or only read: one corpus serves every policy that reads alike."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest

for missing in ("pyarrow",):
    pytest.importorskip(missing, reason="the corpus extra is not installed")

ROOT = Path(__file__).parent.parent.parent.parent
sys.path.append(str(ROOT / "benchmarks"))

import random_forms  # noqa: E402
import realistic  # noqa: E402

from engine.bulk.corpus import rows  # noqa: E402
from engine.policy.loading import load  # noqa: E402
from engine.scoring.form import evaluate  # noqa: E402


def test_forms_that_are_scored_give_the_rows_of_forms_that_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    policy, rng = load("hubei/2021"), random.Random(20211)
    bundles = [*map(realistic.bundle, range(2)), *(random_forms.submission(rng.randrange(10**9), 9) for _ in range(6))]
    read = [rows.rows_of(bundle, policy, n) for n, bundle in enumerate(bundles)]
    monkeypatch.setattr(rows, "read_only", evaluate)
    assert [rows.rows_of(bundle, policy, n) for n, bundle in enumerate(bundles)] == read
    assert sum(len(found) for one in read for found in one.rows.values()) > 200
