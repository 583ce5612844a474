"""The result as Markdown: one section a form, scores and every indicator in tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.results.model import Result, ResultFinding, ResultForm
from engine.results.reading import KINDS, Grouped, counts, evidence_told, kind_of, label, remark, span, tally
from engine.results.views import questions as question_view


def render(result: Result) -> str:
    """The whole result as a Markdown document."""
    policy = result["policy"]
    lines = ["# 绩效自评核对结果", "", f"政策：{policy['id']} {escape(policy['title'])}（sha256 `{policy['sha256'][:16]}…`）"]
    return "\n".join([*lines, *forms(result), *asked(result)]) + "\n"


def asked(result: Result) -> list[str]:
    """The lines of the open questions, each with its readings, and how to answer; none where nothing is open."""
    open_ = result["questions"]
    if not open_:
        return []
    rows = [[q["ask"] or q["subject"], "、".join(q["forms"]), question_view.readings(q), q["stake"] or "—"] for q in open_]
    head, *answers = question_view.how(open_)
    told = table(["问题", "表", "各种读法", "涉及分数"], rows)
    return ["", f"## {question_view.head(open_)}", "", *told, "", head, "", "```yaml", *answers, "```"]


def forms(result: Result) -> list[str]:
    """The lines of every form: its scores, its indicators, its findings."""
    lines: list[str] = []
    found = Grouped(result)
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
        lines += _shared_clauses(form)
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
        lines += _findings(found.of(form))
    return lines


def _shared_clauses(form: ResultForm) -> Iterator[str]:
    """How the form's scores were rounded, and several numbers of one indicator compared, each with its clause."""
    traces = [item["trace"] for item in (*form["scores"].values(), *form["indicators"]) if "trace" in item]
    rounded = dict.fromkeys((trace["rounding"], trace["rounding_basis"]) for trace in traces if "rounding" in trace)
    several = dict.fromkeys(trace["composite_basis"] for trace in traces if "composite_basis" in trace)
    told = [f"取整：{escape(text)}（依据 {escape(basis)}）" for text, basis in rounded]
    told += [f"有几个数的，取最差的一个（依据 {escape(basis)}）" for basis in several]
    if told:
        yield from ("；".join(told), "")


def _findings(findings: Sequence[ResultFinding]) -> list[str]:
    if not findings:
        return ["", "未发现问题。"]
    rows = []
    for finding in findings:
        evidence, cited = evidence_told(finding["evidence"]), f"{finding['basis']} {finding['rule']}"
        rows.append([kind_of(finding), finding["message"], evidence, finding["advice"], cited])
    return ["", f"### 发现问题：{tally(findings)}", "", *table(["级别", "问题", "佐证", "建议", "依据与规则"], rows)]


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A Markdown table; cells are escaped."""
    out = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    return out + ["| " + " | ".join(map(escape, row)) + " |" for row in rows]


def escape(text: str) -> str:
    """Text as a Markdown cell shows it: on one line, with no markup of its own."""
    out = " ".join(str(text).split())
    for sign in "\\|`*_[]<>#":
        out = out.replace(sign, "\\" + sign)
    return out
