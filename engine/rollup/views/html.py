"""Ranking and roll-up as one self-contained page: plots measured in percent and points, every word and tag the template's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from engine.language.rules import CATEGORIES, SEVERITIES
from engine.language.wording import codes
from engine.resources import shipped
from engine.results.views.columns import Column, page_cells, page_head
from engine.rollup.document import left_line
from engine.rollup.views import leader
from engine.rollup.views.tables import INDICATORS, LEVELS, STANDINGS, RankRow, forms, rank_columns, standing, worst_first
from engine.rollup.views.tables import indicators as rolled_indicators
from engine.rollup.views.text import trace
from engine.templating.page import self_contained

TEMPLATE = "page/ranking.html.j2"
STYLES = ("page/plots.css", "page/ranking-plots.css")
ROWS = 500
"""Forms listed on the page, the worst; the workbook and JSON have all. The plot shows every one."""
MOST_LEVELS, MOST_FINDINGS, MOST_INDICATORS = 300, 300, 400
"""Rolled-up forms (the top levels first), findings and indicators told."""
_RANKS = rank_columns("")
_TABLES: dict[str, Sequence[Column[Any]]] = {"ranks": _RANKS, "levels": LEVELS, "indicators": INDICATORS}
_TICK = 10
"""Points between the lines of the plot."""
Data = dict[str, Any]


def render(
    ranking: Mapping[str, Any],
    rollup: Mapping[str, Any] | None,
    roots: Sequence[Path] = (),
    brief: Mapping[str, Any] | None = None,
    links: Mapping[str, str] | None = None,
) -> str:
    """The page; `brief` is its first section, a leader's page, `links` where the files are of the forms ranked. Raises PolicyError
    where a template is wrong."""
    seen = {**values(ranking, rollup, links or {}), "brief": leader.page(brief) if brief else None}
    return self_contained(TEMPLATE, seen, [*roots, shipped("templates")], STYLES)


def values(ranking: Mapping[str, Any], rollup: Mapping[str, Any] | None, links: Mapping[str, str]) -> Data:
    """What the template sees."""
    most = max((sum(item[key] for key in SEVERITIES) for item in ranking["findings"]), default=0)
    return {
        **ranking,
        "policy": {**ranking["policy"], "short": ranking["policy"]["sha256"][:12]},
        "groups": [_group(f"g{n}", group, ranking["full_score"], links) for n, group in enumerate(ranking["groups"], start=1)],
        "severities": dict(SEVERITIES),
        "categories": dict(CATEGORIES),
        "kinds": dict(codes()["form_kind"]),
        "standings": [
            {"key": key, "title": title, "columns": page_head(columns), "rows": [_named(columns, row) for row in rows[:ROWS]]}
            for key, title, columns in STANDINGS
            if (rows := standing(ranking, key))
        ],
        "tally": [_stacked(item, most) for item in ranking["findings"]],
        "rollup": _rollup(rollup) if rollup else None,
        "columns": {name: page_head(columns) for name, columns in _TABLES.items()},
    }


def _named(columns: Sequence[Column[Any]], row: Mapping[str, Any]) -> Data:
    """A row of a table, and what stands at its head."""
    return {"name": next(column.value(row) for column in columns if column.kind == "name"), "cells": page_cells(columns, row)}


def _group(anchor: str, group: Mapping[str, Any], full: str, links: Mapping[str, str]) -> Data:
    rows, shown = group["rows"], group["distribution"]
    totals = [Decimal(row["computed"]) for row in rows if row["computed"] is not None]
    top = Decimal(full)
    lowest = min((t // _TICK * _TICK for t in totals), default=Decimal(0))
    lowest = max(Decimal(0), min(lowest, top - _TICK))
    most = max((item["forms"] for item in shown["bins"]), default=0)
    count = len(totals)
    return {
        **group,
        "id": anchor,
        "rows": [
            {**_row(row, top), "href": links.get(row["file"], ""), "cells": page_cells(_RANKS, RankRow(group["kind"], row))}
            for row in worst_first(rows)[:ROWS]
        ],
        "left": max(0, len(rows) - ROWS),
        "dots": [
            {
                "x": _percent(Decimal(2 * n + 1), Decimal(2 * count)),
                "y": _percent(top - total, top - lowest),
                "unit": row["unit"],
                "form": row["form"],
                "total": row["computed"],
                "grade": row["grade"],
                "best": bool(shown["grades"]) and row["grade"] == shown["grades"][0]["grade"],
                "worst": bool(shown["grades"]) and row["grade"] == shown["grades"][-1]["grade"],
            }
            for n, (row, total) in enumerate(zip((r for r in rows if r["computed"] is not None), totals, strict=True))
        ],
        "ticks": [
            {"y": _percent(top - value, top - lowest), "text": format(value, "f")}
            for value in (lowest + _TICK * n for n in range(int((top - lowest) // _TICK) + 1))
        ],
        "floors": [
            {"y": _percent(top - Decimal(item["from"]), top - lowest), "grade": item["grade"], "from": item["from"]}
            for item in shown["grades"]
            if lowest < Decimal(item["from"]) < top
        ],
        "bars": [{**item, "width": _percent(Decimal(item["forms"]), Decimal(most or 1))} for item in reversed(shown["bins"])],
    }


def _row(row: Mapping[str, Any], full: Decimal) -> Data:
    bar = None if row["computed"] is None else _percent(Decimal(row["computed"]), full)
    differs = row["reported"] is not None and row["computed"] is not None and Decimal(row["reported"]) != Decimal(row["computed"])
    return {**row, "bar": bar, "differs": differs}


def _stacked(item: Mapping[str, Any], most: int) -> Data:
    """A category's bar: a piece for each severity, one behind the other."""
    pieces, start = [], 0
    for severity in SEVERITIES:
        if item[severity]:
            x, width = _percent(Decimal(start), Decimal(most)), _percent(Decimal(item[severity]), Decimal(most))
            pieces.append({"severity": severity, "count": item[severity], "x": x, "width": width})
        start += item[severity]
    return {**item, "all": start, "pieces": pieces}


