"""What another policy does to a whole corpus: both are run in the database, and the differences are counted by SQL.

For `policy impact A B --on CORPUS`. Each run is kept under `CORPUS/impact/`, so that the policy in force is computed once.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine.batch import Options, Progress, batch
from engine.batch_summary import results
from engine.corpus import duckdb_connection, open_corpus
from engine.layout_choice import Shelf
from engine.policy_files import Library

LISTED = 200


def is_corpus(path: Path) -> bool:
    """Whether a path is a corpus and no folder of forms."""
    return (path / "corpus.json").is_file()


def impact_on_corpus(
    path: Path, before: str, after: str, library: Library, options: Options | None = None, progress: Progress | None = None
) -> dict[str, Any]:
    """Differences between two policies on every form of a corpus: how many totals, grades and statuses change and by how much, the
    findings that come and go by rule, and the LISTED forms whose total changes most. Decimals are strings.

    Raises as `batch` does.
    """
    options = options or Options()
    shelf = Shelf(library)
    found = open_corpus(path)
    folders = []
    for name in (before, after):
        policy = shelf.policy(name)
        out = path / "impact" / f"{found.digest[:12]}-{policy.sha256[:16]}-{options.backend}-{options.memory}"
        batch(path, out, library, name, options, progress)
        folders.append(out)
    a, b = ({name: results(out, name) for name in ("forms", "indicators", "findings")} for out in folders)
    with duckdb_connection() as con:
        con.execute(
            "CREATE TEMP TABLE d AS SELECT a.bundle, a.form_number, a.unit, a.form, a.total_computed AS total_before, "
            "b.total_computed AS total_after, b.total_computed - a.total_computed AS change, "
            "a.grade_computed AS grade_before, b.grade_computed AS grade_after, "
            "a.total_status AS status_before, b.total_status AS status_after "
            f"FROM {a['forms']} a JOIN {b['forms']} b USING (bundle, form_number)"
        )

        def rows(sql: str) -> list[dict[str, Any]]:
            cursor = con.execute(sql)
            names = [column[0] for column in cursor.description]
            return [{n: _plain(v) for n, v in zip(names, row, strict=True)} for row in cursor.fetchall()]

        counts = rows(
            "SELECT count(*) AS forms, count(*) FILTER (change > 0) AS higher, count(*) FILTER (change < 0) AS lower, "
            "count(*) FILTER (grade_before IS DISTINCT FROM grade_after) AS grades, "
            "count(*) FILTER (status_before <> status_after) AS statuses, "
            "sum(change) AS change, min(change) AS least, max(change) AS most FROM d"
        )[0]
        indicators = rows(
            "SELECT count(*) AS indicators, count(*) FILTER (a.computed IS DISTINCT FROM b.computed) AS scores, "
            'count(*) FILTER (a.status <> b.status) AS statuses, count(*) FILTER (a."case" IS DISTINCT FROM b."case") AS cases '
            f"FROM {a['indicators']} a JOIN {b['indicators']} b USING (bundle, form_number, indicator_number)"
        )[0]
        grades = rows(
            "SELECT grade_before, grade_after, count(*) AS forms FROM d WHERE grade_before IS DISTINCT FROM grade_after "
            "GROUP BY ALL ORDER BY 3 DESC, 1, 2"
        )
        keys = "bundle, rule, form, subject, fact_1, fact_2, fact_3"
        findings = rows(
            f"SELECT rule, sum(n) FILTER (n < 0) * -1 AS gone, sum(n) FILTER (n > 0) AS came FROM (SELECT rule, sum(n) AS n FROM ("
            f"SELECT {keys}, -1 AS n FROM {a['findings']} UNION ALL SELECT {keys}, 1 AS n FROM {b['findings']}) GROUP BY {keys}) "
            "WHERE n <> 0 GROUP BY rule ORDER BY rule"
        )
        changed = rows(
            "SELECT * FROM d WHERE change <> 0 OR grade_before IS DISTINCT FROM grade_after OR status_before <> status_after "
            f"ORDER BY abs(change) DESC NULLS LAST, bundle, form_number LIMIT {LISTED}"
        )
    return {
        "before": before,
        "after": after,
        "forms": counts,
        "indicators": indicators,
        "grades": grades,
        "findings": [{**row, "gone": int(row["gone"] or 0), "came": int(row["came"] or 0)} for row in findings],
        "changed": changed,
    }


def _plain(value: Any) -> Any:
    from decimal import Decimal

    return format(value, "f") if isinstance(value, Decimal) else value
