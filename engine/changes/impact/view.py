"""The impact of a change of policy as a terminal table: the sum first, then what changed and where, worst first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.padding import Padding
from rich.text import Text

from engine.changes.impact.data import signed
from engine.language.rules import SEVERITIES
from engine.results.reading import STATUSES, form_kind
from engine.results.views.columns import Column, Medium
from engine.results.views.screen import printed, table

Data = Mapping[str, Any]
_TERMINAL: tuple[Medium, ...] = ("terminal",)
_PAGE: tuple[Medium, ...] = ("page",)
_BAR = 40
"""Columns of the longest bar."""
_RULES, _CASES, _ROWS = 15, 10, 20
_NO_GRADE = "没有总分"


def render(data: Data, terminal: bool) -> str:
    """The document as text: in colour on a terminal (NO_COLOR respected), plain for a file."""
    return printed(_parts(_visible(data)), terminal=terminal)


def _visible(node: Any) -> Any:
    """The document without control characters, which a terminal would obey: names and values are what strangers filed."""
    if isinstance(node, Mapping):
        return {key: _visible(value) for key, value in node.items()}
    if isinstance(node, list | tuple):
        return [_visible(value) for value in node]
    return "".join(c if c.isprintable() else " " for c in node) if isinstance(node, str) else node


def _parts(data: Data) -> Iterator[Any]:
    counts = data["counts"]
    for letter, key in (("A", "before"), ("B", "after")):
        yield Text(f"{letter} {data[key].get('name', data[key]['id'])}：{data[key]['title']}")
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
    yield from _items(data)
    yield from _spread(data)
    yield from _histogram(data["histogram"])
    yield from _grades(data)
    yield from _statuses(data)
    yield from _groups(data["groups"])
    yield from _cases(data["cases"])
    yield from _rules(data["rules"])
    yield from _forms(data)
    yield from _unread(data)


def headline(data: Data) -> str:
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


SPREAD: tuple[Column[tuple[str, Data]], ...] = (
    Column("分差（B－A）", lambda row: row[0], "name"),
    Column("最小", lambda row: signed(row[1]["min"]), "number"),
    Column("中位", lambda row: signed(row[1]["median"]), "number"),
    Column("最大", lambda row: signed(row[1]["max"]), "number"),
    Column("合计", lambda row: signed(row[1]["sum"]), "number"),
)


def spread(data: Data) -> list[tuple[str, Data]]:
    """What the differences of totals come to, of all forms and of some."""
    titles = {"all": "两边都有总分的表", "changed": "其中总分有变的", "indicators": "只看指标得分之和"}
    return [(title, data["difference"][key]) for key, title in titles.items() if data["difference"][key]]


def _spread(data: Data) -> Iterator[Any]:
    if rows := spread(data):
        yield Text()
        yield table(SPREAD, rows)


ITEM_COLUMNS: tuple[Column[Data], ...] = (
    Column("只改这一项", lambda item: "\n".join(item["texts"]), "name"),
    Column("有变化的表", lambda item: item["forms_changed"] if item["run"] else None, "word"),
    Column("升", lambda item: item["total_up"] if item["run"] else None, "word"),
    Column("降", lambda item: item["total_down"] if item["run"] else None, "word"),
    Column("等级变", lambda item: item["grade_changed"] if item["run"] else None, "word"),
    Column("问题增减", lambda item: item["findings_changed"] if item["run"] else None, "word"),
    Column("分差合计", lambda item: signed(item["difference"]) if item["run"] else None, "word"),
)
GROUPS: Mapping[str, str] = {"kind": "按表种", "folder": "按目录（地区）", "funds": "按资金额度"}
"""What forms are grouped by, with its title."""
GROUP_COLUMNS: tuple[Column[Data], ...] = (
    Column("", lambda item: group_name(item), "name"),
    Column("表", lambda item: item["forms"], "count"),
    Column("有变化", lambda item: item["changed"], "count"),
    Column("升", lambda item: item["total_up"], "count"),
    Column("降", lambda item: item["total_down"], "count"),
    Column("等级变", lambda item: item["grade_changed"], "count"),
    Column("分差合计", lambda item: signed(item["difference"]), "number"),
)


def group_name(item: Data) -> str:
    """What a group is called."""
    return form_kind(item["name"]) if item["by"] == "kind" else item["name"] or "（没有目录）"


def items_told(data: Data) -> list[str]:
    """What is to be said beside the table of changed items: what they do together, which were not run."""
    out = []
    if data["rest"] is not None and signed(data["rest"]["difference"]) != "0":
        out.append(f"各项一起改与逐项之和相差 {signed(data['rest']['difference'])} 分：几项合在一起才有的变化。")
    skipped: dict[str, int] = {}
    for item in data["items"]:
        if not item["run"]:
            skipped[item["reason"]] = skipped.get(item["reason"], 0) + 1
    return [*out, *(f"{count} 项没有单独算：{reason}。" for reason, count in skipped.items())]


def _items(data: Data) -> Iterator[Any]:
    run = [item for item in data["items"] if item["run"]]
    if run:
        yield Text("\n逐项（每次只改一项，其余照 A）")
        yield table(ITEM_COLUMNS, run[:_ROWS])
        yield from _more(len(run) - _ROWS, "项")
    for told in items_told(data):
        yield Text(told, style="dim")


def _groups(groups: Sequence[Data]) -> Iterator[Any]:
    for by, title in GROUPS.items():
        if own := [item for item in groups if item["by"] == by]:
            yield Text(f"\n{title}")
            yield table(GROUP_COLUMNS, own)


_BARS: tuple[Column[tuple[Data, int]], ...] = (
    Column("", lambda row: row[0]["text"]),
    Column("", lambda row: row[0]["forms"], "count"),
    Column("", lambda row: "█" * -(-row[0]["forms"] * _BAR // row[1])),
)


def _histogram(bins: Sequence[Data]) -> Iterator[Any]:
    if not bins:
        return
    yield Text("\n分差的分布（张数）")
    most = max(item["forms"] for item in bins)
    yield table(_BARS, [(item, most) for item in bins], show_header=False)


def _grades(data: Data) -> Iterator[Any]:
    order = grade_order(data)
    cells = {(item["before"] or "", item["after"] or ""): item["forms"] for item in data["grades"]}

    def column(after: str) -> Column[str]:
        return Column(after or _NO_GRADE, lambda before: cells.get((before, after)) or "·", "count")

    def moved(before: str, title: str) -> str:
        after = "" if title == _NO_GRADE else title
        return "bold red" if title and (before, after) in cells and before != after else ""

    yield Text("\n等级（行为 A，列为 B）")
    first: Column[str] = Column("A ＼ B", lambda before: before or _NO_GRADE, "name")
    columns = [first, *map(column, order)]
    yield table(columns, [before for before in order if any((before, after) in cells for after in order)], style=moved)


def grade_order(data: Data) -> list[str]:
    """The grades that occur, best first, no total last."""
    there = {item[side] or "" for item in data["grades"] for side in ("before", "after")}
    return [grade for grade in data["grade_order"] if grade in there]


def status(name: str) -> str:
    """A status as people call it."""
    return STATUSES[name] or "已计分"


def _statuses(data: Data) -> Iterator[Any]:
    forms = [item for item in data["statuses"] if item["before"] != item["after"]]
    if not forms and not data["indicator_statuses"]:
        return
    yield Text("\n状态变化")
    for item in forms:
        yield Text(f"  总分 {status(item['before'])} → {status(item['after'])}：{item['forms']} 张")
    for item in data["indicator_statuses"]:
        yield Text(f"  指标 {status(item['before'])} → {status(item['after'])}：{item['indicators']} 个")


def _case(item: Data, side: str) -> str:
    return str(item[side]) + (f"　{item[side + '_label']}" if item[f"{side}_label"] else "")


def _other_case(item: Data) -> str:
    after = _case(item, "after")
    return "同左" if after == _case(item, "before") else after


CASE_COLUMNS: tuple[Column[Data], ...] = (
    Column("A 的情形", lambda item: _case(item, "before"), "name"),
    Column("B 的情形", _other_case, on=_TERMINAL),
    Column("B 的情形", lambda item: None, "markup", _PAGE),
    Column("指标", lambda item: item["indicators"], "count"),
    Column("得分有变", lambda item: item["changed"], "count"),
    Column("表", lambda item: item["forms"], "count"),
    Column("分差合计", lambda item: signed(item["difference"]), "number"),
)


def _cases(cases: Sequence[Data]) -> Iterator[Any]:
    if cases:
        yield Text("\n指标按情形")
        yield table(CASE_COLUMNS, cases[:_CASES])
        yield from _more(len(cases) - _CASES, "种")


RULE_COLUMNS: tuple[Column[Data], ...] = (
    Column("规则", lambda item: f"{item['title']}（{item['rule']}）", "name"),
    Column("A", lambda item: item["before"], "count"),
    Column("不再有", lambda item: item["gone"], "count"),
    Column("新增", lambda item: item["new"], "count"),
    Column("改级别", lambda item: item["other_severity"], "count"),
    Column("B", lambda item: item["after"], "count"),
    Column("表", lambda item: item["forms"], "count"),
)


def _rules(rules: Sequence[Data]) -> Iterator[Any]:
    if not rules:
        return
    yield Text("\n问题按规则")
    yield table(RULE_COLUMNS, rules[:_RULES])
    for item in rules[:3]:
        for example in item["examples"][:1]:
            yield Padding(Text(f"例：{example['form']}：{_finding(example)}", style="dim"), (0, 0, 0, 2))
    yield from _more(len(rules) - _RULES, "条规则")


def _finding(item: Data) -> str:
    signs = {"new": "新增", "gone": "不再有", "severity": "改级别"}
    level = " → ".join(SEVERITIES[item[side]] for side in ("before", "after") if item[side])
    return f"{signs[item['change']]}（{level}）{item['message']}"


def _moved_grades(form: Data) -> str:
    return " → ".join(dict.fromkeys(form[side]["grade"] or _NO_GRADE for side in ("before", "after")))


def _drawn(title: str) -> Column[tuple[int, Data]]:
    return Column(title, lambda row: None, "markup", _PAGE)


FORM_COLUMNS: tuple[Column[tuple[int, Data]], ...] = (
    Column("", lambda row: row[0], "count", _TERMINAL),
    Column("单位、自评表", lambda row: f"{row[1]['unit']} {row[1]['name']}", "name"),
    Column("A", lambda row: row[1]["before"]["score"], "number", _TERMINAL),
    Column("B", lambda row: row[1]["after"]["score"], "number", _TERMINAL),
    *(_drawn(title) for title in ("A 总分", "B 总分", "分差", "A 等级", "B 等级")),
    Column("分差", lambda row: _difference(row[1]), "number", _TERMINAL),
    Column("等级", lambda row: _moved_grades(row[1]), on=_TERMINAL),
    Column("来源", lambda row: row[1]["source"]),
)


def _difference(form: Data) -> str:
    """The difference of the totals; where there is none, that of what can be computed, in brackets."""
    return signed(form["difference"]) if form["difference"] is not None else f"（{signed(form['known_difference'])}）"


def _forms(data: Data) -> Iterator[Any]:
    forms = data["forms"]
    shown = forms[: max(data["detailed"], _ROWS)]
    yield Text(f"\n变化大的在前（{len(shown)}/{len(forms)} 张）")

    def moved(row: tuple[int, Data], title: str) -> str:
        return "bold red" if title == "等级" and "→" in _moved_grades(row[1]) else ""

    yield table(FORM_COLUMNS, enumerate(shown, start=1), style=moved)
    if any(form["difference"] is None for form in shown):
        yield Text("括号里是可算部分的分差：这张表至少在一个政策下有须人工判断的部分，没有总分。", style="dim")
    yield from _more(len(forms) - len(shown), "张表，--format json 里逐张列出")
    for number, form in enumerate(forms[: data["detailed"]], start=1):
        yield from _detail(number, form)


def _detail(number: int, form: Data) -> Iterator[Any]:
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


def _moved(item: Data) -> bool:
    return (item["before"]["score"], item["before"]["status"]) != (item["after"]["score"], item["after"]["status"])


def indicator_text(item: Data) -> str:
    """One indicator's change in a line: name, values, score and case before and after."""
    sides = [f"{side['score'] or status(side['status'])}（{side['case']}）" for side in (item["before"], item["after"])]
    return f"“{item['name']}”目标“{item['target']}”完成“{item['actual']}”：{sides[0]} → {sides[1]}"


def _more(rest: int, what: str, indent: str = "") -> Iterator[Any]:
    if rest > 0:
        yield Text(f"{indent}另有 {rest} {what}。", style="dim")


def _unread(data: Data) -> Iterator[Any]:
    if data["files"]["failed"] or data["problems"]:
        yield Text("\n没有读出或算不出的（不在以上统计里）")
        for text in data["problems"]:
            yield Text(f"  {text}")
    for item in data["files"]["skipped"][:_ROWS]:
        yield Text(f"跳过：{item['file']}（{item['reason']}）", style="dim")
    yield from _more(len(data["files"]["skipped"]) - _ROWS, "个文件跳过")
