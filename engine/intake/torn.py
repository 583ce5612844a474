"""Rows that a page break may have torn: what their scores rest on is not certain, so nothing is scored before a person has looked.

The reader of a PDF says which cell at the top of a page may be the rest of one on the page before, and cannot tell which. Which
indicators these cells belong to shows only in the forms.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from engine.documents.model import Told
from engine.forms.labels import fold
from engine.submission.model import Cell, Form, Indicator

KEY = "torn_row"
_PAGE = re.compile(r"第(\d+)页")
_SCORED = ("target", "actual", "weight")
"""Cells that a score rests on, besides the name."""
_OTHERS = ("reason", "nature", "operator", "unit", "score")


def withheld(forms: Sequence[Form], told: Collection[Told]) -> list[Form]:
    """The forms with a doubt on the rows that may be torn, as far as a score rests on what is torn."""
    out = list(forms)
    for one in told:
        page = _page(one.place.path)
        if one.key != KEY or not page:
            continue
        rows = [(n, item) for n, form in enumerate(out) for goal in form.goals for item in goal.indicators]
        before = next(((n, item) for n, item in reversed(rows) if 0 < _page(item.place.path) < page), None)
        after = next(((n, item) for n, item in rows if _page(item.place.path) == page), None)
        for n, item in _torn(before, after, fold(one.text)):
            why = f"表格跨页，这一页和下一页的“{one.text}”分不清是一行还是两行" if (n, item) == before else ""
            why = why or f"表格跨页，“{one.text}”分不清是这一行的，还是上一页末行的"
            out[n] = _with(out[n], item, why)
    return out


def _page(path: str) -> int:
    found = _PAGE.search(path)
    return int(found[1]) if found else 0


def _torn(before: tuple[int, Indicator] | None, after: tuple[int, Indicator] | None, text: str) -> Iterator[tuple[int, Indicator]]:
    """The rows that the text may be of: it was put to the row above, or stands as a row's own where the one above may lack it."""
    joined = _fields(before[1], text, whole=False) if before else set()
    own = _fields(after[1], text, whole=True) if after else set()
    if joined and not own:
        own = joined
        after = None
    if own and not own & {"name", *_SCORED}:
        return  # a reason, a heading: no score rests on it
    if before:
        yield before
    if after and own:
        yield after


def _fields(item: Indicator, text: str, *, whole: bool) -> set[str]:
    """The fields of a row that are the text, or end with it."""
    cells = {key: cell.text for key in (*_SCORED, *_OTHERS) if isinstance(cell := getattr(item, key), Cell)}
    texts = {"name": item.name, "level1": item.level1, "level2": item.level2, **cells}
    folded = {key: fold(value) for key, value in texts.items()}
    return {key for key, value in folded.items() if (value == text if whole else value.endswith(text) and value != text)}


def _with(form: Form, item: Indicator, why: str) -> Form:
    """The form with a doubt on the first of the row's cells that a score rests on."""
    key = next((key for key in _SCORED if getattr(item, key) is not None), None)
    if key is None:
        return form
    cell: Cell = getattr(item, key)
    marked = replace(item, **{key: replace(cell, doubt=cell.doubt or why)})  # type: ignore[arg-type]  # one of _SCORED
    goals = (replace(goal, indicators=tuple(marked if one is item else one for one in goal.indicators)) for goal in form.goals)
    return replace(form, goals=tuple(goals))
