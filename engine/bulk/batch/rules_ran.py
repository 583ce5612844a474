"""What came of each rule in a partition of a batch, in the words of `result.rules`: from what a database or the reference wrote,
whichever it was; and the findings beyond those that are to be written, taken out again and told by number.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import replace
from pathlib import Path

from engine.bulk.corpus.columns import MOST_FACTS
from engine.bulk.corpus.store import duckdb_connection, quoted
from engine.files import rename
from engine.findings.model import RuleRun
from engine.findings.telling import absent
from engine.policy.model import Policy
from engine.results.bundles import together
from engine.results.findings import rule_run
from engine.results.model import ResultRule

_ORDER = ", ".join(f"{name} NULLS LAST" for name in (*(f"fact_{n}" for n in range(1, MOST_FACTS + 1)), "form", "subject"))
"""Findings of a rule and bundle come in the order of the facts they are about: the same in every executor."""


class RulesRan:
    """Filled while a partition is computed."""

    def __init__(self, policy: Policy, most: int | None = None) -> None:
        self.rules, self.most = policy.rules, most
        self.known: list[ResultRule] = []
        self.more = 0
        """Findings that were found and are not written."""

    def add(self, ran: Iterable[RuleRun], only: Collection[str] | None = None) -> None:
        """What the reference says of one bundle, of all rules or of those."""
        self.known = together([self.known, [rule_run(replace(one, more=0)) for one in ran if only is None or one.id in only]])

    def add_written(self, folder: Path, refused: Collection[str]) -> None:
        """What follows from what a database wrote of all rules that it ran."""
        files, kinds = _files(folder / "findings.parquet"), _files(folder / "kinds.parquet")
        with duckdb_connection() as con:
            hits = dict(con.execute(f"SELECT rule, count(*) FROM {files} GROUP BY rule").fetchall()) if files else {}
            bundles = f"SELECT bundle, list_sort(list(fact_kind)) AS kinds FROM {kinds} GROUP BY bundle"
            told = con.execute(f"SELECT kinds FROM ({bundles}) GROUP BY kinds ORDER BY min(bundle)").fetchall() if kinds else []
        sorts = [frozenset(row[0]) for row in told]
        self.known = together([self.known, [rule_run(one) for one in self._of(hits, sorts, refused)] if sorts else []])

    def _of(self, hits: dict[str, int], sorts: list[frozenset[str]], refused: Collection[str]) -> Iterable[RuleRun]:
        """`sorts`: the sets of kinds that the bundles have, that of the first bundle first."""
        for rule in self.rules.rules.values():
            if not rule.message or rule.id in refused:
                continue
            if found := hits.get(rule.id, 0):
                yield RuleRun(rule.id, "hit", found, title=rule.title)
            elif all(absent(rule, kinds, self.rules) for kinds in sorts):
                yield RuleRun(rule.id, "not_applicable", 0, absent(rule, sorts[0], self.rules), title=rule.title)
            else:
                yield RuleRun(rule.id, "clean", 0, title=rule.title)

    def told(self, folder: Path) -> list[ResultRule]:
        """What came of every rule that says something, in the policy's order, once the findings beyond `most` are taken out."""
        more = _cut(folder, self.most) if self.most else Counter()
        self.more = more.total()
        known = {rule["id"]: rule for rule in self.known}
        out = []
        for identity in self.rules.order or self.rules.rules:
            if left := self.rules.left_out.get(identity):
                out.append(rule_run(RuleRun(identity, "skipped", 0, left.reason, title=left.rule.title, by_option=True)))
            elif identity in known:
                rule = known[identity]
                if more.get(identity):
                    cut = f"每份申报只写前 {self.most:,} 处，另有 {more[identity]:,} 处没有写"
                    rule = {**rule, "reason": "；".join(filter(None, (rule["reason"], cut)))}
                out.append(rule)
        return out


def _files(path: Path) -> str:
    """What DuckDB or Spark wrote of one output, as a table; empty where there is nothing."""
    files = sorted(path.glob("*.parquet")) if path.is_dir() else [path] * path.exists()
    listed = ", ".join(quoted(str(file)) for file in files)
    return f"read_parquet([{listed}])" if files else ""


def _cut(folder: Path, most: int) -> Counter[str]:
    """Takes the findings of each rule and bundle beyond so many out of the files; how many they were, by rule."""
    more: Counter[str] = Counter()
    for path in sorted(folder.glob("findings*.parquet")):
        with duckdb_connection() as con:
            place = f"row_number() OVER (PARTITION BY rule, bundle ORDER BY {_ORDER}) AS place_"
            con.execute(f"CREATE TEMP TABLE placed AS SELECT *, {place} FROM {_files(path)}")
            over = con.execute("SELECT rule, count(*) FROM placed WHERE place_ > ? GROUP BY rule", [most]).fetchall()
            if not over:
                continue
            more.update(dict(over))
            kept = path.with_name(f".{path.name}")
            told = f"SELECT * EXCLUDE (place_) FROM placed WHERE place_ <= {int(most)}"
            con.execute(f"COPY ({told}) TO {quoted(str(kept))} (FORMAT parquet, COMPRESSION zstd)")
        if path.is_dir():  # Spark's
            shutil.rmtree(path)
        rename(kept, path.name)
    return more
