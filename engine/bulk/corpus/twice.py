"""The same form from two sources: of one unit, year, kind and full name, in two files or on two lines.

One of them is counted. Copies that say the same are told and no more; where they differ, which one is right is not for a program
to say: the later 填报日期 stands until somebody does, and the other is a problem of the input.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from engine.bulk.corpus.index import CorpusFile, FiledForm, ReadingHead
from engine.errors import Place, Problem
from engine.forms.labels import fold
from engine.forms.places import PlaceWords
from engine.intake import apart
from engine.intake.apart import Body

_SHOWN = 5


@dataclass(frozen=True, slots=True, order=True)
class Where:
    """A form of a corpus: the number of its source, of the piece, of the reading in it, and its own."""

    source: int
    piece: int
    reading: int
    form: int


@dataclass(slots=True)
class Twice:
    """Forms that another stands for, and what is to be said of them."""

    instead: dict[Where, Where] = field(default_factory=dict)
    """A form that is not counted -> the one that is."""
    told: list[str] = field(default_factory=list)
    apart: Mapping[Body, set[Path]] = field(default_factory=dict)
    """The folders that tell units of one name apart."""
    units: list[str] = field(default_factory=list)
    """What is to be said of those."""
    problems: list[Problem] = field(default_factory=list)


def body(form: FiledForm) -> Body:
    return fold(form.unit), form.year


def forms(sources: Sequence[CorpusFile]) -> Iterator[tuple[Where, ReadingHead, FiledForm]]:
    """Every form of every source."""
    for s, source in enumerate(sources):
        for p, piece in enumerate(source.read):
            for r, head in enumerate(piece.heads):
                for f, form in enumerate(head.forms):
                    yield Where(s, p, r, f), head, form


def places(sources: Sequence[CorpusFile]) -> Mapping[Body, set[str]]:
    """The jurisdictions that the forms of a unit and year name."""
    out: dict[Body, set[str]] = {}
    for _, head, form in forms(sources):
        out.setdefault(body(form), set()).update({head.jurisdiction} - {""})
    return out


def place_of(known: Mapping[Body, set[str]], of: Body, head: ReadingHead) -> str:
    """The jurisdiction of a form: the one it names, or the only one that others of its unit and year name."""
    return head.jurisdiction or (next(iter(known[of])) if len(known[of]) == 1 else "")


def twice(sources: Sequence[CorpusFile], words: PlaceWords) -> Twice:
    """What stands in two sources. `sources` are in the order of their paths, which decides where nothing else does. `words`: how
    regions are written.

    Copies first; then units of one name are told apart by their folders (`intake.apart`); then versions."""
    out, known = Twice(), places(sources)
    every = [(where, head, form) for where, head, form in forms(sources)]
    for group in _held(every, sources, lambda where, head, form: (_key(known, head, form), form.digest)):
        _one_of(group, sources, out)
    left = [item for item in every if item[0] not in out.instead]
    in_files = [(where, form) for where, head, form in left if not head.line]
    out.apart = apart.tops(((body(form), form.kind, form.name, sources[where.source].path) for where, form in in_files), words)
    out.units = apart.told(out.apart, partial(_folder, [sources[where.source] for where, _ in in_files]))

    def version(where: Where, head: ReadingHead, form: FiledForm) -> object:
        home = "" if head.line else apart.home(out.apart, body(form), sources[where.source].path)
        return (_key(known, head, form), home, "" if form.named else form.digest)  # which it is it must say itself

    for group in _held(left, sources, version):
        _one_of(group, sources, out)
    alike: dict[object, dict[str, Where]] = {}
    for where, head, form in left:
        if not form.named:
            alike.setdefault((_key(known, head, form), fold(form.name)), {}).setdefault(form.digest, where)
    for unnamed in alike.values():
        if len({where.source for where in unnamed.values()}) > 1:
            _unclear(list(unnamed.values()), sources, out)
    return out


Item = tuple[Where, ReadingHead, FiledForm]


def _key(known: Mapping[Body, set[str]], head: ReadingHead, form: FiledForm) -> object:
    """What makes a form the one it is. A department has one form, whatever it is called."""
    return body(form), place_of(known, body(form), head), form.kind, "" if form.kind == "department" else fold(form.name)


def _held(
    items: Sequence[Item], sources: Sequence[CorpusFile], key: Callable[[Where, ReadingHead, FiledForm], object]
) -> Iterator[list[list[tuple[Where, FiledForm]]]]:
    """The forms of one key that stand in several sources, a list for each source."""
    same: dict[object, dict[tuple[int, int], list[tuple[Where, FiledForm]]]] = {}
    for where, head, form in items:
        same.setdefault(key(where, head, form), {}).setdefault((where.source, head.line), []).append((where, form))
    yield from (list(group.values()) for group in same.values() if len(group) > 1)


def _unclear(found: Sequence[Where], sources: Sequence[CorpusFile], out: Twice) -> None:
    """Forms that may be one and may be several, since they do not say which they are: all are counted, and it is told."""
    listed = "、".join(dict.fromkeys(_name(sources, where) for where in found[:_SHOWN])) + (" 等" if len(found) > _SHOWN else "")
    out.told.append(f"{listed} 各有一张表没有写明单位、年度或项目名称，分不清是不是同一张，都算了")


def _one_of(found: Sequence[list[tuple[Where, FiledForm]]], sources: Sequence[CorpusFile], out: Twice) -> None:
    """Of the forms of several sources those of one are counted: of a file that is there, filed last, then by its path."""

    def rank(items: list[tuple[Where, FiledForm]]) -> tuple[bool, tuple[int, ...], Where]:
        day = max(form.day for _, form in items)
        return sources[items[0][0].source].gone, tuple(-int(part) for part in day.split("-") if part) or (1,), items[0][0]

    best, *others = sorted(found, key=rank)
    stands, counted = best[0]
    for items in others:
        where, form = items[0]
        for item, _ in items:
            out.instead[item] = stands
        here, there = _name(sources, where, stands), _name(sources, stands, where)
        what = f"“{form.name}”（{form.unit}，{form.year}年度）"
        if {one.digest for _, one in items} == {one.digest for _, one in best}:
            out.told.append(f"{here} 的{what}与 {there} 的相同，只算一份")
            continue
        why = "填报日期在后" if counted.day > form.day else "次序在前" if not sources[where.source].gone else "原件还在"
        message = f"{what}又见于 {there}，两份不同；只算那一份（{why}），这一份没有算"
        place = Place(sources[where.source].name, _line(sources, where))
        out.problems.append(Problem(place, message, "一个单位一年一张表只留一份", code="corpus.twice", names=(form.name,)))


def _folder(sources: Sequence[CorpusFile], folder: Path) -> str:
    """What a folder is called, by the name that a file in it was given by."""
    for source in sources:
        rest = source.path.removeprefix(str(folder))
        if rest != source.path and rest[:1] in ("/", os.sep) and source.name.endswith(rest):
            return source.name.removesuffix(rest)
    return str(folder)


def _line(sources: Sequence[CorpusFile], where: Where) -> int:
    return sources[where.source].read[where.piece].heads[where.reading].line


def _name(sources: Sequence[CorpusFile], where: Where, beside: Where | None = None) -> str:
    """What a source is called; where another that was given from elsewhere goes by the same name, its path."""
    line, source = _line(sources, where), sources[where.source]
    same = beside and beside.source != where.source and sources[beside.source].name == source.name
    return (source.path if same else source.name) + (f" 第{line}行" if line else "")
