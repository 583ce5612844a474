"""The lines drawn on a PDF's page, found by PDFium: strokes, areas as thin as a line, edges of coloured areas; and its pictures."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pypdfium2_raw as pdfium

from engine.documents.matrices import SAME, Matrix, placed, times
from engine.documents.pdf_text import Overfull, PageSpace
from engine.documents.printed.areas import Area, Areas, is_white
from engine.documents.printed.model import Box, Stroke

MAX_PATHS = 20_000
"""On one page; a page full of small cells has some 2,000."""
MAX_SEGMENTS = 400_000
"""Of all of them: a seal drawn in outline has some 10,000."""
_THIN = 4.0
"""Points: an area as narrow as this is a line."""
_STRAIGHT = 1.0
"""Points by which a line may be off the level."""
_SHORT = 8.0
"""Points: a straight piece of an outline as short as this bounds no cell, and an area as small."""
_PAGE = 0.8
"""Share of the page from which a coloured area is its background."""
_MAX_DEPTH = 8
"""Of forms within forms."""
_TEXT, _PATH, _IMAGE, _FORM = 1, 2, 3, 5
_RECTANGLE = 5
"""Segments of a rectangle."""
_CURVE, _MOVE = 1, 2
_Point = tuple[float, float]


@dataclass(slots=True)
class Drawings:
    """What is drawn on a page, y downwards from its top, the page not yet turned as it is shown."""

    frame: PageSpace
    rules: list[Stroke] = field(default_factory=list)
    pictures: float = 0.0
    """The area they cover, in square points."""
    paths: int = 0
    segments: int = 0
    areas: Areas = field(default_factory=Areas)
    orders: dict[int, int] = field(default_factory=dict)
    """When each text object is drawn, by its address."""
    objects: int = 0

    def read(self, holder: Any, count: Callable[[Any], int], get: Callable[[Any, int], Any], matrix: Matrix, depth: int) -> None:
        """What is drawn in a page or in a form within it."""
        for index in range(count(holder)):
            item = get(holder, index)
            kind = pdfium.FPDFPageObj_GetType(item)
            self.objects += 1
            if kind == _TEXT:
                self.orders[ctypes.addressof(item.contents)] = self.objects
            elif kind == _PATH:
                self._path(item, matrix)
            elif kind == _IMAGE:
                left, top, right, bottom = box = self._bounds(item, matrix)
                width = max(0.0, min(right, self.frame.width) - max(left, 0.0))
                self.pictures += width * max(0.0, min(bottom, self.frame.height) - max(top, 0.0))
                self._thin(box)
                self.areas.add(Area(box, self.objects, False, False))  # a picture may be clear in parts, as that of a seal is
            elif kind == _FORM and depth < _MAX_DEPTH:
                inner = times(_matrix_of(item), matrix)
                self.read(item, pdfium.FPDFFormObj_CountObjects, pdfium.FPDFFormObj_GetObject, inner, depth + 1)

    def _path(self, item: Any, matrix: Matrix) -> None:
        self.paths += 1
        self.segments += pdfium.FPDFPath_CountSegments(item)
        if self.paths > MAX_PATHS or self.segments > MAX_SEGMENTS:
            raise Overfull(lines=self.segments)
        fill, stroke = ctypes.c_int(), ctypes.c_int()
        pdfium.FPDFPath_GetDrawMode(item, ctypes.byref(fill), ctypes.byref(stroke))
        if not (fill.value or stroke.value) or self._thin(box := self._bounds(item, matrix)):
            return
        if fill.value:
            self._area(item, box)
        for points, curved in self._parts(item, times(_matrix_of(item), matrix)):
            if stroke.value:
                self._strokes(points, _SHORT if curved else 0.0)
                continue
            box = (min(x for x, _ in points), min(y for _, y in points), max(x for x, _ in points), max(y for _, y in points))
            if not curved and not self._thin(box):
                self._shade(box)

    def _area(self, item: Any, box: Box) -> None:
        """A filled path. One cut to a shape, of no simple form, or not opaque may leave seen what it lies on."""
        red, green, blue, alpha = colour = [ctypes.c_uint() for _ in range(4)]
        if not pdfium.FPDFPageObj_GetFillColor(item, *map(ctypes.byref, colour)) or not alpha.value:
            return
        plain = (
            pdfium.FPDFPath_CountSegments(item) <= _RECTANGLE
            and pdfium.FPDFClipPath_CountPaths(pdfium.FPDFPageObj_GetClipPath(item)) <= 0
        )
        covers = plain and alpha.value == 255 and not pdfium.FPDFPageObj_HasTransparency(item)
        white = is_white(*(part.value / 255 for part in (red, green, blue)))
        self.areas.add(Area(box, self.objects, white, covers))

    def _bounds(self, item: Any, matrix: Matrix) -> Box:
        sides = [ctypes.c_float() for _ in range(4)]
        if not pdfium.FPDFPageObj_GetBounds(item, *map(ctypes.byref, sides)):
            return 0.0, 0.0, 0.0, 0.0
        left, bottom, right, top = (side.value for side in sides)
        corners = [self._placed(point, matrix) for point in ((left, bottom), (right, top), (left, top), (right, bottom))]
        across, down = [x for x, _ in corners], [y for _, y in corners]
        return min(across), min(down), max(across), max(down)

    def _placed(self, point: _Point, matrix: Matrix) -> _Point:
        x, y = placed(*point, matrix)
        return x - self.frame.left, self.frame.top - y

    def _parts(self, item: Any, matrix: Matrix) -> Iterator[tuple[list[_Point], bool]]:
        """Each piece of a path drawn without lifting the pen, and whether it has curves."""
        x, y = ctypes.c_float(), ctypes.c_float()
        points: list[_Point] = []
        curved = False
        for index in range(pdfium.FPDFPath_CountSegments(item)):
            segment = pdfium.FPDFPath_GetPathSegment(item, index)
            kind = pdfium.FPDFPathSegment_GetType(segment)
            pdfium.FPDFPathSegment_GetPoint(segment, ctypes.byref(x), ctypes.byref(y))
            if kind == _MOVE:
                if len(points) > 1:
                    yield points, curved
                points, curved = [], False
            curved = curved or kind == _CURVE
            points.append(self._placed((x.value, y.value), matrix))
            if pdfium.FPDFPathSegment_GetClose(segment):
                points.append(points[0])
        if len(points) > 1:
            yield points, curved

    def _thin(self, box: Box) -> bool:
        """Take an area for a line if it is as narrow as one. A dot may be part of a line either way."""
        left, top, right, bottom = box
        level, upright = bottom - top <= _THIN, right - left <= _THIN
        if level:
            self.rules.append(Stroke(True, (top + bottom) / 2, left, right))
        if upright:
            self.rules.append(Stroke(False, (left + right) / 2, top, bottom))
        return level or upright

    def _strokes(self, points: list[_Point], least: float) -> None:
        for (x0, y0), (x1, y1) in pairwise(points):
            if abs(y1 - y0) <= _STRAIGHT and abs(x1 - x0) > least:
                self.rules.append(Stroke(True, (y0 + y1) / 2, min(x0, x1), max(x0, x1)))
            elif abs(x1 - x0) <= _STRAIGHT and abs(y1 - y0) > least:
                self.rules.append(Stroke(False, (x0 + x1) / 2, min(y0, y1), max(y0, y1)))

    def _shade(self, box: Box) -> None:
        left, top, right, bottom = box
        whole = self.frame.width * self.frame.height
        if min(right - left, bottom - top) >= _SHORT and (right - left) * (bottom - top) < _PAGE * whole:
            self.rules += [Stroke(True, at, left, right, True) for at in (top, bottom)]
            self.rules += [Stroke(False, at, top, bottom, True) for at in (left, right)]


def read_drawings(page: Any, frame: PageSpace) -> Drawings:
    """What is drawn on a page (a handle of PDFium). Raises TooMuch."""
    out = Drawings(frame)
    out.read(page, pdfium.FPDFPage_CountObjects, pdfium.FPDFPage_GetObject, SAME, 0)
    return out


def _matrix_of(item: Any) -> Matrix:
    matrix = pdfium.FS_MATRIX()
    if not pdfium.FPDFPageObj_GetMatrix(item, ctypes.byref(matrix)):
        return SAME
    return matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f
