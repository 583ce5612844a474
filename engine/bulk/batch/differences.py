"""Two batches of one corpus under two policies, compared by SQL: what `impact` counts form by form, counted for all at once."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

Row = dict[str, Any]
Outputs = Mapping[str, str]
"""forms, indicators, findings -> the SQL of a batch's output."""

_DAYS = """
CREATE TEMP TABLE days_ AS SELECT bundle, (n - 1)::INT AS form_number, forms[n] ->> '$.filled_on.text' AS day
FROM (SELECT bundle, forms, unnest(range(1, len(forms) + 1)) AS n
    FROM (SELECT bundle, record -> '$.forms[*]' AS forms FROM read_parquet(?) WHERE {wanted}))"""

_FORMS = """
CREATE TEMP TABLE forms_ AS SELECT a.bundle, a.form_number, a.unit, a.fiscal_year::INT AS fiscal_year, a.kind, a.form AS name,
    a.total_computed AS score_before, b.total_computed AS score_after, b.total_computed - a.total_computed AS change,
    coalesce(a.grade_computed, '') AS grade_before, coalesce(b.grade_computed, '') AS grade_after,
    a.total_status AS status_before, b.total_status AS status_after,
    b.execution_computed - a.execution_computed AS execution,
    a.execution_status NOT IN ('scored', 'not_applicable') <> (b.execution_status NOT IN ('scored', 'not_applicable')) AS reopened
FROM {a} a JOIN {b} b USING (bundle, form_number)"""

_INDICATORS = """
CREATE TEMP TABLE indicators_ AS SELECT bundle, form_number, a.computed AS before, b.computed AS after,
    b.computed - a.computed AS change, a.status AS status_before, b.status AS status_after,
    coalesce(a."case", a.status) AS case_before, coalesce(b."case", b.status) AS case_after,
    a.computed IS NOT DISTINCT FROM b.computed AND a.status = b.status AS only_case
FROM {a} a JOIN {b} b USING (bundle, form_number, indicator_number)"""

_FINDINGS = """
CREATE TEMP TABLE findings_ AS WITH
    said AS (SELECT bundle, rule, form, subject, 1 AS a, 0 AS b FROM {a} UNION ALL
             SELECT bundle, rule, form, subject, 0, 1 FROM {b}),
    -- what is said of the bundle as a whole goes with its first form
    placed AS (SELECT s.bundle, coalesce(f.form_number, 0) AS form_number, rule, subject, a, b
        FROM said s LEFT JOIN (SELECT bundle, name, form_number FROM forms_) f ON s.bundle = f.bundle AND s.form = f.name),
    same AS (SELECT bundle, form_number, rule, subject, sum(a) AS a, sum(b) AS b FROM placed GROUP BY ALL)
SELECT bundle, form_number, rule, sum(a)::BIGINT AS before, sum(b)::BIGINT AS after,
    sum(greatest(a - b, 0))::BIGINT AS gone, sum(greatest(b - a, 0))::BIGINT AS come,
    CASE WHEN x.severity <> y.severity THEN sum(least(a, b))::BIGINT ELSE 0 END AS severity
FROM same LEFT JOIN rules_a x USING (rule) LEFT JOIN rules_b y USING (rule)
SEMI JOIN forms_ USING (bundle, form_number)
GROUP BY bundle, form_number, rule, x.severity, y.severity"""

_ALL = """
CREATE TEMP TABLE all_ AS SELECT f.*, coalesce(days_.day, '') AS day,
    coalesce(i.known, 0) + coalesce(f.execution, 0) AS known_difference,
    CASE WHEN coalesce(i.open, 0) = 0 THEN coalesce(i.known, 0) END AS indicators_difference,
    coalesce(i.moved, 0) AS moved, coalesce(i.differing, 0) AS differing, coalesce(g.differing, 0) AS found,
    change IS DISTINCT FROM 0 AND (score_before IS DISTINCT FROM score_after) OR grade_before <> grade_after
        OR status_before <> status_after OR (reopened AND score_before IS NULL) OR coalesce(i.moved, 0) > 0
        OR coalesce(g.differing, 0) > 0 AS changed
FROM forms_ f LEFT JOIN days_ USING (bundle, form_number)
LEFT JOIN (SELECT bundle, form_number, coalesce(sum(change), 0) AS known, count(*) FILTER (change IS NULL) AS open,
        count(*) FILTER (NOT only_case) AS moved, count(*) FILTER (NOT only_case OR case_before <> case_after) AS differing
    FROM indicators_ GROUP BY ALL) i USING (bundle, form_number)
LEFT JOIN (SELECT bundle, form_number, sum(gone + come + severity) AS differing FROM findings_ GROUP BY ALL) g
    USING (bundle, form_number)"""

_COUNTS = """
SELECT count(*) AS forms, count(*) FILTER (changed) AS changed, count(*) FILTER (change > 0) AS up,
    count(*) FILTER (change < 0) AS down, count(*) FILTER (change IS NULL) AS open,
    count(*) FILTER (grade_before <> grade_after) AS regraded, count(*) FILTER (status_before <> status_after) AS restated,
    count(*) FILTER (found > 0) AS findings, coalesce(sum(moved), 0)::BIGINT AS indicators,
    coalesce(sum(differing - moved), 0)::BIGINT AS only_case
FROM all_"""

