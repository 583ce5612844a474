"""DuckDB as the place where a policy's expressions run, and where questions about texts are asked of each distinct text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from engine.bulk.corpus.columns import PREPARED_KINDS, columns, text_id
from engine.bulk.corpus.store import Part, quoted
from engine.bulk.relational.facts import LEVELS
from engine.bulk.relational.needs import Needs, relevant_beyond, used_columns
from engine.bulk.relational.program import Plan
from engine.bulk.relational.terms import WORD, Pattern, answers, bit_columns
from engine.errors import InputError, InternalError, OutputError, Place, Problem
from engine.findings.facts.indicator import home_of, level1_of
from engine.policy.model import Policy
from engine.scoring.form import canonical_level1

SEVERAL = 7
"""So many words are looked for one by one; from there on a regular expression of all is faster (0.2 µs a text, a word 0.03)."""
LISTS = 6
"""Lists of words that are asked for at once."""
PUSHED = "h_"
"""Tables of what rules of one fact found: their filter would be put below the bits that it looks at, and all asked twice."""


class DuckDB:
    """A connection over the rows of some parts, in which plans are run."""

    def __init__(self, memory: int = 0, threads: int = 0, scratch: str = "") -> None:
        import duckdb

        self.raw: Any = duckdb.connect()
        self.raw.execute("SET preserve_insertion_order = false")
        self.raw.execute("SET enable_progress_bar = false")  # it goes to standard output
        if memory:
            limit = f"{memory // 1000}KB"
            self.raw.execute(f"SET memory_limit = {quoted(limit)}")
        if threads:
            self.raw.execute(f"SET threads = {int(threads)}")
        if scratch:
            self.raw.execute(f"SET temp_directory = {quoted(scratch)}")
        self.left_out: list[int] = []
        self.outputs: Mapping[str, str] = {}

    # --- the rows --------------------------------------------------------------------------------------------------

    def load(self, parts: Sequence[Part], needs: Needs) -> None:
        """The rows of some parts as `raw_<kind>`: of each kind the columns that a policy reads."""
        self.parts, self.needs = parts, needs
        self._left_out([])
        self.raw.execute(
            f"CREATE OR REPLACE TEMP TABLE raw_texts AS SELECT id, any_value(text) AS text FROM {self._files('texts')} GROUP BY id"
        )

    def limit(self, cap: int) -> None:
        """Leave out the bundles that hold a number larger than the cap, or a value that no column could hold."""
        relevant = relevant_beyond(self.needs)
        found = self.raw.execute(f"SELECT DISTINCT bundle, kind, field FROM {self._files('beyond')}").fetchall()
        out = {bundle for bundle, kind, name in found if not kind or (kind, name) in relevant}
        sizes = sizes_of(self.parts)
        for kind in PREPARED_KINDS:
            large = [
                name
                for name in used_columns(self.needs, kind)
                if columns(kind)[name] == "number" and sizes.get((kind, name), 0) > cap
            ]
            if large:
                over = " OR ".join(f'abs("{name}") > {cap}' for name in large)
                out |= {
                    row[0] for row in self.raw.execute(f"SELECT DISTINCT bundle FROM {self._files(kind)} WHERE {over}").fetchall()
                }
        self._left_out(sorted(out))

    def _left_out(self, bundles: Sequence[int]) -> None:
        """The views of the rows, without these bundles: the reference executor has them."""
        self.left_out = list(bundles)
        self.small_table("left_out", [{"bundle": bundle} for bundle in bundles], {"bundle": "int64"})
        kept = " WHERE bundle NOT IN (SELECT bundle FROM left_out)" if bundles else ""
        for kind in PREPARED_KINDS:
            names = ", ".join(_read(kind, name) for name in ("bundle", "form_key", "fact", *used_columns(self.needs, kind)))
            self.raw.execute(f'CREATE OR REPLACE TEMP VIEW "raw_{kind}" AS SELECT {names} FROM {self._files(kind)}{kept}')

    def _files(self, table: str) -> str:
        listed = ", ".join(quoted(str(part.file(table))) for part in self.parts)
        return f"read_parquet([{listed}])"

    def close(self) -> None:
        self.raw.close()

    def _create(self, name: str, sql: str) -> None:
        if name.startswith("+"):
            self.raw.execute(f'INSERT INTO "{name[1:]}" {sql}')
            return
        if name.startswith(PUSHED):
            self.raw.execute("SET disabled_optimizers = 'filter_pushdown'")
        self.raw.execute(f'CREATE OR REPLACE TEMP TABLE "{name}" AS {sql}')
        if name.startswith(PUSHED):
            self.raw.execute("SET disabled_optimizers = ''")

    def run(self, plan: Plan, policy: Policy) -> None:
        """Every step of a plan over the rows that stand there."""
        self.limit(plan.cap)
        self.prepare(PREPARED_KINDS, self.needs, policy)
        for name, (rows, types) in plan.tables.items():
            self.small_table(name, rows, types)
        for name, sql in plan.steps:
            self._create(name, sql)
        self.outputs = plan.outputs

    def told(self, error: Exception) -> Exception:
        """What went wrong in the database, for people."""
        import duckdb

        if not isinstance(error, duckdb.Error):
            return error
        text = str(error)
        if isinstance(error, duckdb.OutOfMemoryException) or "out of memory" in text.lower():
            remedy = "用 --memory 给更多内存，或少用几个线程"
            return OutputError(Problem(Place(), f"内存不够：{text.splitlines()[0]}", remedy, code="machine.memory"))
        if "No space left" in text or "disk" in text.lower():
            remedy = "腾出空间后再运行一次，写好的不必重来"
            return OutputError(Problem(Place(), f"写不进去：{text.splitlines()[0]}", remedy, code="output.full"))
        if isinstance(error, duckdb.IOException | duckdb.InvalidInputException | duckdb.SerializationException):
            return InputError(
                Problem(
                    Place(),
                    f"语料读不了：{text.splitlines()[0]}",
                    "没有改动过的语料；坏了的部分删去后重新 ingest",
                    code="corpus.damaged",
                )
            )
        return InternalError(Problem(Place(), f"数据库里的计算没有成功：{text}", "向维护者报告", code="engine.database"))

    def small_table(self, name: str, rows: Sequence[Mapping[str, Any]], types: Mapping[str, str]) -> None:
        """A table of few rows."""
        declared = {"string": "VARCHAR", "int64": "BIGINT", "int16": "SMALLINT", "boolean": "BOOLEAN"}
        listed = ", ".join(f"{key} {declared[kind]}" for key, kind in types.items())
        self.raw.execute(f'CREATE OR REPLACE TEMP TABLE "{name}" ({listed})')
        if rows:
            said = ", ".join(f"({', '.join(_literal(row[key]) for key in types)})" for row in rows)
            self.raw.execute(f'INSERT INTO "{name}" VALUES {said}')

    def write(self, output: str, path: Path) -> None:
        """An output as a Parquet file."""
        self.raw.execute(f"COPY ({self.outputs[output]}) TO {quoted(str(path))} (FORMAT parquet, COMPRESSION zstd)")

    def rows(self, output: str) -> list[dict[str, Any]]:
        """An output, whole: for what is small."""
        found = self.raw.execute(self.outputs[output])
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    # --- what is asked of texts ------------------------------------------------------------------------------------

    def prepare(self, kinds: Iterable[str], needs: Needs, policy: Policy) -> None:
        """Views `p_<kind>` over the rows in `raw_<kind>`, with the answers about texts beside them."""
        for kind in kinds:
            have = used_columns(needs, kind)
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
            words.append(f'{_answers(patterns[start : start + WORD])} AS "{word}"')
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
        types = dict.fromkeys(("of_level1", "of_level2", "level1_name", "belongs", "home", "known", *words), "int64")
        types |= {"belongs": "boolean", "known": "boolean"}
        self.small_table(f"p_{LEVELS}", [dict(zip(types, row, strict=True)) for row in rows], types)


def _literal(value: object) -> str:
    if value is None:
        return "NULL"
    return quoted(value) if isinstance(value, str) else str(value)


def _read(kind: str, name: str) -> str:
    """A column of the files; quotients are decimals there and whole numbers here."""
    wide = kind in PREPARED_KINDS and columns(kind).get(name) == "wide"
    return f'"{name}"::HUGEINT AS "{name}"' if wide else f'"{name}"'


def _answers(patterns: Sequence[Pattern]) -> str:
    """The answers about a text as bits. Lists of words are asked several at a time whether any of them is there, since few are in
    one text, and one by one only where that is so."""
    listed = [(n, p) for n, p in enumerate(patterns) if p[0] != "matches" and p[1]]
    terms = [_bit(n, p) for n, p in enumerate(patterns) if (n, p) not in listed]
    for start in range(0, len(listed), LISTS):
        some = listed[start : start + LISTS]
        each = " | ".join(_bit(n, p) for n, p in some)
        words = list(dict.fromkeys(word for _, p in some for word in p[1]))
        if len(some) > 1 and len(words) > SEVERAL:
            each = f"(CASE WHEN {_question(('contains', words))} THEN {each} ELSE 0::BIGINT END)"
        terms.append(each)
    return " | ".join(terms)


def _bit(n: int, pattern: Pattern) -> str:
    return f"(({_question(pattern)})::BIGINT << {n})"


def _question(pattern: Pattern) -> str:
    """A question about a text in DuckDB's words: its `contains` is Python's `in`, its regular expressions are RE2."""
    word, value = pattern
    if word == "matches":
        return f"regexp_matches(text, {quoted(value)})"
    if len(value) > SEVERAL:  # one automaton goes through the text once for all of them
        return f"regexp_matches(text, {quoted('|'.join(map(re.escape, value)))})"
    return " OR ".join(f"contains(text, {quoted(part)})" for part in value) or "false"


def sizes_of(parts: Iterable[Part]) -> dict[tuple[str, str], int]:
    """The largest absolute value of each number column of some parts."""
    out: dict[tuple[str, str], int] = {}
    for part in parts:
        for name, most in part.sizes.items():
            kind, _, column = name.partition(".")
            out[kind, column] = max(out.get((kind, column), 0), most)
    return out
