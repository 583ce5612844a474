"""What a batch found, in words: the worst findings, and the problems of the bundles they are of, said by the reference executor."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.bulk.batch.files import records
from engine.bulk.batch.reference import numbers_of
from engine.bulk.batch.summary import results
from engine.bulk.corpus.columns import MOST_FACTS
from engine.bulk.corpus.store import duckdb_connection, open_corpus
from engine.errors import JixiaoError
from engine.files import write
from engine.findings.concerns import rank
from engine.findings.findings import Checker, Findings
from engine.findings.model import Finding
from engine.language.model import Match
from engine.language.rules import SEVERITIES
from engine.policy.model import Policy
from engine.results.concerns import concern_data
from engine.results.findings import finding_data
from engine.scoring.form import evaluate
from engine.scoring.model import Evaluation

FILE, PROBLEMS = "sentences.jsonl", "problems.jsonl"
_COLUMNS = ("policy", "bundle", "rule", "fact_1", "fact_2", "fact_3", "form")
_SHOWN = ("unit", "title", "severity", "certain", "stake", "forms", "advice", "files")

Row = dict[str, Any]


@dataclass(slots=True)
class InWords:
    """Findings and problems in words; `bundles`: those of which all problems are told."""

    findings: list[Row] = field(default_factory=list)
    problems: list[Row] = field(default_factory=list)
    bundles: int = 0


def write_said(said: InWords, out: Path, most: int) -> None:
    """A line for each of `most` findings and for each problem of the bundles they are of. Raises OutputError."""
    for name, rows in ((FILE, said.findings[:most]), (PROBLEMS, said.problems if most else [])):
        write("".join(json.dumps(item, ensure_ascii=False) + "\n" for item in rows), out / name)


def shown(problems: Iterable[Row]) -> list[Row]:
    """What a person is shown of each problem."""
    return [{name: item[name] for name in _SHOWN} for item in problems]


Seen = Callable[[int, Evaluation, Findings], None]


def in_words(corpus: Path, out: Path, policies: Mapping[str, Policy], limit: int, seen: Seen | None = None) -> InWords:
    """The worst findings in words, as many as `limit`: what the result document of `evaluate` has of each, with unit and files, and
    the numbers by which it is found in findings.parquet. Bundles of which they are, are judged again, one by one; all their
    problems are told, the most pressing first. `seen` is given each with its number."""
    said = InWords()
    if limit <= 0:
        return said
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
    ranked: list[tuple[Any, Row]] = []
    for folder, bundles in wanted.items():
        checker = Checker(policies[by_folder[folder]], use_durable=False)
        for number, files, submission in records(parts, bundles):
            try:
                evaluation = evaluate(submission, checker.policy)
                checked = checker.check(evaluation)
            except JixiaoError:
                continue  # said by the run: this bundle could not be judged
            said.bundles += 1
            if seen:
                seen(number, evaluation, checked)
            units = {form.name: form.unit for form in submission.forms}
            named = {
                "policy": checker.policy.id,
                "bundle": number,
                "unit": "、".join(dict.fromkeys(units.values())),
                "files": files,
            }
            ranked += [(rank(concern), {**concern_data(concern), **named}) for concern in checked.concerns]
            for key, finding in _of_bundle(checked, checker, number):
                about = {"policy": checker.policy.id, "bundle": number, "unit": units.get(finding.form, ""), "files": files}
                facts = {f"fact_{n + 1}": fact for n, fact in enumerate(key[1:])}
                told.setdefault((folder, number, *key, finding.form), []).append({**finding_data(finding), **about, **facts})
    # a finding that rests on what rules concluded has no numbers: several may have one key, and are told in their order
    said.findings = [waiting.pop(0) for row in chosen if (waiting := told.get(row))]
    said.problems = [row for _, row in sorted(ranked, key=lambda item: item[0])]
    return said


def _of_bundle(checked: Findings, checker: Checker, number: int) -> Iterator[tuple[tuple[Any, ...], Finding]]:
    numbers = numbers_of(checked, number)
    matches = [match for match in checked.outcome.matches if checker.policy.rules.rules[match.rule].message]
    for match, finding in _paired(matches, checked):
        facts = [numbers.get(identity) for _, identity in match.facts]
        yield (match.rule, *(facts + [None] * MOST_FACTS)[:MOST_FACTS]), finding


def _paired(matches: Iterable[Match], checked: Findings) -> Iterator[tuple[Match, Finding]]:
    """Each match with its own finding. Findings of one rule and form are in the order of their matches."""
    by_rule: dict[tuple[str, str], list[Finding]] = {}
    for finding in checked.apart:
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
