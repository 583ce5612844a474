"""The leader's page: as the first section of the page of a roll-up, and as a Word document of one page, with its two plots.

Every word is a template's: `templates/page/leader.html.j2`, `templates/word/leader.docx`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from engine.resources import shipped
from engine.templating.charts import Chart, with_charts
from engine.templating.word import fill

TEMPLATE = "word/leader.docx"
SCORES, GRADES = "得分", "等级"
"""The names of the plots, as the Word template calls them."""
_SERIES = (("自评", "own"), ("核算", "computed"))
_WIDTH, _HEIGHT, _BAR = 640, 220, 0.38
"""A plot on the page, in its own units, and the share of its place that a bar takes."""
Data = dict[str, Any]


def word(brief: Mapping[str, Any], roots: Sequence[Path] = ()) -> bytes:
    """The Word document. Raises PolicyError where the template cannot be used."""
    every = [*roots, shipped("templates")]
    template = next((root / TEMPLATE for root in every if (root / TEMPLATE).is_file()), every[-1] / TEMPLATE)
    shown = _plotted(brief)
    title = f"{brief['name']}{brief['year']}年度绩效自评情况"
    filled = fill(template, {**brief, "plotted": shown["title"] if shown else ""}, title, own=True)
    return with_charts(filled, {SCORES: _scores(shown), GRADES: _grades(shown)}, str(template))


def page(brief: Mapping[str, Any]) -> Data:
    """What the page's template sees: the same, and the plots measured."""
    shown = _plotted(brief)
    charts = [(SCORES, _scores(shown)), (GRADES, _grades(shown))]
    return {
        **brief,
        "plotted": shown["title"] if shown else "",
        "plots": [{"name": name, **_drawn(chart)} for name, chart in charts if chart],
    }


def _plotted(brief: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The kind of form that is drawn: the one most forms have both totals of."""
    return max((kind for kind in brief["kinds"] if kind["bins"]), key=lambda kind: int(kind["both"]), default=None)


def _scores(kind: Mapping[str, Any] | None) -> Chart | None:
    if kind is None:
        return None
    return _chart([(f"{item['from']}–{item['to']}", item) for item in kind["bins"]], f"{kind['title']}总分的分布")


def _grades(kind: Mapping[str, Any] | None) -> Chart | None:
    if kind is None or not any(item["own"] or item["computed"] for item in kind["grades"]):
        return None
    return _chart([(item["grade"], item) for item in kind["grades"]], f"{kind['title']}的等级")


def _chart(items: Sequence[tuple[str, Mapping[str, Any]]], what: str) -> Chart:
    told = "；".join(f"{text}：自评 {item['own']} 张，核算 {item['computed']} 张" for text, item in items)
    series = [(title, [item[key] for _, item in items]) for title, key in _SERIES]
    return Chart([text for text, _ in items], series, f"{what}。{told}。")


def _drawn(chart: Chart) -> Data:
    """A chart as bars of a plot: where each stands and how high it is."""
    most = max((value for _, values in chart.series for value in values), default=0) or 1
    place = _WIDTH / len(chart.categories)
    return {
        "width": _WIDTH,
        "height": _HEIGHT,
        "told": chart.told,
        "bars": list(_bars(chart, most, place)),
        "labels": [{"x": round(place * (n + 0.5), 1), "text": text} for n, text in enumerate(chart.categories)],
    }


def _bars(chart: Chart, most: int, place: float) -> Iterator[Data]:
    for series, (title, values) in enumerate(chart.series):
        for n, value in enumerate(values):
            high = round(_HEIGHT * value / most, 1)
            yield {
                "series": series,
                "title": title,
                "text": chart.categories[n],
                "count": value,
                "x": round(place * (n + 0.12 + series * _BAR), 1),
                "y": round(_HEIGHT - high, 1),
                "width": round(place * _BAR, 1),
                "height": high,
            }
