"""Which layout a document has: told by what only the forms of one place have, then by how much of it the layout knows.

Whose layout reads a form, and which policy judges it, are two questions: a layout is recognised whatever the year.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from engine.documents import model as blocks
from engine.errors import Place, PolicyError, Problem
from engine.forms import reader as form_reader
from engine.intake import torn
from engine.intake.shelf import Shape, Shelf
from engine.policy.model import Policy
from engine.submission.model import Doubt, Form, Submission


@dataclass(frozen=True, slots=True)
class Read:
    """The forms of a document, and the layouts that fit it equally well; the first read it."""

    forms: tuple[Form, ...]
    shapes: tuple[Shape, ...]

    @property
    def candidates(self) -> tuple[str, ...]:
        """The policies whose forms are laid out so."""
        return tuple(dict.fromkeys(head.id for shape in self.shapes for head in (*shape.heads, *shape.judges)))

    @property
    def by_itself(self) -> str:
        """The id of the layout that read it, where no policy has it as its own; else empty."""
        first = self.shapes[0]
        return first.heads[0].id if first.heads and all(head.status == "pack" for head in first.heads) else ""

    def submission(self) -> Submission:
        """The forms with the place whose layout read them, and one of its policies."""
        first = self.shapes[0].heads
        years = {form.fiscal_year for form in self.forms}
        head = next((head for head in first if head.covers_any(years)), first[-1])
        return Submission(self.forms, head.jurisdiction, head.id)


@dataclass(frozen=True, slots=True)
class _Fit:
    shape: Shape
    marks: int
    """What only this place's forms have, where there is enough of it."""
    known: int
    """Labels of the document that the layout knows."""

    @property
    def rank(self) -> tuple[int, int]:
        return self.marks, self.known


def read(document: blocks.Document, name: str, shelf: Shelf, named: Policy | None = None) -> Read:
    """Read with the layout that fits. For a policy that was named it is its own, where that fits as well as any.

    Raises InputError for a document in which no form is found, PolicyError where there is no layout to read with.
    """
    shapes, unusable = shelf.shapes()
    own = shelf.shape_of(named) if named else None
    every = [*shapes, *([own] if own and own not in shapes else [])]
    fits = [fit for shape in every if (fit := _fit(document, shape))] or [_Fit(shape, 0, 0) for shape in every]
    if not fits:
        if unusable:
            raise PolicyError(unusable)
        message = f"政策“{named.id}”没有描述表样（form），也没有别的表样读得了" if named else "没有哪个政策描述了表样（form）"
        raise PolicyError(Problem(Place(name), message, "另一个政策，或 JSON/YAML 记录", code="policy.no-layout"))
    best = max(fit.rank for fit in fits)
    chosen = [fit.shape for fit in fits if fit.rank == best]
    if not any(shape.heads for shape in chosen):  # the one policy with this layout cannot be used: that is what to look at
        raise PolicyError([problem for shape in chosen for problem in shape.broken])
    chosen.sort(key=lambda shape: (shape != own, shape.is_fallback))
    forms = _forms(document, chosen[0], name)
    return Read(forms, tuple(chosen))


def _fit(document: blocks.Document, shape: Shape) -> _Fit | None:
    """How well a layout fits; None for a place whose marks are not there."""
    found = form_reader.recognises(document, shape.layout)
    needed = shape.layout.marks.at_least
    if needed and found.marks < needed:
        return None
    return _Fit(shape, found.marks if needed else 0, found.labels)


def _forms(document: blocks.Document, shape: Shape, name: str) -> tuple[Form, ...]:
    """The forms as the layout reads them, and with them what the reader of the file had to tell."""
    read = torn.withheld(form_reader.read_forms(document, shape.layout, name), document.told)
    for told in document.told:
        doubt = Doubt(told.key, "", told.text, told.place.within(name))
        at = next((n for n, form in enumerate(read) if _sheet(form.place) == _sheet(told.place)), 0)
        read[at] = replace(read[at], doubts=(*read[at].doubts, doubt))
    return tuple(read)


def _sheet(place: Place) -> str:
    """The sheet a place is on; empty where there are none."""
    return place.path.rpartition("!")[0]


def unread_sheets(document: blocks.Document, name: str) -> Iterator[Problem]:
    """What was left out of a file in which no form could be read: it may be in a hidden sheet, or in what is damaged."""
    for told in document.told:
        if told.key == "unread_part":
            yield Problem(told.place.within(name), f"{told.text}，没有读", "重新保存的原件", code="input.damaged")
        if told.key == "hidden_sheet":
            message, expected = f"隐藏的工作表“{told.text}”没有读", "自评表在其中的，取消隐藏后保存"
            yield Problem(told.place.within(name), message, expected, code="input.hidden")
