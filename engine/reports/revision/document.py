"""A plan carried out in the package of the document it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any  # lxml has no types

from engine.documents.word import OpenedWord, opened
from engine.documents.word_text import local
from engine.reports.revision import package
from engine.reports.revision.added import Adder
from engine.reports.revision.comments import WordComments
from engine.reports.revision.location import Locations, Stretch, in_box, twin
from engine.reports.revision.model import AddedBlock, Addition, RevisionPlan, RevisionTable, Spot, TextChange, TextRemark
from engine.reports.revision.runs import anchored, replaced
from engine.reports.revision.wordml import WordMaker

MOST_COMMENTS = 1_000


@dataclass(slots=True)
class RevisedDocument:
    """The revised package, and what of the plan could not be done in the text and is only remarked beside it."""

    data: bytes
    changed: int = 0
    remarked: int = 0
    added: int = 0
    left: list[Spot] = field(default_factory=list)
    """What is to be changed and could not be written there: text of a field, under a revision of others, or not to be found."""


def revise(data: bytes, plans: Sequence[RevisionPlan], unwritten: str, models: Mapping[str, Sequence[Spot]]) -> RevisedDocument:
    """Carry out the plans of all forms that a document holds.

    `unwritten`: what to say, with `{right}` in it, of a change that cannot be made where it belongs. `models`: for each kind of
    block (heading1, heading2, paragraph) paragraphs of the document that are of it, the nearest before a new one is its model.
    Raises InputError for what is no Word document.
    """
    return _Reviser(opened(data), unwritten, models).run(plans)


class _Reviser:
    def __init__(self, document: OpenedWord, unwritten: str, models: Mapping[str, Sequence[Spot]]) -> None:
        self.document, self.unwritten = document, unwritten
        self.locations = Locations(document)
        self.maker = WordMaker(document.root)
        self.adder = Adder(self.maker)
        self.comments = WordComments(document.parts, document.main, self.maker.namespace)
        self.out = RevisedDocument(b"")
        self.order = {element: n for n, element in enumerate(document.root.iter("{*}p"))}
        found = {kind: [p for spot in spots for p in self.locations.paragraphs(spot)[:1]] for kind, spots in models.items()}
        self.models = {kind: sorted(some, key=lambda p: self.order.get(p, 0)) for kind, some in found.items()}

    def run(self, plans: Sequence[RevisionPlan]) -> RevisedDocument:
        # where everything is to go is found before anything is changed
        additions = [(one, self._last(one)) for plan in plans for one in plan.additions]
        ends: dict[Any, Any] = {}
        for plan in plans:
            every: tuple[TextChange | TextRemark, ...] = (*plan.changes, *plan.remarks)
            found = [(one, self.locations.find(one.spot)) for one in every]
            self._in_text([item for item in found if item[1] is not None])
            for one, _ in (item for item in found if item[1] is None):
                self._beside(one)
        for addition, anchor in additions:
            if anchor is not None:  # what is added behind one element stands in the order of the plan
                ends[anchor] = self._add(addition, anchor, ends.get(anchor))
        parts = self.comments.into(self.document.parts)
        self.out.data = package.packed({**parts, self.document.main: package.written(self.document.root)})
        return self.out

    # --- text ----------------------------------------------------------------------------------------------------

    def _in_text(self, found: Sequence[tuple[TextChange | TextRemark, Stretch | None]]) -> None:
        """From the last of a paragraph to the first: what is before a change stays where it is."""
        placed = [(one, at) for one, at in found if at is not None]
        for one, at in sorted(placed, key=lambda item: (self.order.get(item[1].paragraph, 0), item[1].start), reverse=True):
            own = self.locations.pieces(at)
            if isinstance(one, TextChange) and self.locations.changeable(own):
                other = twin(at.paragraph)
                first, last = replaced(own, one.right, self.maker)
                if other is not None:
                    again = self.locations.pieces(Stretch(other, at.start, at.end))
                    if self.locations.changeable(again):
                        replaced(again, one.right, self.maker)
                self.out.changed += 1
                self._comment(at.paragraph, first, last, one.note)
                continue
            first, last = (own[0].element, own[-1].element) if own else (None, None)
            self._comment(at.paragraph, first, last, self._note(one))

    def _beside(self, one: TextChange | TextRemark) -> None:
        """Said at the paragraph, where the stretch itself is not to be told from others; not at all where there is none."""
        own = self.locations.paragraphs(one.spot)
        if own:
            self._comment(own[0], None, None, self._note(one))
        elif isinstance(one, TextChange):
            self.out.left.append(one.spot)

    def _note(self, one: TextChange | TextRemark) -> tuple[str, ...]:
        if isinstance(one, TextRemark):
            return one.note
        self.out.left.append(one.spot)
        return (self.unwritten.replace("{now}", one.spot.said).replace("{right}", one.right), *one.note)

    def _comment(self, paragraph: Any, first: Any, last: Any, note: Sequence[str]) -> None:
        if not note or self.comments.made >= MOST_COMMENTS:
            return
        outside = in_box(paragraph)
        if outside is not None:  # Word takes no comments in text boxes
            paragraph, first, last = outside, None, None
        anchored(paragraph, first, last, self.comments.add(note), self.maker)
        self.out.remarked += 1

    # --- additions -----------------------------------------------------------------------------------------------

    def _last(self, addition: Addition) -> Any:
        """The element behind which something is to be added, the last in the document of all that are named: a paragraph, or the
        table where a row is the last."""
        found: list[tuple[int, int, Any]] = []
        for place in addition.after:
            if place.table:
                cells = (cell for (table, row, _), cell in self.document.cells.items() if (table, row) == (place.table, place.row))
                own = next((up for cell in cells for up in cell.iterancestors() if local(up) == "tbl"), None)
                first = None if own is None else next(own.iter("{*}p"), None)
            else:
                own = first = self.document.paragraphs.get(place.path)
            if own is not None and first is not None:
                found.append((self.order.get(first, 0), len(found), own))
        if found:
            return max(found)[2]
        return None if addition.after else self.document.paragraphs.get(addition.before.path)

    def _add(self, addition: Addition, anchor: Any, last: Any) -> Any:
        """Add the blocks behind an element, or behind what was added there before; the last element that was made."""
        for one in addition.blocks:
            for made in self._made(one, anchor):
                if last is None and not addition.after:
                    anchor.addprevious(made)
                else:
                    (anchor if last is None else last).addnext(made)
                last = made
            if one.note and last is not None and one.block.kind != "table":
                self._comment(last, None, None, one.note)
            self.out.added += 1
        return last

    def _made(self, one: AddedBlock, after: Any) -> Sequence[Any]:
        block = one.block
        if block.kind == "table":
            return self._table(one.table, after) if one.table and one.table.rows else []
        return [self.adder.paragraph(block.text, self._model(block.kind, after))]

    def _table(self, named: RevisionTable, after: Any) -> Sequence[Any]:
        """A table, and a paragraph behind it: two tables that touch are one to Word."""
        model = self._model("paragraph", after)
        return [self.adder.table(named.head, named.rows, model), self.adder.paragraph("", model)]

    def _model(self, kind: str, after: Any) -> Any:
        """The nearest paragraph of a kind before an element, else the first behind it; that before it where there is none."""
        at = max((self.order[p] for p in after.iter("{*}p") if p in self.order), default=-1)
        own = self.models.get(kind) or self.models.get("paragraph") or []
        before = [model for model in own if self.order.get(model, 0) <= at]
        return before[-1] if before else own[0] if own else after if local(after) == "p" else None
