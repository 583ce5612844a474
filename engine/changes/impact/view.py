"""The impact of a change of policy as a terminal table: the sum first, then what changed and where, worst first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from engine.changes.impact.data import signed
from engine.language.rules import SEVERITIES
from engine.results.reading import STATUSES
from engine.results.views.table import width

_BAR = 40
"""Columns of the longest bar."""
_RULES, _CASES, _ROWS = 15, 10, 20
_NO_GRADE = "没有总分"


def render(data: Mapping[str, Any], terminal: bool) -> str:
    """The document as text: in colour on a terminal (NO_COLOR respected), plain for a file."""
    out = StringIO()
    console = Console(file=out, highlight=False, force_terminal=terminal, width=width(terminal))
    for part in _parts(_visible(data)):
        console.print(part)
    return "\n".join(line.rstrip() for line in out.getvalue().split("\n"))


def _visible(node: Any) -> Any:
    """The document without control characters, which a terminal would obey: names and values are what strangers filed."""
    if isinstance(node, Mapping):
        return {key: _visible(value) for key, value in node.items()}
    if isinstance(node, list | tuple):
        return [_visible(value) for value in node]
    return "".join(c if c.isprintable() else " " for c in node) if isinstance(node, str) else node


def _parts(data: Mapping[str, Any]) -> Iterator[Any]:
    counts = data["counts"]
    for letter, key in (("A", "before"), ("B", "after")):
        yield Text(f"{letter} {data[key]['id']}：{data[key]['title']}")
    yield Text()
    files = data["files"]
    yield Text(
        f"文件：读出 {files['read']}，未读出 {len(files['failed'])}，跳过 {len(files['skipped'])}；自评表 {counts['forms']} 张。"
    )
    for note in data["notes"]:
        yield Text(f"注意：{note}", style="yellow")
    yield Text()
    yield Text(headline(data), style="bold")
    if not counts["changed"]:
        yield from _unread(data)
        return
    yield from _spread(data)
    yield from _histogram(data["histogram"])
    yield from _grades(data)
    yield from _statuses(data)
    yield from _cases(data["cases"])
    yield from _rules(data["rules"])
    yield from _forms(data)
    yield from _unread(data)


def headline(data: Mapping[str, Any]) -> str:
    """The answer in one sentence."""
    counts = data["counts"]
    if not counts["changed"]:
        return f"{counts['forms']} 张表没有变化：得分、等级、状态、问题都相同。"
    return (
        f"{counts['forms']} 张表中 {counts['changed']} 张有变化：总分变 {counts['total_changed']} 张"
        f"（升 {counts['total_up']}，降 {counts['total_down']}），等级变 {counts['grade_changed']} 张，"
        f"待定状态变 {counts['status_changed']} 张，问题有增减 {counts['findings_changed']} 张"
        f"（新增 {counts['findings_new']} 条，不再有 {counts['findings_gone']} 条）。"
    )


def _table(*columns: tuple[str, bool]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="")
    for title, numeric in columns:
        table.add_column(title, justify="right" if numeric else "left", no_wrap=numeric, overflow="fold")
    return table


def _spread(data: Mapping[str, Any]) -> Iterator[Any]:
    table = _table(("分差（B－A）", False), ("最小", True), ("中位", True), ("最大", True), ("合计", True))
    for title, key in (("两边都有总分的表", "all"), ("其中总分有变的", "changed"), ("只看指标得分之和", "indicators")):
        if spread := data["difference"][key]:
            table.add_row(title, *(signed(spread[name]) for name in ("min", "median", "max", "sum")))
    if table.row_count:
        yield Text()
        yield table


def _histogram(bins: Sequence[Mapping[str, Any]]) -> Iterator[Any]:
    if not bins:
        return
    yield Text("\n分差的分布（张数）")
    most = max(item["forms"] for item in bins)
    table = _table(("", False), ("", True), ("", False))
    table.show_header = False
    for item in bins:
        length = -(-item["forms"] * _BAR // most)
        table.add_row(item["text"], str(item["forms"]), "█" * length)
    yield table


def _grades(data: Mapping[str, Any]) -> Iterator[Any]:
    order = grade_order(data)
    cells = {(item["before"] or "", item["after"] or ""): item["forms"] for item in data["grades"]}
    yield Text("\n等级（行为 A，列为 B）")
    table = _table(("A ＼ B", False), *((grade or _NO_GRADE, True) for grade in order))
    for before in order:
        row = [cells.get((before, after), 0) for after in order]
        if any(row):
            marked = [Text(str(n) if n else "·", style="bold red" if n and order[k] != before else "") for k, n in enumerate(row)]
            table.add_row(before or _NO_GRADE, *marked)
    yield table


def grade_order(data: Mapping[str, Any]) -> list[str]:
    """The grades that occur, best first, no total last."""
    there = {item[side] or "" for item in data["grades"] for side in ("before", "after")}
    return [grade for grade in data["grade_order"] if grade in there]


def status(name: str) -> str:
    """A status as people call it."""
    return STATUSES[name] or "已计分"


def _statuses(data: Mapping[str, Any]) -> Iterator[Any]:
    forms = [item for item in data["statuses"] if item["before"] != item["after"]]
    if not forms and not data["indicator_statuses"]:
        return
    yield Text("\n状态变化")
    for item in forms:
        yield Text(f"  总分 {status(item['before'])} → {status(item['after'])}：{item['forms']} 张")
    for item in data["indicator_statuses"]:
        yield Text(f"  指标 {status(item['before'])} → {status(item['after'])}：{item['indicators']} 个")


def _cases(cases: Sequence[Mapping[str, Any]]) -> Iterator[Any]:
    if not cases:
        return
    yield Text("\n指标按情形")
    table = _table(("A 的情形", False), ("B 的情形", False), ("指标", True), ("得分有变", True), ("表", True), ("分差合计", True))
    for item in cases[:_CASES]:
        names = [f"{item[side]}" + (f"　{item[side + '_label']}" if item[f"{side}_label"] else "") for side in ("before", "after")]
        after = "同左" if item["before"] == item["after"] and item["before_label"] == item["after_label"] else names[1]
        numbers = (str(item["indicators"]), str(item["changed"]), str(item["forms"]))
        table.add_row(names[0], after, *numbers, signed(item["difference"]))
    yield table
    yield from _more(len(cases) - _CASES, "种")


def _rules(rules: Sequence[Mapping[str, Any]]) -> Iterator[Any]:
    if not rules:
        return
    yield Text("\n问题按规则")
    table = _table(("规则", False), ("A", True), ("不再有", True), ("新增", True), ("改级别", True), ("B", True), ("表", True))
    for item in rules[:_RULES]:
        name = f"{item['title']}（{item['rule']}）"
        table.add_row(name, *(str(item[key]) for key in ("before", "gone", "new", "other_severity", "after", "forms")))
    yield table
    for item in rules[:3]:
        for example in item["examples"][:1]:
            yield Padding(Text(f"例：{example['form']}：{_finding(example)}", style="dim"), (0, 0, 0, 2))
    yield from _more(len(rules) - _RULES, "条规则")


def _finding(item: Mapping[str, Any]) -> str:
    signs = {"new": "新增", "gone": "不再有", "severity": "改级别"}
    level = " → ".join(SEVERITIES[item[side]] for side in ("before", "after") if item[side])
    return f"{signs[item['change']]}（{level}）{item['message']}"


def _forms(data: Mapping[str, Any]) -> Iterator[Any]:
    forms = data["forms"]
    shown = forms[: max(data["detailed"], _ROWS)]
    yield Text(f"\n变化大的在前（{len(shown)}/{len(forms)} 张）")
    table = _table(("", True), ("单位、表", False), ("A", True), ("B", True), ("分差", True), ("等级", False), ("来源", False))
    for number, form in enumerate(shown, start=1):
        before, after = form["before"], form["after"]
        grades = [outcome["grade"] or _NO_GRADE for outcome in (before, after)]
        known = signed(form["difference"]) if form["difference"] is not None else f"（{signed(form['known_difference'])}）"
        table.add_row(
            str(number), f"{form['unit']} {form['name']}", before["score"] or "—", after["score"] or "—", known,
            grades[0] if grades[0] == grades[1] else Text(" → ".join(grades), style="bold red"), form["source"],
        )  # fmt: skip
    yield table
    if any(form["difference"] is None for form in shown):
        yield Text("括号里是可算部分的分差：这张表至少在一个政策下有须人工判断的部分，没有总分。", style="dim")
    yield from _more(len(forms) - len(shown), "张表，--format json 里逐张列出")
    for number, form in enumerate(forms[: data["detailed"]], start=1):
        yield from _detail(number, form)


def _detail(number: int, form: Mapping[str, Any]) -> Iterator[Any]:
    scored = [item for item in form["indicators"] if item["difference"] != "0" and _moved(item)]
    if not scored and not form["findings"]:
        return
    yield Text(f"\n{number}. {form['unit']} {form['name']}", style="bold")
    if form["execution_difference"] and signed(form["execution_difference"]) != "0":
        yield Text(f"  预算执行 {signed(form['execution_difference'])}")
    for item in scored[:_ROWS]:
        yield Text(f"  {indicator_text(item)}")
    yield from _more(len(scored) - _ROWS, "个指标", "  ")
    for item in form["findings"][:_ROWS]:
        yield Text(f"  {_finding(item)}", style="dim")
    yield from _more(len(form["findings"]) - _ROWS, "条问题", "  ")


def _moved(item: Mapping[str, Any]) -> bool:
    return (item["before"]["score"], item["before"]["status"]) != (item["after"]["score"], item["after"]["status"])


def indicator_text(item: Mapping[str, Any]) -> str:
    """One indicator's change in a line: name, values, score and case before and after."""
    sides = [f"{side['score'] or status(side['status'])}（{side['case']}）" for side in (item["before"], item["after"])]
    return f"“{item['name']}”目标“{item['target']}”完成“{item['actual']}”：{sides[0]} → {sides[1]}"


def _more(rest: int, what: str, indent: str = "") -> Iterator[Any]:
    if rest > 0:
        yield Text(f"{indent}另有 {rest} {what}。", style="dim")


def _unread(data: Mapping[str, Any]) -> Iterator[Any]:
    if data["files"]["failed"] or data["problems"]:
        yield Text("\n没有读出或算不出的（不在以上统计里）")
        for text in data["problems"]:
            yield Text(f"  {text}")
    for item in data["files"]["skipped"][:_ROWS]:
        yield Text(f"跳过：{item['file']}（{item['reason']}）", style="dim")
    yield from _more(len(data["files"]["skipped"]) - _ROWS, "个文件跳过")
