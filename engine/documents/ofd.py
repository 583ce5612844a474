"""OFD, the state's format for printed pages (GB/T 33190) -> blocks: an extra, since `ofdkit` is not needed by everyone.

Characters and lines are found by `ofd_pages`; `printed` makes paragraphs and tables of them as of a PDF's. This runs in a process
of its own, like everything that unpacks files of strangers into what may be much.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from importlib.util import find_spec

from engine.documents import isolation, package, packing
from engine.documents.model import Document, Told
from engine.documents.package import Package
from engine.documents.refusal import refused
from engine.errors import Place

MAX_BYTES = 50_000_000
_EXPECTED = "有文字的 OFD（由 Word、Excel 导出，不是扫描件），最好是原来的 Word、Excel 文件"


def read_bytes(data: bytes, file: str = "") -> Document:
    """The blocks of an OFD. Raises InputError where the extra is not installed (`input.no-ofd`), and for what is scanned, damaged,
    too large or too slow to read."""
    if find_spec("ofdkit") is None:
        message = "这是 OFD 版式文件，要有附加组件“ofd”才能读，而这里没有安装"
        expected = "先运行 pip install 'jixiao[ofd]'；或给出原来的 Word、Excel 文件，或另存为 PDF"
        raise refused(file, message, expected, "input.no-ofd")
    if len(data) > MAX_BYTES:
        raise refused(file, f"文件过大（超过{MAX_BYTES:,}字节）", f"不超过{MAX_BYTES:,}字节", "input.too-large")
    return isolation.read("engine.documents.ofd", data, file, _EXPECTED)


def read_here(data: bytes, file: str) -> Document:
    """The same in this process, where a file may ask for much time and memory."""
    from engine.documents import ofd_pages
    from engine.documents.printed import found

    parts = package.opened(data, file, _EXPECTED)
    if parts.bad:  # of two contents `ofdkit` would take the first
        data = packing.packed(parts.parts)
    listed: set[str] = set()
    document = found.document(ofd_pages.pages(data, listed), file, "OFD")
    return replace(document, told=(*document.told, *(Told("part_damaged", said, Place(file)) for said in _damage(parts, listed))))


def _damage(parts: Package, listed: Collection[str]) -> Iterator[str]:
    """Parts without a certain content, and pages that lie in the package and that no document lists (Chinese)."""
    for name, why in parts.bad.items():
        yield f"“{name}”{why}，没有读"
    known = {name.casefold() for name in listed}
    for name, content in parts.parts.items():
        page = "/pages/" in name.casefold() and name.casefold().endswith(".xml")
        if page and b"TextCode" in content and name.casefold() not in known:
            yield f"“{name}”有文字，而目录里没有这一页，没有读"
