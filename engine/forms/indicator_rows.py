"""A row of the indicators as an indicator: its cells by field, and what is doubtful about them."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from engine.documents.model import Row, TableCell
from engine.errors import Place
from engine.forms.check_boxes import has_boxes
from engine.forms.columns import OTHER, Columns, cell_of, one_line
from engine.forms.goal_rows import weighted
from engine.forms.labels import fold
from engine.forms.model import Composition, Layout
from engine.forms.targets import joined
from engine.submission.model import Cell, Doubt, HeaderField, Indicator

_VALUES = ("target", "actual", "weight", "score", "adjusted")
"""Fields a score rests on."""
_SHARED = ("target", "actual", "weight", "score")
"""Fields whose cell, merged down over several rows, says nothing certain of each of them."""
_NOT_CELLS = ("name", "level1", "level2", "level1_weight", "level2_weight", "adjusted")


@dataclass(slots=True)
class IndicatorRow:
    """What stands in a row of the indicators. `carried`: its name is that of the row above, merged down over it."""

    values: Mapping[str, TableCell]
    place: Place
    name: str = ""
    weight: Cell | None = None
    """Weight in brackets behind the name."""
    cells: dict[str, Cell] = field(default_factory=dict)
    others: tuple[HeaderField, ...] = ()
    carried: bool = False
    unnamed: bool = False
    """Whether something stands in the row, and nothing says of what."""

    def indicator(self, level1: str, level2: str) -> Indicator | None:
        """The indicator of the row, None for one that only opens a level or fills a template."""
        if not self.name:
            return None
        fields: dict[str, Any] = dict(self.cells)
        if self.weight:
            fields.setdefault("weight", self.weight)
        return Indicator(self.name, level1, level2, self.place, others=self.others, **fields)


def indicator_of(row: Row, columns: Columns, layout: Layout, doubts: list[Doubt]) -> IndicatorRow:
    """The row under its columns. A row that has not as many cells as the header, or two under one column, has doubtful values."""
    fitted, wrong = columns.fitted(row)
    found = columns.values(fitted)
    values = {key: cells[0] for key, cells in found.items()}
    name = values.get("name")
    said = weighted(name, layout.weight) if name else ("", None)
    out = IndicatorRow(values, name.place if name else row[0].place, *said)
    known = [cell for key, cells in found.items() for cell in cells if cell and key not in ("level1", "level2", "name")]
    if not name:
        _unnamed(out, known, layout)
    elif not known and any(pattern.search(name.text) for pattern in layout.filler):
        out.name = ""  # a row of the empty template
        return out
    cells = {key: _cell(key, of, columns, layout.composition, wrong) for key, of in found.items() if not key.startswith(OTHER)}
    lacking = {key: why for key, why in columns.doubtful.items() if key not in columns.names and key in _VALUES}
    cells |= {key: Cell("", out.place, why) for key, why in lacking.items()}
    _doubt_twice(cells, found, columns)
    _adjust(cells, layout.composition)
    out.cells = {key: cell for key, cell in cells.items() if key not in _NOT_CELLS}
    out.others = tuple(
        HeaderField("", key.removeprefix(OTHER), Cell("；".join(cell.text for cell in of if cell), of[0].place))
        for key, of in found.items()
        if key.startswith(OTHER) and any(of)
    )
    if out.name or out.carried:
        doubts += _told(out, row, wrong, set(columns.doubtful.values()))
    return out


def _doubt_twice(cells: dict[str, Cell], found: Mapping[str, Sequence[TableCell]], columns: Columns) -> None:
    """Of a field with two columns that nothing tells apart, the value is doubtful where they differ."""
    for key, label in columns.twice.items():
        beside = next((cell for cell in found.get(OTHER + label, ()) if cell), None)
        if not (cell := cells.get(key)) or not beside or fold(beside.text) == fold(cell.text):
            continue
        if has_boxes(cell.text) or not has_boxes(beside.text):  # a box that is ticked beside a value is none itself
            doubt = f"有两栏，另一栏“{label}”写的是“{one_line(beside.text)}”，不能确定用哪一栏"
            cells[key] = replace(cell, doubt=cell.doubt or doubt)


def _unnamed(row: IndicatorRow, known: Sequence[TableCell], layout: Layout) -> None:
    """Name a row whose cell for the name is empty: by the row above if its cell goes on down here, else by its own 二级 or 一级."""
    name, level2, level1 = (row.values.get(key) for key in ("name", "level2", "level1"))
    if not known:
        return
    if name is not None and name.merged:
        row.carried = True
        return
    own = level2 if level2 else level1 if level1 and level2 is not None else None
    if own:
        row.name, row.weight = weighted(own, layout.weight)
        row.place = own.place
    else:
        row.unnamed = True


def _cell(key: str, cells: Sequence[TableCell], columns: Columns, by: Composition | None, wrong: str) -> Cell:
    """What stands in a field: reasons of several columns put together, a value in several cells joined, else a doubt."""
    first = cell_of(cells[0])
    doubt = first.doubt
    if len(cells) > 1:
        text, whole = ("", False) if key not in ("target", "actual", "adjusted") else joined(cells, by, achieved=key == "actual")
        if key == "reason":
            first = replace(first, text="；".join(cell.text for cell in cells))
        elif whole:
            first = replace(first, text=text)
        else:
            doubt = doubt or f"同一栏下有几格：{'、'.join(one_line(cell.text) for cell in cells)}"
    if key in _VALUES and first:
        doubt = doubt or wrong or columns.doubtful.get(key, "")
    if key in _SHARED and not first and cells[0].merged and not cells[0].across:
        doubt = "与上面一行合为一格，不能确定各行各是多少"
    return replace(first, doubt=doubt) if doubt else first


def _adjust(cells: dict[str, Cell], by: Composition | None) -> None:
    """The adjusted target is the target where there is one; the one set in January stays beside it. Words where that one
    is a number (未调整) say something of it, and are none."""
    adjusted = cells.pop("adjusted", None)
    if adjusted and not (by and fold(adjusted.text) in by.no_unit):
        initial = cells.get("target")
        if initial and any(map(str.isdigit, initial.text)) and not any(map(str.isdigit, adjusted.text)):
            why = f"调整后的值写的是“{one_line(adjusted.text)}”，不能确定目标值有没有调整"
            cells["target"] = replace(initial, doubt=initial.doubt or why)
            return
        cells["target"] = adjusted
        if initial is not None:
            cells["initial"] = initial


def _told(row: IndicatorRow, source: Row, wrong: str, known: Container[str]) -> list[Doubt]:
    """What is doubtful about the row's cells, once for the whole row if it is the row; `known` was told of the column."""
    if wrong:
        return [Doubt("unread_row", row.name, row.name, replace(source[0].place, cell=0), readings=wrong)]
    doubtful = [cell for key, cell in row.cells.items() if cell.doubt and cell.doubt not in known]
    return [
        Doubt(
            "unread_crowded" if cell.doubt.startswith("同一栏") else "unread_cell",
            row.name,
            cell.text,
            cell.place,
            readings=cell.doubt,
        )
        for cell in doubtful
    ]
