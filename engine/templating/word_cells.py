"""What is not torn in the cells of a Word table: a weight in brackets goes on a line of its own, a number is set smaller."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any  # lxml has no types

from engine.templating.word_measures import NARROW, WIDE, TextSetting, W, set_lines, setting_of, style_of, text_of
from engine.templating.word_tables import RowRead

_NUMBER = re.compile(r"[0-9][0-9,]*(?:\.[0-9]+)?%?")
_SMALLEST = 60
"""Per cent of its style's size below which no number is set."""
_BEHIND_SIZE = frozenset(
    [
        *("highlight", "u", "effect", "bdr", "shd", "fitText", "vertAlign", "rtl", "cs", "em", "lang"),
        *("eastAsianLayout", "specVanish", "oMath"),
    ]
)
"""Properties of a run that stand behind its size."""
_WEIGHT = re.compile(r"(?<=\S)（[0-9.]+分）$")


def keep_numbers_whole(rows: Sequence[RowRead], settings: Mapping[str, TextSetting]) -> None:
    """Set a number that is all of its cell, and wider than it (186,320.00), in a smaller size, so that it is not torn."""
    for cell in (cell for row in rows for cell in row.cells):
        for paragraph in cell.element.iterfind(f"{W}p"):
            text, setting = text_of(paragraph), setting_of(style_of(paragraph), settings)
            if not _NUMBER.fullmatch(text) or len(set_lines(text, setting, cell.width)) == 1:
                continue
            sizes = range(setting.size, setting.size * _SMALLEST // 100 - 1, -10)
            size = next((one for one in sizes if len(set_lines(text, replace(setting, size=one), cell.width)) == 1), sizes[-1])
            for run in paragraph.iterfind(f"{W}r"):
                _of_size(run, size // 10)


def _of_size(run: Any, halves: int) -> None:
    """Say of a run how large it is, in half points; where the schema wants it."""
    properties = run.find(f"{W}rPr")
    if properties is None:
        properties = run.makeelement(f"{W}rPr")
        run.insert(0, properties)
    for name in ("sz", "szCs"):
        for old in properties.findall(f"{W}{name}"):
            properties.remove(old)
    behind = next((child for child in properties if child.tag.rpartition("}")[2] in _BEHIND_SIZE), None)
    for name in ("sz", "szCs"):
        made = properties.makeelement(f"{W}{name}", {f"{W}val": str(halves)})
        if behind is None:
            properties.append(made)
        else:
            behind.addprevious(made)


def keep_weights_apart(rows: Sequence[RowRead], settings: Mapping[str, TextSetting]) -> bool:
    """Put a weight in brackets that would be torn at the end of a cell's line on a line of its own; whether there was any."""
    with_weights = [cell for row in rows for cell in row.cells if any(_WEIGHT.search(text) for text, _ in cell.said)]
    changed = [
        _keep_weight(paragraph, setting_of(style_of(paragraph), settings), cell.width)
        for cell in with_weights
        for paragraph in cell.element.iterfind(f"{W}p")
    ]
    return any(changed)


def _keep_weight(paragraph: Any, setting: TextSetting, width: int) -> bool:
    texts = list(paragraph.iter(f"{W}t"))
    text = texts[-1].text or "" if texts else ""
    found = _WEIGHT.search(text)
    if not found:
        return False
    whole = text_of(paragraph)
    settings = [replace(setting, digit=digit) for digit in (NARROW, WIDE)]
    ends = [set_lines(whole, one, room)[-1] for one in settings for room in (width, width - setting.size // 2)]
    if all(end.strip().endswith(found[0]) for end in ends):
        return False
    own = texts[-1]
    own.text = text[: found.start()]
    behind = own.makeelement(f"{W}t")
    behind.text = found[0]
    own.addnext(own.makeelement(f"{W}br"))
    own.getnext().addnext(behind)
    return True
