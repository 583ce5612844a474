"""The Parquet files of a batch's results: what the reference adds to them, and how they are read back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from engine.bulk.corpus.store import Part
from engine.bulk.corpus.tables import RECORDS, submission_of

OUTPUTS = ("forms", "parts", "indicators", "findings", "kinds")
_TOTALS = ("execution_reported", "execution_computed", "total_reported", "total_computed", "total_low", "total_high")
_NUMBERS = (*_TOTALS, "reported", "computed", "low", "high", "fiscal_year")
_COUNTS = ("form_number", "indicator_number", "indicators", "met", "undecided")
_WHOLE = ("bundle", "fact_1", "fact_2", "fact_3")


def write_reference(rows: Sequence[dict[str, Any]], output: str, path: Path) -> None:
    """Rows of the reference executor beside those of the database, with the same columns."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns: dict[str, Any] = {}
    for name in rows[0]:
        kind = pa.string()
        if name in _NUMBERS:
            kind = pa.decimal128(36, 6)
        elif (name in _COUNTS and output != "forms") or name in ("form_number", "indicators", "undecided"):
            kind = pa.int32()
        elif name == "met":
            kind = pa.int32() if output == "forms" else pa.string()
        elif name in _WHOLE:
            kind = pa.int64()
        if output == "indicators" and name == "met":
            kind = pa.string()
        columns[name] = pa.array([row[name] for row in rows], kind)
    pq.write_table(pa.table(columns), path, compression="zstd")


def rows_of_bundles(folder: Path, bundles: Sequence[int]) -> dict[str, dict[int, list[dict[str, Any]]]]:
    """What the database wrote of some bundles: output -> bundle -> rows."""
    import pyarrow.parquet as pq

    out: dict[str, dict[int, list[dict[str, Any]]]] = {}
    for name in OUTPUTS:
        by_bundle: dict[int, list[dict[str, Any]]] = {}
        table = pq.read_table(folder / f"{name}.parquet", filters=[("bundle", "in", list(bundles))]) if bundles else None
        for row in table.to_pylist() if table is not None else []:
            by_bundle.setdefault(row["bundle"], []).append(row)
        out[name] = by_bundle
    return out


def difference(expected: list[dict[str, Any]], got: list[dict[str, Any]]) -> str:
    """How the rows of the reference differ from those of the database, in any order; empty if they do not."""

    def told(rows: list[dict[str, Any]]) -> Counter[tuple[Any, ...]]:
        return Counter(tuple(sorted((key, str(_plain(value))) for key, value in row.items())) for row in rows)

    want, have = told(expected), told(got)
    if want == have:
        return ""
    return f"参照 {next(iter((want - have).elements()), '没有')}，数据库 {next(iter((have - want).elements()), '没有')}"


def _plain(value: Any) -> Any:
    return format(value.normalize() + 0, "f") if isinstance(value, Decimal) else value


def bundle_numbers(parts: Sequence[Part]) -> list[int]:
    import pyarrow.parquet as pq

    return [n for part in parts for n in pq.read_table(part.file(RECORDS), columns=["bundle"]).column("bundle").to_pylist()]


def records(parts: Sequence[Part], bundles: set[int] | None) -> Iterator[tuple[int, str, Any]]:
    """Bundles as filed: number, files, submission. None: all."""
    import pyarrow.parquet as pq

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
