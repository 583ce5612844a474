"""A weight in brackets (（10分）) that stays on one line in running text, in Word files and on pages.

Between a number and what follows it a line may end. A word joiner forbids that where lines are set as Unicode says. Word goes by
the document's own list of signs that begin no line (it is in the settings of the shipped templates); LibreOffice heeds neither in
Chinese text, but follows Unicode where the text is said to be of another language. So a weight in a Word file is a run of its own,
with a joiner, that says so. In tables it is put on a line of its own where it does not fit (word_cells.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any  # lxml has no types

WEIGHT = re.compile(r"（[0-9.]+ ?分）")
JOINER = "\N{WORD JOINER}"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_OTHER = "en-US"
"""A language whose lines are set by the rules of Unicode."""


def joined(text: str) -> str:
    """A text in which weights in brackets are not torn."""
    return WEIGHT.sub(lambda found: f"{found[0][:-2].rstrip()}{JOINER}{found[0][-2:]}", text)


def parted(text: str) -> Iterator[tuple[str, bool]]:
    """A text in parts, each with whether it is a weight in brackets; these are joined."""
    at = 0
    for found in WEIGHT.finditer(text):
        if found.start() > at:
            yield text[at : found.start()], False
        yield joined(found[0]), True
        at = found.end()
    if text[at:]:
        yield text[at:], False


def keep_weights_whole(body: Any) -> None:
    """Make runs of their own of the weights in the paragraphs of a body, but for those in tables."""
    for paragraph in body.findall(f"{_W}p"):
        for text in [text for text in paragraph.iter(f"{_W}t") if WEIGHT.search(text.text or "")]:
            _part(text)


def _part(text: Any) -> None:
    run = text.getparent()
    properties = run.find(f"{_W}rPr")
    if run.tag != f"{_W}r" or any(child is not text and child is not properties for child in run):
        return
    for piece, weight in parted(text.text or ""):
        made = run.makeelement(run.tag, dict(run.attrib))
        own = None if properties is None else deepcopy(properties)
        if weight:
            own = run.makeelement(f"{_W}rPr") if own is None else own
            of_other_language(own)
        if own is not None:
            made.append(own)
        said = made.makeelement(text.tag, {"{http://www.w3.org/XML/1998/namespace}space": "preserve"})
        said.text = piece
        made.append(said)
        run.addprevious(made)
    run.getparent().remove(run)


def of_other_language(properties: Any) -> None:
    """Say of a run that its East Asian text is of another language. `properties`: those of the run, in the order of the schema."""
    space = properties.tag.rpartition("}")[0] + "}"
    own = properties.find(f"{space}lang")
    if own is None:
        own = properties.makeelement(f"{space}lang")
        late = ("eastAsianLayout", "specVanish", "oMath", "rPrChange")
        before = next((child for child in properties if str(child.tag).rpartition("}")[2] in late), None)
        if before is None:
            properties.append(own)
        else:
            before.addprevious(own)
    own.set(f"{space}eastAsia", _OTHER)
