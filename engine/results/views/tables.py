"""The tables of a result: forms, scores, indicators, findings, and what was not read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.language.rules import SEVERITIES
from engine.results.model import (
    Result,
    ResultConcern,
    ResultFile,
    ResultFinding,
    ResultForm,
    ResultIndicator,
    ResultPolicy,
    ResultProblem,
    ResultQuestion,
    ResultRule,
    ResultTrace,
)
from engine.results.reading import (
    RULE_STATES,
    STATUSES,
    Scored,
    added,
    cited,
    counts,
    differs,
    evidence_told,
    form_kind,
    grades,
    grades_differ,
    kind_of,
    label,
    numbers_of,
    remark,
    said_of_rows,
    span,
    tally,
    worth,
)
from engine.results.views.columns import Column, Medium
from engine.results.views.questions import readings

_TEXT: tuple[Medium, ...] = ("terminal", "markdown")
_EXCEL: tuple[Medium, ...] = ("excel",)
_FILES: tuple[Medium, ...] = ("markdown", "excel")
_PAGE: tuple[Medium, ...] = ("page",)
UNREAD = {"failed": "未读出", "skipped": "跳过"}


@dataclass(frozen=True, slots=True)
class FormRow:
    """A form and the problems that touch it."""

    form: ResultForm
    problems: Sequence[ResultConcern]

    @property
    def differs(self) -> bool:
        return differs(self.form["scores"]["total"])

    @property
    def name(self) -> str:
        """The form's name, with its kind where the name does not say it."""
        kind = form_kind(self.form["kind"])
        return self.form["name"] if kind in self.form["name"] else f"{self.form['name']}（{kind}）"

    @property
    def computed(self) -> str | None:
        total = self.form["scores"]["total"]["computed"]
        return f"{total} ≠" if self.differs else total

    def found(self, severity: str) -> int | None:
        return numbers_of(self.problems)[severity] or None


_TOTALS: tuple[Column[FormRow], ...] = (
    Column("自评总分", lambda row: row.form["scores"]["total"]["reported"], "number"),
    Column("计算总分", lambda row: row.computed, "number", _TEXT),
    Column("计算总分", lambda row: row.form["scores"]["total"]["computed"], "number", _PAGE),
    Column("对比", lambda row: None, "bar", _PAGE),
    Column("结论", lambda row: None, "mark", _PAGE),
    Column("等级", lambda row: grades(row.form), "word", _TEXT),
    Column("等级", lambda row: None, "markup", _PAGE),
    Column("完成指标", lambda row: counts(row.form), "word"),
)


def _drawn(title: str) -> Column[FormRow]:
    return Column(title, lambda row: None, "markup", _PAGE)


_FOUND: tuple[Column[FormRow], ...] = (
    Column(SEVERITIES["error"], lambda row: row.found("error"), "count", _TEXT),
    Column(SEVERITIES["warning"], lambda row: row.found("warning"), "count", _TEXT),
    Column(SEVERITIES["info"], lambda row: row.found("info"), "count", _TEXT),
)
FORMS: tuple[Column[FormRow], ...] = (
    Column("单位", lambda row: row.form["unit"]),
    Column("年度", lambda row: str(row.form["fiscal_year"]), "word"),
    Column("表", lambda row: row.name, "name"),
    *_TOTALS,
    *_FOUND,
)
"""The forms of many bundles."""
OVERVIEW: tuple[Column[FormRow], ...] = (
    Column("汇总", lambda row: row.form["name"], "name", _TEXT),
    Column("自评表", lambda row: row.form["name"], "name", _PAGE),
    *_TOTALS,
    Column("发现问题", lambda row: tally(row.problems), on=_TEXT),
    *(_drawn(title) for title in SEVERITIES.values()),
)
"""The forms of one bundle."""


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """A line of scores: of a part of a form (`score`), of an indicator (`item`), or the grade (neither)."""

    form: ResultForm
    name: str
    reported: str | None
    computed: str | None
    score: Scored | None = None
    item: ResultIndicator | None = None
    weight: str | None = None
    note: str = ""

    @property
    def status(self) -> str:
        return self.score["status"] if self.score else "scored"

    @property
    def range(self) -> str:
        return span(self.score) if self.score else ""

    @property
    def allowed(self) -> str:
        """The admissible range, also where it is one value."""
        ends = (self.score["allowed"] if self.score else None) or []
        return "–".join(dict.fromkeys(ends))

    @property
    def remark(self) -> str:
        return remark(self.score) if self.score else self.note

    @property
    def why(self) -> str:
        """What an indicator that was not scored lacks, or why a part has no score."""
        reason = self.score.get("reason", "") if self.score else ""
        return "：".join(filter(None, (STATUSES[self.status] if self.item else "", reason)))


