"""The workbook of a roll-up for the reviewer: ranking, distribution, levels, indicators, where each came from, findings."""

from __future__ import annotations

from collections.abc import Iterator

from engine.results.views.columns import ABOUT, sheet
from engine.results.views.excel import Sheet, make
from engine.rollup.views import tables
from engine.rollup.views.tables import Data


def workbook(ranking: Data, rollup: Data | None) -> bytes:
    """The workbook; the sheets of the roll-up are left out where there is none."""
    return make([*_ranking(ranking), *(_rollup(rollup) if rollup else ()), sheet("说明", ABOUT, tables.about(ranking))])


def _ranking(data: Data) -> Iterator[Sheet]:
    parts = list(dict.fromkeys(name for group in data["groups"] for row in group["rows"] for name in row["parts"]))
    yield sheet("排名", tables.rank_columns("", parts), tables.ranked(data), left=2)
    for key, title, columns in tables.STANDINGS:
        if rows := tables.standing(data, key):
            yield sheet(title, columns, rows, left=2)
    yield sheet("分布", tables.SPREAD, tables.spread(data))
    yield sheet("问题分类", tables.TALLY, data["findings"])


def _rollup(data: Data) -> Iterator[Sheet]:
    forms = tables.forms(data)
    indicators = tables.indicators(forms)
    yield sheet("汇总", tables.LEVELS, forms, left=3)
    yield sheet("汇总指标", tables.INDICATORS, indicators, left=2)
    yield sheet("由来", tables.SHARES, tables.shares(indicators), left=3)
    yield sheet("汇总问题", tables.FINDINGS, data["findings"])
    yield sheet("没有计入", tables.LEFT, data["left"])
