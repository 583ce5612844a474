"""Tables drawn line by line as the programs draw them that people print PDFs with: for tests of what is read back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

FONT = "STSong-Light"
pdfmetrics.registerFont(UnicodeCIDFont(FONT))
SIZE = 9.0
LEADING = 12.0
HEIGHT = A4[1]
Draw = Callable[[Canvas, float, float, float, float], None]
"""Draws a line from one point to another, y upwards."""


def stroke(canvas: Canvas, x0: float, y0: float, x1: float, y1: float) -> None:
    canvas.setDash()
    canvas.line(x0, y0, x1, y1)


def thin_area(canvas: Canvas, x0: float, y0: float, x1: float, y1: float) -> None:
    """As Word and Excel draw borders."""
    canvas.rect(x0 - 0.24, y0 - 0.24, x1 - x0 + 0.48, y1 - y0 + 0.48, stroke=0, fill=1)


def dashed(canvas: Canvas, x0: float, y0: float, x1: float, y1: float) -> None:
    canvas.setDash(3, 2)
    canvas.line(x0, y0, x1, y1)


def dots(canvas: Canvas, x0: float, y0: float, x1: float, y1: float) -> None:
    """As Word draws a dotted border: an area for each dot."""
    count = int(max(x1 - x0, y1 - y0) / 2)
    for n in range(count + 1):
        canvas.rect(x0 + (x1 - x0) * n / count - 0.25, y0 + (y1 - y0) * n / count - 0.25, 0.5, 0.5, stroke=0, fill=1)


def double(canvas: Canvas, x0: float, y0: float, x1: float, y1: float) -> None:
    for by in (-2.2, 2.2):
        canvas.line(x0 + by * (x0 == x1), y0 + by * (y0 == y1), x1 + by * (x0 == x1), y1 + by * (y0 == y1))


def pieces(canvas: Canvas, x0: float, y0: float, x1: float, y1: float) -> None:
    """In halves that miss each other a little."""
    middle = ((x0 + x1) / 2, (y0 + y1) / 2)
    canvas.line(x0, y0, *middle)
    canvas.line(middle[0] + (1.5 if y0 == y1 else 0.4), middle[1] + (1.5 if x0 == x1 else 0.4), x1, y1)


LINES: dict[str, Draw] = {
    "strokes": stroke,
    "thin areas": thin_area,
    "dashed": dashed,
    "dotted": dots,
    "double": double,
    "pieces": pieces,
}


def wrapped(text: str, width: float) -> list[str]:
    """The lines of a text in a cell."""
    out: list[str] = []
    for part in text.split("\n"):
        line = ""
        for char in part:
            if pdfmetrics.stringWidth(line + char, FONT, SIZE) > width:
                out.append(line)
                line = ""
            line += char
        out.append(line)
    return out


class Table:
    """Rows of texts with the columns' widths. A None goes on from the cell on its left, an Ellipsis from the one above."""

    def __init__(self, rows: Sequence[Sequence[Any]], widths: Sequence[float], *, left: float = 60.0, align: str = "left") -> None:
        self.rows, self.align = rows, align
        self.xs = [left]
        for width in widths:
            self.xs.append(self.xs[-1] + width)

    def height(self, row: Sequence[Any]) -> float:
        lines = [
            len(wrapped(text, self.xs[self.last(row, n)] - self.xs[n] - 10)) for n, text in enumerate(row) if isinstance(text, str)
        ]
        return LEADING * max(lines, default=1) + 4

    @staticmethod
    def last(row: Sequence[Any], n: int) -> int:
        end = n + 1
        while end < len(row) and row[end] is None:
            end += 1
        return end

    def cells(self, top: float) -> Iterator[tuple[int, int, int, int, str, list[float]]]:
        """Row and column, row and column after the last, text, edges of the rows."""
        ys = [top]
        for row in self.rows:
            ys.append(ys[-1] - self.height(row))
        for r, row in enumerate(self.rows):
            for c, text in enumerate(row):
                if not isinstance(text, str):
                    continue
                end = r + 1
                while end < len(self.rows) and self.rows[end][c] is ...:
                    end += 1
                yield r, c, end, self.last(row, c), text, ys

    def draw(self, canvas: Canvas, top: float, line: Draw = stroke, *, sides: str = "trbl", inner: str = "hv") -> float:
        """Draw it from `top` downwards with its outer sides as named and its inner lines, level (h) and upright (v); its foot."""
        foot = top
        for row, column, last_row, last_column, text, ys in self.cells(top):
            left, right, upper, lower = self.xs[column], self.xs[last_column], ys[row], ys[last_row]
            foot = min(foot, lower)
            edges = {
                "t": (row == 0, (left, upper, right, upper), "h"),
                "b": (last_row == len(self.rows), (left, lower, right, lower), "h"),
                "l": (column == 0, (left, lower, left, upper), "v"),
                "r": (last_column == len(self.xs) - 1, (right, lower, right, upper), "v"),
            }
            for side, (outer, ends, way) in edges.items():
                if side in sides if outer else way in inner:
                    line(canvas, *ends)
            self._write(canvas, text, left, right, upper, lower)
        return foot

    def _write(self, canvas: Canvas, text: str, left: float, right: float, upper: float, lower: float) -> None:
        lines = wrapped(text, right - left - 10)
        down = 2.0 if self.align == "left" else (upper - lower - LEADING * len(lines)) / 2
        for n, part in enumerate(lines):
            y = upper - down - LEADING * n - SIZE
            if self.align == "right":
                canvas.drawRightString(right - 5, y, part)
            elif self.align == "centre":
                canvas.drawCentredString((left + right) / 2, y, part)
            else:
                canvas.drawString(left + 5, y, part)


def pdf(*pages: Callable[[Canvas], Any], size: tuple[float, float] = A4) -> bytes:
    """A page for each of these."""
    made = BytesIO()
    canvas = Canvas(made, pagesize=size)
    for page in pages:
        canvas.setFont(FONT, SIZE)
        canvas.setLineWidth(0.5)
        page(canvas)
        canvas.showPage()
    canvas.save()
    return made.getvalue()


def cut(row: Sequence[Any], widths: Sequence[float], lines: int) -> tuple[list[Any], list[Any]]:
    """A row cut by a page break after so many lines of each of its cells, as programs set it: from the top of its first half on."""
    first: list[Any] = []
    rest: list[Any] = []
    for text, width in zip(row, widths, strict=True):
        parts = wrapped(text, width - 10) if isinstance(text, str) else []
        first.append("\n".join(parts[:lines]) if isinstance(text, str) else text)
        rest.append("\n".join(parts[lines:]) if isinstance(text, str) else text)
    return first, rest
