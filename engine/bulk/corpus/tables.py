"""Rows of a corpus as Arrow tables and Parquet files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from engine.bulk.corpus.columns import PREPARED_KINDS, columns
from engine.bulk.corpus.rows import Row, Rows
from engine.submission import record
from engine.submission.model import Submission

TEXTS, RECORDS, BEYOND = "texts", "records", "beyond"
TABLES = (*PREPARED_KINDS, TEXTS, RECORDS, BEYOND)
ROW_GROUP = 122_880
"""DuckDB reads row groups in parallel; this is its own size."""


def fact_table(kind: str, rows: Sequence[Row]) -> Any:
    """The rows of a kind as an Arrow table."""
    import pyarrow as pa

    types = {"text": pa.int64(), "number": pa.int64(), "wide": pa.decimal128(38, 0), "bool": pa.bool_(), "fact": pa.int64()}
    data: dict[str, Any] = {name: pa.array([row[name] for row in rows], pa.int64()) for name in ("bundle", "form_key", "fact")}
    for name, declared in columns(kind).items():
        values: list[Any] = [row[name] for row in rows]
        if declared == "wide":
            values = [None if value is None else Decimal(value) for value in values]
        data[name] = pa.array(values, types[declared])
    return pa.table(data)


def text_table(texts: Mapping[int, str]) -> Any:
    import pyarrow as pa

    ordered = sorted(texts.items())
    return pa.table({"id": pa.array([n for n, _ in ordered], pa.int64()), "text": pa.array([t for _, t in ordered], pa.string())})


def beyond_table(found: Iterable[tuple[int, str, str]]) -> Any:
    """Bundles with values that columns cannot hold: bundle, kind ("": all of it), field or reason."""
    import pyarrow as pa

    rows = list(found)
    return pa.table(
        {
            "bundle": pa.array([row[0] for row in rows], pa.int64()),
            "kind": pa.array([row[1] for row in rows], pa.string()),
            "field": pa.array([row[2] for row in rows], pa.string()),
        }
    )


def record_table(bundles: Sequence[tuple[int, str, str, Submission]]) -> Any:
    """Bundles as filed: number, files they came from, policy chosen, record (JSON, as `jixiao read` writes it)."""
    import pyarrow as pa

    return pa.table(
        {
            "bundle": pa.array([item[0] for item in bundles], pa.int64()),
            "files": pa.array([item[1] for item in bundles], pa.string()),
            "policy": pa.array([item[2] for item in bundles], pa.string()),
            # escaped: half a surrogate pair of a broken file has no place in a column of text
            "record": pa.array([json.dumps(record.to_data(item[3])) for item in bundles], pa.string()),
        }
    )


def submission_of(text: str, files: str) -> Submission:
    """A record of a corpus as a submission."""
    return record.from_own(json.loads(text), files)


def largest(kind: str, rows: Iterable[Row]) -> dict[str, int]:
    """The largest absolute value of each number column."""
    names = [name for name, declared in columns(kind).items() if declared in ("number", "wide")]
    out = dict.fromkeys(names, 0)
    for row in rows:
        for name in names:
            value = row[name]
            if value is not None and abs(value) > out[name]:
                out[name] = abs(value)
    return out


def tables_of(prepared: Sequence[tuple[int, Rows]]) -> dict[str, Any]:
    """The tables of a part, but for its records."""
    texts: dict[int, str] = {}
    for _, rows in prepared:
        texts |= rows.texts
    out = {kind: fact_table(kind, [row for _, rows in prepared for row in rows.rows.get(kind, ())]) for kind in PREPARED_KINDS}
    out[TEXTS] = text_table(texts)
    out[BEYOND] = beyond_table((number, kind, name) for number, rows in prepared for kind, name in rows.beyond)
    return out


def write(table: Any, path: Path) -> None:
    """One Parquet file of a part that is being made."""
    import pyarrow.parquet as pq

    pq.write_table(table, path, compression="zstd", row_group_size=ROW_GROUP)
