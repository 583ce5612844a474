"""The tables of a result: forms, scores, indicators, findings, and what was not read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.language.rules import CATEGORIES, SEVERITIES
from engine.policy.model import Policy
from engine.results.model import Result, ResultFile, ResultFinding, ResultForm, ResultIndicator, ResultProblem, ResultQuestion
from engine.results.reading import (
    KINDS,
    STATUSES,
    counts,
    differs,
    evidence_told,
    grades,
    grades_differ,
    kind_of,
    label,
    numbers_of,
    remark,
    span,
    tally,
)
from engine.results.views.columns import Column
from engine.results.views.questions import readings

UNREAD = {"failed": "未读出", "skipped": "跳过"}


@dataclass(frozen=True, slots=True)
class FormRow:
    """A form and what was found on it."""

    form: ResultForm
    findings: Sequence[ResultFinding]

    @property
    def differs(self) -> bool:
        return differs(self.form["scores"]["total"])

    @property
    def name(self) -> str:
        """The form's name, with its kind where the name does not say it."""
        kind = KINDS[self.form["kind"]]
        return self.form["name"] if kind in self.form["name"] else f"{self.form['name']}（{kind}）"

    @property
    def computed(self) -> str | None:
        total = self.form["scores"]["total"]["computed"]
        return f"{total} ≠" if self.differs else total

    def found(self, severity: str) -> int | None:
        return numbers_of(self.findings)[severity] or None


_TOTALS: tuple[Column[FormRow], ...] = (
    Column("自评总分", lambda row: row.form["scores"]["total"]["reported"], "number"),
    Column("计算总分", lambda row: row.computed, "number"),
    Column("等级", lambda row: grades(row.form), "word"),
    Column("完成指标", lambda row: counts(row.form), "word"),
)
FORMS: tuple[Column[FormRow], ...] = (
    Column("单位", lambda row: row.form["unit"]),
    Column("年度", lambda row: str(row.form["fiscal_year"]), "word"),
    Column("表", lambda row: row.name, "name"),
    *_TOTALS,
    Column(SEVERITIES["error"], lambda row: row.found("error"), "count"),
    Column(SEVERITIES["warning"], lambda row: row.found("warning"), "count"),
    Column(SEVERITIES["info"], lambda row: row.found("info"), "count"),
)
"""The forms of many bundles."""
OVERVIEW: tuple[Column[FormRow], ...] = (
    Column("汇总", lambda row: row.form["name"], "name"),
    *_TOTALS,
    Column("发现问题", lambda row: tally(row.findings)),
)
"""The forms of one bundle."""


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """A score of a form: of a part, the grade, or an indicator (`item`)."""

    form: ResultForm
    name: str
    reported: str | None
    computed: str | None
    range: str = ""
    remark: str = ""
    status: str = "scored"
    reason: str = ""
    item: ResultIndicator | None = None

    @property
    def why(self) -> str:
        """What an indicator that was not scored lacks, or why a part has no score."""
        return "：".join(filter(None, (STATUSES[self.status] if self.item else "", self.reason)))


def parts(form: ResultForm) -> Iterator[ScoreRow]:
    """The scores of a form's parts, the total and the grade."""
    for key, score in form["scores"].items():
        numbers, status, reason = (score["reported"], score["computed"]), score["status"], score.get("reason", "")
        yield ScoreRow(form, label(key), *numbers, span(score), remark(score), status, reason)
    grade = form["grade"]
    yield ScoreRow(form, "等级", grade["reported"], grade["computed"], remark="≠ 不同" if grades_differ(form) else "")


def indicators(form: ResultForm) -> Iterator[ScoreRow]:
    """The scores of a form's indicators."""
    for item in form["indicators"]:
        numbers, reason = (item["reported"], item["computed"]), item.get("reason", "")
        yield ScoreRow(form, item["name"], *numbers, span(item), remark(item), item["status"], reason, item)