def parts(form: ResultForm) -> Iterator[ScoreRow]:
    """The scores of a form's parts, the total and, last, the grade."""
    for key, score in form["scores"].items():
        yield ScoreRow(form, label(key), score["reported"], score["computed"], score, weight=worth(form, key))
    grade = form["grade"]
    note = "；".join(filter(None, ["≠ 不同" if grades_differ(form) else "", grade.get("reason", "")]))
    yield ScoreRow(form, "等级", grade["reported"], grade["computed"], note=note)


def indicators(form: ResultForm) -> Iterator[ScoreRow]:
    """The scores of a form's indicators."""
    for item in form["indicators"]:
        yield ScoreRow(form, item["name"], item["reported"], item["computed"], item, item, item["weight"])


PARTS: tuple[Column[ScoreRow], ...] = (
    Column("部分", lambda row: row.name, "own"),
    Column("分值", lambda row: row.weight, "number", _PAGE),
    Column("自评", lambda row: row.reported, "number"),
    Column("计算", lambda row: row.computed, "number"),
    Column("可取范围", lambda row: row.range, "extra", _TEXT),
    Column("可取范围", lambda row: row.allowed, "extra", _PAGE),
    Column("对比", lambda row: None, "bar", _PAGE),
    Column("结论", lambda row: row.remark, "mark"),
)
INDICATORS: tuple[Column[ScoreRow], ...] = (
    Column("单位", lambda row: row.form["unit"], on=_EXCEL, wide=24),
    Column("自评表", lambda row: row.form["name"], on=_EXCEL),
    Column("表种", lambda row: form_kind(row.form["kind"]), on=_EXCEL),
    Column("目标", lambda row: row.item["goal"] if row.item else None, "count", _FILES),
    Column("一级指标", lambda row: row.item["level1"] if row.item else "", on=_EXCEL),
    Column("二级指标", lambda row: (row.item["level2"] or None) if row.item else "", "word", _FILES),
    Column("项目", lambda row: row.name, "name", _EXCEL),
    Column("三级指标", lambda row: row.name, "name", ("markdown", "page")),
    Column("分值", lambda row: row.item["weight"] if row.item else None, "number"),
    Column("目标值", lambda row: row.item["target"] if row.item else ""),
    Column("实际完成值", lambda row: row.item["actual"] if row.item else ""),
    Column("完成", lambda row: row.item["met"] if row.item else "", "markup", _PAGE),
    Column("自评", lambda row: row.reported, "number"),
    Column("计算", lambda row: row.computed, "number"),
    Column("情形", lambda row: case_told(row.item["trace"]) if row.item else "", on=_EXCEL),
    Column("依据", lambda row: row.item["trace"].get("basis") if row.item else None, "word", ("markdown",)),
    Column("对比", lambda row: None, "bar", _PAGE),
    Column("结论", lambda row: row.remark, "mark", ("markdown", "page")),
    Column("说明", lambda row: row.why, on=_EXCEL),
)


def case_told(trace: ResultTrace) -> str:
    """Which case of the rules a score is by, in the policy's words."""
    return trace.get("label") or trace.get("case", "")


