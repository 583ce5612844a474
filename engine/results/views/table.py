"""The result on a terminal: what must be known first, the forms worst first, a line a problem."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from engine.lines import filled
from engine.results.model import Result, ResultForm
from engine.results.reading import (
    cited,
    counts,
    differs,
    evidence_told,
    form_kind,
    headline,
    kind_of,
    row_told,
    rules_told,
    span,
    summary,
    tally,
    worst_first,
)
from engine.results.views import questions as question_view
from engine.results.views.problems import ToldProblem, told
from engine.results.views.screen import Whole, printed, table, width
from engine.results.views.tables import FORMS, OVERVIEW, PARTS, TIMED_RULES, UNREAD, FormRow, ScoreRow, lent, parts, ran

EVIDENCE_SHOWN = 4
DIFFERENCES_SHOWN = 10
"""Rows of a form whose score cannot stand that are shown without being asked for all."""
SHOWN_WHOLE = 2
"""Forms of which the scores of all parts are shown without being asked for."""
_WRONG, _OPEN = "bold red", "yellow"


def render(result: Result, to_terminal: bool, verbose: bool = False) -> str:
    """The result as text: as wide as the terminal and in colour (NO_COLOR respected), or plain for a file or a pipe.

    What must be known first, the forms worst first, then a line a problem; `verbose`: every form with its scores, and under each
    problem what it was found by, with evidence, clause and advice."""
    if len(result.get("bundles", ())) < 2:
        return printed(_bundle(result, verbose), terminal=to_terminal) + closing(result)
    text = printed(_bundles(result, verbose), terminal=to_terminal)
    told = printed(_asked(result), terminal=to_terminal)
    said, files = summary(result, len(result["bundles"])), closing(result)
    if to_terminal:
        said, files = filled(said, width(True)), filled(files, width(True))
    return f"{text}\n{said}\n{told}{files}"


def _bundles(result: Result, verbose: bool) -> Iterator[Any]:
    draft = {True: "未经核实的草案：", False: ""}
    listed = "、".join(f"{one['id']}（{draft[one['status'] == 'draft']}{one['title']}）" for one in result["policies"])
    open_ = sum(bundle["policy"] is None for bundle in result["bundles"])
    none = f"{open_} 组没有适用的政策，没有计分" if open_ else ""
    yield Text("；".join(filter(None, (f"政策 {listed}" if listed else "", none))) + "\n")
    problems = told(result)
    yield from _first(problems)
    yield table(FORMS, [FormRow(*row) for row in worst_first(result)], style=_marked)
    if verbose:
        yield from _rest(problems, verbose)
        yield from _ran(result, verbose)


def _ran(result: Result, verbose: bool) -> Iterator[Any]:
    """What came of each rule, where that is asked for; what was left out by option has been told in one note."""
    if verbose and (rules := ran(result)):
        yield Text()
        yield Text(rules_told(rules), style="bold")
        yield table(TIMED_RULES, [rule for rule in rules if not rule.get("by_option")])


def _bundle(result: Result, verbose: bool) -> Iterator[Any]:
    policy, problems = result.get("policy"), told(result)
    yield Text(headline(policy) + lent(result))
    yield Text()
    yield from _first(problems)
    yield from _forms(result, verbose)
    if len(result["forms"]) > 1:
        # all forms in one table, worst first
        yield table(OVERVIEW, [FormRow(*row) for row in worst_first(result)], style=_marked)
        yield Text()
    yield from _rest(problems, verbose)
    yield Text(summary(result))
    if not verbose and problems:
        yield Text("加 --verbose：各表分项得分，每个问题的佐证、依据和建议，各条规则的结果。", style="dim")
    yield from _asked(result)
    yield from _ran(result, verbose)


def _forms(result: Result, verbose: bool) -> Iterator[Any]:
    """Each form with the scores of its parts, and the rows whose score cannot stand; of many forms these rows alone."""
    whole = verbose or len(result["forms"]) <= SHOWN_WHOLE
    for form in result["forms"]:
        rows = list(_differences(form, verbose)) if result.get("policy") else []
        if not whole and not rows:
            continue
        yield Text(form["name"], style="bold") + Text(f"（{form_kind(form['kind'])}，{form['unit']}，{form['fiscal_year']}年度）")
        if whole:
            yield _scores(form)
        if reason := form["scores"]["execution"].get("reason"):
            yield Padding(Text(f"? 预算执行：{reason}", style=_OPEN), (0, 0, 0, 2))
        yield from rows
        yield Text()


def _first(problems: Sequence[ToldProblem]) -> Iterator[Any]:
    """The problems that must be known before all else."""
    heads = [one for one in problems if one.first]
    if heads:
        yield Text("先要知道的", style="bold")
        for number, one in enumerate(heads, start=1):
            yield from _problem(one, f"{number} ")
            if one.concern["advice"]:
                yield Padding(Text(f"怎么办：{one.concern['advice']}", style="dim"), (0, 0, 0, 4))
        yield Text()


def _rest(problems: Sequence[ToldProblem], verbose: bool) -> Iterator[Any]:
    """The other problems, or with all that was found under each; none where nothing was found."""
    rest = [one for one in problems if verbose or not one.first]
    if not problems:
        return
    head = f"问题 {len(problems)} 个：{tally([one.concern for one in problems])}"
    yield Text(f"{head}；其余 {len(rest)} 个：" if 0 < len(rest) < len(problems) else head, style="bold")
    for one in rest:
        yield from _problem(one, f"{one.concern['id']} ")
        if verbose:
            yield from _findings(one)
    yield Text()


def _problem(one: ToldProblem, number: str) -> Iterator[Any]:
    """A problem: what is wrong, and where and what hangs on it."""
    style = {"error": "bold red", "warning": "yellow", "info": "cyan"}[one.concern["severity"]]
    # no space behind the bracket: a line breaks at spaces first, and Chinese text has no others
    line = Text(number) + Text(f"[{one.level}]", style=style) + Text(one.concern["title"]) + Text(f"（{one.about}）", style="dim")
    yield Padding(line, (0, 0, 0, 2))


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


def _differences(form: ResultForm, verbose: bool) -> Iterator[Any]:
    """The indicators whose score cannot stand as filed, and those a human must judge; `verbose`: all, each with case and clause."""
    found = [item for item in form["indicators"] if differs(item) or item["status"] in ("needs_review", "error")]
    for item in found if verbose else found[:DIFFERENCES_SHOWN]:
        wrong, trace = differs(item), item["trace"]
        head = Text(f"{item['name']}：自评 {item['reported'] or '—'}，计算 {item['computed'] or '—'}")
        if span(item):
            head += Text(f"，可取 {span(item)}")
        why = trace.get("bounded") or item.get("reason") or trace.get("operands") or ""
        if not verbose and not wrong and why:
            head += Text(f"。{why}", style="dim")
        yield Padding((Text("≠ ", style=_WRONG) if wrong else Text("? ", style=_OPEN)) + head, (0, 0, 0, 2))
        if verbose:
            basis = f"（{trace['case']}，依据 {trace['basis']}）" if trace.get("case") else ""
            yield Padding(Text(f"目标“{item['target']}”，实际“{item['actual']}”。{why}{basis}", style="dim"), (0, 0, 0, 4))
    if not verbose and len(found) > DIFFERENCES_SHOWN:
        yield Padding(Text(f"另有 {len(found) - DIFFERENCES_SHOWN} 个得分不同或待人工判断", style="dim"), (0, 0, 0, 2))


def _findings(one: ToldProblem) -> Iterator[Any]:
    """What a problem was found by, each with its evidence, clause and advice."""
    for finding in one.findings:
        said = f"[{kind_of(finding)}]{finding['message']}" if len(one.findings) > 1 else ""
        shown = evidence_told(finding["evidence"][:EVIDENCE_SHOWN])
        more = f" 等 {len(finding['evidence'])} 项" if len(finding["evidence"]) > EVIDENCE_SHOWN else ""
        lines = [said] if said else []
        lines += [f"· {row_told(row)}" for row in finding.get("rows", ())]
        lines += [f"{cited(finding)}；规则：{finding['title']}（{finding['rule']}）"]
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