PARTS: tuple[Column[ScoreRow], ...] = (
    Column("部分", lambda row: row.name, "own"),
    Column("自评", lambda row: row.reported, "number"),
    Column("计算", lambda row: row.computed, "number"),
    Column("可取范围", lambda row: row.range, "extra"),
    Column("结论", lambda row: row.remark, "mark"),
)
INDICATORS: tuple[Column[ScoreRow], ...] = (
    Column("自评表", lambda row: row.form["name"], on=("excel",)),
    Column("表种", lambda row: KINDS[row.form["kind"]], on=("excel",)),
    Column("目标", lambda row: row.item["goal"] if row.item else None, "count"),
    Column("一级指标", lambda row: row.item["level1"] if row.item else "", on=("excel",)),
    Column("二级指标", lambda row: (row.item["level2"] or None) if row.item else "", "word"),
    Column("项目", lambda row: row.name, "name", ("excel",)),
    Column("三级指标", lambda row: row.name, "name", ("terminal", "markdown", "page")),
    Column("分值", lambda row: row.item["weight"] if row.item else None, "number"),
    Column("目标值", lambda row: row.item["target"] if row.item else ""),
    Column("实际完成值", lambda row: row.item["actual"] if row.item else ""),
    Column("自评", lambda row: row.reported, "number"),
    Column("计算", lambda row: row.computed, "number"),
    Column("情形", lambda row: row.item["trace"].get("case", "") if row.item else "", on=("excel",)),
    Column("依据", lambda row: row.item["trace"].get("basis") if row.item else None, "word", ("markdown",)),
    Column("结论", lambda row: row.remark, "mark", ("markdown",)),
    Column("说明", lambda row: row.why, on=("excel",)),
)


def finding_columns(policy: Policy | None = None) -> tuple[Column[ResultFinding], ...]:
    """The table of findings; `policy` has the texts of the clauses, where they are to be shown."""

    def clause(finding: ResultFinding) -> str:
        known = policy.clauses.get(finding["basis"]) if policy else None
        return known.text if known else ""

    return (
        Column("级别", kind_of, on=("markdown",)),
        Column("级别", lambda finding: SEVERITIES[finding["severity"]], on=("excel",)),
        Column("类别", lambda finding: CATEGORIES[finding["category"]], on=("excel",)),
        Column("自评表", lambda finding: finding["form"], on=("excel",)),
        Column("指标或事项", lambda finding: finding["subject"], on=("excel",)),
        Column("问题", lambda finding: finding["message"]),
        Column("佐证", lambda finding: evidence_told(finding["evidence"]), on=("markdown",)),
        Column("建议", lambda finding: finding["advice"]),
        Column("依据与规则", lambda finding: f"{finding['basis']} {finding['rule']}", on=("markdown",)),
        Column("依据", lambda finding: finding["basis"], on=("excel",)),
        Column("条文", clause, on=("excel",)),
        Column("规则", lambda finding: finding["rule"], on=("excel",)),
        Column(
            "证据",
            lambda finding: "\n".join(f"{e['title'] or e['field']}：{e['value']}" for e in finding["evidence"]),
            on=("excel",),
        ),
        Column("位置", lambda finding: "\n".join(dict.fromkeys(e["where"] for e in finding["evidence"])), on=("excel",)),
        Column("处理情况", lambda finding: "", on=("excel",)),
    )


FILES: tuple[Column[ResultFile], ...] = (
    Column("情况", lambda file: UNREAD[file["status"]], "own"),
    Column("文件", lambda file: file["name"], "name"),
    Column("原因", lambda file: file.get("reason", "")),
)
PROBLEMS: tuple[Column[ResultProblem], ...] = (
    Column("位置", lambda problem: problem["where"]),
    Column("问题", lambda problem: problem["message"]),
    Column("应为", lambda problem: problem.get("expected", "")),
)


QUESTIONS: tuple[Column[ResultQuestion], ...] = (
    Column("问题", lambda question: question["ask"] or question["subject"]),
    Column("表", lambda question: "、".join(question["forms"])),
    Column("各种读法", readings),
    Column("涉及分数", lambda question: question["stake"], "number"),
)


def about(result: Result) -> Iterator[tuple[str, str | int]]:
    """What a result was made by and of: policy, program, forms."""
    policy = result["policy"]
    yield "政策", f"{policy['id']}　{policy['title']}"
    yield "政策的校验码（SHA-256）", policy["sha256"]
    yield "程序", f"jixiao {result['engine']}"
    for form in result["forms"]:
        yield "自评表", f"{form['unit']}　{form['fiscal_year']}年度　{form['name']}"
