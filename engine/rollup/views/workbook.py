"""The workbook of a roll-up for the reviewer: ranking, distribution, levels, indicators, where each came from, findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from engine.language.rules import SEVERITIES
from engine.results.reading import apart
from engine.results.views.columns import sheet, shown_on
from engine.results.views.excel import Sheet, make
from engine.results.views.form_lines import wan_of
from engine.results.views.overview import OVERVIEW_ROWS, OverviewRow
from engine.results.views.problems import wan_number
from engine.results.views.tables import RULES, ran
from engine.results.views.workbook import RULES_PRINTED
from engine.rollup.views import tables
from engine.rollup.views.tables import Data
from engine.values.numerals import plain
from engine.values.vocabulary import Vocabulary

_SHOWN = 50
"""Forms that are not counted, by name, on the first sheet; all are on their own."""
_HEADS = 7
"""Findings told first."""
_INDICATORS_PRINTED = 14
"""The columns of 汇总指标 that are printed: up to why it was not added."""
_ABOUT = (
    "总分、金额、率是数，可以直接排序和计算；金额都是万元；超过 15 位的数和填报的原文是文字。",
    "汇总问题的“处理意见”从下拉里选，也可以另写。有的工作表最后几栏供查看，不打印。",
    "同样的表、同样的规则，同一天汇总两次的文件逐字节相同。",
)


def workbook(
    ranking: Data,
    rollup: Data | None,
    words: Vocabulary | None = None,
    skipped: Sequence[tuple[str, str]] = (),
    day: date | None = None,
) -> bytes:
    """The workbook, the same bytes each time; the sheets of the roll-up are left out where there is none. `words` say what units
    of money are; `skipped`: files that were not read, each with why; `day`: on which it was made."""
    ranks, rolled = _in_wan(ranking, words), _in_wan(rollup, words) if rollup else None
    about = sheet("概况", OVERVIEW_ROWS, list(_overview(ranks, rolled, skipped, day)))
    return make([about, *_ranking(ranks), *(_rollup(rolled) if rolled else ())])


def _in_wan(data: Any, words: Vocabulary | None) -> Any:
    """The data with its money in 万元: budgets by the unit they are written in, funds (元)."""
    if isinstance(data, Mapping):
        out = {key: _in_wan(value, words) for key, value in data.items()}
        if "money_unit" in data:
            out |= {key: wan_of(data[key], data["money_unit"], words) if data[key] else None for key in ("budget", "executed")}
        if data.get("funds"):
            out["funds"] = _funds(data["funds"])
        return out
    return [_in_wan(item, words) for item in data] if isinstance(data, list) else data


def _funds(yuan: str) -> str:
    try:
        return plain(wan_number(yuan))
    except ValueError:  # a sum that does not end, which is told as far as it goes
        return f"{yuan} 元"


def _overview(ranks: Data, rolled: Data | None, skipped: Sequence[tuple[str, str]], day: date | None) -> Iterator[OverviewRow]:
    """What it was made by and of, its totals, and what must be known first."""
    if day:
        yield "汇总日期", day.isoformat()
    policy, rows = ranks["policy"], [row for group in ranks["groups"] for row in group["rows"]]
    yield "政策", f"{policy['title']}（{policy['id']}）"
    yield "规则的校验码（SHA-256）", policy["sha256"]
    yield "程序", f"jixiao {ranks['engine']}"
    yield "年度", str(ranks["fiscal_year"])
    yield "单位", ranks["units"]
    yield "自评表", len(rows)
    yield "自评总分与计算总分不同的表", sum(apart(row["reported"], row["computed"]) != 0 for row in rows)
    yield "没有总分的表（待人工判断）", sum(row["computed"] is None for row in rows)
    for grade, number in Counter(row["grade"] for row in rows if row["grade"]).most_common():
        yield f"计算等级为{grade}的表", number
    for key, title in SEVERITIES.items():
        yield f"各表的{title}（个）", sum(row["problems"][key] for row in rows)
    if rolled:
        yield "汇总成的表", sum(len(level["forms"]) for level in rolled["levels"])
        for key, title in SEVERITIES.items():
            yield f"汇总发现的{title}（处）", sum(found["severity"] == key for found in rolled["findings"])
        order = list(SEVERITIES)
        pressing = sorted(
            (one for one in rolled["findings"] if one["severity"] != "info"), key=lambda one: order.index(one["severity"])
        )
        for n, found in enumerate(pressing[:_HEADS], start=1):
            yield f"先要知道的 {n}", f"[{SEVERITIES[found['severity']]}] {found['message']}（{found['level']}：{found['form']}）"
        yield "没有计入的表", len(rolled["left"])
        for left in rolled["left"][:_SHOWN]:
            other = f"（{left['other']}）" if left["other"] else ""
            yield "没有计入", "：".join(filter(None, (left["unit"], left["form"] or left["where"], f"{left['why']}{other}")))
    for name, why in skipped:
        yield "没有读的文件", f"{name}：{why}"
    for text in _ABOUT:
        yield "说明", text


def _ranking(data: Data) -> Iterator[Sheet]:
    parts = list(dict.fromkeys(name for group in data["groups"] for row in group["rows"] for name in row["parts"]))
    columns = tables.rank_columns("", parts)
    printed = [column.title for column in shown_on(columns, "excel")].index(tables.FIRST) + 1
    yield sheet("排名", columns, tables.ranked(data), left=2, printed=printed)
    for key, title, standing in tables.STANDINGS:
        if rows := tables.standing(data, key):
            yield sheet(title, standing, rows, left=2)
    yield sheet("分布", tables.SPREAD, tables.spread(data))
    yield sheet("问题汇总", tables.CAUSES, data["causes"])
    yield sheet("问题分类", tables.TALLY, data["findings"])
    yield sheet("规则", RULES, ran(data), printed=RULES_PRINTED)


def _rollup(data: Data) -> Iterator[Sheet]:
    forms = tables.forms(data)
    indicators = tables.indicators(forms)
    yield sheet("汇总", tables.LEVELS, forms, left=3)
    yield sheet("汇总指标", tables.INDICATORS, indicators, left=2, printed=_INDICATORS_PRINTED)
    yield sheet("由来", tables.SHARES, tables.shares(indicators), left=3)
    columns = tables.detail_columns(data["clauses"])
    yield sheet("汇总问题", columns, data["findings"], printed=tables.DETAILS_PRINTED)
    yield sheet("没有计入", tables.LEFT, data["left"])
