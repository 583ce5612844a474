"""A roll-up as plain data, for its views: levels with their budgets and scores, findings, indicators with their traces."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.language.rules import SEVERITIES
from engine.policy.rollup import AXES, METHODS, WEIGHTED
from engine.results.numbers import number, where
from engine.rollup.admission import NOT_COUNTED, Uncounted
from engine.rollup.checks import RollupFinding
from engine.rollup.forms import entries_of
from engine.rollup.match_file import MatchLines
from engine.rollup.matching import GIVEN, REASONS
from engine.rollup.model import exact
from engine.rollup.outcome import Level, Rollup
from engine.scoring.budget import scored_line
from engine.scoring.model import ScoredForm, ScoredIndicator

Data = dict[str, Any]


def data(rollup: Rollup) -> Data:
    """The whole roll-up, top level first."""
    policy = rollup.policy
    return {
        "by": rollup.by,
        "axis": AXES[rollup.by],
        "policy": {"id": policy.id, "title": policy.title, "status": policy.status, "sha256": policy.sha256},
        "fiscal_year": rollup.submission.forms[0].fiscal_year,
        "levels": [_level(level, rollup) for level in rollup.levels],
        "findings": [finding(told) for told in rollup.findings],
        "left": [_left(item) for item in rollup.left],
        "clauses": {key: policy.clauses[key] for key in _cited(rollup) if key in policy.clauses},
    }


def _left(item: Uncounted) -> Data:
    return {
        "unit": item.unit,
        "form": item.form,
        "why": NOT_COUNTED[item.why],
        "funds": exact(item.funds),
        "where": where(item.place),
        "other": item.other,
    }


def left_lines(rollup: Rollup) -> list[str]:
    """The forms that were read and are not added, a line each."""
    return [left_line(_left(item)) for item in rollup.left]


def left_line(item: Data) -> str:
    """One of them in words."""
    funds = f"，资金额度 {item['funds']} 元" if item["funds"] else ""
    other = f"（{item['other']}）" if item["other"] else ""
    named = f"{item['unit']}“{item['form']}”" if item["form"] else item["where"]
    at = f"，{item['where']}" if item["form"] and item["where"] else ""
    return f"没有计入：{named}{funds}：{item['why']}{other}{at}"


def match_lines(rollup: Rollup) -> MatchLines:
    """Which form and which indicator of whom went into which row, as the table of correspondence shows it."""
    forms: list[Data] = []
    indicators: list[Data] = []
    for item in rollup.matched:
        child = item.child
        head = {"unit": child.unit, "form": child.form.name}
        file = child.form.place.file or ""
        forms.append({**head, "funds": exact(child.funds), "status": "计入", "row": item.row, "why": "", "file": file})
        for entry in entries_of(child):
            assigned = item.assignment.of(entry)
            method = assigned.chosen[0]
            indicators.append(
                {
                    **head,
                    "goal": entry.order[0],
                    "level2": entry.indicator.level2,
                    "place": entry.order[1] + 1,
                    "name": entry.indicator.name,
                    "target": entry.known.target.raw,
                    "actual": entry.known.actual.raw,
                    "row": assigned.row(entry.indicator.name),
                    "method": METHODS[method] if method else "",
                    "decided": METHODS.get(assigned.decided[0], "") if assigned.decided else "没有合",
                    "why": REASONS[assigned.why],
                    "sure": "确定" if assigned.certain else "待确认",
                    "alike": "、".join(assigned.alike),
                }
            )
    for left in rollup.left:
        row = {"unit": left.unit, "form": left.form, "funds": exact(left.funds), "status": "没有计入"}
        forms.append({**row, "row": "", "why": NOT_COUNTED[left.why], "file": left.place.file or ""})
    return MatchLines(forms, indicators)


def finding(told: RollupFinding) -> Data:
    """A finding of the roll-up in the shape of all findings, and the level it is about."""
    return {
        "rule": told.rule,
        "title": told.title,
        "category": told.category,
        "severity": told.severity,
        "level": told.level,
        "form": told.form,
        "subject": told.subject,
        "message": told.message,
        "advice": told.advice,
        "basis": told.basis,
        "refused": told.refused,
        "evidence": [
            {"where": where(item.place), "field": item.field, "title": item.title, "value": item.value} for item in told.evidence
        ],
    }


def _level(level: Level, rollup: Rollup) -> Data:
    return {
        "name": level.name,
        "depth": level.depth,
        "children": list(level.children),
        "missing": list(level.missing),
        "forms": [_form(scored, level, rollup) for scored in level.forms],
        "tally": tally(level.findings),
    }


def tally(findings: tuple[RollupFinding, ...]) -> dict[str, int]:
    return {severity: sum(told.severity == severity for told in findings) for severity in SEVERITIES}


def _form(scored: ScoredForm, level: Level, rollup: Rollup) -> Data:
    form, line = scored.form, scored_line(scored.form)
    members = form.rolled.members if form.rolled else ()
    return {
        "level": level.name,
        "depth": level.depth,
        "unit": form.unit,
        "name": form.name,
        "kind": form.kind,
        "count": sum(member.status == "counted" for member in members),
        "missing": [member.unit for member in members if member.status == "missing"],
        "money_unit": line.money_unit if line else "",
        "budget": line.budget.text if line and line.budget else "",
        "executed": line.executed.text if line and line.executed else "",
        "rate": line.rate.text if line and line.rate else "",
        "execution": number(scored.execution.computed),
        "parts": {name: number(score.computed) for name, score in scored.level1.items()},
        "total": number(scored.total.computed),
        "reason": scored.total.reason,
        "allowed": None if scored.total.allowed is None else [number(end) for end in scored.total.allowed],
        "grade": scored.grade_computed,
        "met": scored.counts.met,
        "indicators": [_indicator(item, rollup) for item in scored.indicators],
    }


def _indicator(item: ScoredIndicator, rollup: Rollup) -> Data:
    own, rolled = item.known.indicator, item.known.indicator.rolled
    assert rolled is not None  # every indicator of a rolled-up form says how it came about
    cases: Mapping[str, str] = {case.id: case.label for case in rollup.policy.rollup.values.cases} if rollup.policy.rollup else {}
    return {
        "name": own.name,
        "level1": own.level1,
        "level2": own.level2,
        "weight": own.weight.text if own.weight else "",
        "target": own.target.text if own.target else "",
        "actual": own.actual.text if own.actual else "",
        "score": number(item.score.computed),
        "status": item.score.status,
        "reason": item.score.reason,
        "method": METHODS.get(rolled.method, rolled.method),
        "weighted": rolled.method in WEIGHTED,
        "why": REASONS[GIVEN] if rolled.case == GIVEN else cases.get(rolled.case, ""),
        "basis": rolled.basis,
        "count": rolled.reporting,
        "funds": rolled.funds,
        "exact": "，".join(f"{n.label}{n.actual}{n.unit}" for n in rolled.numbers) or rolled.score,
        "rounding": rolled.rounding,
        "refused": rolled.refused,
        "base": rolled.base,
        "by_base": rolled.by_base,
        "shares": [
            {"unit": s.unit, "form": s.form, "value": s.value, "exact": s.exact, "funds": s.funds, "where": where(s.place)}
            for s in rolled.shares
        ],
    }


def _cited(rollup: Rollup) -> list[str]:
    own = {told.basis for told in rollup.findings}
    for level in rollup.levels:
        for scored in level.forms:
            own |= {item.known.indicator.rolled.basis for item in scored.indicators if item.known.indicator.rolled}
    return sorted(own)
