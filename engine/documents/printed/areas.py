"""What is filled on a page, in the order it is drawn: behind white letters it makes them seen, over letters it hides them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from engine.documents.printed.model import Box

_BAND = 20.0
"""Points: areas are looked up by the strips of the page they lie in."""
_WHITE = 0.94
"""Share of full light in each colour from which nothing is seen on white paper."""
_BANDS = 500


def is_white(*parts: float) -> bool:
    """Whether a colour, each part from 0 to 1, is not seen on paper."""
    return min(parts) >= _WHITE


@dataclass(frozen=True, slots=True)
class Area:
    """A filled area. `order`: when it is drawn; `white`: no background for white letters; `covers`: what it lies on is not seen."""

    box: Box
    order: int
    white: bool
    covers: bool


@dataclass(slots=True)
class Areas:
    """All of a page, y downwards."""

    _bands: dict[int, list[Area]] = field(default_factory=dict)

    def add(self, area: Area) -> None:
        first, last = (int(min(max(at, 0.0), _BANDS * _BAND) // _BAND) for at in (area.box[1], area.box[3]))
        for band in range(first, last + 1):
            self._bands.setdefault(band, []).append(area)

    def hide(self, x: float, y: float, order: int, white: bool) -> bool:
        """Whether a letter drawn here, and then, is not seen: white on nothing, or covered afterwards."""
        behind = any(area.order < order and not area.white for area in self._at(x, y)) if white else True
        return not behind or any(area.order > order and area.covers for area in self._at(x, y))

    def _at(self, x: float, y: float) -> Iterator[Area]:
        for area in self._bands.get(int(max(y, 0.0) // _BAND), ()):
            left, top, right, bottom = area.box
            if left <= x <= right and top <= y <= bottom:
                yield area

    def __bool__(self) -> bool:
        return bool(self._bands)
