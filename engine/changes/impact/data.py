"""The impact of a change of policy as plain data (schemas/impact.schema.json): what the table, JSON and the page show.

Decimals are strings with all their digits. Every changed form is listed, worst first; the first `detailed` of them with their
indicators and findings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from engine import __version__
from engine.changes.impact.compare import FindingImpact, FormImpact, IndicatorImpact, Standing
from engine.changes.impact.groups import GroupImpact
from engine.changes.impact.run import FAILED, SKIPPED, Impact, PartImpact
from engine.changes.impact.sides import Side, differing_packs
from engine.changes.impact.spread import Bin, Spread
from engine.changes.impact.tally import CaseImpact, RuleImpact
from engine.language.tables import CaseTable
from engine.policy.model import Policy
from engine.results.numbers import number

SCHEMA = "jixiao/impact/1"
_STATUS = {"draft": "是草稿", "retired": "已停用"}
Data = dict[str, Any]


def to_data(impact: Impact) -> Data:
    """The whole document."""
    totals = impact.totals
    labels = _labels(impact.before), _labels(impact.after)
    return {
        "schema": SCHEMA,
        "engine": __version__,
        "before": _policy(impact.before, impact.sides[0] if impact.sides else None),
        "after": _policy(impact.after, impact.sides[1] if impact.sides else None),
        "notes": list(_notes(impact)),
        "files": {
            "read": len(impact.files) - impact.count(FAILED) - impact.count(SKIPPED),
            "failed": [{"file": item.name, "reason": item.reason} for item in impact.files if item.status == FAILED],
            "skipped": [{"file": item.name, "reason": item.reason} for item in impact.files if item.status == SKIPPED],
        },
        "problems": [str(problem) for problem in impact.problems],
        "counts": {
            "forms": totals.forms,
            "changed": totals.changed,
            "unchanged": totals.forms - totals.changed,
            "total_changed": totals.rescored,
            "total_up": totals.up,
            "total_down": totals.down,
            "total_unknown": totals.open,
            "grade_changed": totals.regraded,
            "status_changed": totals.restated,
            "findings_changed": totals.findings_changed,
            "indicators_changed": totals.indicators,
            "indicators_other_case_same_score": totals.only_case,
            "findings_gone": sum(rule.gone for rule in totals.rules),
            "findings_new": sum(rule.new for rule in totals.rules),
            "findings_other_severity": sum(rule.severity for rule in totals.rules),
            "not_covered_before": totals.uncovered[0],
            "not_covered_after": totals.uncovered[1],
        },
        "difference": {
            "all": _spread(totals.spread),
            "changed": _spread(totals.changed_spread),
            "indicators": _spread(totals.indicator_spread),
        },
        "histogram": [_bin(item) | {"forms": item.count} for item in totals.histogram],
        "distribution": [_bin(item) | {"before": item.count, "after": item.other} for item in totals.distribution],
        "grade_order": list(totals.grade_order),
        "grades": [{"before": a or None, "after": b or None, "forms": n} for a, b, n in totals.grades],
        "statuses": [{"before": a, "after": b, "forms": n} for a, b, n in totals.statuses],
        "indicator_statuses": [{"before": a, "after": b, "indicators": n} for a, b, n in totals.indicator_statuses],
        "cases": [_case(item, labels) for item in totals.cases],
        "rules": [_rule(item) for item in totals.rules],
        "items": [_part(part) for part in impact.parts],
        "rest": _rest(impact),
        "groups": [_group(item) for item in totals.groups],
        "reweighed": impact.reweighed,
        "detailed": totals.detailed,
        "forms": [_form(form, n < totals.detailed) for n, form in enumerate(totals.worst)],
    }


def _policy(policy: Policy, side: Side | None) -> Data:
    out: Data = {"id": policy.id, "title": policy.title, "status": policy.status, "sha256": policy.sha256}
    if side is not None:
        packs = [{"id": pack.id, "sha256": pack.sha256, "directory": pack.directory} for pack in side.packs]
        out |= {"name": side.name, "directory": side.directory, "packs": packs}
    return out


def _part(part: PartImpact) -> Data:
    """One changed item by itself."""
    return {
        "texts": list(part.texts),
        "run": not part.reason,
        "reason": part.reason,
        "forms_changed": part.changed,
        "total_up": part.up,
        "total_down": part.down,
        "grade_changed": part.regraded,
        "findings_changed": part.findings,
        "difference": number(part.difference),
    }


def _rest(impact: Impact) -> Data | None:
    """What the changes do together beyond the sum of what each does by itself; None where they were not run one by one."""
    run = [part for part in impact.parts if not part.reason]
    if not run:
        return None
    whole = impact.totals.spread.total if impact.totals.spread else Decimal(0)
    return {
        "difference": number(whole - sum((part.difference for part in run), Decimal(0))),
        "not_run": len(impact.parts) - len(run),
    }


def _group(item: GroupImpact) -> Data:
    return {
        "by": item.by,
        "name": item.name,
        "forms": item.forms,
        "changed": item.changed,
        "total_up": item.up,
        "total_down": item.down,
        "grade_changed": item.regraded,
        "difference": number(item.difference),
    }


def _labels(policy: Policy) -> Mapping[str, str]:
    """What a policy calls its cases, by `table.case`."""
    tables: list[CaseTable] = [policy.scoring.execution, policy.scoring.total, *policy.scoring.tables.values()]
    tables += [policy.scoring.adjust] if policy.scoring.adjust is not None else []
    found = {f"{table.name}.{case.id}": case.label for table in tables for case in table.cases}
    tiers = {band.id: band.label for band in policy.scoring.tiers}
    for case in policy.scoring.tables["qualitative"].cases:
        name = f"qualitative.{case.id}"
        found[name] = found[name] or tiers.get(case.tier, "")
    return found


def _notes(impact: Impact) -> Iterator[str]:
    """What one should know before reading the numbers."""
    totals = impact.totals
    if impact.sides:
        for letter, side in zip("AB", impact.sides, strict=True):
            if side.altered:
                yield f"政策 {letter}（{side.name}）的内容与发布时不同，按现在的内容比较；使用前须更正（policy publish --amend）。"
        for one, other in differing_packs(*impact.sides):
            said = f"{one.id}：A 是 {one.directory}（{one.sha256[:12]}），B 是 {other.directory}（{other.sha256[:12]}）"
            yield f"两边引用的 {said}，内容不同。"
    if impact.reweighed:
        yield "旧表的分值已按 B 的比例折算后再按 B 计分：各一级指标内部的比例不变。"
    for letter, policy, uncovered in zip("AB", (impact.before, impact.after), totals.uncovered, strict=True):
        if policy.status in _STATUS:
            yield f"政策 {letter}（{policy.id}）{_STATUS[policy.status]}。"
        if uncovered:
            last = policy.last_year or "今"
            years = f"{policy.first_year}" if policy.last_year == policy.first_year else f"{policy.first_year}—{last}"
            yield f"政策 {letter}（{policy.id}）适用 {years} 年度，{uncovered} 张表不在适用范围内，仍照算。"
    old, new = impact.before.scoring.weights, impact.after.scoring.weights
    if old.execution != new.execution and not impact.reweighed:
        moved = new.execution - old.execution
        yield (
            f"预算执行的分值 A 为 {number(old.execution)}、B 为 {number(new.execution)}；表上各指标的分值照原表，"
            f"执行率 100% 的表单凭这一项总分就{'升' if moved > 0 else '降'} {number(abs(moved))} 分。"
        )
    if old.full_score != new.full_score:
        yield f"总分 A 为 {number(old.full_score)}、B 为 {number(new.full_score)}。"
    if totals.open:
        yield f"{totals.open} 张表有须人工判断的指标，至少在一个政策下没有总分，不在分差和等级的统计里；逐项的变化照列。"
    if impact.problems:
        yield f"有 {len(impact.problems)} 处读不出或算不出（见后），不在任何统计里。"


def _spread(spread: Spread | None) -> Data | None:
    if spread is None:
        return None
    return {
        "min": number(spread.least),
        "median": number(spread.median),
        "max": number(spread.greatest),
        "sum": number(spread.total),
    }


def _bin(item: Bin) -> Data:
    return {"from": number(item.low), "to": number(item.high), "text": item.text}


def _outcome(outcome: Standing, *, form: bool) -> Data:
    out: Data = {"score": number(outcome.score), "status": outcome.status}
    if form:
        out["grade"] = outcome.grade or None
    else:
        out |= {"case": outcome.case, "label": outcome.label or None}
    if outcome.reason:
        out["reason"] = outcome.reason
    return out


def _indicator(item: IndicatorImpact) -> Data:
    return {
        "goal": item.goal,
        "name": item.name,
        "level1": item.level1,
        "weight": number(item.weight),
        "target": item.target,
        "actual": item.actual,
        "before": _outcome(item.before, form=False),
        "after": _outcome(item.after, form=False),
        "difference": number(item.difference),
    }


def _finding(item: FindingImpact) -> Data:
    return {
        "change": item.change,
        "rule": item.rule,
        "title": item.title,
        "subject": item.subject,
        "message": item.message,
        "before": item.before or None,
        "after": item.after or None,
    }


def _form(form: FormImpact, detailed: bool) -> Data:
    out: Data = {
        "source": form.source,
        "unit": form.unit,
        "fiscal_year": form.fiscal_year,
        "kind": form.kind,
        "name": form.name,
        "before": _outcome(form.before, form=True),
        "after": _outcome(form.after, form=True),
        "difference": number(form.difference),
        "execution_difference": number(form.execution),
        "indicators_difference": number(form.indicators_difference),
        "known_difference": number(form.known_difference),
        "covered": list(form.covered),
    }
    if detailed:
        out["indicators"] = [_indicator(item) for item in form.indicators]
        out["findings"] = [_finding(item) for item in form.findings]
    return out


def _case(item: CaseImpact, labels: tuple[Mapping[str, str], Mapping[str, str]]) -> Data:
    return {
        "before": item.before,
        "before_label": labels[0].get(item.before) or item.before_label or None,
        "after": item.after,
        "after_label": labels[1].get(item.after) or item.after_label or None,
        "indicators": item.indicators,
        "changed": item.rescored,
        "forms": item.forms,
        "difference": number(item.difference),
        "examples": [{"form": who, **_indicator(example)} for who, example in item.examples],
    }


def _rule(item: RuleImpact) -> Data:
    return {
        "rule": item.rule,
        "title": item.title,
        "before": item.before,
        "after": item.after,
        "gone": item.gone,
        "new": item.new,
        "other_severity": item.severity,
        "forms": item.forms,
        "examples": [{"form": who, **_finding(example)} for who, example in item.examples],
    }


def signed(value: str | None) -> str:
    """A difference with its sign, as people read it: +0.5, −1.2, 0."""
    if value is None:
        return "—"
    amount = Decimal(value)
    sign = "+" if amount > 0 else "−" if amount < 0 else ""
    return sign + format(abs(amount).normalize(), "f") if amount else "0"
