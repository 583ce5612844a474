"""The result as Markdown: one section a form, scores and every indicator in tables; of folders also what became of the files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.results.model import Result, ResultFinding, ResultForm
from engine.results.reading import Grouped, caution, counts, form_kind, rules_told, summary, tally, worst_first
from engine.results.views import questions as question_view
from engine.results.views.columns import escape, markdown
from engine.results.views.problems import PROBLEMS, heads_told, told
from engine.results.views.tables import (
    FILES,
    FINDINGS,
    FORMS,
    INDICATORS,
    INPUT_PROBLEMS,
    PARTS,
    QUESTIONS,
    RULES,
    FormRow,
    heads,
    indicators,
    parts,
    ran,
)


def render(result: Result) -> str:
    """The whole result as a Markdown document; of folders the forms first as a table, worst first."""
    lines = ["# 绩效自评核对结果", ""]
    for policy in heads(result):
        if first := caution(policy):
            lines += [escape(first), ""]
        if policy is not None:
            lines.append(f"政策：{policy['id']} {escape(policy['title'])}（sha256 `{policy['sha256'][:16]}…`）")
    if "bundles" in result:
        lines += ["", *markdown(FORMS, [FormRow(*row) for row in worst_first(result)]), ""]
        lines += [summary(result, len(result["bundles"])).replace("\n", "\n\n"), ""]
    lines += [*problems(result), *forms(result), *asked(result), *rules(result)]
    if rest := [file for file in result.get("files", []) if file["status"] != "read"]:
        lines += ["", "## 没有读的文件", "", *markdown(FILES, rest)]
    if wrong := result.get("input_problems"):
        lines += ["", "## 读入时的问题", "", *markdown(INPUT_PROBLEMS, wrong)]
    return "\n".join(lines) + "\n"


def asked(result: Result) -> list[str]:
    """The lines of the open questions, each with its readings, and how to answer; none where nothing is open."""
    open_ = result["questions"]
    if not open_:
        return []
    head, *answers = question_view.how(open_)
    return ["", f"## {question_view.head(open_)}", "", *markdown(QUESTIONS, open_), "", head, "", "```yaml", *answers, "```"]


def rules(result: Result) -> list[str]:
    """The lines of what came of each rule."""
    every = ran(result)
    return ["", "## 核对了哪些规则", "", rules_told(every), "", *markdown(RULES, every)] if every else []


def problems(result: Result) -> list[str]:
    """The lines of the problems: those to be known first, then all of them, each with where it was found."""
    every = told(result)
    if not every:
        return ["", "没有发现问题。"]
    lines = ["", "## 先要知道的", ""]
    lines += [
        f"{n}. [{one.level}] {escape(one.concern['title'])}（{escape(one.about)}）" for n, one in enumerate(heads_told(result), 1)
    ]
    return [*lines, "", f"## 问题 {len(every)} 个：{tally(result['problems'])}", "", *markdown(PROBLEMS, every)]


def forms(result: Result) -> list[str]:
    """The lines of every form: its scores, its indicators, what was found on it."""
    lines: list[str] = []
    found = Grouped(result)
    for form in result["forms"]:
        lines += ["", f"## {escape(form['name'])}", ""]
        lines += [f"{form_kind(form['kind'])}，{escape(form['unit'])}，{form['fiscal_year']}年度", ""]
        lines += markdown(PARTS, parts(form))
        lines += ["", f"完成指标：{counts(form)}，完成率 {form['counts']['completion_rate'] or '—'}", ""]
        lines += _shared_clauses(form)
        lines += markdown(INDICATORS, indicators(form))
        lines += _findings(found.of(form))
    return lines


def _shared_clauses(form: ResultForm) -> Iterator[str]:
    """How the form's scores were rounded, and several numbers of one indicator compared, each with its clause."""
    traces = [item["trace"] for item in (*form["scores"].values(), *form["indicators"]) if "trace" in item]
    rounded = dict.fromkeys((trace["rounding"], trace["rounding_basis"]) for trace in traces if "rounding" in trace)
    several = dict.fromkeys(
        (trace.get("composite_take", "取最差的一个"), trace["composite_basis"]) for trace in traces if "composite_basis" in trace
    )
    told = [f"取整：{escape(text)}（依据 {escape(basis)}）" for text, basis in rounded]
    told += [f"有几个数的，{escape(take)}（依据 {escape(basis)}）" for take, basis in several]
    if told:
        yield from ("；".join(told), "")


def _findings(findings: Sequence[ResultFinding]) -> list[str]:
    if not findings:
        return ["", "各处没有发现问题。"]
    return ["", f"### 各处所见：{tally(findings)}", "", *markdown(FINDINGS, findings)]
