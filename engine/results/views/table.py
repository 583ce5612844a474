"""The result as a terminal table: per form the reported and the computed score side by side, differences marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import StringIO
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from engine.language.rules import CATEGORIES, SEVERITIES

KINDS = {"department": "部门整体支出", "project": "项目支出"}
STATUSES = {"scored": "", "not_applicable": "不适用", "needs_review": "待人工判断", "error": "出错"}


EVIDENCE_SHOWN = 4
TERMINAL_WIDTH = 80
PLAIN_WIDTH = 100
"""Columns of a table that goes to a file or a pipe."""


def render(result: Mapping[str, Any], terminal: bool) -> str:
    """The result as text: as wide as the terminal and in colour (NO_COLOR respected), or plain for a file or a pipe."""
    out = StringIO()
    console = Console(file=out, highlight=False, force_terminal=terminal, width=width(terminal))
    policy = result["policy"]
    console.print(Text(f"政策 {policy['id']}：{policy['title']}"))
    for form in result["forms"]:
        console.print()
        console.print(
            Text(f"{form['name']}", style="bold") + Text(f"（{KINDS[form['kind']]}，{form['unit']}，{form['fiscal_year']}年度）")
        )
        console.print(_scores(form))
        if reason := form["scores"]["execution"].get("reason"):
            console.print(Padding(Text(f"? 预算执行：{reason}", style="yellow"), (0, 0, 0, 2)))
        _differences(form, console)
        _findings(own_findings(result, form), console)
    console.print()
    if len(result["forms"]) > 1:
        console.print(_overview(result))
        console.print()
    console.print(Text(_closing(result)))
    return "\n".join(line.rstrip() for line in out.getvalue().split("\n"))


def width(terminal: bool) -> int:
    """The terminal's columns; COLUMNS where it is set; else a width for files."""
    import shutil

    return shutil.get_terminal_size((TERMINAL_WIDTH if terminal else PLAIN_WIDTH, 24)).columns


def _overview(result: Mapping[str, Any]) -> Table:
    """All forms in one table, last, where a terminal leaves it in view."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="", title=None)
    table.add_column("汇总", overflow="fold")
    for title in ("自评总分", "计算总分", "等级", "完成指标"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("发现问题", overflow="fold")
    for form in result["forms"]:
        total, grade = form["scores"]["total"], form["grade"]
        grades = list(dict.fromkeys(filter(None, [grade["reported"], grade["computed"]])))
        computed = Text(total["computed"] or "—", style="bold red" if differs(total) else "") + Text(" ≠" if differs(total) else "")
        found = tally(own_findings(result, form))
        table.add_row(form["name"], total["reported"] or "—", computed, "→".join(grades) or "—", counts(form), found)
    return table


def _scores(form: Mapping[str, Any]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="")
    table.add_column("", min_width=14)
    for title in ("自评", "计算", "可取范围"):
        table.add_column(title, justify="right", min_width=8)
    table.add_column("")
    for name, score in form["scores"].items():
        table.add_row(
            label(name),
            score["reported"] or "—",
            score["computed"] or "—",
            _range(score),
            mark(score),
            style="bold" if name == "total" else "",
        )
    grade = form["grade"]
    same = grade["reported"] == grade["computed"] or not grade["reported"] or not grade["computed"]
    table.add_row(
        "等级", grade["reported"] or "—", grade["computed"] or "—", "", Text("") if same else Text("≠ 不同", style="bold red")
    )
    table.add_row("完成指标", "", counts(form), "", "")
    return table


def label(name: str) -> str:
    """A score's key as people call it."""
    return {"execution": "预算执行", "total": "总分"}.get(name, name)


def counts(form: Mapping[str, Any]) -> str:
    numbers = form["counts"]
    text = f"{numbers['met']}/{numbers['indicators']}"
    return text + (f"（{numbers['unknown']} 待定）" if numbers["unknown"] else "")


def mark(score: Mapping[str, Any]) -> Text:
    """What is to be said of a score beside its numbers: nothing, that they differ, or that a human must judge."""
    if score["status"] != "scored":
        return Text(STATUSES[score["status"]], style="yellow")
    if differs(score):
        return Text("≠ 不同", style="bold red")
    return Text("")


