"""DuckDB as the place where a policy's expressions run, and where questions about texts are asked of each distinct text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ibis

from engine.corpus_fields import text_id
from engine.evaluation import canonical_level1
from engine.indicator_facts import home_of, level1_of
from engine.policy import Policy
from engine.relational_facts import LEVELS, Needs
from engine.relational_terms import WORD, Pattern, answers, bit_columns

MACROS = """
CREATE OR REPLACE TEMP MACRO jx_wide(n) AS n::HUGEINT;
CREATE OR REPLACE TEMP MACRO jx_big(digits) AS digits::HUGEINT;
CREATE OR REPLACE TEMP MACRO jx_div(n, d) AS n::HUGEINT // d::HUGEINT;
CREATE OR REPLACE TEMP MACRO jx_short_div(n, d) AS n // d;
"""


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


class DuckDB:
    """A connection with the engine's primitives. Steps that are stored are kept as SQL, so that they run again on other rows."""

    def __init__(self, memory: str = "", threads: int = 0, scratch: str = "") -> None:
        self.con: Any = ibis.duckdb.connect()
        self.raw: Any = self.con.con
        self.raw.execute(MACROS)
        self.raw.execute("SET preserve_insertion_order = false")
        if memory:
            self.raw.execute(f"SET memory_limit = {quoted(memory)}")
        if threads:
            self.raw.execute(f"SET threads = {int(threads)}")
        if scratch:
            self.raw.execute(f"SET temp_directory = {quoted(scratch)}")
        self.steps: list[tuple[str, str]] = []

    def close(self) -> None:
        self.con.disconnect()

    def store(self, name: str, expression: Any) -> Any:
        sql = self.con.compile(expression)
        self.steps.append((name, sql))
        self._create(name, sql)
        return self.con.table(name)

    def _create(self, name: str, sql: str) -> None:
        self.raw.execute(f'CREATE OR REPLACE TEMP TABLE "{name}" AS {sql}')

    def replay(self) -> None:
        """Every stored step again, over the rows that stand there now."""
        for name, sql in self.steps:
            self._create(name, sql)

    def source(self, kind: str) -> Any:
        return self.con.table(f"p_{kind}")

    # --- what is asked of texts ------------------------------------------------------------------------------------

    def prepare(self, kinds: Sequence[str], needs: Needs, policy: Policy) -> None:
        """Views `p_<kind>` over the rows in `raw_<kind>`, with the answers about texts beside them."""
        for kind in kinds:
            have = [row[0] for row in self.raw.execute(f'DESCRIBE "raw_{kind}"').fetchall()]
            joins, picked = [], ["r.*"]
            for (of, name), patterns in needs.patterns.asked.items():
                if of != kind or name not in have:
                    continue
                bits = f"b_{kind}_{name}"
                self._bits(bits, kind, name, patterns)
                picked += [f'"{bits}"."{word}" AS "{word}"' for word in bit_columns(name, len(patterns))]
                joins.append(f'LEFT JOIN "{bits}" ON r."{name}" = "{bits}".id')
            self.raw.execute(
                f'CREATE OR REPLACE TEMP VIEW "p_{kind}" AS SELECT {", ".join(picked)} FROM "raw_{kind}" r {" ".join(joins)}'
            )
        self._levels(needs, policy)

    def _bits(self, bits: str, kind: str, name: str, patterns: Sequence[Pattern]) -> None:
        words = []
        for start, word in zip(range(0, len(patterns), WORD), bit_columns(name, len(patterns)), strict=True):
            part = [f"(({_question(p)})::BIGINT << {n})" for n, p in enumerate(patterns[start : start + WORD])]
            words.append(f'{" | ".join(part)} AS "{word}"')
        self.raw.execute(
            f'CREATE OR REPLACE TEMP TABLE "{bits}" AS SELECT id, {", ".join(words)} FROM raw_texts '
            f'WHERE id IN (SELECT DISTINCT "{name}" FROM "raw_{kind}")'
        )

    def _levels(self, needs: Needs, policy: Policy) -> None:
        """What the taxonomy says of each pair of levels that occurs, by the functions of the reference."""
        pairs = self.raw.execute(
            "SELECT p.level1, p.level2, a.text, b.text FROM ("
            "SELECT DISTINCT level1, level2 FROM raw_indicator UNION SELECT DISTINCT level1, level2 FROM raw_group) p "
            "LEFT JOIN raw_texts a ON a.id = p.level1 LEFT JOIN raw_texts b ON b.id = p.level2"
        ).fetchall()
        asked = {name: needs.patterns.of("indicator", name) for name in ("level1_name", "home")}
        rows = []
        for level1, level2, name1, name2 in pairs:
            home = home_of(name2 or "", policy)
            canonical = canonical_level1(name1, policy)
            known = bool(home) if name2 else level1_of(name1, policy) is not None
            joined = "、".join(home)
            row: list[Any] = [level1, level2 or 0, text_id(canonical), (canonical in home) if name2 else None]
            row += [text_id(joined) if joined else None, known]
            row += answers(asked["level1_name"])(canonical)
            row += answers(asked["home"])(joined) if joined else [None] * len(bit_columns("home", len(asked["home"])))
            rows.append(row)
        words = [word for name in asked for word in bit_columns(name, len(asked[name]))]
        declared = "of_level1 BIGINT, of_level2 BIGINT, level1_name BIGINT, belongs BOOLEAN, home BIGINT, known BOOLEAN"
        self.raw.execute(f'CREATE OR REPLACE TEMP TABLE "p_{LEVELS}" ({declared}{"".join(f", {word} BIGINT" for word in words)})')
        if rows:
            marks = ", ".join("?" * len(rows[0]))
            self.raw.executemany(f'INSERT INTO "p_{LEVELS}" VALUES ({marks})', rows)


def _question(pattern: Pattern) -> str:
    """A question about a text in DuckDB's words: its `contains` is Python's `in`, its regular expressions are RE2."""
    word, value = pattern
    if word == "matches":
        return f"regexp_matches(text, {quoted(value)})"
    return " OR ".join(f"contains(text, {quoted(part)})" for part in value) or "false"
