"""Rows read again by the words of another policy: values, names and statements of a report are read as the policy says, so that a
policy with other words, names or statements needs rows of its own. Made once from the records, by the code of the reference."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from engine.bulk.batch.files import records
from engine.bulk.corpus import store as corpus
from engine.bulk.corpus.parts import write_rows
from engine.bulk.corpus.rows import preparation
from engine.bulk.corpus.store import Part
from engine.bulk.corpus.tables import RECORDS
from engine.policy.model import Policy


def prepared_parts(path: Path, parts: Sequence[Part], policy: Policy, progress: Callable[[int, int], None]) -> list[Part]:
    """The parts as they are where the policy reads as theirs does, else read again (once) by its words."""
    wanted = preparation(policy)
    out = []
    others = [part for part in parts if part.preparation != wanted]
    for part in parts:
        if part.preparation == wanted:
            out.append(part)
            continue
        folder = path / "prepared" / wanted[:16] / part.path.name
        if not (folder / corpus.MANIFEST).exists():
            progress(others.index(part), len(others))
            corpus.verify([part], [RECORDS])
            write_rows(folder, list(records([part], None)), policy)
        out.append(corpus.read_part(folder))
    return out
