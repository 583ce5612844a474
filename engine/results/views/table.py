"""The result as a terminal table: per form the reported and the computed score side by side, differences marked."""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from engine.results.model import Result, ResultFinding, ResultForm
from engine.results.reading import (
    KINDS,
    Grouped,
    Scored,
    counts,
    differs,
    evidence_told,
    grades,
    grades_differ,
    kind_of,
    label,
    remark,
    span,
    summary,
    tally,
)
from engine.results.views import questions as question_view

EVIDENCE_SHOWN = 4
TERMINAL_WIDTH = 80
PLAIN_WIDTH = 100
"""Columns of a table that goes to a file or a pipe."""


def render(result: Result, terminal: bool) -> str:
    """The result as text: as wide as the terminal and in colour (NO_COLOR respected), or plain for a file or a pipe."""
    out = StringIO()
    console = Console(file=out, highlight=False, force_terminal=terminal, width=width(terminal))
    policy, found = result["policy"], Grouped(result)
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
        _findings(found.of(form), console)
    console.print()
    if len(result["forms"]) > 1:
        console.print(_overview(result, found))
        console.print()
    console.print(Text(summary(result)))
    if told := question_view.lines(result):
        console.print()
        for line in told:  # whole lines, to be copied
            console.print(Text(line), soft_wrap=True)
    return "\n".join(line.rstrip() for line in out.getvalue().split("\n"))


def width(terminal: bool) -> int:
    """The terminal's columns; COLUMNS where it is set; else a width for files."""
    import shutil

    return shutil.get_terminal_size((TERMINAL_WIDTH if terminal else PLAIN_WIDTH, 24)).columns


def _overview(result: Result, found: Grouped) -> Table:
    """All forms in one table, last, where a terminal leaves it in view."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="", title=None)
    table.add_column("汇总", overflow="fold")
    for title in ("自评总分", "计算总分", "等级", "完成指标"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("发现问题", overflow="fold")
    for form in result["forms"]:
        total = form["scores"]["total"]
        computed = Text(total["computed"] or "—", style="bold red" if differs(total) else "") + Text(" ≠" if differs(total) else "")
        table.add_row(form["name"], total["reported"] or "—", computed, grades(form), counts(form), tally(found.of(form)))
    return table


def _scores(form: ResultForm) -> Table:
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
            span(score),
            _mark(score),
            style="bold" if name == "total" else "",
        )
    grade = form["grade"]
    mark = Text("≠ 不同", style="bold red") if grades_differ(form) else Text("")
    table.add_row("等级", grade["reported"] or "—", grade["computed"] or "—", "", mark)
    table.add_row("完成指标", "", counts(form), "", "")
    return table


def _mark(score: Scored) -> Text:
    return Text(remark(score), style="bold red" if score["status"] == "scored" else "yellow")


def _differences(form: ResultForm, console: Console) -> None:
    """The indicators whose score cannot stand as filed, and those a human must judge, each with its case and clause."""
    for item in form["indicators"]:
        wrong, open_ = differs(item), item["status"] in ("needs_review", "error")
        if not wrong and not open_:
            continue
        sign = Text("≠ ", style="bold red") if wrong else Text("? ", style="yellow")
        head = Text(f"{item['name']}：自评 {item['reported'] or '—'}，计算 {item['computed'] or '—'}")
        if span(item):
            head += Text(f"，可取 {span(item)}")
        console.print(Padding(sign + head, (0, 0, 0, 2)))
        trace = item["trace"]
        why = trace.get("bounded") or item.get("reason") or trace.get("operands") or ""
        basis = f"（{trace['case']}，依据 {trace['basis']}）" if trace.get("case") else ""
        console.print(Padding(Text(f"目标“{item['target']}”，实际“{item['actual']}”。{why}{basis}", style="dim"), (0, 0, 0, 4)))


def _findings(findings: Sequence[ResultFinding], console: Console) -> None:
    """The findings of one form, worst first, each with its evidence, clause and advice."""
    if not findings:
        return
    console.print(Text(f"  发现问题：{tally(findings)}"))
    for finding in findings:
        style = {"error": "bold red", "warning": "yellow", "info": "cyan"}[finding["severity"]]
        # no space behind the bracket: a line breaks at spaces first, and Chinese text has no others
        sign = Text(f"[{kind_of(finding)}]", style=style)
        console.print(Padding(sign + Text(finding["message"]), (0, 0, 0, 2)))
        shown = evidence_told(finding["evidence"][:EVIDENCE_SHOWN])
        more = f" 等 {len(finding['evidence'])} 项" if len(finding["evidence"]) > EVIDENCE_SHOWN else ""
        lines = [f"依据：{finding['basis']}；规则：{finding['rule']}"]
        lines += [f"佐证：{shown}{more}"] if shown else []
        lines += [f"建议：{finding['advice']}"] if finding["advice"] else []
        console.print(Padding(Text("\n".join(lines), style="dim"), (0, 0, 0, 4)))
