"""A zip package of an office document -> its parts, bounded, each with one content or named as having none.

Files come from strangers: what is unpacked is bounded in size, ratio and number, XML may declare no entities. A package may also be
damaged in ways that a program in a hurry does not notice: a part twice with two contents, a part whose checksum fails. Such a part
is not taken, and it is named; whoever needs it says so.
"""

from __future__ import annotations

import posixpath
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from types import MappingProxyType
from typing import Any
from zipfile import BadZipFile, LargeZipFile, ZipFile, ZipInfo

from engine.documents.refusal import refused
from engine.errors import InputError

MAX_BYTES = 50_000_000
MAX_UNPACKED = 200_000_000
"""All parts together; a report with photographs is some tens of millions of bytes."""
MAX_XML = 40_000_000
"""One part of XML."""
MAX_PARTS = 5_000
MAX_RATIO = 200
"""Unpacked to packed, for parts above `SMALL`; XML of forms packs about 1 to 20, at most 1 to 100."""
SMALL = 1_000_000
EXPECTED = "能用 Word 或 WPS 打开的 .docx 文件"
TWICE, BROKEN = "有两份，内容不一样", "已损坏，解不开"
_BAD_ENTRY = (BadZipFile, LargeZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError, RuntimeError)


@dataclass(frozen=True, slots=True)
class Package:
    """The parts of a document by name, and those that are named in the package but have no certain content, each with the reason
    (Chinese). Names have no leading slash, and `/` between folders whatever the exporter wrote."""

    parts: Mapping[str, bytes]
    bad: Mapping[str, str] = field(default_factory=dict)
    _names: Mapping[str, str] = field(default_factory=dict)

    def name(self, wanted: str) -> str:
        """The name under which a part stands: names that differ only in capitals are one (OPC, part 2, 6.2.2.2). The name itself
        where there is none."""
        return self._names.get(wanted.casefold(), wanted)


def opened(data: bytes, file: str = "", expected: str = EXPECTED) -> Package:
    """The package, never more of it than the bounds say, whatever the zip claims. Raises InputError for what is no package,
    encrypted or too large."""
    if len(data) > MAX_BYTES:
        raise refused(file, f"文件过大（超过{MAX_BYTES:,}字节）", f"不超过{MAX_BYTES:,}字节", "input.too-large")
    try:
        with ZipFile(BytesIO(data)) as package:
            entries = [entry for entry in package.infolist() if not entry.is_dir()]
            if len(entries) > MAX_PARTS:
                raise refused(file, f"压缩包里有{len(entries)}个文件", f"不超过{MAX_PARTS}个", "input.too-large")
            return _read(package, entries, file)
    except _BAD_ENTRY:
        raise refused(file, "文件已损坏，解不开", expected, "input.damaged") from None


def _read(package: ZipFile, entries: list[ZipInfo], file: str) -> Package:
    parts: dict[str, bytes] = {}
    bad: dict[str, str] = {}
    names: dict[str, str] = {}
    left = MAX_UNPACKED
    for entry in entries:
        written = entry.filename.replace("\\", "/").lstrip("/")
        name = names.setdefault(written.casefold(), written)
        if entry.flag_bits & 1:
            raise refused(file, "文件加了密码，读不了", "去掉密码的文件", "input.encrypted")
        limit = min(left, MAX_XML if name.endswith((".xml", ".rels")) else left)
        allowed = min(limit, max(SMALL, entry.compress_size * MAX_RATIO))
        if entry.file_size > allowed:
            raise _too_large(file, name)
        try:
            with package.open(entry) as stream:
                content = stream.read(allowed + 1)
        except _BAD_ENTRY:
            bad[name] = BROKEN
            continue
        if len(content) > allowed:
            raise _too_large(file, name)
        left -= len(content)
        if parts.setdefault(name, content) != content:
            bad[name] = TWICE
    for name in bad:
        parts.pop(name, None)
    return Package(MappingProxyType(parts), MappingProxyType(bad), MappingProxyType(names))


def whole(data: bytes, file: str = "", expected: str = EXPECTED) -> Package:
    """The package, where every part has to be whole. Raises InputError for one that is not."""
    package = opened(data, file, expected)
    for name, why in package.bad.items():
        raise refused(file, f"“{name}”{why}", expected, "input.damaged")
    return package


def unpack(data: bytes, file: str = "") -> dict[str, bytes]:
    """Every part of a whole package by name. Raises InputError for one that is not."""
    return dict(whole(data, file).parts)


@dataclass(frozen=True, slots=True)
class PartRelations:
    """What a part refers to, by the name it has for it: kind, and name in the package ("" if it is not there)."""

    targets: Mapping[str, tuple[str, str]]
    names: Mapping[str, str] = field(default_factory=dict)
    """The names of the parts that are meant, whether they are there or not."""
    twice: tuple[str, ...] = ()
    """Names that the part has for two things: neither is in `targets`."""
    lost: tuple[str, ...] = ()
    """Parts that it refers to and that are not there, or have no certain content."""

    def each(self, kind: str) -> list[tuple[str, str]]:
        """Those of a kind that are there, each part once."""
        return list(dict.fromkeys((found, part) for found, part in self.targets.values() if found == kind and part))

    def only(self, kind: str) -> str:
        """The one part of a kind; empty where there is none, and where there are several: which is meant cannot be told."""
        found = self.each(kind)
        return found[0][1] if len(found) == 1 else ""


def relations(package: Package, of: str, file: str) -> PartRelations:
    """The parts that a part refers to ("" for the package itself). Raises InputError where the listing is no XML."""
    folder, name = posixpath.split(of)
    listing = package.name(posixpath.join(folder, "_rels", f"{name}.rels"))
    if listing not in package.parts:
        return PartRelations({}, lost=(listing,) if listing in package.bad else ())
    found: dict[str, tuple[str, str]] = {}
    names: dict[str, str] = {}
    twice: dict[str, None] = {}
    lost: dict[str, None] = {}
    for relation in parse(package.parts[listing], file, listing):
        if relation.get("TargetMode") == "External" or not isinstance(relation.tag, str):
            continue
        target = str(relation.get("Target", "")).replace("\\", "/")
        written = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
        part = package.name(written)
        if part not in package.parts:
            lost.setdefault(part)
            part = ""
        made = str(relation.get("Type", "")).rpartition("/")[2], part
        number = str(relation.get("Id", ""))
        names.setdefault(number, package.name(written))
        if found.setdefault(number, made) != made:
            twice.setdefault(number)
    return PartRelations({key: value for key, value in found.items() if key not in twice}, names, tuple(twice), tuple(lost))


def parse(content: bytes, file: str, part: str, *, as_filed: bool = False, expected: str = EXPECTED) -> Any:  # Any: an lxml element
    """The root element of a part; `as_filed`: with its processing instructions. Refuses document types and entities, which no
    office file has."""
    from lxml import etree  # type: ignore[import-untyped]  # ships no types

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_pis=not as_filed)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise refused(file, f"“{part}”不是完整的 XML，文件已损坏", expected, "input.damaged") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise refused(file, f"“{part}”声明了 XML 实体或文档类型，不予读取", expected, "input.entities")
    return root


def _too_large(file: str, part: str) -> InputError:
    return refused(file, f"“{part}”解压后过大，可能是压缩炸弹", f"解压后不超过{MAX_UNPACKED:,}字节的文件", "input.too-large")
