"""Paragraphs and tables added to a filed document, set as the paragraphs of their kind that are there."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from typing import Any  # lxml has no types

from engine.documents.word_text import local, pieces
from engine.reports.revision.wordml import WordMaker, parts_of, properties_of
from engine.templating.weights import parted

_NOT_COPIED = ("numPr", "sectPr", "pPrChange", "rPr", "pageBreakBefore", "framePr", "cnfStyle")
"""What belongs to the one paragraph that has it: its number, its section, its page."""


class Adder:
    """Makes paragraphs after models."""

    def __init__(self, maker: WordMaker) -> None:
        self.maker = maker

    def paragraph(self, text: str, model: Any) -> Any:
        """A paragraph of ours with this text, set as `model` is; what is to be filled in is highlighted."""
        make = self.maker
        look = self.look(model)
        if look is None:
            look = make.make("pPr")
        look.append(make.make("rPr", make.marked("ins")))
        look_of_run = run_look(model)
        runs = [
            make.run(piece, look_of_run, highlight=blank, whole=weight)
            for part, blank in parts_of(text)
            for piece, weight in ([(part, False)] if blank else parted(part))
        ]
        return make.make("p", look, *([make.marked("ins", *runs)] if runs else []))

    def look(self, model: Any) -> Any:
        """A copy of a paragraph's properties without what is its own; None where it has none."""
        found = None if model is None else properties_of(model)
        if found is None:
            return None
        out = deepcopy(found)
        out.tail = None
        for child in list(out):
            if local(child) in _NOT_COPIED or any(True for _ in child.iter("{*}p", "{*}r")):
                out.remove(child)
        return out

    def table(self, head: Sequence[str], rows: Sequence[Sequence[str]], model: Any) -> Any:
        """A table of ours with ruled cells, its texts set as `model` is but without its indents."""
        make = self.maker
        sides = ("top", "left", "bottom", "right", "insideH", "insideV")
        edges = [make.make(side, val="single", sz="4", space="0", color="auto") for side in sides]
        wide = make.make("tblW", w="5000", type="pct")
        grid = make.make("tblGrid", *(make.make("gridCol", w=str(9000 // len(head))) for _ in head))
        made = make.make("tbl", make.make("tblPr", wide, make.make("tblBorders", *edges)), grid)
        for row in (head, *rows):
            cells = [
                make.make("tc", make.make("tcPr", make.make("tcW", w="0", type="auto")), self._cell(text, model)) for text in row
            ]
            made.append(make.make("tr", make.make("trPr", make.marked("ins")), *cells))
        return made

    def _cell(self, text: str, model: Any) -> Any:
        out = self.paragraph(text, model)
        look = properties_of(out)
        for child in [one for one in look if local(one) in ("ind", "jc", "spacing", "outlineLvl")]:
            look.remove(child)
        return out


def run_look(paragraph: Any) -> Any:
    """The properties of the run of a paragraph that has most of its text; None where that has none."""
    if paragraph is None:
        return None
    lengths: dict[Any, int] = {}
    for text, element in pieces(paragraph):
        run = element.getparent()
        if local(run) == "r":
            lengths[run] = lengths.get(run, 0) + len(text)
    longest = max(lengths, key=lambda run: lengths[run], default=None)
    return None if longest is None else properties_of(longest)
