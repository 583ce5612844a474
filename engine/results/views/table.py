"""The result as a terminal table: of one bundle form by form, differences marked; of many a line a form, worst first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from engine.results.model import Result, ResultFinding, ResultForm
from engine.results.reading import (
    Grouped,
    counts,
    differs,
    evidence_told,
    form_kind,
    headline,
    kind_of,
    span,
    summary,
    tally,
    worst_first,
)
from engine.results.views import questions as question_view
from engine.results.views.screen import Whole, printed, table
from engine.results.views.tables import FORMS, OVERVIEW, PARTS, UNREAD, FormRow, ScoreRow, lent, parts

EVIDENCE_SHOWN = 4
_WRONG, _OPEN = "bold red", "yellow"


def render(result: Result, to_terminal: bool) -> str:
    """The result as text: as wide as the terminal and in colour (NO_COLOR respected), or plain for a file or a pipe."""
    if len(result.get("bundles", ())) < 2:
        return printed(_bundle(result), terminal=to_terminal) + closing(result)
    text = printed(_bundles(result), terminal=to_terminal)
    told = printed(_asked(result), terminal=to_terminal)
    return f"{text}\n{summary(result, len(result['bundles']))}\n{told}{closing(result)}"


def _bundles(result: Result) -> Iterator[Any]:
    draft = {True: "未经核实的草案：", False: ""}
    listed = "、".join(f"{one['id']}（{draft[one['status'] == 'draft']}{one['title']}）" for one in result["policies"])
    open_ = sum(bundle["policy"] is None for bundle in result["bundles"])
    none = f"{open_} 组没有适用的政策，没有计分" if open_ else ""
    yield Text("；".join(filter(None, (f"政策 {listed}" if listed else "", none))) + "\n")
    yield table(FORMS, [FormRow(*row) for row in worst_first(result)], style=_marked)


def _bundle(result: Result) -> Iterator[Any]:
    policy, found = result.get("policy"), Grouped(result)
    yield Text(headline(policy) + lent(result))
    for form in result["forms"]:
        yield Text()
        yield Text(form["name"], style="bold") + Text(f"（{form_kind(form['kind'])}，{form['unit']}，{form['fiscal_year']}年度）")
        yield _scores(form)
        if reason := form["scores"]["execution"].get("reason"):
            yield Padding(Text(f"? 预算执行：{reason}", style=_OPEN), (0, 0, 0, 2))
        if policy:
            yield from _differences(form)
        yield from _findings(found.of(form))
    yield Text()
    if len(result["forms"]) > 1:
        # all forms in one table, last, where a terminal leaves it in view
        yield table(OVERVIEW, [FormRow(form, found.of(form)) for form in result["forms"]], style=_marked)
        yield Text()
    yield Text(summary(result))
    yield from _asked(result)


def _asked(result: Result) -> Iterator[Any]:
    """The open questions, in one block at the end; whole lines, to be copied."""
    if told := question_view.lines(result):
        yield Text()
        yield from (Whole(Text(line)) for line in told)


def _marked(row: FormRow, title: str) -> str:
    return _WRONG if (title == "计算总分" and row.differs) or (title == "错误" and row.found("error")) else ""


def _scores(form: ResultForm) -> Table:
    def style(row: ScoreRow, title: str) -> str:
        if title == "结论":
            return _WRONG if row.status == "scored" else _OPEN
        return "bold" if row.name == "总分" and not title else ""

    rows = [*parts(form), ScoreRow(form, "完成指标", "", counts(form))]
    return table(PARTS, rows, least={"部分": 14, "自评": 8, "计算": 8, "可取范围": 8}, style=style)


def _differences(form: ResultForm) -> Iterator[Any]:
    """The indicators whose score cannot stand as filed, and those a human must judge, each with its case and clause."""
    for item in form["indicators"]:
        wrong, open_ = differs(item), item["status"] in ("needs_review", "error")
        if not wrong and not open_:
            continue
        sign = Text("≠ ", style="bold red") if wrong else Text("? ", style="yellow")
        head = Text(f"{item['name']}：自评 {item['reported'] or '—'}，计算 {item['computed'] or '—'}")
        if span(item):
            head += Text(f"，可取 {span(item)}")
        yield Padding(sign + head, (0, 0, 0, 2))
        trace = item["trace"]
        why = trace.get("bounded") or item.get("reason") or trace.get("operands") or ""
        basis = f"（{trace['case']}，依据 {trace['basis']}）" if trace.get("case") else ""
        yield Padding(Text(f"目标“{item['target']}”，实际“{item['actual']}”。{why}{basis}", style="dim"), (0, 0, 0, 4))


def _findings(findings: Sequence[ResultFinding]) -> Iterator[Any]:
    """The findings of one form, worst first, each with its evidence, clause and advice."""
    if not findings:
        return
    yield Text(f"  发现问题：{tally(findings)}")
    for finding in findings:
        style = {"error": "bold red", "warning": "yellow", "info": "cyan"}[finding["severity"]]
        # no space behind the bracket: a line breaks at spaces first, and Chinese text has no others
        sign = Text(f"[{kind_of(finding)}]", style=style)
        yield Padding(sign + Text(finding["message"]), (0, 0, 0, 2))
        shown = evidence_told(finding["evidence"][:EVIDENCE_SHOWN])
        more = f" 等 {len(finding['evidence'])} 项" if len(finding["evidence"]) > EVIDENCE_SHOWN else ""
        lines = [f"依据：{finding['basis']}；规则：{finding['rule']}"]
        lines += [f"佐证：{shown}{more}"] if shown else []
        lines += [f"建议：{finding['advice']}"] if finding["advice"] else []
        yield Padding(Text("\n".join(lines), style="dim"), (0, 0, 0, 4))


def closing(result: Result) -> str:
    """What became of the files, where there were folders; nothing else."""
    files = result.get("files")
    if not files:
        return ""
    numbers = {status: sum(file["status"] == status for file in files) for status in ("read", "failed", "skipped")}
    lines = [f"文件 {len(files)} 个：读出 {numbers['read']}，未读出 {numbers['failed']}，跳过 {numbers['skipped']}。"]
    lines += [f"  {UNREAD[file['status']]}：{file['name']}（{file['reason']}）" for file in files if file["status"] == "failed"]
    return "\n".join(lines) + "\n"
