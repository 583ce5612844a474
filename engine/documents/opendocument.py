"""Whether an OpenDocument file (.odt, .ods) is whole, before LibreOffice converts it: it repairs what is damaged without a word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from engine.documents import package
from engine.documents.excel_parts import attribute, descend
from engine.documents.model import Document, Told
from engine.documents.package import Package
from engine.documents.refusal import refused
from engine.errors import Place

_CONTENT, _STYLES, _MANIFEST = "content.xml", "styles.xml", "META-INF/manifest.xml"
_LISTED = 20
"""Missing styles named one by one."""


def damage(data: bytes, file: str, expected: str) -> list[str]:
    """What is damaged beside the content (Chinese). Raises InputError where the content itself is missing, damaged, there twice or
    declares entities, and for what is no package, encrypted or too large."""
    parts = package.opened(data, file, expected)
    if _CONTENT not in parts.parts:
        why = parts.bad.get(_CONTENT, "不在文件里")
        raise refused(file, f"正文“{_CONTENT}”{why}", expected, "input.damaged")
    root = package.parse(parts.parts[_CONTENT], file, _CONTENT, expected=expected)
    names = Counter(attribute(table, "name") for table in descend(root, "table") if attribute(table, "name"))
    if twice := [name for name, count in names.items() if count > 1]:
        listed = "、".join(f"“{name}”" for name in twice[:_LISTED])
        raise refused(file, f"工作表{listed}有两份", expected, "input.damaged")
    return [*_missing(parts, file, expected), *_unstyled(parts, root, file, expected)]


def with_damage(document: Document, said: list[str], file: str) -> Document:
    """The document as converted, and what is to be told of the file it was."""
    return replace(document, told=(*document.told, *(Told("part_damaged", text, Place(file)) for text in said)))


def _missing(parts: Package, file: str, expected: str) -> Iterator[str]:
    for name, why in parts.bad.items():
        yield f"“{name}”{why}，没有读"
    if _MANIFEST not in parts.parts:
        if _MANIFEST not in parts.bad:
            yield f"清单“{_MANIFEST}”不在文件里"
        return
    for entry in descend(package.parse(parts.parts[_MANIFEST], file, _MANIFEST, expected=expected), "file-entry"):
        name = attribute(entry, "full-path")
        if name and not name.endswith("/") and parts.name(name) not in parts.parts and name not in parts.bad:
            yield f"清单上的“{name}”不在文件里"


def _unstyled(parts: Package, content: Any, file: str, expected: str) -> Iterator[str]:  # Any: lxml elements
    """Cells whose style is not in the file: whether a number is a percentage, or a text seen, hangs on it."""
    if _STYLES not in parts.parts:
        yield f"样式“{_STYLES}”{parts.bad.get(_STYLES, '不在文件里')}，数字显示成什么不得而知"
        return
    roots = (content, package.parse(parts.parts[_STYLES], file, _STYLES, expected=expected))
    known = {attribute(style, "name") for root in roots for style in descend(root, "style")}
    used = {attribute(cell, "style-name") for cell in descend(content, "table-cell")} - {""}
    if lost := sorted(used - known):
        yield f"单元格的样式{'、'.join(lost[:_LISTED])}不在文件里，数字显示成什么不得而知"
