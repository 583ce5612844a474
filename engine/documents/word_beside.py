"""What a Word document says beside its text: comments, footnotes, heads and feet of its pages. None is read, all are told."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import Any

from engine.documents.word_text import local, text_of

Notes = Mapping[tuple[str, str], tuple[str, str]]
"""By the mark in the text that refers to it and its number: what it is (`comment`, `footnote`), and what it says."""
_KINDS = {
    "comments": ("commentReference", "comment"),
    "footnotes": ("footnoteReference", "footnote"),
    "endnotes": ("endnoteReference", "footnote"),
}
_RUNNING = re.compile(r"(?:header|footer)[0-9]*")
_PAGE_NUMBER = re.compile(r"(?:[第共总页/／—–－·~.0-9-]|PAGE|NUMPAGES|of|\s)*", re.I)
"""A head or foot that says nothing but which page it is."""


def notes(parts: Mapping[str, Any]) -> Notes:
    """The comments, footnotes and endnotes in these parts (their roots, by name)."""
    out: dict[tuple[str, str], tuple[str, str]] = {}
    for name, root in parts.items():
        mark, key = _KINDS.get(_stem(name), ("", ""))
        for note in root if mark else ():
            said = _text(note)
            number = next((value for name, value in note.attrib.items() if name.rpartition("}")[2] == "id"), "")
            if said:
                out[mark, str(number)] = key, said
    return out


def running(parts: Mapping[str, Any]) -> list[str]:
    """What the heads and feet of pages say, each text once; page numbers are left out."""
    said = (_text(root) for name, root in sorted(parts.items()) if _RUNNING.fullmatch(_stem(name)))
    return list(dict.fromkeys(text for text in said if not _PAGE_NUMBER.fullmatch(text)))


def is_beside(name: str, folder: str) -> bool:
    """Whether a part of this name, beside the main part in this folder, holds any of these."""
    stem = _stem(name)
    return posixpath.dirname(name) == folder and name.endswith(".xml") and (stem in _KINDS or bool(_RUNNING.fullmatch(stem)))


def referred(element: Any, known: Notes) -> Iterator[tuple[str, str]]:
    """What is said beside a paragraph, in the order of its marks."""
    for mark in element.iter(*(f"{{*}}{mark}" for mark, _ in _KINDS.values())):
        number = next((str(value) for name, value in mark.attrib.items() if name.rpartition("}")[2] == "id"), "")
        found = known.get((local(mark), number))
        if found:
            yield found


def _stem(name: str) -> str:
    return posixpath.basename(name).removesuffix(".xml")


def _text(element: Any) -> str:
    """The lines of all its paragraphs, those in tables too, in one."""
    return " ".join(filter(None, (" ".join(text_of(paragraph).split()) for paragraph in element.iter("{*}p"))))
