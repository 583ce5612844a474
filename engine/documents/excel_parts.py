"""What all sheets of a workbook (.xlsx) share: its texts and its styles, each with what its own counts say against it."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from engine.documents import package
from engine.documents.excel_formats import BUILT_IN
from engine.documents.excel_model import EXPECTED, damaged
from engine.errors import InputError, Place, Problem

OWN_FORMATS = 164
"""Number formats from here on are written in the file; those below are Excel's own."""


@dataclass(frozen=True, slots=True)
class Strings:
    """The texts that cells refer to by number."""

    texts: tuple[str, ...] = ()
    references: int = -1
    """How many cells refer to one, as the file says; -1 where it does not say so reliably."""
    differs: str = ""
    """What does not agree (Chinese)."""

    @classmethod
    def of(cls, content: bytes, file: str, part: str) -> Strings:
        texts: list[str] = []
        unique = references = -1
        for element in stream(content, file, part, ("si", "sst"), "sst"):
            if local(element) == "si":
                texts.append(rich(element))
            else:
                unique, references = whole(attribute(element, "uniqueCount"), -1), whole(attribute(element, "count"), -1)
        said = f"文字表记着有 {unique} 条，实有 {len(texts)} 条" if unique not in (-1, len(texts)) else ""
        # some exporters write the number of texts twice; only one that differs from it has been counted
        return cls(tuple(texts), references if references != unique else -1, said)


@dataclass(frozen=True, slots=True)
class Styles:
    """For each cell style its number format, and whether it draws a line at the left or right of the cell."""

    formats: tuple[str | None, ...] = ()
    """None: a format of the file's own that is not in it."""
    framed: tuple[bool, ...] = ()
    differs: str = ""
    lost: str = ""
    """Why there are none (Chinese)."""

    @classmethod
    def of(cls, content: bytes, file: str, part: str) -> Styles:
        root = package.parse(content, file, part, expected=EXPECTED)
        codes: dict[int, str | None] = dict(BUILT_IN)
        for element in descend(root, "numFmt"):
            number, code = whole(attribute(element, "numFmtId")), attribute(element, "formatCode")
            codes[number] = code if codes.setdefault(number, code) == code or number < OWN_FORMATS else None
        lines = [_has_lines(border) for borders in children(root, "borders") for border in children(borders, "border")]
        formats: list[str | None] = []
        framed = []
        for style in (style for styles in children(root, "cellXfs") for style in children(styles, "xf")):
            applied = style.get("numFmtId") is not None or attribute(style, "applyNumberFormat") in ("1", "true")
            number = whole(attribute(style, "numFmtId"), -1 if applied else 0)
            formats.append(codes.get(number, None if number >= OWN_FORMATS or number < 0 else ""))
            border = whole(attribute(style, "borderId"))
            framed.append(border < len(lines) and lines[border])
        return cls(tuple(formats), tuple(framed), next(_miscounted(root), ""))

    def format(self, style: int) -> str | None:
        """The format of a style; None where the file does not say it."""
        if style < len(self.formats):
            return self.formats[style]
        return None if style or self.formats or self.lost else ""


def _miscounted(root: Any) -> Iterator[str]:
    """A list of styles that says of itself that it has more or fewer."""
    for name, item, title in (("cellXfs", "xf", "单元格样式"), ("numFmts", "numFmt", "数字格式")):
        for listing in children(root, name):
            said, found = whole(attribute(listing, "count"), -1), sum(1 for _ in children(listing, item))
            if said not in (-1, found):
                yield f"{title}记着有 {said} 种，实有 {found} 种"


def _has_lines(border: Any) -> bool:
    sides = (side for side in border if local(side) in ("left", "right", "start", "end"))
    return any(attribute(side, "style") not in ("", "none") for side in sides)


# the streams


def stream(content: bytes, file: str, part: str, wanted: Sequence[str], root: str) -> Iterator[Any]:  # Any: lxml elements
    """The elements with these names as they end, each forgotten when the next is asked for. No document types, no entities.
    Raises InputError for what is no XML, or whose root has another name."""
    from lxml import etree  # type: ignore[import-untyped]  # ships no types

    events = etree.iterparse(
        BytesIO(content),
        events=("start", "end"),
        tag=[f"{{*}}{name}" for name in {root, *wanted}],  # of all others nothing is asked: most are cells, and what is in them
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_pis=True,
    )
    names, first = frozenset(wanted), True
    try:
        for event, element in events:
            if first:
                _as_expected(element.getroottree(), file, part, root)
            first = False
            if event == "end" and local(element) in names:
                yield element
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
        if first:  # nothing of what is wanted: then of another kind, too
            _as_expected(events.root.getroottree(), file, part, root)
    except (etree.XMLSyntaxError, ValueError):
        raise damaged(file, f"“{part}”不是完整的 XML，文件已损坏") from None


def _as_expected(tree: Any, file: str, part: str, root: str) -> None:
    if tree.docinfo.internalDTD is not None:
        message = f"“{part}”声明了 XML 实体或文档类型，不予读取"
        raise InputError(Problem(Place(file), message, EXPECTED, code="input.entities"))
    if (found := local(tree.getroot())) != root:
        raise damaged(file, f"“{part}”不是它该是的内容（“{found[:20]}”）")


def rich(item: Any) -> str:
    """The text of a string, whatever fonts it is made of; reading aids (rPh) left out."""
    pieces = []
    for child in item:
        name = local(child)
        if name == "t":
            pieces.append(child.text or "")
        elif name == "r":
            pieces += [text.text or "" for text in child if local(text) == "t"]
    return "".join(pieces)


def whole(text: str, other: int = 0) -> int:
    """A whole number as attributes have it; `other` for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else other


def children(element: Any, name: str) -> Iterator[Any]:
    return (child for child in element if local(child) == name)


def descend(element: Any, name: str) -> Iterator[Any]:
    return (child for child in element.iter() if local(child) == name)


def attribute(element: Any, name: str) -> str:
    value = element.get(name)
    if value is None:
        value = next((element.get(key) for key in element.keys() if "}" in key and key.rpartition("}")[2] == name), "")  # noqa: SIM118
    return str(value)


def local(element: Any) -> str:
    tag = element.tag
    return _local(tag) if isinstance(tag, str) else ""


@functools.lru_cache(maxsize=1000)
def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
