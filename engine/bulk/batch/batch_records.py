"""Bundles of a corpus as they were filed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from engine.bulk.corpus.store import Part
from engine.bulk.corpus.tables import RECORDS


def bundle_numbers(parts: Sequence[Part]) -> list[int]:
    import pyarrow.parquet as pq

    return [n for part in parts for n in pq.read_table(part.file(RECORDS), columns=["bundle"]).column("bundle").to_pylist()]


def records(parts: Sequence[Part], bundles: set[int] | None) -> Iterator[tuple[int, str, Any]]:
    """Bundles as filed: number, files, submission. None: all."""
    import pyarrow.parquet as pq

    from engine.bulk.corpus.tables import submission_of

    if bundles is not None and not bundles:
        return
    for part in parts:
        table = pq.read_table(part.file(RECORDS), columns=["bundle"])
        wanted = [n for n, number in enumerate(table.column("bundle").to_pylist()) if bundles is None or number in bundles]
        if not wanted:
            continue
        some = pq.read_table(part.file(RECORDS)).take(wanted)
        for row in some.to_pylist():
            yield row["bundle"], row["files"], submission_of(row["record"], row["files"])
