"""Lines that hold labels and values one after another: 项目单位（盖章）：矿城市图书馆    主要领导签字：    填报日期：2023年6月28日.

A value ends where the next label begins: a word that the layout knows, or one that stands behind a space and before a colon; or
where, behind a gap, a year stands that needs no label (编制单位：××局        2023年度        金额单位：万元).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_COLONS = ":：︰"
_BETWEEN = ";；,，、。 "
"""What may stand between a value and the next label, and belongs to neither."""
_LONGEST = 24
"""Characters of a label before its colon."""
_LABEL = re.compile(r"[\u4e00-\u9fffA-Za-z][\u4e00-\u9fffA-Za-z()（）〔〕【】\[\]/、·\s]{0,22}")
_YEAR = re.compile(r"(?:\s{2,}|\t|\u3000)(?P<year>(?:19|20)[0-9]{2}年度)\s*$")
"""A fiscal year behind a gap."""


@dataclass(frozen=True, slots=True)
class LineField:
    """A label as written, and the value behind it."""

    label: str
    value: str


def line_fields(text: str, is_known: Callable[[str], bool]) -> list[LineField]:
    """The labels and values of a line, in order; none if it does not begin with a label.

    `is_known` tells labels of the layout: these end a value even where nothing stands between.
    """
    starts = list(_labels(text, is_known))
    if not starts or text[: starts[0][0]].strip():
        return []
    ends = [start for start, _ in starts[1:]] + [len(text)]
    values = [text[colon + 1 : end].strip() for (_, colon), end in zip(starts, ends, strict=True)]
    values[:-1] = [value.rstrip(_BETWEEN).strip() for value in values[:-1]]
    fields = [LineField(text[start:colon].strip(), value) for (start, colon), value in zip(starts, values, strict=True)]
    return [part for field in fields for part in _without_year(field)]


def _without_year(field: LineField) -> Iterator[LineField]:
    """The field, and the year behind a gap in its value as one of its own."""
    found = _YEAR.search(field.value)
    if found is None or not field.value[: found.start()].strip():
        yield field
        return
    yield LineField(field.label, field.value[: found.start()].strip())
    yield LineField("年度", found["year"])


def _labels(text: str, is_known: Callable[[str], bool]) -> Iterator[tuple[int, int]]:
    """Where each label begins, and where its colon stands."""
    done = 0
    for colon, char in enumerate(text):
        if char not in _COLONS:
            continue
        before = text[max(done, colon - _LONGEST) : colon]
        offset = colon - len(before)
        start = _start(before, offset == done, is_known)
        if start is not None:
            yield offset + start, colon
            done = colon + 1


def _start(before: str, at_begin: bool, is_known: Callable[[str], bool]) -> int | None:
    """Where in the text before a colon its label begins; None if no label stands there."""
    for start in range(len(before)):
        if not before[start].isspace() and is_known(before[start:].strip()) and (start == 0 or _separate(before, start)):
            return start
    # nobody listed it: what stands behind the last space, or is all there is
    words = re.split(r"\s{1,}", before)
    start = len(before) - len(words[-1])
    stands_alone = start > 0 or at_begin
    return start if stands_alone and words[-1] and _LABEL.fullmatch(words[-1]) else None


def _separate(before: str, start: int) -> bool:
    """Whether a label the layout knows may begin here: not inside a word that is longer than it by its beginning only."""
    return before[start - 1].isspace() or not _LABEL.fullmatch(before[:start].strip() or "1") or len(before[start:].strip()) > 2
