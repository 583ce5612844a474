"""What the forms of a corpus share with those of other bodies: found by the samples the index keeps, measured on the records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from engine.bulk.corpus import readings
from engine.bulk.corpus.index import CorpusFile
from engine.bulk.corpus.twice import Twice, Where, forms
from engine.submission import copying, record
from engine.submission.model import Copied, Form


def copies(out: Path, sources: Sequence[CorpusFile], same: Twice) -> Mapping[Where, tuple[Copied, ...]]:
    """Of each form that has some, the forms it shares text with; without the forms that others stand for. InputError if a record
    that was read is damaged."""
    filed = [(where, form) for where, _, form in forms(sources) if where not in same.instead]
    pairs = copying.suspects([(form.unit, _prints(form.prints)) for _, form in filed])
    wanted = sorted({n for pair in pairs for n in pair}, key=lambda n: filed[n][0])
    opened = dict(zip(wanted, _opened(out, sources, [filed[n][0] for n in wanted]), strict=True))
    found: dict[Where, list[Copied]] = {}
    for n, m in pairs:
        for one, other in ((n, m), (m, n)):
            if shared := copying.copied(opened[one], opened[other]):
                found.setdefault(filed[one][0], []).append(shared)
    return {where: copying.most(some) for where, some in found.items()}


def _prints(written: str) -> copying.Prints:
    return tuple(int(written[at : at + 8], 16) for at in range(0, len(written), 8))


def _opened(out: Path, sources: Sequence[CorpusFile], wanted: Sequence[Where]) -> list[Form]:
    """The forms at these places, which are in order, so that each piece is opened once."""
    key, held, found = "", [], []
    for where in wanted:
        source = sources[where.source]
        piece = source.pieces[where.piece].key
        if piece != key:
            key, held = piece, readings.records(out, piece)
        found.append(record.from_own(held[where.reading], source.name).forms[where.form])
    return found
