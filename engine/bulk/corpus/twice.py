"""The same form from two sources: of one unit, year, kind and full name, in two files or on two lines.

One of them is counted. Copies that say the same are told and no more; where they differ, which one is right is not for a program
to say: the later 填报日期 stands until somebody does, and the other is a problem of the input.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from engine.bulk.corpus.index import FiledForm, Head, Source
from engine.errors import Place, Problem
from engine.forms.labels import fold

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
    problems: list[Problem] = field(default_factory=list)


Body = tuple[str, int]
"""Unit (folded) and year."""


def body(form: FiledForm) -> Body:
    return fold(form.unit), form.year


def forms(sources: Sequence[Source]) -> Iterator[tuple[Where, Head, FiledForm]]:
    """Every form of every source."""
    for s, source in enumerate(sources):
        for p, piece in enumerate(source.read):
            for r, head in enumerate(piece.heads):
                for f, form in enumerate(head.forms):
                    yield Where(s, p, r, f), head, form


def places(sources: Sequence[Source]) -> Mapping[Body, set[str]]:
    """The jurisdictions that the forms of a unit and year name."""
    out: dict[Body, set[str]] = {}
    for _, head, form in forms(sources):
        out.setdefault(body(form), set()).update({head.jurisdiction} - {""})
    return out


def place_of(known: Mapping[Body, set[str]], of: Body, head: Head) -> str:
    """The jurisdiction of a form: the one it names, or the only one that others of its unit and year name."""
    return head.jurisdiction or (next(iter(known[of])) if len(known[of]) == 1 else "")


def twice(sources: Sequence[Source]) -> Twice:
    """What stands in two sources. `sources` are in the order of their paths, which decides where nothing else does."""
    out, known = Twice(), places(sources)
    same: dict[object, dict[tuple[int, int], list[tuple[Where, FiledForm]]]] = {}
    alike: dict[object, dict[str, Where]] = {}
    for where, head, form in forms(sources):
        key = body(form), place_of(known, body(form), head), form.kind, fold(form.name)
        exactly = key if form.named else (*key, form.digest)  # of one that does not say which it is, only a copy is the same
        same.setdefault(exactly, {}).setdefault((where.source, head.line), []).append((where, form))
        if not form.named:
            alike.setdefault(key, {}).setdefault(form.digest, where)
    for group in same.values():
        if len(group) > 1:
            _one_of(list(group.values()), sources, out)
    for unnamed in alike.values():
        if len({where.source for where in unnamed.values()}) > 1:
            _unclear(list(unnamed.values()), sources, out)
    return out


def _unclear(found: Sequence[Where], sources: Sequence[Source], out: Twice) -> None:
    """Forms that may be one and may be several, since they do not say which they are: all are counted, and it is told."""
    listed = "、".join(dict.fromkeys(_name(sources, where) for where in found[:_SHOWN])) + (" 等" if len(found) > _SHOWN else "")
    out.told.append(f"{listed} 各有一张表没有写明单位、年度或项目名称，分不清是不是同一张，都算了")


def _one_of(found: Sequence[list[tuple[Where, FiledForm]]], sources: Sequence[Source], out: Twice) -> None:
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


def _line(sources: Sequence[Source], where: Where) -> int:
    return sources[where.source].read[where.piece].heads[where.reading].line


def _name(sources: Sequence[Source], where: Where, beside: Where | None = None) -> str:
    """What a source is called; where another that was given from elsewhere goes by the same name, its path."""
    line, source = _line(sources, where), sources[where.source]
    same = beside and beside.source != where.source and sources[beside.source].name == source.name
    return (source.path if same else source.name) + (f" 第{line}行" if line else "")
