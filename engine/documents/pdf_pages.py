"""A PDF's pages as they are shown: characters (`pdf_text`) and lines (`pdf_drawings`), and what was left out of them.

PDFium is not thread-safe and is handed files of strangers: this runs in a process of its own only (`isolation`).
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pypdfium2_raw as pdfium

from engine.documents.pdf_drawings import read_drawings
from engine.documents.pdf_text import Overfull, PageSpace, read_text
from engine.documents.printed.model import PrintedPage, turned

MAX_PAGES = 300
_WANTS_PASSWORD = (4, 5)
"""FPDF_GetLastError: a password is needed; a security scheme nobody here knows."""


class WantsPassword(Exception):
    """The file cannot be opened without a password."""


class Damaged(Exception):
    """Nothing can be made of the file."""


class OverLimit(Exception):
    """More than a form has; `page` 0: more pages than `most`; else so many characters and lines on that page."""

    def __init__(self, page: int, chars: int = 0, lines: int = 0) -> None:
        self.page, self.chars, self.lines, self.most = page, chars, lines, MAX_PAGES


@dataclass(frozen=True, slots=True)
class Found:
    """A page, and what was left out of it: texts that are `unseen`, since they are not drawn or lie outside of the page, and those
    that stand `aslant` (a watermark); how many of the characters kept have no meaning in their font; how many paths are drawn."""

    page: PrintedPage
    unseen: tuple[str, ...] = ()
    aslant: str = ""
    unreadable: int = 0
    paths: int = 0


def pages(data: bytes) -> Iterator[Found | int]:
    """The pages in order; of one that cannot be opened its number alone. Raises WantsPassword, Damaged, TooLarge."""
    pdfium.FPDF_InitLibrary()
    document = pdfium.FPDF_LoadMemDocument64(data, len(data), None)
    if not document:
        raise WantsPassword if pdfium.FPDF_GetLastError() in _WANTS_PASSWORD else Damaged
    count = pdfium.FPDF_GetPageCount(document)
    if count > MAX_PAGES and pdfium.FPDF_LoadPage(document, MAX_PAGES):  # what a file says of itself proves nothing
        raise OverLimit(0)
    for number in range(1, min(count, MAX_PAGES) + 1):
        page = pdfium.FPDF_LoadPage(document, number - 1)
        if not page:
            yield number
            continue
        yield _found(page, number)
        pdfium.FPDF_ClosePage(page)
    pdfium.FPDF_CloseDocument(document)


def _found(handle: Any, number: int) -> Found:
    box = pdfium.FS_RECTF()
    pdfium.FPDF_GetPageBoundingBox(handle, ctypes.byref(box))
    frame = PageSpace(box.left, box.top, box.right - box.left, box.top - box.bottom)
    try:
        text = read_text(handle, frame)
        drawn = read_drawings(handle, frame)
    except Overfull as error:
        raise OverLimit(number, error.chars, error.lines) from None
    share = drawn.pictures / ((frame.width * frame.height) or 1.0)
    page = PrintedPage(number, frame.width, frame.height, tuple(text.chars), tuple(drawn.rules), share)
    page = turned(page, 90 * pdfium.FPDFPage_GetRotation(handle))
    return Found(page, tuple(text.unseen), "".join(text.aslant), text.unreadable, drawn.paths)
