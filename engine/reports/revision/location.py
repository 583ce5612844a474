"""Where a stretch of a filed text lies in the paragraphs of its document: which pieces of which runs hold it.

The record has a paragraph as it is read: outer white space dropped, what is noise to the layout cut out, a heading taken off. So a
stretch is looked for with the words around it, and taken only where these leave one place.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any  # lxml has no types

from engine.documents.word import OpenedWord
from engine.documents.word_text import WRAPPERS, boxes, local, pieces, value
from engine.reports.revision.model import Spot

AROUND = 12
"""Letters on both sides by which a stretch is known where its paragraph is not word for word as read."""
_OPEN = frozenset({"p", "hyperlink", "smartTag", "customXml", "dir", "bdo", "sdt", "sdtContent"})
"""What a run may stand in for its text to be changed: no revision of others, no field that is reckoned again."""
_PICTURES = ("wingdings", "symbol", "webdings")


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of one paragraph's text."""

    paragraph: Any
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class TextPiece:
    """A part of a stretch: the element that holds it, and from where to where in that."""

    element: Any
    start: int
    end: int


class Locations:
    """Finds spots in a document."""

    def __init__(self, document: OpenedWord) -> None:
        self.document = document
        self._reckoned = reckoned(document.root)

    def paragraphs(self, spot: Spot) -> list[Any]:
        """The paragraphs at the place of a spot; none where the document has no such place."""
        place = spot.place
        if place.table:
            cell = self.document.cells.get((place.table, place.row, place.cell))
            return [] if cell is None else list(_paragraphs(cell))
        found = self.document.paragraphs.get(place.path)
        return [] if found is None else [found]

    def find(self, spot: Spot) -> Stretch | None:
        """The one stretch of a paragraph that a spot is; None where there is none, or more than one may be meant."""
        own = [(paragraph, text_in(paragraph)) for paragraph in self.paragraphs(spot)]
        line_start = spot.text.rfind("\n", 0, spot.start) + 1
        line_end = end if (end := spot.text.find("\n", spot.end)) >= 0 else len(spot.text)
        if spot.start >= spot.end or "\n" in spot.said:
            return None
        for before, after in ((line_start, line_end), (max(line_start, spot.start - AROUND), min(line_end, spot.end + AROUND))):
            wanted = spot.text[before:after]
            hits = [(paragraph, at) for paragraph, text in own for at in _all(text, wanted)]
            if len(hits) == 1:
                paragraph, at = hits[0]
                start = at + spot.start - before
                return Stretch(paragraph, start, start + spot.end - spot.start)
            if hits:
                return None
        return None

    def pieces(self, stretch: Stretch) -> list[TextPiece]:
        """The pieces of a stretch, in order."""
        out, at = [], 0
        for text, element in pieces(stretch.paragraph):
            start, end = max(stretch.start, at), min(stretch.end, at + len(text))
            if start < end:
                out.append(TextPiece(element, start - at, end - at))
            at += len(text)
        return out

    def changeable(self, found: Sequence[TextPiece]) -> bool:
        """Whether all of these are plain text that nobody else has a revision at, and no program writes anew."""
        return bool(found) and all(self._is_plain(piece.element) for piece in found)

    def _is_plain(self, element: Any) -> bool:
        run = element.getparent()
        if local(element) != "t" or local(run) != "r" or element in self._reckoned or _in_pictures(run) or _is_odd(run):
            return False
        for parent in run.iterancestors():
            name = local(parent)
            if name not in _OPEN or (name == "sdt" and _is_bound(parent)):
                return False
            if name == "p":
                return True
        return False


def text_in(paragraph: Any) -> str:
    """The text of a paragraph as its pieces have it."""
    return "".join(text for text, _ in pieces(paragraph))


def twin(paragraph: Any) -> Any:
    """The same paragraph in the older form of its text box, which Word writes beside the newer; None where there is none."""
    box = next((parent for parent in paragraph.iterancestors() if local(parent) == "txbxContent"), None)
    choice = next((parent for parent in paragraph.iterancestors() if local(parent) == "AlternateContent"), None)
    if box is None or choice is None:
        return None
    number = list(box.iter("{*}p")).index(paragraph)
    for fallback in (child for child in choice if local(child) == "Fallback"):
        for other in fallback.iter("{*}txbxContent"):
            own = list(other.iter("{*}p"))
            if number < len(own) and text_in(own[number]) == text_in(paragraph):
                return own[number]
    return None


def in_box(paragraph: Any) -> Any:
    """The paragraph of the text itself that a text box with this one is anchored in; None for one that is in no box."""
    box = next((parent for parent in paragraph.iterancestors() if local(parent) == "txbxContent"), None)
    if box is None:
        return None
    above = next((parent for parent in box.iterancestors() if local(parent) == "p"), None)
    return None if above is None else in_box(above) if in_box(above) is not None else above


def reckoned(root: Any) -> frozenset[Any]:
    """The texts that are results of fields: a page number, a sum, a date; what is written there does not stay."""
    depth, out = 0, set()
    for element in root.iter("{*}fldChar", "{*}t"):
        if local(element) == "t":
            if depth:
                out.add(element)
            continue
        kind = next((str(held) for key, held in element.attrib.items() if key.endswith("}fldCharType")), "")
        depth = max(0, depth + {"begin": 1, "end": -1}.get(kind, 0))
    return frozenset(out)


def _paragraphs(cell: Any) -> Iterator[Any]:
    for child in cell:
        name = local(child)
        if name == "p":
            yield child
            for box in boxes(child):
                yield from _paragraphs(box)
        elif name in WRAPPERS:
            yield from _paragraphs(child)


def _all(text: str, wanted: str) -> Iterator[int]:
    at = text.find(wanted) if wanted else -1
    while at >= 0:
        yield at
        at = text.find(wanted, at + 1)


def _in_pictures(run: Any) -> bool:
    """Whether a run is set in a font of pictures: its letters are not what is seen."""
    fonts = (child for properties in run if local(properties) == "rPr" for child in properties if local(child) == "rFonts")
    return any(str(name).lower().startswith(_PICTURES) for font in fonts for name in font.attrib.values())


def _is_odd(run: Any) -> bool:
    """Whether the properties of a run hold what no program writes there: copied with them it would stand twice."""
    return any(True for look in run if local(look) == "rPr" for _ in look.iter("{*}p", "{*}r"))


def _is_bound(control: Any) -> bool:
    """Whether a content control is locked, or shows what is held elsewhere."""
    names = {local(child): child for properties in control if local(properties) == "sdtPr" for child in properties}
    lock = value(names["lock"]) if "lock" in names else ""
    return (
        "dataBinding" in names or "showingPlcHdr" in names or "checkbox" in names or lock in ("contentLocked", "sdtContentLocked")
    )
