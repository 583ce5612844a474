"""The tables of a roll-up and of a ranking: levels, indicators with their shares, findings; ranks, their spread, categories."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from engine.language.rules import CATEGORIES, SEVERITIES
from engine.policy.model import Clause
from engine.results.reading import STATUSES, form_kind
from engine.results.views.columns import Column, Kind, Medium
from engine.results.views.details import handling
from engine.values.rounding import rounded

Data = Mapping[str, Any]
_TEXT: tuple[Medium, ...] = ("terminal", "markdown")
_EXCEL: tuple[Medium, ...] = ("excel",)
_SHEET: tuple[Medium, ...] = ("terminal", "excel")
_PAGE: tuple[Medium, ...] = ("page",)
_SEEN: tuple[Medium, ...] = ("terminal", "page")
_ALL: tuple[Medium, ...] = ("terminal", "excel", "page")
_DRAWN: Kind = "markup"


@dataclass(frozen=True, slots=True)
class RolledRow:
    """A rolled-up form of a level; with it one of its indicators, and of that one of the shares it was made of."""

    level: Data
    form: Data
    item: Data = field(default_factory=dict)
    share: Data = field(default_factory=dict)


def forms(data: Data) -> list[RolledRow]:
    """Every rolled-up form, top level first."""
    return [RolledRow(level, form) for level in data["levels"] for form in level["forms"]]


def indicators(rows: Sequence[RolledRow]) -> list[RolledRow]:
    """The indicators of these forms."""
    return [RolledRow(row.level, row.form, item) for row in rows for item in row.form["indicators"]]


def shares(rows: Sequence[RolledRow]) -> list[RolledRow]:
    """What these indicators were made of."""
    return [RolledRow(row.level, row.form, row.item, share) for row in rows for share in row.item["shares"]]


def _money(form: Data, key: str) -> str | None:
    return f"{form[key]}{form['money_unit']}" if form[key] else None


def total_or_range(total: str | None, allowed: Sequence[str] | None) -> str:
    """A total; where it is open the range it may lie in, or that there is none."""
    return total or (f"{'–'.join(allowed)}？" if allowed else "待定")


LEVELS: tuple[Column[RolledRow], ...] = (
    Column("层级", lambda row: row.level["depth"], "count", _EXCEL),
    Column("汇总", lambda row: "　" * row.form["depth"] + row.level["name"], "name", ("terminal",)),
    Column("汇总", lambda row: row.level["name"], "name", ("excel", "page")),
    Column("自评表", lambda row: row.form["name"], "text", _ALL),
    Column("份数", lambda row: row.form["count"], "count", _ALL),
    Column("缺", lambda row: "、".join(row.form["missing"]), on=_EXCEL),
    Column("预算数", lambda row: _money(row.form, "budget"), "word", (*_TEXT, "page")),
    Column("执行数", lambda row: _money(row.form, "executed"), "word", (*_TEXT, "page")),
    Column("预算数（万元）", lambda row: row.form["budget"], "money", _EXCEL),
    Column("执行数（万元）", lambda row: row.form["executed"], "money", _EXCEL),
    Column("执行率", lambda row: row.form["rate"] or None, "word", (*_TEXT, "page")),
    Column("执行率", lambda row: share(row.form["rate"]), "rate", _EXCEL),
    Column("预算执行得分", lambda row: row.form["execution"] or "待定", "word", ("markdown",)),
    Column("预算执行得分", lambda row: row.form["execution"], "number", _EXCEL),
    Column("指标", lambda row: f"{row.form['met']}/{len(row.form['indicators'])}", "word", ("terminal",)),
    Column("总分", lambda row: total_or_range(row.form["total"], row.form["allowed"]), "word", _TEXT),
    Column("总分", lambda row: row.form["total"], "number", _EXCEL),
    Column("总分", lambda row: None, _DRAWN, _PAGE),
    Column("等级", lambda row: row.form["grade"] or None, "word"),
    Column("缺", lambda row: "、".join(row.form["missing"]), on=_PAGE),
    Column("说明", lambda row: row.form["reason"], on=_EXCEL),
)
INDICATORS: tuple[Column[RolledRow], ...] = (
    Column("汇总", lambda row: row.level["name"], on=_EXCEL),
    Column("自评表", lambda row: row.form["name"], on=_EXCEL),
    Column("一级指标", lambda row: row.item["level1"], on=_EXCEL),
    Column("二级指标", lambda row: row.item["level2"], on=_EXCEL),
    Column("三级指标", lambda row: row.item["name"], "name"),
    Column("分值", lambda row: row.item["weight"], "number"),
    Column("目标值", lambda row: row.item["target"]),
    Column("完成值", lambda row: row.item["actual"]),
    Column("得分", lambda row: row.item["score"] or ("没有汇总" if row.item["refused"] else "待定"), "word", ("markdown",)),
    Column("得分", lambda row: row.item["score"], "number", _EXCEL),
    Column("得分", lambda row: None, _DRAWN, _PAGE),
    Column("状态", lambda row: STATUSES[row.item["status"]], on=_EXCEL),
    Column("份数", lambda row: row.item["count"], "count", ("excel", "page")),
    Column("汇总办法", lambda row: row.item["method"]),
    Column("情形", lambda row: row.item["why"], on=_EXCEL),
    Column("没有汇总的原因", lambda row: row.item["refused"] or row.item["reason"], on=_EXCEL),
    Column("依据", lambda row: row.item["basis"], on=("markdown", "excel")),
    Column("准确数", lambda row: row.item["exact"], on=("markdown", "excel")),
    Column("取整", lambda row: row.item["rounding"], on=_EXCEL),
    Column("资金额度（万元）", lambda row: row.item["funds"], "money", _EXCEL),
    Column("基数", lambda row: row.item["base"], "number", _EXCEL),
    Column("按基数", lambda row: row.item["by_base"], on=_EXCEL),
)
SHARES: tuple[Column[RolledRow], ...] = (
    Column("汇总", lambda row: row.level["name"]),
    Column("自评表", lambda row: row.form["name"]),
    Column("三级指标", lambda row: row.item["name"], "name"),
    Column("单位", lambda row: row.share["unit"]),
    Column("单位的表", lambda row: row.share["form"]),
    Column("填报值", lambda row: row.share["value"]),
    Column("取用的数", lambda row: row.share["exact"], "number"),
    Column("资金额度（万元）", lambda row: row.share["funds"], "money"),
    Column("位置", lambda row: row.share["where"]),
)
FINDINGS: tuple[Column[Data], ...] = (
    Column("级别", lambda found: SEVERITIES[found["severity"]]),
    Column("汇总", lambda found: found["level"]),
    Column("自评表", lambda found: found["form"]),
    Column("问题", lambda found: found["message"]),
    Column("依据", lambda found: found["basis"]),
    Column("规则", lambda found: found["rule"]),
)


def detail_columns(clauses: Mapping[str, Clause]) -> tuple[Column[Data], ...]:
    """The same to be worked through, with the texts of the clauses."""

    def clause(found: Data) -> Clause | None:
        return clauses.get(found["basis"])

    return (
        Column("级别", lambda found: SEVERITIES[found["severity"]]),
        Column("汇总", lambda found: found["level"], wide=24),
        Column("自评表", lambda found: found["form"], wide=24),
        Column("对象", lambda found: found["subject"], wide=26),
        Column("问题", lambda found: found["message"]),
        Column("怎么办", lambda found: found["advice"], wide=40),
        Column("处理意见", lambda found: "", wide=18, choices=handling()),
        Column("位置", lambda found: "\n".join(filter(None, (e["where"] for e in found["evidence"]))), wide=34),
        Column("依据", lambda found: "：".join((c.source_title, c.title)) if (c := clause(found)) else found["basis"], wide=24),
        Column("条文", lambda found: c.text if (c := clause(found)) else "", wide=70),
        Column("类别", lambda found: CATEGORIES[found["category"]]),
        Column("规则", lambda found: found["title"], wide=40),
    )


DETAILS_PRINTED = 9
"""The columns of them that are printed: not the clause's text, nor what kind it is and the rule's name."""

LEFT: tuple[Column[Data], ...] = (
    Column("单位", lambda row: row["unit"], "name"),
    Column("自评表", lambda row: row["form"]),
    Column("资金额度（元）", lambda row: row["funds"] or None, "number", (*_TEXT, "page")),
    Column("资金额度（万元）", lambda row: row["funds"] or None, "money", _EXCEL),
    Column("为什么没有计入", lambda row: row["why"]),
    Column("与哪一份相同", lambda row: row["other"]),
    Column("位置", lambda row: row["where"]),
)


@dataclass(frozen=True, slots=True)
class RankRow:
    """A ranked form, and its kind."""

    kind: str
    form: Data


def worst_first(rows: Sequence[Data]) -> list[Data]:
    """Rows as a reviewer works through them: the last rank first; what has no rank yet keeps its place at the end."""
    return [row for row in reversed(rows) if row["rank"] is not None] + [row for row in rows if row["rank"] is None]


def ranked(data: Data) -> list[RankRow]:
    """The forms of all kinds, kind by kind, the worst first."""
    return [RankRow(group["kind"], form) for group in data["groups"] for form in worst_first(group["rows"])]


_PLACES = 6
"""Decimals of a share."""


def _own(title: str, key: str, kind: Kind = "text", on: tuple[Medium, ...] = _EXCEL) -> Column[RankRow]:
    return Column(title, lambda row: row.form[key], kind, on)


def _inside(title: str, outer: str, key: str, kind: Kind = "count", on: tuple[Medium, ...] = _SHEET) -> Column[RankRow]:
    return Column(title, lambda row: row.form[outer].get(key, 0 if kind == "count" else None), kind, on)


def _drawn(title: str) -> Column[RankRow]:
    return Column(title, lambda row: None, _DRAWN, _PAGE)


def _end(row: RankRow, end: int) -> str | None:
    return row.form["allowed"][end] if row.form["allowed"] else None


def rank_columns(name: str, parts: Sequence[str] = ()) -> tuple[Column[RankRow], ...]:
    """The table of ranks. `name`: what a terminal calls the forms of the group; `parts`: the 一级指标 that occur."""
    rate = "execution_rate"
    return (
        Column("单位、自评表", lambda row: None, "name", _PAGE),
        Column("名次", lambda row: row.form["rank"], "word", _SEEN),
        _own("名次", "rank", "count"),
        _own("单位", "unit", "name", _SHEET),
        Column("表种", lambda row: form_kind(row.kind), on=_EXCEL),
        _own(name, "form", "name", ("terminal",)),
        _own("自评表", "form", "name"),
        Column("总分", lambda row: total_or_range(row.form["computed"], row.form["allowed"]), "word", ("terminal",)),
        Column("总分", lambda row: None, _DRAWN, _PAGE),
        Column("对比", lambda row: None, _DRAWN, _PAGE),
        _own("计算总分", "computed", "number"),
        _own("等级", "grade", "word", _ALL),
        _own("自评", "reported", "number", ("terminal",)),
        Column("自评", lambda row: None, _DRAWN, _PAGE),
        _own("自评总分", "reported", "number"),
        _own("自评等级", "grade_reported"),
        Column("可能最低", lambda row: _end(row, 0), "number", _EXCEL),
        Column("可能最高", lambda row: _end(row, 1), "number", _EXCEL),
        _own("预算执行得分", "execution_score", "number"),
        *(_inside(part, "parts", part, "number", _EXCEL) for part in parts),
        Column("执行率", lambda row: f"{row.form[rate]}%" if row.form[rate] else None, "word", _SEEN),
        Column("执行率", lambda row: share(row.form[rate]), "rate", _EXCEL),
        _own("预算数（万元）", "budget", "money"),
        _own("执行数（万元）", "executed", "money"),
        Column("完成", lambda row: f"{row.form['met']}/{row.form['indicators']}", "word", _SEEN),
        _own("指标", "indicators", "count"),
        _own("完成", "met", "count"),
        _own("判断不了", "unknown", "count"),
        Column("完成率", lambda row: share(row.form["completion_rate"]), "rate", _EXCEL),
        *(_inside(title, "problems", key) for key, title in SEVERITIES.items()),
        *(_drawn(title) for title in SEVERITIES.values()),
        _own(FIRST, "first"),
        *(_inside(title, "categories", key, on=_EXCEL) for key, title in CATEGORIES.items()),
        _own("文件", "file"),
    )


FIRST = "首要问题"
"""The last column of ranks that is printed."""


def share(percent: str | None) -> Decimal | str | None:
    """What is written in per cent as a share of 1; what is no number as it is."""
    try:
        return rounded(Fraction((percent or "").rstrip("%")) / 100, _PLACES) if percent else None
    except ValueError:
        return percent


def _standing(*more: Column[Data]) -> tuple[Column[Data], ...]:
    return (
        Column("名次", lambda row: row["rank"], "word"),
        *more,
        Column("得分", lambda row: total_or_range(row["score"], row["allowed"]), "word", (*_TEXT, "page")),
        Column("得分", lambda row: row["score"], "number", _EXCEL),
        Column("可能最低", lambda row: row["allowed"][0] if row["allowed"] else None, "number", _EXCEL),
        Column("可能最高", lambda row: row["allowed"][1] if row["allowed"] else None, "number", _EXCEL),
        Column("上年", lambda row: row["last"], "number"),
        Column("升降", lambda row: _signed(row["change"]), "word", (*_TEXT, "page")),
        Column("升降", lambda row: row["change"], "number", _EXCEL),
        Column("表", lambda row: row["forms"], "count"),
        Column("没有总分的", lambda row: row["open"], "count"),
        Column("资金额度（万元）", lambda row: row["funds"] or None, "money", _EXCEL),
        Column("说明", lambda row: row["reason"], on=("excel", "page")),
    )


def _signed(change: str | None) -> str | None:
    return None if change is None else change if change.startswith("-") or change == "0" else f"+{change}"


UNITS = _standing(Column("单位", lambda row: row["name"], "name"), Column("地区", lambda row: row["region"]))
REGIONS = _standing(
    Column("地区", lambda row: row["name"], "name"),
    Column("上级", lambda row: row["region"]),
    Column("单位", lambda row: row["units"], "count"),
)
PROJECTS = _standing(Column("项目", lambda row: row["project"], "name"), Column("单位", lambda row: row["name"]))


STANDINGS: tuple[tuple[str, str, tuple[Column[Data], ...]], ...] = (
    ("by_region", "地区排名", REGIONS),
    ("by_unit", "单位排名", UNITS),
    ("by_project", "同一项目在各单位", PROJECTS),
)
"""Where units, regions and projects stand: key of the ranking, title, columns."""


def standing(data: Data, key: str) -> list[Data]:
    """The rows of one of them, each level and project worst first; units of which each has one form say nothing that the ranking of
    forms does not."""
    if key == "by_project":
        rows: list[Data] = [{"project": item["project"], **row} for item in data[key] for row in worst_first(item["rows"])]
    else:
        levels = dict.fromkeys(row.get("depth") for row in data[key])
        rows = [row for depth in levels for row in worst_first([row for row in data[key] if row.get("depth") == depth])]
    alone = key == "by_unit" and all(row["forms"] == 1 and not row["last"] for row in rows)
    return [] if alone else rows


Spread = tuple[str, str, str, "int | str"]
SPREAD: tuple[Column[Spread], ...] = (
    Column("表种", lambda row: row[0]),
    Column("项目", lambda row: row[1]),
    Column("范围", lambda row: row[2]),
    Column("张数或分数", lambda row: row[3], "number"),
)
_STATISTICS = {"highest": "最高", "upper": "上四分位", "median": "中位", "mean": "平均", "lower": "下四分位", "lowest": "最低"}


def spread(data: Data) -> Iterator[Spread]:
    """How the totals of each kind of form lie: by grade, by range, and in a few figures."""
    for group in data["groups"]:
        kind, shown = form_kind(group["kind"]), group["distribution"]
        yield from ((kind, "等级", item["grade"], item["forms"]) for item in shown["grades"])
        for item in shown["bins"]:
            span = f"{item['from']} 至 {item['to']} 分" + ("（含）" if item["last"] else "（不含）")
            yield kind, "总分", span, item["forms"]
        yield from ((kind, "统计", title, shown[key]) for key, title in _STATISTICS.items() if key in shown)


CAUSES: tuple[Column[Data], ...] = (
    Column("问题", lambda row: row["title"], "name", wide=50),
    Column("级别", lambda row: SEVERITIES[row["severity"]]),
    Column("单位数", lambda row: row["units"], "count"),
    Column("自评表数", lambda row: row["forms"], "count"),
    Column("问题数", lambda row: row["problems"], "count"),
    Column("其中待核实", lambda row: row["doubtful"], "count"),
)
"""What the problems of the forms come of."""


def _severity(key: str, title: str) -> Column[Data]:
    return Column(title, lambda item: item[key], "count")


TALLY: tuple[Column[Data], ...] = (
    Column("类别", lambda item: item["title"], "name"),
    *(_severity(key, title) for key, title in SEVERITIES.items()),
    Column("合计", lambda item: sum(item[key] for key in SEVERITIES), "count"),
)
