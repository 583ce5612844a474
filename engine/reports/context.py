"""What report templates see of one form: plain data from the result document and the record, ready for prose.

Numbers are as the result has them; amounts and values as filed. Nothing is computed here that the result does not hold, but
for counts of what it lists. The draft states the computed score where there is one, since it is what will stand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.language.rules import CATEGORIES, SEVERITIES
from engine.policy.model import Policy
from engine.results.model import Result, ResultBudget, ResultFinding, ResultForm, ResultIndicator
from engine.results.reading import Grouped, Scored, caution, differs
from engine.submission.model import Form
from engine.templating.filters import rate


@dataclass(frozen=True, slots=True)
class Context:
    """The data templates see, and the form of the record it was made from."""

    label: str
    data: Mapping[str, Any]
    form: Form


def contexts(result: Result, forms: Sequence[Form], policy: Policy, *, as_filed: bool = False, why: str = "") -> list[Context]:
    """One context a form, in order: `forms` are those of the record the result was made from.

    `as_filed`: the draft states the body's own scores, also where they cannot stand. `why`: why no policy judged the forms.
    """
    found = Grouped(result)
    first = "。".join(filter(None, (caution(result.get("policy")), why)))
    return [
        _context(told, form, found.of(told), policy, as_filed, first) for told, form in zip(result["forms"], forms, strict=True)
    ]


def _context(told: ResultForm, form: Form, own: Sequence[ResultFinding], policy: Policy, as_filed: bool, first: str) -> Context:
    indicators = [_indicator(item, as_filed) for item in told["indicators"]]
    unmet = [item for item in indicators if item["met"] == "no"]
    scores, grade, counts = told["scores"], told["grade"], told["counts"]
    data = {
        "caution": first,
        "unit": form.unit,
        "year": str(form.fiscal_year),
        "name": form.name,
        "kind": form.kind,
        "filled_on": form.filled_on.text if form.filled_on else "",
        "total": _score(scores["total"], as_filed),
        "execution_score": _score(scores["execution"], as_filed),
        "parts": [
            {"name": name, **_score(score, as_filed)} for name, score in scores.items() if name not in ("execution", "total")
        ],
        "grade": grade["reported"] or "" if as_filed else grade["computed"] or grade["reported"] or "",
        "as_filed": as_filed,
        "grade_reported": grade["reported"] or "",
        "budget": _budget(told["budget"]),
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
            "indicators": str(counts["indicators"]),
            "met": str(counts["met"]),
            "unmet": str(len(unmet)),
            "undecided": str(counts["unknown"]),
            "rate": _percent(counts["completion_rate"]),
        },
        "indicators": indicators,
        "unmet": unmet,
        "problems": _problems(own, policy),
        "filed": _filed(form),
        "clauses": _clauses(told, policy),
        "notes": [note.text for note in form.notes],
        "policy": {"id": policy.id, "title": policy.title},
        "param": {name: parameter.value for name, parameter in policy.parameters.items()},
    }
    return Context(told["name"], data, form)


def _filed(form: Form) -> dict[str, str]:
    """The body's own words, by section; what says that there is nothing (无。) counts as nothing."""
    out = {}
    for key in ("execution", "met", "unmet", "remedies", "budget_use"):
        text = "".join(p.text for section in form.report if section.key == key for p in section.paragraphs)
        out[key] = "" if len(text) <= 2 else text
    if form.unmet:
        out["unmet"] = ""  # what the section says stands in its table, which the draft shows
    return out


def _score(score: Scored, as_filed: bool) -> dict[str, Any]:
    order = (score["reported"], score["computed"]) if as_filed else (score["computed"], score["reported"])
    allowed = score["allowed"] or ["", ""]
    return {
        "value": next((value for value in order if value is not None), ""),
        "reported": score["reported"] or "",
        "computed": score["computed"] or "",
        "differs": differs(score),
        "open": score["computed"] is None,
        "low": allowed[0],
        "high": allowed[1],
    }


def _indicator(item: ResultIndicator, as_filed: bool) -> dict[str, Any]:
    return {
        "goal": item["goal"],
        "name": item["name"],
        "level1": item["level1"],
        "level2": item["level2"],
        "weight": item["weight"] or "",
        "target": item["target"],
        "actual": item["actual"],
        "met": item["met"],
        "nature": item["nature"],
        "over": item["direction"] == "positive" and "exceeded_by" in item,
        "attainment": item["attainment"] or "",
        "reason": item.get("filed_reason", ""),
        **_score(item, as_filed),
    }


def _budget(budget: ResultBudget) -> dict[str, Any]:
    line, change, points = budget.get("line"), budget.get("change", ""), budget.get("execution_rate_unrounded")
    return {
        "unit": line["unit"] if line else "",
        "original": budget.get("original_budget", ""),
        "budget": line["budget"] if line else "",
        "executed": line["executed"] if line else "",
        "unspent": budget.get("unspent", ""),
        "rate": rate(Decimal(points)) if points else "",
        "rate_number": Decimal(points) if points else None,
        "changed": bool(change),
        "cut": change.startswith("-"),
        "change": change.removeprefix("-"),
        "basic": budget.get("basic_expenditure", ""),
        "project": budget.get("project_expenditure", ""),
    }


def _problems(findings: Sequence[ResultFinding], policy: Policy) -> list[dict[str, Any]]:
    """Findings that a report tells, by category in the order the narrative gives, worst first inside."""
    findings = [finding for finding in findings if policy.told_in(finding["rule"], finding["category"]) == "report"]
    narrative = policy.narrative
    order = narrative.categories if narrative and narrative.categories is not None else tuple(CATEGORIES)
    out = []
    for category in order:
        own = [finding for finding in findings if finding["category"] == category]
        if own:
            out.append(
                {
                    "category": category,
                    "title": CATEGORIES[category],
                    "count": len(own),
                    "worst": own[0]["severity"],
                    "findings": [
                        {
                            "rule": f["rule"],
                            "title": f["title"],
                            "severity": f["severity"],
                            "severity_title": SEVERITIES[f["severity"]],
                            "subject": f["subject"],
                            "message": f["message"].rstrip("。"),
                            "report": f.get("report", f["message"]).rstrip("。"),
                            "advice": f["advice"].rstrip("。"),
                        }
                        for f in own
                    ],
                }
            )
    return out


def _clauses(told: ResultForm, policy: Policy) -> list[dict[str, str]]:
    """The clauses the form's scores rest on, each once, in the order of the sources."""
    scored = [*told["indicators"], told["scores"]["execution"], told["scores"]["total"]]
    used = {item["trace"]["basis"] for item in scored if "basis" in item.get("trace", {})} | {told["grade"]["basis"]}
    return [
        {"id": clause.id, "title": clause.title, "text": clause.text, "source": clause.source_title}
        for clause in policy.clauses.values()
        if clause.id in used
    ]


def _percent(share: str | None) -> str:
    return "" if share is None else rate(Decimal(share) * 100)
