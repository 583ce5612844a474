"""The result as Markdown: one section a form, scores and every indicator in tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.language.rules import CATEGORIES, SEVERITIES
from engine.results.views.table import KINDS, STATUSES, counts, differs, label, own_findings, place_only, shorter, tally


def render(result: Mapping[str, Any]) -> str:
    """The whole result as a Markdown document."""
    policy = result["policy"]
    lines = ["# 绩效自评核对结果", "", f"政策：{policy['id']} {escape(policy['title'])}（sha256 `{policy['sha256'][:16]}…`）"]
    return "\n".join([*lines, *forms(result)]) + "\n"


def forms(result: Mapping[str, Any]) -> list[str]:
    """The lines of every form: its scores, its indicators, its findings."""
    lines: list[str] = []
    for form in result["forms"]:
        lines += [
            "",
            f"## {escape(form['name'])}",
            "",
            f"{KINDS[form['kind']]}，{escape(form['unit'])}，{form['fiscal_year']}年度",
            "",
        ]
        rows = [
            [label(name), score["reported"] or "—", score["computed"] or "—", span(score), remark(score)]
            for name, score in form["scores"].items()
        ]
        grade = form["grade"]
        rows.append(["等级", grade["reported"] or "—", grade["computed"] or "—", "", ""])
        lines += table(["", "自评", "计算", "可取范围", ""], rows)
        lines += ["", f"完成指标：{counts(form)}，完成率 {form['counts']['completion_rate'] or '—'}", ""]
        lines += table(
            ["目标", "二级指标", "三级指标", "分值", "目标值", "实际完成值", "自评", "计算", "依据", ""],
            [
                [
                    str(item["goal"]),
                    item["level2"] or "—",
                    item["name"],
                    item["weight"] or "—",
                    item["target"],
                    item["actual"],
                    item["reported"] or "—",
                    item["computed"] or "—",
                    item["trace"].get("basis", "—"),
                    remark(item),
                ]
                for item in form["indicators"]
            ],
        )
        lines += _findings(own_findings(result, form))
    return lines


def _findings(findings: Sequence[Mapping[str, Any]]) -> list[str]:
    if not findings:
        return ["", "未发现问题。"]
    rows = []
    for finding in findings:
        evidence = "；".join(f"{e['title']}“{shorter(e['value'])}”（{place_only(e)}）" for e in finding["evidence"])
        kind = f"{SEVERITIES[finding['severity']]}·{CATEGORIES[finding['category']]}"
        rows.append([kind, finding["message"], evidence, finding["advice"], f"{finding['basis']} {finding['rule']}"])
    return ["", f"### 发现问题：{tally(findings)}", "", *table(["级别", "问题", "佐证", "建议", "依据与规则"], rows)]


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A Markdown table; cells are escaped."""
    out = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    return out + ["| " + " | ".join(map(escape, row)) + " |" for row in rows]


def span(score: Mapping[str, Any]) -> str:
    allowed = score["allowed"]
    return f"{allowed[0]}–{allowed[1]}" if allowed and allowed[0] != allowed[1] else ""


def remark(score: Mapping[str, Any]) -> str:
    if score["status"] != "scored":
        return STATUSES[score["status"]]
    return "≠ 不同" if differs(score) else ""


def escape(text: str) -> str:
    """Text as a Markdown cell shows it: on one line, with no markup of its own."""
    out = " ".join(str(text).split())
    for sign in "\\|`*_[]<>#":
        out = out.replace(sign, "\\" + sign)
    return out
