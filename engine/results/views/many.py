"""The result of many bundles: one line a form, worst first, and what became of the files."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from io import StringIO
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from engine.language.rules import SEVERITIES
from engine.results.views import markdown as markdown_view
from engine.results.views.table import KINDS, counts, differs, tally, width

_COLUMNS = ("单位", "年度", "表", "自评总分", "计算总分", "等级", "完成指标", *SEVERITIES.values())
_STATUSES = {"failed": "未读出", "skipped": "跳过"}


def worst_first(result: Mapping[str, Any]) -> list[tuple[Mapping[str, Any], list[Mapping[str, Any]]]]:
    """Every form with its findings: most errors first, then most warnings, then the largest difference of the totals."""
    by_form: dict[tuple[int, str], list[Mapping[str, Any]]] = {}
    for finding in result["findings"]:
        by_form.setdefault((finding.get("bundle", 1), finding["form"]), []).append(finding)
    rows = [(form, by_form.get((form.get("bundle", 1), form["name"]), [])) for form in result["forms"]]

    def badness(row: tuple[Mapping[str, Any], list[Mapping[str, Any]]]) -> tuple[int, int, Decimal]:
        form, findings = row
        numbers = [sum(finding["severity"] == severity for finding in findings) for severity in ("error", "warning")]
        return -numbers[0], -numbers[1], -_apart(form["scores"]["total"])

    return sorted(rows, key=badness)


def _apart(score: Mapping[str, Any]) -> Decimal:
    return abs(Decimal(score["reported"]) - Decimal(score["computed"])) if differs(score) else Decimal(0)


def _cells(form: Mapping[str, Any], findings: list[Mapping[str, Any]]) -> list[str]:
    total, grade = form["scores"]["total"], form["grade"]
    grades = "→".join(dict.fromkeys(filter(None, [grade["reported"], grade["computed"]])))
    numbers = [sum(finding["severity"] == severity for finding in findings) for severity in SEVERITIES]
    name = f"{form['name']}（{KINDS[form['kind']]}）" if KINDS[form["kind"]] not in form["name"] else form["name"]
    return [
        form["unit"],
        str(form["fiscal_year"]),
        name,
        total["reported"] or "—",
        (total["computed"] or "—") + (" ≠" if differs(total) else ""),
        grades or "—",
        counts(form),
        *(str(number or "") for number in numbers),
    ]


def table(result: Mapping[str, Any], *, terminal: bool) -> str:
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
    return f"{text}\n{summary(result)}\n{closing(result)}"


def summary(result: Mapping[str, Any]) -> str:
    """How many bundles, forms and indicators there are, and how many findings of each severity."""
    indicators = [item for form in result["forms"] for item in form["indicators"]]
    wrong = sum(differs(item) for item in indicators)
    review = sum(item["status"] in ("needs_review", "error") for item in indicators)
    scores = (
        f"共 {len(result['bundles'])} 组（一个单位一个年度为一组）、{len(result['forms'])} 张表、{len(indicators)} 个指标："
        f"得分不同 {wrong} 个，待人工判断 {review} 个。"
    )
    notes = "".join(f"\n注意：{note}。" for note in result.get("notes", []))
    return f"{scores}\n发现问题：{tally(result['findings'])}（{result['matcher']}）。{notes}"


def closing(result: Mapping[str, Any]) -> str:
    """What became of the files, where there were folders; nothing else."""
    files = result.get("files")
    if not files:
        return ""
    numbers = {status: sum(file["status"] == status for file in files) for status in ("read", "failed", "skipped")}
    lines = [f"文件 {len(files)} 个：读出 {numbers['read']}，未读出 {numbers['failed']}，跳过 {numbers['skipped']}。"]
    lines += [f"  {_STATUSES[file['status']]}：{file['name']}（{file['reason']}）" for file in files if file["status"] == "failed"]
    return "\n".join(lines) + "\n"


def markdown(result: Mapping[str, Any]) -> str:
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
        summary(result).replace("\n", "\n\n"),
        "",
        *markdown_view.forms(result),
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