def _rollup(data: Mapping[str, Any]) -> Data:
    indicators = [
        {**row.item, "level": row.level["name"], "form": row.form["name"], "trace": trace(row.item)}
        | {"cells": page_cells(INDICATORS, row)}
        for row in rolled_indicators([row for row in forms(data) if row.level["depth"] == 0])
    ]
    every = forms(data)
    found = sorted(data["findings"], key=lambda item: list(SEVERITIES).index(item["severity"]))
    clauses = [
        {
            "id": f"c{n}",
            "basis": key,
            "title": clause.title,
            "text": clause.text,
            "source": clause.source_title,
            "evidence": clause.evidence,
        }
        for n, (key, clause) in enumerate(data["clauses"].items(), start=1)
    ]
    return {
        **{key: data[key] for key in ("by", "axis", "levels")},
        "forms": [{**row.form, "level": row.level, "cells": page_cells(LEVELS, row)} for row in every[:MOST_LEVELS]],
        "forms_left": max(0, len(every) - MOST_LEVELS),
        "findings": found[:MOST_FINDINGS],
        "findings_left": max(0, len(found) - MOST_FINDINGS),
        "indicators": indicators[:MOST_INDICATORS],
        "indicators_left": max(0, len(indicators) - MOST_INDICATORS),
        "clauses": clauses,
        "left": [left_line(item) for item in data["left"]],
        "links": {item["basis"]: item["id"] for item in clauses},
    }


def _percent(part: Decimal, whole: Decimal) -> str:
    """How far along, in percent with two decimals, as SVG takes it."""
    share = part / whole * 100 if whole else Decimal(0)
    return f"{min(max(share, Decimal(0)), Decimal(100)):.2f}%"
