"""A roll-up and a ranking as text: a terminal table, and Markdown with every value's trace."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Any

from engine.language.rules import SEVERITIES
from engine.results.reading import form_kind
from engine.results.views import screen
from engine.results.views.columns import escape
from engine.results.views.columns import markdown as markdown_table
from engine.rollup.document import left_line
from engine.rollup.views.tables import (
    FINDINGS,
    INDICATORS,
    LEVELS,
    STANDINGS,
    RankRow,
    RolledRow,
    forms,
    indicators,
    rank_columns,
    standing,
)

Data = Mapping[str, Any]
MOST_FINDINGS = 40
"""Findings of a table; JSON, page and workbook have all."""
MOST_SHARES = 12
_WIDTH = 120


def table(data: Data, *, to_terminal: bool) -> str:
    """Levels with budget and scores, then what was found, worst first."""
    return _printed(_rolled(data), to_terminal)


def ranked_table(data: Data, *, to_terminal: bool) -> str:
    """The ranking as a table: departments first, then projects."""
    return _printed(_ranked(data), to_terminal)


def _printed(parts: Iterator[Any], to_terminal: bool) -> str:
    terminal = to_terminal and sys.stdout.isatty()
    return screen.printed(parts, terminal=terminal, wide=None if terminal else _WIDTH)


def _rolled(data: Data) -> Iterator[Any]:
    from rich.text import Text

    yield Text(f"汇总（{data['axis']}），政策 {data['policy']['id']}：{data['policy']['title']}\n")
    yield screen.table(LEVELS, forms(data))
    found = sorted(data["findings"], key=lambda f: list(SEVERITIES).index(f["severity"]))
    if found:
        yield Text()
    for item in found[:MOST_FINDINGS]:
        colour = {"error": "red", "warning": "yellow"}.get(item["severity"], "")
        where = f"（{item['level']}）" if len(data["levels"]) > 1 else ""
        said = Text(f"{SEVERITIES[item['severity']]} ", style=colour) + Text(f"{item['message']}{where} [{item['rule']}]")
        yield screen.Whole(said)
    if len(found) > MOST_FINDINGS:
        yield Text(f"另有 {len(found) - MOST_FINDINGS} 处，用 --format json、html 或 xlsx 看全部。")
    if data["left"]:
        yield Text()
    yield from (screen.Whole(Text(left_line(item))) for item in data["left"])
    refused = sum(1 for level in data["levels"] for form in level["forms"] for item in form["indicators"] if item["refused"])
    tally = "，".join(f"{title} {sum(f['severity'] == key for f in found)} 处" for key, title in SEVERITIES.items())
    yield Text(f"\n没有汇总的指标 {refused} 个；{tally}。")


def _ranked(data: Data) -> Iterator[Any]:
    from rich.text import Text

    yield Text(f"排名，政策 {data['policy']['id']}：{data['policy']['title']}，{data['fiscal_year']}年度")
    for group in data["groups"]:
        yield Text()
        rows = [RankRow(group["kind"], row) for row in group["rows"]]
        yield screen.table(rank_columns(form_kind(group["kind"])), rows)
        yield Text(distribution(group["distribution"]))
    for key, title, columns in STANDINGS:
        if found := standing(data, key):
            yield Text(f"\n{title}（按资金额度加权）" if key != "by_project" else f"\n{title}")
            yield screen.table(columns, found)
    if data["findings"]:
        listed = "，".join(f"{c['title']} {sum(c[s] for s in SEVERITIES)}" for c in data["findings"])
        yield Text()
        yield screen.Whole(Text(f"发现问题：{listed}"))


def distribution(data: Data) -> str:
    """A distribution in one sentence."""
    grades = "，".join(f"{item['grade']} {item['forms']}" for item in data["grades"])
    said = f"共 {data['forms']} 张，有总分的 {data['with_total']} 张；{grades}。"
    if data["with_total"]:
        said += f"最高 {data['highest']}，中位 {data['median']}，最低 {data['lowest']}，平均 {data['mean']}。"
    return said


def markdown(data: Data) -> str:
    """The roll-up with every indicator and how it came about."""
    return "\n".join(_markdown(data)) + "\n"


def _markdown(data: Data) -> Iterator[str]:
    yield f"# 汇总（{data['axis']}，{data['fiscal_year']}年度）"
    yield ""
    yield f"政策 {data['policy']['id']}：{data['policy']['title']}"
    for level in data["levels"]:
        for form in level["forms"]:
            yield ""
            yield f"## {escape(level['name'])}：{escape(form['name'])}"
            yield ""
            yield (
                f"由 {form['count']} 份表汇总"
                + (f"，缺 {'、'.join(map(escape, form['missing']))}" if form["missing"] else "")
                + "。"
            )
            yield ""
            row = RolledRow(level, form)
            yield from markdown_table(LEVELS, [row])
            yield ""
            yield from markdown_table(INDICATORS, indicators([row]))
            yield ""
            yield "### 由来"
            yield ""
            yield from (f"- {escape(item['name'])}：{escape(trace(item))}" for item in form["indicators"])
    if data["left"]:
        yield ""
        yield "## 没有计入的表"
        yield ""
        yield from (f"- {escape(left_line(item))}" for item in data["left"])
    if data["findings"]:
        yield ""
        yield "## 发现的问题"
        yield ""
        yield from markdown_table(FINDINGS, data["findings"])


def trace(item: Data) -> str:
    """How a value came about, in one line: the first of its shares, and how many there are."""
    if item["refused"]:
        return f"没有汇总：{item['refused']}"
    parts = []
    for share in item["shares"][:MOST_SHARES]:
        taken = f"，取 {share['exact']}" if share["exact"] and share["exact"] != share["value"] else ""
        funds = f"，资金额度 {share['funds']}" if share["funds"] and item["weighted"] else ""
        parts.append(f"{share['unit']}{share['form']} {share['value'] or '（空）'}{taken}{funds}")
    more = f"；共 {len(item['shares'])} 份" if len(item["shares"]) > MOST_SHARES else ""
    return f"{item['method']}（{item['why'] or item['basis']}）：" + "；".join(parts) + more
