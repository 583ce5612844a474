"""PDF with a text layer -> blocks. PDFium finds characters and lines (`pdf_pages`), `printed` makes paragraphs and tables of them.

This runs in a process of its own (`isolation`), since a small PDF can ask for unlimited time and memory. A scanned page has no text
to read: it is left out and told, never guessed.
"""

from __future__ import annotations

from engine.documents import isolation
from engine.documents.model import Document
from engine.documents.refusal import refused

MAX_BYTES = 50_000_000
_FAR = 1_000
"""Bytes that may stand before the header: PDFium looks a little further, and counts places in the file from there."""
_EXPECTED = "有文字的 PDF（由 Word、Excel 导出，不是扫描件），最好是原来的 Word、Excel 文件"


def read_bytes(data: bytes, file: str = "") -> Document:
    """The blocks of a PDF. Raises InputError for what is scanned, encrypted, damaged, too large or too slow to read."""
    if len(data) > MAX_BYTES:
        raise refused(file, f"文件过大（超过{MAX_BYTES:,}字节）", f"不超过{MAX_BYTES:,}字节", "input.too-large")
    begin = data.find(b"%PDF-")
    if begin > _FAR:  # sent with the lines of a letter or of a server before it
        data = data[begin:]
    return isolation.read("engine.documents.pdf", data, file, _EXPECTED)


def read_here(data: bytes, file: str) -> Document:
    """The same in this process, where a damaged file may crash it or never end."""
    # loaded in that process alone: PDFium takes a while to load and must not run in two threads
    from engine.documents import pdf_pages
    from engine.documents.printed import found

    try:
        return found.document(pdf_pages.pages(data), file, "PDF")
    except pdf_pages.WantsPassword:
        raise refused(file, "文件加了密码，读不了", "去掉密码的 PDF", "input.encrypted") from None
