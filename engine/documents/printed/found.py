"""Pages of a printed file, each read or not -> its document, what was left out told; one sentence for what cannot be read.

What all formats of printed pages share, whatever library finds what stands on them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from engine.documents.model import Document, Told
from engine.documents.printed.blocks import blocks_of
from engine.documents.printed.model import PrintedPage
from engine.documents.refusal import refused
from engine.errors import InputError, Place

MAX_PAGES = 300
_SHORT = 60
"""Characters of a text left out that are told."""
_OUTLINES = 50
"""So many paths on a page without a character: its text was turned into drawings."""


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


def document(found: Iterable[Found | int], file: str, kind: str) -> Document:
    """The blocks of a printed file of this kind (`PDF`); of a page that could not be opened its number alone is given. Raises
    InputError where no page can be read, and for what is damaged or too large."""
    expected = expected_of(kind)
    kept: list[Found] = []
    unread: dict[str, list[int]] = {}
    try:
        for one in found:
            why = "damaged" if isinstance(one, int) else _unreadable(one)
            if why:
                unread.setdefault(why, []).append(one if isinstance(one, int) else one.page.number)
            elif not isinstance(one, int) and one.page.chars:
                kept.append(one)
    except Damaged:
        raise refused(file, f"{kind} 文件已损坏，打不开", expected, "input.damaged") from None
    except OverLimit as limit:
        raise _too_much(limit, file, kind) from None
    if not kept:
        raise _nothing(unread, file, kind)
    left_out = (Told("page_left_out", f"{_listed(n)}{_WHY[why]}", Place(file, path=_listed(n))) for why, n in unread.items())
    blocks, told = blocks_of([one.page for one in kept], file)
    return Document(tuple(blocks), file, (*left_out, *_unseen(kept, file), *told))


def expected_of(kind: str) -> str:
    """What to give instead of a file of this kind that cannot be read."""
    return f"有文字的 {kind}（由 Word、Excel 导出，不是扫描件），最好是原来的 Word、Excel 文件"


def _unseen(kept: Sequence[Found], file: str) -> Iterator[Told]:
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


def _unreadable(found: Found) -> str:
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


def _nothing(unread: dict[str, list[int]], file: str, kind: str) -> InputError:
    """That no page could be read, in one line."""
    told = "；".join(f"{_listed(pages)}{_WHY[why]}" for why, pages in unread.items())
    scanned = f"由 Word、Excel 导出的 {kind}，或原来的文件；扫描件请先识别成文字，并与原件核对"
    if "scanned" in unread or not unread:
        return refused(file, told or f"{kind} 里没有可读的文字，像是扫描件或图片", scanned, "input.scanned")
    if "no-unicode" in unread:
        return refused(file, told, scanned, "input.no-unicode")
    return refused(file, told, expected_of(kind), "input.damaged")


def _too_much(limit: OverLimit, file: str, kind: str) -> InputError:
    if not limit.page:
        return refused(file, f"{kind} 超过{limit.most}页", f"不超过{limit.most}页，只留自评报告和自评表", "input.too-large")
    message = f"第{limit.page}页的内容过多（{limit.chars:,}个字、{limit.lines:,}条线）"
    return refused(file, message, expected_of(kind), "input.too-large")
