"""The package a Word document lies in: parts put in place, a part made known, and all of it packed the same each time."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Any  # lxml has no types

from engine.documents import packing
from engine.documents.package import parse

TYPES = "[Content_Types].xml"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_COMMENTS = "application/vnd.openxmlformats-officedocument.wordprocessingml.comments+xml"
_KIND = {
    True: "http://purl.oclc.org/ooxml/officeDocument/relationships/comments",
    False: "http://schemas.openxmlformats.org/officeDocument/2006/relationships/comments",
}
"""The kind of the relation to the comments, of a strict document and of any other."""


def packed(parts: Mapping[str, bytes]) -> bytes:
    """The parts in one file, their order kept and the list of types first; no time is told, so that two runs give the same."""
    return packing.packed({name: parts[name] for name in sorted(parts, key=lambda one: one != TYPES)})


def written(root: Any) -> bytes:
    """A part's root as bytes."""
    return packing.xml_bytes(root.getroottree())


def comments_part(parts: Mapping[str, bytes], main: str) -> str:
    """The name of the part with the comments; empty where there is none."""
    for relation in _relations(parts, main):
        if str(relation.get("Type", "")).endswith("/comments") and relation.get("TargetMode") != "External":
            name = _whole(str(relation.get("Target", "")), main)
            return name if name in parts else ""
    return ""


def with_comments(parts: Mapping[str, bytes], main: str, root: Any, *, strict: bool) -> dict[str, bytes]:
    """The parts with this root as the part of the comments, made known to the package where there was none."""
    out = dict(parts)
    if known := comments_part(parts, main):
        out[known] = written(root)
        return out
    folder = posixpath.dirname(main)
    name = _free(out, f"{folder}/comments")
    out[name] = written(root)
    links = _relations_of(main)
    relations = parse(out[links], "", links, as_filed=True) if links in out else _new(_RELATIONS, "Relationships")
    taken = {str(one.get("Id")) for one in relations}
    number = next(n for n in range(1, len(taken) + 2) if f"rId{n}" not in taken)
    target = {"Id": f"rId{number}", "Type": _KIND[strict], "Target": posixpath.basename(name)}
    relations.append(relations.makeelement(f"{{{_RELATIONS}}}Relationship", target))
    out[links] = written(relations)
    types = parse(out[TYPES], "", TYPES, as_filed=True)
    space = types.tag[1:].partition("}")[0]
    types.append(types.makeelement(f"{{{space}}}Override", {"PartName": f"/{name}", "ContentType": _COMMENTS}))
    out[TYPES] = written(types)
    return out


def without_comments(parts: Mapping[str, bytes], main: str) -> dict[str, bytes]:
    """The parts without that of the comments, and without what makes it known."""
    name = comments_part(parts, main)
    out = {key: content for key, content in parts.items() if key != name}
    for part, wanted in ((_relations_of(main), "Target"), (TYPES, "PartName")):
        root = parse(out[part], "", part, as_filed=True)
        for child in [one for one in root if _whole(str(one.get(wanted, "")), main) == name]:
            root.remove(child)
        out[part] = written(root)
    return out


def _relations(parts: Mapping[str, bytes], main: str) -> Any:
    name = _relations_of(main)
    return parse(parts[name], "", name) if name in parts else ()


def _relations_of(main: str) -> str:
    folder, _, name = main.rpartition("/")
    return f"{folder}/_rels/{name}.rels"


def _whole(target: str, main: str) -> str:
    return posixpath.normpath(target.lstrip("/") if target.startswith("/") else posixpath.join(posixpath.dirname(main), target))


def _free(parts: Mapping[str, bytes], stem: str) -> str:
    return next(name for n in range(len(parts) + 2) if (name := f"{stem}{n or ''}.xml") not in parts)


def _new(space: str, tag: str) -> Any:
    from lxml import etree  # type: ignore[import-untyped]  # ships no types

    return etree.Element(f"{{{space}}}{tag}", nsmap={None: space})
