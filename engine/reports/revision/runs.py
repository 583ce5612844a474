"""Runs rewritten: a stretch struck out and another text put in, each letter set as the one it stands for; a comment's anchor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import deepcopy
from typing import Any  # lxml has no types

from engine.documents.word_text import local
from engine.reports.revision.location import TextPiece
from engine.reports.revision.wordml import WordMaker, parts_of, properties_of


def replaced(found: Sequence[TextPiece], right: str, maker: WordMaker) -> tuple[Any, Any]:
    """Strike out these pieces and put `right` behind them: the first and the last element that this makes.

    The new text is set as the old one, letter for letter; where it is longer its end is set as the last letter was.
    """
    runs = [_alone(piece, maker) for piece in found]
    marks: list[Any] = []
    looks = [properties_of(run) for run, piece in zip(runs, found, strict=True) for _ in range(piece.start, piece.end)]
    for run in runs:
        for text in run.iter(maker.name("t")):
            text.tag = maker.name("delText")
        if not marks or run.getprevious() is not marks[-1]:
            marks.append(maker.marked("del"))
            run.addprevious(marks[-1])
        marks[-1].append(run)
    if not right:
        return marks[0], marks[-1]
    put = maker.marked(
        "ins", *(maker.run(part, look, highlight=blank) for text, look in _set(right, looks) for part, blank in parts_of(text))
    )
    marks[-1].addnext(put)
    return marks[0], put


def _alone(piece: TextPiece, maker: WordMaker) -> Any:
    """The run of a piece, split so that it holds the piece alone."""
    element, run = piece.element, piece.element.getparent()
    text = element.text or ""
    before = [child for child in run if child is not element and local(child) != "rPr" and _precedes(child, element)]
    after = [child for child in run if child is not element and local(child) != "rPr" and child not in before]
    if text[: piece.start]:
        before.append(maker.text("t", text[: piece.start]))
    if text[piece.end :]:
        after.insert(0, maker.text("t", text[piece.end :]))
    if before:
        run.addprevious(_like(run, before))
    if after:
        run.addnext(_like(run, after))
    whole = maker.text("t", text[piece.start : piece.end])
    element.getparent().replace(element, whole)
    return run


def _precedes(child: Any, element: Any) -> bool:
    parent = element.getparent()
    return bool(parent.index(child) < parent.index(element))


def _like(run: Any, children: Sequence[Any]) -> Any:
    """A run with the properties of another and these children, which leave where they were."""
    out = run.makeelement(run.tag, dict(run.attrib))
    look = properties_of(run)
    if look is not None:
        out.append(deepcopy(look))
    out.extend(children)
    return out


def _set(text: str, looks: Sequence[Any]) -> Iterator[tuple[str, Any]]:
    """The text in parts, each with the properties it is set in."""
    start = 0
    for at in range(1, len(text) + 1):
        own = looks[min(start, len(looks) - 1)]
        if at == len(text) or looks[min(at, len(looks) - 1)] is not own:
            yield text[start:at], own
            start = at


def anchored(paragraph: Any, first: Any, last: Any, number: str, maker: WordMaker) -> None:
    """Put the marks of a comment around what stands between two elements of a paragraph; around all of it where they are None."""
    start, end = maker.make("commentRangeStart", id=number), maker.make("commentRangeEnd", id=number)
    mark = maker.make("r", maker.make("commentReference", id=number))
    begin, finish = _top(paragraph, first), _top(paragraph, last)
    if begin is None or finish is None:
        own = [child for child in paragraph if local(child) != "pPr"]
        begin, finish = (own[0], own[-1]) if own else (None, None)
    if begin is None:
        paragraph.extend([start, end, mark])
        return
    begin.addprevious(start)
    finish.addnext(end)
    end.addnext(mark)


def _top(paragraph: Any, element: Any) -> Any:
    """The child of a paragraph that an element is or stands in."""
    while element is not None and element.getparent() is not paragraph:
        element = element.getparent()
    return element
