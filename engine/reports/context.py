"""What report templates see of one form: plain data from the result document and the record, ready for prose.

Numbers are as the result has them; amounts and values as filed. Nothing is computed here that the result does not hold, but
for counts of what it lists. The draft states the computed score where there is one, since it is what will stand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.findings.findings import Finding, Findings
from engine.language.rules import CATEGORIES, SEVERITIES
from engine.policy.model import Policy
from engine.scoring.budget import scored_line
from engine.scoring.model import Score, ScoredForm, ScoredIndicator
from engine.submission.model import Cell, Form
from engine.templating.filters import rate


@dataclass(frozen=True, slots=True)
class Context:
    """The data templates see, and the scored form it was made from."""

    label: str
    data: Mapping[str, Any]
    scored: ScoredForm


def contexts(forms: Sequence[ScoredForm], checked: Findings, policy: Policy, *, as_filed: bool = False) -> list[Context]:
    """One context a form, in order. `as_filed`: the draft states the body's own scores, also where they cannot stand."""
    facts = {str(fact.fields["form"]): fact.fields for fact in checked.facts if fact.kind == "form"}
    reasons = {
        (f.fields["form"], f.fields["name_key"]): str(f.fields.get("reason", "")) for f in checked.facts if f.kind == "unmet"
    }
    keys: dict[str, list[str]] = {}
    for fact in checked.facts:
        if fact.kind == "indicator":
            found = reasons.get((fact.fields["form"], fact.fields["name_key"]), "")
            keys.setdefault(str(fact.fields["form"]), []).append(found)
    return [
        _context(scored, facts[scored.label], keys.get(scored.label, []), checked.findings, policy, as_filed) for scored in forms
    ]


def _context(
    scored: ScoredForm, fact: Mapping[str, Any], reasons: Sequence[str], findings: Sequence[Finding], policy: Policy, as_filed: bool
) -> Context:
    form = scored.form
    own = [finding for finding in findings if finding.form == scored.label]
    indicators = [_indicator(item, reason, as_filed) for item, reason in zip(scored.indicators, reasons, strict=True)]
    unmet = [item for item in indicators if item["met"] == "no"]
    data = {
        "unit": form.unit,
        "year": str(form.fiscal_year),
        "name": form.name,
        "kind": form.kind,
        "filled_on": form.filled_on.text if form.filled_on else "",
        "total": _score(scored.total, as_filed),
        "execution_score": _score(scored.execution, as_filed),
        "parts": [{"name": name, **_score(score, as_filed)} for name, score in scored.level1.items()],
        "grade": scored.grade_reported if as_filed else (scored.grade_computed or scored.grade_reported),
        "as_filed": as_filed,
        "grade_reported": scored.grade_reported,
        "budget": _budget(form, fact),
        "goals": [
            {
                "number": str(goal.number),
                "title": goal.title.rstrip("。；;"),
                "indicators": [item for item in indicators if item["goal"] == goal.number],
            }
            for goal in form.goals
        ],
        "counts": {
            "goals": str(len(form.goals)),
            "indicators": str(scored.counts.indicators),
            "met": str(scored.counts.met),
            "unmet": str(len(unmet)),
            "undecided": str(scored.counts.unknown),
            "rate": _percent(scored.counts.completion_rate),
        },
        "indicators": indicators,
        "unmet": unmet,
        "problems": _problems(own, policy),
        "filed": _filed(form),
        "clauses": _clauses(scored, policy),
        "notes": [note.text for note in form.notes],
        "policy": {"id": policy.id, "title": policy.title},
        "param": {name: parameter.value for name, parameter in policy.parameters.items()},
    }
    return Context(scored.label, data, scored)


def _filed(form: Form) -> dict[str, str]:
    """The body's own words, by section; what says that there is nothing (无。) counts as nothing."""
    out = {}
    for key in ("execution", "met", "unmet", "remedies", "budget_use"):
        text = "".join(p.text for section in form.report if section.key == key for p in section.paragraphs)
        out[key] = "" if len(text) <= 2 else text
    if form.unmet:
        out["unmet"] = ""  # what the section says stands in its table, which the draft shows
    return out