def differs(score: Mapping[str, Any]) -> bool:
    """Whether the reported number is another than the computed one (20 and 20.00 are the same)."""
    from decimal import Decimal

    return bool(score["reported"] and score["computed"]) and Decimal(score["reported"]) != Decimal(score["computed"])


def _range(score: Mapping[str, Any]) -> str:
    allowed = score["allowed"]
    return f"{allowed[0]}–{allowed[1]}" if allowed and allowed[0] != allowed[1] else ""


def _differences(form: Mapping[str, Any], console: Console) -> None:
    """The indicators whose score cannot stand as filed, and those a human must judge, each with its case and clause."""
    for item in form["indicators"]:
        wrong, open_ = differs(item), item["status"] in ("needs_review", "error")
        if not wrong and not open_:
            continue
        sign = Text("≠ ", style="bold red") if wrong else Text("? ", style="yellow")
        head = Text(f"{item['name']}：自评 {item['reported'] or '—'}，计算 {item['computed'] or '—'}")
        if _range(item):
            head += Text(f"，可取 {_range(item)}")
        console.print(Padding(sign + head, (0, 0, 0, 2)))
        trace = item["trace"]
        why = trace.get("bounded") or item.get("reason") or trace.get("operands") or ""
        basis = f"（{trace['case']}，依据 {trace['basis']}）" if trace.get("case") else ""
        console.print(Padding(Text(f"目标“{item['target']}”，实际“{item['actual']}”。{why}{basis}", style="dim"), (0, 0, 0, 4)))


def _findings(findings: Sequence[Mapping[str, Any]], console: Console) -> None:
    """The findings of one form, worst first, each with its evidence, clause and advice."""
    if not findings:
        return
    console.print(Text(f"  发现问题：{tally(findings)}"))
    for finding in findings:
        style = {"error": "bold red", "warning": "yellow", "info": "cyan"}[finding["severity"]]
        # no space behind the bracket: a line breaks at spaces first, and Chinese text has no others
        sign = Text(f"[{SEVERITIES[finding['severity']]}·{CATEGORIES[finding['category']]}]", style=style)
        console.print(Padding(sign + Text(finding["message"]), (0, 0, 0, 2)))
        shown = "；".join(f"{e['title']}“{shorter(e['value'])}”（{place_only(e)}）" for e in finding["evidence"][:EVIDENCE_SHOWN])
        more = f" 等 {len(finding['evidence'])} 项" if len(finding["evidence"]) > EVIDENCE_SHOWN else ""
        lines = [f"依据：{finding['basis']}；规则：{finding['rule']}"]
        lines += [f"佐证：{shown}{more}"] if shown else []
        lines += [f"建议：{finding['advice']}"] if finding["advice"] else []
        console.print(Padding(Text("\n".join(lines), style="dim"), (0, 0, 0, 4)))


def own_findings(result: Mapping[str, Any], form: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The findings of one form; in a result of many bundles two forms may have one name."""
    return [f for f in result["findings"] if f["form"] == form["name"] and f.get("bundle") == form.get("bundle")]


def tally(findings: Sequence[Mapping[str, Any]]) -> str:
    """How many findings there are of each severity: 错误 2、警告 3."""
    numbers = {severity: sum(f["severity"] == severity for f in findings) for severity in SEVERITIES}
    return "、".join(f"{SEVERITIES[severity]} {number}" for severity, number in numbers.items() if number) or "无"


def shorter(text: str, length: int = 24) -> str:
    return text if len(text) <= length else text[:length] + "…"


def place_only(evidence: Mapping[str, Any]) -> str:
    """Where evidence stands, without the file's name: its line, or table and row where there are no lines."""
    line = evidence.get("line")
    return f"第{line}行" if line else str(evidence["where"]).removeprefix(f"{evidence.get('file', '')}：")


def _closing(result: Mapping[str, Any]) -> str:
    indicators = [item for form in result["forms"] for item in form["indicators"]]
    wrong = sum(differs(item) for item in indicators)
    review = sum(item["status"] in ("needs_review", "error") for item in indicators)
    scores = f"共 {len(result['forms'])} 张表、{len(indicators)} 个指标：得分不同 {wrong} 个，待人工判断 {review} 个。"
    notes = "".join(f"\n注意：{note}。" for note in result.get("notes", []))
    return f"{scores}\n发现问题：{tally(result['findings'])}（{result['matcher']}）。{notes}"
