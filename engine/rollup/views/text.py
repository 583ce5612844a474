"""A roll-up and a ranking as text: a terminal table, and Markdown with every value's trace."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from io import StringIO
from typing import Any

from engine.language.rules import SEVERITIES
from engine.results.reading import KINDS
from engine.results.views.markdown import escape
from engine.results.views.markdown import table as rows

Data = Mapping[str, Any]
MOST_FINDINGS = 40
"""Findings of a table; JSON, page and workbook have all."""
MOST_SHARES = 12
_WIDTH = 120


def table(data: Data, *, to_terminal: bool) -> str:
    """Levels with budget and scores, then what was found, worst first."""
    from rich.console import Console
    from rich.text import Text

    out = StringIO()
    terminal = to_terminal and sys.stdout.isatty()
    console = Console(file=out, highlight=False, force_terminal=terminal, width=None if terminal else _WIDTH)
    console.print(Text(f"汇总（{data['axis']}），政策 {data['policy']['id']}：{data['policy']['title']}"))
    console.print()
    console.print(_levels(data))
    found = sorted(data["findings"], key=lambda f: list(SEVERITIES).index(f["severity"]))
    if found:
        console.print()
    for item in found[:MOST_FINDINGS]:
        colour = {"error": "red", "warning": "yellow"}.get(item["severity"], "")
        where = f"（{item['level']}）" if len(data["levels"]) > 1 else ""
        said = Text(f"{SEVERITIES[item['severity']]} ", style=colour) + Text(f"{item['message']}{where} [{item['rule']}]")
        console.print(said, soft_wrap=not terminal)
    if len(found) > MOST_FINDINGS:
        console.print(Text(f"另有 {len(found) - MOST_FINDINGS} 处，用 --format json、html 或 xlsx 看全部。"))
    console.print()
    refused = sum(1 for level in data["levels"] for form in level["forms"] for item in form["indicators"] if item["refused"])
    tally = "，".join(f"{title} {sum(f['severity'] == key for f in found)} 处" for key, title in SEVERITIES.items())
    console.print(Text(f"没有汇总的指标 {refused} 个；{tally}。"))
    return "\n".join(line.rstrip() for line in out.getvalue().split("\n"))


def _levels(data: Data) -> Any:
    from rich.table import Table

    shown = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="")
    shown.add_column("汇总", overflow="fold")
    shown.add_column("表", overflow="fold")
    for title in ("份数", "预算数", "执行数", "执行率", "指标", "总分", "等级"):
        shown.add_column(title, justify="right", no_wrap=True)
    for level in data["levels"]:
        for form in level["forms"]:
            money = [f"{form[key]}{form['money_unit']}" if form[key] else "—" for key in ("budget", "executed")]
            total = form["total"] or (f"{form['allowed'][0]}–{form['allowed'][1]}？" if form["allowed"] else "待定")
            met = f"{form['met']}/{len(form['indicators'])}"
            name = "　" * form["depth"] + level["name"]
            shown.add_row(name, form["name"], str(form["count"]), *money, form["rate"] or "—", met, total, form["grade"] or "—")
    return shown


def ranked_table(data: Data, *, to_terminal: bool) -> str:
    """The ranking as a table: departments first, then projects."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    out = StringIO()
    terminal = to_terminal and sys.stdout.isatty()
    console = Console(file=out, highlight=False, force_terminal=terminal, width=None if terminal else _WIDTH)
    console.print(Text(f"排名，政策 {data['policy']['id']}：{data['policy']['title']}，{data['fiscal_year']}年度"))
    for group in data["groups"]:
        console.print()
        shown = Table(title=None, box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="")
        shown.add_column("名次", justify="right", no_wrap=True)
        shown.add_column("单位", overflow="fold")
        shown.add_column(KINDS[group["kind"]], overflow="fold")
        for title in ("总分", "等级", "自评", "执行率", "完成", "错误", "警告", "提示"):
            shown.add_column(title, justify="right", no_wrap=True)
        for row in group["rows"]:
            total = row["computed"] or ("–".join(row["allowed"]) + "？" if row["allowed"] else "待定")
            rate = f"{row['execution_rate']}%" if row["execution_rate"] else "—"
            counts = [str(row["findings"][key]) for key in SEVERITIES]
            met = f"{row['met']}/{row['indicators']}"
            place = "—" if row["rank"] is None else str(row["rank"])
            shown.add_row(place, row["unit"], row["form"], total, row["grade"] or "—", row["reported"] or "—", rate, met, *counts)
        console.print(shown)
        console.print(Text(distribution(group["distribution"])))
    if data["findings"]:
        console.print()
        console.print(
            Text("发现问题：" + "，".join(f"{c['title']} {sum(c[s] for s in SEVERITIES)}" for c in data["findings"])),
            soft_wrap=True,
        )
    return "\n".join(line.rstrip() for line in out.getvalue().split("\n"))


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
            yield from rows(["预算数", "执行数", "执行率", "预算执行得分", "总分", "等级"], [_money(form)])
            yield ""
            head = ["指标", "分值", "目标值", "完成值", "得分", "汇总办法", "依据", "准确数"]
            yield from rows(head, [_indicator(item) for item in form["indicators"]])
            yield ""
            yield "### 由来"
            yield ""
            yield from (f"- {escape(item['name'])}：{escape(trace(item))}" for item in form["indicators"])
    if data["findings"]:
        yield ""
        yield "## 发现的问题"
        yield ""
        found = [[SEVERITIES[f["severity"]], f["level"], f["form"], f["message"], f["basis"], f["rule"]] for f in data["findings"]]
        yield from rows(["级别", "汇总", "表", "问题", "依据", "规则"], found)


def _money(form: Data) -> list[str]:
    money = [f"{form[key]} {form['money_unit']}" if form[key] else "—" for key in ("budget", "executed")]
    return [*money, form["rate"] or "—", form["execution"] or "待定", form["total"] or "待定", form["grade"] or "—"]


def _indicator(item: Data) -> list[str]:
    score = item["score"] or ("待定" if not item["refused"] else "没有汇总")
    return [item["name"], item["weight"], item["target"], item["actual"], score, item["method"], item["basis"], item["exact"]]


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
