"""Elements of WordprocessingML made for revisions, in the namespace of the document they go into.

A document may be of the transitional or of the strict kind: their names differ in the namespace alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any  # lxml has no types

from engine.documents.word_text import local, local_name
from engine.reports.revision.model import AUTHOR
from engine.templating.weights import of_other_language

_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BLANK = re.compile(r"【[^【】]*】")
"""What is left to be filled in by whoever filed the report, in the draft's own brackets."""
_OF_A_TIME = ("ins", "del", "moveFrom", "moveTo", "rPrChange")
"""What a run's properties say of the revisions of others: none of it goes with a copy."""


class WordMaker:
    """Makes elements for one part, and numbers its revisions."""

    def __init__(self, root: Any) -> None:
        self.root = root
        self.namespace = root.tag[1:].partition("}")[0]
        self._last = max((_number(value) for element in root.iter() for value in _ids(element)), default=0)

    def name(self, local_part: str) -> str:
        return f"{{{self.namespace}}}{local_part}"

    def make(self, tag: str, *children: Any, **values: str) -> Any:
        element = self.root.makeelement(self.name(tag), {self.name(key): value for key, value in values.items()})
        element.extend(children)
        return element

    def marked(self, tag: str, *children: Any) -> Any:
        """A revision of ours (`ins`, `del`) around these; without a date, so that two runs write the same."""
        self._last += 1
        return self.make(tag, *children, id=str(self._last), author=AUTHOR)

    def run(self, text: str, properties: Any = None, *, highlight: bool = False, whole: bool = False) -> Any:
        """A run of text with a copy of these properties; a line break where the text has one. `whole`: it stays on one line."""
        out = self.make("r")
        own = self.plain(properties)
        if whole:
            own = self.make("rPr") if own is None else own
            of_other_language(own)
        if highlight:
            own = self.make("rPr") if own is None else own
            self.put(own, self.make("highlight", val="yellow"))
        if own is not None and len(own):
            out.append(own)
        for number, line in enumerate(_ILLEGAL.sub("", text).split("\n")):
            if number:
                out.append(self.make("br"))
            if line:
                out.append(self.text("t", line))
        return out

    def text(self, tag: str, text: str) -> Any:
        element = self.make(tag)
        element.text = text
        if text != text.strip():
            element.set(_SPACE, "preserve")
        return element

    def plain(self, properties: Any) -> Any:
        """A copy of a run's properties without what they say of others' revisions; None where there are none."""
        if properties is None:
            return None
        out = deepcopy(properties)
        out.tail = None
        for child in list(out):
            if local(child) in _OF_A_TIME or (child.prefix == properties.prefix and local(child) not in RUN_PROPERTIES):
                out.remove(child)
        return out

    @staticmethod
    def put(properties: Any, child: Any) -> None:
        """Put a property of a run where the schema has it, in place of one of its kind."""
        order = {name: n for n, name in enumerate(RUN_PROPERTIES)}
        for old in [one for one in properties if local(one) == local(child)]:
            properties.remove(old)
        own = order[local(child)]
        at = next((n for n, one in enumerate(properties) if order.get(local(one), -1) > own), len(properties))
        properties.insert(at, child)


RUN_PROPERTIES = [
    "ins",
    "del",
    "moveFrom",
    "moveTo",
    "rStyle",
    "rFonts",
    "b",
    "bCs",
    "i",
    "iCs",
    "caps",
    "smallCaps",
    "strike",
    "dstrike",
    "outline",
    "shadow",
    "emboss",
    "imprint",
    "noProof",
    "snapToGrid",
    "vanish",
    "webHidden",
    "color",
    "spacing",
    "w",
    "kern",
    "position",
    "sz",
    "szCs",
    "highlight",
    "u",
    "effect",
    "bdr",
    "shd",
    "fitText",
    "vertAlign",
    "rtl",
    "cs",
    "em",
    "lang",
    "eastAsianLayout",
    "specVanish",
    "oMath",
    "rPrChange",
]
"""The order of the properties of a run (ECMA-376, CT_RPr and CT_ParaRPr)."""


def parts_of(text: str) -> Iterator[tuple[str, bool]]:
    """A text in parts, each with whether it is left to be filled in."""
    at = 0
    for blank in _BLANK.finditer(text):
        if blank.start() > at:
            yield text[at : blank.start()], False
        yield blank[0], True
        at = blank.end()
    if text[at:]:
        yield text[at:], False


def properties_of(element: Any) -> Any:
    """The properties of a run, row or paragraph; None where it has none."""
    return next((child for child in element if local(child) in ("rPr", "pPr", "trPr")), None)


def author_of(element: Any) -> str:
    return next((str(value) for key, value in element.attrib.items() if local_name(key) == "author"), "")


def id_of(element: Any) -> str:
    return next((str(value) for key, value in element.attrib.items() if local_name(key) == "id"), "")


def _ids(element: Any) -> Iterator[str]:
    if isinstance(element.tag, str):
        yield from (str(value) for key, value in element.attrib.items() if local_name(key) == "id" and key.startswith("{"))


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
