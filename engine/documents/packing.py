"""Packages written (Word, Excel): of one content the same bytes, whenever they are made."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo


def part(name: str) -> ZipInfo:
    """The head of a part that does not say when or on what system it was made."""
    info = ZipInfo(name)
    info.compress_type, info.create_system, info.external_attr = ZIP_DEFLATED, 3, 0o600 << 16
    return info


def packed(parts: Mapping[str, bytes]) -> bytes:
    """The parts in one file, in their order."""
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(part(name), content)
    return out.getvalue()


def xml_bytes(root: Any) -> bytes:
    """An XML part as it is written: with its declaration."""
    from lxml import etree  # type: ignore[import-untyped]  # ships no types

    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))
