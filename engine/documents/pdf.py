"""PDF with a text layer -> blocks. PDFium finds characters and lines (`pdf_pages`), `printed` makes paragraphs and tables of them.

This runs in a process of its own (`isolation`), since a small PDF can ask for unlimited time and memory. A scanned page has no text
to read: it is left out and told, never guessed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from engine.documents import isolation
from engine.documents.model import Document, Told
from engine.errors import InputError, Place, Problem

if TYPE_CHECKING:
    from engine.documents import pdf_pages

MAX_BYTES = 50_000_000
_EXPECTED = "有文字的 PDF（由 Word、Excel 导出，不是扫描件），最好是原来的 Word、Excel 文件"
_SCANNED = "由 Word、Excel 导出的 PDF，或原来的文件；扫描件请先识别成文字，并与原件核对"
_SHORT = 60
"""Characters of a text left out that are told."""
_OUTLINES = 50
"""So many paths on a page without a character: its text was turned into drawings."""


def read_bytes(data: bytes, file: str = "") -> Document:
    """The blocks of a PDF. Raises InputError for what is scanned, encrypted, damaged, too large or too slow to read."""
    if len(data) > MAX_BYTES:
        raise _error(file, f"文件过大（超过{MAX_BYTES:,}字节）", f"不超过{MAX_BYTES:,}字节", "input.too-large")
    return isolation.read("engine.documents.pdf", data, file, _EXPECTED)


def read_here(data: bytes, file: str) -> Document:
    """The same in this process, where a damaged file may crash it or never end."""
    # loaded in that process alone: PDFium takes a while to load and must not run in two threads
    from engine.documents import pdf_pages
    from engine.documents.printed.blocks import blocks_of

    kept: list[pdf_pages.Found] = []
    unread: dict[str, list[int]] = {}
    try:
        for found in pdf_pages.pages(data):
            why = "damaged" if isinstance(found, int) else _unreadable(found)
            if why:
                unread.setdefault(why, []).append(found if isinstance(found, int) else found.page.number)
            elif not isinstance(found, int) and found.page.chars:
                kept.append(found)
    except pdf_pages.WantsPassword:
        raise _error(file, "文件加了密码，读不了", "去掉密码的 PDF", "input.encrypted") from None
    except pdf_pages.Damaged:
        raise _error(file, "PDF 文件已损坏，打不开", _EXPECTED, "input.damaged") from None
    except pdf_pages.OverLimit as error:
        raise _too_much(error, file) from None
    if not kept:
        raise _nothing(unread, file)
    left_out = (Told("page_left_out", f"{_listed(n)}{_WHY[why]}", Place(file, path=_listed(n))) for why, n in unread.items())
    blocks, told = blocks_of([found.page for found in kept], file)
    return Document(tuple(blocks), file, (*left_out, *_unseen(kept, file), *told))


def _unseen(kept: Sequence[pdf_pages.Found], file: str) -> Iterator[Told]:
    """Text that nobody sees, and text written across a page. What is seen elsewhere as well, such as the overflow of a cell that
    its program drew beyond the edge of the page, is no such text."""
    seen = "".join(char.text for found in kept for char in found.page.chars if not char.text.isspace())
    for found in kept:
        place = Place(file, path=f"第{found.page.number}页")
        hidden = [text.strip() for text in found.unseen if "".join(text.split()) not in seen]
        for key, text in (("hidden_text", " ".join(filter(None, hidden))), ("aslant_text", found.aslant.strip())):
            if text:
                yield Told(key, text if len(text) <= _SHORT else f"{text[:_SHORT]}……", place)


_WHY = {
    "scanned": "是扫描件或图片，没有可读的文字",
    "no-unicode": "的字体没有带文字编码，复制出来是乱码，读不了",
    "damaged": "已损坏，打不开",
}


def _unreadable(found: pdf_pages.Found) -> str:
    """Why nothing can be made of a page, if so: a key of `_WHY`."""
    page = found.page
    seen = sum(not char.text.isspace() for char in page.chars)
    drawn = page.pictures or found.paths > _OUTLINES
    if (not seen and drawn) or (page.pictures > 0.5 and seen < 20) or (page.pictures > 0.8 and not page.rules):
        return "scanned"
    return "no-unicode" if found.unreadable * 10 > seen else ""


def _listed(numbers: Sequence[int]) -> str:
    """第1—3、5页."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1] = [runs[-1][0], number]
        else:
            runs.append([number])
    return f"第{'、'.join('—'.join(map(str, run)) for run in runs)}页"


def _nothing(unread: dict[str, list[int]], file: str) -> InputError:
    """That no page could be read, in one line."""
    told = "；".join(f"{_listed(pages)}{_WHY[why]}" for why, pages in unread.items())
    if "scanned" in unread or not unread:
        return _error(file, told or "PDF 里没有可读的文字，像是扫描件或图片", _SCANNED, "input.scanned")
    if "no-unicode" in unread:
        return _error(file, told, _SCANNED, "input.no-unicode")
    return _error(file, told, _EXPECTED, "input.damaged")


def _too_much(error: pdf_pages.OverLimit, file: str) -> InputError:
    if not error.page:
        return _error(file, f"PDF 超过{error.most}页", f"不超过{error.most}页，只留自评报告和自评表", "input.too-large")
    message = f"第{error.page}页的内容过多（{error.chars:,}个字、{error.lines:,}条线）"
    return _error(file, message, _EXPECTED, "input.too-large")


def _error(file: str, message: str, expected: str, code: str) -> InputError:
    return InputError(Problem(Place(file), message, expected, code=code))
