"""The 汇总 part of a policy: how each kind of value is rolled up, and what to say of what cannot be. Built with the policy.

`rollup:` chooses a method for each indicator by an ordered table; `rollup_checks:` are the rules over what the roll-up finds,
in the words of all other rules. A policy without `rollup:` does not roll up: nothing here stands in for what no clause says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.errors import Place, Problem, nearest
from engine.language import messages
from engine.language.conditions import Condition, Scope, holds
from engine.language.fields import READ_DIRECTIONS, Field, Fields
from engine.language.model import Scalar
from engine.language.tables import CaseTable, Reader
from engine.policy import rollup_texts
from engine.values.rounding import Rounding

METHODS: Mapping[str, str] = {
    "sum": "直接累加",
    "funds_mean": "按资金额度加权平均",
    "base_mean": "按基数加权平均",
    "score_mean": "分值按资金额度加权平均",
    "latest": "取最晚的一个",
    "same": "各处相同，照写",
    "sum_told": "直接累加（提示）",
    "ask": "先问",
    "refuse": "不汇总",
}
"""How the actual values of several forms become one, with the words of the trace."""
WEIGHTED = ("funds_mean", "base_mean", "score_mean")
NUMERIC = ("sum", "funds_mean", "base_mean")
AXES: Mapping[str, str] = {"unit": "按单位", "region": "按地区逐级", "project": "项目汇总到部门"}
KINDS = ("numbers", "range", "deadline", "words", "not_applicable", "missing", "mixed")
CODES: Mapping[str, str] = {
    "targets-differ": "目标值不同",
    "operators-differ": "目标值的符号不同",
    "directions-differ": "方向不同",
    "units-differ": "计量单位不能换算",
    "unit-assumed": "有的没有写计量单位",
    "parts-differ": "分项不同",
    "natures-differ": "有的是数，有的是文字或期限",
    "value-missing": "有的没有可以汇总的完成值",
    "value-not-exact": "有的完成值不是确数",
    "approximate": "有的是约数",
    "score-open": "有的得分须人工判断",
    "funds-missing": "没有资金额度",
    "money-unit-unclear": "金额单位不清",
    "method-none": "政策没有规定怎样汇总",
    "weights-differ": "分值不同",
    "weight-missing": "没有分值",
    "partly-reported": "只有一部分填报",
    "not-applicable": "有的填不适用",
    "name-unclear": "同名，分不清",
    "names-merged": "名称不同，按对应表合成一行",
    "names-alike": "名称相近，没有合成一行",
    "method-asked": "可能是相对值，不能直接累加",
    "method-unfit": "所定的办法不适用",
    "sum-told": "以时间计，已累加",
    "units-unclear": "没有写单位的可能是比率",
    "funds-zero": "资金额度为 0，不影响平均数",
    "hand-changed": "汇总以后改过",
    "words-as-numbers": "文字按数理解",
    "near-one-target": "各处都在同一个目标值附近",
    "total-lines": "一张表有几行合计",
    "executed-missing": "没有执行数",
    "goals-differ": "年度目标不同",
    "method-chosen": "按对应表，不按政策",
    "forms-alike": "项目名称相近，没有合成一张",
    "form-copied": "两张表内容相同",
    "classification-differs": "归类不同",
    "rate-without-base": "比率没有基数",
    "rate-bias": "按资金加权与按基数计算不同",
    "lines-partly": "预算明细行只有一部分列出",
    "unit-missing": "缺少应有的单位",
    "form-missing": "单位没有这张表",
}
"""What may stand in the way of rolling up. Every code has a check in the policy, so that nothing is dropped without a word."""

CHOOSING: Fields = {
    "name": Field("text", "三级指标名称"),
    "level1": Field("text", "一级指标"),
    "level2": Field("text", "二级指标"),
    "form_kind": Field("text", "表种", ("department", "project")),
    "by": Field("text", "怎样汇总", tuple(AXES)),
    "kind": Field("text", "各处完成值是哪一类", KINDS),
    "unit": Field("text", "完成值的计量单位"),
    "parts": Field("number", "完成值有几个分项"),
    "direction": Field("text", "指标方向", READ_DIRECTIONS),
    "same_actual": Field("bool", "各处完成值相同"),
    "spread": Field("number", "各处目标值相同时，完成值与目标值最多相差百分之几"),
}
"""What the table `rollup.values` sees of an indicator in all its forms."""

_WHOLE: Fields = {
    "by": Field("text", "怎样汇总", tuple(AXES)),
    "level": Field("text", "汇总到哪里"),
    "form": Field("text", "表"),
    "form_kind": Field("text", "表种", ("department", "project")),
}
FACTS: Mapping[str, Fields] = {
    "obstacle": {
        **_WHOLE,
        "code": Field("text", "什么情况", tuple(CODES)),
        "name": Field("text", "指标"),
        "method": Field("text", "汇总办法", ("", *METHODS)),
        "refused": Field("bool", "没有汇总"),
        "units": Field("text", "涉及的单位或项目"),
        "count": Field("number", "涉及几个"),
        "whole": Field("number", "一共几个"),
        "details": Field("text", "各处怎样填的"),
        "value": Field("text", "汇总数"),
        "by_base": Field("text", "按基数计算的数"),
        "gap": Field("text", "两数之差的绝对值"),
        "gap_points": Field("number", "两数之差（按所写单位）"),
    },
    "level_indicator": {
        **_WHOLE,
        "name": Field("text", "指标"),
        "found": Field("text", "在哪里有", ("both", "own", "below")),
        "own_target": Field("text", "本级表的目标值"),
        "rolled_target": Field("text", "汇总的目标值"),
        "target_gap": Field("number", "两个目标值之差的绝对值"),
        "target_text_differs": Field("bool", "两个目标值不能比大小而文字不同"),
        "own_actual": Field("text", "本级表的完成值"),
        "rolled_actual": Field("text", "汇总的完成值"),
        "actual_gap": Field("number", "两个完成值之差的绝对值"),
        "actual_text_differs": Field("bool", "两个完成值不能比大小而文字不同"),
        "own_unit": Field("text", "本级表完成值的单位"),
        "rolled_unit": Field("text", "汇总完成值的单位"),
        "own_level2": Field("text", "本级表的二级指标"),
        "rolled_level2": Field("text", "汇总表的二级指标"),
        "own_name": Field("text", "本级表的指标名称"),
        "units": Field("text", "来自哪些单位或项目"),
        "count": Field("number", "来自几个单位或项目"),
    },
    "level_form": {
        **_WHOLE,
        "money_unit": Field("text", "金额单位"),
        "own_budget": Field("number", "本级表预算数"),
        "rolled_budget": Field("number", "汇总的预算数"),
        "budget_gap": Field("number", "预算数之差的绝对值"),
        "own_executed": Field("number", "本级表执行数"),
        "rolled_executed": Field("number", "汇总的执行数"),
        "executed_gap": Field("number", "执行数之差的绝对值"),
        "own_rate": Field("number", "本级表执行率（百分数）"),
        "rolled_rate": Field("number", "汇总的执行率（百分数）"),
        "rate_lead": Field("number", "本级执行率减汇总执行率（百分点）"),
        "project_expenditure": Field("number", "本级表的项目支出总额"),
        "project_gap": Field("number", "项目支出总额与汇总预算数之差的绝对值"),
        "own_total": Field("number", "本级表总分"),
        "rolled_total": Field("number", "汇总后的总分"),
        "total_gap": Field("number", "总分之差的绝对值"),
        "own_indicators": Field("number", "本级表指标个数"),
        "rolled_indicators": Field("number", "汇总的指标个数"),
        "matched": Field("number", "两边都有的指标个数"),
        "count": Field("number", "汇总了几个"),
    },
}
"""What checks may name: an obstacle to rolling up, one indicator or one form of a level against what was rolled up to it."""


TITLES: Mapping[str, str] = {
    "obstacle": "妨碍汇总的情况（`rollup_checks` 里叫 `f`，下同）",
    "level_indicator": "一个指标在本级表与汇总表",
    "level_form": "本级表与汇总表",
}


@dataclass(frozen=True, slots=True)
class Check:
    """A rule over one fact of the roll-up. Severity `none` says that there is nothing to say."""

    id: str
    of: str
    title: str
    category: str
    severity: str
    conditions: tuple[Condition, ...]
    message: str
    advice: str
    basis: str
    place: Place

    def fits(self, fields: Mapping[str, Scalar]) -> bool:
        return holds(self.conditions, fields)

    def told(self, text: str, fields: Mapping[str, Scalar], params: Mapping[str, Any]) -> str:
        """A text of the check with the fact's values; the fact is called `f`."""
        return messages.render(text, {"f": fields}, {"f": FACTS[self.of]}, params) if text else ""


