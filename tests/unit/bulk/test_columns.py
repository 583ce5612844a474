"""Columns of a corpus: what is a quotient is held as one, and rows of other columns are not taken for these."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

for missing in ("duckdb", "pyarrow"):
    pytest.importorskip(missing, reason="the corpus extra is not installed")

from engine.bulk.corpus import columns, rows  # noqa: E402
from engine.findings import facts  # noqa: E402
from engine.policy.loading import load  # noqa: E402


def quotients() -> set[str]:
    """The fields of facts that are given a quotient where they are made: `name=ratio(…)`."""
    found = set()
    for path in Path(facts.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and isinstance(node.value, ast.Call) and ast.unparse(node.value.func) == "ratio":
                found.add(node.arg or "")
    return found


def test_every_quotient_is_held_as_one() -> None:
    held = set().union(*columns.WIDE.values(), *columns.COMPUTED.values())
    assert {"weight_share", "copied_share", "average_change"} <= quotients() <= held


def test_rows_of_other_columns_are_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    policy = load("hubei/2021")
    before = rows.preparation(policy)
    monkeypatch.setattr(rows, "columns", lambda kind: {**columns.columns(kind), "one_more": "number"})
    assert rows.preparation(policy) != before
