"""The findings of a batch in words: what the database found in numbers, said by the reference executor, the worst first."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from engine.bulk.batch.files import records
from engine.bulk.batch.reference import numbers_of
from engine.bulk.batch.summary import results
from engine.bulk.corpus.columns import MOST_FACTS
from engine.bulk.corpus.store import duckdb_connection, open_corpus
from engine.errors import JixiaoError
from engine.files import write
from engine.findings.findings import Checker, Findings
from engine.findings.model import Finding
from engine.language.model import Match
from engine.language.rules import SEVERITIES
from engine.policy.model import Policy
from engine.results.document import finding_data
from engine.scoring.form import evaluate

FILE = "sentences.jsonl"
_COLUMNS = ("policy", "bundle", "rule", "fact_1", "fact_2", "fact_3", "form")
_SHOWN = ("rule", "severity", "form", "subject", "message", "advice", "files")

Row = dict[str, Any]


def write_sentences(said: Iterable[Row], out: Path) -> None:
    """A line for each finding, beside the summary. Raises OutputError."""
    write("".join(json.dumps(item, ensure_ascii=False) + "\n" for item in said), out / FILE)


def shown(said: Iterable[Row]) -> list[Row]:
    """What a person is shown of each."""
    return [{name: item[name] for name in _SHOWN} for item in said]


def sentences(corpus: Path, out: Path, policies: Mapping[str, Policy], limit: int) -> list[Row]:
    """The worst findings in words, as many as `limit`: what the result document of `evaluate` has of each, with unit and files, and
    the numbers by which it is found in findings.parquet. Bundles of which they are, are judged again, one by one."""
    if limit <= 0:
        return []
    order = " ".join(f"WHEN '{name}' THEN {n}" for n, name in enumerate(SEVERITIES))
    with duckdb_connection() as con:
        chosen = con.execute(
            f"SELECT {', '.join(_COLUMNS)} FROM {results(out, 'findings')} "
            f"ORDER BY CASE severity {order} END, bundle, rule, fact_1, fact_2, fact_3, subject LIMIT {int(limit)}"
        ).fetchall()
    by_folder = {name.replace("/", "_"): name for name in policies}
    wanted: dict[str, set[int]] = {}
    for row in chosen:
        wanted.setdefault(row[0], set()).add(row[1])
    parts = open_corpus(corpus).parts
    told: dict[tuple[Any, ...], list[Row]] = {}
    for folder, bundles in wanted.items():
        checker = Checker(policies[by_folder[folder]], use_durable=False)
        for number, files, submission in records(parts, bundles):
            try:
                checked = checker.check(evaluate(submission, checker.policy))
            except JixiaoError:
                continue  # said by the run: this bundle could not be judged
            units = {form.name: form.unit for form in submission.forms}
            for key, finding in _of_bundle(checked, checker, number):
                about = {"policy": checker.policy.id, "bundle": number, "unit": units.get(finding.form, ""), "files": files}
                facts = {f"fact_{n + 1}": fact for n, fact in enumerate(key[1:])}
                told.setdefault((folder, number, *key, finding.form), []).append({**finding_data(finding), **about, **facts})
    # a finding that rests on what rules concluded has no numbers: several may have one key, and are told in their order
    return [waiting.pop(0) for row in chosen if (waiting := told.get(row))]


def _of_bundle(checked: Findings, checker: Checker, number: int) -> Iterator[tuple[tuple[Any, ...], Finding]]:
    numbers = numbers_of(checked, number)
    matches = [match for match in checked.outcome.matches if checker.policy.rules.rules[match.rule].message]
    for match, finding in _paired(matches, checked):
        facts = [numbers.get(identity) for _, identity in match.facts]
        yield (match.rule, *(facts + [None] * MOST_FACTS)[:MOST_FACTS]), finding


def _paired(matches: Iterable[Match], checked: Findings) -> Iterator[tuple[Match, Finding]]:
    """Each match with its finding. Findings of one rule and form are in the order of their matches."""
    by_rule: dict[tuple[str, str], list[Finding]] = {}
    for finding in checked.findings:
        by_rule.setdefault((finding.rule, finding.form), []).append(finding)
    facts = {fact.id: fact for fact in checked.facts}
    origins = {item.fact.id: item.match for item in checked.outcome.derived}
    for match in matches:
        first = facts[match.facts[0][1]]
        lead = first
        while lead.id in origins:
            lead = facts[origins[lead.id].facts[0][1]]
        form = str(first.fields.get("form", checked.sources[lead.id].form))
        waiting = by_rule.get((match.rule, form))
        if waiting:
            yield match, waiting.pop(0)