@dataclass(frozen=True, slots=True)
class Take:
    """What is taken where several values meet, and by which clause."""

    take: str
    basis: str


_NEEDED = ("funds", "values", "targets", "weights", "scores", "attainment", "rounding", "doubts", "copied_from", "texts")
"""Keys that a `rollup` has to have."""


@dataclass(frozen=True, slots=True)
class NumberDoubts:
    """When a number without its unit or scale may mean another: nothing of that name is added then."""

    share_to: Decimal
    """A bare number up to this beside percentages may be a share (1.2 for 120 %)."""
    scale: Decimal
    """The least scale (万) that may be lacking beside a target written with one."""
    far: Decimal
    """How small a part of its target a number is that looks as if it lacked a scale."""
    near: Decimal
    """How near its target it has to lie with the scale: from this part of it to as many times."""


@dataclass(frozen=True, slots=True)
class RollupRules:
    """The policy's 汇总: see the schema for what each part may be."""

    funds: Take
    values: CaseTable
    targets: Mapping[str, Take]
    """By method of the actual value."""
    weights: Mapping[str, Take]
    """By axis: `same`, or `by_funds`."""
    scores: Take
    attainment: Take
    rounding: Rounding
    rounding_basis: str
    texts: Mapping[str, str]
    form_tails: tuple[str, ...]
    """Words a title adds to the name of a form (项目)."""
    word_numbers: Mapping[str, str]
    """Words that stand for a number: 全覆盖 for 100%, 无 for 0."""
    doubts: NumberDoubts
    copied_from: int
    """Indicators from which two forms of one unit that say the same under two names are told; of fewer that is chance."""
    near_target: Decimal
    """Percent of a common target within which the values of all are told to lie near it."""
    money_unit: str
    """The unit of money of what is rolled up; empty: the one most forms write."""
    checks: tuple[Check, ...]


