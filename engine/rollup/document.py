"""A roll-up as plain data, for its views: levels with their budgets and scores, findings, indicators with their traces."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.language.rules import SEVERITIES
from engine.policy.rollup import AXES, METHODS, WEIGHTED
from engine.results.document import number, where
from engine.rollup.checks import RollupFinding
from engine.rollup.run import Level, Rollup
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
        "clauses": {key: policy.clauses[key] for key in _cited(rollup) if key in policy.clauses},
    }


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
        "why": cases.get(rolled.case, ""),
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
