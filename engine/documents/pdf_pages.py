"""A PDF's pages as they are shown: characters (`pdf_text`) and lines (`pdf_drawings`), and what was left out of them.

PDFium is not thread-safe and is handed files of strangers: this runs in a process of its own only (`isolation`).
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from typing import Any

import pypdfium2_raw as pdfium

from engine.documents.pdf_drawings import read_drawings
from engine.documents.pdf_text import Overfull, PageSpace, read_text
from engine.documents.printed import found
from engine.documents.printed.found import Damaged, Found, OverLimit
from engine.documents.printed.model import PrintedPage, turned

_WANTS_PASSWORD = (4, 5)
"""FPDF_GetLastError: a password is needed; a security scheme nobody here knows."""


class WantsPassword(Exception):
    """The file cannot be opened without a password."""


def pages(data: bytes) -> Iterator[Found | int]:
    """The pages in order; of one that cannot be opened its number alone. Raises WantsPassword, Damaged, TooLarge."""
    pdfium.FPDF_InitLibrary()
    document = pdfium.FPDF_LoadMemDocument64(data, len(data), None)
    if not document:
        raise WantsPassword if pdfium.FPDF_GetLastError() in _WANTS_PASSWORD else Damaged
    count = pdfium.FPDF_GetPageCount(document)
    if count > found.MAX_PAGES and pdfium.FPDF_LoadPage(document, found.MAX_PAGES):  # what a file says of itself proves nothing
        raise OverLimit(0)
    for number in range(1, min(count, found.MAX_PAGES) + 1):
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
        drawn = read_drawings(handle, frame)
        text = read_text(handle, frame, drawn.areas, drawn.orders)
    except Overfull as error:
        raise OverLimit(number, error.chars, error.lines) from None
    share = drawn.pictures / ((frame.width * frame.height) or 1.0)
    page = PrintedPage(number, frame.width, frame.height, tuple(text.chars), tuple(drawn.rules), share)
    page = turned(page, 90 * pdfium.FPDFPage_GetRotation(handle))
    return Found(page, tuple(text.unseen), "".join(text.aslant), text.unreadable, drawn.paths)
