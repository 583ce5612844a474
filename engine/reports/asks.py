"""What a draft asks its author to fill in (【请填写原因】), marked in the Word file: yellow, a comment beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any  # lxml has no types

from engine.documents import package as office_package
from engine.documents.word_text import local
from engine.reports.revision import package
from engine.reports.revision.comments import WordComments
from engine.reports.revision.wordml import WordMaker, properties_of

ASK = re.compile(r"(【请[^【】]{1,40}】)")
_BEGINS = "【请".encode()
_MAIN = "word/document.xml"


def asked(parts: Mapping[str, bytes], notes: Mapping[str, str]) -> Mapping[str, bytes]:
    """The parts of a Word file with all it asks for marked. `notes`: what is asked for (without its brackets) -> what the comment
    says; what is not in it gets no comment. A file that asks for nothing stays as it is."""
    if _BEGINS not in parts.get(_MAIN, b""):
        return parts
    root = office_package.parse(parts[_MAIN], "", _MAIN, as_filed=True)
    make = WordMaker(root)
    comments = WordComments(parts, _MAIN, make.namespace)
    found = [text for text in root.iter(make.name("t")) if ASK.search(text.text or "")]
    for text in found:
        _mark(text, make, comments, notes)
    return comments.into({**parts, _MAIN: package.written(root)}) if found else parts


def _mark(text: Any, make: WordMaker, comments: WordComments, notes: Mapping[str, str]) -> None:
    """Take a run apart around what it asks for. `text` is one text of the run; what stands before and behind it stays there."""
    run = text.getparent()
    if local(run) != "r":
        return
    properties = properties_of(run)
    before = [child for child in text.itersiblings(preceding=True) if child is not properties]
    behind = list(text.itersiblings())
    out: list[Any] = []
    if before:
        out.append(_with(make, properties, reversed(before)))
    for piece in filter(None, ASK.split(text.text or "")):
        note = notes.get(piece.strip("【】"), "") if ASK.fullmatch(piece) else ""
        one = make.run(piece, properties, highlight=ASK.fullmatch(piece) is not None)
        if note:
            number = comments.add([note])
            start, end = make.make("commentRangeStart", id=number), make.make("commentRangeEnd", id=number)
            out += [start, one, end, make.make("r", make.make("commentReference", id=number))]
        else:
            out.append(one)
    if behind:
        out.append(_with(make, properties, behind))
    for one in out:
        run.addprevious(one)
    run.getparent().remove(run)


def _with(make: WordMaker, properties: Any, children: Any) -> Any:
    """A run with these children of another, and a copy of its properties."""
    out = make.make("r")
    if (own := make.plain(properties)) is not None and len(own):
        out.append(own)
    out.extend(children)
    return out