@dataclass(frozen=True, slots=True)
class GoalRow:
    """A goal's indicators added up; no number where one of them has none."""

    items: Sequence[ResultIndicator]
    reported: str | None
    computed: str | None
    weight: str | None


def goal_row(items: Sequence[ResultIndicator]) -> GoalRow:
    """The sums over a goal's indicators; what does not apply counts for its weight only."""
    counted = [item for item in items if item["status"] != "not_applicable"]
    sums = added(item["reported"] for item in counted), added(item["computed"] for item in counted)
    return GoalRow(items, *sums, added(item["weight"] for item in items))


GOALS: tuple[Column[GoalRow], ...] = (
    Column("年度目标", lambda row: None, "name"),
    Column("完成指标", lambda row: f"{sum(item['met'] == 'yes' for item in row.items)}/{len(row.items)}", "word"),
    Column("分值", lambda row: row.weight, "number"),
    Column("自评", lambda row: row.reported, "number"),
    Column("计算", lambda row: row.computed, "number"),
    Column("对比", lambda row: None, "bar"),
    Column("结论", lambda row: None, "mark"),
)


FINDINGS: tuple[Column[ResultFinding], ...] = (
    Column("级别", kind_of),
    Column("问题", said_of_rows),
    Column("佐证", lambda finding: evidence_told(finding["evidence"])),
    Column("建议", lambda finding: finding["advice"]),
    Column("依据与规则", lambda finding: f"{cited(finding)}；{finding['title']}（{finding['rule']}）"),
)
"""The findings of a form."""


FILES: tuple[Column[ResultFile], ...] = (
    Column("情况", lambda file: UNREAD[file["status"]], "own"),
    Column("文件", lambda file: file["name"], "name"),
    Column("原因", lambda file: file.get("reason", "")),
)
INPUT_PROBLEMS: tuple[Column[ResultProblem], ...] = (
    Column("位置", lambda problem: problem["where"]),
    Column("问题", lambda problem: problem["message"]),
    Column("应为", lambda problem: problem.get("expected", "")),
)


QUESTIONS: tuple[Column[ResultQuestion], ...] = (
    Column("问题", lambda question: question["ask"] or question["subject"], "name"),
    Column("表", lambda question: "、".join(question["forms"])),
    Column("各种读法", readings),
    Column("涉及分数", lambda question: question["stake"], "number"),
)


def ran(result: Mapping[str, Any]) -> list[ResultRule]:
    """What came of each rule: those that could not run, then those that found something, most first, and what was left out last."""

    def order(rule: ResultRule) -> tuple[int, int]:
        by_option = rule.get("by_option", False)
        return _STATES.index("by_option" if by_option else rule["state"]), -rule["hits"]

    return sorted(result.get("rules", []), key=order)


_STATES = ("skipped", "hit", "clean", "not_applicable", "by_option")
RULES: tuple[Column[ResultRule], ...] = (
    Column("规则", lambda rule: rule.get("title") or rule["id"], "name"),
    Column("结果", lambda rule: RULE_STATES[rule["state"]]),
    Column("处数", lambda rule: rule["hits"], "count"),
    Column("说明", lambda rule: rule["reason"]),
    Column("编号", lambda rule: rule["id"], on=_FILES),
)
TIMED_RULES: tuple[Column[ResultRule], ...] = (*RULES, Column("毫秒", lambda rule: rule.get("ms"), "number"))
"""The same with how long each took."""


def heads(result: Result) -> list[ResultPolicy | None]:
    """The policies a result is by; None stands for those of its bundles, or for all of it, that none fits."""
    if "bundles" not in result:
        return [result.get("policy")]
    open_ = any(bundle["policy"] is None for bundle in result["bundles"])
    return [*result.get("policies", ()), *([None] if open_ else [])]


def lent(result: Result) -> str:
    """That forms were read by the layout of another policy than the one that judges them; empty where none was."""
    layouts = dict.fromkeys(form["layout"] for form in result["forms"] if "layout" in form)
    return f"；表是 {'、'.join(layouts)} 的表样，不是它的" if layouts and result.get("policy") else ""
