"""One form as its page shows it: row by row as it was filed, the cells that a problem is about marked, the problems beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from engine.reports.problems import Shown, Site, around, source_of, titles_of
from engine.results.bundles import BundleResult
from engine.results.model import ResultForm
from engine.results.reading import differs, grades_differ
from engine.results.views.problems import only

COLUMNS = {
    "level2": ("level1", "level2"),
    "name": ("name", "text", "first", "second", "subject"),
    "weight": ("weight", "allowed_low", "allowed_high"),
    "target": ("target_text", "target", "first_target", "second_target"),
    "actual": ("actual_text", "actual", "attainment", "met", "reason"),
    "reported": ("reported", "computed"),
}
"""Column of the page -> the fields of evidence that stand in its cells."""
_FIELDS = {field: column for column, fields in COLUMNS.items() for field in fields}
_CELL = re.compile(r"第\d+格")
_COLUMN = re.compile(r"!([A-Z]{1,3})(\d+)")
_PARTS = {"execution": "预算执行", "total": "总分"}
Data = dict[str, Any]


def sheet(item: BundleResult, place: int, hrefs: Sequence[str]) -> Data:
    """What the page of a form sees. `hrefs`: where the pages of all forms of its bundle are."""
    result = item.result
    here = [*hrefs[:place], "#f1", *hrefs[place + 1 :]]
    site = Site(here, {place: "f1"}, source_of(result))
    shown = Shown(result, titles_of(item.policy))
    part = only(result, [place])
    told = around(part, shown, site, item.policy)
    form, marks = result["forms"][place], shown.marks(place)
    cells = _cells(item, place)
    rows = [
        {
            **row,
            "id": f"f1-i{number}",
            "differs": differs(row),
            "problems": marks.get(number, []),
            "marks": cells.get(_row(row["where"]), {}),
        }
        for number, row in enumerate(form["indicators"], start=1)
    ]
    return {**told, "source": site.source, "form": form, "rows": rows, "parts": list(_parts(form)), "grade": _grade(form)}


def _cells(item: BundleResult, place: int) -> dict[str, dict[str, list[str]]]:
    """Row -> column -> the numbers of the problems whose evidence stands in that cell."""
    out: dict[str, dict[str, list[str]]] = {}
    for concern in item.result["problems"]:
        if place not in concern["forms"]:
            continue
        for n in concern["findings"]:
            for evidence in item.result["findings"][n]["evidence"]:
                column = _FIELDS.get(evidence["field"])
                if column:
                    found = out.setdefault(_row(evidence["where"]), {}).setdefault(column, [])
                    found += [] if concern["id"] in found else [concern["id"]]
    return out


def _row(where: str) -> str:
    """The row that a place is in: its cell left out, in Word (第5格) and in Excel (!D12), and the line of a text."""
    return re.sub(r"第\d+行（(表[^）]*)）", r"\1", _COLUMN.sub(r"!\2", _CELL.sub("", where)))


def _parts(form: ResultForm) -> Iterator[Data]:
    for key, score in form["scores"].items():
        yield {"name": _PARTS.get(key, key), **score, "differs": differs(score)}


def _grade(form: ResultForm) -> Data:
    return {**form["grade"], "differs": grades_differ(form)}
