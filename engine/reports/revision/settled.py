"""Our revisions accepted or rejected, all at once; those of others stay as they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any  # lxml has no types

from engine.documents.word import opened
from engine.documents.word_text import local
from engine.reports.revision import package
from engine.reports.revision.comments import without_ours
from engine.reports.revision.model import AUTHOR
from engine.reports.revision.wordml import author_of, id_of

_COMMENT_MARKS = ("commentRangeStart", "commentRangeEnd", "commentReference")


def accepted(data: bytes) -> bytes:
    """The document with every revision of ours in it accepted, and without our comments."""
    return _settled(data, keep="ins", drop="del")


def rejected(data: bytes) -> bytes:
    """The document with every revision of ours in it rejected, and without our comments: as it was filed."""
    return _settled(data, keep="del", drop="ins")


def _settled(data: bytes, *, keep: str, drop: str) -> bytes:
    document = opened(data)
    parts, comments = without_ours(document.parts, document.main)
    settle(document.root, keep=keep, drop=drop)
    _unmark(document.root, comments)
    return package.packed({**parts, document.main: package.written(document.root)})


def settle(root: Any, *, keep: str, drop: str) -> None:
    """Take our revisions of one kind (`ins`, `del`) for good, and those of the other away."""
    for mark in _ours(root, drop):
        parent = mark.getparent()
        if local(parent) in ("rPr", "trPr"):
            _gone(parent)
        parent.remove(mark)
    for mark in _ours(root, keep):
        parent = mark.getparent()
        if local(parent) in ("rPr", "trPr"):
            parent.remove(mark)
            if not len(parent):
                parent.getparent().remove(parent)
            continue
        if keep == "del":
            for text in mark.iter("{*}delText"):
                text.tag = text.tag.replace("}delText", "}t")
        for child in list(mark):
            mark.addprevious(child)
        parent.remove(mark)


def _gone(properties: Any) -> None:
    """A row, or a paragraph with nothing of anybody else's in it, that is not to be there."""
    holder = properties.getparent()  # trPr of a row; rPr of pPr of a paragraph
    if local(properties) == "trPr":
        table = holder.getparent()
        table.remove(holder)
        if not any(local(child) == "tr" for child in table):
            table.getparent().remove(table)
        return
    paragraph = holder.getparent()
    if not any(local(child) == "r" for child in paragraph.iter() if not _is_mark(child)):
        paragraph.getparent().remove(paragraph)


def _ours(root: Any, kind: str) -> Iterator[Any]:
    """Our marks of a kind; those of runs before those of paragraphs and rows, which go only where they are empty."""
    found = [one for one in root.iter(f"{{*}}{kind}") if author_of(one) == AUTHOR]
    return iter(sorted(found, key=lambda one: local(one.getparent()) in ("rPr", "trPr")))


def _is_mark(run: Any) -> bool:
    """Whether a run holds nothing but the mark of a comment."""
    if local(run) != "r":
        return False
    own = [local(child) for child in run if local(child) != "rPr"]
    return own == ["commentReference"]


def _unmark(root: Any, comments: frozenset[str]) -> None:
    for mark in list(root.iter(*(f"{{*}}{name}" for name in _COMMENT_MARKS))):
        if id_of(mark) not in comments:
            continue
        parent = mark.getparent()
        if local(mark) == "commentReference" and _is_mark(parent):
            parent.getparent().remove(parent)
        else:
            parent.remove(mark)
