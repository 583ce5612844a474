"""An OFD's pages as they are shown: characters (`ofd_text`) and lines, and what was left out of them.

`ofdkit` opens the package: it bounds what is unpacked, finds parts by the paths and names that producers write, and mends the XML
they write wrongly. What stands on a page is read here: lengths are millimetres there, points here; y grows downwards in both.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ofdkit.errors import OFDError
from ofdkit.package import Package

from engine.documents.matrices import SAME, Matrix, placed, times
from engine.documents.ofd_drawings import strokes
from engine.documents.ofd_text import OfdText, numbers
from engine.documents.printed import found
from engine.documents.printed.found import Damaged, Found, OverLimit
from engine.documents.printed.model import PrintedPage, Stroke

_POINTS = 72 / 25.4
"""In a millimetre."""
_A4 = (0.0, 0.0, 210.0, 297.0)
_MAX_DEPTH = 16
"""Of blocks within blocks."""
_MAX_OBJECTS = 40_000
"""On one page; a page full of small cells, each character an object, has some 5,000."""


def pages(data: bytes, listed: set[str] | None = None) -> Iterator[Found | int]:
    """The pages in order; of one that cannot be read its number alone. `listed` takes the names of the parts that are pages. Raises
    Damaged, OverLimit."""
    try:
        with Package(data) as package:
            yield from _pages(package, set() if listed is None else listed)
    except OFDError as error:
        raise Damaged from error


def _pages(package: Package, listed: set[str]) -> Iterator[Found | int]:
    entry = package.find("OFD.xml")
    if not entry:
        raise Damaged
    number = 0
    for body in _named(package.read_xml(entry), "DocBody"):
        path = package.resolve(entry, _text(body, "DocRoot"))
        if not path:
            raise Damaged
        document = _Body(package, path, package.read_xml(path))
        for page in _within(document.root, "Pages", "Page"):
            number += 1
            if number > found.MAX_PAGES:
                raise OverLimit(0)
            at = package.resolve(path, page.get("BaseLoc"))
            if at in listed:  # one page, listed twice: it is shown twice, and which of both was meant cannot be told
                yield number
                continue
            listed.add(at or "")
            try:
                yield document.page(page.get("BaseLoc"), number)
            except OFDError:
                yield number
    if not number:
        raise Damaged


@dataclass(slots=True)
class _Body:
    """One document of the package."""

    package: Package
    path: str
    root: ET.Element
    units: dict[str, ET.Element] = field(default_factory=dict)
    templates: dict[str, tuple[str, bool]] = field(default_factory=dict)
    """Where each template is, by its number, and whether it lies over what is on the page."""

    def __post_init__(self) -> None:
        for common in _named(self.root, "CommonData"):
            for kind in ("PublicRes", "DocumentRes"):
                self.units |= self._units(self.path, [one.text for one in _named(common, kind)])
            for template in _named(common, "TemplatePage"):
                at = self.package.resolve(self.path, template.get("BaseLoc"))
                if at:
                    self.templates[(template.get("ID") or "").strip()] = at, template.get("ZOrder") == "Foreground"

    def _units(self, base: str, locations: list[str | None]) -> dict[str, ET.Element]:
        """Groups of objects that pages refer to, by their numbers."""
        paths = filter(None, (self.package.resolve(base, location) for location in locations))
        found = (
            unit for path in paths for unit in _within(self.package.read_xml(path), "CompositeGraphicUnits", "CompositeGraphicUnit")
        )
        return {(unit.get("ID") or "").strip(): unit for unit in found}

    def page(self, location: str | None, number: int) -> Found:
        """What is on a page. Raises OFDError where it, or what it refers to, cannot be read."""
        path = self.package.resolve(self.path, location)
        if not path:
            raise OFDError
        root = self.package.read_xml(path)
        box = _box(root) or next(filter(None, map(_box, _named(self.root, "CommonData"))), None) or _A4
        units = self.units | self._units(path, [one.text for one in _named(root, "PageRes")])
        reading = _PageReading(number, box[2] * _POINTS, box[3] * _POINTS, units)
        start: Matrix = (_POINTS, 0.0, 0.0, _POINTS, -box[0] * _POINTS, -box[1] * _POINTS)
        for at in dict.fromkeys(self._template(reference) for reference in _named(root, "Template")):
            reading.layers(self._printed_form(at), start)
        if sum(1 for _ in _named(root, "Content")) > 1:
            raise OFDError
        reading.layers(root, start)
        return reading.whole()

    def _template(self, reference: ET.Element) -> str:
        """Where a page's printed form is: a page without it is not read by half."""
        at, _ = self.templates.get((reference.get("TemplateID") or "").strip(), ("", False))
        if not at:
            raise OFDError
        return at

    def _printed_form(self, at: str) -> ET.Element:
        """A printed form: it has one content, and lies on no other."""
        root: ET.Element = self.package.read_xml(at)
        if sum(1 for _ in _named(root, "Content")) != 1 or any(True for _ in _named(root, "Template")):
            raise OFDError
        return root


