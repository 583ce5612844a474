"""Parts of a corpus: bundles prepared by the words of their policy, and written as tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from engine.bulk.corpus import readings
from engine.bulk.corpus import store as corpus
from engine.bulk.corpus import tables as corpus_tables
from engine.bulk.corpus.bundles import PartJob
from engine.bulk.corpus.columns import PREPARED_KINDS
from engine.bulk.corpus.crew import Ingester
from engine.bulk.corpus.rows import preparation, rows_of
from engine.errors import JixiaoError, Place, Problem
from engine.intake import bundle as inputs
from engine.policy.model import Policy


def write_part(reader: Ingester, job: PartJob) -> dict[str, Any]:
    """Prepare and write the parts of a job, one for each policy; what was done."""
    problems: list[Problem] = []
    failed: list[int] = []
    told: list[str] = []
    by_policy: dict[str, tuple[Policy, list[tuple[int, inputs.Bundle]]]] = {}
    for position, found in enumerate(readings.of_bundles(reader.out, job.bundles)):
        try:
            bundle = inputs.bundle(found, reader.shelf, reader.policy(job.bundles[position].policy))
        except JixiaoError as error:
            place = Place(found[0].file, found[0].line)
            problems += [replace(p, place=place) if not p.place.file else p for p in error.problems]
            failed.append(position)
            continue
        by_policy.setdefault(bundle.policy.id, (bundle.policy, []))[1].append((position, bundle))
        told += [f"{bundle.files[0]}：{line}" for line in bundle.told]
    data: dict[str, Any] = {"parts": [], "bundles": 0, "forms": 0, "indicators": 0, "beyond": 0, "failed": failed}
    for chosen, bundles in by_policy.values():
        name = corpus.part_name(job.name, chosen.id)
        items = [(job.bundle_number(n), "、".join(bundle.files), bundle.submission) for n, bundle in bundles]
        part, beyond = write_rows(reader.out / "parts" / name, items, chosen)
        data["parts"].append(name)
        for key in ("bundles", "forms", "indicators"):
            data[key] += getattr(part, key)
        data["beyond"] += beyond
    data["problems"] = [asdict(problem) for problem in problems]
    data["told"] = told
    corpus.write_made(reader.out, job.name, data)
    return data


def write_rows(folder: Path, bundles: Sequence[tuple[int, str, Any]], policy: Policy) -> tuple[corpus.Part, int]:
    """Bundles (number, files, submission) as a part, prepared by the words of a policy; how many hold values beyond columns."""
    prepared = [(number, rows_of(submission, policy, number)) for number, _, submission in bundles]
    tables = corpus_tables.tables_of(prepared)
    tables[corpus_tables.RECORDS] = corpus_tables.record_table([(n, files, policy.id, s) for n, files, s in bundles])
    sizes: dict[str, int] = {}
    for kind in PREPARED_KINDS:
        rows = [row for _, item in prepared for row in item.rows.get(kind, ())]
        sizes |= {f"{kind}.{name}": most for name, most in corpus_tables.largest(kind, rows).items()}
    about = {
        "policy": policy.id,
        "preparation": preparation(policy),
        "bundles": len(bundles),
        "forms": sum(item.forms for _, item in prepared),
        "indicators": sum(item.indicators for _, item in prepared),
        "sizes": sizes,
    }
    return corpus.write_part(folder, tables, about), sum(bool(item.beyond) for _, item in prepared)
