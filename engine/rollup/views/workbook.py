"""The workbook of a roll-up for the reviewer: ranking, distribution, levels, indicators, where each came from, findings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.language.rules import CATEGORIES, SEVERITIES
from engine.results.reading import KINDS
from engine.results.views.excel import Sheet, Value, make, numeric

Data = Mapping[str, Any]
STATUSES = {"scored": "", "not_applicable": "不适用", "needs_review": "待人工判断", "error": "出错"}


def workbook(ranking: Data, rollup: Data | None) -> bytes:
    """The workbook; the sheets of the roll-up are left out where there is none."""
    return make([*_ranking(ranking), *(_rollup(rollup) if rollup else ()), _about(ranking)])


def _ranking(data: Data) -> Iterator[Sheet]:
    parts = list(dict.fromkeys(name for group in data["groups"] for row in group["rows"] for name in row["parts"]))
    titles = ["名次", "单位", "表种", "自评表", "计算总分", "等级", "自评总分", "自评等级", "可能最低", "可能最高"]
    titles += ["预算执行得分", *parts, "执行率（%）", "预算数", "执行数", "金额单位", "指标", "完成", "判断不了", "完成率（%）"]
    titles += [*SEVERITIES.values(), *CATEGORIES.values(), "首要问题", "文件"]
    rows: list[list[Value]] = []
    for group in data["groups"]:
        for row in group["rows"]:
            low, high = row["allowed"] or (None, None)
            cells: list[Value] = [
                row["rank"],
                row["unit"],
                KINDS[group["kind"]],
                row["form"],
                numeric(row["computed"]),
                row["grade"],
            ]
            cells += [numeric(row["reported"]), row["grade_reported"], numeric(low), numeric(high)]
            cells += [numeric(row["execution_score"]), *(numeric(row["parts"].get(name)) for name in parts)]
            cells += [numeric(row["execution_rate"]), numeric(row["budget"]), numeric(row["executed"]), row["money_unit"]]
            cells += [row["indicators"], row["met"], row["unknown"], numeric(row["completion_rate"])]
            cells += [row["findings"][key] for key in SEVERITIES]
            cells += [row["categories"].get(key, 0) for key in CATEGORIES]
            rows.append([*cells, row["first"], row["file"]])
    yield Sheet("排名", tuple(titles), rows, 2)
    spread: list[list[Value]] = []
    for group in data["groups"]:
        kind, shown = KINDS[group["kind"]], group["distribution"]
        spread += [[kind, "等级", item["grade"], item["forms"]] for item in shown["grades"]]
        spread += [[kind, "总分", _bin(item), item["forms"]] for item in shown["bins"]]
        named = (
            ("最高", "highest"),
            ("上四分位", "upper"),
            ("中位", "median"),
            ("平均", "mean"),
            ("下四分位", "lower"),
            ("最低", "lowest"),
        )
        spread += [[kind, "统计", title, numeric(shown[key])] for title, key in named if key in shown]
    yield Sheet("分布", ("表种", "项目", "范围", "张数或分数"), spread)
    tally = [[item["title"], *(item[key] for key in SEVERITIES), sum(item[key] for key in SEVERITIES)] for item in data["findings"]]
    yield Sheet("问题分类", ("类别", *SEVERITIES.values(), "合计"), tally)


def _bin(item: Data) -> str:
    return f"{item['from']} 至 {item['to']} 分" + ("（含）" if item["last"] else "（不含）")


def _rollup(data: Data) -> Iterator[Sheet]:
    forms = [(level, form) for level in data["levels"] for form in level["forms"]]
    of_levels = (
        "层级",
        "汇总",
        "自评表",
        "份数",
        "缺",
        "预算数",
        "执行数",
        "金额单位",
        "执行率",
        "预算执行得分",
        "总分",
        "等级",
        "说明",
    )
    yield Sheet(
        "汇总",
        of_levels,
        [
            [
                level["depth"],
                level["name"],
                form["name"],
                form["count"],
                "、".join(form["missing"]),
                numeric(form["budget"]),
                numeric(form["executed"]),
                form["money_unit"],
                form["rate"],
                numeric(form["execution"]),
                numeric(form["total"]),
                form["grade"],
                form["reason"],
            ]
            for level, form in forms
        ],
        3,
    )
    of_indicators: tuple[str, ...] = (
        "汇总",
        "自评表",
        "一级指标",
        "二级指标",
        "三级指标",
        "分值",
        "目标值",
        "完成值",
        "得分",
        "状态",
        "份数",
    )
    of_indicators += ("汇总办法", "情形", "依据", "准确数", "取整", "资金额度（元）", "基数", "按基数", "没有汇总的原因")
    yield Sheet(
        "汇总指标", of_indicators, [_indicator(level, form, item) for level, form in forms for item in form["indicators"]], 2
    )
    of_shares = ("汇总", "自评表", "三级指标", "单位", "单位的表", "填报值", "取用的数", "资金额度（元）", "位置")
    shares: list[Sequence[Value]] = [
        [
            level["name"],
            form["name"],
            item["name"],
            s["unit"],
            s["form"],
            s["value"],
            numeric(s["exact"]),
            numeric(s["funds"]),
            s["where"],
        ]
        for level, form in forms
        for item in form["indicators"]
        for s in item["shares"]
    ]
    yield Sheet("由来", of_shares, shares, 3)
    of_findings = ("级别", "汇总", "自评表", "类别", "对象", "问题", "建议", "依据", "规则", "位置")
    found: list[Sequence[Value]] = [
        [
            SEVERITIES[f["severity"]],
            f["level"],
            f["form"],
            CATEGORIES[f["category"]],
            f["subject"],
            f["message"],
            f["advice"],
            f["basis"],
            f["rule"],
            "\n".join(filter(None, (e["where"] for e in f["evidence"]))),
        ]
        for f in data["findings"]
    ]
    yield Sheet("汇总问题", of_findings, found)


def _indicator(level: Data, form: Data, item: Data) -> list[Value]:
    return [
        level["name"],
        form["name"],
        item["level1"],
        item["level2"],
        item["name"],
        numeric(item["weight"]),
        item["target"],
        item["actual"],
        numeric(item["score"]),
        STATUSES[item["status"]],
        item["count"],
        item["method"],
        item["why"],
        item["basis"],
        item["exact"],
        item["rounding"],
        numeric(item["funds"]),
        numeric(item["base"]),
        item["by_base"],
        item["refused"] or item["reason"],
    ]


def _about(data: Data) -> Sheet:
    policy = data["policy"]
    rows: list[list[Value]] = [
        ["政策", f"{policy['title']}（{policy['id']}）"],
        ["政策 SHA-256", policy["sha256"]],
        ["年度", data["fiscal_year"]],
        ["单位", data["units"]],
        ["程序", f"jixiao {data['engine']}"],
        ["数", "总分、金额等是数，可以直接排序和计算；超过 15 位的数和填报的原文是文字。"],
    ]
    return Sheet("说明", ("项目", "内容"), rows)