def build(data: Mapping[str, Any], params: Mapping[str, Any], locate: Callable[..., Place], problems: list[Problem]) -> Any:
    """RollupRules of a policy's data, or None if it has no `rollup`. Everything wrong is added to `problems` at its line."""
    checks = tuple(_check(name, item, params, locate, problems) for name, item in data.get("rollup_checks", {}).items())
    if "rollup" not in data:
        return None
    own = data["rollup"]
    missing = [key for key in _NEEDED if key not in own]
    if missing:
        problems.append(
            Problem(
                locate(("rollup",)), f"rollup 缺少 {'、'.join(missing)}", f"写上 {'、'.join(missing)}", code="rollup.incomplete"
            )
        )
        return None
    reader = Reader(Scope(CHOOSING, params, locate), params, problems)
    values = reader.table("values", own["values"], ("rollup", "values"), tuple(METHODS))
    for method in dict.fromkeys(case.value for case in values.cases):
        if method not in own["targets"] and method not in ("refuse", "ask", "sum_told", ""):
            said = f"rollup.targets 没有写“{method}”（{METHODS.get(method, method)}）的目标值怎样取"
            problems.append(
                Problem(locate(("rollup", "targets")), said, f"{method}: {{take: …, basis: …}}", code="rollup.no-target")
            )
    for method, item in own["targets"].items():
        if item["take"] in NUMERIC and method not in NUMERIC:
            place = locate(("rollup", "targets", method, "take"))
            problems.append(Problem(place, f"“{method}”的目标值不是数，不能 {item['take']}", "same 或 any", code="rollup.target"))
    for axis in AXES:
        if axis not in own["weights"]:
            said = f"rollup.weights 没有写 {axis}（{AXES[axis]}）"
            problems.append(Problem(locate(("rollup", "weights")), said, f"{axis}: …", code="rollup.no-weights"))
    for code, title in CODES.items():
        # only what a check says of the code itself is known here; one that asks for more may not hold when it matters
        if not any(c.of == "obstacle" and _always(c, code) for c in checks):
            place = locate(("rollup",))
            said = f"rollup_checks 没有说“{code}”（{title}）怎么办"
            problems.append(Problem(place, said, f"一条 when: {{code: {code}}}", code="rollup.no-check"))
    problems += rollup_texts.faults(own["texts"], locate)
    rounding = own["rounding"]
    return RollupRules(
        funds=_take(own["funds"]),
        values=values,
        targets={name: _take(item) for name, item in own["targets"].items()},
        weights={name: _take(item) for name, item in own["weights"].items()},
        scores=_take(own["scores"]),
        attainment=_take(own["attainment"]),
        rounding=Rounding(rounding["mode"], rounding["places"], "indicator"),
        rounding_basis=rounding["basis"],
        texts=own["texts"],
        form_tails=tuple(own.get("form_tails", ())),
        word_numbers={"".join(word.split()): str(item["value"]) for item in own.get("word_numbers", ()) for word in item["words"]},
        doubts=NumberDoubts(**{key: Decimal(str(value)) for key, value in own["doubts"].items()}),
        copied_from=int(own["copied_from"]),
        near_target=Decimal(str(own.get("near_target", 0))),
        money_unit=str(own.get("money_unit", "")),
        checks=checks,
    )


def _always(check: Check, code: str) -> bool:
    return all(c.test.field == "code" for c in check.conditions) and check.fits({"code": code})


def _take(item: Mapping[str, Any]) -> Take:
    return Take(item["take"], item["basis"])


def _check(
    name: str, item: Mapping[str, Any], params: Mapping[str, Any], locate: Callable[..., Place], problems: list[Problem]
) -> Check:
    path = ("rollup_checks", name)
    fields = FACTS[item["of"]]
    conditions = Scope(fields, params, locate).compile(item["when"], (*path, "when"), problems)
    for key in ("message", "advice"):
        for fault in messages.faults(str(item.get(key, "")), {"f": fields}, params):
            close = nearest(fault.wrong, fault.right) if fault.wrong else ""
            listed = "" if close else "、".join(fault.right[:20])
            place = locate((*path, key))
            problems.append(Problem(place, fault.what, listed, close, code=fault.code, names=fault.names))
    if item["severity"] != "none" and "message" not in item:
        problems.append(Problem(locate(path), f"“{name}”没有写 message", "message: …", code="rollup.no-message"))
    return Check(
        id=name,
        of=item["of"],
        title=item["title"],
        category=item["category"],
        severity=item["severity"],
        conditions=conditions,
        message=item.get("message", ""),
        advice=item.get("advice", ""),
        basis=item["basis"],
        place=locate(path),
    )
