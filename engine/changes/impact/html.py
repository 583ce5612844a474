"""The impact of a change of policy as one self-contained page: the document made ready for the template, plots measured.

Lengths of bars are numbers the template puts into an SVG it draws itself; no text of a form is ever more than text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from engine.changes.impact.data import signed
from engine.changes.impact.view import (
    CASE_COLUMNS,
    FORM_COLUMNS,
    GROUP_COLUMNS,
    GROUPS,
    ITEM_COLUMNS,
    RULE_COLUMNS,
    SPREAD,
    grade_order,
    group_name,
    headline,
    items_told,
    spread,
    status,
)
from engine.language.rules import SEVERITIES
from engine.language.wording import codes
from engine.resources import shipped
from engine.results.views.columns import Column, page_cells, page_head
from engine.templating.page import self_contained

TEMPLATE = "page/impact.html.j2"
STYLES = "page/plots.css"
ROWS, ITEMS = 200, 40
"""Forms listed on the page, and indicators and findings of one form; JSON has all."""
_TABLES: Mapping[str, Sequence[Column[Any]]] = {
    "spread": SPREAD,
    "cases": CASE_COLUMNS,
    "rules": RULE_COLUMNS,
    "forms": FORM_COLUMNS,
    "items": ITEM_COLUMNS,
    "groups": GROUP_COLUMNS,
}
_HEIGHT, _WIDTH = 220, 640
"""Of a plot, in units of its view box."""
_LABELS = 8
"""Labels an axis has room for."""
Data = dict[str, Any]


def render(document: Mapping[str, Any], roots: Sequence[Path] = ()) -> str:
    """The page. Raises PolicyError where a template is wrong."""
    return self_contained(TEMPLATE, values(document), [*roots, shipped("templates")], [STYLES])


def values(document: Mapping[str, Any]) -> Data:
    """What the template sees."""
    order = grade_order(document)
    forms = document["forms"]
    return {
        **document,
        "headline": headline(document),
        "kinds": codes()["form_kind"],
        "severities": dict(SEVERITIES),
        "statuses": {name: status(name) for name in ("scored", "not_applicable", "needs_review", "error")},
        "spread": {
            key: found and {name: signed(value) for name, value in found.items()} for key, found in document["difference"].items()
        },
        "items": [{"texts": item["texts"], "cells": page_cells(ITEM_COLUMNS, item)} for item in document["items"] if item["run"]],
        "items_told": items_told(document),
        "groups": [
            {"by": by, "title": title, "rows": [{"name": group_name(g), "cells": page_cells(GROUP_COLUMNS, g)} for g in own]}
            for by, title in GROUPS.items()
            if (own := [g for g in document["groups"] if g["by"] == by])
        ],
        "spreads": [page_cells(SPREAD, row) for row in spread(document)],
        "columns": {name: page_head(columns) for name, columns in _TABLES.items()},
        "plots": {"differences": _differences(document["histogram"]), "distribution": _distribution(document["distribution"])},
        "matrix": _matrix(document, order),
        "grade_order": order,
        "restated": [item for item in document["statuses"] if item["before"] != item["after"]],
        "cases": [
            {**item, "signed": signed(item["difference"]), "cells": page_cells(CASE_COLUMNS, item)}
            for item in document["cases"][:ITEMS]
        ],
        "rules": [{**item, "cells": page_cells(RULE_COLUMNS, item)} for item in document["rules"]],
        "rows": [_row(n, form, n <= document["detailed"]) for n, form in enumerate(forms[:ROWS], start=1)],
        "left": {"forms": max(0, len(forms) - ROWS), "cases": max(0, len(document["cases"]) - ITEMS)},
    }


def _row(number: int, form: Mapping[str, Any], detailed: bool) -> Data:
    moved = [
        {**item, "signed": signed(item["difference"])}
        for item in form.get("indicators", ())
        if (item["before"]["score"], item["before"]["status"]) != (item["after"]["score"], item["after"]["status"])
    ]
    other = len(form.get("indicators", ())) - len(moved)
    return {
        **form,
        "number": number,
        "cells": page_cells(FORM_COLUMNS, (number, form)),
        "detailed": detailed,
        "signed": signed(form["difference"]),
        "known": signed(form["known_difference"]),
        "execution": signed(form["execution_difference"]),
        "down": form["difference"] is not None and Decimal(form["difference"]) < 0,
        "regraded": form["before"]["grade"] != form["after"]["grade"],
        "moved": moved[:ITEMS],
        "moved_left": max(0, len(moved) - ITEMS),
        "other_case": other,
        "found": list(form.get("findings", ()))[:ITEMS],
        "found_left": max(0, len(form.get("findings", ())) - ITEMS),
    }


def _matrix(document: Mapping[str, Any], order: Sequence[str]) -> list[Data]:
    cells = {(item["before"] or "", item["after"] or ""): item["forms"] for item in document["grades"]}
    rank = {grade: n for n, grade in enumerate(order)}
    return [
        {
            "grade": before,
            "sum": sum(cells.get((before, after), 0) for after in order),
            "cells": [
                {"grade": after, "forms": n, "move": _move(before, after, rank)}
                for after in order
                for n in [cells.get((before, after), 0)]
            ],
        }
        for before in order
        if any(cells.get((before, after)) for after in order)
    ]


def _move(before: str, after: str, rank: Mapping[str, int]) -> str:
    if after == before:
        return "same"
    if not (before and after):
        return "other"
    return "worse" if rank[after] > rank[before] else "better"


def _differences(bins: Sequence[Mapping[str, Any]]) -> Data:
    return _plot(
        bins, [[item["forms"] for item in bins]], [signed(item["from"]) for item in bins], signed(bins[-1]["to"]) if bins else ""
    )


def _distribution(bins: Sequence[Mapping[str, Any]]) -> Data:
    sides = [[item[side] for item in bins] for side in ("before", "after")]
    return _plot(bins, sides, [_plain(item["from"]) for item in bins], _plain(bins[-1]["to"]) if bins else "")


def _plot(bins: Sequence[Mapping[str, Any]], series: Sequence[Sequence[int]], ends: Sequence[str], last: str) -> Data:
    """Bars of a plot: their places in hundredths of a unit, the ticks of the count axis, and labels that do not collide.

    The bin of the differences that are nought has no width of its own: it is drawn as wide as the others.
    """
    most = max((n for one in series for n in one), default=0)
    top = _top(most)
    step = Decimal(_WIDTH) / max(len(bins), 1)
    wide = step * Decimal("0.86") / len(series)
    bars = [
        {
            "series": k,
            "x": _unit(step * n + step * Decimal("0.07") + wide * k),
            "y": _unit(_HEIGHT - Decimal(count) * _HEIGHT / top),
            "width": _unit(wide),
            "height": _unit(Decimal(count) * _HEIGHT / top),
            "count": count,
            "text": bins[n]["text"],
        }
        for k, one in enumerate(series)
        for n, count in enumerate(one)
        if count
    ]
    between = [f"{ends[n]}～{ends[n + 1] if n + 1 < len(ends) else last}" for n in range(len(ends))]
    nought = next((n for n, item in enumerate(bins) if item["from"] == item["to"] and len(series) == 1), None)
    every = max(1, -(-len(bins) // _LABELS))
    labels: list[Data] = []
    for n in range(len(bins)):
        if nought is None and n % every == 0:
            labels.append({"x": _unit(step * n), "text": ends[n], "odd": bool(n // every % 2)})
        elif nought is not None and (n - nought) % every == 0:
            text = "不变" if n == nought else between[n].replace("+", "")
            labels.append({"x": _unit(step * n + step / 2), "text": text, "odd": bool((n - nought) // every % 2)})
    if nought is None and bins and len(bins) % every == 0:
        labels.append({"x": _unit(Decimal(_WIDTH)), "text": last, "odd": bool(len(bins) // every % 2)})
    ticks = [{"y": _unit(_HEIGHT - Decimal(_HEIGHT) * n / 4), "text": str(top * n // 4)} for n in range(5)]
    return {"bars": bars, "labels": labels, "ticks": ticks, "width": _WIDTH, "height": _HEIGHT, "bins": list(bins)}


def _top(most: int) -> int:
    """The least round number that is a multiple of 4 and reaches over all bars."""
    scale = 1
    while True:
        for n in (4, 8, 12, 20, 40):
            if n * scale >= most:
                return n * scale
        scale *= 10


def _unit(value: Decimal) -> str:
    return format(round(value, 2).normalize(), "f")


def _plain(text: str) -> str:
    value = Decimal(text)
    return format(value.normalize(), "f") if value else "0"