_CHANGED = """
SELECT all_.*, files FROM all_ LEFT JOIN records_ USING (bundle) WHERE changed
ORDER BY score_before IS NOT NULL AND score_after IS NULL DESC, abs(coalesce(change, known_difference)) DESC,
    coalesce(change, known_difference) < 0 DESC, grade_before <> grade_after DESC, found DESC, differing DESC, bundle, form_number
LIMIT {limit}"""

_CASES = """
SELECT case_before AS before, case_after AS after, count(*) AS indicators, count(DISTINCT (bundle, form_number)) AS forms,
    count(*) FILTER (NOT only_case) AS moved, coalesce(sum(change), 0) AS difference,
    min(bundle) FILTER (NOT only_case) AS example
FROM indicators_ WHERE NOT only_case OR case_before <> case_after GROUP BY ALL ORDER BY moved DESC, indicators DESC, 1, 2"""

_RULES = """
SELECT rule, sum(before)::BIGINT AS before, sum(after)::BIGINT AS after, sum(gone)::BIGINT AS gone, sum(come)::BIGINT AS come,
    sum(severity)::BIGINT AS severity, count(*) FILTER (gone + come + severity > 0) AS forms,
    min(bundle) FILTER (gone + come + severity > 0) AS example
FROM findings_ GROUP BY rule HAVING forms > 0 ORDER BY sum(gone + come + severity) DESC, rule"""


class Differences:
    """The tables of differences, and what is asked of them."""

    def __init__(
        self,
        con: Any,
        before: Outputs,
        after: Outputs,
        severities: tuple[Mapping[str, str], Mapping[str, str]],
        records: list[str],
        by_day: bool,
    ) -> None:
        """`severities`: rule -> severity under each policy. `records`: the Parquet files of what was filed. `by_day`: whether the
        填报日期 is wanted, which is looked up in the records."""
        self.con = con
        for name, rules in zip(("rules_a", "rules_b"), severities, strict=True):
            con.execute(
                f"CREATE TEMP TABLE {name} AS SELECT unnest(?::VARCHAR[]) AS rule, unnest(?::VARCHAR[]) AS severity",
                [list(rules), list(rules.values())],
            )
        con.execute(_DAYS.format(wanted="true" if by_day else "false"), [records])
        con.execute("CREATE TEMP TABLE records_ AS SELECT bundle, files FROM read_parquet(?)", [records])
        for sql, output in ((_FORMS, "forms"), (_INDICATORS, "indicators"), (_FINDINGS, "findings")):
            con.execute(sql.format(a=before[output], b=after[output]))
        con.execute(_ALL)

    def _rows(self, sql: str) -> list[Row]:
        cursor = self.con.execute(sql)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def counts(self) -> Row:
        """Forms, and how many of them changed in which way; indicators with another score or status, and another case alone."""
        return self._rows(_COUNTS)[0]

    def totals(self) -> list[tuple[Decimal | None, Decimal | None]]:
        """The total of every form under both."""
        sql = "SELECT score_before, score_after, count(*) FROM all_ GROUP BY ALL ORDER BY 1, 2"
        return [(a, b) for a, b, n in self.con.execute(sql).fetchall() for _ in range(n)]

    def indicator_differences(self) -> list[Decimal]:
        """Difference of the sum of the indicators' scores of every form for which it is known."""
        sql = "SELECT indicators_difference, count(*) FROM all_ WHERE indicators_difference IS NOT NULL GROUP BY ALL ORDER BY 1"
        return [value for value, n in self.con.execute(sql).fetchall() for _ in range(n)]

    def pairs(self, what: str) -> list[tuple[str, str, int]]:
        """`grade` or `status` of the total under both, and how many forms."""
        return list(
            self.con.execute(f"SELECT {what}_before, {what}_after, count(*) FROM all_ GROUP BY ALL ORDER BY 1, 2").fetchall()
        )

    def indicator_statuses(self) -> list[tuple[str, str, int]]:
        sql = "SELECT status_before, status_after, count(*) FROM indicators_ WHERE status_before <> status_after "
        return list(self.con.execute(sql + "GROUP BY ALL ORDER BY 1, 2").fetchall())

    def changed(self, limit: int) -> list[Row]:
        """The changed forms, worst first, as `changes.impact.tally` ranks them."""
        return self._rows(_CHANGED.format(limit=limit))

    def cases(self) -> list[Row]:
        return self._rows(_CASES)

    def rules(self) -> list[Row]:
        return self._rows(_RULES)

    def filed(self) -> list[tuple[int, str, str, int]]:
        """Years, kinds and 填报日期 of the forms, and how many there are of each."""
        return list(self.con.execute("SELECT fiscal_year, kind, day, count(*) FROM all_ GROUP BY ALL").fetchall())