@dataclass(slots=True)
class _PageReading:
    """A page being read."""

    number: int
    width: float
    height: float
    units: Mapping[str, ET.Element]
    text: OfdText = field(default_factory=OfdText)
    lines: list[Stroke] = field(default_factory=list)
    pictures: float = 0.0
    objects: int = 0
    paths: int = 0

    def layers(self, root: ET.Element, matrix: Matrix) -> None:
        """What stands in the layers of a page or template."""
        for layer in _within(root, "Content", "Layer"):
            self._objects(layer, matrix, 0)

    def _objects(self, holder: ET.Element, matrix: Matrix, depth: int) -> None:
        for item in holder:
            kind = _kind(item)
            self.objects += 1
            if self.objects > _MAX_OBJECTS or self.text.too_many:
                raise OverLimit(self.number, len(self.text.chars), self.paths)
            inner = times(_own(item), matrix)
            seen = item.get("Visible") != "false" and item.get("Alpha") != "0"
            if kind == "TextObject":
                self.text.add(item, inner, seen, self.width, self.height)
            elif kind == "PathObject" and seen:
                self.paths += 1
                self.lines += strokes(item, inner, self.width * self.height)
            elif kind == "ImageObject" and seen:
                self._image(item, matrix)
            elif kind == "PageBlock" and depth < _MAX_DEPTH:
                self._objects(item, matrix, depth + 1)
            elif kind == "CompositeObject" and seen and depth < _MAX_DEPTH:
                unit = self.units.get((item.get("ResourceID") or "").strip())
                for content in _named(unit, "Content") if unit is not None else ():
                    self._objects(content, inner, depth + 1)

    def _image(self, item: ET.Element, matrix: Matrix) -> None:
        box = numbers(item.get("Boundary"), 4)
        if box:
            (x0, y0), (x1, y1) = placed(box[0], box[1], matrix), placed(box[0] + box[2], box[1] + box[3], matrix)
            width = max(0.0, min(max(x0, x1), self.width) - max(min(x0, x1), 0.0))
            self.pictures += width * max(0.0, min(max(y0, y1), self.height) - max(min(y0, y1), 0.0))

    def whole(self) -> Found:
        """The page and what was left out of it."""
        share = self.pictures / ((self.width * self.height) or 1.0)
        page = PrintedPage(self.number, self.width, self.height, self.text.settled(), tuple(self.lines), share)
        return Found(page, tuple(self.text.unseen), "".join(self.text.aslant), self.text.unreadable, self.paths)


def _own(item: ET.Element) -> Matrix:
    """From an object's own space to that of what holds it: its matrix, then the corner of its box."""
    a, b, c, d, e, f = numbers(item.get("CTM"), 6) or SAME
    box = numbers(item.get("Boundary"), 4) or (0.0,) * 4
    return a, b, c, d, e + box[0], f + box[1]


def _box(holder: ET.Element) -> tuple[float, ...] | None:
    """The size of a page as it says itself or its document says."""
    for kind in ("Area", "PageArea"):
        for area in _named(holder, kind):
            box = numbers(_text(area, "PhysicalBox"), 4)
            if box and box[2] > 0 and box[3] > 0:
                return box
    return None


def _kind(item: ET.Element) -> str:
    """An element's name, whatever namespace its producer wrote."""
    return item.tag.rpartition("}")[2] if isinstance(item.tag, str) else ""


def _named(holder: ET.Element, name: str) -> Iterator[ET.Element]:
    return (item for item in holder if _kind(item) == name)


def _within(holder: ET.Element, container: str, name: str) -> Iterator[ET.Element]:
    return (item for one in _named(holder, container) for item in _named(one, name))


def _text(holder: ET.Element, name: str) -> str:
    return next(((item.text or "").strip() for item in _named(holder, name)), "")
