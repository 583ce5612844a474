"""Readings put together into bundles, and bundles into parts, so that the same files always give the same parts.

A bundle is the forms of one unit, year and jurisdiction that stand in files, or a line. Bundles stand in the order of their units,
and where a part ends is decided by the bundles themselves: a unit more or less changes the part it is in and no other. So does the
number of a part, which the numbers of its bundles begin with: it is taken from its first bundle.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from engine.bulk.corpus.index import CorpusFile, ReadingHead
from engine.bulk.corpus.twice import Twice, Where, body, place_of, places
from engine.intake import apart
from engine.intake.apart import Body
from engine.intake.joining import joined
from engine.submission.model import Copied

LEAST, USUAL, MOST = 50, 50, 200
"""Bundles of a part: the fewest, how many more there are as a rule, the most."""
BUNDLE_SHIFT = 8
"""Numbers of bundles in a part: not fewer than MOST."""
PART_NUMBERS = 1 << 22
"""With the numbers of bundles, forms and facts behind it the number of a part fits into 63 bits."""


@dataclass(frozen=True, slots=True)
class PlannedReading:
    """What a bundle takes of a reading: all but the forms that others stand for."""

    file: str
    key: str
    """Of the piece it was read from; `number` in that."""
    number: int
    head: ReadingHead
    where: Where
    without: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class PlannedBundle:
    """Readings judged together, in the order of their files; by the policy that was named, if one was."""

    policy: str
    readings: tuple[PlannedReading, ...]
    identity: str
    """Whose forms they are: what they are put in order by."""
    copied: tuple[tuple[int, tuple[Copied, ...]], ...] = ()
    """What forms, by their numbers in the bundle, share with those of other bodies."""

    @property
    def forms(self) -> Iterator[Where]:
        """The forms in the order in which they are numbered."""
        for reading in self.readings:
            for n in range(len(reading.head.forms)):
                if n not in reading.without:
                    yield Where(reading.where.source, reading.where.piece, reading.where.reading, n)


@dataclass(frozen=True, slots=True)
class PartJob:
    """Bundles to be written together. The name says what they are made from."""

    number: int
    name: str
    bundles: tuple[PlannedBundle, ...]

    def bundle_number(self, position: int) -> int:
        return (self.number << BUNDLE_SHIFT) + position


def planned(
    sources: Sequence[CorpusFile], same: Twice, stamp: str, copied: Mapping[Where, tuple[Copied, ...]] | None = None
) -> list[PartJob]:
    """The parts of a corpus of these files, without the forms that others stand for (`same`). `stamp`: what they are made by;
    `copied`: what forms share with those of other bodies."""
    readings = list(_readings(sources, same.instead))
    known = places(sources)

    def whose(reading: PlannedReading, of: Body) -> tuple[str, str]:
        """What a reading is grouped by besides unit and year, as in `collection`: its place, or the policy that was named; and the
        folder that tells units of one name apart."""
        source = sources[reading.where.source]
        place = f"={source.policy}" if source.policy else place_of(known, of, reading.head)
        return place, "" if reading.head.line else apart.home(same.apart, of, source.path)

    bundles = [_with_copies(_bundle(group, sources, whose), copied or {}) for group in _grouped(readings, whose)]
    bundles.sort(key=lambda bundle: (bundle.identity, bundle.readings[0].where))
    jobs: list[PartJob] = []
    taken: set[int] = set()
    for some in _cut(bundles):
        number = int.from_bytes(_hash(some[0].identity)[:8], "big") % PART_NUMBERS
        while number in taken:
            number = (number + 1) % PART_NUMBERS
        taken.add(number)
        said = [number, stamp, [_said(bundle) for bundle in some]]
        name = f"{number:07}-{hashlib.sha256(json.dumps(said).encode()).hexdigest()[:20]}"
        jobs.append(PartJob(number, name, tuple(some)))
    return sorted(jobs, key=lambda job: job.number)


def _said(bundle: PlannedBundle) -> object:
    said = [bundle.policy, [[item.key, item.number, item.without] for item in bundle.readings]]
    return [*said, [[n, *map(asdict, shared)] for n, shared in bundle.copied]] if bundle.copied else said


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def _readings(sources: Sequence[CorpusFile], left_out: Collection[Where]) -> Iterator[PlannedReading]:
    for s, source in enumerate(sources):
        for p, (piece, read) in enumerate(zip(source.pieces, source.read, strict=True)):
            for r, head in enumerate(read.heads):
                without = tuple(f for f in range(len(head.forms)) if Where(s, p, r, f) in left_out)
                if len(without) < len(head.forms):
                    yield PlannedReading(source.name, piece.key, r, head, Where(s, p, r, 0), without)


def _bodies(reading: PlannedReading) -> list[Body]:
    return list(dict.fromkeys(body(form) for n, form in enumerate(reading.head.forms) if n not in reading.without))


Whose = Callable[[PlannedReading, Body], tuple[str, str]]


def _grouped(readings: Sequence[PlannedReading], whose: Whose) -> list[list[PlannedReading]]:
    """Readings of one unit, year and jurisdiction, joined where one file holds forms of several units; as `collection` does."""
    keys = ([] if reading.head.line else [(of, whose(reading, of)) for of in _bodies(reading)] for reading in readings)
    return joined(readings, keys)


def _bundle(readings: Sequence[PlannedReading], sources: Sequence[CorpusFile], whose: Whose) -> PlannedBundle:
    bodies = sorted({(*of, *whose(item, of)) for item in readings for of in _bodies(item)})
    return PlannedBundle(sources[readings[0].where.source].policy, tuple(readings), json.dumps(bodies))


def _with_copies(bundle: PlannedBundle, copied: Mapping[Where, tuple[Copied, ...]]) -> PlannedBundle:
    found = tuple((n, copied[where]) for n, where in enumerate(bundle.forms) if where in copied)
    return replace(bundle, copied=found) if found else bundle


def _cut(bundles: Sequence[PlannedBundle]) -> Iterator[list[PlannedBundle]]:
    """Bundles a part at a time: it ends where the next bundle's own name says so."""
    some: list[PlannedBundle] = []
    for bundle in bundles:
        if len(some) >= MOST or (len(some) >= LEAST and int.from_bytes(_hash(bundle.identity)[8:12], "big") % USUAL == 0):
            yield some
            some = []
        some.append(bundle)
    if some:
        yield some