def _score(score: Score, as_filed: bool) -> dict[str, Any]:
    order = (score.reported, score.computed) if as_filed else (score.computed, score.reported)
    stands = next((value for value in order if value is not None), None)
    return {
        "value": _number(stands),
        "reported": _number(score.reported),
        "computed": _number(score.computed),
        "differs": score.differs,
        "open": score.computed is None,
        "low": _number(score.allowed[0]) if score.allowed else "",
        "high": _number(score.allowed[1]) if score.allowed else "",
    }


def _indicator(item: ScoredIndicator, listed: str, as_filed: bool) -> dict[str, Any]:
    known, indicator = item.known, item.known.indicator
    excess = known.target_number and known.actual_number is not None and known.actual_number > known.target_number
    reason = listed or (indicator.reason.text if indicator.reason else "")
    return {
        "goal": item.goal,
        "name": indicator.name,
        "level1": indicator.level1,
        "level2": indicator.level2,
        "weight": _number(known.weight),
        "target": known.target.raw,
        "actual": known.actual.raw,
        "met": known.met,
        "nature": known.nature,
        "over": bool(excess and known.direction == "positive"),
        "attainment": known.attainment,
        "reason": reason,
        **_score(item.score, as_filed),
    }


def _budget(form: Form, fact: Mapping[str, Any]) -> dict[str, Any]:
    line = scored_line(form)
    change = fact.get("budget_change")
    original, budget = fact.get("original_budget"), fact.get("budget")
    return {
        "unit": line.money_unit if line else "",
        "original": _number(original),
        "budget": _text(line.budget if line else None),
        "executed": _text(line.executed if line else None),
        "unspent": _number(fact.get("unspent")),
        "rate": _percent(None if "execution_rate" not in fact else fact["execution_rate"] / 100),
        "rate_number": fact.get("execution_rate"),
        "changed": bool(change),
        "cut": bool(change and change < 0),
        "change": _number(abs(budget - original)) if change and budget is not None and original is not None else "",
        "basic": _number(fact.get("basic_expenditure")),
        "project": _number(fact.get("project_expenditure")),
    }


def _problems(findings: Sequence[Finding], policy: Policy) -> list[dict[str, Any]]:
    """Findings by category in the order the narrative gives, worst first inside."""
    narrative = policy.narrative
    order = narrative.categories if narrative and narrative.categories is not None else tuple(CATEGORIES)
    out = []
    for category in order:
        own = [finding for finding in findings if finding.category == category]
        if own:
            out.append(
                {
                    "category": category,
                    "title": CATEGORIES[category],
                    "count": len(own),
                    "worst": own[0].severity,
                    "findings": [
                        {
                            "rule": f.rule,
                            "title": f.title,
                            "severity": f.severity,
                            "severity_title": SEVERITIES[f.severity],
                            "subject": f.subject,
                            "message": f.message.rstrip("。"),
                            "report": f.report.rstrip("。"),
                            "advice": f.advice.rstrip("。"),
                        }
                        for f in own
                    ],
                }
            )
    return out


def _clauses(scored: ScoredForm, policy: Policy) -> list[dict[str, str]]:
    """The clauses the form's scores rest on, each once, in the order of the sources."""
    used = {item.score.trace.basis for item in scored.indicators if item.score.trace}
    used |= {score.trace.basis for score in (scored.execution, scored.total) if score.trace}
    used |= {scored.grade_basis} - {""}
    return [
        {"id": clause.id, "title": clause.title, "text": clause.text, "source": clause.source_title}
        for clause in policy.clauses.values()
        if clause.id in used
    ]


def _number(value: Any) -> str:
    return "" if value is None else format(value, "f")


def _text(cell: Cell | None) -> str:
    return cell.text if cell else ""


def _percent(share: Decimal | None) -> str:
    return "" if share is None else rate(share * 100)
