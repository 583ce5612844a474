"""The result of many bundles: one line a form, worst first, and what became of the files."""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from engine.language.rules import SEVERITIES
from engine.results.model import Result, ResultFinding, ResultForm
from engine.results.reading import KINDS, counts, differs, grades, numbers_of, summary, worst_first
from engine.results.views import markdown as markdown_view
from engine.results.views import questions as question_view
from engine.results.views.table import width

_COLUMNS = ("单位", "年度", "表", "自评总分", "计算总分", "等级", "完成指标", *SEVERITIES.values())
_STATUSES = {"failed": "未读出", "skipped": "跳过"}


def _cells(form: ResultForm, findings: Sequence[ResultFinding]) -> list[str]:
    total = form["scores"]["total"]
    name = f"{form['name']}（{KINDS[form['kind']]}）" if KINDS[form["kind"]] not in form["name"] else form["name"]
    return [
        form["unit"],
        str(form["fiscal_year"]),
        name,
        total["reported"] or "—",
        (total["computed"] or "—") + (" ≠" if differs(total) else ""),
        grades(form),
        counts(form),
        *(str(number or "") for number in numbers_of(findings).values()),
    ]


def table(result: Result, *, terminal: bool) -> str:
    """The forms as a table, worst first, and the summary."""
    out = StringIO()
    console = Console(file=out, highlight=False, force_terminal=terminal, width=width(terminal))
    listed = "、".join(f"{policy['id']}（{policy['title']}）" for policy in result["policies"])
    console.print(Text(f"政策 {listed}"))
    console.print()
    view = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="")
    for n, title in enumerate(_COLUMNS):
        view.add_column(title, overflow="fold", justify="left" if n in (0, 2) else "right", no_wrap=n not in (0, 2))
    for form, findings in worst_first(result):
        cells = _cells(form, findings)
        bad = any(finding["severity"] == "error" for finding in findings)
        view.add_row(*cells[:4], Text(cells[4], style="bold red" if differs(form["scores"]["total"]) else ""), *cells[5:7],
                     Text(cells[7], style="bold red" if bad else ""), *cells[8:])  # fmt: skip
    console.print(view)
    text = "\n".join(line.rstrip() for line in out.getvalue().split("\n"))
    told = "".join(f"{line}\n" for line in question_view.lines(result))
    return f"{text}\n{summary(result, len(result['bundles']))}\n{closing(result)}{told}"


def closing(result: Result) -> str:
    """What became of the files, where there were folders; nothing else."""
    files = result.get("files")
    if not files:
        return ""
    numbers = {status: sum(file["status"] == status for file in files) for status in ("read", "failed", "skipped")}
    lines = [f"文件 {len(files)} 个：读出 {numbers['read']}，未读出 {numbers['failed']}，跳过 {numbers['skipped']}。"]
    lines += [f"  {_STATUSES[file['status']]}：{file['name']}（{file['reason']}）" for file in files if file["status"] == "failed"]
    return "\n".join(lines) + "\n"


def markdown(result: Result) -> str:
    """The forms as a table, worst first, then each in full, then what became of the files."""
    rows = [_cells(form, findings) for form, findings in worst_first(result)]
    lines = [
        "# 绩效自评核对结果",
        "",
        *(
            f"政策：{policy['id']} {markdown_view.escape(policy['title'])}（sha256 `{policy['sha256'][:16]}…`）"
            for policy in result["policies"]
        ),
        "",
        *markdown_view.table(_COLUMNS, rows),
        "",
        summary(result, len(result["bundles"])).replace("\n", "\n\n"),
        "",
        *markdown_view.forms(result),
        *markdown_view.asked(result),
    ]
    rest = [file for file in result["files"] if file["status"] != "read"]
    if rest:
        lines += ["", "## 没有读的文件", ""]
        listed = [[_STATUSES[file["status"]], file["name"], file.get("reason", "")] for file in rest]
        lines += markdown_view.table(["", "文件", "原因"], listed)
    if result["problems"]:
        lines += ["", "## 读入时的问题", ""]
        told = [[item["where"], item["message"], item.get("expected", "")] for item in result["problems"]]
        lines += markdown_view.table(["位置", "问题", "应为"], told)
    return "\n".join(lines) + "\n"
